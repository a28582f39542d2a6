"""How long it takes to name the mistakes behind a signature, and how much memory: one core, one fresh process each.

`python -m evals.bench_signing` prints the table. The wrong signatures are made by the recipes themselves, drawn at random
among the combinations that the search covers, so that none is a favourite.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

from sinch_auth import signing
from sinch_auth.signing.mistakes import Variant, mistakes_for
from sinch_auth.signing.recipe import Recipe
from sinch_auth.signing.schemes import recipe_for
from sinch_auth.signing.search import BUDGETS, apply

KEY, SECRET = "5F5C418A0F914BBC8234A9BF5EDDAD97", "JViE5vDor0Sw3WllZka15Q=="
BODY = '{"identity": {"type": "number", "endpoint": "+46700000000"}, "method": "sms", "custom": "Hej då/☎"}'
ROUNDS = 60
BARS = {0: "", 1: "", 2: "bar 0.3", 3: "bar 3", 4: ""}


def _request(signature: str) -> signing.Request:
    headers = {
        "host": "verification.api.sinch.com",
        "content-type": "application/json; charset=utf-8",
        "x-timestamp": "2026-11-24T08:15:30.123Z",
        "authorization": f"Application {KEY}:{signature}",
    }
    return signing.Request.of("POST", "/verification/v1/verifications?a=1", headers, BODY)


def _wrong(right: Recipe, count: int, rounds: int, seed: int) -> Iterator[str]:
    """Signatures with `count` mistakes that are plausible together."""
    chance = random.Random(seed)
    variants = [
        v for mistake in mistakes_for("signed-request") for v in mistake.variants(right) if "encoding" not in v.slots
    ]
    by_rank: dict[int, list[Variant]] = {}
    for variant in variants:
        by_rank.setdefault(variant.rank, []).append(variant)
    while rounds:
        chosen = chance.sample(variants, count)
        slots = [slot for variant in chosen for slot in variant.slots]
        if sum(v.rank for v in chosen) <= max(BUDGETS[count]) and len(set(slots)) == len(slots):
            rounds -= 1
            yield apply(right, chosen).signature()


def measure(count: int, rounds: int) -> dict[str, float]:
    """CPU seconds per explanation in this process, which other programs do not lengthen, and its peak memory in MB."""
    import resource

    right = recipe_for("signed-request", _request("x"), KEY, SECRET)
    if count <= 3:
        signatures = list(_wrong(right, count, rounds, seed=count))
    else:
        chance = random.Random(4)
        other = recipe_for("signed-request", _request("x"), KEY, "BeIukql3pTKJ8RGL5zo0DA==")
        signatures = [apply(other, list(_any(other, chance))).signature() for _ in range(rounds)]
    signing.explain("signed-request", _request(right.signature()), SECRET)
    taken, found = [], 0
    for signature in signatures:
        start = time.process_time()
        made = signing.explain("signed-request", _request(signature), SECRET)
        taken.append(time.process_time() - start)
        found += made.verdict == "mistake" and made.wrong is not None and made.wrong.signature == signature
    taken.sort()
    return {
        "median": statistics.median(taken),
        "p95": taken[int(len(taken) * 0.95)],
        "most": taken[-1],
        "found": found,
        "of": len(signatures),
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _any(right: Recipe, chance: random.Random) -> Iterator[Variant]:
    variants = [
        v for mistake in mistakes_for("signed-request") for v in mistake.variants(right) if "encoding" not in v.slots
    ]
    yield chance.choice(variants)


def main() -> None:
    """Print the table of this machine."""
    if "--one" in sys.argv:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        print(json.dumps(measure(int(sys.argv[-2]), int(sys.argv[-1]))))
        return
    print(f"{'mistakes':<22}{'found':>9}{'median s':>10}{'p95 s':>9}{'most s':>9}{'MB':>7}")
    for count in BARS:
        rounds = ROUNDS if count < 3 else ROUNDS // 3
        done = subprocess.run(
            [sys.executable, "-m", "evals.bench_signing", "--one", str(count), str(rounds)],
            capture_output=True,
            text=True,
            check=True,
        )
        made = json.loads(done.stdout)
        name = str(count) if count < 4 else "none fits"
        print(
            f"{name:<22}{made['found']:>5.0f}/{made['of']:<3.0f}{made['median']:>10.3f}{made['p95']:>9.3f}"
            f"{made['most']:>9.3f}{made['memory']:>7.0f}   {BARS[count]}"
        )
    print("memory: bar 200 MB")


if __name__ == "__main__":
    main()
