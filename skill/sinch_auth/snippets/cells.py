"""Which snippets there are: a cell is product × language × purpose × model × method × route."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Literal, get_args

from sinch_auth.errors import UnknownName
from sinch_auth.quoting import DIALECTS
from sinch_auth.resources import data_folder
from sinch_auth.schema import Coverage, Host, Product, Proof, Purpose, Release, Smoke

if TYPE_CHECKING:
    from sinch_auth.knowledge import Knowledge

Route = Literal["sdk", "http", "client-sdk"]

_NO_SCHEME = ("none", "unknown")

# What the official SDKs do with each auth model; they offer no other way.
_SDK_METHODS = {"project": "oauth2", "service-plan": "bearer", "application": "signed"}

_HTTP_METHODS = ("oauth2", "basic", "bearer", "api-key", "signed")

_CLIENT_PURPOSES: Mapping[str, tuple[Purpose, ...]] = {"registration-token": ("init",), "public": ("call", "init")}


@dataclass(frozen=True, slots=True)
class SnippetRequest:
    """What to render. `region` empty: unknown, or the product has none. `sdk_line` empty: the newest line."""

    product: str
    language: str
    purpose: Purpose
    model: str
    method: str
    route: str
    region: str = ""
    sdk_line: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    """Credential id -> value to write into the code instead of reading it; never a secret."""

    @property
    def id(self) -> str:
        """The cell's id, under which its proof is kept; the same for every region and value."""
        line = f"/{self.sdk_line}" if self.sdk_line else ""
        return f"{self.product}/{self.language}/{self.purpose}/{self.model}-{self.method}/{self.route}{line}"


def purposes(
    knowledge: Knowledge, product: str, language: str, model: str, method: str, route: str, sdk_line: str = ""
) -> tuple[Purpose, ...]:
    """The purposes that make sense for a cell, the most useful first; empty where there is none."""
    return tuple(
        p for p in _possible(knowledge, product, language, model, method, route, sdk_line) if p in templates(language)
    )


def _possible(
    knowledge: Knowledge,
    product_id: str,
    language_id: str,
    model: str,
    method: str,
    route: str,
    sdk_line: str,
) -> tuple[Purpose, ...]:
    product, language = knowledge.product(product_id), knowledge.language(language_id)
    accepted = [a for a in product.accepts if (a.model, a.method) == (model, method)]
    if not accepted:
        return ()
    if route == "client-sdk":
        _, coverage = covered(knowledge, product_id, language_id, model, sdk_line)
        if language.runs_on != "client" or not coverage or not any("client" in a.runs_on for a in accepted):
            return ()
        return _CLIENT_PURPOSES.get(method, ())
    if language.runs_on == "client":
        return ()
    webhook: tuple[Purpose, ...] = (
        ("webhook",) if product.webhooks and product.webhooks.scheme not in _NO_SCHEME else ()
    )
    if route == "sdk":
        _, coverage = covered(knowledge, product_id, language_id, model, sdk_line)
        if not coverage or _SDK_METHODS.get(model) != method:
            return ()
        call: tuple[Purpose, ...] = ("call",) if coverage.call else ()
        return (*call, "init", *(webhook if coverage.webhook else ()))
    if method == "registration-token":
        return ("mint", *webhook)
    if not any("backend" in a.runs_on for a in accepted):
        return ()
    call = ("call",) if smoke_of(knowledge, product, model) else ()
    own: dict[str, tuple[Purpose, ...]] = {"oauth2": ("token",), "signed": ("sign",) if call else ()}
    return (*call, *own.get(method, ()), *webhook) if method in _HTTP_METHODS else webhook


def cells(knowledge: Knowledge) -> Iterator[SnippetRequest]:
    """Every cell that makes sense, each once: what must be proved."""
    for product in knowledge.ids("product"):
        for language in knowledge.ids("language"):
            if language not in DIALECTS:
                continue
            webhooks: set[tuple[str, str]] = set()
            for accepted in knowledge.product(product).accepts:
                for route, line in _routes(knowledge, language):
                    way = (accepted.model, accepted.method, route)
                    for purpose in purposes(knowledge, product, language, *way, line):
                        # A webhook is signed in one way, however you call the product.
                        if purpose == "webhook":
                            if (route, line) in webhooks:
                                continue
                            webhooks.add((route, line))
                        yield SnippetRequest(product, language, purpose, *way, sdk_line=line)


def canonical(knowledge: Knowledge, request: SnippetRequest) -> SnippetRequest:
    """The cell that stands for a request: no region, no values, the newest SDK line unnamed; a webhook under the
    product's first way in."""
    sdk = knowledge.language(request.language).sdk
    newest = request.route == "client-sdk" or not sdk or request.sdk_line in ("", sdk.releases[0].line)
    plain = replace(request, region="", values={}, sdk_line="" if newest else request.sdk_line)
    if request.purpose != "webhook":
        return plain
    for accepted in knowledge.product(request.product).accepts:
        way = (accepted.model, accepted.method, request.route)
        if "webhook" in purposes(knowledge, request.product, request.language, *way, request.sdk_line):
            return replace(plain, model=accepted.model, method=accepted.method)
    return plain


def proof_of(knowledge: Knowledge, request: SnippetRequest) -> Proof | None:
    """The proof kept for a request's cell, or None."""
    id = canonical(knowledge, request).id
    return knowledge.entry("proof", id, Proof) if knowledge.has("proof", id) else None


def _routes(knowledge: Knowledge, language: str) -> Iterator[tuple[str, str]]:
    entry = knowledge.language(language)
    if entry.runs_on == "client":
        yield "client-sdk", ""
        return
    if entry.sdk:
        for position, release in enumerate(entry.sdk.releases):
            yield "sdk", release.line if position else ""
    yield "http", ""


def covered(
    knowledge: Knowledge, product: str, language: str, model: str, sdk_line: str
) -> tuple[Release | None, Coverage | None]:
    """The SDK's release and what it covers of a product; a client's lines are SDKs of different products."""
    entry = knowledge.language(language)
    if not entry.sdk:
        return None, None
    releases = [release for release in entry.sdk.releases if sdk_line in ("", release.line)]
    if not releases:
        raise UnknownName("SDK line", sdk_line, [release.line for release in entry.sdk.releases])
    found = [(release, release.covers.get(f"{product}@{model}") or release.covers.get(product)) for release in releases]
    if entry.runs_on == "client":
        return next((pair for pair in found if pair[1]), found[0])
    return found[0]


def smoke_of(knowledge: Knowledge, product: Product, model: str) -> Smoke | None:
    """The smoke request for an auth model: one without side effects, else whichever there is."""
    fitting = [
        s for s in product.smoke if s.model in ("", model) and host_of(product, s.host, model) and _spelt(knowledge, s)
    ]
    return next((s for s in fitting if s.side_effect == "none"), fitting[0] if fitting else None)


def _spelt(knowledge: Knowledge, smoke: Smoke) -> bool:
    """Whether every placeholder of a smoke request is a credential that we can read from the environment."""
    names = placeholders(smoke.path, *smoke.query.values())
    return all(any(name in knowledge.model(m).credentials for m in knowledge.ids("model")) for name in names)


def host_of(product: Product, purpose: str, model: str) -> Host | None:
    """The HTTPS host of a product for one purpose and auth model."""
    fitting = [
        h for h in product.hosts if h.purpose == purpose and h.model in ("", model) and h.url.startswith("https://")
    ]
    return next((h for h in fitting if h.model == model), fitting[0] if fitting else None)


def placeholders(*texts: str) -> list[str]:
    """The names in braces in these texts, in order."""
    return [name for text in texts for name in re.findall(r"\{(\w+)\}", text)]


@cache
def templates(language: str) -> dict[str, str]:
    """Purpose -> template of a language, as found in its folder."""
    folder = data_folder("templates") / language
    found = {p.name.split(".")[0]: f"{language}/{p.name}" for p in folder.glob("*.j2")} if folder.is_dir() else {}
    return {purpose: found[purpose] for purpose in get_args(Purpose) if purpose in found}


@cache
def companions(language: str) -> dict[str, str]:
    """File name -> template of what stands beside a snippet (`_beside_pom.xml.j2`), where it is not empty."""
    folder = data_folder("templates") / language
    return {
        p.name.removeprefix("_beside_").removesuffix(".j2"): f"{language}/{p.name}" for p in folder.glob("_beside_*.j2")
    }
