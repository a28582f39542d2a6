"""`sinch-auth sign`: the headers of an application-signed request."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click


@click.command()
@click.option("--method", default="POST", show_default=True, metavar="VERB")
@click.option("--url", "target", required=True, metavar="URL", help="A URL, or only its path.")
@click.option(
    "--body", type=click.Path(allow_dash=True, path_type=Path), help="The body, byte for byte: a file, or - ."
)
@click.option("--content-type", default=None, metavar="TYPE", help="Default: application/json where there is a body.")
@click.option("--timestamp", default=None, metavar="TIME", help="x-timestamp, ISO 8601 in UTC; default: now.")
@click.option("--key-env", default="SINCH_APPLICATION_KEY", show_default=True, metavar="NAME")
@click.option("--secret-env", default="SINCH_APPLICATION_SECRET", show_default=True, metavar="NAME")
@click.option("--show-string", is_flag=True, help="Show the string to sign too, line by line.")
@click.option("--format", "form", type=click.Choice(["text", "json", "curl"]), default="text", show_default=True)
def command(
    method: str,
    target: str,
    body: Path | None,
    content_type: str | None,
    timestamp: str | None,
    key_env: str,
    secret_env: str,
    show_string: bool,
    form: str,
) -> None:
    """Sign a request to Voice v1 or Verification, and print its headers.

    Key and secret come from the environment. `--format curl` prints a command that is ready to run.

    \b
      sinch-auth sign --url https://calling.api.sinch.com/calling/v1/callouts --body call.json --show-string
      sinch-auth sign --method GET --url https://callingapi.sinch.com/v1/configuration/numbers --format curl | bash
    """
    import json
    from datetime import UTC

    from sinch_auth import signing
    from sinch_auth.surfaces.given import read_bytes, secret_of
    from sinch_auth.surfaces.prose import printable
    from sinch_auth.surfaces.signatures import shown

    data = read_bytes(body) if body else b""
    kind = content_type if content_type is not None else "application/json" if data else ""
    stamp = timestamp or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    request = signing.Request.of(method.upper(), target, {"content-type": kind, "x-timestamp": stamp}, data)
    secret = secret_of(secret_env, "the Application Secret")
    signed = signing.sign(request, secret_of(key_env, "the Application Key").strip(), secret)
    lines = [(name, shown(part, secret)) for name, part in signed.lines]
    if form == "json":
        made = {
            "headers": dict(signed.headers),
            "string_to_sign": shown(signed.string_to_sign, secret),
            "lines": dict(lines),
        }
        click.echo(json.dumps(made, ensure_ascii=False, indent=1))
        return
    if show_string:
        width = max(len(name) for name, _ in lines)
        for name, part in lines:
            click.echo(f"# {name:<{width}}  {printable(part)}", err=form == "curl")
    if form == "curl":
        click.echo(_curl(request.method, target, dict(signed.headers), body, data))
    else:
        for name, value in signed.headers.items():
            click.echo(f"{name}: {value}")


def _curl(method: str, target: str, headers: dict[str, str], body: Path | None, data: bytes) -> str:
    import shlex

    from sinch_auth.errors import UsageError

    if target.startswith("/"):
        raise UsageError("a curl command needs a whole URL", cure="--url https://calling.api.sinch.com/…")
    parts = ["curl", "--request", method, target]
    for name, value in headers.items():
        parts += ["--header", f"{name}: {value}"]
    command = " ".join(map(shlex.quote, parts))
    if not data:
        return command
    if body is not None and str(body) != "-":
        return f"{command} --data-binary {shlex.quote(f'@{body}')}"
    # Standard input is gone by now: the bytes travel inside the command, through printf so that none is lost.
    octal = "".join(chr(b) if 32 < b < 127 and chr(b) not in "\\%'" else f"\\{b:03o}" for b in data)
    return f"printf '{octal}' | {command} --data-binary @-"
