"""TOML edited in place: a table of ours is added after everything else, and taken out again."""

from __future__ import annotations

import tomllib
from typing import Any

import tomlkit
from tomlkit.exceptions import ParseError
from tomlkit.items import InlineTable

from sinch_auth.errors import UsageError
from sinch_auth.surfaces.installers.jsonc import BrokenFile


def parse(text: str) -> dict[str, Any]:
    """What `text` says. Raises `BrokenFile`."""
    _document(text)
    return tomllib.loads(text)


def put(text: str, path: list[str], value: Any) -> str:
    """`text` with `value` at `path`. Everything else keeps its bytes."""
    before = parse(text)
    section, name, *rest = path
    holder = before.get(section, {})
    if not isinstance(holder, dict):
        raise UsageError(f"{section} is not a table, so nothing can be added to it")
    if not rest and name not in holder and _has_header(text, section):
        return _checked(_appended(text, path, value), before, path, value)
    document = _document(text)
    place: Any = document
    for step in path[:-1]:
        if step not in place:
            place[step] = tomlkit.table()
        place = place[step]
    place[path[-1]] = value
    return _checked(tomlkit.dumps(document), before, path, value)


def drop(text: str, path: list[str]) -> str:
    """`text` without what stands at `path`. `text` itself where nothing does."""
    before = parse(text)
    document = _document(text)
    place: Any = document
    for step in path[:-1]:
        if step not in place:
            return text
        place = place[step]
    if path[-1] not in place:
        return text
    del place[path[-1]]
    made = tomlkit.dumps(document)
    if text.startswith(made) and made.endswith(("\n\n", "\n\r\n")):
        # Ours was the last table: the empty line before it goes with it.
        made = made.removesuffix("\n").removesuffix("\r")
    return _checked(made, before, path, None)


def _document(text: str) -> tomlkit.TOMLDocument:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        message, _, place = str(problem).rpartition(" (at ")
        words = place.rstrip(")").replace(",", "").split()
        line, column = (int(words[1]), int(words[3])) if "line" in words else (text.count("\n") + 1, 1)
        raise BrokenFile((message or str(problem)).lower(), line, column) from None
    try:
        return tomlkit.parse(text)
    except ParseError as problem:
        raise BrokenFile(str(problem), problem.line, problem.col) from None


def _has_header(text: str, section: str) -> bool:
    """Whether a table header under `section` may follow: it is absent, or itself made of headers."""
    found = _document(text).get(section)
    return found is None or not isinstance(found, InlineTable)


def _appended(text: str, path: list[str], value: Any) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    table = tomlkit.table()
    for key, item in value.items():
        table[key] = item
    document = tomlkit.document()
    outer = tomlkit.table(is_super_table=True)
    outer[path[-1]] = table
    document[path[0]] = outer
    block = tomlkit.dumps(document).replace("\n", newline)
    gap = "" if not text.strip() else newline if text.endswith("\n") else newline * 2
    return text + gap + block


def _checked(made: str, before: dict[str, Any], path: list[str], value: Any) -> str:
    """`made`, once it is sure that it says what it should and nothing else has changed."""
    after = tomllib.loads(made)
    wanted = _deep_copy(before)
    place = wanted
    for step in path[:-1]:
        place = place.setdefault(step, {})
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    empty = {path[0]} if value is None and not wanted.get(path[0]) else set()
    if {k: v for k, v in after.items() if k not in empty} != {k: v for k, v in wanted.items() if k not in empty}:
        raise UsageError(
            f"{'.'.join(path)} is written in a way that cannot be edited safely",
            cure="edit this entry by hand; the file was left as it was",
        )
    return made


def _deep_copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _deep_copy(item) for key, item in value.items()}
    return list(value) if isinstance(value, list) else value
