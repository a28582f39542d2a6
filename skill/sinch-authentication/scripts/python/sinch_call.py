# Numbers API, Project access key, OAuth2 access token: a first request that proves the credentials. It costs nothing.
# Written for sinch 2.3.0, Python 3.9 or newer. Install: pip install "sinch>=2.3,<3"
# Run: python sinch_call.py
# Environment variables:
#   SINCH_KEY_ID      Sinch Build Dashboard > Settings > Access keys
#   SINCH_KEY_SECRET  shown once, when the access key is created in Settings > Access keys
#   SINCH_PROJECT_ID  Sinch Build Dashboard > Settings > Access keys (the project id stands above the list)

import os
import sys

from sinch import SinchClient
from sinch.core.exceptions import SinchException


def setting(name: str) -> str:
    """The value of an environment variable; ends the program where it is missing."""
    value = os.environ.get(name, "").strip()
    if not value:
        sys.exit(f"{name} is not set; the top of this file says where to get it")
    return value


key_id = setting("SINCH_KEY_ID")
key_secret = setting("SINCH_KEY_SECRET")
project_id = setting("SINCH_PROJECT_ID")

sinch_client = SinchClient(
    key_id=key_id,
    key_secret=key_secret,
    project_id=project_id,
)

try:
    answer = sinch_client.numbers.list(page_size=1)
except SinchException as error:
    response = error.http_response
    sys.exit(f"refused: {response.status_code if response else ''} {error}\n{response.body if response else ''}")
print(f"Numbers API accepted the credentials: {answer}")
