"""Compact JWS, taken apart leniently (RFC 7515 §7.1): what cannot be read is None, never an exception."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from typing import Any

_URL_SAFE = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Jws:
    """The three segments. `clean` says whether all are unpadded base64url; the rest is decoded as far as possible."""

    signing_input: bytes
    clean: bool
    header: dict[str, Any] | None
    claims: dict[str, Any] | None
    signature: bytes | None


def parse(token: str) -> Jws | None:
    """The parts of a token, or None where it has not three."""
    segments = token.split(".")
    if len(segments) != 3:
        return None
    return Jws(
        signing_input=f"{segments[0]}.{segments[1]}".encode("utf-8", "surrogateescape"),
        clean=all(_URL_SAFE.fullmatch(segment) for segment in segments),
        header=_object(segments[0]),
        claims=_object(segments[1]),
        signature=decode(segments[2]),
    )


def decode(segment: str) -> bytes | None:
    """Base64 in either alphabet, padded or not; None for anything else."""
    text = segment.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def encode(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _object(segment: str) -> dict[str, Any] | None:
    raw = decode(segment)
    if raw is None:
        return None
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
