"""Mistakes with the parts as a whole: their order, what joins them, and what is done to the result."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import permutations

from sinch_auth.signing.mistakes.registry import COMMON, FIVE_LINES, KNOWN, ODD, RARE, mistake
from sinch_auth.signing.recipe import WRAPS, Recipe, replace

CONVERSATION = frozenset({"conversation-webhook"})
MAILGUN = frozenset({"mailgun-webhook"})


def _joint(recipe: Recipe, before: bytes = b"", between: bytes | None = None, after: bytes = b"") -> Recipe:
    return replace(recipe, joint=(before, recipe.joint[1] if between is None else between, after))


_CRLF = {
    "CRLF": (b"\r\n", b""),
    "CRLF, also at the end": (b"\r\n", b"\r\n"),
    "CR": (b"\r", b""),
    "LF CR": (b"\n\r", b""),
    "CR, also at the end": (b"\r", b"\r"),
}


@mistake(
    "separator-crlf",
    "joint",
    schemes=FIVE_LINES,
    rank=COMMON,
    parameters=_CRLF,
    ranks={"CR": KNOWN, "LF CR": RARE, "CR, also at the end": RARE, "CRLF, also at the end": KNOWN},
)
def crlf(recipe: Recipe, how: str) -> Recipe:
    between, after = _CRLF[how]
    return _joint(recipe, between=between, after=after)


@mistake(
    "separator-literal-backslash-n",
    "joint",
    schemes=FIVE_LINES,
    rank=COMMON,
    parameters=("\\n", "\\r\\n", "\\\\n", "\\n, also at the end", "/n", "\\n and a line feed"),
    ranks={
        "\\r\\n": KNOWN,
        "\\\\n": RARE,
        "\\n, also at the end": RARE,
        "/n": RARE,
        "\\n and a line feed": RARE,
    },
)
def literal(recipe: Recipe, how: str) -> Recipe:
    text = how.partition(",")[0]
    if text == "\\n and a line feed":
        return _joint(recipe, between=b"\\n\n")
    return _joint(recipe, between=text.encode(), after=text.encode() if "end" in how else b"")


@mistake("separator-missing", "joint", schemes=FIVE_LINES | CONVERSATION, rank=COMMON)
def missing(recipe: Recipe, _: str) -> Recipe:
    return _joint(recipe, between=b"")


_SEPARATORS = {
    "space": b" ", "colon": b":", "dot": b".", "comma": b",", "comma and space": b", ", "pipe": b"|",
    "ampersand": b"&", "semicolon": b";",
    "slash": b"/", "hyphen": b"-", "underscore": b"_", "plus": b"+", "tab": b"\t", "two LF": b"\n\n",
    "LF": b"\n", "CRLF": b"\r\n",
    "colon and space": b": ", "dot and space": b". ", "NUL": b"\0", "<br>": b"<br>", "equals sign": b"=",
    "literal \\n": b"\\n", "two dots": b"..",
    "LF and space": b"\n ", "space and LF": b" \n", "hash sign": b"#", "%0A": b"%0A",
}  # fmt: skip
_KNOWN_SEPARATORS = dict.fromkeys(("space", "colon", "dot", "comma", "pipe", "ampersand", "LF", "hyphen"), KNOWN)


def _separators(recipe: Recipe) -> Iterable[str]:
    own = {b"\n": ("LF", "CRLF", "literal \\n"), b"": ()}.get(recipe.joint[1], ())
    return (name for name in _SEPARATORS if name not in own)


@mistake(
    "separator-other",
    "joint",
    parameters=_separators,
    schemes=FIVE_LINES | CONVERSATION | MAILGUN,
    rank=ODD,
    ranks=_KNOWN_SEPARATORS,
)
def other_separator(recipe: Recipe, name: str) -> Recipe:
    return _joint(recipe, between=_SEPARATORS[name])


_AROUND = {
    "LF at the end": (b"", b"\n"), "two LF at the end": (b"", b"\n\n"), "CRLF at the end": (b"", b"\r\n"),
    "LF at the start": (b"\n", b""),
    "LF at start and end": (b"\n", b"\n"), "space at the end": (b"", b" "), "space at the start": (b" ",
    b""), "CRLF at the start": (b"\r\n", b""),
    "NUL at the end": (b"", b"\0"), "literal \\n at the end": (b"", b"\\n"), "CR at the end": (b"", b"\r"),
    "dot at the end": (b"", b"."),
    "dot at the start": (b".", b""),
}  # fmt: skip


def _around(recipe: Recipe) -> Iterable[str]:
    return (name for name in _AROUND if not (name.startswith("dot") and recipe.given.scheme in FIVE_LINES))


@mistake(
    "message-with-extra-line-break",
    "joint",
    parameters=_around,
    rank=RARE,
    ranks={"LF at the end": COMMON, "CRLF at the end": KNOWN, "LF at the start": KNOWN},
)
def extra_line_break(recipe: Recipe, how: str) -> Recipe:
    before, after = _AROUND[how]
    return _joint(recipe, before=before, after=after)


_INDENTS = {
    "2 spaces": b"  ",
    "4 spaces": b"    ",
    "6 spaces": b"      ",
    "8 spaces": b"        ",
    "12 spaces": b" " * 12,
    "16 spaces": b" " * 16,
    "a tab": b"\t",
    "two tabs": b"\t\t",
    "1 space": b" ",
}


def _indents(_: Recipe) -> Iterable[str]:
    for name in _INDENTS:
        yield name
        yield f"{name}, also the first line"
        yield f"{name}, first line too, line breaks around"


@mistake(
    "message-indented",
    "joint",
    schemes=FIVE_LINES,
    parameters=_indents,
    rank=ODD,
    ranks=dict.fromkeys(("2 spaces", "4 spaces", "8 spaces", "a tab"), KNOWN),
)
def indented(recipe: Recipe, how: str) -> Recipe | None:
    name, _, rest = how.partition(", ")
    indent = _INDENTS[name]
    if name == "1 space" and not rest:
        return None  # the separator "LF and space"
    if rest.startswith("first"):
        return _joint(recipe, b"\n" + indent, b"\n" + indent, b"\n")
    return _joint(recipe, indent if rest else b"", b"\n" + indent)


def _lines(recipe: Recipe) -> Iterable[str]:
    if len(recipe.lines) > 1:
        yield from recipe.lines
    if len(recipe.lines) == 3:
        # Habit of Stripe and Slack: what remains stands before the body.
        yield from (f"{name}, and the body last" for name in recipe.lines[1:])


@mistake("part-missing", "lines", parameters=_lines, rank=COMMON, schemes=FIVE_LINES | CONVERSATION | MAILGUN)
def part_missing(recipe: Recipe, name: str) -> Recipe:
    name, last, _ = name.partition(", and the body last")
    left = tuple(line for line in recipe.lines if line != name)
    return replace(recipe, lines=left[::-1] if last else left)


def _pairs(recipe: Recipe) -> Iterable[str]:
    names = recipe.lines
    return (f"{a} and {b}" for i, a in enumerate(names) for b in names[i + 1 :])


@mistake("two-parts-missing", "lines", parameters=_pairs, rank=RARE, schemes=FIVE_LINES)
def two_missing(recipe: Recipe, names: str) -> Recipe:
    return replace(recipe, lines=tuple(line for line in recipe.lines if line not in names.split(" and ")))


@mistake("only-the-body", "lines", "body_as", schemes=FIVE_LINES, rank=KNOWN)
def only_body_hashed(recipe: Recipe, _: str) -> Recipe:
    return replace(recipe, lines=("body",), body_as="as is")


@mistake("body-only", "lines", schemes=CONVERSATION, rank=COMMON)
def body_only(recipe: Recipe, _: str) -> Recipe:
    return replace(recipe, lines=("body",))


@mistake("two-parts-missing", "lines", parameters=("body and nonce", "body and timestamp"), schemes=CONVERSATION)
def two_missing_text(recipe: Recipe, names: str) -> Recipe:
    return replace(recipe, lines=tuple(line for line in recipe.lines if line not in names.split(" and ")))


def _orders(recipe: Recipe) -> Iterable[str]:
    return (" / ".join(order) for order in permutations(recipe.lines) if order != recipe.lines)


_FREQUENT = {
    "verb / content-type / body / timestamp / path": COMMON,
    "verb / path / body / content-type / timestamp": KNOWN,
    "verb / path / content-type / body / timestamp": KNOWN,
    "verb / body / content-type / path / timestamp": KNOWN,
    "body / verb / content-type / timestamp / path": RARE,
    "verb / path / timestamp / content-type / body": KNOWN,
    "verb / timestamp / body / content-type / path": RARE,
    "verb / path / timestamp / body / content-type": RARE,
    "verb / body / timestamp / content-type / path": KNOWN,
    "path / timestamp / content-type / body / verb": KNOWN,
    "path / verb / body / content-type / timestamp": RARE,
    "timestamp / verb / body / content-type / path": RARE,
    "timestamp / nonce / body": KNOWN, "nonce / timestamp / body": KNOWN, "body / timestamp / nonce": COMMON,
    "timestamp / body / nonce": KNOWN, "nonce / body / timestamp": KNOWN, "token / timestamp": COMMON,
}  # fmt: skip


@mistake(
    "parts-reordered",
    "lines",
    parameters=_orders,
    rank=ODD,
    ranks=_FREQUENT,
    schemes=FIVE_LINES | CONVERSATION | MAILGUN,
)
def reordered(recipe: Recipe, order: str) -> Recipe:
    return replace(recipe, lines=tuple(order.split(" / ")))


def _repeats(recipe: Recipe) -> Iterable[str]:
    yield from (f"{name} twice" for name in recipe.lines)
    if len(recipe.lines) > 1:
        yield from (f"empty line after {name}" for name in recipe.lines[:-1])
        if recipe.given.key:
            yield from ("key first", "key last")
        if recipe.given.request.host:
            yield from ("host first", "host before the path", "host last")


@mistake("part-added", "lines", parameters=_repeats, rank=RARE, schemes=FIVE_LINES | CONVERSATION | MAILGUN)
def part_added(recipe: Recipe, how: str) -> Recipe:
    lines = list(recipe.lines)
    name, _, place = how.partition(" ")
    if how.startswith("empty line after "):
        lines.insert(lines.index(how.removeprefix("empty line after ")) + 1, "=")
    elif place == "twice":
        lines.insert(lines.index(name), name)
    elif place == "first":
        lines.insert(0, name)
    elif place == "last":
        lines.append(name)
    else:
        lines.insert(len(lines) - 1, name)
    return replace(recipe, lines=tuple(lines))


@mistake(
    "message-encoded-first",
    "wrap",
    parameters=(
        "base64",
        "base64url, unpadded",
        "hex",
        "percent-encoded",
        "percent-encoded except /",
        "in double quotes",
    ),
    ranks={
        "base64url, unpadded": RARE,
        "hex": RARE,
        "percent-encoded except /": RARE,
        "in double quotes": RARE,
        "percent-encoded": RARE,
    },
)
def encoded_first(recipe: Recipe, how: str) -> Recipe:
    return replace(recipe, wrap=how)


@mistake(
    "message-in-other-charset",
    "wrap",
    parameters=tuple(name for name in WRAPS if name.startswith("UTF-")),
    rank=RARE,
    ranks={"UTF-16LE": KNOWN},
)
def other_charset(recipe: Recipe, how: str) -> Recipe:
    return replace(recipe, wrap=how)


@mistake(
    "message-hashed-first",
    "wrap",
    parameters=tuple(name for name in WRAPS if name.startswith("its ")),
    rank=RARE,
    ranks={"its SHA-256 in hex": KNOWN, "its SHA-256": KNOWN},
)
def hashed_first(recipe: Recipe, how: str) -> Recipe:
    return replace(recipe, wrap=how)


@mistake(
    "message-letters-changed",
    "wrap",
    parameters=("lower case", "upper case", "white space trimmed"),
    ranks={"upper case": RARE, "white space trimmed": RARE},
)
def letters_changed(recipe: Recipe, how: str) -> Recipe:
    return replace(recipe, wrap=how)
