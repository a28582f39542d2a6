"""Callbacks as Sinch and Mailgun send them, signed by our own signing code, and the same ones spoilt."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sinch_auth.signing.request import Request
from sinch_auth.signing.schemes import recipe_for

PATH = "/callbacks/sinch"
_CONTENT_TYPE = "application/json; charset=utf-8"
_NONCE = "01HDXTGT2VQPNZ8K3DFYJ6WQ4R"
_SIGNED = {"signed-request": "application", "voice-v2-webhook": "service"}

# Beyond ASCII, with spaces that a parser would drop: whoever signs a parsed body is caught.
_BODY = '{"event" : "inbound",  "text":"Grüße, 你好", "amount": 1.10}'.encode()


@dataclass(frozen=True)
class Callback:
    """One incoming call: what a receiver sees of it."""

    headers: tuple[tuple[str, str], ...]
    body: bytes

    def arguments(self, scheme: str) -> tuple[str, ...]:
        """As the snippets take it on their command line."""
        start = ("POST", PATH) if scheme in _SIGNED else ()
        return (*start, *(f"{name}: {value}" for name, value in self.headers))


def signed(scheme: str, key: str, secret: str, sent: datetime) -> Callback:
    """A callback with the right signature. `key` is the Application Key or service id where the scheme has one."""
    if scheme == "mailgun-webhook":
        return _mailgun(secret, sent)
    unsigned = Request.of("POST", PATH, dict(_headers(scheme, sent)), _BODY)
    signature = recipe_for(scheme, unsigned, key, secret).signature()
    name, value = {
        "conversation-webhook": ("x-sinch-webhook-signature", signature),
        "numbers-webhook": ("x-sinch-signature", signature),
    }.get(scheme, ("authorization", f"{_SIGNED.get(scheme)} {key}:{signature}"))
    return Callback((*_headers(scheme, sent), (name, value)), _BODY)


def spoilt(scheme: str, key: str, secret: str, sent: datetime) -> Iterator[tuple[str, Callback]]:
    """The same callback with one thing wrong each."""
    right = signed(scheme, key, secret, sent)
    if scheme == "mailgun-webhook":
        # Its signature covers timestamp and token only, so the body may change unnoticed.
        yield "a spoilt token", replace(right, body=right.body.replace(b'"token": "', b'"token": "0'))
        yield "no signature", replace(right, body=b'{"event-data": {}}')
    else:
        yield "a spoilt body", replace(right, body=right.body.replace(b"1.10", b"1.1"))
        last = right.headers[-1]
        turned = (last[0], last[1][:-4] + "".join("A" if char != "A" else "B" for char in last[1][-4:]))
        yield "a spoilt signature", replace(right, headers=(*right.headers[:-1], turned))
        yield "no signature", replace(right, headers=right.headers[:-1])
    if scheme in _SIGNED:
        yield "another key", signed(scheme, f"{key[:-1]}{'0' if key[-1] != '0' else '1'}", secret, sent)
    if scheme != "numbers-webhook":
        yield "an old timestamp", signed(scheme, key, secret, sent - timedelta(hours=1))


def _headers(scheme: str, sent: datetime) -> tuple[tuple[str, str], ...]:
    if scheme in _SIGNED:
        return ("content-type", _CONTENT_TYPE), ("x-timestamp", sent.strftime("%Y-%m-%dT%H:%M:%SZ"))
    if scheme == "conversation-webhook":
        return (
            ("content-type", _CONTENT_TYPE),
            ("x-sinch-webhook-signature-timestamp", str(int(sent.timestamp()))),
            ("x-sinch-webhook-signature-nonce", _NONCE),
            ("x-sinch-webhook-signature-algorithm", "HmacSHA256"),
        )
    return (("content-type", _CONTENT_TYPE),)


def _mailgun(secret: str, sent: datetime) -> Callback:
    parts = {"timestamp": str(int(sent.timestamp())), "token": "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0"}
    unsigned = Request.of("POST", PATH, {}, json.dumps({"signature": {**parts, "signature": ""}}))
    signature = recipe_for("mailgun-webhook", unsigned, "", secret).signature()
    event = {"signature": {**parts, "signature": signature}, "event-data": {"event": "opened", "recipient": "a@b.c"}}
    return Callback((), json.dumps(event).encode())
