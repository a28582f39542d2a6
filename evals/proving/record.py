"""The proofs as data, `knowledge/proofs.yaml`, and the same as a table, `docs/proofs.md`. Both are written by machine."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from sinch_auth.knowledge import Knowledge
from sinch_auth.schema import Proof
from sinch_auth.snippets import SnippetRequest

ROOT = Path(__file__).parents[2]
PROOFS = ROOT / "knowledge" / "proofs.yaml"
DOCUMENT = ROOT / "docs" / "proofs.md"

LEVELS = ("executed", "compiled", "parsed")
"""The best first."""

_HEAD = "# Written by `python -m evals.prove --record`; not to be edited. What each level means: docs/proofs.md.\n"


@dataclass(frozen=True)
class Shown:
    """What was shown of one cell in this run."""

    request: SnippetRequest
    level: str
    against: str
    digest: str


def load(path: Path = PROOFS) -> dict[str, Proof]:
    """The proofs on record by cell id."""
    if not path.exists():
        return {}
    found = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return {id: Proof(**entry) for id, entry in (found["proofs"] or {}).items()}


def merged(
    recorded: Mapping[str, Proof], shown: Iterable[Shown], cells: Iterable[SnippetRequest], today: str
) -> dict[str, Proof]:
    """The proofs to keep: a proof of the same code stays, unless this run shows more; cells that are gone go.

    A snippet that was executed on one machine stays executed where this one could only compile the same code.
    """
    found = dict(recorded)
    for one in shown:
        new = Proof(level=one.level, against=one.against, checked=today, digest=one.digest)  # type: ignore[arg-type]
        old = recorded.get(one.request.id)
        if old and old.digest == new.digest and LEVELS.index(old.level) <= LEVELS.index(new.level):
            continue
        found[one.request.id] = new
    return {request.id: found[request.id] for request in cells if request.id in found}


def contradictions(recorded: Mapping[str, Proof], shown: Iterable[Shown]) -> list[str]:
    """Where the record says other than this run."""
    found = []
    for one in shown:
        proof = recorded.get(one.request.id)
        if proof is None:
            found.append(f"{one.request.id}: has no proof on record")
        elif proof.digest != one.digest:
            found.append(f"{one.request.id}: the proof on record is of other code")
        elif LEVELS.index(one.level) < LEVELS.index(proof.level):
            found.append(f"{one.request.id}: was {one.level} here, on record it is only {proof.level}")
    return found


def write(base: Knowledge, proofs: Mapping[str, Proof], cells: Iterable[SnippetRequest]) -> None:
    """Write both files."""
    lines = [_HEAD, "proofs:\n"]
    for id, proof in sorted(proofs.items()):
        fields = (
            f'level: {proof.level}, against: "{proof.against}", checked: "{proof.checked}", digest: "{proof.digest}"'
        )
        lines.append(f"  {id}: {{{fields}}}\n")
    PROOFS.write_text("".join(lines), encoding="utf-8")
    DOCUMENT.write_text(document(base, proofs, list(cells)), encoding="utf-8")


def document(base: Knowledge, proofs: Mapping[str, Proof], cells: list[SnippetRequest]) -> str:
    """The record for people."""
    languages = list(dict.fromkeys(cell.language for cell in cells))
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    versions: dict[str, Counter[str]] = defaultdict(Counter)
    by_product: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for cell in cells:
        proof = proofs.get(cell.id)
        counts[cell.language]["cells"] += 1
        by_product[cell.product][cell.language].append(proof.level if proof else "none")
        if proof:
            counts[cell.language][proof.level] += 1
            versions[cell.language][f"{proof.level}: {proof.against}"] += 1
    lines = [_INTRODUCTION]
    lines += ["| language | cells | executed | compiled | parsed |", "|---|---:|---:|---:|---:|"]
    for language in languages:
        count = counts[language]
        name = base.language(language).name
        lines.append(f"| {name} | {count['cells']} | {count['executed']} | {count['compiled']} | {count['parsed']} |")
    total = sum(counts.values(), Counter())
    lines.append(f"| all | {total['cells']} | {total['executed']} | {total['compiled']} | {total['parsed']} |")
    lines += ["", "## Against what", "", "| language | proof | snippets |", "|---|---|---:|"]
    for language in languages:
        for against, number in versions[language].most_common():
            lines.append(f"| {base.language(language).name} | {against} | {number} |")
    heads = [base.language(language).name for language in languages]
    lines += ["", "## By product", "", _LEGEND, "", "| product | " + " | ".join(heads) + " |"]
    lines.append("|---|" + "---|" * len(languages))
    for product, found in by_product.items():
        marks = [_mark(found.get(language, [])) for language in languages]
        lines.append(f"| {base.product(product).name} | " + " | ".join(marks) + " |")
    return "\n".join(lines) + "\n"


def _mark(levels: list[str]) -> str:
    count = Counter(levels)
    return " ".join(f"{count[level]}{level[0]}" for level in (*LEVELS, "none") if count[level])


_LEGEND = "Snippets by how they were proved: e executed, c compiled, p parsed."

_INTRODUCTION = """\
<!-- Written by `python -m evals.prove --record`; not to be edited. -->
# The proof of every snippet

`make prove` renders every snippet that we give out, writes it to a file and checks it; `knowledge/proofs.yaml` keeps
the result with a digest of the code. A template that changes without a new proof fails the tests and `sinch-auth check`.

- **executed**: the file ran unchanged, by its language's ordinary command, in the sandbox (docs/sandbox.md), with only
  the environment variables that its header names. With the right credentials it was let in; with one spoilt it was
  refused, ended with an error and showed the status. Neither run printed a secret or an access token. A webhook
  receiver took a correctly signed callback and turned away spoilt ones; a minted token passed our lint, and one of
  another secret did not. A client that a snippet only builds was used for the product's first request. Hosts of all
  regions were called with curl, and what an SDK makes of a region with that SDK; where an app lives in one region,
  the others' hosts refused it.
- **compiled**: a compiler took it, with the real client or, where the registry does not serve that, with stubs made of
  its recorded public surface (`knowledge/surfaces`).
- **parsed**: the language's grammar found no error, and every name of the SDK that it uses is on that surface.

The Node.js SDK runs as the newest set of releases that is published whole, every package pinned. A browser's page runs in headless Chromium against a stub of the client SDK's documented surface. The Java SDK is not
served by every registry: its snippets were executed with builds of its tags (`SINCH_JAVA_CLASSPATH` names one), and a
run without one compiles them and leaves the record as it is while their code is unchanged.

What the sandbox cannot know, these proofs cannot show: it answers as documented (docs/sandbox.md says how faithfully).

"""
