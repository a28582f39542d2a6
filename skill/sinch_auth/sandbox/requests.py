"""A request as the sandbox sees it, and the credentials it carries."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

_ENGAGE = re.compile(r'(\w[\w-]*)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. Header names are lower-case; `path` is as sent, without the query."""

    method: str
    scheme: str
    host: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def url(self) -> str:
        """The URL as the program asked for it."""
        return f"{self.scheme}://{self.host}{self.target}"

    @property
    def target(self) -> str:
        """Path and query, as in the request line."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def form(self) -> dict[str, str]:
        """The body as a form; empty when it is none."""
        try:
            return dict(parse_qsl(self.body.decode(), keep_blank_values=True))
        except UnicodeDecodeError:
            return {}


@dataclass(frozen=True, slots=True)
class Carried:
    """What a request says about who sends it.

    `kind` is one of none, basic, bearer, signed, public, api-key, hmac, unreadable, unknown-scheme.
    """

    kind: str
    user: str = ""
    secret: str = ""
    scheme: str = ""


def carried(request: Request) -> Carried:
    """Read the credentials of a request."""
    value = request.headers.get("authorization", "").strip()
    if not value:
        api_key = request.headers.get("x-api-key", "")
        return Carried("api-key", secret=api_key) if api_key else Carried("none")
    scheme, _, rest = value.partition(" ")
    rest = rest.strip()
    match scheme.lower():
        case "basic":
            return _basic(rest)
        case "bearer":
            return Carried("bearer", secret=rest, scheme=scheme)
        case "application":
            key, colon, signature = rest.partition(":")
            return Carried("signed" if colon else "public", user=key, secret=signature, scheme=scheme)
        case "hmac":
            parts = dict(_ENGAGE.findall(rest))
            return Carried("hmac", user=parts.get("username", ""), secret=parts.get("signature", ""), scheme=scheme)
    return Carried("unknown-scheme", secret=rest, scheme=scheme)


def _basic(encoded: str) -> Carried:
    try:
        text = base64.b64decode(encoded, validate=True).decode()
    except ValueError:
        return Carried("unreadable", secret=encoded, scheme="Basic")
    user, colon, password = text.partition(":")
    return Carried("basic" if colon else "unreadable", user=user, secret=password, scheme="Basic")
