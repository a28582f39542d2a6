"""Checks the signature of an application-signed request, and names the mistake when it does not fit."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

from sinch_auth import signing, tokens
from sinch_auth.sandbox.requests import Request

_SCHEME = "signed-request"
_EXPLAINED_BODY = 16 * 1024
"""Bytes. The search for a mistake hashes the body hundreds of times: a larger one is only judged."""


@dataclass(frozen=True, slots=True)
class Check:
    """Whether the signature fits; otherwise the ids of the mistakes that explain it, if known."""

    fits: bool
    mistakes: tuple[str, ...] = ()


def check_application(request: Request, key: str, secret: str) -> Check:
    """Whether an application-signed request fits (sources.yaml SIGN:1); if not, which mistake explains it."""
    headers = {**request.headers, "host": request.host}
    seen = signing.Request.of(request.method, request.target, headers, request.body)
    if signing.verify(_SCHEME, seen, secret, key=key):
        return Check(True)
    if len(request.body) > _EXPLAINED_BODY:
        return Check(False)
    return Check(False, signing.name_mistakes(_SCHEME, seen, secret, key=key))


def check_engage(request: Request, secret: str, value: str) -> bool:
    """Engage's HMAC: the headers that are named, in that order; sources.yaml ENG:spec/openapi.yaml."""
    named = _quoted(value, "headers").split()
    algorithm = _quoted(value, "algorithm").lower()
    lines = []
    for name in named:
        if name.lower() == "request-line":
            query = f"?{request.query}" if request.query else ""
            lines.append(f"{request.method} {request.path}{query} HTTP/1.1")
        else:
            lines.append(f"{name}: {request.headers.get(name.lower(), '')}")
    digestmod = hashlib.sha256 if algorithm == "hmac-sha256" else hashlib.sha1
    digest = hmac.new(secret.encode(), "\n".join(lines).encode(), digestmod).digest()
    return hmac.compare_digest(base64.b64encode(digest), _quoted(value, "signature").encode())


def moment(text: str) -> float | None:
    """The time an x-timestamp names, in seconds; nothing if it is none in ISO 8601. Without a zone: UTC."""
    head, dot, fraction = text.partition(".")
    if dot:
        digits = len(fraction) - len(fraction.lstrip("0123456789"))
        # .NET writes seven digits, Python reads six.
        text = f"{head}.{fraction[: min(digits, 6)]}{fraction[digits:]}"
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _quoted(value: str, name: str) -> str:
    _, _, rest = value.partition(f'{name}="')
    return rest.partition('"')[0]


def registration_error(token: str, key: str, secret: str, now: float) -> tokens.TokenFinding | None:
    """The first error in an In-App Calling registration token; sources.yaml RTC:5.1."""
    context = tokens.Context(application_key=key, application_secret=secret, now=datetime.fromtimestamp(now, UTC))
    return next((finding for finding in tokens.lint(token, context) if finding.severity == "error"), None)
