"""The dialogue on a terminal: choices by arrow key and typed filter, and what was understood so far."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from sinch_auth import advice
from sinch_auth.advice import Asking, Reply
from sinch_auth.facts import UNKNOWN, Facts
from sinch_auth.interview import Asked
from sinch_auth.knowledge import Knowledge
from sinch_auth.schema import Detail


def hold(knowledge: Knowledge, text: str, stated: Facts, locale: str, detail: Detail) -> tuple[str, Reply]:
    """Ask until the answer is settled. Returns the user's text and the last reply; raises `click.Abort` on Ctrl-C."""
    if not text and not list(stated):
        text = _typed(knowledge, locale)
    facts = stated
    while True:
        reply = advice.reply(knowledge, Asking(text=text, facts=facts, locale=locale, detail=detail, interactive=True))
        if reply.question is None:
            return text, reply
        if facts is stated:
            _say_understood(knowledge, reply, locale)
        value = _choose(knowledge, reply.question, locale)
        facts = facts.with_value(reply.question.id, value, "said")


def _say_understood(knowledge: Knowledge, reply: Reply, locale: str) -> None:
    taken = [fact for fact in reply.facts if fact.origin == "text" and fact.name in ("product", "language", "region")]
    if taken:
        said = ", ".join(f"{fact.name} = {fact.value} (“{fact.evidence}”)" for fact in taken)
        click.echo(f"{knowledge.text('understood', locale)}: {said}", err=True)


def _typed(knowledge: Knowledge, locale: str) -> str:
    import questionary

    answer = questionary.text(knowledge.text("prompt-text", locale), style=_style()).ask()
    if answer is None:
        raise click.Abort
    return str(answer)


def _choose(knowledge: Knowledge, asked: Asked, locale: str) -> str:
    import questionary

    choices = [
        questionary.Choice(title=_title(option.label, option.hint), value=option.value) for option in asked.options
    ]
    choices.append(questionary.Choice(title=knowledge.text("dont-know", locale), value=UNKNOWN))
    answer = questionary.select(
        f"{asked.text} {asked.why}",
        choices=choices,
        default=asked.default or None,
        use_search_filter=len(choices) > 6,
        use_jk_keys=False,
        style=_style(),
    ).ask()
    if answer is None:
        raise click.Abort
    return str(answer)


def _title(label: str, hint: str) -> str:
    return f"{label} — {hint}" if hint else label


def _style() -> Any:
    import questionary

    if os.environ.get("NO_COLOR") or not sys.stdout.isatty():
        return questionary.Style(
            [(name, "") for name in ("qmark", "question", "answer", "pointer", "highlighted", "selected")]
        )
    return questionary.Style([("pointer", "bold"), ("highlighted", "bold"), ("question", "bold")])
