"""`sinch-auth snippet` through the program."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


def snippet(*arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sinch_auth", "snippet", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=folder,
        stdin=subprocess.DEVNULL,
    )


def test_standard_output_is_the_code_and_nothing_else() -> None:
    """`> call.py` gives a file that compiles; what it needs is said beside it."""
    result = snippet("--product", "voice", "--language", "python", "--purpose", "call")
    compile(result.stdout, "call.py", "exec")
    assert "SINCH_APPLICATION_SECRET" in result.stderr


def test_voice_in_python_2x_is_signed_plain_http_and_says_why() -> None:
    """The SDK's newest line has no Voice v1."""
    result = snippet("--product", "voice", "--language", "python", "--purpose", "call")
    assert "hmac" in result.stdout
    assert "SinchClient" not in result.stdout
    assert "plain HTTP" in result.stderr


def test_its_proof_is_shown() -> None:
    """How it was checked, against what, and when."""
    result = snippet("--product", "fax", "--language", "curl", "--purpose", "call")
    assert "checked:     executed with curl" in result.stderr


def test_a_region_moves_the_host() -> None:
    """Otherwise the code reads the region from the environment."""
    assert (
        "https://eu.conversation.api.sinch.com"
        in snippet("--product", "conversation", "--language", "curl", "--purpose", "call", "--region", "eu").stdout
    )


def test_a_method_insisted_on_wins() -> None:
    """Basic where the table would say OAuth2."""
    result = snippet("--product", "fax", "--language", "curl", "--purpose", "call", "--method", "basic")
    assert "oauth2/token" not in result.stdout


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["--product", "fox", "--language", "curl", "--purpose", "call"], "fax"),
        (["--product", "fax", "--language", "cobol", "--purpose", "call"], "ruby"),
        (["--product", "fax", "--language", "curl", "--purpose", "dance"], "webhook"),
        (["--product", "fax", "--language", "curl", "--purpose", "sign"], "call"),
        (["--product", "fax", "--language", "curl", "--purpose", "call", "--method", "signed"], "oauth2"),
        (["--product", "fax", "--language", "curl", "--purpose", "call", "--region", "mars"], "eu1"),
        (["--product", "fax", "--language", "java", "--purpose", "call", "--sdk-line", "9.x"], "1.x"),
        (["--product", "fax", "--language", "curl", "--purpose", "call", "--value", "project_id"], "project_id="),
        (
            ["--product", "fax", "--language", "curl", "--purpose", "call", "--value", 'project_id=x"; rm -rf ~; "'],
            "UUID",
        ),
        (
            ["--product", "fax", "--language", "curl", "--purpose", "call", "--value", "key_secret=abc"],
            "SINCH_KEY_SECRET",
        ),
        (["--product", "fax", "--language", "browser", "--purpose", "call"], "backend"),
    ],
)
def test_what_cannot_be_had_is_refused_with_what_can(arguments: list[str], says: str) -> None:
    """Exit 2, the reason and the choices, no traceback."""
    result = snippet(*arguments)
    assert (result.returncode, says in result.stderr, "Traceback" in result.stderr) == (2, True, False), result.stderr


def test_output_is_written_with_what_stands_beside_it(tmp_path: Path) -> None:
    """A Java snippet with the SDK needs its pom.xml."""
    snippet("--product", "fax", "--language", "curl", "--purpose", "call", "--output", "call.sh", folder=tmp_path)
    snippet(
        "--product", "conversation", "--language", "java", "--purpose", "call", "--output", "Main.java", folder=tmp_path
    )
    assert {path.name for path in tmp_path.iterdir()} == {"call.sh", "Main.java", "pom.xml"}


def test_json_has_code_environment_and_proof() -> None:
    """For machines."""
    data = json.loads(snippet("--product", "fax", "--language", "curl", "--purpose", "call", "--format", "json").stdout)
    assert data["environment"] == ["SINCH_KEY_ID", "SINCH_KEY_SECRET", "SINCH_PROJECT_ID"]
    assert data["proof"]["level"] == "executed"
