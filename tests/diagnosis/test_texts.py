"""Error texts as the SDKs and products print them, inside the noise that they come in, lead to their row first."""

from __future__ import annotations

import pytest

from sinch_auth import knowledge
from sinch_auth.diagnosis import Pasted, diagnose
from sinch_auth.diagnosis.quiet import quiet

BASE = knowledge.load()

TEXTS = [
    (
        'Traceback (most recent call last):\n  File "app.py", line 12, in <module>\n    apps = client.conversation.apps.list()\n  File "/usr/lib/python3.11/site-packages/sinch/core/adapters/requests_http_transport.py", line 40, in send\nsinch.domains.authentication.exceptions.AuthenticationException: None',
        ("python-authentication-exception-none", "invalid-client"),
    ),
    (
        'Traceback (most recent call last):\n  File "/srv/app/send.py", line 9, in <module>\n    client = SinchClient(application_key="abc", application_secret="def")\nTypeError: __init__() got an unexpected keyword argument \'application_key\'',
        ("python-application-key-typeerror",),
    ),
    (
        "sinch.core.exceptions.ValidationException: key_id, key_secret and project_id are required by this API. Those credentials can be obtained from Sinch portal.",
        ("python-credentials-required",),
    ),
    ("ValueError: project_id is required for Lookup API", ("python-credentials-required",)),
    ("ValueError: The sms_api_token is required when using service_plan_id", ("python-sms-list-needs-token",)),
    (
        "sinch.core.exceptions.ValidationException: application key and application secret are required by this API. Those credentials can be obtained from Sinch portal.",
        ("python-1x-voice-exceptions",),
    ),
    (
        "sinch.core.exceptions.ValidationException: sms_api_token and service_plan_id are required by this API.",
        ("python-sms-list-needs-token",),
    ),
    ("AttributeError: 'SinchClient' object has no attribute 'verification'", ("python-missing-voice-or-verification",)),
    ("AttributeError: 'Voice' object has no attribute 'callouts'", ("python-missing-voice-or-verification",)),
    ("AttributeError: module 'sinch' has no attribute 'SinchClientAsync'", ("python-async-client-removed",)),
    (
        'binascii.Error: Incorrect padding\n  File ".../sinch/core/signature.py", in get_headers_with_signature',
        ("python-1x-voice-exceptions", "secret-not-base64"),
    ),
    (
        "TypeError: SinchClient.__init__() got an unexpected keyword argument 'conversation_region'",
        ("python-old-version-lacks-argument",),
    ),
    (
        "sinch.core.exceptions.SinchException: Error while parsing json response. Expecting value: line 1 column 1 (char 0)",
        ("python-error-while-parsing-json",),
    ),
    (
        "  File \"/venv/lib/python3.12/site-packages/sinch/domains/numbers/exceptions.py\"\nAttributeError: 'str' object has no attribute 'get'",
        ("python-attribute-error-str-get",),
    ),
    ("sinch.domains.sms.exceptions.SmsException: Error 401", ("python-sms-exception-without-text", "sms-401-generic")),
    ("KeyError: 'text'\n  File site-packages/sinch/domains/sms/endpoints", ("python-attribute-error-str-get",)),
    (
        "TypeError: ActiveNumbers.list() missing 2 required positional arguments: 'region_code' and 'number_type'",
        ("python-active-numbers-missing-arguments",),
    ),
    (
        "sinch.core.exceptions.ValidationException: Invalid authentication token structure",
        ("python-set-auth-token-structure",),
    ),
    (
        "ValueError: SMS region is required. Provide sms_region when initializing SinchClient Example: SinchClient(project_id='...', key_id='...', key_secret='...', sms_region='eu') or set it via sinch_client.configuration.sms_region. ",
        ("python-sms-region-required",),
    ),
    (
        'Error: Invalid configuration for the Numbers API: "projectId", "keyId" and "keySecret" values must be provided\n    at NumbersService.getClient (/app/node_modules/@sinch/numbers/dist/index.js:1:1)',
        ("node-project-credentials-missing",),
    ),
    ("Error: Invalid parameters for the SMS API: check your configuration", ("node-sms-configuration",)),
    (
        'Error: Invalid configuration for the Verification API: "applicationKey" and "applicationSecret" values must be provided',
        ("node-application-credentials-missing",),
    ),
    (
        "TypeError: Cannot read properties of undefined (reading 'logger')\n    at new SinchClient (/app/node_modules/@sinch/sdk-core/dist/sinch-client.js:10:5)",
        ("node-no-constructor-argument",),
    ),
    (
        'RequestFailedError: [apiName: OAuth2Api] [operationId: OAuth2Token] [baseUrl: https://auth.sinch.com] [errorType: SDK] [status: 401] Unauthorized\n    at /app/node_modules/@sinch/sdk-client/dist/plugins/exception/exception.response.js:40:19 {\n  statusCode: 401, data: \'{"error":"invalid_client"}\' }',
        ("invalid-client", "node-401-where-from"),
    ),
    (
        "An error occurred when trying to get the authentication token - Unauthorized\nRequestFailedError: [apiName: AppApi] [operationId: ListApps] [baseUrl: https://us.conversation.api.sinch.com] [status: 401] Unauthorized",
        ("node-token-failure-hidden",),
    ),
    (
        "GenericError: Trying to clear an expired JWT from the cache while the Oauth2Token plugin is not registered to the API client",
        ("node-clear-expired-jwt",),
    ),
    (
        "Error: Cannot find module '@sinch/sdk-core/package.json'\nRequire stack:\n- /app/node_modules/@sinch/sdk-client/dist/api.js",
        ("node-cannot-find-sdk-core",),
    ),
    (
        "SyntaxError: Named export 'ConversationRegion' not found. The requested module '@sinch/sdk-core' is a CommonJS module",
        ("node-named-export-missing",),
    ),
    (
        '** DEPRECATION NOTICE ** The "conversationRegion" property will become mandatory in the next major version of the SDK and not default to "us" anymore. Please set it to a valid region.',
        ("node-region-deprecation",),
    ),
    ('The region "mars" is not known as a supported region for the Conversation API', ("node-unknown-region-warning",)),
    (
        "TypeError: Cannot read properties of undefined (reading 'sinchFetchWithPagination')",
        ("node-first-call-after-expiry-lost",),
    ),
    (
        "As the servicePlanId and the apiToken are provided, all other credentials will be disregarded.",
        ("node-sms-both-credential-sets",),
    ),
    (
        'Exception in thread "main" com.sinch.sdk.core.exceptions.ApiException: ApiException{code=401, message=Token refresh failed with HTTP 401}\n\tat com.sinch.sdk.http.HttpClientApache.invokeAPI(HttpClientApache.java:130)\nCaused by: com.sinch.sdk.core.exceptions.ApiAuthException',
        ("java-token-refresh-failed",),
    ),
    (
        "java.lang.NullPointerException: Conversation service requires credentials to be defined",
        ("java-credentials-not-defined",),
    ),
    (
        "java.lang.NullPointerException: Numbers service require unified credentials to be defined",
        ("java-credentials-not-defined",),
    ),
    (
        "java.lang.IllegalArgumentException: Conversation service requires 'keyId' to be defined",
        ("java-credentials-not-defined",),
    ),
    (
        "java.lang.NullPointerException: Conversation service requires 'region' to be defined\n at com.sinch.sdk.core.utils.StringUtil",
        ("java-conversation-region-required",),
    ),
    ("java.lang.NullPointerException: 'SMS Region' must be defined", ("java-sms-region-required",)),
    (
        "java.lang.NullPointerException: Voice service requires application credentials to be defined",
        ("java-application-credentials-required",),
    ),
    (
        "IllegalArgumentException: Voice service requires 'verificationUrl' to be defined",
        ("java-voice-region-unknown",),
    ),
    ("java.lang.NullPointerException: inStream parameter is null", ("java-instream-null",)),
    (
        "ApiException: Unable to get new token at com.sinch.sdk.auth.adapters.OAuthManager",
        ("java-token-refresh-failed",),
    ),
    (
        "java.lang.IllegalArgumentException: Illegal base64 character 5f\n at java.util.Base64$Decoder.decode0(Base64.java:743)\n at com.sinch.sdk.auth.adapters.ApplicationAuthManager.<init>",
        ("java-application-secret-not-base64",),
    ),
    (
        "System.AggregateException: Credentials are missing (keyId should have a value) ---> System.InvalidOperationException: keyId should have a value",
        ("dotnet-credentials-missing",),
    ),
    (
        "System.ArgumentNullException: The value should be present (Parameter 'appKey')",
        ("dotnet-voice-value-should-be-present",),
    ),
    (
        "Sinch.Auth.SinchAuthException: Response status code does not indicate success: 401 (Unauthorized).\n   at Sinch.Auth.OAuth.GetAuthToken",
        ("dotnet-exceptions", "invalid-client"),
    ),
    (
        "error CS0246: The type or namespace name 'SinchClientConfiguration' could not be found",
        ("dotnet-type-not-found",),
    ),
    (
        "System.ObjectDisposedException: Cannot access a disposed object. Object name: 'System.Net.Http.StringContent' at Sinch.Core.Http.Send",
        ("dotnet-retry-objectdisposed",),
    ),
    (
        '* Connected to callingapi.sinch.com (1.2.3.4) port 443\n* Server auth using Basic with user \'9f1c2d3e-1111-4222-8333-944444444444\'\n> GET /v1/configuration/numbers HTTP/1.1\n> Host: callingapi.sinch.com\n> Authorization: Basic OWYxYzJkM2UtMTExMS00MjIyLTgzMzMtOTQ0NDQ0NDQ0NDQ0OmFCY35kZUZnLmhJaktsTW5PcC5xUnNUdVYud1h5\n> User-Agent: curl/8.1\n> Accept: */*\n>\n< HTTP/1.1 401 Unauthorized\n< Content-Type: application/json\n<\n{"errorCode":40108,"message":"Invalid credentials.","reference":"x"}',
        ("access-key-on-voice-or-verification",),
    ),
    (
        "> POST /v1/projects/p/messages:send HTTP/2\n> Host: us.conversation.api.sinch.com\n> authorization: Bearer 0123456789abcdef0123456789abcdef\n> content-type: application/json\n< HTTP/2 401\n< www-authenticate: Bearer",
        ("sms-token-on-project-api",),
    ),
    (
        'GET /v1/projects/p/activeNumbers HTTP/1.1\nHost: numbers.api.sinch.com\nAuthorization: Bearer abc.def\n\nHTTP/1.1 401 Unauthorized\nWWW-Authenticate: Bearer error="invalid_token", error_description="Jwt expired at 2026-11-24T10:00:00Z"\n',
        ("access-token-expired",),
    ),
    (
        '{"error":{"code":403,"message":"Access key 1 does not have access to projects/2","status":"PERMISSION_DENIED","details":[]}}',
        ("key-of-another-project",),
    ),
    (
        '{"error":{"code":404,"message":"app 01ABC not found","status":"NOT_FOUND"}} from eu.conversation.api.sinch.com, my app is in the US region',
        ("conversation-wrong-region-404",),
    ),
    ('{"errorCode":40101,"message":"X-Timestamp required.","reference":"1"}', ("timestamp-refused-40101",)),
    ('{"errorCode":40003,"message":"Invalid request."} calling api', ("callout-refused-for-its-body",)),
    ('{"errorCode":42900,"message":"Request capacity exceeded."}', ("capacity-exceeded-42900",)),
    (
        '{"message":"Sandbox subdomains are for test purposes only. Please add your own domain or add the address to authorized recipients in Account Settings."} 403 mailgun',
        ("mailgun-sandbox-recipients",),
    ),
    (
        '{"ErrorIdentifier":"06df","StatusCode":401,"ErrorMessage":"API key authentication/authorization failure. You may be unauthorized to access the API or your API key may be expired. Visit API keys management section to check your keys."}',
        ("mailjet-authentication-failure",),
    ),
    (
        'curl -s --user "api:key-aaaa" https://api.mailgun.net/v3/mg.example.eu/messages -F from=x\nForbidden   (domain was created in the EU region)',
        ("mailgun-eu-domain-on-us-host",),
    ),
    (
        "fetch('https://numbers.api.sinch.com/v1/projects/x/activeNumbers', { headers: { Authorization: `Bearer ${process.env.SINCH_KEY_SECRET}` } }) // 401",
        ("raw-key-as-bearer",),
    ),
    (
        "requests.post('https://auth.sinch.com/oauth2/token', json={'grant_type': 'client_credentials'}, auth=(key_id, key_secret)) -> 400 invalid_request",
        ("token-request-not-form",),
    ),
    (
        "requests.get('https://verification.api.sinch.com/verification/v1/verifications/id/x', auth=(os.environ['SINCH_KEY_ID'], os.environ['SINCH_KEY_SECRET'])) 401",
        ("access-key-on-voice-or-verification",),
    ),
    (
        'client.SetBasicAuth(os.Getenv("SINCH_KEY_SECRET"), os.Getenv("SINCH_KEY_ID")) req to https://auth.sinch.com/oauth2/token returns 401',
        ("key-id-and-secret-swapped",),
    ),
    (
        'String auth = Base64.getEncoder().encodeToString((applicationKey + ":" + applicationSecret).getBytes()); HttpRequest to https://numbers.api.sinch.com/v1/projects/ -> 401',
        ("application-key-on-project-api",),
    ),
    (
        "http.basic_auth ENV['SINCH_SERVICE_PLAN_ID'], ENV['SINCH_API_TOKEN']\nuri https://eu.sms.api.sinch.com/xms/v1/x/batches 401",
        ("sms-basic-auth",),
    ),
    (
        'rent number: {"error":{"code":403,"message":"Trial account cannot rent numbers"}}',
        ("trial-account-cannot-rent",),
    ),
]


@pytest.mark.parametrize("text, rows", TEXTS)
def test_printed_text_leads_to_its_row(text: str, rows: tuple[str, ...]) -> None:
    """The first cause is the row of this text."""
    causes = diagnose(BASE, Pasted(text)).causes
    assert causes
    assert causes[0].id in rows


NOISY = """\
* Host numbers.api.sinch.com:443 was resolved.
*   Trying 192.0.2.1:443...
* ALPN: server accepted h2
* SSL certificate verify ok.
* [HTTP/2] [1] [user-agent: curl/8.5.0]
> GET /v1/projects/p/activeNumbers HTTP/2
> Host: numbers.api.sinch.com
> Authorization: Bearer ****
> User-Agent: curl/8.5.0
>
{ [5 bytes data]
< HTTP/2 401
< content-type: application/json; charset=utf-8
< date: Tue, 24 Nov 2026 09:00:00 GMT
<
{"message":"no"}
"""


def test_noise_of_transport_is_not_matched() -> None:
    """Of a verbose exchange only URL, status and body are left to match."""
    assert quiet(NOISY).split("\n")[:3] == [
        "https://numbers.api.sinch.com/v1/projects/p/activeNumbers",
        "401",
        '{"message":"no"}',
    ]


def test_a_failure_in_the_noise_is_kept() -> None:
    """curl tells of a lost connection in a remark."""
    assert "Empty reply" in quiet("* Empty reply from server\n> GET / HTTP/1.1\n")


def test_frames_of_a_trace_are_not_matched() -> None:
    """What was thrown is left, not the way there."""
    trace = 'Traceback (most recent call last):\n  File "sinch/lambda.py", line 1, in x\n    call()\nValueError: no'
    assert quiet(trace).split("\n") == ["Traceback (most recent call last):", "ValueError: no", "sinch"]
