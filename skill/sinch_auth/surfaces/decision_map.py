"""The decision map: four columns, product → auth model → method → route, and the lines between them."""

from __future__ import annotations

from html import escape

from sinch_auth.decisions import Situation, resolve
from sinch_auth.knowledge import Knowledge

_COLUMNS = ("product", "model", "method", "route")
_WIDTH, _GAP, _HEIGHT, _MARGIN = 210, 90, 26, 20


def edges(knowledge: Knowledge, language: str = "") -> list[tuple[str, str]]:
    """Every line of the map as (`column:id`, `column:id`), each once."""
    found: dict[tuple[str, str], None] = {}
    languages = [language] if language else list(knowledge.ids("language"))
    for product in knowledge.ids("product"):
        models = dict.fromkeys(way.model for way in knowledge.product(product).accepts)
        for model in models:
            for name in languages:
                for environment in ("production", "prototype"):
                    made = resolve(knowledge, Situation(product, name, (model,), environment=environment))
                    if made.model != model:
                        continue
                    route = "refused" if made.refused else made.route
                    for line in (
                        (f"product:{product}", f"model:{model}"),
                        (f"model:{model}", f"method:{made.method}"),
                        (f"method:{made.method}", f"route:{route}"),
                    ):
                        if not (made.refused and line[1].startswith("method")):
                            found[line] = None
    return list(found)


def mermaid(knowledge: Knowledge, lines: list[tuple[str, str]]) -> str:
    """The map as a Mermaid flowchart."""
    text = ["flowchart LR"]
    for column, nodes in _nodes(lines).items():
        text.append(f"  subgraph {column}")
        text += [f'    {_id(node)}["{_label(knowledge, node)}"]' for node in nodes]
        text.append("  end")
    text += [f"  {_id(a)} --> {_id(b)}" for a, b in lines]
    return "\n".join(text)


def svg(knowledge: Knowledge, lines: list[tuple[str, str]]) -> str:
    """The map as a self-contained SVG picture that follows the reader's colour scheme."""
    places: dict[str, tuple[int, int]] = {}
    nodes = _nodes(lines)
    rows = max(len(found) for found in nodes.values())
    height = rows * (_HEIGHT + 8) + 2 * _MARGIN + 30
    width = len(_COLUMNS) * _WIDTH + (len(_COLUMNS) - 1) * _GAP + 2 * _MARGIN
    parts = []
    for number, (column, found) in enumerate(nodes.items()):
        x = _MARGIN + number * (_WIDTH + _GAP)
        parts.append(f'<text x="{x}" y="{_MARGIN}" class="head">{column}</text>')
        step = (height - 2 * _MARGIN - 30) / len(found)
        for place, node in enumerate(found):
            y = int(_MARGIN + 20 + place * step + (step - _HEIGHT) / 2)
            places[node] = (x, y)
            parts.append(f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="4"/>')
            parts.append(f'<text x="{x + 8}" y="{y + 17}">{escape(_label(knowledge, node))}</text>')
    curves = []
    for a, b in lines:
        (x1, y1), (x2, y2) = places[a], places[b]
        start, end, middle = x1 + _WIDTH, x2, (x1 + _WIDTH + x2) // 2
        y1, y2 = y1 + _HEIGHT // 2, y2 + _HEIGHT // 2
        curves.append(f'<path d="M{start} {y1} C{middle} {y1} {middle} {y2} {end} {y2}"/>')
    style = (
        "text{font:13px system-ui,sans-serif;fill:#222}.head{font-weight:600}rect{fill:#f4f6f8;stroke:#9aa7b4}"
        "path{fill:none;stroke:#6b7f93;stroke-opacity:.55}@media(prefers-color-scheme:dark){text{fill:#e6e6e6}"
        "rect{fill:#1f262d;stroke:#5b6875}path{stroke:#9fb3c8}}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="Which credentials each Sinch product takes"><style>{style}</style>{"".join(curves + parts)}</svg>'
    )


def _nodes(lines: list[tuple[str, str]]) -> dict[str, list[str]]:
    every = dict.fromkeys(node for line in lines for node in line)
    return {column: [node for node in every if node.startswith(f"{column}:")] for column in _COLUMNS}


def _id(node: str) -> str:
    return node.replace(":", "_").replace("-", "_")


def _label(knowledge: Knowledge, node: str) -> str:
    column, _, id = node.partition(":")
    if column == "product":
        return knowledge.product(id).name
    if column == "model":
        return knowledge.model(id).name
    if column == "method":
        return knowledge.method(id).name
    return {"sdk": "official SDK", "http": "plain HTTP", "client-sdk": "client SDK", "refused": "refused"}[id]
