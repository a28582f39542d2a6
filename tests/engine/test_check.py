"""Every proof of the knowledge base fails when the data is broken on purpose."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sinch_auth import check, knowledge
from sinch_auth.errors import KnowledgeError

KNOWLEDGE = Path(__file__).parents[2] / "knowledge"


@pytest.fixture
def broken(tmp_path: Path) -> Callable[..., knowledge.Knowledge]:
    """The knowledge base with one text of one file replaced."""

    def make(file: str, pattern: str, replacement: str) -> knowledge.Knowledge:
        copy = tmp_path / "knowledge"
        shutil.copytree(KNOWLEDGE, copy)
        path = copy / file
        text, count = re.subn(pattern, replacement, path.read_text(encoding="utf-8"), count=1)
        assert count == 1, f"{pattern!r} is not in {file}"
        path.write_text(text, encoding="utf-8")
        return knowledge.compile_folder(copy)

    return make


def problems(base: knowledge.Knowledge, proof: str) -> list[str]:
    return check.prove(base, (proof,))[0].problems


@pytest.mark.parametrize("proof", ["sources", "references", "tables", "outcomes", "questions", "rows", "translations"])
def test_proof_holds_and_enumerates_something(base: knowledge.Knowledge, proof: str) -> None:
    """As committed, each proof holds over more than nothing."""
    result = check.prove(base, (proof,))[0]
    assert result.problems == []
    assert result.cases > 0


@pytest.mark.parametrize(
    "proof, file, pattern, replacement, says",
    [
        ("sources", "products/fax.yaml", r'source: \["[^\]]*\]', "source: []", "no source"),
        ("sources", "products/fax.yaml", r'source: \["[A-Z]+:', 'source: ["NOWHERE:', "NOWHERE"),
        ("references", "products/fax.yaml", "model: project", "model: projekt", "projekt"),
        ("references", "products/fax.yaml", r"\{project_id\}", "{projectid}", "projectid"),
        ("references", "products/fax.yaml", r"aliases: \[", "aliases: [whatsapp, ", "whatsapp"),
        ("tables", "rules/host.yaml", r"regions: \[none\]", "regions: [nun]", "nun"),
        ("tables", "rules/host.yaml", r"region: \[unknown, not-offered\], direction: \[to-sinch\]", "region: [unknown], direction: [to-sinch]", "nothing is decided"),
        ("tables", "rules/host.yaml", r"region: \[known\]", "region: [known, unknown]", "all decide"),
        ("tables", "rules/purposes.yaml", r"when: \{wants: \[webhook\]\}", "when: {}", "can never decide"),
        ("outcomes", "products/fax.yaml", "method: oauth2", "method: signed", "is not accepted"),
        ("questions", "questions.yaml", r"questions:\n", "questions:\n  colour:\n    text: x\n    why: x\n    unknown: x\n", "never asked"),
        ("rows", "troubleshooting/access-keys.yaml", r"examples:\n", "examples:\n      - nothing like it at all\n", "finds nothing"),
        ("translations", "locales/zh-CN/rules/host.yaml", r"because: .*", "because: The product has one host for everybody.", "not translated"),
    ],
)  # fmt: skip
def test_proof_fails_on_broken_data(
    broken: Callable[..., knowledge.Knowledge],
    proof: str,
    file: str,
    pattern: str,
    replacement: str,
    says: str,
) -> None:
    """The proof that is meant for this defect reports it."""
    assert any(says in problem for problem in problems(broken(file, pattern, replacement), proof))


@pytest.mark.parametrize(
    "file, pattern, replacement, says",
    [
        ("products/fax.yaml", r"name: ", "nmae: ", "products/fax.yaml:1"),
        ("products/fax.yaml", r'checked: "(.*)"', r"checked: [\1]", "fax.yaml:2"),
        ("products/fax.yaml", r"\Aname: (.*)\n", r"name: \1\nname: \1\n", "stands twice"),
        ("rules/host.yaml", r"policy: unique", "policy: any", "host.yaml:3"),
        ("locales/zh-CN/questions.yaml", r"  language:", "  sprache:", "sprache"),
    ],
)
def test_malformed_entry_is_refused_with_file_and_line(
    broken: Callable[..., knowledge.Knowledge], file: str, pattern: str, replacement: str, says: str
) -> None:
    """Unknown keys, wrong kinds, doubled keys and strangers in translations never load."""
    with pytest.raises(KnowledgeError, match=re.escape(says)):
        broken(file, pattern, replacement)
