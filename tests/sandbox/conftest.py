"""The sandbox as a person runs it."""

from __future__ import annotations

import os

import pytest
from sandbox_runner import NAMESPACES, WAYS, Runner


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """`sinch-auth sandbox`."""
    return Runner(tmp_path_factory.mktemp("sandbox"))


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    """Each way in which the sandbox reaches a program."""
    if request.param == "namespace" and not NAMESPACES:
        if os.environ.get("CI") == "true":
            pytest.fail("this system gives no namespaces: half of the sandbox is NOT tested here")
        pytest.skip("this system gives no namespaces: that way of the sandbox is NOT tested here")
    return str(request.param)
