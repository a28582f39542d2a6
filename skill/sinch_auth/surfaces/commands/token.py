"""`sinch-auth token`: OAuth2 access tokens and In-App Calling registration tokens."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click


@click.group()
def command() -> None:
    """Fetch or inspect an OAuth2 access token; mint or lint a registration token."""


_FORM = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
_LOCALE = click.option("--locale", type=click.Choice(["en", "zh-CN"]), default="en", show_default=True)
_SOURCE = click.argument("source", required=False, default="-", type=click.Path(allow_dash=True, path_type=Path))


@command.command()
@click.option("--timeout", type=click.FloatRange(0.1, 120), default=10.0, show_default=True, help="Seconds.")
@_FORM
def fetch(timeout: float, form: str) -> int:
    """Fetch an access token with SINCH_KEY_ID and SINCH_KEY_SECRET, and print it.

    It is good for every product of the project for about an hour; keep it out of logs.
    """
    import json

    import httpx

    from sinch_auth import knowledge
    from sinch_auth.decisions import TOKEN_URL
    from sinch_auth.diagnosis import Pasted, diagnose
    from sinch_auth.errors import SourceUnavailable
    from sinch_auth.surfaces.given import secret_of

    pair = (secret_of("SINCH_KEY_ID", "the Key ID").strip(), secret_of("SINCH_KEY_SECRET", "the Key Secret").strip())
    try:
        response = httpx.post(TOKEN_URL, auth=pair, data={"grant_type": "client_credentials"}, timeout=timeout)
    except httpx.HTTPError as problem:
        raise SourceUnavailable(
            "the token endpoint was not reached",
            why=type(problem).__name__,
            cure="check network, proxy (HTTPS_PROXY) and certificates; sinch-auth doctor says more",
        ) from None
    if response.status_code == 200:
        answer = response.json()
        click.echo(json.dumps(answer, indent=1) if form == "json" else answer["access_token"])
        return 0
    told = {name: value for name, value in response.headers.items() if name in ("www-authenticate", "retry-after")}
    text = f"{TOKEN_URL}\nHTTP/1.1 {response.status_code}\n{told}\n\n{response.text[:4000]}"
    causes = diagnose(knowledge.load(), Pasted(text, status=response.status_code)).causes
    if form == "json":
        found = [{"id": one.id, "cause": one.cause, "fix": one.fix} for one in causes[:3]]
        click.echo(json.dumps({"status": response.status_code, "causes": found}, ensure_ascii=False, indent=1))
    else:
        click.echo(f"sinch-auth: the token endpoint answered {response.status_code}", err=True)
        if causes:
            click.echo(f"why: {causes[0].cause}\ncure: {causes[0].fix}", err=True)
    return 4


@command.command()
@_SOURCE
@_FORM
def inspect(source: Path, form: str) -> None:
    """Show what a token says of itself: its kind, header, claims and end. Nothing is verified, nothing is sent."""
    import json
    from datetime import UTC

    from sinch_auth import tokens
    from sinch_auth.surfaces.given import read_bytes
    from sinch_auth.surfaces.prose import printable

    seen = tokens.inspect(read_bytes(source).decode("utf-8", "replace"))
    data = {
        "kind": seen.kind,
        "header": dict(seen.header),
        "claims": dict(seen.claims),
        "issued": _time(seen.issued),
        "expires": _time(seen.expires),
        "expired": seen.expires is not None and seen.expires < datetime.now(UTC).timestamp(),
    }
    if form == "json":
        click.echo(json.dumps(data, ensure_ascii=False, indent=1))
        return
    for name, value in data.items():
        if value not in (None, {}):
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            click.echo(f"{name + ':':<9} {printable(text)}")


@command.command()
@click.option("--user-id", required=True, metavar="ID", help="Letters, digits, - _ =; at most 255 bytes.")
@click.option("--ttl", type=int, default=600, show_default=True, metavar="SECONDS", help="How long the token lives.")
@click.option("--instance-ttl", type=int, metavar="SECONDS", help="How long the registration lives; at least 48 hours.")
@_FORM
def mint(user_id: str, ttl: int, instance_ttl: int | None, form: str) -> None:
    """Mint a registration token for one user of In-App Calling, and print it.

    The backend does this, never a browser or a phone app: it takes SINCH_APPLICATION_KEY and
    SINCH_APPLICATION_SECRET from the environment.
    """
    import json
    import uuid
    from datetime import UTC

    from sinch_auth import tokens
    from sinch_auth.surfaces.given import secret_of

    made = tokens.mint(
        secret_of("SINCH_APPLICATION_KEY", "the Application Key"),
        secret_of("SINCH_APPLICATION_SECRET", "the Application Secret"),
        user_id,
        now=datetime.now(UTC),
        nonce=str(uuid.uuid4()),
        ttl=ttl,
        instance_ttl=instance_ttl,
    )
    data = {"token": made.token, "kid": made.key_id, "issued": _time(made.issued), "expires": _time(made.expires)}
    click.echo(json.dumps(data, indent=1) if form == "json" else made.token)


@command.command()
@_SOURCE
@click.option("--application-key", metavar="KEY", help="The application that the token must be for.")
@click.option("--user-id", metavar="ID", help="The user that the token must be for.")
@click.option("--now", "moment", metavar="TIME", help="ISO 8601 or seconds since 1970; default: the clock.")
@click.option("--secret-env", default="SINCH_APPLICATION_SECRET", show_default=True, metavar="NAME",
              help="Where the secret is; without it the signature is not checked.")  # fmt: skip
@click.option("--seen-nonce", "nonces", multiple=True, metavar="NONCE", help="A nonce used before (repeatable).")
@click.option("--had-instance-expiry", is_flag=True, help="The user's token before this one had an instance expiry.")
@click.option("--notes", is_flag=True, help="Notes too, not only warnings and errors.")
@_LOCALE
@_FORM
def lint(
    source: Path,
    application_key: str | None,
    user_id: str | None,
    moment: str | None,
    secret_env: str,
    nonces: tuple[str, ...],
    had_instance_expiry: bool,
    notes: bool,
    locale: str,
    form: str,
) -> int:
    """Check a registration token against every documented rule; a wrong signature is named by its wrong derivation.

    Exit code 4 when an error was found, 0 otherwise.
    """
    import json
    import os

    from sinch_auth import knowledge, tokens
    from sinch_auth.surfaces import signatures
    from sinch_auth.surfaces.given import read_bytes

    token = read_bytes(source).decode("utf-8", "replace")
    found = tokens.lint(
        token.removesuffix("\n").removesuffix("\r"),  # A pipe adds a line end; anything else is a finding.
        tokens.Context(
            application_key=application_key,
            user_id=user_id,
            now=_moment(moment),
            application_secret=os.environ.get(secret_env) or None,
            seen_nonces=frozenset(nonces),
            had_instance_expiry=had_instance_expiry,
            notes=notes,
        ),
    )
    base = knowledge.load()
    if form == "json":
        click.echo(json.dumps(signatures.lint_json(base, found, locale), ensure_ascii=False, indent=1))
    else:
        click.echo(signatures.lint_text(base, found, locale), nl=False)
    return 4 if any(one.severity == "error" for one in found) else 0


def _moment(given: str | None) -> datetime:
    from datetime import UTC

    from sinch_auth.errors import UsageError

    if given is None:
        return datetime.now(UTC)
    try:
        if given.isdigit():
            return datetime.fromtimestamp(int(given), UTC)
        made = datetime.fromisoformat(given)
    except (ValueError, OverflowError, OSError):
        raise UsageError(
            f"{given[:40]!r} is no time", cure="--now 2026-11-24T10:00:00Z, or seconds since 1970"
        ) from None
    return made if made.tzinfo else made.replace(tzinfo=UTC)


def _time(seconds: int | None) -> str | None:
    from datetime import UTC

    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
