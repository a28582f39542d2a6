"""One paste from end to end: masked, read, matched, checked for contradictions, told."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from sinch_auth import decisions, interview, snippets
from sinch_auth.diagnosis.archive import as_http
from sinch_auth.diagnosis.asking import question
from sinch_auth.diagnosis.credentials import carried
from sinch_auth.diagnosis.exchange import Exchange, exchanges, leading
from sinch_auth.diagnosis.quiet import quiet
from sinch_auth.diagnosis.ranking import Ranked, in_trouble, less_sure, localised, more_facts, plain, ranked
from sinch_auth.errors import SinchAuthError, UnknownName
from sinch_auth.facts import Fact, Facts
from sinch_auth.interview import Asked
from sinch_auth.knowledge import DEFAULT_LOCALE, Knowledge
from sinch_auth.redact import redact
from sinch_auth.schema import Confidence, Detail, Row
from sinch_auth.snippets import Snippet, SnippetRequest
from sinch_auth.understand import Understood, excerpt, understand

MOST = {"concise": 3, "full": 5}
"""How many causes are told."""

_CLOSE = 0.4
"""A further cause is told when its score reaches this part of the first one's."""

_LATER = 0.7
"""Below this part of the first one's score a cause is not told as sure, whatever its facts."""


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
    text = plain(excerpt(as_http(pasted.text)))
    credentials = carried(knowledge, text, time.time() if now is None else now)
    understood = _understood(knowledge, quiet(text), stated)
    clean = redact(text)
    found = exchanges(knowledge, text, credentials, clean.text)
    shown = leading(found)
    facts = more_facts(knowledge, understood.facts, found)
    understood = replace(understood, facts=facts)
    causes = ranked(knowledge, understood, found, pasted.locale)
    told = _told(knowledge, causes, facts, pasted)
    return Diagnosis(
        facts=tuple(facts),
        exchange=shown,
        causes=tuple(finding for finding, _ in told),
        contradictions=tuple(finding for finding, one in told if one.contradicts),
        not_auth=tuple(finding for finding, _ in told if finding.kind in ("not-auth", "elsewhere")),
        question=_question(knowledge, understood, found, causes, pasted.locale),
        warnings=_warnings(knowledge, clean.kinds, pasted.locale),
        exchanges=found,
    )


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


def _question(
    knowledge: Knowledge, understood: Understood, found: tuple[Exchange, ...], causes: list[Ranked], locale: str
) -> Asked | None:
    """What to ask; nothing where nothing seems to be wrong."""
    if not causes and not in_trouble(understood.facts, found):
        return None

    def first(changed: Understood) -> str:
        again = ranked(knowledge, changed, found)
        return again[0].id if again else ""

    return question(knowledge, understood, causes[0].row if causes else None, first, locale)


# -- telling ---------------------------------------------------------------------------------------------


def _told(knowledge: Knowledge, causes: list[Ranked], facts: Facts, pasted: Pasted) -> list[tuple[Finding, Ranked]]:
    if not causes:
        return []
    best = causes[0].score
    kept = [one for one in causes if one.contradicts or one.score >= best * _CLOSE][: MOST[pasted.detail]]
    return [(_told_one(knowledge, one, place, best, facts, pasted), one) for place, one in enumerate(kept)]


def _told_one(knowledge: Knowledge, one: Ranked, place: int, best: float, facts: Facts, pasted: Pasted) -> Finding:
    row = localised(knowledge, one, pasted.locale)
    sure = less_sure(row.confidence, one.confidence or "high")
    if not one.contradicts and one.score < best * _LATER:
        sure = less_sure(sure, "medium")
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
