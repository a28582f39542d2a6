"""Every named mistake, one axis a file. A file here is found by discovery; its functions register themselves."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from sinch_auth.signing.mistakes.registry import Mistake, Variant, registered

__all__ = ["Mistake", "Variant", "all_mistakes", "mistakes_for"]


@cache
def all_mistakes() -> tuple[Mistake, ...]:
    """Every mistake of every scheme."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return registered()


@cache
def mistakes_for(scheme: str) -> tuple[Mistake, ...]:
    """The mistakes that can happen in one scheme."""
    return tuple(mistake for mistake in all_mistakes() if scheme in mistake.schemes)
