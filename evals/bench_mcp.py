"""The MCP server beside an empty one on the same SDK, in the same run: cold start, one call, throughput over HTTP."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time

from evals.bench import QUESTIONS, report
from evals.mcp_clients import EMPTY, OURS, Connection, Stdio, calling, free_port, initialize, packet, serving

MORE = (
    "oauth2 token for the numbers api in java",
    "mailjet basic auth in ruby",
    "verification api with curl, prototype",
    "conversation webhook signature in python",
    "which credentials for elastic sip trunking",
    "短信 API 用 python 怎么认证, 欧洲区",
)
ASKED = (*QUESTIONS, *MORE)


def cold_starts(times: int) -> tuple[list[float], list[float]]:
    """Milliseconds from the start of the process to the answer to `initialize`: ours, and the empty server's."""
    ours: list[float] = []
    empty: list[float] = []
    for _ in range(times):
        for command, taken in ((OURS, ours), ([*EMPTY, "stdio"], empty)):
            begun = time.perf_counter()
            with Stdio(command) as server:
                server.ask(initialize())
                taken.append((time.perf_counter() - begun) * 1000)
    return sorted(ours), sorted(empty)


def calls(times: int) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds of one call over stdio, in turns: a guide asked before, one never asked, the empty tool."""
    again: list[float] = []
    new: list[float] = []
    empty: list[float] = []
    with Stdio(OURS) as ours, Stdio([*EMPTY, "stdio"]) as other:
        ours.open()
        other.open()
        for number in range(-50, times):
            question = ASKED[number % len(ASKED)]
            three = (
                (ours, again, calling(number + 100, "sinch_auth_guide", {"question": question})),
                (ours, new, calling(number + 100, "sinch_auth_guide", {"question": f"{question} (no {number})"})),
                (other, empty, calling(number + 100, "empty", {})),
            )
            for server, taken, message in three:
                begun = time.perf_counter()
                answer = server.ask(message)
                if number >= 0:
                    taken.append((time.perf_counter() - begun) * 1000)
                assert "result" in answer, answer
    return sorted(again), sorted(new), sorted(empty)


async def hammer(port: int, packets: list[bytes], seconds: float, connections: int = 8) -> tuple[float, list[float]]:
    """Requests a second over some connections at once, and the sorted milliseconds of each."""
    endless = itertools.cycle(packets)
    taken: list[float] = []
    until = time.perf_counter() + seconds

    async def one() -> None:
        connection = Connection(port)
        while time.perf_counter() < until:
            begun = time.perf_counter()
            status, body = await connection.ask(next(endless))
            assert status == 200, body
            taken.append((time.perf_counter() - begun) * 1000)
        await connection.close()

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    return len(taken) / (time.perf_counter() - begun), sorted(taken)


def throughputs(rounds: int, seconds: float) -> tuple[float, float, float, float, float]:
    """Requests a second with 2 workers each, guide and empty tool; the ratio of a round; milliseconds at the median.

    A round is one after the other, so that what else the machine does falls on both.
    """
    guide = [packet(calling(1, "sinch_auth_guide", {"question": question})) for question in ASKED]
    empty = [packet(calling(1, "empty", {}))]
    port = free_port()
    ours: list[float] = []
    theirs: list[float] = []
    waits: tuple[list[float], list[float]] = ([], [])
    with (
        serving([*OURS, "--http", "--port", "0", "--workers", "2"], environ={"SINCH_AUTH_MCP_LOG": "warning"}) as mine,
        serving([*EMPTY, "http", str(port), "2"], port),
    ):
        for _ in range(rounds):
            for at, packets, rates, wait in ((mine, guide, ours, waits[0]), (port, empty, theirs, waits[1])):
                asyncio.run(hammer(at, packets, 0.5))
                rate, taken = asyncio.run(hammer(at, packets, seconds))
                rates.append(rate)
                wait.append(statistics.median(taken))
    ratios = [mine / their for mine, their in zip(ours, theirs, strict=True)]
    medians = (statistics.median(one) for one in (ours, theirs, ratios, *waits))
    return next(medians), next(medians), next(medians), next(medians), next(medians)


def main() -> None:
    """Print the figures and their ratios."""
    ours, empty = cold_starts(12)
    report("cold start, spawn to initialize reply, median", statistics.median(ours), "ms")
    report("  the empty server's", statistics.median(empty), "ms")
    report("  ratio", statistics.median(ours) / statistics.median(empty), "x", "bar 1.15")
    again, new, nothing = (statistics.median(one) for one in calls(1000))
    report("guide call over stdio, p50", again, "ms")
    report("  the empty tool's", nothing, "ms")
    report("  ratio", again / nothing, "x", "bar 1.30")
    report("  the same for a question never asked before", new / nothing, "x")
    mine, theirs, ratio, wait, their_wait = throughputs(10, 1.5)
    report("guide calls over HTTP, 2 workers", mine, "/s")
    report("  the empty tool's", theirs, "/s")
    report("  ratio", ratio, "x", "bar 0.80")
    report("  at the median of 8 connections", wait, "ms")
    report("  the empty tool's", their_wait, "ms")


if __name__ == "__main__":
    main()
