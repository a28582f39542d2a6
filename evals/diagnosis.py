"""Every dev case with a pasted error, code or answer, diagnosed: is the root cause named first, or among the first three?

`causes.yaml` says which rows are the root cause of each case; a case with such a tag and no line there is a failure.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from evals.run import CASES, cases
from sinch_auth import knowledge
from sinch_auth.diagnosis import Pasted, diagnose

EXPECTED = Path(__file__).with_name("causes.yaml")

TAGS = frozenset({
    "error-paste", "code-paste", "curl-paste", "stacktrace", "invalid_client", "400", "401", "402", "403", "404", "405", "429",
    "40100", "40101", "40102", "40300", "40301", "40303",
})  # fmt: skip

NEEDED_FIRST, NEEDED_THIRD = 0.90, 0.98


@dataclass(frozen=True)
class Result:
    """How one case went: the place of the first right cause (0: none), and what of several problems is missing."""

    id: str
    tags: tuple[str, ...]
    place: int
    found: tuple[str, ...]
    expected: tuple[str, ...]
    missing: tuple[str, ...]


def judge(base: knowledge.Knowledge, id: str, case: dict[str, Any], expected: dict[str, Any]) -> Result:
    """Diagnose one case."""
    found = diagnose(base, Pasted(case["prompt"], locale=case["locale"]))
    ids = [cause.id for cause in found.causes]
    right = tuple(expected.get(id, {}).get("first", ()))
    place = next((n for n, one in enumerate(ids, 1) if one in right), 0)
    missing = tuple(one for one in expected.get(id, {}).get("all", ()) if one not in ids)
    return Result(id, tuple(case["tags"]), place, tuple(ids), right, missing)


def main() -> int:
    """Print a table by tag, and the failures; exit 1 below the bars."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=Path, default=CASES, help="folder of case files")
    parser.add_argument("--expected", type=Path, default=EXPECTED, help="root cause of each case")
    options = parser.parse_args()
    base = knowledge.load()
    expected = yaml.safe_load(options.expected.read_text(encoding="utf-8"))
    results = [judge(base, id, case, expected) for id, case in cases(options.cases) if TAGS & set(case["tags"])]
    for result in results:
        if result.place != 1 or result.missing:
            print(
                f"✗ {result.id}: {', '.join(result.found) or 'nothing'}; right is {' or '.join(result.expected) or '?'}"
            )
            if result.missing:
                print(f"    second problem not named: {', '.join(result.missing)}")
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        for tag in TAGS & set(result.tags):
            groups[tag].append(result)
    print(f"\n{'tag':<16}{'cases':>6}{'first':>8}{'in three':>10}")
    for tag, of in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        print(f"{tag:<16}{len(of):>6}{_share(of, 1):>8.0%}{_share(of, 3):>10.0%}")
    first, third = _share(results, 1), _share(results, 3)
    print(
        f"\n{len(results)} cases: root cause first {first:.1%} (bar {NEEDED_FIRST:.0%}), "
        f"among the first three {third:.1%} (bar {NEEDED_THIRD:.0%})"
    )
    return int(first < NEEDED_FIRST or third < NEEDED_THIRD)


def _share(results: list[Result], place: int) -> float:
    return sum(1 <= result.place <= place for result in results) / max(len(results), 1)


if __name__ == "__main__":
    sys.exit(main())
