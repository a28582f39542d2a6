"""What clients read of the tools: the very JSON on the wire, kept in `tools.json`, flat and small."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from evals import toolchains
from evals.answer_tokens import TOOLS_LIMIT, answers, tools_tokens
from evals.mcp_clients import MODERN, OURS, Stdio, request

from sinch_auth.signing import SCHEMES
from sinch_auth.surfaces.langchain_tools import tools as langchain_tools
from sinch_auth.surfaces.tools import SCHEMES as OFFERED
from sinch_auth.surfaces.tools import TOOLS, call

KEPT = Path(__file__).with_name("tools.json")


@pytest.fixture(scope="module")
def emitted(server: Stdio) -> list[dict[str, Any]]:
    """The tools as a client of the older era gets them."""
    listed: list[dict[str, Any]] = server.ask(request(1, "tools/list"))["result"]["tools"]
    return listed


def parts(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key and value in a schema, however deep."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield name, one
            yield from parts(one)
    elif isinstance(value, list):
        for one in value:
            yield from parts(one)


def test_the_schemas_are_those_on_record(emitted: list[dict[str, Any]]) -> None:
    """`tools.json` holds what is emitted; SINCH_AUTH_UPDATE=1 writes it anew, so that a change is seen in review."""
    if os.environ.get("SINCH_AUTH_UPDATE"):
        KEPT.write_text(json.dumps(emitted, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    assert emitted == json.loads(KEPT.read_text(encoding="utf-8"))


def test_both_eras_get_the_same_tools(newer: Stdio, emitted: list[dict[str, Any]]) -> None:
    """A client that needs no session is told no less; it may keep what it was told for an hour."""
    result = newer.ask(request(1, "tools/list", modern=True))["result"]
    assert result["tools"] == emitted
    assert (result["ttlMs"], result["cacheScope"]) == (3_600_000, "public")


@pytest.mark.parametrize("side", ["inputSchema", "outputSchema"])
def test_schemas_are_flat(emitted: list[dict[str, Any]], side: str) -> None:
    """No reference, no union, no null: some clients refuse a whole server for one of these."""
    for tool in emitted:
        for name, value in parts(tool[side]):
            assert name not in ("$ref", "$defs", "anyOf", "oneOf", "allOf", "not"), tool["name"]
            assert value is not None
            if name == "type":
                assert isinstance(value, str), tool["name"]
                assert value != "null"


def test_enumerations_hold_words(emitted: list[dict[str, Any]]) -> None:
    """An empty string in an enumeration makes some clients refuse the tool; every default is one of the words."""
    for tool in emitted:
        for one in tool["inputSchema"]["properties"].values():
            assert all(isinstance(word, str) and word for word in one.get("enum", ["x"]))
            assert one["type"] == "string"
            if "enum" in one:
                assert one["default"] in one["enum"]


def test_every_annotation_is_explicit(emitted: list[dict[str, Any]]) -> None:
    """Nothing is changed, destroyed or looked up in the world outside."""
    for tool in emitted:
        assert tool["annotations"] == {
            "readOnlyHint": True,
            "destructiveHint": False,
            "idempotentHint": True,
            "openWorldHint": False,
        }


def test_every_scheme_is_offered() -> None:
    """The schemes in the schema are those of the signing engine."""
    assert set(OFFERED) == set(SCHEMES)


def test_langchain_mcp_and_the_functions_agree(emitted: list[dict[str, Any]]) -> None:
    """One set of functions, two wrappings: names, descriptions, shapes."""
    wrapped = {tool.name: tool for tool in langchain_tools()}
    assert [tool["name"] for tool in emitted] == list(TOOLS) == list(wrapped)
    for tool in emitted:
        other = wrapped[tool["name"]]
        assert tool["description"] == other.description
        assert tool["inputSchema"] == other.args_schema
        assert other.metadata is not None
        assert tool["outputSchema"] == other.metadata["output_schema"]


def test_answers_agree_on_the_wire(server: Stdio) -> None:
    """The text and the data of a call over MCP are those of the plain function."""
    arguments = {"question": "401 from the fax api in php"}
    plain = call("sinch_auth_guide", arguments)
    result = server.ask(request(1, "tools/call", {"name": "sinch_auth_guide", "arguments": arguments}))["result"]
    assert result["content"] == [{"type": "text", "text": plain.text.rstrip("\n")}]
    assert result["structuredContent"] == json.loads(json.dumps(plain.data))


def test_the_tools_cost_little(installed: Callable[[Callable[[], Path]], Path]) -> None:
    """All four tools together are at most 1,000 tokens of a model's context."""
    installed(toolchains.npm_tools)
    assert tools_tokens() <= TOOLS_LIMIT


@pytest.mark.parametrize("detail", ["concise", "full"])
def test_answers_cost_little(detail: str, installed: Callable[[Callable[[], Path]], Path]) -> None:
    """Every product with every language, in both languages, stays within 300 or 900 tokens; code is never cut."""
    installed(toolchains.npm_tools)
    assert [one for one in answers(detail) if one.over] == []


def test_instructions_are_short_and_name_every_tool() -> None:
    """Clients put the instructions before everything else: about 600 characters."""
    with Stdio(OURS) as server:
        instructions = server.open()["result"]["instructions"]
    assert len(instructions) <= 700
    assert all(tool in instructions for tool in TOOLS)


def test_the_newer_era_is_discovered(newer: Stdio) -> None:
    """`server/discover` names the revision and the skills extension."""
    found = newer.ask(request(1, "server/discover", modern=True))["result"]
    assert MODERN in found["supportedVersions"]
    assert found["capabilities"]["extensions"]["io.modelcontextprotocol/skills"] == {"directoryRead": True}
