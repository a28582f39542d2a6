"""Every example in a docstring does what it says."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import sinch_auth

MODULES = [one.name for one in pkgutil.walk_packages(sinch_auth.__path__, "sinch_auth.") if "__main__" not in one.name]
FOUND = {
    name: [test for test in doctest.DocTestFinder().find(importlib.import_module(name)) if test.examples]
    for name in MODULES
}


@pytest.mark.parametrize("name", [name for name, tests in FOUND.items() if tests])
def test_examples_hold(name: str) -> None:
    """Run as they stand, each docstring for itself."""
    said: list[str] = []
    for test in FOUND[name]:
        doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert not said, "".join(said)


def test_there_are_examples() -> None:
    """A search that finds none would pass for ever."""
    assert sum(map(len, FOUND.values())) > 20
