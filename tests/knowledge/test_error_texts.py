"""Every error text of the SDKs and products, as they print it, leads to its troubleshooting row first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sinch_auth import triage
from sinch_auth.facts import Fact, Facts
from sinch_auth.knowledge import Knowledge
from sinch_auth.understand import understand

# What is printed, what else is known of the call, the row.
TEXTS: list[tuple[str, dict[str, str], str]] = [
    (
        "TypeError: SinchClient.__init__() got an unexpected keyword argument 'application_key'",
        {"language": "python"},
        "python-application-key-typeerror",
    ),
    (
        "TypeError: __init__() got an unexpected keyword argument 'application_key'",
        {"language": "python"},
        "python-application-key-typeerror",
    ),
    (
        "TypeError: SinchClient.__init__() got an unexpected keyword argument 'conversation_region'",
        {"language": "python"},
        "python-old-version-lacks-argument",
    ),
    (
        "TypeError: SinchClient.__init__() got an unexpected keyword argument 'sms_region'",
        {"language": "python"},
        "python-old-version-lacks-argument",
    ),
    (
        "TypeError: SinchClient.__init__() got an unexpected keyword argument 'transport'",
        {"language": "python"},
        "python-unknown-argument-names",
    ),
    (
        "AttributeError: module 'sinch' has no attribute 'SinchClientAsync'",
        {"language": "python"},
        "python-async-client-removed",
    ),
    (
        "AttributeError: 'SinchClient' object has no attribute 'verification'",
        {"language": "python"},
        "python-missing-voice-or-verification",
    ),
    (
        "AttributeError: 'SinchClient' object has no attribute 'voice'",
        {"language": "python"},
        "python-missing-voice-or-verification",
    ),
    (
        "AttributeError: 'SinchClient' object has no attribute 'fax'",
        {"language": "python"},
        "python-missing-voice-or-verification",
    ),
    (
        "AttributeError: 'SinchClient' object has no attribute 'elastic_sip_trunking'",
        {"language": "python"},
        "python-missing-voice-or-verification",
    ),
    (
        "AttributeError: 'Voice' object has no attribute 'callouts'",
        {"language": "python"},
        "python-missing-voice-or-verification",
    ),
    (
        "TypeError: ActiveNumbers.list() missing 2 required positional arguments: 'region_code' and 'number_type'",
        {"language": "python"},
        "python-active-numbers-missing-arguments",
    ),
    (
        "ValueError: Conversation region is required. Provide conversation_region when initializing SinchClient Example: SinchClient(project_id='...', key_id='...', key_secret='...', conversation_region='eu') or set it via sinch_client.configuration.conversation_region.",
        {"language": "python"},
        "python-conversation-region-required",
    ),
    (
        "ValueError: SMS region is required. Provide sms_region when initializing SinchClient Example: SinchClient(project_id='...', key_id='...', key_secret='...', sms_region='eu') or set it via sinch_client.configuration.sms_region.",
        {"language": "python"},
        "python-sms-region-required",
    ),
    (
        "sinch.core.exceptions.ValidationException: key_id, key_secret and project_id are required by this API. Those credentials can be obtained from Sinch portal.",
        {"language": "python"},
        "python-credentials-required",
    ),
    ("ValueError: project_id is required for Lookup API", {"language": "python"}, "python-credentials-required"),
    ("ValueError: The project_id is required", {"language": "python", "product": "sms"}, "python-credentials-required"),
    (
        "ValueError: The key_id and key_secret are required",
        {"language": "python", "product": "sms"},
        "python-credentials-required",
    ),
    (
        "ValueError: The sms_api_token is required when using service_plan_id",
        {"language": "python"},
        "python-sms-list-needs-token",
    ),
    (
        "ValidationException: application key and application secret are required by this API. Those credentials can be obtained from Sinch portal.",
        {"language": "python"},
        "python-1x-voice-exceptions",
    ),
    (
        "ValidationException: sms_api_token and service_plan_id are required by this API. Those credentials can be obtained from Sinch portal.",
        {"language": "python"},
        "python-sms-list-needs-token",
    ),
    (
        "sinch.domains.authentication.exceptions.AuthenticationException: None",
        {"language": "python"},
        "python-authentication-exception-none",
    ),
    (
        "sinch.domains.conversation.exceptions.ConversationException: Error 401",
        {"language": "python"},
        "project-api-401",
    ),
    ("sinch.domains.numbers.exceptions.NumbersException: Error 401", {"language": "python"}, "project-api-401"),
    (
        "sinch.domains.sms.exceptions.SmsException: Error 401",
        {"language": "python"},
        "python-sms-exception-without-text",
    ),
    ("NumberLookupException: Error 401", {"language": "python"}, "python-sms-exception-without-text"),
    ("VoiceException: Error 401", {"language": "python"}, "python-sms-exception-without-text"),
    (
        "sinch.core.exceptions.SinchException: Error while parsing json response. Expecting value: line 1 column 1 (char 0)",
        {"language": "python"},
        "python-error-while-parsing-json",
    ),
    ("AttributeError: 'str' object has no attribute 'get'", {"language": "python"}, "python-attribute-error-str-get"),
    ("KeyError: 'text' in sinch/domains/sms", {"language": "python"}, "python-attribute-error-str-get"),
    ("KeyError: 'scope' sinch token manager", {"language": "python"}, "python-attribute-error-str-get"),
    (
        "ValidationException: Invalid authentication token structure",
        {"language": "python"},
        "python-set-auth-token-structure",
    ),
    ("binascii.Error: Incorrect padding", {"language": "python", "product": "voice"}, "python-1x-voice-exceptions"),
    (
        "binascii.Error: Invalid base64-encoded string: number of data characters (5) cannot be 1 more than a multiple of 4",
        {"language": "python", "product": "verification"},
        "python-1x-voice-exceptions",
    ),
    (
        "TypeError: Cannot read properties of undefined (reading 'logger')",
        {"language": "node"},
        "node-no-constructor-argument",
    ),
    (
        'Error: Invalid configuration for the Numbers API: "projectId", "keyId" and "keySecret" values must be provided',
        {"language": "node"},
        "node-project-credentials-missing",
    ),
    (
        'Error: Invalid configuration for the Conversation API: "projectId", "keyId" and "keySecret" values must be provided',
        {"language": "node"},
        "node-project-credentials-missing",
    ),
    (
        'Error: Invalid configuration for the Fax API: "projectId", "keyId" and "keySecret" values must be provided',
        {"language": "node"},
        "node-project-credentials-missing",
    ),
    (
        'Error: Invalid configuration for the Elastic SIP Trunking API: "projectId", "keyId" and "keySecret" values must be provided',
        {"language": "node"},
        "node-project-credentials-missing",
    ),
    (
        'Error: Invalid configuration for the Number Lookup API: "projectId", "keyId" and "keySecret" values must be provided',
        {"language": "node"},
        "node-project-credentials-missing",
    ),
    (
        'Error: Invalid configuration for the Voice API: "applicationKey" and "applicationSecret" values must be provided',
        {"language": "node"},
        "node-application-credentials-missing",
    ),
    (
        'Error: Invalid configuration for the Verification API: "applicationKey" and "applicationSecret" values must be provided',
        {"language": "node"},
        "node-application-credentials-missing",
    ),
    (
        "Error: Invalid parameters for the SMS API: check your configuration",
        {"language": "node"},
        "node-sms-configuration",
    ),
    (
        "As the servicePlanId and the apiToken are provided, all other credentials will be disregarded.",
        {"language": "node"},
        "node-sms-both-credential-sets",
    ),
    (
        '** DEPRECATION NOTICE ** The "conversationRegion" property will become mandatory in the next major version of the SDK and not default to "us" anymore. Please set it to a valid region.',
        {"language": "node"},
        "node-region-deprecation",
    ),
    (
        '** DEPRECATION NOTICE ** The "smsRegion" property will become mandatory in the next major version of the SDK and not default to "us" anymore. Please set it to a valid region.',
        {"language": "node"},
        "node-region-deprecation",
    ),
    (
        'The region "mars" is not known as a supported region for the Conversation API',
        {"language": "node"},
        "node-unknown-region-warning",
    ),
    (
        'The region "mars" is not known as a supported region for the SMS API',
        {"language": "node"},
        "node-unknown-region-warning",
    ),
    (
        "RequestFailedError: [apiName: OAuth2Api] [operationId: OAuth2Token] [baseUrl: https://auth.sinch.com] [errorType: SDK] [status: 401] Unauthorized",
        {"language": "node"},
        "node-401-where-from",
    ),
    (
        "RequestFailedError: [apiName: ActiveNumberApi] [operationId: ListActiveNumbers] [baseUrl: https://numbers.api.sinch.com] [errorType: SDK] [status: 401] Unauthorized",
        {"language": "node"},
        "project-api-401",
    ),
    (
        "An error occurred when trying to get the authentication token - 401 Unauthorized",
        {"language": "node"},
        "node-token-failure-hidden",
    ),
    (
        "TypeError: Cannot read properties of undefined (reading 'sinchFetchWithPagination')",
        {"language": "node"},
        "node-first-call-after-expiry-lost",
    ),
    (
        "GenericError: Trying to clear an expired JWT from the cache while the Oauth2Token plugin is not registered to the API client",
        {"language": "node"},
        "node-clear-expired-jwt",
    ),
    ("Error: Cannot find module '@sinch/sdk-core/package.json'", {"language": "node"}, "node-cannot-find-sdk-core"),
    ("SyntaxError: Named export 'ConversationRegion' not found.", {"language": "node"}, "node-named-export-missing"),
    ("Error: The application key and secret must be defined", {"language": "node"}, "node-helper-wrong-argument"),
    (
        "npm error code ETARGET No matching version found for @sinch/sms@1.5.0",
        {"language": "node"},
        "node-install-fails",
    ),
    (
        "java.lang.NullPointerException: Conversation service requires credentials to be defined",
        {"language": "java"},
        "java-credentials-not-defined",
    ),
    (
        "java.lang.NullPointerException: Numbers service require unified credentials to be defined",
        {"language": "java"},
        "java-credentials-not-defined",
    ),
    (
        "java.lang.NullPointerException: Number Lookup service requires unified credentials to be defined",
        {"language": "java"},
        "java-credentials-not-defined",
    ),
    (
        "java.lang.NullPointerException: Credentials must be defined",
        {"language": "java", "product": "sms"},
        "java-credentials-not-defined",
    ),
    (
        "java.lang.IllegalArgumentException: Conversation service requires 'keyId' to be defined",
        {"language": "java"},
        "java-credentials-not-defined",
    ),
    (
        "java.lang.IllegalArgumentException: Conversation service requires 'keySecret' to be defined",
        {"language": "java"},
        "java-credentials-not-defined",
    ),
    (
        "java.lang.IllegalArgumentException: Numbers service requires 'projectId' to be defined",
        {"language": "java"},
        "java-credentials-not-defined",
    ),
    (
        "java.lang.IllegalArgumentException: 'keyId' must be defined",
        {"language": "java", "product": "sms"},
        "java-credentials-not-defined",
    ),
    (
        "java.lang.NullPointerException: Conversation service requires 'region' to be defined",
        {"language": "java"},
        "java-conversation-region-required",
    ),
    (
        "java.lang.NullPointerException: Templates service requires 'region' to be defined",
        {"language": "java"},
        "java-conversation-region-required",
    ),
    ("java.lang.NullPointerException: 'SMS Region' must be defined", {"language": "java"}, "java-sms-region-required"),
    ("java.lang.IllegalArgumentException: 'apiToken' must be defined", {"language": "java"}, "java-sms-setters"),
    (
        "java.lang.NullPointerException: Voice service requires application credentials to be defined",
        {"language": "java"},
        "java-application-credentials-required",
    ),
    (
        "java.lang.NullPointerException: Verification service requires application credentials to be defined",
        {"language": "java"},
        "java-application-credentials-required",
    ),
    (
        "java.lang.IllegalArgumentException: Voice service requires 'applicationSecret' to be defined",
        {"language": "java"},
        "java-application-credentials-required",
    ),
    (
        "java.lang.IllegalArgumentException: Voice service requires 'verificationUrl' to be defined",
        {"language": "java"},
        "java-voice-region-unknown",
    ),
    (
        "com.sinch.sdk.core.exceptions.ApiException: ApiException{code=401, message=Token refresh failed with HTTP 401}",
        {"language": "java"},
        "java-token-refresh-failed",
    ),
    (
        "com.sinch.sdk.core.exceptions.ApiException: ApiException{code=403, message=Token refresh failed with HTTP 403}",
        {"language": "java"},
        "java-token-refresh-failed",
    ),
    (
        "com.sinch.sdk.core.exceptions.ApiAuthException: Unable to get new token",
        {"language": "java"},
        "java-token-refresh-failed",
    ),
    ("java.lang.NullPointerException: inStream parameter is null", {"language": "java"}, "java-instream-null"),
    (
        "java.lang.IllegalArgumentException: Illegal base64 character 2d",
        {"language": "java", "product": "voice"},
        "java-application-secret-not-base64",
    ),
    (
        "java.lang.IllegalArgumentException: Input byte array has incorrect ending byte at 24",
        {"language": "java", "product": "verification"},
        "java-application-secret-not-base64",
    ),
    (
        "error: cannot find symbol symbol: method fax() location: class SinchClient",
        {"language": "java"},
        "java-call-does-not-compile",
    ),
    (
        "error: cannot find symbol symbol: method batches() location: interface SMSService",
        {"language": "java"},
        "java-call-does-not-compile",
    ),
    (
        "System.AggregateException: Credentials are missing (keyId should have a value) (projectId should have a value) (keySecret should have a value)",
        {"language": "dotnet"},
        "dotnet-credentials-missing",
    ),
    (
        "System.InvalidOperationException: keyId should have a value",
        {"language": "dotnet"},
        "dotnet-credentials-missing",
    ),
    (
        "System.ArgumentNullException: Should have a value (Parameter 'apiToken')",
        {"language": "dotnet"},
        "dotnet-credentials-missing-sms",
    ),
    (
        "System.ArgumentNullException: The value should be present (Parameter 'appKey')",
        {"language": "dotnet"},
        "dotnet-voice-value-should-be-present",
    ),
    ("Sinch.Auth.SinchAuthException: invalid_client", {"language": "dotnet"}, "dotnet-exceptions"),
    (
        "Sinch.SinchApiException: Unauthorized:Request had invalid credentials.",
        {"language": "dotnet"},
        "project-api-401",
    ),
    (
        "System.FormatException: The input is not a valid Base-64 string as it contains a non-base 64 character",
        {"language": "dotnet", "product": "voice"},
        "secret-not-base64",
    ),
    (
        "error CS0246: The type or namespace name 'ISinch' could not be found",
        {"language": "dotnet"},
        "dotnet-type-not-found",
    ),
    (
        "error CS0246: The type or namespace name 'SinchClientConfiguration' could not be found",
        {"language": "dotnet"},
        "dotnet-type-not-found",
    ),
    (
        "System.ObjectDisposedException: Cannot access a disposed object. Object name: 'System.Net.Http.StringContent'",
        {"language": "dotnet"},
        "dotnet-retry-objectdisposed",
    ),
    (
        "System.Text.Json.JsonException: The JSON value could not be converted to System.Nullable`1[System.Int32]. Path: $.code at Sinch.SMS.Batches.Send",
        {"language": "dotnet", "product": "sms"},
        "dotnet-retry-objectdisposed",
    ),
    (
        "System.Collections.Generic.KeyNotFoundException: The given key 'x-sinch-webhook-signature' was not present in the dictionary.",
        {"language": "dotnet"},
        "conversation-webhook-without-signature",
    ),
    ('{"error":"invalid_client","error_description":"Client authentication failed"}', {}, "invalid-client"),
    (
        '{"error":"invalid_request","error_description":"The request is missing a required parameter","error_hint":"grant_type"}',
        {},
        "token-request-not-form",
    ),
    ("auth.sinch.com/oauth2/token 429 Too Many Requests", {}, "token-endpoint-429"),
    (
        'HTTP/1.1 401 WWW-Authenticate: Bearer error="invalid_token", error_description="Jwt expired at 2026-11-24T08:00:00Z", error_uri="https://tools.ietf.org/html/rfc6750#section-3.1"',
        {},
        "access-token-expired",
    ),
    ("bash: -d: command not found", {}, "curl-line-continuation"),
    (
        '{"error":{"code":401,"message":"Request had invalid credentials.","status":"UNAUTHENTICATED","details":[]}}',
        {"product": "conversation"},
        "project-api-401",
    ),
    (
        '{"error":{"code":403,"message":"You do not have access to the requested resource.","status":"UNAUTHORIZED","details":[]}}',
        {"product": "conversation"},
        "forbidden-403-on-project-api",
    ),
    (
        '{"error":{"code":403,"message":"Trial account is not enabled to rent number","status":"PERMISSION_DENIED"}}',
        {"product": "numbers"},
        "trial-account-cannot-rent",
    ),
    (
        '{"errorCode":"unauthorized_error","message":"x","resolution":"y","additionalInformation":{}}',
        {"product": "provisioning"},
        "provisioning-401",
    ),
    ('{"errorCode":"invalid_credentials"}', {"product": "provisioning"}, "provisioning-401"),
    ('{"errorCode":"rbm_has_not_been_used","message":"x"}', {"product": "provisioning"}, "rcs-not-enabled"),
    ('{"errorCode":"rbm_too_many_requests"}', {"product": "provisioning"}, "provisioning-429"),
    ('{"code":"unknown_group","text":"x"}', {"product": "sms"}, "sms-403-account-or-data"),
    ('{"code":"missing_callback_url","text":"x"}', {"product": "sms"}, "sms-403-account-or-data"),
    ('{"code":"blocked_account","text":"x"}', {"product": "sms"}, "sms-403-account-or-data"),
    ('{"code":401,"message":"Invalid authorization","traceId":"x"}', {"product": "number-lookup"}, "lookup-401"),
    ('{"status":403,"title":"country disabled"}', {"product": "number-lookup"}, "lookup-402-403"),
    ('{"status":403,"title":"line type feature disabled"}', {"product": "number-lookup"}, "lookup-402-403"),
    ('{"status":403,"title":"use cases not specified"}', {"product": "number-lookup"}, "lookup-402-403"),
    ('{"status":429,"title":"Rate limit exceeded"}', {"product": "number-lookup"}, "lookup-429"),
    (
        'POST https://porting.api.sinch.com/v1/projects/x/orders/portIns 401 {"code":401,"error":"x","message":"x","details":"x"}',
        {},
        "porting-401",
    ),
    (
        '{"code":400,"status":"BAD_REQUEST","message":"Project with id \'x\' is not enabled","details":[]}',
        {"product": "elastic-sip-trunking"},
        "trunking-project-not-enabled",
    ),
    ('{"errorCode":40001,"message":"Parameter validation"}', {"product": "voice"}, "callout-refused-for-its-body"),
    ('{"errorCode":40003,"message":"Invalid request"}', {"product": "voice"}, "callout-refused-for-its-body"),
    (
        '{"errorCode":40004,"message":"Application key is invalid"}',
        {"product": "voice"},
        "application-key-invalid-40004",
    ),
    (
        '{"errorCode":40005,"message":"number lacks leading plus"}',
        {"product": "verification"},
        "verification-not-auth-codes",
    ),
    (
        '{"errorCode":40100,"message":"Authorization required","reference":"x","status":"401 Unauthorized"}',
        {"product": "voice"},
        "authorization-required-40104",
    ),
    (
        '{"errorCode":40101,"message":"X-Timestamp required.","reference":"x"}',
        {"product": "voice"},
        "timestamp-refused-40101",
    ),
    (
        '{"errorCode":40102,"message":"Invalid signature.","reference":"x"}',
        {"product": "voice"},
        "invalid-signature-on-voice-or-verification",
    ),
    ('{"errorCode":40103}', {"product": "verification"}, "rare-401-codes"),
    (
        '{"errorCode":40104,"message":"Authorization required.","reference":"x"}',
        {"product": "verification"},
        "authorization-required-40104",
    ),
    ('{"errorCode":40105}', {"product": "verification"}, "rare-401-codes"),
    ('{"errorCode":40106}', {"product": "verification"}, "rare-401-codes"),
    (
        '{"errorCode":40107,"message":"Invalid authorization."}',
        {"product": "verification"},
        "invalid-credentials-40107-40108",
    ),
    (
        '{"errorCode":40108,"message":"Invalid credentials."}',
        {"product": "verification"},
        "invalid-credentials-40107-40108",
    ),
    ('{"errorCode":40200,"message":"not enough credit"}', {"product": "voice"}, "voice-billing-or-routing-code"),
    ('{"errorCode":40300,"message":"Forbidden request"}', {"product": "verification"}, "forbidden-40300-40302"),
    (
        '{"errorCode":40301,"message":"Invalid scheme"}',
        {"product": "verification"},
        "public-scheme-not-allowed-here-40301",
    ),
    ('{"errorCode":40302,"message":"Insufficient privileges"}', {"product": "verification"}, "forbidden-40300-40302"),
    (
        '{"errorCode":40303,"message":"Authorization requirement not met.","reference":"x"}',
        {"product": "voice"},
        "minimum-level-or-callback-missing-40303",
    ),
    (
        '{"errorCode":40303,"message":"Callback URL must be set when using public authorization method.","reference":"x"}',
        {"product": "verification"},
        "minimum-level-or-callback-missing-40303",
    ),
    ('{"errorCode":40400,"message":"not found"}', {"product": "verification"}, "verification-not-auth-codes"),
    ('{"errorCode":40900,"message":"conflict"}', {"product": "verification"}, "voice-billing-or-routing-code"),
    (
        '{"errorCode":42200,"message":"application not configured"}',
        {"product": "verification"},
        "application-not-configured-42200",
    ),
    ('{"errorCode":42201,"message":"no route"}', {"product": "voice"}, "voice-billing-or-routing-code"),
    (
        '{"errorCode":42202,"message":"Invalid callback response"}',
        {"product": "verification"},
        "invalid-callback-response-42202",
    ),
    (
        '{"errorCode":42900,"message":"Request capacity exceeded.","reference":"x"}',
        {"product": "voice"},
        "capacity-exceeded-42900",
    ),
    (
        '{"errorCode":42901,"message":"same number too quickly"}',
        {"product": "verification"},
        "verification-not-auth-codes",
    ),
    (
        '{"type":"https://developers.sinch.com/docs/errors/invalid-credentials","title":"Invalid credentials","detail":"The provided credentials are invalid. Use valid credentials from https://auth.sinch.com."}',
        {"product": "voice-v2"},
        "project-api-401",
    ),
    (
        '{"title":"Token expired","detail":"The access token has expired. Generate a new token at https://auth.sinch.com."}',
        {"product": "voice-v2"},
        "access-token-expired",
    ),
    (
        '{"title":"permission denied","detail":"Access key <key> does not have access to projects/<project>."}',
        {"product": "voice-v2"},
        "key-of-another-project",
    ),
    ("https://account.api.sinch.com/v1/projects/x/accessKeys 401 Unauthenticated", {}, "access-keys-api-not-for-you"),
    ("subproject.api.sinch.com/v1/projects/x/subprojects 403 Permission Denied", {}, "subproject-keys"),
    ("POST https://api.mailgun.net/v3/mg.example.com/messages 401 Forbidden", {}, "mailgun-401-forbidden"),
    ('{"message":"Invalid private key"}', {"product": "mailgun"}, "mailgun-401-forbidden"),
    ('{"message":"Domain not found: mg.example.com"}', {"product": "mailgun"}, "mailgun-domain-not-found"),
    (
        '{"message":"Domain mg.example.com is not allowed to send: request limit exceeded, try again after Tue"}',
        {"product": "mailgun"},
        "mailgun-rate-limited",
    ),
    (
        '{"ErrorIdentifier":"x","StatusCode":401,"ErrorMessage":"API key authentication/authorization failure. You may be unauthorized to access the API or your API key may be expired. Visit API keys management section to check your keys."}',
        {},
        "mailjet-authentication-failure",
    ),
    ("ErrorCode mj-0015", {"product": "mailjet"}, "mailjet-authentication-failure"),
    ("POST https://api.mailjet.com/v4/sms-send 401 ErrorCode mj-0015", {}, "mailjet-sms-token"),
    ("ErrorCode mj-0001", {"product": "mailjet"}, "mailjet-key-suspended"),
    ("ErrorCode mj-0021", {"product": "mailjet"}, "mailjet-sender-not-validated"),
    ("ErrorCode send-0008", {"product": "mailjet"}, "mailjet-sender-not-validated"),
    ("error-code E104", {"product": "mms"}, "mms-invalid-key-e104"),
    ("error-code E112", {"product": "mms"}, "mms-address-not-listed-e112"),
    ("error-code E103", {"product": "mms"}, "mms-no-access-e103-e105"),
    ("error-code E105", {"product": "mms"}, "mms-no-access-e103-e105"),
    ("error-code E113", {"product": "mms"}, "mms-too-fast-e113-e106"),
    ("error-code E106", {"product": "mms"}, "mms-too-fast-e113-e106"),
    ("401 No valid authentication details were provided", {"product": "engage"}, "engage-401"),
    ("SinchError: Unable to create instance!", {}, "unable-to-create-instance"),
    ("InvalidOperationError: Invalid operation", {"product": "in-app-calling"}, "call-before-client-started"),
    ("OCRA 401 code 1104", {"product": "in-app-calling"}, "instance-code-1104"),
    (
        "java.lang.IllegalStateException: SinchClient not started",
        {"product": "in-app-calling", "language": "android"},
        "call-before-client-started",
    ),
    (
        "InsecureKeyLengthWarning: The HMAC key is 24 bytes long",
        {"product": "in-app-calling"},
        "signing-key-not-derived",
    ),
]


@pytest.mark.parametrize("text, known, row", TEXTS, ids=[f"{row}-{number}" for number, (_, _, row) in enumerate(TEXTS)])
def test_error_text_leads_to_its_row(base: Knowledge, text: str, known: dict[str, str], row: str) -> None:
    """The row comes first, with nothing known but what the call itself shows."""
    understood = understand(base, text)
    said = [Fact(name, value, "said") for name, value in known.items()]
    found = triage.ranked(base, replace(understood, facts=Facts((*said, *understood.facts))))
    assert found, "no row fits"
    assert found[0].id == row
