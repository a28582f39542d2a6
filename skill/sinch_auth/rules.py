"""Decision tables: facts in, one outcome out, with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from sinch_auth.errors import KnowledgeError
from sinch_auth.schema import Rule, Table


def decide(table: Table, inputs: Mapping[str, str]) -> Rule:
    """The row for these inputs.

    Raises `KnowledgeError` when no row matches, or several do in a table where one must: `check` proves that
    neither happens for any combination of inputs.
    """
    matching = [row for row in table.rows if matches(row, inputs)]
    if not matching or (table.policy == "unique" and len(matching) > 1):
        what = "no row matches" if not matching else f"{len(matching)} rows match"
        raise KnowledgeError(f"table {table.decides}: {what} {dict(inputs)}")
    return matching[0]


def matches(row: Rule, inputs: Mapping[str, str]) -> bool:
    """Whether every condition of a row holds."""
    return all(inputs[name] in accepted for name, accepted in row.when.items())


def combinations(table: Table) -> Iterator[dict[str, str]]:
    """Every combination of a table's inputs."""
    names = list(table.inputs)
    for values in product(*(table.inputs[name] for name in names)):
        yield dict(zip(names, values, strict=True))
