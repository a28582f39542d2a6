"""The four tools for LangChain: `langchain_tools.tools()` for `bind_tools` or an agent. Needs the extra `langchain`."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from sinch_auth.errors import SourceUnavailable
from sinch_auth.surfaces.tools import TOOLS, Tool, call

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool


def tools() -> list[BaseTool]:
    """One LangChain tool for each of `TOOLS`: same names, descriptions and schemas.

    A tool message's content is the text for the model, its artifact the plain data. A call that was not understood
    gives a message of status `error`, so that the model can mend it. Raises `SourceUnavailable` where LangChain is
    missing.
    """
    try:
        import langchain_core.tools  # noqa: F401
    except ImportError:
        raise SourceUnavailable("langchain-core is not installed", cure="pip install 'sinch-auth[langchain]'") from None
    return [_wrapped(tool) for tool in TOOLS.values()]


def _wrapped(tool: Tool) -> BaseTool:
    from langchain_core.tools import StructuredTool, ToolException

    def run(**arguments: Any) -> tuple[str, dict[str, Any]]:
        outcome = call(tool.name, arguments)
        if outcome.error:
            raise ToolException(outcome.text)
        # The caller owns what it gets: guides are remembered.
        return outcome.text, deepcopy(outcome.data)

    async def run_async(**arguments: Any) -> tuple[str, dict[str, Any]]:
        return run(**arguments)

    return StructuredTool(
        name=tool.name,
        description=tool.description,
        args_schema=tool.input_schema(),
        func=run,
        coroutine=run_async,
        response_format="content_and_artifact",
        handle_tool_error=True,
        metadata={"title": tool.title, "output_schema": tool.output_schema()},
    )
