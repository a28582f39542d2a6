"""`sign`, `explain-signature`, `verify-webhook` and `token` as people and programs call them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from vectors import BASES, MUTATIONS, VECTORS, as_json, scheme_of, secret_of

from sinch_auth import knowledge, signing
from sinch_auth.schema import Mistake
from sinch_auth.surfaces.cli import run

KEY, SECRET = "5F5C418A0F914BBC8234A9BF5EDDAD97", "JViE5vDor0Sw3WllZka15Q=="
PAIR = {"SINCH_APPLICATION_KEY": KEY, "SINCH_APPLICATION_SECRET": SECRET}
HELLO = VECTORS["app-legacy-sms-hello"]
URL = "https://messagingapi.sinch.com/v1/sms/+46700000000"
SIGN = ["sign", "--url", URL, "--body", "-", "--timestamp", "2014-06-04T13:41:58Z"]


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    output: str
    errors: str

    @property
    def data(self) -> Any:
        return json.loads(self.output)


def called(*arguments: str, stdin: str | bytes = "", env: Mapping[str, str] | None = None) -> Ended:
    """Run a command in this process, with its own streams and environment."""
    unset: dict[str, str | None] = dict.fromkeys(
        ("SINCH_APPLICATION_KEY", "SINCH_APPLICATION_SECRET", "SINCH_WEBHOOK_SECRET", "SINCH_HMAC_SECRET")
    )
    with CliRunner().isolation(input=stdin, env={**unset, **(env or {})}) as (output, errors, _):
        code = run(list(arguments))
        return Ended(code, output.getvalue().decode(), errors.getvalue().decode())


# -- sign -------------------------------------------------------------------------------------------------


def test_sign_prints_the_headers() -> None:
    """The published headers of the published request."""
    done = called(*SIGN, stdin=HELLO["inputs"]["body"], env=PAIR)
    assert done.code == 0
    assert done.output.splitlines() == [
        f"Authorization: Application {KEY}:{HELLO['expected']}",
        "x-timestamp: 2014-06-04T13:41:58Z",
        "Content-Type: application/json",
    ]


def test_sign_shows_the_string_line_by_line() -> None:
    """Each line of the string to sign, by its name."""
    done = called(*SIGN, "--show-string", stdin=HELLO["inputs"]["body"], env=PAIR)
    shown = [line.removeprefix("# ").split(maxsplit=2)[-1] for line in done.output.splitlines() if line.startswith("#")]
    assert shown[0].endswith("POST")
    assert [line.split()[-1] for line in shown] == HELLO["derived"]["string_to_sign"].split("\n")


def test_sign_as_json() -> None:
    """Headers, the string to sign, and its lines by name."""
    done = called(*SIGN, "--format", "json", stdin=HELLO["inputs"]["body"], env=PAIR)
    assert done.data["string_to_sign"] == HELLO["derived"]["string_to_sign"]
    assert list(done.data["lines"]) == list(signing.SCHEMES["signed-request"].labels)


BODIES = (b'{"a":"it\'s 100% \\\\ done"}', '{"x":"漢字 ☎ \'"}\n'.encode(), b"\x00\x01\xff\r\n%s%%", b"plain")


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_curl_command_sends_the_very_bytes(body: bytes, need: Callable[[str], str], tmp_path: Path) -> None:
    """The printed command hands the signed bytes to curl, from standard input and from a file."""
    bash = need("bash")
    file = tmp_path / "it's a body"
    file.write_bytes(body)
    stand_in = 'curl() { for last; do :; done; case $last in @-) cat;; @*) cat "${last#@}";; esac; }; '
    for source in ("-", str(file)):
        done = called("sign", "--url", URL, "--body", source, "--format", "curl", stdin=body, env=PAIR)
        assert done.code == 0
        sent = subprocess.run([bash, "-c", stand_in + done.output], capture_output=True, check=True)
        assert sent.stdout == body


def test_sign_says_which_variable_is_missing() -> None:
    """Without the secret: exit 2, and the name of the variable to set."""
    done = called(*SIGN, stdin="{}", env={"SINCH_APPLICATION_KEY": KEY})
    assert done.code == 2
    assert "SINCH_APPLICATION_SECRET" in done.errors


# -- explain-signature ------------------------------------------------------------------------------------

WRONG = next(mutation for mutation in MUTATIONS if mutation["id"] == "ts_name_X_Timestamp")
REQUEST = as_json("signed-request", BASES[WRONG["base_vector"]]["inputs"], WRONG["wrong_signature"])


def _http(request: dict[str, Any]) -> str:
    lines = [f"{request['method']} {request['path']} HTTP/1.1", *(f"{k}: {v}" for k, v in request["headers"].items())]
    return "\r\n".join([*lines, "", request["body"]])


def _curl(request: dict[str, Any]) -> str:
    import shlex

    words = ["curl", "-X", request["method"], f"https://messagingapi.sinch.com{request['path']}"]
    for name, value in request["headers"].items():
        words += ["-H", f"{name}: {value}"]
    return shlex.join([*words, "--data-raw", request["body"]])


@pytest.mark.parametrize("write", [json.dumps, _http, _curl], ids=["JSON", "raw HTTP", "curl"])
def test_request_is_read_in_every_form(write: Callable[[dict[str, Any]], str]) -> None:
    """The same request as JSON, raw HTTP and a curl command gives the same explanation."""
    done = called("explain-signature", "--format", "json", stdin=write(REQUEST), env=PAIR)
    assert done.code == 4
    assert done.data["verdict"] == "mistake"
    assert done.data["mistakes"] == ["timestamp-name-differs"]
    assert done.data["explanation"] == {
        "string_to_sign": WRONG["wrong_string_to_sign"],
        "signature": WRONG["wrong_signature"],
    }
    assert done.data["expected"]["signature"] == HELLO["expected"]


def test_carets_stand_under_the_difference() -> None:
    """In text, carets mark what differs between what was signed and what is right."""
    done = called("explain-signature", stdin=json.dumps(REQUEST), env=PAIR)
    lines = done.output.splitlines()
    at = next(number for number, line in enumerate(lines) if "X-Timestamp:2014" in line)
    carets = lines[at + 1]
    assert set(carets.strip()) == {"^"}
    assert lines[at][carets.index("^")] == "X"


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_cure_is_in_the_users_language(locale: str, base: knowledge.Knowledge) -> None:
    """The cure is the knowledge base's, in the language that was asked for."""
    done = called("explain-signature", "--locale", locale, "--format", "json", stdin=json.dumps(REQUEST), env=PAIR)
    assert done.data["cure"] == base.entry("mistake", "timestamp-name-differs", Mistake, locale).cure


def test_right_signature_ends_with_zero() -> None:
    """Exit 0, verdict `match`."""
    request = as_json("signed-request", HELLO["inputs"], HELLO["expected"])
    done = called("explain-signature", "--format", "json", stdin=json.dumps(request), env=PAIR)
    assert (done.code, done.data["verdict"], done.data["mistakes"]) == (0, "match", [])


def test_what_fits_nothing_is_not_guessed() -> None:
    """Exit 4, verdict `no_match`, no explanation, and what to check first."""
    request = as_json("signed-request", HELLO["inputs"], base64.b64encode(bytes(32)).decode())
    done = called("explain-signature", "--format", "json", stdin=json.dumps(request), env=PAIR)
    assert (done.code, done.data["verdict"], done.data["explanation"]) == (4, "no_match", None)
    assert done.data["cure"]


def test_equal_explanations_are_a_class() -> None:
    """Mistakes that cannot be told apart on this request are named together."""
    mutation = next(one for one in MUTATIONS if one["id"] == "md5_empty_extra_newline")
    request = as_json("signed-request", BASES[mutation["base_vector"]]["inputs"], mutation["wrong_signature"])
    env = {"SINCH_APPLICATION_SECRET": secret_of(BASES[mutation["base_vector"]]["inputs"])}
    done = called("explain-signature", "--format", "json", stdin=json.dumps(request), env=env)
    assert done.data["mistakes"] == ["md5-with-white-space"]
    assert ["part-added"] in done.data["classes"]


INSPECTED = {
    "header-scheme-missing": {"Authorization": f"{KEY}:{HELLO['expected']}"},
    "header-space-around-colon": {"Authorization": f"Application {KEY} : {HELLO['expected']}"},
    "bearer-token-used": {"Authorization": "Bearer eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln"},
    "basic-authentication-used": {"Authorization": "Basic YWJjOmRlZg=="},
    "public-auth-by-accident": {"Authorization": f"Application {KEY}"},
    "header-key-decorated": {"Authorization": f"Application {{{KEY}}}:{HELLO['expected']}"},
    "header-scheme-retired": {"Authorization": f"Instance {KEY}:{HELLO['expected']}"},
    "header-base64-encoded-whole": {
        "Authorization": "Application " + base64.b64encode(f"{KEY}:{HELLO['expected']}".encode()).decode()
    },
}


@pytest.mark.parametrize("id", INSPECTED)
def test_what_leaves_no_trace_is_seen(id: str) -> None:
    """Mistakes of the header are named without any computation."""
    request = as_json("signed-request", HELLO["inputs"], HELLO["expected"])
    request["headers"] |= INSPECTED[id]
    done = called("explain-signature", "--format", "json", stdin=json.dumps(request), env=PAIR)
    assert done.code == 4
    assert id in done.data["mistakes"]


def test_project_secret_is_told_from_an_application_secret() -> None:
    """A Key Secret in the place of the Application Secret is recognised by its shape."""
    done = called(
        "explain-signature", "--format", "json", stdin=json.dumps(REQUEST),
        env={"SINCH_APPLICATION_SECRET": "aB3~cd.Ef_gh~IjKlMnOpQrS"},
    )  # fmt: skip
    assert done.data["mistakes"] == ["secret-of-another-kind"]


def test_old_and_local_times_are_warned_of() -> None:
    """A right signature with an old timestamp is a match, with a warning."""
    request = as_json("signed-request", HELLO["inputs"], HELLO["expected"])
    done = called("explain-signature", "--format", "json", stdin=json.dumps(request), env=PAIR)
    assert "timestamp-stale" in [one["id"] for one in done.data["findings"]]


def test_another_applications_key_is_warned_of() -> None:
    """A header with another Application Key than the one that is set is pointed out."""
    env = {"SINCH_APPLICATION_KEY": "00000000-0000-4000-8000-000000000000", "SINCH_APPLICATION_SECRET": SECRET}
    done = called("explain-signature", "--format", "json", stdin=json.dumps(REQUEST), env=env)
    assert "application-key-differs" in [one["id"] for one in done.data["findings"]]


@pytest.mark.parametrize("stdin", ["", "hello", "{", '{"method": 3}', "[]", "curl", "curl 'x"])
def test_what_cannot_be_read_is_said(stdin: str) -> None:
    """Exit 2 and a cure, for anything that is no request."""
    done = called("explain-signature", stdin=stdin, env=PAIR)
    assert done.code == 2
    assert "sinch-auth:" in done.errors


# -- verify-webhook ---------------------------------------------------------------------------------------


def test_verify_webhook_says_what_it_used() -> None:
    """Header, bytes and kind of key are said; an old call is warned of; exit 0."""
    vector = VECTORS["conv-contact-create"]
    request = _http(as_json("conversation-webhook", vector["inputs"], vector["expected"]))
    done = called("verify-webhook", stdin=request, env={"SINCH_WEBHOOK_SECRET": vector["inputs"]["secret"]})
    assert done.code == 0
    assert "x-sinch-webhook-signature" in done.output
    assert f"body ({len(vector['inputs']['body'].encode())})" in done.output
    assert "14 bytes" in done.output
    assert vector["inputs"]["secret"] not in done.output


def test_verify_webhook_names_the_mistake() -> None:
    """A wrong call: exit 4, and what was done."""
    vector = VECTORS["numbers-node-1"]
    signature = base64.b64encode(bytes.fromhex(vector["expected"])).decode()
    request = _http(as_json("numbers-webhook", vector["inputs"], signature))
    done = called(
        "verify-webhook", "--format", "json", stdin=request, env={"SINCH_HMAC_SECRET": vector["inputs"]["secret"]}
    )
    assert (done.code, done.data["verdict"]) == (4, "invalid")
    assert done.data["explanation"]["mistakes"] == ["signature-in-base64"]


@pytest.mark.parametrize("product", ["fax", "mailjet"])
def test_where_nothing_is_signed_no_secret_is_needed(product: str) -> None:
    """Fax and Mailjet: exit 4, and what to do instead, without a secret."""
    done = called("verify-webhook", "--scheme", product, stdin="POST /hook HTTP/1.1\r\n\r\n{}")
    assert done.code == 4
    assert "HTTPS" in done.output


# -- token ------------------------------------------------------------------------------------------------

RTC = {
    "SINCH_APPLICATION_KEY": "a32e5a8d-f7d8-411c-9645-9038e8dd051d",
    "SINCH_APPLICATION_SECRET": "ax8hTTQJF0OPXL32r1LHMA==",
}


def test_minted_token_lints_clean() -> None:
    """`token mint` into `token lint`: no finding, exit 0."""
    token = called("token", "mint", "--user-id", "foo", env=RTC).output
    done = called("token", "lint", "--application-key", RTC["SINCH_APPLICATION_KEY"], "--user-id", "foo", "--format", "json",
                  stdin=token, env=RTC)  # fmt: skip
    assert (done.code, done.data) == (0, {"findings": []})


def test_lint_gives_rule_severity_message_and_fix() -> None:
    """One wrong derivation: exit 4, the rule by its id, the derivation by its name."""
    data = json.loads((Path(__file__).parents[1] / "data/vectors/rtc-jwt.json").read_text(encoding="utf-8"))
    vector = next(one for one in data["negative"] if one["id"] == "N-sig-secret-bytes-direct")
    done = called("token", "lint", "--application-key", RTC["SINCH_APPLICATION_KEY"], "--user-id", "foo", "--now", vector["now"],
                  "--format", "json", stdin=vector["token"] + "\n", env=RTC)  # fmt: skip
    assert done.code == 4
    (finding,) = done.data["findings"]
    assert (finding["rule"], finding["severity"]) == ("RTC-JWT-060", "error")
    assert finding["message"]
    assert finding["fix"]
    assert finding["mistakes"] == ["secret-bytes-direct"]


def test_lint_without_a_secret_checks_the_rest() -> None:
    """Without the secret the signature is not checked, and all else is."""
    token = called("token", "mint", "--user-id", "foo", env=RTC).output
    done = called("token", "lint", "--user-id", "bar", "--format", "json", stdin=token)
    assert [finding["rule"] for finding in done.data["findings"]] == ["RTC-JWT-025"]


def test_inspect_tells_the_kind() -> None:
    """`token inspect` says what a token is and when it ends."""
    token = called("token", "mint", "--user-id", "foo", "--ttl", "60", env=RTC).output
    done = called("token", "inspect", "--format", "json", stdin=token)
    assert done.data["kind"] == "registration-token"
    assert done.data["claims"]["sub"].endswith("/users/foo")
    assert done.data["expired"] is False


@pytest.mark.parametrize(("user", "ttl"), [("a@b.example", "600"), ("", "600"), ("x" * 256, "600"), ("foo", "59")])
def test_what_the_platform_refuses_is_not_minted(user: str, ttl: str) -> None:
    """A user id or a lifetime outside the rules: exit 2."""
    done = called("token", "mint", "--user-id", user, "--ttl", ttl, env=RTC)
    assert (done.code, done.output) == (2, "")


# -- secrets ----------------------------------------------------------------------------------------------

_APPLICATION = st.binary(min_size=16, max_size=16).map(lambda raw: base64.b64encode(raw).decode())
_ANY = _APPLICATION | st.text("abcdefghijkmnpqrstuvwxyzABCDEFGHJK23456789~._-", min_size=16, max_size=40)


def _forms(secret: str) -> list[str]:
    """The secret and whatever gives it away at once."""
    forms = [secret, base64.b64encode(secret.encode()).decode(), secret.encode().hex()]
    try:
        raw = base64.b64decode(secret, validate=True)
        forms += [raw.hex(), raw.hex().upper(), base64.urlsafe_b64encode(raw).decode()]
    except ValueError:
        pass
    return forms


@settings(max_examples=60, deadline=None)
@given(secret=_ANY, wrong=st.sampled_from(MUTATIONS), form=st.sampled_from(("text", "json")), data=st.data())
def test_no_secret_leaves_the_process(secret: str, wrong: dict[str, Any], form: str, data: st.DataObject) -> None:
    """Whatever command, scheme, input and secret: the secret is in no output and no error."""
    scheme = scheme_of(wrong["algorithm"]) or "signed-request"
    inputs = BASES[wrong["base_vector"]]["inputs"]
    request = as_json(scheme, inputs, wrong["wrong_signature"]) if scheme_of(wrong["algorithm"]) else REQUEST
    if data.draw(st.booleans(), "signed with this secret"):
        request = _signed_wrongly(data, scheme, request, secret)
    env = dict.fromkeys(
        (
            "SINCH_APPLICATION_SECRET",
            "SINCH_WEBHOOK_SECRET",
            "SINCH_HMAC_SECRET",
            "SINCH_VOICE_SERVICE_SECRET",
            "MAILGUN_WEBHOOK_SIGNING_KEY",
        ),
        secret,
    ) | {"SINCH_APPLICATION_KEY": RTC["SINCH_APPLICATION_KEY"]}
    text = data.draw(st.sampled_from((json.dumps(request), _http(request), "", "no request", "{", "a.b.c")), "input")
    command = data.draw(
        st.sampled_from(
            (
                ("explain-signature", "--scheme", scheme, "--format", form),
                ("verify-webhook", "--scheme", scheme, "--format", form),
                ("verify-webhook", "--format", form),
                ("sign", "--url", request["path"], "--body", "-", "--show-string", "--format", form),
                ("token", "mint", "--user-id", "foo", "--format", form),
                ("token", "lint", "--format", form),
                ("token", "inspect", "--format", form),
            )
        ),
        "command",
    )
    done = called(*command, stdin=text, env=env)
    for part in _forms(secret):
        assert part not in done.output
        assert part not in done.errors


def _signed_wrongly(data: st.DataObject, scheme: str, request: dict[str, Any], secret: str) -> dict[str, Any]:
    """The request with a signature that a mistake makes with this very secret."""
    from sinch_auth.errors import UsageError
    from sinch_auth.signing.mistakes import mistakes_for
    from sinch_auth.signing.schemes import recipe_for

    headers = {k: v for k, v in request["headers"].items() if k != "Authorization"}
    seen = signing.Request.of(request["method"], request["path"], request["headers"], request["body"])
    try:
        right = recipe_for(scheme, seen, KEY, secret)
    except UsageError:
        return request
    mistake = data.draw(st.sampled_from([one for one in mistakes_for(scheme) if one.listing is None]), "mistake")
    variants = list(mistake.variants(right))
    if not variants:
        return request
    signature = data.draw(st.sampled_from(variants), "variant").on(right).signature()
    return {**request, "headers": headers, "signature": signature}


# -- input that no program should send, and some does -----------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"body": '{"text":"half an emoji \\ud83d"}'},
        {"headers": {"content-type": "application/json", "x-timestamp": "0001-01-01T00:00:00Z"}},
        {"headers": {"content-type": "application/json", "x-timestamp": "9999-12-31T23:59:59Z"}},
        {"signature": "\ud800"},
    ],
    ids=["half an emoji", "year 1", "year 9999", "half an emoji as signature"],
)
def test_odd_input_ends_in_an_answer(change: dict[str, Any]) -> None:
    """A verdict, never a failure of our own."""
    asked = {
        "method": "POST",
        "path": "/calling/v1/callouts",
        "headers": {"content-type": "application/json", "x-timestamp": "2026-11-24T08:00:00Z"},
        "body": "{}",
        "signature": "AAAA",
        **change,
    }
    done = called(
        "explain-signature", "--scheme", "signed-request", "--format", "json", stdin=json.dumps(asked), env=RTC
    )
    assert (done.code, done.data["verdict"]) in {(4, "no_match"), (4, "mistake")}


def test_what_mailgun_posts_is_read_as_it_is() -> None:
    """The signature stands inside the payload; nothing needs to be wrapped around it."""
    key, timestamp, token = "key-of-the-test", "1769904000", "b7c1e0d4f2a9835b6c7d8e9f0a1b2c3d4e5f60718293a4b5c6"
    right = hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    posted = {"signature": {"timestamp": timestamp, "token": token, "signature": right}, "event-data": {}}
    done = called(
        "explain-signature", "--scheme", "mailgun-webhook", "--format", "json", stdin=json.dumps(posted),
        env={"MAILGUN_WEBHOOK_SIGNING_KEY": key},
    )  # fmt: skip
    assert done.data["verdict"] == "match"
