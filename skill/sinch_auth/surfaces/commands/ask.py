"""`sinch-auth ask`: the main job, as a dialogue on a terminal and as one reply everywhere else."""

from __future__ import annotations

import shutil
import sys
from typing import Any

import click

from sinch_auth import advice, knowledge
from sinch_auth.advice import Asking, Reply
from sinch_auth.errors import UnknownName, UsageError
from sinch_auth.facts import UNKNOWN, Fact, Facts
from sinch_auth.schema import Detail
from sinch_auth.surfaces import prose


@click.command()
@click.argument("text", required=False, default="")
@click.option("--product", multiple=True, metavar="P", help="A Sinch product (repeatable); see `sinch-auth products`.")
@click.option("--language", metavar="L", help="What you write; see `sinch-auth languages`.")
@click.option("--region", metavar="R", help="The region of your app, plan or domain, or `unknown`.")
@click.option("--environment", type=click.Choice(["production", "prototype"]), help="What it is for.")
@click.option("--method", metavar="M", help="Insist on one auth method.")
@click.option("--locale", type=click.Choice(["en", "zh-CN"]), help="Language of the answer; default: that of the text.")
@click.option("--detail", type=click.Choice(["concise", "full"]), default="concise", show_default=True)
@click.option("--no-input", is_flag=True, help="Never prompt; exit 3 when a question is open.")
@click.option("--format", "form", type=click.Choice(["text", "json", "agent"]), default="text", show_default=True)
@click.pass_context
def command(
    ctx: click.Context,
    text: str,
    product: tuple[str, ...],
    language: str | None,
    region: str | None,
    environment: str | None,
    method: str | None,
    locale: str | None,
    detail: Detail,
    no_input: bool,
    form: str,
) -> None:
    """Ask which credentials a Sinch API takes, or why an attempt fails: an answer, or the one question that matters.

    TEXT is a sentence, an error, a curl command, code; `-` reads it from standard input. Without it, a dialogue.

    \b
      sinch-auth ask "401 when I send a whatsapp message from my node backend, eu app"
      sinch-auth ask --product sms --language python --no-input --format json
    """
    base = knowledge.load()
    if text == "-" or (not text and not product and not sys.stdin.isatty()):
        text = sys.stdin.read()
    stated = _stated(base, product, language, region, environment, method)
    interactive = form == "text" and not no_input and sys.stdin.isatty() and sys.stdout.isatty()
    spoken = locale or ("zh-CN" if any("\u4e00" <= c <= "\u9fff" for c in text) else "en")
    if interactive:
        from sinch_auth.surfaces import dialogue

        text, reply = dialogue.hold(base, text, stated, spoken, detail)
    else:
        reply = advice.reply(base, Asking(text=text, facts=stated, locale=spoken, detail=detail))
    _show(base, reply, spoken, detail, form)
    if reply.status == "needs_input":
        ctx.exit(3)


def _stated(
    base: knowledge.Knowledge,
    products: tuple[str, ...],
    language: str | None,
    region: str | None,
    environment: str | None,
    method: str | None,
) -> Facts:
    facts = []
    for name, given in (("product", products), ("language", (language,)), ("method", (method,))):
        for value in given:
            if value and value != UNKNOWN and not base.has(name, value):
                raise UnknownName(name, value, base.ids(name))
            if value:
                facts.append(Fact(name, value, "said"))
    if region:
        offered = _regions(base, products)
        if region != UNKNOWN and region not in offered:
            raise UnknownName("region", region, (*offered, UNKNOWN))
        facts.append(Fact("region", region, "said"))
    if environment:
        facts.append(Fact("environment", environment, "said"))
    if method and products and not any(way.method == method for p in products for way in base.product(p).accepts):
        ways = sorted({way.method for p in products for way in base.product(p).accepts})
        raise UsageError(f"{', '.join(products)} does not take {method}", cure=f"it takes {', '.join(ways)}")
    return Facts(facts)


def _regions(base: knowledge.Knowledge, products: tuple[str, ...]) -> list[str]:
    chosen = products or base.ids("product")
    return list(
        dict.fromkeys(r for p in chosen if p != UNKNOWN for host in base.product(p).hosts for r in host.regions)
    )


def _show(base: knowledge.Knowledge, reply: Reply, locale: str, detail: Detail, form: str) -> None:
    if form == "json":
        import json

        data: dict[str, Any] = prose.as_json(reply)
        click.echo(json.dumps(data, ensure_ascii=False, indent=1))
    elif form == "agent":
        click.echo(prose.for_models(base, reply, locale, detail), nl=False)
    else:
        width = min(shutil.get_terminal_size().columns, 110)
        text = prose.for_people(base, reply, locale, detail, bold=_bold if sys.stdout.isatty() else str, width=width)
        click.echo(text, nl=False)


def _bold(text: str) -> str:
    return click.style(text, bold=True)
