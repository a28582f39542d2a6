"""Mistakes with the MAC: another hash, no key, or the arguments the wrong way round."""

from __future__ import annotations

from collections.abc import Iterable

from sinch_auth.signing.mistakes.registry import COMMON, KNOWN, ODD, RARE, mistake
from sinch_auth.signing.recipe import Recipe, replace
from sinch_auth.signing.sealing import HASH_SIZES

_RARE_HASHES = dict.fromkeys(("sha224", "sha384", "sha3_256"), ODD)


@mistake("mac-other-hash", "mac", parameters=HASH_SIZES, rank=COMMON, ranks=_RARE_HASHES)
def other_hash(recipe: Recipe, name: str) -> Recipe:
    return replace(recipe, mac=f"hmac-{name}")


def _hashes(recipe: Recipe) -> Iterable[str]:
    right = recipe.mac.partition("-")[2]
    return [right, *(name for name in HASH_SIZES if name != right)]


@mistake("mac-arguments-swapped", "mac", parameters=_hashes, ranks=_RARE_HASHES | {"md5": RARE, "sha512": RARE})
def swapped(recipe: Recipe, name: str) -> Recipe:
    return replace(recipe, mac=f"swapped-{name}")


@mistake("mac-without-key", "mac", parameters=_hashes, ranks=_RARE_HASHES | {"md5": KNOWN, "sha512": RARE})
def without_key(recipe: Recipe, name: str) -> Recipe:
    return replace(recipe, mac=f"plain-{name}")


@mistake(
    "secret-prepended-and-hashed",
    "mac",
    parameters=_hashes,
    ranks=_RARE_HASHES | {"md5": RARE, "sha512": RARE},
)
def prepended(recipe: Recipe, name: str) -> Recipe:
    return replace(recipe, mac=f"prefix-{name}")


@mistake(
    "secret-appended-and-hashed",
    "mac",
    parameters=_hashes,
    ranks=_RARE_HASHES | {"md5": RARE, "sha512": RARE},
)
def appended(recipe: Recipe, name: str) -> Recipe:
    return replace(recipe, mac=f"suffix-{name}")
