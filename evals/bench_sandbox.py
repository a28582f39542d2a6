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

REQUESTS = 40
_TOKEN = (
    'curl -s -u "$SINCH_KEY_ID:$SINCH_KEY_SECRET" https://auth.sinch.com/oauth2/token -d grant_type=client_credentials'
)
_CALL = (
    'curl -s -o /dev/null -w "%{time_total}\\n" -H "Authorization: Bearer $SINCH_API_TOKEN" '
    '"https://$SINCH_REGION.sms.api.sinch.com/xms/v1/$SINCH_SERVICE_PLAN_ID/batches?page_size=1"'
)


def _sandboxed(script: str) -> str:
    command = [sys.executable, "-m", "sinch_auth", "sandbox", "--", "bash", "-c", script]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The same request answered by next to nothing, in one piece."""
    await reader.readuntil(b"\r\n\r\n")
    body = b'{"count": 0, "page": 0, "page_size": 1, "batches": []}'
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()
    writer.close()


def _bare(times: int) -> list[float]:
    """Seconds that curl takes against a plain local TLS server, each over a fresh connection."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with tempfile.TemporaryDirectory() as folder:
        pem = Path(folder) / "ca.pem"
        pem.write_bytes(authority.cert_pem.bytes())
        return asyncio.run(_measured(times, context, pem))


async def _measured(times: int, context: ssl.SSLContext, pem: Path) -> list[float]:
    async with await asyncio.start_server(_answer, "127.0.0.1", 0, ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        url = f"https://localhost:{port}/xms/v1/plan/batches?page_size=1"
        script = f"for i in $(seq {times}); do curl -s --cacert {pem} -o /dev/null -w '%{{time_total}}\\n' {url}; done"
        run = await asyncio.create_subprocess_exec("bash", "-c", script, stdout=subprocess.PIPE)
        out, _ = await run.communicate()
    return [float(line) for line in out.split()]


def main() -> None:
    """Print the two figures beside their bars."""
    from evals.bench import report

    if not shutil.which("curl"):
        print("curl is not installed: not measured")
        return
    starts = []
    for _ in range(5):
        began = time.time()
        ended = float(_sandboxed(f"{_TOKEN} > /dev/null; date +%s.%N"))
        starts.append(ended - began)
    report("sandbox: start to first accepted request, median of 5", statistics.median(starts) * 1000, "ms", "bar 1000")
    inside = [float(line) for line in _sandboxed(f"for i in $(seq {REQUESTS}); do {_CALL}; done").split()]
    bare = _bare(REQUESTS)
    added = statistics.median(inside) - statistics.median(bare)
    report("sandbox: curl, a fresh connection, median", statistics.median(inside) * 1000, "ms")
    report("  the same against a bare TLS server", statistics.median(bare) * 1000, "ms")
    report("  added by the sandbox", added * 1000, "ms", "bar 10")


if __name__ == "__main__":
    main()
