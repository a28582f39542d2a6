"""Tells which product sent a call, from its headers and body alone."""

from __future__ import annotations

import json

from sinch_auth.signing.request import Request
from sinch_auth.signing.schemes import mailgun_fields, split_authorization

WITHOUT_SIGNATURE = ("fax", "mailjet")
"""Products whose calls carry no documented signature (signing.md §2.5, §2.8)."""

UNSIGNED = "unsigned"
"""A call in which no signature was found and no product either."""


def detect(request: Request) -> str:
    """The scheme's name, `fax`, `mailjet` or `unsigned`.

    >>> detect(Request.of("POST", "/", {"X-Sinch-Signature": "00"}))
    'numbers-webhook'
    """
    headers = request.headers
    if "x-sinch-webhook-signature" in headers:
        return "conversation-webhook"
    if "x-sinch-signature" in headers:
        return "numbers-webhook"
    word = split_authorization(headers.get("authorization", ""))[0].lower()
    if word == "service":
        return "voice-v2-webhook"
    if word == "application":
        return "signed-request"
    fields = mailgun_fields(request)
    if all(fields.values()):
        return "mailgun-webhook"
    return _unsigned(request)


def _unsigned(request: Request) -> str:
    try:
        value = json.loads(request.body)
    except (ValueError, RecursionError):
        text = request.body[:4000].lower()
        fax = b"fax" in text and "multipart" in request.content_type.lower()
        return "fax" if fax else UNSIGNED
    events = value if isinstance(value, list) else [value]
    first = events[0] if events and isinstance(events[0], dict) else {}
    if "event" in first and any(name.lower().startswith(("mj_", "messageid", "message_guid")) for name in first):
        return "mailjet"
    if "fax" in first or str(first.get("event", "")).upper() in ("FAX_COMPLETED", "INCOMING_FAX"):
        return "fax"
    return UNSIGNED
