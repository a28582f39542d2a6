"""Says what was done wrong: inspection first, then the search for a computation that gives the same signature."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sinch_auth.errors import UsageError
from sinch_auth.signing.inspection import Finding, inspect_request
from sinch_auth.signing.mistakes import mistakes_for
from sinch_auth.signing.published import PUBLISHED
from sinch_auth.signing.recipe import Recipe
from sinch_auth.signing.request import Request
from sinch_auth.signing.schemes import accepted_recipes, given_signature, recipe_for, scheme_of
from sinch_auth.signing.search import MOST, Found, apply, search


@dataclass(frozen=True, slots=True)
class Named:
    """One mistake in an explanation. `detail` says which form of it, in technical words."""

    id: str
    detail: str


@dataclass(frozen=True, slots=True)
class Computation:
    """A string to sign and the signature it gives."""

    string_to_sign: bytes
    signature: str
    lines: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is known about a signature.

    `verdict` is `match`, `mistake` or `no_match`. `wrong` reproduces the given signature exactly; None where
    nothing does or where there is no signature. `classes` are other sets of mistakes that give the very same signature
    on this request. `findings` need no computation. `check_first` orders what to look at where nothing matched.
    """

    scheme: str
    verdict: str
    mistakes: tuple[Named, ...] = ()
    wrong: Computation | None = None
    expected: Computation | None = None
    classes: tuple[tuple[Named, ...], ...] = ()
    findings: tuple[Finding, ...] = ()
    check_first: tuple[str, ...] = ()
    tried: int = 0
    given: str = field(default="", repr=False)


_LONG_BODY = 65_536
"""Bytes of a body up to which combinations are searched: each of them is a hash over all of it."""


def explain(
    scheme: str,
    request: Request,
    secret: str,
    *,
    key: str = "",
    signature: str | None = None,
    now: datetime | None = None,
    most: int = MOST,
    own_key: str = "",
) -> Explanation:
    """Explain the signature of `request`.

    `signature` and `key` default to what the request carries. `now` is needed only to judge the timestamp's age.
    `own_key` is the Application Key that the secret belongs to, where it is known.
    `most` bounds the mistakes per explanation (3); a server that only wants the quick answer passes 2. For a body over
    64 KiB it is 1.
    Raises `UsageError` where there is nothing to explain.

    >>> request = Request.of(
    ...     "POST", "/v1/sms/+46700000000",
    ...     {"content-type": "application/json", "x-timestamp": "2014-06-04T13:41:58Z"},
    ...     '{"message":"Hello world"}', signature="t8UjVqn349Qq+z9unm1TchpR17z+OJrqMV05mvCV8T4=")
    >>> [named.id for named in explain("signed-request", request, "JViE5vDor0Sw3WllZka15Q==").mistakes]
    ['secret-not-decoded']
    """
    scheme_of(scheme)
    carried_key, carried = given_signature(scheme, request)
    given = carried if signature is None else signature
    key = key or carried_key
    findings = inspect_request(scheme, request, key, secret, given, now, own_key)
    errors = tuple(Named(f.id, f.detail) for f in findings if f.severity == "error")
    try:
        right = recipe_for(scheme, request, key, secret)
    except UsageError:
        if any(finding.id == "secret-of-another-kind" for finding in findings):
            return Explanation(scheme, "mistake", errors, findings=findings, given=given)
        raise
    expected = computation(right)
    if not given.strip():
        if errors:
            return Explanation(scheme, "mistake", errors, expected=expected, findings=findings)
        raise UsageError(
            "there is no signature to explain",
            why=f"looked in `signature` and in {_where(scheme)}",
            cure="give the request as it was sent, with its signature",
        )
    for accepted in accepted_recipes(scheme, request, key, secret):
        if same(accepted.signature(), given):
            verdict = "mistake" if errors else "match"
            return Explanation(
                scheme,
                verdict,
                errors,
                computation(accepted),
                expected,
                findings=findings,
                tried=1,
                given=given,
            )
    printed = PUBLISHED.get(given.strip())
    if len(request.body) > _LONG_BODY:
        most = min(most, 1)
    result = search(right, given, mistakes_for(scheme), most if printed is None else 1)
    if printed is not None and not result.found:
        return Explanation(
            scheme,
            "mistake",
            (*errors, Named("signature-of-the-documentation", "")),
            Computation(printed, given),
            expected,
            findings=findings,
            tried=result.tried,
            given=given,
        )
    if not result.found:
        slot = _slot_filled_with_credentials(right, given)
        if slot:
            return Explanation(
                scheme,
                "mistake",
                (*errors, slot),
                Computation(b"", given),
                expected,
                findings=findings,
                tried=result.tried,
                given=given,
            )
    if not result.found:
        return _unexplained(scheme, request, errors, expected, findings, result.tried, given, right)
    best, *others = result.found
    return Explanation(
        scheme,
        "mistake",
        (*errors, *_named(best)),
        computation(apply(right, best.variants)),
        expected,
        classes=tuple(dict.fromkeys(_named(found) for found in others)),
        findings=findings,
        tried=result.tried,
        given=given,
    )


def name_mistakes(scheme: str, request: Request, secret: str, *, key: str = "", most: int = 2) -> tuple[str, ...]:
    """The ids of the mistakes behind a refused signature, or nothing: for servers that refuse a request."""
    try:
        return tuple(named.id for named in explain(scheme, request, secret, key=key, most=most).mistakes)
    except UsageError:
        return ()


def computation(recipe: Recipe) -> Computation:
    """What a recipe computes, with its parts named."""
    lines = tuple((name, recipe.part(name)) for name in recipe.lines)
    return Computation(recipe.message(), recipe.signature(), lines)


def same(left: str, right: str) -> bool:
    """Constant-time comparison of two texts."""
    return hmac.compare_digest(left.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass"))


def _named(found: Found) -> tuple[Named, ...]:
    return tuple(Named(variant.id, variant.detail) for variant in found.variants)


def _where(scheme: str) -> str:
    header = scheme_of(scheme).signature_header
    return f"the header {header}" if header else "the `signature` object of the body"


def _unexplained(
    scheme: str,
    request: Request,
    errors: tuple[Named, ...],
    expected: Computation,
    findings: tuple[Finding, ...],
    tried: int,
    given: str,
    right: Recipe,
) -> Explanation:
    verdict = "mistake" if errors else "no_match"
    return Explanation(
        scheme,
        verdict,
        errors,
        expected=expected,
        findings=findings,
        check_first=_check_first(scheme, request, findings, right),
        tried=tried,
        given=given,
    )


def _check_first(scheme: str, request: Request, findings: Sequence[Finding], right: Recipe) -> tuple[str, ...]:
    """What differs most likely, most likely first: only the secret, the body or the path can be left."""
    suspicious = {finding.id for finding in findings}
    secret_first = bool(suspicious & {"secret-not-16-bytes", "secret-of-another-kind", "key-is-not-a-uuid"})
    if scheme == "mailgun-webhook":
        return ("secret", "body")
    if scheme not in ("signed-request", "voice-v2-webhook"):
        return ("secret", "body") if secret_first or len(right.body) < 2 else ("body", "secret")
    order = ["secret", "body", "path"]
    if not secret_first and request.body:
        order = ["body", "secret", "path"] if request.method.upper() != "GET" else ["secret", "path", "body"]
    return tuple(order if request.body else [name for name in order if name != "body"])


def _slot_filled_with_credentials(right: Recipe, given: str) -> Named | None:
    """The signature slot holds the secret itself, or what Basic authentication would send."""
    import base64

    key, secret = right.given.key, right.given.secret
    text = given.strip()
    if same(text, secret):
        return Named("secret-sent-as-signature", "")
    for name in (key, f"application\\{key}", "api"):
        if same(text, base64.b64encode(f"{name}:{secret}".encode()).decode()):
            return Named("basic-credentials-sent-as-signature", "")
    return None
