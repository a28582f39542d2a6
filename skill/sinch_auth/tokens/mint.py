"""Mints In-App Calling registration tokens (in-app-calling.md §5 and §7)."""

from __future__ import annotations

import hmac
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from sinch_auth.errors import UsageError
from sinch_auth.tokens.derivation import decode_secret, derived_key
from sinch_auth.tokens.jwt import encode

USER_ID = re.compile(r"[A-Za-z0-9_=-]+", re.ASCII)
APPLICATION_KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
ISSUER = "//rtc.sinch.com/applications/"
INSTANCE_EXPIRY = "sinch:rtc:instance:exp"
SHORTEST_TOKEN, SHORTEST_INSTANCE = 60, 48 * 3600
"""Seconds; the documented minimums of the token and of the registration it makes."""


@dataclass(frozen=True, slots=True)
class Minted:
    """A token and when it ends, in seconds since the epoch."""

    token: str
    key_id: str
    issued: int
    expires: int


def mint(
    application_key: str,
    application_secret: str,
    user_id: str,
    *,
    now: datetime,
    nonce: str,
    ttl: int = 600,
    instance_ttl: int | None = None,
) -> Minted:
    """A registration token for one user.

    `now` must be aware; key id, signing key and times all come from this one instant. `nonce` must be fresh and
    random. `ttl` and `instance_ttl` are seconds. Raises `UsageError` for whatever the platform would refuse.

    >>> minted = mint("a32e5a8d-f7d8-411c-9645-9038e8dd051d", "ax8hTTQJF0OPXL32r1LHMA==", "foo",
    ...     now=datetime(2018, 1, 2, 3, 4, 5, tzinfo=UTC), nonce="6b438bda-2d5c-4e8c-92b0-39f20a94b34e")
    >>> minted.token.rpartition(".")[2]
    'EUltTTD4fxhkwCgLgj6qSQXKawpwQ952Ywm3OwQSARo'
    """
    key = application_key.strip()
    if not APPLICATION_KEY.fullmatch(key):
        raise UsageError(
            "the application key is not a lower-case UUID",
            why=f"got {key[:60]!r}",
            cure="copy the key from Dashboard > Voice > Apps",
        )
    secret = decode_secret(application_secret)
    if secret is None or len(secret) != 16:
        raise UsageError(
            "the application secret is not base64 of 16 bytes",
            why="it is not base64" if secret is None else f"it decodes to {len(secret)} bytes",
            cure="copy the application secret of this application; a project's key secret does not work here",
        )
    check_user_id(user_id)
    if len(nonce) < 16:
        raise UsageError("the nonce is too short", cure="use a UUID or 16 random bytes in hex")
    if ttl < SHORTEST_TOKEN:
        raise UsageError(f"a token must live at least {SHORTEST_TOKEN} seconds", why=f"got {ttl}", cure="use 600")
    if instance_ttl is not None and instance_ttl < SHORTEST_INSTANCE:
        raise UsageError("a registration must live at least 48 hours", why=f"got {instance_ttl} seconds")
    if now.tzinfo is None:
        raise ValueError("now must be an aware datetime")
    issued = int(now.timestamp())
    day = datetime.fromtimestamp(issued, UTC).strftime("%Y%m%d")
    claims: dict[str, str | int] = {
        "iss": f"{ISSUER}{key}",
        "sub": f"{ISSUER}{key}/users/{user_id}",
        "iat": issued,
        "exp": issued + ttl,
        "nonce": nonce,
    }
    if instance_ttl is not None:
        claims[INSTANCE_EXPIRY] = issued + instance_ttl
    header = {"alg": "HS256", "kid": f"hkdfv1-{day}"}
    signing_input = f"{_segment(header)}.{_segment(claims)}"
    signature = hmac.digest(derived_key(secret, day), signing_input.encode("ascii"), "sha256")
    return Minted(f"{signing_input}.{encode(signature)}", header["kid"], issued, issued + ttl)


def check_user_id(user_id: str) -> None:
    """Raise `UsageError` where the platform does not take this user id."""
    if not user_id:
        raise UsageError("the user id is empty")
    if not USER_ID.fullmatch(user_id):
        wrong = sorted({char for char in user_id if not USER_ID.fullmatch(char)})
        raise UsageError(
            "the user id has characters that are not allowed",
            why=f"found {' '.join(map(repr, wrong[:8]))}; allowed are A-Z a-z 0-9 - _ =",
            cure="use the base64url text of the id, the same on both sides",
        )
    if len(user_id.encode()) > 255:
        raise UsageError("the user id is longer than 255 bytes", cure="shorten or hash it")


def _segment(value: object) -> str:
    return encode(json.dumps(value, separators=(",", ":")).encode())
