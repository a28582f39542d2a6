"""Mistakes after the MAC: the right bytes, written the wrong way."""

from __future__ import annotations

from collections.abc import Iterable

from sinch_auth.signing.encoding import ENCODINGS, LOSSY
from sinch_auth.signing.mistakes.registry import RARE, mistake
from sinch_auth.signing.recipe import Recipe, replace
from sinch_auth.signing.sealing import digest_size

HEX = frozenset({"numbers-webhook", "mailgun-webhook"})
BASE64 = frozenset({"signed-request", "voice-v2-webhook", "conversation-webhook"})


def _names(*words: str) -> tuple[str, ...]:
    return tuple(name for name in ENCODINGS if name in words)


def _set(recipe: Recipe, name: str) -> Recipe:
    return replace(recipe, encoding=name)


_HEX = _names("hex", "hex-upper", "hex-dashes", "hex-dashes-lower", "hex-colons", "hex-0x")
_READABLE = tuple(n for n in ENCODINGS if n not in LOSSY)
_DECORATED = tuple(n for n in _READABLE if " + " in n or n.startswith("space "))
_QUOTED = tuple(n for n in _READABLE if n[0] in "\"'" or n.startswith("b'"))
_PREFIXED = tuple(n for n in _READABLE if "=" in n or n.startswith(("HMAC", "v1,")))

mistake("signature-in-hex", "encoding", schemes=BASE64, parameters=_HEX)(_set)
mistake("signature-hex-style", "encoding", schemes=HEX, parameters=_HEX)(_set)
mistake("signature-in-base64", "encoding", schemes=HEX, parameters=("base64", "base64-unpadded"))(_set)
mistake("signature-in-base64url", "encoding", parameters=("base64url", "base64url-unpadded"), rank=RARE)(_set)
mistake("signature-unpadded", "encoding", schemes=BASE64, parameters=("base64-unpadded",))(_set)
mistake("signature-with-white-space", "encoding", parameters=_DECORATED, rank=RARE)(_set)
mistake("signature-in-quotes", "encoding", parameters=_QUOTED)(_set)
mistake("signature-with-prefix", "encoding", parameters=_PREFIXED)(_set)
mistake(
    "signature-percent-encoded",
    "encoding",
    parameters=("base64 percent-encoded", "base64 percent-encoded lower", "base64 with + as space"),
    rank=RARE,
)(_set)
mistake(
    "signature-base64-of-hex",
    "encoding",
    parameters=("base64-of-hex", "base64-of-hex-upper", "base64-of-hex-unpadded", "base64url-of-hex"),
)(_set)
mistake(
    "signature-encoded-twice",
    "encoding",
    parameters=("base64-twice", "base64-of-base64url", "base64url-of-base64", "hex-of-base64", "hex-of-hex"),
)(_set)
mistake(
    "signature-letter-case",
    "encoding",
    schemes=BASE64,
    parameters=("base64 in lower case", "base64 in upper case"),
)(_set)


def _cuts(recipe: Recipe) -> Iterable[str]:
    """The cuts that take something away from a digest of this size."""
    digest = bytes(digest_size(recipe.mac))
    for name in LOSSY:
        whole, comma, _ = name.partition(", first ")
        if comma and ENCODINGS[name].encode(digest) != ENCODINGS[whole].encode(digest):
            yield name


mistake("signature-cut", "encoding", parameters=_cuts)(_set)
mistake(
    "signature-bytes-read-as-text",
    "encoding",
    parameters=("base64 of the bytes read as UTF-8", "base64 of the bytes read as Latin-1"),
)(_set)
mistake("signature-characters-lost", "encoding", schemes=BASE64, parameters=("base64 without + and /",))(_set)
