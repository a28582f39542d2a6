"""Unmodified SDKs of Sinch, doing their smoke calls in the sandbox: accepted, and refused when a credential is spoilt."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from evals import toolchains
from sandbox_runner import Ran, Runner

SDKS = Path(__file__).parent / "sdks"
RIGHT = "NOTHING"

PROJECT = {"SINCH_PROJECT_ID", "SINCH_KEY_ID", "SINCH_KEY_SECRET"}
APPLICATION = {"SINCH_APPLICATION_KEY", "SINCH_APPLICATION_SECRET"}
PLAN = {"SINCH_SERVICE_PLAN_ID", "SINCH_API_TOKEN"}
USES = {"voice": APPLICATION, "verification": APPLICATION, "sms plan": PLAN}
"""Call -> the credentials it is made with; all others use the project's."""

CALLS = {
    "python-2": {"numbers", "conversation", "number-lookup", "voice-v2", "sms project", "sms plan"},
    "python-1": {"numbers", "conversation", "voice", "verification", "sms project", "sms plan"},
    "node": {"numbers", "conversation", "fax", "elastic-sip-trunking", "number-lookup", "voice", "verification",
        "sms project", "sms plan"},
    "java": {"numbers", "conversation", "number-lookup", "voice", "verification", "sms project", "sms plan"},
}  # fmt: skip
SPOILT = sorted(PROJECT | APPLICATION | PLAN)
NOT_FOUND_IS_GOOD = {"verification"}
"""There is no such verification: with good credentials the answer is 404."""


AT_ONCE = 4
"""Rounds of smoke calls in one sandbox: the Node SDK fetches a token per API, and the bucket has thirty."""


class Smoked:
    """An SDK's smoke calls: what the program said and what the sandbox saw, by spoilt credential."""

    def __init__(self) -> None:
        self.outcomes: dict[str, dict[str, str]] = {}
        self.seen: dict[str, list[tuple[str, str, int]]] = {}

    def add(self, ran: Ran) -> None:
        """What one run of some rounds gave."""
        assert ran.code == 0, ran.errors
        self.outcomes |= json.loads(ran.output)
        for entry in ran.requests:
            if "/mark/" in entry["url"]:
                section = self.seen.setdefault(entry["url"].rpartition("/")[2], [])
            else:
                section.append((entry["url"], entry["verdict"], entry["status"]))


def command(name: str) -> list[str]:
    if name == "node":
        return [toolchains.program("node"), str(SDKS / "smoke_node.cjs")]
    if name == "java":
        classes = toolchains.java_classes("SmokeJava", (SDKS / "SmokeJava.java").read_text(encoding="utf-8"))
        path = os.pathsep.join([str(classes), toolchains.java_classpath()])
        return [toolchains.program("java"), "-cp", path, "SmokeJava"]
    line = name.rpartition("-")[2]
    return [str(toolchains.python_sdk(line)), str(SDKS / f"smoke_python_{line}.py")]


@pytest.fixture(scope="module")
def smoked(sandbox: Runner) -> Callable[[str], Smoked]:
    """The smoke calls of an SDK, run once for all its tests."""
    kept: dict[str, Smoked] = {}
    missing: dict[str, toolchains.ToolMissing] = {}

    def find(name: str) -> Smoked:
        if name not in kept:
            try:
                words = [] if name in missing else command(name)
            except toolchains.ToolMissing as problem:
                missing[name] = problem
            if name in missing:
                # A registry that does not serve an SDK is no fault of this machine: never a failure, always said.
                if name != "java" and os.environ.get("CI") == "true":
                    pytest.fail(str(missing[name]))
                pytest.skip(f"{name} is NOT proved here: {missing[name]}")
            environment = {"NODE_PATH": str(toolchains.node_packages())} if name == "node" else {}
            made, rounds = Smoked(), [RIGHT, *SPOILT]
            for start in range(0, len(rounds), AT_ONCE):
                made.add(sandbox(*words, *rounds[start : start + AT_ONCE], environment=environment))
            kept[name] = made
        return kept[name]

    return find


def uses(call: str) -> set[str]:
    return USES.get(call, PROJECT)


@pytest.mark.parametrize("name", CALLS)
def test_an_unmodified_sdk_is_accepted(smoked: Callable[[str], Smoked], name: str) -> None:
    """With the sandbox's credentials every smoke call of the SDK is accepted, and its answer parsed."""
    run = smoked(name)
    assert set(run.outcomes[RIGHT]) == CALLS[name]
    failed = {call: said for call, said in run.outcomes[RIGHT].items() if said != "ok"}
    assert set(failed) <= NOT_FOUND_IS_GOOD, failed
    assert {verdict for _, verdict, _ in run.seen[RIGHT]} == {"accepted"}


@pytest.mark.parametrize("spoilt", SPOILT)
@pytest.mark.parametrize("name", CALLS)
def test_a_spoilt_credential_is_refused(smoked: Callable[[str], Smoked], name: str, spoilt: str) -> None:
    """With one credential spoilt exactly the calls that use it fail, and the sandbox refused them."""
    run = smoked(name)
    affected = {call for call in CALLS[name] if spoilt in uses(call)}
    failed = {call for call, said in run.outcomes[spoilt].items() if said != "ok"}
    assert failed - NOT_FOUND_IS_GOOD == affected - NOT_FOUND_IS_GOOD, run.outcomes[spoilt]
    refused = [url for url, verdict, _ in run.seen[spoilt] if verdict == "refused"]
    assert bool(refused) == bool(affected), run.seen[spoilt]
    assert all(status in (400, 401, 403) for _, verdict, status in run.seen[spoilt] if verdict == "refused")
