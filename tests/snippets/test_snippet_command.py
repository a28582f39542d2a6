"""`sinch-auth snippet` through the real program: a file that runs, notes beside it, clear refusals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = "01234567-89ab-cdef-0123-456789abcdef"


def snippet(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the command; it must end with this exit code."""
    result = subprocess.run(
        [sys.executable, "-m", "sinch_auth", "snippet", *arguments],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip
    assert result.returncode == code, result.stderr
    return result


def wish(product: str, language: str, purpose: str) -> list[str]:
    """The three options that are always needed."""
    return ["--product", product, "--language", language, "--purpose", purpose]


def test_standard_output_is_the_code_and_nothing_else() -> None:
    """What goes to a file runs: Python compiles all of standard output."""
    result = snippet(*wish("numbers", "python", "call"))
    compile(result.stdout, "call.py", "exec")
    assert result.stdout.startswith("# Numbers API")


def test_notes_name_install_line_environment_and_proof() -> None:
    """Standard error says what to install and set, and how the code was checked."""
    notes = snippet(*wish("numbers", "python", "call")).stderr
    assert "install  pip install" in notes
    assert "set      SINCH_PROJECT_ID" in notes or "SINCH_PROJECT_ID" in notes.split("set ")[1]
    assert "checked  " in notes


def test_a_product_outside_the_sdk_gets_plain_http_with_the_reason() -> None:
    """Voice in Python 2.x: signed plain HTTP, because only 1.x has it."""
    result = snippet(*wish("voice", "python", "call"))
    assert "import requests" in result.stdout
    assert "hmac" in result.stdout
    assert "2.x has no Voice" in result.stderr
    assert "--sdk-line 1.x" in result.stderr


def test_the_line_that_one_has_is_used() -> None:
    """With 1.x named, the SDK is used; a version stands for its line."""
    for line in ("1.x", "1.1.4"):
        assert "from sinch import" in snippet(*wish("voice", "python", "call"), "--sdk-line", line).stdout


def test_missing_variable_is_named_when_it_runs(tmp_path: Path) -> None:
    """The file says which variable is missing, and ends with a failure."""
    path = tmp_path / "mint.py"
    path.write_text(snippet(*wish("in-app-calling", "python", "mint")).stdout, encoding="utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SINCH_")}
    result = subprocess.run(
        [sys.executable, str(path), "alice"], capture_output=True, text=True, env=environment, timeout=60, check=False
    )
    assert result.returncode == 1
    assert "SINCH_APPLICATION_KEY is not set" in result.stderr


def test_json_carries_cell_code_and_proof() -> None:
    """The machine form has the same code, the way it takes and the proof."""
    data = json.loads(snippet(*wish("voice", "node", "webhook"), "--format", "json").stdout)
    assert {"product", "auth_model", "method", "route", "region", "sdk_line", "because", "language", "purpose",
            "filename", "code", "install", "proof", "environment", "companions"} == set(data)  # fmt: skip
    assert data["route"] in ("sdk", "http")
    assert "SINCH_APPLICATION_SECRET" in data["environment"]


def test_output_writes_the_file_and_what_stands_beside_it(tmp_path: Path) -> None:
    """A folder gets the code under its own name and the build file; standard output stays empty."""
    result = snippet(*wish("conversation", "java", "init"), "--region", "eu", "--output", str(tmp_path))
    assert result.stdout == ""
    assert "ConversationRegion.EU" in (tmp_path / "Main.java").read_text("utf-8")
    assert "sinch-sdk-java" in (tmp_path / "pom.xml").read_text("utf-8")


def test_output_overwrites_nothing_unasked(tmp_path: Path) -> None:
    """Neither the file nor a build file of the user's is replaced without --force."""
    (tmp_path / "pom.xml").write_text("mine")
    asked = [*wish("conversation", "java", "init"), "--output", str(tmp_path)]
    assert "there already" in snippet(*asked, code=2).stderr
    assert (tmp_path / "pom.xml").read_text() == "mine"
    assert not (tmp_path / "Main.java").exists()
    snippet(*asked, "--force")
    assert "sinch-sdk-java" in (tmp_path / "pom.xml").read_text("utf-8")


def test_a_value_is_written_into_the_code() -> None:
    """By its id or by its environment variable's name."""
    for name in ("project_id", "SINCH_PROJECT_ID", "project-id"):
        assert f'"{PROJECT}"' in snippet(*wish("numbers", "python", "call"), "--value", f"{name}={PROJECT}").stdout


@pytest.mark.parametrize(
    "arguments, said",
    [
        ([*wish("nmbers", "python", "call")], "did you mean numbers"),
        ([*wish("numbers", "pyton", "call")], "did you mean python"),
        ([*wish("numbers", "python", "call"), "--method", "signed"], "it takes oauth2, basic"),
        ([*wish("numbers", "python", "call"), "--method", "magic"], "unknown method"),
        ([*wish("numbers", "python", "mint")], "there is: call (oauth2)"),
        ([*wish("numbers", "python", "dance")], "'init', 'call', 'token', 'sign', 'webhook', 'mint'"),
        ([*wish("conversation", "go", "call"), "--region", "mars"], "use one of: br, eu, us"),
        ([*wish("numbers", "go", "call"), "--region", "eu"], "one host for every region"),
        ([*wish("numbers", "go", "call"), "--sdk-line", "2.x"], "no official SDK for Go"),
        ([*wish("numbers", "python", "call"), "--sdk-line", "9.x"], "did you mean 2.x or 1.x"),
        ([*wish("sms", "ios", "call")], "anyone"),
        ([*wish("verification", "browser", "init")], "let your backend make the call"),
        ([*wish("numbers", "python", "call"), "--value", "project_id"], "--value needs a credential"),
        ([*wish("numbers", "python", "call"), "--value", "colour=red"], "unknown credential"),
        ([*wish("numbers", "python", "call"), "--value", 'project_id=x"; rm -rf ~; "'], "is no Project ID"),
        ([*wish("numbers", "python", "token"), "--value", f"project_id={PROJECT}"], "no use for project_id"),
    ],
)
def test_what_is_not_possible_is_refused_with_what_is(arguments: list[str], said: str) -> None:
    """Exit code 2, one message, no code, and the way out."""
    result = snippet(*arguments, code=2)
    assert result.stdout == ""
    assert said in result.stderr


def test_a_secret_is_refused_and_not_repeated() -> None:
    """A Key Secret on the command line is refused, and its value is in no output."""
    secret = "hunter2~hunter2~hunter2"
    result = snippet(*wish("numbers", "python", "call"), "--value", f"key_secret={secret}", code=2)
    assert "is a secret" in result.stderr
    assert secret not in result.stdout + result.stderr
