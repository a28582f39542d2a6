"""Mixed load on the MCP server over HTTP for two minutes: no unexpected answer, no growing memory, a clean end.

`python -m evals.soak [SECONDS]` starts two workers, calls every tool, reads resources and sends what must be refused, in
both eras, over sixteen connections. It fails when an answer is not the expected one, or when the workers' memory has
grown by more than a tenth between the end of the first quarter and the end.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.bench_mcp import ASKED
from evals.mcp_clients import OURS, Connection, calling, modern_headers, packet, request, serving
from sinch_auth import knowledge

CONNECTIONS = 16
MOST_GROWTH = 1.10
# The secret is the one of the published examples.
_ENVIRON = {"SINCH_AUTH_MCP_LOG": "error", "SINCH_APPLICATION_SECRET": "JViE5vDor0Sw3WllZka15Q=="}
_SIGNED = {
    "method": "POST",
    "path": "/calling/v1/callouts",
    "body": "{}",
    "headers": {
        "content-type": "application/json",
        "x-timestamp": "2026-11-24T00:00:00Z",
        "authorization": "Application 5F5C418A0F914BBC8234A9BF5EDDAD97:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    },
}


@dataclass(frozen=True, slots=True)
class Sent:
    """One request of the mix: what is sent, and what must come back."""

    kind: str
    packet: bytes
    right: Callable[[int, bytes], bool]


def _result(status: int, body: bytes) -> bool:
    return status == 200 and "result" in json.loads(body) and not json.loads(body)["result"].get("isError")


def _tool_error(status: int, body: bytes) -> bool:
    return status == 200 and json.loads(body)["result"]["isError"] is True


def _refused(expected: int) -> Callable[[int, bytes], bool]:
    return lambda status, body: status == expected and "next: " in json.loads(body)["error"]["message"]


def _protocol_error(status: int, body: bytes) -> bool:
    return status in (200, 400, 404) and "error" in json.loads(body)


def mix(chance: random.Random) -> Sent:
    """One request, by chance."""
    base = knowledge.load()
    question = chance.choice(ASKED) + f" ({chance.randrange(10**9)})" * chance.randrange(2)
    detail = chance.choice(["concise", "full"])
    product, language = chance.choice(base.ids("product")), chance.choice(base.ids("language"))
    guide: dict[str, Any] = {"question": question, "detail": detail}
    facts: dict[str, Any] = {"product": product, "language": language, "detail": detail}
    row = base.row(chance.choice(base.ids("row")))
    pasted = f"HTTP/1.1 401 Unauthorized\n{chance.choice(row.examples)}\n" + "log line\n" * chance.randrange(200)
    newer = modern_headers("tools/call", "sinch_auth_guide")
    read = f"sinch-auth://troubleshooting/{chance.choice(base.ids('row'))}"
    makes: list[tuple[int, Callable[[], Sent]]] = [
        (30, lambda: Sent("guide", packet(calling(1, "sinch_auth_guide", guide)), _result)),
        (20, lambda: Sent("guide, newer", packet(calling(1, "sinch_auth_guide", facts, modern=True), newer), _result)),
        (15, lambda: Sent("diagnose", packet(calling(1, "sinch_auth_diagnose", {"text": pasted})), _result)),
        (
            5,
            lambda: Sent(
                "check signature",
                packet(calling(1, "sinch_auth_check_signature", {"request": json.dumps(_SIGNED)})),
                _result,
            ),
        ),
        (5, lambda: Sent("check token", packet(calling(1, "sinch_auth_check_token", {"token": "e30.e30.x"})), _result)),
        (5, lambda: Sent("list", packet(request(1, "tools/list")), _result)),
        (8, lambda: Sent("read", packet(request(1, "resources/read", {"uri": read})), _result)),
        (4, lambda: Sent("wrong product", packet(calling(1, "sinch_auth_guide", {"product": "x"})), _tool_error)),
        (2, lambda: Sent("unknown tool", packet(calling(1, "nope", {})), _protocol_error)),
        (2, lambda: Sent("wrong type", packet(request(1, "tools/call", {"name": 1})), _protocol_error)),
        (2, lambda: Sent("not JSON", packet(b"{nope"), _refused(400))),
        (1, lambda: Sent("another Host", packet(request(1, "ping"), {"Host": "evil.example"}), _refused(421))),
        (
            1,
            lambda: Sent(
                "another Origin", packet(request(1, "ping"), {"Origin": "https://evil.example"}), _refused(403)
            ),
        ),
        (1, lambda: Sent("5 MB", packet(b'"' + b"x" * 5_000_000 + b'"'), _refused(413))),
    ]
    [make] = chance.choices([make for _, make in makes], [weight for weight, _ in makes])
    return make()


def memory(parent: int) -> int:
    """Bytes that a process and its children hold, each page once."""
    total = 0
    for pid in (parent, *_children(parent)):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1]) * 1024
    return total


def _children(parent: int) -> list[int]:
    text = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    return [int(pid) for pid in text.split()]


async def load(port: int, pid: int, seconds: float) -> tuple[Counter[str], list[str], list[int], list[float]]:
    """What was sent, what was wrong, the memory once a second, and milliseconds of each answer."""
    sent: Counter[str] = Counter()
    wrong: list[str] = []
    held: list[int] = []
    taken: list[float] = []
    until = time.perf_counter() + seconds

    async def client(number: int) -> None:
        chance = random.Random(number)
        connection = Connection(port)
        while time.perf_counter() < until:
            one = mix(chance)
            begun = time.perf_counter()
            try:
                status, body = await asyncio.wait_for(connection.ask(one.packet), 30)
                right = one.right(status, body)
            except (OSError, EOFError, ValueError, KeyError, TimeoutError) as problem:
                status, body, right = 0, repr(problem).encode(), False
                connection = Connection(port)
            taken.append((time.perf_counter() - begun) * 1000)
            sent[one.kind] += 1
            if not right and len(wrong) < 20:
                wrong.append(f"{one.kind}: {status} {body[:300]!r}")
        await connection.close()

    async def watch() -> None:
        while time.perf_counter() < until:
            held.append(memory(pid))
            await asyncio.sleep(1)

    await asyncio.gather(watch(), *(client(number) for number in range(CONNECTIONS)))
    held.append(memory(pid))
    return sent, wrong, held, sorted(taken)


def main(seconds: float = 120) -> int:
    """Print what happened; 1 when something was not as it must be."""
    command = [*OURS, "--http", "--port", "0", "--workers", "2"]
    pids: list[int] = []
    with serving(command, environ=_ENVIRON, started=pids.append) as port:
        sent, wrong, held, taken = asyncio.run(load(port, pids[0], seconds))
    quarter = max(1, len(held) // 4)
    before, after = statistics.median(held[quarter : quarter + 5]), statistics.median(held[-5:])
    growth = after / before
    print(f"{sum(sent.values()):,} requests in {seconds:.0f} s: {dict(sent.most_common())}")
    print(
        f"milliseconds: median {statistics.median(taken):.1f}, 99 % {taken[int(len(taken) * 0.99)]:.1f}, worst {taken[-1]:.1f}"
    )
    print(
        f"memory: {before / 2**20:.1f} MiB after the first quarter, {after / 2**20:.1f} MiB at the end ({growth:.3f} x)"
    )
    for one in wrong:
        print(f"WRONG {one}")
    bad = bool(wrong) or growth > MOST_GROWTH
    print("FAILED" if bad else "no error, memory flat")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*(float(one) for one in sys.argv[1:2])))
