"""What our texts cost a model: o200k tokens of the skill's files and paths, beside the published skill's.

`python -m evals.tokens` prints the table and fails when a limit is passed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evals import toolchains
from sinch_auth.surfaces import skill_export

BODY_LIMIT = 1_200
REFERENCE_LIMIT = 400
PATH_LIMIT = 1_600
AGENTS_LIMIT = 400

# Path -> (our reference, tokens of the published skill's path, the file of code to open where the reference shows none
# that fits; it has no limit, but belongs beside a path that has its code inside). Measured on sinch/skills@474538d with this counter:
# its authentication SKILL.md (1,937) alone, with the SDK skill (1,343 + 401 or 434), with the In-App Calling skill
# (1,789 + 1,256).
PATHS = {
    "curl, project": ("curl", 1_937, "scripts/curl/sinch_call.sh"),
    "Node SDK": ("node", 3_681, ""),
    "Java SDK": ("java", 3_714, "scripts/java/call/Main.java"),
    "in-app calling, browser": ("in-app-calling-browser", 4_982, "scripts/node/sinch_mint.mjs"),
    "signing": ("signing", 1_937, "scripts/node/sinch_sign.mjs"),
}


@dataclass(frozen=True, slots=True)
class Cost:
    """One text, its tokens, and the most it may have."""

    name: str
    tokens: int
    limit: int
    published: int = 0
    with_code: int = 0
    """The same with the file of code that the text points to."""


def count(texts: Sequence[str]) -> list[int]:
    """The o200k tokens of each text. Raises `toolchains.ToolMissing`."""
    node = toolchains.new_node() / "bin/node"
    script = Path(__file__).with_name("count_tokens.mjs")
    tokenizer = toolchains.npm_tools() / "node_modules/gpt-tokenizer"
    ended = subprocess.run(
        [node, script, tokenizer], input=json.dumps(list(texts)), capture_output=True, text=True, check=True, timeout=60
    )
    made: list[int] = json.loads(ended.stdout)
    return made


def costs() -> list[Cost]:
    """Every file of the skill that a model reads, every path through it, and the lines for an AGENTS.md."""
    files = skill_export.files()
    body = files["SKILL.md"].split("\n---\n", 1)[1]
    names = list(files)
    main, *numbers = count([body, *(files[name] for name in names), skill_export.agents_md()])
    tokens = dict(zip(names, numbers, strict=False))
    made = [Cost("SKILL.md, body", main, BODY_LIMIT, 1_937)]
    references = [name for name in names if name.startswith("references/")]
    made += [Cost(name, tokens[name], REFERENCE_LIMIT) for name in references]
    # A path is what a model has read when it can write the code: the body and one reference.
    shown = {reference: (path, published, code) for path, (reference, published, code) in PATHS.items()}
    for name in references:
        path, published, code = shown.get(Path(name).stem, (Path(name).stem, 0, ""))
        total = main + tokens[name]
        made.append(Cost(f"path: {path}", total, PATH_LIMIT, published, total + tokens[code] if code else 0))
    return [*made, Cost("AGENTS.md lines", numbers[-1], AGENTS_LIMIT)]


def main() -> int:
    """Print the table; 1 when a limit is passed."""
    found = costs()
    width = max(len(cost.name) for cost in found)
    print(f"{'text':<{width}}  tokens   limit  and its code  published skill")
    for cost in found:
        over = "  OVER" if cost.tokens > cost.limit else ""
        published = f"{cost.published:,}" if cost.published else ""
        code = f"{cost.with_code:,}" if cost.with_code else ""
        line = f"{cost.name:<{width}}  {cost.tokens:>6,}  {cost.limit:>6,}  {code:>12}  {published:>15}{over}"
        print(line.rstrip())
    return 1 if any(cost.tokens > cost.limit for cost in found) else 0


if __name__ == "__main__":
    sys.exit(main())
