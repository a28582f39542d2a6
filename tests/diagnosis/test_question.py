"""At most one question, and only one whose answer changes the first cause."""

from __future__ import annotations

import pytest

from sinch_auth import knowledge
from sinch_auth.diagnosis import Pasted, diagnose

BASE = knowledge.load()


@pytest.mark.parametrize("text", ["401", "it says unauthorized", "sinch 一直报 401"])
def test_product_is_asked_for_where_it_decides(text: str) -> None:
    """A bare 401 means something else in every product."""
    asked = diagnose(BASE, Pasted(text)).question
    assert asked
    assert asked.id == "product"


def test_answers_to_the_question_lead_to_different_causes() -> None:
    """Two answers, two first causes."""
    firsts = {diagnose(BASE, Pasted("401 unauthorized", product=one)).causes[0].id for one in ("mailgun", "sms")}
    assert len(firsts) == 2


@pytest.mark.parametrize(
    "text",
    [
        "TypeError: SinchClient.__init__() got an unexpected keyword argument 'application_key'",
        'curl -u "$SINCH_KEY_ID:$SINCH_KEY_SECRET" https://calling.api.sinch.com/calling/v1/callouts',
        "Access key x does not have access to projects/y",
        "invalid_client from auth.sinch.com",
        "hello, how are you",
    ],
)
def test_nothing_is_asked_where_it_changes_nothing(text: str) -> None:
    """The cause is clear, or no answer would make one."""
    assert diagnose(BASE, Pasted(text)).question is None
