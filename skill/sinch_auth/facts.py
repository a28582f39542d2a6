"""What is known about the user's situation: facts, each with where it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Origin = Literal["said", "text", "environment", "inferred", "default"]

# A fact that stands higher replaces one that stands lower.
_RANK: dict[str, int] = {"said": 4, "text": 3, "environment": 2, "inferred": 1, "default": 0}

UNKNOWN = "unknown"
"""The value of a fact that the user was asked for and does not know."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing known, e.g. product = conversation, found in the text because it says "whatsapp"."""

    name: str
    value: str
    origin: Origin
    evidence: str = ""


class Facts:
    """An immutable set of facts. A name may have several values (two products in one question)."""

    __slots__ = ("_facts",)

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        kept: dict[str, list[Fact]] = {}
        for fact in facts:
            there = kept.setdefault(fact.name, [])
            if there and _RANK[fact.origin] > _RANK[there[0].origin]:
                there.clear()
            as_good = not there or _RANK[fact.origin] == _RANK[there[0].origin]
            if as_good and all(fact.value != other.value for other in there):
                there.append(fact)
        self._facts = {name: tuple(found) for name, found in kept.items()}

    def __iter__(self) -> Iterator[Fact]:
        for found in self._facts.values():
            yield from found

    def values(self, name: str) -> tuple[str, ...]:
        """All values of a fact, the strongest first; empty when nothing is known."""
        return tuple(fact.value for fact in self._facts.get(name, ()))

    def value(self, name: str) -> str:
        """The first value of a fact; empty when nothing is known or the user does not know."""
        found = self._facts.get(name)
        return found[0].value if found and found[0].value != UNKNOWN else ""

    def origin(self, name: str) -> Origin | None:
        """Where the fact comes from."""
        found = self._facts.get(name)
        return found[0].origin if found else None

    def settled(self, name: str) -> bool:
        """Whether the fact need not be asked for: it is known, or the user said that they do not know."""
        return name in self._facts

    def adding(self, *facts: Fact) -> Facts:
        """These facts and more."""
        return Facts((*self, *facts))

    def with_value(self, name: str, value: str, origin: Origin, evidence: str = "") -> Facts:
        """These facts with one set to exactly one value, whatever it was."""
        return Facts((*(fact for fact in self if fact.name != name), Fact(name, value, origin, evidence)))
