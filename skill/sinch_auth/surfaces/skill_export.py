"""The portable Agent Skill: one text for every agent, made of the knowledge base and the templates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec

from sinch_auth import knowledge, snippets
from sinch_auth.decisions import Situation, regions, resolve
from sinch_auth.errors import UnknownName
from sinch_auth.knowledge import Knowledge
from sinch_auth.schema import Gotcha, Row
from sinch_auth.snippets import Snippet, SnippetRequest

FENCES = {
    "curl": "bash",
    "node": "js",
    "python": "python",
    "java": "java",
    "dotnet": "csharp",
    "php": "php",
    "go": "go",
    "ruby": "ruby",
    "browser": "html",
    "ios": "swift",
    "android": "kotlin",
}


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of the plan's parts: immutable, closed."""


class Trouble(_Part, frozen=True, kw_only=True):
    """One line of the troubleshooting table."""

    see: str
    row: str
    sentences: int = 1
    """How much of the row's fix is said."""


class Reference(_Part, frozen=True, kw_only=True):
    """One file of references, about a language, a client platform, or a theme."""

    about: Literal["language", "in-app-calling", "signing", "webhooks", "errors", "hosts"]
    language: str = ""
    code: str = ""
    """The cell whose snippet it shows, where there is one."""
    gotchas: list[str] = []
    brief: bool = False
    """Whether only the first sentence of each gotcha is shown."""
    rows: list[str] = []


class Hosts(_Part, frozen=True, kw_only=True):
    """What the list of hosts leaves out."""

    leave_out: list[str]


class Plan(_Part, frozen=True, kw_only=True):
    """The whole of `skill.yaml`."""

    name: str
    license: str
    compatibility: str
    description: str
    summary: str
    models: list[str]
    hosts: Hosts
    gotchas: list[str]
    troubles: list[Trouble]
    references: dict[str, Reference]
    scripts: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Code:
    """A proved snippet inside the skill."""

    request: SnippetRequest
    snippet: Snippet
    path: str
    """The file it stands in, relative to the skill's folder."""
    fence: str

    @property
    def checked(self) -> str:
        """How it was proved, in a few words; the versions stand at the top of the code."""
        proof = self.snippet.proof
        return f"{proof.level}, {proof.checked}" if proof else "not checked yet"


@cache
def plan() -> Plan:
    """The plan, read once."""
    import yaml

    with Path(__file__).with_name("skill.yaml").open("rb") as file:
        return msgspec.convert(yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)), Plan)


def files(base: Knowledge | None = None) -> dict[str, str]:
    """Every file of the skill by its path inside the folder."""
    export = _Export(base or knowledge.load())
    made = {"SKILL.md": export.main()}
    made |= {f"references/{name}.md": export.reference(name) for name in plan().references}
    for code in export.scripts:
        made[code.path] = code.snippet.code
        folder = code.path.rpartition("/")[0]
        made |= {f"{folder}/{name}": text for name, text in code.snippet.companions.items()}
    return dict(sorted(made.items()))


def codes(base: Knowledge | None = None) -> list[Code]:
    """Every snippet in the skill: the blocks of the references and the scripts."""
    export = _Export(base or knowledge.load())
    blocks = [code for name in plan().references if (code := export.block(name))]
    return [*blocks, *export.scripts]


def agents_md(base: Knowledge | None = None) -> str:
    """The few lines for an AGENTS.md, which every agent reads whether or not a skill was triggered."""
    return _Export(base or knowledge.load()).render("AGENTS.md.j2")


def differences(folder: Path, base: Knowledge | None = None) -> list[str]:
    """What of a written skill differs from what would be written now, one line a file."""
    wanted = files(base)
    found = {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and not p.name.startswith(".")
    }
    return [
        f"{name}: {'missing' if name not in found else 'left over' if name not in wanted else 'stale'}"
        for name in sorted(wanted.keys() | found.keys())
        if name not in found or name not in wanted or found[name] != wanted[name].encode()
    ]


class _Export:
    def __init__(self, base: Knowledge) -> None:
        self.base = base
        self.cells = {request.id: request for request in snippets.cells(base)}
        self.scripts = self._scripts()

    # -- files

    def main(self) -> str:
        return self.render("SKILL.md.j2", references=list(plan().references))

    def reference(self, name: str) -> str:
        reference = plan().references[name]
        template = f"{reference.about}.md.j2"
        language = reference.language or (name if reference.about == "language" else "")
        return self.render(
            template,
            reference=reference,
            language=self.base.language(language) if language else None,
            id=language,
            code=self.block(name),
            scripts=[code for code in self.scripts if code.request.language == language],
            folders=self.folders,
            gotchas=[self.gotcha(id) for id in reference.gotchas],
            rows=[self.row(id) for id in reference.rows],
        )

    def block(self, name: str) -> Code | None:
        reference = plan().references[name]
        if not reference.code:
            return None
        request = self.cells.get(reference.code)
        if request is None:
            raise UnknownName("snippet", reference.code, self.cells)
        return self._code(request, f"references/{name}.md")

    def render(self, template: str, **context: Any) -> str:
        from sinch_auth import __version__

        made: str = (
            _environment()
            .get_template(f"skill/{template}")
            .render(
                plan=plan(),
                version=__version__,
                table=self.table,
                gotcha=self.gotcha,
                row=self.row,
                first=first_sentence,
                brief=brief,
                product=self.base.product,
                model=self.base.model,
                hosts=self.hosts,
                covered=self.covered,
                **context,
            )
        )
        # Empty lines inside a block of code are part of what was proved.
        parts = re.split(r"(^```.*?^```$)", made, flags=re.MULTILINE | re.DOTALL)
        tidy = [part if index % 2 else re.sub(r"\n{3,}", "\n\n", part) for index, part in enumerate(parts)]
        return "".join(tidy).strip() + "\n"

    def _scripts(self) -> list[Code]:
        found = []
        for purpose, candidates in plan().scripts.items():
            for language in self.base.ids("language"):
                ids = (id.replace("{language}", language) for id in candidates)
                request = next((self.cells[id] for id in ids if id in self.cells), None)
                if request:
                    code = self._code(request, "")
                    name = code.snippet.filename
                    # Where a language prescribes the name (`Main.java`), the folder says the purpose.
                    place = f"{language}/{name}" if request.purpose in name else f"{language}/{purpose}/{name}"
                    path = f"scripts/{place}"
                    found.append(Code(request, code.snippet, path, code.fence))
        return found

    def _code(self, request: SnippetRequest, path: str) -> Code:
        return Code(request, snippets.render(self.base, request), path, FENCES[request.language])

    # -- facts

    def gotcha(self, id: str) -> Gotcha:
        """A gotcha by `product/…`, `method/…`, `model/…`, `language/…`, or `release/LANGUAGE/…` of the newest line."""
        kind, owner, name = id.split("/")
        found: Mapping[str, Gotcha]
        if kind == "release":
            sdk = self.base.language(owner).sdk
            found = sdk.releases[0].notes if sdk else {}
        else:
            entry: Any = self.base.any(kind, owner)
            found = entry.gotchas
        if name not in found:
            raise UnknownName(f"gotcha of {kind} {owner}", name, found)
        return found[name]

    def folders(self, purpose: str) -> list[str]:
        """The languages that have a script of this purpose."""
        return [code.request.language for code in self.scripts if code.request.purpose == purpose]

    def row(self, id: str) -> Row:
        return self.base.entry("row", id, Row)

    def table(self) -> list[dict[str, Any]]:
        """The decision table: for each credential set and method, the products."""
        made: dict[tuple[str, str, str], dict[str, Any]] = {}
        for id in self.base.ids("product"):
            if id in plan().hosts.leave_out:
                continue
            product = self.base.product(id)
            decision = resolve(self.base, Situation(product=id))
            prototype = resolve(self.base, Situation(product=id, environment="prototype"))
            if decision.model not in plan().models:
                continue
            method = product.accepts[0].method if decision.refused else decision.method
            other = "" if prototype.refused or prototype.method == method else prototype.method
            key = (decision.model, method, other)
            row = made.setdefault(key, {"model": decision.model, "method": method, "prototype": other, "products": []})
            row["products"].append(brief(product.name))
        return sorted(made.values(), key=lambda row: plan().models.index(row["model"]))

    def hosts(self) -> list[dict[str, Any]]:
        """Base URL and regions of each product."""
        made = []
        for id in self.base.ids("product"):
            product = self.base.product(id)
            if id in plan().hosts.leave_out:
                continue
            decision = resolve(self.base, Situation(product=id))
            if not decision.url:
                continue
            where = decision.url.removeprefix("https://")
            names = regions(product, decision.model) if "{region}" in where else []
            other = [h.url.removeprefix("https://") for h in product.hosts if h.purpose == "configuration"]
            made.append({"name": brief(product.name), "url": where, "regions": names, "configuration": other})
        return made

    def covered(self, language: str) -> str:
        """What the SDK of a language covers, in names of products."""
        sdk = self.base.language(language).sdk
        if not sdk:
            return ""
        ids = dict.fromkeys(key.partition("@")[0] for key in sdk.releases[0].covers)
        return ", ".join(brief(self.base.product(id).name) for id in ids)


def first_sentence(text: str, count: int = 1) -> str:
    """The first sentence of a text, or the first few.

    >>> first_sentence("Use 1.4.2 or newer. It tells you.")
    'Use 1.4.2 or newer.'
    """
    return " ".join(re.split(r"(?<=[.!?])\s+(?=[A-Z`])", " ".join(text.split()))[:count])


def brief(name: str) -> str:
    """A product's name without what every name has: `Voice API v1 (Calling)` is `Voice v1`."""
    return re.sub(r"\s*\([^)]*\)|\s+API\b|^Sinch\s+", "", name).strip()


@cache
def _environment() -> Any:
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    from sinch_auth.resources import data_folder

    return SandboxedEnvironment(
        loader=FileSystemLoader(data_folder("templates")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
        auto_reload=False,
    )
