"""`sinch-auth explain-signature`: what was done wrong, from the signature itself."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(name="explain-signature")
@click.argument("source", required=False, default="-", type=click.Path(allow_dash=True, path_type=Path))
@click.option(
    "--scheme", default="signed-request", show_default=True, metavar="S", help="See `sinch-auth verify-webhook`."
)
@click.option("--secret-env", metavar="NAME", help="Environment variable of the secret; default: the scheme's own.")
@click.option("--locale", type=click.Choice(["en", "zh-CN"]), default="en", show_default=True)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(source: Path, scheme: str, secret_env: str | None, locale: str, form: str) -> int:
    """Name the mistake behind a signature that was refused.

    Reads the request as it was sent, with its signature, from SOURCE or standard input: one JSON object, raw HTTP, or
    a curl command. It tries every known mistake, and combinations of up to three (none for a body over 64 KiB), until
    one gives the very same signature. Exit code 0 when the signature is right, 4 when not.

    \b
      sinch-auth explain-signature < request.http
      echo '{"method":"POST","path":"/calling/v1/callouts","headers":{…},"body":"…"}' | sinch-auth explain-signature
    """
    import json
    import os
    from datetime import UTC, datetime

    from sinch_auth import knowledge
    from sinch_auth.signing.schemes import scheme_of
    from sinch_auth.surfaces import signatures
    from sinch_auth.surfaces.given import read_bytes, secret_of

    base = knowledge.load()
    kind = scheme_of(scheme)
    data = read_bytes(source)
    secret = secret_of(secret_env or kind.secret_env)
    own_key = os.environ.get("SINCH_APPLICATION_KEY", "") if scheme == "signed-request" else ""
    pasted, made = signatures.explained(scheme, data, secret, now=datetime.now(UTC), own_key=own_key)
    if form == "json":
        told = signatures.explanation_json(base, made, secret, locale)
        told["findings"] += signatures.findings_json(base, pasted.findings, locale)
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        click.echo(signatures.explanation_text(base, made, secret, locale), nl=False)
        for one in signatures.findings_json(base, pasted.findings, locale):
            click.echo(f"- {one['message']}: {one['fix']}")
    return 0 if made.verdict == "match" else 4
