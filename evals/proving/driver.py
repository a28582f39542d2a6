"""Runs inside the sandbox: one program after another, each in its own folder with exactly the variables it asks for.

Only the standard library: it is started as a file. Before each program it asks the sandbox for an address that names
the program, so that the sandbox's record can be told apart afterwards.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

# What any program has, and how the sandbox tells it whom to trust. Everything else comes from the plan.
_KEPT = (
    "PATH", "LANG", "TZ", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS",
    "JAVA_TOOL_OPTIONS", "PHP_INI_SCAN_DIR",
)  # fmt: skip
_SECONDS = 60
_MOST_OUTPUT = 20_000
# The token endpoint gives 10 tokens a second at most; who asks faster is refused.
_PACE = 0.11


def main() -> int:
    """Run the plan named on the command line; the results stand beside it afterwards."""
    plan = Path(sys.argv[1])
    results = []
    for job in json.loads(plan.read_text()):
        mark(job["number"])
        results.append(run(job))
    plan.with_suffix(".results").write_text(json.dumps(results))
    return 0


def run(job: dict) -> dict:
    """Run one program to its end."""
    folder = Path(job["folder"])
    home = Path(job["home"])
    home.mkdir(parents=True)
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {"HOME": str(home), "TMPDIR": str(home), "LC_ALL": "C.UTF-8"} | job["environment"]
    started = time.monotonic()
    try:
        ended = subprocess.run(
            job["command"],
            cwd=folder,
            env=environment,
            input=job["input"].encode("latin-1"),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
        code, out, err = ended.returncode, ended.stdout, ended.stderr
    except subprocess.TimeoutExpired:
        code, out, err = -1, b"", f"it did not end within {_SECONDS} seconds".encode()
    except OSError as problem:
        code, out, err = -2, b"", str(problem).encode()
    taken = time.monotonic() - started
    if job["paced"] and taken < _PACE:
        time.sleep(_PACE - taken)
    return {
        "code": code,
        "out": out.decode(errors="replace")[:_MOST_OUTPUT],
        "err": err.decode(errors="replace")[:_MOST_OUTPUT],
        "seconds": round(taken, 3),
    }


def mark(number: int) -> None:
    """Leave a line in the sandbox's record."""
    with socket.create_connection(("127.0.0.1", 80), timeout=10) as connection:
        connection.sendall(f"GET /{number} HTTP/1.1\r\nHost: mark.invalid\r\nConnection: close\r\n\r\n".encode())
        while connection.recv(65536):
            pass


if __name__ == "__main__":
    sys.exit(main())
