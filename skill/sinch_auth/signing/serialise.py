"""One JSON value as the serialisers of ten languages write it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode


class Number(float):
    """A JSON number that remembers its own text."""

    __slots__ = ("text",)
    text: str

    @classmethod
    def of(cls, text: str) -> Number:
        number = cls(text)
        number.text = text
        return number


def parse(body: bytes) -> tuple[bool, Any]:
    """Whether `body` is JSON, and its value with numbers kept as written."""
    if not body or len(body) > 200_000:
        return False, None
    try:
        value = json.loads(body, parse_float=Number.of, parse_int=Number.of, parse_constant=_refuse)
        render(value, Style())
        return True, value
    except (ValueError, RecursionError):
        return False, None


def _refuse(constant: str) -> None:
    """NaN and Infinity are no JSON (RFC 8259 §6)."""
    raise ValueError(constant)


def _javascript_number(number: Number) -> str:
    if abs(number) < 1e21 and number.is_integer():
        return str(int(number))
    return repr(float(number)).replace("e+0", "e+").replace("e-0", "e-")


def _python_number(number: Number) -> str:
    return number.text if re.fullmatch(r"-?\d+", number.text) else repr(float(number))


def _own_number(number: Number) -> str:
    return number.text


@dataclass(frozen=True, slots=True)
class Style:
    """How one serialiser writes."""

    item: str = ","
    colon: str = ":"
    indent: str = ""
    newline: str = "\n"
    ascii: bool = False
    escape: Mapping[str, str] | None = None
    number: Callable[[Number], str] = _own_number
    sort: bool = False
    reverse: bool = False
    drop: Callable[[Any], bool] | None = None
    empty_inner: bool = False
    upper_hex: bool = False
    padded: bool = False
    one_line_arrays: bool = False


def render(value: Any, style: Style, depth: int = 0) -> str:
    """`value` as text in one style."""
    if isinstance(value, Number):
        return style.number(value)
    if isinstance(value, str):
        return _string(value, style)
    if isinstance(value, dict):
        pairs = [(k, v) for k, v in value.items() if not (style.drop and style.drop(v))]
        if style.sort:
            pairs.sort(key=lambda pair: pair[0])
        if style.reverse:
            pairs.reverse()
        items = [f"{_string(k, style)}{style.colon}{render(v, style, depth + 1)}" for k, v in pairs]
        return _block("{", items, "}", style, depth)
    if isinstance(value, list):
        items = [render(item, style, depth + 1) for item in value]
        if style.one_line_arrays:
            return f"[ {', '.join(items)} ]" if items else "[ ]"
        return _block("[", items, "]", style, depth)
    return {None: "null", True: "true", False: "false"}[value]


def _block(opening: str, items: list[str], closing: str, style: Style, depth: int) -> str:
    if not items:
        return f"{opening} {closing}" if style.empty_inner else opening + closing
    if not style.indent:
        pad = " " if style.padded else ""
        return opening + pad + style.item.join(items) + pad + closing
    inner = style.newline + style.indent * (depth + 1)
    return opening + inner + ("," + inner).join(items) + style.newline + style.indent * depth + closing


_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f", '"': '\\"', "\\": "\\\\"}


def _string(text: str, style: Style) -> str:
    escape = style.escape or {}
    out = []
    for char in text:
        if char in escape:
            out.append(escape[char])
        elif char in _SHORT:
            out.append(_SHORT[char])
        elif char < " " or (style.ascii and char > "~"):
            units = char.encode("utf-16-be", "surrogatepass").hex()
            units = units.upper() if style.upper_hex else units
            out.extend(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))
        else:
            out.append(char)
    return '"' + "".join(out) + '"'


def _u(characters: str, upper: bool = False) -> dict[str, str]:
    width = "04X" if upper else "04x"
    return {char: f"\\u{ord(char):{width}}" for char in characters}


_SLASH = {"/": "\\/"}
_GO = _u("<>&\u2028\u2029")
_NET = _u("<>&'+`\"", upper=True)
_GSON = _u("<>&='\u2028\u2029")
_PY, _JS = _python_number, _javascript_number


def _is_null(value: Any) -> bool:
    return value is None


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or value == [] or value == {}


STYLES: dict[str, Style] = {
    "compact, as JSON.stringify": Style(number=_JS),
    "compact, numbers as written": Style(),
    "Python json.dumps": Style(", ", ": ", ascii=True, number=_PY),
    "Python json.dumps, ensure_ascii=False": Style(", ", ": ", number=_PY),
    "Python json.dumps, compact separators": Style(ascii=True, number=_PY),
    "Python json.dumps, sort_keys": Style(", ", ": ", ascii=True, number=_PY, sort=True),
    "Python json.dumps, sort_keys, ensure_ascii=False": Style(", ", ": ", number=_PY, sort=True),
    "Python json.dumps, compact separators, sort_keys": Style(ascii=True, number=_PY, sort=True),
    "Python json.dumps, indent=2": Style(indent="  ", colon=": ", ascii=True, number=_PY),
    "Python json.dumps, indent=4": Style(indent="    ", colon=": ", ascii=True, number=_PY),
    "Python json.dumps, indent=2, sort_keys": Style(indent="  ", colon=": ", ascii=True, number=_PY, sort=True),
    "indented by 2": Style(indent="  ", colon=": ", number=_JS),
    "indented by 2, keys sorted": Style(indent="  ", colon=": ", number=_JS, sort=True),
    "indented by 3": Style(indent="   ", colon=": ", number=_JS),
    "indented by 4": Style(indent="    ", colon=": ", number=_JS),
    "indented by 4, keys sorted": Style(indent="    ", colon=": ", number=_JS, sort=True),
    "indented by 8": Style(indent="        ", colon=": ", number=_JS),
    "indented by a tab": Style(indent="\t", colon=": ", number=_JS),
    "indented by 2, CRLF": Style(indent="  ", colon=": ", newline="\r\n", number=_JS),
    "indented by 4, CRLF": Style(indent="    ", colon=": ", newline="\r\n", number=_JS),
    "compact, keys sorted": Style(sort=True, number=_JS),
    "compact, keys reversed": Style(reverse=True, number=_JS),
    "compact, null members dropped": Style(drop=_is_null, number=_JS),
    "compact, empty members dropped": Style(drop=_is_empty, number=_JS),
    "Python json.dumps, null members dropped": Style(", ", ": ", ascii=True, number=_PY, drop=_is_null),
    "compact, non-ASCII as \\u": Style(ascii=True, number=_JS),
    "PHP json_encode": Style(ascii=True, escape=_SLASH),
    "PHP json_encode, JSON_UNESCAPED_UNICODE": Style(escape=_SLASH),
    "PHP json_encode, JSON_PRETTY_PRINT": Style(indent="    ", colon=": ", ascii=True, escape=_SLASH),
    "PHP json_encode, JSON_PRETTY_PRINT | JSON_UNESCAPED_UNICODE": Style(indent="    ", colon=": ", escape=_SLASH),
    "PHP json_encode, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES": Style(indent="    ", colon=": ", ascii=True),
    ".NET System.Text.Json": Style(ascii=True, upper_hex=True, escape=_NET),
    ".NET System.Text.Json, indented": Style(indent="  ", colon=": ", ascii=True, upper_hex=True, escape=_NET),
    ".NET System.Text.Json, indented, CRLF": Style(
        indent="  ", colon=": ", newline="\r\n", ascii=True, upper_hex=True, escape=_NET
    ),
    "Go json.Marshal": Style(escape=_GO),
    "Go json.Marshal of a map": Style(escape=_GO, sort=True),
    "Java Gson": Style(escape=_GSON),
    "Java Jackson, pretty printer": Style(indent="  ", colon=" : ", empty_inner=True, one_line_arrays=True),
    "space after the colon only": Style(",", ": "),
    "space after the comma only": Style(", ", ":"),
    "spaces inside the braces": Style(", ", ": ", padded=True),
}


def form_encoded(value: Any) -> str | None:
    """An object with plain members as a web form; None for anything else."""
    if not isinstance(value, dict) or any(isinstance(v, (dict, list)) for v in value.values()):
        return None
    plain = {k: v.text if isinstance(v, Number) else v for k, v in value.items()}
    return urlencode(plain)


def python_text(value: Any) -> str:
    """`str()` of the parsed value in Python."""
    if isinstance(value, Number):
        return _python_number(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k!r}: {python_text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(python_text(v) for v in value) + "]"
    return repr(value)


def ruby_text(value: Any) -> str:
    """`to_s` of the parsed value in Ruby before 3.4."""
    if isinstance(value, Number):
        return value.text
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k, ensure_ascii=False)}=>{ruby_text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(ruby_text(v) for v in value) + "]"
    return {None: "nil", True: "true", False: "false"}.get(value, json.dumps(value, ensure_ascii=False))


def go_text(value: Any) -> str:
    """`fmt.Sprint` of the parsed value in Go (keys sorted)."""
    if isinstance(value, Number):
        return value.text
    if isinstance(value, dict):
        return "map[" + " ".join(f"{k}:{go_text(v)}" for k, v in sorted(value.items())) + "]"
    if isinstance(value, list):
        return "[" + " ".join(go_text(v) for v in value) + "]"
    return {None: "<nil>", True: "true", False: "false"}.get(value, str(value))


def java_text(value: Any) -> str:
    """`toString()` of the parsed map in Java and Kotlin."""
    if isinstance(value, Number):
        return value.text
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}={java_text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(java_text(v) for v in value) + "]"
    return {None: "null", True: "true", False: "false"}.get(value, str(value))
