"""What happened: one line for each request, or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sinch_auth.redact import redact
from sinch_auth.sandbox.answers import Answer
from sinch_auth.sandbox.gate import Ruling
from sinch_auth.sandbox.requests import Request

_SHOWN_URL = 300


@dataclass(frozen=True, slots=True)
class Verdict:
    """One request and what became of it. Holds no secret."""

    method: str
    url: str
    product: str
    carried: str
    accepted: bool
    status: int
    fidelity: str
    reason: str = ""
    what: str = ""
    cure: str = ""
    mistakes: tuple[str, ...] = ()

    @classmethod
    def of(cls, request: Request, ruling: Ruling, answer: Answer) -> Verdict:
        """The line for one request."""
        return cls(
            method=request.method[:20],
            url=redact(request.url[:_SHOWN_URL]).text,
            product=ruling.place.product if ruling.place else "",
            carried=ruling.carried,
            accepted=ruling.accepted,
            status=answer.status,
            fidelity=answer.fidelity,
            reason=ruling.reason,
            what=ruling.what,
            cure=ruling.cure,
            mistakes=ruling.mistakes,
        )

    def as_json(self) -> dict[str, Any]:
        """The same for machines."""
        return {
            "method": self.method,
            "url": self.url,
            "product": self.product or None,
            "credentials": self.carried,
            "verdict": "accepted" if self.accepted else "refused",
            "status": self.status,
            "fidelity": self.fidelity,
            "reason": self.reason or None,
            "why": self.what or None,
            "cure": self.cure or None,
            "mistakes": list(self.mistakes),
        }

    def as_text(self) -> str:
        """The line for people; a refusal has two more."""
        verdict = "accepted" if self.accepted else "refused "
        line = f"{verdict} {self.status}  {self.method} {self.url}  [{self.carried or 'no credentials'}]"
        if self.accepted:
            return line
        assumed = "" if self.fidelity == "documented" else " (the answer sent is an assumption)"
        return f"{line}\n  why: {self.what}{assumed}\n  cure: {self.cure}"


def text(verdicts: Iterable[Verdict], exit_code: int | None = None) -> str:
    """The report for people."""
    lines = [verdict.as_text() for verdict in verdicts]
    refused = sum(line.startswith("refused") for line in lines)
    count = f"{len(lines)} request{'' if len(lines) == 1 else 's'}, {refused} refused"
    none = "no request arrived; does the program reach its first call?"
    end = f"sandbox: {count if lines else none}"
    if exit_code:
        end += f"; the command ended with {exit_code}"
    return "\n".join([*lines, end])


def as_json(verdicts: Iterable[Verdict], exit_code: int | None) -> str:
    """The report for machines."""
    rows = [verdict.as_json() for verdict in verdicts]
    refused = sum(row["verdict"] == "refused" for row in rows)
    return json.dumps(
        {"exit_code": exit_code, "accepted": len(rows) - refused, "refused": refused, "requests": rows},
        ensure_ascii=False,
    )
