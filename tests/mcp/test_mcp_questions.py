"""What the server must know of the user: asked through a form where the client has one, else left to the model."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import mcp_types as types
import pytest
from evals.mcp_clients import LEGACY, MODERN, OURS, Stdio, calling, request
from mcp.client.stdio import StdioServerParameters

from mcp import Client

COMMAND = StdioServerParameters(command=OURS[0], args=OURS[1:])
VAGUE = {"question": "how do I send an sms?"}
Answers = Callable[[types.ElicitRequestFormParams], types.ElicitResult]


def asked(
    server: Any, mode: str, answers: Answers | None, arguments: dict[str, str] | None = None
) -> tuple[Any, list[Any]]:
    """The result of a guide asked by the official client, and the forms that its user saw."""
    forms: list[Any] = []

    async def show(context: Any, params: Any) -> types.ElicitResult:
        forms.append(params)
        assert answers
        return answers(params)

    async def run() -> Any:
        async with Client(server, mode=mode, elicitation_callback=show if answers else None) as client:
            return await client.call_tool("sinch_auth_guide", arguments or VAGUE)

    return asyncio.run(run()), forms


def choosing(**values: str) -> Answers:
    """A user who chooses these."""

    def answer(form: types.ElicitRequestFormParams) -> types.ElicitResult:
        [field] = form.requested_schema["properties"]
        return types.ElicitResult(action="accept", content={field: values[field]})

    return answer


@pytest.mark.parametrize("mode", ["legacy", MODERN])
def test_a_client_with_forms_is_asked(mode: str) -> None:
    """In either era the user is asked one thing after the other, and the call ends in the answer."""
    result, forms = asked(COMMAND, mode, choosing(language="python", region="eu"))
    assert [list(form.requested_schema["properties"]) for form in forms] == [["language"], ["region"]]
    assert result.structured_content["status"] == "answer"
    assert "https://eu.sms.api.sinch.com" in result.content[0].text


@pytest.mark.parametrize("mode", ["legacy", MODERN])
def test_a_client_without_forms_gets_the_question(mode: str) -> None:
    """No form: the result is an ordinary one, which says what to ask and which argument takes the answer."""
    result, _ = asked(COMMAND, mode, None)
    assert not result.is_error
    assert result.structured_content["status"] == "needs_input"
    assert result.structured_content["question"]["id"] == "language"
    assert "language = " in result.content[0].text


@pytest.mark.parametrize("mode", ["legacy", MODERN])
def test_over_http_too(port: int, mode: str) -> None:
    """Stateless HTTP cannot ask in the older era, so the question is left to the model; in the newer one it asks."""
    result, forms = asked(f"http://127.0.0.1:{port}/mcp", mode, choosing(language="node", region="us"))
    if mode == MODERN:
        assert len(forms) == 2
        assert result.structured_content["status"] == "answer"
    else:
        assert forms == []
        assert result.structured_content["status"] == "needs_input"


@pytest.mark.parametrize("mode", ["legacy", MODERN])
def test_who_declines_does_not_know(mode: str) -> None:
    """Declining is an answer: the best that can be said without the fact."""
    result, forms = asked(COMMAND, mode, lambda form: types.ElicitResult(action="decline"))
    assert forms
    assert result.structured_content["status"] == "answer"


@pytest.mark.parametrize("mode", ["legacy", MODERN])
def test_who_cancels_is_left_alone(mode: str) -> None:
    """Cancelling ends the asking; the question stands in the result, for the model to deal with."""
    result, forms = asked(COMMAND, mode, lambda form: types.ElicitResult(action="cancel"))
    assert len(forms) == 1
    assert result.structured_content["status"] == "needs_input"


def test_a_form_offers_not_to_know() -> None:
    """Every option has a name that people read, and one is not to know; in the language of the question."""
    _, [form, *_] = asked(
        COMMAND, "legacy", choosing(language="unknown", region="unknown"), {"question": "怎么发短信?"}
    )
    [field] = form.requested_schema["properties"].values()
    assert field["enum"][-1] == "unknown"
    assert field["enumNames"][-1] == "我不知道"
    assert len(field["enum"]) == len(field["enumNames"])


def test_asking_twice_with_the_fact_added_goes_on(server: Stdio) -> None:
    """No state between calls: the same question with one more argument continues where it was."""
    first = server.ask(calling(1, "sinch_auth_guide", VAGUE))["result"]["structuredContent"]
    again = server.ask(calling(2, "sinch_auth_guide", {**VAGUE, "language": "go"}))["result"]["structuredContent"]
    assert first["question"]["id"] == "language"
    assert again["question"]["id"] == "region"


def test_url_forms_are_no_forms() -> None:
    """A client that can only open pages is not asked."""
    with Stdio(OURS) as server:
        server.open({"elicitation": {"url": {}}})
        result = server.ask(calling(1, "sinch_auth_guide", VAGUE))["result"]
    assert result["structuredContent"]["status"] == "needs_input"


@pytest.mark.parametrize("state", ["nonsense", "[1]", '{"product": 1}', "x" * 5_000])
def test_a_state_that_is_not_ours_is_refused(newer: Stdio, state: str) -> None:
    """What the client sends back as state is looked at like everything else that a client sends."""
    params = {"name": "sinch_auth_guide", "arguments": VAGUE, "requestState": state}
    answer = newer.ask(request(1, "tools/call", params, modern=True))
    assert answer["error"]["code"] == -32602
    assert "requestState" in answer["error"]["message"]
    assert "result" in newer.ask(calling(2, "sinch_auth_guide", VAGUE, modern=True))


def test_a_made_up_answer_is_checked_like_an_argument(newer: Stdio) -> None:
    """A region that does not exist is answered with those that do."""
    params = {"name": "sinch_auth_guide", "arguments": VAGUE, "requestState": '{"region": "atlantis"}'}
    result = newer.ask(request(1, "tools/call", params, modern=True))["result"]
    assert result["isError"]
    assert "allowed: " in result["content"][0]["text"]


def test_the_older_era_is_spoken() -> None:
    """The handshake settles on the revision that the client asked for."""
    with Stdio(OURS) as server:
        assert server.open()["result"]["protocolVersion"] == LEGACY
