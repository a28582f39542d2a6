# Voice API v1 (Calling), Application key, Application-signed request: sign a request, and prove it with a first one. It costs nothing.
# Written for Python 3.9 or newer, requests. Install: pip install requests
# Run: python sinch_sign.py
# Environment variables:
#   SINCH_APPLICATION_KEY     Sinch Build Dashboard > Voice > Apps, or Verification > Apps
#   SINCH_APPLICATION_SECRET  beside the Application Key, in the same app

import base64
import hashlib
import hmac
import os
import sys
from datetime import datetime, timezone

import requests


def setting(name: str) -> str:
    """The value of an environment variable; ends the program where it is missing."""
    value = os.environ.get(name, "").strip()
    if not value:
        sys.exit(f"{name} is not set; the top of this file says where to get it")
    return value


application_key = setting("SINCH_APPLICATION_KEY")
application_secret = setting("SINCH_APPLICATION_SECRET")


def signed_headers(method: str, path: str, body: bytes = b"", content_type: str = "") -> dict[str, str]:
    """The headers that sign one request: path without query, body exactly as it is sent."""
    timestamp = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    content_md5 = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode() if body else ""
    text = "\n".join([method, content_md5, content_type, f"x-timestamp:{timestamp}", path])
    # The Application Secret is base64 of the key, not the key.
    key = base64.b64decode(application_secret, validate=True)
    signature = base64.b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).decode()
    headers = {"Authorization": f"Application {application_key}:{signature}", "x-timestamp": timestamp}
    if content_type:
        headers["Content-Type"] = content_type
    return headers


def refused(response: requests.Response) -> None:
    """End the program, showing what was answered."""
    sys.exit(f"{response.request.method} {response.url}: {response.status_code} {response.reason}\n{response.text}")


path = "/v1/configuration/numbers"
response = requests.request(
    "GET",
    "https://callingapi.sinch.com" + path,
    headers=signed_headers("GET", path),
    timeout=10,
)
if not response.ok:
    refused(response)
print(f"Voice API v1 (Calling) accepted the credentials: {response.status_code}\n{response.text}")
