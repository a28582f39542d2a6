"""What in one exchange cannot be right together, by the rules of `contradictions.yaml`."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial

from sinch_auth.diagnosis.exchange import TOKEN_HOST, Exchange, place_of
from sinch_auth.facts import Facts
from sinch_auth.knowledge import Knowledge
from sinch_auth.schema import Contradiction, alternatives
from sinch_auth.understand import Understood
from sinch_auth.words import words

_PROJECT = "project"
_TOKEN = "token"


@dataclass(frozen=True, slots=True)
class Contradicting:
    """One rule that fits an exchange; `because` says it in the user's language."""

    id: str
    rule: Contradiction
    because: str
    weight: float


@dataclass(frozen=True, slots=True)
class _Seen:
    """One exchange as the rules look at it."""

    exchange: Exchange
    host: str
    host_model: str
    host_region: str
    product: str
    regions: tuple[str, ...]
    statuses: tuple[str, ...]
    language: str
    version: str


def spoken(knowledge: Knowledge, understood: Understood, locale: str) -> list[tuple[str, Contradiction]]:
    """The rules, by id, that the words and the look of the text allow, whatever its exchanges are."""
    said = f" {' '.join(understood.words)} "
    return [
        (id, rule)
        for id, rule in knowledge.remembered(("contradictions", locale), partial(_rules, knowledge, locale))
        if all(any(_as_spoken(phrase) in said for phrase in alternatives(group)) for group in rule.says)
        and not any(_as_spoken(phrase) in said for phrase in rule.not_says)
        and (not rule.pattern or _matches(rule.pattern, understood.text))
    ]


def contradicting(
    knowledge: Knowledge, exchange: Exchange, rules: list[tuple[str, Contradiction]], facts: Facts, locale: str
) -> list[Contradicting]:
    """Which of the `spoken` rules hold in one exchange, the strongest first. An accepted request has none."""
    if exchange.accepted:
        return []
    seen = _seen(knowledge, exchange, facts)
    said = seen if seen.host else _as_said(knowledge, seen, facts)
    found = []
    for id, rule in rules:
        if _holds(rule, said if rule.answer else seen):
            found.append(
                Contradicting(
                    id, rule, _because(knowledge, rule, said if rule.answer else seen, locale), _weight(rule, seen)
                )
            )
    return sorted(found, key=lambda one: -one.weight)


def _rules(knowledge: Knowledge, locale: str) -> list[tuple[str, Contradiction]]:
    return [(id, knowledge.entry("contradiction", id, Contradiction, locale)) for id in knowledge.ids("contradiction")]


def credential_name(knowledge: Knowledge, kind: str, locale: str) -> str:
    """A kind of credential in words."""
    id = f"carries-{kind}"
    return knowledge.text(id, locale) if knowledge.has("text", id) else kind


def _seen(knowledge: Knowledge, exchange: Exchange, facts: Facts) -> _Seen:
    place = place_of(knowledge, exchange.host) if exchange.host else None
    product, region, model = place or ("" if exchange.host else exchange.product, "", "")
    host = _TOKEN if exchange.host == TOKEN_HOST else product
    if not model and product:
        models = {way.model for way in knowledge.product(product).accepts if way.method != "digest"}
        model = models.pop() if len(models) == 1 else ""
    return _Seen(
        exchange,
        host,
        model,
        region,
        product,
        facts.values("region"),
        facts.values("status"),
        exchange.sdk or facts.value("language"),
        exchange.sdk_version or facts.value("sdk_version"),
    )


def _as_said(knowledge: Knowledge, seen: _Seen, facts: Facts) -> _Seen:
    """Where no host is called, the product that the text names: enough for what its answers usually mean."""
    product = facts.value("product")
    if not product:
        return seen
    models = {way.model for way in knowledge.product(product).accepts if way.method != "digest"}
    return replace(seen, host=product, product=product, host_model=models.pop() if len(models) == 1 else "")


def _holds(rule: Contradiction, seen: _Seen) -> bool:
    exchange = seen.exchange
    kind = exchange.credential or ("none" if exchange.complete else "")
    return (
        (not rule.carried or kind in rule.carried)
        and (not rule.models or exchange.model in rule.models)
        and (not rule.hosts or seen.host in rule.hosts or (_PROJECT in rule.hosts and _is_project(seen)))
        and (not rule.host_models or seen.host_model in rule.host_models)
        and (not rule.path_ids or exchange.path_id in rule.path_ids)
        and (not rule.statuses or _status(seen) in rule.statuses)
        and (not rule.codes or exchange.error_code in rule.codes)
        and (not rule.methods or exchange.method in rule.methods)
        and (not rule.content_types or exchange.content_type in rule.content_types)
        and (not rule.quoted or bool(exchange.carried and exchange.carried.quoted))
        and (not rule.signed or rule.signed in exchange.signed)
        and (not rule.region_differs or _differs(seen))
        and (not rule.languages or seen.language in rule.languages)
        and (not rule.since or (bool(seen.version) and _number(seen.version) >= _number(rule.since)))
        and (not rule.before or (bool(seen.version) and _number(seen.version) < _number(rule.before)))
    )


@lru_cache(maxsize=64)
def _matches(pattern: str, text: str) -> bool:
    """Remembered, because what is asked about a text is tried out with each answer."""
    return re.search(pattern, text) is not None


def _status(seen: _Seen) -> int:
    said = seen.exchange.status
    return said if said is not None else next((int(status) for status in seen.statuses if status.isdigit()), 0)


def _is_project(seen: _Seen) -> bool:
    return seen.host_model == _PROJECT and seen.product not in ("sms", "")


def _differs(seen: _Seen) -> bool:
    """Whether the region that was said is not the host's; a host without a region serves everybody."""
    return (
        len(seen.regions) == 1
        and seen.host_region not in ("", "global")
        and seen.regions[0] not in ("unknown", seen.host_region)
    )


@cache
def _as_spoken(phrase: str) -> str:
    return f" {' '.join(words(phrase))} "


def _number(version: str) -> tuple[int, ...]:
    """A release as numbers; an `x` stands for the first of its line."""
    return tuple(int(part) if part.isdigit() else 0 for part in [*version.split("."), "0", "0"][:3])


def _weight(rule: Contradiction, seen: _Seen) -> float:
    """A rule that looks at more is surer; an answer alone is what is said where nothing else is known."""
    if rule.answer:
        return (3.0 if seen.host or not rule.hosts else 1.5) + (0.9 if rule.codes else 0) + 0.6 * len(rule.says)
    looks = [rule.carried or rule.models, rule.hosts, rule.host_models, rule.path_ids, rule.before or rule.since]
    return (
        5.0
        + sum(1 for one in looks if one)
        + (1 if rule.quoted or rule.region_differs else 0)
        + (2 if rule.pattern or rule.signed else 0)
    )


def _because(knowledge: Knowledge, rule: Contradiction, seen: _Seen, locale: str) -> str:
    named = credential_name(knowledge, seen.exchange.credential, locale)
    text = (
        rule.because.replace("{credential}", named)
        .replace("{host}", seen.exchange.host or (knowledge.product(seen.product, locale).name if seen.product else ""))
        .replace("{version}", seen.version)
        .replace("{status}", str(_status(seen)))
        .replace("{code}", seen.exchange.error_code)
    )
    return text[:1].upper() + text[1:]
