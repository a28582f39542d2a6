"""`sign` gives byte for byte what the real Node SDK and openssl give, on 200 random requests."""

from __future__ import annotations

import base64
import json
import os
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from evals import toolchains

from sinch_auth.surfaces.commands.sign import command

COUNT = 200
_LETTERS = 'abcXYZ019 "\\/{}[]:,+&=%\n\tåéø☎漢字😀'
_SEGMENTS = (
    "calling",
    "v1",
    "callouts",
    "verification",
    "number",
    "+46700000000",
    "%2B46700000000",
    "a%20b",
    "%E6%BC%A2",
    "id",
    "Ünï",
    "x=y;z",
    "~._-",
)


def _requests() -> list[dict[str, Any]]:
    chance = random.Random(4)
    made = []
    for number in range(COUNT):
        body = b"" if number % 5 == 0 else "".join(chance.choices(_LETTERS, k=chance.randrange(1, 200))).encode()
        seconds = f"20{chance.randrange(14, 30)}-0{chance.randrange(1, 10)}-1{chance.randrange(10)}T0{chance.randrange(10)}:{chance.randrange(10, 60)}:{chance.randrange(10, 60)}"
        made.append(
            {
                "key": "".join(chance.choices("0123456789abcdef", k=32)),
                "secret": base64.b64encode(chance.randbytes(16)).decode(),
                "method": chance.choice(("GET", "POST", "PUT", "PATCH", "DELETE")),
                "path": "/" + "/".join(chance.choices(_SEGMENTS, k=chance.randrange(1, 6))),
                "contentType": chance.choice(
                    ("application/json", "application/json; charset=utf-8", "text/plain;charset=UTF-8")
                ),
                "timestamp": seconds + chance.choice(("Z", ".123Z", ".1234567Z", "+00:00")),
                "body": base64.b64encode(body).decode(),
            }
        )
    return made


REQUESTS = _requests()


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What `sinch-auth sign` prints for each request, with the string that it signed."""
    file = tmp_path_factory.mktemp("body") / "body"
    made = []
    for one in REQUESTS:
        file.write_bytes(base64.b64decode(one["body"]))
        done = CliRunner().invoke(
            command,
            ["--method", one["method"], "--url", f"https://calling.api.sinch.com{one['path']}", "--body", str(file),
             "--content-type", one["contentType"], "--timestamp", one["timestamp"], "--format", "json"],
            env={"SINCH_APPLICATION_KEY": one["key"], "SINCH_APPLICATION_SECRET": one["secret"]},
        )  # fmt: skip
        assert done.exit_code == 0, done.output
        made.append(json.loads(done.output))
    return made


def test_the_requests_are_of_every_kind() -> None:
    """There are empty bodies, bodies outside ASCII, escaped paths and every verb among them."""
    assert sum(not one["body"] for one in REQUESTS) >= 20
    assert sum(not base64.b64decode(one["body"]).isascii() for one in REQUESTS) >= 50
    assert sum("%" in one["path"] for one in REQUESTS) >= 50
    assert len({one["method"] for one in REQUESTS}) == 5


def test_the_node_sdk_signs_the_same(ours: list[dict[str, Any]], need: Callable[[str], str]) -> None:
    """The signing plugin of @sinch/sdk-client gives the same Authorization header for each."""
    node, npm = need("node"), need("npm")
    assert npm
    try:
        modules = toolchains.node_packages()
    except toolchains.ToolMissing as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"{missing}: agreement with the Node SDK is NOT proved here")
    done = subprocess.run(
        [node, str(Path(__file__).with_name("sdk_signer.js"))],
        input=json.dumps(REQUESTS),
        env={**os.environ, "NODE_PATH": str(modules)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert [one["headers"]["Authorization"] for one in ours] == json.loads(done.stdout)


def test_openssl_signs_the_same(ours: list[dict[str, Any]], need: Callable[[str], str]) -> None:
    """MD5 and HMAC by openssl, put together by a shell as in the documentation, give the same signature for each."""
    openssl, bash = need("openssl"), need("bash")
    script = (
        'while IFS=" " read -r secret body head tail; do\n'
        '  md5=""; [ "$body" = - ] || md5=$(printf %s "$body" | "$OPENSSL" base64 -d -A | "$OPENSSL" md5 -binary | "$OPENSSL" base64 -A)\n'
        '  key=$(printf %s "$secret" | "$OPENSSL" base64 -d -A | od -An -v -tx1 | tr -d " \\n")\n'
        '  { printf %s "$head" | "$OPENSSL" base64 -d -A; printf %s "$md5"; printf %s "$tail" | "$OPENSSL" base64 -d -A; } |\n'
        '    "$OPENSSL" dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | "$OPENSSL" base64 -A; echo\n'
        "done\n"
    )
    lines = []
    for one in REQUESTS:
        head = f"{one['method']}\n"
        tail = f"\n{one['contentType']}\nx-timestamp:{one['timestamp']}\n{one['path']}"
        texts = [base64.b64encode(text.encode()).decode() for text in (head, tail)]
        lines.append(" ".join((one["secret"], one["body"] or "-", *texts)))
    done = subprocess.run(
        [bash, "-c", script],
        input="\n".join(lines) + "\n",
        env={**os.environ, "OPENSSL": openssl},
        capture_output=True,
        text=True,
        check=True,
    )
    assert [one["headers"]["Authorization"].partition(":")[2] for one in ours] == done.stdout.split()
