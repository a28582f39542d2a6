"""Runs programs in the sandbox, many in one, and says what each did and what became of its requests."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from sinch_auth import knowledge
from sinch_auth.sandbox.credentials import Credentials
from sinch_auth.sandbox.report import Verdict
from sinch_auth.sandbox.running import Sandbox

_DRIVER = Path(__file__).with_name("driver.py")
_MARK = re.compile(r"^http://mark\.invalid/(\d+)$")
_AT_ONCE = 40
"""Programs in one sandbox: few enough to share the work out, many enough that its start does not count."""


@dataclass(frozen=True)
class Job:
    """One program to run. `environment` is complete but for PATH, HOME and whom to trust."""

    folder: Path
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    input: bytes = b""
    region: str = ""
    paced: bool = False
    """Whether it asks for an access token, which the sandbox gives at a limited rate."""


@dataclass(frozen=True)
class Outcome:
    """What a program did."""

    code: int
    out: str
    err: str
    seconds: float
    verdicts: tuple[Verdict, ...]

    @property
    def said(self) -> str:
        """Everything it printed, without what the Java machine says about its options."""
        lines = f"{self.out}\n{self.err}".splitlines()
        return "\n".join(line for line in lines if not line.startswith("Picked up JAVA_TOOL_OPTIONS"))


def run(jobs: Sequence[Job], values: Mapping[tuple[str, str], str], workers: int = 0) -> list[Outcome]:
    """Run every job in a sandbox with these credentials; the outcomes are in the order of the jobs."""
    batches = list(_batches(jobs))
    found: dict[int, Outcome] = {}
    if not batches:
        return []
    workers = min(workers or os.cpu_count() or 1, len(batches))
    # A sandbox wants the main thread for its signals, so each has a process; and a fork would copy our threads.
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        work = [pool.submit(_run, [jobs[n] for n in batch], dict(values), jobs[batch[0]].region) for batch in batches]
        for batch, done in zip(batches, work, strict=True):
            found |= dict(zip(batch, done.result(), strict=True))
    return [found[number] for number in range(len(jobs))]


def _batches(jobs: Sequence[Job]) -> Iterator[list[int]]:
    """Numbers of jobs that share a sandbox; slow kinds are spread by the order they come in."""
    by_region: dict[str, list[int]] = {}
    for number, job in enumerate(jobs):
        by_region.setdefault(job.region, []).append(number)
    for numbers in by_region.values():
        for start in range(0, len(numbers), _AT_ONCE):
            yield numbers[start : start + _AT_ONCE]


def _run(jobs: list[Job], values: dict[tuple[str, str], str], region: str) -> list[Outcome]:
    base = knowledge.load()
    models = {id: base.model(id) for id in base.ids("model")}
    sandbox = Sandbox(base, region=region, credentials=Credentials(models, values))
    with tempfile.TemporaryDirectory(prefix="sinch-proof-") as holder:
        plan = Path(holder) / "plan.json"
        plan.write_text(json.dumps([_plan(job, number, Path(holder)) for number, job in enumerate(jobs)]))
        done = sandbox.run([sys.executable, "-I", str(_DRIVER), str(plan)], os.environ, via="namespace")
        if done.exit_code:
            raise RuntimeError(f"the driver in the sandbox ended with {done.exit_code}")
        results = json.loads(plan.with_suffix(".results").read_text())
    verdicts = _by_job(done.verdicts)
    return [
        Outcome(result["code"], result["out"], result["err"], result["seconds"], tuple(verdicts.get(number, ())))
        for number, result in enumerate(results)
    ]


def _plan(job: Job, number: int, holder: Path) -> dict[str, object]:
    return {
        "number": number,
        "folder": str(job.folder),
        "home": str(holder / f"home-{number}"),
        "command": list(job.command),
        "environment": dict(job.environment),
        "input": job.input.decode("latin-1"),
        "paced": job.paced,
    }


def _by_job(verdicts: Sequence[Verdict]) -> dict[int, list[Verdict]]:
    found: dict[int, list[Verdict]] = {}
    current: list[Verdict] = []
    for verdict in verdicts:
        mark = _MARK.match(verdict.url)
        if mark:
            current = found.setdefault(int(mark[1]), [])
        else:
            current.append(verdict)
    return found
