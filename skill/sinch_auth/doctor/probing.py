"""One live request per product, none with a side effect or a cost, and what the answers mean."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from sinch_auth import decisions, signing
from sinch_auth.advice import smoke
from sinch_auth.decisions import TOKEN_URL, Situation
from sinch_auth.diagnosis import Pasted, diagnose
from sinch_auth.doctor.findings import Found, Reporter
from sinch_auth.doctor.surroundings import Surroundings
from sinch_auth.knowledge import DEFAULT_LOCALE, Knowledge
from sinch_auth.schema import Product

if TYPE_CHECKING:
    import httpx

CLOCK_LIMIT = 60.0
"""Seconds by which the clock may be off. Signed requests bear a few minutes; one minute is never the network's."""

_AT_ONCE = 8
_SCHEMES = {"basic": "Basic", "oauth2": "Bearer", "bearer": "Bearer", "signed": "Application"}


@dataclass(frozen=True, slots=True)
class Probe:
    """One request, as it would be sent. The Authorization header is made when it is sent and never kept."""

    product: str
    name: str
    model: str
    auth: str
    """`basic`, `oauth2`, `bearer` or `signed`."""
    method: str
    url: str
    region: str
    expect: tuple[int, ...]
    proves: str
    variables: tuple[str, ...]
    """The environment variables whose values travel: first the user, then the password or token."""

    def as_line(self) -> str:
        """The request as it is announced; ids are in the URL, secrets are not."""
        with_what = " and ".join(self.variables)
        return f"{self.method} {self.url}  Authorization: {_SCHEMES[self.auth]} ({with_what})"


@dataclass(frozen=True)
class Plan:
    """What would be sent, and what is left out and why."""

    probes: tuple[Probe, ...]
    skipped: tuple[Found, ...]

    @property
    def needs_token(self) -> bool:
        """Whether an access token is fetched first."""
        return any(probe.auth == "oauth2" for probe in self.probes)


def plan(
    knowledge: Knowledge, surroundings: Surroundings, products: Iterable[str] = (), locale: str = DEFAULT_LOCALE
) -> Plan:
    """One probe for each product that has its credentials; where the region is not known, one for each region.

    Without `products`, all. Raises `UnknownName` for a product that is not there.
    """
    report = Reporter(knowledge, locale)
    asked = tuple(products)
    probes: list[Probe] = []
    skipped: list[Found] = []
    untried: dict[str, list[str]] = {}
    for id in asked or knowledge.ids("product"):
        product = knowledge.product(id, locale)
        held = tuple(
            model
            for model in dict.fromkeys(way.model for way in product.accepts)
            if all(surroundings.value(one.env) for one in _needed(knowledge, product, model))
        )
        if not held:
            if asked:
                wanted = ", ".join(one.env for one in _needed(knowledge, product, product.accepts[0].model))
                skipped.append(report.found("probe-skipped", id, product=product.name, reason=f"{wanted}?"))
            continue
        mine, reason = _probes(knowledge, surroundings, id, held, locale)
        probes += mine
        if reason:
            untried.setdefault(reason, []).append(product.name)
    for reason, names in untried.items():
        skipped.append(report.found("probe-skipped", "products", product=", ".join(names), reason=reason))
    return Plan(tuple(probes), tuple(skipped))


def _needed(knowledge: Knowledge, product: Product, model: str) -> list[Named]:
    way = next(way for way in product.accepts if way.model == model)
    credentials = knowledge.model(model).credentials
    return [Named(id, one.env) for id, one in credentials.items() if not way.credentials or id in way.credentials]


@dataclass(frozen=True, slots=True)
class Named:
    """A credential by its id and its environment variable."""

    id: str
    env: str


def _probes(
    knowledge: Knowledge, surroundings: Surroundings, product_id: str, held: tuple[str, ...], locale: str
) -> tuple[list[Probe], str]:
    product = knowledge.product(product_id, locale)
    region = _region(surroundings, product, held[0], knowledge)
    decision = decisions.resolve(knowledge, Situation(product_id, held=held, region=region))
    test = smoke(knowledge, product_id, decision.model, locale)
    if test is None or test.method != "GET" or test.side_effect != "none":
        return [], "there is no request without side effects or cost"
    if decision.method not in _SCHEMES:
        return [], f"{decision.method} cannot be tried from here"
    host = next((h for h in product.hosts if h.purpose == test.host and h.model in ("", decision.model)), decision.host)
    if host is None:
        return [], "its host is not known"
    regions = [decision.region] if decision.region or not decision.asks_region else list(host.regions)
    values = {id: surroundings.value(one.env) for id, one in _all(knowledge).items()}
    path, query = _filled(test.path, values), {name: _filled(value, values) for name, value in test.query.items()}
    if path is None or None in query.values():
        return [], "an id in its path is not set"
    made = []
    for one in regions or [""]:
        base = decisions.url_of(host, one or ("global" if "global" in host.regions else ""))
        made.append(
            Probe(
                product=product_id,
                name=product.name,
                model=decision.model,
                auth=decision.method,
                method=test.method,
                url=base + path + ("?" + urlencode(query) if query else ""),
                region=one if len(regions) > 1 else "",
                expect=tuple(int(code) for code in re.findall(r"\b[1-5]\d\d\b", test.expect)) or (200,),
                proves=test.proves or ", ".join(named.env for named in _needed(knowledge, product, decision.model)),
                variables=_variables(knowledge, decision.model, decision.method),
            )
        )
    return made, ""


def _all(knowledge: Knowledge) -> dict[str, Named]:
    return {
        id: Named(id, one.env)
        for model in knowledge.ids("model")
        for id, one in knowledge.model(model).credentials.items()
    }


def _filled(text: str, values: Mapping[str, str]) -> str | None:
    """The text with its credentials; None where one is missing or would leave its place in the path."""
    for name in re.findall(r"\{(\w+)\}", text):
        value = values.get(name, "").strip()
        if not re.fullmatch(r"[0-9A-Za-z._+-]{1,128}", value):
            return None
        text = text.replace("{" + name + "}", value)
    return text


def _region(surroundings: Surroundings, product: Product, model: str, knowledge: Knowledge) -> str:
    """The region that the environment names, if this product has it."""
    offered = decisions.regions(product, model)
    prefix = next(iter(knowledge.model(model).credentials.values())).env.split("_")[0]
    for name in (f"{prefix}_REGION", "SINCH_REGION"):
        value = surroundings.value(name).strip().lower()
        if value in offered:
            return value
    return ""


def _variables(knowledge: Knowledge, model: str, method: str) -> tuple[str, ...]:
    """The user's and the password's variable, or the token's."""
    credentials = knowledge.model(model).credentials
    secret = [one.env for one in credentials.values() if one.secret]
    plain = [one.env for id, one in credentials.items() if not one.secret and id not in ("project_id", "domain")]
    return tuple(secret[:1] if method == "bearer" else (*plain[:1], *secret[:1]))


# -- sending -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Answer:
    """What came back, or why nothing did."""

    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    failure: str = ""
    offset: float | None = None
    """Seconds by which the local clock is ahead of the server's."""


def probe(
    knowledge: Knowledge,
    plan: Plan,
    surroundings: Surroundings,
    client: httpx.Client,
    *,
    locale: str = DEFAULT_LOCALE,
    progress: Callable[[str], None] = lambda line: None,
    now: Callable[[], float] = time.time,
) -> list[Found]:
    """Send the plan, at most eight requests at once, and say what each answer means.

    Credentials go to the host of their own API only. Never raises for what a server answers.
    """
    report = Reporter(knowledge, locale)
    found: list[Found] = []
    offsets: list[float] = []
    token = ""
    if plan.needs_token:
        progress(f"POST {TOKEN_URL}")
        answer, token = _fetch_token(client, surroundings, now)
        offsets += [answer.offset] if answer.offset is not None else []
        found.append(_of_token(knowledge, report, answer, token))
    sent = [one for one in plan.probes if one.auth != "oauth2" or token]
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        waiting = {pool.submit(_send, client, one, surroundings, token, now): one for one in sent}
        answers = {}
        for done in as_completed(waiting):
            answers[waiting[done]] = done.result()
            progress(f"{waiting[done].method} {waiting[done].url}")
    for _, mine in _by_product(sent):
        results = [(one, answers[one]) for one in mine]
        offsets += [answer.offset for _, answer in results if answer.offset is not None]
        found += _of_product(knowledge, report, results)
    if offsets:
        # The header has whole seconds, and a slow answer ages it: the smallest distance is the clock's.
        offset = min(offsets, key=abs)
        kind = "clock-wrong" if abs(offset) > CLOCK_LIMIT else "clock-right"
        found.append(report.found(kind, "clock", offset=f"{offset:+.0f}"))
    return found


def _by_product(probes: list[Probe]) -> Iterator[tuple[str, list[Probe]]]:
    for product in dict.fromkeys(one.product for one in probes):
        yield product, [one for one in probes if one.product == product]


def _fetch_token(client: httpx.Client, surroundings: Surroundings, now: Callable[[], float]) -> tuple[_Answer, str]:
    pair = _pair(surroundings.value("SINCH_KEY_ID"), surroundings.value("SINCH_KEY_SECRET"))
    headers = {"Authorization": f"Basic {pair}", "Content-Type": "application/x-www-form-urlencoded"}
    answer = _request(client, "POST", TOKEN_URL, headers, b"grant_type=client_credentials", now)
    if answer.status != 200:
        return answer, ""
    match = re.search(r'"access_token"\s*:\s*"([^"]+)"', answer.body)
    return replace(answer, body=""), match.group(1) if match else ""


def _send(
    client: httpx.Client, one: Probe, surroundings: Surroundings, token: str, now: Callable[[], float]
) -> _Answer:
    user, *rest = [surroundings.value(name) for name in one.variables]
    secret = rest[0] if rest else user
    headers: dict[str, str] = {"Accept": "application/json"}
    if one.auth == "oauth2":
        headers["Authorization"] = f"Bearer {token}"
    elif one.auth == "bearer":
        headers["Authorization"] = f"Bearer {secret}"
    elif one.auth == "basic":
        headers["Authorization"] = f"Basic {_pair('api' if one.model == 'mailgun' else user, secret)}"
    else:
        stamp = datetime.fromtimestamp(now(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        try:
            signed = signing.sign(signing.Request.of(one.method, one.url, {"x-timestamp": stamp}), user, secret)
        except Exception as problem:  # A secret of the wrong shape: the examination has named it.
            return _Answer(failure=f"not signed, {getattr(problem, 'message', 'the secret has the wrong shape')}")
        headers |= dict(signed.headers)
    return _request(client, one.method, one.url, headers, None, now)


def _pair(user: str, password: str) -> str:
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def _request(
    client: httpx.Client, method: str, url: str, headers: dict[str, str], body: bytes | None, now: Callable[[], float]
) -> _Answer:
    import httpx

    began = now()
    try:
        response = client.request(method, url, headers=headers, content=body, follow_redirects=False)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, UnicodeError) as problem:
        # The text of an exception may quote a header, and so a secret: only its kind is told.
        return _Answer(failure=_FAILURES.get(type(problem).__name__, type(problem).__name__))
    middle = (began + now()) / 2
    try:
        offset: float | None = middle - parsedate_to_datetime(response.headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError):
        offset = None
    kept = tuple((name, value) for name, value in response.headers.items() if name != "set-cookie")
    return _Answer(response.status_code, kept, response.text[:4000], "", offset)


_FAILURES = {
    "ConnectTimeout": "no connection in time",
    "ReadTimeout": "connected, and no answer in time",
    "ConnectError": "no connection (name, route, proxy or certificate)",
    "ProxyError": "the proxy refused",
    "RemoteProtocolError": "the connection was closed without an answer",
    "ReadError": "the connection broke",
    "LocalProtocolError": "a credential holds characters that no header can carry",
    "UnicodeEncodeError": "a credential holds characters that no header can carry",
}


_TELLING = ("www-authenticate", "retry-after")
"""Headers that say why; the others' names would only be taken for a topic."""


# -- what the answers mean ---------------------------------------------------------------------------------


def _of_token(knowledge: Knowledge, report: Reporter, answer: _Answer, token: str) -> Found:
    if token:
        return report.found("token-ok", "token", variable="SINCH_PROJECT_ID")
    if answer.failure:
        return report.found("probe-unreachable", "token", host=urlsplit(TOKEN_URL).netloc, reason=answer.failure)
    cause, fix = _diagnosed(knowledge, report, TOKEN_URL, answer, "")
    return report.found("token-refused", "token", status=answer.status, cause=cause, fix=fix)


def _of_product(knowledge: Knowledge, report: Reporter, results: list[tuple[Probe, _Answer]]) -> list[Found]:
    """What the answers for one product say; with several regions, the one that answers rightly is the user's."""
    good = [(one, answer) for one, answer in results if answer.status in one.expect]
    if good:
        one, _ = good[0]
        found = [report.found("probe-ok", one.product, product=one.name, proves=one.proves)]
        if one.region and len(good) < len(results):
            variable = f"{one.variables[-1].split('_')[0]}_REGION"
            values = {"product": one.name, "region": one.region, "variable": variable}
            found.append(report.found("region-found", one.product, **values))
        return found
    # Where every region refuses, the first one's answer is as telling as any; one that answered beats one that did not.
    one, answer = next((pair for pair in results if pair[1].status), results[0])
    request = f"{one.method} {one.url}"
    if answer.failure:
        return [report.found("probe-unreachable", one.product, host=urlsplit(one.url).netloc, reason=answer.failure)]
    cause, fix = _diagnosed(knowledge, report, "", answer, one.product)
    if not cause:
        expect = " or ".join(map(str, one.expect))
        values = {"product": one.name, "status": str(answer.status), "request": request, "expect": expect}
        return [report.found("probe-unclear", one.product, **values)]
    return [
        report.found(
            "probe-refused", one.product, product=one.name, status=answer.status, request=request, cause=cause, fix=fix
        )
    ]


def _diagnosed(knowledge: Knowledge, report: Reporter, request: str, answer: _Answer, product: str) -> tuple[str, str]:
    """Cause and fix of a refusal. Only the answer is evidence: the request was made here, and made rightly."""
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers if name in _TELLING)
    text = f"{request}\nHTTP/1.1 {answer.status}\n{headers}\n\n{answer.body}"
    known = product if knowledge.has("product", product) else ""
    made = diagnose(knowledge, Pasted(text, product=known, status=answer.status, locale=report.locale))
    return (made.causes[0].cause, made.causes[0].fix) if made.causes else ("", "")
