"""What is left of verbose output when the noise of transport is taken out, for matching words.

curl's own remarks, TLS, header lines and lists of headers are words that somebody typed nowhere: a `Content-Type`
in every answer says nothing about the Content-Type of a signature. What they say about the exchange is read elsewhere.
"""

from __future__ import annotations

import re

# curl's remarks that tell of a failure are kept, as are the words of a refusal.
_FAILED = re.compile(
    r"(?i)could(?: not|n.t) resolve|timed out|refused|reset by|empty reply|ssl certificate problem|self.signed|"
    r"unable to|failed to connect"
)
_REMARK = re.compile(r"^\s{0,8}[*{}] |^\s{0,8}[{}] \[\d+ bytes data\]|^\s{0,4}(?:% Total|Dload|[\d. ]{1,12}--:--:--)")
_HEADER = re.compile(r"^\s{0,8}(?:[<>] ?)?(?P<name>[A-Za-z][A-Za-z0-9-]{1,60}): ?(?P<value>.{0,2000})$")
_LISTED = re.compile(
    r"^\s{0,20}[\"']?(?P<name>accept|accept-encoding|connection|content-encoding|content-length|content-type|date|server|"
    r"user-agent|vary|via|x-[a-z-]{2,60}|[a-z]{2,20}-[a-z-]{2,40})[\"']?: ?\[? ?[\"'][^\n]{0,300}$"
)
_KEPT = ("www-authenticate", "x-sinch-signature", "x-sinch-webhook-signature")
_REQUEST = re.compile(
    r"^\s{0,8}(?:> )?(?P<method>GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) (?P<target>\S{1,2000}) HTTP/[\d.]{1,3}\s*$"
)
_STATUS = re.compile(r"^\s{0,8}(?:< )?HTTP/[\d.]{1,3} (?P<status>\d{3})(?P<reason>[^\n]{0,80})$")
# Node prints a text of several lines as literals that are added up.
_JOINED = re.compile(r"\\n['\"`] ?\+\s{1,40}['\"`]|\\n(?=['\"`])")
_FRAME = re.compile(r"^\s{1,8}at [^\n]{0,400}$|^\s{1,4}\.{3} \d{1,4} more$")
_INSIDE = re.compile(r"^\s{0,8}[<>]\s*$")


def quiet(text: str) -> str:
    r"""The text with each HTTP message written as one line, and without what nobody said.

    >>> quiet("* ALPN: h2\n> GET /a HTTP/1.1\n> Host: b.c\n> Accept: */*\n< HTTP/1.1 401 Unauthorized\n{}")
    'https://b.c/a\n401 Unauthorized\n{}'
    """
    lines = _JOINED.sub("\n", text).split("\n")
    lines = [line for line in _without_frames(lines) if not _LISTED.match(line)]
    if any(_REQUEST.match(line) or _STATUS.match(line) or _REMARK.match(line) for line in lines):
        lines = _messages(lines)
    return "\n".join(lines)


def _without_frames(lines: list[str]) -> list[str]:
    """Stack traces keep what was thrown and where; of the way there one word, whose code it was."""
    kept: list[str] = []
    frames, in_traceback, ours = 0, False, False
    for line in lines:
        if line.startswith("Traceback (most recent call last)"):
            in_traceback = True
        elif in_traceback and line[:1] in (" ", "\t"):
            ours = ours or "sinch" in line
            continue
        elif _FRAME.match(line):
            frames += 1
            ours = ours or "sinch" in line
            if frames > 1:
                continue
        else:
            in_traceback, frames = False, 0
        kept.append(line)
    return [*kept, "sinch"] if ours else kept


def _messages(lines: list[str]) -> list[str]:
    """HTTP messages as the URL, and the status; of curl's remarks those that tell of a failure."""
    kept: list[str] = []
    place, in_headers = -1, False
    for line in lines:
        request, status = _REQUEST.match(line), _STATUS.match(line)
        header = _HEADER.match(line) if in_headers or line.lstrip()[:1] in ("<", ">") else None
        if request:
            kept.append(request["target"])
            place, in_headers = len(kept) - 1, True
        elif status:
            kept.append(f"{status['status']}{status['reason']}".strip())
            in_headers = True
        elif _REMARK.match(line):
            if _FAILED.search(line):
                kept.append(line)
        elif header:
            name, value = header["name"].lower(), header["value"].strip()
            if name == "host" and place >= 0 and "://" not in kept[place]:
                kept[place] = f"https://{value}{kept[place]}"
            elif name in _KEPT:
                kept.append(f"{header['name']}: {value}")
        elif _INSIDE.match(line) or not line.strip():
            in_headers = False
        else:
            in_headers = False
            kept.append(line)
    return kept
