"""What is read from free text, and what hostile text cannot do."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sinch_auth import advice, knowledge
from sinch_auth.advice import Asking
from sinch_auth.redact import redact
from sinch_auth.understand import understand

BASE = knowledge.load()


@pytest.mark.parametrize(
    "text, name, value",
    [
        ("POST https://eu.conversation.api.sinch.com/v1/projects/x/messages:send", "product", "conversation"),
        ("POST https://eu.conversation.api.sinch.com/v1/projects/x/messages:send", "region", "eu"),
        ("zt.us.sms.api.sinch.com gives 401", "model", "project"),
        ("curl -u $PLAN:$TOKEN https://us.sms.api.sinch.com/xms/v1/$PLAN/batches", "product", "sms"),
        ("whatsapp from django", "language", "python"),
        ("spring boot and the fax api", "language", "java"),
        ("C# HttpClient, voice", "language", "dotnet"),
        ("verifcation api otp", "product", "verification"),
        ("voice 2.0 services list", "product", "voice-v2"),
        ("/calling/v1/callouts answers 40102", "error_code", "40102"),
        ("mailgun, wir sind in europe", "region", "eu"),
        ("calling-euc1.api.sinch.com", "region", "euc1"),
        ("短信接口一直 401", "product", "sms"),
        ("sinch 1.1.4 python", "sdk_version", "1.1.4"),
        ("curl -u a:b https://api.eu.mailgun.net/v3/x/messages", "product", "mailgun"),
    ],
)
def test_fact_is_found(text: str, name: str, value: str) -> None:
    """Hosts, paths, aliases, codes, typos and Chinese are read."""
    assert value in understand(BASE, text).facts.values(name)


def test_chinese_is_quoted_as_it_was_written() -> None:
    """The words are compared one character at a time; nobody writes them so."""
    found = understand(BASE, "用 python 发短信，欧洲区，报 401").facts
    assert [fact.evidence for fact in found if fact.name in {"product", "region"}] == ["发短信", "欧洲"]


@pytest.mark.parametrize("text", ["give us 401", "send it to us please", "let us use the conversation api"])
def test_us_the_pronoun_is_not_a_region(text: str) -> None:
    """The most common word that is also a region code."""
    assert understand(BASE, text + " conversation").facts.value("region") == ""


def test_what_the_user_says_about_their_app_beats_the_host_they_call() -> None:
    """The host may be the mistake."""
    text = "404 at https://us.conversation.api.sinch.com, our app is in Europe"
    assert understand(BASE, text).facts.value("region") == "eu"


def test_product_that_works_is_not_the_one_in_trouble() -> None:
    """ "Numbers works" is a contrast."""
    facts = understand(BASE, "token works for numbers api but conversation api says 401").facts
    assert facts.values("product")[0] == "conversation"


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400))
def test_no_text_breaks_the_engine(text: str) -> None:
    """Any text gets a reply."""
    assert advice.reply(BASE, Asking(text=text)).status in (
        "answer",
        "needs_input",
        "refused",
        "out_of_scope",
    )


SECRETS = st.one_of(
    st.binary(min_size=16, max_size=16).map(lambda b: __import__("base64").b64encode(b).decode()),
    st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=32, max_size=32).map(lambda s: f"key-{s}"),
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", min_size=20, max_size=60).map(
        lambda s: f"eyJ{s}.{s}.{s}"
    ),
)


@settings(max_examples=300, deadline=None)
@given(
    SECRETS,
    st.sampled_from(
        [
            "secret={}",
            "my secret is {} why 401",
            "Authorization: Bearer {}",
            "密钥是 {}",
            "SINCH_API_TOKEN={}",
            '"key_secret": "{}"',
            "{}",
            "curl -u id:{} https://auth.sinch.com/oauth2/token",
        ]
    ),
    st.sampled_from(["", "voice 40102 ", "mailgun 401\n"]),
)
def test_no_secret_reaches_a_reply(secret: str, where: str, around: str) -> None:
    """Wherever a secret stands in the text, it is in nothing that is said."""
    reply = advice.reply(BASE, Asking(text=around + where.format(secret)))
    assert secret not in repr(reply)
    assert reply.warnings


@given(st.text(max_size=300))
def test_masking_is_idempotent(text: str) -> None:
    """What is masked stays masked, and nothing more is taken away."""
    once = redact(text).text
    assert redact(once).text == once


@pytest.mark.parametrize(
    "text",
    ["the secret column is empty", "Key Secret is shown once", "use the application secret, base64-decoded", "api_key option of mailgun-js",
     "token expired after 3600 s", "1B2M2Y8AsgTpgAmY7PhCfg==", "secret=$SINCH_KEY_SECRET", "Bearer ACCESS_TOKEN"],
)  # fmt: skip
def test_words_about_secrets_are_not_secrets(text: str) -> None:
    """Prose and placeholders stay readable."""
    assert redact(text).text == text
