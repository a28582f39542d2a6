"""The ecosystems' packages against what their makers publish: schemas, linters, limits."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sinch_auth import __version__
from sinch_auth.surfaces import clients, packages, skill_export

SCHEMAS = Path(__file__).parents[1] / "data" / "schemas"
ECOSYSTEMS = sorted(clients.table().ecosystems)


def _schema(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    return data


@pytest.mark.parametrize(
    "ecosystem, file, schema",
    [
        ("agent-plugins", "plugin.json", "agent-plugins-plugin"),
        ("agent-plugins", "mcp.json", "agent-plugins-mcp"),
        ("mcp-registry", "server.json", "mcp-registry-server"),
        ("mcpb", "manifest.json", "mcpb-manifest"),
    ],
)
def test_a_manifest_is_valid_by_its_published_schema(ecosystem: str, file: str, schema: str) -> None:
    """The file is what the ecosystem's own schema allows, and the schema is one that can refuse."""
    manifest = json.loads(packages.files(ecosystem)[file])
    checker = jsonschema.validators.validator_for(_schema(schema))(_schema(schema))
    assert [error.message for error in checker.iter_errors(manifest)] == []
    assert list(checker.iter_errors({"name": 1}))


@pytest.mark.parametrize("ecosystem", ["claude", "cursor", "codex", "agent-plugins", "mcp-registry"])
def test_a_package_passes_the_linter_of_its_kind(ecosystem: str, tmp_path: Path) -> None:
    """skillsaw, which knows each ecosystem's rules, recognises the package and finds no error in it."""
    for name, text in packages.files(ecosystem).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    linter = Path(sys.executable).with_name("skillsaw")
    ended = subprocess.run([linter, "lint", tmp_path], capture_output=True, text=True, timeout=60, check=False)
    kinds = {"claude": "single-plugin", "agent-plugins": "agent-plugin"}
    kind = kinds.get(ecosystem, ecosystem if ecosystem == "mcp-registry" else f"{ecosystem}-plugin")
    assert f"{kind}" in ended.stdout.partition("Repo type:")[2].partition("\n")[0]
    assert "Errors:   0" in ended.stdout, ended.stdout


def test_the_gemini_extension_has_what_its_reference_requires() -> None:
    """Name in lower case with dashes, version, servers without `trust`, and a context file that is there."""
    files = packages.files("gemini")
    manifest = json.loads(files["gemini-extension.json"])
    assert manifest["name"] == manifest["name"].lower().replace("_", "-")
    assert manifest["version"] == __version__
    assert manifest["contextFileName"] in files
    (server,) = manifest["mcpServers"].values()
    assert server["command"]
    assert "trust" not in server


def test_the_readme_says_our_name_in_the_registry() -> None:
    """The MCP registry believes that a package on PyPI is ours when its README repeats the name."""
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    assert f"mcp-name: {clients.table().registry_name}" in readme


@pytest.mark.parametrize("ecosystem", ECOSYSTEMS)
def test_a_description_is_within_the_ecosystem_s_limit(ecosystem: str) -> None:
    """Nothing longer than the ecosystem shows; the MCP registry takes 100 characters."""
    row = clients.table().ecosystems[ecosystem]
    description = json.loads(packages.files(ecosystem)[row.manifest])["description"]
    assert 0 < len(description) <= (row.limit or 100)


@pytest.mark.parametrize("ecosystem", ECOSYSTEMS)
def test_a_package_says_its_version_and_starts_our_server(ecosystem: str) -> None:
    """Every manifest has the version of the package, and every package starts the same server."""
    row = clients.table().ecosystems[ecosystem]
    files = packages.files(ecosystem)
    assert json.loads(files[row.manifest])["version"] == __version__
    started = files[row.servers or row.manifest]
    assert '"sinch-auth"' in started
    assert '"mcp"' in started or '"server/main.py"' in started


@pytest.mark.parametrize("ecosystem", [e for e in ECOSYSTEMS if clients.table().ecosystems[e].skills])
def test_a_package_carries_the_whole_skill(ecosystem: str) -> None:
    """The skill inside a package is the exported one, file by file."""
    row = clients.table().ecosystems[ecosystem]
    prefix = f"{row.skills}/{skill_export.plan().name}/"
    carried = {k.removeprefix(prefix): v for k, v in packages.files(ecosystem).items() if k.startswith(prefix)}
    assert carried == skill_export.files()


@pytest.mark.parametrize("ecosystem", ECOSYSTEMS)
def test_a_package_holds_no_secret(ecosystem: str) -> None:
    """A variable is named or referred to; nothing is assigned to it."""
    row = clients.table().ecosystems[ecosystem]
    for name, text in packages.files(ecosystem).items():
        if name not in (row.manifest, row.servers):
            continue
        for values in _named(json.loads(text), "env"):
            assert all(value.startswith("$") for value in values.values())


def _named(data: Any, key: str) -> list[dict[str, str]]:
    if isinstance(data, dict):
        own = [data[key]] if isinstance(data.get(key), dict) else []
        return own + [found for value in data.values() for found in _named(value, key)]
    return [found for value in data for found in _named(value, key)] if isinstance(data, list) else []
