"""Faults on demand, to see how a program bears them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sinch_auth.errors import UsageError

_UNITS = {"s": 1, "m": 60, "h": 3600}

HELP = {
    "expired-token": "the first access token is answered as expired; a fetched one works",
    "rate-limit": "the first request to each host is answered 429",
    "drop": "the first request to each host gets no answer, the connection is closed",
    "clock-skew": "the sandbox's clock is off by this much: clock-skew=+10m, clock-skew=-30s",
    "wrong-region": "apps, plans and mail domains live in another region than SINCH_REGION says",
    "revoked-key": "the credentials in the environment were deleted in the dashboard",
    "slow": "every answer takes this long: slow=5s",
}


@dataclass(frozen=True, slots=True)
class Faults:
    """Which faults are switched on. `once` ones strike the first time and then let the retry pass."""

    expired_token: str = ""
    rate_limit: str = ""
    drop: str = ""
    clock_skew: float = 0.0
    wrong_region: bool = False
    revoked_key: bool = False
    slow: float = 0.0


def parse(texts: Iterable[str]) -> Faults:
    """Read `--fault` values.

    >>> parse(["slow=5s", "drop"]).slow
    5.0

    Raises `UsageError` naming the ones there are.
    """
    found: dict[str, Any] = {}
    for text in texts:
        name, _, value = text.partition("=")
        field = name.replace("-", "_")
        if name in ("expired-token", "rate-limit", "drop") and value in ("", "once", "always"):
            found[field] = value or "once"
        elif name in ("wrong-region", "revoked-key") and not value:
            found[field] = True
        elif name in ("clock-skew", "slow") and (seconds := _seconds(value)) is not None:
            found[field] = seconds
        else:
            examples = {"clock-skew": "clock-skew=+10m", "slow": "slow=5s"}
            raise UsageError(
                f"unknown fault {text[:40]!r}",
                cure=f"use {', '.join(examples.get(n, n) for n in HELP)}; the first three also take =always",
            )
    return Faults(**found)


def _seconds(text: str) -> float | None:
    match = re.fullmatch(r"([+-]?)(\d{1,6}(?:\.\d{1,3})?)([smh]?)", text)
    if not match:
        return None
    return (-1 if match[1] == "-" else 1) * float(match[2]) * _UNITS[match[3] or "s"]
