"""From a cell to code: the templates, sandboxed, with everything interpolated quoted for its language."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from sinch_auth import quoting
from sinch_auth.errors import UsageError
from sinch_auth.quoting import DIALECTS, Code
from sinch_auth.resources import cache_folder, data_folder
from sinch_auth.schema import Proof
from sinch_auth.snippets.cells import SnippetRequest, companions, proof_of, purposes, templates

if TYPE_CHECKING:
    import jinja2
    from jinja2.bccache import Bucket

    from sinch_auth.knowledge import Knowledge


class Snippet(msgspec.Struct, frozen=True):
    """Code that runs as it stands, once the environment variables are set."""

    language: str
    purpose: str
    filename: str
    code: str
    install: str
    proof: Proof | None
    environment: tuple[str, ...]
    """The environment variables that the code reads."""
    companions: Mapping[str, str] = {}
    """Files that must stand beside it, by name (a `pom.xml`)."""


def render(knowledge: Knowledge, request: SnippetRequest) -> Snippet:
    """Render one snippet. Raises `UsageError` for a cell that makes no sense or a value of the wrong shape."""
    possible = purposes(
        knowledge,
        request.product,
        request.language,
        request.model,
        request.method,
        request.route,
        request.sdk_line,
    )
    if request.purpose not in possible:
        raise UsageError(
            f"there is no {request.purpose} snippet for {request.product} in {request.language} with "
            f"{request.model} {request.method} over {request.route}",
            cure=f"use one of: {', '.join(possible)}"
            if possible
            else "sinch-auth products shows each product's ways in",
        )
    # What builds a context is loaded only here: an answer without code needs none of it.
    from sinch_auth.snippets.context import Builder

    build = Builder(knowledge, request)
    context = build.context()
    build.check_used()
    return Snippet(
        language=request.language,
        purpose=request.purpose,
        filename=build.filename,
        code=_filled(request.language, templates(request.language)[request.purpose], context),
        install=build.install,
        proof=proof_of(knowledge, request),
        environment=tuple(s.env for s in build.settings if s.value is None),
        companions={
            name: text
            for name, path in companions(request.language).items()
            if (text := _filled(request.language, path, context)).strip()
        },
    )


def _filled(language: str, template: str, context: Mapping[str, Any]) -> str:
    return str(_environment(language).get_template(template).render(context)).rstrip("\n") + "\n"


def digest(snippet: Snippet) -> str:
    """What a proof was made for: changes whenever the code or a file beside it changes."""
    import hashlib
    import json

    text = json.dumps([snippet.filename, snippet.code, sorted(snippet.companions.items())])
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


@cache
def _environment(language: str) -> jinja2.Environment:
    """One sandboxed environment a language: everything interpolated is quoted unless it is `Code`."""
    import jinja2
    from jinja2.sandbox import SandboxedEnvironment

    quote = DIALECTS[language].quote

    def literal(value: object) -> Code:
        if isinstance(value, Code):
            return value
        if isinstance(value, str):
            return Code(quote(value))
        if isinstance(value, int) and not isinstance(value, bool):
            return Code(str(value))
        if isinstance(value, jinja2.Undefined):
            raise jinja2.UndefinedError(value._undefined_message)
        raise TypeError(f"a template interpolates a {type(value).__name__}; give text, a number or Code")

    environment = SandboxedEnvironment(
        loader=jinja2.FileSystemLoader(data_folder("templates")),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # The usual mark opens `${#name}` in a shell.
        comment_start_string="<#",
        comment_end_string="#>",
        autoescape=False,
        auto_reload=False,
        finalize=literal,
        bytecode_cache=bytecode_cache(),
    )
    # What a macro or a block returns has been quoted inside it.
    environment.filters["code"] = _as_code
    environment.concat = lambda pieces: Code("".join(pieces))  # type: ignore[method-assign]
    return environment


def _as_code(value: str) -> Code:
    """What a template made of pieces of `Code`; never for a value of a user."""
    return Code(value)


@cache
def bytecode_cache() -> jinja2.BytecodeCache | None:
    import jinja2

    class Cache(jinja2.FileSystemBytecodeCache):
        def dump_bytecode(self, bucket: Bucket) -> None:
            # What cannot be kept, on a full or read-only disk, is compiled again the next time.
            with suppress(OSError):
                super().dump_bytecode(bucket)

    # Compiled templates hold constants that were quoted when they were compiled.
    state = Path(quoting.__file__).stat()
    folder = cache_folder() / f"templates-{state.st_size:x}-{state.st_mtime_ns:x}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Cache(str(folder))
    except OSError:
        return None
