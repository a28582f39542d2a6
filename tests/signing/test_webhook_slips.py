"""Receivers of webhooks that compute another way: each wrong value is reproduced exactly and named."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable

import pytest
from vectors import VECTORS, as_request, secret_of

from sinch_auth import signing


def _hmac(key: str | bytes, message: str | bytes, name: str = "sha256") -> bytes:
    parts = [part.encode() if isinstance(part, str) else part for part in (key, message)]
    return hmac.new(parts[0], parts[1], name).digest()


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _dumps(body: str, **options: object) -> str:
    return json.dumps(json.loads(body), **options)  # type: ignore[arg-type]


Wrong = Callable[[str, str, str, str], str]

CONVERSATION: dict[str, tuple[Wrong, str]] = {
    "no dots": (lambda s, b, n, t: _b64(_hmac(s, b + n + t)), "separator-missing"),
    "timestamp before nonce": (lambda s, b, n, t: _b64(_hmac(s, f"{b}.{t}.{n}")), "parts-reordered"),
    "Stripe's order": (lambda s, b, n, t: _b64(_hmac(s, f"{t}.{b}")), "part-missing"),
    "hex": (lambda s, b, n, t: _hmac(s, f"{b}.{n}.{t}").hex(), "signature-in-hex"),
    "sha256= and hex": (lambda s, b, n, t: "sha256=" + _hmac(s, f"{b}.{n}.{t}").hex(), "signature-with-prefix"),
    "Svix's prefix": (lambda s, b, n, t: "v1," + _b64(_hmac(s, f"{b}.{n}.{t}")), "signature-with-prefix"),
    "SHA-384": (lambda s, b, n, t: _b64(_hmac(s, f"{b}.{n}.{t}", "sha384")), "mac-other-hash"),
    "json.dumps": (lambda s, b, n, t: _b64(_hmac(s, f"{_dumps(b)}.{n}.{t}")), "body-reserialised"),
    "indented by 4": (lambda s, b, n, t: _b64(_hmac(s, f"{_dumps(b, indent=4)}.{n}.{t}")), "body-reserialised"),
    "[object Object]": (lambda s, b, n, t: _b64(_hmac(s, f"[object Object].{n}.{t}")), "body-is-a-placeholder"),
    "headers not found": (lambda s, b, n, t: _b64(_hmac(s, f"{b}.undefined.undefined")), "nonce-and-timestamp-not-filled-in"),
    "nonce not found": (lambda s, b, n, t: _b64(_hmac(s, f"{b}.null.{t}")), "nonce-not-filled-in"),
    "milliseconds": (lambda s, b, n, t: _b64(_hmac(s, f"{b}.{n}.{t}000")), "timestamp-format-differs"),
    "secret with a line break": (lambda s, b, n, t: _b64(_hmac(s + "\n", f"{b}.{n}.{t}")), "secret-with-stray-characters"),
    "SHA-256 of the body": (lambda s, b, n, t: _b64(_hmac(s, f"{hashlib.sha256(b.encode()).hexdigest()}.{n}.{t}")), "body-hashed-first"),
    "recipe of Numbers": (lambda s, b, n, t: _hmac(s, b, "sha1").hex(), "recipe-of-numbers-webhooks"),
}  # fmt: skip

NUMBERS: dict[str, tuple[Wrong, str]] = {
    "SHA-256": (lambda s, b, n, t: _hmac(s, b).hex(), "mac-other-hash"),
    "base64": (lambda s, b, n, t: _b64(_hmac(s, b, "sha1")), "signature-in-base64"),
    "upper-case hex": (lambda s, b, n, t: _hmac(s, b, "sha1").hex().upper(), "signature-hex-style"),
    ".NET BitConverter": (lambda s, b, n, t: _hmac(s, b, "sha1").hex("-").upper(), "signature-hex-style"),
    "str(dict)": (lambda s, b, n, t: _hmac(s, str(json.loads(b)), "sha1").hex(), "body-printed-not-serialised"),
    "keys sorted": (lambda s, b, n, t: _hmac(s, _dumps(b, sort_keys=True), "sha1").hex(), "body-reserialised"),
    "swapped": (lambda s, b, n, t: _hmac(b, s, "sha1").hex(), "mac-arguments-swapped"),
    "no key": (lambda s, b, n, t: hashlib.sha1(b.encode()).hexdigest(), "mac-without-key"),
    "the secret itself": (lambda s, b, n, t: s, "secret-sent-as-signature"),
}

MAILGUN: dict[str, tuple[Wrong, str]] = {
    "token first": (lambda s, b, n, t: _hmac(s, n + t).hex(), "parts-reordered"),
    "dot": (lambda s, b, n, t: _hmac(s, f"{t}.{n}").hex(), "separator-other"),
    "base64": (lambda s, b, n, t: _b64(_hmac(s, t + n)), "signature-in-base64"),
    "without key-": (lambda s, b, n, t: _hmac(s.removeprefix("key-"), t + n).hex(), "secret-cut"),
    "a float": (lambda s, b, n, t: _hmac(s, f"{t}.0{n}").hex(), "timestamp-format-differs"),
    "secret and text hashed": (lambda s, b, n, t: hashlib.sha256((s + t + n).encode()).hexdigest(), "secret-prepended-and-hashed"),
    "the body": (lambda s, b, n, t: _hmac(s, t).hex(), "part-missing"),
}  # fmt: skip

CASES = [
    *((("conversation-webhook", id, name), *CONVERSATION[name]) for id in ("conv-contact-create", "sms-dlr") for name in CONVERSATION),
    *((("numbers-webhook", id, name), *NUMBERS[name]) for id in ("numbers-node-1", "numbers-java") for name in NUMBERS),
    *((("mailgun-webhook", "mailgun-php", name), *MAILGUN[name]) for name in MAILGUN),
]  # fmt: skip


@pytest.mark.parametrize(("case", "compute", "expected"), CASES, ids=["-".join(case[0]) for case in CASES])
def test_a_wrong_receiver_is_explained_by_name(case: tuple[str, str, str], compute: Wrong, expected: str) -> None:
    """The receiver's value is reproduced exactly, by two mistakes at most, and the mistake is named."""
    scheme, id, _ = case
    inputs = VECTORS[id]["inputs"]
    nonce = inputs.get("nonce") or inputs.get("token", "")
    given = compute(secret_of(inputs), inputs.get("body", ""), nonce, inputs.get("timestamp", ""))
    made = signing.explain(scheme, as_request(scheme, inputs, given), secret_of(inputs))
    assert made.verdict == "mistake"
    assert made.wrong is not None
    assert made.wrong.signature == given
    assert len(made.mistakes) <= 2
    assert expected in {named.id for one in (made.mistakes, *made.classes) for named in one}
