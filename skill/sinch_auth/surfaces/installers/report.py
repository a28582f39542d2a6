"""What an installer did, said to people and to programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import click

from sinch_auth.redact import redact
from sinch_auth.surfaces import clients, installers
from sinch_auth.surfaces.installers.files import Change
from sinch_auth.surfaces.prose import printable

_DONE = {
    "created": "written",
    "changed": "changed",
    "unchanged": "already as it should be",
    "restored": "again as it was, byte for byte",
    "removed": "removed",
    "absent": "has no entry of ours",
    "left": "left as it is",
}


def run(
    what: Literal["install", "uninstall"],
    client: str,
    machine: installers.Machine,
    with_skill: bool,
    dry_run: bool,
    form: str,
) -> int:
    """Carry the command out and print what was done; the exit code."""
    from sinch_auth.surfaces import skill_export

    row = clients.client(client)
    skill = skill_export.files() if with_skill and row.skills else {}
    plan = installers.plan_install if what == "install" else installers.plan_uninstall
    changes = plan(client, machine, skill)
    if not dry_run:
        installers.carry_out(changes)
    if form == "json":
        click.echo(json.dumps(_as_json(what, client, machine, changes, dry_run), ensure_ascii=False, indent=1))
    elif dry_run:
        click.echo(printable(_as_difference(machine, changes)))
    else:
        click.echo(printable(_as_text(what, client, machine, changes)))
    return 0


def _as_difference(machine: installers.Machine, changes: list[Change]) -> str:
    """The configuration line by line, and the skill, which is always the same, by its folder."""
    entry, *skill = changes
    # The lines around ours may hold secrets of other servers.
    lines = [redact(entry.difference()).text.rstrip("\n")] if entry.difference() else []
    moving = [change for change in skill if change.before != change.after]
    if moving:
        folder = next(p for p in moving[0].path.parents if p.name == installers.SKILL)
        done = "removed" if moving[0].after is None else "written"
        lines.append(f"{_short(folder, machine)}: {len(moving)} files would be {done}")
    return "\n".join(lines) if lines else "nothing would change"


def _as_json(
    what: str, client: str, machine: installers.Machine, changes: list[Change], dry_run: bool
) -> dict[str, Any]:
    return {
        "did": what,
        "client": client,
        "scope": machine.scope,
        "dry_run": dry_run,
        "changes": [
            {
                "path": str(change.path),
                "action": change.action,
                "backup": str(change.backup) if _has_backup(change) else None,
                "note": change.note,
                **({"difference": redact(change.difference()).text} if dry_run and change is changes[0] else {}),
            }
            for change in changes
        ],
        "see": clients.client(client).see,
    }


def _as_text(what: str, client: str, machine: installers.Machine, changes: list[Change]) -> str:
    row = clients.client(client)
    entry, *skill = changes
    lines = [f"{row.name}: {_short(entry.path, machine)} {_DONE[entry.action]}"]
    if _has_backup(entry):
        assert entry.backup is not None
        lines.append(f"  the file as it was: {_short(entry.backup, machine)}")
    lines += _skill_lines(skill, machine)
    if what == "install":
        flag = " --project" if machine.scope == "project" else ""
        lines += [f"  {line}" for line in _environment(row)]
        lines += [f"See it work: {row.see}", f"Undo: sinch-auth uninstall {client}{flag}"]
    return "\n".join(lines)


def _has_backup(change: Change) -> bool:
    return change.backup is not None and change.action == "changed"


def _skill_lines(changes: list[Change], machine: installers.Machine) -> list[str]:
    if not changes:
        return []
    if changes[0].action == "left":
        return [f"  skill: {_short(changes[0].path, machine)} {_DONE['left']}: {changes[0].note}"]
    folder = next(p for p in changes[0].path.parents if p.name == installers.SKILL)
    actions = {change.action for change in changes}
    done = _DONE["unchanged"] if actions == {"unchanged"} else _DONE["removed"] if actions == {"removed"} else "written"
    return [f"  skill: {_short(folder, machine)} {done} ({len(changes)} files)"]


def _environment(row: clients.Client) -> list[str]:
    names = clients.table().server.environment
    if row.environment == "withheld":
        return [
            f"{row.name} passes no environment variables on: signatures and tokens are checked there without their",
            "secret; to check with it, use `sinch-auth explain-signature` in a terminal",
        ]
    if row.environment == "inherited":
        return ["the server sees your environment variables; none was written to the file"]
    return [f"{len(names)} names of environment variables were written, no values: {', '.join(names)}"]


def _short(path: Path, machine: installers.Machine) -> str:
    for base, prefix in ((machine.project, ""), (machine.home, "~/")):
        if base is not None and path.is_relative_to(base):
            return prefix + path.relative_to(base).as_posix()
    return str(path)
