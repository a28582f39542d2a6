"""The SDKs' public surfaces as the knowledge base records them."""

from __future__ import annotations

from functools import cache

import msgspec
import yaml

from sinch_auth.resources import data_folder
from sinch_auth.schema import Surface


@cache
def surface(name: str) -> Surface:
    """One recorded surface: a language's id, or with the older line behind it (`java-1`)."""
    text = (data_folder("knowledge") / "surfaces" / f"{name}.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)), Surface)


def versions(found: Surface) -> str:
    """Packages with their versions, as a proof names them."""
    return ", ".join(f"{package} {version}" for package, version in found.packages.items())
