"""What can be seen without computing anything: header grammar, timestamps, and whose credentials these are."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime

from sinch_auth.signing.encoding import decode_secret
from sinch_auth.signing.request import Request
from sinch_auth.signing.schemes import split_authorization
from sinch_auth.signing.timestamps import read_timestamp

FIVE_LINES = ("signed-request", "voice-v2-webhook")
_UUID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")

STALE_AFTER, LIKELY_CAUSE_AFTER = 60, 300
"""Seconds: our own thresholds. Sinch publishes none (signing.md §1)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing seen by inspection. `error` alone makes the request fail; `warning` may; `note` explains."""

    id: str
    severity: str
    detail: str = ""


def inspect_request(
    scheme: str,
    request: Request,
    key: str,
    secret: str,
    signature: str,
    now: datetime | None,
    own_key: str = "",
) -> tuple[Finding, ...]:
    """Everything that can be said about a request before its signature is computed.

    `own_key` is the Application Key that the secret belongs to, where it is known.
    """
    found: list[Finding] = []
    if scheme in FIVE_LINES:
        if "authorization" in request.headers:
            found += _authorization(scheme, request.headers["authorization"], signature)
        found += _key(key, own_key)
        found += _secret(secret)
        found += _timestamp(request, now)
        found += _path(request)
    elif scheme == "conversation-webhook":
        found += _webhook_headers(request, now)
    found += _product(scheme, request)
    return tuple(dict.fromkeys(found))


def _authorization(scheme: str, value: str, signature: str) -> list[Finding]:
    expected = "service" if scheme == "voice-v2-webhook" else "application"
    word, key, given = split_authorization(value)
    lowered = word.lower()
    if lowered == "bearer" and value.count(".") >= 2:
        return [Finding("bearer-token-used", "error")]
    if lowered == "basic":
        return [Finding("basic-authentication-used", "error")]
    decoded = _whole_value(value, word)
    if decoded:
        return [Finding("header-base64-encoded-whole", "error")]
    found: list[Finding] = []
    if not word:
        found.append(Finding("header-scheme-missing", "error"))
    elif lowered in ("instance", "user", "deployment"):
        found.append(Finding("header-scheme-retired", "error", word))
    elif lowered != expected:
        found.append(Finding("header-scheme-differs", "error", f"{word} for {expected}"))
    rest = value.strip().partition(" ")[2] if word else value.strip()
    if ":" in rest and re.search(r"\s:|:\s", rest.rstrip("\r\n")):
        found.append(Finding("header-space-around-colon", "error"))
    if value != value.lstrip() or re.match(r"\S+\s{2,}", value):
        found.append(Finding("header-extra-space", "warning"))
    if re.search(r"[{}<>\"'\[\]]", key):
        found.append(Finding("header-key-decorated", "error"))
    if not signature.strip() and not given.strip():
        if key and ":" not in rest:
            found.append(Finding("public-auth-by-accident", "error"))
        else:
            found.append(Finding("signature-empty", "error"))
    if ":" in rest and not key:
        found.append(Finding("header-key-empty", "error"))
    return found


def _whole_value(value: str, word: str) -> bool:
    """Whether the text after the scheme word is base64 of `KEY:SIGNATURE`."""
    text = value.strip().partition(" ")[2] if word else value.strip()
    if ":" in text or len(text) < 24:
        return False
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return bool(re.fullmatch(rb"[\x21-\x39\x3b-\x7e]+:[A-Za-z0-9+/=_-]{16,}", decoded))


def _key(key: str, own_key: str) -> list[Finding]:
    if key and own_key and _bare(key) != _bare(own_key):
        return [Finding("application-key-differs", "warning", key[:60])]
    if key and not _UUID.fullmatch(key.strip("{}\"'<>[]")):
        return [Finding("key-is-not-a-uuid", "note")]
    return []


def _bare(key: str) -> str:
    return key.strip("{}\"'<>[] ").lower()


def _secret(secret: str) -> list[Finding]:
    decoded = decode_secret(secret)
    if decoded is None or re.search(r"[~._]", secret):
        return [Finding("secret-of-another-kind", "error" if decoded is None else "warning")]
    if len(decoded) != 16:
        return [Finding("secret-not-16-bytes", "warning", f"{len(decoded)} bytes")]
    if secret != secret.strip():
        return [Finding("secret-with-white-space", "note")]
    return []


def _timestamp(request: Request, now: datetime | None) -> list[Finding]:
    text = request.headers.get("x-timestamp")
    if text is None:
        return [Finding("timestamp-header-missing", "error")]
    instant = read_timestamp(text)
    if instant is None or instant.kind != "iso":
        return [Finding("timestamp-not-iso-8601", "warning")]
    found: list[Finding] = []
    if not instant.zone:
        found.append(Finding("timestamp-without-zone", "warning"))
    elif instant.zone not in ("Z", "z", "+00:00", "+0000", "-00:00"):
        found.append(Finding("timestamp-not-utc", "warning", instant.zone))
    if now is not None:
        found += _age(now.timestamp() - instant.seconds)
    return found


def _age(age: float) -> list[Finding]:
    quarters = age / 900
    if abs(age) >= 1800 and abs(age) <= 14 * 3600 and abs(quarters - round(quarters)) * 900 <= 20:
        hours = -round(quarters) / 4
        return [Finding("timestamp-local-time", "warning", f"{hours:+g} h")]
    if age < -STALE_AFTER:
        return [Finding("timestamp-in-the-future", "warning", f"{-age:.0f} s")]
    if age > STALE_AFTER:
        kind = "timestamp-stale" if age > LIKELY_CAUSE_AFTER else "timestamp-late"
        return [Finding(kind, "warning", f"{age:.0f} s")]
    return []


def _path(request: Request) -> list[Finding]:
    found: list[Finding] = []
    if request.query:
        found.append(Finding("query-not-signed", "note"))
    if "%" in request.path:
        found.append(Finding("path-with-escapes", "note"))
    return found


def _webhook_headers(request: Request, now: datetime | None) -> list[Finding]:
    found = [
        Finding("webhook-header-missing", "warning", name)
        for name in ("x-sinch-webhook-signature-nonce", "x-sinch-webhook-signature-timestamp")
        if not request.headers.get(name)
    ]
    algorithm = request.headers.get("x-sinch-webhook-signature-algorithm", "")
    if algorithm and algorithm.lower() != "hmacsha256":
        found.append(Finding("webhook-algorithm-unknown", "warning", algorithm[:40]))
    instant = read_timestamp(request.headers.get("x-sinch-webhook-signature-timestamp", ""))
    if instant and now is not None:
        found += [f for f in _age(now.timestamp() - instant.seconds) if f.id != "timestamp-local-time"]
    return found


_HEADER_OF = {
    "conversation-webhook": "x-sinch-webhook-signature",
    "numbers-webhook": "x-sinch-signature",
}


def _product(scheme: str, request: Request) -> list[Finding]:
    """A header of another product's scheme is there, and this scheme's is not."""
    own = _HEADER_OF.get(scheme, "authorization")
    if scheme == "mailgun-webhook" or own in request.headers or request.signature is not None:
        return []
    others = [name for name in (*_HEADER_OF.values(), "authorization") if name in request.headers and name != own]
    return [Finding("signature-of-another-product", "error", name) for name in others[:1]]
