"""The proofs on record belong to the snippets as they are now."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from evals.proving import record
from evals.proving.record import Shown
from msgspec.structs import replace

from sinch_auth import knowledge, snippets
from sinch_auth.schema import Proof

RENEW = "python -m evals.prove --record --only LANGUAGE/PRODUCT"


def test_every_snippet_has_a_proof_of_its_code(base: knowledge.Knowledge) -> None:
    """A template cannot change without a new proof."""
    proofs = record.load()
    stale = [
        request.id
        for request in snippets.cells(base)
        if request.id not in proofs or proofs[request.id].digest != snippets.digest(snippets.render(base, request))
    ]
    assert not stale, f"{len(stale)} snippets are not proved as they stand, {stale[:3]} among them; run {RENEW}"


def test_no_proof_is_left_over(base: knowledge.Knowledge) -> None:
    """What is no cell any more has no proof."""
    assert set(record.load()) <= {request.id for request in snippets.cells(base)}


def test_the_document_says_what_is_on_record(base: knowledge.Knowledge) -> None:
    """docs/proofs.md is what the record gives."""
    expected = record.document(base, record.load(), list(snippets.cells(base)))
    assert record.DOCUMENT.read_text(encoding="utf-8") == expected


def test_what_can_run_here_is_executed(base: knowledge.Knowledge) -> None:
    """Only languages without a runtime here are merely parsed."""
    parsed = {request.language for request in snippets.cells(base) if record.load()[request.id].level != "executed"}
    assert parsed <= {"dotnet", "ios", "android"}


def test_a_changed_template_fails_the_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`check` names a snippet whose code is not the one that was proved."""
    for name in ("knowledge", "templates"):
        shutil.copytree(record.ROOT / name, tmp_path / name)
    template = tmp_path / "templates/ruby/token.rb.j2"
    template.write_text(template.read_text(encoding="utf-8") + "# one line more\n", encoding="utf-8")
    monkeypatch.setenv("SINCH_AUTH_DATA", str(tmp_path))
    script = "from sinch_auth import check, knowledge\nprint(*check.prove(knowledge.load(), ('render',))[0].problems, sep='\\n')"
    problems = _python(script).splitlines()
    assert any(line.startswith("numbers/ruby/token/project-oauth2/http: ") for line in problems)
    assert all("/ruby/token/" in line for line in problems)


class TestMerging:
    """How a run changes the record."""

    def test_a_proof_of_the_same_code_stays(self, base: knowledge.Knowledge) -> None:
        """Rewriting keeps the date of what did not change."""
        request, old = _first(base)
        shown = [Shown(request, old.level, "something newer", old.digest)]
        assert record.merged({request.id: old}, shown, [request], "2030-01-01") == {request.id: old}

    def test_a_proof_of_other_code_is_replaced(self, base: knowledge.Knowledge) -> None:
        """New code has the proof of this run."""
        request, old = _first(base)
        shown = [Shown(request, "parsed", "a grammar", "new")]
        expected = Proof(level="parsed", against="a grammar", checked="2030-01-01", digest="new")
        assert record.merged({request.id: old}, shown, [request], "2030-01-01") == {request.id: expected}

    def test_an_executed_snippet_stays_executed(self, base: knowledge.Knowledge) -> None:
        """A machine that can only compile the same code takes nothing away, and does not contradict."""
        request, old = _first(base)
        shown = [Shown(request, "compiled", "stubs", old.digest)]
        assert record.merged({request.id: old}, shown, [request], "2030-01-01") == {request.id: old}
        assert not record.contradictions({request.id: old}, shown)

    def test_what_is_gone_goes(self, base: knowledge.Knowledge) -> None:
        """A proof of no cell is dropped."""
        request, old = _first(base)
        assert record.merged({request.id: old, "gone": old}, [], [request], "2030-01-01") == {request.id: old}

    def test_other_code_contradicts_the_record(self, base: knowledge.Knowledge) -> None:
        """A run without --record tells that the record is of other code."""
        request, old = _first(base)
        shown = [Shown(request, old.level, old.against, "new")]
        assert "other code" in record.contradictions({request.id: old}, shown)[0]
        assert "no proof" in record.contradictions({}, shown)[0]


def test_companions_count(base: knowledge.Knowledge) -> None:
    """A change of a build file is a change of the snippet."""
    request = next(r for r in snippets.cells(base) if r.language == "java" and r.route == "sdk")
    snippet = snippets.render(base, request)
    changed = replace(snippet, companions={name: f"{text}\n" for name, text in snippet.companions.items()})
    assert snippet.companions
    assert snippets.digest(snippet) != snippets.digest(changed)


def _first(base: knowledge.Knowledge) -> tuple[snippets.SnippetRequest, Proof]:
    request = next(iter(snippets.cells(base)))
    return request, record.load()[request.id]


def _python(script: str) -> str:

    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
