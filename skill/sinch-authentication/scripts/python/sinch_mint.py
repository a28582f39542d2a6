# In-App Calling (Voice and Video SDKs), Application key, Registration token (JWT): make the registration token on your backend.
# Written for Python 3.9 or newer.
# Run: python sinch_mint.py USER_ID
# Environment variables:
#   SINCH_APPLICATION_KEY     Sinch Build Dashboard > Voice > Apps, or Verification > Apps
#   SINCH_APPLICATION_SECRET  beside the Application Key, in the same app

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
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


def registration_token(user_id: str, now: datetime) -> str:
    """A token that lets one user's client register, good for ten minutes.

    Take the user id from your own session, never from the request. Make a token for each request; answer with
    `Cache-Control: no-store`, and do not log it.
    """
    if not re.fullmatch(r"[A-Za-z0-9_=-]{1,255}", user_id):
        raise ValueError("a user id has 1 to 255 characters of A-Z a-z 0-9 - _ =; base64url-encode any other")
    secret = base64.b64decode(application_secret, validate=True)
    if len(secret) != 16:
        raise ValueError("an Application Secret is base64 of 16 bytes; this one is something else")
    # One instant for everything, in UTC.
    now = now.astimezone(timezone.utc)
    date = now.strftime("%Y%m%d")
    issued = int(now.timestamp())
    issuer = f"//rtc.sinch.com/applications/{application_key}"
    header = {"alg": "HS256", "kid": f"hkdfv1-{date}"}
    claims = {
        "iss": issuer,
        "sub": f"{issuer}/users/{user_id}",
        "iat": issued,
        "exp": issued + 600,
        "nonce": secrets.token_hex(16),
    }
    signed = ".".join(base64url(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
    return f"{signed}.{base64url(hmac.digest(signing_key(secret, date), signed.encode(), 'sha256'))}"


def signing_key(secret: bytes, date: str) -> bytes:
    """The key of one UTC day: one HMAC, in spite of the name hkdfv1."""
    return hmac.digest(secret, date.encode(), hashlib.sha256)


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def self_test() -> None:
    """Check the derivation against two published days before the first token is made."""
    secret = base64.b64decode("ax8hTTQJF0OPXL32r1LHMA==")
    for date, key in (
        ("20180102", "AZj5EsS8S7wb06xr5jERqPHsraQt3w_-Ih5EfrhisBQ"),
        ("20180201", "vnueKmgo5tu5c2uzA38at0a9SZK6QjROrLnIfu09z0I"),
    ):
        if base64url(signing_key(secret, date)) != key:
            raise RuntimeError("the signing key is derived wrongly")


self_test()

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: sinch_mint.py USER_ID")
    print(registration_token(sys.argv[1], datetime.now(timezone.utc)))
