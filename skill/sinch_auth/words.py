"""Text as a sequence of words, the same way for phrases of the knowledge base and for what users type.

A word is a run of ASCII letters and digits in lower case without plural s, or one CJK character. Punctuation
separates and is dropped, so `application_key`, `Application Key` and `application-key` are the same two words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

_SPECIAL = (
    (re.compile(r"(?<![a-z0-9])c#|(?<![a-z0-9])c♯"), " csharp "),
    (re.compile(r"(?<![a-z0-9])\.net(?![a-z])"), " dotnet "),
    (re.compile(r"(?<![a-z0-9])e-?mails?(?![a-z0-9])"), " email "),
    (re.compile(r"([‘’ʼ`´])"), "'"),
    (re.compile(r"n't\b"), " not"),
)
_GAP = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")
_WORD = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]")


def normalise(text: str) -> str:
    """Lower case, compatibility forms folded (full-width letters and punctuation become ASCII).

    >>> normalise('ＡＰＩ  Key：“x”')
    'api  key:“x”'
    """
    return unicodedata.normalize("NFKC", text).lower()


def words(text: str) -> list[str]:
    """The words of a text, which need not be normalised.

    >>> words("C# HttpClient: tokens don't refresh, 令牌")
    ['csharp', 'httpclient', 'token', 'do', 'not', 'refresh', '令', '牌']
    """
    text = normalise(text)
    for pattern, plain in _SPECIAL:
        text = pattern.sub(plain, text)
    return [_singular(word) for word in _WORD.findall(text)]


def spelt(found: str) -> str:
    """Words as people write them: between two CJK characters there is no space.

    >>> spelt("发 短 信 sms api")
    '发短信 sms api'
    """
    return _GAP.sub("", found)


def deletions(word: str) -> Iterator[str]:
    """The word and every form with one letter left out: two words one typo apart share one of them.

    Words shorter than five letters give nothing: one letter makes too many of them another word. Nor do those
    longer than any word: an identifier is no typo.
    """
    if not 5 <= len(word) <= 40 or not word.isalpha() or not word.isascii():
        return
    yield word
    for at in range(1, len(word)):
        yield word[:at] + word[at + 1 :]


def within_one_typo(given: str, known: str) -> bool:
    """Whether one letter was left out, added, replaced, or swapped with its neighbour; never the first.

    >>> within_one_typo('verifcation', 'verification'), within_one_typo('falling', 'calling')
    (True, False)
    """
    if given == known or given[0] != known[0] or abs(len(given) - len(known)) > 1:
        return given == known
    at = next((i for i, (a, b) in enumerate(zip(given, known, strict=False)) if a != b), min(len(given), len(known)))
    rest, other = given[at:], known[at:]
    return (
        rest[1:] == other
        or rest == other[1:]
        or rest[1:] == other[1:]
        or (rest[:2] == other[:2][::-1] and rest[2:] == other[2:])
    )


def find(phrase: Sequence[str], text: Sequence[str], starts: Sequence[int]) -> int:
    """Where `phrase` stands in `text`, tried at the given starts only; -1 when nowhere."""
    length = len(phrase)
    for start in starts:
        if list(text[start : start + length]) == list(phrase):
            return start
    return -1


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] == "s" and word[-2] not in "su0123456789" else word
