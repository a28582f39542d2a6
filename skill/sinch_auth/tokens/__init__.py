"""Tokens: mint, lint and inspect. Pure: clock, nonce and secret are parameters.

mint(application_key, application_secret, user_id, now=…, nonce=…) -> Minted(token, expires, …)
lint(token, Context(…))                                           -> findings, by rule id
inspect(token)                                                    -> Inspection(kind, header, claims, expires)
wrong_derivations(token parts, secret)                            -> how a wrong signature was made
"""

from __future__ import annotations

from sinch_auth.tokens.derivation import derived_key, wrong_derivations
from sinch_auth.tokens.inspect import Inspection, inspect
from sinch_auth.tokens.lint import RULES, Context, TokenFinding, lint
from sinch_auth.tokens.mint import Minted, mint

__all__ = [
    "RULES",
    "Context",
    "Inspection",
    "Minted",
    "TokenFinding",
    "derived_key",
    "inspect",
    "lint",
    "mint",
    "wrong_derivations",
]
