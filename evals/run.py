"""`make eval`: every case through `ask`, without any model; a table by tag, locale and product, and the failures.

A case passes when the auth model is right (or the question that must be asked is asked), every checkable
`must_contain` is in what was said, and nothing of `must_not_contain` is. `fact: …` and `claim: …` are sentences
for a human judge; a claim is checked here as far as the reply's own fields show it.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sinch_auth import advice, knowledge
from sinch_auth.advice import Asking, Reply
from sinch_auth.surfaces import prose

CASES = Path(__file__).parent / "cases"

# The cases name Mailgun's model after its credential, and everything outside the product line "other".
_MODELS = {
    "api-key": {"mailgun"},
    "other": {"engage", "mms"},
    "sip-digest": {"sip-digest"},
    "none": {"none", ""},
}

NEEDED_MODEL, NEEDED_CONTAIN = 0.85, 0.75


@dataclass(frozen=True)
class Result:
    """How one case went."""

    id: str
    case: dict[str, Any]
    reply: Reply
    said: str
    model_right: bool
    asked_right: bool
    missing: tuple[str, ...]
    forbidden: tuple[str, ...]
    checkable: int


def cases(folder: Path = CASES) -> Iterator[tuple[str, dict[str, Any]]]:
    """All cases by id."""
    for path in sorted(folder.glob("*.yaml")):
        yield from yaml.safe_load(path.read_text(encoding="utf-8")).items()


def run(base: knowledge.Knowledge, id: str, case: dict[str, Any]) -> Result:
    """Ask one question and judge the reply."""
    reply = advice.reply(base, Asking(text=case["prompt"], locale=case["locale"]))
    said = "\n".join(_strings({**prose.as_json(reply), "facts": []}))
    wanted = [one for one in case["must_contain"] if not one.startswith("fact:")]
    missing = tuple(one for one in wanted if not any(way.strip() in said for way in one.split("||")))
    forbidden = tuple(one for one in case["must_not_contain"] if _said(one, reply, said))
    model = reply.answer.auth_model if reply.answer else ""
    expected = [_MODELS.get(one, {one}) for one in case["auth_model"].split("+")]
    asked = reply.question.id if reply.question else ""
    must_ask = [name for name in case["must_ask"] if name != "symptom"]
    asked_right = asked in must_ask
    model_right = (
        asked == "product" or model in ("", "none")
        if case["auth_model"] == "unknown"
        else all(any(one in model.split("+") for one in ways) for ways in expected)
        or (case["auth_model"] == "none" and reply.status == "out_of_scope")
    )
    return Result(
        id,
        case,
        reply,
        said,
        model_right or asked_right,
        asked_right or not must_ask,
        missing,
        forbidden,
        len(wanted),
    )


def _strings(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from _strings(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _strings(value)


def _said(forbidden: str, reply: Reply, said: str) -> bool:
    if not forbidden.startswith("claim:"):
        return forbidden in said
    model = reply.answer.auth_model.split("+") if reply.answer else []
    if forbidden.startswith("claim: authenticate this call with the Application Key"):
        return "application" in model
    if forbidden.startswith("claim: authenticate this call with the project access key"):
        return "project" in model
    if "use a Sinch access key" in forbidden:
        return "project" in model
    if "an official Sinch SDK exists for this language" in forbidden:
        return bool(reply.answer and reply.answer.route == "sdk")
    if forbidden == "claim: picks one product/credential set as certain without asking":
        return reply.status != "needs_input"
    return False


def table(results: list[Result], by: str, key: Callable[[Result], list[str]]) -> str:
    """One table: per group the cases, and how many have each quality."""
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        for name in key(result):
            groups[name].append(result)
    lines = [f"{by:<24}{'cases':>6}{'model':>8}{'contain':>9}{'clean':>7}"]
    for name, found in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        lines.append(
            f"{name:<24}{len(found):>6}{_share(found, lambda r: r.model_right):>8}"
            f"{_share(found, lambda r: not r.missing):>9}{_share(found, lambda r: not r.forbidden):>7}"
        )
    return "\n".join(lines)


def _share(results: list[Result], good: Callable[[Result], bool]) -> str:
    return f"{sum(map(good, results)) / len(results):.0%}"


TABLES: tuple[tuple[str, Callable[[Result], list[str]]], ...] = (
    ("tag", lambda result: result.case["tags"]),
    ("locale", lambda result: [result.case["locale"]]),
    ("product", lambda result: result.case["products"] or ["none"]),
)


def main() -> int:
    """Print the tables and the failures; exit 1 below the bars."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=Path, default=CASES, help="folder of case files")
    parser.add_argument("--failures", type=int, default=200, help="how many failures to print")
    parser.add_argument("--only", default="", help="only cases whose id contains this")
    parser.add_argument("--brief", action="store_true", help="the failures and the last line, no tables")
    options = parser.parse_args()
    base = knowledge.load()
    results = [run(base, id, case) for id, case in cases(options.cases) if options.only in id]
    for result in [r for r in results if not r.model_right or r.missing or r.forbidden][: options.failures]:
        answer = result.reply.answer
        print(f"\n✗ {result.id}: {result.case['prompt'][:300]!r}")
        if not result.model_right:
            print(f"    model {answer.auth_model if answer else ''!r}, right is {result.case['auth_model']}")
        if result.missing:
            print(f"    missing: {'; '.join(result.missing)}")
        if result.forbidden:
            print(f"    said: {'; '.join(result.forbidden)}")
        causes = ", ".join(cause.id for cause in answer.causes) if answer else ""
        print(
            f"    {result.reply.status}, asks {result.reply.question.id if result.reply.question else 'nothing'}; causes: {causes}"
        )
    for by, key in () if options.brief else TABLES:
        print(f"\n{table(results, by, key)}")
    model = sum(r.model_right for r in results) / len(results)
    items = sum(r.checkable for r in results)
    contain = (items - sum(len(r.missing) for r in results)) / max(items, 1)
    whole = sum(not r.missing for r in results) / len(results)
    forbidden = sum(bool(r.forbidden) for r in results)
    asked = sum(r.asked_right for r in results) / len(results)
    print(
        f"\n{len(results)} cases: auth model right {model:.1%} (bar {NEEDED_MODEL:.0%}); must_contain {contain:.1%} of {items} items "
        f"(bar {NEEDED_CONTAIN:.0%}), {whole:.1%} of cases complete; required question asked {asked:.1%}; forbidden said in {forbidden}"
    )
    return int(model < NEEDED_MODEL or contain < NEEDED_CONTAIN or forbidden > 0)


if __name__ == "__main__":
    sys.exit(main())
