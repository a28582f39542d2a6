"""No paste crashes the diagnosis, leaks a secret, or drives a terminal."""

from __future__ import annotations

import random

import pytest
from evals.fuzz_diagnosis import LONGEST, Paste, faults, paste, said, secret, seeds
from hypothesis import given, settings
from hypothesis import strategies as st

from sinch_auth import knowledge
from sinch_auth.understand import LIMIT, excerpt

BASE = knowledge.load()
SEEDS = seeds(BASE)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32))
def test_mutated_pastes_are_borne(seed: int) -> None:
    """Known errors, spoilt, mixed, grown up to 1 MB, with secrets of every shape in every place."""
    made = paste(random.Random(seed), SEEDS)
    text, _ = said(BASE, made.text)
    assert faults(made, text) == []


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=600))
def test_any_text_is_borne(text: str) -> None:
    """Any Unicode at all."""
    assert faults(Paste(text), said(BASE, text)[0]) == []


@pytest.mark.parametrize("where", ["start", "edge", "middle", "end"])
def test_secret_that_a_cut_would_halve_does_not_show(where: str) -> None:
    """A long paste is read in parts; a secret on a border is neither read nor shown."""
    value = secret(random.Random(3))
    filler = "x 401 sinch.com\n" * (LONGEST // 16)
    at = {"start": 0, "edge": LIMIT // 3 - 10, "middle": LONGEST // 2, "end": LONGEST - 20}[where]
    text = f"{filler[:at]}{value}{filler[at:]}"
    assert value not in said(BASE, text)[0]
    assert len(excerpt(text)) <= LIMIT


def test_escapes_hide_no_word() -> None:
    """Coloured output is read like plain output."""
    from sinch_auth.diagnosis import Pasted, diagnose

    text = "\x1b[31minvalid\x1b[0m_client\x1b]0;title\x07 from auth.sinch.com"
    assert diagnose(BASE, Pasted(text)).causes[0].id == "invalid-client"
