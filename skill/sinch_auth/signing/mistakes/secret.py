"""Mistakes with the HMAC key: the wrong bytes from the right secret."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable

from sinch_auth.signing.encoding import decode_base64, decode_secret
from sinch_auth.signing.mistakes.registry import (
    ALONE,
    COMMON,
    FIVE_LINES,
    KNOWN,
    ODD,
    RARE,
    TEXT_KEYED,
    mistake,
)
from sinch_auth.signing.recipe import Recipe, replace
from sinch_auth.signing.sealing import hash_of, seal
from sinch_auth.signing.timestamps import read_timestamp


def _text(recipe: Recipe) -> bytes:
    return recipe.given.secret.encode()


@mistake("secret-not-decoded", "key", schemes=FIVE_LINES, rank=COMMON)
def not_decoded(recipe: Recipe, _: str) -> Recipe:
    return replace(recipe, key=_text(recipe))


@mistake(
    "secret-decoded",
    "key",
    schemes=TEXT_KEYED,
    rank=COMMON,
    parameters=("base64, as Node decodes", "base64, other characters skipped", "hex", "base64url"),
)
def decoded(recipe: Recipe, how: str) -> Recipe | None:
    secret = recipe.given.secret
    key: bytes | None
    if how == "hex":
        try:
            return replace(recipe, key=bytes.fromhex(secret))
        except ValueError:
            return None
    if how == "base64url":
        try:
            key = base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
        except ValueError:
            return None
    elif how == "base64, as Node decodes":
        letters = "".join(c for c in secret if c.isascii() and (c.isalnum() or c in "+/-_"))
        key = decode_secret(letters[:-1] if len(letters) % 4 == 1 else letters)
    else:
        letters = "".join(c for c in secret if c.isascii() and (c.isalnum() or c in "+/"))
        letters = letters[:-1] if len(letters) % 4 == 1 else letters
        try:
            key = base64.b64decode(letters + "=" * (-len(letters) % 4))
        except binascii.Error:
            return None
    return replace(recipe, key=key) if key else None


_STRAY = {
    "LF after the text": (b"", b"\n"),
    "CRLF after the text": (b"", b"\r\n"),
    "CR after the text": (b"", b"\r"),
    "space after the text": (b"", b" "),
    "space before the text": (b" ", b""),
    "text in double quotes": (b'"', b'"'),
    "text in single quotes": (b"'", b"'"),
    "NUL after the text": (b"", b"\0"),
}


@mistake("secret-with-stray-characters", "key", parameters=(*_STRAY, "padding removed", "white space removed"))
def stray_characters(recipe: Recipe, how: str) -> Recipe:
    if how == "padding removed":
        return replace(recipe, key=_text(recipe).rstrip(b"="))
    if how == "white space removed":
        return replace(recipe, key=_text(recipe).strip())
    before, after = _STRAY[how]
    return replace(recipe, key=before + _text(recipe) + after)


@mistake(
    "secret-bytes-as-text",
    "key",
    schemes=FIVE_LINES,
    parameters=(
        "UTF-8, bad bytes replaced",
        "UTF-8, bad bytes dropped",
        "Latin-1",
        "Windows-1252",
        "ASCII, ? for others",
    ),
)
def bytes_as_text(recipe: Recipe, how: str) -> Recipe | None:
    key = recipe.key
    if how == "Latin-1":
        return replace(recipe, key=key.decode("latin-1").encode())
    if how == "Windows-1252":
        return replace(recipe, key=key.decode("cp1252", "replace").encode())
    if how == "ASCII, ? for others":
        return replace(recipe, key=bytes(byte if byte < 128 else 0x3F for byte in key))
    return replace(recipe, key=key.decode("utf-8", "ignore" if how.endswith("dropped") else "replace").encode())


@mistake(
    "secret-as-hex-text",
    "key",
    parameters=(
        "decoded, lower-case hex",
        "decoded, upper-case hex",
        "text, lower-case hex",
        "text, upper-case hex",
    ),
    ranks={"decoded, upper-case hex": RARE, "text, upper-case hex": RARE, "text, lower-case hex": RARE},
)
def as_hex_text(recipe: Recipe, how: str) -> Recipe:
    source = _text(recipe) if how.startswith("text") else (decode_secret(recipe.given.secret) or _text(recipe))
    text = source.hex()
    return replace(recipe, key=(text.upper() if "upper" in how else text).encode())


@mistake("secret-encoded-again", "key", parameters=("base64", "base64url", "base64, unpadded", "percent-encoded"))
def encoded_again(recipe: Recipe, how: str) -> Recipe:
    if how == "percent-encoded":
        from urllib.parse import quote

        return replace(recipe, key=quote(recipe.given.secret, safe="").encode())
    key = base64.b64encode(_text(recipe)) if how != "base64url" else base64.urlsafe_b64encode(_text(recipe))
    return replace(recipe, key=key.rstrip(b"=") if "unpadded" in how else key)


@mistake("secret-decoded-twice", "key", schemes=FIVE_LINES, rank=RARE)
def decoded_twice(recipe: Recipe, _: str) -> Recipe | None:
    try:
        key = base64.b64decode(recipe.key + b"==")
    except binascii.Error:
        return None
    return replace(recipe, key=key) if key else None


@mistake(
    "secret-letter-case-changed",
    "key",
    rank=RARE,
    parameters=("lower case", "upper case", "lower case, decoded", "upper case, decoded"),
)
def letter_case(recipe: Recipe, how: str) -> Recipe | None:
    secret = recipe.given.secret
    text = secret.lower() if how.startswith("lower") else secret.upper()
    if not how.endswith("decoded"):
        return replace(recipe, key=text.encode())
    if recipe.given.scheme not in FIVE_LINES:
        return None
    key = decode_secret(text)
    return replace(recipe, key=key) if key is not None else None


@mistake(
    "secret-alphabet-mixed-up",
    "key",
    schemes=FIVE_LINES,
    rank=RARE,
    parameters=("+ and / dropped by a URL-safe decoder", "plus read as a space"),
)
def alphabet(recipe: Recipe, how: str) -> Recipe | None:
    secret = recipe.given.secret.rstrip("=")
    letters = secret.replace("+", "").replace("/", "") if how.startswith("+") else secret.replace("+", "")
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    key = decode_base64(letters.translate(str.maketrans("-_", "+/")) + "=" * (-len(letters) % 4))
    return replace(recipe, key=key) if key else None


@mistake(
    "secret-hashed-first",
    "key",
    parameters=("SHA-256", "SHA-256 in hex", "MD5 in hex", "SHA-256 of the decoded bytes"),
    rank=RARE,
)
def hashed_first(recipe: Recipe, how: str) -> Recipe:
    if how == "MD5 in hex":
        return replace(recipe, key=hash_of("md5", _text(recipe)).hex().encode())
    source = (decode_secret(recipe.given.secret) or b"") if "decoded" in how else _text(recipe)
    digest = hash_of("sha256", source)
    return replace(recipe, key=digest.hex().encode() if how.endswith("hex") else digest)


@mistake(
    "registration-key-used",
    "key",
    schemes=FIVE_LINES,
    parameters=("secret decoded", "secret as text"),
    ranks={"secret as text": RARE},
)
def registration_key(recipe: Recipe, how: str) -> Recipe | None:
    instant = read_timestamp(recipe.given.request.timestamp)
    if instant is None:
        return None
    from sinch_auth.signing.timestamps import renderings

    date = renderings(instant)["date as 8 digits"].encode()
    source = recipe.key if how == "secret decoded" else _text(recipe)
    return replace(recipe, key=seal("hmac-sha256", source)(date))


def _key_ids(recipe: Recipe) -> Iterable[str]:
    if recipe.given.key:
        yield from (
            "text",
            "lower case",
            "upper case",
            "without hyphens",
            "as UUID bytes",
            "decoded from base64",
        )


@mistake(
    "application-key-used-as-secret",
    "key",
    schemes=FIVE_LINES,
    parameters=_key_ids,
    ranks={
        "lower case": RARE,
        "upper case": RARE,
        "without hyphens": RARE,
        "as UUID bytes": RARE,
        "decoded from base64": RARE,
    },
)
def application_key(recipe: Recipe, how: str) -> Recipe | None:
    name = recipe.given.key
    key: bytes | None = name.encode()
    if how == "lower case":
        key = name.lower().encode()
    elif how == "upper case":
        key = name.upper().encode()
    elif how == "without hyphens":
        key = name.replace("-", "").encode()
    elif how == "as UUID bytes":
        try:
            key = bytes.fromhex(name.replace("-", ""))
        except ValueError:
            key = None
    elif how == "decoded from base64":
        key = decode_secret(name)
    return replace(recipe, key=key) if key else None


@mistake("secret-empty", "key")
def empty(recipe: Recipe, _: str) -> Recipe:
    return replace(recipe, key=b"")


@mistake(
    "secret-is-a-placeholder",
    "key",
    parameters=(
        "undefined", "null", "None", "nil", "secret", "[object Object]", "YOUR_APPLICATION_SECRET",
        "YOUR_SECRET", "APPLICATION_SECRET", "SINCH_APPLICATION_SECRET", "your_application_secret",
        "your-application-secret", "your_secret", "your-secret", "application_secret", "applicationSecret",
        "<YOUR_APPLICATION_SECRET>", "YOUR_application_secret", "YOUR_APP_SECRET", "app_secret", "APP_SECRET",
        "WEBHOOK_SECRET", "webhook_secret", "changeme", "NaN", "false", "true", "0",
    ),
    ranks=dict.fromkeys(
        ("secret", "NaN", "false", "true", "0", "changeme", "app_secret", "APP_SECRET", "webhook_secret",
         "WEBHOOK_SECRET", "your_secret", "your-secret", "application_secret", "applicationSecret",
         "<YOUR_APPLICATION_SECRET>", "YOUR_application_secret", "YOUR_APP_SECRET", "your-application-secret",
         "your_application_secret", "APPLICATION_SECRET", "SINCH_APPLICATION_SECRET", "YOUR_SECRET", "nil",
         "[object Object]"), ODD),
)  # fmt: skip
def placeholder(recipe: Recipe, text: str) -> Recipe:
    return replace(recipe, key=text.encode())


@mistake(
    "secret-placeholder-decoded",
    "key",
    schemes=FIVE_LINES,
    rank=RARE,
    parameters=("undefined", "null", "None", "YOUR_APPLICATION_SECRET"),
)
def placeholder_decoded(recipe: Recipe, text: str) -> Recipe | None:
    key = decode_secret(text[:-1] if len(text) % 4 == 1 else text)
    return replace(recipe, key=key) if key else None


@mistake(
    "secret-joined-with-key",
    "key",
    parameters=(
        "key:secret",
        "secret:key",
        "key and secret",
        "secret and key",
        "secret&",
        "key&secret",
        "api:secret",
    ),
    rank=RARE,
)
def joined_with_key(recipe: Recipe, how: str) -> Recipe | None:
    name, secret = recipe.given.key, recipe.given.secret
    if not name and how not in ("secret&", "api:secret"):
        return None
    text = {
        "key:secret": f"{name}:{secret}",
        "secret:key": f"{secret}:{name}",
        "key and secret": name + secret,
        "secret and key": secret + name,
        "secret&": f"{secret}&",
        "key&secret": f"{name}&{secret}",
        "api:secret": f"api:{secret}",
    }[how]
    return replace(recipe, key=text.encode())


@mistake(
    "secret-cut",
    "key",
    rank=ALONE,
    parameters=(
        "first character missing",
        "last character missing",
        "key- prefix removed",
        "key- prefix added",
        "whsec_ prefix added",
        "first 16 characters",
        "first 32 characters",
    ),
    ranks={"key- prefix removed": KNOWN},
)
def cut(recipe: Recipe, how: str) -> Recipe | None:
    secret = recipe.given.secret
    if how == "key- prefix removed" and not secret.startswith("key-"):
        return None
    text = {
        "first character missing": secret[1:],
        "last character missing": secret[:-1],
        "key- prefix removed": secret.removeprefix("key-"),
        "key- prefix added": "key-" + secret,
        "whsec_ prefix added": "whsec_" + secret,
        "first 16 characters": secret[:16],
        "first 32 characters": secret[:32],
    }[how]
    return replace(recipe, key=text.encode())
