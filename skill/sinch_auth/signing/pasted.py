"""Reads a request as people paste it: a JSON object, raw HTTP, or a curl command."""

from __future__ import annotations

import base64
import binascii
import json
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sinch_auth.errors import UsageError
from sinch_auth.signing.inspection import Finding
from sinch_auth.signing.request import Request

_REQUEST_LINE = re.compile(rb"(?:> ?)?([A-Za-z]{3,10}) (\S+)(?: HTTP/[0-9.]+)?[ \t]*\r?\n")
_CURL = re.compile(r"\s*(?:\$ )?curl(?:\.exe)?\s")


@dataclass(frozen=True, slots=True)
class Pasted:
    """The request, how it was written (`json`, `http` or `curl`), and what had to be assumed."""

    request: Request
    written_as: str
    findings: tuple[Finding, ...] = ()


def read_request(data: bytes) -> Pasted:
    """The request in `data`. Raises `UsageError` that says what was expected.

    >>> read_request(b'GET /calling/v1/calls HTTP/1.1\\r\\nHost: example.com\\r\\n\\r\\n').request.path
    '/calling/v1/calls'
    """
    if not data.strip():
        raise UsageError(
            "nothing was given", cure="give the request on standard input: JSON, raw HTTP or a curl command"
        )
    start = data.lstrip()[:1]
    if start == b"{":
        return _from_json(data)
    if _REQUEST_LINE.match(data.lstrip(b"\r\n \t")):
        return Pasted(read_http(data), "http")
    text = data.decode("utf-8", "surrogateescape")
    if _CURL.match(text):
        return Pasted(_from_curl(text), "curl")
    raise UsageError(
        "the request cannot be read",
        why="it is neither a JSON object, nor raw HTTP, nor a curl command",
        cure='for example {"method": "POST", "path": "/calling/v1/callouts", "headers": {…}, "body": "…"}',
    )


def readings(data: bytes) -> tuple[Pasted, ...]:
    """The request as it stands, and without the line end that an editor put behind a body of unstated length."""
    first = read_request(data)
    body, headers = first.request.body, first.request.headers
    stated = "content-length" in headers or "transfer-encoding" in headers
    if first.written_as != "http" or stated or not body.endswith(b"\n"):
        return (first,)
    cut = replace(first.request, body=body.removesuffix(b"\n").removesuffix(b"\r"))
    return (first, replace(first, request=cut))


def _from_json(data: bytes) -> Pasted:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as bad:
        where = (
            f"line {bad.lineno} column {bad.colno}" if isinstance(bad, json.JSONDecodeError) else "nested too deeply"
        )
        raise UsageError("the JSON cannot be read", why=where, cure="give one JSON object") from None
    if isinstance(value.get("signature"), Mapping):
        # What Mailgun posts, signature inside: the whole text is the body.
        return Pasted(Request.of("POST", "/", {"content-type": "application/json"}, data), "json")
    target = value.get("url") or value.get("path") or "/"
    headers = _headers(value.get("headers"))
    for names, header in (
        (("content_type", "content-type", "contentType"), "content-type"),
        (("x_timestamp", "x-timestamp", "timestamp"), "x-timestamp"),
        (("nonce",), "x-sinch-webhook-signature-nonce"),
        (("timestamp",), "x-sinch-webhook-signature-timestamp"),
        (("token",), "token"),
        (("timestamp",), "timestamp"),
        (("authorization",), "authorization"),
    ):
        for name in names:
            if header not in headers and isinstance(value.get(name), (str, int)):
                headers[header] = str(value[name])
    body, findings = _body(value)
    method = value.get("method") or ("POST" if body else "GET")
    signature = value.get("signature")
    for name, field in (("url or path", target), ("method", method), ("signature", signature or "")):
        if not isinstance(field, str):
            raise UsageError(f"`{name}` must be a string")
    if query := value.get("query"):
        target = f"{target.partition('?')[0]}?{query}" if isinstance(query, str) else target
    host = value.get("host")
    request = Request.of(method, target, headers, body, host=host if isinstance(host, str) else "", signature=signature)
    return Pasted(request, "json", findings)


def _headers(value: object) -> dict[str, str]:
    pairs: list[tuple[object, object]]
    if value is None:
        pairs = []
    elif isinstance(value, Mapping):
        pairs = list(value.items())
    elif isinstance(value, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in value):
        pairs = [(pair[0], pair[1]) for pair in value]
    else:
        raise UsageError("`headers` must be an object of strings, or a list of pairs")
    return {
        str(name).strip().lower(): ", ".join(map(str, text)) if isinstance(text, list) else str(text)
        for name, text in pairs
        if text is not None
    }


def _body(value: Mapping[str, Any]) -> tuple[bytes, tuple[Finding, ...]]:
    if "body_base64" in value:
        try:
            return base64.b64decode(str(value["body_base64"]), validate=True), ()
        except (binascii.Error, ValueError):
            raise UsageError("`body_base64` is not base64") from None
    body = value.get("body")
    if body is None:
        return b"", ()
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass"), ()
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass"), (Finding("body-not-verbatim", "warning"),)


def read_http(data: bytes) -> Request:
    """A captured HTTP/1.1 request; the body is kept byte for byte, cut only at Content-Length, unchunked if chunked."""
    data = data.lstrip(b"\r\n \t")
    match = _REQUEST_LINE.match(data)
    if not match:
        raise UsageError("this is no HTTP request", cure="the first line must be like POST /path HTTP/1.1")
    headers: dict[str, str] = {}
    position = match.end()
    while True:
        end = data.find(b"\n", position)
        line = data[position : end if end >= 0 else len(data)]
        position = end + 1 if end >= 0 else len(data)
        text = line.strip(b"\r").removeprefix(b"> ").removeprefix(b">").decode("utf-8", "surrogateescape")
        if not text.strip():
            break
        name, colon, value = text.partition(":")
        if not colon:
            raise UsageError("a header line has no colon", why=f"got {text[:60]!r}")
        name = name.strip().lower()
        value = value.strip(" \t")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
        if end < 0:
            break
    body = data[position:]
    length = headers.get("content-length", "")
    if "chunked" in headers.get("transfer-encoding", "").lower():
        body = _unchunked(body)
    elif length.isascii() and length.isdigit() and int(length) <= len(body):
        body = body[: int(length)]
    return Request.of(
        match[1].decode(),
        match[2].decode("utf-8", "surrogateescape"),
        headers,
        body,
        host=headers.get("host", ""),
    )


def _unchunked(body: bytes) -> bytes:
    """The data of chunks (RFC 9112 §7.1), or `body` itself where a proxy has joined them already."""
    out, rest = b"", body
    while match := re.match(rb"([0-9a-fA-F]{1,8})[^\r\n]*\r?\n", rest):
        size = int(match[1], 16)
        if size == 0:
            return out
        out += rest[match.end() : match.end() + size]
        rest = rest[match.end() + size :].lstrip(b"\r\n")
    return body


_READ = {
    "-X": "method", "--request": "method", "-H": "header", "--header": "header", "-d": "data", "--data": "data",
    "--data-raw": "raw", "--data-binary": "data", "--data-ascii": "data", "--data-urlencode": "data", "--json": "json",
    "--url": "url", "-u": "user", "--user": "user", "-F": "form", "--form": "form",
}  # fmt: skip
_PASSED_OVER = (
    "-A --user-agent -o --output -b --cookie -e --referer -m --max-time --connect-timeout -x --proxy -w --write-out"
    " --retry --cacert --cert --key"
)
_VALUED = _READ | dict.fromkeys(_PASSED_OVER.split(), "")


def _from_curl(text: str) -> Request:
    method, url = "", ""
    headers: dict[str, str] = {}
    data: list[str] = []
    json_data, as_query = False, False
    for kind, value in _arguments(text):
        if kind == "method":
            method = value
        elif kind == "header":
            name, _, content = value.partition(":")
            headers[name.strip().lower()] = content.strip()
        elif kind in ("data", "raw", "json"):
            if value.startswith("@") and kind != "raw":
                raise UsageError(
                    "the body is in a file that this command does not read",
                    why=f"curl would read {value[:60]}",
                    cure="give the request as JSON with `body`, or inline the body in the curl command",
                )
            data.append(value)
            json_data = json_data or kind == "json"
        elif kind == "url":
            url = value
        elif kind == "query":
            as_query = True
        elif kind == "form":
            raise UsageError("multipart bodies cannot be rebuilt from a curl command", cure="give raw HTTP")
        elif kind == "user":
            headers.setdefault("authorization", "Basic " + base64.b64encode(value.encode()).decode())
    body = ("" if json_data else "&").join(data)
    if as_query and body:
        url, body = f"{url}{'&' if '?' in url else '?'}{body}", ""
    if body:
        headers.setdefault("content-type", "application/json" if json_data else "application/x-www-form-urlencoded")
    if not url:
        raise UsageError("the curl command has no URL")
    if "://" not in url and not url.startswith("/"):
        url = f"http://{url}"
    encoded = body.encode("utf-8", "surrogateescape")
    return Request.of(method or ("POST" if data and not as_query else "GET"), url, headers, encoded)


def _arguments(text: str) -> Iterator[tuple[str, str]]:
    """(kind, value) of everything in a curl command that matters."""
    text = re.sub(r"\\\r?\n|\^\r?\n|`\r?\n", " ", text.strip().removeprefix("$ "))
    text = re.sub(r"\$'((?:[^'\\]|\\.)*)'", lambda match: shlex.quote(_ansi_c(match[1])), text, flags=re.DOTALL)
    try:
        words = shlex.split(text)[1:]
    except ValueError as bad:
        raise UsageError("the curl command cannot be read", why=str(bad)) from None
    index = 0
    while index < len(words):
        word = words[index]
        index += 1
        name, equals, attached = word.partition("=")
        if word.startswith("--") and equals and name in _VALUED:
            yield _VALUED[name], attached
        elif word in _VALUED:
            yield _VALUED[word], words[index] if index < len(words) else ""
            index += 1
        elif re.match(r"-[XHdu].", word):
            yield _VALUED[word[:2]], word[2:]
        elif word in ("-G", "--get"):
            yield "query", ""
        elif word in ("-I", "--head"):
            yield "method", "HEAD"
        elif not word.startswith("-"):
            yield "url", word


def _ansi_c(text: str) -> str:
    """The text of `$'…'` in a shell."""
    simple = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", '"': '"', "0": "\0"}

    def one(match: re.Match[str]) -> str:
        code = match[1]
        if code[0] in "xuU" and len(code) > 1:
            return chr(int(code[1:], 16))
        return simple.get(code, code)

    return re.sub(r"\\(x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", one, text, flags=re.DOTALL)
