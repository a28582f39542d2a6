"""Each installer against prepared files: the result byte for byte, and back.

Every `CASE.before.EXT` under `tests/data/installers/CLIENT` is a file as a person may have it; `CASE.after.EXT` beside
it is what installing must make of it. A case without an `after` is one that must be refused. `SINCH_AUTH_UPDATE=1`
writes the `after` files anew, for a person to read before committing them.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sinch_auth.errors import UsageError
from sinch_auth.surfaces import clients, installers
from sinch_auth.surfaces.installers import Machine

DATA = Path(__file__).parents[1] / "data" / "installers"
BEFORE = sorted(DATA.glob("*/*.before.*"))
REFUSED = [p for p in BEFORE if p.name.startswith("broken.")] + [
    DATA / name / "comments.before.json" for name in ("claude-code", "claude-desktop")
]
ACCEPTED = [p for p in BEFORE if p not in REFUSED]


def _id(path: Path) -> str:
    return f"{path.parent.name}/{path.name.split('.')[0]}"


def _placed(machine: Machine, case: Path) -> Path:
    path = installers.configuration(case.parent.name, machine)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(case.read_bytes())
    return path


def _everything(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("case", ACCEPTED, ids=_id)
def test_the_entry_comes_in_and_every_other_byte_stays(case: Path, machine: Machine) -> None:
    """Installing makes exactly the expected file of a prepared one."""
    path = _placed(machine, case)
    installers.carry_out(installers.plan_install(case.parent.name, machine, {}))
    expected = case.with_name(case.name.replace(".before.", ".after."))
    if os.environ.get("SINCH_AUTH_UPDATE"):
        expected.write_bytes(path.read_bytes())
    assert path.read_bytes() == expected.read_bytes()


@pytest.mark.parametrize("case", ACCEPTED, ids=_id)
def test_the_way_back_ends_at_the_same_bytes(case: Path, machine: Machine) -> None:
    """Uninstalling leaves the folder exactly as it was before: no entry, no copy, nothing else."""
    client = case.parent.name
    _placed(machine, case)
    before = _everything(machine.home)
    installers.carry_out(installers.plan_install(client, machine, {}))
    installers.carry_out(installers.plan_uninstall(client, machine, {}))
    assert _everything(machine.home) == before


@pytest.mark.parametrize("case", ACCEPTED, ids=_id)
def test_installing_twice_is_installing_once(case: Path, machine: Machine) -> None:
    """The second time changes nothing, and the copy is still of the file before the first."""
    client = case.parent.name
    _placed(machine, case)
    installers.carry_out(installers.plan_install(client, machine, {}))
    once = _everything(machine.home)
    again = installers.plan_install(client, machine, {})
    installers.carry_out(again)
    assert [change.action for change in again] == ["unchanged"]
    assert _everything(machine.home) == once


@pytest.mark.parametrize("case", ACCEPTED, ids=_id)
def test_a_copy_of_the_file_is_kept(case: Path, machine: Machine) -> None:
    """The file as it was stands beside the changed one."""
    path = _placed(machine, case)
    (change,) = installers.plan_install(case.parent.name, machine, {})
    installers.carry_out([change])
    assert change.backup is not None
    assert change.backup.parent == path.parent
    assert change.backup.read_bytes() == case.read_bytes()


@pytest.mark.parametrize("case", REFUSED, ids=_id)
def test_a_file_the_client_could_not_read_is_refused_with_its_line(case: Path, machine: Machine) -> None:
    """A broken file gives an error that names the file and the line, and stays as it was."""
    path = _placed(machine, case)
    with pytest.raises(UsageError) as refusal:
        installers.plan_install(case.parent.name, machine, {})
    line = {"broken.before.json": 4, "broken.before.toml": 2, "comments.before.json": 1}[case.name]
    assert str(path) in str(refusal.value)
    assert f"line {line}, column" in str(refusal.value)
    assert path.read_bytes() == case.read_bytes()


@pytest.mark.parametrize("client", sorted(clients.table().clients))
def test_a_client_without_a_file_gets_one_and_loses_it_again(client: str, machine: Machine) -> None:
    """Where there was no file there is none after uninstalling."""
    path = installers.configuration(client, machine)
    installers.carry_out(installers.plan_install(client, machine, {}))
    suffix = "toml" if clients.client(client).syntax == "toml" else "json"
    expected = DATA / client / f"empty-file.after.{suffix}"
    assert path.read_bytes() == expected.read_bytes()
    installers.carry_out(installers.plan_uninstall(client, machine, {}))
    assert _everything(machine.home) == {}


@pytest.mark.parametrize("client", sorted(clients.table().clients))
def test_every_client_has_every_case(client: str) -> None:
    """Absent, empty, other servers, comments, Windows line ends, broken: no client is left out."""
    names = {p.name.split(".")[0] for p in (DATA / client).glob("*.before.*")}
    assert {"empty-file", "other-servers", "comments", "windows-lines", "broken"} <= names


def test_every_expected_file_has_its_case() -> None:
    """No `after` is left of a case that has gone, and no folder of a client that has gone."""
    expected = {p.with_name(p.name.replace(".after.", ".before.")) for p in DATA.glob("*/*.after.*")}
    assert expected == set(ACCEPTED)
    assert {p.name for p in DATA.iterdir()} == set(clients.table().clients)
