"""Mistakes with the path line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from urllib.parse import quote, unquote, unquote_plus

from sinch_auth.signing.mistakes.registry import ALONE, COMMON, FIVE_LINES, KNOWN, ODD, RARE, mistake
from sinch_auth.signing.recipe import Recipe, replace
from sinch_auth.signing.request import Request

# Every host that Sinch documents or documented for signed requests (facts: signing.md, rest-products.md).
_HOSTS = (
    "calling.api.sinch.com", "verification.api.sinch.com", "callingapi.sinch.com", "messagingapi.sinch.com",
    "api.sinch.com", "calling-use1.api.sinch.com", "calling-euc1.api.sinch.com", "calling-sae1.api.sinch.com",
    "calling-apse1.api.sinch.com", "calling-apse2.api.sinch.com", "verificationapi-v1.sinch.com",
    "lookup.api.sinch.com",
    "reportingapi.sinch.com", "userapi.sinch.com", "numberlookup.api.sinch.com", "sandbox.sinch.com",
    "localhost",
    "clientapi.sinch.com",
)  # fmt: skip


def _set(recipe: Recipe, text: str) -> Recipe:
    return replace(recipe, path=text.encode())


def _path(recipe: Recipe) -> str:
    return recipe.path.decode("utf-8", "replace")


def _with_query(request: Request, path: str) -> str:
    return f"{path}?{request.query}" if request.query else path


def _queries(recipe: Recipe) -> Iterable[str]:
    query = recipe.given.request.query
    if not query:
        return ("empty query",)
    return (
        "as sent",
        "decoded",
        "sorted",
        "without ?",
        "only the query",
        "percent-encoded",
        "empty query",
        "lower case",
    )


@mistake(
    "path-with-query",
    "path",
    schemes=FIVE_LINES,
    parameters=_queries,
    rank=RARE,
    ranks={"as sent": COMMON, "decoded": KNOWN},
)
def with_query(recipe: Recipe, how: str) -> Recipe:
    path, query = _path(recipe), recipe.given.request.query
    return _set(recipe, {
        "as sent": f"{path}?{query}",
        "decoded": f"{path}?{unquote_plus(query)}",
        "sorted": f"{path}?{'&'.join(sorted(query.split('&')))}",
        "without ?": path + query,
        "only the query": query,
        "percent-encoded": quote(f"{path}?{query}", safe="/"),
        "empty query": path + "?",
        "lower case": f"{path}?{query.lower()}",
    }[how])  # fmt: skip


def _hosts(recipe: Recipe) -> list[str]:
    own = recipe.given.request.host
    header = recipe.given.request.headers.get("host", "")
    return list(dict.fromkeys(host for host in (own, header, *_HOSTS) if host))


_FULL: dict[str, Callable[[str, str, str], str]] = {
    "https://{}": lambda host, path, full: f"https://{host}{full}",
    "http://{}": lambda host, path, full: f"http://{host}{full}",
    "{}": lambda host, path, full: f"{host}{full}",
    "//{}": lambda host, path, full: f"//{host}{full}",
    "https://{}:443": lambda host, path, full: f"https://{host}:443{full}",
    "/{}": lambda host, path, full: f"/{host}{full}",
    "https://{} and a slash": lambda host, path, full: f"https://{host}{full}/",
    "https://{} and two slashes": lambda host, path, full: f"https://{host}/{full}",
}


def _urls(recipe: Recipe) -> Iterable[str]:
    tails = ("", " with query") if recipe.given.request.query else ("",)
    for index, host in enumerate(_hosts(recipe)):
        for form in list(_FULL)[: 8 if index == 0 else 3]:
            yield from (form.format(host) + tail for tail in tails)
        yield f"only https://{host}"


_URL_RANKS = {form.format(host): ODD for form in _FULL for host in _HOSTS} | {
    form.format(host): KNOWN for form in ("https://{}", "{}") for host in _HOSTS[:2]
}
_OWN_HOST = ("https://{}", "http://{}", "{}", "//{}")


def _url_ranks(recipe: Recipe) -> dict[str, int]:
    """The request's own host is the one that people sign."""
    own = recipe.given.request.host
    tails = ("", " with query")
    return _URL_RANKS | {form.format(own) + tail: KNOWN for form in _OWN_HOST for tail in tails if own}


@mistake("path-with-host", "path", schemes=FIVE_LINES, parameters=_urls, rank=ODD, ranks=_url_ranks)
def with_host(recipe: Recipe, how: str) -> Recipe | None:
    path, request = _path(recipe), recipe.given.request
    url = how.removesuffix(" with query")
    full = path if url == how else _with_query(request, path)
    for host in _hosts(recipe):
        if url == f"only https://{host}":
            return _set(recipe, f"https://{host}")
        for form, build in _FULL.items():
            if url == form.format(host):
                return _set(recipe, build(host, path, full))
    return None


@mistake(
    "path-leading-slash-missing",
    "path",
    schemes=FIVE_LINES,
    rank=COMMON,
    parameters=("without query", "with query"),
    ranks={"with query": RARE},
)
def no_leading_slash(recipe: Recipe, how: str) -> Recipe | None:
    path = _path(recipe).lstrip("/")
    if how == "without query":
        return _set(recipe, path)
    return _set(recipe, _with_query(recipe.given.request, path)) if recipe.given.request.query else None


@mistake(
    "path-trailing-slash",
    "path",
    schemes=FIVE_LINES,
    rank=COMMON,
    parameters=("added", "removed", "added before the query"),
    ranks={"added before the query": RARE},
)
def trailing_slash(recipe: Recipe, how: str) -> Recipe | None:
    path, request = _path(recipe), recipe.given.request
    if how == "added before the query":
        return _set(recipe, f"{path}/?{request.query}") if request.query else None
    return _set(recipe, path + "/" if how == "added" else path.rstrip("/"))


@mistake(
    "path-slashes-changed",
    "path",
    schemes=FIVE_LINES,
    parameters=(
        "doubled at the start",
        "every one doubled",
        "doubled ones made single",
        "doubled at the end",
        "backslashes",
        "escaped as in JSON",
        "after the first segment doubled",
    ),
    rank=RARE,
    ranks={"doubled at the start": KNOWN, "doubled ones made single": KNOWN},
)
def slashes(recipe: Recipe, how: str) -> Recipe:
    path = _path(recipe)
    return _set(recipe, {
        "doubled at the start": "/" + path,
        "every one doubled": path.replace("/", "//"),
        "doubled ones made single": re.sub(r"/{2,}", "/", path),
        "doubled at the end": path + "//",
        "backslashes": path.replace("/", "\\"),
        "escaped as in JSON": path.replace("/", "\\/"),
        "after the first segment doubled": re.sub(r"^(/[^/]*)/", r"\1//", path),
    }[how])  # fmt: skip


def _cuts(recipe: Recipe) -> Iterable[str]:
    segments = _path(recipe).strip("/").split("/")
    for n in range(1, min(len(segments), 12)):
        yield f"first {n} missing"
        yield f"first {n} and the slash missing"
        yield f"last {n} missing"
        yield f"last {n} missing, slash kept"
        if n > 1:
            yield f"segment {n} missing"
    yield from ("/", "empty")


@mistake("path-cut", "path", schemes=FIVE_LINES, parameters=_cuts, rank=KNOWN)
def cut(recipe: Recipe, how: str) -> Recipe | None:
    if how in ("/", "empty"):
        return _set(recipe, how if how == "/" else "")
    segments = _path(recipe).strip("/").split("/")
    words = how.split()
    n = int(words[1])
    if words[0] == "first":
        rest = "/".join(segments[n:])
        return _set(recipe, rest if "slash" in how else "/" + rest)
    if words[0] == "segment":
        return _set(recipe, "/" + "/".join(segments[: n - 1] + segments[n:]))
    return _set(recipe, "/" + "/".join(segments[:-n]) + ("/" if "kept" in how else ""))


_PREFIXES = (
    "/calling", "/calling/v1", "/verification", "/verification/v1", "/v1", "/v2", "/api", "/api/v1",
    "/webhook", "/webhooks", "/sinch",
    "/callback", "/callbacks", "/prod", "/dev", "/stage", "/staging", "/production", "/default", "/Prod",
    "/public", "/app", "/proxy",
    "/index.php", "/lookup", "/voice",
)  # fmt: skip


@mistake("path-prefix-added", "path", schemes=FIVE_LINES, parameters=_PREFIXES, rank=ODD)
def prefix_added(recipe: Recipe, prefix: str) -> Recipe:
    return _set(recipe, prefix + _path(recipe))


@mistake(
    "path-letter-case",
    "path",
    schemes=FIVE_LINES,
    parameters=("lower case", "upper case", "escapes in lower case", "escapes in upper case"),
    ranks={"upper case": RARE},
)
def letter_case(recipe: Recipe, how: str) -> Recipe:
    path = _path(recipe)
    return _set(recipe, {
        "lower case": path.lower(),
        "upper case": path.upper(),
        "escapes in lower case": re.sub("%..", lambda m: m[0].lower(), path),
        "escapes in upper case": re.sub("%..", lambda m: m[0].upper(), path),
    }[how])  # fmt: skip


@mistake(
    "path-percent-encoded",
    "path",
    schemes=FIVE_LINES,
    parameters=(
        "+ as %2B",
        "every reserved character",
        "each segment",
        "escapes encoded again",
        "with / too",
        "+ as %2b",
        "+ as %20",
    ),
    ranks={"+ as %2b": RARE, "+ as %20": RARE, "escapes encoded again": RARE, "each segment": RARE},
)
def percent_encoded(recipe: Recipe, how: str) -> Recipe:
    path = _path(recipe)
    return _set(recipe, {
        "+ as %2B": path.replace("+", "%2B"),
        "+ as %2b": path.replace("+", "%2b"),
        "+ as %20": path.replace("+", "%20"),
        "every reserved character": quote(unquote(path), safe="/"),
        "each segment": quote(unquote(path), safe="/@:!$&'()*,;=~"),
        "escapes encoded again": quote(path, safe="/+:@"),
        "with / too": quote(path, safe=""),
    }[how])  # fmt: skip


@mistake(
    "path-percent-decoded",
    "path",
    schemes=FIVE_LINES,
    parameters=("decoded", "+ as a space", "decoded, + as a space", "decoded twice", "+ removed"),
    rank=RARE,
    ranks={"decoded": COMMON, "+ as a space": KNOWN},
)
def percent_decoded(recipe: Recipe, how: str) -> Recipe:
    path = _path(recipe)
    return _set(recipe, {
        "decoded": unquote(path),
        "+ as a space": path.replace("+", " "),
        "decoded, + as a space": unquote_plus(path),
        "decoded twice": unquote(unquote(path)),
        "+ removed": path.replace("+", ""),
    }[how])  # fmt: skip


# Paths that are printed on the pages which explain signing.
_DOCUMENTED = (
    "/v1/sms/+46700000000", "/calling/v1/callouts", "/verification/v1/verifications", "/sinch/callback/ace",
    "/sinch/callback/result", "/v1/lookups", "/path", "/sinch/callback",
    "/calling/v1/configuration/numbers", "/calling/v1/configuration/numbers/",
    "/v1/verifications", "/v1/callouts", "/voice-webhooks", "/webhook",
)  # fmt: skip


@mistake("path-of-the-documentation", "path", schemes=FIVE_LINES, parameters=_DOCUMENTED, rank=KNOWN)
def documented(recipe: Recipe, path: str) -> Recipe:
    return _set(recipe, path)


@mistake(
    "path-with-more-text",
    "path",
    schemes=FIVE_LINES,
    parameters=(
        "space after",
        "space before",
        "LF after",
        "HTTP version after",
        "fragment mark after",
        "in double quotes",
        "path: before",
        "canonicalized-resource",
    ),
    rank=RARE,
)
def more_text(recipe: Recipe, how: str) -> Recipe:
    path = _path(recipe)
    return _set(recipe, {
        "space after": path + " ",
        "space before": " " + path,
        "LF after": path + "\n",
        "HTTP version after": path + " HTTP/1.1",
        "fragment mark after": path + "#",
        "in double quotes": f'"{path}"',
        "path: before": f"path:{path}",
        "canonicalized-resource": f"{recipe.verb.decode('utf-8', 'replace')} {path}",
    }[how])  # fmt: skip


@mistake(
    "path-not-filled-in",
    "path",
    schemes=FIVE_LINES,
    parameters=("undefined", "null", "None", "[object Object]"),
    rank=RARE,
)
def not_filled_in(recipe: Recipe, text: str) -> Recipe:
    return _set(recipe, text)


def _variables(recipe: Recipe) -> Iterable[str]:
    segments = _path(recipe).strip("/").split("/")
    return (str(n) for n, text in enumerate(segments) if re.search(r"\d", text) and not re.fullmatch(r"v\d", text))


_TEMPLATES = (
    "{id}",
    "{callId}",
    "{number}",
    "{endpoint}",
    ":id",
    "{conferenceId}",
    "{callsid}",
    "{key}",
    "{applicationKey}",
    "{applicationkey}",
)


@mistake(
    "path-template-not-filled-in",
    "path",
    schemes=FIVE_LINES,
    parameters=lambda r: (f"{t} at {n}" for n in _variables(r) for t in _TEMPLATES),
    rank=ALONE,
)
def template(recipe: Recipe, how: str) -> Recipe:
    name, _, position = how.rpartition(" at ")
    segments = _path(recipe).strip("/").split("/")
    segments[int(position)] = name
    return _set(recipe, "/" + "/".join(segments))
