"""What can be seen without a network: missing, misspelt, misshapen and swapped credentials."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from sinch_auth.doctor.findings import Found, Reporter
from sinch_auth.doctor.surroundings import Surroundings, credentials
from sinch_auth.knowledge import DEFAULT_LOCALE, Knowledge
from sinch_auth.schema import Credential, Tool
from sinch_auth.words import within_one_typo

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.I)
_PLACEHOLDER = re.compile(
    r"<[^>]*>|\[[^\]]*\]|\{\{.*\}\}|x{3,}|\.{3,}|…|\*{3,}|change_?me|to_?do|.*[_-](?:here|goes_here)"
    r"|(?:.*[_\W])?(?:your|my|insert|enter|paste)[_ -].*"
    r"|(?:test|dummy|fake|placeholder|secret|key[_ -]?(?:id|secret)|project[_ -]?id|none|null|undefined)",
    re.I,
)
_UNEXPANDED = re.compile(r"\$\{?[A-Za-z_][A-Za-z0-9_]*\}?|%[A-Za-z_][A-Za-z0-9_]*%|\$\(.*\)")
_QUOTES = "\"'`“”‘’"

_EXPECTED = {
    "uuid": "a UUID",
    "uuid-like": "an id such as a UUID",
    "hex-32": "32 hexadecimal digits",
    "word": "one word of letters and digits",
    "domain": "a domain",
    "mailgun-key": "a Mailgun key",
    "base64-16": "base64 of 16 bytes",
}


def examine(knowledge: Knowledge, surroundings: Surroundings, locale: str = DEFAULT_LOCALE) -> list[Found]:
    """Findings on every credential set, the worst of a set first. Pure; no value is in them."""
    report = Reporter(knowledge, locale)
    known = credentials(knowledge, locale)
    found = [report.found("unreadable", file, file=file, reason=reason) for file, reason in surroundings.unreadable]
    found += _spelling(knowledge, surroundings, known, report)
    named = {finding.subject for finding in found}
    absent = []
    for model in knowledge.ids("model"):
        entry = knowledge.model(model, locale)
        mine = entry.credentials
        present = [one for one in mine.values() if surroundings.value(one.env)]
        missing = [one for one in mine.values() if not surroundings.value(one.env)]
        if not present:
            absent.append(model)
            continue
        wrong = [*_values(model, mine, surroundings, known, report), *_conflicts(mine, surroundings, report)]
        found += wrong
        for one in missing:
            if one.env not in named:
                found.append(
                    report.found(
                        "set-incomplete",
                        model,
                        set=entry.name,
                        missing=one.env,
                        variables=", ".join(other.env for other in present),
                        where=one.where,
                    )
                )
        if not missing and not any(finding.is_fault for finding in wrong):
            variables = ", ".join(one.env for one in present)
            found.append(report.found("set-complete", model, set=entry.name, variables=variables))
    found += _configurations(knowledge, surroundings, known, report)
    if len(absent) == len(knowledge.ids("model")) and not any(finding.is_fault for finding in found):
        return [*found, report.found("nothing-set", "environment")]
    names = ", ".join(knowledge.model(model, locale).name for model in absent)
    return [*found, *([report.found("set-absent", "environment", sets=names)] if absent else [])]


# -- names -------------------------------------------------------------------------------------------------


def _spelling(
    knowledge: Knowledge, surroundings: Surroundings, known: dict[str, tuple[str, str, Credential]], report: Reporter
) -> Iterator[Found]:
    """Names that another tool reads, or that are one typing error away, where ours is not set."""
    by_credential = {id: env for env, (_, id, _) in known.items()}
    others: dict[str, tuple[str, str]] = {}
    for id in knowledge.ids("tool"):
        tool = knowledge.entry("tool", id, Tool)
        for name, credential in tool.reads.items():
            if name not in known and credential in by_credential:
                others.setdefault(name, (by_credential[credential], tool.name))
    for name in surroundings.names():
        if name in known:
            continue
        if name in others:
            variable, tool_name = others[name]
            if not surroundings.value(variable):
                yield report.found("misspelt", variable, found=name, variable=variable, tool=tool_name)
            continue
        close = next((env for env in known if _close(name, env) and not surroundings.value(env)), "")
        if close:
            yield report.found("typo", close, found=name, variable=close)


def _close(name: str, variable: str) -> bool:
    """Whether a name differs from a variable by one typing error, by letter case, or by hyphens."""
    plain, other = name.lower().replace("-", "_"), variable.lower()
    return plain == other or plain.replace("_", "") == other.replace("_", "") or within_one_typo(plain, other)


# -- values ------------------------------------------------------------------------------------------------


def _values(
    model: str,
    mine: dict[str, Credential],
    surroundings: Surroundings,
    known: dict[str, tuple[str, str, Credential]],
    report: Reporter,
) -> Iterator[Found]:
    swapped = _swapped(model, mine, surroundings, report)
    if swapped:
        yield swapped
        return
    seen: dict[str, str] = {}
    for one in mine.values():
        value = surroundings.value(one.env)
        if not value:
            continue
        surface = _surface(one, value, report)
        if surface:
            yield surface
            continue
        if value in seen:
            yield report.found("same-value", model, first=seen[value], second=one.env, where=one.where)
            continue
        seen[value] = one.env
        stranger = _stranger(model, one, value, known, report)
        if stranger:
            yield stranger
        elif not fits(one.shape, value):
            if one.shape == "base64-16":
                yield report.found(
                    "secret-not-base64", model, variable=one.env, shape=_described(value), where=one.where
                )
            else:
                yield report.found(
                    "wrong-shape",
                    model,
                    variable=one.env,
                    credential=one.name,
                    expected=_EXPECTED.get(one.shape, "one word"),
                    shape=_described(value),
                    where=one.where,
                )


def _surface(one: Credential, value: str, report: Reporter) -> Found | None:
    """What is wrong with a value before its shape matters."""
    if value.strip() != value:
        return report.found("blanks", one.env, variable=one.env)
    if value[0] in _QUOTES or value[-1] in _QUOTES:
        return report.found("surrounded", one.env, variable=one.env)
    if _UNEXPANDED.fullmatch(value):
        return report.found("unexpanded", one.env, variable=one.env)
    if _PLACEHOLDER.fullmatch(value):
        return report.found("placeholder", one.env, variable=one.env, where=one.where)
    if re.search(r"\s", value):
        return report.found("inner-blanks", one.env, variable=one.env, where=one.where)
    return None


def _swapped(model: str, mine: dict[str, Credential], surroundings: Surroundings, report: Reporter) -> Found | None:
    """Two values of one set that would fit only the other way round."""
    secrets = [one for one in mine.values() if one.secret]
    for plain in (one for one in mine.values() if not one.secret):
        for secret in secrets:
            left, right = surroundings.value(plain.env), surroundings.value(secret.env)
            if not left or not right or left == right:
                continue
            ids = plain.shape in ("uuid", "uuid-like") and _UUID.fullmatch(right) and not _UUID.fullmatch(left)
            if ids and (secret.shape != "base64-16" or fits("base64-16", left)):
                return report.found("pair-swapped", model, first=plain.env, second=secret.env)
    return None


def _stranger(
    model: str, one: Credential, value: str, known: dict[str, tuple[str, str, Credential]], report: Reporter
) -> Found | None:
    """A value whose shape tells that it belongs to another set."""
    for other_model, _, other in known.values():
        telling = other.shape in ("base64-16", "mailgun-key") and one.shape != other.shape and one.secret
        if other_model == model or not telling or not fits(other.shape, value):
            continue
        knowledge, locale = report.knowledge, report.locale
        return report.found(
            "sets-swapped",
            model,
            variable=one.env,
            other=other.name,
            set=knowledge.model(model, locale).name,
            other_set=knowledge.model(other_model, locale).name,
        )
    return None


def fits(shape: str, value: str) -> bool:
    """Whether a value has the shape of a credential; where a shape is not documented, anything of one word does."""
    if shape == "base64-16":
        try:
            return len(base64.b64decode(value, validate=True)) == 16
        except (binascii.Error, ValueError):
            return False
    if shape in ("uuid", "uuid-like"):
        # Older ids are UUIDs without hyphens; what is plainly something else is a mistake.
        return bool(re.fullmatch(r"[0-9A-Za-z-]{8,64}", value))
    if shape == "hex-32":
        return bool(re.fullmatch(r"[0-9a-fA-F]{32}", value))
    if shape == "mailgun-key":
        return bool(re.fullmatch(r"(?:key-)?[0-9a-z]{32}(?:-[0-9a-z]{8}-[0-9a-z]{8})?", value)) and (
            value.startswith("key-") or value.count("-") == 2
        )
    if shape == "domain":
        return "." in value and bool(re.fullmatch(r"[0-9A-Za-z.-]{3,253}", value))
    if shape == "word":
        return bool(re.fullmatch(r"[0-9A-Za-z_-]{1,64}", value))
    return bool(re.fullmatch(r"\S{1,2000}", value))


def _described(value: str) -> str:
    """The outline of a value, from which it cannot be guessed."""
    if _UUID.fullmatch(value):
        return "a UUID"
    kinds = [
        name
        for name, pattern in (
            ("letters", r"[A-Za-z]"),
            ("digits", r"[0-9]"),
            ("hyphens", r"-"),
            ("other characters", r"[^A-Za-z0-9-]"),
        )
        if re.search(pattern, value)
    ]
    return f"{len(value)} characters of {', '.join(kinds)}"


def _conflicts(mine: dict[str, Credential], surroundings: Surroundings, report: Reporter) -> Iterator[Found]:
    names = surroundings.names()
    for one in mine.values():
        variables = names.get(one.env, [])
        for other in variables[1:]:
            if other.value != variables[0].value:
                yield report.found(
                    "two-values", one.env, variable=one.env, first=variables[0].origin, second=other.origin
                )


# -- configuration of other tools --------------------------------------------------------------------------


def _configurations(
    knowledge: Knowledge, surroundings: Surroundings, known: dict[str, tuple[str, str, Credential]], report: Reporter
) -> Iterator[Found]:
    tools = [knowledge.entry("tool", id, Tool) for id in knowledge.ids("tool")]
    meaning = {name: credential for tool in tools for name, credential in tool.reads.items()}
    meaning |= {env: id for env, (_, id, _) in known.items()}
    secret = {id for _, id, one in known.values() if one.secret}
    for handed in surroundings.handed:
        reads = next(tool.reads for tool in tools if tool.name == handed.tool)
        values = {"file": handed.file, "variable": handed.name, "tool": handed.tool}
        credential = meaning.get(handed.name, "")
        if handed.name not in reads and credential in reads.values():
            instead = next(name for name, id in reads.items() if id == credential)
            yield report.found("not-read", handed.file, instead=instead, **values)
        if handed.reference and not surroundings.value(handed.reference):
            yield report.found("unset-reference", handed.file, **values | {"variable": handed.reference})
        if not handed.reference and credential in secret:
            yield report.found("secret-in-file", handed.file, **values)
