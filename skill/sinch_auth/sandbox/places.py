"""Which product answers on which host, in which region; from the knowledge base alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sinch_auth import schema
from sinch_auth.knowledge import Knowledge

TOKEN_HOST = "auth.sinch.com"
TOKEN_PATH = "/oauth2/token"
GLOBAL = "global"

DOMAINS = ("sinch.com", "mailgun.net", "mailjet.com", "mblox.com")
"""Every name under these is answered here, known or not."""


@dataclass(frozen=True)
class Place:
    """One product at one host. `model` narrows it where a product has several kinds of host."""

    product: str
    region: str
    purpose: str
    model: str
    entry: schema.Product = field(repr=False)

    @property
    def bound(self) -> bool:
        """Whether asking in the wrong region fails here."""
        region = self.entry.region
        return self.region != GLOBAL and (region is None or region.ask) and self.purpose == "api"


class Places:
    """Every host of every product."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._by_host: dict[str, list[Place]] = {}
        self._patterns: dict[str, list[tuple[re.Pattern[str], int]]] = {}
        for id in knowledge.ids("product"):
            product = knowledge.product(id)
            self._patterns[id] = _patterns(product)
            for host in product.hosts:
                for region in host.regions or [GLOBAL]:
                    name = _name(host, region)
                    if name and name != TOKEN_HOST:
                        self._by_host.setdefault(name, []).append(Place(id, region, host.purpose, host.model, product))

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every known host name, the token host first."""
        return (TOKEN_HOST, *sorted(self._by_host))

    def find(self, host: str, path: str) -> Place | None:
        """The product that answers there; where several share a host, the one whose paths fit best.

        Where they fit alike the host belongs to the plain product: numbers before number-order.
        """
        candidates = self._by_host.get(host, [])
        return max(candidates, key=lambda place: (self._fit(place.product, path), -len(place.product)), default=None)

    def find_product(self, product: str) -> Place | None:
        """One of the places where a product answers."""
        return next((p for places in self._by_host.values() for p in places if p.product == product), None)

    def knows(self, host: str) -> bool:
        """Whether something answers at this host."""
        return host == TOKEN_HOST or host in self._by_host

    def ours(self, host: str) -> bool:
        """Whether the host belongs to a company whose hosts we answer for, known to us or not."""
        return any(host == domain or host.endswith(f".{domain}") for domain in DOMAINS)

    def regions(self, product: str, model: str) -> list[str]:
        """The regions in which the product's API is served, for one model."""
        return [
            place.region
            for places in self._by_host.values()
            for place in places
            if place.product == product and place.purpose == "api" and place.model in ("", model)
        ]

    def _fit(self, product: str, path: str) -> int:
        return max((score for pattern, score in self._patterns[product] if pattern.search(path)), default=0)


def _name(host: schema.Host, region: str) -> str:
    """The host's name in a region; exceptions are spelled out in `hosts`, as a name or a URL."""
    url = host.hosts.get(region) or host.url
    if region != GLOBAL:
        url = url.replace("{region}", region)
    name = urlsplit(url if "//" in url else f"https://{url}").hostname or ""
    return "" if "{" in name or "<" in name else name.lower()


def _patterns(product: schema.Product) -> list[tuple[re.Pattern[str], int]]:
    """Paths of a product, from the documented checks (most telling first) and its own fragments."""
    found: list[tuple[re.Pattern[str], int]] = []
    for smoke in product.smoke:
        exact = re.sub(r"\\\{[^}]*\\\}", r"[^/]+", re.escape(smoke.path))
        found.append((re.compile(f"^{exact}(?:/|$)"), 4))
        version = re.match(r"/[a-z]*/?v\d[\d.]*/", smoke.path)
        if version:
            found.append((re.compile(f"^{re.escape(version[0])}"), 1))
    found += [(re.compile(re.escape(fragment.rstrip("*"))), 3) for fragment in product.paths if fragment]
    return found
