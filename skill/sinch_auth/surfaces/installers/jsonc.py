"""JSON and JSON with comments, edited in place: only the bytes that must change do.

A parser that remembers where every member stands (RFC 8259; comments and trailing commas as VS Code reads them), and
two edits on top of it. Libraries that read comments drop the places, and those that write rewrite the whole file.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from sinch_auth.errors import UsageError

_SCALAR = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_DEPTH = 200


class BrokenFile(UsageError):
    """The text is not JSON; `line` and `column` say where."""

    def __init__(self, what: str, line: int, column: int) -> None:
        super().__init__(f"line {line}, column {column}: {what}")
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Value:
    """A value and where it stands: `text[start:end]`."""

    start: int
    end: int
    data: Any
    members: tuple[Member, ...] = ()
    comma: int | None = None
    """Where a comma follows the last member, if one does."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member of an object, from the quote of its name to the end of its value."""

    name: str
    start: int
    value: Value
    comma: int | None = None
    """Where the comma after it stands; None after the last."""


def parse(text: str, *, comments: bool) -> Value:
    """The root of `text`. Raises `BrokenFile`. `comments`: whether comments and trailing commas are welcome."""
    return _Parser(text, comments).root()


def put(text: str, path: list[str], value: Any, *, comments: bool) -> str:
    """`text` with `value` at `path`; objects on the way are made. Everything else keeps its bytes."""
    if not text.strip():
        return _Layout("\n", "  ").written(_nested(path, value), 0) + "\n"
    node = parse(text, comments=comments)
    layout = _Layout.of(text, node)
    for depth, name in enumerate(path):
        if not isinstance(node.data, dict):
            where = ".".join(path[:depth]) or "the file"
            line, _ = _place(text, node.start)
            raise UsageError(f"line {line}: {where} is not an object, so nothing can be added to it")
        member = next((m for m in reversed(node.members) if m.name == name), None)
        if member is None:
            return _added(text, node, name, _nested(path[depth + 1 :], value), depth, layout)
        node = member.value
    if node.data == value:
        return text
    return text[: node.start] + layout.written(value, len(path)) + text[node.end :]


def drop(text: str, path: list[str], *, comments: bool) -> str:
    """`text` without the member at `path`; comments stay. `text` itself where there is none."""
    node = parse(text, comments=comments)
    for name in path[:-1]:
        member = next((m for m in reversed(node.members) if m.name == name), None)
        if member is None:
            return text
        node = member.value
    index = next((i for i in reversed(range(len(node.members))) if node.members[i].name == path[-1]), None)
    return text if index is None else _removed(text, node, index)


def _nested(path: list[str], value: Any) -> Any:
    for name in reversed(path):
        value = {name: value}
    return value


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a file is laid out: its line ends, and what one level of indentation is."""

    newline: str
    indent: str

    @classmethod
    def of(cls, text: str, root: Value) -> _Layout:
        newline = "\r\n" if "\r\n" in text else "\n"
        for member in root.members:
            before = text[: member.start].rpartition("\n")
            if before[1] and before[2] and not before[2].strip(" \t"):
                return cls(newline, before[2])
        return cls(newline, "  ")

    def written(self, value: Any, depth: int) -> str:
        if not isinstance(value, dict) or not value:
            return json.dumps(value, ensure_ascii=False)
        members = (f"{json.dumps(k, ensure_ascii=False)}: {self.written(v, depth + 1)}" for k, v in value.items())
        return "{" + self.line(depth + 1) + f",{self.line(depth + 1)}".join(members) + self.line(depth) + "}"

    def line(self, depth: int) -> str:
        return self.newline + self.indent * depth


def _added(text: str, node: Value, name: str, value: Any, depth: int, layout: _Layout) -> str:
    quoted = json.dumps(name, ensure_ascii=False)
    inner = text[node.start + 1 : node.end - 1]
    if node.members and "\n" not in inner:
        # An object on one line stays on one line.
        last = node.members[-1].value.end
        member = f"{quoted}: {json.dumps(value, ensure_ascii=False)}"
        if node.comma is not None:
            return text[: node.comma + 1] + f" {member}," + text[node.comma + 1 :]
        return text[:last] + f", {member}" + text[last:]
    member = f"{quoted}: {layout.written(value, depth + 1)}"
    kept = len(inner.rstrip())
    end = node.start + 1 + kept
    if not node.members:
        return text[:end] + layout.line(depth + 1) + member + layout.line(depth) + text[node.end - 1 :]
    last = node.members[-1].value.end
    if node.comma is not None:
        return text[:end] + layout.line(depth + 1) + member + "," + text[end:]
    return text[:last] + "," + text[last:end] + layout.line(depth + 1) + member + text[end:]


def _removed(text: str, node: Value, index: int) -> str:
    member = node.members[index]
    previous = node.members[index - 1] if index else None
    follows = index + 1 < len(node.members)
    start = len(text[: member.start].rstrip())
    end = member.value.end
    comma = member.comma if follows else node.comma
    # A comment between the value and its comma is the user's: only the comma goes.
    after = "" if comma is None else text[end:comma].rstrip()
    tail = text[end:] if comma is None else after + text[comma + 1 :]
    made = text[:start] + tail
    if previous and not follows and node.comma is None:
        assert previous.comma is not None
        made = text[: previous.comma] + text[previous.comma + 1 : start] + tail
    if not previous and not follows:
        # Nothing is left but perhaps a comment.
        opened = node.start + 1
        closed = len(made) - (len(text) - node.end) - 1
        if not made[opened:closed].strip():
            made = made[:opened] + made[closed:]
    return made


def _place(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1


@dataclass(slots=True)
class _Parser:
    text: str
    comments: bool
    at: int = field(default=0)

    def root(self) -> Value:
        self._skip()
        value = self._value(0)
        self._skip()
        if self.at < len(self.text):
            raise self._broken("something follows the end of the value")
        return value

    def _value(self, depth: int) -> Value:
        if depth > _DEPTH:
            raise self._broken(f"more than {_DEPTH} levels deep")
        start = self.at
        opening = self.text[start : start + 1]
        if opening == "{":
            return self._object(depth)
        if opening == "[":
            return self._array(depth)
        if opening == '"':
            data = self._string()
            return Value(start, self.at, data)
        found = _SCALAR.match(self.text, start)
        if not found:
            raise self._broken("a value is missing here" if start < len(self.text) else "the file ends too early")
        self.at = found.end()
        return Value(start, self.at, json.loads(found.group()))

    def _string(self) -> str:
        found = _STRING.match(self.text, self.at)
        if not found:
            raise self._broken("this text is not closed, or has a character that must be escaped")
        self.at = found.end()
        data: str = json.loads(found.group())
        return data

    def _object(self, depth: int) -> Value:
        start = self.at
        members: list[Member] = []
        comma: int | None = None
        self.at += 1
        while True:
            self._skip()
            if self._take("}"):
                self._refuse_trailing(comma)
                break
            if members and comma is None:
                raise self._broken("a comma or a closing brace is missing here")
            if members:
                members[-1] = Member(members[-1].name, members[-1].start, members[-1].value, comma)
            at = self.at
            if self.text[at : at + 1] != '"':
                ended = at >= len(self.text)
                raise self._broken("the file ends too early" if ended else "a name in double quotes is missing here")
            name = self._string()
            self._skip()
            if not self._take(":"):
                raise self._broken("a colon is missing here")
            self._skip()
            members.append(Member(name, at, self._value(depth + 1)))
            self._skip()
            # The condition runs first.
            comma = self.at - 1 if self._take(",") else None
        return Value(start, self.at, {m.name: m.value.data for m in members}, tuple(members), comma)

    def _array(self, depth: int) -> Value:
        start = self.at
        items: list[Any] = []
        comma: int | None = None
        self.at += 1
        while True:
            self._skip()
            if self._take("]"):
                self._refuse_trailing(comma)
                break
            if items and comma is None:
                raise self._broken("a comma or a closing bracket is missing here")
            items.append(self._value(depth + 1).data)
            self._skip()
            # The condition runs first.
            comma = self.at - 1 if self._take(",") else None
        return Value(start, self.at, items)

    def _refuse_trailing(self, comma: int | None) -> None:
        if comma is not None and not self.comments:
            self.at = comma
            raise self._broken("a comma before a closing bracket; this client does not read such a file")

    def _take(self, character: str) -> bool:
        if self.text.startswith(character, self.at):
            self.at += 1
            return True
        return False

    def _skip(self) -> None:
        while True:
            while self.at < len(self.text) and self.text[self.at] in " \t\r\n":
                self.at += 1
            if self.text.startswith("//", self.at):
                end = self.text.find("\n", self.at)
                end = len(self.text) if end < 0 else end
            elif self.text.startswith("/*", self.at):
                end = self.text.find("*/", self.at + 2) + 2
                if end < 2:
                    raise self._broken("this comment is not closed")
            else:
                return
            if not self.comments:
                raise self._broken("a comment; this client does not read such a file")
            self.at = end

    def _broken(self, what: str) -> BrokenFile:
        return BrokenFile(what, *_place(self.text, self.at))
