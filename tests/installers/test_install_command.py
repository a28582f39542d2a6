"""`sinch-auth install` and `uninstall` as a person runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the home folder is named by HOME on Linux")


def _run(home: Path, *arguments: str, code: int = 0, cwd: Path | None = None) -> str:
    environ = {"HOME": str(home), "PATH": os.environ["PATH"], "XDG_CACHE_HOME": str(home.parent / "cache")}
    ended = subprocess.run(
        [sys.executable, "-m", "sinch_auth", *arguments],
        env=environ,
        cwd=cwd or home,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == code, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home folder."""
    made = tmp_path / "home"
    made.mkdir()
    return made


def test_it_says_what_it_did_and_how_to_see_it_work(home: Path) -> None:
    """The file, the copy, the skill, the next step and the way back are named."""
    (home / ".cursor").mkdir()
    (home / ".cursor/mcp.json").write_text("{}", "utf-8")
    out = _run(home, "install", "cursor")
    assert "~/.cursor/mcp.json changed" in out
    assert "~/.cursor/mcp.json.before-sinch-auth" in out
    assert "~/.cursor/skills/sinch-authentication written" in out
    assert "See it work: open Customize" in out
    assert "Undo: sinch-auth uninstall cursor" in out
    assert (home / ".cursor/skills/sinch-authentication/SKILL.md").is_file()


def test_the_entry_starts_a_program_that_is_there(home: Path) -> None:
    """The command in a user's own file is a full path to a program that runs."""
    _run(home, "install", "claude-code", "--no-skill")
    entry = json.loads((home / ".claude.json").read_text("utf-8"))["mcpServers"]["sinch-auth"]
    assert Path(entry["command"]).is_absolute()
    version = [entry["command"], *entry["args"][:-1], "--version"]
    assert "sinch-auth" in subprocess.run(version, capture_output=True, text=True, timeout=60, check=True).stdout
    assert entry["args"][-1] == "mcp"


def test_a_dry_run_shows_the_difference_and_writes_nothing(home: Path) -> None:
    """A unified diff on standard output, and an empty home folder afterwards; secrets of others are masked."""
    (home / ".gemini").mkdir()
    file = home / ".gemini/settings.json"
    file.write_text('{"mcpServers": {"other": {"env": {"OTHER_TOKEN": "s3cr3t-of-another-server"}}}}', "utf-8")
    out = _run(home, "install", "gemini-cli", "--no-skill", "--dry-run")
    assert f"+++ {file.as_posix()}" in out
    assert '"sinch-auth"' in out
    assert "s3cr3t" not in out
    assert "sinch-auth" not in file.read_text("utf-8")
    assert [p.name for p in home.rglob("*") if p.is_file()] == ["settings.json"]


def test_json_names_every_change(home: Path) -> None:
    """A program reads what was done, to which file, and where the copy is."""
    made = json.loads(_run(home, "install", "codex", "--format", "json"))
    assert (made["did"], made["client"], made["scope"]) == ("install", "codex", "user")
    assert made["changes"][0] == {
        "path": str(home / ".codex/config.toml"),
        "action": "created",
        "backup": None,
        "note": "",
    }
    assert any(change["path"].endswith("SKILL.md") for change in made["changes"])


def test_a_project_is_the_current_folder(home: Path, tmp_path: Path) -> None:
    """`--project` writes into the folder one stands in, and takes it out again."""
    project = tmp_path / "project"
    project.mkdir()
    _run(home, "install", "vscode", "--project", cwd=project)
    assert json.loads((project / ".vscode/mcp.json").read_text("utf-8")) == {
        "servers": {"sinch-auth": {"type": "stdio", "command": "sinch-auth", "args": ["mcp"]}}
    }
    _run(home, "uninstall", "vscode", "--project", cwd=project)
    assert [p for p in project.rglob("*") if p.is_file()] == []


def test_a_broken_file_is_an_error_of_the_user_with_its_line(home: Path) -> None:
    """Exit code 2, file and line, no traceback, and the file as it was."""
    (home / ".claude.json").write_text('{\n  "a": 1\n  "b": 2\n}\n', "utf-8")
    out = _run(home, "install", "claude-code", code=2)
    assert ".claude.json" in out
    assert "line 3, column 3" in out
    assert "left as it was" in out
    assert "Traceback" not in out
    assert (home / ".claude.json").read_text("utf-8") == '{\n  "a": 1\n  "b": 2\n}\n'
    assert not (home / ".claude/skills").exists()


def test_an_unknown_client_is_refused(home: Path) -> None:
    """With the nearest known one."""
    assert "did you mean windsurf" in _run(home, "install", "windsurff", code=2)
