"""`make prove`: every snippet, unchanged, in the sandbox; a table, and what failed."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from evals import toolchains
from evals.proving import browsing, parsing, record, running
from evals.proving.languages import RUNNERS, Cell, Language, ToolMissing
from evals.proving.record import Shown
from evals.proving.trials import Trial, Trials, folder_name, in_regions
from sinch_auth import knowledge, snippets
from sinch_auth.errors import SinchAuthError
from sinch_auth.knowledge import Knowledge
from sinch_auth.sandbox.credentials import Credentials
from sinch_auth.snippets import Snippet, SnippetRequest

_MOST_SHOWN = 6


@dataclass
class Result:
    """How one cell was checked, and what is wrong with it."""

    request: SnippetRequest
    digest: str
    level: str = ""
    against: str = ""
    trials: int = 0
    problems: list[str] = field(default_factory=list)


Rendering = Callable[[Knowledge, SnippetRequest], Snippet]


def prove(base: Knowledge, requests: Iterable[SnippetRequest], rendering: Rendering = snippets.render) -> list[Result]:
    """Check these cells, each as far as it can be checked here. `rendering` makes the code of each.

    A cell whose tools are missing has no level afterwards, and the reason as its problem.
    """
    by_language: dict[str, list[SnippetRequest]] = defaultdict(list)
    for request in requests:
        by_language[request.language].append(request)
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="sinch-snippets-") as holder:
        credentials = Credentials.random(base)
        waiting: list[_Prepared] = []
        for language, mine in by_language.items():
            if language not in RUNNERS:
                results += [_read(request, rendering(base, request)) for request in mine]
                continue
            rendered = [(request, rendering(base, request)) for request in mine]
            try:
                made, prepared = _prepare(base, RUNNERS[language](base), rendered, Path(holder))
            except ToolMissing as problem:
                results += [Result(r, snippets.digest(s), problems=[problem.what]) for r, s in rendered]
                continue
            results += made
            waiting += prepared
        # Callbacks carry the time at which they are signed, and receivers turn old ones away: they are made when
        # everything is compiled, and go first.
        waiting.sort(key=lambda one: one.cell.request.purpose != "webhook")
        trials = Trials(base, credentials)
        all_trials = [(one.result, trial) for one in waiting for trial in one.trials(trials)]
        values = {(m, c): credentials.value(m, c) for m in base.ids("model") for c in base.model(m).credentials}
        outcomes = running.run([trial.job for _, trial in all_trials], values)
        for (result, trial), outcome in zip(all_trials, outcomes, strict=True):
            result.trials += 1
            problem = trial.judge(outcome)
            if problem:
                result.problems.append(f"{trial.name}: {problem}")
    return results


@dataclass(frozen=True)
class _Prepared:
    """A cell that is written and compiled, and can be tried."""

    result: Result
    cell: Cell
    runner: Language
    region: str

    def trials(self, trials: Trials) -> Iterator[Trial]:
        if self.region:
            return trials.in_region(self.cell, self.runner, self.region)
        return trials.of(self.cell, self.runner)


def _prepare(
    base: Knowledge, runner: Language, rendered: Sequence[tuple[SnippetRequest, Snippet]], holder: Path
) -> tuple[list[Result], list[_Prepared]]:
    made: list[Result] = []
    found: list[_Prepared] = []
    cells: list[tuple[Cell, Result, str]] = []

    def add(request: SnippetRequest, snippet: Snippet, result: Result) -> None:
        folder = holder / request.language / folder_name(len(cells), f"{request.id}_{request.region}".rstrip("_"))
        cells.append((Cell(request, snippet, folder), result, request.region))

    for request, snippet in rendered:
        result = Result(request, snippets.digest(snippet), "executed")
        made.append(result)
        add(request, snippet, result)
        if _regional(request):
            for narrowed in in_regions(base, request):
                add(narrowed, snippets.render(base, narrowed), result)
    for cell, _, _ in cells:
        cell.write()
    problems = runner.prepare([cell for cell, _, _ in cells])
    for cell, result, region in cells:
        result.against = result.against or runner.against(cell)
        if cell.folder.name in problems:
            result.problems.append(problems[cell.folder.name])
        elif not runner.executes(cell):
            result.level = "compiled"
        else:
            found.append(_Prepared(result, cell, runner, region))
    return made, found


def _read(request: SnippetRequest, snippet: Snippet) -> Result:
    """Check a cell of a language that has no place in the sandbox: a browser's page, or one that is only parsed."""
    result = Result(request, snippets.digest(snippet), "parsed")
    if request.language in parsing.GRAMMARS:
        sdk = request.route != "http"
        result.against = parsing.against(request.language, sdk=sdk)
        result.problems = parsing.check(request.language, snippet.code, sdk=sdk)
    elif snippet.filename.endswith(".html"):
        try:
            result.against, result.level = browsing.against(), "executed"
        except ToolMissing as problem:
            print(f"{request.id}: only parsed, {problem.what}", file=sys.stderr)
            result.against, result.problems = browsing.parse(snippet.code)
        else:
            result.trials, result.problems = browsing.check(snippet.code)
    else:
        result.problems = [f"nothing here checks {request.language}"]
    return result


def _regional(request: SnippetRequest) -> bool:
    """Hosts of other regions are tried once, with curl; what an SDK makes of a region, with each SDK."""
    return (request.language == "curl" and request.purpose == "call") or (
        request.route == "sdk" and request.purpose == "init"
    )


def table(results: Sequence[Result]) -> str:
    """Cells by language and by how they were checked."""
    columns = ("cells", "executed", "compiled", "parsed", "failed", "missing", "runs")
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for result in results:
        for name in (result.request.language, "all"):
            rows[name]["cells"] += 1
            rows[name]["missing" if not result.level else "failed" if result.problems else result.level] += 1
            rows[name]["runs"] += result.trials
    rows["all"] = rows.pop("all", Counter())
    lines = [f"{'':10}" + "".join(f"{column:>10}" for column in columns)]
    lines += [f"{name:10}" + "".join(f"{count[column]:>10}" for column in columns) for name, count in rows.items()]
    return "\n".join(lines)


def selected(base: Knowledge, only: Sequence[str]) -> list[SnippetRequest]:
    """The cells that `--only` names: `language`, `language/product`, or any beginning of `language/id`."""
    found = []
    for request in snippets.cells(base):
        product, _, rest = request.id.partition("/")
        name = f"{request.language}/{product}/{rest.partition('/')[2]}"
        if not only or any(name == one or name.startswith(f"{one.rstrip('/')}/") for one in only):
            found.append(request)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Prove, print, and with `--record` write down; 4 when a snippet fails."""
    parser = argparse.ArgumentParser(prog="python -m evals.prove", description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="LANGUAGE[/PRODUCT[/PURPOSE…]]")
    parser.add_argument("--record", action="store_true", help="write knowledge/proofs.yaml and docs/proofs.md")
    given = parser.parse_args(arguments)
    started = time.monotonic()
    base = knowledge.load()
    try:
        results = prove(base, selected(base, given.only))
    except SinchAuthError as problem:
        print(problem, file=sys.stderr)
        return problem.exit_code
    print(table(results))
    unproved = Counter(result.problems[0] for result in results if not result.level)
    for problem, count in unproved.items():
        print(f"\nNOT proved here, {count} snippets: {problem}")
    for result in results:
        if result.problems and result.level:
            print("\n  ".join([f"\n{result.request.id}", *result.problems[:_MOST_SHOWN]]))
    _tell_compiled(results)
    shown = [Shown(r.request, r.level, r.against, r.digest) for r in results if not r.problems]
    recorded = record.load()
    contradictions = [] if given.record else record.contradictions(recorded, shown)
    if contradictions:
        print("\nAgainst the record (python -m evals.prove --record writes a new one):")
        print("\n".join(f"  {contradiction}" for contradiction in contradictions))
    if given.record:
        cells = list(snippets.cells(base))
        failed = {result.request.id for result in results if result.problems and result.level}
        kept = {id: proof for id, proof in recorded.items() if id not in failed}
        record.write(base, record.merged(kept, shown, cells, _today()), cells)
    print(f"\n{sum(r.trials for r in results)} runs in {time.monotonic() - started:.0f} s")
    # A person without some tool goes on with the rest; where everything must be proved, it is a failure.
    failed = any(result.problems for result in results if result.level or os.environ.get("CI") == "true")
    return 4 if contradictions or failed else 0


def _tell_compiled(results: Sequence[Result]) -> None:
    """Never silently: what could only be compiled although it is code to be run."""
    count = sum(result.level == "compiled" for result in results)
    if count:
        why = "the registry here does not serve their SDK"
        print(f"\n{count} snippets were only compiled: {why}. {toolchains.JAVA_VARIABLE} names a build of it.")


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


if __name__ == "__main__":
    sys.exit(main())
