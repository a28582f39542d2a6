"""The examples of official pages that do not verify are recognised, named, and listed in the documentation."""

from __future__ import annotations

import pytest
from evals.published_signatures import BEGIN, DOCUMENT, END, EXAMPLES, Example, table
from vectors import DATA

from sinch_auth.signing.published import PUBLISHED

WRONG = {entry["id"]: entry for entry in DATA["published_but_wrong"]}


def test_all_eight_are_listed() -> None:
    """Each wrong value is here, by its page."""
    assert sorted(example.printed for example in EXAMPLES) == sorted(
        one["published_signature"] for one in WRONG.values()
    )


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.page)
def test_printed_signature_is_recognised(example: Example) -> None:
    """The printed value is named by one mistake that reproduces it exactly."""
    made = example.explained()
    assert made.verdict == "mistake"
    assert len(made.mistakes) == 1
    assert made.wrong is not None
    assert made.wrong.signature == example.printed


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.page)
def test_right_signature_of_the_printed_request(example: Example) -> None:
    """What would be right for the printed request is what was recomputed by other means."""
    known = {one["correct_signature"] for one in WRONG.values() if one["published_signature"] == example.printed}
    made = example.explained()
    assert made.expected is not None
    assert made.expected.signature in known or known == {None}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.page)
def test_printed_signature_is_recognised_with_any_secret(example: Example) -> None:
    """Copied into a request of one's own, with one's own secret, the value is recognised too."""
    from sinch_auth import signing

    request = signing.Request.of("GET", "/calling/v1/calls/id/x", {"x-timestamp": "2026-11-24T08:00:00Z"})
    made = signing.explain("signed-request", request, "oYdgGRXoxEuJhGDY2KQ/HQ==", signature=example.printed)
    assert [named.id for named in made.mistakes] == ["signature-of-the-documentation"]
    assert example.printed in PUBLISHED


def test_the_document_is_current() -> None:
    """The table between the markers is what the computation gives today."""
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text.partition(f"{BEGIN}\n")[2].partition(f"\n{END}")[0] == table(), (
        "run python -m evals.published_signatures --write"
    )
