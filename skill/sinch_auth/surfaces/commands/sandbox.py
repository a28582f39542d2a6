"""`sinch-auth sandbox`: run a program against a local stand-in for Sinch's authentication."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import click

_FAULTS = "expired-token, rate-limit, drop, clock-skew=+10m, wrong-region, revoked-key, slow=5s"


@click.command(
    name="sandbox",
    context_settings={"ignore_unknown_options": False, "allow_interspersed_args": False},
)
@click.option("--port", type=click.IntRange(0, 65535), help="Serve only, on this loopback port, and print the exports.")
@click.option(
    "--via",
    type=click.Choice(["auto", "namespace", "proxy"]),
    default="auto",
    show_default=True,
    help="How the program is reached: a network of its own (Linux), or proxy variables.",
)
@click.option("--fault", "faults", multiple=True, metavar="FAULT", help=f"Repeatable: {_FAULTS}.")
@click.option("--region", default="", help="Where the test app, service plan and mail domain live.")
@click.option("--fail-on-refusal", is_flag=True, help="Exit with 4 when a request was refused.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to this file.")
@click.argument("command", nargs=-1)
def command(
    port: int | None,
    via: str,
    faults: tuple[str, ...],
    region: str,
    fail_on_refusal: bool,
    form: str,
    report: Path | None,
    command: tuple[str, ...],
) -> int:
    """Run COMMAND with every Sinch, Mailgun and Mailjet host answered locally.

    The program gets working test credentials in its environment. Afterwards one line per request says what it
    carried, whether it was accepted, and if not, why and what to do. The program's exit code is passed on.
    With --format json the report alone is on standard output; what the program prints goes to standard error.

    \b
      sinch-auth sandbox -- node app.js
      sinch-auth sandbox --fault expired-token -- python send.py
      sinch-auth sandbox --port 8080
    """
    from sinch_auth import knowledge
    from sinch_auth.errors import UsageError
    from sinch_auth.sandbox import faults as faults_
    from sinch_auth.sandbox import report as reports
    from sinch_auth.sandbox.running import Sandbox
    from sinch_auth.surfaces.prose import printable

    if (port is None) == (not command):
        raise UsageError("give either a command after -- or --port", cure="sinch-auth sandbox -- node app.js")
    wanted = region or os.environ.get("SINCH_REGION", "")
    sandbox = Sandbox(knowledge.load(), faults_.parse(faults), wanted)
    if port is not None:
        if form == "json" and not report:
            raise UsageError(
                "with --port standard output holds the exports, so there is no room for JSON",
                cure="add --report FILE: the report is written there when the serving ends",
            )
        kept: list[reports.Verdict] = []
        refused = False

        def record(verdict: reports.Verdict) -> None:
            nonlocal refused
            refused |= not verdict.accepted
            if report:
                kept.append(verdict)
            click.echo(printable(verdict.as_text()), err=True)

        sandbox.serve(port, os.environ, _print_exports, record)
        if report:
            made = reports.as_json(kept, None) if form == "json" else reports.text(kept)
            report.write_text(made + "\n", encoding="utf-8")
        return 4 if fail_on_refusal and refused else 0
    # Machines read one JSON document from standard output, so the program's own output joins the diagnostics.
    stdout = sys.stderr.fileno() if form == "json" and not report else None
    run = sandbox.run(command, os.environ, via=via, stdout=stdout)  # type: ignore[arg-type]
    for note in run.notes:
        click.echo(f"sandbox: {note}", err=True)
    made = reports.as_json(run.verdicts, run.exit_code) if form == "json" else reports.text(run.verdicts, run.exit_code)
    if report:
        report.write_text(made + "\n", encoding="utf-8")
    else:
        # The program's own output stays what it is: people read ours on standard error.
        click.echo(printable(made) if form == "text" else made, err=form == "text")
    refused = any(not verdict.accepted for verdict in run.verdicts)
    return 4 if fail_on_refusal and refused else run.exit_code


def _print_exports(variables: dict[str, str]) -> None:
    for name, value in sorted(variables.items()):
        click.echo(f"export {name}={shlex.quote(value)}")
    sys.stdout.flush()
    click.echo("# serving on loopback; ctrl-c ends it", err=True)
