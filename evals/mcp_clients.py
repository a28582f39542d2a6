"""Clients for measuring the MCP server: a process on stdio, and raw HTTP that costs next to nothing itself."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
OURS = [str(Path(sys.executable).with_name("sinch-auth")), "mcp"]
EMPTY = [sys.executable, "-m", "evals.empty_mcp_server"]
LEGACY, MODERN = "2025-11-25", "2026-07-28"
_PATIENCE_SECONDS = 30
_META = "io.modelcontextprotocol/"


def initialize(capabilities: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The first message of the older era."""
    params = {
        "protocolVersion": LEGACY,
        "capabilities": dict(capabilities or {}),
        "clientInfo": {"name": "bench", "version": "1"},
    }
    return {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}


def request(id: int, method: str, params: Mapping[str, Any] | None = None, *, modern: bool = False) -> dict[str, Any]:
    """One request of either era."""
    given = dict(params or {})
    if modern:
        given["_meta"] = {
            f"{_META}protocolVersion": MODERN,
            f"{_META}clientInfo": {"name": "bench", "version": "1"},
            f"{_META}clientCapabilities": {},
        }
    return {"jsonrpc": "2.0", "id": id, "method": method, "params": given}


def calling(id: int, tool: str, arguments: Mapping[str, Any], *, modern: bool = False) -> dict[str, Any]:
    """One call of a tool."""
    return request(id, "tools/call", {"name": tool, "arguments": dict(arguments)}, modern=modern)


class Stdio:
    """A server started as a client starts it, spoken to line by line."""

    def __init__(self, command: list[str], environ: Mapping[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={**os.environ, **(environ or {})},
        )

    def __enter__(self) -> Stdio:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()

    def send(self, message: Mapping[str, Any] | bytes) -> None:
        """One line to the server."""
        assert self.process.stdin
        line = message if isinstance(message, bytes) else json.dumps(message).encode()
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def ask(self, message: Mapping[str, Any] | bytes) -> dict[str, Any]:
        """One line to the server, and the one that comes back."""
        assert self.process.stdout
        # A server that says nothing is stopped, which ends the waiting.
        patience = threading.Timer(_PATIENCE_SECONDS, self.process.kill)
        patience.start()
        try:
            self.send(message)
            line = self.process.stdout.readline()
        finally:
            patience.cancel()
        if not line:
            raise AssertionError("the server did not answer")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def open(self, capabilities: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The handshake of the older era."""
        answer = self.ask(initialize(capabilities))
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return answer


@contextmanager
def serving(
    command: list[str],
    port: int = 0,
    environ: Mapping[str, str] | None = None,
    started: Callable[[int], object] | None = None,
) -> Iterator[int]:
    """A server over HTTP for as long as the block runs; gives its port. Without a port it must tell it on stderr.

    `started` is called with the id of the process.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE if not port else subprocess.DEVNULL,
        cwd=ROOT,
        env={**os.environ, **(environ or {})},
    )
    try:
        if started:
            started(process.pid)
        if not port:
            assert process.stderr
            told = re.search(rb"http://\S+?:(\d+)/", process.stderr.readline())
            assert told, "the server did not tell its port"
            port = int(told[1])
            # A log that nobody reads would stop the server when the pipe is full.
            threading.Thread(target=process.stderr.read, daemon=True).start()
        wait_for(port, process)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        ended = process.wait(30)
        assert ended in (0, -signal.SIGTERM), f"the server ended with {ended}"
        if process.stderr:
            process.stderr.close()


def wait_for(port: int, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Until something answers there."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise AssertionError(f"the server ended with {process.returncode}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server does not answer")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def packet(message: Mapping[str, Any] | bytes, headers: Mapping[str, str] | None = None) -> bytes:
    """One POST as it stands on the wire."""
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    lines = {
        "Host": "127.0.0.1:1",
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        "Content-Length": str(len(body)),
        **(headers or {}),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST /mcp HTTP/1.1\r\n{head}\r\n".encode() + body


def modern_headers(method: str, tool: str = "") -> dict[str, str]:
    """The headers that the newer era wants beside the body."""
    made = {"MCP-Protocol-Version": MODERN, "Mcp-Method": method}
    return {**made, "Mcp-Name": tool} if tool else made


class Connection:
    """One kept-alive connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, sent: bytes) -> tuple[int, bytes]:
        """Send one packet; status and body of the answer."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(sent)
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        length = re.search(rb"content-length: (\d+)", head)
        body = await reader.readexactly(int(length[1])) if length else b""
        if b"connection: close" in head.lower():
            await self.close()
        return status, body

    async def close(self) -> None:
        """Let go of it."""
        if self._streams:
            self._streams[1].close()
            self._streams = None
