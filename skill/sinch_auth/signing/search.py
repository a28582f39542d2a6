"""From a signature to the fewest mistakes that reproduce it exactly.

A recipe has slots; a mistake sets slots. Slots that make one part of the message form a column, and columns are
independent, so combinations of up to three mistakes are products over columns. The output encoding is undone first and
costs nothing to combine. What is found at the smallest number of mistakes is all returned: explanations that cannot be
told apart on this request are one class.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from operator import attrgetter
from typing import Any

from sinch_auth.signing.encoding import ENCODINGS, LOSSY
from sinch_auth.signing.mistakes import Mistake, Variant
from sinch_auth.signing.recipe import PARTS, WRAPS, Recipe, part_bytes, part_texts
from sinch_auth.signing.sealing import Seal, digest_size, seal

BUDGETS = {0: (0,), 1: (4,), 2: (2, 3), 3: (2,)}
"""How rare the mistakes of a combination may be together, by their number: two rare ones at once are a guess.

Where there are two budgets, the second is tried only when the first finds nothing.
"""

MOST = max(BUDGETS)
_RAW = {"body": "raw-body", "timestamp": "raw-timestamp"}
_SHAPE = ("lines", "joint", "wrap")
Choice = tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a column, and every set of mistakes that leads to it."""

    parts: tuple[tuple[str, bytes], ...]
    rank: int
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class _Shape:
    lines: tuple[str, ...]
    joint: tuple[bytes, bytes, bytes]
    wrap: str
    rank: int
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class _Sealer:
    digest: Seal
    rank: int
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One explanation: the mistakes, in the order of the recipe's slots."""

    variants: Choice

    @property
    def order(self) -> tuple[object, ...]:
        """Fewest first, then least rare, then by name: independent of the order of search."""
        return (
            len(self.variants),
            sum(v.rank for v in self.variants),
            tuple(v.id for v in self.variants),
            tuple(v.detail for v in self.variants),
        )


@dataclass(slots=True)
class Result:
    """Every explanation with the smallest number of mistakes, best first, and how many computations were tried."""

    found: list[Found]
    tried: int


def search(right: Recipe, signature: str, mistakes: Iterable[Mistake], most: int = MOST) -> Result:
    """Explain `signature` as `right` with at most `most` mistakes. Empty `found` means no explanation."""
    variants = [variant for mistake in mistakes for variant in mistake.variants(right)]
    encodings = [v for v in variants if v.slots == ("encoding",)]
    others = [v for v in variants if v.slots != ("encoding",)]
    targets = _targets(right, signature, encodings)
    if targets:
        sizes = {len(raw) for raw in targets}
        finder = _Finder(right, others, targets, sizes, most)
        if found := finder.run():
            return Result(found, finder.tried)
        tried = finder.tried
    else:
        tried = 0
    lossy = [v for v in encodings if v.values[0] in LOSSY]
    found = _lossy(right, signature, others, lossy)
    return Result(found, tried + (len(others) + 1) * len(lossy))


def _targets(right: Recipe, signature: str, encodings: Sequence[Variant]) -> dict[bytes, list[Choice]]:
    """Digest bytes -> the encodings that turn them into exactly this text."""
    targets: dict[bytes, list[Choice]] = defaultdict(list)
    raw = ENCODINGS[right.encoding].decode(signature)
    if raw:
        targets[raw].append(())
    for variant in encodings:
        raw = ENCODINGS[variant.values[0]].decode(signature)
        if raw:
            targets[raw].append((variant,))
    return dict(targets)


def _lossy(right: Recipe, signature: str, others: Sequence[Variant], encodings: Sequence[Variant]) -> list[Found]:
    """Forms that lose something cannot be undone: compute the right one and every single mistake forwards."""
    found: list[Found] = []
    if len(signature) < 8:
        return found
    for choice in [(), *((variant,) for variant in others)]:
        if found and len(choice) >= len(found[0].variants):
            break
        digest = apply(right, choice).digest()
        found += [Found((*choice, v)) for v in encodings if ENCODINGS[v.values[0]].encode(digest) == signature]
    return sorted(found, key=lambda f: f.order)


def apply(recipe: Recipe, variants: Iterable[Variant]) -> Recipe:
    """`recipe` with all these mistakes made."""
    for variant in variants:
        recipe = variant.on(recipe)
    return recipe


class _Finder:
    def __init__(
        self,
        right: Recipe,
        variants: list[Variant],
        targets: dict[bytes, list[Choice]],
        sizes: set[int],
        most: int,
    ) -> None:
        self.right, self.targets, self.most = right, targets, most
        self.tried = 0
        # How much of the budget must be used up: 1 in a second pass, which skips what the first has tried.
        self.floor = 0
        self.hits: list[Choice] = []
        single: dict[tuple[str, ...], list[Variant]] = defaultdict(list)
        self.spanning: list[Variant] = []
        for variant in variants:
            column = _column(variant.slots)
            if column is None:
                self.spanning.append(variant)
            else:
                single[column].append(variant)
        self.bytes = {name: part_bytes(name, right) for name in (*PARTS, *_RAW.values(), "key", "host", "query")}
        self.combinable = [variant for variant in variants if variant.rank <= max(BUDGETS[2])]
        self.columns: list[tuple[str, list[list[Entry]]]] = []
        self.shapes: list[list[_Shape]] = []
        used = set(right.lines)
        self._more_entries: list[Iterator[list[Entry]]] = []
        for name, slots in PARTS.items():
            if name in used:
                self.columns.append((name, []))
                self._more_entries.append(_entries(right, name, slots, single[slots]))
        self._more_shapes = _shapes(right, single[_SHAPE])
        self.sealers = _sealers(right, single["key",], single["mac",], sizes)

    def _prepare(self) -> None:
        """The values of every column for one mistake more; two in one column are rarely needed, so built late."""
        for (_, entries), more in zip(self.columns, self._more_entries, strict=True):
            entries.extend(islice(more, 1))
        self.shapes.extend(islice(self._more_shapes, 1))

    def run(self) -> list[Found]:
        for level in range(self.most + 1):
            self._prepare()
            self.floor = 0
            for budget in BUDGETS[level]:
                for in_shape in range(level + 1):
                    for in_seal in range(level + 1 - in_shape):
                        self._try(in_shape, level - in_shape - in_seal, in_seal, budget)
                if level in (1, 2):
                    self._try_spanning(level, budget)
                if self.hits:
                    return self._explanations()
                self.floor = 1
        return []

    def _try(self, in_shape: int, in_parts: int, in_seal: int, budget: int) -> None:
        sealers = self.sealers[in_seal] if in_seal < len(self.sealers) else []
        shapes = self.shapes[in_shape] if in_shape < len(self.shapes) else []
        if not sealers:
            return
        least = sealers[0].rank
        for shape in shapes:
            if shape.rank + least > budget:
                break
            self._fill(shape, in_parts, budget - shape.rank, sealers)

    def _fill(self, shape: _Shape, level: int, budget: int, sealers: list[_Sealer]) -> None:
        """Every way to spread `level` mistakes over the columns of one shape."""
        lines = [self.bytes[name] if not name.startswith("=") else name[1:].encode() for name in shape.lines]
        places: list[tuple[list[list[Entry]], list[tuple[int, int]]]] = []
        for name, entries in self.columns:
            raw = _RAW.get(name)
            at = [(i, 0) for i, line in enumerate(shape.lines) if line == name]
            at += [(i, 1) for i, line in enumerate(shape.lines) if raw and line == raw]
            if at:
                places.append((entries, at))
        self._spread(shape, lines, places, 0, level, budget, sealers, ())

    def _spread(
        self,
        shape: _Shape,
        lines: list[bytes],
        places: list[tuple[list[list[Entry]], list[tuple[int, int]]]],
        start: int,
        level: int,
        budget: int,
        sealers: list[_Sealer],
        chosen: tuple[Entry, ...],
    ) -> None:
        before, between, after = shape.joint
        if level == 0:
            self._seal(shape, before + between.join(lines) + after, chosen, budget, sealers)
            return
        least = sealers[0].rank
        for index in range(start, len(places)):
            entries, at = places[index]
            saved = [lines[i] for i, _ in at]
            for own in range(1, level + 1):
                if own >= len(entries):
                    break
                rest = level - own
                if rest == 0 and len(at) == 1:
                    self._last(shape, lines, entries[own], at[0], budget, sealers, chosen)
                    continue
                for entry in entries[own]:
                    if entry.rank + least > budget:
                        break
                    for i, which in at:
                        lines[i] = entry.parts[which][1]
                    self._spread(shape, lines, places, index + 1, rest, budget - entry.rank, sealers, (*chosen, entry))
            for (i, _), text in zip(at, saved, strict=True):
                lines[i] = text

    def _last(
        self,
        shape: _Shape,
        lines: list[bytes],
        entries: list[Entry],
        at: tuple[int, int],
        budget: int,
        sealers: list[_Sealer],
        chosen: tuple[Entry, ...],
    ) -> None:
        """The innermost loop: only one line still varies, so the text around it is built once."""
        before, between, after = shape.joint
        position, which = at
        head = before + b"".join(line + between for line in lines[:position])
        tail = b"".join(between + line for line in lines[position + 1 :]) + after
        targets = self.targets
        wrap = None if shape.wrap == "as is" else WRAPS[shape.wrap]
        if len(sealers) == 1 and wrap is None:
            digest, limit = sealers[0].digest, budget - sealers[0].rank
            start = bisect_right(entries, limit - self.floor, key=_by_rank) if self.floor else 0
            end = bisect_right(entries, limit, key=_by_rank)
            for entry in entries[start:end]:
                raw = digest(head + entry.parts[which][1] + tail)
                if raw in targets:
                    self._hit(raw, shape, (*chosen, entry), sealers[0])
            self.tried += max(0, end - start)
            return
        for entry in entries:
            if entry.rank > budget:
                break
            self._seal(shape, head + entry.parts[which][1] + tail, (*chosen, entry), budget - entry.rank, sealers)

    def _seal(
        self, shape: _Shape, message: bytes, chosen: tuple[Entry, ...], budget: int, sealers: list[_Sealer]
    ) -> None:
        if shape.wrap != "as is":
            message = WRAPS[shape.wrap](message)
        targets = self.targets
        tried_before = budget - self.floor if self.floor else -1
        for sealer in sealers:
            if sealer.rank > budget:
                break
            if sealer.rank <= tried_before:
                continue
            self.tried += 1
            raw = sealer.digest(message)
            if raw in targets:
                self._hit(raw, shape, chosen, sealer)

    def _hit(self, raw: bytes, shape: _Shape, chosen: tuple[Entry, ...], sealer: _Sealer) -> None:
        groups = [shape.choices, *(entry.choices for entry in chosen), sealer.choices, self.targets[raw]]
        self.hits.extend(tuple(v for choice in combination for v in choice) for combination in product(*groups))

    def _try_spanning(self, level: int, budget: int) -> None:
        """Mistakes that change several columns at once, alone or with one other that touches none of theirs."""
        for variant in self.spanning:
            base = variant.on(self.right)
            if level == 1:
                self._check(base, (variant,))
                continue
            own = set(variant.slots)
            for other in self.combinable:
                if other.rank + variant.rank <= budget and own.isdisjoint(other.slots):
                    self._check(other.on(base), (variant, other))

    def _check(self, recipe: Recipe, choice: Choice) -> None:
        self.tried += 1
        raw = recipe.digest()
        if raw in self.targets:
            self.hits.extend((*choice, *encoding) for encoding in self.targets[raw])

    def _explanations(self) -> list[Found]:
        wanted = min(len(hit) for hit in self.hits)
        unique = {tuple(sorted(hit, key=_slot_order)) for hit in self.hits if len(hit) == wanted}
        return sorted((Found(hit) for hit in unique), key=lambda found: found.order)


_SLOT_ORDER = {name: i for i, name in enumerate(Recipe.__slots__)}


def _slot_order(variant: Variant) -> tuple[int, str, str]:
    return _SLOT_ORDER[variant.slots[0]], variant.id, variant.detail


def _column(slots: tuple[str, ...]) -> tuple[str, ...] | None:
    for column in (*PARTS.values(), _SHAPE, ("key",), ("mac",)):
        if set(slots) <= set(column):
            return column
    return None


def _by_value(variants: Iterable[Variant], slots: tuple[str, ...], base: Recipe) -> dict[Any, list[Choice]]:
    """Value of the column -> every single mistake that leads there."""
    values: dict[Any, list[Choice]] = defaultdict(list)
    own = tuple(getattr(base, slot) for slot in slots)
    mergers: dict[tuple[str, ...], Callable[[tuple[Any, ...]], tuple[Any, ...]]] = {}
    for variant in variants:
        if variant.slots not in mergers:
            mergers[variant.slots] = _merger(variant.slots, slots, own)
        values[mergers[variant.slots](variant.values)].append((variant,))
    return values


def _combined(variants: Sequence[Variant], slots: tuple[str, ...], base: Recipe) -> Iterator[dict[Any, list[Choice]]]:
    """For none, one and two mistakes: the values of a column, with what leads to each. Fewer mistakes win a value."""
    own = tuple(getattr(base, slot) for slot in slots)
    yield {own: [()]}
    single = _by_value(variants, slots, base)
    yield single
    if len(slots) == 1:
        return
    double: dict[Any, list[Choice]] = defaultdict(list)
    budget = max(BUDGETS[2])
    groups: dict[tuple[str, ...], list[Variant]] = defaultdict(list)
    for variant in variants:
        if variant.rank <= budget:
            groups[variant.slots].append(variant)
    keys = sorted(groups)
    for i, first in enumerate(keys):
        for second in keys[i + 1 :]:
            if set(first) & set(second):
                continue
            merge = _merger(first + second, slots, own)
            for a, b in product(groups[first], groups[second]):
                if a.rank + b.rank <= budget:
                    value = merge(a.values + b.values)
                    if value != own and value not in single:
                        double[value].append((a, b))
    yield double


def _merger(
    changed: tuple[str, ...], slots: tuple[str, ...], own: tuple[Any, ...]
) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    """A function from the values of the changed slots to those of the whole column."""
    places = [changed.index(slot) if slot in changed else len(changed) + i for i, slot in enumerate(slots)]

    def merge(values: tuple[Any, ...]) -> tuple[Any, ...]:
        every = values + own
        return tuple([every[place] for place in places])

    return merge


def _rank(choices: Sequence[Choice]) -> int:
    if len(choices) == 1 and len(choices[0]) == 1:
        return choices[0][0].rank
    return min(sum(v.rank for v in choice) for choice in choices)


def _entries(right: Recipe, name: str, slots: tuple[str, ...], variants: Sequence[Variant]) -> Iterator[list[Entry]]:
    """For none, one and two mistakes, the entries of one column, least rare first; equal bytes are one entry."""
    seen: set[tuple[bytes, ...]] = set()
    names = (name, _RAW[name]) if name in _RAW else (name,)
    for level in _combined(variants, slots, right):
        merged: dict[tuple[bytes, ...], list[Choice]] = defaultdict(list)
        for value, choices in level.items():
            texts = part_texts(name, value)
            if texts not in seen:
                merged[texts] += choices
        seen.update(merged)
        entries = [
            Entry(tuple(zip(names, texts, strict=True)), _rank(choices), tuple(choices))
            for texts, choices in merged.items()
        ]
        yield sorted(entries, key=_by_rank)


def _shapes(right: Recipe, variants: Sequence[Variant]) -> Iterator[list[_Shape]]:
    for level in _combined(variants, _SHAPE, right):
        shapes = [
            _Shape(lines, joint, wrap, _rank(choices), tuple(choices))
            for (lines, joint, wrap), choices in level.items()
        ]
        yield sorted(shapes, key=_by_rank)


_by_rank = attrgetter("rank")


def _sealers(right: Recipe, keys: Sequence[Variant], macs: Sequence[Variant], sizes: set[int]) -> list[list[_Sealer]]:
    by_key: dict[bytes, list[Choice]] = {
        right.key: [()],
        **{value[0]: choices for value, choices in _by_value(keys, ("key",), right).items()},
    }
    by_mac: dict[str, list[Choice]] = {
        right.mac: [()],
        **{value[0]: choices for value, choices in _by_value(macs, ("mac",), right).items()},
    }
    result: list[list[_Sealer]] = [[], [], []]
    for (key, key_choices), (mac, mac_choices) in product(by_key.items(), by_mac.items()):
        if digest_size(mac) not in sizes or (mac.startswith("plain") and key != right.key):
            continue
        level = len(key_choices[0]) + len(mac_choices[0])
        choices = tuple((*a, *b) for a, b in product(key_choices, mac_choices))
        if level < len(result):
            result[level].append(_Sealer(seal(mac, key), _rank(choices), choices))
    return [sorted(level, key=lambda sealer: sealer.rank) for level in result]
