"""Each ecosystem's package: its manifest, the entry of our MCP server, and the skill, all from one table."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sinch_auth import __version__
from sinch_auth.errors import UnknownName
from sinch_auth.knowledge import Knowledge
from sinch_auth.surfaces import clients, skill_export

NAME = "sinch-auth"
DESCRIPTION = "Which credentials a Sinch API takes, code that was run, and why an attempt fails."
AUTHOR = "The sinch-auth authors"
LICENSE = "MIT"
KEYWORDS = ["sinch", "authentication", "oauth2", "hmac", "mcp", "agent-skill"]
REGISTRY_SCHEMA = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"
AGENT_PLUGINS_SCHEMAS = "https://agent-plugins.org/schemas/1.0.0"


def files(ecosystem: str, base: Knowledge | None = None) -> dict[str, str]:
    """Every file of one ecosystem's package by its path. Raises `UnknownName`."""
    known = clients.table().ecosystems
    if ecosystem not in known:
        raise UnknownName("ecosystem", ecosystem, known)
    row = known[ecosystem]
    made = {row.manifest: _json(_MANIFESTS[ecosystem]())}
    if row.servers:
        made[row.servers] = _json(_servers(ecosystem))
    if row.skills:
        name = skill_export.plan().name
        made |= {f"{row.skills}/{name}/{path}": text for path, text in skill_export.files(base).items()}
    if ecosystem == "gemini":
        made["GEMINI.md"] = skill_export.agents_md(base)
    if ecosystem == "mcpb":
        made["server/main.py"] = _MAIN
        made["pyproject.toml"] = _PROJECT
    return made


_MAIN = '''"""Starts the MCP server of sinch-auth over standard input and output."""

from sinch_auth.surfaces.cli import run

raise SystemExit(run(["mcp"]))
'''

_PROJECT = f'''[project]
name = "sinch-auth-bundle"
version = "{__version__}"
requires-python = ">=3.11"
dependencies = ["sinch-auth=={__version__}"]
'''


def _about() -> dict[str, Any]:
    return {
        "name": NAME,
        "version": __version__,
        "description": DESCRIPTION,
        "author": {"name": AUTHOR},
        "license": LICENSE,
        "keywords": KEYWORDS,
    }


def _entry() -> dict[str, Any]:
    command, *arguments = clients.table().server.published
    return {"command": command, "args": arguments}


def _servers(ecosystem: str) -> dict[str, Any]:
    entry = _entry()
    if ecosystem == "agent-plugins":
        return {
            "$schema": f"{AGENT_PLUGINS_SCHEMAS}/mcp.schema.json",
            "mcpServers": {NAME: {"type": "stdio", **entry}},
        }
    return {"mcpServers": {NAME: entry}}


def _claude() -> dict[str, Any]:
    return _about()


def _cursor() -> dict[str, Any]:
    return _about()


def _codex() -> dict[str, Any]:
    row = clients.table().ecosystems["codex"]
    return {**_about(), "skills": f"./{row.skills}/", "mcpServers": f"./{row.servers}"}


def _gemini() -> dict[str, Any]:
    # This client passes a server only what is named, so the variables are named; no value is written.
    named = {name: f"${{{name}:-}}" for name in clients.table().server.environment}
    return {
        "name": NAME,
        "version": __version__,
        "description": DESCRIPTION,
        "contextFileName": "GEMINI.md",
        "mcpServers": {NAME: {**_entry(), "env": named}},
    }


def _agent_plugins() -> dict[str, Any]:
    return {"$schema": f"{AGENT_PLUGINS_SCHEMAS}/plugin.schema.json", **_about()}


def _mcp_registry() -> dict[str, Any]:
    server = clients.table().server
    return {
        "$schema": REGISTRY_SCHEMA,
        "name": clients.table().registry_name,
        "title": "Sinch authentication",
        "description": DESCRIPTION,
        "version": __version__,
        "packages": [
            {
                "registryType": "pypi",
                "identifier": NAME,
                "version": __version__,
                "runtimeHint": server.published[0],
                "transport": {"type": "stdio"},
                "packageArguments": [{"type": "positional", "value": word} for word in server.published[2:]],
                "environmentVariables": [
                    {"name": name, "description": _purpose(name), "isRequired": False, "isSecret": _is_secret(name)}
                    for name in server.environment
                ],
            }
        ],
    }


def _mcpb() -> dict[str, Any]:
    environment = clients.table().server.environment
    return {
        "manifest_version": "0.4",
        "name": NAME,
        "display_name": "Sinch authentication",
        "version": __version__,
        "description": DESCRIPTION,
        "author": {"name": AUTHOR},
        "license": LICENSE,
        "keywords": KEYWORDS,
        "server": {
            "type": "uv",
            "entry_point": "server/main.py",
            "mcp_config": {
                "command": "uv",
                "args": ["run", "--directory", "${__dirname}", "server/main.py"],
                "env": {name: f"${{user_config.{name.lower()}}}" for name in environment},
            },
        },
        # Claude Desktop keeps these in the system's key store.
        "user_config": {
            name.lower(): {
                "type": "string",
                "title": name,
                "description": _purpose(name),
                "sensitive": _is_secret(name),
                "required": False,
                "default": "",
            }
            for name in environment
        },
    }


_MANIFESTS: dict[str, Callable[[], dict[str, Any]]] = {
    "claude": _claude,
    "cursor": _cursor,
    "codex": _codex,
    "gemini": _gemini,
    "agent-plugins": _agent_plugins,
    "mcp-registry": _mcp_registry,
    "mcpb": _mcpb,
}


def _is_secret(name: str) -> bool:
    return not name.endswith("_APPLICATION_KEY")


def _purpose(name: str) -> str:
    words = name.removeprefix("SINCH_").replace("_", " ").lower()
    return f"Only to check a signature or a token made with it: {words}"


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
