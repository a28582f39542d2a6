"""`sinch-auth skill`: write the portable skill and the ecosystems' packages, or check that they are up to date."""

from __future__ import annotations

from pathlib import Path

import click


@click.group(name="skill")
def command() -> None:
    """Write the portable Agent Skill, or check a written one."""


@command.command(name="export")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("."),
    show_default=True,
    help="The folder in which the skill's own folder, or the package, is written.",
)
@click.option("--for", "ecosystem", metavar="ECOSYSTEM", help="Write the package of an ecosystem instead.")
@click.option("--agents-md", is_flag=True, help="Print the few lines for an AGENTS.md instead.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def export(output: Path, ecosystem: str | None, agents_md: bool, form: str) -> int:
    """Write the skill, or a package that carries it.

    ECOSYSTEM is claude, cursor, codex, gemini, agent-plugins, mcp-registry or mcpb.
    """
    import json

    from sinch_auth.errors import UsageError
    from sinch_auth.surfaces import clients, packages, skill_export, writing

    if agents_md:
        if ecosystem:
            raise UsageError("--agents-md and --for do not go together", cure="give one of them")
        text = skill_export.agents_md()
        click.echo(json.dumps({"agents_md": text}, ensure_ascii=False) if form == "json" else text, nl=form == "json")
        return 0
    folder = output if ecosystem else output / skill_export.plan().name
    files = packages.files(ecosystem) if ecosystem else skill_export.files()
    writing.write(folder, files, "" if ecosystem else "SKILL.md")
    see = clients.table().ecosystems[ecosystem].see.replace("FOLDER", str(folder)) if ecosystem else ""
    if form == "json":
        click.echo(json.dumps({"folder": str(folder), "files": list(files), "see": see}, ensure_ascii=False, indent=1))
    else:
        click.echo(f"{len(files)} files written to {folder}")
        click.echo(f"See it work: {see}" if see else f"Add it to a client: npx skills add {folder}")
    return 0


@command.command(name="check")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), required=False)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def check(folder: Path | None, form: str) -> int:
    """Compare a written skill with what would be written now; exit code 4 when it is stale.

    FOLDER is the skill's own folder, by default the one in this checkout.
    """
    import json

    from sinch_auth.errors import UsageError
    from sinch_auth.surfaces import skill_export

    name = skill_export.plan().name
    place = folder or Path(__file__).parents[3] / name
    if not place.is_dir():
        raise UsageError(f"{place} is not there", cure=f"name the skill's folder: sinch-auth skill check DIR/{name}")
    differing = skill_export.differences(place)
    if form == "json":
        click.echo(json.dumps({"folder": str(place), "differences": differing}, ensure_ascii=False, indent=1))
    else:
        for line in differing:
            click.echo(line)
        fresh = f"{place} is what would be written now"
        click.echo(
            f"cure: sinch-auth skill export --output {place.parent}" if differing else fresh, err=bool(differing)
        )
    return 4 if differing else 0
