"""`make bench`: timings beside a bare Python from the same run. Prints; asserts nothing."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sinch_auth import advice, knowledge
from sinch_auth.advice import Asking

QUESTIONS = (
    "401 when I send a whatsapp message from my node backend, eu app",
    "which keys do I need for voice callouts",
    "hmac in python for calling.api.sinch.com: 40102 Invalid signature",
    "fax from php 8, minimal code",
    "mailgun 401 Forbidden, eu domain",
    "sinch gives me 401",
)


def cold(arguments: list[str], times: int = 10) -> list[float]:
    """Whole-process wall times in milliseconds, sorted."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        subprocess.run(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
        taken.append((time.perf_counter() - start) * 1000)
    return sorted(taken)


def warm(base: knowledge.Knowledge, rounds: int = 400) -> list[float]:
    """Times of one answer inside the process, in milliseconds, sorted."""
    for question in QUESTIONS:
        advice.reply(base, Asking(text=question))
    taken = []
    for _ in range(rounds):
        for question in QUESTIONS:
            start = time.perf_counter()
            advice.reply(base, Asking(text=question))
            taken.append((time.perf_counter() - start) * 1000)
    return sorted(taken)


def multiplied(folder: Path, times: int) -> Path:
    """A copy of the knowledge base with every product and every troubleshooting row `times` times."""
    import yaml

    copy = folder / "knowledge"
    shutil.copytree(Path(__file__).parents[1] / "knowledge", copy)
    for path in list((copy / "products").glob("*.yaml")):
        data = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        for number in range(1, times):
            changed = {**data, "aliases": [f"q{number}z {alias}" for alias in data["aliases"]], "name": f"q{number}z {data['name']}",
                       "weak_aliases": [], "markers": [], "paths": []}  # fmt: skip
            (copy / "products" / f"{path.stem}-{number}.yaml").write_text(
                yaml.dump(changed, Dumper=yaml.CSafeDumper), encoding="utf-8"
            )
    for path in list((copy / "troubleshooting").glob("*.yaml")):
        data = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        rows = data["rows"]
        for number in range(1, times):
            more = {
                f"{id}-{number}": {
                    **row,
                    "when": {
                        **row["when"],
                        "clues": [[*clue, f"q{number}z"] for clue in row["when"]["clues"]],
                    },
                }
                for id, row in rows.items()
            }
            (copy / "troubleshooting" / f"{path.stem}-{number}.yaml").write_text(
                yaml.dump({"checked": data["checked"], "rows": more}, Dumper=yaml.CSafeDumper),
                encoding="utf-8",
            )
    return copy


def report(name: str, value: float, unit: str, bar: str = "") -> None:
    """One line of the result."""
    print(f"{name:<58}{value:>10.2f} {unit:<6}{bar}")


def main() -> None:
    """Print the timings of this machine."""
    program = str(Path(sys.executable).with_name("sinch-auth"))
    bare = statistics.median(cold([sys.executable, "-c", "pass"]))
    asked = statistics.median(cold([program, "ask", QUESTIONS[0]]))
    report("bare `python -c pass`, median of 10", bare, "ms")
    report("cold `ask`, whole process, median of 10", asked, "ms", "bar 150")
    report("  times a bare Python", asked / bare, "x", "bar 25")
    base = knowledge.load()
    times = warm(base)
    p99 = times[int(len(times) * 0.99)]
    report("one answer inside the process, median", statistics.median(times), "ms")
    report("one answer inside the process, p99", p99, "ms", "bar 1")
    if "--quick" not in sys.argv:
        _scaled(program, times, asked)
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        print(f"\n{path.stem}", flush=True)
        # A process of its own: what another measurement left in memory is not its memory.
        subprocess.run([sys.executable, "-m", f"evals.{path.stem}"], check=True)


def _scaled(program: str, times: list[float], asked: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        large = multiplied(Path(folder), 100)
        shutil.copytree(Path(__file__).parents[1] / "templates", Path(folder) / "templates")
        os.environ |= {"SINCH_AUTH_DATA": folder, "SINCH_AUTH_CACHE": f"{folder}/cache"}
        start = time.perf_counter()
        big = knowledge.open_folder(large)
        report("knowledge base 100 times larger: compiled once in", time.perf_counter() - start, "s")
        hundredfold = warm(big, 100)
        ratio = statistics.median(hundredfold) / statistics.median(times)
        report("  one answer inside the process, times the usual", ratio, "x", "bar 2")
        report(
            "  cold `ask`, times the usual",
            statistics.median(cold([program, "ask", QUESTIONS[0]])) / asked,
            "x",
            "bar 2",
        )
        del os.environ["SINCH_AUTH_DATA"], os.environ["SINCH_AUTH_CACHE"]


if __name__ == "__main__":
    main()
