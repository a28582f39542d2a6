"""Diagnosis: anything pasted -> what was exchanged, causes best first, contradictions, and what is not authentication.

diagnose(knowledge, Pasted(text, …)) -> Diagnosis(facts, exchange, causes, contradictions, question, warnings, not_auth)
contradicted(knowledge, understood, text) -> the causes of a request in which something cannot be right
as_json(diagnosis)                   -> the same as plain data with stable keys

Pure: no I/O; the clock is a parameter. Secrets are masked before anything else; of a credential only its kind is kept.
"""

from __future__ import annotations

from sinch_auth.diagnosis.diagnosing import Diagnosis, Finding, Pasted, as_json, diagnose
from sinch_auth.diagnosis.exchange import Exchange
from sinch_auth.diagnosis.ranking import contradicted

__all__ = ["Diagnosis", "Exchange", "Finding", "Pasted", "as_json", "contradicted", "diagnose"]
