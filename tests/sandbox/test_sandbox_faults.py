"""Faults on demand, the clock, and the limits of the token endpoint."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import time
from typing import Any

import pytest
from sandbox_runner import PROGRAM, ROOT, Runner

from sinch_auth import knowledge
from sinch_auth.errors import UsageError
from sinch_auth.sandbox import faults
from sinch_auth.sandbox.credentials import Credentials
from sinch_auth.sandbox.gate import Gate, Ruling
from sinch_auth.sandbox.requests import Request
from sinch_auth.sandbox.tokens import LIFETIME

APPS = "https://us.conversation.api.sinch.com/v1/projects/$SINCH_PROJECT_ID/apps"
NUMBERS = {"url": "https://callingapi.sinch.com/v1/configuration/numbers", "signed": {}}
BASIC = {"url": APPS, "basic": ["$SINCH_KEY_ID", "$SINCH_KEY_SECRET"]}
TOKEN: dict[str, Any] = {
    "method": "POST",
    "url": "https://auth.sinch.com/oauth2/token",
    "basic": ["$SINCH_KEY_ID", "$SINCH_KEY_SECRET"],
    "form": {"grant_type": "client_credentials"},
}


def statuses(sandbox: Runner, fault: str, *specs: dict[str, Any]) -> list[int]:
    return [answer["status"] for answer in sandbox.send(*specs, options=["--fault", fault]).answers]


def test_an_expired_token_is_told_as_sdks_expect_it(sandbox: Runner) -> None:
    """expired-token: the first token is refused with the header by which SDKs refresh; the next one works."""
    ran = sandbox.send({"url": APPS, "token": ""}, {"url": APPS, "token": ""}, options=["--fault", "expired-token"])
    assert [answer["status"] for answer in ran.answers] == [401, 200]
    assert 'error="invalid_token", error_description="Jwt expired at' in ran.answers[0]["headers"]["www-authenticate"]
    assert ran.requests[1]["reason"] == "expired-token"


def test_every_token_can_be_expired(sandbox: Runner) -> None:
    """expired-token=always: no token works."""
    spec = {"url": APPS, "token": ""}
    assert statuses(sandbox, "expired-token=always", spec, spec) == [401, 401]


def test_the_first_request_is_rate_limited(sandbox: Runner) -> None:
    """rate-limit: the first request to each host gets 429, the next passes."""
    assert statuses(sandbox, "rate-limit", TOKEN, TOKEN, BASIC, BASIC) == [429, 200, 429, 200]


def test_signed_requests_meet_a_clock_that_is_off(sandbox: Runner) -> None:
    """clock-skew: a signature of now is stale, and only then; Basic does not care."""
    ran = sandbox.send(NUMBERS, BASIC, options=["--fault", "clock-skew=+10m"])
    assert [entry["reason"] for entry in ran.requests] == ["stale-timestamp", None]
    assert "-10 min" in ran.requests[0]["why"]


def test_an_app_in_another_region_is_not_found(sandbox: Runner) -> None:
    """wrong-region: the right credentials at the host of SINCH_REGION do not find the app."""
    ran = sandbox.send(BASIC, options=["--fault", "wrong-region"])
    assert (ran.requests[0]["reason"], ran.answers[0]["status"]) == ("wrong-region", 404)


def test_revoked_credentials_are_refused_everywhere(sandbox: Runner) -> None:
    """revoked-key: token, Basic, signature and service plan are refused."""
    batches = {
        "url": "https://us.sms.api.sinch.com/xms/v1/$SINCH_SERVICE_PLAN_ID/batches",
        "bearer": "$SINCH_API_TOKEN",
    }
    ran = sandbox.send(TOKEN, BASIC, NUMBERS, batches, options=["--fault", "revoked-key"])
    assert [entry["reason"] for entry in ran.requests] == ["revoked"] * 4
    assert {answer["status"] for answer in ran.answers} == {401}


def test_a_dropped_connection_has_a_verdict(sandbox: Runner) -> None:
    """drop: the first request to a host gets no answer, which the report tells; the next passes."""
    ran = sandbox.send(BASIC, BASIC, options=["--fault", "drop"])
    assert [answer["status"] for answer in ran.answers] == [0, 200]
    assert [entry["reason"] for entry in ran.requests] == ["dropped", None]


def test_a_slow_answer_is_late(sandbox: Runner) -> None:
    """slow: every answer takes at least as long as was asked for."""
    began = time.monotonic()
    assert statuses(sandbox, "slow=0.5s", BASIC, BASIC) == [200, 200]
    assert time.monotonic() - began >= 1.0


def test_a_client_that_gives_up_leaves_its_verdict(sandbox: Runner, need: Any) -> None:
    """A program that ends before a slow answer comes is reported with the request it sent."""
    curl = [need("curl"), "-s", "-m", "0.5", "https://api.mailjet.com/v3/REST/apikey"]
    ran = sandbox(*curl, options=["--fault", "slow=30s"])
    assert [entry["reason"] for entry in ran.requests] == ["no-credentials"]


def test_the_region_is_where_things_live(sandbox: Runner) -> None:
    """--region eu: the app is found in eu, under the product's own spelling, and no longer in us."""
    europe = {**BASIC, "url": APPS.replace("us.", "eu.")}
    mail = {"url": "https://api.eu.mailgun.net/v4/domains", "basic": ["api", "$MAILGUN_API_KEY"]}
    ran = sandbox.send(BASIC, europe, mail, options=["--region", "eu"])
    assert [answer["status"] for answer in ran.answers] == [404, 200, 200]


def test_thirty_tokens_at_once_and_no_more(sandbox: Runner, need: Any) -> None:
    """The token endpoint's bucket holds 30 and refills at 10 a second; beyond it is 429."""
    script = """
    url=https://auth.sinch.com/oauth2/token
    curl -s -o /dev/null -w '%{http_code}\\n' -u "$SINCH_KEY_ID:$SINCH_KEY_SECRET" -d grant_type=client_credentials \
      $(for i in $(seq 45); do [ $i -gt 1 ] && echo -o /dev/null; echo $url; done)
    """
    need("curl")
    began = time.monotonic()
    ran = sandbox("bash", "-c", script)
    seconds = time.monotonic() - began
    passed = ran.output.split().count("200")
    assert 30 <= passed <= 30 + 10 * seconds
    assert ran.output.split().count("429") == 45 - passed
    if passed < 45:
        assert {entry["reason"] for entry in ran.requests if entry["verdict"] == "refused"} == {"rate-limit"}


# -- with a clock of our own, for what takes too long to wait for --------------------------------------------


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(base: knowledge.Knowledge, clock: Clock) -> Gate:
    return Gate(base, Credentials.random(base), clock=clock)


def ask_token(gate: Gate) -> Ruling:
    pair = gate.credentials.pair("project")
    assert pair
    encoded = base64.b64encode(f"{pair.user}:{pair.password}".encode()).decode()
    headers = {"authorization": f"Basic {encoded}", "content-type": "application/x-www-form-urlencoded"}
    body = b"grant_type=client_credentials"
    return gate.decide(Request("POST", "https", "auth.sinch.com", "/oauth2/token", "", headers, body))


def test_a_token_lives_its_seconds_and_not_one_more(gate: Gate, clock: Clock) -> None:
    """An access token is good for expires_in seconds, and expired when they are over."""
    token = ask_token(gate).token
    path = f"/v1/projects/{gate.credentials.value('project', 'project_id')}/apps"
    request = Request("GET", "https", "us.conversation.api.sinch.com", path, "", {"authorization": f"Bearer {token}"})
    clock.now += LIFETIME - 1
    assert gate.decide(request).accepted
    clock.now += 1
    assert gate.decide(request).reason == "expired-token"


def test_the_bucket_refills_at_ten_a_second(gate: Gate, clock: Clock) -> None:
    """30 token requests pass at once, the 31st does not; half a second later 5 more do."""
    assert [ask_token(gate).accepted for _ in range(31)] == [True] * 30 + [False]
    clock.now += 0.5
    assert [ask_token(gate).accepted for _ in range(6)] == [True] * 5 + [False]
    clock.now += 3600
    assert [ask_token(gate).accepted for _ in range(31)] == [True] * 30 + [False]


@pytest.mark.parametrize(
    "text", ["clock-skew", "clock-skew=x", "slow=", "drop=maybe", "wrong-region=eu", "", "nonsense"]
)
def test_an_unknown_fault_is_refused_with_the_known_ones(text: str) -> None:
    """A misspelt fault names those that exist."""
    with pytest.raises(UsageError) as caught:
        faults.parse([text])
    assert "clock-skew=+10m" in str(caught.value)


def test_every_fault_is_documented() -> None:
    """The documentation and the command's help name each fault that there is, and no other."""
    table = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8").partition("## Faults")[2].partition("\n## ")[0]
    named = re.findall(r"^\| `([a-z][a-z-]+)(?:=[^`]*)?` \|", table, re.MULTILINE)
    assert sorted(named) == sorted(faults.HELP)
    help_ = subprocess.run([*PROGRAM, "--help"], capture_output=True, text=True, check=True).stdout
    assert [name for name in faults.HELP if name not in help_] == []


def test_each_fault_is_read() -> None:
    """Durations are read with sign and unit."""
    read = faults.parse(["clock-skew=-2h", "slow=1.5s", "drop=always", "expired-token"])
    assert (read.clock_skew, read.slow, read.drop, read.expired_token) == (-7200.0, 1.5, "always", "once")


def test_tokens_name_nothing_secret(gate: Gate) -> None:
    """The claims of a token hold the ids of the access key and no secret."""
    claims = ask_token(gate).token.split(".")[1]
    text = base64.urlsafe_b64decode(claims + "==").decode()
    assert json.loads(text)["client_id"] == gate.credentials.value("project", "key_id")
    assert gate.credentials.value("project", "key_secret") not in text
