"""`sinch-auth products`: what is known, one line a product."""

from __future__ import annotations

from typing import Any

import click

from sinch_auth.surfaces.listing import print_table, wants_json


@click.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option("--locale", type=click.Choice(["en", "zh-CN"]), default="en")
def command(form: str, locale: str) -> None:
    """List the products: id, auth model and method, base URL, regions, status."""
    from sinch_auth import advice, knowledge
    from sinch_auth.decisions import Situation, regions, resolve

    base = knowledge.load()
    rows: list[dict[str, Any]] = []
    for id in base.ids("product"):
        product = base.product(id, locale)
        decision = resolve(base, Situation(product=id))
        test = advice.smoke(base, id, decision.model)
        rows.append(
            {
                "id": id,
                "name": product.name,
                "summary": product.summary,
                "status": product.status,
                "accepts": [{"model": way.model, "method": way.method, "use": way.use} for way in product.accepts],
                "url": decision.url,
                "regions": regions(product, decision.model),
                "smoke": {"method": test.method, "path": test.path, "side_effect": test.side_effect} if test else None,
                "webhooks": product.webhooks.scheme if product.webhooks else "unknown",
                "docs": product.docs,
                "confidence": product.confidence,
                "source": product.source,
            }
        )
    if wants_json(form, rows):
        return
    print_table(
        ["id", "auth", "base URL", "status"],
        [
            [
                row["id"],
                ", ".join(f"{way['model']}/{way['method']}" for way in row["accepts"]),
                row["url"],
                row["status"],
            ]
            for row in rows
        ],
    )
