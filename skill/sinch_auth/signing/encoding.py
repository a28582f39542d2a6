"""Digest to text and back: every way people write a signature, each reversible."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, unquote


@dataclass(frozen=True, slots=True)
class Encoding:
    """How digest bytes become text. `decode` gives None where the text is not of this kind."""

    encode: Callable[[bytes], str]
    decode: Callable[[str], bytes | None]


def decode_base64(text: str) -> bytes | None:
    """Strict base64 with padding (RFC 4648 §4), or None."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def decode_secret(secret: str) -> bytes | None:
    """The bytes behind an application or service secret, or None where it is not base64 at all.

    Lenient as Node's decoder: URL-safe letters, missing padding and surrounding white space are accepted.

    >>> decode_secret("app-secret").hex()
    '6a9a7eb1e72b7a'
    """
    text = "".join(secret.split()).rstrip("=").translate(str.maketrans("-_", "+/"))
    if not text.isascii() or len(text) % 4 == 1:
        return None
    return decode_base64(text + "=" * (-len(text) % 4))


def base64_text(data: bytes) -> str:
    """Standard base64 with padding."""
    return base64.b64encode(data).decode("ascii")


def _url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode("ascii")


def _unurl(text: str) -> bytes | None:
    if "+" in text or "/" in text:
        return None
    return decode_base64(text.translate(str.maketrans("-_", "+/")))


def _pad(text: str) -> str:
    return text + "=" * (-len(text) % 4)


def _hex(text: str) -> bytes | None:
    # int() and fromhex() accept spaces and other digits; this must not.
    if not re.fullmatch(r"(?:[0-9a-fA-F]{2})+", text):
        return None
    return bytes.fromhex(text)


def _hex_pairs(data: bytes, separator: str, upper: bool = True) -> str:
    text = data.hex(separator)
    return text.upper() if upper else text


def _chain(outer: Encoding, inner: Encoding) -> Encoding:
    """Text of `inner`, encoded once more as bytes by `outer`."""

    def decode(text: str) -> bytes | None:
        raw = outer.decode(text)
        if raw is None or not raw.isascii():
            return None
        return inner.decode(raw.decode("ascii"))

    return Encoding(lambda data: outer.encode(inner.encode(data).encode("ascii")), decode)


def _around(inner: Encoding, before: str = "", after: str = "") -> Encoding:
    def decode(text: str) -> bytes | None:
        if not (text.startswith(before) and text.endswith(after)) or len(text) < len(before) + len(after):
            return None
        return inner.decode(text[len(before) : len(text) - len(after)])

    return Encoding(lambda data: before + inner.encode(data) + after, decode)


def _percent(inner: Encoding, lower: bool = False) -> Encoding:
    def encode(data: bytes) -> str:
        text = quote(inner.encode(data), safe="")
        return re.sub("%..", lambda match: match[0].lower(), text) if lower else text

    return Encoding(encode, lambda text: inner.decode(unquote(text)) if "%" in text else None)


def _exact(encoding: Encoding) -> Encoding:
    """Decodes only what encodes to the very same text, so that a match is exact."""

    def decode(text: str) -> bytes | None:
        try:
            raw = encoding.decode(text)
        except (ValueError, UnicodeError):
            return None
        return raw if raw and encoding.encode(raw) == text else None

    return Encoding(encoding.encode, decode)


_B64 = Encoding(base64_text, decode_base64)
_B64_BARE = Encoding(lambda data: base64_text(data).rstrip("="), lambda text: decode_base64(_pad(text)))
_B64_URL = Encoding(_url, _unurl)
_B64_URL_BARE = Encoding(lambda data: _url(data).rstrip("="), lambda text: _unurl(_pad(text)))
_HEX = Encoding(bytes.hex, _hex)
_HEX_UPPER = Encoding(lambda data: data.hex().upper(), _hex)

_BY_NAME: dict[str, Encoding] = {
    "base64": _B64,
    "hex": _HEX,
    "hex-upper": _HEX_UPPER,
    "hex-dashes": Encoding(
        lambda data: _hex_pairs(data, "-"), lambda text: _hex(text.replace("-", "")) if "-" in text else None
    ),
    "hex-dashes-lower": Encoding(
        lambda data: _hex_pairs(data, "-", False),
        lambda text: _hex(text.replace("-", "")) if "-" in text else None,
    ),
    "hex-colons": Encoding(
        lambda data: _hex_pairs(data, ":", False),
        lambda text: _hex(text.replace(":", "")) if ":" in text else None,
    ),
    "hex-0x": _around(_HEX, "0x"),
    "base64-unpadded": _B64_BARE,
    "base64url": _B64_URL,
    "base64url-unpadded": _B64_URL_BARE,
    "base64-of-hex": _chain(_B64, _HEX),
    "base64-of-hex-upper": _chain(_B64, _HEX_UPPER),
    "base64-of-hex-unpadded": _chain(_B64_BARE, _HEX),
    "base64url-of-hex": _chain(_B64_URL, _HEX),
    "base64-twice": _chain(_B64, _B64),
    "base64-of-base64url": _chain(_B64, _B64_URL),
    "base64url-of-base64": _chain(_B64_URL, _B64),
    "hex-of-base64": _chain(_HEX, _B64),
    "hex-of-hex": _chain(_HEX, _HEX),
}
for _name in ("base64", "hex", "base64url"):
    _inner = _BY_NAME[_name]
    _BY_NAME |= {
        f"{_name} + LF": _around(_inner, after="\n"),
        f"{_name} + CRLF": _around(_inner, after="\r\n"),
        f"{_name} + space": _around(_inner, after=" "),
        f"space + {_name}": _around(_inner, " "),
        f'"{_name}"': _around(_inner, '"', '"'),
        f"'{_name}'": _around(_inner, "'", "'"),
        f"b'{_name}'": _around(_inner, "b'", "'"),
        f"sha1={_name}": _around(_inner, "sha1="),
        f"sha256={_name}": _around(_inner, "sha256="),
        f"HMAC-SHA256 {_name}": _around(_inner, "HMAC-SHA256 "),
        f"v1={_name}": _around(_inner, "v1="),
        f"v0={_name}": _around(_inner, "v0="),
        f"v1,{_name}": _around(_inner, "v1,"),
    }
_BY_NAME |= {
    "base64 percent-encoded": _percent(_B64),
    "base64 percent-encoded lower": _percent(_B64, lower=True),
    "base64 with + as space": Encoding(
        lambda data: base64_text(data).replace("+", " "), lambda text: decode_base64(text.replace(" ", "+"))
    ),
    "base64url-unpadded + LF": _around(_B64_URL_BARE, after="\n"),
    "base64-unpadded + LF": _around(_B64_BARE, after="\n"),
}


def _lossy(encode: Callable[[bytes], str]) -> Encoding:
    """A form that cannot be read back: it is recognised only by computing it again."""
    return Encoding(encode, lambda _: None)


def _cut(encoding: Encoding, count: int) -> Encoding:
    return _lossy(lambda data: encoding.encode(data)[:count])


LOSSY: dict[str, Encoding] = {
    "base64 in lower case": _lossy(lambda data: base64_text(data).lower()),
    "base64 in upper case": _lossy(lambda data: base64_text(data).upper()),
    "base64 of the bytes read as UTF-8": _lossy(lambda data: base64_text(data.decode("utf-8", "replace").encode())),
    "base64 of the bytes read as Latin-1": _lossy(lambda data: base64_text(data.decode("latin-1").encode())),
    "base64 without + and /": _lossy(lambda data: base64_text(data).replace("+", "").replace("/", "")),
} | {
    f"{name}, first {count} characters": _cut(_BY_NAME[name], count)
    for name in ("base64", "hex")
    for count in (8, 10, 16, 20, 24, 32, 40)
}
"""Ways that lose something."""

ENCODINGS: dict[str, Encoding] = {name: _exact(encoding) for name, encoding in _BY_NAME.items()} | LOSSY
"""Every known way to write a digest. Its name is also how it is told to people."""
