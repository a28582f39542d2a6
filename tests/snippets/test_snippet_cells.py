"""Every cell that makes sense gives code: complete, without secrets, for the right host."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from sinch_auth import snippets
from sinch_auth.errors import UnknownName, UsageError
from sinch_auth.knowledge import Knowledge
from sinch_auth.snippets import SnippetRequest

Rendered = list[tuple[SnippetRequest, snippets.Snippet]]


@pytest.fixture(scope="module")
def rendered(base: Knowledge) -> Rendered:
    """Every cell with its snippet."""
    return [(request, snippets.render(base, request)) for request in snippets.cells(base)]


def test_every_language_has_every_purpose_that_makes_sense(base: Knowledge) -> None:
    """A backend calls, fetches tokens, signs, mints and checks webhooks in every language; a client initialises."""
    made = defaultdict(set)
    for request in snippets.cells(base):
        made[request.language].add(request.purpose)
    for language in base.ids("language"):
        entry = base.language(language)
        expected = {"init"} if entry.runs_on == "client" else {"call", "token", "sign", "mint", "webhook"}
        if entry.runs_on == "backend" and entry.sdk:
            expected.add("init")
        assert expected <= made[language], language


def test_every_product_with_a_way_in_has_code(base: Knowledge) -> None:
    """Each product with a published host and a way in has a snippet in every backend language."""
    made = defaultdict(set)
    for request in snippets.cells(base):
        made[request.product].add(request.language)
    backend = {id for id in base.ids("language") if base.language(id).runs_on == "backend"}
    without = {id for id in base.ids("product") if not backend <= made[id]}
    assert all(not base.product(id).hosts or not base.product(id).smoke for id in without), without


def test_a_cell_has_one_id(base: Knowledge) -> None:
    """No two cells share the id under which a proof is kept."""
    ids = [request.id for request in snippets.cells(base)]
    assert len(ids) == len(set(ids))


def test_a_cell_stands_for_itself(base: Knowledge) -> None:
    """Every cell is the canonical one of its kind, so its own proof is found."""
    for request in snippets.cells(base):
        assert snippets.canonical(base, request).id == request.id


def test_the_newest_line_has_one_proof_whether_named_or_not(base: Knowledge) -> None:
    """Asking for the newest SDK line by name finds the proof of the cell without a name."""
    sdk = base.language("python").sdk
    assert sdk
    named = SnippetRequest(
        "numbers", "python", "call", "project", "oauth2", "sdk", sdk_line=sdk.releases[0].line
    )  # fmt: skip
    assert snippets.canonical(base, named).id == "numbers/python/call/project-oauth2/sdk"


def test_no_secret_is_a_literal(base: Knowledge, rendered: Rendered) -> None:
    """A secret's variable is only ever set from the environment."""
    secrets = {
        one.env for model in base.ids("model") for one in base.model(model).credentials.values() if one.secret
    }  # fmt: skip
    read = re.compile(r'(?:setting|Setting|getenv|\$\{|: "\$\{)\W*(\w+)')
    for request, snippet in rendered:
        named = {env for env in snippet.environment if env in secrets}
        assert named <= set(read.findall(snippet.code)), request.id


def test_a_secret_is_refused_as_a_value(base: Knowledge) -> None:
    """Whatever its model, a secret credential is never written into code, and is not repeated in the error."""
    for request in snippets.cells(base):
        for id, one in base.model(request.model).credentials.items():
            if one.secret:
                told = SnippetRequest(
                    request.product, request.language, request.purpose, request.model, request.method, request.route,
                    sdk_line=request.sdk_line, values={id: "hunter2-hunter2"},
                )  # fmt: skip
                with pytest.raises(UsageError, match="is a secret") as refusal:
                    snippets.render(base, told)
                assert "hunter2" not in str(refusal.value)


def test_every_variable_read_is_named_at_the_top(rendered: Rendered) -> None:
    """The comment at the top names each environment variable that the code reads."""
    for request, snippet in rendered:
        for env in snippet.environment:
            assert re.search(rf"^(#|//) +{env}\b", snippet.code, re.MULTILINE), (request.id, env)
            assert snippet.code.count(env) >= 2, (request.id, env)


def test_a_failure_says_why(rendered: Rendered) -> None:
    """A first request ends the program with what was answered, and a success says so."""
    for request, snippet in rendered:
        if request.purpose == "call" and request.route != "client-sdk":
            assert "accepted the credentials" in snippet.code, request.id
            assert re.search(r"refused|Refused", snippet.code), request.id


def test_text_is_tidy(rendered: Rendered) -> None:
    """One newline at the end, no trailing spaces, no runs of empty lines, no tabs but in Go."""
    for request, snippet in rendered:
        code = snippet.code
        assert code.endswith("\n"), request.id
        assert not code.endswith("\n\n"), request.id
        assert not re.search(r"[ \t]+$", code, re.MULTILINE), request.id
        assert "\n\n\n\n" not in code, request.id
        assert "\t" not in code or request.language == "go", request.id


@pytest.mark.parametrize("language", ["curl", "node", "python", "java", "dotnet", "php", "go", "ruby"])
def test_a_region_is_written_into_the_host(base: Knowledge, language: str) -> None:
    """With a region the code has that region's host and does not ask for one."""
    for region in ("us", "eu", "br"):
        request = SnippetRequest("conversation", language, "call", "project", "oauth2", "http", region=region)
        snippet = snippets.render(base, request)
        assert f"https://{region}.conversation.api.sinch.com" in snippet.code
        assert "SINCH_REGION" not in snippet.code


@pytest.mark.parametrize("language", ["node", "python", "java", "dotnet"])
def test_the_sdk_is_told_the_region_in_its_own_words(base: Knowledge, language: str) -> None:
    """The SDK's own spelling of the region stands in the code."""
    sdk = base.language(language).sdk
    assert sdk
    names = sdk.releases[0].covers["conversation"].region_names
    for region, name in names.items():
        request = SnippetRequest("conversation", language, "init", "project", "oauth2", "sdk", region=region)
        assert name.split(".")[-1] in snippets.render(base, request).code


def test_an_unknown_region_is_refused(base: Knowledge) -> None:
    """A region the product does not have names those it has."""
    request = SnippetRequest("conversation", "go", "call", "project", "oauth2", "http", region="mars")
    with pytest.raises(UnknownName, match="use one of: br, eu, us"):
        snippets.render(base, request)


def test_a_value_stands_in_the_code_and_is_not_asked_for(base: Knowledge) -> None:
    """A Project ID that was given is a literal, and its variable is not read."""
    values = {"project_id": "01234567-89ab-cdef-0123-456789abcdef"}
    for language in ("curl", "node", "python", "java", "dotnet", "php", "go", "ruby"):
        request = SnippetRequest("numbers", language, "call", "project", "oauth2", "http", values=values)
        snippet = snippets.render(base, request)
        assert values["project_id"] in snippet.code
        assert "SINCH_PROJECT_ID" not in snippet.environment


def test_a_value_without_a_place_is_refused(base: Knowledge) -> None:
    """A value that the snippet has no use for is an error, not silence."""
    request = SnippetRequest("numbers", "go", "token", "project", "oauth2", "http", values={"project_id": "0123456789"})
    with pytest.raises(UsageError, match="no use for project_id"):
        snippets.render(base, request)


def test_the_token_endpoint_has_no_region(rendered: Rendered) -> None:
    """Whoever fetches a token does so at the one endpoint."""
    for request, snippet in rendered:
        for host in re.findall(r"https://([\w.-]*auth[\w.-]*)/oauth2", snippet.code):
            assert host == "auth.sinch.com", request.id


def test_client_code_holds_no_secret(base: Knowledge, rendered: Rendered) -> None:
    """Code for a browser or a phone names no secret variable and takes its token from a backend."""
    for request, snippet in rendered:
        if base.language(request.language).runs_on == "client":
            assert not snippet.environment, request.id
            assert not re.search(r"(?i)application_?secret|basicauth", snippet.code.replace("Application Secret", ""))
            if request.method == "registration-token":
                assert re.search(r"tokenUrl|tokenURL", snippet.code), request.id
                assert re.search(r"registerFailed|registerDidFail", snippet.code), request.id


def test_a_second_process_compiles_no_template(tmp_path: Path) -> None:
    """Once rendered, a snippet comes from compiled templates on disk."""
    program = (
        "import sys, jinja2\n"
        "from sinch_auth import knowledge, snippets\n"
        "if sys.argv[1] == 'warm':\n"
        "    def refuse(*_, **__): raise SystemExit('a template was compiled')\n"
        "    jinja2.Environment.compile = refuse\n"
        "for language in ('python', 'dotnet', 'curl'):\n"
        "    request = snippets.SnippetRequest('numbers', language, 'call', 'project', 'oauth2', 'http')\n"
        "    assert snippets.render(knowledge.load(), request).code\n"
    )
    for state in ("cold", "warm"):
        subprocess.run(
            [sys.executable, "-c", program, state],
            check=True, timeout=60, env={**os.environ, "SINCH_AUTH_CACHE": str(tmp_path)},
        )  # fmt: skip


def test_importing_snippets_loads_no_template_engine() -> None:
    """An answer without code pays for no Jinja."""
    program = (
        "import sys, sinch_auth.snippets\n"
        "print([name for name in ('jinja2', 'sinch_auth.snippets.context') if name in sys.modules])\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert "jinja2" not in result.stdout
    assert "context" not in result.stdout
