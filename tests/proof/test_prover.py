"""The proof itself: what is wrong with a snippet does not pass it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from evals.proving import parsing

from sinch_auth import knowledge, snippets

Problems = Callable[..., list[str]]

CALL = "numbers/curl/call/project-basic/http"
TOKEN = "numbers/python/token/project-oauth2/http"
WEBHOOK = "numbers/python/webhook/project-oauth2/http"
MINT = "in-app-calling/python/mint/application-registration-token/http"

IOS = "in-app-calling/ios/init/application-registration-token/client-sdk"
ANDROID = "in-app-calling/android/init/application-registration-token/client-sdk"
DOTNET = "conversation/dotnet/init/project-oauth2/sdk"
BROWSER = "in-app-calling/browser/init/application-registration-token/client-sdk"


def test_an_error_that_is_swallowed(problems: Problems) -> None:
    """A snippet that ends with 0 although it was refused is caught."""
    found = problems(CALL, lambda code: code.replace("exit 1", "exit 0"))
    assert any("it ended with 0 after 401" in problem for problem in found)


def test_a_refusal_without_its_status(problems: Problems) -> None:
    """A snippet that fails and does not say with which status is caught."""
    found = problems(CALL, lambda code: code.replace('echo "refused: $status $body" >&2', 'echo "refused" >&2'))
    assert any("it does not show the status 401" in problem for problem in found)


def test_a_secret_that_is_printed(problems: Problems) -> None:
    """A snippet that prints the secret is caught."""
    found = problems(CALL, lambda code: f'{code}echo "$SINCH_KEY_SECRET"\n')
    assert any("it prints the Key Secret" in problem for problem in found)


def test_a_token_that_is_printed(problems: Problems) -> None:
    """A snippet that prints the access token is caught."""
    found = problems(TOKEN, lambda code: code.replace("{len(token)} characters", "{token}"))
    assert any("it prints an access token" in problem for problem in found)


def test_another_host(problems: Problems) -> None:
    """A snippet that calls another product, be it with success, is caught."""
    found = problems(
        CALL, lambda code: code.replace("https://numbers.api.sinch.com/v1", "https://us.conversation.api.sinch.com/v1")
    )
    assert any(problem.startswith("right credentials:") for problem in found)


def test_no_request(problems: Problems) -> None:
    """A snippet that says it was let in and never asked is caught."""
    found = problems(CALL, lambda _: "echo accepted\n")
    assert any("no request arrived" in problem for problem in found)


def test_a_variable_that_nobody_names(problems: Problems) -> None:
    """A snippet sees only the variables that its answer asks for."""
    found = problems(CALL, lambda code: f'{code}: "${{SINCH_REGION:?}}"\n')
    assert any("SINCH_REGION" in problem for problem in found)


def test_a_receiver_that_takes_everything(problems: Problems) -> None:
    """A webhook receiver without a check is caught."""
    found = problems(WEBHOOK, lambda code: code.replace("if not is_authentic(received, raw):", "if False:"))
    assert {problem.partition(":")[0] for problem in found} >= {"another secret", "a spoilt body", "no signature"}


def test_a_receiver_that_parses_first(problems: Problems) -> None:
    """A webhook receiver that signs the parsed body is caught."""
    found = problems(
        WEBHOOK,
        lambda code: code.replace("raw = sys.stdin.buffer.read()", "import json; raw = json.dumps(json.load(sys.stdin)).encode()"),
    )  # fmt: skip
    assert any(problem.startswith("a callback:") for problem in found)


def test_a_token_with_the_secret_as_text(problems: Problems) -> None:
    """A registration token whose secret was not decoded is caught, and the rule named."""
    found = problems(
        MINT,
        lambda code: code.replace("signing_key(secret, date), signed", "signing_key(application_secret.encode(), date), signed"),
    )  # fmt: skip
    assert any("RTC-JWT-060" in problem for problem in found)


def test_java_that_does_not_compile(problems: Problems) -> None:
    """A member that the Java SDK has not is caught, with the SDK or with its recorded surface."""
    found = problems("numbers/java/call/project-oauth2/sdk", lambda code: code.replace(".regions()", ".region()"))
    assert any("cannot find symbol" in problem for problem in found)


def test_go_with_a_variable_too_many(problems: Problems) -> None:
    """What Go's compiler refuses is caught, and only for the snippet that has it."""
    found = problems(
        "numbers/go/call/project-basic/http",
        lambda code: code.replace("func main() {", "func main() {\n\tunused := 1\n", 1),
    )
    assert any("declared and not used" in problem for problem in found)


def test_a_listener_that_does_not_register(problems: Problems) -> None:
    """A page whose listener lacks what the SDK asks for is caught in the browser."""
    found = problems(BROWSER, lambda code: code.replace("async onCredentialsRequired", "async onTokenRequired"))
    assert any("has no onCredentialsRequired" in problem for problem in found)


@pytest.mark.parametrize(
    "id, right, wrong, says",
    [
        (IOS, "withJWT", "jwt", "register takes none"),
        (IOS, "clientDidStart", "clientStarted", "clientDidStart is not implemented"),
        (IOS, "client.start()", "client.start(", "does not parse"),
        (IOS, "client.start()", "client.setSupportCalling()", "no member setSupportCalling"),
        (ANDROID, ".register(token)", ".registerToken(token)", "no member registerToken"),
        (ANDROID, "onUserRegistered", "onRegistered", "overrides nothing"),
        (ANDROID, ".userId(userId)", ".userId(userId, true)", "userId takes none"),
        (ANDROID, "client.start()", "client.start(", "does not parse"),
        (DOTNET, "options.ConversationRegion", "options.Region", "no member Region"),
        (DOTNET, "keyId: keyId", "apiKey: keyId", "constructor of SinchClient takes none"),
        (DOTNET, "options: options", "options: (options", "does not parse"),
    ],
)
def test_a_name_that_the_sdk_has_not(base: knowledge.Knowledge, id: str, right: str, wrong: str, says: str) -> None:
    """Where nothing can run, a wrong name, label or bracket is caught all the same."""
    request = next(r for r in snippets.cells(base) if r.id == id)
    code = snippets.render(base, request).code
    assert right in code
    found = parsing.check(request.language, code.replace(right, wrong), sdk=True)
    assert any(says in problem for problem in found), found


def test_code_without_the_sdk(base: knowledge.Knowledge) -> None:
    """A check that found nothing to look at is no proof."""
    assert parsing.check("ios", "import SinchRTC\nprint(1)\n", sdk=True) == ["nothing of the SDK was found in it"]
