"""What is read from every form in which people paste a failure."""

from __future__ import annotations

import base64
import json

import pytest

from sinch_auth.diagnosis import Diagnosis, Pasted, diagnose
from sinch_auth.knowledge import Knowledge

KEY_ID = "11111111-2222-3333-4444-555555555555"
KEY_SECRET = "n0t~a.real.one_000000000000000000"
APPLICATION_SECRET = "FAKEfakeFAKEfakeFAKEfa=="
API_TOKEN = "0123456789abcdef0123456789abcdef"
NOW = 1_795_500_000.0


def basic(user: str, password: str) -> str:
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def jwt(header: dict[str, object], claims: dict[str, object]) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims)]
    return ".".join((*parts, "c2lnbmF0dXJl"))


ACCESS_TOKEN = jwt({"alg": "RS256"}, {"iss": "https://auth.sinch.com/", "exp": NOW + 600})
EXPIRED = jwt({"alg": "RS256"}, {"iss": "https://auth.sinch.com/", "exp": NOW - 600})
REGISTRATION = jwt(
    {"alg": "HS256", "kid": "hkdfv1-20261124"}, {"iss": "//rtc.sinch.com/applications/a", "sub": "//rtc.sinch.com/x"}
)
OWN = jwt({"alg": "HS256", "typ": "JWT"}, {"sub": "me"})


def of(base: Knowledge, text: str, **known: str) -> Diagnosis:
    return diagnose(base, Pasted(text, **known), now=NOW)  # type: ignore[arg-type]


CURL_V = f"""\
* Connected to callingapi.sinch.com (192.0.2.1) port 443 (#0)
* Server auth using Basic with user '{KEY_ID}'
> GET /v1/configuration/numbers HTTP/1.1
> Host: callingapi.sinch.com
> Authorization: Basic {basic(KEY_ID, KEY_SECRET)}
> User-Agent: curl/8.1
> Accept: */*
>
< HTTP/1.1 401 Unauthorized
< Content-Type: application/json
<
{{"errorCode":40108,"message":"Invalid credentials.","reference":"r"}}
"""

HTTP2 = f"""\
* [HTTP/2] [1] OPENED stream for https://numbers.api.sinch.com/v1/projects/{KEY_ID}/activeNumbers
* [HTTP/2] [1] [:method: GET]
* [HTTP/2] [1] [:authority: numbers.api.sinch.com]
* [HTTP/2] [1] [:path: /v1/projects/{KEY_ID}/activeNumbers]
> GET /v1/projects/{KEY_ID}/activeNumbers HTTP/2
> Host: numbers.api.sinch.com
> authorization: Bearer {API_TOKEN}
>
< HTTP/2 401
< www-authenticate: Bearer error="invalid_token"
<
"""

RAW = f"""\
POST /v1/projects/{KEY_ID}/messages:send HTTP/1.1
Host: eu.conversation.api.sinch.com
Authorization: Bearer {EXPIRED}
Content-Type: application/json

{{"app_id": "x"}}

HTTP/1.1 401 Unauthorized
WWW-Authenticate: Bearer error="invalid_token", error_description="Jwt expired at 2026-11-24T10:00:00Z"
"""

HAR = json.dumps(
    {
        "log": {
            "entries": [
                {
                    "request": {
                        "method": "POST",
                        "url": "https://us.sms.api.sinch.com/xms/v1/plan/batches?x=1",
                        "headers": [{"name": "Authorization", "value": f"Bearer {ACCESS_TOKEN}"}],
                    },
                    "response": {"status": 401, "statusText": "Unauthorized", "headers": [], "content": {"text": ""}},
                },
                {"request": {"method": "GET", "url": "https://example.com/"}, "response": {"status": 200}},
            ]
        }
    }
)

CURL_LINES = """\
curl -X POST \\
  'https://verification.api.sinch.com/verification/v1/verifications' \\
  -H 'Content-Type: application/json' \\
  -u "$SINCH_KEY_ID:$SINCH_KEY_SECRET" \\
  -d '{"identity":{"type":"number","endpoint":"+12025550134"},"method":"sms"}'
"""


@pytest.mark.parametrize(
    "text, expected",
    [
        (
            CURL_V,
            {
                "method": "GET",
                "url": "https://callingapi.sinch.com/v1/configuration/numbers",
                "status": 401,
                "error_code": "40108",
                "scheme": "basic",
                "credential": "key-pair",
                "model": "project",
            },
        ),
        (
            HTTP2,
            {
                "method": "GET",
                "url": "https://numbers.api.sinch.com/v1/projects/{project_id}/activeNumbers",
                "status": 401,
                "credential": "api-token",
                "model": "service-plan",
                "www_authenticate": 'Bearer error="invalid_token"',
            },
        ),
        (
            RAW,
            {
                "method": "POST",
                "host": "eu.conversation.api.sinch.com",
                "status": 401,
                "credential": "expired-access-token",
            },
        ),
        (HAR, {"method": "POST", "host": "us.sms.api.sinch.com", "status": 401, "credential": "access-token"}),
        (
            f"why?\n{HAR}\nconst {{ data }} = await axios.post(tokenUrl)",
            {"method": "POST", "host": "us.sms.api.sinch.com", "status": 401, "credential": "access-token"},
        ),
        (
            CURL_LINES,
            {
                "method": "POST",
                "url": "https://verification.api.sinch.com/verification/v1/verifications",
                "scheme": "basic",
                "credential": "key-pair",
            },
        ),
        (
            "requests.get('https://callingapi.sinch.com/v1/configuration/numbers', auth=(application_key, application_secret))",
            {"method": "GET", "host": "callingapi.sinch.com", "credential": "application-pair"},
        ),
        (
            "const h = { Authorization: `Bearer ${process.env.SINCH_KEY_SECRET}` }\n"
            "await fetch('https://numbers.api.sinch.com/v1/projects/p/activeNumbers', { headers: h })",
            {"host": "numbers.api.sinch.com", "credential": "key-secret-as-bearer"},
        ),
        (
            'req.SetBasicAuth(os.Getenv("SINCH_APPLICATION_KEY"), os.Getenv("SINCH_APPLICATION_SECRET"))\n'
            'url := "https://numbers.api.sinch.com/v1/projects/p/activeNumbers"',
            {"host": "numbers.api.sinch.com", "credential": "application-pair", "model": "application"},
        ),
        (
            "curl_setopt($c, CURLOPT_USERPWD, $keyId . ':' . $keySecret); // https://calling.api.sinch.com/calling/v1/callouts",
            {"host": "calling.api.sinch.com", "credential": "key-pair"},
        ),
        (
            "http.basic_auth ENV['SINCH_SERVICE_PLAN_ID'], ENV['SINCH_API_TOKEN']\n# https://eu.sms.api.sinch.com/xms/v1/x/batches",
            {"host": "eu.sms.api.sinch.com", "credential": "plan-pair"},
        ),
        (
            'var c = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{keyId}:{keySecret}")); // https://calling.api.sinch.com/',
            {"credential": "key-pair"},
        ),
    ],
    ids=[
        "curl -v",
        "HTTP/2",
        "raw HTTP",
        "HAR",
        "HAR in a text",
        "curl",
        "python",
        "node",
        "go",
        "php",
        "ruby",
        "dotnet",
    ],
)
def test_request_and_answer_are_read(base: Knowledge, text: str, expected: dict[str, object]) -> None:
    """Method, URL, status, code and the kind of credential are read from this form."""
    exchange = of(base, text).exchange
    assert {name: getattr(exchange, name) for name in expected} == expected


@pytest.mark.parametrize(
    "header, kind",
    [
        (f"Basic {basic(KEY_ID, KEY_SECRET)}", "key-pair"),
        (f"Basic {basic(KEY_ID, APPLICATION_SECRET)}", "application-pair"),
        (f"Basic {basic(APPLICATION_SECRET, KEY_ID)}", "application-pair-swapped"),
        (f"Basic {basic(KEY_SECRET, KEY_ID)}", "pair-swapped"),
        (f"Basic {basic('api', 'anything')}", "api-user"),
        ("Basic " + basic(f"application\\{KEY_ID}", APPLICATION_SECRET), "classic-pair"),
        (f"Basic {ACCESS_TOKEN}", "token-as-basic"),
        (f"Bearer {ACCESS_TOKEN}", "access-token"),
        (f"Bearer {EXPIRED}", "expired-access-token"),
        (f"Bearer {REGISTRATION}", "registration-token"),
        (f"Bearer {OWN}", "own-jwt"),
        (f"Bearer {API_TOKEN}", "api-token"),
        (f"Bearer {KEY_ID}", "key-id-as-bearer"),
        (f"Bearer {APPLICATION_SECRET}", "application-secret-as-bearer"),
        (f"Bearer {basic(KEY_ID, KEY_SECRET)}", "pair-as-bearer"),
        (f"Bearer Bearer {ACCESS_TOKEN}", "bearer-twice"),
        (f"application {KEY_ID}:c2lnbmF0dXJl", "signed"),
        (f"Application {KEY_ID}", "public"),
    ],
)
def test_kind_of_a_credential_is_read_by_its_shape(base: Knowledge, header: str, kind: str) -> None:
    """The value itself is nowhere in the diagnosis, its kind is."""
    found = of(base, f"> GET / HTTP/1.1\n> Host: numbers.api.sinch.com\n> Authorization: {header}\n")
    assert found.exchange.credential == kind
    for secret in (KEY_SECRET, APPLICATION_SECRET, API_TOKEN, ACCESS_TOKEN, EXPIRED, REGISTRATION, OWN):
        assert secret not in repr(found)


@pytest.mark.parametrize(
    "text, sdk, version, says",
    [
        (
            'Traceback (most recent call last):\n  File "a.py", line 3, in <module>\n'
            "sinch.core.exceptions.ValidationException: key_id, key_secret and project_id are required by this API.",
            "python",
            "",
            "ValidationException: key_id",
        ),
        (
            "RequestFailedError: [apiName: OAuth2Api] [status: 401] Unauthorized\n"
            "    at Object.x (/app/node_modules/@sinch/sdk-client/dist/x.js:4:2)\n@sinch/sdk-core@1.4.0",
            "node",
            "1.4.0",
            "RequestFailedError",
        ),
        (
            "com.sinch.sdk.core.exceptions.ApiException: ApiException{code=401, message=Token refresh failed with HTTP 401}\n"
            "\tat com.sinch.sdk.http.HttpClientApache.invokeAPI(HttpClientApache.java:130)\nsinch-sdk-java:2.1.1",
            "java",
            "2.1.1",
            "Token refresh failed with HTTP 401",
        ),
        (
            "Sinch.Auth.SinchAuthException: Response status code does not indicate success: 401 (Unauthorized).\n"
            "   at Sinch.Auth.OAuth.GetAuthToken(Boolean force)",
            "dotnet",
            "",
            "SinchAuthException",
        ),
    ],
    ids=["python", "node", "java", "dotnet"],
)
def test_stack_traces_are_read(base: Knowledge, text: str, sdk: str, version: str, says: str) -> None:
    """The SDK, its version and the exception are read from a trace of each SDK."""
    exchange = of(base, text).exchange
    assert (exchange.sdk, exchange.sdk_version) == (sdk, version)
    assert says in exchange.exception


def test_of_two_requests_the_refused_one_leads(base: Knowledge) -> None:
    """A token request that worked before the call that did not is not the subject."""
    first = "> POST /oauth2/token HTTP/1.1\n> Host: auth.sinch.com\n> Authorization: Basic x\n>\n< HTTP/1.1 200 OK\n"
    assert of(base, first + HTTP2).exchange.host == "numbers.api.sinch.com"
    assert of(base, HTTP2 + first).exchange.host == "numbers.api.sinch.com"


def test_accepted_request_has_no_cause(base: Knowledge) -> None:
    """200 says that the credentials were good, whatever we think of their shape."""
    text = HTTP2.replace("HTTP/2 401", "HTTP/2 200").replace("www-authenticate", "x-other")
    found = of(base, text)
    assert (found.causes, found.fault, found.question) == ((), False, None)


def test_status_and_product_may_be_stated(base: Knowledge) -> None:
    """What is given beside the text counts as if it stood in it."""
    found = diagnose(base, Pasted("Invalid Signature", product="voice", status=401))
    assert found.causes[0].id == "invalid-signature-on-voice-or-verification"
    assert found.causes[0].snippet is not None


def test_chinese_is_read_and_answered(base: Knowledge) -> None:
    """The causes are in the language that was asked for."""
    found = diagnose(base, Pasted("numbers 接口 403:Access key x does not have access to projects/y", locale="zh-CN"))
    assert found.causes[0].id == "key-of-another-project"
    assert any("\u4e00" <= c <= "\u9fff" for c in found.causes[0].fix)


def test_what_looks_like_authentication_and_is_not_is_said(base: Knowledge) -> None:
    """A trial account's 403 says nothing about the key."""
    found = of(base, '{"error":{"code":403,"message":"Trial account cannot rent numbers"}}')
    assert [one.id for one in found.not_auth] == ["trial-account-cannot-rent"]


def test_a_pasted_secret_is_to_be_rotated(base: Knowledge) -> None:
    """Whoever pasted a secret is told so."""
    assert "otate" in of(base, f"secret = '{KEY_SECRET}' gives 401 on numbers").warnings[0]


def test_confidence_never_exceeds_the_facts(base: Knowledge) -> None:
    """No cause is surer than its row."""
    order = ("high", "medium", "low", "unknown")
    for id in base.ids("row"):
        for example in base.row(id).examples[:1]:
            for cause in of(base, example).causes:
                if base.has("row", cause.id):
                    assert order.index(cause.confidence) >= order.index(base.row(cause.id).confidence)
