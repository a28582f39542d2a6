"""A machine made of nothing but a folder: what installers do there is all that happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from sinch_auth.surfaces.installers import Machine

SKILL = {"SKILL.md": "---\nname: sinch-authentication\n---\n", "references/node.md": "# Node\n"}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A Linux user's machine, empty."""
    home = tmp_path / "home"
    home.mkdir()
    return Machine("linux", {}, home, command=("/opt/sinch/bin/sinch-auth", "mcp"))


@pytest.fixture
def skill() -> dict[str, str]:
    """The files of a small skill."""
    return dict(SKILL)
