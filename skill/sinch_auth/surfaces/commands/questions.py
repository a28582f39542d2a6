"""`sinch-auth questions`: everything that may be asked."""

from __future__ import annotations

from typing import Any

import click

from sinch_auth.surfaces.listing import print_table, wants_json


@click.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option("--locale", type=click.Choice(["en", "zh-CN"]), default="en")
def command(form: str, locale: str) -> None:
    """List the questions that may be asked, why, their options, and what "I don't know" leads to."""
    from sinch_auth import interview, knowledge

    base = knowledge.load()
    rows: list[dict[str, Any]] = []
    for id in sorted(base.ids("question"), key=interview.ORDER.index):
        question = base.question(id, locale)
        options = list(question.options) or list(interview.values_of(base, id))
        rows.append(
            {
                "id": id,
                "text": question.text,
                "why": question.why,
                "options": options,
                "default": question.default,
                "unknown": question.unknown,
            }
        )
    if wants_json(form, rows):
        return
    print_table(["id", "text", "options"], [[row["id"], row["text"], len(row["options"])] for row in rows])
