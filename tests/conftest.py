"""Shared by all tests: a private cache, no network but loopback, loud skips that CI does not accept."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sinch_auth import knowledge

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def base() -> knowledge.Knowledge:
    """The knowledge base of this checkout."""
    return knowledge.load()


@pytest.fixture
def need() -> Callable[[str], str]:
    """The path of a tool; without it the test is skipped loudly, and fails where CI=true."""

    def find(tool: str) -> str:
        path = shutil.which(tool)
        if path:
            return path
        message = f"{tool} is not installed on this machine: what it would prove is NOT proved here"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)

    return find


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Nothing in the test process reaches beyond this machine."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> Any:
        host = address[0] if isinstance(address, tuple) else ""
        if host and host not in ("localhost", "::1") and not str(host).startswith("127."):
            raise AssertionError(f"a test tried to reach {host}")
        return real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
