"""The four doors: command line, tools for LLMs, MCP server, Agent Skill."""
