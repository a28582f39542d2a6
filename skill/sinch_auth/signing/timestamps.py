"""Timestamps as people write them: read any, render in every other style."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import quote

_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?P<sep>[T ])(\d\d):(\d\d):(\d\d)(?:\.(?P<fraction>\d{1,9}))?"
    r"(?P<zone>[Zz]|[+-]\d\d:?\d\d)?",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Instant:
    """Nanoseconds since the epoch, and how the text wrote them."""

    nanoseconds: int
    digits: int = 0
    zone: str = "Z"
    separator: str = "T"
    kind: str = "iso"

    @property
    def seconds(self) -> float:
        """Seconds since the epoch."""
        return self.nanoseconds / 1e9

    def moved(self, *, seconds: float = 0, milliseconds: int = 0) -> Instant:
        """The instant some time later, written in the same way."""
        shift = round(seconds * 1_000_000_000) + milliseconds * 1_000_000
        return Instant(self.nanoseconds + shift, self.digits, self.zone, self.separator, self.kind)

    def text(self) -> str:
        """The instant in its own style."""
        if self.kind == "seconds":
            return str(self.nanoseconds // 1_000_000_000)
        if self.kind == "milliseconds":
            return str(self.nanoseconds // 1_000_000)
        return iso(self.nanoseconds, self.digits, self.zone, self.separator)


@lru_cache(maxsize=64)
def read_timestamp(text: str) -> Instant | None:
    """The instant behind an ISO 8601 text or a number of seconds or milliseconds; None for anything else.

    A text without a zone is taken for UTC, with `zone` empty.

    >>> read_timestamp("2014-06-04T13:41:58.5Z").seconds
    1401889318.5
    """
    text = text.strip()
    if re.fullmatch(r"\d{9,11}", text, re.ASCII):
        return Instant(int(text) * 1_000_000_000, kind="seconds")
    if re.fullmatch(r"\d{12,14}", text, re.ASCII):
        return Instant(int(text) * 1_000_000, kind="milliseconds")
    match = _ISO.fullmatch(text)
    if not match:
        return None
    try:
        year, month, day, hour, minute, second = (int(match[n]) for n in (1, 2, 3, 5, 6, 7))
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    zone = match["zone"] or ""
    if zone[:1] in ("+", "-"):
        hours, minutes = int(zone[1:3]), int(zone[-2:])
        offset = timedelta(hours=hours, minutes=minutes)
        moment -= offset if zone[0] == "+" else -offset
    fraction = match["fraction"] or ""
    nanoseconds = (moment - _EPOCH) // timedelta(microseconds=1) * 1000 + int(fraction.ljust(9, "0") or 0)
    return Instant(nanoseconds, len(fraction), zone, match["sep"])


def _moment(nanoseconds: int) -> datetime:
    return _EPOCH + timedelta(seconds=nanoseconds // 1_000_000_000)


def iso(nanoseconds: int, digits: int, zone: str, separator: str = "T") -> str:
    """ISO 8601 with `digits` of fraction, cut and not rounded, in the offset that `zone` names."""
    shift = _offset(zone)
    fraction = f".{nanoseconds % 1_000_000_000:09d}"[: digits + 1] if digits else ""
    return f"{_to_seconds(nanoseconds // 1_000_000_000 + shift, separator)}{fraction}{zone}"


@lru_cache(maxsize=256)
def _offset(zone: str) -> int:
    """Seconds that a zone is ahead of UTC."""
    if not re.fullmatch(r"[+-]\d\d:?\d\d", zone):
        return 0
    return (int(zone[1:3]) * 60 + int(zone[-2:])) * (60 if zone[0] == "+" else -60)


@lru_cache(maxsize=256)
def _to_seconds(seconds: int, separator: str) -> str:
    moment = _EPOCH + timedelta(seconds=seconds)
    return f"{moment:%Y-%m-%d}{separator}{moment:%H:%M:%S}"


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@lru_cache(maxsize=64)
def renderings(instant: Instant) -> dict[str, str]:
    """The same instant in every other style, by the name of the style."""
    ns = instant.nanoseconds
    moment = _moment(ns)
    seconds = ns // 1_000_000_000
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    clock = f"{moment:%H:%M:%S}"
    styles: dict[str, str] = {}
    for digits, unit in (
        (0, "seconds"),
        (3, "milliseconds"),
        (6, "microseconds"),
        (7, "7 digits"),
        (9, "nanoseconds"),
    ):
        for zone, words in (("Z", "Z"), ("+00:00", "+00:00"), ("+0000", "+0000"), ("", "no zone")):
            styles[f"{unit}, {words}"] = iso(ns, digits, zone)
            styles[f"{unit}, {words}, a space for the T"] = iso(ns, digits, zone, " ")
    for digits in (1, 2, 4, 5, 8):
        styles[f"{digits} digits, Z"] = iso(ns, digits, "Z")
    styles |= {
        "seconds, lower-case z": iso(ns, 0, "z"),
        "seconds, lower-case t and z": iso(ns, 0, "z", "t"),
        "minutes, Z": f"{moment:%Y-%m-%dT%H:%M}Z",
        "date only": f"{moment:%Y-%m-%d}",
        "date as 8 digits": f"{moment:%Y%m%d}",
        "basic, Z": f"{moment:%Y%m%dT%H%M%S}Z",
        "basic, no zone": f"{moment:%Y%m%dT%H%M%S}",
        "14 digits": f"{moment:%Y%m%d%H%M%S}",
        "Unix seconds": str(seconds),
        "Unix milliseconds": str(ns // 1_000_000),
        "Unix microseconds": str(ns // 1000),
        "Unix nanoseconds": str(ns),
        "Unix seconds as a float": repr(ns / 1e9),
        "Unix seconds with milliseconds": f"{seconds}.{ns % 1_000_000_000 // 1_000_000:03d}",
        "Unix milliseconds as a float": f"{ns // 1_000_000}.0",
        "Unix minutes": str(seconds // 60),
        "HTTP date": f"{day}, {moment:%d} {month} {moment:%Y} {clock} GMT",
        "HTTP date, UTC": f"{day}, {moment:%d} {month} {moment:%Y} {clock} UTC",
        "RFC 2822 date": f"{day}, {moment:%d} {month} {moment:%Y} {clock} +0000",
        "RFC 2822 date, -0000": f"{day}, {moment:%d} {month} {moment:%Y} {clock} -0000",
        "JavaScript Date text": f"{day} {month} {moment:%d} {moment:%Y} {clock} GMT+0000 (Coordinated Universal Time)",
        "Go time text": f"{moment:%Y-%m-%d} {clock} +0000 UTC",
        "Ruby time text": f"{moment:%Y-%m-%d} {clock} UTC",
        "C time text": f"{day} {month} {moment.day:2d} {clock} {moment:%Y}",
        "Java Date text": f"{day} {month} {moment:%d} {clock} UTC {moment:%Y}",
        ".NET invariant text": f"{moment:%m/%d/%Y} {clock}",
        ".NET en-US text": f"{moment.month}/{moment.day}/{moment.year} {moment.hour % 12 or 12}:{moment:%M:%S %p}",
        "percent-encoded": quote(instant.text(), safe=""),
        "lower-case percent-encoded": quote(instant.text(), safe="").replace("%3A", "%3a"),
        "in double quotes": f'"{instant.text()}"',
        "in single quotes": f"'{instant.text()}'",
        "seconds, [UTC]": f"{iso(ns, 0, 'Z')}[UTC]",
    }
    return styles


_PARTIAL = (
    "-09:30",
    "-03:30",
    "-02:30",
    "+03:30",
    "+04:30",
    "+05:30",
    "+05:45",
    "+06:30",
    "+08:45",
    "+09:30",
    "+10:30",
    "+12:45",
)


def offsets() -> tuple[str, ...]:
    """Every UTC offset in use where people live, as `+05:30`, without zero."""
    whole = [f"{'+' if hour > 0 else '-'}{abs(hour):02d}:00" for hour in range(-11, 15) if hour]
    return (*whole, *_PARTIAL)
