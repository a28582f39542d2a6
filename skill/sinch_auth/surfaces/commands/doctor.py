"""`sinch-auth doctor`: what is set, what is wrong with it, and what works live."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sinch_auth.doctor import Found, Plan, Surroundings
    from sinch_auth.knowledge import Knowledge

_MARKS = {"ok": ("✓", "green"), "info": ("·", None), "warning": ("!", "yellow"), "error": ("✗", "red")}


@click.command()
@click.option("--product", "products", multiple=True, metavar="P", help="Only these products (repeatable).")
@click.option("--offline", is_flag=True, help="Look only; send nothing.")
@click.option("--dry-run", is_flag=True, help="List the exact requests, and send nothing.")
@click.option("--env-file", type=click.Path(path_type=Path), help="Another file than .env of this folder.")
@click.option(
    "--timeout", type=click.FloatRange(0.1, 120), default=10.0, show_default=True, help="Seconds per request."
)
@click.option("--locale", type=click.Choice(["en", "zh-CN"]), default="en", show_default=True)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(
    products: tuple[str, ...],
    offline: bool,
    dry_run: bool,
    env_file: Path | None,
    timeout: float,
    locale: str,
    form: str,
) -> int:
    """Check the credentials in the environment, a .env file and the configuration of Sinch's own tools.

    Then one request per product that has credentials, none of them with a side effect or a cost. Values are never
    printed, and go to no host but their own API's. Exit code 4 when something is wrong.

    \b
      sinch-auth doctor --offline
      sinch-auth doctor --dry-run
      sinch-auth doctor --product voice --format json
    """
    from sinch_auth import doctor, knowledge
    from sinch_auth.errors import SourceUnavailable

    base = knowledge.load()
    for product in products:
        base.product(product)
    if env_file and not env_file.is_file():
        raise SourceUnavailable(f"there is no file {env_file}", cure="name the file with --env-file, or leave it out")
    surroundings = doctor.gather(base, os.environ, Path.cwd(), Path.home(), env_file)
    found = doctor.examine(base, surroundings, locale)
    plan = doctor.plan(base, surroundings, products, locale)
    requests = (
        [f"POST {_token_url()}  Authorization: Basic (SINCH_KEY_ID and SINCH_KEY_SECRET)"] if plan.needs_token else []
    )
    requests += [one.as_line() for one in plan.probes]
    if not offline:
        found += plan.skipped
    if not offline and not dry_run and plan.probes:
        found += _sent(base, plan, surroundings, timeout, locale, len(requests))
    if form == "json":
        import json

        import msgspec

        data = {
            "healthy": not any(one.is_fault for one in found),
            "findings": msgspec.to_builtins(found),
            "requests": requests if dry_run else [],
        }
        click.echo(json.dumps(data, ensure_ascii=False, indent=1))
    else:
        _show(found)
        if dry_run:
            click.echo("")
            click.echo("\n".join(requests) or "nothing would be sent")
    return 4 if any(one.is_fault for one in found) else 0


def _token_url() -> str:
    from sinch_auth.decisions import TOKEN_URL

    return TOKEN_URL


def _sent(
    base: Knowledge, plan: Plan, surroundings: Surroundings, timeout: float, locale: str, total: int
) -> list[Found]:
    """The probes, with progress on a terminal."""
    import httpx

    from sinch_auth import doctor

    with httpx.Client(timeout=timeout) as client:
        if not sys.stderr.isatty():
            return doctor.probe(base, plan, surroundings, client, locale=locale)
        with click.progressbar(length=total, label="asking the APIs", file=sys.stderr) as bar:
            return doctor.probe(base, plan, surroundings, client, locale=locale, progress=lambda line: bar.update(1))


def _show(found: Sequence[Found]) -> None:
    from sinch_auth.surfaces.prose import printable, wrapped

    width = min(shutil.get_terminal_size().columns, 110)
    for one in found:
        mark, colour = _MARKS[one.severity]
        click.echo(click.style(mark, fg=colour) + " " + wrapped(printable(one.message), width - 2, "  "))
        if one.fix:
            click.echo("  → " + wrapped(printable(one.fix), width - 4, "    "))
