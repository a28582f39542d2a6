"""The command around a program: exit codes, streams, signals, processes, and systems without namespaces."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sandbox_runner import CLIENT, NAMESPACES, PROGRAM, ROOT, Runner

TOKEN = {
    "method": "POST",
    "url": "https://auth.sinch.com/oauth2/token",
    "basic": ["$SINCH_KEY_ID", "$SINCH_KEY_SECRET"],
    "form": {"grant_type": "client_credentials"},
}
WRONG = {**TOKEN, "basic": ["$SINCH_KEY_ID", "x"]}
PATIENCE = 20.0


def until(true: Callable[[], object]) -> None:
    """Wait for something that is about to be so."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.01)


@pytest.fixture
def mark() -> Iterator[str]:
    """A value for the environment by which every process of a run is found again."""
    value = f"sinch-test-{uuid.uuid4()}"
    yield value
    for process in marked(value):
        os.kill(process, signal.SIGKILL)


def marked(value: str) -> list[int]:
    """The living processes that carry the mark."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if value.encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def started(mark: str, *arguments: str, folder: str = "", **how: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*PROGRAM, *arguments],
        env={**os.environ, "TEST_MARK": mark, "TMPDIR": folder or tempfile.gettempdir()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        **how,  # type: ignore[call-overload]
    )


# -- exit codes and streams --------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [0, 1, 7, 255])
def test_the_exit_code_is_passed_on(sandbox: Runner, way: str, code: int) -> None:
    """The sandbox ends with the program's exit code."""
    ran = sandbox("bash", "-c", f"exit {code}", options=["--via", way])
    assert ran.code == code
    assert ran.report["exit_code"] == code


def test_an_end_by_signal_is_told_as_shells_do(sandbox: Runner, way: str) -> None:
    """A program that a signal ends gives 128 and the signal's number."""
    assert sandbox("bash", "-c", "kill -KILL $$", options=["--via", way]).code == 128 + signal.SIGKILL


def test_a_refusal_alone_fails_nothing(sandbox: Runner) -> None:
    """A program that bears a refusal ends as it likes."""
    assert sandbox.send(WRONG).code == 0


def test_a_refusal_can_be_made_a_fault(sandbox: Runner, way: str) -> None:
    """With --fail-on-refusal a refused request gives exit code 4."""
    command = (sys.executable, str(CLIENT))
    options = ["--fail-on-refusal", "--via", way]
    assert sandbox(*command, stdin=json.dumps([WRONG]), options=options).code == 4
    assert sandbox(*command, stdin=json.dumps([TOKEN]), options=options).code == 0


def test_an_unknown_command_is_a_usage_error(sandbox: Runner) -> None:
    """A program that does not exist gives exit code 2 and a cure."""
    ran = sandbox("no-such-program")
    assert ran.code == 2
    assert "cure:" in ran.errors


@pytest.mark.parametrize(
    "arguments",
    [[], ["--port", "0", "--", "true"], ["--port", "0", "--format", "json"], ["--fault", "nonsense", "--", "true"]],
)
def test_a_wrong_call_is_a_usage_error(arguments: list[str]) -> None:
    """Neither a command nor a port, both, JSON where the exports go, or an unknown fault give exit code 2."""
    ended = subprocess.run([*PROGRAM, *arguments], capture_output=True, text=True, cwd=ROOT, check=False)
    assert ended.returncode == 2, ended.stderr


def test_standard_input_reaches_the_program(sandbox: Runner, way: str) -> None:
    """What is piped in arrives at the program, bytes unchanged."""
    assert sandbox("cat", stdin="one\ntwo\0three", options=["--via", way]).output == "one\ntwo\0three"


def test_json_is_alone_on_standard_output() -> None:
    """With --format json standard output is one JSON document; the program's own output goes to standard error."""
    ended = subprocess.run(
        [*PROGRAM, "--format", "json", "--", "echo", "hello"], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert json.loads(ended.stdout)["requests"] == []
    assert "hello" in ended.stderr


def test_the_report_for_people_leaves_standard_output_alone(need: Callable[[str], str]) -> None:
    """Without options the report goes to standard error: method, URL, credentials, verdict, reason and cure."""
    need("curl")
    script = 'curl -s -u "$SINCH_KEY_ID:wrong" https://us.conversation.api.sinch.com/v1/projects/x/apps >/dev/null'
    ended = subprocess.run([*PROGRAM, "--", "bash", "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert ended.stdout == ""
    assert "refused  401  GET https://us.conversation.api.sinch.com/v1/projects/x/apps" in ended.stderr
    assert "[Basic Key ID : unknown secret]" in ended.stderr
    assert "why: the Key ID is right, the Key Secret is not" in ended.stderr
    assert "cure: send the value of SINCH_KEY_SECRET unchanged" in ended.stderr
    assert "sandbox: 1 request, 1 refused" in ended.stderr


def test_a_mistake_in_a_signature_is_named_for_people() -> None:
    """The report for people names what was done wrong when a request was signed, and what to do."""
    specs = [{"url": "https://callingapi.sinch.com/v1/configuration/numbers", "signed": {"spoil": "secret-as-text"}}]
    command = [*PROGRAM, "--", sys.executable, str(CLIENT)]
    ended = subprocess.run(command, input=json.dumps(specs), capture_output=True, text=True, cwd=ROOT, check=True)
    assert "not base64-decoded (mistake: secret-not-decoded)" in ended.stderr
    assert "cure: decode the secret from base64 before the HMAC" in ended.stderr


def test_no_secret_is_in_a_report(sandbox: Runner, need: Callable[[str], str]) -> None:
    """What the program was given as secrets, and sent in a header, a URL and a form, is nowhere in the report."""
    need("curl")
    script = """
    curl -s -u "$SINCH_KEY_ID:$SINCH_KEY_SECRET" "https://$SINCH_KEY_ID:$SINCH_KEY_SECRET@auth.sinch.com/oauth2/token" \
      -d "client_id=$SINCH_KEY_ID&client_secret=$SINCH_KEY_SECRET" >/dev/null
    curl -s -H "Authorization: Bearer $SINCH_API_TOKEN" \
      "https://us.sms.api.sinch.com/xms/v1/x/batches?api_token=$SINCH_API_TOKEN&key_secret=$SINCH_KEY_SECRET" >/dev/null
    env | grep -E '_(SECRET|TOKEN|PASSWORD|SECRET_KEY|SENDING_KEY)=' | cut -d= -f2-
    """
    ran = sandbox("bash", "-c", script)
    secrets = ran.output.split()
    assert len(secrets) >= 4
    assert len(ran.requests) == 2
    assert not [secret for secret in secrets if secret in json.dumps(ran.report)]


def test_every_variable_is_documented(sandbox: Runner, way: str) -> None:
    """Whatever the sandbox adds to the program's environment is named in the documentation."""
    script = "import json, os; print(json.dumps(dict(os.environ)))"
    given = json.loads(sandbox(sys.executable, "-c", script, options=["--via", way]).output)
    added = {name for name, value in given.items() if os.environ.get(name) != value}
    text = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
    inner = {"SINCH_AUTH_SANDBOX_RUN", "SINCH_SANDBOX_HOSTS", "SINCH_SANDBOX_DOMAINS", "SINCH_SANDBOX_TLS_PORT"}
    proxies = {f"{kind}_proxy" for kind in ("https", "http", "all")}
    assert {name for name in added - inner if name.lower() not in proxies and f"`{name}" not in text} == set()


def test_a_program_without_requests_is_told_so(sandbox: Runner) -> None:
    """No request at all is said in words: it mostly means that the program did not get there."""
    ended = subprocess.run([*PROGRAM, "--", "true"], capture_output=True, text=True, cwd=ROOT, check=True)
    assert "no request arrived" in ended.stderr


def test_broken_pipes_end_a_program_as_usual(sandbox: Runner, way: str) -> None:
    """Python's ignored SIGPIPE is not inherited: yes | head ends silently."""
    ran = sandbox("bash", "-c", "yes | head -1; echo ${PIPESTATUS[0]}", options=["--via", way])
    assert ran.output == f"y\n{128 + signal.SIGPIPE}\n"


# -- other hosts, trust -------------------------------------------------------------------------------------


def test_another_host_is_refused_clearly(sandbox: Runner) -> None:
    """A program's call to somebody else's host is answered 421 and explained, and nothing leaves the machine."""
    ran = sandbox.send({"url": "https://api.example.org/x"}, options=["--via", "namespace" if NAMESPACES else "auto"])
    assert ran.answers[0]["status"] == 421
    assert "api.example.org is no host of Sinch" in ran.answers[0]["body"]
    assert "--via proxy" in ran.requests[0]["cure"]


def test_nothing_is_reached_beyond_the_namespace(sandbox: Runner) -> None:
    """In a network of its own a program has a loopback and no route to anywhere."""
    if not NAMESPACES:
        pytest.skip("this system gives no namespaces")
    ran = sandbox("bash", "-c", "cat /proc/net/route | wc -l; ls /sys/class/net 2>/dev/null || true")
    assert ran.output.split()[0] == "1"


def test_a_client_that_distrusts_us_is_noticed(way: str, need: Callable[[str], str]) -> None:
    """A client with its own list of authorities leaves no request; the report says what happened instead."""
    need("curl")
    own = Path(__file__).parent / "other-authority.pem"
    script = f"curl -s --cacert {own} https://api.mailjet.com/v3/REST/apikey; true"
    ended = subprocess.run(
        [*PROGRAM, "--via", way, "--", "bash", "-c", script], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert "1 connection to api.mailjet.com broken off before a request" in ended.stderr


# -- signals and processes ----------------------------------------------------------------------------------


def test_ctrl_c_reaches_the_program(mark: str, way: str, tmp_path: Path) -> None:
    """The terminal's interrupt ends the program its own way, and the report is still given."""
    ready = tmp_path / "ready"
    script = f"trap 'exit 9' INT; touch {ready}; while :; do sleep 0.05; done"
    ran = started(mark, "--via", way, "--", "bash", "-c", script, start_new_session=True)
    until(ready.exists)
    os.killpg(ran.pid, signal.SIGINT)
    _, errors = ran.communicate(timeout=PATIENCE)
    assert ran.returncode == 9
    assert "the command ended with 9" in errors


def test_a_request_to_end_is_passed_on(mark: str, way: str, tmp_path: Path) -> None:
    """SIGTERM to the sandbox is a SIGTERM to the program, whose exit code counts."""
    ready = tmp_path / "ready"
    script = f"trap 'exit 8' TERM; touch {ready}; while :; do sleep 0.05; done"
    ran = started(mark, "--via", way, "--", "bash", "-c", script)
    until(ready.exists)
    ran.terminate()
    ran.communicate(timeout=PATIENCE)
    assert ran.returncode == 8


def test_nothing_is_left_of_a_killed_program(sandbox: Runner, mark: str, way: str) -> None:
    """When the program is killed, what it had started is gone when the sandbox ends."""
    script = "setsid sleep 600 & (sleep 600 &) ; kill -KILL $$"
    ran = sandbox("bash", "-c", script, options=["--via", way], environment={"TEST_MARK": mark})
    assert ran.code == 128 + signal.SIGKILL
    until(lambda: not marked(mark))


def test_nothing_is_left_of_a_killed_sandbox(mark: str, way: str, tmp_path: Path) -> None:
    """When the sandbox itself is killed, program and descendants go with it."""
    ready = tmp_path / "ready"
    # What is killed cannot tidy up: its certificates stay in the folder for temporary files, which is the test's own.
    script = f"setsid sleep 600 & touch {ready}; wait"
    ran = started(mark, "--via", way, "--", "bash", "-c", script, folder=str(tmp_path))
    until(ready.exists)
    assert len(marked(mark)) >= 3
    ran.kill()
    ran.communicate(timeout=PATIENCE)
    until(lambda: not marked(mark))


# -- systems without namespaces -----------------------------------------------------------------------------


def without(limit: str) -> list[str]:
    """What starts a program as root of a container that gives no more of one kind of namespace."""
    probe = ["unshare", "--user", "--map-root-user", "--mount", "true"]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("this system gives no user namespaces: nothing to take away")
    script = f'echo 0 >/proc/sys/user/{limit} && exec "$@"'
    return ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]


def test_without_a_network_namespace_a_proxy_stands_in(sandbox: Runner, need: Callable[[str], str]) -> None:
    """As root without network namespaces: the program is served through a proxy, and the report says why."""
    need("unshare")
    specs = json.dumps([TOKEN, {"url": "https://api.example.org/"}])
    ran = sandbox("curl", "-s", "https://api.example.org/", prefix=without("max_net_namespaces"), stdin=specs)
    assert "a proxy stands in" in ran.errors
    assert "no host of Sinch" in ran.output
    assert [entry["status"] for entry in ran.requests] == [421]


def test_a_namespace_that_was_asked_for_is_not_replaced(sandbox: Runner, need: Callable[[str], str]) -> None:
    """--via namespace fails with a cure where it cannot be had."""
    need("unshare")
    ran = sandbox("true", prefix=without("max_net_namespaces"), options=["--via", "namespace"])
    assert ran.code == 1
    assert "--via proxy" in ran.errors


def test_without_any_namespace_nothing_is_left_either(sandbox: Runner, mark: str, need: Callable[[str], str]) -> None:
    """As root without pid namespaces: what the program leaves running is ended all the same."""
    need("unshare")
    ran = sandbox(
        "bash", "-c", "setsid sleep 600 & exit 3", prefix=without("max_pid_namespaces"), environment={"TEST_MARK": mark}
    )
    assert ran.code == 3
    until(lambda: not marked(mark))


def test_root_is_not_needed(sandbox: Runner, need: Callable[[str], str]) -> None:
    """An unprivileged user gets a network of their own where the system grants user namespaces."""
    if os.geteuid() == 0:
        need("setpriv")
        home = os.path.expanduser("~")
        if not os.access(sys.executable, os.X_OK) or not os.stat(home).st_mode & 0o001:
            pytest.skip("another user cannot run this Python")
    prefix = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] if os.geteuid() == 0 else []
    command = [*prefix, *PROGRAM, "--", sys.executable, str(CLIENT)]
    ended = subprocess.run(
        command, input=json.dumps([TOKEN]), capture_output=True, text=True, cwd=ROOT, timeout=60, check=False,
        env={**os.environ, "HOME": "/nonexistent", "XDG_CACHE_HOME": "/nonexistent"},
    )  # fmt: skip
    assert json.loads(ended.stdout)[0]["status"] == 200, ended.stderr


# -- serving only -------------------------------------------------------------------------------------------


def test_a_port_serves_whoever_takes_its_variables(mark: str, need: Callable[[str], str]) -> None:
    """--port prints the variables to use; with them curl gets its token, and each verdict is printed at once."""
    need("curl")
    ran = started(mark, "--port", "0")
    assert ran.stdout
    assert ran.stderr
    variables = {}
    until_end = iter(ran.stderr.readline, "")
    assert "serving on loopback" in next(until_end)
    while not {"SINCH_SANDBOX_TLS_PORT", "no_proxy"} <= set(variables):
        name, _, value = ran.stdout.readline().removeprefix("export ").strip().partition("=")
        variables[name] = value.strip("'")
    curl = 'curl -s -u "$SINCH_KEY_ID:$SINCH_KEY_SECRET" -d grant_type=client_credentials https://auth.sinch.com/oauth2/token'
    ended = subprocess.run(
        ["bash", "-c", curl], capture_output=True, text=True, env={**os.environ, **variables}, check=True, timeout=20
    )
    assert json.loads(ended.stdout)["token_type"] == "bearer"
    assert "accepted 200  POST https://auth.sinch.com/oauth2/token" in next(until_end)
    ran.send_signal(signal.SIGINT)
    ran.communicate(timeout=PATIENCE)
    assert ran.returncode == 0


def test_serving_ends_with_its_report(mark: str, need: Callable[[str], str], tmp_path: Path) -> None:
    """--port with --report and --fail-on-refusal: at the end the requests are in the file, a refusal gives exit code 4."""
    need("curl")
    report = tmp_path / "report.json"
    ran = started(mark, "--port", "0", "--format", "json", "--report", str(report), "--fail-on-refusal")
    assert ran.stdout
    assert ran.stderr
    ran.stderr.readline()
    proxy = next(line for line in ran.stdout if line.startswith("export HTTPS_PROXY=")).partition("=")[2].strip()
    subprocess.run(["curl", "-s", "-k", "-x", proxy, "https://api.mailjet.com/"], stdout=subprocess.DEVNULL, check=True)
    ran.send_signal(signal.SIGTERM)
    ran.communicate(timeout=PATIENCE)
    assert ran.returncode == 4
    assert [entry["reason"] for entry in json.loads(report.read_text())["requests"]] == ["no-credentials"]


def test_a_taken_port_is_said_to_be_taken(mark: str) -> None:
    """A port that another program holds gives exit code 1 and a cure."""
    import socket

    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        ran = started(mark, "--port", str(held.getsockname()[1]))
        _, errors = ran.communicate(timeout=PATIENCE)
    assert ran.returncode == 1
    assert "choose another --port" in errors


def test_only_loopback_is_listened_on(mark: str) -> None:
    """The ports of a serving sandbox are bound to 127.0.0.1."""
    ran = started(mark, "--port", "0")
    assert ran.stderr
    ran.stderr.readline()
    sockets = {os.readlink(path) for path in Path(f"/proc/{ran.pid}/fd").iterdir() if path.is_symlink()}
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    rows += [line.split() for line in Path("/proc/net/tcp6").read_text().splitlines()[1:]]
    listening = [row[1].partition(":")[0] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets]
    ran.terminate()
    ran.communicate(timeout=PATIENCE)
    assert listening == ["0100007F", "0100007F"]
