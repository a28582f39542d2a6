"""Pages run in headless Chromium against a stub that is made of the client SDK's recorded surface.

The page is served unchanged but for the two values that its user must fill in. Its script from Sinch's CDN is the stub:
it has the recorded members and no others, checks the number of arguments, and asks the page's listener for a
registration token as the SDK does; it then takes the token or says that it failed. The token endpoint is ours, and
what the page registers with is checked by our lint.
"""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import ssl
import subprocess
import tempfile
import threading
import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import trustme

from evals import toolchains
from evals.proving import parsing
from evals.proving.surfaces import surface, versions
from sinch_auth import tokens

_USER = "proof-user"
_SECRET = "QUFBQUFBQUFBQUFBQUFBQQ=="
_SECONDS = 30
_CDN = "cdn.sinch.com"


@dataclass(frozen=True)
class Shown:
    """What the page showed in the end, what was asked of our endpoint, and what it registered with."""

    state: str
    asked: int
    token: str
    failed: bool
    errors: str


def against() -> str:
    """What a page was run with."""
    shown = subprocess.run([toolchains.program("chromium"), "--version"], capture_output=True, text=True, check=True)
    version = re.search(r"[\d.]+", shown.stdout)
    stub = f"a stub of the documented surface of {versions(surface('browser'))}"
    return f"Chromium {version[0] if version else ''}, {stub}"


def check(code: str) -> tuple[int, list[str]]:
    """How often a page was run, and what is wrong with it."""
    key = str(uuid.uuid4())
    filled = code.replace('const userId = "";', f'const userId = "{_USER}";')
    filled = filled.replace('const applicationKey = "";', f'const applicationKey = "{key}";')
    if key not in filled or _USER not in filled:
        return 0, ["there is no place for the Application Key or the user id"]
    problems = []
    good = show(filled, tokens.mint(key, _SECRET, _USER, now=datetime.now(UTC), nonce=uuid.uuid4().hex).token)
    if "accepted" not in good.state or good.failed or good.errors:
        problems.append(f"right token: the page shows {good.state!r} {good.errors}")
    context = tokens.Context(application_key=key, application_secret=_SECRET, user_id=_USER, now=datetime.now(UTC))
    problems += [f"right token: {f.rule} {f.detail}" for f in tokens.lint(good.token, context) if f.severity == "error"]
    refused = show(filled, "")
    if not refused.failed or "accepted" in refused.state or "403" not in refused.state:
        problems.append(f"no token from the backend: the page shows {refused.state!r}, failed: {refused.failed}")
    empty = show(code, "unused")
    if empty.asked or "fill in" not in empty.state:
        problems.append(f"nothing filled in: the page shows {empty.state!r}")
    return 3, problems


def parse(code: str) -> tuple[str, list[str]]:
    """For a machine without a browser: what the page was parsed with, and what is wrong with it."""
    problems = parsing.broken("tree-sitter-html", code)
    for script in re.findall(r"<script[^>]*>(.*?)</script>", code, re.DOTALL):
        problems += parsing.broken("tree-sitter-javascript", script)
    return f"{parsing.grammar('tree-sitter-html')}, {parsing.grammar('tree-sitter-javascript')}", problems


def show(page: str, token: str, seconds: float = _SECONDS) -> Shown:
    """Open a page, press its button, and wait until its state settles. Without a token the endpoint refuses."""
    results: queue.Queue[dict[str, str]] = queue.Queue()
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = self.headers.get("Host", "").partition(":")[0]
            if host == _CDN:
                self._send(200, "text/javascript", _stub() if self.path.endswith("sinch-rtc-min.js") else "")
            else:
                self._send(200, "text/html; charset=utf-8", page if self.path == "/page" else _HARNESS)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path == "/result":
                results.put(json.loads(body))
                self._send(200, "text/plain", "")
            else:
                asked.append(self.path)
                self._send(200 if token else 403, "text/plain", token or "not signed in")

        def _send(self, status: int, kind: str, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    plain, secure = ThreadingHTTPServer(("127.0.0.1", 0), Handler), ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert(_CDN).configure_cert(context)
    secure.socket = context.wrap_socket(secure.socket, server_side=True)
    for server in (plain, secure):
        threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with (
            # A helper of the browser may write to its profile for a moment after it has ended.
            tempfile.TemporaryDirectory(prefix="sinch-browser-", ignore_cleanup_errors=True) as profile,
            _browser(f"http://127.0.0.1:{plain.server_port}/", secure.server_port, Path(profile)),
        ):
            try:
                found = results.get(timeout=seconds)
            except queue.Empty:
                found = {"state": "", "errors": f"the page did not settle within {seconds:.0f} s"}
    finally:
        for server in (plain, secure):
            server.shutdown()
            server.server_close()
    return Shown(
        str(found.get("state", "")), len(asked), str(found.get("token", "")), bool(found.get("failed")),
        str(found.get("errors", "")),
    )  # fmt: skip


class _browser:
    """A headless Chromium that shows one address and reaches nothing but us."""

    def __init__(self, address: str, cdn_port: int, profile: Path) -> None:
        self._command = [
            toolchains.program("chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage", "--ignore-certificate-errors", f"--user-data-dir={profile}",
            f"--host-resolver-rules=MAP {_CDN} 127.0.0.1:{cdn_port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", address,
        ]  # fmt: skip

    def __enter__(self) -> None:
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(self._command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=10)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def _stub() -> str:
    """The SDK as far as it is on record: its members with their numbers of arguments."""
    found = surface("browser")
    members = {
        id: {
            name: {
                "gives": member.gives.removeprefix("Promise<").rstrip(">"),
                "counts": [[sum("?:" not in a for a in one), len(one)] for one in member.takes],
                "property": member.kind == "property",
                "required": member.required,
            }
            for name, member in kind.members.items()
        }
        for id, kind in found.types.items()
    }
    return f"const SURFACE = {json.dumps(members)};\n{_STUB}"


_STUB = """
parent.proof = parent.proof ?? { token: "", failed: false, errors: "" };
const SPECIAL = {
  "SinchClient.addListener": (self, listener) => {
    for (const [name, member] of Object.entries(SURFACE.SinchClientListener)) {
      if (member.required && typeof listener[name] !== "function") throw new Error(`the listener has no ${name}`);
    }
    self.listener = listener;
  },
  "SinchClient.start": async (self) => {
    const registration = made("ClientRegistration", {
      register: async (token) => { parent.proof.token = token; self.listener.onClientStarted(self.seen); },
      registerFailed: () => { parent.proof.failed = true; },
    });
    await self.listener.onCredentialsRequired(self.seen, registration);
  },
};
function made(type, own = {}) {
  const self = {};
  self.seen = new Proxy({}, {
    get(_, name) {
      if (typeof name === "symbol" || name === "then") return undefined;
      const member = SURFACE[type][name];
      if (!member) throw new Error(`${type} has no member ${name}`);
      if (member.property) return SURFACE[member.gives] ? made(member.gives) : undefined;
      return (...given) => {
        if (!member.counts.some(([least, most]) => given.length >= least && given.length <= most)) {
          throw new Error(`${type}.${name} does not take ${given.length} arguments`);
        }
        const special = own[name] ?? SPECIAL[`${type}.${name}`]?.bind(null, self);
        if (special) return special(...given);
        return member.gives === type ? self.seen : SURFACE[member.gives] ? made(member.gives) : undefined;
      };
    },
  });
  return self.seen;
}
window.Sinch = made("Sinch");
window.addEventListener("error", (event) => { parent.proof.errors += event.message; });
window.addEventListener("unhandledrejection", (event) => { parent.proof.errors += event.reason; });
"""

_HARNESS = """<!doctype html><iframe id="page" src="/page"></iframe><script>
window.proof = { token: "", failed: false, errors: "" };
const frame = document.querySelector("#page");
frame.addEventListener("load", async () => {
  const page = frame.contentDocument;
  const state = page.querySelector("#state");
  const before = state.textContent;
  page.querySelector("#start").click();
  for (let waited = 0; state.textContent === before && waited < 400; waited++) {
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  await fetch("/result", { method: "POST", body: JSON.stringify({ ...window.proof, state: state.textContent }) });
});
</script>"""
