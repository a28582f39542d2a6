"""What commands are given: bytes from a file or standard input, secrets from the environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from sinch_auth.errors import SourceUnavailable, UsageError

LARGEST = 20_000_000
"""Bytes."""


def read_bytes(source: Path | None) -> bytes:
    """A file byte for byte, or standard input for `-`. Raises where there is nothing or too much."""
    if source is None or str(source) == "-":
        if sys.stdin.isatty():
            raise UsageError("nothing is on standard input", cure="pipe it in, or name a file")
        data = sys.stdin.buffer.read(LARGEST + 1)
    else:
        try:
            with source.open("rb") as file:
                data = file.read(LARGEST + 1)
        except OSError as problem:
            raise SourceUnavailable(f"{source} cannot be read", why=problem.strerror or "") from None
    if len(data) > LARGEST:
        raise UsageError(f"the input is larger than {LARGEST:,} bytes")
    return data


def secret_of(name: str, what: str = "the secret") -> str:
    """A secret from the environment variable `name`; it is never an argument, which other users could read."""
    value = os.environ.get(name, "")
    if not value.strip():
        raise UsageError(
            f"{what} is missing",
            why=f"the environment variable {name} is not set",
            cure=f"export {name}=…, then repeat",
        )
    return value
