"""The answer: which credentials, how they travel, where to, the code, what bites here, and why an attempt failed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Literal

from sinch_auth import decisions, interview, snippets, triage
from sinch_auth.decisions import Decision, Situation
from sinch_auth.facts import UNKNOWN, Fact, Facts
from sinch_auth.interview import Asked
from sinch_auth.knowledge import DEFAULT_LOCALE, Knowledge
from sinch_auth.schema import Detail, Gotcha, Product, Purpose, Smoke
from sinch_auth.snippets import Snippet, SnippetRequest
from sinch_auth.triage import Cause
from sinch_auth.understand import Understood, understand

Status = Literal["answer", "needs_input", "refused", "out_of_scope"]

_REQUEST = re.compile(
    r"(?i)\bcurl\b|authorization|\bauth ?=|\b(?:basic|bearer) \S|\bHTTP/[12]|x-timestamp:|"
    r"\b(?:get|post|put|patch|delete) (?:https?://|/)|"
    r"createhmac|hash_hmac|hmac\.new|getenv|sinchclient|originalurl|_validator\(|process\.env|environ\b|"
    r"react_app_|import\.meta|\bjwt\.|signedstring|(?:key|secret)[\"']?\s?[:=]\s?[\"']"
)
"""What a text shows in which a credential can be seen at work: a request, or code that makes one.

It only spares most questions the search; a test holds that no example of a contradiction is spared by it.
"""

_GOTCHAS = {"concise": 3, "full": 7}
_CAUSES = {"concise": 3, "full": 4}


@dataclass(frozen=True, slots=True)
class Needed:
    """One credential the user must have. `env` is the variable every snippet reads."""

    id: str
    name: str
    env: str
    where: str
    secret: bool


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One URL that the code calls; `{region}` stands in it while the region is unknown."""

    purpose: str
    url: str


@dataclass(frozen=True, slots=True)
class Told:
    """One cause as it is told."""

    id: str
    cause: str
    fix: str
    confidence: str
    evidence: str
    confirm: str = ""
    official_says: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """One line of the table of all products, for those who do not know theirs."""

    product: str
    name: str
    auth_model: str
    method: str
    url: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of one question."""

    products: tuple[str, ...] = ()
    auth_model: str = ""
    method: str = ""
    route: str = ""
    summary: str = ""
    because: tuple[str, ...] = ()
    credentials: tuple[Needed, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    header: str = ""
    next_step: str = ""
    snippets: tuple[Snippet, ...] = ()
    causes: tuple[Told, ...] = ()
    gotchas: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    overview: tuple[Overview, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What the user gets for one question: an answer, a question (often with half an answer), or a refusal."""

    status: Status
    facts: tuple[Fact, ...]
    question: Asked | None
    answer: Answer | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asking:
    """What the user brings: free text, facts they state, and how they want to be answered."""

    text: str = ""
    facts: Facts = field(default_factory=Facts)
    locale: str = DEFAULT_LOCALE
    detail: Detail = "concise"
    interactive: bool = False
    """Whether questions that have a safe default are asked too."""


def reply(knowledge: Knowledge, asking: Asking) -> Reply:
    """Answer one question, or say what must be known first.

    The text is masked before anything reads it. Never raises for anything in the text; raises `UnknownName` for a
    stated fact with a value that is not known.
    """
    understood = understand(knowledge, asking.text)
    facts = Facts((*asking.facts, *understood.facts))
    understood = replace(understood, facts=facts)
    causes = _causes(knowledge, understood, asking)
    facts = _implied(facts, causes)
    warnings = _warnings(knowledge, understood, asking.locale)
    top = causes[0].row if causes else None

    question = None
    if not (top and top.kind in ("elsewhere", "refuse")):
        question = interview.next_question(
            knowledge,
            facts if asking.interactive else _defaulted(knowledge, facts),
            code_wanted=_code_wanted(asking, facts, causes),
            also=tuple(top.ask) if top else (),
            locale=asking.locale,
        )
    answer = _answer(knowledge, facts, causes, asking)
    status: Status = "needs_input" if question else "answer"
    if top and top.kind == "elsewhere":
        status = "out_of_scope"
    elif (top and top.kind == "refuse") or (answer.route.startswith("refused") and not question):
        status = "refused"
    return Reply(status, tuple(facts), question, answer if _says_something(answer) else None, warnings)


def _says_something(answer: Answer) -> bool:
    return bool(answer.auth_model or answer.causes or answer.overview)


def _implied(facts: Facts, causes: list[Cause]) -> Facts:
    """What the best cause makes certain. It knows better than words that only mention the wrong credentials."""
    if not causes:
        return facts
    for name, value in causes[0].row.implies.items():
        if (
            facts.origin(name) in (None, "inferred", "default")
            or (name == "model" and facts.origin(name) == "text")
            or (name == "product" and value not in facts.values("product") and facts.origin("product") == "text")
        ):
            facts = facts.with_value(name, value, "inferred", causes[0].id)
    return facts


def _defaulted(knowledge: Knowledge, facts: Facts) -> Facts:
    """The safe default for what nobody is there to be asked about."""
    for name in knowledge.ids("question"):
        default = knowledge.question(name).default
        if default and not facts.settled(name):
            facts = facts.adding(Fact(name, default, "default"))
    return facts


def _code_wanted(asking: Asking, facts: Facts, causes: list[Cause]) -> bool:
    wants = facts.values("wants")
    if not asking.text.strip():
        return True
    if causes or "keys" in wants or "trouble" in wants or facts.values("status"):
        return False
    return asking.interactive or "code" in wants


def _warnings(knowledge: Knowledge, understood: Understood, locale: str) -> tuple[str, ...]:
    if not understood.secrets:
        return ()
    return (knowledge.text("secret-pasted", locale).replace("{kinds}", ", ".join(understood.secrets)),)


def _causes(knowledge: Knowledge, understood: Understood, asking: Asking) -> list[Cause]:
    """The rows that fit; where a request was pasted, also what in it cannot be right."""
    if _REQUEST.search(asking.text):
        # Only here, for most questions show no request and need not wait for the import.
        from sinch_auth.diagnosis import contradicted

        if found := contradicted(knowledge, understood, asking.text, asking.locale):
            return found
    return triage.causes(knowledge, understood, asking.locale)


# -- putting the answer together -------------------------------------------------------------------------


def _answer(knowledge: Knowledge, facts: Facts, causes: list[Cause], asking: Asking) -> Answer:
    told = tuple(
        Told(
            cause.id,
            cause.row.cause,
            cause.row.fix,
            cause.row.confidence,
            ", ".join(cause.evidence),
            cause.row.confirm if asking.detail == "full" else "",
            cause.row.official_says,
        )
        for cause in causes[: _CAUSES[asking.detail]]
    )
    links = tuple(dict.fromkeys(link for cause in causes[:1] for link in cause.row.links))
    sources = tuple(dict.fromkeys(source for cause in causes[:2] for source in cause.row.source))
    products = [product for product in facts.values("product") if product != UNKNOWN]
    if causes and causes[0].row.kind in ("elsewhere", "refuse"):
        return Answer(products=tuple(products), auth_model="none", causes=told, links=links, sources=sources)
    if not products:
        overview = _overview(knowledge, asking.locale) if facts.settled("product") else ()
        # Credentials that the text names are the subject even where the product is not known.
        models = facts.values("model")
        needed = tuple(
            Needed(id, one.name, one.env, one.where, one.secret)
            for model in models
            for id, one in knowledge.model(model, asking.locale).credentials.items()
        )
        return Answer(
            auth_model="+".join(models),
            credentials=needed,
            causes=told,
            links=links,
            sources=sources,
            overview=overview,
        )
    parts = [_part(knowledge, facts, product, causes, asking) for product in _leading(knowledge, facts, products)]
    first = parts[0]
    return replace(
        first,
        products=tuple(products),
        auth_model="+".join(dict.fromkeys(part.auth_model for part in parts)),
        method="+".join(dict.fromkeys(part.method for part in parts)),
        credentials=tuple(dict.fromkeys(needed for part in parts for needed in part.credentials)),
        endpoints=tuple(dict.fromkeys(endpoint for part in parts for endpoint in part.endpoints)),
        snippets=tuple(snippet for part in parts for snippet in part.snippets)[:2],
        gotchas=tuple(dict.fromkeys(text for part in parts for text in part.gotchas))[
            : _GOTCHAS[asking.detail] * len(parts)
        ],
        causes=told,
        links=tuple(dict.fromkeys((*links, *first.links))),
        sources=tuple(dict.fromkeys((*sources, *first.sources))),
    )


def _leading(knowledge: Knowledge, facts: Facts, products: list[str]) -> list[str]:
    """The products to answer for: the first of each auth model, two at most."""
    by_model: dict[str, str] = {}
    for product in products:
        model = decisions.resolve(knowledge, interview.situation(knowledge, facts, product)).model
        by_model.setdefault(model, product)
    return list(by_model.values())[:2]


def _part(knowledge: Knowledge, facts: Facts, product: str, causes: list[Cause], asking: Asking) -> Answer:
    situation = interview.situation(knowledge, facts, product)
    decision = decisions.resolve(knowledge, situation, asking.locale)
    entry = knowledge.product(product, asking.locale)
    model = knowledge.model(decision.model, asking.locale)
    method = knowledge.method(decision.method, asking.locale)
    way = next((way for way in entry.accepts if way.model == decision.model and way.method == decision.method), None)
    names = way.credentials if way and way.credentials else list(model.credentials)
    needed = tuple(
        Needed(id, one.name, one.env, one.where, one.secret)
        for id, one in model.credentials.items()
        if id in names and not (decision.method == "public" and one.secret)
    )
    callback = _callback_secret(knowledge, entry, decision, causes, asking.locale)
    if callback and callback.env not in {one.env for one in needed}:
        needed = (callback, *needed)
    endpoints = [Endpoint("token", decisions.TOKEN_URL)] if decision.method == "oauth2" else []
    if decision.url:
        endpoints.append(Endpoint("api", decision.url))
    endpoints += [
        Endpoint(host.purpose, decisions.url_of(host, "global" if "global" in host.regions else ""))
        for host in entry.hosts
        if host is not decision.host and host.model in ("", decision.model) and host.purpose == "configuration"
    ]
    return Answer(
        products=(product,),
        auth_model=decision.model,
        method=decision.method,
        route=decision.route,
        summary=f"{entry.name}: {model.name}, {method.name}",
        because=decision.because,
        credentials=needed,
        endpoints=tuple(endpoints),
        header=method.header,
        next_step=knowledge.text("try-webhook", asking.locale)
        if callback and entry.webhooks and entry.webhooks.scheme != "unknown"
        else _next_step(knowledge, product, decision, asking.locale),
        snippets=_snippets(knowledge, facts, situation, decision, causes, asking),
        gotchas=_gotchas(knowledge, situation, decision, asking),
        links=tuple(entry.docs[:2]),
        sources=tuple(dict.fromkeys((*(way.source if way else ()), *model.source)))[:4],
    )


def _callback_secret(
    knowledge: Knowledge, entry: Product, decision: Decision, causes: list[Cause], locale: str
) -> Needed | None:
    """What checks a call from Sinch, where that is the question: mostly another secret than the one for calls to it."""
    shown = causes[0].row.show if causes else None
    wanted = (shown,) if shown else decision.purposes
    if "webhook" not in wanted or not (entry.webhooks and entry.webhooks.secret_env):
        return None
    name = knowledge.text("webhook-secret", locale)
    return Needed("webhook_secret", name, entry.webhooks.secret_env, entry.webhooks.secret_where, True)


def smoke(knowledge: Knowledge, product: str, model: str, locale: str = DEFAULT_LOCALE) -> Smoke | None:
    """The request that proves the credentials of one product, the one without side effects first."""
    mine = [test for test in knowledge.product(product, locale).smoke if test.model in ("", model)]
    return next((test for test in mine if test.side_effect == "none"), mine[0] if mine else None)


def _next_step(knowledge: Knowledge, product: str, decision: Decision, locale: str) -> str:
    test = smoke(knowledge, product, decision.model, locale)
    if test is None:
        return ""
    host = next(
        (
            host
            for host in knowledge.product(product).hosts
            if host.purpose == test.host and host.model in ("", decision.model)
        ),
        decision.host,
    )
    base = (
        decisions.url_of(host, decision.region or ("global" if "global" in host.regions else ""))
        if host
        else decision.url
    )
    said = knowledge.text("try" if test.side_effect == "none" else "try-side-effect", locale)
    return (
        said.replace("{request}", f"{test.method} {base}{test.path}")
        .replace("{expect}", test.expect)
        .replace("{effect}", test.side_effect)
    )


def _snippets(
    knowledge: Knowledge,
    facts: Facts,
    situation: Situation,
    decision: Decision,
    causes: list[Cause],
    asking: Asking,
) -> tuple[Snippet, ...]:
    """The code that answers: what the best cause shows, else what the tables say; none where nothing fits."""
    if decision.refused:
        return ()
    language_known = bool(facts.value("language"))
    show = causes[0].row.show if causes else None
    if causes and not show and not language_known:
        return ()
    sensible = snippets.purposes(
        knowledge,
        situation.product,
        situation.language,
        decision.model,
        decision.method,
        decision.route,
        decision.sdk_line,
    )
    wanted: list[Purpose] = [purpose for purpose in ((show,) if show else decision.purposes) if purpose in sensible]
    if not wanted:
        wanted = list(sensible[:1]) if not show else []
    return tuple(
        snippets.render(
            knowledge,
            SnippetRequest(
                product=situation.product,
                language=situation.language,
                purpose=purpose,
                model=decision.model,
                method=decision.method,
                route=decision.route,
                region=decision.region,
                sdk_line=decision.sdk_line,
            ),
        )
        for purpose in wanted
    )


def _gotchas(knowledge: Knowledge, situation: Situation, decision: Decision, asking: Asking) -> tuple[str, ...]:
    """What bites here: of the product, the model, the method, the language and its SDK, the worst first."""
    locale = asking.locale
    language = knowledge.language(situation.language, locale)
    groups: list[dict[str, Gotcha]] = [
        knowledge.product(situation.product, locale).gotchas,
        knowledge.model(decision.model, locale).gotchas,
        knowledge.method(decision.method, locale).gotchas,
        language.gotchas,
    ]
    if language.sdk and decision.route in ("sdk", "client-sdk"):
        groups += [release.notes for release in language.sdk.releases if release.line == decision.sdk_line]
    here = {
        "product": situation.product,
        "model": decision.model,
        "method": decision.method,
        "language": situation.language,
        "route": decision.route,
        "region": decision.region,
        "environment": situation.environment,
        "runs_on": language.runs_on,
        "sdk_line": decision.sdk_line,
        "purpose": decision.purposes[0] if decision.purposes else "",
    }
    applying = [
        (gotcha.rank, place, gotcha.text)
        for place, group in enumerate(groups)
        for gotcha in group.values()
        if all(here.get(name) in accepted for name, accepted in gotcha.when.items())
    ]
    return tuple(text for _, _, text in sorted(applying, key=lambda item: item[:2]))[: _GOTCHAS[asking.detail]]


def _overview(knowledge: Knowledge, locale: str) -> tuple[Overview, ...]:
    return tuple(
        Overview(id, knowledge.product(id, locale).name, decision.model, decision.method, decision.url)
        for id in knowledge.ids("product")
        for decision in [decisions.resolve(knowledge, Situation(product=id), locale)]
    )
