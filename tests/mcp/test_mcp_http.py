"""The server over HTTP: who is let in, what is refused with which words, two processes as one, and a clean end."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from evals.mcp_clients import (
    OURS,
    ROOT,
    calling,
    initialize,
    modern_headers,
    request,
    serving,
    wait_for,
)
from starlette.requests import Request
from starlette.responses import Response

HTTP = [*OURS, "--http", "--port", "0"]
GUIDE = calling(1, "sinch_auth_guide", {"question": "which keys for voice"})


def ask(
    port: int,
    message: Any,
    headers: Mapping[str, str] | None = None,
    *,
    path: str = "/mcp",
    method: str = "POST",
) -> tuple[int, dict[str, str], Any]:
    """One request: status, headers, and the body as JSON where it is."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    given = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", **(headers or {})}
    try:
        connection.request(method, path, body if method == "POST" else None, given)
        answer = connection.getresponse()
        read = answer.read()
        try:
            data = json.loads(read) if read else None
        except ValueError:
            data = read.decode()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, data
    finally:
        connection.close()


def test_the_newer_era_needs_no_session(port: int) -> None:
    """One self-contained POST is a whole call; no session id comes back."""
    message = calling(1, "sinch_auth_guide", {"question": "which keys for voice"}, modern=True)
    status, headers, data = ask(port, message, modern_headers("tools/call", "sinch_auth_guide"))
    assert status == 200
    assert "mcp-session-id" not in headers
    assert data["result"]["structuredContent"]["answer"]["auth_model"] == "application"


def test_the_older_era_needs_none_either(port: int) -> None:
    """A call without a handshake before it is answered, because nothing is kept of one."""
    status, headers, data = ask(port, GUIDE)
    assert status == 200
    assert "mcp-session-id" not in headers
    assert data["result"]["structuredContent"]["status"] == "answer"


def test_health_needs_neither_name_nor_key() -> None:
    """Probes come by address; a server with keys still tells them that it lives."""
    with serving(HTTP, environ={"SINCH_AUTH_MCP_KEYS": "a"}) as port:
        assert ask(port, None, {"Host": "10.0.0.7:8765"}, path="/health", method="GET")[0::2] == (200, {"status": "ok"})


REFUSED: dict[str, tuple[Any, dict[str, str], str, int, str]] = {
    "another Host": (GUIDE, {"Host": "mcp.example.com"}, "/mcp", 421, "SINCH_AUTH_MCP_ALLOWED_HOSTS"),
    "a Host that starts like ours": (GUIDE, {"Host": "localhost.example.com:80"}, "/mcp", 421, "ALLOWED_HOSTS"),
    "another Origin": (GUIDE, {"Origin": "https://evil.example"}, "/mcp", 403, "SINCH_AUTH_MCP_ALLOWED_ORIGINS"),
    "a null Origin": (GUIDE, {"Origin": "null"}, "/mcp", 403, "ALLOWED_ORIGINS"),
    "another path": (GUIDE, {}, "/sse", 404, "/mcp"),
    "5 MB": (b'"' + b"x" * 5_000_000 + b'"', {}, "/mcp", 413, "2,097,152"),
    "not JSON": (b"{nope", {}, "/mcp", 400, "not JSON"),
    "not UTF-8": (b'{"jsonrpc":"2.0","method":"\xff"}', {}, "/mcp", 400, "UTF-8"),
    "nothing": (b"", {}, "/mcp", 400, "not JSON"),
    "a batch": ([GUIDE], {}, "/mcp", 400, "a batch"),
    "a number": (17, {}, "/mcp", 400, "JSON-RPC"),
    "no method": ({"jsonrpc": "2.0", "id": 1}, {}, "/mcp", 400, "method"),
    "an id that is none": ({"jsonrpc": "2.0", "id": {}, "method": "ping"}, {}, "/mcp", 400, "id"),
    "params by position": (
        {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": [1]},
        {},
        "/mcp",
        400,
        "object",
    ),
    "deep nesting": (b'{"jsonrpc":"2.0","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", {}, "/mcp", 400, "JSON"),
    "a form": (b"a=b", {"Content-Type": "application/x-www-form-urlencoded"}, "/mcp", 415, "application/json"),
    "no Accept that fits": (GUIDE, {"Accept": "text/html"}, "/mcp", 406, "application/json"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals_say_what_to_do(port: int, name: str) -> None:
    """A clear error each, in no validator's words; and the server lives on."""
    message, headers, path, expected, word = REFUSED[name]
    status, _, data = ask(port, message, headers, path=path)
    assert status == expected
    assert word in data["error"]["message"]
    assert "pydantic" not in json.dumps(data)
    assert ask(port, GUIDE)[0] == 200


def test_pages_of_this_machine_may_call(port: int) -> None:
    """The inspector's page on loopback passes, and gets the headers that its browser asks for."""
    origin = {"Origin": "http://localhost:6274"}
    status, headers, _ = ask(port, GUIDE, origin)
    assert (status, headers["access-control-allow-origin"]) == (200, "http://localhost:6274")
    asks = {**origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "mcp-protocol-version"}
    assert ask(port, None, asks, method="OPTIONS")[0] == 200


def test_named_hosts_and_origins_pass() -> None:
    """What the environment allows is let in, and nothing else is."""
    environ = {
        "SINCH_AUTH_MCP_ALLOWED_HOSTS": "mcp.example.com, 127.0.0.1:*",
        "SINCH_AUTH_MCP_ALLOWED_ORIGINS": "https://app.example.com",
    }
    with serving(HTTP, environ=environ) as port:
        good = {"Host": "mcp.example.com", "Origin": "https://app.example.com"}
        assert ask(port, GUIDE, good)[0] == 200
        assert ask(port, GUIDE, {**good, "Host": "localhost"})[0] == 421
        assert ask(port, GUIDE, {**good, "Origin": "https://app.example.com.evil.example"})[0] == 403


def test_keys_and_their_rotation(tmp_path: Path) -> None:
    """Any of several keys opens; the file is read again, so a key is replaced without a restart. 401 says Bearer."""
    file = tmp_path / "keys"
    file.write_text("# the first\nold-key\n", encoding="utf-8")
    environ = {"SINCH_AUTH_MCP_KEYS": "standing-key", "SINCH_AUTH_MCP_KEYS_FILE": str(file)}

    def status(key: str) -> int:
        return ask(port, GUIDE, {"Authorization": f"Bearer {key}"})[0]

    with serving(HTTP, environ=environ) as port:
        code, headers, data = ask(port, GUIDE)
        assert (code, headers["www-authenticate"]) == (401, 'Bearer realm="sinch-auth"')
        assert "next: " in data["error"]["message"]
        code, headers, data = ask(port, GUIDE, {"Authorization": "Bearer wrong-key"})
        assert code == 401
        assert 'error="invalid_token"' in headers["www-authenticate"]
        assert "wrong-key" not in json.dumps(data)
        assert (status("old-key"), status("standing-key"), status("new-key")) == (200, 200, 401)
        file.write_text("old-key\nnew-key\n", encoding="utf-8")
        assert comes(lambda: status("new-key") == 200)
        assert status("old-key") == 200
        file.write_text("new-key\n", encoding="utf-8")
        assert comes(lambda: status("old-key") == 401)
        assert status("new-key") == 200
        file.unlink()
        assert status("new-key") == 200


def comes(true: Any, seconds: float = 15) -> bool:
    """Whether something becomes true in time."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            return False
    return True


@pytest.mark.parametrize(
    "environ",
    [
        {"SINCH_AUTH_MCP_KEYS": " , "},
        {"SINCH_AUTH_MCP_KEYS_FILE": "/nowhere/keys"},
        {"SINCH_AUTH_MCP_MAX_BODY": "much"},
    ],
    ids=["no key", "no file", "no size"],
)
def test_wrong_settings_do_not_start(environ: dict[str, str]) -> None:
    """Least of all does an empty list of keys open the door: it ends with what is wrong, and how to mend it."""
    ended = subprocess.run(HTTP, env={**os.environ, **environ}, capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert ended.returncode in (1, 2)
    assert "SINCH_AUTH_MCP_" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_port_in_use_is_told(port: int) -> None:
    """It says so and what to do, without a traceback."""
    ended = subprocess.run([*OURS, "--http", "--port", str(port)], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert f"cannot listen on 127.0.0.1 port {port}" in ended.stderr


@pytest.mark.parametrize("variable", ["", "SINCH_AUTH_MCP_ALLOWED_HOSTS"])
def test_the_hint_at_the_start(variable: str) -> None:
    """Listening beyond loopback, it says what must be set lest callers get 421, and that anybody may call."""
    environ = {**os.environ, **({variable: "mcp.example.com"} if variable else {})}
    process = subprocess.Popen(
        [*HTTP, "--host", "0.0.0.0"], env=environ, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stderr
    try:
        told = [process.stderr.readline() for _ in range(2 if variable else 3)]
    finally:
        process.terminate()
        process.wait(30)
        process.stderr.close()
    assert any("SINCH_AUTH_MCP_ALLOWED_HOSTS" in line for line in told) is not bool(variable)
    assert any("SINCH_AUTH_MCP_KEYS_FILE" in line for line in told)


def test_logs_are_json_without_what_was_sent(tmp_path: Path) -> None:
    """One object a line: what was called and how it ended; no argument, no key, no secret."""
    log = tmp_path / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            HTTP,
            env={**os.environ, "SINCH_AUTH_MCP_KEYS": "key-of-mine"},
            stdin=subprocess.DEVNULL,
            stderr=file,
            cwd=ROOT,
        )
        try:
            assert comes(lambda: b"ready" in log.read_bytes(), 60)
            port = int(log.read_text().split("http://127.0.0.1:")[1].split("/")[0])
            key = {"Authorization": "Bearer key-of-mine"}
            pasted = calling(1, "sinch_auth_diagnose", {"text": "token pM7bGHFZ9v1Ybz0c2wVZ3w== at hidden-place 401"})
            assert ask(port, pasted, key)[0] == 200
            assert ask(port, calling(2, "hidden-tool", {}), key)[0] == 200
            assert ask(port, GUIDE, {"Authorization": "Bearer hidden-key"})[0] == 401
        finally:
            process.terminate()
            assert process.wait(30) in (0, -signal.SIGTERM)
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    said = {(line.get("tool"), line.get("outcome")) for line in lines if line["message"] == "request"}
    assert said == {("sinch_auth_diagnose", "ok"), (None, "error -32602")}
    for hidden in ("pM7bGHFZ9v1Ybz0c2wVZ3w==", "hidden", "key-of-mine"):
        assert hidden not in log.read_text()


@pytest.mark.parametrize("workers", [1, 2])
def test_requests_under_way_are_finished(workers: int) -> None:
    """Told to stop in the middle of a request, it answers that one, and then it is gone."""
    process = subprocess.Popen(
        [*HTTP, "--workers", str(workers)], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stderr
    with process.stderr:
        port = int(process.stderr.readline().split(":")[3].split("/")[0])
        wait_for(port, process)
        body = json.dumps(GUIDE).encode()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.putrequest("POST", "/mcp")
        for name, value in (
            ("Content-Type", "application/json"),
            ("Accept", "application/json, text/event-stream"),
            ("Content-Length", str(len(body))),
        ):
            connection.putheader(name, value)
        connection.endheaders(body[:20])
        # Another request on the same machine shows that the server has had the time to read the first half.
        assert ask(port, GUIDE)[0] == 200
        process.send_signal(signal.SIGTERM)
        while "Shutting down" not in process.stderr.readline():
            pass
        connection.send(body[20:])
        answer = connection.getresponse()
        assert answer.status == 200
        assert json.loads(answer.read())["result"]["structuredContent"]["status"] == "answer"
        connection.close()
        process.stderr.read()
        assert process.wait(30) in (0, -signal.SIGTERM)


@contextlib.contextmanager
def balancing(ports: list[int]) -> Iterator[tuple[int, list[int]]]:
    """A load balancer that knows nothing of sessions: every request to the next server in turn."""
    turns = itertools.cycle(ports)
    served: list[int] = []

    async def forward(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        asked = Request(scope, receive)
        body = await asked.body()
        port = next(turns)
        served.append(port)
        headers = {name: value for name, value in asked.headers.items() if name not in ("host", "content-length")}

        def pass_on() -> Response:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request(asked.method, asked.url.path, body, headers)
            answer = connection.getresponse()
            kept = {
                name: value for name, value in answer.getheaders() if name.lower() not in ("content-length", "date")
            }
            made = Response(answer.read(), answer.status, kept)
            connection.close()
            return made

        await (await asyncio.to_thread(pass_on))(scope, receive, send)

    config = uvicorn.Config(forward, port=0, log_level="error", lifespan="off")
    running = uvicorn.Server(config)
    socket = config.bind_socket()
    import threading

    thread = threading.Thread(target=running.run, kwargs={"sockets": [socket]})
    thread.start()
    try:
        yield socket.getsockname()[1], served
    finally:
        running.should_exit = True
        thread.join(30)
        socket.close()


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
def test_two_processes_behind_a_round_robin(port: int, mode: str) -> None:
    """The official client sees one server, though each request goes to the other process; also in mid-question."""
    import mcp_types as types

    from mcp import Client

    async def choose(context: Any, form: Any) -> types.ElicitResult:
        [field] = form.requested_schema["properties"]
        return types.ElicitResult(action="accept", content={field: {"language": "python", "region": "eu"}[field]})

    async def run(url: str) -> list[Any]:
        async with Client(url, mode=mode, elicitation_callback=choose) as client:
            made: list[Any] = [await client.list_tools()]
            for _ in range(4):
                made.append(await client.call_tool("sinch_auth_guide", {"question": "how do I send an sms?"}))
            return made

    with serving(HTTP) as other, balancing([port, other]) as (balancer, served):
        listed, *results = asyncio.run(run(f"http://127.0.0.1:{balancer}/mcp"))
    assert len(listed.tools) == 4
    expected = "answer" if mode != "legacy" else "needs_input"
    assert {one.structured_content["status"] for one in results} == {expected}
    assert {served.count(port) - served.count(other)} <= {-1, 0, 1}


def test_the_environment_of_a_shared_server_is_not_open() -> None:
    """Callers over HTTP may name only our variables, and never learn a signature that they did not have."""
    secret = "JViE5vDor0Sw3WllZka15Q=="
    message = {
        "method": "POST",
        "path": "/calling/v1/callouts",
        "body": "{}",
        "headers": {
            "content-type": "application/json",
            "x-timestamp": "2026-11-24T00:00:00Z",
            "authorization": "Application 5F5C418A0F914BBC8234A9BF5EDDAD97:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        },
    }
    environ = {"SINCH_APPLICATION_SECRET": secret, "PRIVATE_THING": secret}
    with serving(HTTP, environ=environ) as port:
        arguments = {"request": json.dumps(message), "secret_env": "PRIVATE_THING"}
        refused = ask(port, calling(1, "sinch_auth_check_signature", arguments))[2]["result"]
        assert refused["isError"]
        assert "SINCH_" in refused["content"][0]["text"]
        arguments = {"request": json.dumps(message)}
        checked = ask(port, calling(2, "sinch_auth_check_signature", arguments))[2]["result"]
        assert checked["structuredContent"]["verdict"] == "no_match"
        assert checked["structuredContent"]["expected"]["signature"] == "****"
        assert secret not in json.dumps(checked)


def test_spans_reach_whoever_listens(tmp_path: Path) -> None:
    """The SDK makes a span of each request; with a provider of OpenTelemetry they arrive, named after the tool."""
    code = f"""
import contextlib, json
from opentelemetry import trace
class Tracer(trace.NoOpTracer):
    @contextlib.contextmanager
    def start_as_current_span(self, name, **given):
        print(json.dumps([name, given["attributes"]]), file=open({str(tmp_path / "spans")!r}, "a"))
        with super().start_as_current_span(name) as span:
            yield span
class Provider(trace.NoOpTracerProvider):
    def get_tracer(self, *a, **k):
        return Tracer()
trace.set_tracer_provider(Provider())
from sinch_auth.surfaces.mcp_server import serve_stdio
serve_stdio()
"""
    from evals.mcp_clients import Stdio

    with Stdio([sys.executable, "-c", code]) as server:
        server.open()
        server.ask(calling(1, "sinch_auth_guide", {"question": "secret question"}))
    spans = [json.loads(line) for line in (tmp_path / "spans").read_text().splitlines()]
    assert ["tools/call sinch_auth_guide", "sinch_auth_guide"] in [
        [name, given.get("gen_ai.tool.name")] for name, given in spans
    ]
    assert "secret question" not in json.dumps(spans)


def test_tracing_without_its_packages_is_told(tmp_path: Path) -> None:
    """Where OpenTelemetry is asked for and not installed, the log says what to install, and the server serves."""
    code = """
import sys
sys.modules["opentelemetry.sdk"] = None
import logging, os
os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:1"
from sinch_auth.surfaces import mcp_http
mcp_http.application()
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert "pip install opentelemetry-sdk" in ended.stderr


def test_the_handshake_of_the_older_era(port: int) -> None:
    """`initialize` is answered like any request; what it settled need not be remembered."""
    status, _, data = ask(port, initialize())
    assert status == 200
    assert data["result"]["serverInfo"]["name"] == "sinch-auth"
    assert ask(port, {"jsonrpc": "2.0", "method": "notifications/initialized"})[0] == 202
    assert ask(port, request(2, "tools/list"))[0] == 200
