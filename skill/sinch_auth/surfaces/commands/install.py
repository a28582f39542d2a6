"""`sinch-auth install`: our MCP server and our skill into a client."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("client")
@click.option("--project", is_flag=True, help="Into the project in the current folder, for everybody who works on it.")
@click.option(
    "--skill/--no-skill", default=True, show_default=True, help="Also copy the skill, where CLIENT has skills."
)
@click.option("--dry-run", is_flag=True, help="Print the difference and write nothing.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(client: str, project: bool, skill: bool, dry_run: bool, form: str) -> int:
    """Add our MCP server (and the skill) to CLIENT.

    CLIENT is claude-code, claude-desktop, cursor, vscode, codex, gemini-cli, windsurf or zed. Everything else in the
    file keeps its bytes, a copy of it is kept beside it, and only names of environment variables are written.
    """
    from sinch_auth.surfaces.installers import report, this_machine

    return report.run("install", client, this_machine(Path.cwd() if project else None), skill, dry_run, form)
