"""An empty MCP server on the same SDK: what ours is measured against. `stdio`, or `http` with a port and workers."""

from __future__ import annotations

import sys
from typing import Any

import anyio
import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server


def server() -> Server[Any]:
    """One tool that answers with one word."""
    tools = types.ListToolsResult(
        tools=[types.Tool(name="empty", description="Nothing.", input_schema={"type": "object", "properties": {}})]
    )

    async def list_tools(context: Any, params: Any) -> types.ListToolsResult:
        return tools

    async def call_tool(context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        return types.CallToolResult(content=[types.TextContent(text="ok")])

    return Server("empty", on_list_tools=list_tools, on_call_tool=call_tool)


def application() -> Any:
    """The same over HTTP, stateless and with JSON answers, as ours."""
    return server().streamable_http_app(json_response=True, stateless_http=True)


async def _serve() -> None:
    made = server()
    async with stdio_server() as (reading, writing):
        await made.run(reading, writing, made.create_initialization_options())


if __name__ == "__main__":
    if sys.argv[1] == "stdio":
        anyio.run(_serve)
    else:
        import socket

        import uvicorn
        from uvicorn.supervisors import Multiprocess

        config = uvicorn.Config(
            "evals.empty_mcp_server:application",
            factory=True,
            port=int(sys.argv[2]),
            workers=int(sys.argv[3]),
            access_log=False,
            log_level="warning",
        )
        listening = config.bind_socket()
        # As ours has it; without it every answer waits 40 ms and the comparison would measure that.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        Multiprocess(config, sockets=[listening]).run()
