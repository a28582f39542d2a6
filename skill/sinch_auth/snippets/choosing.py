"""From what a user names (product, language, purpose) to one cell, and why that way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from sinch_auth import decisions
from sinch_auth.decisions import Decision, Situation
from sinch_auth.errors import UnknownName, UsageError
from sinch_auth.facts import UNKNOWN
from sinch_auth.knowledge import Knowledge
from sinch_auth.schema import Purpose
from sinch_auth.snippets.cells import SnippetRequest, purposes

Way = tuple[str, str, str, str]
"""Auth model, auth method, route, SDK line."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What the user named. Empty: decided as in an answer for production."""

    product: str
    language: str
    purpose: Purpose
    method: str = ""
    region: str = ""
    sdk_line: str = ""
    """A release line (`2.x`) or a version of it (`2.1.0`)."""
    values: Mapping[str, str] = {}


class Choice(msgspec.Struct, frozen=True):
    """One cell, and why it is this one where that is not plain."""

    request: SnippetRequest
    because: tuple[str, ...]


def choose(knowledge: Knowledge, wish: Wish) -> Choice:
    """The cell that fulfils a wish: the SDK where it can, else plain HTTP.

    Raises `UsageError` (or `UnknownName`), which says what is allowed, for what there is not.
    """
    product, language = knowledge.product(wish.product), knowledge.language(wish.language)
    if wish.method and not any(way.method == wish.method for way in product.accepts):
        if knowledge.has("method", wish.method):
            taken = dict.fromkeys(way.method for way in product.accepts)
            raise UsageError(f"{product.name} does not take {wish.method}", cure=f"it takes {', '.join(taken)}")
        raise UnknownName("method", wish.method, knowledge.ids("method"))
    line = _line(knowledge, wish)
    region = _region(knowledge, wish)
    decision = decisions.resolve(
        knowledge, Situation(product=wish.product, language=wish.language, region=region, sdk_line=line)
    )
    if decision.refused:
        raise UsageError(
            f"there is no code for {product.name} in {language.name}",
            why=" ".join(decision.because[1:2]),
            cure="use a language of your backend: "
            + ", ".join(id for id in knowledge.ids("language") if knowledge.language(id).runs_on == "backend"),
        )
    ways = _ways(knowledge, wish, decision, line)
    for model, method, route, sdk_line in ways:
        if wish.purpose in purposes(knowledge, wish.product, wish.language, model, method, route, sdk_line):
            request = SnippetRequest(
                wish.product,
                wish.language,
                wish.purpose,
                model,
                method,
                route,
                region=region or (decision.region if model == decision.model else ""),
                sdk_line=sdk_line,
                values=wish.values,
            )
            return Choice(request, _reasons(knowledge, wish, decision, request))
    raise UsageError(
        f"there is no {wish.purpose} snippet for {product.name} in {language.name}"
        + (f" with {wish.method}" if wish.method else ""),
        cure=_offer(knowledge, wish, ways),
    )


def _line(knowledge: Knowledge, wish: Wish) -> str:
    if not wish.sdk_line:
        return ""
    language = knowledge.language(wish.language)
    if not language.sdk:
        raise UsageError(f"there is no official SDK for {language.name}", cure="leave the SDK line out")
    lines = [release.line for release in language.sdk.releases]
    found = decisions.sdk_line(knowledge, wish.language, wish.sdk_line)
    if not found:
        raise UnknownName("SDK line", wish.sdk_line, lines)
    return found


def _region(knowledge: Knowledge, wish: Wish) -> str:
    if wish.region in ("", UNKNOWN):
        return ""
    product = knowledge.product(wish.product)
    offered = dict.fromkeys(region for host in product.hosts for region in (*host.regions, *host.hosts))
    if not offered:
        raise UsageError(f"{product.name} has one host for every region", cure="leave the region out")
    if wish.region not in offered:
        raise UnknownName("region", wish.region, offered)
    return wish.region


def _ways(knowledge: Knowledge, wish: Wish, decision: Decision, line: str) -> list[Way]:
    """Every way in that the wish allows, the one an answer would take first."""
    first = (decision.model, decision.method, decision.route, decision.sdk_line)
    found = {first: 0} if wish.method in ("", decision.method) else {}
    for way in _all_ways(knowledge, wish, line):
        model, method, _, _ = way
        nearness = 1 if (model, method) == first[:2] else 2 if model == decision.model else 3
        found.setdefault(way, nearness)
    return sorted(found, key=lambda way: found[way])


def _all_ways(knowledge: Knowledge, wish: Wish, line: str) -> Iterator[Way]:
    client = knowledge.language(wish.language).runs_on == "client"
    for accepted in knowledge.product(wish.product).accepts:
        if wish.method not in ("", accepted.method):
            continue
        covering = decisions.coverage(knowledge, wish.language, wish.product, accepted.model, line)[0]
        newest = decisions.sdk_line(knowledge, wish.language, covering) if covering else ""
        if covering and (client or covering == (line or newest)):
            yield accepted.model, accepted.method, "client-sdk" if client else "sdk", covering
        if not client:
            yield accepted.model, accepted.method, "http", ""


def _offer(knowledge: Knowledge, wish: Wish, ways: list[Way]) -> str:
    offered = {
        f"{purpose} ({method})": None
        for model, method, route, line in ways
        for purpose in purposes(knowledge, wish.product, wish.language, model, method, route, line)
    }
    if offered:
        return f"there is: {', '.join(offered)}"
    return "its hosts or its way in are not published; `sinch-auth ask` says what is known"


def _reasons(knowledge: Knowledge, wish: Wish, decision: Decision, request: SnippetRequest) -> tuple[str, ...]:
    """Why plain HTTP where the language has an SDK, or why an older line of it."""
    sdk = knowledge.language(wish.language).sdk
    name = knowledge.product(wish.product).name
    if sdk and request.route == "sdk" and not wish.sdk_line and request.sdk_line != sdk.releases[0].line:
        return (f"{sdk.name} {request.sdk_line}, because {sdk.releases[0].line} has no {name}.",)
    if not sdk or request.route != "http":
        return ()
    covering, _, _ = decisions.coverage(knowledge, wish.language, wish.product, request.model)
    if not covering:
        return (f"Plain HTTP: {sdk.name} has no {name}.",)
    if decision.route != "sdk" and wish.purpose in ("call", "webhook"):
        newest = wish.sdk_line or sdk.releases[0].line
        return (f"Plain HTTP: {sdk.name} {newest} has no {name}; {covering} has it (--sdk-line {covering}).",)
    if wish.purpose == "token":
        return (f"Plain HTTP: {sdk.name} fetches its token by itself (--purpose init builds the client).",)
    if wish.purpose in ("sign", "mint"):
        return (f"Plain HTTP: {sdk.name} does not offer this by itself.",)
    if wish.purpose == "webhook":
        return (f"Plain HTTP: {sdk.name} checks no callbacks of {name}.",)
    return (f"Plain HTTP: {sdk.name} does not use {request.method} here.",)
