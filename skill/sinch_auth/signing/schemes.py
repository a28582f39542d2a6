"""The signature schemes: which headers, which key, which bytes, which MAC."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from sinch_auth.errors import UnknownName, UsageError
from sinch_auth.signing.encoding import decode_secret
from sinch_auth.signing.recipe import Given, Recipe
from sinch_auth.signing.request import Request


@dataclass(frozen=True, slots=True)
class Scheme:
    """One way Sinch signs or wants to be signed.

    `labels` names the parts of the string to sign for people, in order. `secret_env` is where the secret is
    looked for when nothing else is said. `source` cites `facts` and `vectors`.
    """

    name: str
    title: str
    signature_header: str
    secret_env: str
    labels: tuple[str, ...]
    lines: tuple[str, ...]
    joint: tuple[bytes, bytes, bytes]
    secret_is_base64: bool
    mac: str
    encoding: str
    replay: str
    source: str


_FIVE = ("verb", "body", "content-type", "timestamp", "path")
_FIVE_LABELS = ("HTTP verb", "Content-MD5", "Content-Type", "x-timestamp", "path")

SCHEMES: Mapping[str, Scheme] = {
    scheme.name: scheme
    for scheme in (
        Scheme(
            name="signed-request",
            title="application-signed request or callback (Voice v1, Verification)",
            signature_header="authorization",
            secret_env="SINCH_APPLICATION_SECRET",
            labels=_FIVE_LABELS,
            lines=_FIVE,
            joint=(b"", b"\n", b""),
            secret_is_base64=True,
            mac="hmac-sha256",
            encoding="base64",
            replay="timestamp",
            source="signing.md §1",
        ),
        Scheme(
            name="voice-v2-webhook",
            title="service-signed webhook (Voice API 2.0)",
            signature_header="authorization",
            secret_env="SINCH_VOICE_SERVICE_SECRET",
            labels=_FIVE_LABELS,
            lines=_FIVE,
            joint=(b"", b"\n", b""),
            secret_is_base64=True,
            mac="hmac-sha256",
            encoding="base64",
            replay="timestamp",
            source="signing.md §2.2",
        ),
        Scheme(
            name="conversation-webhook",
            title="webhook with nonce and timestamp (Conversation, SMS)",
            signature_header="x-sinch-webhook-signature",
            secret_env="SINCH_WEBHOOK_SECRET",
            labels=("body", "nonce", "timestamp"),
            lines=("body", "nonce", "timestamp"),
            joint=(b"", b".", b""),
            secret_is_base64=False,
            mac="hmac-sha256",
            encoding="base64",
            replay="timestamp and nonce",
            source="signing.md §2.3",
        ),
        Scheme(
            name="numbers-webhook",
            title="webhook over the body (Numbers, Imported numbers, Registration)",
            signature_header="x-sinch-signature",
            secret_env="SINCH_HMAC_SECRET",
            labels=("body",),
            lines=("body",),
            joint=(b"", b"", b""),
            secret_is_base64=False,
            mac="hmac-sha1",
            encoding="hex",
            replay="",
            source="signing.md §2.4",
        ),
        Scheme(
            name="mailgun-webhook",
            title="Mailgun webhook (signature inside the body)",
            signature_header="",
            secret_env="MAILGUN_WEBHOOK_SIGNING_KEY",
            labels=("timestamp", "token"),
            lines=("timestamp", "token"),
            joint=(b"", b"", b""),
            secret_is_base64=False,
            mac="hmac-sha256",
            encoding="hex",
            replay="timestamp and token",
            source="signing.md §2.7",
        ),
    )
}


def scheme_of(name: str) -> Scheme:
    """The scheme by its name; raises `UnknownName`."""
    if name not in SCHEMES:
        raise UnknownName("scheme", name, SCHEMES)
    return SCHEMES[name]


def recipe_for(scheme: str, request: Request, key: str, secret: str) -> Recipe:
    """The right way to sign `request` in a scheme.

    Raises `UsageError` where the secret cannot be a key of this scheme.
    """
    kind = scheme_of(scheme)
    given = Given(scheme, request, key, secret)
    if kind.secret_is_base64:
        decoded = decode_secret(secret)
        if decoded is None:
            raise UsageError(
                "the secret is not base64",
                why="application and service secrets are base64 text of 16 bytes: 24 characters that end in ==",
                cure="copy the application secret of this application; a project's key secret does not sign requests",
            )
        hmac_key = decoded
    else:
        hmac_key = secret.encode()
    base = Recipe(given, kind.lines, kind.joint, hmac_key, kind.mac, kind.encoding, body=request.body)
    if scheme in ("signed-request", "voice-v2-webhook"):
        return _five_lines(base, request)
    if scheme == "conversation-webhook":
        return _with(
            base,
            nonce=request.headers.get("x-sinch-webhook-signature-nonce", "").strip().encode(),
            timestamp=request.headers.get("x-sinch-webhook-signature-timestamp", "").strip().encode(),
        )
    if scheme == "mailgun-webhook":
        fields = mailgun_fields(request)
        return _with(base, timestamp=fields["timestamp"].encode(), token=fields["token"].encode())
    return base


def _with(recipe: Recipe, **values: bytes | str | tuple[bytes, bytes]) -> Recipe:
    from dataclasses import replace

    return replace(recipe, **values)  # type: ignore[arg-type]


def _five_lines(base: Recipe, request: Request) -> Recipe:
    return _with(
        base,
        verb=request.method.upper().encode(),
        body_as="md5 in base64",
        content_type=request.content_type.encode("utf-8", "surrogateescape"),
        timestamp=request.timestamp.strip().encode("utf-8", "surrogateescape"),
        timestamp_as=(b"x-timestamp:", b""),
        path=request.path.encode("utf-8", "surrogateescape"),
    )


def accepted_recipes(scheme: str, request: Request, key: str, secret: str) -> tuple[Recipe, ...]:
    """Every recipe that counts as right; one, except where official code differs without harm.

    The Node SDK's Voice 2.0 validator leaves the content type line empty when there is no body (signing.md §2.2).
    """
    right = recipe_for(scheme, request, key, secret)
    if scheme == "voice-v2-webhook" and not request.body and request.content_type:
        return right, _with(right, content_type=b"")
    return (right,)


def given_signature(scheme: str, request: Request) -> tuple[str, str]:
    """The key part and the signature that a request carries, verbatim; either may be empty."""
    kind = scheme_of(scheme)
    if kind.signature_header == "authorization":
        scheme_word, key, signature = split_authorization(request.headers.get("authorization", ""))
        del scheme_word
        return key, signature if request.signature is None else request.signature
    if request.signature is not None:
        return "", request.signature
    if scheme == "mailgun-webhook":
        return "", mailgun_fields(request)["signature"]
    return "", request.headers.get(kind.signature_header, "")


def split_authorization(value: str) -> tuple[str, str, str]:
    """Scheme word, key and signature of `Application KEY:SIGNATURE`; what is missing is empty.

    >>> split_authorization("application 669E:Tg6f=")
    ('application', '669E', 'Tg6f=')
    """
    word, space, rest = value.lstrip().partition(" ")
    if not space:
        word, rest = "", word
        if ":" not in rest:
            return (rest, "", "") if rest.isalpha() else ("", rest, "")
    key, _, signature = rest.partition(":")
    return word, key.strip(), signature


def mailgun_fields(request: Request) -> dict[str, str]:
    """`timestamp`, `token` and `signature` of a Mailgun event: JSON `signature` object, or form fields (legacy)."""
    found: Mapping[str, object] = {}
    text = request.body.decode("utf-8", "replace")
    try:
        value = json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        value = {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}
    if isinstance(value, dict):
        inner = value.get("signature")
        found = inner if isinstance(inner, dict) else value
    fields = {name: str(found.get(name) or "") for name in ("timestamp", "token", "signature")}
    for name in fields:
        fields[name] = fields[name] or request.headers.get(name, "")
    return fields
