"""A reply as text: for people on a terminal, and for models that pay by the token."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

from sinch_auth.advice import Reply
from sinch_auth.knowledge import Knowledge
from sinch_auth.resources import data_folder
from sinch_auth.schema import Detail

# How many gotchas to try until the text fits; the first of `full` has the links too.
_GOTCHAS = {"concise": (2,), "full": (5, 4, 3, 2, 1, 0)}
_FULL_TOKENS = 805
"""Of 900: the count is an estimate."""

_TOLD = ("product", "language", "region", "environment", "status", "error_code", "sdk_version", "model")


def for_people(
    knowledge: Knowledge,
    reply: Reply,
    locale: str,
    detail: Detail,
    *,
    bold: Callable[[str], str] = str,
    width: int = 100,
) -> str:
    """The reply as a person reads it, wrapped to `width` columns; `bold` marks headings."""
    return render(
        "answer/people.txt.j2",
        reply=reply,
        facts=[fact for fact in reply.facts if fact.name in _TOLD],
        trouble=any(fact.name == "status" or fact.value == "trouble" for fact in reply.facts),
        detail=detail,
        t=lambda id: knowledge.text(id, locale),
        bold=lambda text: bold(text),
        wrap=lambda text, indent: wrapped(text, width, indent),
    )


def for_models(knowledge: Knowledge, reply: Reply, locale: str, detail: Detail) -> str:
    """The reply as a model reads it: at most 300 tokens concise, 900 in full.

    To fit, links go first and then what surprises least; code is never cut, whatever it costs.
    """
    text = ""
    for gotchas in _GOTCHAS[detail]:
        text = render(
            "agent/reply.txt.j2",
            reply=reply,
            detail=detail,
            gotchas=gotchas,
            t=lambda id: knowledge.text(id, locale),
        )
        if detail == "concise" or tokens_about(text) <= _FULL_TOKENS:
            break
    return text


def tokens_about(text: str) -> float:
    """About how many tokens a model sees in a text (o200k); fitted to our own answers, whose code costs the most."""
    words = len(re.findall(r"[A-Za-z]+", text))
    digits = sum(c.isdigit() for c in text)
    marks = sum(c.isascii() and not c.isalnum() and not c.isspace() for c in text)
    others = sum(not c.isascii() for c in text)
    return 1.05 * words + 0.7 * digits + 0.46 * marks + 1.25 * text.count("\n") + 0.8 * others


def as_json(reply: Reply) -> dict[str, Any]:
    """The reply in the shape of the contract (`ask --format json`)."""
    data: dict[str, Any] = msgspec.to_builtins(reply)
    return data


def wrapped(text: str, width: int, indent: str) -> str:
    """`text` broken at spaces, or after any CJK character, so that no line is wider than `width` columns."""
    lines, line, used = [], "", 0
    for piece in re.findall(r"\s*(?:[^\s\u2e80-\u9fff\uff00-\uffef]+|[\u2e80-\u9fff\uff00-\uffef])", text):
        columns = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in piece)
        if used + columns > width and line:
            lines.append(line)
            line, used = indent + piece.lstrip(), len(indent) + columns
        else:
            line, used = line + piece, used + columns
    return "\n".join((*lines, line))


def printable(text: str) -> str:
    """`text` without control characters, so that nothing pasted can drive the terminal."""
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(c if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf") else "�" for c in text)


def render(template: str, **context: Any) -> str:
    """One of our own text templates, without runs of empty lines."""
    text: str = _environment().get_template(template).render(**context)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


@cache
def _environment() -> Any:
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    from sinch_auth.snippets import bytecode_cache

    return SandboxedEnvironment(
        loader=FileSystemLoader(data_folder("templates")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
        auto_reload=False,
        bytecode_cache=bytecode_cache(),
    )
