"""What is wrong in a text, best first: the rows that fit, the contradictions that hold, and where both say the same."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace

from sinch_auth import triage
from sinch_auth.diagnosis.archive import as_http
from sinch_auth.diagnosis.contradictions import Contradicting, contradicting, credential_name, spoken
from sinch_auth.diagnosis.credentials import carried
from sinch_auth.diagnosis.exchange import Exchange, exchanges, leading, place_of
from sinch_auth.facts import Fact, Facts
from sinch_auth.knowledge import DEFAULT_LOCALE, Knowledge
from sinch_auth.redact import redact
from sinch_auth.schema import Confidence, Row, When
from sinch_auth.understand import Understood, excerpt

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|\][^\x07\x1b\n]{0,1000}(?:\x07|\x1b\\)|[@-Z\\^_])")
_CONTROLS: dict[int, str | None] = dict.fromkeys(
    (*range(9), 11, 12, *range(14, 32), *range(127, 160), 0x200B, 0x2060, 0xFEFF), " "
)
_CONTROLS |= dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))


@dataclass(frozen=True, slots=True)
class Ranked:
    """One cause on its way: from a row that fits, from a contradiction, or from both."""

    id: str
    row: Row
    score: float
    evidence: tuple[str, ...]
    contradicts: bool = False
    confidence: Confidence | None = None


def contradicted(
    knowledge: Knowledge, understood: Understood, text: str, locale: str = DEFAULT_LOCALE, *, now: float | None = None
) -> list[triage.Cause]:
    """The causes of a text with a request in which something cannot be right; none where nothing contradicts.

    `text` is the paste that `understood` was read from, unmasked: the kind of a credential shows in its value.
    """
    text = plain(excerpt(as_http(text)))
    credentials = carried(knowledge, text, time.time() if now is None else now)
    found = exchanges(knowledge, text, credentials, redact(text).text)
    understood = replace(understood, facts=more_facts(knowledge, understood.facts, found))
    rules = spoken(knowledge, understood, locale)
    if not any(
        any(not one.rule.answer for one in contradicting(knowledge, exchange, rules, understood.facts, locale))
        or _mixup(knowledge, exchange, locale)
        for exchange in found
    ):
        return []
    causes = ranked(knowledge, understood, found, locale)
    kept = [one for one in causes if one.contradicts or one.score >= causes[0].score * triage.CLOSE]
    return [triage.Cause(one.id, localised(knowledge, one, locale), one.score, one.evidence) for one in kept]


def ranked(
    knowledge: Knowledge, understood: Understood, found: tuple[Exchange, ...], locale: str = DEFAULT_LOCALE
) -> list[Ranked]:
    """Every cause, best first. Nothing where every request was accepted."""
    facts = understood.facts
    refused = [int(status) for status in facts.values("status") if status.isdigit() and int(status) >= 400]
    if all(one.accepted for one in found) and not refused:
        return []
    merged: dict[str, Ranked] = {}
    troubled = in_trouble(facts, found)
    for cause in triage.ranked(knowledge, understood):
        score = cause.score * (0.7 if troubled and cause.row.kind == "how-to" else 1)
        merged[cause.id] = Ranked(cause.id, cause.row, score, cause.evidence)
    rules = spoken(knowledge, understood, locale)
    for exchange in found:
        holding = contradicting(knowledge, exchange, rules, facts, locale)
        for one in holding:
            merged[one.rule.row] = _merged(knowledge, merged.get(one.rule.row), one)
        mixup = None if any(not one.rule.answer for one in holding) else _mixup(knowledge, exchange, locale)
        if mixup:
            merged[mixup.id] = mixup
    return sorted(merged.values(), key=lambda one: (-one.score, one.row.rank, one.id))


def in_trouble(facts: Facts, found: tuple[Exchange, ...]) -> bool:
    """Whether the text tells of a failure."""
    return (
        any(status >= "400" for status in facts.values("status"))
        or bool(facts.values("error_code"))
        or "trouble" in facts.values("wants")
        or any(one.exception or one.error_code for one in found)
    )


def _merged(knowledge: Knowledge, there: Ranked | None, one: Contradicting) -> Ranked:
    row = there.row if there else knowledge.row(one.rule.row)
    text = there.score if there else 0
    if one.rule.answer:
        if there and there.contradicts:
            return there
        return Ranked(one.rule.row, row, max(text, one.weight), there.evidence if there else (one.because,))
    again = there is not None and there.contradicts
    score = text + (0 if again else one.weight)
    evidence = (one.because, *(there.evidence if there else ()))
    sure = less_sure(row.confidence, one.rule.confidence)
    return Ranked(one.rule.row, row, score, tuple(dict.fromkeys(evidence)), True, sure)


def _mixup(knowledge: Knowledge, exchange: Exchange, locale: str) -> Ranked | None:
    """One product's credentials at another's host, where no rule has the pair."""
    place = place_of(knowledge, exchange.host) if exchange.host else None
    if not place or not exchange.model or exchange.accepted:
        return None
    product = knowledge.product(place[0], locale)
    models = [place[2]] if place[2] else list(dict.fromkeys(way.model for way in product.accepts))
    if exchange.model in models or not models:
        return None
    accepted = knowledge.model(models[0], locale)
    names = [one.name for one in accepted.credentials.values()]
    said = {
        "{host}": exchange.host,
        "{given}": credential_name(knowledge, exchange.credential, locale),
        "{accepted}": accepted.name,
        "{credentials}": ", ".join(names),
        "{variables}": ", ".join(one.env for one in accepted.credentials.values()),
        "{where}": next(iter(accepted.credentials.values())).where,
    }
    row = Row(
        when=When(clues=[]),
        cause=_filled(knowledge.text("mixup-cause", locale), said),
        fix=_filled(knowledge.text("mixup-fix", locale), said),
        show="call",
        implies={"product": place[0], "model": models[0]},
        source=list(product.accepts[0].source),
        examples=[],
    )
    because = _filled(knowledge.text("mixup-because", locale), said)
    return Ranked("credentials-of-another-product", row, 5.5, (because,), True)


def _filled(text: str, said: dict[str, str]) -> str:
    for name, value in said.items():
        text = text.replace(name, value)
    return text[:1].upper() + text[1:]


_SURE: tuple[Confidence, ...] = ("high", "medium", "low", "unknown")


def less_sure(*levels: Confidence) -> Confidence:
    return max(levels, key=_SURE.index)


def localised(knowledge: Knowledge, one: Ranked, locale: str) -> Row:
    return knowledge.row(one.id, locale) if knowledge.has("row", one.id) else one.row


def plain(text: str) -> str:
    """The text without terminal escapes and control characters, so that neither hides a word nor drives a terminal."""
    if "\x1b" in text:
        text = _ESCAPES.sub("", text)
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)


def more_facts(knowledge: Knowledge, facts: Facts, found: tuple[Exchange, ...]) -> Facts:
    """The facts that only the exchanges show."""
    shown = leading(found)
    more = []
    place = place_of(knowledge, shown.host) if shown.host else None
    if place and not facts.settled("product"):
        more.append(Fact("product", place[0], "text", shown.host))
    elif shown.product and not facts.settled("product"):
        more.append(Fact("product", shown.product, "text", "SDK"))
    if shown.sdk and not facts.settled("language"):
        more.append(Fact("language", shown.sdk, "text", "SDK"))
    if shown.sdk_version and not facts.settled("sdk_version"):
        more.append(Fact("sdk_version", shown.sdk_version, "text", shown.sdk_version))
    if shown.status and shown.status >= 400 and not facts.settled("status"):
        more.append(Fact("status", str(shown.status), "text", str(shown.status)))
    return facts.adding(*more)
