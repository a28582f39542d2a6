"""One finding of the doctor, worded in the user's language."""

from __future__ import annotations

from dataclasses import dataclass

from sinch_auth.knowledge import DEFAULT_LOCALE, Knowledge
from sinch_auth.schema import Finding


@dataclass(frozen=True, slots=True)
class Found:
    """What was found about one subject: a credential set, a variable, a file, a product, or the clock."""

    id: str
    severity: str
    subject: str
    message: str
    fix: str = ""

    @property
    def is_fault(self) -> bool:
        """Whether it makes the doctor fail."""
        return self.severity == "error"


@dataclass(frozen=True)
class Reporter:
    """Makes findings from the texts of the knowledge base."""

    knowledge: Knowledge
    locale: str = DEFAULT_LOCALE

    def found(self, id: str, subject: str, **values: object) -> Found:
        """The finding `id`, with `{name}` in its texts replaced. Never hand it a credential's value."""
        entry = self.knowledge.entry("finding", id, Finding, self.locale)
        return Found(id, entry.severity, subject, _filled(entry.message, values), _filled(entry.fix, values))


def _filled(text: str, values: dict[str, object]) -> str:
    for name, value in values.items():
        text = text.replace("{" + name + "}", str(value))
    return text
