"""The one question worth asking about a paste: the one whose answers lead to different first causes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sinch_auth import decisions, interview
from sinch_auth.facts import Fact
from sinch_auth.interview import Asked
from sinch_auth.knowledge import Knowledge
from sinch_auth.schema import Row
from sinch_auth.understand import Understood
from sinch_auth.words import words

_LONGEST = 600
"""Words of a text up to which answers are tried out. Whoever pastes more has given what there is."""


def question(
    knowledge: Knowledge, understood: Understood, top: Row | None, first: Callable[[Understood], str], locale: str
) -> Asked | None:
    """What to ask, or None. `first` gives the id of the first cause when more is known."""
    if len(understood.words) > _LONGEST:
        return None
    for name in ("product", "region", "language"):
        if understood.facts.settled(name) or (top and (name in top.implies or _scoped(top, name))):
            continue
        # A row that does not ask for it is the cause whatever the answer.
        if (top is None and name == "product") or (top and name in top.ask):
            answers = {first(_answered(understood, name, value)) for value in _values(knowledge, understood, top, name)}
            if len(answers) > 1:
                return interview.question(knowledge, name, understood.facts, locale)
    return None


def _scoped(row: Row, name: str) -> bool:
    return bool({"product": row.when.products, "language": row.when.languages}.get(name))


def _answered(understood: Understood, name: str, value: str) -> Understood:
    """The text as if the user had said it too; the word itself may lead to another row."""
    spoken = (*understood.words, *words(value))
    return replace(understood, words=spoken, facts=understood.facts.adding(Fact(name, value, "said")))


def _values(knowledge: Knowledge, understood: Understood, top: Row | None, name: str) -> tuple[str, ...]:
    if name == "region":
        product = understood.facts.value("product")
        if not product:
            return ()
        here = interview.situation(knowledge, understood.facts)
        return tuple(decisions.regions(knowledge.product(product), decisions.resolve(knowledge, here).model))
    if name == "language":
        return knowledge.ids("language")
    model = top.implies.get("model") if top else None
    return tuple(
        id
        for id in knowledge.ids("product")
        if not model or any(way.model == model for way in knowledge.product(id).accepts)
    )
