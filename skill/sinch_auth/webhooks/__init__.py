"""Incoming calls from Sinch: which scheme, is the signature right, and can it be replayed. Pure.

    detect(request)                                   -> scheme, product hint or None
    verify(request, secret, scheme=…, now=…)          -> Verification
    WITHOUT_SIGNATURE                                 -> products that sign nothing, by name

`Request` comes from `sinch_auth.signing`; `signing.pasted.read_http` makes one from a capture.
"""

from __future__ import annotations

from sinch_auth.webhooks.detect import UNSIGNED, WITHOUT_SIGNATURE, detect
from sinch_auth.webhooks.verify import Verification, verify

__all__ = ["UNSIGNED", "WITHOUT_SIGNATURE", "Verification", "detect", "verify"]
