"""What installers promise beyond single bytes: paths, secrets, users' own additions, dry runs, the skill."""

from __future__ import annotations

import json
import os
import re
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinch_auth.errors import SinchAuthError, UnknownName, UsageError
from sinch_auth.knowledge import Knowledge
from sinch_auth.surfaces import clients, installers
from sinch_auth.surfaces.installers import Machine, files, jsonc

CLIENTS = sorted(clients.table().clients)


# -- where ---------------------------------------------------------------------------------------------------

WHERE = {
    ("claude-code", "linux"): "/home/ann/.claude.json",
    ("claude-code", "windows"): r"C:\Users\ann\.claude.json",
    ("claude-desktop", "linux"): "/home/ann/.config/Claude/claude_desktop_config.json",
    ("claude-desktop", "macos"): "/home/ann/Library/Application Support/Claude/claude_desktop_config.json",
    ("claude-desktop", "windows"): r"C:\Users\ann\AppData\Roaming\Claude\claude_desktop_config.json",
    ("cursor", "macos"): "/home/ann/.cursor/mcp.json",
    ("cursor", "windows"): r"C:\Users\ann\.cursor\mcp.json",
    ("vscode", "linux"): "/home/ann/.config/Code/User/mcp.json",
    ("vscode", "macos"): "/home/ann/Library/Application Support/Code/User/mcp.json",
    ("vscode", "windows"): r"C:\Users\ann\AppData\Roaming\Code\User\mcp.json",
    ("codex", "linux"): "/home/ann/.codex/config.toml",
    ("codex", "windows"): r"C:\Users\ann\.codex\config.toml",
    ("gemini-cli", "macos"): "/home/ann/.gemini/settings.json",
    ("gemini-cli", "windows"): r"C:\Users\ann\.gemini\settings.json",
    ("windsurf", "linux"): "/home/ann/.codeium/windsurf/mcp_config.json",
    ("windsurf", "windows"): r"C:\Users\ann\.codeium\windsurf\mcp_config.json",
    ("zed", "linux"): "/home/ann/.config/zed/settings.json",
    ("zed", "macos"): "/home/ann/.config/zed/settings.json",
    ("zed", "windows"): r"C:\Users\ann\AppData\Roaming\Zed\settings.json",
}


@pytest.mark.parametrize("client, platform", sorted(WHERE))
def test_the_file_is_where_the_client_looks(client: str, platform: clients.Platform) -> None:
    """Every platform's path is made on any machine, with that platform's separators."""
    home = r"C:\Users\ann" if platform == "windows" else "/home/ann"
    assert str(clients.configuration(client, platform, {}, home)) == WHERE[client, platform]


@pytest.mark.parametrize(
    "client, variable, expected",
    [
        ("codex", "CODEX_HOME", "/elsewhere/config.toml"),
        ("claude-code", "CLAUDE_CONFIG_DIR", "/elsewhere/.claude.json"),
        ("vscode", "XDG_CONFIG_HOME", "/elsewhere/Code/User/mcp.json"),
        ("zed", "XDG_CONFIG_HOME", "/elsewhere/zed/settings.json"),
    ],
)
def test_a_client_that_was_moved_is_found(client: str, variable: str, expected: str) -> None:
    """The variables by which people move a client's folder are honoured; an empty one is no variable."""
    assert str(clients.configuration(client, "linux", {variable: "/elsewhere"}, "/home/ann")) == expected
    assert "elsewhere" not in str(clients.configuration(client, "linux", {variable: ""}, "/home/ann"))


@pytest.mark.parametrize("client", CLIENTS)
def test_a_project_gets_its_own_file_or_a_refusal(client: str, machine: Machine, tmp_path: Path) -> None:
    """In a project only the program's name is written, as its path differs on every machine."""
    project = replace(machine, project=tmp_path / "project")
    if not clients.client(client).project:
        with pytest.raises(UsageError, match="no configuration of a project"):
            installers.plan_install(client, project, {})
        return
    installers.carry_out(installers.plan_install(client, project, {}))
    content = installers.configuration(client, project).read_text(encoding="utf-8")
    assert '"sinch-auth"' in content
    assert "/opt/" not in content
    assert list(machine.home.iterdir()) == []


def test_an_unknown_client_is_answered_with_the_nearest() -> None:
    """A typo in the client's name is met with the name that was meant."""
    with pytest.raises(UnknownName) as refusal:
        clients.client("vs-code")
    assert "vscode" in refusal.value.near


# -- secrets -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("client", CLIENTS)
def test_no_value_of_the_environment_is_written(client: str, machine: Machine) -> None:
    """With every secret set, none of their values is in any file afterwards."""
    secret = "c2VjcmV0LW9mLW91cnM="
    environ = dict.fromkeys(clients.table().server.environment, secret)
    armed = replace(machine, environ=environ)
    installers.carry_out(installers.plan_install(client, armed, {}))
    written = [p.read_text(encoding="utf-8") for p in machine.home.rglob("*") if p.is_file()]
    assert written
    assert not any(secret in text for text in written)


def test_every_secret_of_a_webhook_can_be_named(base: Knowledge) -> None:
    """A variable that some product's check reads is passed on by the clients that withhold the environment."""
    read = {p.webhooks.secret_env for p in map(base.product, base.ids("product")) if p.webhooks}
    assert {name for name in read if name} <= set(clients.table().server.environment)


# -- what is a user's stays the user's -------------------------------------------------------------------------


def test_what_a_user_added_to_our_entry_stays(machine: Machine) -> None:
    """Installing again after the program has moved changes its path and keeps the user's own settings."""
    path = installers.configuration("cursor", machine)
    path.parent.mkdir()
    path.write_text('{"mcpServers": {"sinch-auth": {"command": "/old", "args": ["mcp"], "timeout": 9}}}', "utf-8")
    installers.carry_out(installers.plan_install("cursor", machine, {}))
    entry = json.loads(path.read_text("utf-8"))["mcpServers"]["sinch-auth"]
    assert entry == {"command": "/opt/sinch/bin/sinch-auth", "args": ["mcp"], "timeout": 9}


def test_what_came_later_survives_uninstalling(machine: Machine) -> None:
    """A server added after us stays; only our entry goes."""
    path = installers.configuration("cursor", machine)
    path.parent.mkdir()
    path.write_text('{\n  "mcpServers": {\n    "a": {}\n  }\n}\n', "utf-8")
    installers.carry_out(installers.plan_install("cursor", machine, {}))
    later = jsonc.put(path.read_text("utf-8"), ["mcpServers", "b"], {}, comments=False)
    path.write_text(later, "utf-8")
    installers.carry_out(installers.plan_uninstall("cursor", machine, {}))
    assert path.read_text("utf-8") == '{\n  "mcpServers": {\n    "a": {},\n    "b": {}\n  }\n}\n'


def test_uninstalling_where_nothing_is_changes_nothing(machine: Machine) -> None:
    """No entry, no change, no error."""
    path = installers.configuration("zed", machine)
    path.parent.mkdir(parents=True)
    path.write_text('{"theme": "One"}', "utf-8")
    (change,) = installers.plan_uninstall("zed", machine, {})
    installers.carry_out([change])
    assert change.action == "absent"
    assert path.read_text("utf-8") == '{"theme": "One"}'


def test_servers_that_are_no_object_are_refused(machine: Machine) -> None:
    """A file whose servers are a list is left as it is."""
    path = installers.configuration("cursor", machine)
    path.parent.mkdir()
    path.write_text('{\n  "mcpServers": []\n}', "utf-8")
    with pytest.raises(UsageError, match="line 2: mcpServers is not an object"):
        installers.plan_install("cursor", machine, {})


@pytest.mark.skipif(os.name == "nt", reason="there are no such modes on Windows")
def test_a_private_file_stays_private_and_so_does_its_copy(machine: Machine) -> None:
    """The mode of a file that only its owner may read is kept."""
    path = installers.configuration("claude-code", machine)
    path.write_text("{}", "utf-8")
    path.chmod(0o600)
    (change,) = installers.plan_install("claude-code", machine, {})
    installers.carry_out([change])
    assert change.backup is not None
    assert {stat.S_IMODE(p.stat().st_mode) for p in (path, change.backup)} == {0o600}


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_link_to_a_file_kept_elsewhere_stays_a_link(machine: Machine, tmp_path: Path) -> None:
    """Who keeps configuration in a repository of their own keeps the link to it."""
    kept = tmp_path / "dotfiles.json"
    kept.write_text("{}", "utf-8")
    path = installers.configuration("claude-code", machine)
    path.symlink_to(kept)
    installers.carry_out(installers.plan_install("claude-code", machine, {}))
    assert path.is_symlink()
    assert "sinch-auth" in kept.read_text("utf-8")


def test_a_file_that_changes_under_our_hands_is_not_overwritten(machine: Machine) -> None:
    """Where another program wrote between reading and writing, nothing is written."""
    path = installers.configuration("claude-code", machine)
    path.write_text("{}", "utf-8")
    plan = installers.plan_install("claude-code", machine, {})
    path.write_text('{"numStartups": 2}', "utf-8")
    with pytest.raises(SinchAuthError, match="another program"):
        installers.carry_out(plan)
    assert path.read_text("utf-8") == '{"numStartups": 2}'
    assert [p.name for p in machine.home.iterdir()] == [".claude.json"]


# -- the skill -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("client", [c for c in CLIENTS if clients.client(c).skills])
def test_the_skill_comes_and_goes_with_the_entry(client: str, machine: Machine, skill: dict[str, str]) -> None:
    """Its files stand in the client's folder of skills, and are gone after uninstalling."""
    installers.carry_out(installers.plan_install(client, machine, skill))
    folder = installers.skills_folder(client, machine)
    assert folder is not None
    assert {p.relative_to(folder).as_posix(): p.read_text("utf-8") for p in folder.rglob("*.md")} == skill
    installers.carry_out(installers.plan_uninstall(client, machine, skill))
    assert not folder.exists()


def test_a_file_of_the_user_inside_the_skill_stays(machine: Machine, skill: dict[str, str]) -> None:
    """Notes that a user put beside ours are not ours to remove."""
    installers.carry_out(installers.plan_install("cursor", machine, skill))
    folder = installers.skills_folder("cursor", machine)
    assert folder is not None
    (folder / "notes.md").write_text("mine", "utf-8")
    installers.carry_out(installers.plan_uninstall("cursor", machine, skill))
    assert [p.name for p in folder.iterdir()] == ["notes.md"]


def test_a_skill_that_another_client_uses_stays(machine: Machine, skill: dict[str, str], tmp_path: Path) -> None:
    """In a project Cursor and Codex share one folder: it goes with the last of them."""
    project = replace(machine, project=tmp_path / "project")
    for client in ("cursor", "codex"):
        installers.carry_out(installers.plan_install(client, project, skill))
    folder = installers.skills_folder("codex", project)
    assert folder is not None
    changes = installers.plan_uninstall("cursor", project, skill)
    installers.carry_out(changes)
    assert changes[-1].note == "codex still uses it"
    assert folder.exists()
    installers.carry_out(installers.plan_uninstall("codex", project, skill))
    assert not folder.exists()


# -- the edits themselves --------------------------------------------------------------------------------------

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)
_objects = st.dictionaries(st.text(), _json, max_size=4)


@given(_json, st.sampled_from([None, 1, 4, "\t"]))
def test_the_parser_reads_what_the_standard_library_writes(data: Any, indent: int | str | None) -> None:
    """Every JSON text means here what it means to Python's own parser."""
    text = json.dumps(data, indent=indent)
    assert jsonc.parse(text, comments=False).data == json.loads(text)


@given(_objects, _objects, st.sampled_from([None, 2, "\t"]))
def test_an_added_member_is_the_only_difference(
    data: dict[str, Any], value: dict[str, Any], indent: int | str | None
) -> None:
    """Adding a server to any object changes its meaning by that server and nothing else, and dropping it goes back."""
    data.pop("servers", None)
    text = json.dumps(data, indent=indent)
    made = jsonc.put(text, ["servers", "ours"], value, comments=False)
    assert json.loads(made) == data | {"servers": {"ours": value}}
    back = jsonc.drop(jsonc.drop(made, ["servers", "ours"], comments=False), ["servers"], comments=False)
    assert json.loads(back) == data


@given(st.text(alphabet='{}[]",:/*\n \\a1', max_size=30))
def test_nonsense_is_refused_and_never_crashes(text: str) -> None:
    """Any text is either read or refused with a place inside it."""
    fault: jsonc.BrokenFile | None = None
    try:
        jsonc.parse(text, comments=True)
    except jsonc.BrokenFile as problem:
        fault = problem
    assert fault is None or (1 <= fault.line <= text.count("\n") + 1 and fault.column >= 1)


@pytest.mark.parametrize(
    "text, where",
    [
        ('{"a": 1,}', "line 1, column 8"),
        ('{"a" 1}', "line 1, column 6"),
        ("{'a': 1}", "line 1, column 2"),
        ('{"a": 01}', "line 1, column 8"),
        ('{\n "a": "x\n"}', "line 2, column 7"),
        ('{"a": 1} x', "line 1, column 10"),
        ('{"a": [1 2]}', "line 1, column 10"),
        ("[" * 300, "line 1, column 202"),
        ('{"a": 1', "line 1, column 8"),
    ],
)
def test_the_place_of_a_fault_is_named(text: str, where: str) -> None:
    """Line and column point at what is wrong."""
    with pytest.raises(jsonc.BrokenFile, match=re.escape(where)):
        jsonc.parse(text, comments=False)


def test_text_that_is_not_utf8_is_refused(machine: Machine) -> None:
    """A file in another encoding is left alone rather than damaged."""
    path = installers.configuration("vscode", machine)
    path.parent.mkdir(parents=True)
    path.write_bytes('{"a":\n "é"}'.encode("latin-1"))
    with pytest.raises(UsageError, match="line 2, column 1: this is not UTF-8"):
        installers.plan_install("vscode", machine, {})


def test_a_difference_reads_like_diff(machine: Machine) -> None:
    """A dry run shows a unified diff, also for a file without a last line end."""
    change = files.Change(Path("mcp.json"), "changed", b"{}", b'{"a": 1}\n')
    assert change.difference() == (
        '--- mcp.json\n+++ mcp.json\n@@ -1 +1 @@\n-{}\n\\ No newline at end of file\n+{"a": 1}\n'
    )
