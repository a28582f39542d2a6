"""Every kind of refusal, over real HTTPS: why it is said to be, and what the program gets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sandbox_runner import Ran, Runner

TOKEN = "https://auth.sinch.com/oauth2/token"
APPS = "https://us.conversation.api.sinch.com/v1/projects/$SINCH_PROJECT_ID/apps"
NUMBERS = "https://callingapi.sinch.com/v1/configuration/numbers"
CALLOUTS = "https://calling.api.sinch.com/calling/v1/callouts"
VERIFICATIONS = "https://verification.api.sinch.com/verification/v1/verifications"
BATCHES = "https://us.sms.api.sinch.com/xms/v1/$SINCH_SERVICE_PLAN_ID/batches"
PROJECT_BATCHES = "https://zt.us.sms.api.sinch.com/xms/v1/$SINCH_PROJECT_ID/batches"
MESSAGES = "https://api.mailgun.net/v3/$MAILGUN_DOMAIN/messages"
DOMAINS = "https://api.mailgun.net/v4/domains"
OCRA = "https://ocra.api.sinch.com/ocra/v1/instance"

PROJECT = ["$SINCH_KEY_ID", "$SINCH_KEY_SECRET"]
APPLICATION = ["$SINCH_APPLICATION_KEY", "$SINCH_APPLICATION_SECRET"]
MAILGUN = ["api", "$MAILGUN_API_KEY"]
GRANT = {"grant_type": "client_credentials"}
JSON = {"content-type": "application/json"}
OTHER = "00000000-0000-4000-8000-000000000000"

# What is sent; why it is refused; the status; whether that answer is documented.
CASES: dict[str, tuple[dict[str, Any], str, int, str]] = {
    "token: wrong secret": ({"method": "POST", "url": TOKEN, "basic": ["$SINCH_KEY_ID", "x"], "form": GRANT},
        "token-wrong-secret", 401, "assumed"),
    "token: unknown client": ({"method": "POST", "url": TOKEN, "basic": APPLICATION, "form": GRANT},
        "token-wrong-client", 401, "assumed"),
    "token: swapped": ({"method": "POST", "url": TOKEN, "basic": PROJECT[::-1], "form": GRANT},
        "swapped", 401, "assumed"),
    "token: no client authentication": ({"method": "POST", "url": TOKEN, "form": GRANT},
        "token-no-credentials", 401, "assumed"),
    "token: credentials in the form": ({"method": "POST", "url": TOKEN,
        "form": {**GRANT, "client_id": "$SINCH_KEY_ID", "client_secret": "$SINCH_KEY_SECRET"}},
        "token-credentials-in-form", 401, "assumed"),
    "token: no grant_type": ({"method": "POST", "url": TOKEN, "basic": PROJECT},
        "token-no-grant", 400, "documented"),
    "token: grant_type as JSON": ({"method": "POST", "url": TOKEN, "basic": PROJECT, "headers": JSON,
        "body": '{"grant_type": "client_credentials"}'}, "token-no-grant", 400, "documented"),
    "token: a form that does not say so": ({"method": "POST", "url": TOKEN, "basic": PROJECT, "form": GRANT,
        "headers": {"content-type": "text/plain"}}, "token-no-form", 400, "assumed"),
    "token: GET": ({"url": TOKEN, "basic": PROJECT}, "token-not-post", 405, "assumed"),
    "token: another path": ({"method": "POST", "url": "https://auth.sinch.com/token", "basic": PROJECT},
        "token-path", 404, "assumed"),
    "project: no credentials": ({"url": APPS}, "no-credentials", 401, "documented"),
    "project: unknown scheme": ({"url": APPS, "headers": {"authorization": "Digest x"}},
        "unknown-scheme", 401, "documented"),
    "project: unreadable Basic": ({"url": APPS, "headers": {"authorization": "Basic a:b"}},
        "unreadable-basic", 401, "documented"),
    "project: wrong secret": ({"url": APPS, "basic": ["$SINCH_KEY_ID", "x"]}, "wrong-secret", 401, "documented"),
    "project: swapped": ({"url": APPS, "basic": PROJECT[::-1]}, "swapped", 401, "documented"),
    "project: wrong user": ({"url": APPS, "basic": ["$SINCH_PROJECT_ID", "$SINCH_KEY_SECRET"]},
        "wrong-user", 401, "documented"),
    "project: foreign pair": ({"url": APPS, "basic": ["x", "y"]}, "unknown-credentials", 401, "documented"),
    "project: foreign token": ({"url": APPS, "bearer": "e30.e30.e30"}, "token-not-ours", 401, "documented"),
    "project: altered token": ({"url": APPS, "token": "x"}, "token-damaged", 401, "documented"),
    "project: secret as token": ({"url": APPS, "bearer": "$SINCH_KEY_SECRET"}, "secret-as-bearer", 401, "assumed"),
    "project: application pair": ({"url": APPS, "basic": APPLICATION}, "wrong-kind", 401, "assumed"),
    "project: signed": ({"url": APPS, "signed": {}}, "wrong-kind", 401, "assumed"),
    "project: service plan token": ({"url": APPS, "bearer": "$SINCH_API_TOKEN"}, "secret-as-bearer", 401, "assumed"),
    "project: another project": ({"url": APPS.replace("$SINCH_PROJECT_ID", OTHER), "token": ""},
        "unknown-project", 403, "documented"),
    "project: wrong region": ({"url": APPS.replace("us.", "eu."), "token": ""}, "wrong-region", 404, "assumed"),
    "application: no credentials": ({"url": NUMBERS}, "no-credentials", 401, "documented"),
    "application: wrong secret as Basic": ({"url": NUMBERS, "basic": [APPLICATION[0], "x"]},
        "wrong-secret", 401, "assumed"),
    "application: project pair": ({"url": NUMBERS, "basic": PROJECT}, "wrong-kind", 401, "assumed"),
    "application: access token": ({"url": NUMBERS, "token": ""}, "wrong-kind", 401, "assumed"),
    "application: random signature": ({"url": NUMBERS, "signed": {"spoil": "random"}},
        "bad-signature", 401, "documented"),
    "application: empty signature": ({"url": NUMBERS, "signed": {"spoil": "empty"}},
        "empty-signature", 401, "documented"),
    "application: secret not decoded": ({"method": "POST", "url": CALLOUTS, "headers": JSON, "body": "{}",
        "signed": {"spoil": "secret-as-text"}}, "bad-signature", 401, "documented"),
    "application: no timestamp": ({"url": NUMBERS, "signed": {"stamp": ""}}, "missing-timestamp", 401, "documented"),
    "application: unreadable timestamp": ({"url": NUMBERS, "signed": {"stamp": "now"}},
        "unreadable-timestamp", 401, "documented"),
    "application: stale timestamp": ({"url": NUMBERS, "signed": {"late": "-3600"}}, "stale-timestamp", 401, "assumed"),
    "application: unknown key": ({"url": NUMBERS, "signed": {"key": OTHER}}, "unknown-application", 400, "assumed"),
    "application: public on Voice": ({"url": NUMBERS, "headers": {"authorization": "Application $SINCH_APPLICATION_KEY"}},
        "public-not-accepted", 401, "assumed"),
    "verification: no credentials": ({"method": "POST", "url": VERIFICATIONS}, "no-credentials", 401, "documented"),
    "service plan: no credentials": ({"url": BATCHES}, "no-credentials", 401, "assumed"),
    "service plan: access token": ({"url": BATCHES, "token": ""}, "wrong-kind", 401, "assumed"),
    "service plan: unknown token": ({"url": BATCHES, "bearer": "x"}, "unknown-credentials", 401, "assumed"),
    "service plan: another plan": ({"url": BATCHES.replace("$SINCH_SERVICE_PLAN_ID", "x"), "bearer": "$SINCH_API_TOKEN"},
        "wrong-plan", 401, "assumed"),
    "service plan: wrong region": ({"url": BATCHES.replace("us.", "au."), "bearer": "$SINCH_API_TOKEN"},
        "wrong-region", 404, "assumed"),
    "service plan: on the host for projects": ({"url": PROJECT_BATCHES, "bearer": "$SINCH_API_TOKEN"},
        "secret-as-bearer", 401, "assumed"),
    "project on SMS: as Basic": ({"url": PROJECT_BATCHES, "basic": PROJECT}, "method-not-accepted", 401, "assumed"),
    "service plan: in the path for projects": ({"url": BATCHES.replace("us.", "zt.us."), "token": ""},
        "plan-in-project-path", 401, "assumed"),
    "Mailgun: no credentials": ({"url": DOMAINS}, "no-credentials", 401, "documented"),
    "Mailgun: wrong key": ({"url": DOMAINS, "basic": ["api", "x"]}, "wrong-secret", 401, "documented"),
    "Mailgun: another user": ({"url": DOMAINS, "basic": ["key", "$MAILGUN_API_KEY"]}, "wrong-user", 401, "documented"),
    "Mailgun: key as Bearer": ({"url": DOMAINS, "bearer": "$MAILGUN_API_KEY"}, "secret-as-bearer", 401, "documented"),
    "Mailgun: access token": ({"url": DOMAINS, "token": ""}, "wrong-kind", 401, "documented"),
    "Mailgun: sending key on domains": ({"url": DOMAINS, "basic": ["api", "$MAILGUN_DOMAIN_SENDING_KEY"]},
        "sending-key", 401, "documented"),
    "Mailgun: wrong region": ({"method": "POST", "url": MESSAGES.replace("api.", "api.eu."), "basic": MAILGUN},
        "wrong-region", 401, "documented"),
    "Mailgun: another domain": ({"method": "POST", "url": MESSAGES.replace("$MAILGUN_DOMAIN", "example.org"),
        "basic": MAILGUN}, "wrong-domain", 401, "documented"),
    "Mailgun: GET on messages": ({"url": MESSAGES, "basic": MAILGUN}, "method-unknown", 405, "assumed"),
    "Mailjet: swapped": ({"url": "https://api.mailjet.com/v3/REST/apikey",
        "basic": ["$MAILJET_SECRET_KEY", "$MAILJET_API_KEY"]}, "swapped", 401, "documented"),
    "Mailjet: Mailgun's key": ({"url": "https://api.mailjet.com/v3/REST/apikey", "basic": MAILGUN},
        "wrong-kind", 401, "assumed"),
    "MMS: wrong key": ({"method": "POST", "url": "https://api.ci.mblox.com/ep/v2/", "headers": {"x-api-key": "x"}},
        "wrong-api-key", 401, "assumed"),
    "in-app calling: wrong derivation": ({"method": "POST", "url": OCRA, "registration": {"spoil": "not-derived"}},
        "bad-registration-token", 401, "assumed"),
    "in-app calling: access token": ({"method": "POST", "url": OCRA, "token": ""}, "wrong-kind", 401, "assumed"),
    "plain HTTP": ({"url": APPS.replace("https", "http"), "basic": PROJECT}, "plain-http", 405, "assumed"),
    "a host of ours that nobody knows": ({"url": "https://conversations.api.sinch.com/"}, "unknown-host", 421, "assumed"),
    "a host of others": ({"url": "https://api.example.org/"}, "unknown-host", 421, "assumed"),
}  # fmt: skip

# What is sent, and the status that it must get.
GOOD: dict[str, tuple[dict[str, Any], int]] = {
    "token": ({"method": "POST", "url": TOKEN, "basic": PROJECT, "form": GRANT}, 200),
    "access token": ({"url": APPS, "token": ""}, 200),
    "project as Basic": ({"url": APPS, "basic": PROJECT}, 200),
    "create an app": ({"method": "POST", "url": APPS, "token": "", "body": "{}"}, 200),
    "project on SMS": ({"url": PROJECT_BATCHES, "token": ""}, 200),
    "service plan": ({"url": BATCHES, "bearer": "$SINCH_API_TOKEN"}, 200),
    "application as Basic": ({"url": NUMBERS, "basic": APPLICATION}, 200),
    "application signed": ({"url": NUMBERS, "signed": {}}, 200),
    "application signed with a body": ({"method": "POST", "url": CALLOUTS, "headers": JSON, "body": '{"é": 1}',
        "signed": {}}, 200),
    "application signed, four minutes late": ({"url": NUMBERS, "signed": {"late": "-240"}}, 200),
    "verification in public": ({"method": "POST", "url": VERIFICATIONS,
        "headers": {"authorization": "Application $SINCH_APPLICATION_KEY"}}, 200),
    "verification signed": ({"method": "POST", "url": VERIFICATIONS, "headers": JSON, "body": "{}", "signed": {}}, 200),
    "verification by id": ({"url": f"{VERIFICATIONS}/id/{OTHER}", "signed": {}}, 404),
    "Mailgun account key": ({"url": DOMAINS, "basic": MAILGUN}, 200),
    "Mailgun sending key": ({"method": "POST", "url": MESSAGES, "basic": ["api", "$MAILGUN_DOMAIN_SENDING_KEY"]}, 200),
    "Mailjet": ({"url": "https://api.mailjet.com/v3/REST/apikey",
        "basic": ["$MAILJET_API_KEY", "$MAILJET_SECRET_KEY"]}, 200),
    "MMS": ({"method": "POST", "url": "https://api.ci.mblox.com/ep/v2/", "headers": {"x-api-key": "$SINCH_MMS_API_KEY"}}, 200),
    "registration token": ({"method": "POST", "url": OCRA, "registration": {}}, 200),
}  # fmt: skip


class Sent:
    """One run that sends everything above; answers and report entries by name."""

    def __init__(self, sandbox: Runner) -> None:
        specs = {name: case[0] for name, case in (CASES | GOOD).items()}
        # Every access token is fetched anew, so they are spread: the token endpoint's bucket holds 30.
        self.ran: Ran = sandbox.send(*specs.values())
        self.answers = dict(zip(specs, self.ran.answers, strict=True))
        entries = iter(self.ran.requests)
        self.entries = {}
        for name, spec in specs.items():
            if "token" in spec:
                next(entries)
            self.entries[name] = next(entries)


@pytest.fixture(scope="module")
def sent(sandbox: Runner) -> Sent:
    return Sent(sandbox)


@pytest.mark.parametrize("name", CASES)
def test_a_refusal_names_its_reason(sent: Sent, name: str) -> None:
    """A refused request is reported with its reason, a cure, and the status that the program got."""
    _, reason, status, _ = CASES[name]
    entry = sent.entries[name]
    assert (entry["verdict"], entry["reason"], entry["status"]) == ("refused", reason, status), entry
    assert sent.answers[name]["status"] == status
    assert entry["why"]
    assert entry["cure"]


@pytest.mark.parametrize("name", CASES)
def test_a_refusal_says_whether_it_is_documented(sent: Sent, name: str) -> None:
    """An answer that no document shows is marked as assumed, to the program and in the report."""
    fidelity = CASES[name][3]
    assert sent.answers[name]["headers"]["x-sandbox-fidelity"] == fidelity
    assert sent.entries[name]["fidelity"] == fidelity


@pytest.mark.parametrize("name", GOOD)
def test_the_right_credentials_are_accepted(sent: Sent, name: str) -> None:
    """Credentials of the right kind, at the right host, are let in."""
    entry = sent.entries[name]
    assert entry["verdict"] == "accepted", entry
    assert sent.answers[name]["status"] == GOOD[name][1]


def test_every_reason_is_tried(sent: Sent) -> None:
    """No reason for a refusal is left without a request that gets it, here or in the tests of faults and limits."""
    from sinch_auth.sandbox.gate import reasons

    elsewhere = {"expired-token", "rate-limit", "revoked", "dropped", "too-large", "broken"}
    assert {case[1] for case in CASES.values()} == set(reasons()) - elsewhere


BODIES = {
    "project: no credentials": {"error": {"code": 401, "message": "Request had invalid credentials.",
        "status": "UNAUTHENTICATED", "details": []}},
    "application: no timestamp": {"errorCode": 40101, "message": "X-Timestamp required."},
    "application: random signature": {"errorCode": 40102, "message": "Invalid signature."},
    "application: unknown key": {"errorCode": 40004},
    "verification: no credentials": {"errorCode": 40104, "message": "Authorization required."},
    "Mailjet: swapped": {"StatusCode": 401},
    "token: no grant_type": {"error": "invalid_request"},
    "token: wrong secret": {"error": "invalid_client"},
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_an_error_body_is_the_documented_one(sent: Sent, name: str) -> None:
    """Where an error body is documented, that body is sent."""
    body = json.loads(sent.answers[name]["body"])
    assert {key: body.get(key) for key in BODIES[name]} == BODIES[name]


def test_mailgun_refuses_in_plain_text(sent: Sent) -> None:
    """Mailgun's 401 is the word Forbidden, not JSON."""
    answer = sent.answers["Mailgun: wrong key"]
    assert answer["body"] == "Forbidden"
    assert answer["headers"]["content-type"].startswith("text/plain")


def test_the_token_endpoint_answers_as_documented(sent: Sent) -> None:
    """A token lives 3599 seconds, is a bearer token and has no scope."""
    answer = sent.answers["token"]
    body = json.loads(answer["body"])
    assert (body["expires_in"], body["token_type"], body["scope"]) == (3599, "bearer", "")
    assert answer["headers"]["x-sandbox-fidelity"] == "documented"


def test_a_known_mistake_in_a_signature_is_named(sent: Sent) -> None:
    """A signature made with the secret as text is reported as that mistake, with its cure."""
    entry = sent.entries["application: secret not decoded"]
    assert entry["mistakes"] == ["secret-not-decoded"]
    assert "base64" in entry["cure"]


def test_a_signature_of_nothing_is_not_guessed_at(sent: Sent) -> None:
    """A random signature is refused without a mistake's name."""
    assert sent.entries["application: random signature"]["mistakes"] == []


def test_a_near_host_is_named(sent: Sent) -> None:
    """A misspelt host is refused with the right spelling."""
    assert "us.conversation.api.sinch.com" in sent.entries["a host of ours that nobody knows"]["cure"]


def test_no_secret_is_reported(sent: Sent) -> None:
    """The report names credentials and never shows the value of a secret."""
    shown = json.dumps(sent.ran.report)
    tokens = [json.loads(sent.answers["token"]["body"])["access_token"]]
    assert tokens[0] not in shown
    assert "Basic Key ID : Key Secret" in shown
