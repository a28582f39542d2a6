"""Every fault, met by a real client in the sandbox; what the client printed is diagnosed: is the first cause right?

`python -m evals.faults` runs curl and the SDKs of Python, Node and Java with every fault of the sandbox and with wrong
credentials of every kind, and prints client × fault. A client that cannot be installed here is said and left out.
The answers of the sandbox are the documented ones where there are any; docs/sandbox.md says where they are assumed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from evals import toolchains
from sinch_auth import knowledge
from sinch_auth.diagnosis import Pasted, diagnose

CLIENTS = ("curl", "python", "node", "java")
_HERE = Path(__file__).with_name("fault_clients")
_SECONDS = 120

_TOKEN = (
    'curl -s -u "$SINCH_KEY_ID:$SINCH_KEY_SECRET" -d grant_type=client_credentials https://auth.sinch.com/oauth2/token'
)
_FIELD = 'sed -n \'s/.*"access_token": *"\\([^"]*\\)".*/\\1/p\''
_CURL = {
    "token": _TOKEN.replace("curl -s", "curl -sSv"),
    "numbers": f'token=$({_TOKEN} | {_FIELD}); curl -sSv -H "Authorization: Bearer $token" '
    "https://numbers.api.sinch.com/v1/projects/$SINCH_PROJECT_ID/availableRegions",
    "conversation": f'token=$({_TOKEN} | {_FIELD}); curl -sSv -H "Authorization: Bearer $token" '
    "https://$SINCH_REGION.conversation.api.sinch.com/v1/projects/$SINCH_PROJECT_ID/apps",
    "sms": 'curl -sSv -H "Authorization: Bearer $SINCH_API_TOKEN" '
    '"https://$SINCH_REGION.sms.api.sinch.com/xms/v1/$SINCH_SERVICE_PLAN_ID/batches?page_size=1"',
    "sms with a token": f'token=$({_TOKEN} | {_FIELD}); curl -sSv -H "Authorization: Bearer $token" '
    '"https://$SINCH_REGION.sms.api.sinch.com/xms/v1/$SINCH_SERVICE_PLAN_ID/batches?page_size=1"',
    "voice": 'curl -sSv -u "$SINCH_APPLICATION_KEY:$SINCH_APPLICATION_SECRET" '
    "https://callingapi.sinch.com/v1/configuration/numbers",
    "voice with a token": f'token=$({_TOKEN} | {_FIELD}); curl -sSv -H "Authorization: Bearer $token" '
    "https://callingapi.sinch.com/v1/configuration/numbers",
    "verification": 'curl -sSv -u "$SINCH_APPLICATION_KEY:$SINCH_APPLICATION_SECRET" '
    "https://verification.api.sinch.com/verification/v1/verifications/reference/none",
    "mailgun": 'curl -sSv -u "api:$MAILGUN_API_KEY" https://api.mailgun.net/v4/domains',
    "mailgun, other user": 'curl -sSv -u "postmaster:$MAILGUN_API_KEY" https://api.mailgun.net/v4/domains',
    "mailgun, messages": 'curl -sSv -u "api:$MAILGUN_API_KEY" https://api.mailgun.net/v3/$MAILGUN_DOMAIN/messages -F to=a@example.com',
    "mailjet": 'curl -sSv -u "$MAILJET_API_KEY:$MAILJET_SECRET_KEY" https://api.mailjet.com/v3/REST/apikey',
    "mailjet with mailgun's": 'curl -sSv -u "api:$MAILGUN_API_KEY" https://api.mailjet.com/v3/REST/apikey',
}
_OTHER = "00000000-0000-4000-8000-000000000000"
_REFUSED_PAIR = ("invalid-client", "python-authentication-exception-none", "java-token-refresh-failed",
                 "node-token-failure-hidden", "node-401-where-from")  # fmt: skip
_BAD_SIGNATURE = ("invalid-signature-on-voice-or-verification",)
_BAD_PAIR = ("invalid-credentials-40107-40108",)
_THROTTLED = ("token-endpoint-429", "sdk-does-not-retry-429", "capacity-exceeded-42900", "sms-429")
_LOST = ("connection-lost-before-an-answer",)


@dataclass(frozen=True)
class Trial:
    """One fault: how the sandbox is run, what is done to the environment, which call is made, which rows are right."""

    name: str
    calls: dict[str, str]
    """Client -> its call; `sdk` stands for all SDKs that have it."""
    right: tuple[str, ...]
    faults: tuple[str, ...] = ()
    spoil: str = ""
    without: tuple[str, ...] = field(default=())
    before: str = ""
    """What the user says beside the output."""


def _same(call: str, curl: str = "") -> dict[str, str]:
    return {"curl": curl or call, "sdk": call}


TRIALS = (
    Trial(
        "wrong Key Secret",
        _same("numbers", "token"),
        _REFUSED_PAIR,
        spoil="SINCH_KEY_SECRET=wr0ng.secret~of_34_characters_0000",
    ),
    Trial("wrong Key ID", _same("numbers", "token"), _REFUSED_PAIR, spoil=f"SINCH_KEY_ID={_OTHER}"),
    Trial(
        "Key ID and Key Secret swapped",
        _same("numbers", "token"),
        ("key-id-and-secret-swapped", *_REFUSED_PAIR),
        spoil='SINCH_KEY_ID="$SINCH_KEY_SECRET" SINCH_KEY_SECRET="$SINCH_KEY_ID"',
    ),
    Trial(
        "Project ID of another project",
        _same("numbers"),
        ("key-of-another-project", "forbidden-403-on-project-api", "token-ok-product-refuses"),
        spoil=f"SINCH_PROJECT_ID={_OTHER}",
    ),
    Trial(
        "application's pair as access key",
        _same("numbers", "token"),
        ("application-key-at-token-endpoint", *_REFUSED_PAIR),
        spoil='SINCH_KEY_ID="$SINCH_APPLICATION_KEY" SINCH_KEY_SECRET="$SINCH_APPLICATION_SECRET"',
    ),
    Trial(
        "service plan's pair as access key",
        _same("numbers", "token"),
        ("service-plan-at-token-endpoint", *_REFUSED_PAIR),
        spoil='SINCH_KEY_ID="$SINCH_SERVICE_PLAN_ID" SINCH_KEY_SECRET="$SINCH_API_TOKEN"',
    ),
    Trial(
        "wrong Application Secret",
        _same("voice"),
        (*_BAD_SIGNATURE, *_BAD_PAIR),
        spoil="SINCH_APPLICATION_SECRET=AAAAAAAAAAAAAAAAAAAAAA==",
    ),
    Trial(
        "wrong Application Key",
        _same("voice"),
        ("application-key-invalid-40004", *_BAD_PAIR, *_BAD_SIGNATURE),
        spoil=f"SINCH_APPLICATION_KEY={_OTHER}",
    ),
    Trial(
        "wrong Application Secret, Verification",
        _same("verification"),
        (*_BAD_SIGNATURE, *_BAD_PAIR),
        spoil="SINCH_APPLICATION_SECRET=AAAAAAAAAAAAAAAAAAAAAA==",
    ),
    Trial(
        "access key on Voice",
        _same("voice"),
        (
            "access-key-on-voice-or-verification",
            "java-application-secret-not-base64",
            "application-key-invalid-40004",
            *_BAD_PAIR,
            *_BAD_SIGNATURE,
        ),
        spoil='SINCH_APPLICATION_KEY="$SINCH_KEY_ID" SINCH_APPLICATION_SECRET="$SINCH_KEY_SECRET"',
    ),
    Trial(
        "Application Key and Secret swapped",
        {"curl": "voice"},
        ("application-pair-swapped",),
        spoil='SINCH_APPLICATION_KEY="$SINCH_APPLICATION_SECRET" SINCH_APPLICATION_SECRET="$SINCH_APPLICATION_KEY"',
    ),
    Trial("OAuth2 token on Voice", {"curl": "voice with a token"}, ("oauth-token-on-voice-or-verification",)),
    Trial(
        "wrong API token",
        _same("sms"),
        ("sms-401-generic", "sms-token-of-another-plan", "python-sms-exception-without-text"),
        spoil="SINCH_API_TOKEN=00000000000000000000000000000000",
    ),
    Trial(
        "wrong Service Plan ID",
        _same("sms"),
        ("sms-401-generic", "sms-token-of-another-plan", "python-sms-exception-without-text"),
        spoil="SINCH_SERVICE_PLAN_ID=00000000000000000000000000000000",
    ),
    Trial(
        "Project ID for Service Plan ID",
        _same("sms"),
        ("sms-project-id-in-plan-path", "sms-401-generic", "python-sms-exception-without-text"),
        spoil='SINCH_SERVICE_PLAN_ID="$SINCH_PROJECT_ID"',
    ),
    Trial(
        "Key Secret as API token",
        _same("sms"),
        ("key-secret-on-sms", "sms-project-id-in-plan-path", "sms-401-generic", "python-sms-exception-without-text"),
        spoil='SINCH_API_TOKEN="$SINCH_KEY_SECRET"',
    ),
    Trial("OAuth2 token on a plan's host", {"curl": "sms with a token"}, ("sms-project-token-host",)),
    Trial(
        "wrong Mailgun key",
        {"curl": "mailgun"},
        ("mailgun-401-forbidden",),
        spoil="MAILGUN_API_KEY=00000000000000000000000000000000-00000000-00000000",
    ),
    Trial("Mailgun user is not api", {"curl": "mailgun, other user"}, ("mailgun-user-name-is-api",)),
    Trial(
        "wrong Mailjet secret",
        {"curl": "mailjet"},
        ("mailjet-authentication-failure",),
        spoil="MAILJET_SECRET_KEY=00000000000000000000000000000000",
    ),
    Trial("Mailgun's way on Mailjet", {"curl": "mailjet with mailgun's"}, ("mailjet-with-mailgun-convention",)),
    Trial(
        "expired-token",
        _same("numbers"),
        ("access-token-expired", "python-token-not-refreshed", "java-token-not-refreshed"),
        faults=("expired-token=always",),
    ),
    Trial(
        "rate-limit, token",
        _same("numbers", "token"),
        (*_THROTTLED, "java-token-refresh-failed"),
        faults=("rate-limit=always",),
    ),
    Trial("rate-limit, Voice", _same("voice"), _THROTTLED, faults=("rate-limit=always",)),
    Trial("drop", _same("voice"), _LOST, faults=("drop=always",)),
    Trial("drop, token", _same("numbers", "token"), _LOST, faults=("drop=always",)),
    Trial("clock-skew", {"sdk": "voice"}, ("timestamp-refused-40101",), faults=("clock-skew=+10m",)),
    Trial(
        "clock-skew, Verification", {"sdk": "verification"}, ("timestamp-refused-40101",), faults=("clock-skew=-10m",)
    ),
    Trial("wrong-region, app", _same("conversation"), ("conversation-wrong-region-404",), faults=("wrong-region",)),
    Trial(
        "wrong-region, plan",
        _same("sms"),
        ("sms-plan-on-wrong-region", "sms-401-generic", "python-sms-exception-without-text"),
        faults=("wrong-region",),
    ),
    Trial(
        "wrong-region, mail domain",
        {"curl": "mailgun, messages"},
        ("mailgun-eu-domain-on-us-host", "mailgun-domain-not-found", "mailgun-401-forbidden"),
        faults=("wrong-region",),
    ),
    Trial(
        "revoked-key", _same("numbers", "token"), ("deleted-the-key-in-use", *_REFUSED_PAIR), faults=("revoked-key",)
    ),
    Trial(
        "revoked-key, Voice",
        _same("voice"),
        ("application-key-invalid-40004", *_BAD_PAIR, *_BAD_SIGNATURE),
        faults=("revoked-key",),
    ),
    Trial("slow", {"curl": "voice", "python": "numbers"}, ("sinch-answers-too-slowly",), faults=("slow=14s",)),
)


def programs() -> dict[str, tuple[list[str], dict[str, str]]]:
    """Client -> its command, to which the call is added, and its environment; only those that can be had here."""
    found: dict[str, tuple[list[str], dict[str, str]]] = {}

    def java() -> tuple[list[str], dict[str, str]]:
        classes = toolchains.java_classes("FaultJava", (_HERE / "FaultJava.java").read_text(encoding="utf-8"))
        path = os.pathsep.join([str(classes), toolchains.java_classpath()])
        return [toolchains.program("java"), "-cp", path, "FaultJava"], {}

    makers: dict[str, Callable[[], tuple[list[str], dict[str, str]]]] = {
        "curl": lambda: ([toolchains.program("curl")], {}),
        "python": lambda: ([str(toolchains.python_sdk("2")), str(_HERE / "call.py")], {}),
        "node": lambda: (
            [toolchains.program("node"), str(_HERE / "call.cjs")],
            {"NODE_PATH": str(toolchains.node_packages())},
        ),
        "java": java,
    }
    for name, make in makers.items():
        try:
            found[name] = make()
        except toolchains.ToolMissing as problem:
            print(f"{name} is NOT proved here: {problem.what}", flush=True)
    return found


def output(trial: Trial, client: str, command: list[str], environment: dict[str, str]) -> str | None:
    """What the client printed when it met the fault; None where it has no such call."""
    call = trial.calls.get(client) or (trial.calls.get("sdk") if client != "curl" else None)
    if not call or (client == "python" and call in ("voice", "verification")):
        return None
    timeout = " --max-time 3" if "slow=14s" in trial.faults else ""
    action = _CURL[call].replace("curl -sSv", f"curl -sSv{timeout}") if client == "curl" else f'exec "$@" {call}'
    script = f'export SINCH_REGION="${{SINCH_REGION:-us}}"; export {trial.spoil or "SPOILT=no"}; {action}'
    options = [word for fault in trial.faults for word in ("--fault", fault)]
    with tempfile.TemporaryDirectory() as folder:
        run = [sys.executable, "-m", "sinch_auth", "sandbox", *options, "--report", f"{folder}/report"]
        done = subprocess.run(
            [*run, "--", "bash", "-c", script, "call", *command],
            capture_output=True, text=True, timeout=_SECONDS, env={**os.environ, **environment}, check=False,
        )  # fmt: skip
    return f"{trial.before}\n{done.stdout}\n{done.stderr}".strip()


def main() -> int:
    """Print the table; exit 1 when a first cause is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="only faults whose name contains this")
    parser.add_argument("--client", default="", help="only this client")
    parser.add_argument("--show", action="store_true", help="print what the client printed")
    options = parser.parse_args()
    base = knowledge.load()
    clients = {name: how for name, how in programs().items() if options.client in name}
    wrong = total = 0
    print(f"{'fault':<40}{'client':<8}{'right':<7}first cause")
    for trial in TRIALS:
        if options.only not in trial.name:
            continue
        for client, (command, environment) in clients.items():
            text = output(trial, client, command, environment)
            if text is None:
                continue
            language = "" if client == "curl" else client
            causes = diagnose(base, Pasted(text, language=language)).causes
            first = causes[0].id if causes else "nothing"
            total += 1
            wrong += first not in trial.right
            mark = "yes" if first in trial.right else "NO"
            others = ", ".join(cause.id for cause in causes[1:])
            print(
                f"{trial.name:<40}{client:<8}{mark:<7}{first}{f'  (then {others})' if mark == 'NO' and others else ''}",
                flush=True,
            )
            if options.show:
                print("    " + text.replace("\n", "\n    "))
    print(f"\n{total - wrong} of {total} first causes right")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
