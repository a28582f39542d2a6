"""`token fetch` really fetches: inside the sandbox it gets a token from the stand-in for auth.sinch.com."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

PROGRAM = (sys.executable, "-m", "sinch_auth")


def _fetched(
    tmp_path: Path, *arguments: str, shell: str = ""
) -> tuple[subprocess.CompletedProcess[str], list[dict[str, object]]]:
    report = tmp_path / "report.json"
    command = [*PROGRAM, "token", "fetch", *arguments]
    if shell:
        command = ["sh", "-c", f'{shell} exec "$@"', "sh", *command]
    done = subprocess.run(
        [*PROGRAM, "sandbox", "--format", "json", "--report", str(report), "--", *command],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        env=dict(os.environ),
        check=False,
    )
    return done, json.loads(report.read_text())["requests"]


def test_a_token_is_fetched(tmp_path: Path) -> None:
    """The token alone on standard output; the stand-in has accepted the Key ID and Key Secret."""
    done, requests = _fetched(tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.split()) == 1
    (request,) = requests
    assert request["verdict"] == "accepted"


def test_the_answer_as_json(tmp_path: Path) -> None:
    """With `--format json`, what the token endpoint answered."""
    done, _ = _fetched(tmp_path, "--format", "json")
    assert {"access_token", "expires_in", "token_type"} <= set(json.loads(done.stdout))


def test_a_wrong_secret_is_explained(tmp_path: Path) -> None:
    """A refused pair: exit 4, why and cure, and the secret in neither output nor error."""
    done, requests = _fetched(tmp_path, shell="SINCH_KEY_SECRET=wrong~Secret0123456789abcdef; export SINCH_KEY_SECRET;")
    assert done.returncode == 4, done.stderr
    assert requests[0]["verdict"] == "refused"
    assert "why:" in done.stderr
    assert "wrong~Secret" not in done.stdout + done.stderr


def test_a_missing_variable_is_named() -> None:
    """Without a Key ID nothing is sent: exit 2, and the variable's name."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("SINCH_KEY")}
    done = subprocess.run(
        [*PROGRAM, "token", "fetch"], capture_output=True, text=True, env=env, timeout=60, check=False
    )
    assert done.returncode == 2
    assert "SINCH_KEY_ID" in done.stderr
