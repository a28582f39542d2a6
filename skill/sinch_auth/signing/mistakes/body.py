"""Mistakes with the body: other bytes were hashed than were sent."""

from __future__ import annotations

import base64
import html
import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote

from sinch_auth.signing import serialise
from sinch_auth.signing.mistakes.registry import ALONE, BODY_SIGNED, COMMON, KNOWN, ODD, RARE, mistake
from sinch_auth.signing.recipe import Recipe, replace


@lru_cache(maxsize=4)
def _value(body: bytes) -> tuple[bool, Any]:
    return serialise.parse(body)


def _text(body: bytes) -> str | None:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


_COMMON_STYLES = {
    "compact, as JSON.stringify", "Python json.dumps", "indented by 2", "PHP json_encode",
}  # fmt: skip
_KNOWN_STYLES = {
    "Python json.dumps, ensure_ascii=False", "Python json.dumps, compact separators", "compact, keys sorted",
    "indented by 4", "PHP json_encode, JSON_UNESCAPED_UNICODE", ".NET System.Text.Json",
    ".NET System.Text.Json, indented", "Go json.Marshal", "compact, null members dropped",
    "Python json.dumps, sort_keys", "compact, numbers as written", "compact, non-ASCII as \\u",
    "indented by a tab", "PHP json_encode, JSON_PRETTY_PRINT",
}  # fmt: skip


def _styles(recipe: Recipe) -> Iterable[str]:
    return serialise.STYLES if _value(recipe.body)[0] else ()


@mistake(
    "body-reserialised",
    "body",
    schemes=BODY_SIGNED,
    parameters=_styles,
    rank=RARE,
    ranks=dict.fromkeys(_COMMON_STYLES, COMMON) | dict.fromkeys(_KNOWN_STYLES, KNOWN),
)
def reserialised(recipe: Recipe, style: str) -> Recipe:
    return replace(
        recipe,
        body=serialise.render(_value(recipe.body)[1], serialise.STYLES[style]).encode("utf-8", "replace"),
    )


_LANGUAGE_TEXTS: dict[str, Callable[[Any], str]] = {
    "Python str(dict)": serialise.python_text,
    "Ruby Hash#to_s": serialise.ruby_text,
    "Go fmt.Sprint": serialise.go_text,
    "Java Map.toString": serialise.java_text,
}


def _languages(recipe: Recipe) -> Iterable[str]:
    return _LANGUAGE_TEXTS if isinstance(_value(recipe.body)[1], (dict, list)) else ()


@mistake(
    "body-printed-not-serialised",
    "body",
    schemes=BODY_SIGNED,
    parameters=_languages,
    ranks={"Go fmt.Sprint": RARE, "Ruby Hash#to_s": RARE, "Java Map.toString": RARE},
)
def printed(recipe: Recipe, language: str) -> Recipe:
    return replace(recipe, body=_LANGUAGE_TEXTS[language](_value(recipe.body)[1]).encode("utf-8", "replace"))


@mistake(
    "body-trailing-newline",
    "body",
    schemes=BODY_SIGNED,
    rank=COMMON,
    parameters=("LF added", "CRLF added", "removed", "two LF added"),
    ranks={"CRLF added": KNOWN, "two LF added": RARE},
)
def trailing_newline(recipe: Recipe, how: str) -> Recipe:
    body = recipe.body
    return replace(recipe, body={
        "LF added": body + b"\n",
        "CRLF added": body + b"\r\n",
        "two LF added": body + b"\n\n",
        "removed": re.sub(rb"\r?\n\Z", b"", body),
    }[how])  # fmt: skip


@mistake(
    "body-white-space-changed",
    "body",
    schemes=BODY_SIGNED,
    parameters=(
        "trimmed",
        "all removed",
        "runs made one space",
        "space added after",
        "space added before",
        "line breaks removed",
        "trimmed at the left",
        "trimmed at the right",
    ),
    ranks={
        "space added before": RARE,
        "space added after": RARE,
        "runs made one space": RARE,
        "trimmed at the left": RARE,
        "trimmed at the right": RARE,
    },
)
def white_space(recipe: Recipe, how: str) -> Recipe:
    body = recipe.body
    return replace(recipe, body={
        "trimmed": body.strip(),
        "trimmed at the left": body.lstrip(),
        "trimmed at the right": body.rstrip(),
        "all removed": re.sub(rb"\s+", b"", body),
        "runs made one space": re.sub(rb"\s+", b" ", body),
        "line breaks removed": body.replace(b"\r", b"").replace(b"\n", b""),
        "space added after": body + b" ",
        "space added before": b" " + body,
    }[how])  # fmt: skip


@mistake(
    "body-line-endings-changed",
    "body",
    schemes=BODY_SIGNED,
    parameters=("LF to CRLF", "CRLF to LF", "LF to CR"),
    ranks={"LF to CR": RARE},
)
def line_endings(recipe: Recipe, how: str) -> Recipe:
    plain = recipe.body.replace(b"\r\n", b"\n")
    return replace(
        recipe,
        body={
            "LF to CRLF": plain.replace(b"\n", b"\r\n"),
            "CRLF to LF": plain,
            "LF to CR": plain.replace(b"\n", b"\r"),
        }[how],
    )


@mistake("body-with-byte-order-mark", "body", schemes=BODY_SIGNED, parameters=("added", "removed"))
def byte_order_mark(recipe: Recipe, how: str) -> Recipe:
    mark = b"\xef\xbb\xbf"
    return replace(recipe, body=mark + recipe.body if how == "added" else recipe.body.removeprefix(mark))


_CHARSETS = {
    "UTF-16LE": ("utf-16-le", b""), "UTF-16BE": ("utf-16-be", b""),
    "UTF-16LE with byte order mark": ("utf-16-le", b"\xff\xfe"),
    "UTF-16BE with byte order mark": ("utf-16-be", b"\xfe\xff"),
    "UTF-32LE": ("utf-32-le", b""),
    "Latin-1": ("latin-1", b""), "Windows-1252": ("cp1252", b""), "ASCII": ("ascii", b""),
    "GBK": ("gbk", b""), "Shift_JIS": ("shift_jis", b""), "GB18030": ("gb18030", b""),
}  # fmt: skip


@mistake(
    "body-in-other-charset",
    "body",
    schemes=BODY_SIGNED,
    parameters=(
        *_CHARSETS,
        "Latin-1, others dropped",
        "ASCII, others dropped",
        "Latin-1, others as XML references",
    ),
    rank=ODD,
    ranks={"UTF-16LE": KNOWN, "Latin-1": KNOWN, "ASCII": KNOWN, "Windows-1252": KNOWN},
)
def other_charset(recipe: Recipe, name: str) -> Recipe | None:
    text = _text(recipe.body)
    if text is None:
        return None
    charset, _, rest = name.partition(", others ")
    errors = {"dropped": "ignore", "as XML references": "xmlcharrefreplace"}.get(rest, "replace")
    codec, mark = _CHARSETS[charset]
    return replace(recipe, body=mark + text.encode(codec, errors))


@mistake(
    "body-encoded-to-utf8-twice",
    "body",
    schemes=BODY_SIGNED,
    parameters=("read as Latin-1", "read as Windows-1252", "read as ASCII with replacement"),
    ranks={"read as ASCII with replacement": RARE},
)
def encoded_twice(recipe: Recipe, how: str) -> Recipe:
    if how == "read as Latin-1":
        return replace(recipe, body=recipe.body.decode("latin-1").encode())
    if how == "read as Windows-1252":
        return replace(recipe, body=recipe.body.decode("cp1252", "replace").encode())
    return replace(recipe, body=recipe.body.decode("ascii", "replace").encode())


_LITERALS = (
    "", "null", "undefined", "{}", '""', "[]", "None", "nil", "NULL", "[object Object]", "''", "\n", " ",
    "\0",
    "false", "0", "[object Promise]", "[object ReadableStream]", "[object ArrayBuffer]",
    "System.IO.MemoryStream",
    "System.Net.Http.StringContent", "body", "Array", "{ }", "null\n", "{}\n",
)  # fmt: skip


@mistake(
    "body-is-a-placeholder",
    "body",
    schemes=BODY_SIGNED,
    parameters=_LITERALS,
    rank=ODD,
    ranks={
        "null": KNOWN,
        "undefined": KNOWN,
        "{}": KNOWN,
        '""': KNOWN,
        "None": KNOWN,
        "[object Object]": KNOWN,
        "": KNOWN,
        "[]": KNOWN,
    },
)
def placeholder(recipe: Recipe, text: str) -> Recipe:
    return replace(recipe, body=text.encode())


def _js_string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


@mistake(
    "body-made-a-json-string",
    "body",
    schemes=BODY_SIGNED,
    parameters=(
        "JSON.stringify of the text",
        "Python json.dumps of the text",
        "PHP json_encode of the text",
        "quotes escaped",
        "in double quotes",
        "twice",
    ),
    ranks={"PHP json_encode of the text": RARE, "in double quotes": RARE, "twice": RARE},
)
def json_string(recipe: Recipe, how: str) -> Recipe | None:
    text = _text(recipe.body)
    if text is None:
        return None
    return replace(recipe, body={
        "JSON.stringify of the text": _js_string(text),
        "Python json.dumps of the text": json.dumps(text),
        "PHP json_encode of the text": json.dumps(text).replace("/", "\\/"),
        "quotes escaped": text.replace("\\", "\\\\").replace('"', '\\"'),
        "in double quotes": f'"{text}"',
        "twice": _js_string(_js_string(text)),
    }[how].encode("utf-8", "replace"))  # fmt: skip


@mistake(
    "body-as-bytes-literal",
    "body",
    schemes=BODY_SIGNED,
    parameters=("Python str(bytes)", "Python repr(str)", "JSON of a Node Buffer", "list of numbers"),
    rank=RARE,
    ranks={"Python str(bytes)": KNOWN},
)
def bytes_literal(recipe: Recipe, how: str) -> Recipe | None:
    body = recipe.body
    if how == "Python repr(str)":
        text = _text(body)
        return None if text is None else replace(recipe, body=repr(text).encode())
    numbers = ",".join(str(byte) for byte in body)
    return replace(recipe, body={
        "Python str(bytes)": str(body),
        "JSON of a Node Buffer": f'{{"type":"Buffer","data":[{numbers}]}}',
        "list of numbers": numbers,
    }[how].encode())  # fmt: skip


@mistake(
    "body-quotes-changed",
    "body",
    schemes=BODY_SIGNED,
    parameters=(
        "curly, paired",
        "curly, opening only",
        "single",
        "curly, closing only",
        "removed",
        "German",
        "HTML entities",
        "backslashes removed",
    ),
    rank=RARE,
    ranks={"curly, paired": KNOWN, "single": KNOWN},
)
def quotes(recipe: Recipe, how: str) -> Recipe | None:
    text = _text(recipe.body)
    if text is None:
        return None
    return replace(recipe, body={
        "curly, paired": re.sub(r'"([^"]*)"', "“\\1”", text),
        "curly, opening only": text.replace('"', "“"),
        "curly, closing only": text.replace('"', "”"),
        "German": re.sub(r'"([^"]*)"', "„\\1“", text),
        "single": text.replace('"', "'"),
        "removed": text.replace('"', ""),
        "HTML entities": html.escape(text),
        "backslashes removed": text.replace("\\", ""),
    }[how].encode())  # fmt: skip


def _to_form(recipe: Recipe) -> bytes | None:
    text = serialise.form_encoded(_value(recipe.body)[1])
    return None if text is None else text.encode()


def _form_to_json(recipe: Recipe) -> bytes | None:
    text = _text(recipe.body)
    pairs = parse_qsl(text, keep_blank_values=True) if text and "=" in text and text[0] not in "{[<" else []
    return json.dumps(dict(pairs), separators=(",", ":"), ensure_ascii=False).encode() if pairs else None


_TRANSFERS: dict[str, Callable[[Recipe], bytes | None]] = {
    "JSON to web form": _to_form,
    "web form to JSON": _form_to_json,
    "percent-encoded": lambda r: quote(r.body, safe="").encode(),
    "percent-encoded like encodeURI": lambda r: quote(r.body, safe=";,/?:@&=+$-_.!~*'()#").encode(),
    "base64": lambda r: base64.b64encode(r.body),
    "hex": lambda r: r.body.hex().encode(),
    "as a JSON array": lambda r: b"[" + r.body + b"]",
    "in parentheses": lambda r: b"(" + r.body + b")",
    "with length before": lambda r: str(len(r.body)).encode() + r.body,
}


@mistake(
    "body-in-other-transfer-form",
    "body",
    schemes=BODY_SIGNED,
    parameters=_TRANSFERS,
    rank=RARE,
    ranks={"base64": KNOWN, "JSON to web form": KNOWN},
)
def transfer_form(recipe: Recipe, how: str) -> Recipe | None:
    body = _TRANSFERS[how](recipe)
    return None if body is None else replace(recipe, body=body)


@mistake(
    "body-letters-changed",
    "body",
    schemes=BODY_SIGNED,
    parameters=(
        "lower case",
        "upper case",
        "accents composed (NFC)",
        "accents decomposed (NFD)",
        "\\u escapes decoded",
        "\\/ unescaped",
        "/ escaped",
        "non-ASCII removed",
        "+ removed",
    ),
    rank=RARE,
    ranks={"upper case": ALONE, "+ removed": ALONE},
)
def letters(recipe: Recipe, how: str) -> Recipe | None:
    text = _text(recipe.body)
    if text is None:
        return None
    return replace(recipe, body={
        "lower case": lambda: text.lower(),
        "upper case": lambda: text.upper(),
        "accents composed (NFC)": lambda: unicodedata.normalize("NFC", text),
        "accents decomposed (NFD)": lambda: unicodedata.normalize("NFD", text),
        "\\u escapes decoded": lambda: re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text),
        "\\/ unescaped": lambda: text.replace("\\/", "/"),
        "/ escaped": lambda: text.replace("/", "\\/"),
        "non-ASCII removed": lambda: text.encode("ascii", "ignore").decode(),
        "+ removed": lambda: text.replace("+", ""),
    }[how]().encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode())  # fmt: skip


def _members(recipe: Recipe) -> Iterable[str]:
    value = _value(recipe.body)[1]
    return value if isinstance(value, dict) and len(value) <= 60 else ()


@mistake("body-without-a-member", "body", schemes=BODY_SIGNED, parameters=_members, rank=ALONE)
def without_member(recipe: Recipe, name: str) -> Recipe:
    value = {k: v for k, v in _value(recipe.body)[1].items() if k != name}
    return replace(
        recipe,
        body=serialise.render(value, serialise.STYLES["compact, numbers as written"]).encode("utf-8", "replace"),
    )


def _inner_members(recipe: Recipe) -> Iterable[str]:
    value = _value(recipe.body)[1]
    return (k for k, v in value.items() if isinstance(v, (dict, list, str)) and v) if isinstance(value, dict) else ()


@mistake("body-only-one-member", "body", schemes=BODY_SIGNED, parameters=_inner_members, rank=ALONE)
def only_member(recipe: Recipe, name: str) -> Recipe:
    inner = _value(recipe.body)[1][name]
    text = inner if isinstance(inner, str) else serialise.render(inner, serialise.STYLES["compact, numbers as written"])
    return replace(recipe, body=text.encode("utf-8", "replace"))
