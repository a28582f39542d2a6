"""One call of the Python SDK 2.x; whatever goes wrong is printed as Python prints it."""

import os
import sys

from sinch import SinchClient

project = {
    "key_id": os.environ["SINCH_KEY_ID"],
    "key_secret": os.environ["SINCH_KEY_SECRET"],
    "project_id": os.environ["SINCH_PROJECT_ID"],
    "conversation_region": os.environ["SINCH_REGION"],
    "sms_region": os.environ["SINCH_REGION"],
}
plan = {"service_plan_id": os.environ["SINCH_SERVICE_PLAN_ID"], "sms_api_token": os.environ["SINCH_API_TOKEN"]}
calls = {
    "numbers": lambda: SinchClient(**project).numbers.regions.list(),
    "conversation": lambda: SinchClient(**project).conversation.apps.list(),
    "sms": lambda: list(SinchClient(**project, **plan).sms.batches.list(page_size=1)),
}
calls[sys.argv[1]]()
