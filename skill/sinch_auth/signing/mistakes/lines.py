"""Mistakes inside one line of the string to sign: verb, MD5, content type."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sinch_auth.signing.mistakes.registry import COMMON, FIVE_LINES, KNOWN, ODD, RARE, TEXT_KEYED, mistake
from sinch_auth.signing.recipe import BODY_AS, Recipe, replace


@mistake(
    "verb-letter-case",
    "verb",
    schemes=FIVE_LINES,
    rank=COMMON,
    parameters=("lower case", "capitalised", "upper case"),
)
def verb_case(recipe: Recipe, how: str) -> Recipe:
    verb = recipe.verb
    return replace(
        recipe,
        verb={"lower case": verb.lower(), "capitalised": verb.capitalize(), "upper case": verb.upper()}[how],
    )


_VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


@mistake(
    "verb-of-another-request",
    "verb",
    schemes=FIVE_LINES,
    parameters=_VERBS,
    ranks={"HEAD": RARE, "OPTIONS": RARE},
)
def other_verb(recipe: Recipe, verb: str) -> Recipe:
    return replace(recipe, verb=verb.encode())


@mistake(
    "verb-not-filled-in",
    "verb",
    schemes=FIVE_LINES,
    parameters=(
        "",
        "undefined",
        "null",
        "None",
        "HTTP-VERB",
        "HttpMethod.POST",
        "System.Net.Http.HttpMethod",
    ),
    rank=RARE,
    ranks={"": KNOWN, "undefined": KNOWN},
)
def verb_missing(recipe: Recipe, text: str) -> Recipe:
    return replace(recipe, verb=text.encode())


@mistake(
    "verb-with-more-text",
    "verb",
    schemes=FIVE_LINES,
    parameters=(
        "space after",
        "colon after",
        "URL after",
        "path after",
        "HTTP version after",
        "in double quotes",
    ),
    rank=RARE,
)
def verb_decorated(recipe: Recipe, how: str) -> Recipe:
    verb, request = recipe.verb, recipe.given.request
    return replace(recipe, verb={
        "space after": verb + b" ",
        "colon after": verb + b":",
        "URL after": verb + f" {request.url_scheme}://{request.host}{request.path}".encode(),
        "path after": verb + b" " + recipe.path,
        "HTTP version after": verb + b" " + recipe.path + b" HTTP/1.1",
        "in double quotes": b'"' + verb + b'"',
    }[how])  # fmt: skip


def _as(recipe: Recipe, how: str) -> Recipe:
    return replace(recipe, body_as=how)


def _matching(*patterns: str) -> tuple[str, ...]:
    return tuple(name for name in BODY_AS if any(re.fullmatch(pattern, name) for pattern in patterns))


mistake("md5-in-hex", "body_as", schemes=FIVE_LINES, rank=COMMON, parameters=("md5 in hex",
"md5 in upper-case hex"),
        ranks={"md5 in upper-case hex": KNOWN})(_as)  # fmt: skip
mistake("md5-base64-of-hex", "body_as", schemes=FIVE_LINES, rank=KNOWN,
        parameters=("md5 in base64 of its hex text", "md5 in base64 of its upper-case hex text",
        "md5 in base64 twice"),
        ranks={"md5 in base64 of its upper-case hex text": RARE, "md5 in base64 twice": RARE})(_as)  # fmt: skip
mistake("md5-in-base64url", "body_as", schemes=FIVE_LINES,
        parameters=("md5 in base64url", "md5 in unpadded base64url"),
        ranks={"md5 in unpadded base64url": RARE})(_as)  # fmt: skip
mistake("md5-unpadded", "body_as", schemes=FIVE_LINES, parameters=("md5 in unpadded base64",))(_as)
mistake("md5-with-white-space", "body_as", schemes=FIVE_LINES,
        parameters=("md5 in base64 + LF", "md5 in base64 + CRLF", "md5 in base64 + space"),
        ranks={"md5 in base64 + CRLF": RARE, "md5 in base64 + space": RARE})(_as)  # fmt: skip
mistake("md5-with-header-name", "body_as",
schemes=FIVE_LINES, parameters=_matching(r"(?i)content-md5: ?<md5>"),
        ranks={"content-md5: <md5>": RARE, "content-md5:<md5>": RARE})(_as)  # fmt: skip
mistake("md5-as-raw-bytes", "body_as", schemes=FIVE_LINES, rank=RARE,
        parameters=("md5 as raw bytes", "md5 percent-encoded"))(_as)  # fmt: skip
mistake("body-itself-instead-of-md5", "body_as", schemes=FIVE_LINES, rank=COMMON,
        parameters=("the body itself", "the body in base64", "the length of the body"),
        ranks={"the body in base64": KNOWN, "the length of the body": RARE})(_as)  # fmt: skip
mistake("md5-placeholder", "body_as", schemes=FIVE_LINES, rank=RARE, parameters=_matching("the text .*"))(_as)
mistake("other-hash-instead-of-md5", "body_as", schemes=FIVE_LINES,
        parameters=_matching(r"sha\w+ in base64", r"sha\w+ of the body in hex"), rank=RARE,
        ranks=dict.fromkeys(("sha256 in base64", "sha256 of the body in hex", "sha1 in base64"),
                            KNOWN))(_as)  # fmt: skip


@mistake("md5-line-empty", "body_as", schemes=FIVE_LINES, rank=COMMON)
def md5_empty(recipe: Recipe, _: str) -> Recipe | None:
    return replace(recipe, body_as="nothing") if recipe.body else None


@mistake("md5-of-empty-body", "body_as", schemes=FIVE_LINES, rank=COMMON)
def md5_of_nothing(recipe: Recipe, _: str) -> Recipe | None:
    return None if recipe.body else replace(recipe, body_as="md5 in base64, also of an empty body")


mistake("body-hashed-first", "body_as", schemes=TEXT_KEYED - {"mailgun-webhook"}, rank=KNOWN,
        parameters=("md5 in base64, also of an empty body", "md5 in hex", "sha256 of the body in hex",
        "sha256 in base64",
                    "sha1 of the body in hex", "the body in base64", "sha1 in base64", "md5 as raw bytes",
                    "nothing"),
        ranks={"md5 as raw bytes": RARE, "sha1 in base64": RARE})(_as)  # fmt: skip


_CONTENT_TYPES = (
    "application/json", "application/json; charset=utf-8", "application/json; charset=UTF-8",
    "application/json;charset=utf-8", "application/json;charset=UTF-8", "application/json; charset=utf8",
    "application/json;charset=utf8", 'application/json; charset="utf-8"', "application/json; charset=Utf-8",
    "application/json; charset=us-ascii", "application/json; charset=ascii", "application/json; charset=UTF8",
    "application/json; charset=iso-8859-1", "application/json; charset=ISO-8859-1",
    "application/json; charset=latin1",
    "application/json ; charset=utf-8", "application/json;", "application/json; ", "application/json ",
    " application/json", "application/json, */*", "application/json, text/plain, */*",
    "application/json; encoding=utf-8", "application/json, application/json",
    "application/json; odata.metadata=minimal",
    "text/json", "application/x-json", "application/vnd.api+json", "application/problem+json",
    "application/javascript",
    "application/json-patch+json", "application/merge-patch+json", "application/hal+json",
    "text/plain", "text/plain; charset=utf-8", "text/plain;charset=UTF-8", "text/plain;charset=utf-8",
    "text/plain; charset=UTF-8", "text/html", "text/html; charset=utf-8", "text/html; charset=UTF-8",
    "text/xml", "application/xml",
    "application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-8",
    "application/x-www-form-urlencoded; charset=UTF-8", "application/x-www-form-urlencoded;charset=UTF-8",
    "application/x-www-form-urlencoded;charset=utf-8", "multipart/form-data", "application/octet-stream",
    "binary/octet-stream",
    "*/*", "json", "JSON", "utf-8", "UTF-8", "charset=utf-8", "text/javascript", "application",
)  # fmt: skip
_COMMON_TYPES = {"application/json", "application/json; charset=utf-8", "application/json; charset=UTF-8"}
_KNOWN_TYPES = {
    "application/json;charset=utf-8", "application/json;charset=UTF-8", "application/x-www-form-urlencoded",
    "text/plain", "text/plain;charset=UTF-8", "*/*", "text/plain; charset=utf-8", "application/octet-stream",
    'application/json; charset="utf-8"', "application/json; charset=utf8",
}  # fmt: skip

_ODD_TYPES = {
    "application/json;", "application/json; ", "application/json ", " application/json",
    "application/json, */*", "application/json; encoding=utf-8", "application/json, application/json",
    "application/json; odata.metadata=minimal", "application/x-json", "application/vnd.api+json",
    "application/problem+json", "application/javascript", "application/json-patch+json",
    "application/merge-patch+json", "application/hal+json", "text/xml", "application/xml",
    "text/plain; charset=UTF-8", "application/x-www-form-urlencoded; charset=UTF-8", "binary/octet-stream",
    "application/x-www-form-urlencoded;charset=UTF-8", "application/x-www-form-urlencoded;charset=utf-8",
    "json", "JSON", "utf-8", "UTF-8", "charset=utf-8", "text/javascript", "application",
}  # fmt: skip


def _types(recipe: Recipe) -> Iterable[str]:
    own = recipe.content_type.decode("utf-8", "replace")
    media = own.partition(";")[0].strip()
    derived = [
        own.replace("; ", ";"),
        re.sub(r";\s*", "; ", own),
        own.replace(" ", ""),
        media,
        own.strip(),
        own + ";",
        own + " ",
    ]
    if media and media != "application/json":
        derived += [
            f"{media}; charset=utf-8",
            f"{media}; charset=UTF-8",
            f"{media};charset=utf-8",
            f"{media};charset=UTF-8",
        ]
    accept = recipe.given.request.headers.get("accept")
    return dict.fromkeys([*_CONTENT_TYPES, *([accept] if accept else []), *(text for text in derived if text)])


@mistake(
    "content-type-differs",
    "content_type",
    schemes=FIVE_LINES,
    parameters=_types,
    rank=RARE,
    ranks=dict.fromkeys(_ODD_TYPES, ODD) | dict.fromkeys(_COMMON_TYPES, COMMON) | dict.fromkeys(_KNOWN_TYPES, KNOWN),
)
def other_type(recipe: Recipe, text: str) -> Recipe:
    return replace(recipe, content_type=text.encode())


@mistake("content-type-line-empty", "content_type", schemes=FIVE_LINES, rank=COMMON)
def type_empty(recipe: Recipe, _: str) -> Recipe:
    return replace(recipe, content_type=b"")


@mistake(
    "content-type-with-header-name",
    "content_type",
    schemes=FIVE_LINES,
    parameters=(
        "Content-Type:",
        "Content-Type: ",
        "content-type:",
        "content-type: ",
        "Content-Type=",
        "ContentType:",
    ),
    ranks={"Content-Type=": RARE, "ContentType:": RARE},
)
def type_with_name(recipe: Recipe, name: str) -> Recipe:
    return replace(recipe, content_type=name.encode() + recipe.content_type)


@mistake(
    "content-type-letter-case",
    "content_type",
    schemes=FIVE_LINES,
    parameters=("lower case", "upper case", "capitalised", "title case", "charset in upper case"),
    ranks={"capitalised": RARE, "title case": RARE, "charset in upper case": RARE},
)
def type_case(recipe: Recipe, how: str) -> Recipe:
    text = recipe.content_type.decode("utf-8", "replace")
    return replace(recipe, content_type={
        "lower case": text.lower(),
        "upper case": text.upper(),
        "capitalised": text.capitalize(),
        "title case": text.title(),
        "charset in upper case": re.sub(r"(?i)(charset=)(.*)", lambda m: m[1] + m[2].upper(), text),
    }[how].encode())  # fmt: skip


@mistake(
    "content-type-placeholder",
    "content_type",
    schemes=FIVE_LINES,
    parameters=(
        "null",
        "undefined",
        "None",
        "nil",
        "[object Object]",
        "false",
        "Content-Type",
        "content-type",
        "NULL",
    ),
    rank=RARE,
    ranks={"null": KNOWN, "undefined": KNOWN, "None": KNOWN},
)
def type_placeholder(recipe: Recipe, text: str) -> Recipe:
    return replace(recipe, content_type=text.encode())


@mistake(
    "content-type-with-line-break",
    "content_type",
    schemes=FIVE_LINES,
    parameters=("LF after", "CR after", "in double quotes", "as a list"),
    rank=RARE,
)
def type_line_break(recipe: Recipe, how: str) -> Recipe:
    own = recipe.content_type
    return replace(
        recipe,
        content_type={
            "LF after": own + b"\n",
            "CR after": own + b"\r",
            "in double quotes": b'"' + own + b'"',
            "as a list": b"[" + own + b"]",
        }[how],
    )
