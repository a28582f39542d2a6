"""A string to sign that a program printed, held against the request that it sent."""

from __future__ import annotations

import re

_EMPTY_MD5 = "1B2M2Y8AsgTpgAmY7PhCfg=="
_STRING = re.compile(
    r"(?m)^(?:[>|] )?(?P<method>[A-Za-z]{3,7})\n(?P<md5>[A-Za-z0-9+/=]{0,64})\n(?P<type>[^\n]{0,120})\n"
    r"x-timestamp:(?P<timestamp>[^\n]{0,60})\n(?P<path>/\S{0,400})"
)
_REQUEST = re.compile(r"(?m)^> (?P<method>[A-Z]{3,7}) (?P<path>/\S{0,400}) HTTP/")
_SENT = re.compile(r"(?mi)^> (?P<name>content-type|x-timestamp): ?(?P<value>[^\n]{0,200})")


def differing(text: str) -> tuple[str, ...]:
    """The lines of the string to sign that are wrong by themselves or differ from the request, by name.

    >>> differing("GET\\n1B2M2Y8AsgTpgAmY7PhCfg==\\n\\nx-timestamp:2026-11-24T08:00:00Z\\n/v1/configuration/numbers")
    ('empty-md5',)
    """
    shown = _STRING.search(text)
    if not shown:
        return ()
    sent = {match["name"].lower(): match["value"].strip() for match in _SENT.finditer(text)}
    request = _REQUEST.search(text)
    kind, timestamp = sent.get("content-type", ""), sent.get("x-timestamp", "")
    wrong = {
        "empty-md5": shown["md5"] == _EMPTY_MD5,
        "hex-md5": bool(re.fullmatch(r"[0-9a-fA-F]{32}", shown["md5"])),
        "method": shown["method"] != shown["method"].upper(),
        "content-type": bool(kind) and kind != shown["type"].strip(),
        "timestamp": bool(timestamp) and timestamp != shown["timestamp"].strip(),
        "path": request is not None and request["path"].partition("?")[0] != shown["path"],
    }
    return tuple(name for name, is_wrong in wrong.items() if is_wrong)
