"""What the doctor sees without a network, through the program."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinch_auth import doctor
from sinch_auth.doctor import Surroundings, Variable
from sinch_auth.doctor.surroundings import credentials
from sinch_auth.knowledge import Knowledge

UUID = "01234567-89ab-cdef-0123-456789abcdef"
OTHER_UUID = "fedcba98-7654-3210-fedc-ba9876543210"
APP_SECRET = base64.b64encode(bytes(range(16))).decode()
PROJECT = {"SINCH_PROJECT_ID": UUID, "SINCH_KEY_ID": OTHER_UUID, "SINCH_KEY_SECRET": "kZ8~not-a-real-one.42"}
APPLICATION = {"SINCH_APPLICATION_KEY": UUID, "SINCH_APPLICATION_SECRET": APP_SECRET}


def run(folder: Path, variables: dict[str, str], *arguments: str) -> tuple[int, dict[str, list[dict[str, str]]], str]:
    """Exit code, the JSON and everything printed, in an environment with these variables only."""
    cache = {name: os.environ[name] for name in ("SINCH_AUTH_CACHE", "HOME_CACHE") if name in os.environ}
    result = subprocess.run(
        [sys.executable, "-m", "sinch_auth", "doctor", "--offline", "--format", "json", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **cache, **variables},
        stdin=subprocess.DEVNULL,
    )
    return result.returncode, json.loads(result.stdout or "{}"), result.stdout + result.stderr


def found(data: dict[str, list[dict[str, str]]], *severities: str) -> list[str]:
    return [one["id"] for one in data["findings"] if one["severity"] in (severities or ("error", "warning"))]


def test_a_complete_set_is_healthy(tmp_path: Path) -> None:
    """Exit 0, and what is not set is said but is no fault."""
    code, data, _ = run(tmp_path, PROJECT)
    assert (code, found(data), found(data, "ok")) == (0, [], ["set-complete"])


def test_nothing_set_is_a_fault(tmp_path: Path) -> None:
    """With the way to find out what to set."""
    code, data, _ = run(tmp_path, {})
    assert (code, found(data)) == (4, ["nothing-set"])


@pytest.mark.parametrize(
    "variables, expected",
    [
        ({**PROJECT, "SINCH_KEY_SECRET": ""}, "set-incomplete"),
        ({"SINCH_APP_KEY": UUID, "SINCH_APPLICATION_SECRET": APP_SECRET}, "misspelt"),
        ({"PROJECT_ID": UUID, "KEY_ID": OTHER_UUID, "KEY_SECRET": "kZ8~not-a-real-one.42"}, "misspelt"),
        ({"MJ_APIKEY_PUBLIC": "0" * 32, "MAILJET_SECRET_KEY": "1" * 32}, "misspelt"),
        ({"SINCH_PROJETC_ID": UUID, "SINCH_KEY_ID": OTHER_UUID, "SINCH_KEY_SECRET": "kZ8~not-a-real-one.42"}, "typo"),
        ({**PROJECT, "SINCH_KEY_ID": "YOUR_KEY_ID"}, "placeholder"),
        ({**PROJECT, "SINCH_KEY_SECRET": "<key secret>"}, "placeholder"),
        ({**PROJECT, "SINCH_KEY_ID": "${KEY_ID}"}, "unexpanded"),
        ({**PROJECT, "SINCH_KEY_ID": f'"{OTHER_UUID}"'}, "surrounded"),
        ({**PROJECT, "SINCH_KEY_SECRET": "kZ8~not-a-real-one.42\n"}, "blanks"),
        ({**PROJECT, "SINCH_KEY_SECRET": "kZ8~not a-real-one.42"}, "inner-blanks"),
        ({**PROJECT, "SINCH_KEY_ID": UUID}, "same-value"),
        ({**PROJECT, "SINCH_PROJECT_ID": "my@project"}, "wrong-shape"),
        ({**APPLICATION, "SINCH_APPLICATION_SECRET": "kZ8~not-a-real-one.42"}, "secret-not-base64"),
        ({"SINCH_APPLICATION_KEY": APP_SECRET, "SINCH_APPLICATION_SECRET": UUID}, "pair-swapped"),
        ({**PROJECT, "SINCH_KEY_ID": "kZ8~not-a-real-one.42", "SINCH_KEY_SECRET": OTHER_UUID}, "pair-swapped"),
        ({**PROJECT, "SINCH_KEY_SECRET": APP_SECRET}, "sets-swapped"),
        ({"MAILJET_API_KEY": "0" * 32, "MAILJET_SECRET_KEY": APP_SECRET}, "sets-swapped"),
    ],
)  # fmt: skip
def test_each_state_is_named(tmp_path: Path, variables: dict[str, str], expected: str) -> None:
    """Missing, misspelt for the tool at hand, wrong shape, swapped; exit 4."""
    code, data, _ = run(tmp_path, variables)
    assert (code, expected in found(data)) == (4, True), data


def test_a_dotenv_file_is_read_and_loses_against_the_environment(tmp_path: Path) -> None:
    """Two values for one name are worth a warning, and no fault."""
    lines = [f"{name}={value}" for name, value in PROJECT.items()]
    (tmp_path / ".env").write_text("\n".join(lines).replace(OTHER_UUID, str(uuid.UUID(int=5))))
    code, data, _ = run(tmp_path, {"SINCH_KEY_ID": OTHER_UUID})
    assert (code, found(data)) == (0, ["two-values"])


def test_a_dotenv_file_that_is_no_text_is_said(tmp_path: Path) -> None:
    """No traceback."""
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00")
    _, data, output = run(tmp_path, PROJECT)
    assert (found(data), "Traceback" in output) == (["unreadable"], False)


def test_a_file_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    """Named by the user, so its absence is an error."""
    code, _, output = run(tmp_path, PROJECT, "--env-file", "nowhere.env")
    assert (code, "nowhere.env" in output, "Traceback" in output) == (1, True, False)


def test_configuration_of_an_mcp_client_is_checked(tmp_path: Path) -> None:
    """The plugins' names are not read by the server; a reference to nothing hands nothing on; a secret in clear is seen."""
    entry = {"command": "npx", "args": ["-y", "@sinch/mcp"],
             "env": {"CONVERSATION_KEY_ID": "${CONVERSATION_KEY_ID}", "KEY_SECRET": "in-clear-as-it-should-not-be"}}  # fmt: skip
    (tmp_path / ".mcp.json").write_text(json.dumps({"mcpServers": {"sinch": entry}}))
    _, data, output = run(tmp_path, PROJECT)
    assert found(data) == ["not-read", "unset-reference", "secret-in-file"]
    assert "in-clear" not in output


def test_ids_that_the_sinch_cli_keeps_are_found(tmp_path: Path) -> None:
    """Only the secret is missing then: it is in the keychain."""
    (tmp_path / ".sinch").mkdir()
    (tmp_path / ".sinch" / "config.json").write_text(json.dumps({"default": {"projectId": UUID, "keyId": OTHER_UUID}}))
    _, data, _ = run(tmp_path, {})
    assert found(data) == ["set-incomplete"]


def test_chinese_has_every_text(tmp_path: Path) -> None:
    """The findings follow --locale."""
    _, data, _ = run(tmp_path, {**PROJECT, "SINCH_KEY_SECRET": APP_SECRET}, "--locale", "zh-CN")
    assert any("看起来是" in one["message"] for one in data["findings"])


def test_dry_run_lists_the_requests_and_names_no_value(tmp_path: Path) -> None:
    """The exact requests, with the variables that would travel."""
    code, data, output = run(
        tmp_path, {**PROJECT, **APPLICATION}, "--dry-run", "--product", "fax", "--product", "voice"
    )
    assert code == 0
    assert [line.split("  ")[0] for line in data["requests"]] == [
        "POST https://auth.sinch.com/oauth2/token",
        f"GET https://fax.api.sinch.com/v3/projects/{UUID}/services",
        "GET https://callingapi.sinch.com/v1/configuration/numbers",
    ]
    assert APP_SECRET not in output


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_value_of_any_variable_is_ever_in_a_finding(base: Knowledge, data: st.DataObject) -> None:
    """Whatever is set, the findings hold names and outlines only."""
    names = sorted(credentials(base))
    marker = data.draw(st.text(alphabet="QZJX", min_size=12, max_size=12))
    chosen = data.draw(
        st.lists(st.sampled_from([*names, "SINCH_APP_KEY", "KEY_SECRET", "sinch-key-id"]), min_size=1, unique=True)
    )
    shape = st.sampled_from(["{}", " {} ", '"{}"', "<{}>", "{}\n", "YOUR_{}", "a {} b", "${{{}}}", "{}==", "\x1b[2J{}"])
    variables = [Variable(name, data.draw(shape).format(marker), "environment") for name in chosen]
    surroundings = Surroundings(variables)
    texts = [one.message + one.fix for one in doctor.examine(base, surroundings)]
    texts += [one.message + one.fix for one in doctor.plan(base, surroundings).skipped]
    assert not any(marker in text for text in texts)
