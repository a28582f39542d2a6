"""Every probe against the sandbox, healthy, with each fault, and with each state of the credentials."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PRODUCTS = ("fax", "voice", "mailgun", "sms", "conversation")


def run(
    folder: Path, *, faults: tuple[str, ...] = (), change: str = "", arguments: tuple[str, ...] = ()
) -> dict[str, dict[str, str]]:
    """The findings by id and subject; `change` is shell that alters the environment first."""
    products = [part for product in PRODUCTS for part in ("--product", product)]
    program = [sys.executable, "-m", "sinch_auth"]
    doctor = " ".join([*program, "doctor", "--format", "json", *(arguments or products)])
    command = [*program, "sandbox", "--report", str(folder / "report"), *(part for fault in faults for part in ("--fault", fault)),
               "--", "bash", "-c", f"{change}\n{doctor}"]  # fmt: skip
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL)
    assert result.stdout.startswith("{"), result.stdout + result.stderr
    data = json.loads(result.stdout)
    faulty = any(one["severity"] == "error" for one in data["findings"])
    assert result.returncode == (4 if faulty else 0)
    return {f"{one['id']} {one['subject']}": one for one in data["findings"] if not one["id"].startswith("set-")}


def test_everything_healthy(tmp_path: Path) -> None:
    """All probes are accepted, by all five auth methods; the clock is right."""
    assert set(run(tmp_path)) == {
        "token-ok token",
        *(f"probe-ok {product}" for product in PRODUCTS),
        "clock-right clock",
    }


def test_every_product_with_a_free_request_is_accepted(tmp_path: Path) -> None:
    """Nothing that the doctor sends by itself is refused, in any product."""
    findings = run(tmp_path, arguments=("--timeout", "20"))
    assert [id for id, one in findings.items() if one["severity"] in ("error", "warning")] == []
    assert sum(id.startswith("probe-ok") for id in findings) >= 20


def test_what_a_token_does_not_prove_is_said(tmp_path: Path) -> None:
    """A token request carries no project id."""
    assert "no project id" in run(tmp_path)["token-ok token"]["message"]


@pytest.mark.parametrize(
    "fault, finding, says",
    [
        ("revoked-key", "token-refused token", "refused the pair of Key ID and Key Secret"),
        ("revoked-key", "probe-refused voice", "signature differs"),
        ("revoked-key", "probe-refused mailgun", "wrong key"),
        ("expired-token", "probe-refused fax", "has expired"),
        ("rate-limit", "token-refused token", "Too many tokens"),
        ("rate-limit", "probe-refused voice", "rate limit"),
        ("clock-skew=+10m", "probe-refused voice", "x-timestamp"),
        ("clock-skew=+10m", "clock-wrong clock", "-600 s"),
        ("wrong-region", "probe-refused conversation", "another region"),
        ("drop", "probe-unreachable token", "closed without an answer"),
        ("slow=3s", "probe-unreachable voice", "no answer in time"),
    ],
)
def test_each_fault_is_named(tmp_path: Path, fault: str, finding: str, says: str) -> None:
    """Through diagnosis, from what the server really answered."""
    arguments = ("--timeout", "1", *(part for product in PRODUCTS for part in ("--product", product)))
    findings = run(tmp_path, faults=(fault,), arguments=arguments)
    assert finding in findings, list(findings)
    message = findings[finding]["message"]
    assert says in message or (fault.startswith("clock") and "-599" in message), message


@pytest.mark.parametrize(
    "change, finding",
    [
        ("export SINCH_KEY_SECRET=wrong-but-well-shaped", "token-refused token"),
        ("export SINCH_APPLICATION_SECRET=AAECAwQFBgcICQoLDA0ODw==", "probe-refused voice"),
        ("export SINCH_API_TOKEN=wrong-but-well-shaped", "probe-refused sms"),
        ("export SINCH_PROJECT_ID=00000000-0000-4000-8000-000000000000", "probe-refused fax"),
        ("unset MAILGUN_API_KEY", "probe-skipped mailgun"),
        ("export SINCH_APP_KEY=$SINCH_APPLICATION_KEY; unset SINCH_APPLICATION_KEY", "misspelt SINCH_APPLICATION_KEY"),
        ('export SINCH_APPLICATION_KEY="$SINCH_APPLICATION_SECRET" SINCH_APPLICATION_SECRET="$SINCH_APPLICATION_KEY"',
         "pair-swapped application"),
        ('export SINCH_KEY_SECRET="$SINCH_APPLICATION_SECRET"', "sets-swapped project"),
    ],
)  # fmt: skip
def test_each_state_of_the_credentials_is_found(tmp_path: Path, change: str, finding: str) -> None:
    """Wrong, missing, misspelt, swapped in a pair, swapped between sets."""
    assert finding in (findings := run(tmp_path, change=change)), list(findings)


def test_a_region_that_is_not_set_is_found_by_asking_each(tmp_path: Path) -> None:
    """None of the requests costs anything, so the doctor tells the region instead of asking for it."""
    findings = run(tmp_path, change="unset SINCH_REGION", arguments=("--product", "sms"))
    assert "SINCH_REGION=us" in findings["region-found sms"]["fix"]


def test_credentials_go_to_their_own_hosts_only(tmp_path: Path) -> None:
    """No Mailgun key at Sinch, no Sinch key at Mailgun."""
    run(tmp_path)
    lines = [line for line in (tmp_path / "report").read_text().splitlines() if "://" in line]
    assert all(("mailgun" in line) == ("Mailgun API key" in line) for line in lines)
