"""Signatures and tokens as people, machines and models read them: texts from the knowledge base, no secret ever."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sinch_auth.knowledge import Knowledge
from sinch_auth.redact import MASK
from sinch_auth.schema import Mistake
from sinch_auth.signing import SCHEMES, Computation, Explanation, Finding, Named, explain
from sinch_auth.signing.pasted import Pasted, readings
from sinch_auth.signing.search import MOST
from sinch_auth.surfaces.prose import printable
from sinch_auth.tokens import TokenFinding
from sinch_auth.webhooks import Verification


def mistake(knowledge: Knowledge, id: str, locale: str) -> Mistake:
    """The text of a mistake, a finding or a rule."""
    return knowledge.entry("mistake", id, Mistake, locale)


def explained(
    scheme: str, data: bytes, secret: str, *, now: datetime | None = None, own_key: str = "", most: int = MOST
) -> tuple[Pasted, Explanation]:
    """The request in `data` and what is known of its signature; of several readings, the one that explains best."""
    tried = [(one, explain(scheme, one.request, secret, now=now, own_key=own_key, most=most)) for one in readings(data)]
    order = ("match", "mistake", "no_match")
    return min(tried, key=lambda pair: (order.index(pair[1].verdict), len(pair[1].mistakes)))


def explanation_json(knowledge: Knowledge, made: Explanation, secret: str, locale: str) -> dict[str, Any]:
    """The contract of `explain-signature --format json`."""
    texts = [mistake(knowledge, named.id, locale) for named in made.mistakes]
    return {
        "verdict": made.verdict,
        "scheme": made.scheme,
        "mistakes": [named.id for named in made.mistakes],
        "what": [
            _with_detail(text.what, named.detail, secret) for text, named in zip(texts, made.mistakes, strict=True)
        ],
        "why": [text.why for text in texts],
        "cure": cure(knowledge, made, locale),
        "explanation": _computation(made.wrong, secret),
        "expected": _computation(made.expected, secret),
        "difference": [
            dict(zip(("part", "given", "right", "at"), one, strict=True)) for one in difference(made, secret)
        ],
        "classes": [[named.id for named in one] for one in made.classes],
        "findings": findings_json(knowledge, made.findings, locale),
        "check_first": list(made.check_first),
    }


def cure(knowledge: Knowledge, made: Explanation, locale: str) -> str:
    """What to do now."""
    if made.mistakes:
        return "; ".join(dict.fromkeys(mistake(knowledge, named.id, locale).cure for named in made.mistakes))
    if made.verdict == "no_match":
        return " ".join(knowledge.text(f"check-{name}", locale) for name in made.check_first[:1])
    return ""


def findings_json(knowledge: Knowledge, findings: Iterable[Finding], locale: str) -> list[dict[str, str]]:
    """Findings of an inspection with their texts."""
    return [
        {
            "id": one.id,
            "severity": one.severity,
            "message": _with_detail(mistake(knowledge, one.id, locale).what, one.detail, ""),
            "fix": mistake(knowledge, one.id, locale).cure,
        }
        for one in findings
    ]


def difference(made: Explanation, secret: str) -> list[tuple[str, str, str, int]]:
    """Each part of the string to sign that differs: its name, as given, as right, and where they part."""
    if not made.wrong or not made.expected or made.wrong.string_to_sign == made.expected.string_to_sign:
        return []
    given, right = made.wrong.lines, made.expected.lines
    labels = SCHEMES[made.scheme].labels
    if [name for name, _ in given] == [name for name, _ in right] and len(given) == len(right):
        pairs = [
            (label, shown(left, secret), shown(other, secret))
            for label, (_, left), (_, other) in zip(labels, given, right, strict=False)
            if left != other
        ]
        if pairs:
            return [(label, left, other, _parting(left, other)) for label, left, other in pairs]
    left, other = shown(made.wrong.string_to_sign, secret), shown(made.expected.string_to_sign, secret)
    return [("", left, other, _parting(left, other))]


def explanation_text(knowledge: Knowledge, made: Explanation, secret: str, locale: str) -> str:
    """What a person reads: the mistake, carets under the difference, the cure."""
    text = partial(_text, knowledge, locale)
    lines: list[str] = []
    if made.verdict == "match":
        lines.append(text("signature-match"))
    elif made.mistakes:
        lines += [text("signature-mistake"), *_told(knowledge, made.mistakes, secret, locale)]
        for label, left, other, at in difference(made, secret):
            lines += ["", *_carets(text("string-signed"), text("string-right"), label, left, other, at)]
        lines += ["", f"{text('cure')}: {cure(knowledge, made, locale)}"]
        if made.classes:
            lines += ["", text("signature-also")]
            lines += dict.fromkeys(f"  {' + '.join(named.id for named in one)}" for one in made.classes)
    else:
        lines.append(text("signature-no-match"))
        lines += [f"  {n}. {text(f'check-{name}')}" for n, name in enumerate(made.check_first, 1)]
        if made.expected:
            lines += ["", f"{text('string-right')}:", *_indented(shown(made.expected.string_to_sign, secret))]
    named = {one.id for one in made.mistakes}
    lines += [
        f"- {one['message']}: {one['fix']}"
        for one in findings_json(knowledge, made.findings, locale)
        if one["id"] not in named
    ]
    return printable("\n".join(lines)) + "\n"


def verification_json(knowledge: Knowledge, made: Verification, secret: str, locale: str) -> dict[str, Any]:
    """What `verify-webhook --format json` prints."""
    explained = made.explanation
    return {
        "verdict": made.verdict,
        "scheme": made.scheme,
        "header": made.header,
        "key": made.key,
        "covered": [{"part": part, "bytes": size} for part, size in made.covered],
        "findings": findings_json(knowledge, made.findings, locale),
        "explanation": explanation_json(knowledge, explained, secret, locale) if explained else None,
    }


def verification_text(knowledge: Knowledge, made: Verification, secret: str, locale: str) -> str:
    """What a person reads of one incoming call."""
    text = partial(_text, knowledge, locale)
    title = SCHEMES[made.scheme].title if made.scheme in SCHEMES else made.scheme
    lines = [f"{text(f'webhook-{made.verdict}')}  {title}"]
    if made.header:
        lines.append(f"{text('checked-header')}: {made.header}")
    if made.covered:
        lines.append(f"{text('checked-bytes')}: " + ", ".join(f"{part} ({size})" for part, size in made.covered))
    if made.key:
        lines.append(f"{text('checked-key')}: {made.key}")
    told = "\n".join(lines) + "\n"
    if made.explanation and made.verdict == "invalid":
        told += "\n" + explanation_text(knowledge, made.explanation, secret, locale)
        already = {one.id for one in made.explanation.findings} | {one.id for one in made.explanation.mistakes}
    else:
        already = set()
    rest = [one for one in findings_json(knowledge, made.findings, locale) if one["id"] not in already]
    return printable(told + "".join(f"- {one['message']}: {one['fix']}\n" for one in rest))


def lint_json(knowledge: Knowledge, findings: Sequence[TokenFinding], locale: str) -> dict[str, Any]:
    """The contract of `token lint --format json`."""
    return {
        "findings": [
            {
                "rule": one.rule,
                "severity": one.severity,
                "message": _with_detail(mistake(knowledge, one.rule, locale).what, one.detail, ""),
                "fix": mistake(knowledge, one.mistakes[0] if one.mistakes else one.rule, locale).cure,
                "mistakes": list(one.mistakes),
                "what": [mistake(knowledge, id, locale).what for id in one.mistakes],
            }
            for one in findings
        ]
    }


def lint_text(knowledge: Knowledge, findings: Sequence[TokenFinding], locale: str) -> str:
    """One block for each rule that is broken."""
    if not findings:
        return knowledge.text("token-clean", locale) + "\n"
    lines = []
    for one in lint_json(knowledge, findings, locale)["findings"]:
        lines.append(f"{one['rule']} {one['severity']}: {one['message']}")
        lines += [f"  {what}" for what in one["what"]]
        lines.append(f"  → {one['fix']}")
    return printable("\n".join(lines)) + "\n"


def shown(data: bytes, secret: str) -> str:
    """Bytes as text, with the secret masked in whatever form a mistake put it there."""
    for form in _forms(secret):
        data = data.replace(form, MASK.encode())
    return data.decode("utf-8", "backslashreplace")


def _text(knowledge: Knowledge, locale: str, id: str) -> str:
    return knowledge.text(id, locale)


def _forms(secret: str) -> list[bytes]:
    """The secret as text, decoded, in hex and in base64, the longest first."""
    text = secret.strip().encode()
    forms = {text, base64.b64encode(text), text.hex().encode(), text.hex().upper().encode()}
    try:
        raw = base64.b64decode(text, validate=True)
        forms |= {raw, raw.hex().encode(), raw.hex().upper().encode(), base64.urlsafe_b64encode(raw)}
    except (binascii.Error, ValueError):
        pass
    return sorted((form for form in forms if len(form) >= 6), key=len, reverse=True)


def _computation(made: Computation | None, secret: str) -> Mapping[str, str] | None:
    if made is None:
        return None
    return {"string_to_sign": shown(made.string_to_sign, secret), "signature": made.signature}


def _with_detail(what: str, detail: str, secret: str) -> str:
    return f"{what} ({shown(detail.encode('utf-8', 'replace'), secret) if secret else detail})" if detail else what


def _told(knowledge: Knowledge, named: Sequence[Named], secret: str, locale: str) -> list[str]:
    lines = []
    for one in named:
        text = mistake(knowledge, one.id, locale)
        lines += [f"  {one.id}: {_with_detail(text.what, one.detail, secret)}", f"    {text.why}"]
    return lines


def _parting(left: str, other: str) -> int:
    return next((i for i, (a, b) in enumerate(zip(left, other, strict=False)) if a != b), min(len(left), len(other)))


_AROUND = 60


def _carets(given_title: str, right_title: str, label: str, left: str, other: str, at: int) -> list[str]:
    """Two texts around where they part, with carets under the difference."""
    name = f" ({label})" if label else ""
    line_start = left.rfind("\n", 0, at) + 1
    start = max(line_start, at - _AROUND)
    right_start = max(other.rfind("\n", 0, at) + 1, at - _AROUND)
    first = left[start:].split("\n")[0][: 2 * _AROUND]
    second = other[right_start:].split("\n")[0][: 2 * _AROUND]
    width = max(1, min(len(first) - (at - start), 2 * _AROUND))
    return [
        f"{given_title}{name}:",
        f"  {first}",
        "  " + " " * (at - start) + "^" * width,
        f"{right_title}{name}:",
        f"  {second}",
        "  " + " " * (at - right_start) + "^" * max(1, len(second) - (at - right_start)),
    ]


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in text.split("\n")]
