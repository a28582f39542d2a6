"""One paste from end to end: masked, read, matched, checked for contradictions, told."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from sinch_auth import decisions, interview, snippets, triage
from sinch_auth.diagnosis.archive import as_http
from sinch_auth.diagnosis.asking import question
from sinch_auth.diagnosis.contradictions import Contradicting, contradicting, credential_name, spoken
from sinch_auth.diagnosis.credentials import carried
from sinch_auth.diagnosis.exchange import Exchange, exchanges, leading, place_of
from sinch_auth.diagnosis.quiet import quiet
from sinch_auth.errors import SinchAuthError, UnknownName
from sinch_auth.facts import Fact, Facts
from sinch_auth.interview import Asked
from sinch_auth.knowledge import DEFAULT_LOCALE, Knowledge
from sinch_auth.redact import redact
from sinch_auth.schema import Confidence, Detail, Row, When
from sinch_auth.snippets import Snippet, SnippetRequest
from sinch_auth.understand import Understood, excerpt, understand

MOST = {"concise": 3, "full": 5}
"""How many causes are told."""

_CLOSE = 0.4
"""A further cause is told when its score reaches this part of the first one's."""

_LATER = 0.7
"""Below this part of the first one's score a cause is not told as sure, whatever its facts."""

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|\][^\x07\x1b\n]{0,1000}(?:\x07|\x1b\\)|[@-Z\\^_])")
_CONTROLS: dict[int, str | None] = dict.fromkeys(
    (*range(9), 11, 12, *range(14, 32), *range(127, 160), 0x200B, 0x2060, 0xFEFF), " "
)
_CONTROLS |= dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))


@dataclass(frozen=True, slots=True)
class Pasted:
    """What the user brings: the text as it is, and what they know beside it."""

    text: str
    product: str = ""
    language: str = ""
    region: str = ""
    environment: str = ""
    status: int | None = None
    locale: str = DEFAULT_LOCALE
    detail: Detail = "concise"


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause: what is wrong, why we think so, what would prove it, what to do.

    `kind` is that of the troubleshooting row: `auth`, `not-auth` (looks like authentication and is not), `refuse`,
    `how-to` or `elsewhere`.
    """

    id: str
    kind: str
    cause: str
    fix: str
    confidence: Confidence
    evidence: tuple[str, ...]
    confirm: str = ""
    official_says: str = ""
    snippet: Snippet | None = None
    sources: tuple[str, ...] = ()
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All that a paste says. `causes` has every finding, best first; `contradictions` and `not_auth` are those among
    them that are two facts at odds, and those that only look like authentication."""

    facts: tuple[Fact, ...]
    exchange: Exchange
    causes: tuple[Finding, ...]
    contradictions: tuple[Finding, ...]
    not_auth: tuple[Finding, ...]
    question: Asked | None
    warnings: tuple[str, ...]
    exchanges: tuple[Exchange, ...] = field(default=())

    @property
    def fault(self) -> bool:
        """Whether something is wrong, with authentication or beside it."""
        return any(cause.kind in ("auth", "not-auth", "refuse") for cause in self.causes)


def diagnose(knowledge: Knowledge, pasted: Pasted, *, now: float | None = None) -> Diagnosis:
    """Why it fails, from anything pasted. `now` is the time that tokens are compared with, by default the clock.

    Never raises for anything in the text; raises `UnknownName` for a stated product, language or region that is not
    known.

    >>> from sinch_auth.knowledge import load
    >>> found = diagnose(load(), Pasted('curl -u "$KEY_ID:$KEY_SECRET" https://calling.api.sinch.com/calling/v1/callouts'))
    >>> found.contradictions[0].id
    'access-key-on-voice-or-verification'
    """
    stated = _stated(knowledge, pasted)
    text = _plain(excerpt(as_http(pasted.text)))
    credentials = carried(knowledge, text, time.time() if now is None else now)
    understood = _understood(knowledge, quiet(text), stated)
    clean = redact(text)
    found = exchanges(knowledge, text, credentials, clean.text)
    shown = leading(found)
    facts = _more_facts(knowledge, understood.facts, found)
    understood = replace(understood, facts=facts)
    ranked = _ranked(knowledge, understood, found, pasted.locale)
    told = _told(knowledge, ranked, facts, pasted)
    return Diagnosis(
        facts=tuple(facts),
        exchange=shown,
        causes=tuple(finding for finding, _ in told),
        contradictions=tuple(finding for finding, one in told if one.contradicts),
        not_auth=tuple(finding for finding, _ in told if finding.kind in ("not-auth", "elsewhere")),
        question=_question(knowledge, understood, found, ranked, pasted.locale),
        warnings=_warnings(knowledge, clean.kinds, pasted.locale),
        exchanges=found,
    )


def contradicted(
    knowledge: Knowledge, understood: Understood, text: str, locale: str = DEFAULT_LOCALE, *, now: float | None = None
) -> list[triage.Cause]:
    """The causes of a text with a request in which something cannot be right; none where nothing contradicts.

    `text` is the paste that `understood` was read from, unmasked: the kind of a credential shows in its value.
    """
    text = _plain(excerpt(as_http(text)))
    credentials = carried(knowledge, text, time.time() if now is None else now)
    found = exchanges(knowledge, text, credentials, redact(text).text)
    understood = replace(understood, facts=_more_facts(knowledge, understood.facts, found))
    rules = spoken(knowledge, understood, locale)
    if not any(
        any(not one.rule.answer for one in contradicting(knowledge, exchange, rules, understood.facts, locale))
        or _mixup(knowledge, exchange, locale)
        for exchange in found
    ):
        return []
    ranked = _ranked(knowledge, understood, found, locale)
    kept = [one for one in ranked if one.contradicts or one.score >= ranked[0].score * triage.CLOSE]
    return [triage.Cause(one.id, _localised(knowledge, one, locale), one.score, one.evidence) for one in kept]


def _localised(knowledge: Knowledge, one: _Ranked, locale: str) -> Row:
    return knowledge.row(one.id, locale) if knowledge.has("row", one.id) else one.row


def as_json(diagnosis: Diagnosis) -> dict[str, Any]:
    """The diagnosis as plain data with stable keys (`diagnose --format json`)."""
    exchange = diagnosis.exchange
    return {
        "fault": diagnosis.fault,
        "facts": msgspec.to_builtins(diagnosis.facts),
        "exchange": {
            "method": exchange.method,
            "url": exchange.url,
            "host": exchange.host,
            "status": exchange.status,
            "error_code": exchange.error_code,
            "www_authenticate": exchange.www_authenticate,
            "scheme": exchange.scheme,
            "credential": exchange.credential,
            "auth_model": exchange.model,
            "headers": list(exchange.headers),
            "sdk": exchange.sdk,
            "sdk_version": exchange.sdk_version,
            "exception": exchange.exception,
        },
        "causes": [_finding(one) for one in diagnosis.causes],
        "contradictions": [_finding(one) for one in diagnosis.contradictions],
        "not_auth": [_finding(one) for one in diagnosis.not_auth],
        "question": msgspec.to_builtins(diagnosis.question),
        "warnings": list(diagnosis.warnings),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "kind": finding.kind,
        "cause": finding.cause,
        "fix": finding.fix,
        "confidence": finding.confidence,
        "evidence": list(finding.evidence),
        "confirm": finding.confirm,
        "official_says": finding.official_says,
        "snippet": _code(finding.snippet) if finding.snippet else None,
        "sources": list(finding.sources),
        "links": list(finding.links),
    }


def _code(snippet: Snippet) -> dict[str, str]:
    return {
        "language": snippet.language,
        "purpose": snippet.purpose,
        "filename": snippet.filename,
        "code": snippet.code,
    }


# -- reading ---------------------------------------------------------------------------------------------


def _plain(text: str) -> str:
    """The text without terminal escapes and control characters, so that neither hides a word nor drives a terminal."""
    if "\x1b" in text:
        text = _ESCAPES.sub("", text)
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)


def _stated(knowledge: Knowledge, pasted: Pasted) -> Facts:
    facts = []
    for name, value in (("product", pasted.product), ("language", pasted.language)):
        if value and not knowledge.has(name, value):
            raise UnknownName(name, value, knowledge.ids(name))
        if value:
            facts.append(Fact(name, value, "said"))
    if pasted.region:
        known = interview.values_of(knowledge, "region")
        if pasted.region not in known:
            raise UnknownName("region", pasted.region, known)
        facts.append(Fact("region", pasted.region, "said"))
    if pasted.environment:
        facts.append(Fact("environment", pasted.environment, "said"))
    if pasted.status:
        facts.append(Fact("status", str(pasted.status), "said"))
    return Facts(facts)


def _understood(knowledge: Knowledge, text: str, stated: Facts) -> Understood:
    """The facts of the text and the stated ones; what is stated also counts as words that rows may look for."""
    spoken = [knowledge.product(fact.value).name if fact.name == "product" else "" for fact in stated]
    spoken += [fact.value for fact in stated if fact.name in ("product", "status")]
    understood = understand(knowledge, "\n".join((text, *spoken)) if stated else text)
    return replace(understood, facts=Facts((*stated, *understood.facts)))


def _more_facts(knowledge: Knowledge, facts: Facts, found: tuple[Exchange, ...]) -> Facts:
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


# -- ranking ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Ranked:
    """One cause on its way: from a row that fits, from a contradiction, or from both."""

    id: str
    row: Row
    score: float
    evidence: tuple[str, ...]
    contradicts: bool = False
    confidence: Confidence | None = None


def _ranked(
    knowledge: Knowledge, understood: Understood, found: tuple[Exchange, ...], locale: str = DEFAULT_LOCALE
) -> list[_Ranked]:
    """Every cause, best first. Nothing where every request was accepted."""
    facts = understood.facts
    refused = [int(status) for status in facts.values("status") if status.isdigit() and int(status) >= 400]
    if all(one.accepted for one in found) and not refused:
        return []
    merged: dict[str, _Ranked] = {}
    trouble = _trouble(facts, found)
    for cause in triage.ranked(knowledge, understood):
        score = cause.score * (0.7 if trouble and cause.row.kind == "how-to" else 1)
        merged[cause.id] = _Ranked(cause.id, cause.row, score, cause.evidence)
    rules = spoken(knowledge, understood, locale)
    for exchange in found:
        holding = contradicting(knowledge, exchange, rules, facts, locale)
        for one in holding:
            merged[one.rule.row] = _merged(knowledge, merged.get(one.rule.row), one)
        mixup = None if any(not one.rule.answer for one in holding) else _mixup(knowledge, exchange, locale)
        if mixup:
            merged[mixup.id] = mixup
    return sorted(merged.values(), key=lambda one: (-one.score, one.row.rank, one.id))


def _question(
    knowledge: Knowledge, understood: Understood, found: tuple[Exchange, ...], ranked: list[_Ranked], locale: str
) -> Asked | None:
    """What to ask; nothing where nothing seems to be wrong."""
    if not ranked and not _trouble(understood.facts, found):
        return None

    def first(changed: Understood) -> str:
        causes = _ranked(knowledge, changed, found)
        return causes[0].id if causes else ""

    return question(knowledge, understood, ranked[0].row if ranked else None, first, locale)


def _trouble(facts: Facts, found: tuple[Exchange, ...]) -> bool:
    """Whether the text tells of a failure."""
    return (
        any(status >= "400" for status in facts.values("status"))
        or bool(facts.values("error_code"))
        or "trouble" in facts.values("wants")
        or any(one.exception or one.error_code for one in found)
    )


def _merged(knowledge: Knowledge, there: _Ranked | None, one: Contradicting) -> _Ranked:
    row = there.row if there else knowledge.row(one.rule.row)
    text = there.score if there else 0
    if one.rule.answer:
        if there and there.contradicts:
            return there
        return _Ranked(one.rule.row, row, max(text, one.weight), there.evidence if there else (one.because,))
    again = there is not None and there.contradicts
    score = text + (0 if again else one.weight)
    evidence = (one.because, *(there.evidence if there else ()))
    sure = _less_sure(row.confidence, one.rule.confidence)
    return _Ranked(one.rule.row, row, score, tuple(dict.fromkeys(evidence)), True, sure)


def _mixup(knowledge: Knowledge, exchange: Exchange, locale: str) -> _Ranked | None:
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
    return _Ranked("credentials-of-another-product", row, 5.5, (because,), True)


def _filled(text: str, said: dict[str, str]) -> str:
    for name, value in said.items():
        text = text.replace(name, value)
    return text[:1].upper() + text[1:]


_SURE: tuple[Confidence, ...] = ("high", "medium", "low", "unknown")


def _less_sure(*levels: Confidence) -> Confidence:
    return max(levels, key=_SURE.index)


# -- telling ---------------------------------------------------------------------------------------------


def _told(knowledge: Knowledge, ranked: list[_Ranked], facts: Facts, pasted: Pasted) -> list[tuple[Finding, _Ranked]]:
    if not ranked:
        return []
    best = ranked[0].score
    kept = [one for one in ranked if one.contradicts or one.score >= best * _CLOSE][: MOST[pasted.detail]]
    return [(_told_one(knowledge, one, place, best, facts, pasted), one) for place, one in enumerate(kept)]


def _told_one(knowledge: Knowledge, one: _Ranked, place: int, best: float, facts: Facts, pasted: Pasted) -> Finding:
    row = _localised(knowledge, one, pasted.locale)
    sure = _less_sure(row.confidence, one.confidence or "high")
    if not one.contradicts and one.score < best * _LATER:
        sure = _less_sure(sure, "medium")
    with_code = place == 0 or (pasted.detail == "full" and place < 2)
    return Finding(
        id=one.id,
        kind=row.kind,
        cause=row.cause,
        fix=row.fix,
        confidence=sure,
        evidence=one.evidence,
        confirm=row.confirm,
        official_says=row.official_says,
        snippet=_snippet(knowledge, row, facts) if with_code else None,
        sources=tuple(row.source),
        links=tuple(row.links),
    )


def _snippet(knowledge: Knowledge, row: Row, facts: Facts) -> Snippet | None:
    """The code that is the fix, in the user's language; None where code is not the fix or there is none."""
    if row.show is None:
        return None
    for name, value in row.implies.items():
        if name in ("product", "model") or not facts.settled(name):
            facts = facts.with_value(name, value, "inferred")
    product = facts.value("product") or (_ANY_PROJECT if row.show == "token" else "")
    if not product:
        return None
    here = interview.situation(knowledge, facts, product)
    decision = decisions.resolve(knowledge, here)
    way = (product, here.language, decision.model, decision.method, decision.route)
    try:
        if decision.refused or row.show not in snippets.purposes(knowledge, *way, decision.sdk_line):
            return None
        return snippets.render(
            knowledge,
            SnippetRequest(
                product=product,
                language=here.language,
                purpose=row.show,
                model=decision.model,
                method=decision.method,
                route=decision.route,
                region=decision.region,
                sdk_line=decision.sdk_line,
            ),
        )
    except SinchAuthError:
        return None


_ANY_PROJECT = "numbers"
"""A token is the same for every API of a project."""


def _warnings(knowledge: Knowledge, secrets: tuple[str, ...], locale: str) -> tuple[str, ...]:
    if not secrets:
        return ()
    return (knowledge.text("secret-pasted", locale).replace("{kinds}", ", ".join(secrets)),)
