"""Signs and verifies: the right computation, nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sinch_auth.errors import UsageError
from sinch_auth.signing.explain import same
from sinch_auth.signing.request import Request
from sinch_auth.signing.schemes import accepted_recipes, given_signature, recipe_for, scheme_of


@dataclass(frozen=True, slots=True)
class Signed:
    """The headers to send, and how they came about. `lines` pairs each part's name with its bytes."""

    headers: Mapping[str, str]
    string_to_sign: bytes
    signature: str
    lines: tuple[tuple[str, bytes], ...]


def sign(request: Request, key: str, secret: str) -> Signed:
    """Sign a Voice v1 or Verification request (sources: voice and verification signed-request pages).

    The request must already have its `content-type` (empty only if none is sent) and `x-timestamp`.
    Raises `UsageError` for a missing key or timestamp, a secret that is not base64, or a relative path.

    >>> request = Request.of(
    ...     "POST", "/v1/sms/+46700000000",
    ...     {"content-type": "application/json", "x-timestamp": "2014-06-04T13:41:58Z"},
    ...     '{"message":"Hello world"}')
    >>> sign(request, "5F5C418A0F914BBC8234A9BF5EDDAD97", "JViE5vDor0Sw3WllZka15Q==").signature
    'qDXMwzfaxCRS849c/2R0hg0nphgdHciTo7OdM6MsdnM='
    """
    if not key or any(char.isspace() or char == ":" for char in key):
        raise UsageError("the application key is missing or not one word", cure="set SINCH_APPLICATION_KEY")
    if not request.timestamp:
        raise UsageError("the request has no x-timestamp", cure="set it to the time of sending, in UTC, ISO 8601")
    if not request.path.startswith("/"):
        raise UsageError("the path must start with a slash", why=f"got {request.path[:80]!r}")
    recipe = recipe_for("signed-request", request, key, secret)
    signature = recipe.signature()
    headers = {"Authorization": f"Application {key}:{signature}", "x-timestamp": request.timestamp}
    if request.content_type:
        headers["Content-Type"] = request.content_type
    labels = scheme_of("signed-request").labels
    lines = tuple((label, recipe.part(name)) for label, name in zip(labels, recipe.lines, strict=True))
    return Signed(headers, recipe.message(), signature, lines)


def verify(scheme: str, request: Request, secret: str, *, key: str = "", signature: str | None = None) -> bool:
    """Whether the signature a request carries is right, compared in constant time.

    With `key`, the key part of the header must be the same too.
    """
    carried_key, carried = given_signature(scheme, request)
    given = carried if signature is None else signature
    good_key = not key or same(key, carried_key)
    good = [same(recipe.signature(), given) for recipe in accepted_recipes(scheme, request, carried_key, secret)]
    return any(good) and good_key
