"""Which question to ask next, or none: backwards from the answer, the most decisive first, never what is known."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sinch_auth import decisions
from sinch_auth.decisions import Situation
from sinch_auth.facts import Facts
from sinch_auth.knowledge import DEFAULT_LOCALE, Knowledge

ORDER = ("product", "language", "region", "environment")
"""From the most decisive to the least."""

MOST_QUESTIONS = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a question."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to put to the user; its id is the name of the fact it learns."""

    id: str
    text: str
    why: str
    options: tuple[Choice, ...]
    default: str = ""


def next_question(
    knowledge: Knowledge,
    facts: Facts,
    *,
    code_wanted: bool,
    also: tuple[str, ...] = (),
    locale: str = DEFAULT_LOCALE,
) -> Asked | None:
    """The one fact worth asking for now, or None when nothing asked could change the answer.

    `also` names facts that a fitting troubleshooting row asks for.
    """
    name = _open(knowledge, facts, code_wanted, also)
    return question(knowledge, name, facts, locale) if name else None


def situation(knowledge: Knowledge, facts: Facts, product: str = "") -> Situation:
    """The finite facts as the tables take them; a situation needs a product."""
    language = facts.value("language")
    version = facts.value("sdk_version")
    return Situation(
        product=product or facts.value("product"),
        language=language or "curl",
        held=facts.values("model"),
        region=facts.value("region"),
        environment=facts.value("environment") or "production",
        sdk_line=facts.value("sdk_line") or (decisions.sdk_line(knowledge, language, version) if version else ""),
        wants=_wanted(facts),
        method=facts.value("method") if facts.origin("method") == "said" else "",
    )


def _open(knowledge: Knowledge, facts: Facts, code_wanted: bool, also: tuple[str, ...]) -> str:
    if not facts.settled("product"):
        return "product"
    product = facts.value("product")
    if not product:
        return ""
    if not facts.settled("language") and (code_wanted or "language" in also):
        return "language"
    here = situation(knowledge, facts)
    decision = decisions.resolve(knowledge, here)
    where_matters = decision.asks_region or ("region" in also and _asks_region(knowledge, product))
    if where_matters and not facts.settled("region"):
        return "region"
    # Where a region is asked for, the environment is not: three questions are enough.
    regional = bool(decision.host and decision.host.regions and decision.asks_region) or _asks_region(
        knowledge, product
    )
    if not facts.settled("environment") and not facts.settled("method") and not regional and code_wanted:
        methods = {
            decisions.resolve(knowledge, replace(here, environment=environment)).method
            for environment in ("production", "prototype")
        }
        if len(methods) > 1:
            return "environment"
    return ""


def _asks_region(knowledge: Knowledge, product: str) -> bool:
    region = knowledge.product(product).region
    return bool(region and region.ask)


def question(knowledge: Knowledge, name: str, facts: Facts, locale: str) -> Asked:
    """The question that learns one fact, with its options; for a region the product must be known."""
    entry = knowledge.question(name, locale)
    if entry.options:
        options = tuple(Choice(value, option.label, option.hint) for value, option in entry.options.items())
    elif name == "product":
        # Those that take the credentials named stand first; the others stay, for people name the wrong ones.
        held = facts.values("model")
        options = tuple(
            Choice(id, product.name, product.summary)
            for id in sorted(knowledge.ids("product"), key=lambda id: not _takes(knowledge, id, held))
            for product in [knowledge.product(id, locale)]
        )
    elif name == "language":
        options = tuple(
            Choice(id, language.name, language.sdk.name if language.sdk else "")
            for id in knowledge.ids("language")
            for language in [knowledge.language(id, locale)]
            if sensible(knowledge, facts.value("product"), id)
        )
    else:
        product = knowledge.product(facts.value("product"), locale)
        decision = decisions.resolve(knowledge, situation(knowledge, facts))
        find = product.region.find if product.region else ""
        options = tuple(
            Choice(region, _region_name(knowledge, region, locale), find)
            for region in decisions.regions(product, decision.model)
        )
    return Asked(name, entry.text, entry.why, options, entry.default)


def values_of(knowledge: Knowledge, fact: str) -> tuple[str, ...]:
    """Every value that a fact may be given as an answer, over all products."""
    if fact in ("product", "language"):
        return knowledge.ids(fact)
    if fact == "region":
        hosts = (host for id in knowledge.ids("product") for host in knowledge.product(id).hosts)
        return tuple(dict.fromkeys(region for host in hosts for region in host.regions))
    return tuple(knowledge.question(fact).options)


def sensible(knowledge: Knowledge, product: str, language: str) -> bool:
    """Whether offering this language helps: a client language only where the product has a client SDK for it."""
    if knowledge.language(language).runs_on == "backend" or not product:
        return True
    return not decisions.resolve(knowledge, Situation(product=product, language=language)).refused


def _takes(knowledge: Knowledge, product: str, models: tuple[str, ...]) -> bool:
    return any(way.model in models for way in knowledge.product(product).accepts)


def _region_name(knowledge: Knowledge, region: str, locale: str) -> str:
    for id in knowledge.ids("region"):
        entry = knowledge.region(id, locale)
        if region in entry.codes:
            return f"{entry.name} ({region})"
    return region


def _wanted(facts: Facts) -> str:
    """The most specific thing the user is after."""
    wants = facts.values("wants")
    return next(
        (want for want in ("webhook", "mint", "sign", "token", "code", "trouble", "keys") if want in wants),
        "nothing",
    )
