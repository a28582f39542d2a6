"""The one tree of errors: what happened, why we think so, what to do now.

SinchAuthError            exit 1   our own failure, or any failure a caller may show to a person
├── UsageError            exit 2   the request cannot be understood; the caller can mend it
│   └── UnknownName       exit 2   a name outside a closed set; carries the nearest known ones
├── KnowledgeError        exit 1   the knowledge base contradicts its schema or itself
└── SourceUnavailable     exit 1   a file, port or network that was needed is not there
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class SinchAuthError(Exception):
    """Something a person can act on. `str()` gives what happened, why, and the cure, without secrets."""

    exit_code = 1

    def __init__(self, what: str, *, why: str = "", cure: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.cure = cure

    def __str__(self) -> str:
        lines = [self.what]
        if self.why:
            lines.append(f"why: {self.why}")
        if self.cure:
            lines.append(f"cure: {self.cure}")
        return "\n".join(lines)


class UsageError(SinchAuthError):
    """The request cannot be understood as it stands."""

    exit_code = 2


class UnknownName(UsageError):
    """A name outside a closed set, with the nearest known names as the cure."""

    def __init__(self, kind: str, given: str, known: Iterable[str]) -> None:
        known = sorted(known)
        near = difflib.get_close_matches(given.lower(), known, n=3, cutoff=0.5)
        cure = f"did you mean {' or '.join(near)}?" if near else f"use one of: {', '.join(known)}"
        super().__init__(f"unknown {kind} {given[:60]!r}", cure=cure)
        self.kind = kind
        self.given = given
        self.near = tuple(near)


class KnowledgeError(SinchAuthError):
    """The knowledge base contradicts its schema or itself; names the file and, where known, the line."""


class SourceUnavailable(SinchAuthError):
    """A file, port or network that was needed is not there."""
