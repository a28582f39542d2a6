"""The per-day signing key of a registration token, and every wrong way to derive it.

Right: HMAC-SHA256(key = the decoded application secret, message = the UTC date as 8 ASCII digits), 32 raw bytes.
Despite `hkdf` in the key id it is one HMAC, not RFC 5869 (in-app-calling.md §5.1).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator
from datetime import date, timedelta


def decode_secret(secret: str) -> bytes | None:
    """The bytes of an application secret: base64 in either alphabet, padding optional; None for anything else."""
    text = "".join(secret.split()).rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True) if text.isascii() else None
    except (binascii.Error, ValueError):
        return None


def derived_key(secret: bytes, day: str) -> bytes:
    """The HS256 key for one day.

    >>> import base64
    >>> base64.b64encode(derived_key(base64.b64decode("ax8hTTQJF0OPXL32r1LHMA=="), "20180102")).decode()
    'AZj5EsS8S7wb06xr5jERqPHsraQt3w/+Ih5EfrhisBQ='
    """
    return hmac.digest(secret, day.encode(), "sha256")


def wrong_derivations(
    signing_input: bytes, signature: bytes, secret: str, day: str, *, issued: int | None = None
) -> tuple[str, ...]:
    """The names of what was done wrong to get this signature, fewest first; empty where nothing reproduces it.

    `day` is the date of the key id as 8 digits, `issued` the claim iat.
    """
    for _, names, key in sorted(_keys(secret, day, issued), key=lambda each: (each[0], each[1])):
        if hmac.compare_digest(hmac.digest(key, signing_input, "sha256"), signature):
            return names
    decoded = decode_secret(secret)
    if decoded is not None:
        for text in _other_texts(signing_input):
            if hmac.compare_digest(hmac.digest(derived_key(decoded, day), text, "sha256"), signature):
                return ("other-text-signed",)
    return ()


def derivation_names() -> frozenset[str]:
    """Every name that `wrong_derivations` may give, without the form of it."""
    keys = _keys("AAECAwQFBgcICQoLDA0ODw==", "20180201", 1517454245)
    return frozenset(plain(name) for _, names, _ in keys for name in names) | {"other-text-signed"}


def _other_texts(signing_input: bytes) -> Iterator[bytes]:
    header, _, payload = signing_input.partition(b".")
    yield from (payload, header, signing_input + b".", header + payload, payload + b"." + header)
    for part in (payload, header):
        try:
            yield base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))
        except (binascii.Error, ValueError):
            continue


def _keys(secret: str, day: str, issued: int | None) -> Iterator[tuple[int, tuple[str, ...], bytes]]:
    """(cost, names, HS256 key) of every combination of a wrong secret, date, derivation and form of the key."""
    messages = dict(_messages(day, issued))
    for secret_names, secret_bytes in _secrets(secret):
        for name, text in {"": day.encode(), **messages}.items():
            dated = (name,) if name else ()
            for way, key in _derived(secret_bytes, text):
                names = (*secret_names, *dated, *((way,) if way else ()))
                for form, final in _forms(key):
                    all_names = (*names, *((form,) if form else ()))
                    if all_names:
                        yield len(all_names), _simplified(all_names), final
        direct = "secret-text-direct" if secret_names == ("secret-not-decoded",) else "secret-bytes-direct"
        rest = () if secret_names in ((), ("secret-not-decoded",)) else secret_names
        for form, final in _forms(secret_bytes):
            names = (*rest, direct, *((form,) if form else ()))
            yield len(names), names, final


def _simplified(names: tuple[str, ...]) -> tuple[str, ...]:
    """Swapped arguments with the secret as text have a name of their own."""
    if "hmac-args-swapped-bytes" in names and "secret-not-decoded" in names:
        return tuple(
            "hmac-args-swapped-text" if name == "hmac-args-swapped-bytes" else name
            for name in names
            if name != "secret-not-decoded"
        )
    return names


def _secrets(secret: str) -> Iterator[tuple[tuple[str, ...], bytes]]:
    decoded = decode_secret(secret)
    if decoded is not None:
        yield (), decoded
        yield ("secret-as-hex-text",), decoded.hex().encode()
        yield ("secret-bytes-as-text",), decoded.decode("utf-8", "replace").encode()
        yield ("secret-bytes-as-text",), decoded.decode("latin-1").encode()
    text = secret.encode("utf-8", "surrogateescape")
    yield ("secret-not-decoded",), text
    yield ("secret-with-stray-characters",), text + b"\n"
    yield ("secret-with-stray-characters",), text.rstrip(b"=")
    yield ("secret-encoded-again",), base64.b64encode(text)
    yield ("secret-empty",), b""
    for placeholder in (b"undefined", b"null", b"None"):
        yield ("secret-is-a-placeholder",), placeholder


_DIGITS = {"Arabic": 0x660, "Persian": 0x6F0, "Devanagari": 0x966, "Bengali": 0x9E6, "Thai": 0xE50}


def _messages(day: str, issued: int | None) -> Iterator[tuple[str, bytes]]:
    """Every other text that people take for the date."""
    year, month, dom = day[:4], day[4:6], day[6:]
    yield "kid-as-message", f"hkdfv1-{day}".encode()
    yield "dashed-date", f"{year}-{month}-{dom}".encode()
    yield "date-in-other-order", f"{year}{dom}{month}".encode()
    for number, other in enumerate(
        (f"{dom}{month}{year}", f"{month}{dom}{year}", f"{year}/{month}/{dom}", f"{day[2:]}", f"{year}{month}",
         f"{year}-{month}-{dom}T00:00:00Z", f"{year}-{month}-{dom}T00:00:00.000Z", f"{year}.{month}.{dom}",
         f"{dom}-{month}-{year}", f"{year}{int(month)}{int(dom)}" if day.isdigit() else "")
    ):  # fmt: skip
        yield f"date-in-other-format#{number}", other.encode()
    yield "label-as-message", b"hkdfv1"
    yield "empty-message", b""
    for name, zero in _DIGITS.items():
        yield f"date-in-local-digits#{name}", "".join(chr(zero + int(c)) for c in day if c.isdigit()).encode()
    yield "date-with-line-break", f"{day}\n".encode()
    if issued is not None and 0 <= issued < 10**11:
        yield "iat-as-message", str(issued).encode()
        yield "iat-as-message#ms", str(issued * 1000).encode()
    yield from _neighbours(day)


def _neighbours(day: str) -> Iterator[tuple[str, bytes]]:
    try:
        that = date(int(day[:4]), int(day[4:6]), int(day[6:]))
    except ValueError:
        return
    for shift in (-1, 1, -2, 2):
        try:
            other = that + timedelta(days=shift)
        except OverflowError:
            continue
        yield f"date-of-neighbouring-day#{shift:+d}", f"{other:%Y%m%d}".encode()
    day_of_year = that.timetuple().tm_yday
    yield "date-from-wrong-pattern#DD", f"{that:%Y%m}{day_of_year:02d}".encode()
    yield "date-from-wrong-pattern#DDD", f"{that:%Y}{day_of_year:03d}".encode()
    yield "date-from-wrong-pattern#YYYY", f"{that.isocalendar()[0]}{that:%m%d}".encode()
    yield "date-from-wrong-pattern#mm", f"{that:%Y}00{that:%d}".encode()
    yield "date-in-other-calendar", f"{that.year + 543:04d}{that:%m%d}".encode()


def _derived(secret: bytes, text: bytes) -> Iterator[tuple[str, bytes]]:
    yield "", hmac.digest(secret, text, "sha256")
    yield "hmac-args-swapped-bytes", hmac.digest(text, secret, "sha256")
    yield "secret-and-date-hashed", hashlib.sha256(secret + text).digest()
    yield "secret-and-date-hashed#2", hashlib.sha256(text + secret).digest()
    yield "derived-with-other-hash", hmac.digest(secret, text, "sha1")
    yield "derived-with-other-hash#sha512", hmac.digest(secret, text, "sha512")
    yield "rfc5869-date-info", _hkdf(secret, b"", text)
    yield "rfc5869-date-salt", _hkdf(secret, text, b"")
    yield "rfc5869-date-salt-and-info", _hkdf(secret, text, text)
    yield "derived-twice", hmac.digest(hmac.digest(secret, text, "sha256"), text, "sha256")
    for label in (b"hkdfv1", b"sinch-rtc", b"rtc", b"sinch", b"sinch:rtc", b"jwt", b"HS256", b"JWT", b"sinch-rtc-jwt",
                  b"rtc.sinch.com", b"signing", b"hkdfv1-" + text, b"signing-key", b"sinch-jwt"):  # fmt: skip
        yield f"invented-label#{label.decode('utf-8', 'replace')}", _hkdf(secret, text, label)
        yield (
            f"invented-label#{label.decode('utf-8', 'replace')}-info",
            _hkdf(secret, b"", label + b"-" + text),
        )
        yield f"invented-label#{label.decode('utf-8', 'replace')}-salt", _hkdf(secret, label, text)
        yield f"invented-label#{label.decode('utf-8', 'replace')}-alone", _hkdf(secret, b"", label)


def _hkdf(secret: bytes, salt: bytes, info: bytes, length: int = 32) -> bytes:
    """HKDF-SHA256 (RFC 5869 §2), one block."""
    extracted = hmac.digest(salt or bytes(32), secret, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")[:length]


def _forms(key: bytes) -> Iterator[tuple[str, bytes]]:
    yield "", key
    yield "hex-key", key.hex().encode()
    yield "hex-key#upper", key.hex().upper().encode()
    yield "base64-key", base64.b64encode(key)
    yield "base64-key#url", base64.urlsafe_b64encode(key)
    yield "base64-key#unpadded", base64.urlsafe_b64encode(key).rstrip(b"=")
    if len(key) > 16:
        yield "key-cut", key[:16]
    yield "key-bytes-as-text", key.decode("utf-8", "replace").encode()
    yield "key-bytes-as-text#latin", key.decode("latin-1").encode()


def plain(name: str) -> str:
    """The name without the form of it that was found (`hex-key#upper` -> `hex-key`)."""
    return name.partition("#")[0]
