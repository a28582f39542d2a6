"""The knowledge base: YAML for people, one compiled file for speed.

Reading some hundred YAML files takes most of a second, an answer must take far less. So the folder is compiled
once into an SQLite file (entries as JSON, and the indexes that `understand` and `triage` search), kept in the
cache folder under a name that depends on every file's path, size and time. A reader then loads only the entries
it needs, whatever the size of the whole.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from sinch_auth import schema
from sinch_auth.errors import UnknownName
from sinch_auth.resources import cache_folder, data_folder

T = TypeVar("T", bound=msgspec.Struct)
V = TypeVar("V")

DEFAULT_LOCALE = "en"

_KEEP_SECONDS = 7 * 24 * 3600
_REMEMBER = 20_000

# Kind -> struct. A kind is a folder of files (`products/`), or one file whose mapping holds the entries.
_KINDS: dict[str, type[msgspec.Struct]] = {
    "product": schema.Product,
    "language": schema.Language,
    "model": schema.AuthModel,
    "method": schema.AuthMethod,
    "table": schema.Table,
    "question": schema.Question,
    "row": schema.Row,
    "source": schema.Source,
    "mistake": schema.Mistake,
    "proof": schema.Proof,
    "region": schema.RegionName,
    "wants": schema.Intent,
    "text": schema.Wording,
    "contradiction": schema.Contradiction,
    "tool": schema.Tool,
    "finding": schema.Finding,
}


class Knowledge:
    """Read access to one compiled knowledge base. Cheap to make; entries are loaded when asked for."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database
        self._entries: dict[tuple[str, str, str], msgspec.Struct] = {}
        self._ids: dict[str, tuple[str, ...]] = {}
        self._remembered: dict[tuple[str, str], Any] = {}

    def ids(self, kind: str) -> tuple[str, ...]:
        """All ids of a kind, in the order people should see them."""
        if kind not in self._ids:
            found = self.database.execute(
                "select id from entry where kind = ? and locale = ? order by position, id",
                (kind, DEFAULT_LOCALE),
            )
            self._ids[kind] = tuple(row[0] for row in found)
        return self._ids[kind]

    def kinds(self) -> tuple[str, ...]:
        """The kinds of entries there are."""
        return tuple(_KINDS)

    def any(self, kind: str, id: str, locale: str = DEFAULT_LOCALE) -> msgspec.Struct:
        """One entry of whatever kind. Raises `UnknownName`."""
        return self.entry(kind, id, msgspec.Struct, locale)

    def file(self, kind: str, id: str) -> str:
        """The file an entry stands in, relative to the knowledge folder."""
        found = self.database.execute("select file from origin where kind = ? and id = ?", (kind, id)).fetchone()
        return str(found[0]) if found else ""

    def has(self, kind: str, id: str) -> bool:
        """Whether there is such an entry."""
        return self._find(kind, id, DEFAULT_LOCALE) is not None

    def entry(self, kind: str, id: str, shape: type[T], locale: str = DEFAULT_LOCALE) -> T:
        """One entry in one language; texts that are not translated stay English. Raises `UnknownName`."""
        found = self._find(kind, id, locale) or self._find(kind, id, DEFAULT_LOCALE)
        if found is None:
            raise UnknownName(kind, id, self.ids(kind))
        assert isinstance(found, shape)
        return found

    def product(self, id: str, locale: str = DEFAULT_LOCALE) -> schema.Product:
        """One product. Raises `UnknownName`."""
        return self.entry("product", id, schema.Product, locale)

    def language(self, id: str, locale: str = DEFAULT_LOCALE) -> schema.Language:
        """One language. Raises `UnknownName`."""
        return self.entry("language", id, schema.Language, locale)

    def model(self, id: str, locale: str = DEFAULT_LOCALE) -> schema.AuthModel:
        """One auth model. Raises `UnknownName`."""
        return self.entry("model", id, schema.AuthModel, locale)

    def method(self, id: str, locale: str = DEFAULT_LOCALE) -> schema.AuthMethod:
        """One auth method. Raises `UnknownName`."""
        return self.entry("method", id, schema.AuthMethod, locale)

    def table(self, id: str, locale: str = DEFAULT_LOCALE) -> schema.Table:
        """One decision table. Raises `UnknownName`."""
        return self.entry("table", id, schema.Table, locale)

    def question(self, id: str, locale: str = DEFAULT_LOCALE) -> schema.Question:
        """One question. Raises `UnknownName`."""
        return self.entry("question", id, schema.Question, locale)

    def row(self, id: str, locale: str = DEFAULT_LOCALE) -> schema.Row:
        """One troubleshooting row. Raises `UnknownName`."""
        return self.entry("row", id, schema.Row, locale)

    def region(self, id: str, locale: str = DEFAULT_LOCALE) -> schema.RegionName:
        """One part of the world. Raises `UnknownName`."""
        return self.entry("region", id, schema.RegionName, locale)

    def text(self, id: str, locale: str = DEFAULT_LOCALE) -> str:
        """One short wording of ours, such as a heading."""
        return self.entry("text", id, schema.Wording, locale).text

    def credential(self, id: str, locale: str = DEFAULT_LOCALE) -> schema.Credential:
        """One credential of whichever model has it. Raises `UnknownName`."""
        for model in self.ids("model"):
            credentials = self.model(model, locale).credentials
            if id in credentials:
                return credentials[id]
        raise UnknownName("credential", id, [c for m in self.ids("model") for c in self.model(m).credentials])

    def locales(self) -> tuple[str, ...]:
        """The languages in which texts exist, English first."""
        found = self.database.execute("select distinct locale from entry where locale <> ?", (DEFAULT_LOCALE,))
        return (DEFAULT_LOCALE, *sorted(row[0] for row in found))

    def remembered(self, key: tuple[str, str], find: Callable[[], V]) -> V:
        """The answer to a lookup that is asked for again and again, kept up to a bound."""
        if key not in self._remembered:
            if len(self._remembered) > _REMEMBER:
                self._remembered.clear()
            self._remembered[key] = find()
        found: V = self._remembered[key]
        return found

    def _find(self, kind: str, id: str, locale: str) -> msgspec.Struct | None:
        key = (kind, id, locale)
        if key not in self._entries:
            found = self.database.execute(
                "select json from entry where kind = ? and id = ? and locale = ?", key
            ).fetchone()
            if found is None:
                return None
            self._entries[key] = msgspec.json.decode(found[0], type=_KINDS[kind])
        return self._entries[key]


@cache
def load() -> Knowledge:
    """The knowledge base of this installation, compiled if that has not been done yet.

    Raises `KnowledgeError` with file and line when an entry does not fit its shape.
    """
    return open_folder(data_folder("knowledge"))


def open_folder(folder: Path) -> Knowledge:
    """The knowledge base of any folder; recompiled when a file of it has changed."""
    name = f"knowledge-{_signature(folder)}.sqlite"
    target = cache_folder() / name
    try:
        if not target.is_file():
            _write(folder, target)
        return Knowledge(sqlite3.connect(f"file:{target}?mode=ro&immutable=1", uri=True, check_same_thread=False))
    except (OSError, sqlite3.DatabaseError):
        # A read-only or full home, or a file damaged by a crash: answer from memory, slower.
        return compile_folder(folder)


def compile_folder(folder: Path) -> Knowledge:
    """Compile a folder into memory. Raises `KnowledgeError` naming file and line."""
    from sinch_auth import compiling

    database = sqlite3.connect(":memory:", check_same_thread=False)
    compiling.compile_into(database, folder, _KINDS)
    return Knowledge(database)


def _write(folder: Path, target: Path) -> None:
    """Compile beside the target and move into place, so that two processes never see half a file."""
    from sinch_auth import compiling

    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = target.with_suffix(f".{os.getpid()}")
    try:
        beside.unlink(missing_ok=True)
        database = sqlite3.connect(beside)
        compiling.compile_into(database, folder, _KINDS)
        database.close()
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
    for old in target.parent.glob("knowledge-*.sqlite"):
        # Another checkout may still use a fresh one.
        if old != target and time.time() - old.stat().st_mtime > _KEEP_SECONDS:
            old.unlink(missing_ok=True)


def _signature(folder: Path) -> str:
    """Changes when any file of the folder, or the code that compiles it, changes."""
    digest = hashlib.blake2b(digest_size=12)
    here = Path(__file__).parent
    for path, size, changed in (*_files(folder), *_stat(here / "schema.py"), *_stat(here / "compiling.py")):
        digest.update(f"{path}\0{size}\0{changed}\n".encode())
    return digest.hexdigest()


def _files(folder: Path | str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda e: e.name):
            if entry.is_dir():
                yield from _files(entry.path)
            elif entry.name.endswith(".yaml"):
                stat = entry.stat()
                yield entry.path, stat.st_size, stat.st_mtime_ns


def _stat(path: Path) -> Iterator[tuple[str, int, int]]:
    stat = path.stat()
    yield str(path), stat.st_size, stat.st_mtime_ns
