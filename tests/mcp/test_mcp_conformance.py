"""The official conformance suite against the server: over HTTP, and over stdio through a bridge."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
import yaml
from evals import toolchains
from evals.mcp_clients import OURS, Stdio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

DATA = yaml.safe_load(Path(__file__).with_name("conformance.yaml").read_text(encoding="utf-8"))
REVISIONS = ("2025-06-18", "2025-11-25", "2026-07-28")
RUNS = [("latest", "2025-06-18"), ("latest", "2025-11-25"), *(("next", revision) for revision in REVISIONS)]
EXTENSIONS = [name for name in DATA["applies"] if name.startswith("sep-2640")]
Install = Callable[[Callable[[], Path]], Path]


def suite(installed: Install, release: str, *arguments: str) -> str:
    """Run the suite; what it prints."""
    main = installed(toolchains.mcp_tools) / f"node_modules/conformance-{release}/dist/index.js"
    node = toolchains.new_node() / "bin/node"
    ended = subprocess.run(
        [node, main, *arguments], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, check=False
    )
    return ended.stdout


def failures(folder: Path, scenarios: list[str]) -> tuple[dict[str, list[str]], set[str]]:
    """The checks that failed, by scenario, without those that need a tool of the suite; and what was run at all."""
    failed: dict[str, list[str]] = {}
    ran: set[str] = set()
    for path in folder.glob("server-*/checks.json"):
        scenario = re.sub(r"-\d{4}-\d\d-\d\dT.*", "", path.parent.name).removeprefix("server-")
        if scenario not in scenarios:
            continue
        ran.add(scenario)
        untestable = DATA["untestable"].get(scenario, {})
        for check in json.loads(path.read_text(encoding="utf-8")):
            if check["status"] == "FAILURE" and check["id"] not in untestable:
                failed.setdefault(scenario, []).append(f"{check['id']}: {check.get('errorMessage')}")
    return failed, ran


def test_every_scenario_is_decided(installed: Install) -> None:
    """A scenario of the suite applies, or there is a reason why not; none is forgotten and none is made up."""
    listed = set(re.findall(r"^  - (\S+) \[", suite(installed, "next", "list", "--server"), re.MULTILINE))
    applies, excused = set(DATA["applies"]), set(DATA["does-not-apply"])
    assert listed == applies | excused
    assert not applies & excused
    assert all(DATA["does-not-apply"].values())
    assert set(DATA["stdio"]) <= applies


@pytest.mark.parametrize("release, revision", RUNS)
def test_over_http(port: int, installed: Install, tmp_path: Path, release: str, revision: str) -> None:
    """All scenarios that apply, of the released suite and of the one that knows the newest revision."""
    url = f"http://127.0.0.1:{port}/mcp"
    arguments = ("server", "--url", url, "--suite", "all", "--spec-version", revision, "-o", str(tmp_path))
    suite(installed, release, *arguments)
    failed, ran = failures(tmp_path, DATA["applies"])
    assert failed == {}
    assert {"tools-list", "completion-complete", "resources-list", "prompts-list"} <= ran


@pytest.mark.parametrize("scenario", EXTENSIONS)
def test_the_skill_over_http(port: int, installed: Install, tmp_path: Path, scenario: str) -> None:
    """The skills extension: its listing, its manifest with digests, its folders."""
    arguments = ("server", "--url", f"http://127.0.0.1:{port}/mcp", "--scenario", scenario, "-o", str(tmp_path))
    suite(installed, "next", *arguments)
    assert failures(tmp_path, [scenario]) == ({}, {scenario})


@pytest.mark.parametrize("revision", REVISIONS[1:])
def test_over_stdio(installed: Install, tmp_path: Path, revision: str) -> None:
    """The same over stdio: the suite speaks HTTP only, so a bridge hands each message to a process, and back."""
    with bridged() as port:
        given = ("server", "--url", f"http://127.0.0.1:{port}/mcp", "-o", str(tmp_path))
        suite(installed, "next", *given, "--suite", "all", "--spec-version", revision)
        if revision == REVISIONS[-1]:
            for scenario in EXTENSIONS:
                suite(installed, "next", *given, "--scenario", scenario)
    failed, ran = failures(tmp_path, DATA["stdio"])
    assert failed == {}
    assert {"tools-list", "completion-complete", "resources-list", "prompts-list"} <= ran


@contextmanager
def bridged() -> Iterator[int]:
    """HTTP in front of two processes on stdio, one for each era."""
    servers: dict[str, Stdio] = {}
    taking_turns = threading.Lock()

    def hand_over(message: dict[str, Any]) -> Response:
        meta = (message.get("params") or {}).get("_meta", {})
        era = "newer" if any(name.endswith("/protocolVersion") for name in meta) else "older"
        with taking_turns:
            if era not in servers:
                servers[era] = Stdio(OURS)
            if "id" not in message:
                servers[era].send(message)
                return Response(status_code=202)
            return JSONResponse(servers[era].ask(message))

    async def bridge(scope: Any, receive: Any, send: Any) -> None:
        asked = Request(scope, receive)
        if asked.method != "POST":
            await Response(status_code=405)(scope, receive, send)
            return
        message = json.loads(await asked.body())
        answer = await asyncio.to_thread(hand_over, message)
        await answer(scope, receive, send)

    config = uvicorn.Config(bridge, port=0, log_level="critical", lifespan="off")
    running = uvicorn.Server(config)
    listening = config.bind_socket()
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        running.should_exit = True
        thread.join(30)
        listening.close()
        for server in servers.values():
            server.__exit__()
