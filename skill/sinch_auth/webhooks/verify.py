"""Checks one incoming call and says which header, which bytes and which key were used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sinch_auth.errors import UnknownName
from sinch_auth.signing.encoding import decode_secret
from sinch_auth.signing.explain import Explanation, explain
from sinch_auth.signing.inspection import Finding
from sinch_auth.signing.request import Request
from sinch_auth.signing.schemes import SCHEMES, Scheme, given_signature
from sinch_auth.webhooks.detect import UNSIGNED, WITHOUT_SIGNATURE, detect

TRIED_FOR_PROVISIONING = ("conversation-webhook", "numbers-webhook")


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome of one check.

    `verdict` is `valid`, `invalid`, `unsigned` (no signature to check) or `unknown` (the scheme is not published and
    none of the known ones fits). `key` says how the secret was used, never what it is. `covered` names the signed
    parts with their length in bytes.
    """

    verdict: str
    scheme: str
    header: str = ""
    key: str = ""
    covered: tuple[tuple[str, int], ...] = ()
    findings: tuple[Finding, ...] = ()
    explanation: Explanation | None = None


def verify(
    request: Request, secret: str, *, scheme: str | None = None, key: str = "", now: datetime | None = None
) -> Verification:
    """Check a call. `scheme` is detected when None; it may also be `fax`, `mailjet` or `provisioning`.

    `now` judges the timestamp's age. `key` is the application key or service id that the header must carry.
    """
    name = scheme or detect(request)
    if name in (*WITHOUT_SIGNATURE, UNSIGNED):
        return Verification("unsigned", name, findings=(Finding(f"no-signature-{name}", "warning"),))
    if name == "provisioning":
        return _provisioning(request, secret, now)
    if name not in SCHEMES:
        raise UnknownName("scheme", name, (*SCHEMES, *WITHOUT_SIGNATURE, "provisioning"))
    kind = SCHEMES[name]
    carried_key, carried = given_signature(name, request)
    if not carried.strip() and not _has_header(kind, request):
        return Verification("unsigned", name, kind.signature_header, findings=(Finding("signature-missing", "error"),))
    explanation = explain(name, request, secret, now=now)
    findings = [*explanation.findings, *_replay(kind)]
    valid = explanation.verdict == "match"
    if valid and key and carried_key.lower() != key.lower():
        valid = False
        findings.append(Finding("call-for-another-application", "error", carried_key[:60]))
    expected = explanation.expected
    return Verification(
        "valid" if valid else "invalid",
        name,
        kind.signature_header or "signature object in the body",
        _key_used(kind, secret),
        tuple(
            (label, len(text))
            for label, (_, text) in zip(kind.labels, expected.lines if expected else (), strict=False)
        ),
        tuple(findings),
        explanation,
    )


def _has_header(kind: Scheme, request: Request) -> bool:
    return bool(kind.signature_header) and kind.signature_header in request.headers


def _key_used(kind: Scheme, secret: str) -> str:
    if kind.secret_is_base64:
        return f"the secret decoded from base64, {len(decode_secret(secret) or b'')} bytes"
    return f"the secret as text, {len(secret.encode())} bytes"


def _replay(kind: Scheme) -> tuple[Finding, ...]:
    if not kind.replay:
        return (Finding("no-replay-protection", "warning"),)
    if "nonce" in kind.replay or "token" in kind.replay:
        return (Finding("remember-nonces", "note"),)
    return ()


def _provisioning(request: Request, secret: str, now: datetime | None) -> Verification:
    """The algorithm is not published: try what Sinch uses elsewhere, and report which fits without promising it."""
    for name in TRIED_FOR_PROVISIONING:
        header = SCHEMES[name].signature_header
        if header in request.headers:
            tried = verify(request, secret, scheme=name, now=now)
            if tried.verdict == "valid":
                note = Finding("scheme-not-published", "warning", name)
                return Verification(
                    "valid",
                    name,
                    tried.header,
                    tried.key,
                    tried.covered,
                    (*tried.findings, note),
                    tried.explanation,
                )
    return Verification("unknown", "provisioning", findings=(Finding("scheme-not-published", "warning"),))
