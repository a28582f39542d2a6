"""`sinch-auth verify-webhook`: is this incoming call from Sinch, and can it be replayed?"""

from __future__ import annotations

from pathlib import Path

import click


@click.command(name="verify-webhook")
@click.argument("source", required=False, default="-", type=click.Path(allow_dash=True, path_type=Path))
@click.option("--scheme", metavar="S", help="Default: told by the headers. Also fax, mailjet, provisioning.")
@click.option("--secret-env", metavar="NAME", help="Environment variable of the secret; default: the scheme's own.")
@click.option("--key", default="", metavar="KEY", help="The Application Key or service id that the call must carry.")
@click.option("--locale", type=click.Choice(["en", "zh-CN"]), default="en", show_default=True)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(source: Path, scheme: str | None, secret_env: str | None, key: str, locale: str, form: str) -> int:
    """Check a raw HTTP request as it was captured, headers and body, from SOURCE or standard input.

    Says which header, which bytes and which key it used, warns of old timestamps and of calls that can be replayed,
    and names the mistake where the signature differs. Exit code 0 when valid, 4 when not.

    \b
      sinch-auth verify-webhook < captured.http
      sinch-auth verify-webhook --scheme numbers-webhook --secret-env MY_SECRET captured.http
    """
    import json
    from datetime import UTC, datetime

    from sinch_auth import knowledge, webhooks
    from sinch_auth.signing import SCHEMES
    from sinch_auth.signing.pasted import readings
    from sinch_auth.surfaces import signatures
    from sinch_auth.surfaces.given import read_bytes, secret_of

    base = knowledge.load()
    given = readings(read_bytes(source))
    name = scheme or webhooks.detect(given[0].request)
    # Where nothing is signed no secret is needed to say so.
    variable = secret_env or (SCHEMES[name].secret_env if name in SCHEMES else "SINCH_WEBHOOK_SECRET")
    secret = secret_of(variable) if name in SCHEMES or name == "provisioning" else ""
    now = datetime.now(UTC)
    tried = [webhooks.verify(one.request, secret, scheme=name, key=key, now=now) for one in given]
    made = next((one for one in tried if one.verdict == "valid"), tried[0])
    if form == "json":
        click.echo(json.dumps(signatures.verification_json(base, made, secret, locale), ensure_ascii=False, indent=1))
    else:
        click.echo(signatures.verification_text(base, made, secret, locale), nl=False)
    return 0 if made.verdict == "valid" else 4
