"""HTTP archives (HAR, W3C draft) and other recorded requests in JSON, written out as plain HTTP."""

from __future__ import annotations

import json
import re
from typing import Any

_LARGEST = 2_000_000
_MOST = 8
_TRIES = 3
_OPENS = re.compile(r"(?m)^[ \t]{0,8}(?P<json>[{\[])")


def as_http(text: str) -> str:
    """The text with a HAR file, entry or request in it as HTTP messages, refused ones first; other text as it is."""
    if '"request"' not in text or len(text) > _LARGEST:
        return text
    before = text[: text.index('"request"')]
    for start in [match.start("json") for match in _OPENS.finditer(before)][:_TRIES]:
        try:
            data, end = json.JSONDecoder().raw_decode(text, start)
        except (ValueError, RecursionError):
            continue
        entries = [one for one in _entries(data) if isinstance(one.get("request"), dict)]
        entries.sort(key=lambda one: not _status(one) >= 400)
        written = "\n\n".join(_written(one) for one in entries[:_MOST])
        if written:
            # What stands around it was said too: a question, the code that sent it.
            return "\n\n".join(filter(None, (text[:start].strip(), written, text[end:].strip())))
    return text


def _entries(data: Any) -> list[dict[str, Any]]:
    if isinstance(data, dict) and isinstance(data.get("log"), dict):
        data = data["log"].get("entries")
    if isinstance(data, dict) and "request" in data:
        return [data]
    return [one for one in data if isinstance(one, dict)] if isinstance(data, list) else []


def _status(entry: dict[str, Any]) -> int:
    response = entry.get("response")
    status = response.get("status") if isinstance(response, dict) else 0
    return status if isinstance(status, int) else 0


def _written(entry: dict[str, Any]) -> str:
    request, response = entry["request"], entry.get("response")
    lines = [f"> {_word(request.get('method'), 'GET')} {_word(request.get('url'), '/')} HTTP/1.1"]
    lines += [f"> {line}" for line in _headers(request.get("headers"))]
    body = request.get("postData")
    if isinstance(body, dict) and isinstance(body.get("text"), str):
        lines += ["", body["text"][:2000]]
    if isinstance(response, dict):
        lines.append(f"< HTTP/1.1 {_status(entry)} {_word(response.get('statusText'), '')}")
        lines += [f"< {line}" for line in _headers(response.get("headers"))]
        content = response.get("content")
        if isinstance(content, dict) and isinstance(content.get("text"), str):
            lines += ["", content["text"][:4000]]
    return "\n".join(lines)


def _headers(data: Any) -> list[str]:
    if isinstance(data, dict):
        return [f"{name}: {value}" for name, value in data.items() if isinstance(value, str)]
    return [
        f"{one.get('name')}: {one.get('value')}"
        for one in (data if isinstance(data, list) else [])[:100]
        if isinstance(one, dict)
    ]


def _word(value: Any, default: str) -> str:
    return value if isinstance(value, str) and value and "\n" not in value else default
