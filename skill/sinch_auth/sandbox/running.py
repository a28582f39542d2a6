"""One run: credentials, certificates, server, command, report."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sinch_auth.errors import SourceUnavailable, UsageError
from sinch_auth.knowledge import Knowledge
from sinch_auth.sandbox import isolation
from sinch_auth.sandbox.authority import SYSTEM_BUNDLES, Authority, hand_over
from sinch_auth.sandbox.credentials import Credentials
from sinch_auth.sandbox.faults import Faults
from sinch_auth.sandbox.gate import Gate
from sinch_auth.sandbox.report import Verdict
from sinch_auth.sandbox.server import Server

Via = Literal["auto", "namespace", "proxy"]

_PROXY_VARIABLES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
_NO_PROXY = "localhost,127.0.0.1,::1"
_PROGRAM = Path(__file__).parent


@dataclass
class Run:
    """What a run leaves behind."""

    exit_code: int = 0
    verdicts: list[Verdict] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Sandbox:
    """The settings of a run."""

    knowledge: Knowledge
    faults: Faults = field(default_factory=Faults)
    region: str = ""
    credentials: Credentials | None = None

    def run(self, command: Sequence[str], environment: Mapping[str, str], *, via: Via = "auto") -> Run:
        """Run a command with every known host answered here, until it ends.

        Raises `UsageError` for a command that does not exist, `SourceUnavailable` when the way asked for
        cannot be had.
        """
        if not shutil.which(command[0], path=environment.get("PATH")):
            raise UsageError(
                f"there is no command {command[0][:80]!r}",
                cure="give a program and its arguments after --; for shell syntax use -- bash -c '…'",
            )
        with _Parts(self) as parts:
            why_not = isolation.available() if via != "proxy" else "proxy was asked for"
            if why_not and via == "namespace":
                raise SourceUnavailable("no network of its own", why=why_not, cure="run it with --via proxy")
            if why_not and via == "auto":
                parts.run.notes.append(f"no network of its own: {why_not}; running with --via proxy")
            if why_not:
                parts.run_proxied(command, environment)
            else:
                parts.run_isolated(command, environment)
            return parts.run

    def serve(
        self,
        port: int,
        environment: Mapping[str, str],
        ready: Callable[[dict[str, str]], None],
        record: Callable[[Verdict], None],
    ) -> None:
        """Answer on a loopback port until interrupted; `ready` gets the variables to use."""
        with _Parts(self, record) as parts:
            parts.serve(port, environment, ready)


class _Parts:
    """What a run is made of, and the folder it lives in."""

    def __init__(self, sandbox: Sandbox, record: Callable[[Verdict], None] | None = None) -> None:
        self.run = Run()
        keep = record or self.run.verdicts.append
        credentials = sandbox.credentials or Credentials.random(sandbox.knowledge)
        self._region = sandbox.region
        self._gate = Gate(sandbox.knowledge, credentials, region=sandbox.region, faults=sandbox.faults)
        self._authority = Authority()
        self._server = Server(
            self._gate,
            self._authority.context,
            lambda request, ruling, answer: keep(Verdict.of(request, ruling, answer)),
            sandbox.faults,
        )

    def __enter__(self) -> _Parts:
        self._holder = tempfile.TemporaryDirectory(prefix="sinch-sandbox-")
        self._folder = Path(self._holder.name)
        return self

    def __exit__(self, *_: object) -> None:
        self._holder.cleanup()

    # -- a network of its own ----------------------------------------------------------------------------

    def run_isolated(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        given = self._environment(environment, keep_others=False)
        for name in _PROXY_VARIABLES:
            given.pop(name, None)
        files = self._files()
        isolated = isolation.start(command, given, files=files)
        asyncio.run(self._answer_isolated(isolated))

    async def _answer_isolated(self, isolated: isolation.Isolated) -> None:
        await self._server.serve_namespace(isolated.sockets)
        isolated.release()
        await self._until_ended(isolated.pid)

    def _files(self) -> dict[Path, Path]:
        """Files that look different to the command: names are resolved here, certificates are ours."""
        hosts = self._write("hosts", self._hosts())
        resolver = self._write("resolv.conf", "nameserver 127.0.0.1\noptions timeout:2 attempts:1\n")
        switch = self._write("nsswitch.conf", _without_daemons())
        empty = self._folder / "empty"
        empty.mkdir(exist_ok=True)
        files = {
            Path("/etc/hosts"): hosts,
            Path("/etc/resolv.conf"): resolver,
            Path("/etc/nsswitch.conf"): switch,
            # A cache daemon answers over a socket that leads out of the new network.
            Path("/run/nscd"): empty,
        }
        bundle = self._folder / "trusted.pem"
        return files | dict.fromkeys(SYSTEM_BUNDLES, bundle)

    def _hosts(self) -> str:
        own = socket.gethostname()
        lines = [f"127.0.0.1 localhost {own}", "::1 localhost ip6-localhost"]
        return "\n".join(lines + [f"127.0.0.1 {host}" for host in self._gate.places.hosts]) + "\n"

    def _write(self, name: str, text: str) -> Path:
        path = self._folder / name
        path.write_text(text)
        return path

    # -- a proxy -----------------------------------------------------------------------------------------

    def run_proxied(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        asyncio.run(self._answer_proxied(command, environment))

    async def _answer_proxied(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        port = await self._server.serve_proxy()
        given = self._environment(environment, keep_others=True) | self._proxy_variables(port, environment)
        if isolation.available(network=False) == "":
            held = isolation.start(command, given, network=False)
            held.release()
            await self._until_ended(held.pid)
        else:
            child = await asyncio.create_subprocess_exec(*command, env=given)
            self._forward(child.pid)
            code = await child.wait()
            self.run.exit_code = code if code >= 0 else 128 - code
            await self._server.close()

    def serve(self, port: int, environment: Mapping[str, str], ready: Callable[[dict[str, str]], None]) -> None:
        async def answer() -> None:
            try:
                taken = await self._server.serve_proxy(port)
            except OSError as problem:
                raise SourceUnavailable(
                    f"port {port} cannot be had", why=problem.strerror or "", cure="choose another --port"
                ) from problem
            variables = self._variables(environment, keep_others=True)
            ready(variables | self._proxy_variables(taken, environment))
            stop = asyncio.Event()
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
            await stop.wait()
            await self._server.close()

        asyncio.run(answer())

    def _proxy_variables(self, port: int, environment: Mapping[str, str]) -> dict[str, str]:
        url = f"http://127.0.0.1:{port}"
        variables = dict.fromkeys(_PROXY_VARIABLES, url) | {"NO_PROXY": _NO_PROXY, "no_proxy": _NO_PROXY}
        java = self._authority_variables["JAVA_TOOL_OPTIONS"]
        for scheme in ("https", "http"):
            java += f" -D{scheme}.proxyHost=127.0.0.1 -D{scheme}.proxyPort={port}"
        variables["JAVA_TOOL_OPTIONS"] = java
        preload = f"--require {_quoted(_PROGRAM / 'preload.cjs')}"
        variables["NODE_OPTIONS"] = f"{environment.get('NODE_OPTIONS', '')} {preload}".strip()
        variables["SINCH_SANDBOX_HOSTS"] = ",".join(self._gate.places.hosts)
        variables["SINCH_SANDBOX_TLS_PORT"] = str(self._server.tls_port)
        return variables

    # -- both --------------------------------------------------------------------------------------------

    def _environment(self, environment: Mapping[str, str], *, keep_others: bool) -> dict[str, str]:
        return {**environment, **self._variables(environment, keep_others=keep_others)}

    def _variables(self, environment: Mapping[str, str], *, keep_others: bool) -> dict[str, str]:
        self._authority_variables = hand_over(self._authority, self._folder, environment, keep_others=keep_others)
        variables = self._authority_variables | self._gate.credentials.environment
        return variables | {"SINCH_REGION": self._region or "us", "SINCH_AUTH_SANDBOX": "1"}

    async def _until_ended(self, pid: int) -> None:
        isolation.hold_signals()
        self._forward(pid)
        _, status = await asyncio.to_thread(os.waitpid, pid, 0)
        code = os.waitstatus_to_exitcode(status)
        self.run.exit_code = code if code >= 0 else 128 - code
        await self._server.close()

    def _forward(self, pid: int) -> None:
        """What is sent to us is meant for the command."""
        loop = asyncio.get_running_loop()

        def pass_on(number: int) -> None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, pass_on, number)


def _without_daemons() -> str:
    """The system's name switch with hosts looked up in files and DNS only."""
    try:
        lines = Path("/etc/nsswitch.conf").read_text().splitlines()
    except OSError:
        lines = []
    kept = [line for line in lines if not line.strip().startswith("hosts:")]
    return "\n".join([*kept, "hosts: files dns"]) + "\n"


def _quoted(path: Path) -> str:
    return f'"{path}"' if " " in str(path) else str(path)


__all__ = ["Run", "Sandbox", "Via"]
