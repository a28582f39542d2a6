"""`sinch-auth uninstall`: our MCP server and our skill out of a client."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("client")
@click.option("--project", is_flag=True, help="Out of the project in the current folder.")
@click.option("--skill/--no-skill", default=True, show_default=True, help="Also remove the skill.")
@click.option("--dry-run", is_flag=True, help="Print the difference and write nothing.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(client: str, project: bool, skill: bool, dry_run: bool, form: str) -> int:
    """Take exactly our own entry (and the skill) out of CLIENT.

    Where nothing else has changed since, the file is again what it was, byte for byte.
    """
    from sinch_auth.surfaces.installers import report, this_machine

    return report.run("uninstall", client, this_machine(Path.cwd() if project else None), skill, dry_run, form)
