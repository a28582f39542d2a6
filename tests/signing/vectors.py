"""The published vectors and the wrong signatures, as requests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sinch_auth.signing import Request

DATA: dict[str, Any] = json.loads((Path(__file__).parents[1] / "data/vectors/signing.json").read_text(encoding="utf-8"))
VECTORS: dict[str, dict[str, Any]] = {vector["id"]: vector for vector in DATA["vectors"]}
BASES = VECTORS | {base["id"]: base for base in DATA["derived_lab_bases"]}
MUTATIONS: list[dict[str, Any]] = DATA["mutations"]

SCHEME_OF = {
    "app-signed": "signed-request",
    "app-signed-callback": "signed-request",
    "service-signed-webhook-v2": "voice-v2-webhook",
    "webhook-nonce-hmac": "conversation-webhook",
    "x-sinch-signature-sha1": "numbers-webhook",
    "mailgun-webhook": "mailgun-webhook",
}
"""What the vectors call an algorithm -> our scheme. The tokens of In-App Calling are none."""


def scheme_of(algorithm: str) -> str | None:
    return SCHEME_OF.get(algorithm.partition(" ")[0])


def secret_of(inputs: dict[str, Any]) -> str:
    found: str = inputs.get("secret") or inputs["signing_key"]
    return found


def as_json(scheme: str, inputs: dict[str, Any], signature: str) -> dict[str, Any]:
    """The request as the commands read it."""
    if scheme == "mailgun-webhook":
        fields = {"timestamp": inputs["timestamp"], "token": inputs["token"], "signature": signature}
        return {"method": "POST", "path": "/", "headers": {}, "body": json.dumps({"signature": fields})}
    if scheme == "conversation-webhook":
        start = "x-sinch-webhook-signature"
        headers = {start: signature, f"{start}-nonce": inputs["nonce"], f"{start}-timestamp": inputs["timestamp"]}
        return {"method": "POST", "path": "/", "headers": headers, "body": inputs["body"]}
    if scheme == "numbers-webhook":
        return {"method": "POST", "path": "/", "headers": {"X-Sinch-Signature": signature}, "body": inputs["body"]}
    word = "service" if scheme == "voice-v2-webhook" else "Application"
    headers = {
        "Content-Type": inputs["content_type"],
        "x-timestamp": inputs["x_timestamp"],
        "Authorization": f"{word} {inputs['key']}:{signature}",
    } | ({"Host": inputs["host"]} if "host" in inputs else {})
    path = f"{inputs['path']}?{inputs['query']}" if inputs.get("query") else inputs["path"]
    return {"method": inputs["method"], "path": path, "headers": headers, "body": inputs["body"]}


def as_request(scheme: str, inputs: dict[str, Any], signature: str) -> Request:
    data = as_json(scheme, inputs, signature)
    return Request.of(data["method"], data["path"], data["headers"], data["body"])
