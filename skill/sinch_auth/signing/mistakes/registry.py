"""Where every mistake is registered: a small function from recipe to recipe, its slots and how common it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sinch_auth.signing.recipe import Recipe, replace

Apply = Callable[[Recipe, str], "Recipe | None"]
Listing = Callable[[Recipe], Iterable[tuple[str, Any]]]
Parameters = Callable[[Recipe], Iterable[str]]
Ranks = Callable[[Recipe], Mapping[str, int]]

FIVE_LINES = frozenset({"signed-request", "voice-v2-webhook"})
TEXT_KEYED = frozenset({"conversation-webhook", "numbers-webhook", "mailgun-webhook"})
EVERY = FIVE_LINES | TEXT_KEYED
BODY_SIGNED = EVERY - {"mailgun-webhook"}

COMMON, KNOWN, RARE, ODD, ALONE = 0, 1, 2, 3, 4
"""How far a variant is combined with others; see `search.BUDGETS`."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One mistake with one choice of its free parameter: the slots it sets, and to what."""

    id: str
    detail: str
    rank: int
    slots: tuple[str, ...]
    values: tuple[Any, ...]

    def on(self, recipe: Recipe) -> Recipe:
        """`recipe` with this mistake made."""
        return replace(recipe, **dict(zip(self.slots, self.values, strict=True)))


@dataclass(frozen=True, slots=True)
class Mistake:
    """A named wrong way to compute a signature.

    `slots` are the recipe's slots that the function may change. `ranks` overrides `rank` for single parameters.
    """

    id: str
    schemes: frozenset[str]
    slots: tuple[str, ...]
    rank: int
    ranks: Ranks
    parameters: Parameters
    apply: Apply
    listing: Listing | None = None

    def variants(self, recipe: Recipe) -> Iterator[Variant]:
        """What this mistake can do to `recipe`; nothing where it changes nothing."""
        if self.listing is not None:
            for parameter, value in self.listing(recipe):
                yield Variant(self.id, parameter, self.rank, self.slots, (value,))
            return
        ranks = self.ranks(recipe)
        for parameter in self.parameters(recipe):
            try:
                wrong = self.apply(recipe, parameter)
            except (UnicodeError, OverflowError):
                # Half an emoji in the body, a time before the year 1: this way of writing it has no such text.
                continue
            if wrong is None:
                continue
            # Only what really differs: the rest stays free for another mistake.
            changed = [slot for slot in self.slots if getattr(wrong, slot) != getattr(recipe, slot)]
            if changed:
                rank = ranks.get(parameter, self.rank)
                yield Variant(self.id, parameter, rank, tuple(changed), tuple(getattr(wrong, s) for s in changed))


_REGISTERED: dict[tuple[str, int], Mistake] = {}


def mistake(
    id: str,
    *slots: str,
    schemes: frozenset[str] = EVERY,
    rank: int = KNOWN,
    parameters: Iterable[str] | Parameters = ("",),
    ranks: Mapping[str, int] | Ranks | None = None,
) -> Callable[[Apply], Apply]:
    """Register the decorated function as the mistake `id`.

    One id may be registered for disjoint sets of schemes, where the right recipe differs.
    """
    choices: Parameters
    if callable(parameters):
        choices = parameters
    else:
        fixed = tuple(parameters)

        def choices(_: Recipe) -> Iterable[str]:
            return fixed

    rarity: Ranks
    if callable(ranks):
        rarity = ranks
    else:
        known = ranks or {}

        def rarity(_: Recipe) -> Mapping[str, int]:
            return known

    def register(function: Apply) -> Apply:
        taken = [m for (name, _), m in _REGISTERED.items() if name == id]
        if any(m.schemes & schemes for m in taken):
            raise ValueError(f"mistake {id} is registered twice for a scheme")
        _REGISTERED[id, len(taken)] = Mistake(id, schemes, slots, rank, rarity, choices, function)
        return function

    return register


def mistake_listed(id: str, slot: str, *, schemes: frozenset[str], rank: int) -> Callable[[Listing], Listing]:
    """Register a mistake with thousands of forms: the decorated function lists (form, wrong value of the slot)."""

    def register(function: Listing) -> Listing:
        def unused(recipe: Recipe, _: str) -> Recipe:
            return recipe

        _REGISTERED[id, 0] = Mistake(id, schemes, (slot,), rank, lambda _: {}, lambda _: (), unused, function)
        return function

    return register


def registered() -> tuple[Mistake, ...]:
    """Every mistake, by id."""
    return tuple(_REGISTERED[key] for key in sorted(_REGISTERED))
