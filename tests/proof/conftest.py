"""A way to prove one changed snippet, by the same functions as `make prove`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from evals import prove as proving
from msgspec.structs import replace

from sinch_auth import knowledge, snippets
from sinch_auth.snippets import Snippet, SnippetRequest

Change = Callable[[str], str]


@pytest.fixture
def problems(base: knowledge.Knowledge) -> Callable[..., list[str]]:
    """What the proof finds wrong with a cell whose code was changed, or written anew.

    `reads` are environment variables that the code reads beside those of the cell.
    """

    def find(id: str, change: Change, reads: tuple[str, ...] = ()) -> list[str]:
        request = next(r for r in snippets.cells(base) if r.id == id)

        def rendering(base: knowledge.Knowledge, request: SnippetRequest) -> Snippet:
            snippet = snippets.render(base, request)
            code = change(snippet.code)
            assert code != snippet.code, "the change changes nothing"
            return replace(snippet, code=code, environment=(*snippet.environment, *reads))

        result = proving.prove(base, [request], rendering)[0]
        if not result.level:
            pytest.fail(f"this cannot be proved here: {result.problems}")
        return result.problems

    return find
