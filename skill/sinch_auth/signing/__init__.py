"""Signatures: compute, verify, and name the mistake. Pure: clock and secrets are parameters.

    sign(request, key, secret)                 -> Signed(headers, string_to_sign, signature)
    verify(scheme, request, secret)            -> bool, in constant time
    explain(scheme, request, secret, now=…)    -> Explanation(verdict, mistakes, wrong, expected, classes, findings)
    name_mistakes(scheme, request, secret)     -> ids, for a server that refuses a request
    SCHEMES                                    -> every scheme by name

`Request.of(method, url_or_path, headers, body)` makes a request; `explain` and `verify` take its signature from the
header (or, for Mailgun, the body) that the scheme names.
"""

from __future__ import annotations

from sinch_auth.signing.explain import Computation, Explanation, Named, explain, name_mistakes
from sinch_auth.signing.inspection import Finding
from sinch_auth.signing.request import Request
from sinch_auth.signing.schemes import SCHEMES, Scheme, given_signature, scheme_of
from sinch_auth.signing.signing import Signed, sign, verify

__all__ = [
    "SCHEMES",
    "Computation",
    "Explanation",
    "Finding",
    "Named",
    "Request",
    "Scheme",
    "Signed",
    "explain",
    "given_signature",
    "name_mistakes",
    "scheme_of",
    "sign",
    "verify",
]
