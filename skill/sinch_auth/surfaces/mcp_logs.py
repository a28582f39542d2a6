"""Logs of the MCP server: one JSON object a line on standard error, without secrets."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from typing import Any

LEVEL_VARIABLE = "SINCH_AUTH_MCP_LOG"


class JsonLines(logging.Formatter):
    """A record as one line of JSON; whatever looks like a secret is masked, also in a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """The line. Fields of ours stand in `record.fields`."""
        from sinch_auth.redact import redact

        made: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()).text,
            "pid": os.getpid(),
        }
        fields = getattr(record, "fields", {})
        made |= {name: value for name, value in fields.items() if value is not None}
        if record.exc_info:
            made["error"] = redact(self.formatException(record.exc_info)).text
        return json.dumps(made, ensure_ascii=False)


def level(default: str) -> str:
    """The level that the environment asks for."""
    named = os.environ.get(LEVEL_VARIABLE, default).upper()
    return named if named in ("DEBUG", "INFO", "WARNING", "ERROR") else default.upper()


def start(default: str = "WARNING") -> None:
    """Send every log to standard error; standard output belongs to the protocol."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=level(default), force=True)
    if not logging.getLogger().isEnabledFor(logging.DEBUG):
        # The SDK tells of every request's end.
        logging.getLogger("mcp").setLevel(logging.WARNING)
