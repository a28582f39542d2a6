"""Turns the folder of YAML files into the compiled knowledge base: entries by language, and search indexes.

Imported only when something has changed; a reader of compiled knowledge never needs YAML.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from sinch_auth import schema
from sinch_auth.errors import KnowledgeError
from sinch_auth.words import deletions, normalise, words

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Where entries of a kind are: a folder with one entry a file, or a mapping `member` inside one or more files.
_PLACES: tuple[tuple[str, str, str], ...] = (
    ("product", "products/*.yaml", ""),
    ("language", "languages/*.yaml", ""),
    ("table", "rules/*.yaml", ""),
    ("model", "auth_models.yaml", "models"),
    ("method", "auth_methods.yaml", "methods"),
    ("question", "questions.yaml", "questions"),
    ("region", "regions.yaml", "regions"),
    ("wants", "intents.yaml", "intents"),
    ("row", "troubleshooting/*.yaml", "rows"),
    ("mistake", "mistakes/*.yaml", "mistakes"),
    ("source", "sources.yaml", "sources"),
    ("text", "wordings.yaml", "texts"),
    ("contradiction", "contradictions.yaml", "contradictions"),
    ("tool", "tools.yaml", "tools"),
    ("finding", "findings.yaml", "findings"),
    ("proof", "proofs.yaml", "proofs"),
    ("surface", "surfaces/*.yaml", ""),
)

_SCHEMA = """
create table entry (kind text, id text, locale text, position integer, json blob,
                    primary key (kind, id, locale)) without rowid;
create table origin (kind text, id text, file text, primary key (kind, id)) without rowid;
create table host (host text primary key, product text, region text, purpose text, model text) without rowid;
create table phrase (first text, phrase text, literal text, fact text, value text, weight integer);
create table clue (trigger text, row text, clue integer);
create table word (deletion text, word text, primary key (deletion, word)) without rowid;
"""

_INDEXES = """
create index phrase_first on phrase (first);
create index clue_trigger on clue (trigger);
"""


def compile_into(database: sqlite3.Connection, folder: Path, kinds: Mapping[str, type[msgspec.Struct]]) -> None:
    """Fill an empty database from a folder. Raises `KnowledgeError` with file and line."""
    database.executescript(_SCHEMA)
    entries: dict[tuple[str, str], msgspec.Struct] = {}
    overlays = {path.name: path for path in sorted((folder / "locales").glob("*")) if path.is_dir()}
    for kind, pattern, member in _PLACES:
        if kind not in kinds:
            continue
        for path in sorted(folder.glob(pattern)):
            name = path.relative_to(folder)
            translations = {
                locale: _members(_read(root / name), member) if (root / name).is_file() else {}
                for locale, root in overlays.items()
            }
            for id, data in _members(_read(path), member, path).items():
                id = id or path.stem
                if (kind, id) in entries:
                    raise KnowledgeError(f"{name}: {kind} {id!r} is there already", cure="give one another id")
                entry = _convert(data, kinds[kind], path, member, id)
                entries[kind, id] = entry
                database.execute("insert into origin values (?, ?, ?)", (kind, id, name.as_posix()))
                position = getattr(entry, "order", 0)
                _insert(database, kind, id, "en", position, entry)
                for locale, translated in translations.items():
                    change = translated.get(id if member else "", None)
                    if change:
                        merged = _merge(data, change, f"{locale}/{name}: {id}")
                        localised = _convert(merged, kinds[kind], overlays[locale] / name, member, id)
                        _insert(database, kind, id, locale, position, localised)
            _refuse_strangers(database, kind, translations, member, name)
    _index(database, entries)
    database.executescript(_INDEXES)
    database.commit()


def _members(data: Any, member: str, path: Path | None = None) -> dict[str, Any]:
    """The entries of one file by id; the id is empty where the file is the entry."""
    if not member:
        return {"": data}
    found = data.get(member) if isinstance(data, dict) else None
    if not isinstance(found, dict):
        if path is None:
            return {}
        raise KnowledgeError(f"{path.name}: there is no mapping {member!r}", cure=f"put the entries under `{member}:`")
    return found


def _refuse_strangers(
    database: sqlite3.Connection, kind: str, translations: dict[str, dict[str, Any]], member: str, name: Path
) -> None:
    known = {row[0] for row in database.execute("select id from entry where kind = ?", (kind,))}
    for locale, translated in translations.items():
        strangers = sorted(set(translated) - known) if member else []
        if strangers:
            raise KnowledgeError(f"{locale}/{name}: translates {', '.join(strangers)}, which is not there")


def _insert(
    database: sqlite3.Connection, kind: str, id: str, locale: str, position: int, entry: msgspec.Struct
) -> None:
    database.execute(
        "insert into entry values (?, ?, ?, ?, ?)", (kind, id, locale, position, msgspec.json.encode(entry))
    )


# -- reading ---------------------------------------------------------------------------------------------


class _Strict(_LOADER):  # type: ignore[misc, valid-type]
    """YAML without silent overwriting: a key that stands twice is refused with its line."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} stands twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)  # type: ignore[no-any-return]


def _read(path: Path) -> Any:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Strict)
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else 0
        raise KnowledgeError(f"{path.parent.name}/{path.name}:{line}: {problem.problem}") from problem


def _convert(data: Any, shape: type[msgspec.Struct], path: Path, member: str, id: str) -> msgspec.Struct:
    try:
        return msgspec.convert(data, shape)
    except msgspec.ValidationError as problem:
        message, _, where = str(problem).partition(" - at `$")
        line = _line(path, f"{f'.{member}.{id}' if member else ''}{where.rstrip('`')}")
        raise KnowledgeError(f"{path.parent.name}/{path.name}:{line}: {id}{where.rstrip('`')}: {message}") from problem


def _line(path: Path, where: str) -> int:
    """The line of a path such as `.rows.x.when.clues[0]`; the nearest one above where it does not resolve."""
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
    for key, index in re.findall(r"\.([\w.-]+?)(?=[.\[]|$)|\[(\d+|\.\.\.)\]", where):
        if isinstance(node, yaml.MappingNode) and key:
            node = next((value for name, value in node.value if name.value == key), node)
        elif isinstance(node, yaml.SequenceNode) and index.isdigit():
            node = node.value[int(index)]
    return int(node.start_mark.line) + 1 if node else 1


def _merge(base: Any, change: Any, where: str) -> Any:
    """`change` over `base`; it may only replace texts that are there."""
    if isinstance(base, dict) and isinstance(change, dict):
        strangers = [key for key in change if key not in base]
        if strangers:
            raise KnowledgeError(f"locales/{where}: translates {', '.join(map(str, strangers))}, which is not there")
        return {
            key: _merge(value, change[key], f"{where}.{key}") if key in change else value for key, value in base.items()
        }
    if isinstance(base, list) and isinstance(change, list) and len(base) == len(change):
        return [_merge(one, other, where) for one, other in zip(base, change, strict=True)]
    if isinstance(base, str) and isinstance(change, str):
        return change
    raise KnowledgeError(f"locales/{where}: is not the same kind of thing as in English")


# -- indexes ---------------------------------------------------------------------------------------------

# How much a phrase says about a fact. A URL path or an identifier in code is nearly certain, an everyday word
# counts only where nothing else speaks.
WEIGHTS = {"path": 80, "marker": 70, "name": 50, "alias": 50, "weak": 10}


def _index(database: sqlite3.Connection, entries: Mapping[tuple[str, str], msgspec.Struct]) -> None:
    vocabulary: Counter[str] = Counter()

    def phrase(text: str, fact: str, value: str, kind: str) -> None:
        found = words(text)
        if not found:
            raise KnowledgeError(f"{fact} {value}: the phrase {text!r} has no word in it")
        literal = normalise(text) if kind in ("path", "marker") else ""
        vocabulary.update(found)
        database.execute(
            "insert into phrase values (?, ?, ?, ?, ?, ?)",
            (found[0], " ".join(found), literal, fact, value, WEIGHTS[kind]),
        )

    # The shortest id first: a host that several products share (mailgun, mailgun-inspect) is the plain one's.
    for (kind, id), entry in sorted(entries.items(), key=lambda item: (len(item[0][1]), item[0])):
        if isinstance(entry, schema.Product):
            for host in entry.hosts:
                for name, region in hosts_of(host):
                    database.execute(
                        "insert or ignore into host values (?, ?, ?, ?, ?)",
                        (name, id, region, host.purpose, host.model),
                    )
            phrase(entry.name, "product", id, "name")
        if isinstance(entry, schema.RegionName):
            for word in entry.words:
                phrase(word, "region", id, "alias")
        if isinstance(entry, schema.Product | schema.Language | schema.AuthModel | schema.AuthMethod | schema.Intent):
            own = () if kind in ("wants", "method", "product") else (id,)
            for alias in dict.fromkeys((*own, *entry.aliases)):
                phrase(alias, kind, id, "alias")
            for weak in getattr(entry, "weak_aliases", ()):
                phrase(weak, kind, id, "weak")
            for path in getattr(entry, "paths", ()):
                phrase(path, kind, id, "path")
            for marker in getattr(entry, "markers", ()):
                phrase(marker, kind, id, "marker")

    rows = {id: entry for (kind, id), entry in entries.items() if isinstance(entry, schema.Row)}
    for row in rows.values():
        for clue in row.when.clues:
            for group in clue:
                for alternative in schema.alternatives(group):
                    vocabulary.update(words(alternative))
    for id, row in rows.items():
        for number, clue in enumerate(row.when.clues):
            for trigger in _triggers(clue, vocabulary, id):
                database.execute("insert into clue values (?, ?, ?)", (trigger, id, number))
    database.executemany(
        "insert or ignore into word values (?, ?)",
        [(deletion, word) for word in vocabulary for deletion in deletions(word)],
    )


def _triggers(clue: list[str | list[str]], vocabulary: Counter[str], id: str) -> set[str]:
    """Words of which one must be in a text that this clue fits: the rarest of its most telling group."""
    candidates = []
    for group in clue:
        picked = set()
        for alternative in schema.alternatives(group):
            found = words(alternative)
            if not found:
                raise KnowledgeError(f"row {id}: the phrase {alternative!r} has no word in it")
            picked.add(min(found, key=lambda word: (vocabulary[word], -len(word))))
        candidates.append(picked)
    if not candidates:
        raise KnowledgeError(f"row {id}: has an empty clue")
    return min(candidates, key=lambda picked: sum(vocabulary[word] for word in picked))


def hosts_of(host: schema.Host) -> Iterator[tuple[str, str]]:
    """Every (host name, region) of one base URL; the region is empty where there is none."""
    for region in host.regions or [""]:
        url = host.hosts.get(region) or host.url.replace("{region}", region)
        yield re.sub(r"^[a-z]+://", "", url).split("/")[0].lower(), region
