"""A client for the tests, standard library only: sends the requests it reads and prints the answers, as JSON.

Runs inside the sandbox, so it must not import anything of ours. Its signing and its registration tokens are written
from the documentation, apart from the code that judges them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import os
import re
import secrets
import ssl
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit


def expanded(value: Any) -> Any:
    """`$NAME` in any text stands for an environment variable."""
    if isinstance(value, dict):
        return {expanded(key): expanded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [expanded(inner) for inner in value]
    if isinstance(value, str):
        return re.sub(r"\$([A-Z_]+)", lambda match: os.environ[match[1]], value)
    return value


def send(method: str, url: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    parts = urlsplit(url)
    proxy = urlsplit(os.environ.get("HTTPS_PROXY", "")) if parts.scheme == "https" else None
    make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    options = {"context": ssl.create_default_context()} if parts.scheme == "https" else {}
    if proxy and proxy.hostname:
        connection = make(proxy.hostname, proxy.port, timeout=20, **options)  # type: ignore[arg-type]
        connection.set_tunnel(parts.hostname or "", 443)
    else:
        connection = make(parts.hostname or "", timeout=20, **options)  # type: ignore[arg-type]
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, target, body or None, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        return {"status": answer.status, "headers": dict(answer.getheaders()), "body": text}
    except (OSError, http.client.HTTPException) as problem:
        return {"status": 0, "headers": {}, "body": type(problem).__name__}
    finally:
        connection.close()


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def fetch_token() -> str:
    headers = {
        "authorization": basic(os.environ["SINCH_KEY_ID"], os.environ["SINCH_KEY_SECRET"]),
        "content-type": "application/x-www-form-urlencoded",
    }
    answer = send("POST", "https://auth.sinch.com/oauth2/token", headers, b"grant_type=client_credentials")
    return str(json.loads(answer["body"]).get("access_token", ""))


def signed(method: str, path: str, body: bytes, headers: dict[str, str], how: dict[str, str]) -> dict[str, str]:
    """The documented signature; `how` spoils one part of it."""
    late = timedelta(seconds=float(how.get("late", 0)))
    stamp = how.get("stamp", (datetime.now(UTC) + late).isoformat(timespec="milliseconds").replace("+00:00", "Z"))
    kind = headers.get("content-type", "")
    digest = base64.b64encode(hashlib.md5(body).digest()).decode() if body else ""
    lines = [method, digest, kind, f"x-timestamp:{stamp}", path]
    secret = os.environ["SINCH_APPLICATION_SECRET"]
    key = secret.encode() if how.get("spoil") == "secret-as-text" else base64.b64decode(secret)
    signature = base64.b64encode(hmac.new(key, "\n".join(lines).encode(), hashlib.sha256).digest()).decode()
    if how.get("spoil") == "random":
        signature = base64.b64encode(secrets.token_bytes(32)).decode()
    if how.get("spoil") == "empty":
        signature = ""
    found = {"authorization": f"Application {how.get('key', os.environ['SINCH_APPLICATION_KEY'])}:{signature}"}
    return found if how.get("stamp") == "" else {**found, "x-timestamp": stamp}


def registration(how: dict[str, str]) -> str:
    now = datetime.now(UTC)
    key, day = os.environ["SINCH_APPLICATION_KEY"], now.strftime("%Y%m%d")
    issuer = f"//rtc.sinch.com/applications/{key}"
    seconds = int(now.timestamp()) + int(how.get("late", 0))
    head = {"alg": "HS256", "kid": f"hkdfv1-{day}"}
    claims = {"iss": issuer, "sub": f"{issuer}/users/{how.get('user', 'alice')}", "iat": seconds, "exp": seconds + 600}
    claims["nonce"] = secrets.token_hex(16)
    raw = base64.b64decode(os.environ["SINCH_APPLICATION_SECRET"])
    signing = raw if how.get("spoil") == "not-derived" else hmac.new(raw, day.encode(), hashlib.sha256).digest()
    text = ".".join(_unpadded(json.dumps(part).encode()) for part in (head, claims))
    return f"{text}.{_unpadded(hmac.new(signing, text.encode(), hashlib.sha256).digest())}"


def _unpadded(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def perform(spec: dict[str, Any]) -> dict[str, Any]:
    """One request: `basic`, `bearer`, `token`, `signed` or `registration` say how it proves who sends it."""
    spec = expanded(spec)
    method, url = spec.get("method", "GET"), spec["url"]
    headers = dict(spec.get("headers", {}))
    body = spec.get("body", "").encode()
    if "form" in spec:
        body = urlencode(spec["form"]).encode()
        headers.setdefault("content-type", "application/x-www-form-urlencoded")
    if "basic" in spec:
        headers["authorization"] = basic(*spec["basic"])
    if "bearer" in spec:
        headers["authorization"] = f"Bearer {spec['bearer']}"
    if "token" in spec:
        headers["authorization"] = f"Bearer {fetch_token()}{spec['token']}"
    if "registration" in spec:
        headers["authorization"] = f"Bearer {registration(spec['registration'])}"
    if "signed" in spec:
        headers |= signed(method, urlsplit(url).path, body, headers, spec["signed"])
    return send(method, url, headers, body)


if __name__ == "__main__":
    json.dump([perform(spec) for spec in json.load(sys.stdin)], sys.stdout)
