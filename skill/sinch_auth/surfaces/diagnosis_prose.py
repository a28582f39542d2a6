"""A diagnosis as text: for people on a terminal, and for models that pay by the token."""

from __future__ import annotations

from collections.abc import Callable

from sinch_auth.diagnosis import Diagnosis, Finding
from sinch_auth.diagnosis.contradictions import credential_name
from sinch_auth.knowledge import Knowledge
from sinch_auth.schema import Detail
from sinch_auth.surfaces import prose


def for_people(
    knowledge: Knowledge,
    found: Diagnosis,
    locale: str,
    detail: Detail,
    *,
    bold: Callable[[str], str] = str,
    width: int = 100,
) -> str:
    """The diagnosis as a person reads it: causes first, each with evidence, proof, fix and code."""
    return prose.render(
        "answer/diagnosis.txt.j2",
        found=found,
        exchange=prose.printable(_exchange(knowledge, found, locale)),
        evidence=_evidence,
        detail=detail,
        t=lambda id: knowledge.text(id, locale),
        bold=lambda text: bold(text),
        wrap=lambda text, indent: prose.wrapped(text, width, indent),
    )


def for_models(knowledge: Knowledge, found: Diagnosis, locale: str, detail: Detail) -> str:
    """The diagnosis as a model reads it."""
    return prose.render(
        "agent/diagnosis.txt.j2",
        found=found,
        exchange=prose.printable(_exchange(knowledge, found, locale)),
        evidence=_evidence,
        detail=detail,
        t=lambda id: knowledge.text(id, locale),
    )


def _evidence(finding: Finding) -> str:
    return prose.printable("; ".join(finding.evidence))


def _exchange(knowledge: Knowledge, found: Diagnosis, locale: str) -> str:
    """What was read of the request and its answer, in one line."""
    one = found.exchange
    sent = f"{one.method} {one.url}".strip()
    carries = f"{knowledge.text('carries', locale)} {credential_name(knowledge, one.credential, locale)}"
    answered = " ".join(str(part) for part in (one.status or "", one.error_code) if part)
    sdk = f"{one.sdk} SDK {one.sdk_version}".strip() if one.sdk else ""
    parts = (sent, carries if one.credential else "", f"→ {answered}" if answered else "", sdk, one.exception)
    return "; ".join(part for part in parts if part)
