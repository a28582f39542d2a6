"""Turns a decision into an HTTP answer: the documented one where there is one, else one marked as assumed."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import formatdate
from functools import cache
from importlib import resources
from typing import Any

import yaml

from sinch_auth import schema
from sinch_auth.sandbox.gate import Gate, Ruling, reasons
from sinch_auth.sandbox.requests import Request
from sinch_auth.sandbox.tokens import LIFETIME

FIDELITY = "x-sandbox-fidelity"
DOCUMENTED, ASSUMED = "documented", "assumed"

_LABELS = {401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED"}
_FIVE_DIGIT = {400: 40003, 401: 40100, 403: 40300, 404: 40400, 405: 40003, 429: 42900}
_PLACEHOLDER = re.compile(r"<(id|uuid|time|now|text|key|project)>")


@dataclass(frozen=True)
class Answer:
    """One HTTP response."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def fidelity(self) -> str:
        """`documented` or `assumed`."""
        return self.headers[FIDELITY]


def answer(gate: Gate, request: Request, ruling: Ruling) -> tuple[Ruling, Answer]:
    """The response to a request, and the ruling, which may change: a path may not take this verb."""
    ruling, response = _answer(gate, request, ruling)
    return ruling, replace(response, headers={**response.headers, "date": formatdate(gate.now(), usegmt=True)})


def _answer(gate: Gate, request: Request, ruling: Ruling) -> tuple[Ruling, Answer]:
    if ruling.kind == "token" and ruling.accepted:
        return ruling, _token(ruling)
    if not ruling.accepted:
        return ruling, _refusal(gate, request, ruling)
    product = ruling.place.product if ruling.place else ""
    routes = _routes(product)
    fitting = [route for route in routes if route["pattern"].match(request.path)]
    route = next((r for r in fitting if r["method"] == request.method), None)
    if route is None and any(r.get("only") for r in fitting):
        documented = " or ".join(sorted({str(r["method"]) for r in fitting}))
        row = reasons()["method-unknown"]
        words = {"method": request.method, "documented": documented}
        ruling = replace(
            ruling,
            accepted=False,
            kind=row["kind"],
            reason="method-unknown",
            what=row["what"].format_map(words),
            cure=row["cure"].format_map(words),
        )
        return ruling, _refusal(gate, request, ruling)
    return ruling, _accepted(gate, request, product, route)


# -- let in ----------------------------------------------------------------------------------------------


def _token(ruling: Ruling) -> Answer:
    body = {"access_token": ruling.token, "expires_in": LIFETIME, "scope": "", "token_type": "bearer"}
    return _json(200, body, DOCUMENTED, {"cache-control": "no-store"})


def _accepted(gate: Gate, request: Request, product: str, route: dict[str, Any] | None) -> Answer:
    if route is None:
        return _json(200, {}, ASSUMED)
    status = int(route.get("status", 200))
    smoke = any(s.method == route["method"] and _pattern(s.path).match(request.path) for s in _smokes(gate, product))
    fidelity = DOCUMENTED if smoke else ASSUMED
    if "error" in route:
        return _json(status, _shaped(product, status, str(route["error"]), ""), fidelity)
    return _json(status, _filled(route["json"], gate), fidelity)


def _smokes(gate: Gate, product: str) -> list[schema.Smoke]:
    place = gate.places.find_product(product)
    return place.entry.smoke if place else []


def _filled(value: Any, gate: Gate) -> Any:
    if isinstance(value, dict):
        return {key: _filled(inner, gate) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, gate) for inner in value]
    if not isinstance(value, str):
        return value
    for id, known in gate.credentials.placeholders().items():
        value = value.replace(f"{{{id}}}", known)
    return _replaced(value, "")


# -- refused ---------------------------------------------------------------------------------------------


def _refusal(gate: Gate, request: Request, ruling: Ruling) -> Answer:
    if ruling.place is None and ruling.kind in _data()["token"]:
        return _token_refusal(ruling)
    product = ruling.place.product if ruling.place else ""
    failure = ruling.place.entry.failures.get(ruling.kind) if ruling.place else None
    own = _data()["products"].get(product, {})
    if ruling.kind in own.get("other", []):
        failure = None
    if ruling.reason in own.get("reasons", {}):
        return _own_refusal(ruling, product, own["reasons"][ruling.reason])
    status = failure.status if failure else 0
    known_body = bool(failure and failure.body)
    documented = bool(status) and known_body and not ruling.assumed and _sure(failure)
    headers = {}
    if failure:
        headers = {name.lower(): _replaced(value, request.path) for name, value in failure.headers.items()}
    if ruling.kind == "expired_token" and "www-authenticate" not in headers:
        headers["www-authenticate"] = _expired_header()
    if failure and status and not documented and _sure(failure):
        headers["x-sandbox-documented"] = "status"
    status = status or int(_data()["statuses"][ruling.kind])
    if known_body and failure:
        return _raw(status, _replaced(failure.body, ruling.what), documented, headers)
    shaped = _shaped(product, status, ruling.what, ruling.cure)
    return _json(status, shaped, DOCUMENTED if documented else ASSUMED, headers)


def _sure(failure: schema.Failure | None) -> bool:
    """Whether a recorded answer may be called documented: weak or inferred ones may not."""
    return failure is not None and failure.confidence in ("high", "medium")


def _own_refusal(ruling: Ruling, product: str, row: dict[str, int]) -> Answer:
    body = _shaped(product, row["status"], ruling.what, ruling.cure)
    if "code" in row:
        body["errorCode"] = row["code"]
    return _json(row["status"], body, ASSUMED, {"x-sandbox-documented": "status"})


def _token_refusal(ruling: Ruling) -> Answer:
    row = _data()["token"][ruling.kind]
    status, label = int(row["status"]), str(row["label"])
    shape = _fill_shape(_data()["errors"]["oauth"], status, ruling.what, ruling.cure, label)
    headers = {"www-authenticate": 'Basic realm="sandbox"'} if status == 401 else {}
    return _json(status, shape, DOCUMENTED if row.get("source") and not ruling.assumed else ASSUMED, headers)


def _shaped(product: str, status: int, what: str, cure: str) -> Any:
    family = _data()["products"].get(product, {}).get("errors", "code-message")
    label = _LABELS.get(status, "INVALID_ARGUMENT")
    return _fill_shape(_data()["errors"][family], status, what, cure, label)


def _fill_shape(value: Any, status: int, what: str, cure: str, label: str) -> Any:
    if isinstance(value, dict):
        return {key: _fill_shape(inner, status, what, cure, label) for key, inner in value.items()}
    known: dict[str, Any] = {
        "<status>": status,
        "<what>": what,
        "<cure>": cure,
        "<label>": label,
        "<oauth>": label,
        "<id>": str(uuid.uuid4()),
        "<five-digit>": _FIVE_DIGIT.get(status, 40003),
    }
    return known.get(value, value) if isinstance(value, str) else value


def _expired_header() -> str:
    # sources.yaml NET:tests/Sinch.Tests/Core/HttpTests.cs#L26-L30
    return _replaced(
        'Bearer error="invalid_token", error_description="Jwt expired at <time>", '
        'error_uri="https://tools.ietf.org/html/rfc6750#section-3.1"',
        "",
    )


def _replaced(text: str, what: str) -> str:
    now = datetime.now(UTC)
    known = {"id": str(uuid.uuid4()), "uuid": str(uuid.uuid4()), "text": what or "see the sandbox's report"}
    known |= {"key": "of-the-request", "project": "of-the-path"}
    known |= {"time": now.isoformat(timespec="seconds"), "now": now.isoformat(timespec="milliseconds")}
    known["now"] = known["now"].replace("+00:00", "Z")
    return _PLACEHOLDER.sub(lambda match: known.get(match[1], match[0]), text)


# -- shapes ----------------------------------------------------------------------------------------------


def _json(status: int, value: Any, fidelity: str, headers: dict[str, str] | None = None) -> Answer:
    body = json.dumps(value, ensure_ascii=False).encode()
    return Answer(status, {"content-type": "application/json", FIDELITY: fidelity, **(headers or {})}, body)


def _raw(status: int, text: str, documented: bool, headers: dict[str, str]) -> Answer:
    kind = "application/json" if text.lstrip().startswith(("{", "[")) else "text/plain; charset=utf-8"
    return Answer(
        status,
        {"content-type": kind, FIDELITY: DOCUMENTED if documented else ASSUMED, **headers},
        text.encode(),
    )


@cache
def _data() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("responses.yaml").read_text(encoding="utf-8")
    found = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    assert isinstance(found, dict)
    return found


@cache
def _routes(product: str) -> list[dict[str, Any]]:
    rows = _data()["products"].get(product, {}).get("routes", [])
    return [{**row, "pattern": _pattern(row["path"])} for row in rows]


@cache
def _pattern(path: str) -> re.Pattern[str]:
    exact = re.sub(r"\\\{[^}]*\\\}", r"[^/]+", re.escape(path.partition("?")[0]))
    return re.compile(f"^{exact}$")
