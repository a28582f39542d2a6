"""Smoke calls of the Python SDK 1.1.x, once with every credential right, then with one after the other spoilt."""

import contextlib
import json
import os
import sys
import urllib.error
import urllib.request

from sinch import SinchClient

OTHER = "00000000-0000-4000-8000-000000000000"
SECRET = "AAAAAAAAAAAAAAAAAAAAAA=="


def client(spoilt):
    def read(name):
        wrong = SECRET if name == "SINCH_APPLICATION_SECRET" else OTHER
        return wrong if name == spoilt else os.environ[name]

    project = {
        "key_id": read("SINCH_KEY_ID"),
        "key_secret": read("SINCH_KEY_SECRET"),
        "project_id": read("SINCH_PROJECT_ID"),
        "application_key": read("SINCH_APPLICATION_KEY"),
        "application_secret": read("SINCH_APPLICATION_SECRET"),
    }
    plan = {"service_plan_id": read("SINCH_SERVICE_PLAN_ID"), "sms_api_token": read("SINCH_API_TOKEN")}
    made = SinchClient(**project), SinchClient(**project, **plan)
    for one in made:
        one.configuration.conversation_region = "us"
        one.configuration.sms_region = "us"
    return made


def calls(spoilt):
    project, plan = client(spoilt)
    return {
        "numbers": lambda: project.numbers.regions.list(),
        "conversation": lambda: project.conversation.app.list(),
        "voice": lambda: project.voice.applications.get_numbers(),
        "verification": lambda: project.verification.verification_status.get_by_reference(reference="none"),
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
