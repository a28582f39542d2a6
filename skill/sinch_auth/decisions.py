"""From a situation to what it decides: model, route, method, host, purposes. Everything else follows from these."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from sinch_auth.knowledge import Knowledge
from sinch_auth.rules import decide
from sinch_auth.schema import Coverage, Host, Product, Release

TOKEN_URL = "https://auth.sinch.com/oauth2/token"

SDK_METHODS = {"project": "oauth2", "service-plan": "bearer", "application": "signed"}
"""What the official SDKs do with each auth model; they offer no other way."""


@dataclass(frozen=True, slots=True)
class Situation:
    """The finite facts that the tables decide on. Empty means unknown."""

    product: str
    language: str = "curl"
    held: tuple[str, ...] = ()
    """Auth models whose credentials the user has or names."""
    region: str = ""
    environment: str = "production"
    sdk_line: str = ""
    wants: str = "nothing"
    method: str = ""
    """The auth method the user insists on; it overrides the table where the product takes it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the tables say, and why."""

    product: str
    model: str
    route: str
    method: str
    host: Host | None
    url: str
    """Base URL; has `{region}` in it while the region is unknown."""
    region: str
    """The region the URL has; empty where it has none or it is unknown."""
    asks_region: bool
    sdk_line: str
    purposes: tuple[str, ...]
    because: tuple[str, ...]

    @property
    def refused(self) -> bool:
        """Whether the wish is refused, with `because` as the reason."""
        return self.route.startswith("refused")


@lru_cache(maxsize=4096)  # One reply asks several times, and most replies of a server ask the same.
def resolve(knowledge: Knowledge, situation: Situation, locale: str = "en") -> Decision:
    """Run the tables. Raises `UnknownName` for a product or language that is not there."""
    product = knowledge.product(situation.product, locale)
    language = knowledge.language(situation.language)
    backend = [way for way in product.accepts if "backend" in way.runs_on]
    clients = [way for way in product.accepts if "client" in way.runs_on]

    insisted = situation.method if any(way.method == situation.method for way in product.accepts) else ""
    models = list(dict.fromkeys(way.model for way in product.accepts if insisted in ("", way.method)))
    fitting = [
        model for model in models if not situation.region or situation.region in regions(product, model)
    ] or models
    held = [model for model in fitting if model in situation.held]
    model_rule = decide(
        knowledge.table("model", locale),
        {
            "offered": "one" if len(models) == 1 else "several",
            "held": "offered" if held else "other",
            "region_fits": "one" if len(fitting) == 1 else "several",
        },
    )
    model = {"only": models[0], "by-region": fitting[0], "held": (held or models)[0], "first": fitting[0]}[
        model_rule.then
    ]

    line, release, _ = coverage(knowledge, situation.language, situation.product, model, situation.sdk_line)
    if insisted not in ("", SDK_METHODS.get(model)) and language.runs_on == "backend":
        release = None
    newest = language.sdk.releases[0].line if language.sdk else ""
    current = line if situation.sdk_line else newest
    route_rule = decide(
        knowledge.table("route", locale),
        {
            "runs_on": language.runs_on,
            "takes_clients": _yes(bool(clients)),
            "takes_backends": _yes(bool(backend)),
            "client_sdk": _yes(language.runs_on == "client" and release is not None),
            "sdk": "none"
            if release is None or language.runs_on == "client"
            else "current"
            if line == current
            else "other-line",
        },
    )
    route = route_rule.then
    ways = [way for way in product.accepts if way.model == model]
    environment = situation.environment or "production"
    method_rule = decide(
        knowledge.table("method", locale),
        {
            "model": model,
            "route": "refused" if route.startswith("refused") else route,
            "environment": environment,
            "takes_basic": _yes(any(way.method == "basic" for way in ways)),
            "client_method": next((way.method for way in ways if "client" in way.runs_on), "none"),
        },
    )

    method = insisted if insisted and not route.startswith("refused") else method_rule.then
    method_because = method_rule.because if method == method_rule.then else knowledge.text("method-insisted", locale)

    purposes_rule = decide(
        knowledge.table("purposes", locale),
        {
            "wants": situation.wants or "nothing",
            "method": method,
            "route": "refused" if route.startswith("refused") else route,
        },
    )
    purposes = tuple(purposes_rule.then.split("+"))

    host = api_host(product, model)
    offered = regions(product, model)
    region = situation.region if situation.region in offered else ""
    host_rule = decide(
        knowledge.table("host", locale),
        {
            "regions": "none" if not offered else "required" if product.region and product.region.ask else "optional",
            "region": "known" if region else "not-offered" if situation.region else "unknown",
            "direction": "from-sinch" if purposes == ("webhook",) else "to-sinch",
        },
    )
    if host_rule.then == "global":
        region = "global" if "global" in offered else offered[0]
    return Decision(
        product=situation.product,
        model=model,
        route=route,
        method=method,
        host=host,
        url=url_of(host, region) if host else "",
        region=region,
        asks_region=host_rule.then == "ask",
        sdk_line=line if route in ("sdk", "client-sdk") else "",
        purposes=purposes,
        because=tuple(dict.fromkeys((model_rule.because, route_rule.because, method_because))),
    )


def api_host(product: Product, model: str) -> Host | None:
    """The base URL of the API for one auth model."""
    mine = [host for host in product.hosts if host.model in ("", model)]
    return next((host for host in mine if host.purpose in ("api", "registration")), mine[0] if mine else None)


def regions(product: Product, model: str) -> list[str]:
    """The regions a product has for one auth model, the one to offer first standing first."""
    host = api_host(product, model)
    return list(host.regions) if host else []


def url_of(host: Host, region: str) -> str:
    """The base URL in a region; `{region}` stays in it while the region is unknown."""
    return host.hosts.get(region) or (host.url.replace("{region}", region) if region else host.url)


def coverage(
    knowledge: Knowledge, language: str, product: str, model: str, line: str = ""
) -> tuple[str, Release | None, Coverage | None]:
    """How the SDK covers a product: in the line asked for, else in the newest line that has it."""
    sdk = knowledge.language(language).sdk
    for release in sdk.releases if sdk else []:
        if line and release.line != line:
            continue
        found = release.covers.get(f"{product}@{model}") or release.covers.get(product)
        if found:
            return release.line, release, found
    return "", None, None


def sdk_line(knowledge: Knowledge, language: str, version: str) -> str:
    """The release line a version belongs to, such as `2.x` for 2.1.0; empty when there is none."""
    sdk = knowledge.language(language).sdk if language else None
    major = version.split(".")[0]
    return next((r.line for r in (sdk.releases if sdk else []) if r.line.split(".")[0] == major), "")


def with_defaults(situation: Situation) -> Situation:
    """The situation with the safe value for everything that nobody can be asked about."""
    return replace(situation, language=situation.language or "curl", environment=situation.environment or "production")


def _yes(value: bool) -> str:
    return "yes" if value else "no"
