"""Runs a command in a network of its own: Linux namespaces, no privileges needed.

Three processes stand between us and the command. The *keeper* makes the namespaces and hands the listening
sockets back to us; *init* is the first process of the new pid namespace and sets up its files; the command is
init's child. The keeper dies with us, init with the keeper, and with init the kernel ends every process of
the namespace. So nothing is left behind however we end (pid_namespaces(7), prctl(2) PR_SET_PDEATHSIG).
"""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import errno
import os
import signal
import socket
import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sinch_auth.errors import SourceUnavailable

try:
    import fcntl
except ImportError:  # not a Unix: nothing here is called there
    fcntl = None  # type: ignore[assignment]

_CLONE_NEWNS = 0x00020000
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWPID = 0x20000000
_CLONE_NEWNET = 0x40000000
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_BIND, _MS_REC, _MS_PRIVATE = 2, 4, 8, 4096, 16384, 1 << 18
_PR_SET_PDEATHSIG = 1
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1

_HELD = tuple(getattr(signal, name) for name in ("SIGINT", "SIGQUIT") if hasattr(signal, name))
"""What a terminal sends to everyone: only the command decides what follows."""

_FORWARDED = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2") if hasattr(signal, name)
)

_RESTORED = tuple(getattr(signal, name) for name in ("SIGPIPE", "SIGXFSZ") if hasattr(signal, name))
"""What Python itself ignores, and a command must not inherit."""


@dataclass(frozen=True)
class Isolated:
    """A command that waits to be let go, and the sockets that listen in its network."""

    pid: int
    sockets: tuple[socket.socket, ...]
    _release: socket.socket

    def release(self) -> None:
        """Let the command start: whoever answers on the sockets is ready."""
        self._release.sendall(b"g")
        self._release.close()


def available(*, network: bool = True) -> str:
    """Why namespaces cannot be had here, or nothing when they can. All of it is tried, in a process of its own."""
    if not sys.platform.startswith("linux"):
        return "this is not Linux"
    child = os.fork()
    if not child:
        code = 0
        try:
            # Some systems grant a user namespace and then nothing inside it (AppArmor on Ubuntu 24.04).
            _unshare(network=network)
            for socket_ in _listen() if network else ():
                socket_.close()
            hosts = Path("/etc/hosts")
            _mount_all({hosts: hosts} if network else {})
        except OSError as problem:
            code = problem.errno or 255
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return "" if code == 0 else f"this system does not allow them ({os.strerror(code)})"


def start(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    files: Mapping[Path, Path] | None = None,
    network: bool = True,
    stdout: int | None = None,
) -> Isolated:
    """Fork the command into namespaces of its own; it waits for `release`.

    `files` maps a path inside to the file that stands there instead; what does not exist outside is skipped.
    With `network` the command has only a loopback, and `sockets` are TCP 443, TCP 80 and UDP 53 there;
    without it keeps the real network and only its processes are held together. `stdout` is the descriptor to which
    the command's standard output goes, its own by default.
    Raises `SourceUnavailable` when the namespaces cannot be had.
    """
    ours, theirs = socket.socketpair()
    sys.stdout.flush()
    sys.stderr.flush()
    keeper = os.fork()
    if not keeper:
        ours.close()
        _guarded(lambda: _keep(theirs, _Command(command, environment, stdout), files or {}, network))
    theirs.close()
    message, descriptors, _, _ = socket.recv_fds(ours, 512, 3)
    if not message.startswith(b"ok"):
        os.waitpid(keeper, 0)
        raise SourceUnavailable(
            "the command cannot have a network of its own here",
            why=message.decode() or "the process that makes it ended",
            cure="run it with --via proxy",
        )
    for descriptor in descriptors:
        os.set_inheritable(descriptor, False)
    return Isolated(keeper, tuple(socket.socket(fileno=d) for d in descriptors), ours)


def hold_signals() -> None:
    """Ignore what the terminal sends to everyone, and leave the ending to the command."""
    for number in _HELD:
        signal.signal(number, signal.SIG_IGN)


def fresh_signals() -> None:
    """In a forked process about to become the command: signals as a shell would give them."""
    for number in (*_HELD, *_FORWARDED, *_RESTORED):
        signal.signal(number, signal.SIG_DFL)


def die_with_parent() -> None:
    """In a forked process: be killed when the process that forked it ends, however that ends (Linux only)."""
    if sys.platform.startswith("linux"):
        _die_with_parent(None)


@dataclass(frozen=True)
class _Command:
    """What is run, and with what."""

    words: Sequence[str]
    environment: Mapping[str, str]
    stdout: int | None


# -- the keeper ------------------------------------------------------------------------------------------


def _keep(
    line: socket.socket,
    command: _Command,
    files: Mapping[Path, Path],
    network: bool,
) -> int:
    parent = os.getppid()
    try:
        _unshare(network=network)
        sockets = _listen() if network else ()
    except OSError as problem:
        line.sendall(str(problem).encode())
        return 1
    _die_with_parent(parent)
    hold_signals()
    socket.send_fds(line, [b"ok"], [s.fileno() for s in sockets])
    for listening in sockets:
        listening.close()
    init = os.fork()
    if not init:
        return _init(line, command, files)
    line.close()
    return _wait(init)


def _unshare(*, network: bool) -> None:
    """New mount and pid namespaces, a network on request; a user namespace only where root is missing."""
    wanted = _CLONE_NEWNS | _CLONE_NEWPID | (_CLONE_NEWNET if network else 0)
    uid, gid = os.getuid(), os.getgid()
    try:
        _call("unshare", wanted)
    except OSError as problem:
        if problem.errno != errno.EPERM:
            raise
        _call("unshare", wanted | _CLONE_NEWUSER)
        # user_namespaces(7): a process may map only itself, and only after giving up setgroups.
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def _listen() -> tuple[socket.socket, ...]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(control, _SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | _IFF_UP))
    listening = []
    for kind, port in ((socket.SOCK_STREAM, 443), (socket.SOCK_STREAM, 80), (socket.SOCK_DGRAM, 53)):
        one = socket.socket(socket.AF_INET, kind)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind(("127.0.0.1", port))
        if kind == socket.SOCK_STREAM:
            one.listen(512)
        listening.append(one)
    return tuple(listening)


# -- init and the command --------------------------------------------------------------------------------


def _init(line: socket.socket, command: _Command, files: Mapping[Path, Path]) -> int:
    _die_with_parent(None)
    _mount_all(files)
    # Where a container masks /proc a fresh one is refused; the old one shows other pids, which programs bear.
    with contextlib.suppress(OSError):
        _mount("proc", "/proc", "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)
    if line.recv(1) != b"g":
        return 1
    line.close()
    child = os.fork()
    if not child:
        fresh_signals()
        if command.stdout is not None:
            os.dup2(command.stdout, 1)
        execute(command.words, command.environment)
    return _wait(child)


def _mount_all(files: Mapping[Path, Path]) -> None:
    _mount(None, "/", None, _MS_REC | _MS_PRIVATE)
    for inside, source in files.items():
        if inside.exists():
            _mount(str(source), str(inside), None, _MS_BIND)


def execute(command: Sequence[str], environment: Mapping[str, str]) -> None:
    """Become the command; ends the process with 126 or 127, as shells do, when that is not possible."""
    try:
        os.execvpe(command[0], list(command), dict(environment))
    except OSError as problem:
        print(f"sinch-auth: cannot run {command[0]}: {problem.strerror}", file=sys.stderr, flush=True)
        os._exit(127 if problem.errno == errno.ENOENT else 126)


def _wait(child: int) -> int:
    """Pass signals on and collect everything that ends, until the child does; its exit code, shells' way."""
    for number in _FORWARDED:
        signal.signal(number, lambda n, _: _kill(child, n))
    while True:
        ended, status = os.wait()
        if ended == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def _kill(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _guarded(work: Callable[[], int]) -> None:
    """Run in a forked process: never return into the caller's code, never run its exit handlers."""
    code = 1
    try:
        code = work()
    except BaseException as problem:
        with contextlib.suppress(Exception):
            print(
                f"sinch-auth: the sandbox could not start the command ({problem})",
                file=sys.stderr,
                flush=True,
            )
    finally:
        os._exit(code)


# -- system calls ----------------------------------------------------------------------------------------


def _die_with_parent(parent: int | None) -> None:
    # Gaining a user namespace clears this, so it comes after unshare.
    _call("prctl", _PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def _mount(source: str | None, target: str, kind: str | None, flags: int) -> None:
    _call("mount", _text(source), _text(target), _text(kind), ctypes.c_ulong(flags), None)


def _text(value: str | None) -> bytes | None:
    return None if value is None else value.encode()


def _call(name: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
