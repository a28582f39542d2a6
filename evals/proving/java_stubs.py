"""The recorded public surface of the Java SDK, as empty classes that javac takes for it."""

from __future__ import annotations

from pathlib import Path

from sinch_auth.knowledge import Knowledge


def folder(base: Knowledge, line: str) -> Path:
    """A folder of stub classes for one line of the SDK."""
    raise NotImplementedError
