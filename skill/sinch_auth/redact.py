"""Masks secrets in anything pasted, before anything else sees it."""

from __future__ import annotations

import re
from dataclasses import dataclass

MASK = "****"

# MD5 of nothing, base64: has the shape of an application secret, is a well-known constant, and matters to
# the person who pasted it.
_EMPTY_MD5 = "1B2M2Y8AsgTpgAmY7PhCfg=="

# The words before these (application, key, api, access, …) do not matter: what follows is masked all the same.
_SECRET_WORD = (
    r"(?:secret(?:[ _-]?key)?|pass(?:word|wd)?|pwd|token|api[ _-]?key|signing[ _-]?key|private[ _-]?key|密钥|密码|令牌)"
)

# Every pattern names the part to mask `v`. All are linear: no nested quantifiers over the same characters. `only`
# are texts (in lower case) of which one must be there for the pattern to fit: looking for them costs next to nothing.
_PATTERNS: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...] = (
    (
        "private key",
        ("private key-----",),
        re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?P<v>[^-]{10,20000})"),
    ),
    ("token", ("eyj",), re.compile(r"(?P<v>\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]{0,4000})?)")),
    ("authorization header", ("bearer",), re.compile(r"(?i)\bbearer[ :]{1,3}[\"']?(?P<v>[A-Za-z0-9._~+/=-]{12,})")),
    ("authorization header", ("basic",), re.compile(r"(?i)\bbasic {1,3}(?P<v>[A-Za-z0-9+/=_-]{16,})")),
    ("Mailgun key", ("key-",), re.compile(r"(?i)\b(?:pub)?key-(?P<v>[0-9a-z]{24,40})\b")),
    ("Mailgun key", ("-",), re.compile(r"\b(?P<v>[0-9a-z]{32}-[0-9a-z]{8}-[0-9a-z]{8})\b")),
    (
        "application secret",
        ("==",),
        re.compile(r"(?<![A-Za-z0-9+/=_-])(?P<v>[A-Za-z0-9+/]{22}==)(?![A-Za-z0-9+/=])"),
    ),
    (
        "password in a URL",
        ("://",),
        re.compile(r"(?i)(?<=://)[^\s:/@'\"]{1,200}:(?P<v>[^\s:/@'\"]{6,200})@"),
    ),
    (
        "curl password",
        ("-u", "--user"),
        re.compile(r"(?:(?<=\s)-u|--user)[ =]{0,3}[\"']?[^\s:'\"$]{1,200}:(?P<v>[^\s'\"$<{]{6,300})"),
    ),
    (
        "credentials in code",
        ("auth", "sinchclient"),
        re.compile(
            r"(?:auth ?= ?\(|[aA]uth\(|basic_auth |SinchClient\()\s{0,9}[\"'][^\"'\s]{1,200}[\"'],\s{0,9}"
            r"[\"'](?P<v>[^\"'\s]{6,300})[\"']"
        ),
    ),
    (
        "secret",
        ("secret", "pass", "pwd", "token", "key", "密钥", "密码", "令牌"),
        re.compile(
            rf"(?i){_SECRET_WORD}(?P<how>[\"']?\s{{0,3}}(?:[=:：]|=>|是|为|is)\s{{0,3}}"
            # An address after a blank is no value of the word: `curl -u $PLAN:$TOKEN https://…`.
            rf"|[ \t]{{1,3}}(?![\"'`]?https?://))[\"'`]?"
            r"(?!HTTP/\d)(?P<v>[^\s\"'`,;，。；(){}<>\[\]]{6,4000})"
        ),
    ),
)

_PLACEHOLDER = re.compile(
    r"(?ix) ^(?: \$.* | %\w+% | \*+ | x{3,} | \.{3,} | …+ | (?:your|my|the)[-_ ].* | process\.env.* | os\.environ.*"
    r" | \w*getenv.* | (?:[a-z]+[._])?(?:env|config|settings|secrets|options|opts|props|self|this|ENV)[.\[].*"
    r" | null | none | undefined | true | false | string | \w+\(.* )$"
)


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without its secrets, and what kinds of secret were in it."""

    text: str
    kinds: tuple[str, ...]


def redact(text: str) -> Redacted:
    """Replace every secret in `text` by `****`, keeping the words around it.

    >>> redact('Authorization: Bearer 0123456789abcdef0123').text
    'Authorization: Bearer ****'
    >>> redact('the secret column is empty').kinds
    ()
    """
    kinds: list[str] = []
    plain = text.lower()
    for kind, only, pattern in _PATTERNS:
        if not any(word in plain for word in only):
            continue

        def mask(match: re.Match[str], kind: str = kind) -> str:
            value = match["v"]
            if not _is_secret(kind, value, match.groupdict().get("how")):
                return match[0]
            if kind not in kinds:
                kinds.append(kind)
            start, end = match.start("v") - match.start(), match.end("v") - match.start()
            return match[0][:start] + MASK + match[0][end:]

        text = pattern.sub(mask, text)
    return Redacted(text, tuple(kinds))


def _is_secret(kind: str, value: str, how: str | None) -> bool:
    if value == _EMPTY_MD5 or MASK in value or _PLACEHOLDER.match(value):
        return False
    if kind in ("authorization header", "password in a URL", "curl password", "credentials in code"):
        # Documentation writes these with names: KEY_SECRET, ACCESS_TOKEN, application_secret.
        return not re.fullmatch(r"[A-Z][A-Z_]*|[a-z][a-z_]*", value)
    if kind == "secret":
        return _looks_random(value, spaced=how is not None and how.strip() == "")
    return True


def _looks_random(value: str, *, spaced: bool) -> bool:
    """Whether a word after "secret" is a value rather than the next word of a sentence."""
    digit = any(c.isdigit() for c in value)
    upper = any(c.isupper() for c in value)
    lower = any(c.islower() for c in value)
    symbol = any(c in "~!@#$%^&*+/=?|" or c == "." for c in value.rstrip("."))
    if not value.isascii():
        return False
    if re.fullmatch(r"[A-Z][A-Z0-9_]*|[a-z]+(?:[A-Z][a-z]+)*|[a-z][a-z_.]*", value):
        return False
    if spaced:
        return (digit and upper and lower) or (digit and symbol) or (digit and len(value) >= 20)
    return digit or (upper and lower and symbol) or len(value) >= 20
