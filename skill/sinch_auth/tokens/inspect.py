"""Decodes a token to see what it is. Never verifies: an access token is opaque to you (signing.md §5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sinch_auth.tokens.jwt import parse
from sinch_auth.tokens.kinds import kind_of


@dataclass(frozen=True, slots=True)
class Inspection:
    """`kind` is `oauth2-access-token`, `registration-token`, `legacy-user-ticket`, `push-client-assertion`, `jwt` or
    `opaque`. `issued` and `expires` are seconds since the epoch, where the token tells them."""

    kind: str
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    issued: int | None
    expires: int | None


def inspect(token: str) -> Inspection:
    """What can be read in `token` without any key."""
    text = token.strip()
    if text.lower().startswith("bearer "):
        text = text[7:].strip()
    jws = parse(text)
    header = (jws.header if jws else None) or {}
    claims = (jws.claims if jws else None) or {}
    return Inspection(
        kind_of(text, header, claims),
        header,
        claims,
        _seconds(claims.get("iat")),
        _seconds(claims.get("exp")),
    )


def _seconds(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e11:
        return None
    return int(value)
