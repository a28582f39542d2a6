"""Laws of the named mistakes: each has its text, none is reported for nothing, none hides behind another."""

from __future__ import annotations

import ast
import contextlib
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from slips import SLIPS, Sample, Slip, signed

import sinch_auth
from sinch_auth import knowledge, signing, tokens
from sinch_auth.errors import UsageError
from sinch_auth.schema import Mistake
from sinch_auth.signing import Request
from sinch_auth.signing.mistakes import all_mistakes, mistakes_for
from sinch_auth.signing.schemes import recipe_for
from sinch_auth.signing.search import apply, search
from sinch_auth.tokens.derivation import derivation_names
from sinch_auth.webhooks import UNSIGNED, WITHOUT_SIGNATURE

ROOT = Path(__file__).parents[2]
PACKAGE = Path(sinch_auth.__file__).parent


# -- texts ------------------------------------------------------------------------------------------------


def _named_in_code() -> Iterator[str]:
    """The ids that the code gives to findings and to mistakes that no search finds."""
    for path in (*PACKAGE.glob("signing/*.py"), *PACKAGE.glob("webhooks/*.py"), *PACKAGE.glob("surfaces/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Finding", "Named"):
                for inner in ast.walk(node.args[0]):
                    if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and "-" in inner.value:
                        yield inner.value


def _ids() -> set[str]:
    found = {mistake.id for mistake in all_mistakes()} | derivation_names() | set(tokens.RULES) | {"wrong-secret"}
    named = set(_named_in_code()) - {"no-signature-"} | {
        f"no-signature-{name}" for name in (*WITHOUT_SIGNATURE, UNSIGNED)
    }
    # `_age` chooses its id in a variable.
    return found | named | {"timestamp-stale", "timestamp-late"}


def test_every_mistake_has_a_text(base: knowledge.Knowledge) -> None:
    """No mistake, finding or rule is without its text in the knowledge base."""
    assert sorted(_ids() - set(base.ids("mistake"))) == []


def test_every_text_has_a_mistake(base: knowledge.Knowledge) -> None:
    """No text of the knowledge base is about a mistake that nothing reports."""
    assert sorted(set(base.ids("mistake")) - _ids()) == []


def test_every_text_is_translated(base: knowledge.Knowledge) -> None:
    """What, why and cure of each mistake exist in Chinese."""
    for id in base.ids("mistake"):
        english, chinese = (base.entry("mistake", id, Mistake, locale) for locale in ("en", "zh-CN"))
        for name in ("what", "why", "cure"):
            assert getattr(english, name) != getattr(chinese, name), (id, name)


def test_a_text_is_one_clause(base: knowledge.Knowledge) -> None:
    """A text fits into a sentence: it starts small and ends without a stop."""
    for id in base.ids("mistake"):
        entry = base.entry("mistake", id, Mistake)
        for text in (entry.what, entry.why, entry.cure):
            assert not text.endswith("."), (id, text)


# -- laws -------------------------------------------------------------------------------------------------

KEYS = ("5F5C418A0F914BBC8234A9BF5EDDAD97", "669E367E-6BBA-48AB-AF15-266871C28135")
SECRETS = (
    "JViE5vDor0Sw3WllZka15Q==",
    "BeIukql3pTKJ8RGL5zo0DA==",
    "ax8hTTQJF0OPXL32r1LHMA==",
    "oYdgGRXoxEuJhGDY2KQ/HQ==",
)
BODIES = (
    b'{"message":"Hello world"}',
    '{"identity": {"type": "number", "endpoint": "+46700000000"}, "custom": "Hej då/☎", "x": null}'.encode(),
    b"",
    b'{\n  "b": 1.50,\n  "a": [1, 2, {"c": null}]\n}\n',
    b"to=%2B46&text=hi",
    '[{"z":"é"},{"a":"/"}]'.encode(),
)
TARGETS = (
    ("calling.api.sinch.com", "/calling/v1/callouts", ""),
    ("verification.api.sinch.com", "/verification/v1/verifications/number/+46700000000", ""),
    ("example.com", "/Sinch/callback/ace", "a=1&b=2"),
    ("verification.api.sinch.com", "/verification/v1/verifications/number/%2B46700000000", "x=%20y"),
    ("hooks.example.org", "/webhook", ""),
)
TIMES = (
    "2014-06-04T13:41:58Z",
    "2023-11-22T09:10:11.999Z",
    "2024-01-19T09:19:28.9372196Z",
    "2025-03-31T23:30:01.250000+00:00",
)
TYPES = ("application/json", "application/json; charset=utf-8", "application/json;charset=UTF-8", "")


def _build(
    key: str, secret: str, method: str, target: tuple[str, str, str], kind: str, time: str, body: bytes
) -> Sample:
    return Sample(key, secret, method, *target, kind, time, body)


SAMPLES = st.builds(
    _build,
    st.sampled_from(KEYS),
    st.sampled_from(SECRETS),
    st.sampled_from(("POST", "GET", "PUT", "PATCH", "DELETE")),
    st.sampled_from(TARGETS),
    st.sampled_from(TYPES),
    st.sampled_from(TIMES),
    st.sampled_from(BODIES),
)
SAMPLE = _build(KEYS[0], SECRETS[0], "POST", TARGETS[1], TYPES[1], TIMES[1], BODIES[1])


def request_of(sample: Sample, signature: str) -> Request:
    headers = {
        "host": sample.host,
        "x-timestamp": sample.timestamp,
        "authorization": f"Application {sample.key}:{signature}",
    } | ({"content-type": sample.content_type} if sample.content_type else {})
    target = f"{sample.path}?{sample.query}" if sample.query else sample.path
    return Request.of(sample.method, target, headers, sample.body)


def _ids_of(made: signing.Explanation) -> set[str]:
    """Every mistake in the explanation and in those that cannot be told from it."""
    return {named.id for one in (made.mistakes, *made.classes) for named in one}


@settings(max_examples=60, deadline=None)
@given(sample=SAMPLES)
def test_a_right_signature_is_always_a_match(sample: Sample) -> None:
    """The independent client's signature is right, on any request."""
    made = signing.explain("signed-request", request_of(sample, signed(sample)), sample.secret)
    assert (made.verdict, made.mistakes) == ("match", ())


@pytest.mark.parametrize("name", SLIPS)
@settings(max_examples=4, deadline=None)
@given(sample=SAMPLES)
def test_a_wrong_client_is_explained_by_name(name: str, sample: Sample) -> None:
    """One slip of an independent client is reproduced exactly and named; where it changes nothing, all is right."""
    slip = SLIPS[name]
    signature = signed(sample, {slip.hook: slip.does})
    made = signing.explain("signed-request", request_of(sample, signature), sample.secret)
    if signature == signed(sample):
        assert made.verdict == "match"
        return
    assert made.verdict == "mistake"
    assert made.wrong is not None
    assert made.wrong.signature == signature
    assert len(made.mistakes) == 1
    assert made.mistakes[0].id in slip.ids


_USUAL = [(name, slip) for name, slip in SLIPS.items() if slip.common]


@example(sample=SAMPLE, pair=[(name, SLIPS[name]) for name in ("undefined time", "line X-Timestamp:{}")])
@settings(max_examples=30, deadline=None)
@given(
    sample=SAMPLES, pair=st.lists(st.sampled_from(_USUAL), min_size=2, max_size=2, unique_by=lambda one: one[1].hook)
)
def test_two_usual_slips_are_explained(sample: Sample, pair: list[tuple[str, Slip]]) -> None:
    """Two usual slips at once are reproduced exactly, by two mistakes at most."""
    signature = signed(sample, {slip.hook: slip.does for _, slip in pair})
    made = signing.explain("signed-request", request_of(sample, signature), sample.secret)
    if signature == signed(sample):
        assert made.verdict == "match"
        return
    assert made.verdict == "mistake"
    assert made.wrong is not None
    assert made.wrong.signature == signature
    assert len(made.mistakes) <= 2


_FREQUENT = ("Node createHmac('sha256', secret)", "MD5 hexdigest", "full URL", "lower-case verb", "CryptoJS .toString()",
             "line X-Timestamp:{}", "System.lineSeparator() on Windows", "type application/json")  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_three_frequent_slips_are_explained(seed: int) -> None:
    """Three of the most frequent slips at once are reproduced exactly."""
    names = random.Random(seed).sample(_FREQUENT, 3)
    signature = signed(SAMPLE, {SLIPS[name].hook: SLIPS[name].does for name in names})
    made = signing.explain("signed-request", request_of(SAMPLE, signature), SAMPLE.secret)
    assert made.wrong is not None
    assert made.wrong.signature == signature
    assert {named.id for named in made.mistakes} == {SLIPS[name].ids[0] for name in names}


def _recipes() -> Iterator[tuple[str, signing.Request, str]]:
    yield "signed-request", request_of(SAMPLE, "x"), SAMPLE.secret
    headers = {
        "x-sinch-webhook-signature": "x",
        "x-sinch-webhook-signature-nonce": "01FJA8B4A7BM43YGWSG9GBV067",
        "x-sinch-webhook-signature-timestamp": "1634579353",
    }
    yield "conversation-webhook", Request.of("POST", "/hook", headers, BODIES[1]), "foo_secret1234"
    yield "numbers-webhook", Request.of("POST", "/hook", {"x-sinch-signature": "x"}, BODIES[1]), "my-callback-secret"
    event = b'{"signature":{"timestamp":"1403645220","token":"5egbgr1vjgqxtrnp65xfznchgdccwh5d6i09","signature":"x"}}'
    yield "mailgun-webhook", Request.of("POST", "/hook", {}, event), "key-3ax6xnjp29jd6fds4gc373sgvjxteol0"


@pytest.mark.parametrize(("scheme", "request_", "secret"), list(_recipes()), ids=[one[0] for one in _recipes()])
def test_a_mistake_that_changes_nothing_is_not_tried(scheme: str, request_: Request, secret: str) -> None:
    """Every variant of every mistake changes the recipe that it is given."""
    right = recipe_for(scheme, request_, KEYS[0], secret)
    for mistake in mistakes_for(scheme):
        for variant in mistake.variants(right):
            assert variant.on(right) != right, (variant.id, variant.detail)


@pytest.mark.parametrize(("scheme", "request_", "secret"), list(_recipes()), ids=[one[0] for one in _recipes()])
def test_what_gives_the_same_signature_is_one_class(scheme: str, request_: Request, secret: str) -> None:
    """Two mistakes with one signature on the sample request are reported together."""
    right = recipe_for(scheme, request_, KEYS[0], secret)
    by_signature: dict[str, set[str]] = defaultdict(set)
    for mistake in mistakes_for(scheme):
        for variant in mistake.variants(right):
            by_signature[variant.on(right).signature()].add(variant.id)
    by_signature.pop(right.signature(), None)
    for signature, ids in by_signature.items():
        if len(ids) < 2:
            continue
        found = search(right, signature, mistakes_for(scheme)).found
        assert ids <= {variant.id for one in found for variant in one.variants}


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_search_does_not_matter(seed: int) -> None:
    """The mistakes shuffled, the same explanations come out in the same order."""
    shuffler = random.Random(seed)
    right = recipe_for("signed-request", request_of(SAMPLE, "x"), SAMPLE.key, SAMPLE.secret)
    known = list(mistakes_for("signed-request"))
    for mistake in shuffler.sample(known, 12):
        variants = list(mistake.variants(right))
        if not variants:
            continue
        signature = apply(right, [shuffler.choice(variants)]).signature()
        plain = search(right, signature, known).found
        shuffler.shuffle(known)
        assert search(right, signature, known).found == plain


def test_nothing_is_guessed() -> None:
    """A signature of another secret is explained by nothing, and it is said what to check."""
    other = _build(KEYS[0], SECRETS[1], "POST", TARGETS[1], TYPES[1], TIMES[1], BODIES[1])
    made = signing.explain("signed-request", request_of(SAMPLE, signed(other)), SAMPLE.secret)
    assert (made.verdict, made.mistakes, made.wrong) == ("no_match", (), None)
    assert set(made.check_first) == {"secret", "body", "path"}


def test_no_text_is_left_without_a_source() -> None:
    """Every text says where its fact was read."""
    for path in (ROOT / "knowledge/mistakes").glob("*.yaml"):
        for id, entry in yaml.safe_load(path.read_text(encoding="utf-8"))["mistakes"].items():
            assert entry["source"], id


_SECRETS = st.text(max_size=40) | st.sampled_from(SECRETS) | st.text("abcXYZ019+/=_- ~.\n", max_size=40)


@settings(max_examples=80, deadline=None)
@given(
    scheme=st.sampled_from(sorted(signing.SCHEMES)),
    secret=_SECRETS,
    signature=st.text(max_size=60) | st.sampled_from(("", " ", "=", "AAAA", "00", "%", "b''")),
    body=st.binary(max_size=80) | st.sampled_from(BODIES),
    headers=st.dictionaries(
        st.sampled_from(("content-type", "x-timestamp", "authorization", "host", "x-sinch-webhook-signature-nonce")),
        st.text(max_size=60),
    ),
    path=st.text(max_size=40).map(lambda text: "/" + text),
)
def test_any_request_is_explained_or_refused(
    scheme: str, secret: str, signature: str, body: bytes, headers: dict[str, str], path: str
) -> None:
    """Whatever is given, there is a verdict or an error that a person can act on, never a crash."""
    request = Request.of("POST", path, headers, body, signature=signature)
    with contextlib.suppress(UsageError):
        made = signing.explain(scheme, request, secret, most=1)
        assert made.verdict in ("match", "mistake", "no_match")
