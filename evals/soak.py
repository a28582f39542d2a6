"""`make soak`: two minutes of mixed load on the MCP server over HTTP; every answer is looked at, and the memory too.

`python -m evals.soak [--seconds 120] [--workers 2] [--clients 8]`. Loopback only; it stops by itself. Exit code 1 when an
answer was wrong, a worker ended, or the memory kept growing.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import http.client
import json
import os
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.mcp_clients import LEGACY, OURS, calling, free_port, request, serving

MOST_GROWTH = 0.10
"""Share by which the memory may grow in the second half: caches fill in the first."""

_HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/json, text/event-stream",
    "MCP-Protocol-Version": LEGACY,
}
_SECRET = "AAECAwQFBgcICQoLDA0ODw=="
_BODY = '{"a": 1}'
_LINES = (
    "POST",
    base64.b64encode(hashlib.md5(_BODY.encode()).digest()).decode(),
    "application/json",
    "x-timestamp:2026-11-24T10:00:00Z",
    "/calling/v1/callouts",
)
_SIGNED = {
    "method": "POST",
    "path": "/calling/v1/callouts",
    "headers": {"content-type": "application/json", "x-timestamp": "2026-11-24T10:00:00Z"},
    "body": _BODY,
    # The secret as text: what most people do first.
    "signature": base64.b64encode(hmac.digest(_SECRET.encode(), "\n".join(_LINES).encode(), "sha256")).decode(),
}


@dataclass(frozen=True)
class Kind:
    """One kind of request, and what its answer must be."""

    name: str
    message: Mapping[str, Any] | bytes
    good: Callable[[int, Mapping[str, Any]], bool]
    headers: Mapping[str, str] = field(default_factory=dict)


def _says(word: str) -> Callable[[int, Mapping[str, Any]], bool]:
    return lambda status, answer: status == 200 and word in json.dumps(answer)


def _refused(*statuses: int) -> Callable[[int, Mapping[str, Any]], bool]:
    return lambda status, answer: status in statuses


KINDS = (
    Kind("tools/list", request(1, "tools/list"), _says("sinch_auth_guide")),
    Kind("resources/list", request(1, "resources/list"), _says("products")),
    Kind("guide", calling(1, "sinch_auth_guide", {"question": "fax from php"}), _says("fax.api.sinch.com")),
    Kind("guide in full", calling(1, "sinch_auth_guide", {"question": "sms in node, eu", "detail": "full"}), _says("xms")),
    Kind("guide that asks", calling(1, "sinch_auth_guide", {"question": "sinch gives me 401"}), _says("needs_input")),
    Kind("guide in Chinese", calling(1, "sinch_auth_guide", {"question": "用 python 发传真,要什么密钥"}), _says("SINCH_KEY_ID")),
    Kind("diagnose", calling(1, "sinch_auth_diagnose", {"text": "40102 Invalid signature", "product": "voice"}), _says("base64")),
    Kind("check_signature", calling(1, "sinch_auth_check_signature", {"request": json.dumps(_SIGNED)}), _says("secret-not-decoded")),
    Kind("check_token", calling(1, "sinch_auth_check_token", {"token": "a.b"}), _says("RTC-JWT-001")),
    Kind("wrong argument", calling(1, "sinch_auth_guide", {"product": "fox"}), _says("allowed")),
    Kind("unknown tool", calling(1, "sinch_auth_dance", {}), lambda status, answer: "sinch_auth_guide" in json.dumps(answer)),
    Kind("no JSON", b"{", _refused(400)),
    Kind("wrong Host", request(1, "tools/list"), _refused(421), {"Host": "evil.example"}),
)  # fmt: skip


@dataclass
class Seen:
    """What the clients saw together."""

    answers: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    samples: dict[str, str] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def client(port: int, until: float, first: int, seen: Seen) -> None:
    """One client: kind after kind over one connection, opened anew when the server closes it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    number = first
    while time.monotonic() < until:
        kind = KINDS[number % len(KINDS)]
        number += 1
        body = kind.message if isinstance(kind.message, bytes) else json.dumps(kind.message).encode()
        began = time.monotonic()
        try:
            connection.request("POST", "/mcp", body, {**_HEADERS, **kind.headers})
            response = connection.getresponse()
            text = response.read()
            status, answer = response.status, _answer(text)
        except (OSError, http.client.HTTPException) as problem:
            connection.close()
            status, answer, text = 0, {}, repr(problem).encode()
        taken = time.monotonic() - began
        with seen.lock:
            seen.answers[kind.name] += 1
            seen.seconds.append(taken)
            if not kind.good(status, answer):
                seen.wrong[kind.name] += 1
                seen.samples.setdefault(kind.name, f"{status} {text[:200]!r}")
    connection.close()


def _answer(text: bytes) -> Mapping[str, Any]:
    for line in text.splitlines() or [b""]:
        try:
            found = json.loads(line.removeprefix(b"data:").strip())
        except ValueError:
            continue
        if isinstance(found, dict):
            return found
    return {}


def memory(port: int) -> dict[int, int]:
    """Process -> resident bytes, of the server's whole process tree."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(path.parent.name)] = int(fields[1])
    own = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in own} - own:
        own |= more
    found = {}
    for pid in own - {os.getpid()}:
        try:
            found[pid] = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, IndexError):
            continue
    return found


def main() -> int:
    """Load the server and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--clients", type=int, default=8)
    given = parser.parse_args()
    seen = Seen()
    environ = {"SINCH_APPLICATION_SECRET": _SECRET, "SINCH_AUTH_MCP_LOG": "error"}
    port = free_port()
    with serving([*OURS, "--http", "--port", str(port), "--workers", str(given.workers)], port, environ):
        began = time.monotonic()
        threads = [
            threading.Thread(target=client, args=(port, began + given.seconds, number, seen), daemon=True)
            for number in range(given.clients)
        ]
        for thread in threads:
            thread.start()
        points: list[tuple[float, int, set[int]]] = []
        while any(thread.is_alive() for thread in threads):
            held = memory(port)
            points.append((time.monotonic() - began, sum(held.values()), set(held)))
            time.sleep(min(1.0, given.seconds / 20))
        for thread in threads:
            thread.join()
    total = sum(seen.answers.values())
    print(f"{total} requests in {given.seconds:.0f} s, {total / given.seconds:.0f} a second, {given.workers} workers")
    for kind in KINDS:
        wrong = seen.wrong[kind.name]
        note = f"  {seen.samples[kind.name]}" if wrong else ""
        print(f"  {kind.name:<18}{seen.answers[kind.name]:>8} answers{wrong:>6} wrong{note}")
    ordered = sorted(seen.seconds)
    print(
        f"latency: median {statistics.median(ordered) * 1000:.1f} ms, p99 {ordered[int(len(ordered) * 0.99)] * 1000:.1f} ms"
    )
    middle = [size for at, size, _ in points if given.seconds * 0.4 <= at <= given.seconds * 0.6]
    late = [size for at, size, _ in points if at >= given.seconds * 0.8]
    growth = statistics.median(late) / statistics.median(middle) - 1
    print(
        f"memory: {middle[0] / 2**20:.0f} MiB half-way, {late[-1] / 2**20:.0f} MiB at the end, {growth:+.1%} (bar +{MOST_GROWTH:.0%})"
    )
    lived = points[len(points) // 4][2] <= points[-2][2]
    print("every worker lived on" if lived else "A WORKER ENDED")
    return int(bool(seen.wrong) or growth > MOST_GROWTH or not lived)


if __name__ == "__main__":
    sys.exit(main())
