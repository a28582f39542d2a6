"""One module a command, found by its name: `explain_signature.py` is `sinch-auth explain-signature`.

A module exports `command`, a `click.Command` or `click.Group`. Heavy imports belong inside its functions.
"""
