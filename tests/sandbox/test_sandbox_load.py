"""Many programs and requests at once: every verdict is kept, and memory stays flat."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

from sandbox_runner import PROGRAM, ROOT

CHILDREN, EACH = 10, 200

CLIENT = f"""
import base64, http.client, os, ssl
pair = base64.b64encode(f"{{os.environ['MAILJET_API_KEY']}}:{{os.environ['MAILJET_SECRET_KEY']}}".encode()).decode()
good, bad = {{"authorization": "Basic " + pair}}, {{"authorization": "Basic eDp5"}}
context = ssl.create_default_context()
connection = http.client.HTTPSConnection("api.mailjet.com", context=context)
for number in range({EACH}):
    connection.request("GET", f"/v3/REST/apikey?child={{os.getpid()}}&n={{number}}", headers=bad if number % 10 == 0 else good)
    answer = connection.getresponse()
    answer.read()
    assert answer.status == (401 if number % 10 == 0 else 200), answer.status
    if number % 20 == 19:
        connection.close()
"""

PARENT = f"""
import subprocess, sys
children = [subprocess.Popen([sys.executable, "-c", sys.argv[1]]) for _ in range({CHILDREN})]
sys.exit(sum(child.wait() for child in children))
"""


def memory(process: int) -> int:
    """Resident bytes of a process, zero when it is gone."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS")), 0)


def test_two_thousand_requests_of_ten_programs() -> None:
    """Ten programs at once send 2,000 requests: 2,000 verdicts, the right ones, and no more than 16 MiB for them."""
    ran = subprocess.Popen(
        [*PROGRAM, "--format", "json", "--", sys.executable, "-c", PARENT, CLIENT],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    seen: list[int] = []
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.05):
            seen.append(memory(ran.pid))

    watching = threading.Thread(target=watch)
    watching.start()
    output, errors = ran.communicate(timeout=80)
    stop.set()
    watching.join()
    report = json.loads(output)
    assert ran.returncode == 0, errors
    assert (report["accepted"], report["refused"]) == (CHILDREN * EACH * 9 // 10, CHILDREN * EACH // 10)
    assert len({entry["url"] for entry in report["requests"]}) == CHILDREN * EACH
    assert "Traceback" not in errors
    # From a third of the way on only verdicts are added.
    busy = [size for size in seen if size]
    assert max(busy) - busy[len(busy) // 3] < 16 * 1024 * 1024
