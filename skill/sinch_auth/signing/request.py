"""A request as it travels: what a signature is computed from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sinch_auth.errors import UsageError


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, byte for byte.

    `path` is the URL path as sent, with its escapes and without the query. `headers` has lower-case names.
    `signature` is the signature under test where it is not in a header.

    >>> Request.of("post", "https://calling.api.sinch.com/calling/v1/callouts?a=1").path
    '/calling/v1/callouts'
    """

    method: str = "POST"
    path: str = "/"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    query: str = ""
    host: str = ""
    url_scheme: str = "https"
    signature: str | None = None

    @classmethod
    def of(
        cls,
        method: str,
        target: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | str = b"",
        *,
        host: str = "",
        signature: str | None = None,
    ) -> Request:
        """A request from a URL or a path (with or without a query) and headers in any letter case."""
        lowered = {name.strip().lower(): value for name, value in (headers or {}).items()}
        scheme, split_host, path, query = _split(target)
        return cls(
            method=method,
            path=path,
            headers=lowered,
            body=body.encode() if isinstance(body, str) else body,
            query=query,
            host=split_host or host or lowered.get("host", ""),
            url_scheme=scheme or "https",
            signature=signature,
        )

    @property
    def content_type(self) -> str:
        """The Content-Type header exactly as sent, or the empty string."""
        return self.headers.get("content-type", "")

    @property
    def timestamp(self) -> str:
        """The x-timestamp header exactly as sent, or the empty string."""
        return self.headers.get("x-timestamp", "")


def _split(target: str) -> tuple[str, str, str, str]:
    """Scheme, host, path and query; a path may contain `//` and must not be taken for a host."""
    if target.startswith("/"):
        path, _, query = target.partition("#")[0].partition("?")
        return "", "", path, query
    try:
        parts = urlsplit(target)
    except ValueError as bad:
        raise UsageError("the URL cannot be read", why=str(bad), cure="give `url` or `path`") from bad
    if parts.scheme in ("http", "https") and parts.netloc:
        return parts.scheme, parts.netloc.rpartition("@")[2], parts.path or "/", parts.query
    path, _, query = target.partition("#")[0].partition("?")
    return "", "", path, query
