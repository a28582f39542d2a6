"""Another scheme's recipe, or one that somebody made up."""

from __future__ import annotations

from collections.abc import Iterable

from sinch_auth.signing.encoding import decode_secret
from sinch_auth.signing.mistakes.registry import FIVE_LINES, ODD, RARE, mistake
from sinch_auth.signing.recipe import Recipe, replace

CONVERSATION = frozenset({"conversation-webhook"})
NUMBERS = frozenset({"numbers-webhook"})
MAILGUN = frozenset({"mailgun-webhook"})

_NONCES = ("random_unique_string", "nonce", "undefined", "")


def _nonce(recipe: Recipe, placeholder: str) -> str:
    for name, value in recipe.given.request.headers.items():
        if "nonce" in name:
            return value
    return placeholder


_MADE_UP: dict[str, tuple[tuple[str, ...], bytes]] = {}
for _name, _between in (
    ("LF", b"\n"),
    ("nothing", b""),
    ("dot", b"."),
    ("colon", b":"),
    ("pipe", b"|"),
    ("ampersand", b"&"),
    ("space", b" "),
    ("comma", b","),
):
    for _order in (
        "raw-timestamp raw-body", "raw-body raw-timestamp", "key raw-timestamp raw-body",
        "key raw-timestamp", "raw-timestamp key", "raw-timestamp",
        "raw-timestamp verb path raw-body", "raw-timestamp verb path body", "raw-timestamp verb path",
        "verb path raw-timestamp raw-body",
        "verb path raw-timestamp body", "verb path raw-timestamp", "verb path raw-body",
        "verb path raw-body raw-timestamp", "verb path body raw-timestamp",
        "verb path raw-timestamp nonce raw-body", "verb path nonce raw-timestamp raw-body",
        "raw-timestamp nonce raw-body", "raw-body nonce raw-timestamp",
        "nonce raw-timestamp raw-body", "key verb path raw-timestamp raw-body",
        "key path raw-timestamp raw-body", "path raw-timestamp raw-body",
        "path raw-body", "path raw-body raw-timestamp", "raw-timestamp path raw-body", "verb path",
        "verb path query raw-timestamp raw-body", "verb host path raw-body",
        "key raw-body", "raw-body key", "key", "verb path timestamp raw-body", "verb path timestamp body",
        "verb body timestamp path",
        "verb raw-body content-type timestamp path", "verb content-type raw-timestamp path",
        "verb path query", "path", "verb body content-type raw-timestamp path",
        "verb path query timestamp host raw-body", "raw-timestamp raw-body key",
        "raw-body key raw-timestamp", "body raw-timestamp", "raw-timestamp body",
    ):  # fmt: skip
        _parts = tuple(_order.split())
        if len(_parts) > 1 or _name == "LF":
            _MADE_UP[f"{' + '.join(_parts)}, joined by {_name}" if len(_parts) > 1 else _order] = (
                _parts,
                _between,
            )
del _MADE_UP["verb + body + content-type + raw-timestamp + path, joined by LF"]  # timestamp-name-missing


def _made_up(recipe: Recipe) -> Iterable[str]:
    for name, (parts, _) in _MADE_UP.items():
        if "nonce" in parts:
            choices = dict.fromkeys(_nonce(recipe, text) for text in _NONCES)
            yield from (f"{name}, nonce {text!r}" for text in choices if text or not name.endswith("nothing"))
        elif (
            ("key" not in parts or recipe.given.key)
            and ("host" not in parts or recipe.given.request.host)
            and ("query" not in parts or recipe.given.request.query)
        ):
            yield name


@mistake("recipe-made-up", "lines", "joint", schemes=FIVE_LINES, parameters=_made_up, rank=ODD)
def made_up(recipe: Recipe, how: str) -> Recipe:
    name, _, nonce = how.partition(", nonce ")
    parts, between = _MADE_UP[name]
    text = nonce[1:-1]
    return replace(
        recipe,
        lines=tuple(f"={text}" if part == "nonce" else part for part in parts),
        joint=(b"", between, b""),
    )


def _webhook_values(recipe: Recipe) -> tuple[str, str]:
    headers = recipe.given.request.headers
    return headers.get("x-sinch-webhook-signature-nonce", _nonce(recipe, "")), headers.get(
        "x-sinch-webhook-signature-timestamp", recipe.given.request.timestamp
    )


@mistake(
    "recipe-of-conversation-webhooks",
    "lines",
    "joint",
    "key",
    "mac",
    "body_as",
    schemes=FIVE_LINES | NUMBERS,
    parameters=("secret as text", "secret decoded", "without values", "SHA-1"),
    ranks={"SHA-1": RARE},
)
def of_conversation(recipe: Recipe, how: str) -> Recipe | None:
    nonce, timestamp = ("", "") if how == "without values" else _webhook_values(recipe)
    secret = recipe.given.secret
    key = decode_secret(secret) if how == "secret decoded" else secret.encode()
    mac = "hmac-sha1" if how == "SHA-1" else "hmac-sha256"
    if not key:
        return None
    return replace(
        recipe,
        lines=("raw-body", f"={nonce}", f"={timestamp}"),
        joint=(b"", b".", b""),
        key=key,
        mac=mac,
        body_as=recipe.body_as,
    )


@mistake(
    "recipe-of-numbers-webhooks",
    "lines",
    "joint",
    "mac",
    "key",
    schemes=FIVE_LINES | CONVERSATION | MAILGUN,
    parameters=("",),
)
def of_numbers(recipe: Recipe, _: str) -> Recipe:
    return replace(
        recipe, lines=("raw-body",), joint=(b"", b"", b""), mac="hmac-sha1", key=recipe.given.secret.encode()
    )


@mistake("recipe-of-mailgun-webhooks", "lines", "joint", "key", schemes=FIVE_LINES | CONVERSATION)
def of_mailgun(recipe: Recipe, _: str) -> Recipe:
    nonce, timestamp = _webhook_values(recipe)
    return replace(
        recipe, lines=(f"={timestamp}", f"={nonce}"), joint=(b"", b"", b""), key=recipe.given.secret.encode()
    )


@mistake(
    "recipe-of-signed-requests",
    "lines",
    "joint",
    "key",
    schemes=CONVERSATION | NUMBERS | MAILGUN,
    parameters=("secret as text", "secret decoded"),
)
def of_signed_requests(recipe: Recipe, how: str) -> Recipe | None:
    from sinch_auth.signing.recipe import BODY_AS

    request = recipe.given.request
    key = decode_secret(recipe.given.secret) if how == "secret decoded" else recipe.given.secret.encode()
    if not key:
        return None
    digest = BODY_AS["md5 in base64"](request.body).decode()
    timestamp = request.timestamp or _webhook_values(recipe)[1]
    lines = (
        f"={request.method.upper()}",
        f"={digest}",
        f"={request.content_type}",
        f"=x-timestamp:{timestamp}",
        f"={request.path}",
    )
    return replace(recipe, lines=lines, joint=(b"", b"\n", b""), key=key)


@mistake(
    "body-signed-too",
    "lines",
    "joint",
    schemes=MAILGUN,
    parameters=("body alone", "timestamp, token, body", "body, timestamp, token"),
)
def mailgun_body(recipe: Recipe, how: str) -> Recipe:
    lines = {
        "body alone": ("raw-body",),
        "timestamp, token, body": ("timestamp", "token", "raw-body"),
        "body, timestamp, token": ("raw-body", "timestamp", "token"),
    }[how]
    return replace(recipe, lines=lines, joint=(b"", b"", b""))


@mistake(
    "timestamp-or-nonce-added",
    "lines",
    "joint",
    schemes=NUMBERS,
    parameters=(
        "timestamp, dot, body",
        "timestamp, body",
        "event id, body",
        "body, dot, dot",
        "method, path, body",
        "path, body",
    ),
    rank=RARE,
)
def numbers_more(recipe: Recipe, how: str) -> Recipe:
    from sinch_auth.signing import serialise

    value = serialise.parse(recipe.body)[1]
    members = value if isinstance(value, dict) else {}
    request = recipe.given.request
    lines, between = {
        "timestamp, dot, body": ((f"={members.get('timestamp', '')}", "raw-body"), b"."),
        "timestamp, body": ((f"={members.get('timestamp', '')}", "raw-body"), b""),
        "event id, body": ((f"={members.get('eventId', '')}", "raw-body"), b"."),
        "body, dot, dot": (("raw-body", "=", "="), b"."),
        "method, path, body": ((f"={request.method}", f"={request.path}", "raw-body"), b"\n"),
        "path, body": ((f"={request.path}", "raw-body"), b""),
    }[how]
    return replace(recipe, lines=lines, joint=(b"", between, b""))


_PLACEHOLDERS = (
    "",
    "undefined",
    "null",
    "None",
    "nonce",
    "[object Object]",
    "nil",
    "0",
    "random_unique_string",
    "lower case",
    "upper case",
)


@mistake(
    "nonce-not-filled-in",
    "nonce",
    schemes=CONVERSATION,
    parameters=_PLACEHOLDERS,
    ranks={"0": RARE, "lower case": RARE, "upper case": RARE},
)
def nonce_placeholder(recipe: Recipe, text: str) -> Recipe:
    if text in ("lower case", "upper case"):
        return replace(recipe, nonce=recipe.nonce.lower() if text == "lower case" else recipe.nonce.upper())
    return replace(recipe, nonce=text.encode())


@mistake(
    "nonce-and-timestamp-not-filled-in",
    "nonce",
    "timestamp",
    schemes=CONVERSATION,
    parameters=("undefined", "null", "None", "empty"),
)
def both_placeholders(recipe: Recipe, text: str) -> Recipe:
    value = b"" if text == "empty" else text.encode()
    return replace(recipe, nonce=value, timestamp=value)


@mistake(
    "token-not-filled-in",
    "token",
    schemes=MAILGUN,
    parameters=(
        "",
        "undefined",
        "null",
        "None",
        "token",
        "in single quotes",
        "in double quotes",
        "lower case",
    ),
)
def token_placeholder(recipe: Recipe, text: str) -> Recipe:
    quotes = {"in single quotes": b"'", "in double quotes": b'"'}.get(text)
    if quotes:
        return replace(recipe, token=quotes + recipe.token + quotes)
    return replace(recipe, token=recipe.token.lower() if text == "lower case" else text.encode())
