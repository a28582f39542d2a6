"""Free text, pasted errors, curl commands, HTTP dumps and code, turned into facts.

Nothing here knows a product or a language: hosts, paths, aliases and markers come from the knowledge base.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import partial

from sinch_auth.facts import Fact, Facts
from sinch_auth.knowledge import Knowledge
from sinch_auth.redact import redact
from sinch_auth.words import deletions, normalise, spelt, within_one_typo, words

LIMIT = 30_000
"""Characters that are read; of a longer paste its two ends, and what stands around telling words in between."""

_PART = LIMIT // 3
_TELLING = ("sinch.com", "mailgun", "mailjet", "uthorization", "errorCode", "HTTP/1.1 4", "HTTP/2 4", "xception",
            "invalid_", "sdk-core")  # fmt: skip
_EDGE = re.compile(r"[\s,;{}\[\]&]")

_HOST = re.compile(r"(?<![\w.-])(?:[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?\.){1,8}(?:com|net)(?![\w-])")
_STATUS = re.compile(
    r"(?<![\w.:/-])(4\d\d|5\d\d)(?![\w-])(?!\.\d)"
    r"(?! ?(?:ms|kb|mb|px|rps|records|users|numbers|messages|chars|characters|times))"
)
_ERROR_CODE = re.compile(r"(?<![\w+-])(4[0-2][0-9]0[0-9])(?!\w)")
_VERSION = re.compile(
    r"(?:sinch(?:-sdk-\w+|/sdk-core|/sdk-client)?|sdk(?:-core|-client)?|pip show sinch *->|version)"
    r"[ \"'=@v:^~(]{1,4}(\d+\.\d+(?:\.\d+)?|\d\.x)"
)
_FINE = re.compile(r"\b(?:work|worked|fine|ok|okay)\b|正 常|没 问 题|可 用|能 用")
_FINE_AT = re.compile(r"\b(?:works?|worked|fine|ok|okay|accepted|good)\s+(?:on|with|at|against|for)\s+(?:https?://)?$")


@dataclass(frozen=True, slots=True)
class Understood:
    """What a text says. `text` has no secrets in it; `words` are what rows are searched by."""

    text: str
    words: tuple[str, ...]
    facts: Facts
    secrets: tuple[str, ...]


def understand(knowledge: Knowledge, text: str) -> Understood:
    """Facts found in a text. Secrets are masked first; nothing else ever sees them.

    >>> from sinch_auth.knowledge import load
    >>> understand(load(), "401 from https://eu.conversation.api.sinch.com").facts.value("region")
    'eu'
    """
    clean = redact(excerpt(text))
    plain = normalise(clean.text)
    found = _corrected(knowledge, words(plain))
    # A host's own region is evidence of another kind: it must not be read as the user's word.
    prose = _corrected(knowledge, words(_HOST.sub(" . ", plain)))
    facts: list[Fact] = []
    facts += _statuses(plain)
    evidence = _Evidence()
    hosts = _hosts(knowledge, plain, evidence)
    _phrases(knowledge, plain, prose, evidence)
    products = evidence.best("product", several=True)
    facts += products
    facts += evidence.best("language", several=True)
    facts += evidence.best("model", several=True)
    facts += evidence.best("method", several=True)
    facts += evidence.best("wants", several=True)
    facts += _regions(knowledge, evidence, hosts, [fact.value for fact in products])
    version = _VERSION.search(plain)
    if version:
        facts.append(Fact("sdk_version", version[1], "text", version[0]))
    return Understood(clean.text, tuple(found), Facts(facts), clean.kinds)


def excerpt(text: str) -> str:
    """What is read of a text: all of a short one; of a long one its ends and its telling places, cut between words.

    >>> excerpt("401") == "401", len(excerpt("x " * 500_000)) <= LIMIT
    (True, True)
    """
    if len(text) <= LIMIT:
        return text
    parts, room = [], _PART - 1_200
    for word in _TELLING:
        found, tries = text.find(word, _PART, -_PART), 3
        while found >= 0 and tries and room > 0:
            part = _window(text, found - 300, min(found + 700, len(text) - _PART))
            parts.append(part)
            room -= len(part) + 3
            tries -= 1
            found = text.find(word, found + 700, -_PART)
    return "\n…\n".join((_window(text, 0, _PART), *parts, _window(text, len(text) - _PART, len(text))))


def _window(text: str, start: int, end: int) -> str:
    """A part of a text without the words that its borders cut: half a secret would not be known as one."""
    part = text[start:end]
    if start > 0:
        first = _EDGE.search(part)
        part = part[first.end() :] if first else ""
    if end < len(text):
        last = max((part.rfind(edge) for edge in "\n ,;{}[]&\t"), default=-1)
        part = part[: last + 1]
    return part


class _Evidence:
    """Weighs what points to which value of a fact."""

    def __init__(self) -> None:
        self.weights: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))

    def add(self, fact: str, value: str, weight: int, because: str) -> None:
        there = self.weights[fact][value]
        there[because] = max(weight, there.get(because, 0))

    def best(self, fact: str, *, several: bool) -> list[Fact]:
        """The values with the strongest evidence; weak words never compete with strong ones."""
        ranked = sorted(
            (
                (max(by.values()), sum(by.values()), value, max(by, key=by.__getitem__))
                for value, by in self.weights[fact].items()
            ),
            key=lambda item: (-item[0], -item[1], item[2]),
        )
        if not ranked:
            return []
        strongest = ranked[0][0]
        level = 40 if strongest >= 40 else 1
        kept = [item for item in ranked if item[0] >= level] if strongest < 100 else [i for i in ranked if i[0] >= 70]
        return [Fact(fact, value, "text", spelt(because)) for _, _, value, because in (kept if several else kept[:1])]


def _hosts(knowledge: Knowledge, text: str, evidence: _Evidence) -> list[tuple[str, str, str]]:
    """Known host names in the text, as (host, product, region)."""
    found = []
    for match, start in {one[0]: one.start() for one in _HOST.finditer(text)}.items():
        row = knowledge.database.execute("select product, region, model from host where host = ?", (match,)).fetchone()
        if row:
            product, region, model = row
            # "The same pair is fine on HOST" is a contrast: another product is in trouble.
            contrast = _FINE_AT.search(text[max(0, start - 40) : start])
            evidence.add("product", product, 60 if contrast else 100, match)
            found.append((match, product, region))
            if model:
                evidence.add("model", model, 100, match)
    return found


def _phrases(knowledge: Knowledge, text: str, found: list[str], evidence: _Evidence) -> None:
    """Aliases, names, paths and markers. A longer phrase uses up its words, so that "voice v2" is not "voice"."""
    hits: list[tuple[int, int, str, str, int, str]] = []
    looked_for: dict[str, bool] = {}
    for start, word in enumerate(found):
        for phrase, literal, fact, value, weight in _starting_with(knowledge, word):
            if literal:
                if literal not in looked_for:
                    looked_for[literal] = literal in text
                if looked_for[literal]:  # One marker may speak for a product and for a language.
                    evidence.add(fact, value, weight, literal)
                continue
            parts = phrase.split(" ")
            if found[start : start + len(parts)] == parts:
                hits.append((start, start + len(parts), fact, value, weight, phrase))
    # The same words may name two values (an alias two products share): only a longer phrase shadows.
    named: dict[tuple[int, int, str], set[str]] = defaultdict(set)
    longer: dict[tuple[str, str], str] = {}
    for start, end, fact, value, _, phrase in hits:
        named[start, end, fact].add(value)
        parts = phrase.split(" ")
        longer |= {(fact, " ".join(parts[:length])): value for length in range(1, len(parts))}
    used: dict[str, set[int]] = defaultdict(set)
    for start, end, fact, value, weight, phrase in sorted(hits, key=lambda hit: (hit[0] - hit[1], hit[0])):
        covered = used[fact]
        # Who says "voice v2" once means it by "voice" too.
        if longer.get((fact, phrase), value) != value:
            continue
        if covered.issuperset(range(start, end)) and len(named[start, end, fact]) == 1:
            continue
        covered.update(range(start, end))
        after = " ".join(found[end : end + 4])
        evidence.add(fact, value, weight - 15 if fact == "product" and _FINE.search(after) else weight, phrase)


def _starting_with(knowledge: Knowledge, word: str) -> list[tuple[str, str, str, str, int]]:
    return knowledge.remembered(
        ("phrase", word),
        lambda: knowledge.database.execute(
            "select phrase, literal, fact, value, weight from phrase where first = ?", (word,)
        ).fetchall(),
    )


def _corrected(knowledge: Knowledge, found: list[str]) -> list[str]:
    """Words one typo away from a word that the knowledge base searches for are read as that word."""
    return [knowledge.remembered(("word", word), partial(_correct, knowledge, word)) for word in found]


def _correct(knowledge: Knowledge, word: str) -> str:
    forms = tuple(deletions(word))
    if not forms:
        return word
    marks = ",".join("?" * len(forms))
    near = {row[0] for row in knowledge.database.execute(f"select word from word where deletion in ({marks})", forms)}
    if word in near:
        return word
    return min((other for other in near if within_one_typo(word, other)), default=word)


def _statuses(text: str) -> list[Fact]:
    facts = [Fact("status", status, "text", status) for status in dict.fromkeys(_STATUS.findall(text))]
    return facts + [Fact("error_code", code, "text", code) for code in dict.fromkeys(_ERROR_CODE.findall(text))]


def _regions(
    knowledge: Knowledge, evidence: _Evidence, hosts: list[tuple[str, str, str]], products: list[str]
) -> list[Fact]:
    """The user's region. What they say about their app or plan outweighs the host they call, which may be wrong."""
    offered = {region for product in products for host in knowledge.product(product).hosts for region in host.regions}
    said = []
    for fact in evidence.best("region", several=True):
        codes = [code for code in knowledge.region(fact.value).codes if code in offered]
        said += [Fact("region", code, "text", fact.evidence) for code in codes[:1]]
    if len(said) == 1:
        return said
    called = list(dict.fromkeys(region for _, _, region in hosts if region in offered and region != "global"))
    return [Fact("region", called[0], "text", "host")] if len(called) == 1 and not said else []
