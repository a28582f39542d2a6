"""`sinch-auth ask` through the real program: contract, exit codes, half answers, refusals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def run(*arguments: str, text: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sinch_auth", *arguments],
        input=text,
        stdin=None if text is not None else subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        env={**os.environ, **environment},
    )


def ask(*arguments: str, code: int = 0) -> dict[str, Any]:
    result = run("ask", *arguments, "--format", "json")
    assert result.returncode == code, result.stderr
    data: dict[str, Any] = json.loads(result.stdout)
    return data


def test_reply_has_the_shape_of_the_contract() -> None:
    """Every member that the contract names is there, with the named members inside."""
    data = ask("--product", "numbers", "--language", "python")
    assert {"status", "facts", "question", "answer", "warnings"} <= set(data)
    assert {"name", "value", "origin", "evidence"} == set(data["facts"][0])
    answer = data["answer"]
    assert {"products", "auth_model", "method", "route", "credentials", "endpoints", "snippets", "causes", "gotchas",
            "links", "sources"} <= set(answer)  # fmt: skip
    assert {"id", "env", "where", "secret"} <= set(answer["credentials"][0])
    assert {"purpose", "url"} == set(answer["endpoints"][0])
    assert {"language", "purpose", "filename", "code", "proof"} <= set(answer["snippets"][0])
    assert {"level", "against", "checked"} <= set(answer["snippets"][0]["proof"])


def test_open_question_exits_3_and_carries_what_is_certain() -> None:
    """The region is open: the reply asks for it, and already names the auth model."""
    data = ask("--product", "conversation", "--language", "node", "--no-input", code=3)
    assert data["status"] == "needs_input"
    assert data["question"]["id"] == "region"
    assert [option["value"] for option in data["question"]["options"]] == ["us", "eu", "br"]
    assert data["answer"]["auth_model"] == "project"


def test_answered_question_is_not_asked_again() -> None:
    """With the region said, the same call answers."""
    data = ask("--product", "conversation", "--language", "node", "--region", "eu")
    assert data["status"] == "answer"
    assert {"purpose": "api", "url": "https://eu.conversation.api.sinch.com"} in data["answer"]["endpoints"]


def test_unknown_is_an_answer() -> None:
    """Who does not know the region gets code that reads it from the environment."""
    data = ask("--product", "conversation", "--language", "python", "--region", "unknown")
    assert data["status"] == "answer"
    assert "SINCH_REGION" in data["answer"]["snippets"][0]["code"]


def test_nothing_known_asks_for_the_product_first() -> None:
    """A bare 401 does not say which product."""
    data = ask("sinch gives me 401", "--no-input", code=3)
    assert data["question"]["id"] == "product"


def test_language_is_not_asked_for_when_only_keys_are_wanted() -> None:
    """Which keys: the answer needs no language."""
    data = ask("which keys do I need for voice callouts")
    assert data["status"] == "answer"
    assert data["answer"]["auth_model"] == "application"


@pytest.mark.parametrize(
    "text, first",
    [
        ("verify the numbers webhook signature in python", "SINCH_HMAC_SECRET"),
        ("mailgun webhook signature in laravel", "MAILGUN_WEBHOOK_SIGNING_KEY"),
        ("voice callback signature in php", "SINCH_APPLICATION_KEY"),
        ("list my numbers in python", "SINCH_PROJECT_ID"),
    ],
)
def test_what_checks_a_webhook_comes_first_where_that_is_the_question(text: str, first: str) -> None:
    """Calls from Sinch are mostly signed with another secret than calls to it."""
    assert ask(text)["answer"]["credentials"][0]["env"] == first


def test_region_in_the_text_is_not_asked_for() -> None:
    """The text says eu app."""
    data = ask("401 when I send a whatsapp message from my node backend, eu app")
    assert data["status"] == "answer"
    facts = {fact["name"]: fact["value"] for fact in data["facts"]}
    assert (facts["product"], facts["language"], facts["region"], facts["status"]) == (
        "conversation",
        "node",
        "eu",
        "401",
    )


def test_secret_in_a_browser_is_refused_with_the_reason() -> None:
    """A server API from a browser: no code, but the way that is safe."""
    data = ask("--product", "voice", "--language", "browser")
    assert data["status"] == "refused"
    assert data["answer"]["snippets"] == []
    assert any("backend" in reason for reason in data["answer"]["because"])


def test_out_of_scope_gets_a_pointer_and_no_credentials() -> None:
    """SSML is not authentication."""
    data = ask("which ssml tags does ttsCallout support?")
    assert data["status"] == "out_of_scope"
    assert data["answer"]["credentials"] == []


def test_pasted_secret_is_masked_and_rotation_is_advised() -> None:
    """The secret is nowhere in the reply, and the warning says to rotate it."""
    secret = "FAKEfakeFAKEfakeFAKEfa=="
    result = run("ask", f"calling.api.sinch.com 401, secret={secret}", "--format", "json")
    assert secret not in result.stdout + result.stderr
    assert "otate" in json.loads(result.stdout)["warnings"][0]


def test_chinese_text_is_answered_in_chinese() -> None:
    """The language of the answer follows the text."""
    data = ask("key secret 忘记保存了,后台看不到,怎么找回?")
    assert "新建" in json.dumps(data["answer"]["causes"], ensure_ascii=False)


def test_python_2_has_no_voice_v1_so_plain_http() -> None:
    """The current Python SDK does not cover Voice v1."""
    data = ask("--product", "voice", "--language", "python", "--environment", "production")
    assert (data["answer"]["route"], data["answer"]["method"]) == ("http", "signed")
    assert "application_key=" not in data["answer"]["snippets"][0]["code"]


@pytest.mark.parametrize("environment, method", [("production", "oauth2"), ("prototype", "basic")])
def test_method_follows_the_environment(environment: str, method: str) -> None:
    """Basic is for trials."""
    assert ask("--product", "fax", "--language", "php", "--environment", environment)["answer"]["method"] == method


@pytest.mark.parametrize(
    "arguments, says",
    [
        (("--product", "conversatoin"), "conversation"),
        (("--product", "sms", "--region", "mars"), "eu"),
        (("--product", "fax", "--method", "signed"), "oauth2"),
        (("--nonsense",), "--help"),
    ],
)
def test_bad_input_says_what_to_do(arguments: tuple[str, ...], says: str) -> None:
    """Exit 2, the cure on standard error, no traceback."""
    result = run("ask", *arguments)
    assert result.returncode == 2
    assert says in result.stderr
    assert "Traceback" not in result.stderr


def test_piped_text_never_prompts() -> None:
    """Standard input that is no terminal is read as the question."""
    result = run("ask", text="401 from https://fax.api.sinch.com/v3/projects/x/faxes")
    assert result.returncode == 0
    assert "Fax" in result.stdout


def test_escape_sequences_in_a_paste_do_not_reach_the_terminal() -> None:
    """What is echoed as evidence carries no control character."""
    result = run("ask", "whatsapp \x1b[31m401\x1b]0;title\x07 eu app")
    assert "\x1b" not in result.stdout
    assert "\x07" not in result.stdout


def test_no_color_and_pipes_get_plain_text() -> None:
    """Bold only on a terminal."""
    assert "\x1b" not in run("ask", "--product", "numbers", "--language", "curl", NO_COLOR="1").stdout


@pytest.mark.parametrize("form", ["text", "agent", "json"])
def test_every_form_of_the_answer_names_the_credentials(form: str) -> None:
    """Key ID and its variable are in each form."""
    result = run("ask", "which keys for the numbers api", "--format", form)
    assert "Key ID" in result.stdout
    assert "SINCH_KEY_ID" in result.stdout
