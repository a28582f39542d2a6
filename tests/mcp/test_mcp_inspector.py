"""The official inspector's command line: it lists, calls every tool, reads, and checks our skill; in both eras."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from evals import toolchains
from evals.mcp_clients import OURS

Install = Callable[[Callable[[], Path]], Path]
ERAS = ("legacy", "modern")


def inspect(installed: Install, home: Path, *arguments: str, era: str = "legacy", target: tuple[str, ...] = ()) -> Any:
    """What one run prints, as JSON. It must end well."""
    command = installed(toolchains.mcp_tools) / "node_modules/.bin/mcp-inspector"
    node = toolchains.new_node() / "bin"
    ended = subprocess.run(
        [
            node / "node",
            command.resolve(),
            "--cli",
            *(target or OURS),
            "--protocol-era",
            era,
            "--format",
            "json",
            "-q",
            *arguments,
        ],
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
        check=False,
        env={**os.environ, "PATH": f"{node}:{os.environ['PATH']}", "HOME": str(home)},
    )
    assert ended.returncode == 0, ended.stderr + ended.stdout
    return json.loads(ended.stdout)


CALLS = {
    "sinch_auth_guide": ({"question": "401 from the fax api in php"}, "status"),
    "sinch_auth_diagnose": ({"text": "HTTP/1.1 401 Unauthorized from https://eu.conversation.api.sinch.com"}, "causes"),
    "sinch_auth_check_token": ({"token": "e30.e30.x"}, "findings"),
}


@pytest.mark.parametrize("era", ERAS)
def test_it_lists_the_tools_and_finds_their_schemas_portable(installed: Install, tmp_path: Path, era: str) -> None:
    """`--strict` ends with an error for a schema that some client cannot read."""
    listed = inspect(installed, tmp_path, "--method", "tools/list", "--strict", era=era)
    found = listed.get("result", listed)
    assert len(found["tools"]) == 4


@pytest.mark.parametrize("tool", CALLS)
def test_it_calls_every_tool(installed: Install, tmp_path: Path, port: int, tool: str) -> None:
    """Each gives text and structured content that fits its output schema."""
    arguments, key = CALLS[tool]
    target = (f"http://127.0.0.1:{port}/mcp",)
    given = ("--method", "tools/call", "--tool-name", tool, "--tool-args-json", json.dumps(arguments))
    called = inspect(installed, tmp_path, *given, era="modern", target=target)
    assert key in called.get("result", called)["structuredContent"]


def test_it_calls_the_signature_check(installed: Install, tmp_path: Path) -> None:
    """The secret is read by the server, under the name of its variable; the call carries the name alone."""
    asked = {
        "method": "POST",
        "path": "/calling/v1/callouts",
        "body": "{}",
        "headers": {
            "content-type": "application/json",
            "x-timestamp": "2026-11-24T00:00:00Z",
            "authorization": "Application 5F5C418A0F914BBC8234A9BF5EDDAD97:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        },
    }
    given = {"request": json.dumps(asked), "secret_env": "SINCH_APPLICATION_SECRET"}
    method = ("--method", "tools/call", "--tool-name", "sinch_auth_check_signature")
    environ = ("-e", "SINCH_APPLICATION_SECRET=JViE5vDor0Sw3WllZka15Q==")
    called = inspect(installed, tmp_path, *environ, *method, "--tool-args-json", json.dumps(given))
    assert called.get("result", called)["structuredContent"]["verdict"] == "no_match"


def test_it_verifies_our_skill(installed: Install, tmp_path: Path) -> None:
    """Its checks of the skills extension and of every digest pass."""
    given = ("--method", "skills/list", "--verify", "--require-digests")
    found = json.dumps(inspect(installed, tmp_path, *given, era="modern"))
    assert "skill://sinch-authentication/SKILL.md" in found


@pytest.mark.parametrize("method", ["resources/list", "resources/templates/list", "prompts/list"])
def test_it_lists_the_rest_over_http(installed: Install, tmp_path: Path, port: int, method: str) -> None:
    """Over HTTP as over stdio."""
    target = (f"http://127.0.0.1:{port}/mcp",)
    assert inspect(installed, tmp_path, "--method", method, target=target)
