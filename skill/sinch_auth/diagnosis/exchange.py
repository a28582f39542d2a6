"""The HTTP exchanges in a masked text: who was called, how, with what kind of credential, and what came back."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from sinch_auth.decisions import TOKEN_URL
from sinch_auth.diagnosis.credentials import Carried
from sinch_auth.diagnosis.printed import differing
from sinch_auth.diagnosis.traces import exception_in, masked, product_in, sdk_in
from sinch_auth.knowledge import Knowledge

TOKEN_HOST = TOKEN_URL.split("/")[2]

_METHOD = r"(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)"
_REQUEST_LINE = re.compile(
    rf"(?m)^(?:[>*] )?\s{{0,8}}(?P<method>{_METHOD}) (?P<target>\S{{1,2000}}) HTTP/[\d.]{{1,3}}\s*$"
)
_CURL = re.compile(r"(?m)(?:^|[\s$;|&(`'\"])curl(?=\s)")
_CURL_METHOD = re.compile(rf"(?:-X|--request)[ =]?[\"']?(?P<method>{_METHOD})")
_CURL_BODY = re.compile(r"\s(?:-d|--data(?:-\w+)?|--json|-F|--form)[ =]")
_SAID_METHOD = re.compile(rf"\b(?P<method>{_METHOD})\b[ :]{{1,3}}(?:https?://|/)")
_CODE_METHOD = re.compile(r"\.(?P<method>get|post|put|patch|delete)\(\s{0,9}[fbr$]{0,2}[\"'`]")
_HOST_HEADER = re.compile(r"(?mi)^(?:> )?\s{0,8}host: (?P<host>[\w.-]{3,253})")
_AUTHORITY = re.compile(r"\[:(?P<name>authority|path|method): (?P<value>[^\]\s]{1,2000})\]")
_URL = re.compile(
    r"(?<![\w.-])(?:https?://(?:[^\s/@'\"]{1,200}@)?)?(?P<host>(?:[a-z0-9-]{1,63}\.){1,8}(?:com|net|org|io))(?::\d{1,5})?"
    r"(?P<path>/[^\s\"'`<>,;|)\]\\…→]{0,1500})?",
    re.I,
)
_STATUS_LINE = re.compile(r"(?m)^(?:< )?\s{0,8}HTTP/[\d.]{1,3} (?P<status>[1-5]\d\d)")
_STATUS_SAID = re.compile(
    r"(?i)(?:status(?:[ _-]?code)?[\"']?\s{0,3}[:=]?\s{0,3}|\[status: |code=|error |http[ /](?:error )?|answers? |"
    r"returns? |(?:->|→|=>) ?)(?P<status>[2-5]\d\d)(?![\d.-])"
)
_ERROR_CODE = re.compile(
    r"(?i)[\"']?error_?code[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?P<code>\d{3,6})(?!\d)|(?<![\d+-])(?P<bare>4[0-2]\d0\d)(?!\d)"
)
_ERROR_WORD = re.compile(r"[\"'](?:error|code|status|type)[\"']\s{0,3}:\s{0,3}[\"'](?P<word>[A-Za-z_][\w-]{2,60})[\"']")
_ERROR_OAUTH = re.compile(
    r"\b(?P<word>invalid_client|invalid_request|invalid_grant|invalid_token|unsupported_grant_type|unauthorized_client)\b"
)
_CHALLENGE = re.compile(r"(?mi)^(?:< )?\s{0,8}www-authenticate[\"']?: ?(?P<value>[^\n\r]{1,300})")
_HEADER_NAME = re.compile(r"(?m)^(?:> )\s{0,4}(?P<name>[A-Za-z][A-Za-z0-9-]{1,60}): ")
_XMS = re.compile(r"/xms/v1/(?P<id>[^/?#]{1,100})")
_PROJECT = re.compile(r"/projects/(?P<id>[^/?#]{1,100})")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-z]{4}){3}-[0-9a-z]{12}", re.I)
_PLAIN_SEGMENT = re.compile(r"v\d{1,2}|[A-Za-z][A-Za-z_.-]{0,30}\d?(?::[A-Za-z-]{1,30})?|\{\w{1,40}\}")


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was found of one request and its answer. Empty: not in the text. Nothing in it is secret."""

    method: str = ""
    url: str = ""
    """Scheme, host and path; ids in the path are replaced by what they are, the query is left out."""
    host: str = ""
    path_id: str = ""
    """What stands where the path takes an id: `uuid`, `hex-32`, `word` or empty."""
    status: int | None = None
    error_code: str = ""
    www_authenticate: str = ""
    scheme: str = ""
    credential: str = ""
    """The kind of credential, a word of `contradictions.yaml`."""
    model: str = ""
    """The auth model the credential belongs to, where that is certain."""
    headers: tuple[str, ...] = ()
    product: str = ""
    """The product whose part of an SDK made the call, where no host is named."""
    sdk: str = ""
    sdk_version: str = ""
    exception: str = ""
    complete: bool = False
    """Whether the whole request was seen, so that a header that is not there was not sent."""
    carried: Carried | None = None
    content_type: str = ""
    signed: tuple[str, ...] = ()
    """Lines of a printed string to sign that are wrong or differ from the request."""

    @property
    def accepted(self) -> bool:
        """Whether the answer says that the credentials were good."""
        return self.status is not None and 200 <= self.status < 300


def exchanges(knowledge: Knowledge, text: str, carried: tuple[Carried, ...], clean: str) -> tuple[Exchange, ...]:
    """Every request in a text, in its order; at least one.

    `text` is not masked and only split, `carried` was read from it; everything kept comes from `clean` or is masked.
    """
    starts = [match.start() for match in _REQUEST_LINE.finditer(text)] + [m.start() for m in _CURL.finditer(text)]
    starts = sorted(starts)[:20]
    # Output of curl follows its command: both are one request.
    starts = [at for n, at in enumerate(starts) if n == 0 or not _same_request(text, starts[n - 1], at)]
    if len(starts) < 2:
        bounds = [(0, len(text))]
    else:
        bounds = [
            (0 if n == 0 else at, (starts[n + 1] if n + 1 < len(starts) else len(text))) for n, at in enumerate(starts)
        ]
    sdk, version = sdk_in(clean)
    exception = exception_in(clean)
    signed = differing(text)
    product = product_in(clean, knowledge.ids("product")) if sdk else ""
    found = []
    for start, end in bounds:
        part = text[start:end]
        here = [replace(one, at=one.at - start) for one in carried if start <= one.at < end]
        found += [
            replace(one, product=product, sdk=sdk, sdk_version=version, exception=exception, signed=signed)
            for one in _of(knowledge, part, here)
        ]
    return tuple(found)


def leading(found: tuple[Exchange, ...]) -> Exchange:
    """The exchange that matters most: the last refused one, else the last with a host."""
    refused = [one for one in found if one.status and one.status >= 400]
    hosted = [one for one in found if one.host]
    return (refused or hosted or list(found))[-1]


def _same_request(text: str, before: int, at: int) -> bool:
    return (
        _CURL.match(text, before) is not None
        and text.startswith((">", "*"), at)
        and not _STATUS_LINE.search(text, before, at)
    )


def _of(knowledge: Knowledge, part: str, carried: list[Carried]) -> list[Exchange]:
    """The exchanges of one part: one for each credential and the host it goes to."""
    seen = _hosts(knowledge, part)
    line = _REQUEST_LINE.search(part)
    pseudo = {match["name"]: match["value"] for match in _AUTHORITY.finditer(part)}
    method = line["method"] if line else pseudo.get("method", "")
    target = line["target"] if line else pseudo.get("path", "")
    header = _HOST_HEADER.search(part)
    host = header["host"].lower() if header else pseudo.get("authority", "").split(":")[0].lower()
    if host:
        seen = [(0, host, target if target.startswith("/") else "")]
    plain = Exchange(
        method=method or _method(part),
        status=_status(part),
        error_code=_error_code(part),
        www_authenticate=_challenge(part),
        headers=tuple(dict.fromkeys(match["name"].lower() for match in _HEADER_NAME.finditer(part)))[:40],
        complete=bool(line and (host or target.startswith("http")) and re.search(r"(?m)^> ", part)),
        content_type=_content_type(part),
    )
    if not carried:
        _, host, path = seen[0] if seen else (0, "", "")
        return [_placed(plain, host, path)]
    made = []
    for one in carried:
        near = _nearest(seen, one)
        placed = _placed(plain, *(near[1:] if near else ("", "")))
        made.append(replace(placed, scheme=one.scheme, credential=one.kind, model=one.model, carried=one))
    return list({(one.host, one.credential): one for one in made}.values())


def _nearest(seen: list[tuple[int, str, str]], one: Carried) -> tuple[int, str, str] | None:
    """The host a credential goes to; a Bearer token goes to an API, not to where it came from."""
    fitting = [host for host in seen if host[1] != TOKEN_HOST] if one.scheme == "bearer" else seen
    return min(fitting or seen, key=lambda host: abs(host[0] - one.at), default=None)


def _placed(exchange: Exchange, host: str, path: str) -> Exchange:
    xms, project = _XMS.search(path), _PROJECT.search(path)
    id = (xms or project)["id"] if xms or project else ""  # type: ignore[index]
    kind = "uuid" if _UUID.fullmatch(id) else "hex-32" if re.fullmatch(r"[0-9a-f]{32}", id, re.I) else ""
    if not kind and "project" in id.lower():
        kind = "uuid"
    return replace(
        exchange, host=host, url=f"https://{host}{shown_path(path)}" if host else shown_path(path), path_id=kind
    )


def _hosts(knowledge: Knowledge, part: str) -> list[tuple[int, str, str]]:
    """Hosts of ours, or that look like ours, where they stand, with the path behind them."""
    found = []
    for match in _URL.finditer(part):
        host = match["host"].lower()
        if host == TOKEN_HOST or _ours(knowledge, host):
            found.append((match.start("host"), host, match["path"] or ""))
        if len(found) >= 40 or match.end() > 40_000:
            break
    # A link to the documentation is no request.
    return [
        one for one in found if not one[1].startswith(("developers.", "dashboard.", "www.", "app.", "documentation."))
    ]


def _ours(knowledge: Knowledge, host: str) -> bool:
    return host.endswith((".sinch.com", ".mailgun.net", ".mailjet.com")) or bool(place_of(knowledge, host))


def place_of(knowledge: Knowledge, host: str) -> tuple[str, str, str] | None:
    """Product, region and auth model of a host that is known."""
    found: tuple[str, str, str] | None = knowledge.remembered(
        ("host", host),
        lambda: knowledge.database.execute(
            "select product, region, model from host where host = ?", (host,)
        ).fetchone(),
    )
    return found


def shown_path(path: str) -> str:
    """A path without query, with every segment that is no plain word replaced by what it is.

    >>> shown_path("/v1/projects/3f2e0d1c-0000-4000-8000-000000000000/messages:send?key=x")
    '/v1/projects/{project_id}/messages:send'
    """
    before, shown = "", []
    for segment in path.split("?")[0].split("#")[0].split("/")[1:12]:
        if not segment or (_PLAIN_SEGMENT.fullmatch(segment) and before not in ("projects", "xms-id")):
            shown.append(segment)
        else:
            shown.append({"projects": "{project_id}", "xms-id": "{service_plan_id}"}.get(before, "{id}"))
        before = "xms-id" if segment == "v1" and before == "xms" else segment
    return "".join(f"/{segment}" for segment in shown)


def _method(part: str) -> str:
    if _CURL.search(part):
        given = _CURL_METHOD.search(part)
        return given["method"] if given else "POST" if _CURL_BODY.search(part) else "GET"
    said = _SAID_METHOD.search(part)
    code = None if said else _CODE_METHOD.search(part)
    return said["method"] if said else code["method"].upper() if code else ""


def _status(part: str) -> int | None:
    lines = [int(match["status"]) for match in _STATUS_LINE.finditer(part)]
    final = [status for status in lines if status >= 200]
    if final:
        return final[-1]
    said = _STATUS_SAID.search(part)
    return int(said["status"]) if said else None


def _error_code(part: str) -> str:
    code = _ERROR_CODE.search(part)
    if code:
        return str(code["code"] or code["bare"])
    word = _ERROR_OAUTH.search(part) or _ERROR_WORD.search(part)
    return masked(word["word"]) if word else ""


def _challenge(part: str) -> str:
    found = _CHALLENGE.search(part)
    return masked(found["value"].strip()) if found else ""


def _content_type(part: str) -> str:
    found = re.search(r"(?i)content-type[\"']?: ?[\"']?(?P<value>[a-z]{2,20}/[a-z.+-]{2,60})", part)
    return found["value"].lower() if found else ""
