"""Smoke calls of the Python SDK 2.x, once with every credential right, then with one after the other spoilt."""

import contextlib
import json
import os
import sys
import urllib.error
import urllib.request

from sinch import SinchClient

OTHER = "00000000-0000-4000-8000-000000000000"


def client(spoilt):
    def read(name):
        return OTHER if name == spoilt else os.environ[name]

    project = {
        "key_id": read("SINCH_KEY_ID"),
        "key_secret": read("SINCH_KEY_SECRET"),
        "project_id": read("SINCH_PROJECT_ID"),
        "conversation_region": "us",
        "sms_region": "us",
    }
    plan = {"service_plan_id": read("SINCH_SERVICE_PLAN_ID"), "sms_api_token": read("SINCH_API_TOKEN")}
    return SinchClient(**project), SinchClient(**project, **plan)


def calls(spoilt):
    project, plan = client(spoilt)
    return {
        "numbers": lambda: project.numbers.regions.list(),
        "conversation": lambda: project.conversation.apps.list(),
        "number-lookup": lambda: project.number_lookup.lookup(number="+12025550134"),
        "voice-v2": lambda: project.voice.v2.services.list(page_size=1),
        "sms project": lambda: project.sms.batches.list(page_size=1),
        "sms plan": lambda: plan.sms.batches.list(page_size=1),
    }


def mark(spoilt):
    with contextlib.suppress(urllib.error.HTTPError):
        urllib.request.urlopen(f"https://api.mailjet.com/mark/{spoilt}")


found = {}
for spoilt in sys.argv[1:]:
    mark(spoilt)
    found[spoilt] = {}
    for name, call in calls(spoilt).items():
        try:
            call()
            found[spoilt][name] = "ok"
        except Exception as problem:
            found[spoilt][name] = f"{type(problem).__name__}: {problem}"
print(json.dumps(found))
