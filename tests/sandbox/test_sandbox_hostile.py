"""Strange and hostile traffic: each gets an answer or an end, and the next request is served."""

from __future__ import annotations

import json
import sys

import pytest
from sandbox_runner import NAMESPACES, Ran, Runner

PRELUDE = """
import base64, json, os, socket, ssl, sys
from urllib.parse import urlsplit

def connect(name="api.mailjet.com", tls=True):
    raw = socket.create_connection(("127.0.0.1", 443 if tls else 80), timeout=20)
    context = ssl.create_default_context()
    if name is None:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(raw, server_hostname=name) if tls else raw

def talk(data, **how):
    found = b""
    with connect(**how) as made:
        try:
            made.sendall(data)
            while piece := made.recv(65536):
                found += piece
        except OSError:
            pass
    return found.split(b"\\r\\n")[0].decode("latin-1")

HEAD = b"GET /v3/REST/apikey HTTP/1.1\\r\\nhost: api.mailjet.com\\r\\nconnection: close\\r\\n"
"""

# The attack, and what the status line of its answer must hold (empty: any answer, or none).
ATTACKS = {
    "no HTTP at all": ("print(talk(b'\\x00\\xff\\r\\n\\r\\n'))", "400"),
    "no host": ("print(talk(b'GET / HTTP/1.1\\r\\n\\r\\n'))", "400"),
    "two lengths": ("print(talk(HEAD + b'content-length: 1\\r\\ncontent-length: 2\\r\\n\\r\\nx'))", "400"),
    "length and chunks": ("print(talk(HEAD + b'content-length: 1\\r\\ntransfer-encoding: chunked\\r\\n\\r\\n1\\r\\nx\\r\\n0\\r\\n\\r\\n'))", ""),
    "bad chunk": ("print(talk(HEAD + b'transfer-encoding: chunked\\r\\n\\r\\nzz\\r\\n'))", "400"),
    "a header without end": ("print(talk(HEAD + b'x: ' + b'y' * 300_000))", "431"),
    "bytes in headers": ("print(talk(HEAD + b'authorization: Basic \\xff\\xfe\\r\\n\\r\\n'))", "401"),
    "a long token": ("print(talk(HEAD + b'authorization: Bearer ' + b'a' * 40_000 + b'\\r\\n\\r\\n'))", "401"),
    "a deep token": (
        "deep = base64.urlsafe_b64encode(b'[' * 30_000).rstrip(b'=')\n"
        "print(talk(HEAD + b'authorization: Bearer a.' + deep + b'.c\\r\\n\\r\\n'))", "401"),
    "escapes in the path": ("print(talk(HEAD.replace(b'/v3', b'/%1b%5b2J%0a%00')+ b'\\r\\n'))", "401"),
    "a foreign Host header": ("print(talk(HEAD.replace(b'api.mailjet.com', b'evil.example')+ b'\\r\\n'))", "421"),
    "an empty Host header": ("print(talk(HEAD.replace(b'api.mailjet.com', b'')+ b'\\r\\n'))", "421"),
    "a body beyond the limit": (
        "print(talk(HEAD.replace(b'GET', b'POST') + b'content-length: 40000000\\r\\n\\r\\n' + b'x' * 40_000_000))", "413"),
    "a body that never comes": (
        "made = connect(); made.sendall(HEAD.replace(b'GET', b'POST') + b'content-length: 9\\r\\n\\r\\n'); made.close()", ""),
    "no server name": ("print(talk(HEAD + b'\\r\\n', name=None))", "401"),
    "a long server name": ("print(talk(HEAD + b'\\r\\n', name='.'.join(['a' * 60] * 4)))", ""),
    "an odd server name": (
        "try: print(talk(HEAD + b'\\r\\n', name='a_b..c'))\nexcept (OSError, ValueError) as e: print(type(e))", ""),
    "plain text to the TLS port": ("raw = socket.create_connection(('127.0.0.1', 443)); raw.sendall(HEAD + b'\\r\\n')\n"
        "raw.settimeout(5); print(raw.recv(99))", ""),
    "TLS to the plain port": (
        "raw = socket.create_connection(('127.0.0.1', 80))\n"
        "try: ssl.create_default_context().wrap_socket(raw, server_hostname='a.b')\nexcept OSError as e: print(e)", ""),
    "a handshake that is broken off": (
        "raw = socket.create_connection(('127.0.0.1', 443)); raw.sendall(b'\\x16\\x03\\x01\\x02'); raw.close()", ""),
    "a registration token of nothing": (
        "print(talk(HEAD.replace(b'api.mailjet.com', b'ocra.api.sinch.com') + b'authorization: Bearer ..\\r\\n\\r\\n',"
        " name='ocra.api.sinch.com'))", "401"),
    "odd name questions": (
        "asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "for question in (b'', b'x' * 11, b'x' * 12, b'\\xff' * 600): asked.sendto(question, ('127.0.0.1', 53))", ""),
}  # fmt: skip


AFTER = """
import contextlib, io
found = {}
for name, attack in json.load(sys.stdin).items():
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(attack, globals())
        pair = base64.b64encode(f"{os.environ['MAILJET_API_KEY']}:{os.environ['MAILJET_SECRET_KEY']}".encode())
        served = talk(HEAD + b"authorization: Basic " + pair + b"\\r\\n\\r\\n")
    found[name] = [printed.getvalue(), served]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def attacked(sandbox: Runner) -> Ran:
    """One run with all attacks, one after the other, and an ordinary request after each."""
    if not NAMESPACES:
        pytest.skip("this system gives no namespaces: the server is NOT attacked here")
    attacks = {name: attack for name, (attack, _) in ATTACKS.items()}
    return sandbox(sys.executable, "-c", PRELUDE + AFTER, stdin=json.dumps(attacks))


@pytest.mark.parametrize("name", ATTACKS)
def test_the_next_request_is_served(attacked: Ran, name: str) -> None:
    """An attack gets the answer that HTTP has for it, and the sandbox serves the request that follows."""
    assert attacked.output, attacked.errors
    answer, served = json.loads(attacked.output)[name]
    assert "200" in served
    assert ATTACKS[name][1] in answer


def test_no_attack_shows_a_failure_of_ours(attacked: Ran) -> None:
    """No attack ends in a traceback or in an answer that says the sandbox failed."""
    assert "Traceback" not in attacked.errors
    assert not [entry for entry in attacked.requests if entry["reason"] == "broken"]


def test_a_body_beyond_the_limit_has_a_verdict(attacked: Ran) -> None:
    """A body that is too large to read is reported, with that as the reason."""
    assert [entry["status"] for entry in attacked.requests if entry["reason"] == "too-large"] == [413]


def test_the_report_cannot_drive_a_terminal(attacked: Ran) -> None:
    """Control characters from a request are not in the report."""
    assert "\x1b" not in json.dumps(attacked.report, ensure_ascii=False)


def test_the_proxy_bears_what_is_no_proxy_request(sandbox: Runner) -> None:
    """CONNECT to nonsense, and absolute forms of it, are answered; the next request is served."""
    script = """
import os, socket, subprocess
from urllib.parse import urlsplit
proxy = urlsplit(os.environ["HTTPS_PROXY"])
for target in (b"CONNECT x", b"CONNECT :99999999", b"CONNECT [::1", b"CONNECT 127.0.0.1:1", b"GET http://[", b"GET ftp://x/"):
    made = socket.create_connection((proxy.hostname, proxy.port), timeout=10)
    made.sendall(target + b" HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n")
    print(target, made.recv(12).decode())
    made.close()
subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "https://api.mailjet.com/"])
"""
    ran = sandbox(sys.executable, "-c", script, options=["--via", "proxy"])
    lines = ran.output.split("\n")
    assert lines[-1] == "401", ran
    assert all(" HTTP/1.1 " in line for line in lines[:-1]), lines
    assert "Traceback" not in ran.errors


def test_an_open_proxy_passes_other_hosts_on(sandbox: Runner) -> None:
    """With --via proxy a program keeps the network for other hosts: plain HTTP through the proxy, unchanged."""
    script = """
import os, subprocess, threading
from http.server import BaseHTTPRequestHandler, HTTPServer

class Echo(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200); self.end_headers(); self.wfile.write(self.headers["x-mine"].strip().encode() + body)
    def log_message(self, *_): pass

server = HTTPServer(("127.0.0.1", 0), Echo)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/x"
for more in ([], ["-p"]):
    subprocess.run(["curl", "-s", "--noproxy", "", *more, "-d", "body", "-H", "x-mine: me ", url])
"""
    ran = sandbox(sys.executable, "-c", script, options=["--via", "proxy"])
    assert ran.output == "mebodymebody", ran
    assert ran.requests == []
