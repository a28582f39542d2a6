"""Anything pasted, matched against the troubleshooting rows: causes, best first, each with its evidence."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

from sinch_auth.facts import Facts
from sinch_auth.knowledge import DEFAULT_LOCALE, Knowledge
from sinch_auth.schema import Row, alternatives
from sinch_auth.understand import Understood
from sinch_auth.words import words

CLOSE = 0.55
"""A further cause is named when its score reaches this part of the best one's."""

_MOST = 5

# What a scope field is worth that agrees with what is known. A row for this very product beats a general one.
_PRODUCT, _STATUS, _LANGUAGE, _MODEL = 1.0, 0.8, 0.8, 0.5


@dataclass(frozen=True, slots=True)
class Cause:
    """One troubleshooting row that fits, why it fits, and how well (higher is better)."""

    id: str
    row: Row
    score: float
    evidence: tuple[str, ...]


def causes(knowledge: Knowledge, understood: Understood, locale: str = DEFAULT_LOCALE) -> list[Cause]:
    """The rows that fit a text, best first; at most five, and none much weaker than the best."""
    found = ranked(knowledge, understood)
    if not found:
        return []
    floor = found[0].score * CLOSE
    kept = [cause for cause in found[:_MOST] if cause.score >= floor]
    if locale == DEFAULT_LOCALE:
        return kept
    return [Cause(cause.id, knowledge.row(cause.id, locale), cause.score, cause.evidence) for cause in kept]


def ranked(knowledge: Knowledge, understood: Understood) -> list[Cause]:
    """Every row that fits a text, best first."""
    text = (*understood.words, *_stated(understood.facts)) if understood.words else ()
    places: dict[str, list[int]] = defaultdict(list)
    for at, word in enumerate(text):
        places[word].append(at)
    stands = _Standing(text, places)
    candidates: dict[str, set[int]] = defaultdict(set)
    for word in places:
        for row_id, clue in knowledge.remembered(("clue", word), partial(_clues, knowledge, word)):
            candidates[row_id].add(clue)
    found = []
    for id, clues in candidates.items():
        row = knowledge.row(id)
        scope = _scope(row, understood.facts)
        if scope is None:
            continue
        scores = sorted(
            (scored for clue in clues if (scored := _clue(row.when.clues[clue], stands))),
            key=lambda s: -s[0],
        )
        if scores and not any(stands[phrase] for phrase in row.when.not_clues):
            best, evidence = scores[0]
            more = sum(score for score, _ in scores[1:]) * 0.25
            found.append(Cause(id, row, round(best + min(more, 1.0) + scope, 3), evidence))
    return sorted(found, key=lambda cause: (-cause.score, cause.row.rank, cause.id))


def _stated(facts: Facts) -> tuple[str, ...]:
    """The names of what was stated beside the text: they count as if they stood in it.

    A version in a name does not: it would be read as a question about versions.
    """
    names = [fact.value for fact in facts if fact.origin == "said" and fact.name in ("product", "language", "status")]
    # A full stop between names keeps two of them from making a phrase.
    return tuple(word for name in names for word in (".", *words(re.sub(r"-v\d+$", "", name))))


def _clues(knowledge: Knowledge, word: str) -> list[tuple[str, int]]:
    return knowledge.database.execute("select row, clue from clue where trigger = ?", (word,)).fetchall()


def _scope(row: Row, facts: Facts) -> float | None:
    """What the agreement of scope and facts is worth; None when they contradict each other."""
    when = row.when
    total = 0.0
    for wanted, name, worth in (
        (when.products, "product", _PRODUCT),
        (when.languages, "language", _LANGUAGE),
        (when.models, "model", _MODEL),
        (when.status, "status", _STATUS),
    ):
        known = facts.values(name)
        if not wanted or not known:
            continue
        if set(map(str, wanted)).intersection(known):
            # A scope of one says more than a scope of ten.
            total += worth if len(wanted) <= 3 else worth / 2
        elif name in ("product", "language"):
            return None
        elif name == "status":
            total -= 0.5
    return total


class _Standing(dict[str, bool]):
    """Phrase -> whether it stands in the text, found out once: rows share most of their phrases."""

    def __init__(self, text: Sequence[str], places: Mapping[str, Sequence[int]]) -> None:
        super().__init__()
        self._text = text
        self._places = places

    def __missing__(self, phrase: str) -> bool:
        parts = _words(phrase)
        length = len(parts)
        here = self._places.get(parts[0], ()) if parts else ()
        self[phrase] = found = any(tuple(self._text[at : at + length]) == parts for at in here)
        return found


def _clue(clue: Sequence[str | list[str]], stands: Mapping[str, bool]) -> tuple[float, tuple[str, ...]] | None:
    """The worth of a clue whose groups are all in the text, and the phrases that were found."""
    score = 0.0
    evidence = []
    for group in clue:
        longest = max((phrase for phrase in alternatives(group) if stands[phrase]), key=_length, default=None)
        if longest is None:
            return None
        score += 1 + 0.3 * min(_length(longest) - 1, 6)
        evidence.append(longest)
    return score, tuple(evidence)


@cache
def _length(phrase: str) -> int:
    """Length in words; two Chinese characters say about as much as one English word."""
    parts = _words(phrase)
    chinese = sum(not part.isascii() for part in parts)
    return len(parts) - chinese + (chinese + 1) // 2


@cache
def _words(phrase: str) -> tuple[str, ...]:
    return tuple(words(phrase))
