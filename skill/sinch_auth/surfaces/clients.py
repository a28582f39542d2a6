"""The table of clients and ecosystems: where each keeps its servers and skills, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import Any, Literal

import msgspec

from sinch_auth.errors import UnknownName, UsageError

Platform = Literal["linux", "macos", "windows"]
Scope = Literal["user", "project"]


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of the table's rows: immutable, closed."""


class Server(_Row, frozen=True, kw_only=True):
    """Our MCP server, as clients start it."""

    name: str
    command: list[str]
    published: list[str]
    environment: list[str]


class Skills(_Row, frozen=True, kw_only=True):
    """Where a client looks for skills."""

    user: str
    project: str


class Client(_Row, frozen=True, kw_only=True):
    """One program that can use our MCP server."""

    name: str
    syntax: Literal["json", "toml"]
    comments: Literal["yes", "no", "unknown"]
    key: str
    """The top-level key under which servers stand."""
    entry: dict[str, str] = {}
    """What an entry needs besides command and arguments."""
    environment: Literal["inherited", "withheld", "env_vars", "${NAME:-}"]
    user: dict[Platform, str]
    project: str = ""
    skills: Skills | None = None
    see: str
    sources: list[str]


class Ecosystem(_Row, frozen=True, kw_only=True):
    """One kind of package that can carry our skill, our server, or both."""

    name: str
    manifest: str
    servers: str = ""
    """The file of MCP servers, where the manifest does not hold them itself."""
    skills: str = ""
    """The folder of skills, where the package carries any."""
    limit: int = 0
    """The longest description it takes; 0 where none is published."""
    see: str
    sources: list[str]


class Table(_Row, frozen=True, kw_only=True):
    """The whole of `clients.yaml`."""

    checked: str
    server: Server
    clients: dict[str, Client]
    ecosystems: dict[str, Ecosystem]
    registry_name: str
    """Our name in the MCP registry; the README must repeat it after `mcp-name:`."""


@cache
def table() -> Table:
    """The table, read once."""
    import yaml

    with (Path(__file__).with_name("clients.yaml")).open("rb") as file:
        return msgspec.convert(yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)), Table)


def client(name: str) -> Client:
    """One client. Raises `UnknownName`."""
    known = table().clients
    if name not in known:
        raise UnknownName("client", name, known)
    return known[name]


def configuration(name: str, platform: Platform, environ: Mapping[str, str], home: str) -> PurePath:
    """The file in which a user's own servers of a client stand. Pure: nothing is looked up on this machine."""
    return _resolved(client(name).user[platform], platform, environ, home)


def project_configuration(name: str) -> PurePosixPath:
    """The same for a project, relative to its root. Raises `UsageError` where the client has none."""
    path = client(name).project
    if not path:
        raise UsageError(
            f"{client(name).name} has no configuration of a project",
            cure=f"leave --project out: sinch-auth install {name}",
        )
    return PurePosixPath(path)


def skills_folder(name: str, platform: Platform, environ: Mapping[str, str], home: str) -> PurePath | None:
    """The folder of a user's own skills, or None where the client has no skills on disk."""
    skills = client(name).skills
    return _resolved(skills.user, platform, environ, home) if skills else None


def entry(name: str, command: list[str]) -> dict[str, Any]:
    """Our server in the words of a client. Only names of environment variables occur in it, never values."""
    row = client(name)
    made: dict[str, Any] = {**row.entry, "command": command[0], "args": command[1:]}
    variables = table().server.environment
    if row.environment == "env_vars":
        made["env_vars"] = list(variables)
    elif row.environment == "${NAME:-}":
        made["env"] = {variable: f"${{{variable}:-}}" for variable in variables}
    return made


def _resolved(path: str, platform: Platform, environ: Mapping[str, str], home: str) -> PurePath:
    flavour = PureWindowsPath if platform == "windows" else PurePosixPath
    root, _, rest = path.partition("/")
    base = flavour(home)
    set_to = {name: flavour(environ[name]) for name in environ if environ[name]}
    roots: dict[str, PurePath] = {
        "{home}": base,
        "{xdg}": set_to.get("XDG_CONFIG_HOME", base / ".config"),
        "{support}": base / "Library" / "Application Support",
        "{appdata}": set_to.get("APPDATA", base / "AppData" / "Roaming"),
        "{claude}": set_to.get("CLAUDE_CONFIG_DIR", base / ".claude"),
        "{claude-file}": set_to.get("CLAUDE_CONFIG_DIR", base),
        "{codex}": set_to.get("CODEX_HOME", base / ".codex"),
    }
    return roots[root] / rest
