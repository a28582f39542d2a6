"""The server on standard input and output: what a client may send it, and what it never writes."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from evals.mcp_clients import OURS, ROOT, Stdio, calling, initialize, request

from sinch_auth.surfaces.tools import TOOLS

SECRET = "pM7bGHFZ9v1Ybz0c2wVZ3w=="  # made up; the shape of an application secret


def text(answer: dict[str, Any]) -> str:
    """What a model reads of an answer."""
    said: str = answer["error"]["message"] if "error" in answer else answer["result"]["content"][0]["text"]
    return said


MALFORMED = {
    "not JSON": (b"{not json", -32700),
    "cut off": (b'{"jsonrpc": "2.0", "id": 1, "method": "tools/li', -32700),
    "not UTF-8": (b'{"jsonrpc": "2.0", "\xff\xfe": 1}', -32600),
    "a batch": (b'[{"jsonrpc": "2.0", "id": 1, "method": "ping"}]', -32600),
    "a number": (b"17", -32600),
    "no method": (b'{"jsonrpc": "2.0", "id": 1}', -32600),
    "another protocol": (b'{"jsonrpc": "1.0", "id": 1, "method": "ping"}', -32600),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_frames_are_answered(server: Stdio, name: str) -> None:
    """Each gets an error that says what came and what to send, and the next call works."""
    sent, code = MALFORMED[name]
    answer = server.ask(sent)
    assert answer["error"]["code"] == code
    assert "next: " in text(answer)
    assert "pydantic" not in json.dumps(answer)
    assert "result" in server.ask(request(2, "ping"))


def test_malformed_frames_before_the_first_request() -> None:
    """A client that starts with noise is answered, and can still open either era."""
    with Stdio(OURS) as server:
        assert server.ask(b"hello?")["error"]["code"] == -32700
        assert "result" in server.ask(initialize())


WRONG = {
    "unknown tool": ("nope", {}, "sinch_auth_guide"),
    "unknown argument": ("sinch_auth_guide", {"produkt": "sms"}, "product"),
    "unknown product": ("sinch_auth_guide", {"product": "telegraph"}, "conversation"),
    "unknown region": ("sinch_auth_guide", {"product": "sms", "region": "mars"}, "eu"),
    "unknown language": ("sinch_auth_guide", {"language": "cobol-74"}, "python"),
    "unknown detail": ("sinch_auth_guide", {"question": "sms", "detail": "long"}, "concise, full"),
    "a list": ("sinch_auth_guide", {"product": ["sms"]}, "a string"),
    "a number": ("sinch_auth_diagnose", {"text": 401}, "a string"),
    "nothing to say": ("sinch_auth_guide", {}, "question"),
    "a text too long": ("sinch_auth_diagnose", {"text": "x" * 1_000_001}, "1,000,000"),
    "no text": ("sinch_auth_diagnose", {}, "text"),
    "no request": ("sinch_auth_check_signature", {"request": "", "secret_env": "PATH"}, "method"),
    "unknown scheme": ("sinch_auth_check_signature", {"request": "{}", "scheme": "md5"}, "signed-request"),
    "no such variable": ("sinch_auth_check_signature", {"request": "{}", "secret_env": "SINCH_NOT_SET"}, "export"),
    "no token": ("sinch_auth_check_token", {"token": ""}, "JWT"),
}


@pytest.mark.parametrize("name", WRONG)
def test_errors_are_for_the_model(server: Stdio, name: str) -> None:
    """What came, what is allowed, what to do next; no structured content, no traceback; the server lives on."""
    tool, arguments, allowed = WRONG[name]
    answer = server.ask(calling(1, tool, arguments))
    assert allowed in text(answer)
    assert "next" in text(answer) or "cure" in text(answer)
    assert "Traceback" not in text(answer)
    if "result" in answer:
        assert answer["result"]["isError"]
        assert "structuredContent" not in answer["result"]
    assert "result" in server.ask(calling(2, "sinch_auth_guide", {"question": "fax"}))


@pytest.mark.parametrize("params", [{}, {"name": 1}, {"name": "sinch_auth_guide", "arguments": "sms"}, {"name": None}])
def test_parameters_of_the_wrong_shape(server: Stdio, params: dict[str, Any]) -> None:
    """The error names the place and the type, and points at no documentation of a validator."""
    answer = server.ask(request(1, "tools/call", params))
    assert answer["error"]["code"] == -32602
    assert "wrong shape" in text(answer)
    assert "https://" not in text(answer)


@pytest.mark.parametrize("tool", TOOLS)
def test_null_is_the_default(server: Stdio, tool: str) -> None:
    """Some clients send null for whatever they do not set."""
    given = {"question": "sms", "text": "401 on sms", "request": "{}", "token": "a.b.c"}
    arguments = {one.name: given.get(one.name) for one in TOOLS[tool].arguments}
    assert "null" not in text(server.ask(calling(1, tool, arguments)))


def test_a_secret_that_arrives_is_masked(server: Stdio) -> None:
    """Neither the text nor the data repeats it, and the reply says that it was there and to rotate it."""
    pasted = f"curl -u key:{SECRET} https://eu.conversation.api.sinch.com gives 401; SINCH_KEY_SECRET={SECRET}"
    for tool, argument in (("sinch_auth_guide", "question"), ("sinch_auth_diagnose", "text")):
        answer = server.ask(calling(1, tool, {argument: pasted}))
        assert SECRET not in json.dumps(answer)
        assert "otate" in text(answer)
        assert answer["result"]["structuredContent"]["warnings"]


@pytest.mark.parametrize("argument", ["secret", "application_secret", "secret_env", "product"])
def test_a_secret_in_the_wrong_place_is_masked(server: Stdio, argument: str) -> None:
    """Also where a name was expected, or under an argument that there is not."""
    answer = server.ask(calling(1, "sinch_auth_check_signature", {"request": "{}", argument: SECRET}))
    assert answer["result"]["isError"]
    assert SECRET not in json.dumps(answer)


def test_only_the_protocol_is_on_standard_output() -> None:
    """Whatever a handler or a library prints goes to standard error; every line on standard output is a message."""
    code = (
        "import os, sys; from sinch_auth.surfaces import mcp_server, tools\n"
        "def noisy(*a, **k):\n"
        "    print('NOISE'); os.write(1, b'NOISE\\n'); os.system('echo NOISE'); return tools.call(*a, **k)\n"
        "mcp_server.call = noisy; mcp_server.serve_stdio()"
    )
    sent = [
        initialize(),
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        calling(1, "sinch_auth_guide", {"question": "sms"}),
    ]
    with Stdio([sys.executable, "-c", code]) as server:
        assert "result" in server.ask(sent[0])
        server.send(sent[1])
        answer = server.ask(sent[2])
        assert server.ask(request(2, "ping"))["id"] == 2
    assert answer["id"] == 1


def test_utf8_whatever_the_locale() -> None:
    """Chinese comes and goes unharmed where the system would use another encoding."""
    environ = {"LC_ALL": "C", "LANG": "C", "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    with Stdio(OURS, environ) as server:
        server.open()
        line = json.dumps(
            calling(1, "sinch_auth_guide", {"question": "短信 API 用 python 怎么认证"}), ensure_ascii=False
        )
        answer = server.ask(line.encode("utf-8"))
    assert "服务" in text(answer) or "令牌" in text(answer)


def test_five_megabytes_are_refused_and_survived(server: Stdio) -> None:
    """A line of 5 MB gets an answer, and the next call another."""
    assert server.ask(calling(1, "sinch_auth_diagnose", {"text": "y" * 5_000_000}))["result"]["isError"]
    assert "result" in server.ask(request(2, "ping"))


def test_the_server_ends_with_its_client() -> None:
    """End of input ends it, without an error and without a word."""
    ended = subprocess.run(OURS, input=b"", capture_output=True, timeout=60, check=True, cwd=ROOT)
    assert (ended.stdout, ended.stderr) == (b"", b"")


def test_starting_reads_no_knowledge() -> None:
    """A client waits only for the SDK: the engine, templates and LangChain are read when they are needed."""
    code = (
        "import sys, sinch_auth.surfaces.mcp_server as m; m.server();"
        "late = {'yaml', 'jinja2', 'msgspec', 'langchain_core', 'sinch_auth.knowledge', 'sinch_auth.advice'};"
        "assert not late & set(sys.modules), late & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
