"""Lists for people and machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click


def wants_json(form: str, data: Any) -> bool:
    """Print `data` as JSON when that was asked for; whether it was."""
    if form == "json":
        click.echo(json.dumps(data, ensure_ascii=False, indent=1))
    return form == "json"


def print_table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Columns as wide as their content; the last one is never padded."""
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(head), *(len(row[i]) for row in texts)) for i, head in enumerate(heads)]
    for row in ([*heads], *texts):
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
