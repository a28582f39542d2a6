"""`sinch-auth mcp`: the tools for coding agents, over standard input and output or over HTTP."""

from __future__ import annotations

import click


@click.command()
@click.option("--http", is_flag=True, help="Serve over HTTP instead of standard input and output.")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="H", help="With --http: where to listen.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8765, show_default=True, metavar="N", help="0 takes any free port."
)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, metavar="N", help="Processes.")
def command(http: bool, host: str, port: int, workers: int) -> int:
    """Serve the Model Context Protocol: four tools, the knowledge base to read, a prompt and our skill.

    Without --http a client starts this program itself; `sinch-auth install CLIENT` tells it how. Over HTTP the server
    keeps no state: start as many as you like behind any load balancer. It is configured by environment variables:

    \b
      SINCH_AUTH_MCP_ALLOWED_HOSTS    names by which it is called (else 421), with commas
      SINCH_AUTH_MCP_ALLOWED_ORIGINS  web pages that may call it
      SINCH_AUTH_MCP_KEYS, _KEYS_FILE bearer keys; any of them opens, the file is read again when it changes
      SINCH_AUTH_MCP_MAX_BODY         bytes of the largest request; SINCH_AUTH_MCP_LOG the level of the logs
    """
    if http:
        from sinch_auth.surfaces import mcp_http

        mcp_http.serve(host, port, workers)
        return 0
    from sinch_auth.surfaces import mcp_logs, mcp_server

    mcp_logs.start()
    mcp_server.serve_stdio()
    return 0
