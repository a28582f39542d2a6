"""Tells apart the tokens that people mix up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sinch_auth.tokens.jwt import decode

_PUSH_SCOPE = "push-api.cloud.huawei.com"


def is_access_token(header: Mapping[str, Any], claims: Mapping[str, Any]) -> bool:
    """A project's OAuth2 access token."""
    issuer = str(claims.get("iss", ""))
    return str(header.get("alg", "")).upper().startswith("RS") or "auth.sinch.com" in issuer


def is_push_assertion(header: Mapping[str, Any], claims: Mapping[str, Any]) -> bool:
    """The assertion that Sinch sends to your OAuth endpoint for Huawei push."""
    return _PUSH_SCOPE in str(claims.get("scope", "")) or "sinch:rtc:application_key" in header


def is_user_ticket(token: str) -> bool:
    """A ticket of the SDK 1.x: base64 JSON, colon, base64 signature."""
    first, colon, second = token.partition(":")
    if not colon or ":" in second or "." in token:
        return False
    raw = decode(first)
    if raw is None or decode(second) is None:
        return False
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and "applicationKey" in value


def kind_of(token: str, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """The kind of a token by its own content."""
    if is_user_ticket(token):
        return "legacy-user-ticket"
    if not header and not claims:
        return "opaque"
    if is_push_assertion(header, claims):
        return "push-client-assertion"
    if is_access_token(header, claims):
        return "oauth2-access-token"
    registration = str(header.get("kid", "")).startswith("hkdfv1-") or "rtc.sinch.com" in str(claims.get("iss", ""))
    return "registration-token" if registration else "jwt"
