"""The exported skill: valid, alone complete, made of proved code, up to date, cheap, installable."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from evals import prove, tokens, toolchains

from sinch_auth import snippets
from sinch_auth.errors import SourceUnavailable
from sinch_auth.knowledge import Knowledge
from sinch_auth.surfaces import skill_export

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "skill" / "sinch-authentication"
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)]+)\)")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `sinch-auth skill export` writes."""
    place = tmp_path_factory.mktemp("export")
    _run("skill", "export", "--output", str(place))
    return place / "sinch-authentication"


def _run(*arguments: str, code: int = 0) -> str:
    ended = subprocess.run(
        [sys.executable, "-m", "sinch_auth", *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == code, ended.stdout + ended.stderr
    return ended.stdout


def _front(text: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(text.split("\n---\n", 1)[0].removeprefix("---\n"))
    return data


# -- valid -------------------------------------------------------------------------------------------------------


def test_the_reference_validator_accepts_it(exported: Path) -> None:
    """skills-ref, the validator of the Agent Skills specification, finds nothing."""
    validator = Path(sys.executable).with_name("agentskills")
    ended = subprocess.run([validator, "validate", exported], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_name_is_the_folder_s_and_the_description_fits(exported: Path) -> None:
    """At most 1,024 characters of description, in block style only."""
    text = (exported / "SKILL.md").read_text("utf-8")
    front = _front(text)
    assert front["name"] == exported.name
    assert len(front["description"]) <= 1_024
    assert set(front) <= {"name", "description", "license", "compatibility", "metadata", "allowed-tools"}
    assert not re.search(r"^[\w-]+:\s*[\[{]", text.split("\n---\n", 1)[0], re.MULTILINE)


@pytest.mark.parametrize(
    "words",
    [
        "401 Unauthorized", "403 Forbidden", "Invalid Signature", "40100", "40101", "40102", "40104", "40303",
        "invalid_client", "Unable to create instance!", "Token refresh failed", "'SMS Region' must be defined",
        "WhatsApp", "OTP", "SMS", "Voice", "Verification", "Numbers", "Fax", "Mailgun", "Mailjet", "In-App Calling",
        "sinch-rtc", "@sinch/sdk-core", "com.sinch.sdk", "auth.sinch.com", "Key Secret", "Application Secret",
        "Service Plan ID", "API token", "webhook signature",
    ],
)  # fmt: skip
def test_the_description_has_the_words_people_type_and_paste(words: str) -> None:
    """An agent finds the skill by its description alone, so the words must stand in it."""
    assert words.lower() in skill_export.plan().description.lower()


# -- complete ----------------------------------------------------------------------------------------------------


def test_every_link_stays_inside_and_leads_somewhere(exported: Path) -> None:
    """No link leaves the folder, and none is dead."""
    _assert_links(exported)


def _assert_links(folder: Path) -> None:
    seen = 0
    for page in folder.rglob("*.md"):
        for link in _LINK.findall(page.read_text("utf-8")):
            if link.startswith("https://"):
                continue
            target = (page.parent / link).resolve()
            assert target.is_relative_to(folder.resolve()), f"{page.name}: {link} leaves the folder"
            assert target.exists(), f"{page.name}: {link} is dead"
            seen += 1
    assert seen > 20


def test_every_reference_is_linked_from_the_main_page(exported: Path) -> None:
    """A model that has read the main page knows every other one."""
    linked = set(_LINK.findall((exported / "SKILL.md").read_text("utf-8")))
    assert {f"references/{p.name}" for p in (exported / "references").iterdir()} <= linked


def test_every_language_has_its_page(base: Knowledge) -> None:
    """No language of the knowledge base is left out."""
    plan = skill_export.plan()
    covered = {reference.language or name for name, reference in plan.references.items()}
    assert set(base.ids("language")) <= covered


# -- right -------------------------------------------------------------------------------------------------------


def test_every_block_of_code_is_a_rendered_snippet(base: Knowledge, exported: Path) -> None:
    """What stands in a block, letter for letter, is what the package renders for one cell."""
    rendered = {snippets.render(base, request).code for request in snippets.cells(base)}
    blocks = [block for page in exported.rglob("*.md") for _, block in _BLOCK.findall(page.read_text("utf-8"))]
    assert blocks
    assert [block for block in blocks if block not in rendered] == []


def test_every_script_is_a_rendered_snippet_or_stands_beside_one(base: Knowledge, exported: Path) -> None:
    """The same for files: code of a cell, or a file that its code needs."""
    known: set[str] = set()
    for request in snippets.cells(base):
        snippet = snippets.render(base, request)
        known |= {snippet.code, *snippet.companions.values()}
    scripts = [path for path in (exported / "scripts").rglob("*") if path.is_file()]
    assert scripts
    assert [path.name for path in scripts if path.read_text("utf-8") not in known] == []


@pytest.mark.parametrize("code", skill_export.codes(), ids=lambda code: code.request.id)
def test_every_snippet_has_the_proof_of_this_very_code(base: Knowledge, code: skill_export.Code) -> None:
    """A recorded proof exists, and it was made for these bytes."""
    proof = snippets.proof_of(base, code.request)
    assert proof is not None
    assert proof.digest == snippets.digest(code.snippet)
    assert f"Checked: {proof.level}" in skill_export.files(base)[code.path] or code.path.startswith("scripts/")


@pytest.mark.parametrize("language", sorted({code.request.language for code in skill_export.codes()}))
def test_the_code_runs(base: Knowledge, language: str) -> None:
    """The prover runs each piece against the local stand-in: right and wrong credentials, good and spoilt input."""
    mine = {code.request.id: code.request for code in skill_export.codes(base) if code.request.language == language}
    try:
        results = prove.prove(base, mine.values())
    except SourceUnavailable as problem:
        if os.environ.get("CI") == "true":
            pytest.fail(str(problem))
        pytest.skip(f"{problem}: what it would prove is NOT proved here")
    assert len(results) == len(mine)
    assert {result.request.id: result.problems for result in results if result.problems} == {}
    assert all(result.level in ("executed", "compiled", "parsed") for result in results)


def test_the_published_skill_s_mistakes_are_not_repeated(exported: Path) -> None:
    """None of the lines that fail in the published skill stand here, and what it lacks does."""
    text = "\n".join(path.read_text("utf-8") for path in exported.rglob("*") if path.is_file())
    main = (exported / "SKILL.md").read_text("utf-8")
    assert "SINCH_APP_KEY" not in text
    assert "SinchClient(application_key" not in text
    assert "SINCH_SERVICE_PLAN_ID" in main
    assert "Voice v2" in main
    assert "hkdfv1-" in (exported / "references/in-app-calling-browser.md").read_text("utf-8")
    assert not re.search(r"-u [^\\\n]+\n\s+-d ", text), "a curl command is broken in two"
    assert not re.search(r"^\s*curl (?!.*-d).*v3/\S+/messages", text, re.MULTILINE)


# -- up to date --------------------------------------------------------------------------------------------------


def test_the_committed_skill_is_what_would_be_written_now() -> None:
    """`sinch-auth skill check` passes in this checkout; the cure is `sinch-auth skill export --output skill`."""
    assert skill_export.differences(COMMITTED) == []


def test_a_stale_skill_is_named_file_by_file(exported: Path, tmp_path: Path) -> None:
    """Changed, missing and left-over files are listed, and the exit code is 4."""
    folder = tmp_path / "sinch-authentication"
    _run("skill", "export", "--output", str(tmp_path))
    (folder / "references/go.md").unlink()
    (folder / "references/perl.md").write_text("old", "utf-8")
    with (folder / "SKILL.md").open("a") as file:
        file.write("by hand\n")
    out = _run("skill", "check", str(folder), "--format", "json", code=4)
    assert json.loads(out)["differences"] == [
        "SKILL.md: stale",
        "references/go.md: missing",
        "references/perl.md: left over",
    ]
    _run("skill", "export", "--output", str(tmp_path))
    _run("skill", "check", str(folder))


def test_a_folder_of_somebody_else_is_not_written_over(tmp_path: Path) -> None:
    """A folder with the skill's name and other content stays as it is."""
    folder = tmp_path / "sinch-authentication"
    folder.mkdir()
    (folder / "SKILL.md").write_text("---\nname: sinch-authentication\n---\nmine\n", "utf-8")
    _run("skill", "export", "--output", str(tmp_path), code=2)
    assert [p.name for p in folder.rglob("*")] == ["SKILL.md"]


def test_the_lines_for_an_agents_file_can_be_printed() -> None:
    """`--agents-md` prints them alone, ready to be appended."""
    out = _run("skill", "export", "--agents-md")
    assert out == skill_export.agents_md()
    assert out.startswith("## ")


# -- cheap -------------------------------------------------------------------------------------------------------


def test_no_text_costs_more_than_its_limit() -> None:
    """The body 1,200 tokens, a reference 400, a path 1,600, the lines for an AGENTS.md 400; o200k."""
    costs = tokens.costs()
    assert len([cost for cost in costs if cost.name.startswith("path: ")]) == len(skill_export.plan().references)
    assert [f"{c.name}: {c.tokens} of {c.limit}" for c in costs if c.tokens > c.limit] == []


def test_every_path_that_is_compared_costs_less_than_the_published_one() -> None:
    """The five paths of the comparison are in the table, each below the published skill's figure."""
    compared = [c for c in tokens.costs() if c.name.startswith("path: ") and c.published]
    assert len(compared) == len(tokens.PATHS)
    assert all(cost.tokens < cost.published for cost in compared)


# -- installable -------------------------------------------------------------------------------------------------


def test_npx_skills_copies_it_into_three_agents_folders(tmp_path: Path) -> None:
    """A real `npx skills add` from the local path: Claude Code, Cursor and Codex have it, whole, with live links."""
    node = toolchains.new_node()
    tools = toolchains.npm_tools()
    project = tmp_path / "project"
    project.mkdir()
    environ = {
        "HOME": str(tmp_path),
        "PATH": f"{node / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "CI": "true",
        "DO_NOT_TRACK": "1",
        "DISABLE_TELEMETRY": "1",
    }
    npx = [str(node / "bin/node"), str(node / "lib/node_modules/npm/bin/npx-cli.js"), "--prefix", str(tools)]
    add = ["--no-install", "skills", "add", str(COMMITTED), "--copy", "--yes"]
    agents = ["--agent", "claude-code", "cursor", "codex"]
    ended = subprocess.run(
        [*npx, *add, *agents], cwd=project, env=environ, capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    wanted = {p.relative_to(COMMITTED): p.read_bytes() for p in COMMITTED.rglob("*") if p.is_file()}
    # Cursor and Codex share one folder.
    for folder in (".claude/skills", ".agents/skills"):
        installed = project / folder / COMMITTED.name
        assert not installed.is_symlink()
        assert {p.relative_to(installed): p.read_bytes() for p in installed.rglob("*") if p.is_file()} == wanted
        _assert_links(installed)
