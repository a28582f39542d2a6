"""Access tokens that look like Sinch's and expire: signed for this run, so nothing has to be remembered."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

LIFETIME = 3599
"""Seconds, as in the documented answer of the token endpoint."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of a token that was presented."""

    state: str
    """`valid`, `expired`, `damaged` (ours, but altered) or `foreign`."""
    expires: int = 0
    number: int = 0


@dataclass
class Mint:
    """Issues and reads the access tokens of one run."""

    project: str
    key_id: str
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    issued: int = 0

    def issue(self, now: float) -> str:
        """A new token, numbered from 1 in its `jti`."""
        self.issued += 1
        claims = {
            "iss": "https://auth.sinch.com/",
            "sub": self.key_id,
            "client_id": self.key_id,
            "project_id": self.project,
            "jti": f"sandbox-{self.issued}",
            "iat": int(now),
            "exp": int(now) + LIFETIME,
        }
        head = _encode({"alg": "HS256", "kid": "sandbox", "typ": "JWT"})
        text = f"{head}.{_encode(claims)}"
        return f"{text}.{self._sign(text)}"

    def read(self, token: str, now: float) -> Seen:
        """Whether the token is ours, unaltered and in time."""
        text, _, signature = token.rpartition(".")
        claims = decoded(token)
        if not claims or not str(claims.get("jti", "")).startswith("sandbox-"):
            return Seen("foreign")
        if not hmac.compare_digest(self._sign(text).encode(), signature.encode()):
            return Seen("damaged")
        expires, number = int(claims["exp"]), int(str(claims["jti"]).removeprefix("sandbox-"))
        return Seen("valid" if now < expires else "expired", expires, number)

    def _sign(self, text: str) -> str:
        return _base64(hmac.new(self._key, text.encode(), hashlib.sha256).digest())


def decoded(token: str, part: int = 1) -> dict[str, Any] | None:
    """The claims (or with `part` 0 the header) of a JWT, unchecked; nothing if it is none."""
    pieces = token.split(".")
    if len(pieces) != 3:
        return None
    try:
        padded = pieces[part] + "=" * (-len(pieces[part]) % 4)
        found = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _encode(value: dict[str, object]) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
