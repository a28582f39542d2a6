"""The tools inside LangChain: an agent's loop with a scripted chat model, and agreement with the plain functions."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import FakeMessagesListChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field

from sinch_auth.surfaces.langchain_tools import tools
from sinch_auth.surfaces.tools import TOOLS, call


class Scripted(FakeMessagesListChatModel):
    """A chat model that says what it was told to, and remembers the tools that were bound to it."""

    bound: list[dict[str, Any]] = Field(default_factory=list)

    def bind_tools(self, tools: Sequence[Any], **_: Any) -> Scripted:
        self.bound = [convert_to_openai_tool(tool) for tool in tools]
        return self


def asks(name: str, **arguments: str) -> AIMessage:
    """A turn in which the model calls a tool."""
    return AIMessage("", tool_calls=[{"name": name, "args": arguments, "id": f"call-{name}", "type": "tool_call"}])


def run_agent(question: str, turns: list[AIMessage]) -> list[BaseMessage]:
    """The loop of every agent: call the model, run its tools, give the results back, until it answers."""
    offered: dict[str, BaseTool] = {tool.name: tool for tool in tools()}
    model = Scripted(responses=list(turns)).bind_tools(list(offered.values()))
    assert {one["function"]["name"] for one in model.bound} == set(TOOLS)
    messages: list[BaseMessage] = [HumanMessage(question)]
    for _ in turns:
        said = model.invoke(messages)
        messages.append(said)
        messages += [offered[one["name"]].invoke(one) for one in getattr(said, "tool_calls", [])]
        if not getattr(said, "tool_calls", []):
            break
    return messages


def results(messages: list[BaseMessage]) -> list[ToolMessage]:
    """What the tools said."""
    return [message for message in messages if isinstance(message, ToolMessage)]


def test_an_agent_learns_which_credentials_voice_takes() -> None:
    """One question, one call, and the model has the credentials to answer with."""
    asked = "which keys do I need for voice callouts?"
    messages = run_agent(asked, [asks("sinch_auth_guide", question=asked), AIMessage("Application Key and Secret.")])
    [told] = results(messages)
    assert "SINCH_APPLICATION_KEY" in told.text
    assert told.artifact["answer"]["auth_model"] == "application"
    assert isinstance(messages[-1], AIMessage)


def test_an_agent_asks_its_user_and_goes_on() -> None:
    """`needs_input` names the argument; the same call with it added gives the answer, with no state between."""
    asked = "how do I send an sms?"
    turns = [
        asks("sinch_auth_guide", question=asked),
        asks("sinch_auth_guide", question=asked, language="python"),
        asks("sinch_auth_guide", question=asked, language="python", region="eu", detail="full"),
        AIMessage("Use the service plan."),
    ]
    first, second, last = results(run_agent(asked, turns))
    assert first.artifact["status"] == "needs_input"
    assert first.artifact["question"]["id"] == "language"
    assert second.artifact["question"]["id"] == "region"
    assert last.artifact["status"] == "answer"
    assert "SINCH_API_TOKEN" in last.text


def test_an_agent_mends_its_own_call() -> None:
    """A wrong argument comes back as an error that lists what is allowed; a diagnosis follows."""
    turns = [
        asks("sinch_auth_diagnose", text="40102 Invalid signature", product="telegraph"),
        asks("sinch_auth_diagnose", text="40102 Invalid signature", product="voice"),
        AIMessage("The secret was not decoded."),
    ]
    wrong, right = results(run_agent("why 40102?", turns))
    assert wrong.status == "error"
    assert "voice" in wrong.text
    assert right.status == "success"
    assert right.artifact["fault"]


@pytest.mark.parametrize("tool", tools(), ids=lambda tool: tool.name)
def test_langchain_and_the_plain_functions_agree(tool: BaseTool) -> None:
    """Name, description and argument schema are those of the plain tool."""
    plain = TOOLS[tool.name]
    seen = convert_to_openai_tool(tool)["function"]
    assert seen["description"] == plain.description
    assert seen["parameters"]["properties"] == plain.input_schema()["properties"]
    assert seen["parameters"].get("required", []) == plain.input_schema().get("required", [])
    assert tool.metadata is not None
    assert tool.metadata["output_schema"] == plain.output_schema()


def test_the_text_is_that_of_the_plain_function() -> None:
    """Nothing is added or lost on the way through LangChain."""
    [guide] = [tool for tool in tools() if tool.name == "sinch_auth_guide"]
    arguments = {"question": "mailgun 401 eu domain"}
    assert guide.invoke(arguments) == call("sinch_auth_guide", arguments).text


def test_the_rest_works_without_langchain() -> None:
    """LangChain is an extra: neither the tools nor the command line import it."""
    code = "import sys; import sinch_auth.surfaces.tools as t; t.call('sinch_auth_guide', {'question': 'sms'}); "
    code += "import sinch_auth.surfaces.langchain_tools; assert 'langchain_core' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
