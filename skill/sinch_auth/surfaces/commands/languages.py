"""`sinch-auth languages`: SDK, versions and product coverage of each language."""

from __future__ import annotations

from typing import Any

import click

from sinch_auth.surfaces.listing import print_table, wants_json


@click.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option("--locale", type=click.Choice(["en", "zh-CN"]), default="en")
def command(form: str, locale: str) -> None:
    """List the languages: SDK package, release lines, the products each covers, and what runs without an SDK."""
    from sinch_auth import knowledge

    base = knowledge.load()
    rows: list[dict[str, Any]] = []
    for id in base.ids("language"):
        language = base.language(id, locale)
        sdk = language.sdk
        rows.append(
            {
                "id": id,
                "name": language.name,
                "runs_on": language.runs_on,
                "sdk": sdk.package if sdk else None,
                "runtime": sdk.runtime if sdk else language.http.runtime if language.http else "",
                "releases": [
                    {"line": r.line, "version": r.version, "install": r.install, "covers": sorted(r.covers)}
                    for r in (sdk.releases if sdk else [])
                ],
                "not_covered": sdk.not_covered if sdk else "",
                "http": language.http.name if language.http else None,
            }
        )
    if wants_json(form, rows):
        return
    table: list[list[object]] = []
    for row in rows:
        releases = row["releases"] or [{"line": "no SDK", "version": "", "covers": []}]
        for release in releases:
            covers = ", ".join(release["covers"]) or f"plain HTTP with {row['http']}"
            table.append([row["id"], row["sdk"] or "-", release["line"], release["version"], covers])
    print_table(["id", "package", "line", "version", "covers"], table)
