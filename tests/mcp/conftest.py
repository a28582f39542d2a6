"""Servers for the tests of the MCP server, each on a port of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from evals import toolchains
from evals.mcp_clients import OURS, Stdio, serving


@pytest.fixture(scope="session")
def port() -> Iterator[int]:
    """A server over HTTP, with everything as it is by default."""
    with serving([*OURS, "--http", "--port", "0"]) as port:
        yield port


@pytest.fixture(scope="session")
def server() -> Iterator[Stdio]:
    """A server on stdio, opened in the older era by a client that can do nothing special; it must survive every test."""
    with Stdio(OURS) as server:
        server.open()
        yield server


@pytest.fixture(scope="session")
def newer() -> Iterator[Stdio]:
    """A server on stdio that is spoken to in the newer era."""
    with Stdio(OURS) as server:
        yield server


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
