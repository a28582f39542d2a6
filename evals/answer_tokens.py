"""What the tools cost a model: o200k tokens of `tools/list`, and of the guide's answers for every product and language.

`python -m evals.answer_tokens` prints the table and fails when a limit is passed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from evals.bench_mcp import ASKED
from evals.mcp_clients import OURS, Stdio, request
from evals.tokens import count
from sinch_auth import knowledge
from sinch_auth.surfaces.tools import call

TOOLS_LIMIT = 1_000
LIMITS = {"concise": 300, "full": 900}
AROUND_LONG_CODE = 200
"""Tokens around code that alone is longer than an answer should be: what it is for, credentials, the next step."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer of the guide, and its tokens."""

    detail: str
    asked: str
    tokens: int
    code: int
    """Tokens of the code in it."""

    @property
    def over(self) -> bool:
        """Whether it is longer than it may be: code is never cut, so long code has the least around it."""
        return self.tokens > max(LIMITS[self.detail], self.code + AROUND_LONG_CODE)


def tools_tokens() -> int:
    """Tokens of the result of `tools/list`, as it stands on the wire."""
    with Stdio(OURS) as server:
        server.open()
        result = server.ask(request(1, "tools/list"))["result"]
    return count([json.dumps(result, separators=(",", ":"), ensure_ascii=False)])[0]


def answers(detail: str) -> list[Answered]:
    """Every product with every language, in English and Chinese, and free questions; the longest first."""
    asked = list(_asked(detail))
    texts = [call("sinch_auth_guide", arguments).text for arguments in asked]
    codes = [text.partition("```\n")[2].partition("\n```")[0] for text in texts]
    made = [
        Answered(
            detail, ", ".join(f"{name}={value}" for name, value in arguments.items() if name != "detail"), all, code
        )
        for arguments, all, code in zip(asked, count(texts), count(codes), strict=True)
    ]
    return sorted(made, key=lambda one: -one.tokens)


def _asked(detail: str) -> Iterator[dict[str, str]]:
    base = knowledge.load()
    for product in base.ids("product"):
        for language in base.ids("language"):
            for locale in base.locales():
                yield {"product": product, "language": language, "region": "eu", "locale": locale, "detail": detail}
                yield {
                    "product": product,
                    "language": language,
                    "region": "unknown",
                    "locale": locale,
                    "detail": detail,
                }
    for question in ASKED:
        yield {"question": question, "detail": detail}


def main() -> int:
    """Print the figures; 1 when a limit is passed."""
    tools = tools_tokens()
    bad = tools > TOOLS_LIMIT
    print(f"tools/list  {tools:,} tokens, limit {TOOLS_LIMIT:,}{'  OVER' if bad else ''}")
    for detail, limit in LIMITS.items():
        found = answers(detail)
        over = [one for one in found if one.over]
        middle = found[len(found) // 2].tokens
        long = sum(one.tokens > limit for one in found) - len(over)
        print(
            f"{detail}: {len(found)} answers, limit {limit}, median {middle}, longest {found[0].tokens}, over {len(over)}"
        )
        if long:
            print(
                f"  {long} more are longer for their code, which is never cut: at most {AROUND_LONG_CODE} stand around it"
            )
        for one in over[:40] if "--all" in sys.argv else over[:8]:
            print(f"  {one.tokens:>5}  {one.asked}")
        bad = bad or bool(over)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
