"""What the MCP server has to read: products, languages, known troubles, our own skill; and the prompt.

Plain functions without the MCP SDK: uris in, Markdown out. Everything comes from the knowledge base.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from sinch_auth import decisions, knowledge
from sinch_auth.knowledge import DEFAULT_LOCALE, Knowledge

SCHEME = "sinch-auth://"
MARKDOWN = "text/markdown"
DIRECTORY = "inode/directory"
PROMPT = "set_up_authentication"


class Missing(Exception):
    """There is nothing under this uri. `str()` says what there is."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One resource, or one template of resources, as it is listed."""

    uri: str
    name: str
    title: str
    description: str
    mime: str = MARKDOWN


TEMPLATES = (
    Listed(
        f"{SCHEME}products/{{product}}{{?locale}}",
        "product",
        "One product",
        "Credentials, hosts, what bites",
    ),
    Listed(f"{SCHEME}languages/{{language}}{{?locale}}", "language", "One language", "The SDK and what it covers"),
    Listed(
        f"{SCHEME}troubleshooting/{{row}}{{?locale}}", "trouble", "One known trouble", "Cause, fix, and how it looks"
    ),
)


def listed() -> list[Listed]:
    """Every resource worth a line in a list; the rows of troubleshooting are behind a template."""
    base = knowledge.load()
    made = [
        Listed(f"{SCHEME}products", "products", "All products", "Product, auth model, auth method, base URL"),
        Listed(f"{SCHEME}troubleshooting", "troubleshooting", "Known troubles", "Every row's id and cause"),
    ]
    for id in base.ids("product"):
        product = base.product(id)
        made.append(Listed(f"{SCHEME}products/{id}", f"product-{id}", product.name, _line(product.summary)))
    for id in base.ids("language"):
        name = base.language(id).name
        made.append(Listed(f"{SCHEME}languages/{id}", f"language-{id}", name, f"The SDK for {name} and what it covers"))
    main = skill_entry()
    front = main["frontmatter"]
    return [*made, Listed(main["uri"], front["name"], "Sinch authentication skill", front["description"])]


def read(uri: str) -> tuple[str, str]:
    """The media type and the text under a uri. Raises `Missing`."""
    if uri.startswith("skill://") and uri in skill_files():
        return _mime(uri), skill_files()[uri]
    base = knowledge.load()
    parts = urlsplit(uri)
    locale = parse_qs(parts.query).get("locale", [DEFAULT_LOCALE])[0]
    kind, _, id = (parts.netloc + unquote(parts.path)).partition("/")
    if uri.startswith(SCHEME) and locale in base.locales() and not parts.fragment:
        text = _text(base, kind, id, locale)
        if text:
            return MARKDOWN, text
    known = ", ".join((f"{SCHEME}products", *(template.uri for template in TEMPLATES), skill_entry()["uri"]))
    raise Missing(
        f"nothing is under this uri; there is: {known}; list the resources, or complete a template's variable"
    )


def complete(argument: str, begun: str) -> list[str]:
    """What a template's variable or a prompt's argument may be, by how it begins; then by what it contains."""
    base = knowledge.load()
    kinds = {"product": "product", "language": "language", "row": "row"}
    if argument == "locale":
        values: tuple[str, ...] = base.locales()
    elif argument in kinds:
        values = base.ids(kinds[argument])
    else:
        return []
    begun = begun.strip().lower()
    first = [value for value in values if value.lower().startswith(begun)]
    return first + [value for value in values if begun in value.lower() and value not in first]


def prompt(product: str, language: str) -> str:
    """The prompt that sets up authentication in a project."""
    from sinch_auth.surfaces import prose

    return prose.render("agent/set_up.md.j2", product=_word(product), language=_word(language))


# -- our own skill (SEP-2640) ----------------------------------------------------------------------------


@cache
def skill_files() -> dict[str, str]:
    """Every file of the skill by its uri."""
    from sinch_auth.surfaces import skill_export

    root = f"skill://{skill_export.plan().name}"
    return {f"{root}/{quote(path)}": text for path, text in skill_export.files(knowledge.load()).items()}


@cache
def skill_entry() -> dict[str, Any]:
    """The entry of our skill, as `skills/list` and `skills/get` give it."""
    import json

    import yaml

    files = skill_files()
    uri = next(uri for uri in files if uri.endswith("/SKILL.md"))
    front = yaml.safe_load(files[uri].split("\n---\n", 1)[0].removeprefix("---\n"))
    return {
        "uri": uri,
        "frontmatter": json.loads(json.dumps(front, default=str)),
        "resources": [
            {
                "uri": one,
                "digest": f"sha256:{hashlib.sha256(text.encode()).hexdigest()}",
                "size": len(text.encode()),
            }
            for one, text in files.items()
        ],
    }


def skill_folder(uri: str) -> list[Listed]:
    """The direct children of a folder of the skill. Raises `Missing`."""
    root = skill_entry()["uri"].removesuffix("/SKILL.md")
    made: dict[str, Listed] = {}
    for file in skill_files() if f"{uri}/".startswith(f"{root}/") else ():
        if not file.startswith(f"{uri}/"):
            continue
        name, _, deeper = file.removeprefix(f"{uri}/").partition("/")
        child = f"{uri}/{name}"
        made.setdefault(child, Listed(child, name, "", "", DIRECTORY if deeper else _mime(child)))
    if not made:
        raise Missing(f"this is no folder of a skill; there is {root}")
    return list(made.values())


# -- private ---------------------------------------------------------------------------------------------


def _text(base: Knowledge, kind: str, id: str, locale: str) -> str:
    from sinch_auth.surfaces import prose

    if kind == "products" and not id:
        models = {model: base.model(model, locale) for model in base.ids("model")}
        return prose.render("agent/products.md.j2", lines=list(_lines(base, locale)), models=models)
    if kind == "products" and base.has("product", id):
        product = base.product(id, locale)
        held = dict.fromkeys(way.model for way in product.accepts)
        return prose.render(
            "agent/product.md.j2",
            id=id,
            product=product,
            models=[base.model(model, locale) for model in held],
            headers={way.method: base.method(way.method, locale).header for way in product.accepts},
        )
    if kind == "languages" and base.has("language", id):
        return prose.render("agent/language.md.j2", id=id, language=base.language(id, locale))
    if kind == "troubleshooting" and not id:
        rows = {row: base.row(row, locale) for row in base.ids("row")}
        return prose.render("agent/troubles.md.j2", rows=rows, scheme=SCHEME)
    if kind == "troubleshooting" and base.has("row", id):
        return prose.render("agent/troubleshooting.md.j2", id=id, row=base.row(id, locale))
    return ""


def _lines(base: Knowledge, locale: str) -> Iterator[dict[str, str]]:
    for id in base.ids("product"):
        product = base.product(id, locale)
        yield {
            "id": id,
            "name": product.name,
            "models": ", ".join(dict.fromkeys(way.model for way in product.accepts)),
            "methods": ", ".join(dict.fromkeys(way.method for way in product.accepts)),
            "url": decisions.resolve(base, decisions.Situation(product=id)).url,
        }


def _line(text: str) -> str:
    return text.split(". ")[0].rstrip(".")[:140]


def _word(given: str) -> str:
    """An argument of the prompt, unable to say more than a name."""
    return re.sub(r"[^\w .+#-]", "", given, flags=re.ASCII).strip()[:60]


def _mime(uri: str) -> str:
    return MARKDOWN if uri.endswith(".md") else "text/plain"
