"""`python -m evals.prove`: the table, and the exit code."""

from __future__ import annotations

import pytest
from evals import prove
from evals.proving import record

from sinch_auth.schema import Proof

ONLY = ["--only", "curl/mailgun/call"]


def test_a_part_of_the_matrix(capsys: pytest.CaptureFixture[str]) -> None:
    """`--only` proves what it names and prints a row for each language."""
    assert prove.main(ONLY) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["cells", "executed", "compiled", "parsed", "failed", "missing", "runs"] in rows
    assert next(row for row in rows if row[:1] == ["curl"])[1:6] == ["1", "1", "0", "0", "0"]


def test_a_record_of_other_code(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without `--record` a proof of other code makes the exit code 4."""
    old = {id: Proof(**{**_fields(proof), "digest": "other"}) for id, proof in record.load().items()}
    monkeypatch.setattr(record, "load", lambda: old)
    assert prove.main(ONLY) == 4
    assert "mailgun/curl/call/mailgun-basic/http: the proof on record is of other code" in capsys.readouterr().out


def _fields(proof: Proof) -> dict[str, str]:
    return {name: getattr(proof, name) for name in proof.__struct_fields__}
