"""What a masked stack trace or log tells: the SDK, its version, and the exception."""

from __future__ import annotations

import re

from sinch_auth.redact import MASK, redact

_VERSION = r"(?P<version>\d+\.\d+(?:\.\d+)?)"
_AGENT = re.compile(rf"(?i)sinch-sdk/{_VERSION}[^\n(]{{0,5}}\((?P<language>JavaScript|Python|Java|csharp)")
_LANGUAGES = {"javascript": "node", "python": "python", "java": "java", "csharp": "dotnet"}
_SDK = (
    (
        "node",
        r"(?:@sinch/|\b(?=sdk-core))(?:sdk-core|sdk-client|numbers|sms|conversation|voice)"
        r"(?:[\"']?\s{0,2}[@:= ]\s{0,2}[\"'^~v]{0,3}| v?)"
        + _VERSION,
    ),
    ("python", r"(?:\bsinch ?(?:==|>=|~=|->|-|/)|pip show sinch *->|python(?: sdk)? sinch|sinch python(?: sdk)?|"
               r"\bsinch) ?v?(?P<version>\d+\.(?:\d+(?:\.\d+)?|x))"),
    ("java", r"sinch-sdk-java[-:@<>/\w ]{0,30}?" + _VERSION),
    ("dotnet", r"Include=\"Sinch\" Version=\"" + _VERSION),
    ("dotnet", r"\bSinch(?:\.dll)?,? [Vv]ersion[= ]" + _VERSION),
)  # fmt: skip
_VERSIONS = tuple((language, re.compile(pattern)) for language, pattern in _SDK)
_MARKS = (
    ("node", re.compile(r"node_modules/@sinch|@sinch/sdk-|RequestFailedError|\bat .{1,200}\.[cm]?[jt]s:\d")),
    ("python", re.compile(r"Traceback \(most recent call last\)|site-packages/sinch|\bsinch\.(?:core|domains)\.|"
                          r"SinchClient\.__init__\(\)")),
    ("java", re.compile(r"com\.sinch\.sdk|\bat (?:[a-z]\w{0,40}\.){2,9}\w{1,80}\([\w$]{1,80}\.java:\d|"
                        r"\bjava\.(?:lang|util)\.\w{1,60}Exception")),
    ("dotnet", re.compile(r"\bSinch\.(?:SinchApiException|Auth\.)|SinchAuthException|System\.\w{0,60}Exception|"
                          r"\bat Sinch\.\w")),
)  # fmt: skip
_DOMAIN = re.compile(
    r"com\.sinch\.sdk\.domains\.([a-z]{2,30})\b|\bsinch[/.]domains[/.]([a-z_]{2,30})\b|"
    r"\bat Sinch\.([A-Z][A-Za-z]{1,30})\."
)
_LINE = re.compile(
    r"(?m)^(?:Caused by: |Unhandled exception\. |Exception in thread \"[^\"\n]{1,60}\" |Uncaught |\s{0,8})"
    r"(?P<name>(?:[A-Za-z_$][\w$]{0,60}[.\\]){0,8}[A-Z]\w{0,60}?(?:Error|Exception|Failure))"
    r"(?P<text>(?::| \[)[^\n]{0,400})?"
)
_SAID = re.compile(r"\b(?P<name>(?:[a-z_]\w{0,40}\.){0,6}[A-Z]\w{0,60}?(?:Error|Exception))(?P<text>: [^\n]{1,300})?")
_OPAQUE = re.compile(r"[A-Za-z0-9+/=_~.!%$@#^&*-]{16,}")
_PLAIN_PART = re.compile(r"[A-Za-z]{1,24}|\d{1,8}|[A-Za-z]\w{0,2}|\d\dT\d\d|\d\dZ")


def sdk_in(text: str) -> tuple[str, str]:
    """Language and version of the Sinch SDK in use; either may be empty."""
    agent = _AGENT.search(text)
    if agent:
        return _LANGUAGES[agent["language"].lower()], agent["version"]
    for language, pattern in _VERSIONS:
        found = pattern.search(text)
        if found:
            return language, found["version"]
    return next((language for language, pattern in _MARKS if pattern.search(text)), ""), ""


def product_in(text: str, products: tuple[str, ...]) -> str:
    """The product whose part of an SDK a trace goes through, where it is one only."""
    by_name = {product.replace("-", ""): product for product in products}
    named = {next(name for name in match.groups() if name).replace("_", "").lower() for match in _DOMAIN.finditer(text)}
    found = {by_name[name] for name in named if name in by_name}
    return found.pop() if len(found) == 1 else ""


def exception_in(text: str) -> str:
    """The exception that is named with a text: the last in Python and among Java's causes, the first elsewhere."""
    found = list(_LINE.finditer(text))[:50] or list(_SAID.finditer(text))[:50]
    spoken = [match for match in found if match["text"]] or found
    if not spoken:
        return ""
    best = spoken[-1] if "Traceback" in text or "Caused by" in text else spoken[0]
    return masked(f"{best['name']}{best['text'] or ''}")[:240]


def masked(text: str) -> str:
    """A piece of a text that may be shown: one line, with nothing left in it that might be a value."""
    line = " ".join(redact(text[:700]).text.split())
    return _OPAQUE.sub(lambda match: match[0] if _plain(match[0]) else MASK, line)


def _plain(text: str) -> bool:
    """Whether a long run is a dotted name, a path or a time: all its parts are words or short numbers."""
    return all(_PLAIN_PART.fullmatch(part) for part in re.split(r"[^A-Za-z0-9]+", text) if part)
