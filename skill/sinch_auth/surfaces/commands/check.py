"""`sinch-auth check`: proofs of the knowledge base."""

from __future__ import annotations

import click


@click.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print the result.")
@click.option("--only", multiple=True, metavar="PROOF", help="Run only these proofs (repeatable).")
@click.pass_context
def command(ctx: click.Context, form: str, only: tuple[str, ...]) -> None:
    """Prove the knowledge base: complete, unambiguous, reachable, sourced, translated, renderable.

    Exit code 4 when a proof fails.
    """
    import json

    from sinch_auth import check, knowledge

    proofs = check.prove(knowledge.load(), only)
    failed = [proof for proof in proofs if proof.problems]
    if form == "json":
        click.echo(
            json.dumps(
                [{"name": p.name, "what": p.what, "cases": p.cases, "problems": p.problems} for p in proofs],
                ensure_ascii=False,
                indent=1,
            )
        )
    else:
        for proof in proofs:
            verdict = f"{len(proof.problems)} problems" if proof.problems else "holds"
            click.echo(f"{proof.name:<13}{proof.cases:>9,} cases  {verdict:<13}  {proof.what}")
            for problem in proof.problems[:200]:
                click.echo(f"    {problem}")
            if len(proof.problems) > 200:
                click.echo(f"    … and {len(proof.problems) - 200} more")
        click.echo(f"{sum(proof.cases for proof in proofs):,} combinations enumerated, {len(failed)} proofs failed")
    if failed:
        ctx.exit(4)
