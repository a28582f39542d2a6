"""Every published signature is right, and every wrong one is explained by what was done."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from vectors import BASES, MUTATIONS, VECTORS, as_request, scheme_of, secret_of

from sinch_auth import signing, tokens

SIGNED = [vector for vector in VECTORS.values() if scheme_of(vector["algorithm"])]
WRONG = [mutation for mutation in MUTATIONS if scheme_of(mutation["algorithm"])]
WRONG_TOKENS = [mutation for mutation in MUTATIONS if not scheme_of(mutation["algorithm"])]

# What the catalogue calls a mistake -> the mistakes that may explain it here.
NAMED = {
    "key_utf8_raw": "secret-not-decoded", "key_hex_text": "secret-as-hex-text", "key_utf8_lossy": "secret-bytes-as-text",
    "key_double_b64": "secret-encoded-again", "key_is_app_key": "application-key-used-as-secret", "key_empty": "secret-empty",
    "mac_swapped": "mac-arguments-swapped", "mac_plain_sha256": "mac-without-key", "method_lower": "verb-letter-case",
    "method_POST": "verb-of-another-request", "method_empty": "verb-not-filled-in", "md5_hex_upper": "md5-in-hex",
    "md5_b64_of_hex": "md5-base64-of-hex", "md5_b64url": "md5-in-base64url", "md5_b64_nopad": "md5-unpadded",
    "md5_of_empty": "md5-of-empty-body", "md5_empty_extra_newline": "md5-with-white-space", "md5_sha256_body": "other-hash-instead-of-md5",
    "md5_line_dropped": "part-missing", "body_pretty2": "body-reserialised", "body_trailing_newline": "body-trailing-newline",
    "body_bom": "body-with-byte-order-mark", "body_utf16le": "body-in-other-charset", "body_double_json": "body-made-a-json-string",
    "body_smart_quotes": "body-quotes-changed", "ct_empty": "content-type-line-empty", "ct_with_name_space": "content-type-with-header-name",
    "ct_upper": "content-type-letter-case", "ct_None": "content-type-placeholder", "ts_line_dropped": "part-missing",
    "ts_name_X_Timestamp": "timestamp-name-differs", "ts_epoch_s": "timestamp-format-differs", "ts_local_+8h_Z": "timestamp-in-local-time",
    "ts_shift_+2s": "timestamp-clock-read-twice", "path_full_url": "path-with-host", "path_no_slash": "path-leading-slash-missing",
    "path_trailing_slash": "path-trailing-slash", "path_lower": "path-letter-case", "path_plus_space": "path-percent-decoded",
    "path_first_seg_stripped": "path-cut", "sep_crlf": "separator-crlf", "sep_literal_backslash_n": "separator-literal-backslash-n",
    "sep_none": "separator-missing", "order_ct_before_md5": "parts-reordered", "sts_base64": "message-encoded-first",
    "enc_hex": "signature-in-hex", "enc_b64url": "signature-in-base64url", "enc_urlencoded": "signature-percent-encoded",
    "recipe_secret_in_clear": "secret-sent-as-signature", "recipe_basic": "basic-credentials-sent-as-signature",
    "conv_key_b64decoded": "secret-decoded", "conv_body_only": "body-only", "conv_ts_first": "parts-reordered",
    "conv_body_ts": "part-missing", "conv_newline_sep": "separator-other", "conv_hex": "signature-in-hex",
    "conv_sha1": "mac-other-hash", "conv_body_pretty2": "body-reserialised", "conv_md5_body": "body-hashed-first",
    "num_sha1_b64": "signature-in-base64", "num_sha1_prefix": "signature-with-prefix", "num_key_b64decoded": "secret-decoded",
    "num_secret_in_header": "secret-sent-as-signature", "num_conversation_recipe": "recipe-of-conversation-webhooks",
    "mg_dot": "separator-other", "mg_token_only": "part-missing", "mg_base64": "signature-in-base64",
    "mg_ts_quoted": "timestamp-format-differs",
    "rtc_no_derivation_decoded": "secret-bytes-direct", "rtc_no_derivation_raw": "secret-text-direct", "rtc_date_dashes": "dashed-date",
    "rtc_date_yyyyddmm": "date-in-other-order", "rtc_date_ddmmyyyy": "date-in-other-format", "rtc_date_prev": "date-of-neighbouring-day",
    "rtc_date_iat": "iat-as-message", "rtc_kid_as_message": "kid-as-message", "rtc_real_hkdf": "rfc5869-date-info",
    "rtc_real_hkdf_salt": "rfc5869-date-salt",
}  # fmt: skip


def test_all_published_vectors_are_here() -> None:
    """There are 25, and none is left out by the tests below."""
    assert len(VECTORS) == 25
    assert len(SIGNED) + len([v for v in VECTORS.values() if v["id"].startswith("rtc-")]) == 25


@pytest.mark.parametrize("vector", SIGNED, ids=lambda v: v["id"])
def test_published_signature_is_a_match(vector: dict[str, Any]) -> None:
    """A published signature verifies, and is explained as right."""
    scheme, inputs = scheme_of(vector["algorithm"]), vector["inputs"]
    assert scheme is not None
    request = as_request(scheme, inputs, vector["expected"])
    assert signing.verify(scheme, request, secret_of(inputs))
    assert signing.explain(scheme, request, secret_of(inputs)).verdict == "match"


@pytest.mark.parametrize(
    "vector", [v for v in SIGNED if "string_to_sign" in v.get("derived", {})], ids=lambda v: v["id"]
)
def test_published_string_to_sign(vector: dict[str, Any]) -> None:
    """The string to sign is the published one."""
    scheme, inputs = scheme_of(vector["algorithm"]), vector["inputs"]
    assert scheme is not None
    made = signing.explain(scheme, as_request(scheme, inputs, vector["expected"]), secret_of(inputs))
    assert made.expected is not None
    assert made.expected.string_to_sign.decode() == vector["derived"]["string_to_sign"]


@pytest.mark.parametrize(
    "vector", [v for v in SIGNED if v["algorithm"].startswith("app-signed")], ids=lambda v: v["id"]
)
def test_sign_gives_the_published_signature(vector: dict[str, Any]) -> None:
    """What `sign` computes is what was published."""
    inputs = vector["inputs"]
    request = as_request("signed-request", inputs, "")
    assert signing.sign(request, inputs["key"], inputs["secret"]).signature == vector["expected"]


def test_published_derived_key() -> None:
    """The published key of a day."""
    vector = VECTORS["rtc-derived-key"]
    secret = base64.b64decode(vector["inputs"]["application_secret"])
    assert base64.b64encode(tokens.derived_key(secret, vector["inputs"]["date_utc"])).decode() == vector["expected"]


@pytest.mark.parametrize("id", ["rtc-jwt-docs-order", "rtc-jwt-sorted", "rtc-jwt-instance-ttl"])
def test_published_registration_token(id: str) -> None:
    """A published registration token breaks no rule."""
    inputs = VECTORS[id]["inputs"]
    now = datetime.fromtimestamp(inputs["iat"], UTC)
    context = tokens.Context(inputs["application_key"], inputs["user_id"], now, inputs["application_secret"])
    assert tokens.lint(VECTORS[id]["expected"], context) == ()


def test_published_token_is_minted_again() -> None:
    """The token of the documentation comes out byte for byte."""
    vector = VECTORS["rtc-jwt-docs-order"]
    inputs = vector["inputs"]
    minted = tokens.mint(
        inputs["application_key"],
        inputs["application_secret"],
        inputs["user_id"],
        now=datetime.fromtimestamp(inputs["iat"], UTC),
        nonce=inputs["nonce"],
    )
    assert minted.token == vector["expected"]


def test_published_push_assertion_is_no_registration_token() -> None:
    """The assertion that Sinch sends for Huawei push goes the other way."""
    found = tokens.lint(VECTORS["rtc-push-client-assertion"]["inputs"]["jwt"])
    assert [finding.rule for finding in found] == ["RTC-JWT-073"]


@pytest.mark.parametrize("mutation", WRONG, ids=lambda m: m["id"])
def test_wrong_signature_is_reproduced(mutation: dict[str, Any]) -> None:
    """The explanation gives exactly the wrong signature, with two mistakes at most, and names the right one."""
    scheme, inputs = scheme_of(mutation["algorithm"]), BASES[mutation["base_vector"]]["inputs"]
    assert scheme is not None
    request = as_request(scheme, inputs, mutation["wrong_signature"])
    made = signing.explain(scheme, request, secret_of(inputs), now=datetime(2026, 11, 24, tzinfo=UTC))
    assert made.verdict == "mistake"
    assert made.wrong is not None
    assert made.wrong.signature == mutation["wrong_signature"]
    assert len(made.mistakes) <= 2
    if mutation["id"] in NAMED:
        assert NAMED[mutation["id"]] in [named.id for named in made.mistakes]


@pytest.mark.parametrize("mutation", [m for m in WRONG if m.get("wrong_string_to_sign")], ids=lambda m: m["id"])
def test_wrong_string_to_sign_is_reproduced(mutation: dict[str, Any]) -> None:
    """The string that was signed by mistake is found, where it is known."""
    scheme, inputs = scheme_of(mutation["algorithm"]), BASES[mutation["base_vector"]]["inputs"]
    assert scheme is not None
    request = as_request(scheme, inputs, mutation["wrong_signature"])
    made = signing.explain(scheme, request, secret_of(inputs))
    assert made.wrong is not None
    if made.mistakes[0].id.endswith("-sent-as-signature"):
        return
    assert made.wrong.string_to_sign.decode("utf-8", "replace") == mutation["wrong_string_to_sign"]


@pytest.mark.parametrize("mutation", WRONG_TOKENS, ids=lambda m: m["id"])
def test_wrong_token_signature_is_named(mutation: dict[str, Any]) -> None:
    """A registration token with a wrong signature is refused, and its wrong derivation named."""
    vector = VECTORS[mutation["base_vector"]]
    inputs = vector["inputs"]
    token = f"{vector['expected'].rpartition('.')[0]}.{mutation['wrong_signature'].rpartition('.')[2]}"
    now = datetime.fromtimestamp(inputs["iat"], UTC)
    found = tokens.lint(token, tokens.Context(inputs["application_key"], "foo", now, inputs["application_secret"]))
    assert found
    assert all(finding.severity == "error" for finding in found)
    if mutation["id"] in NAMED:
        assert [finding.mistakes for finding in found] == [(NAMED[mutation["id"]],)]
    else:
        assert [finding.rule for finding in found] == [
            {"rtc_sig_std_b64": "RTC-JWT-003", "rtc_sig_hs512": "RTC-JWT-005"}[mutation["id"]]
        ]
