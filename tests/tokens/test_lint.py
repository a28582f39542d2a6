"""Registration tokens break exactly the rules that they should."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinch_auth import knowledge, tokens
from sinch_auth.schema import Mistake

DATA: dict[str, Any] = json.loads((Path(__file__).parents[1] / "data/vectors/rtc-jwt.json").read_text(encoding="utf-8"))
TOKENS = [*DATA["positive"], *DATA["negative"]]
KEY, SECRET, USER = (DATA["defaultContext"][name] for name in ("applicationKey", "applicationSecret", "userId"))
NOW = datetime(2018, 2, 1, 3, 4, 5, tzinfo=UTC)
IAT = int(NOW.timestamp())
DAY = "20180201"
ISSUER = f"//rtc.sinch.com/applications/{KEY}"
NONCE = "6b438bda-2d5c-4e8c-92b0-39f20a94b34e"


def _context(vector: dict[str, Any]) -> tokens.Context:
    more = vector.get("context", {})

    def value(name: str) -> Any:
        return more.get(name, vector.get(name, DATA["defaultContext"].get(name)))

    return tokens.Context(
        application_key=value("applicationKey"),
        user_id=value("userId"),
        now=datetime.fromisoformat(vector["now"]),
        application_secret=value("applicationSecret"),
        seen_nonces=frozenset(more.get("seenNonces", ())),
        had_instance_expiry=bool(more.get("previousTokenHadInstanceExp")),
    )


@pytest.mark.parametrize("vector", TOKENS, ids=lambda v: v["id"])
def test_token_breaks_exactly_these_rules(vector: dict[str, Any]) -> None:
    """A good token breaks none, a bad one those it was made for."""
    found = tokens.lint(vector["token"], _context(vector))
    assert [finding.rule for finding in found] == sorted(vector["expectedFindings"])


@pytest.mark.parametrize("vector", [v for v in TOKENS if "diagnosis" in v], ids=lambda v: v["id"])
def test_wrong_derivation_is_named(vector: dict[str, Any]) -> None:
    """A wrong signature is named by its derivation; a secret of another kind is only another secret."""
    (finding,) = tokens.lint(vector["token"], _context(vector))
    expected = "wrong-secret" if vector["diagnosis"] == "key-secret-mixup" else vector["diagnosis"]
    assert finding.mistakes == (expected,)


@pytest.mark.parametrize("vector", DATA["signingKeys"], ids=lambda v: v["date"] + v["applicationSecret"][:2])
def test_key_of_a_day(vector: dict[str, Any]) -> None:
    """The derived key is the published or recomputed one."""
    secret = base64.b64decode(vector["applicationSecret"])
    assert tokens.derived_key(secret, vector["date"]).hex() == vector["signingKeyHex"]


# -- tokens made here, by other means than the package's own --------------------------------------------------


def _part(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _key(day: str = DAY) -> bytes:
    return hmac.new(base64.b64decode(SECRET), day.encode(), hashlib.sha256).digest()


def _token(
    header: dict[str, Any] | None = None,
    claims: dict[str, Any] | None = None,
    key: bytes | None = None,
    without: tuple[str, ...] = (),
) -> str:
    head = {"alg": "HS256", "kid": f"hkdfv1-{DAY}"} | (header or {})
    body = {"iss": ISSUER, "sub": f"{ISSUER}/users/{USER}", "iat": IAT, "exp": IAT + 600, "nonce": NONCE} | (
        claims or {}
    )
    parts = [_part(json.dumps({k: v for k, v in value.items() if k not in without}).encode()) for value in (head, body)]
    text = ".".join(parts)
    signature = hmac.new(key if key is not None else _key(), text.encode(), hashlib.sha256).digest()
    return f"{text}.{_part(signature)}"


def _rules(token: str, **context: Any) -> list[str]:
    given = {"application_key": KEY, "user_id": USER, "now": NOW, "application_secret": SECRET} | context
    return [finding.rule.removeprefix("RTC-JWT-") for finding in tokens.lint(token, tokens.Context(**given))]


MINE: dict[str, tuple[Callable[[], str], list[str], dict[str, Any]]] = {
    "good": (lambda: _token(), [], {}),
    "empty": (lambda: "", ["001"], {}),
    "five parts": (lambda: "a.b.c.d.e", ["001"], {}),
    "line break around": (lambda: _token() + "\n", ["002"], {}),
    "Bearer before": (lambda: "Bearer " + _token(), ["002"], {}),
    "padded": (lambda: _token() + "=", ["003"], {}),
    "payload is a list": (lambda: ".".join((_part(b'{"alg":"HS256","kid":"hkdfv1-20180201"}'), _part(b"[]"), _part(bytes(32)))), ["004", "060"], {}),
    "no signature": (lambda: _token().rpartition(".")[0] + ".", ["005"], {}),
    "hex signature": (lambda: _token().rpartition(".")[0] + "." + "ab" * 32, ["005"], {}),
    "alg none": (lambda: _token({"alg": "none"}).rpartition(".")[0] + ".", ["005", "010"], {}),
    "HS512 in the header": (lambda: _token({"alg": "HS512"}), ["010"], {}),
    "no kid": (lambda: _token(without=("kid",)), ["011"], {}),
    "kid is a date": (lambda: _token({"kid": DAY}), ["012"], {}),
    "kid of another version": (lambda: _token({"kid": f"hkdfv2-{DAY}"}), ["012"], {}),
    "kid has nine digits": (lambda: _token({"kid": f"hkdfv1-{DAY}0"}), ["012"], {}),
    "kid is a number": (lambda: _token({"kid": 20180201}), ["012"], {}),
    "no such date": (lambda: _token({"kid": "hkdfv1-20181332"}, key=_key("20181332")), ["013"], {}),
    "local day": (lambda: _token({"kid": "hkdfv1-20180131"}, key=_key("20180131")), ["014", "015"], {}),
    "yesterday's": (lambda: _token(), ["015", "036"], {"now": NOW + timedelta(days=1)}),
    "typ other": (lambda: _token({"typ": "JOSE"}), ["016"], {}),
    "iss is the key": (lambda: _token(claims={"iss": KEY}), ["020"], {}),
    "iss with https": (lambda: _token(claims={"iss": "https:" + ISSUER}), ["020"], {}),
    "no iss": (lambda: _token(without=("iss",)), ["020"], {}),
    "sub is the application": (lambda: _token(claims={"sub": ISSUER}), ["021"], {}),
    "upper-case key": (lambda: _token(claims={"iss": ISSUER.replace(KEY, KEY.upper()), "sub": f"{ISSUER.replace(KEY, KEY.upper())}/users/foo"}), ["023"], {}),
    "another application": (lambda: _token(), ["024"], {"application_key": "00000000-0000-4000-8000-000000000000"}),
    "letter case of the user": (lambda: _token(), ["025"], {"user_id": "Foo"}),
    "user with a dot": (lambda: _token(claims={"sub": f"{ISSUER}/users/a.b"}), ["026"], {"user_id": "a.b"}),
    "iat a fraction": (lambda: _token(claims={"iat": IAT + 0.5}), ["031"], {}),
    "exp a text": (lambda: _token(claims={"exp": str(IAT + 600)}), ["031"], {}),
    "iat true": (lambda: _token(claims={"iat": True}), ["031"], {}),
    "exp is iat": (lambda: _token(claims={"exp": IAT}), ["034"], {}),
    "exp before iat, long ago": (lambda: _token(claims={"exp": IAT - 5}), ["034"], {}),
    "59 seconds": (lambda: _token(claims={"exp": IAT + 59}), ["035"], {}),
    "60 seconds": (lambda: _token(claims={"exp": IAT + 60}), [], {}),
    "expired": (lambda: _token(), ["036"], {"now": NOW + timedelta(seconds=600)}),
    "nearly expired": (lambda: _token(), [], {"now": NOW + timedelta(seconds=599)}),
    "clock ahead": (lambda: _token(), ["037"], {"now": NOW - timedelta(seconds=61)}),
    "clock a little ahead": (lambda: _token(), [], {"now": NOW - timedelta(seconds=60)}),
    "a day": (lambda: _token(claims={"exp": IAT + 86400}), [], {}),
    "more than a day": (lambda: _token(claims={"exp": IAT + 86401}), ["038"], {}),
    "no nonce": (lambda: _token(without=("nonce",)), ["040"], {}),
    "nonce a number": (lambda: _token(claims={"nonce": 4}), ["040"], {}),
    "nonce seen": (lambda: _token(), ["041"], {"seen_nonces": frozenset({NONCE})}),
    "short nonce": (lambda: _token(claims={"nonce": "123456789012345"}), ["042"], {}),
    "instance a text": (lambda: _token(claims={"sinch:rtc:instance:exp": "x"}), ["050"], {}),
    "instance a second short": (lambda: _token(claims={"sinch:rtc:instance:exp": IAT + 172799}), ["051"], {}),
    "instance 48 h": (lambda: _token(claims={"sinch:rtc:instance:exp": IAT + 172800}), [], {}),
    "instance dropped": (lambda: _token(), ["052"], {"had_instance_expiry": True}),
    "instance with underscores": (lambda: _token(claims={"sinch_rtc_instance_exp": IAT + 172800}), ["053"], {}),
    "instance expiry": (lambda: _token(claims={"sinch:rtc:instance:expiry": IAT + 172800}), ["053"], {}),
    "instance, other prefix": (lambda: _token(claims={"rtc:instance:exp": IAT + 172800}), ["053"], {}),
    "notes": (lambda: _token(), ["054"], {"notes": True}),
    "project secret": (lambda: _token(), ["062"], {"application_secret": "aB3~cd.Ef_gh~IjKlMnOpQrS"}),
    "RS256": (lambda: _token({"alg": "RS256"}), ["070"], {}),
    "iss auth.sinch.com": (lambda: _token(claims={"iss": "https://auth.sinch.com/"}), ["070"], {}),
    "push assertion": (lambda: _token({"sinch:rtc:application_key": KEY}), ["073"], {}),
}  # fmt: skip


@pytest.mark.parametrize("name", MINE)
def test_my_token_breaks_exactly_these_rules(name: str) -> None:
    """One rule at a time, with its border."""
    make, expected, context = MINE[name]
    assert _rules(make(), **context) == expected


_RAW = base64.b64decode(SECRET)


def _hkdf(salt: bytes, info: bytes) -> bytes:
    extracted = hmac.new(salt or bytes(32), _RAW, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


DERIVATIONS: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "jwt.sign(payload, secret)": (SECRET.encode(), ("secret-text-direct",)),
    "Buffer.from(secret, 'base64')": (_RAW, ("secret-bytes-direct",)),
    "secret not decoded": (_mac(SECRET.encode(), DAY.encode()), ("secret-not-decoded",)),
    "arguments swapped": (_mac(DAY.encode(), _RAW), ("hmac-args-swapped-bytes",)),
    "arguments swapped, text": (_mac(DAY.encode(), SECRET.encode()), ("hmac-args-swapped-text",)),
    "hex digest": (_key().hex().encode(), ("hex-key",)),
    "base64 digest": (base64.b64encode(_key()), ("base64-key",)),
    "kid": (_mac(_RAW, f"hkdfv1-{DAY}".encode()), ("kid-as-message",)),
    "dashes": (_mac(_RAW, b"2018-02-01"), ("dashed-date",)),
    "day first": (_mac(_RAW, b"20180102"), ("date-in-other-order",)),
    "next day": (_key("20180202"), ("date-of-neighbouring-day",)),
    "day of the year": (_key("20180232"), ("date-from-wrong-pattern",)),
    "Arabic digits": (_mac(_RAW, "٢٠١٨٠٢٠١".encode()), ("date-in-local-digits",)),
    "Persian digits": (_mac(_RAW, "۲۰۱۸۰۲۰۱".encode()), ("date-in-local-digits",)),
    "Thai calendar": (_key("25610201"), ("date-in-other-calendar",)),
    "real HKDF, info": (_hkdf(b"", DAY.encode()), ("rfc5869-date-info",)),
    "real HKDF, salt": (_hkdf(DAY.encode(), b""), ("rfc5869-date-salt",)),
    "invented label": (_hkdf(DAY.encode(), b"sinch-rtc"), ("invented-label",)),
    "not decoded, then hex": (_mac(SECRET.encode(), DAY.encode()).hex().encode(), ("secret-not-decoded", "hex-key")),
    "no secret": (_mac(b"", DAY.encode()), ("secret-empty",)),
    "another secret": (_mac(b"0123456789abcdef", DAY.encode()), ("wrong-secret",)),
}


@pytest.mark.parametrize("name", DERIVATIONS)
def test_derivation_is_named(name: str) -> None:
    """The wrong derivation behind a signature, by its name."""
    key, expected = DERIVATIONS[name]
    context = tokens.Context(KEY, USER, NOW, SECRET)
    (finding,) = tokens.lint(_token(key=key), context)
    assert (finding.rule, finding.mistakes) == ("RTC-JWT-060", expected)


def test_every_rule_has_its_text(base: knowledge.Knowledge) -> None:
    """Message and fix of each rule are in the knowledge base, in both languages."""
    for rule in tokens.RULES:
        english, chinese = (base.entry("mistake", rule, Mistake, locale) for locale in ("en", "zh-CN"))
        assert english.what != chinese.what, rule
        assert english.cure != chinese.cure, rule


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200) | st.builds(lambda a, b, c: f"{a}.{b}.{c}", *[st.binary(max_size=60).map(_part)] * 3))
def test_any_text_is_linted(text: str) -> None:
    """Whatever is given, findings come back and nothing is raised."""
    found = tokens.lint(text, tokens.Context(KEY, USER, NOW, SECRET))
    assert {finding.rule for finding in found} <= set(tokens.RULES)
    tokens.inspect(text)


_USERS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=", min_size=1, max_size=255)


@settings(max_examples=200, deadline=None)
@given(
    user=_USERS,
    secret=st.binary(min_size=16, max_size=16),
    seconds=st.integers(1_500_000_000, 2_000_000_000),
    ttl=st.integers(60, 86400),
    instance=st.none() | st.integers(172_800, 10**8),
)
def test_minted_token_breaks_no_rule(user: str, secret: bytes, seconds: int, ttl: int, instance: int | None) -> None:
    """What `mint` makes passes every rule, for any user, secret, time and lifetime."""
    text, now = base64.b64encode(secret).decode(), datetime.fromtimestamp(seconds, UTC)
    minted = tokens.mint(KEY, text, user, now=now, nonce=NONCE, ttl=ttl, instance_ttl=instance)
    assert tokens.lint(minted.token, tokens.Context(KEY, user, now, text)) == ()
    assert tokens.inspect(minted.token).kind == "registration-token"
