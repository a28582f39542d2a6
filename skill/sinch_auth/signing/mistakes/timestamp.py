"""Mistakes with the timestamp: its name, its format, its zone, or a clock that was read twice."""

from __future__ import annotations

from collections.abc import Iterable

from sinch_auth.signing.mistakes.registry import (
    ALONE,
    COMMON,
    FIVE_LINES,
    KNOWN,
    ODD,
    RARE,
    TEXT_KEYED,
    mistake,
    mistake_listed,
)
from sinch_auth.signing.recipe import Recipe, replace
from sinch_auth.signing.timestamps import Instant, iso, offsets, read_timestamp, renderings

DATED = TEXT_KEYED - {"numbers-webhook"}

_NAMES = (
    "x-timestamp: ", "X-Timestamp:", "X-Timestamp: ", "X-TIMESTAMP:", "X-TIMESTAMP: ", "X-timestamp:",
    "X-timestamp: ", "x-timestamp=",
    "X-Timestamp=", "x-timestamp :", "x-timestamp : ", "x-timestamp", "x-timestamp ", "x_timestamp:",
    "X_TIMESTAMP:", "xtimestamp:",
    "XTimestamp:", "x-timeStamp:", "X-TimeStamp:", "x-time-stamp:", "timestamp:", "timestamp: ",
    "Timestamp:", "Timestamp: ", "timestamp=",
    "date:", "Date:", "date: ", "Date: ", "x-date:", "X-Date:", "x-sinch-timestamp:", "X-Sinch-Timestamp:",
    "x-sinch-webhook-signature-timestamp:",
    "x-amz-date:", "x-timestamp\t", "x-timestamp:\n", "ts:", "time:", "t=", ":", " ", "x-timestamp\n",
    "x-timestamp:  ", "x-timestamp:\t",
)  # fmt: skip
_COMMON_NAMES = {"x-timestamp: ", "X-Timestamp:"}
_KNOWN_NAMES = {
    "X-Timestamp: ", "x-timestamp=", "X-TIMESTAMP:", "timestamp:", "timestamp: ", "Timestamp:",
    "Timestamp: ", "date:", "Date:", "x-timestamp",
}  # fmt: skip


_NAME_RANKS = (
    dict.fromkeys(_NAMES[:14], RARE) | dict.fromkeys(_COMMON_NAMES, COMMON) | dict.fromkeys(_KNOWN_NAMES, KNOWN)
)


@mistake("timestamp-name-differs", "timestamp_as", schemes=FIVE_LINES, parameters=_NAMES, rank=ODD, ranks=_NAME_RANKS)
def name_differs(recipe: Recipe, name: str) -> Recipe:
    return replace(recipe, timestamp_as=(name.encode(), b""))


@mistake("timestamp-name-missing", "timestamp_as", schemes=FIVE_LINES, rank=COMMON)
def name_missing(recipe: Recipe, _: str) -> Recipe:
    return replace(recipe, timestamp_as=(b"", b""))


@mistake(
    "timestamp-name-doubled",
    "timestamp_as",
    schemes=FIVE_LINES,
    parameters=(
        "x-timestamp:x-timestamp:",
        "x-timestamp: x-timestamp:",
        "x-timestamp:x-timestamp: ",
        "X-Timestamp:x-timestamp:",
        "x-timestamp:X-Timestamp: ",
        "x-timestamp: x-timestamp: ",
    ),
    ranks={"x-timestamp:X-Timestamp: ": RARE, "X-Timestamp:x-timestamp:": RARE},
)
def name_doubled(recipe: Recipe, text: str) -> Recipe:
    return replace(recipe, timestamp_as=(text.encode(), b""))


_AFTER = {
    "semicolon after": (b"x-timestamp:", b";"), "space after": (b"x-timestamp:", b" "),
    "LF after": (b"x-timestamp:", b"\n"), "CR after": (b"x-timestamp:", b"\r"),
    "comma after": (b"x-timestamp:", b","),
    "in double quotes": (b'x-timestamp:"', b'"'), "all in double quotes": (b'"x-timestamp:', b'"'),
    "in brackets": (b"x-timestamp:[", b"]"), "in single quotes": (b"x-timestamp:'", b"'"),
    "in braces": (b"{x-timestamp:", b"}"),
}  # fmt: skip


@mistake(
    "timestamp-with-more-text",
    "timestamp_as",
    schemes=FIVE_LINES,
    parameters=_AFTER,
    rank=RARE,
    ranks={"space after": KNOWN, "LF after": KNOWN, "semicolon after": KNOWN},
)
def more_text(recipe: Recipe, how: str) -> Recipe:
    return replace(recipe, timestamp_as=_AFTER[how])


_EMPTY_LINE, _EMPTY_VALUE = "empty line", "name without value"


@mistake(
    "timestamp-not-filled-in",
    "timestamp",
    "timestamp_as",
    schemes=FIVE_LINES,
    parameters=(
        _EMPTY_LINE,
        _EMPTY_VALUE,
        "undefined",
        "null",
        "None",
        "Invalid Date",
        "NaN",
        "[object Object]",
        "name and undefined",
        "name and null",
        "nil",
        "true",
    ),
    rank=RARE,
    ranks={_EMPTY_LINE: KNOWN, "name and undefined": KNOWN},
)
def not_filled_in(recipe: Recipe, how: str) -> Recipe:
    if how == _EMPTY_LINE:
        return replace(recipe, timestamp=b"", timestamp_as=(b"", b""))
    if how == _EMPTY_VALUE:
        return replace(recipe, timestamp=b"")
    if how.startswith("name and "):
        return replace(recipe, timestamp=how.removeprefix("name and ").encode())
    if how in ("undefined", "null"):
        return replace(recipe, timestamp=how.encode(), timestamp_as=(b"", b""))
    return replace(recipe, timestamp=how.encode())


@mistake(
    "timestamp-not-filled-in",
    "timestamp",
    schemes=DATED,
    parameters=(
        "",
        "undefined",
        "null",
        "None",
        "NaN",
        "Invalid Date",
        "[object Object]",
        "0",
        "timestamp",
        "nil",
        "false",
    ),
    ranks={"NaN": RARE, "Invalid Date": RARE, "[object Object]": RARE},
)
def value_not_filled_in(recipe: Recipe, text: str) -> Recipe:
    return replace(recipe, timestamp=text.encode())


def _instant(recipe: Recipe) -> Instant | None:
    return read_timestamp(recipe.timestamp.decode("utf-8", "replace"))


_KNOWN_FORMATS = {
    "milliseconds, Z", "seconds, Z", "seconds, +00:00", "microseconds, +00:00", "microseconds, Z",
    "7 digits, Z",
    "seconds, no zone", "microseconds, no zone", "milliseconds, no zone", "Unix seconds", "Unix milliseconds",
    "HTTP date", "nanoseconds, Z", "milliseconds, +00:00", "seconds, no zone, a space for the T",
    "seconds, +0000",
    "basic, Z",
}  # fmt: skip
_RARE_FORMATS = {
    "seconds, Z, a space for the T", "milliseconds, no zone, a space for the T",
    "microseconds, no zone, a space for the T",
    "microseconds, +00:00, a space for the T", "seconds, +00:00, a space for the T", "7 digits, no zone",
    "7 digits, +00:00",
    "Unix seconds as a float", "Unix nanoseconds", "14 digits", "date as 8 digits", "date only",
    "percent-encoded", "RFC 2822 date",
    "JavaScript Date text", "Ruby time text", "in double quotes", "seconds, lower-case z",
}  # fmt: skip
_COMMON_FORMATS = {"milliseconds, Z", "seconds, Z"}


def _formats(recipe: Recipe) -> Iterable[str]:
    instant = _instant(recipe)
    return renderings(instant) if instant else ()


_FORMAT_RANKS = (
    dict.fromkeys(_RARE_FORMATS, RARE) | dict.fromkeys(_KNOWN_FORMATS, KNOWN) | dict.fromkeys(_COMMON_FORMATS, COMMON)
)


@mistake(
    "timestamp-format-differs",
    "timestamp",
    schemes=FIVE_LINES | DATED,
    parameters=_formats,
    rank=ODD,
    ranks=_FORMAT_RANKS,
)
def format_differs(recipe: Recipe, style: str) -> Recipe | None:
    instant = _instant(recipe)
    return replace(recipe, timestamp=renderings(instant)[style].encode()) if instant else None


def _zones(recipe: Recipe) -> Iterable[str]:
    instant = _instant(recipe)
    if instant is None:
        return
    for offset in offsets():
        yield f"UTC{offset}"
        yield f"UTC{offset}, written"
        if instant.zone not in ("", "Z"):
            yield f"UTC{offset}, marked Z"


_KNOWN_ZONES = {
    f"UTC{offset}": KNOWN
    for offset in (
        "-08:00",
        "-07:00",
        "-06:00",
        "-05:00",
        "-04:00",
        "+01:00",
        "+02:00",
        "+03:00",
        "+05:30",
        "+08:00",
        "+09:00",
    )
} | {f"UTC{offset}, written": ODD for offset in offsets()}
_KNOWN_ZONES |= {f"{zone}, marked Z": rank for zone, rank in _KNOWN_ZONES.items() if "," not in zone}


@mistake(
    "timestamp-in-local-time",
    "timestamp",
    schemes=FIVE_LINES,
    parameters=_zones,
    rank=RARE,
    ranks=_KNOWN_ZONES,
)
def local_time(recipe: Recipe, zone: str) -> Recipe | None:
    instant = _instant(recipe)
    if instant is None:
        return None
    offset, _, end = zone.removeprefix("UTC").partition(", ")
    local = iso(instant.nanoseconds, instant.digits, offset)
    if end != "written":
        local = local.removesuffix(offset) + ("Z" if end else instant.zone)
    return replace(recipe, timestamp=local.replace("T", instant.separator).encode())


def _seconds(recipe: Recipe) -> Iterable[str]:
    return ("-1 s", "+1 s", "-2 s", "+2 s", "-3 s", "+3 s", "-4 s", "+4 s", "-5 s", "+5 s") if _instant(recipe) else ()


@mistake(
    "timestamp-clock-read-twice",
    "timestamp",
    schemes=FIVE_LINES | DATED,
    parameters=_seconds,
    rank=RARE,
    ranks={"-1 s": KNOWN, "+1 s": KNOWN, "-2 s": KNOWN, "+2 s": KNOWN},
)
def read_twice(recipe: Recipe, shift: str) -> Recipe | None:
    instant = _instant(recipe)
    return replace(recipe, timestamp=instant.moved(seconds=int(shift.split()[0])).text().encode()) if instant else None


_APART = 500
"""Milliseconds that two readings of the clock in one program may lie apart."""


@mistake_listed("timestamp-clock-read-twice-by-milliseconds", "timestamp", schemes=FIVE_LINES, rank=ALONE)
def read_twice_milliseconds(recipe: Recipe) -> Iterable[tuple[str, bytes]]:
    instant = _instant(recipe)
    if instant is None or instant.kind != "iso" or instant.digits != 3:
        return
    for shift in range(-_APART, _APART + 1):
        if shift:
            moved = instant.nanoseconds + shift * 1_000_000
            yield f"{shift:+d} ms", iso(moved, 3, instant.zone, instant.separator).encode()


@mistake("timestamp-of-another-day", "timestamp", schemes=FIVE_LINES, parameters=("-1 day", "+1 day"), rank=ALONE)
def another_day(recipe: Recipe, shift: str) -> Recipe | None:
    instant = _instant(recipe)
    if instant is None:
        return None
    return replace(recipe, timestamp=instant.moved(seconds=int(shift.split()[0]) * 86400).text().encode())


@mistake("timestamp-12-hour-clock", "timestamp", schemes=FIVE_LINES)
def twelve_hours(recipe: Recipe, _: str) -> Recipe | None:
    instant = _instant(recipe)
    if instant is None or instant.kind != "iso":
        return None
    hour = instant.nanoseconds // 3_600_000_000_000 % 24
    if 1 <= hour <= 12:
        return None
    return replace(recipe, timestamp=instant.moved(seconds=-43200 if hour else 43200).text().encode())
