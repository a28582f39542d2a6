# Voice API v1 (Calling), webhooks: check who sent an event.
# Written for Python 3.9 or newer.
# Environment variables:
#   SINCH_APPLICATION_KEY     Sinch Build Dashboard > Voice > Apps, or Verification > Apps
#   SINCH_APPLICATION_SECRET  the Application Secret of the app that gets the call

import base64
import hashlib
import hmac
import os
import sys
from datetime import datetime, timezone


def setting(name: str) -> str:
    """The value of an environment variable; ends the program where it is missing."""
    value = os.environ.get(name, "").strip()
    if not value:
        sys.exit(f"{name} is not set; the top of this file says where to get it")
    return value


application_key = setting("SINCH_APPLICATION_KEY")
application_secret = setting("SINCH_APPLICATION_SECRET")

TOLERANCE = 300  # seconds; an older event may be a replay


def is_authentic(method: str, path: str, headers: dict[str, str], body: bytes) -> bool:
    """Whether Sinch sent this: raw body, path without query, header names in lower case."""
    timestamp = headers.get("x-timestamp", "")
    try:
        sent = datetime.strptime(timestamp[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    except ValueError:
        return False
    if abs((datetime.now(timezone.utc) - sent).total_seconds()) > TOLERANCE:
        return False
    word, _, credentials = headers.get("authorization", "").partition(" ")
    key_id, _, signature = credentials.partition(":")
    if word.lower() != "application" or key_id != application_key:
        return False
    content_md5 = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode() if body else ""
    text = "\n".join([method, content_md5, headers.get("content-type", ""), f"x-timestamp:{timestamp}", path])
    # The secret is base64 of the key, not the key.
    key = base64.b64decode(application_secret, validate=True)
    expected = base64.b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest())
    return hmac.compare_digest(expected, signature.encode())


if __name__ == "__main__":
    # Try it on a captured event: python sinch_webhook.py POST /path/of/your/callback 'authorization: …' 'x-timestamp: …' 'content-type: …' < body
    arguments = sys.argv[1:]
    verb, target = arguments[:2]
    arguments = arguments[2:]
    received = {name.strip().lower(): value.strip() for name, _, value in (a.partition(":") for a in arguments)}
    raw = sys.stdin.buffer.read()
    if not is_authentic(verb, target, received, raw):
        sys.exit("refused: the signature or its time is wrong; answer 401 and do not process the event")
    print("authentic")
