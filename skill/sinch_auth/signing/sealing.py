"""Message and key to digest: the right MAC and every wrong one, fast enough to try a million."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from functools import cache

Seal = Callable[[bytes], bytes]

HASH_SIZES = {"md5": 16, "sha1": 20, "sha224": 28, "sha256": 32, "sha384": 48, "sha512": 64, "sha3_256": 32}
_HASHES: dict[str, Callable[[bytes], hashlib._Hash]] = {name: getattr(hashlib, name) for name in HASH_SIZES}
_KINDS = ("hmac", "swapped", "plain", "prefix", "suffix")


def hash_of(name: str, data: bytes) -> bytes:
    """The digest of `data` by a name of `HASH_SIZES`."""
    return _HASHES[name](data).digest()


def mac_names() -> list[str]:
    """Every MAC as `kind-hash`: `hmac-sha256`, `plain-sha1` (no key), `swapped-…`, `prefix-…`, `suffix-…`."""
    return [f"{kind}-{name}" for kind in _KINDS for name in HASH_SIZES]


def digest_size(mac: str) -> int:
    """Bytes that a MAC gives."""
    return HASH_SIZES[mac.partition("-")[2]]


def seal(mac: str, key: bytes) -> Seal:
    """A function from message to digest, with the work that depends on the key already done.

    RFC 2104: H(K ⊕ opad ‖ H(K ⊕ ipad ‖ message)); both halves are hashed once and copied for each message.
    """
    kind, _, name = mac.partition("-")
    new = _HASHES[name]
    if kind == "plain":
        return lambda message: new(message).digest()
    if kind == "prefix":
        return lambda message: new(key + message).digest()
    if kind == "suffix":
        return lambda message: new(message + key).digest()
    if kind == "swapped":
        return lambda message: hmac.digest(message, key, name)
    return _keyed(new, key)


@cache
def _translation(byte: int) -> bytes:
    return bytes(value ^ byte for value in range(256))


def _keyed(new: Callable[[bytes], hashlib._Hash], key: bytes) -> Seal:
    block = new(b"").block_size
    if len(key) > block:
        key = new(key).digest()
    key = key.ljust(block, b"\0")
    inner = new(key.translate(_translation(0x36))).copy
    outer = new(key.translate(_translation(0x5C))).copy

    def keyed(message: bytes) -> bytes:
        first = inner()
        first.update(message)
        second = outer()
        second.update(first.digest())
        return second.digest()

    return keyed
