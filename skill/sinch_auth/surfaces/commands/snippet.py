"""`sinch-auth snippet`: one piece of code, on standard output as a file that runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from sinch_auth.schema import Purpose

if TYPE_CHECKING:
    from sinch_auth.knowledge import Knowledge
    from sinch_auth.snippets import Snippet
    from sinch_auth.snippets.choosing import Choice


@click.command()
@click.option("--product", required=True, metavar="P", help="A Sinch product; see `sinch-auth products`.")
@click.option("--language", required=True, metavar="L", help="What you write; see `sinch-auth languages`.")
@click.option("--purpose", required=True, type=click.Choice(get_args(Purpose)), help="What the code does.")
@click.option("--method", default="", metavar="M", help="Insist on one auth method.")
@click.option("--region", default="", metavar="R", help="Write this region's host into the code.")
@click.option("--sdk-line", default="", metavar="LINE", help="The SDK release line you have, such as 1.x.")
@click.option(
    "--value",
    "values",
    multiple=True,
    metavar="CREDENTIAL=VALUE",
    help="Write a credential that is no secret into the code, such as project_id=… (repeatable).",
)
@click.option("--output", type=click.Path(path_type=Path, allow_dash=True), help="A file, or a folder that exists.")
@click.option("--force", is_flag=True, help="Overwrite what stands at --output.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(
    product: str,
    language: str,
    purpose: Purpose,
    method: str,
    region: str,
    sdk_line: str,
    values: tuple[str, ...],
    output: Path | None,
    force: bool,
    form: str,
) -> None:
    """Print one snippet: code on standard output, what to know about it on standard error.

    Credentials are read from environment variables; secrets are never written into code.

    \b
      sinch-auth snippet --product voice --language python --purpose call > call.py
      sinch-auth snippet --product conversation --language java --purpose init --region eu --output src
    """
    from sinch_auth import knowledge, snippets
    from sinch_auth.snippets.choosing import Wish, choose
    from sinch_auth.surfaces.listing import wants_json

    base = knowledge.load()
    wish = Wish(
        product=product,
        language=language,
        purpose=purpose,
        method=method,
        region=region,
        sdk_line=sdk_line,
        values=_values(base, values),
    )
    choice = choose(base, wish)
    snippet = snippets.render(base, choice.request)
    to_file = output is not None and str(output) != "-"
    if to_file and output:
        _write(output, snippet, force)
    if wants_json(form, _as_json(choice, snippet)):
        return
    if not to_file:
        click.echo(snippet.code, nl=False)
    for line in _notes(choice, snippet, to_file):
        click.echo(line, err=True)


def _values(base: Knowledge, given: tuple[str, ...]) -> dict[str, str]:
    """Credential id -> value; the environment variable's name is taken for the id, too."""
    from sinch_auth.errors import UnknownName, UsageError

    credentials = {id: one for model in base.ids("model") for id, one in base.model(model).credentials.items()}
    names = {one.env: id for id, one in credentials.items()}
    made: dict[str, str] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals:
            # The whole may be a secret in the wrong place: it is not repeated.
            raise UsageError("--value needs a credential and its value", cure="--value project_id=01234567-89ab-…")
        id = names.get(name, name.replace("-", "_"))
        if id not in credentials:
            raise UnknownName("credential", name, [i for i, one in credentials.items() if not one.secret])
        if made.get(id, value) != value:
            raise UsageError(f"{name} is given twice, with two values")
        made[id] = value
    return made


def _as_json(choice: Choice, snippet: Snippet) -> dict[str, object]:
    import msgspec

    request = choice.request
    return {
        "product": request.product,
        "auth_model": request.model,
        "method": request.method,
        "route": request.route,
        "region": request.region,
        "sdk_line": request.sdk_line,
        "because": list(choice.because),
        **msgspec.to_builtins(snippet),
    }


def _write(output: Path, snippet: Snippet, force: bool) -> None:
    from sinch_auth.errors import SourceUnavailable, UsageError

    place = output / snippet.filename if output.is_dir() else output
    files = {place: snippet.code, **{place.parent / name: text for name, text in snippet.companions.items()}}
    try:
        for path, text in files.items():
            if not force and path.exists() and path.read_bytes() != text.encode():
                raise UsageError(f"{path} is there already, with other content", cure="choose another, or add --force")
        for path, text in files.items():
            path.write_bytes(text.encode())
    except OSError as problem:
        raise SourceUnavailable(f"{place} cannot be written", why=problem.strerror or str(problem)) from None


def _notes(choice: Choice, snippet: Snippet, written: bool) -> list[str]:
    """What to know about the code, one thing a line."""
    proof = snippet.proof
    lines = [("file", snippet.filename), *(("why", reason) for reason in choice.because)]
    if snippet.install:
        lines += [("install", line) for line in snippet.install.splitlines()]
    if snippet.environment:
        lines.append(("set", " ".join(snippet.environment)))
    if snippet.companions:
        names = ", ".join(snippet.companions)
        lines.append(("beside", names if written else f"{names} (--output writes it)"))
    checked = f"{proof.level} against {proof.against}, {proof.checked}" if proof else "no proof: never run so far"
    lines.append(("checked", checked))
    return [f"{name:<8} {text}" for name, text in lines]
