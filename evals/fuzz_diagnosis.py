"""Hostile pastes: generated and mutated, up to 1 MB. None may crash, take long, leak a secret or drive a terminal.

`python -m evals.fuzz_diagnosis` runs 10,000 of them and prints the slowest; the tests run a few with the same parts.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import string
import sys
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from sinch_auth import knowledge
from sinch_auth.diagnosis import Pasted, as_json, diagnose
from sinch_auth.surfaces import diagnosis_prose

LONGEST = 1_000_000
SLOWEST = 0.2
"""Seconds of the processor that one paste may take: other work on the machine does not count."""

_ALPHABET = string.ascii_letters + string.digits


@dataclass
class Paste:
    """One hostile text and the secrets that were put into it."""

    text: str
    secrets: list[str] = field(default_factory=list)
    made_by: str = ""


def secret(chance: random.Random) -> str:
    """A value in the shape of one of the credentials, or a password."""

    def letters(count: int, alphabet: str = _ALPHABET) -> str:
        return "".join(chance.choices(alphabet, k=count))

    def encoded(data: dict[str, object]) -> str:
        return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")

    makers: tuple[Callable[[], str], ...] = (
        lambda: base64.b64encode(chance.randbytes(16)).decode(),
        lambda: letters(32, "0123456789abcdef"),
        lambda: letters(34, _ALPHABET + "._~-"),
        lambda: f"key-{letters(32, string.ascii_lowercase + string.digits)}",
        lambda: f"{letters(32, '0123456789abcdef')}-{letters(8, '0123456789abcdef')}-{letters(8, '0123456789abcdef')}",
        lambda: ".".join(
            (
                encoded({"alg": chance.choice(["RS256", "HS256"]), "kid": letters(6)}),
                encoded({"iss": letters(9), "exp": chance.randint(0, 2_000_000_000)}),
                letters(43),
            )
        ),
        lambda: f"Tr0ub4dor&{letters(6)}!",
        lambda: base64.b64encode(f"{letters(8)}:{letters(24)}".encode()).decode(),
    )
    return chance.choice(makers)()


_CONTEXTS = (
    "secret={}",
    "my key secret is {} why 401",
    "> Authorization: Bearer {}\n",
    "> authorization: Basic {}\n",
    '"Authorization": "Bearer {}"',
    'headers={{"Authorization": "Basic {}"}}',
    "curl -u id:{} https://auth.sinch.com/oauth2/token",
    "curl --user 'api:{}' https://api.mailgun.net/v3/domains",
    'auth=("11111111-2222-3333-4444-555555555555", "{}")',
    'SinchClient(key_id="a", key_secret="{}", project_id="b")',
    "SINCH_API_TOKEN={}",
    "密钥是 {}",
    '{{"client_secret": "{}", "errorCode": 40102}}',
    "https://user:{}@api.mailjet.com/v3/REST/apikey",
    "sinch.core.exceptions.SinchException: token {} refused",
    "Exception: invalid key {}",
    "GET /v1/projects/{}/apps?access_token={} HTTP/1.1\nHost: us.conversation.api.sinch.com\n",
    'WWW-Authenticate: Bearer error="{}"',
    '"code": "{}"',
    "POST https://us.sms.api.sinch.com/xms/v1/{}/batches 401",
    "{}",
)

_SCRAPS = (
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x1b[2J\x1b[H",
    "\x9b31m",
    "\u202edesrever\u202c",
    "\x00\x07\x08",
    "\ud83d\ude00",
    "{" * 400,
    "[" * 3000,
    '{"request":' * 500,
    "a." * 3000,
    "a" * 9000,
    "-u a:" * 800,
    "Bearer " * 800,
    "Authorization: Basic " * 500,
    "eyJ" * 3000,
    "=" * 5000,
    "http://a:" * 900,
    "https://calling.api.sinch.com/" * 300,
    "at a.b.c.d(E.java:1)\n" * 400,
    "Caused by: java.lang.NullPointerException: x\n" * 300,
    "HTTP/1.1 401 Unauthorized\n" * 300,
    "> GET / HTTP/1.1\n" * 300,
    "curl " * 900,
    "secret secret " * 400,
    "４０１ ｕｎａｕｔｈｏｒｉｚｅｄ",
    "\r\n\r\n\t\v\f",
    "token:" * 2000,
    "A1.A1.A1" * 900,
)


def seeds(base: knowledge.Knowledge) -> list[str]:
    """Texts to mutate: the examples of every row and contradiction."""
    rows = [example for id in base.ids("row") for example in base.row(id).examples]
    return rows + [example for id in base.ids("contradiction") for example in base.any(
        "contradiction", id).examples]  # type: ignore[attr-defined]  # fmt: skip


def paste(chance: random.Random, texts: list[str]) -> Paste:
    """One hostile text."""
    made = Paste(chance.choice(texts))
    for _ in range(chance.randint(0, 5)):
        _mutations(chance, made, texts)
    if chance.random() < 0.05:
        size = chance.randint(50_000, LONGEST)
        filler = chance.choice(
            (
                lambda: "".join(chance.choices(string.printable, k=2000)),
                lambda: " ".join("".join(chance.choices(_ALPHABET, k=chance.randint(1, 12))) for _ in range(300)),
                lambda: chance.choice(_SCRAPS),
                lambda: chance.choice(texts) + "\n",
            )
        )()
        grown = (filler * (size // max(len(filler), 1) + 1))[:size]
        at = chance.randint(0, len(grown))
        made.text = f"{grown[:at]} {made.text} {grown[at:]}"
    made.text = made.text[:LONGEST]
    return made


def _mutations(chance: random.Random, made: Paste, texts: list[str]) -> None:
    what, at = chance.randint(0, 6), chance.randint(0, len(made.text))
    before, after = made.text[:at], made.text[at:]
    if what == 0:
        value = secret(chance)
        made.secrets.append(value)
        made.text = f"{before}\n{chance.choice(_CONTEXTS).format(value, value)}\n{after}"
    elif what == 1:
        made.text = before + chance.choice(_SCRAPS) + after
    elif what == 2:
        made.text = f"{made.text}\n{chance.choice(texts)}"
    elif what == 3:
        made.text = before + after[chance.randint(0, 20) :]
    elif what == 4:
        made.text = before + "".join(chance.choices(string.printable, k=chance.randint(1, 60))) + after
    elif what == 5:
        made.text = json.dumps(
            {"request": {"url": made.text, "headers": [{"name": "Authorization", "value": made.text}]}}
        )
    else:
        made.text = made.text * chance.randint(1, 4)


def said(base: knowledge.Knowledge, text: str, detail: str = "full") -> tuple[str, float]:
    """Everything that is said about a text in any form, and how many seconds the diagnosis took."""
    started = time.thread_time()
    found = diagnose(base, Pasted(text, detail="full" if detail == "full" else "concise"))
    seconds = time.thread_time() - started
    forms = (
        json.dumps(as_json(found), ensure_ascii=False),
        diagnosis_prose.for_people(base, found, "en", "full"),
        diagnosis_prose.for_models(base, found, "en", "full"),
    )
    return "\n".join(forms), seconds


def faults(made: Paste, text: str) -> list[str]:
    """What is wrong with what was said."""
    wrong = [f"leaks {value[:4]}…" for value in made.secrets if value in text]
    driving = sorted({f"U+{ord(c):04X}" for c in text if c not in "\n\t" and unicodedata.category(c) in ("Cc", "Cf")})
    return wrong + [f"prints {c}" for c in driving]


def main() -> int:
    """Run them, print the slowest and whatever went wrong; exit 1 if anything did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    base = knowledge.load()
    texts = seeds(base)
    said(base, "401")
    took: list[tuple[float, int, int]] = []
    wrong = 0
    for number in range(options.count):
        made = paste(random.Random(options.seed * 1_000_000 + number), texts)
        try:
            text, seconds = said(base, made.text)
            problems = faults(made, text)
        except Exception as bug:
            seconds, problems = 0.0, [f"{type(bug).__name__}: {bug}"[:200]]
        if seconds > SLOWEST:
            # A pause of the collector or a cold cache counts once, not three times.
            seconds = min(seconds, *(said(base, made.text)[1] for _ in range(2)))
            problems += [f"takes {seconds * 1000:.0f} ms"] if seconds > SLOWEST else []
        took.append((seconds, len(made.text), number))
        for problem in problems:
            wrong += 1
            print(f"✗ {number} ({len(made.text)} characters): {problem}", flush=True)
    took.sort(reverse=True)
    print("\nslowest   characters  number")
    for seconds, size, number in took[:10]:
        print(f"{seconds * 1000:6.1f} ms {size:11}  {number}")
    middle = took[len(took) // 2][0]
    largest = max(size for _, size, _ in took)
    print(f"\n{len(took)} pastes up to {largest} characters, median {middle * 1000:.1f} ms, {wrong} problems")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
