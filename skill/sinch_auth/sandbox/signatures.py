"""Checks the signature of an application-signed request, and names the mistake when it does not fit."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

from sinch_auth.sandbox.requests import Request
from sinch_auth.sandbox.tokens import decoded


@dataclass(frozen=True, slots=True)
class Check:
    """Whether the signature fits; otherwise the ids of the mistakes that explain it, if known."""

    fits: bool
    mistakes: tuple[str, ...] = ()
    cure: str = ""


def check_application(request: Request, key: str, secret: str, signature: str) -> Check:
    """The five lines of sources.yaml SIGN:1, over the request as it arrived."""
    md5 = base64.b64encode(hashlib.md5(request.body).digest()).decode() if request.body else ""
    lines = (
        request.method.upper(),
        md5,
        request.headers.get("content-type", ""),
        f"x-timestamp:{request.headers.get('x-timestamp', '')}",
        request.path,
    )
    digest = hmac.new(base64.b64decode(secret), "\n".join(lines).encode(), hashlib.sha256).digest()
    return Check(hmac.compare_digest(base64.b64encode(digest), signature.encode()))


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


def registration_problem(token: str, key: str, secret: str, now: float) -> tuple[str, str] | None:
    """What is wrong with an In-App Calling registration token, and the cure; sources.yaml RTC:5.1."""
    head, claims = decoded(token, 0), decoded(token)
    if head is None or claims is None:
        return "it is no JWT", "let your backend mint one when the client asks"
    date = datetime.fromtimestamp(now, UTC).strftime("%Y%m%d")
    if head.get("alg") != "HS256" or head.get("kid") != f"hkdfv1-{date}":
        return "alg or kid is wrong", f"alg HS256, kid hkdfv1-{date} (today's UTC date)"
    issuer = f"//rtc.sinch.com/applications/{key}"
    if claims.get("iss") != issuer or not str(claims.get("sub", "")).startswith(f"{issuer}/users/"):
        return "iss or sub is wrong", f"iss {issuer}, sub the same and /users/USER_ID"
    expires = claims.get("exp")
    if not isinstance(expires, int) or expires <= now:
        return "it has expired", "mint it when the client asks, for 600 s"
    derived = hmac.new(base64.b64decode(secret), date.encode(), hashlib.sha256).digest()
    text, _, signature = token.rpartition(".")
    expected = base64.urlsafe_b64encode(hmac.new(derived, text.encode(), hashlib.sha256).digest()).rstrip(
        b"="
    )
    if not hmac.compare_digest(expected, signature.encode()):
        return (
            "the signature does not fit",
            "sign with HMAC-SHA256(base64-decoded secret, date), 32 raw bytes",
        )
    return None
