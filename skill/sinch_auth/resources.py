"""Where the knowledge base and the templates are: inside the installed package, or beside the checkout."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from sinch_auth.errors import SourceUnavailable

_PACKAGE = Path(__file__).resolve().parent


@cache
def data_folder(name: str) -> Path:
    """The folder `knowledge` or `templates`.

    `SINCH_AUTH_DATA` names another root for both, which is how a changed copy is checked.
    Raises `SourceUnavailable` when neither place has it.
    """
    override = os.environ.get("SINCH_AUTH_DATA")
    roots = [Path(override)] if override else [_PACKAGE / "_data", _PACKAGE.parents[1]]
    for root in roots:
        if (root / name).is_dir():
            return root / name
    raise SourceUnavailable(
        f"the folder {name!r} is missing",
        why=f"looked in {', '.join(str(root) for root in roots)}",
        cure="reinstall sinch-auth, or unset SINCH_AUTH_DATA",
    )


def cache_folder() -> Path:
    """Where compiled knowledge may be kept between runs; it may not exist and may not be writable."""
    override = os.environ.get("SINCH_AUTH_CACHE")
    if override:
        return Path(override)
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".cache") / "sinch-auth"
