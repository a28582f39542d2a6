"""Runs programs through `sinch-auth sandbox`, as a person would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sinch_auth.sandbox import isolation

ROOT = Path(__file__).parents[2]
CLIENT = Path(__file__).with_name("client.py")
PROGRAM = (sys.executable, "-m", "sinch_auth", "sandbox")
NAMESPACES = isolation.available() == ""
WAYS = ("namespace", "proxy")


@dataclass(frozen=True)
class Ran:
    """What a run of the sandbox left: its exit code, its report, and what the program printed."""

    code: int
    report: dict[str, Any]
    output: str
    errors: str

    @property
    def requests(self) -> list[dict[str, Any]]:
        """One entry for each request that arrived."""
        found: list[dict[str, Any]] = self.report["requests"]
        return found

    @property
    def answers(self) -> list[dict[str, Any]]:
        """What the client of the tests got, when that was the program."""
        found: list[dict[str, Any]] = json.loads(self.output)
        return found


class Runner:
    """Runs programs in the sandbox and reads its report."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    def __call__(
        self,
        *command: str,
        options: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
        stdin: str = "",
        prefix: Sequence[str] = (),
    ) -> Ran:
        """`prefix` is what starts the sandbox itself, such as a system without namespaces."""
        self._count += 1
        report = self._folder / f"report-{self._count}.json"
        ended = subprocess.run(
            [*prefix, *PROGRAM, "--format", "json", "--report", str(report), *options, "--", *command],
            input=stdin,
            capture_output=True,
            text=True,
            env={**os.environ, **(environment or {})},
            timeout=60,
            cwd=ROOT,
            check=False,
        )
        made = json.loads(report.read_text()) if report.exists() else {}
        return Ran(ended.returncode, made, ended.stdout, ended.stderr)

    def send(self, *specs: dict[str, Any], options: Sequence[str] = ()) -> Ran:
        """Send requests, one after the other, with the client of the tests."""
        ran = self(sys.executable, str(CLIENT), options=options, stdin=json.dumps(specs))
        assert ran.code == 0, ran.errors
        return ran
