"""What the sandbox costs: its start to the first accepted request, and what it adds to a request of curl."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import trustme

from sinch_auth.sandbox import isolation
from sinch_auth.sandbox.authority import SYSTEM_BUNDLES

STARTS, ROUNDS, REQUESTS = 5, 4, 25
_BODY = b'{"count": 0, "page": 0, "page_size": 1, "batches": []}'
_HEAD = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(_BODY)}\r\n\r\n".encode()
_TOKEN = (
    'curl -sf -u "$SINCH_KEY_ID:$SINCH_KEY_SECRET" https://auth.sinch.com/oauth2/token -d grant_type=client_credentials'
)
_PATH = "/xms/v1/$SINCH_SERVICE_PLAN_ID/batches?page_size=1"
_MINE = 'curl -sf -H "Authorization: Bearer $SINCH_API_TOKEN" -w "%{time_total}\\n"'

Times = dict[str, list[float]]
"""Kind of connection -> seconds that curl took for each request."""


def _sandboxed(way: str, script: str) -> str:
    command = [sys.executable, "-m", "sinch_auth", "sandbox", "--via", way, "--", "bash", "-ec", script]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout


def _script(url: str) -> str:
    """Curl with a new connection for each request, then one curl that keeps its connection."""
    one = f'-o /dev/null "{url}"'
    kept = " ".join([one] * (REQUESTS + 1))
    return f"for i in $(seq {REQUESTS}); do {_MINE} {one}; done\n{_MINE} {kept}"


def _read(printed: str) -> Times:
    """The first request of the kept connection makes the connection, so it does not count."""
    seconds = [float(line) for line in printed.split()]
    assert len(seconds) == 2 * REQUESTS + 1, "curl was not answered as it should be"
    return {"fresh": seconds[:REQUESTS], "kept": seconds[REQUESTS + 1 :]}


def _start(way: str) -> float:
    """Seconds from starting the command to the program's first accepted request."""
    began = time.time()
    return float(_sandboxed(way, f"{_TOKEN} > /dev/null; date +%s.%N")) - began


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The same requests answered by next to nothing: nothing is read but where a request ends."""
    try:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(_HEAD + _BODY)
            await writer.drain()
    except (asyncio.IncompleteReadError, OSError):
        writer.close()


def _bare(way: str) -> Times:
    """The same of a plain local TLS server, also asyncio in Python, with as many authorities to trust as that way has.

    Behind a proxy the program trusts the system's authorities too, and curl reads their list for every connection,
    with the sandbox and without.
    """
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with tempfile.TemporaryDirectory() as folder:
        pem = Path(folder) / "ca.pem"
        others = next((one.read_bytes() for one in SYSTEM_BUNDLES if one.is_file()), b"") if way == "proxy" else b""
        pem.write_bytes(authority.cert_pem.bytes() + others)
        return asyncio.run(_against(context, pem))


async def _against(context: ssl.SSLContext, pem: Path) -> Times:
    async with await asyncio.start_server(_answer, "127.0.0.1", 0, ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        given = f"export CURL_CA_BUNDLE={pem} SINCH_SERVICE_PLAN_ID=plan SINCH_API_TOKEN=token no_proxy=localhost\n"
        script = given + _script(f"https://localhost:{port}{_PATH}")
        run = await asyncio.create_subprocess_exec("bash", "-ec", script, stdout=subprocess.PIPE)
        printed, _ = await run.communicate()
    return _read(printed.decode())


def _measured(way: str) -> tuple[Times, Times]:
    """Times of the sandbox, and of the bare server; in turn, so that both meet the same moods of the machine."""
    sandboxed: Times = {"fresh": [], "kept": []}
    bare: Times = {"fresh": [], "kept": []}
    for _ in range(ROUNDS):
        made = _read(_sandboxed(way, _script(f"https://$SINCH_REGION.sms.api.sinch.com{_PATH}")))
        for found, times in ((sandboxed, made), (bare, _bare(way))):
            for kind, seconds in times.items():
                found[kind] += seconds
    return sandboxed, bare


def main() -> None:
    """Print the figures beside their bars."""
    from evals.bench import report

    if not shutil.which("curl"):
        print("curl is not installed: not measured")
        return
    why_not = isolation.available()
    if why_not:
        print(f"a network of its own: not measured, {why_not}")
    ways = [*([] if why_not else ["namespace"]), "proxy"]
    for way in ways:
        seconds = statistics.median(_start(way) for _ in range(STARTS))
        report(f"{way}: start to first accepted request, median of {STARTS}", seconds * 1000, "ms", "bar 1000")
    for way in ways:
        sandboxed, bare = _measured(way)
        for kind, said in (("fresh", "new connections"), ("kept", "one connection")):
            usual = statistics.median(bare[kind])
            added = statistics.median(sandboxed[kind]) - usual
            report(f"{way}: curl, {said}, bare TLS server, median", usual * 1000, "ms")
            report("  added by the sandbox", added * 1000, "ms", "bar 10")


if __name__ == "__main__":
    main()
