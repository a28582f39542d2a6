"""Where credentials come from: the environment, a `.env` file, and the configuration of other tools. Reads only."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sinch_auth.knowledge import Knowledge
from sinch_auth.schema import Credential, Tool

_REFERENCE = re.compile(r"\$\{?(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-[^}]*)?\}?")
_TOO_LARGE = 5_000_000


@dataclass(frozen=True, slots=True)
class Variable:
    """One value under a name. It is never printed."""

    name: str
    value: str = field(repr=False)
    origin: str
    """`environment`, or the file it stands in."""


@dataclass(frozen=True, slots=True)
class Handed:
    """One variable that a client's configuration hands to an MCP server: a reference, or a value in clear."""

    tool: str
    file: str
    name: str
    reference: str
    """The variable it takes its value from; empty when the value stands there in clear."""


@dataclass
class Surroundings:
    """Everything found, in the order in which it wins."""

    variables: list[Variable] = field(default_factory=list)
    handed: list[Handed] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    """File and reason."""

    def value(self, name: str) -> str:
        """The value that wins for a name; empty when there is none."""
        return next((v.value for v in self.variables if v.name == name and v.value), "")

    def names(self) -> dict[str, list[Variable]]:
        """Every name with its values that are not empty, in the order in which they win."""
        found: dict[str, list[Variable]] = {}
        for variable in self.variables:
            if variable.value:
                found.setdefault(variable.name, []).append(variable)
        return found


def credentials(knowledge: Knowledge, locale: str = "en") -> dict[str, tuple[str, str, Credential]]:
    """Environment variable -> auth model, credential id, credential."""
    return {
        credential.env: (model, id, credential)
        for model in knowledge.ids("model")
        for id, credential in knowledge.model(model, locale).credentials.items()
    }


def gather(
    knowledge: Knowledge, environ: Mapping[str, str], folder: Path, home: Path, env_file: Path | None = None
) -> Surroundings:
    """Read the environment, `env_file` (by default `.env` in `folder`), and what other tools keep. Changes nothing."""
    found = Surroundings([Variable(name, value, "environment") for name, value in environ.items()])
    dotenv = env_file or folder / ".env"
    if env_file or dotenv.is_file():
        _read_dotenv(found, dotenv)
    for id in knowledge.ids("tool"):
        tool = knowledge.entry("tool", id, Tool)
        for name in tool.files:
            path = home / name[2:] if name.startswith("~/") else folder / name
            if path.is_file():
                _read_configuration(knowledge, found, tool, path, name)
    return found


def _read_dotenv(found: Surroundings, path: Path) -> None:
    from dotenv import dotenv_values

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        found.unreadable.append((path.name, _reason(problem)))
        return
    for name, value in dotenv_values(stream=io.StringIO(text), interpolate=False).items():
        found.variables.append(Variable(name, value or "", path.name))


def _read_configuration(knowledge: Knowledge, found: Surroundings, tool: Tool, path: Path, name: str) -> None:
    try:
        if path.stat().st_size > _TOO_LARGE:
            raise ValueError("it is too large")
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as problem:
        # A client's file may have comments: only one that plainly is about Sinch is worth a word.
        if not tool.servers or _mentions(path, tool.servers):
            found.unreadable.append((name, _reason(problem)))
        return
    if tool.servers:
        for server in _servers(data):
            command = json.dumps([server.get("command"), server.get("args"), server.get("url")])
            if any(word in command for word in tool.servers):
                for variable, value in (server.get("env") or {}).items():
                    reference = _REFERENCE.fullmatch(str(value))
                    taken = reference.group(1) if reference else ""
                    found.handed.append(Handed(tool.name, name, str(variable), taken))
        return
    wanted = {re.sub(r"[^a-z]", "", id): env for env, (_, id, _) in credentials(knowledge).items()}
    for key, value in _leaves(data):
        variable = wanted.get(re.sub(r"[^a-z]", "", key.lower()))
        if variable and value:
            found.variables.append(Variable(variable, value, name))


def _mentions(path: Path, words: list[str]) -> bool:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")[:_TOO_LARGE]
    except OSError:
        return False
    return any(word in text for word in words)


def _servers(data: Any) -> Iterator[dict[str, Any]]:
    """Every MCP server's entry, wherever a client nests them."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key in ("mcpServers", "servers", "context_servers") and isinstance(value, dict):
                yield from (entry for entry in value.values() if isinstance(entry, dict))
            else:
                yield from _servers(value)
    elif isinstance(data, list):
        for value in data:
            yield from _servers(value)


def _leaves(data: Any) -> Iterator[tuple[str, str]]:
    if isinstance(data, dict):
        for key, value in data.items():
            if isinstance(value, str):
                yield str(key), value
            else:
                yield from _leaves(value)


def _reason(problem: Exception) -> str:
    if isinstance(problem, OSError):
        return problem.strerror or type(problem).__name__
    if isinstance(problem, json.JSONDecodeError):
        return f"line {problem.lineno}: {problem.msg}"
    return "it is not UTF-8" if isinstance(problem, UnicodeDecodeError) else str(problem)
