"""Lints registration tokens: every RTC-JWT rule by its id (in-app-calling.md §9)."""

from __future__ import annotations

import difflib
import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sinch_auth.tokens.derivation import decode_secret, derived_key, plain, wrong_derivations
from sinch_auth.tokens.jwt import Jws, parse
from sinch_auth.tokens.kinds import is_access_token, is_push_assertion, is_user_ticket
from sinch_auth.tokens.mint import INSTANCE_EXPIRY, USER_ID

_ERRORS = (
    "001 002 003 004 005 010 011 012 013 014 015 020 021 022 024 025 026 027 030 031 032 033 034 035 036 040 050 051"
    " 052 060 070 072 073"
)
_WARNINGS = "023 037 038 041 042 053 062"
_NOTES = "016 054"
RULES: Mapping[str, str] = {
    f"RTC-JWT-{number}": severity
    for severity, numbers in (("error", _ERRORS), ("warning", _WARNINGS), ("info", _NOTES))
    for number in numbers.split()
}
"""Rule id -> severity."""

LEEWAY = 60
"""Seconds that iat may be ahead of our clock: our own choice, the platform publishes none."""

_UUID = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_ISSUER = re.compile(rf"//rtc\.sinch\.com/applications/(?P<key>{_UUID})", re.ASCII)
_SUBJECT = re.compile(rf"//rtc\.sinch\.com/applications/(?P<key>{_UUID})/users/(?P<user>.+)", re.ASCII | re.DOTALL)
_KID = re.compile(r"hkdfv1-([0-9]{8})", re.ASCII)
_MILLISECONDS = 1e11


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside the token; a rule that needs what is None is not checked.

    `application_secret` never appears in a finding.
    """

    application_key: str | None = None
    user_id: str | None = None
    now: datetime | None = None
    application_secret: str | None = None
    seen_nonces: frozenset[str] = frozenset()
    had_instance_expiry: bool = False
    notes: bool = False

    def __repr__(self) -> str:
        return f"Context(application_key={self.application_key!r}, user_id={self.user_id!r}, now={self.now!r})"


@dataclass(frozen=True, slots=True)
class TokenFinding:
    """One rule broken. `detail` gives the values at fault; `mistakes` names a wrong derivation, for RTC-JWT-060."""

    rule: str
    severity: str
    detail: str = ""
    mistakes: tuple[str, ...] = ()


def lint(token: str, context: Context | None = None) -> tuple[TokenFinding, ...]:
    """Every rule that `token` breaks, by rule id, each once.

    >>> [finding.rule for finding in lint("a.b")]
    ['RTC-JWT-001']
    """
    found: dict[str, TokenFinding] = {}
    for rule, detail, mistakes in _findings(token, context or Context()):
        found.setdefault(rule, TokenFinding(rule, RULES[rule], detail, mistakes))
    return tuple(found[rule] for rule in sorted(found))


_Raw = tuple[str, str, tuple[str, ...]]


def _raw(number: str, detail: str = "", mistakes: tuple[str, ...] = ()) -> _Raw:
    return f"RTC-JWT-{number}", detail, mistakes


def _findings(token: str, context: Context) -> Iterator[_Raw]:
    if wrapped := _wrapping(token):
        yield _raw("002", wrapped)
        return
    if is_user_ticket(token):
        yield _raw("072")
        return
    jws = parse(token)
    if jws is None:
        yield _raw("001", f"{len(token.split('.')) if token else 0} parts")
        return
    if jws.header is not None and jws.claims is not None:
        if is_push_assertion(jws.header, jws.claims):
            yield _raw("073")
            return
        if is_access_token(jws.header, jws.claims):
            yield _raw("070")
            return
    if not jws.clean:
        yield _raw("003")
    if jws.clean and (jws.header is None or jws.claims is None):
        yield _raw("004", "header" if jws.header is None else "payload")
    if (jws.signature is None or len(jws.signature) != 32) and (jws.clean or jws.signature is not None):
        yield _raw("005", f"{len(jws.signature or b'')} bytes")
    if context.application_secret is not None:
        yield from _secret(context.application_secret)
    day = None
    if jws.header is not None:
        day = yield from _header(jws.header)
    claims = jws.claims or {}
    if jws.claims is not None:
        issued = yield from _times(claims, context.now)
        yield from _day(day, issued, context.now)
        yield from _names(claims, context)
        yield from _nonce(claims, context)
        yield from _instance(claims, issued, context)
    yield from _signature(jws, context)


def _wrapping(token: str) -> str:
    stripped = token.strip()
    if not stripped:
        return ""
    if stripped != token:
        return "white space around"
    if stripped[0] in "\"'`" or stripped[-1] in "\"'`":
        return "quotes around"
    if stripped[0] in "{[":
        return "JSON around"
    if re.match(r"(?i)(authorization\s*:\s*)?bearer\b", stripped):
        return "Bearer before"
    return ""


def _header(header: Mapping[str, Any]) -> Any:
    """Yields findings; returns the date of the key id where it is one."""
    if header.get("alg") != "HS256":
        yield _raw("010", f"alg is {header.get('alg')!r}"[:60])
    if "type" in header or header.get("typ", "JWT") != "JWT":
        yield _raw("016", "type" if "type" in header else f"typ is {header.get('typ')!r}"[:60])
    kid = header.get("kid")
    if kid is None:
        yield _raw("011")
        return None
    match = _KID.fullmatch(kid) if isinstance(kid, str) else None
    if not match:
        yield _raw("012", f"kid is {kid!r}"[:80])
        return None
    try:
        return date(int(match[1][:4]), int(match[1][4:6]), int(match[1][6:]))
    except ValueError:
        yield _raw("013", match[1])
        return None


def _times(claims: Mapping[str, Any], now: datetime | None) -> Any:
    """Yields findings; returns iat where it is usable."""
    usable: dict[str, int | None] = {}
    for name, missing in (("iat", "030"), ("exp", "033")):
        value = claims.get(name)
        usable[name] = None
        if value is None:
            yield _raw(missing)
        elif isinstance(value, bool) or not isinstance(value, int):
            yield _raw("031", f"{name} is {value!r}"[:60])
        elif value >= _MILLISECONDS:
            yield _raw("032", f"{name} is {value}"[:60])
        else:
            usable[name] = value
    issued, expires = usable["iat"], usable["exp"]
    ended = False
    if issued is not None and expires is not None:
        lifetime = expires - issued
        if lifetime <= 0:
            ended = True
            yield _raw("034", f"exp - iat is {lifetime}")
        elif lifetime < 60:
            yield _raw("035", f"exp - iat is {lifetime}")
        elif lifetime > 86400:
            yield _raw("038", f"exp - iat is {lifetime}")
    if now is not None:
        if expires is not None and not ended and now.timestamp() >= expires:
            yield _raw("036", f"{now.timestamp() - expires:.0f} s ago")
        if issued is not None and issued - now.timestamp() > LEEWAY:
            yield _raw("037", f"{issued - now.timestamp():.0f} s ahead")
    return issued


def _day(day: date | None, issued: int | None, now: datetime | None) -> Iterator[_Raw]:
    if day is None:
        return
    if issued is not None and (minted := _utc_day(issued)) and minted != day:
        yield _raw("014", f"kid {day:%Y%m%d}, iat {minted:%Y%m%d}")
    if now is not None and (today := now.astimezone(UTC).date()) != day:
        yield _raw("015", f"kid {day:%Y%m%d}, today {today:%Y%m%d}")


def _utc_day(seconds: int) -> date | None:
    try:
        return datetime.fromtimestamp(seconds, UTC).date()
    except (ValueError, OverflowError, OSError):
        return None


def _names(claims: Mapping[str, Any], context: Context) -> Iterator[_Raw]:
    issuer = _ISSUER.fullmatch(_string(claims.get("iss")))
    subject = _SUBJECT.fullmatch(_string(claims.get("sub")))
    if not issuer:
        yield _raw("020", f"iss is {claims.get('iss')!r}"[:160])
    if not subject:
        yield _raw("021", f"sub is {claims.get('sub')!r}"[:160])
    if issuer and subject and issuer["key"].lower() != subject["key"].lower():
        yield _raw("022")
    keys = [match["key"] for match in (issuer, subject) if match]
    if any(key != key.lower() for key in keys):
        yield _raw("023", next(key for key in keys if key != key.lower()))
    if keys and context.application_key and keys[0].lower() != context.application_key.strip().lower():
        yield _raw("024", f"token {keys[0]}, client {context.application_key}"[:160])
    if subject:
        user = subject["user"]
        if context.user_id is not None and user != context.user_id:
            yield _raw("025", f"token {user[:80]!r}, client {context.user_id[:80]!r}")
        if not USER_ID.fullmatch(user):
            wrong = sorted({char for char in user if not USER_ID.fullmatch(char)})
            yield _raw("026", " ".join(map(repr, wrong[:8])))
        if len(user.encode("utf-8", "surrogatepass")) > 255:
            yield _raw("027", f"{len(user.encode('utf-8', 'surrogatepass'))} bytes")


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""


def _nonce(claims: Mapping[str, Any], context: Context) -> Iterator[_Raw]:
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not nonce:
        yield _raw("040")
        return
    if nonce in context.seen_nonces:
        yield _raw("041")
    if len(nonce) < 16:
        yield _raw("042", f"{len(nonce)} characters")


def _instance(claims: Mapping[str, Any], issued: int | None, context: Context) -> Iterator[_Raw]:
    misspelt = [name for name in claims if name != INSTANCE_EXPIRY and _resembles(name)]
    if misspelt:
        yield _raw("053", misspelt[0][:80])
    value = claims.get(INSTANCE_EXPIRY)
    if value is None:
        if context.had_instance_expiry:
            yield _raw("052")
        if context.notes:
            yield _raw("054")
    elif isinstance(value, bool) or not isinstance(value, int) or value >= _MILLISECONDS:
        yield _raw("050", f"{value!r}"[:60])
    elif issued is not None and value - issued < 48 * 3600:
        yield _raw("051", f"{(value - issued) / 3600:.1f} h")


def _resembles(name: str) -> bool:
    squeezed = re.sub(r"[^a-z]", "", name.lower())
    wanted = "sinchrtcinstanceexp"
    if squeezed == wanted or squeezed in ("rtcinstanceexp", "instanceexp", "sinchinstanceexp", "sinchrtcexp"):
        return True
    return ("instance" in squeezed and difflib.SequenceMatcher(None, squeezed, wanted).ratio() > 0.6) or (
        difflib.SequenceMatcher(None, squeezed, wanted).ratio() > 0.85
    )


def _secret(secret: str) -> Iterator[_Raw]:
    decoded = decode_secret(secret)
    if decoded is None or len(decoded) != 16:
        yield _raw("062", "not base64" if decoded is None else f"{len(decoded)} bytes")


def _signature(jws: Jws, context: Context) -> Iterator[_Raw]:
    if context.application_secret is None or jws.header is None or jws.signature is None:
        return
    kid = jws.header.get("kid")
    match = _KID.fullmatch(kid) if isinstance(kid, str) else None
    secret = decode_secret(context.application_secret)
    if not match or jws.header.get("alg") != "HS256" or len(jws.signature) != 32 or secret is None:
        return
    right = hmac.digest(derived_key(secret, match[1]), jws.signing_input, "sha256")
    if hmac.compare_digest(right, jws.signature):
        return
    issued = (jws.claims or {}).get("iat")
    names = wrong_derivations(
        jws.signing_input,
        jws.signature,
        context.application_secret,
        match[1],
        issued=issued if isinstance(issued, int) else None,
    )
    yield _raw("060", ", ".join(names), tuple(plain(name) for name in names) or ("wrong-secret",))
