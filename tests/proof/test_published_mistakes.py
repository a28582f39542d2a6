"""Mistakes that stand in published snippets: the proof catches each. Written anew, as small as they can be."""

from __future__ import annotations

from collections.abc import Callable

Problems = Callable[..., list[str]]

_CURL_TOKEN = """\
#!/usr/bin/env bash
curl --silent -X POST https://auth.sinch.com/oauth2/token \\
  -u "$SINCH_KEY_ID:$SINCH_KEY_SECRET"
  -d grant_type=client_credentials \\

"""

_PYTHON_APPLICATION = """\
import os

from sinch import SinchClient

sinch_client = SinchClient(
    application_key=os.environ["SINCH_KEY_ID"],
    application_secret=os.environ["SINCH_KEY_SECRET"],
)
"""

_MAILGUN_GET = """\
#!/usr/bin/env bash
curl --silent --show-error --fail --user "api:$MAILGUN_API_KEY" "https://api.mailgun.net/v3/$MAILGUN_DOMAIN/messages"
"""


def test_the_misplaced_backslash(problems: Problems) -> None:
    """A backslash missing after -u: curl ends there, grant_type is never sent, and the shell looks for `-d`.

    sources.yaml SK: the official authentication skill, its OAuth2 curl.
    """
    found = problems("conversation/curl/token/project-oauth2/http", lambda _: _CURL_TOKEN)
    assert any(p.startswith("right credentials: it ended with 127") and "command not found" in p for p in found)


def test_application_key_in_python_2(problems: Problems) -> None:
    """The client of the Python SDK 2.x takes no application_key.

    sources.yaml SK: references/sdk-init-python.md, which says it is for 2.0 and later.
    """
    found = problems("conversation/python/init/project-oauth2/sdk", lambda _: _PYTHON_APPLICATION)
    assert any("unexpected keyword argument 'application_key'" in problem for problem in found)


def test_get_on_mailgun_messages(problems: Problems) -> None:
    """Mailgun's messages take POST only: a GET proves nothing about the key.

    sources.yaml SK: the official authentication skill, its Mailgun check.
    """
    found = problems("mailgun/curl/call/mailgun-basic/http", lambda _: _MAILGUN_GET, reads=("MAILGUN_DOMAIN",))
    assert any(problem.startswith("right credentials: it ended with") for problem in found)
