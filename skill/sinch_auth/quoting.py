"""Literals of every target language: a value goes in, source text that means exactly that value comes out.

What a template interpolates is rendered as a quoted literal unless it is `Code`, which only the knowledge base and
the templates themselves may be. Characters that an editor or a terminal does not show (controls, bidirectional marks,
line separators) are escaped wherever the language can, so that code reads as it runs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from sinch_auth.errors import UsageError

Part = tuple[Literal["text", "name"], str]
"""A piece of an interpolated string: literal text, or the id of a variable."""


class Code(str):
    """Source text that is trusted as it stands."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one target language writes text, names and comments."""

    quote: Callable[[str], str]
    """A string literal."""
    join: Callable[[Iterable[Part], Callable[[str], str]], str]
    """A string made of text and variables; the second argument spells a variable's name."""
    name: Callable[[str], str]
    """A variable's name from an id such as `project_id`."""
    comment: str
    """What opens a comment line."""


def unprintable(value: str) -> Iterable[str]:
    """The characters of a value that must be escaped because a reader would not see them."""
    return (c for c in value if not c.isprintable())


def _escaper(special: Mapping[str, str], escape: Callable[[int], str]) -> Callable[[str], str]:
    """A function that replaces the characters special to a literal, and escapes those not printable."""
    table = {ord(k): v for k, v in special.items()}

    def escaped(value: str) -> str:
        _refuse_what_no_language_can_write(value)
        text = value.translate(table)
        if text.isprintable():
            return text
        return "".join(special.get(c) or (c if c.isprintable() else escape(ord(c))) for c in value)

    return escaped


def _refuse_what_no_language_can_write(value: str) -> None:
    if any("\ud800" <= c <= "\udfff" for c in value):
        raise UsageError("a value has half a character in it (a lone surrogate)", cure="give it as valid Unicode text")


def _utf16(code: int) -> str:
    """`\\uXXXX`, twice where a character is outside the basic plane."""
    if code > 0xFFFF:
        code -= 0x10000
        return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
    return f"\\u{code:04x}"


def _utf32(code: int) -> str:
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _braced(code: int) -> str:
    return f"\\u{{{code:x}}}"


def _java(code: int) -> str:
    # JLS §3.3: \uXXXX is read before the literal is, so an escaped line feed or quote would end it; octal is safe.
    return f"\\{code:03o}" if code <= 0xFF else _utf16(code)


_BASIC = {"\\": "\\\\", '"': '\\"'}
_MARKUP = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}

_js = _escaper(_BASIC, _utf16)
_js_template = _escaper({"\\": "\\\\", "`": "\\`", "$": "\\$"}, _utf16)
_html = _escaper(_BASIC | _MARKUP, _utf16)
_html_template = _escaper({"\\": "\\\\", "`": "\\`", "$": "\\$"} | _MARKUP, _utf16)
_py = _escaper(_BASIC, _utf32)
_py_f = _escaper(_BASIC | {"{": "{{", "}": "}}"}, _utf32)
_java_text = _escaper(_BASIC, _java)
_cs = _escaper(_BASIC, _utf32)
_cs_f = _escaper(_BASIC | {"{": "{{", "}": "}}"}, _utf32)
_php_double = _escaper(_BASIC | {"$": "\\$"}, _braced)
_php_single = _escaper({"\\": "\\\\", "'": "\\'"}, _braced)
_go = _escaper(_BASIC, _utf32)
_rb = _escaper(_BASIC | {"#": "\\#"}, _braced)
_swift = _escaper(_BASIC, _braced)
_kt = _escaper(_BASIC | {"$": "\\$"}, _utf16)


def quote_shell(value: str) -> str:
    """A word for `sh`: bare where that is safe, else in single quotes."""
    _refuse_what_no_language_can_write(value)
    if "\0" in value:
        raise UsageError("a shell word cannot hold a NUL character", cure="remove it from the value")
    if re.fullmatch(r"[A-Za-z0-9@%+=:,./_-]+", value):
        return value
    if value.isprintable():
        return "'" + value.replace("'", "'\\''") + "'"
    # Octal also for these two: not every reader of $'…' agrees on what ends it after a backslash.
    escape = {"\\": "\\134", "'": "\\047"}
    octal = "".join(
        escape.get(c) or (c if c.isprintable() else "".join(f"\\{b:03o}" for b in c.encode())) for c in value
    )
    return f"$'{octal}'"


def quote_php(value: str) -> str:
    """A PHP literal: single quotes, or double where something must be escaped."""
    return f"'{_php_single(value)}'" if value.isprintable() else f'"{_php_double(value)}"'


def _double(escaped: Callable[[str], str], other: str = "") -> Callable[[str], str]:
    """Double quotes; the other quote, which escapes nothing, where the value holds double ones (JSON)."""

    def quote(value: str) -> str:
        if other and '"' in value and value.isprintable() and other not in value and "\\" not in value:
            return f"{other}{value}{other}"
        return f'"{escaped(value)}"'

    return quote


def _joiner(
    plain: Callable[[str], str], text: Callable[[str], str], variable: str, opening: str, closing: str
) -> Callable[[Iterable[Part], Callable[[str], str]], str]:
    """A joiner for languages with interpolated strings."""

    def join(parts: Iterable[Part], spell: Callable[[str], str]) -> str:
        parts = list(parts)
        if all(kind == "text" for kind, _ in parts):
            return plain("".join(value for _, value in parts))
        inside = (text(value) if kind == "text" else variable.replace("NAME", spell(value)) for kind, value in parts)
        return opening + "".join(inside) + closing

    return join


def _adder(plain: Callable[[str], str]) -> Callable[[Iterable[Part], Callable[[str], str]], str]:
    """A joiner for languages that only have `+`."""

    def join(parts: Iterable[Part], spell: Callable[[str], str]) -> str:
        return " + ".join(plain(value) if kind == "text" else spell(value) for kind, value in parts)

    return join


def _snake(id: str) -> str:
    return id.replace("-", "_")


def _camel(id: str) -> str:
    head, *tail = _snake(id).split("_")
    return head + "".join(word.capitalize() for word in tail)


def _go_name(id: str) -> str:
    return re.sub(r"Id\b", "ID", _camel(id))


def _dollar(id: str) -> str:
    return "$" + _camel(id)


def _upper(id: str) -> str:
    return _snake(id).upper()


_sh_double = _escaper({"\\": "\\\\", '"': '\\"', "$": "\\$", "`": "\\`"}, lambda code: chr(code))

DIALECTS: Mapping[str, Dialect] = {
    "curl": Dialect(quote_shell, _joiner(quote_shell, _sh_double, "${NAME}", '"', '"'), _upper, "#"),
    "node": Dialect(_double(_js, "'"), _joiner(_double(_js), _js_template, "${NAME}", "`", "`"), _camel, "//"),
    "python": Dialect(_double(_py, "'"), _joiner(_double(_py), _py_f, "{NAME}", 'f"', '"'), _snake, "#"),
    "java": Dialect(_double(_java_text), _adder(_double(_java_text)), _camel, "//"),
    "dotnet": Dialect(_double(_cs), _joiner(_double(_cs), _cs_f, "{NAME}", '$"', '"'), _camel, "//"),
    "php": Dialect(quote_php, _joiner(quote_php, _php_double, "{NAME}", '"', '"'), _dollar, "//"),
    "go": Dialect(_double(_go, "`"), _adder(_double(_go)), _go_name, "//"),
    "ruby": Dialect(_double(_rb, "'"), _joiner(_double(_rb), _rb, "#{NAME}", '"', '"'), _snake, "#"),
    "browser": Dialect(_double(_html), _joiner(_double(_html), _html_template, "${NAME}", "`", "`"), _camel, "//"),
    "ios": Dialect(_double(_swift), _joiner(_double(_swift), _swift, "\\(NAME)", '"', '"'), _camel, "//"),
    "android": Dialect(_double(_kt), _joiner(_double(_kt), _kt, "${NAME}", '"', '"'), _camel, "//"),
}
