"""Incoming calls: the scheme is told by the headers, the check says what it used, and replays are warned of."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sinch_auth import knowledge, webhooks
from sinch_auth.signing import Request
from sinch_auth.signing.pasted import read_http
from sinch_auth.signing.schemes import SCHEMES

DATA = json.loads((Path(__file__).parents[1] / "data/vectors/signing.json").read_text(encoding="utf-8"))
VECTORS: dict[str, Any] = {vector["id"]: vector for vector in DATA["vectors"]}


def _captured(id: str) -> tuple[bytes, str]:
    """A published call as raw HTTP, and its secret."""
    vector = VECTORS[id]
    inputs, signature = vector["inputs"], vector["expected"]
    if vector["algorithm"] == "webhook-nonce-hmac":
        start = "X-Sinch-Webhook-Signature"
        headers = {start: signature, f"{start}-Nonce": inputs["nonce"], f"{start}-Timestamp": inputs["timestamp"],
                   f"{start}-Algorithm": "HmacSHA256", "Content-Type": "application/json"}  # fmt: skip
        path, body = "/hook", inputs["body"]
    elif vector["algorithm"] == "x-sinch-signature-sha1":
        headers, path, body = {"X-Sinch-Signature": signature}, "/hook", inputs["body"]
    elif vector["algorithm"] == "mailgun-webhook":
        fields = {"timestamp": inputs["timestamp"], "token": inputs["token"], "signature": signature}
        headers, path, body = {"Content-Type": "application/json"}, "/hook", json.dumps({"signature": fields})
    else:
        word = "service" if vector["algorithm"].startswith("service") else "application"
        headers = {"Authorization": f"{word} {inputs['key']}:{signature}", "X-Timestamp": inputs["x_timestamp"],
                   "Content-Type": inputs["content_type"]}  # fmt: skip
        path, body = inputs["path"], inputs["body"]
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode() + body.encode(), inputs.get("secret") or inputs["signing_key"]


CALLS = {
    "app-voice-callback-ace": "signed-request",
    "app-java-verif-callback": "signed-request",
    "voice2-webhook-callincoming": "voice-v2-webhook",
    "conv-contact-create": "conversation-webhook",
    "conv-multiline": "conversation-webhook",
    "sms-dlr": "conversation-webhook",
    "numbers-node-1": "numbers-webhook",
    "numbers-java": "numbers-webhook",
    "mailgun-php": "mailgun-webhook",
}


@pytest.mark.parametrize("id", CALLS)
def test_published_call_is_valid(id: str) -> None:
    """Detected by its headers, a published call is valid, and what was used is said."""
    data, secret = _captured(id)
    made = webhooks.verify(read_http(data), secret)
    assert (made.verdict, made.scheme) == ("valid", CALLS[id])
    assert made.header
    assert made.covered
    assert "bytes" in made.key
    assert secret not in repr(made)


@pytest.mark.parametrize("id", CALLS)
def test_changed_call_is_invalid(id: str) -> None:
    """One byte of what is signed changed, the call is not valid any more."""
    data, secret = _captured(id)
    changed = data.replace(b"5egbgr1v", b"5egbgr1w") if id == "mailgun-php" else data[:-1] + b"!"
    assert changed != data
    assert webhooks.verify(read_http(changed), secret).verdict == "invalid"


@pytest.mark.parametrize("id", CALLS)
def test_another_secret_is_invalid(id: str) -> None:
    """With another secret nothing is valid."""
    data, _ = _captured(id)
    assert webhooks.verify(read_http(data), "oYdgGRXoxEuJhGDY2KQ/HQ==").verdict == "invalid"


def _findings(made: webhooks.Verification) -> set[str]:
    return {finding.id for finding in made.findings}


def test_numbers_calls_can_be_replayed() -> None:
    """X-Sinch-Signature covers no time and no nonce: that is said, also when it is right."""
    data, secret = _captured("numbers-node-1")
    assert "no-replay-protection" in _findings(webhooks.verify(read_http(data), secret))


@pytest.mark.parametrize("id", ["conv-contact-create", "mailgun-php"])
def test_nonces_are_to_be_remembered(id: str) -> None:
    """Where there is a nonce or a token, the receiver must remember it."""
    data, secret = _captured(id)
    assert "remember-nonces" in _findings(webhooks.verify(read_http(data), secret))


@pytest.mark.parametrize("id", ["app-voice-callback-ace", "conv-contact-create"])
def test_old_call_is_valid_and_warned_of(id: str) -> None:
    """A right signature of long ago is right, and said to be old."""
    data, secret = _captured(id)
    made = webhooks.verify(read_http(data), secret, now=datetime(2026, 11, 24, tzinfo=UTC))
    assert made.verdict == "valid"
    assert "timestamp-stale" in _findings(made)


def test_fresh_call_is_not_warned_of() -> None:
    """Within a minute nothing is said of the time."""
    data, secret = _captured("conv-contact-create")
    now = datetime.fromtimestamp(1634579353, UTC) + timedelta(seconds=20)
    assert not {"timestamp-stale", "timestamp-late", "timestamp-in-the-future"} & _findings(
        webhooks.verify(read_http(data), secret, now=now)
    )


WRONG: dict[str, tuple[str, dict[str, str], str]] = {
    "body only": ("conv-contact-create", {}, "body-only"),
    "secret decoded": ("conv-contact-create", {}, "secret-decoded"),
    "re-serialised": ("conv-contact-create", {}, "body-reserialised"),
    "SHA-1": ("conv-contact-create", {}, "mac-other-hash"),
    "hex": ("conv-contact-create", {}, "signature-in-hex"),
    "base64 for hex": ("numbers-node-1", {}, "signature-in-base64"),
    "SHA-256 for SHA-1": ("numbers-node-1", {}, "mac-other-hash"),
}


def _wrong(name: str, inputs: dict[str, str]) -> str:
    import base64

    secret, body = inputs["secret"].encode(), inputs["body"].encode()
    if name == "base64 for hex":
        return base64.b64encode(hmac.new(secret, body, hashlib.sha1).digest()).decode()
    if name == "SHA-256 for SHA-1":
        return hmac.new(secret, body, hashlib.sha256).hexdigest()
    if name == "re-serialised":
        body = json.dumps(json.loads(body), indent=2).encode()
    rest = f".{inputs['nonce']}.{inputs['timestamp']}".encode()
    key = base64.urlsafe_b64decode(secret + b"==") if name == "secret decoded" else secret
    message = body if name == "body only" else body + rest
    digest = hmac.new(key, message, hashlib.sha1 if name == "SHA-1" else hashlib.sha256).digest()
    return digest.hex() if name == "hex" else base64.b64encode(digest).decode()


@pytest.mark.parametrize("name", WRONG)
def test_the_mistake_of_a_receiver_is_named(name: str) -> None:
    """A receiver that computes another way finds its own value explained."""
    id, _, expected = WRONG[name]
    data, secret = _captured(id)
    right = VECTORS[id]["expected"].encode()
    made = webhooks.verify(read_http(data.replace(right, _wrong(name, VECTORS[id]["inputs"]).encode())), secret)
    assert made.verdict == "invalid"
    assert made.explanation is not None
    assert expected in [named.id for named in made.explanation.mistakes]


def test_call_for_another_application() -> None:
    """A call signed for another application is not for this one, even where the secret is the same."""
    data, secret = _captured("app-voice-callback-ace")
    made = webhooks.verify(read_http(data), secret, key="00000000-0000-4000-8000-000000000000")
    assert made.verdict == "invalid"
    assert "call-for-another-application" in _findings(made)


UNSIGNED = {
    "fax JSON": ({"content-type": "application/json"}, b'{"event":"FAX_COMPLETED","fax":{"id":"1"}}', "fax"),
    "fax multipart": ({"content-type": "multipart/form-data; boundary=x"}, b'--x\r\nContent-Disposition: form-data; name="fax"\r\n', "fax"),
    "Mailjet": ({"content-type": "application/json"}, b'[{"event":"open","time":1,"MessageID":2,"mj_campaign_id":3}]', "mailjet"),
    "nothing known": ({}, b"hello", "unsigned"),
    "no body": ({}, b"", "unsigned"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNSIGNED)
def test_where_nothing_is_signed(name: str) -> None:
    """Fax and Mailjet sign nothing: that is said, with what to do instead."""
    headers, body, scheme = UNSIGNED[name]
    made = webhooks.verify(Request.of("POST", "/hook", headers, body), "")
    assert (made.verdict, made.scheme) == ("unsigned", scheme)
    assert _findings(made) == {f"no-signature-{scheme}"}


def test_signature_header_is_missing() -> None:
    """A named scheme without its header is unsigned, which is an error."""
    made = webhooks.verify(Request.of("POST", "/hook", {}, b"{}"), "s", scheme="conversation-webhook")
    assert made.verdict == "unsigned"
    assert [finding.severity for finding in made.findings] == ["error"]


def test_provisioning_is_observed_not_promised() -> None:
    """The scheme of Provisioning webhooks is not published: what fits is reported with that warning."""
    data, secret = _captured("numbers-node-1")
    made = webhooks.verify(read_http(data), secret, scheme="provisioning")
    assert made.verdict == "valid"
    assert "scheme-not-published" in _findings(made)
    assert webhooks.verify(Request.of("POST", "/", {}, b"{}"), secret, scheme="provisioning").verdict == "unknown"


def test_a_secret_has_one_name() -> None:
    """`verify-webhook` reads the variable that the answer about the product names."""
    base = knowledge.load()
    told = {(one.scheme, one.secret_env) for id in base.ids("product") if (one := base.product(id).webhooks)}
    for scheme, variable in told:
        if scheme in SCHEMES:
            assert SCHEMES[scheme].secret_env == variable
