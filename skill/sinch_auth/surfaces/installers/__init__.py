"""One command to install us anywhere: our entry into a client's configuration, our skill into its skills, and back.

Everything is planned first and carried out afterwards, so that a dry run shows exactly what would be done and a file
that cannot be understood stops the whole before anything is written.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sinch_auth.errors import UsageError
from sinch_auth.surfaces import clients
from sinch_auth.surfaces.clients import Platform, Scope
from sinch_auth.surfaces.installers import files, jsonc, toml
from sinch_auth.surfaces.installers.files import Change
from sinch_auth.surfaces.installers.jsonc import BrokenFile

SKILL = "sinch-authentication"


@dataclass(frozen=True, slots=True)
class Machine:
    """Where we install: nothing about this machine is looked up anywhere else."""

    platform: Platform
    environ: Mapping[str, str]
    home: Path
    project: Path | None = None
    """The root of a project, or None for the user's own configuration."""
    command: tuple[str, ...] = ("sinch-auth", "mcp")
    """What starts our server from the user's own configuration."""

    @property
    def scope(self) -> Scope:
        return "user" if self.project is None else "project"


def plan_install(client: str, machine: Machine, skill: Mapping[str, str]) -> list[Change]:
    """What installing would change; nothing is written. `skill`: its files by relative path, empty for none.

    Raises `UsageError` for a file that is broken, naming the line.
    """
    return [_entry_added(client, machine), *_skill_added(client, machine, skill)]


def plan_uninstall(client: str, machine: Machine, skill: Mapping[str, str]) -> list[Change]:
    """What taking our entry and our skill away would change; nothing is written."""
    return [_entry_removed(client, machine), *_skill_removed(client, machine, skill)]


def carry_out(changes: list[Change]) -> None:
    """Make the changes, each file whole; then remove folders of the skill that are left empty."""
    for change in changes:
        files.apply(change)
    for change in changes:
        if change.action == "removed" and SKILL in change.path.parts:
            for folder in change.path.parents:
                if SKILL not in folder.parts or (folder.is_dir() and any(folder.iterdir())):
                    break
                if folder.is_dir():
                    folder.rmdir()


def this_machine(project: Path | None) -> Machine:
    """The machine we run on."""
    platform: Platform = {"darwin": "macos", "win32": "windows"}.get(sys.platform, "linux")  # type: ignore[assignment]
    return Machine(platform, os.environ, Path.home(), project, program())


def program() -> tuple[str, ...]:
    """The command that starts our server on this machine, as a full path."""
    beside = shutil.which("sinch-auth", path=str(Path(sys.executable).parent)) or shutil.which("sinch-auth")
    return (beside, "mcp") if beside else (sys.executable, "-m", "sinch_auth", "mcp")


def configuration(client: str, machine: Machine) -> Path:
    """The file that holds a client's servers."""
    if machine.project is not None:
        return machine.project / clients.project_configuration(client)
    return Path(clients.configuration(client, machine.platform, machine.environ, str(machine.home)))


# -- the entry -----------------------------------------------------------------------------------------------


def _entry_added(client: str, machine: Machine) -> Change:
    path = configuration(client, machine)
    before = files.read(path)
    wanted = _entry(client, machine)
    after = _with_entry(client, path, before, wanted)
    if after == before:
        return Change(path, "unchanged", before, after)
    if before is None:
        return Change(path, "created", before, after)
    backup = files.backup_of(path)
    # The copy is of the file before our entry came in: an entry that is only renewed keeps the older copy.
    kept = _existing(client, path, before) is not None and backup.exists()
    return Change(path, "changed", before, after, None if kept else backup)


def _entry_removed(client: str, machine: Machine) -> Change:
    path = configuration(client, machine)
    before = files.read(path)
    backup = files.backup_of(path)
    if before is None:
        return Change(path, "absent")
    existing = _existing(client, path, before)
    if existing is None:
        return Change(path, "absent", before, before)
    original = files.read(backup)
    if original is None and before == _with_entry(client, path, None, existing):
        # The file holds nothing but what we put there when there was none.
        return Change(path, "removed", before, None)
    if original is not None and _undoes(client, path, original, before, existing):
        return Change(path, "restored", before, original, backup)
    row, name = clients.client(client), clients.table().server.name
    mark, text = files.decoded(before)
    made = _dropped(row, text, [row.key, name])
    ours = original is None or row.key not in _data(row, files.decoded(original)[1])
    if ours and _data(row, made).get(row.key) == {}:
        # The table of servers came with us, and goes with us.
        made = _dropped(row, made, [row.key])
    return Change(path, "changed", before, (mark + made).encode(), backup if original is None else None)


def _entry(client: str, machine: Machine) -> dict[str, Any]:
    command = list(machine.command) if machine.scope == "user" else clients.table().server.command
    return clients.entry(client, command)


def _undoes(client: str, path: Path, original: bytes, now: bytes, entry: dict[str, Any]) -> bool:
    """Whether our entry is the only difference between the copy and the file."""
    try:
        return _existing(client, path, original) is None and _with_entry(client, path, original, entry) == now
    except UsageError:
        return False


def _with_entry(client: str, path: Path, before: bytes | None, wanted: dict[str, Any]) -> bytes:
    row, name = clients.client(client), clients.table().server.name
    try:
        mark, text = files.decoded(before or b"")
        place = [row.key, name]
        existing = _data(row, text).get(row.key)
        if isinstance(existing, dict) and isinstance(existing.get(name), dict):
            # What a user added to our entry (a timeout, a switch) is theirs.
            made = _merged(row, text, place, wanted)
        else:
            made = _put(row, text, place, wanted)
    except BrokenFile as problem:
        raise _not_readable(path, row, problem) from None
    except UsageError as problem:
        raise UsageError(f"{path}: {problem.what}", cure=problem.cure or _LEFT) from None
    return (mark + made).encode()


def _existing(client: str, path: Path, content: bytes) -> dict[str, Any] | None:
    row, name = clients.client(client), clients.table().server.name
    try:
        servers = _data(row, files.decoded(content)[1]).get(row.key)
    except BrokenFile as problem:
        raise _not_readable(path, row, problem) from None
    found = servers.get(name) if isinstance(servers, dict) else None
    return found if isinstance(found, dict) else None


_LEFT = "mend the file first; it was left as it was"


def _not_readable(path: Path, row: clients.Client, problem: BrokenFile) -> UsageError:
    return UsageError(
        f"{path} is not {row.syntax.upper()} as {row.name} reads it: {problem.what}",
        cure=_LEFT,
    )


def _merged(row: clients.Client, text: str, place: list[str], wanted: dict[str, Any]) -> str:
    for key, value in wanted.items():
        there: Any = _data(row, text)
        for step in place:
            there = there[step]
        if isinstance(value, dict) and isinstance(there.get(key), dict):
            text = _merged(row, text, [*place, key], value)
        elif there.get(key) != value:
            text = _put(row, text, [*place, key], value)
    return text


def _data(row: clients.Client, text: str) -> dict[str, Any]:
    if not text.strip():
        return {}
    data = toml.parse(text) if row.syntax == "toml" else jsonc.parse(text, comments=row.comments != "no").data
    return data if isinstance(data, dict) else {}


def _put(row: clients.Client, text: str, place: list[str], value: Any) -> str:
    if row.syntax == "toml":
        return toml.put(text, place, value)
    return jsonc.put(text, place, value, comments=row.comments != "no")


def _dropped(row: clients.Client, text: str, place: list[str]) -> str:
    return toml.drop(text, place) if row.syntax == "toml" else jsonc.drop(text, place, comments=row.comments != "no")


# -- the skill -----------------------------------------------------------------------------------------------


def skills_folder(client: str, machine: Machine) -> Path | None:
    """Where our skill goes for a client, or None where the client has no skills on disk."""
    row = clients.client(client)
    if row.skills is None:
        return None
    if machine.project is not None:
        return machine.project / row.skills.project / SKILL
    found = clients.skills_folder(client, machine.platform, machine.environ, str(machine.home))
    return Path(found) / SKILL if found else None


def _skill_added(client: str, machine: Machine, skill: Mapping[str, str]) -> list[Change]:
    folder = skills_folder(client, machine)
    if folder is None or not skill:
        return []
    if folder.is_symlink():
        return [Change(folder, "left", note="it is a link that another installer made")]
    changes = []
    for name, text in sorted(skill.items()):
        path, after = folder / name, text.encode()
        before = files.read(path)
        action: files.Action = "created" if before is None else "unchanged" if before == after else "changed"
        changes.append(Change(path, action, before, after))
    return changes


def _skill_removed(client: str, machine: Machine, skill: Mapping[str, str]) -> list[Change]:
    folder = skills_folder(client, machine)
    if folder is None or not folder.is_dir():
        return []
    if folder.is_symlink():
        return [Change(folder, "left", note="it is a link that another installer made")]
    users = [other for other in clients.table().clients if other != client and _uses(other, machine, folder)]
    if users:
        return [Change(folder, "left", note=f"{', '.join(users)} still uses it")]
    return [
        Change(path, "removed", content, None)
        for path in (folder / name for name in sorted(skill))
        if (content := files.read(path)) is not None
    ]


def _uses(client: str, machine: Machine, folder: Path) -> bool:
    """Whether another client has our entry and shares this folder of skills."""
    row = clients.client(client)
    if skills_folder(client, machine) != folder or (machine.project is not None and not row.project):
        return False
    path = configuration(client, machine)
    try:
        content = files.read(path)
        return content is not None and _existing(client, path, content) is not None
    except UsageError:
        return False
