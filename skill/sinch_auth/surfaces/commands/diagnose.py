"""`sinch-auth diagnose`: anything pasted, and why it fails."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Literal

import click

_LARGEST = 8_000_000
"""Bytes that are read of a file or a pipe; of more than some ten thousand characters only parts are looked at."""


@click.command()
@click.argument("text", required=False, default="")
@click.option("--file", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Read it from here.")
@click.option("--status", type=click.IntRange(100, 599), metavar="N", help="The HTTP status that came back.")
@click.option("--product", default="", metavar="P", help="A Sinch product; see `sinch-auth products`.")
@click.option("--language", default="", metavar="L", help="What you write; see `sinch-auth languages`.")
@click.option("--region", default="", metavar="R", help="The region of your app, plan or domain.")
@click.option("--environment", default="", type=click.Choice(["", "production", "prototype"]), help="What it is for.")
@click.option("--locale", type=click.Choice(["en", "zh-CN"]), help="Language of the answer; default: that of the text.")
@click.option("--detail", type=click.Choice(["concise", "full"]), default="concise", show_default=True)
@click.option("--format", "form", type=click.Choice(["text", "json", "agent"]), default="text", show_default=True)
def command(
    text: str,
    file: Path | None,
    status: int | None,
    product: str,
    language: str,
    region: str,
    environment: str,
    locale: str | None,
    detail: str,
    form: str,
) -> int:
    """Say why an attempt failed, from anything you can paste; secrets in it are masked at once.

    TEXT is an error, a JSON body, the output of `curl -v`, a HAR entry, a stack trace, a curl command, code, or a
    sentence in English or Chinese; `-` or a pipe reads it from standard input. Exits with 4 when a fault was found,
    3 when only a question is left, 0 when nothing wrong was found.

    \b
      pbpaste | sinch-auth diagnose
      sinch-auth diagnose --status 401 --product voice "Invalid Signature"
      curl -v … 2>&1 | sinch-auth diagnose --language php
    """
    from sinch_auth import knowledge
    from sinch_auth.diagnosis import Pasted, as_json, diagnose
    from sinch_auth.errors import UsageError
    from sinch_auth.surfaces import diagnosis_prose

    if file and text:
        raise UsageError("give either a text or --file")
    if file:
        with file.open("rb") as opened:
            text = opened.read(_LARGEST).decode("utf-8", errors="replace")
    elif text == "-" or (not text and not sys.stdin.isatty()):
        text = sys.stdin.buffer.read(_LARGEST).decode("utf-8", errors="replace")
    if not text.strip() and not (status or product):
        raise UsageError("there is nothing to diagnose", cure='paste it: sinch-auth diagnose "401 …", or pipe it in')
    base = knowledge.load()
    spoken = locale or ("zh-CN" if any("\u4e00" <= c <= "\u9fff" for c in text[:20_000]) else "en")
    level: Literal["concise", "full"] = "full" if detail == "full" else "concise"
    found = diagnose(base, Pasted(text, product, language, region, environment, status, spoken, level))
    if form == "json":
        import json

        click.echo(json.dumps(as_json(found), ensure_ascii=False, indent=1))
    elif form == "agent":
        click.echo(diagnosis_prose.for_models(base, found, spoken, level), nl=False)
    else:
        width = min(shutil.get_terminal_size().columns, 110)
        bold = (lambda t: click.style(t, bold=True)) if sys.stdout.isatty() else str
        click.echo(diagnosis_prose.for_people(base, found, spoken, level, bold=bold, width=width), nl=False)
    return 4 if found.fault else 3 if found.question and not found.causes else 0
