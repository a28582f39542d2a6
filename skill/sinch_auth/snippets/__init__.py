"""One rendered snippet: a cell of product × language × purpose × method × route, with its proof.

Templates know languages, the knowledge base knows products; this package brings them together. A value of a user is
checked by its shape first and quoted by the target language after that.
"""

from sinch_auth.snippets.cells import Route, SnippetRequest, canonical, cells, proof_of, purposes
from sinch_auth.snippets.rendering import Snippet, bytecode_cache, digest, render

__all__ = [
    "Route",
    "Snippet",
    "SnippetRequest",
    "bytecode_cache",
    "canonical",
    "cells",
    "digest",
    "proof_of",
    "purposes",
    "render",
]
