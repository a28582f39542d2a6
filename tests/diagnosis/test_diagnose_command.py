"""`sinch-auth diagnose` as people and scripts run it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


def run(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sinch_auth", "diagnose", *arguments],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "arguments, text, code",
    [
        (["--status", "401", "--product", "voice", "Invalid Signature"], "", 4),
        (["-"], "invalid_client from auth.sinch.com", 4),
        ([], "invalid_client from auth.sinch.com", 4),
        (["401"], "", 3),
        (["good morning"], "", 0),
        ([], "", 2),
        (["--product", "voise", "401"], "", 2),
        (["--status", "9", "401"], "", 2),
    ],
)
def test_exit_code_says_what_was_found(arguments: list[str], text: str, code: int) -> None:
    """4 a fault, 3 a question, 0 nothing wrong, 2 a mistake of the caller."""
    assert run(*arguments, text=text).returncode == code


def test_json_has_stable_keys() -> None:
    """What programs read."""
    data = json.loads(run("--format", "json", 'curl -u "$KEY_ID:$KEY_SECRET" https://calling.api.sinch.com/x').stdout)
    assert set(data) == {
        "fault", "facts", "exchange", "causes", "contradictions", "not_auth", "question", "warnings",
    }  # fmt: skip
    assert data["contradictions"][0]["id"] == "access-key-on-voice-or-verification"
    assert data["contradictions"][0] == data["causes"][0]
    assert {"id", "kind", "cause", "fix", "confidence", "evidence", "confirm", "snippet", "sources"} <= set(
        data["causes"][0]
    )


def test_file_is_read(tmp_path: Path) -> None:
    """A saved log, whatever bytes are in it."""
    path = tmp_path / "log"
    path.write_bytes(
        b"\xff\xfe\x00 sinch.core.exceptions.ValidationException: key_id, key_secret and project_id are required by this API"
    )
    done = run("--file", str(path))
    assert done.returncode == 4
    assert "key_id" in done.stdout


def test_nothing_found_is_said_honestly() -> None:
    """No known error is no proof that all is well."""
    assert "not a proof" in run("good morning").stdout.replace("\n", " ")


def test_a_secret_given_as_text_is_not_echoed() -> None:
    """Neither on standard output nor on standard error."""
    done = run('curl -u "api:key-00fake00fake00fake00fake00fake00" https://api.mailjet.com/v3.1/send')
    assert "00fake00fake" not in done.stdout + done.stderr
    assert "otate" in done.stdout


@pytest.mark.parametrize("form", ["text", "json", "agent"])
def test_every_form_names_cause_and_fix(form: str) -> None:
    """For people, programs and models."""
    said = " ".join(run("--format", form, "invalid_client from auth.sinch.com").stdout.split())
    assert "refused the pair" in said
    assert "SINCH_KEY_ID" in said
