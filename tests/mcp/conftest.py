"""Servers for the tests of the MCP server, each on a port of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from evals import toolchains
from evals.mcp_clients import OURS, serving


@pytest.fixture(scope="session")
def port() -> Iterator[int]:
    """A server over HTTP, with everything as it is by default."""
    with serving([*OURS, "--http", "--port", "0"]) as port:
        yield port


@pytest.fixture(scope="session")
def installed() -> Callable[[Callable[[], Path]], Path]:
    """What an installer of `evals.toolchains` gives; skipped loudly where it cannot, failed where CI=true."""

    def install(installer: Callable[[], Path]) -> Path:
        try:
            return installer()
        except toolchains.ToolMissing as problem:
            message = f"{problem.what}: what it would prove is NOT proved here"
            if os.environ.get("CI") == "true":
                pytest.fail(message)
            pytest.skip(message)

    return install
