"""One run: credentials, certificates, server, command, report."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sinch_auth.errors import SourceUnavailable, UsageError
from sinch_auth.knowledge import Knowledge
from sinch_auth.sandbox import isolation
from sinch_auth.sandbox.authority import SYSTEM_BUNDLES, Authority, hand_over, quoted
from sinch_auth.sandbox.credentials import Credentials
from sinch_auth.sandbox.faults import Faults
from sinch_auth.sandbox.gate import Gate
from sinch_auth.sandbox.places import DOMAINS
from sinch_auth.sandbox.report import Verdict
from sinch_auth.sandbox.server import Server

Via = Literal["auto", "namespace", "proxy"]

_PROXY_VARIABLES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
_PROXY_EXCEPTIONS = ("NO_PROXY", "no_proxy")
_NO_PROXY = "localhost,127.0.0.1,::1"
_MARK = "SINCH_AUTH_SANDBOX_RUN"
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

    def run(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        via: Via = "auto",
        stdout: int | None = None,
    ) -> Run:
        """Run a command with every known host answered here, until it ends.

        `via` "auto" takes a network of its own where there can be one, else a proxy that lets nothing else through;
        "proxy" leaves the program the real network for all other hosts. `stdout` is the descriptor that becomes the
        command's standard output.

        Raises `UsageError` for a command that does not exist, `SourceUnavailable` when the way asked for cannot be had.
        """
        _require_unix()
        if not shutil.which(command[0], path=environment.get("PATH")):
            raise UsageError(
                f"there is no command {command[0][:80]!r}",
                cure="give a program and its arguments after --; for shell syntax use -- bash -c '…'",
            )
        with _Parts(self, _Child(tuple(command), environment, stdout)) as parts:
            if via == "proxy":
                parts.run_proxied(open_=True)
                return parts.run
            why_not = isolation.available() or parts.run_isolated()
            if why_not and via == "namespace":
                raise SourceUnavailable("no network of its own", why=why_not, cure="run it with --via proxy")
            if why_not:
                parts.run.notes.append(f"no network of its own, a proxy stands in: {why_not}")
                parts.run_proxied(open_=False)
            return parts.run

    def serve(
        self,
        port: int,
        environment: Mapping[str, str],
        ready: Callable[[dict[str, str]], None],
        record: Callable[[Verdict], None],
    ) -> None:
        """Answer on a loopback port until interrupted; `ready` gets the variables to use."""
        _require_unix()
        with _Parts(self, _Child((), environment, None), record) as parts:
            parts.serve(port, ready)


def _require_unix() -> None:
    if sys.platform == "win32":
        raise SourceUnavailable("the sandbox does not run on Windows itself", cure="run it, and the program, in WSL")


@dataclass(frozen=True)
class _Child:
    """The command as it was given."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    stdout: int | None


class _Parts:
    """What a run is made of, and the folder it lives in."""

    def __init__(self, sandbox: Sandbox, child: _Child, record: Callable[[Verdict], None] | None = None) -> None:
        self.run = Run()
        keep = record or self.run.verdicts.append
        credentials = sandbox.credentials or Credentials.random(sandbox.knowledge)
        self._child = child
        self._region = sandbox.region
        self._id = secrets.token_hex(8)
        self._gate = Gate(sandbox.knowledge, credentials, region=sandbox.region, faults=sandbox.faults)
        self._authority = Authority()
        self._server = Server(
            self._gate,
            self._authority,
            lambda request, ruling, answer: keep(Verdict.of(request, ruling, answer)),
            sandbox.faults,
        )

    def __enter__(self) -> _Parts:
        self._holder = tempfile.TemporaryDirectory(prefix="sinch-sandbox-")
        self._folder = Path(self._holder.name)
        return self

    def __exit__(self, *_: object) -> None:
        self._holder.cleanup()
        self.run.notes += self._distrust()

    def _distrust(self) -> list[str]:
        """A client that breaks off after our certificate leaves no request behind: say so, or nobody can tell why."""
        return [
            f"{count} connection{'' if count == 1 else 's'} to {host} broken off before a request: the program does "
            "not trust the sandbox's certificate (it brings its own list of authorities, or pins the real one)"
            for host, count in self._authority.distrusted.items()
        ]

    # -- a network of its own ----------------------------------------------------------------------------

    def run_isolated(self) -> str:
        """Run the command in a network of its own; why not, if that cannot be had after all."""
        given = self._environment(keep_others=False)
        for name in (*_PROXY_VARIABLES, *_PROXY_EXCEPTIONS):
            given.pop(name, None)
        try:
            isolated = isolation.start(self._child.command, given, files=self._files(), stdout=self._child.stdout)
        except SourceUnavailable as problem:
            return problem.why
        with _ended(isolated.pid), _held_signals():
            asyncio.run(self._answer_isolated(isolated))
        return ""

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

    def run_proxied(self, *, open_: bool) -> None:
        """Run the command behind a proxy; `open_` leaves it the real network for hosts that are not ours."""
        self._server.open = open_
        with _held_signals():
            asyncio.run(self._answer_proxied())

    async def _answer_proxied(self) -> None:
        child, port = self._child, await self._server.serve_proxy()
        given = self._environment(keep_others=self._server.open) | self._proxy_variables(port)
        if isolation.available(network=False) == "":
            held = isolation.start(child.command, given, network=False, stdout=child.stdout)
            with _ended(held.pid):
                held.release()
                await self._until_ended(held.pid)
            return
        started = await asyncio.create_subprocess_exec(
            *child.command, env=given, stdout=child.stdout, preexec_fn=_before_command
        )
        self._forward(started.pid)
        try:
            self.run.exit_code = _exit_code(await started.wait())
        finally:
            _end_marked(self._id)
            await self._server.close()

    def serve(self, port: int, ready: Callable[[dict[str, str]], None]) -> None:
        """Answer until interrupted."""
        self._server.open = True

        async def answer() -> None:
            try:
                taken = await self._server.serve_proxy(port)
            except OSError as problem:
                raise SourceUnavailable(
                    f"port {port} cannot be had", why=problem.strerror or "", cure="choose another --port"
                ) from problem
            ready(self._variables(keep_others=True) | self._proxy_variables(taken))
            stop = asyncio.Event()
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
            await stop.wait()
            await self._server.close()

        asyncio.run(answer())

    def _proxy_variables(self, port: int) -> dict[str, str]:
        url = f"http://127.0.0.1:{port}"
        variables = dict.fromkeys(_PROXY_VARIABLES, url) | dict.fromkeys(_PROXY_EXCEPTIONS, _NO_PROXY)
        java = self._authority_variables["JAVA_TOOL_OPTIONS"]
        for scheme in ("https", "http"):
            java += f" -D{scheme}.proxyHost=127.0.0.1 -D{scheme}.proxyPort={port}"
        variables["JAVA_TOOL_OPTIONS"] = java
        preload = f"--require {quoted(str(_PROGRAM / 'preload.cjs'))}"
        variables["NODE_OPTIONS"] = f"{self._child.environment.get('NODE_OPTIONS', '')} {preload}".strip()
        hosts = self._gate.places.hosts if self._server.open else ("*",)
        variables["SINCH_SANDBOX_HOSTS"] = ",".join(hosts)
        variables["SINCH_SANDBOX_DOMAINS"] = ",".join(DOMAINS)
        variables["SINCH_SANDBOX_TLS_PORT"] = str(self._server.tls_port)
        return variables

    # -- both --------------------------------------------------------------------------------------------

    def _environment(self, *, keep_others: bool) -> dict[str, str]:
        return {**self._child.environment, **self._variables(keep_others=keep_others)}

    def _variables(self, *, keep_others: bool) -> dict[str, str]:
        self._authority_variables = hand_over(
            self._authority, self._folder, self._child.environment, keep_others=keep_others
        )
        variables = self._authority_variables | self._gate.credentials.environment
        return variables | {"SINCH_REGION": self._region or "us", "SINCH_AUTH_SANDBOX": "1", _MARK: self._id}

    async def _until_ended(self, pid: int) -> None:
        self._forward(pid)
        _, status = await asyncio.to_thread(os.waitpid, pid, 0)
        self.run.exit_code = _exit_code(os.waitstatus_to_exitcode(status))
        await self._server.close()

    def _forward(self, pid: int) -> None:
        """What is sent to us is meant for the command."""
        if threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()

        def pass_on(number: int) -> None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, pass_on, number)


@contextlib.contextmanager
def _held_signals() -> Iterator[None]:
    """The terminal's ctrl-c goes to the command as well; only the command decides what follows."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGQUIT)}
    isolation.hold_signals()
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _ended(pid: int) -> Iterator[None]:
    """Whatever goes wrong on our side, the command does not outlive it."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        raise


def _before_command() -> None:
    isolation.fresh_signals()
    isolation.die_with_parent()


def _end_marked(id: str) -> None:
    """End what the command left running where no namespace does it for us: processes with this run's mark."""
    mark = f"{_MARK}={id}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                os.kill(int(folder.name), signal.SIGKILL)


def _exit_code(code: int) -> int:
    """As shells tell it: 128 and the number of the signal."""
    return code if code >= 0 else 128 - code


def _without_daemons() -> str:
    """The system's name switch with hosts looked up in files and DNS only."""
    try:
        lines = Path("/etc/nsswitch.conf").read_text().splitlines()
    except OSError:
        lines = []
    kept = [line for line in lines if not line.strip().startswith("hosts:")]
    return "\n".join([*kept, "hosts: files dns"]) + "\n"


__all__ = ["Run", "Sandbox", "Via"]
