"""`sinch-auth snippet`: one piece of code, ready to be written to a file and run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from sinch_auth.schema import Purpose

if TYPE_CHECKING:
    from sinch_auth.decisions import Decision, Situation
    from sinch_auth.knowledge import Knowledge


@click.command()
@click.option("--product", required=True, metavar="P", help="A Sinch product; see `sinch-auth products`.")
@click.option("--language", required=True, metavar="L", help="What you write; see `sinch-auth languages`.")
@click.option("--purpose", required=True, type=click.Choice(get_args(Purpose)), help="What the code is for.")
@click.option("--method", default="", metavar="M", help="Insist on one auth method.")
@click.option("--region", default="", metavar="R", help="The region of your app, plan or domain.")
@click.option("--sdk-line", default="", metavar="LINE", help="An older release line of the SDK, such as 1.x.")
@click.option(
    "--value", "values", multiple=True, metavar="ID=VALUE", help="Write a value that is no secret into the code."
)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the code to this file.")
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
    form: str,
) -> None:
    """Print code that authenticates, as it was proved: the code on standard output, what it needs on standard error.

    \b
      sinch-auth snippet --product voice --language python --purpose call > call.py
      sinch-auth snippet --product sms --language node --purpose init --region eu
      sinch-auth snippet --product numbers --language curl --purpose call --value project_id=…
    """
    from sinch_auth import decisions, knowledge, snippets
    from sinch_auth.errors import UsageError

    base = knowledge.load()
    situation = decisions.Situation(
        product=product, language=language, region=region, wants=purpose, sdk_line=sdk_line, method=method
    )
    _known(base, situation)
    decision = _reaching(base, situation, purpose)
    if decision.refused:
        raise UsageError(f"{language} gets no {purpose} for {product}", why=" ".join(decision.because))
    request = snippets.SnippetRequest(
        product=product,
        language=language,
        purpose=purpose,
        model=decision.model,
        method=decision.method,
        route=decision.route,
        region=decision.region,
        sdk_line=decision.sdk_line,
        values=_values(values),
    )
    snippet = snippets.render(base, request)
    if output:
        _write(output, snippet.code, snippet.companions)
    if form == "json":
        import json

        import msgspec

        click.echo(json.dumps(msgspec.to_builtins(snippet) | {"route": decision.route}, ensure_ascii=False, indent=1))
        return
    if not output:
        click.echo(snippet.code, nl=False)
    proof = snippet.proof
    said = {
        "written": str(output or ""),
        "file": "" if output else snippet.filename,
        "beside it": ", ".join(snippet.companions),
        "why so": " ".join(decision.because),
        "install": snippet.install,
        "environment": " ".join(snippet.environment),
        "checked": f"{proof.level} with {proof.against}, {proof.checked}" if proof else "not checked",
    }
    for name, text in said.items():
        if text:
            click.echo(f"{name + ':':<13}{text}", err=True)


def _known(base: Knowledge, situation: Situation) -> None:
    """Refuse names that are not there, saying which are."""
    from sinch_auth.errors import UnknownName, UsageError

    product, language = base.product(situation.product), base.language(situation.language)
    methods = list(dict.fromkeys(way.method for way in product.accepts))
    if situation.method and situation.method not in methods:
        raise UsageError(
            f"{situation.product} does not take {situation.method!r}", cure=f"it takes {', '.join(methods)}"
        )
    offered = list(dict.fromkeys(region for host in product.hosts for region in host.regions))
    if situation.region and situation.region not in offered:
        raise UnknownName("region", situation.region, offered or ["none: this product has one host"])
    lines = [release.line for release in language.sdk.releases] if language.sdk else []
    if situation.sdk_line and situation.sdk_line not in lines:
        raise UnknownName("SDK line", situation.sdk_line, lines or ["none: this language has no SDK"])


def _reaching(base: Knowledge, situation: Situation, purpose: Purpose) -> Decision:
    """The decision whose route has the purpose: signing, tokens and the like are seen in plain HTTP only."""
    from sinch_auth import decisions, snippets

    decision = decisions.resolve(base, situation)
    way = (situation.product, situation.language, decision.model, decision.method)
    by_sdk = snippets.purposes(base, *way, "sdk", decision.sdk_line)
    if decision.route == "sdk" and purpose not in by_sdk and purpose in snippets.purposes(base, *way, "http"):
        return replace(decision, route="http", sdk_line="")
    return decision


def _values(given: tuple[str, ...]) -> dict[str, str]:
    from sinch_auth.errors import UsageError

    pairs = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals:
            raise UsageError("--value takes ID=VALUE", cure="--value project_id=01234567-89ab-cdef-0123-456789abcdef")
        pairs[name] = value
    return pairs


def _write(output: Path, code: str, companions: object) -> None:
    from sinch_auth.errors import SourceUnavailable

    try:
        output.write_text(code, encoding="utf-8")
        for name, text in dict(companions).items():  # type: ignore[call-overload]
            output.with_name(name).write_text(text, encoding="utf-8")
    except OSError as problem:
        raise SourceUnavailable(f"{output} cannot be written", why=problem.strerror or "") from None
