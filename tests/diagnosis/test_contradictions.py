"""Two things in one paste that cannot both be right are findings of their own."""

from __future__ import annotations

import pytest

from sinch_auth import knowledge
from sinch_auth.advice import Asking, reply
from sinch_auth.diagnosis import Pasted, diagnose
from sinch_auth.schema import Contradiction

BASE = knowledge.load()
RULES = {id: BASE.entry("contradiction", id, Contradiction) for id in BASE.ids("contradiction")}


@pytest.mark.parametrize("id, example", [(id, example) for id, rule in RULES.items() for example in rule.examples])
def test_example_finds_its_contradiction_first(id: str, example: str) -> None:
    """Every rule's own examples find it, before any other cause, with what contradicts what as evidence."""
    found = diagnose(BASE, Pasted(example))
    assert found.causes[0].id == RULES[id].row
    assert (found.causes[0] in found.contradictions) is not RULES[id].answer
    assert "{" not in found.causes[0].evidence[0]


@pytest.mark.parametrize(
    "id, example", [(id, example) for id, rule in RULES.items() if not rule.answer for example in rule.examples]
)
def test_ask_names_the_same_cause(id: str, example: str) -> None:
    """Whoever asks with a paste is not told less than whoever diagnoses it."""
    answer = reply(BASE, Asking(text=example)).answer
    assert answer is not None
    assert answer.causes[0].id == RULES[id].row


@pytest.mark.parametrize("id", list(RULES))
def test_rule_leads_to_a_row_that_is_there(id: str) -> None:
    """Cause and fix of a contradiction stand in a troubleshooting row."""
    assert BASE.has("row", RULES[id].row)
    assert RULES[id].examples


def test_two_problems_at_once_are_both_found() -> None:
    """The wrong region and the wrong id in the path."""
    found = diagnose(
        BASE,
        Pasted("POST https://us.sms.api.sinch.com/xms/v1/MY_PROJECT_ID/batches 401. Service plan says Region: EU"),
    )
    assert {"sms-project-id-in-plan-path", "sms-plan-on-wrong-region"} <= {one.id for one in found.contradictions}


def test_two_requests_with_a_problem_each_are_both_found() -> None:
    """Each of two commands has its own contradiction."""
    text = (
        'curl -u "$SINCH_KEY_ID:$SINCH_KEY_SECRET" https://calling.api.sinch.com/calling/v1/callouts\n'
        'curl -u "api:$MAILGUN_API_KEY" https://api.mailjet.com/v3/REST/apikey\n'
    )
    ids = {one.id for one in diagnose(BASE, Pasted(text)).contradictions}
    assert ids == {"access-key-on-voice-or-verification", "mailjet-with-mailgun-convention"}


@pytest.mark.parametrize(
    "text",
    [
        'curl -u "$SINCH_APPLICATION_KEY:$SINCH_APPLICATION_SECRET" https://callingapi.sinch.com/v1/configuration/numbers',
        'curl -u "$SINCH_KEY_ID:$SINCH_KEY_SECRET" https://auth.sinch.com/oauth2/token -d grant_type=client_credentials',
        'curl -H "Authorization: Bearer $SINCH_API_TOKEN" https://eu.sms.api.sinch.com/xms/v1/x/batches',
        'curl -H "Authorization: Bearer $ACCESS_TOKEN" https://zt.us.sms.api.sinch.com/xms/v1/x/batches',
        'curl -H "Authorization: Bearer $ACCESS_TOKEN" https://eu.conversation.api.sinch.com/v1/projects/p/apps, app in EU',
        'curl -u "api:$MAILGUN_API_KEY" https://api.eu.mailgun.net/v4/domains',
        'curl -u "$MAILJET_API_KEY:$MAILJET_SECRET_KEY" https://api.mailjet.com/v3/REST/apikey',
        "sinch==1.1.4\nSinchClient(application_key=k, application_secret=s)",
        "@sinch/sdk-core 1.4.2",
    ],
)
def test_what_fits_contradicts_nothing(text: str) -> None:
    """The right credentials at the right host are no finding."""
    assert diagnose(BASE, Pasted(text)).contradictions == ()


def test_pair_without_a_rule_of_its_own_is_still_named() -> None:
    """Any product's credentials at any other's host are told apart by what the products take."""
    found = diagnose(
        BASE, Pasted('curl -u "api:$MAILGUN_API_KEY" https://numbers.api.sinch.com/v1/projects/p/activeNumbers')
    )
    assert [one.id for one in found.contradictions] == ["credentials-of-another-product"]
    assert "Key ID" in found.causes[0].fix


def test_accepted_request_contradicts_nothing() -> None:
    """What the server took is right, whatever it looks like."""
    text = (
        "> GET /v1/configuration/numbers HTTP/1.1\n> Host: callingapi.sinch.com\n"
        "> Authorization: Bearer 0123456789abcdef0123456789abcdef\n< HTTP/1.1 200 OK\n"
    )
    assert diagnose(BASE, Pasted(text)).contradictions == ()


SIGNED = "{method}\n{md5}\n{type}\nx-timestamp:2026-11-24T08:00:00Z\n{path}\n\n"
SENT = """> POST /calling/v1/callouts HTTP/1.1
> Host: calling.api.sinch.com
> Content-Type: application/json
> x-timestamp: 2026-11-24T08:00:00Z
> Authorization: Application 5F5C418A0F914BBC8234A9BF5EDDAD97:AAAA
< HTTP/1.1 401 Unauthorized
{"errorCode":40102}"""
RIGHT = {
    "method": "POST",
    "md5": "jANzQ+rgAHyf1MWQFSwvYw==",
    "type": "application/json",
    "path": "/calling/v1/callouts",
}


@pytest.mark.parametrize(
    "line, value, row",
    [
        ("method", "post", "method-lower-case"),
        ("md5", "8c037343bae0001fc9f0c591502c2f63", "body-md5-in-hex"),
        ("type", "application/json; charset=utf-8", "content-type-differs"),
        ("path", "/v1/callouts", "path-signed-wrong"),
    ],
)
def test_printed_string_to_sign_is_held_against_the_request(line: str, value: str, row: str) -> None:
    """One line that is not what was sent is the first cause; where all agree there is no such finding."""
    right = diagnose(BASE, Pasted(SIGNED.format(**RIGHT) + SENT))
    assert row not in {one.id for one in right.contradictions}
    assert diagnose(BASE, Pasted(SIGNED.format(**{**RIGHT, line: value}) + SENT)).causes[0].id == row


@pytest.mark.parametrize(
    "sent, row",
    [
        ("> Authorization: Bearer $SINCH_TOKEN", "variable-in-single-quotes"),
        ("> Authorization: Bearer undefined", "empty-value-sent"),
        ("> Authorization: Basic MTExMTExMTEtMjIyMi0zMzMzLTQ0NDQtNTU1NTU1NTU1NTU1OmZha2Uta2V5LXNlY3JldC1ub3QtcmVhbAo=", "value-with-quotes-or-newline"),
    ],
)  # fmt: skip
def test_value_that_never_was_one(sent: str, row: str) -> None:
    """The name of a variable, no value at all, a line break inside: seen in what went out."""
    text = f"> GET /v1/projects/x/apps HTTP/1.1\n> Host: eu.conversation.api.sinch.com\n{sent}\n< HTTP/1.1 401\n"
    assert diagnose(BASE, Pasted(text)).causes[0].id == row
