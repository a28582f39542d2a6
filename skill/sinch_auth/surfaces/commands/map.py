"""`sinch-auth map`: product → auth model → method → route, as Mermaid or SVG."""

from __future__ import annotations

import click


@click.command()
@click.option("--format", "form", type=click.Choice(["mermaid", "svg", "json"]), default="mermaid", show_default=True)
@click.option("--language", default="", metavar="L", help="Only the routes of one language.")
def command(form: str, language: str) -> None:
    """Draw how each product leads to an auth model, a method and a route. Redirect it into a file."""
    import json

    from sinch_auth import knowledge
    from sinch_auth.errors import UnknownName
    from sinch_auth.surfaces import decision_map

    base = knowledge.load()
    if language and not base.has("language", language):
        raise UnknownName("language", language, base.ids("language"))
    edges = decision_map.edges(base, language)
    if form == "json":
        click.echo(json.dumps([{"from": a, "to": b} for a, b in edges], indent=1))
    elif form == "svg":
        click.echo(decision_map.svg(base, edges))
    else:
        click.echo(decision_map.mermaid(base, edges))
