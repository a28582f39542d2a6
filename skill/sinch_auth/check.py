"""Proofs of the knowledge base, over every combination of the finite facts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from dataclasses import replace as with_changes

import msgspec

from sinch_auth import advice, decisions, interview, rules, snippets, triage
from sinch_auth.decisions import Situation
from sinch_auth.errors import SinchAuthError, UnknownName
from sinch_auth.facts import UNKNOWN, Fact, Facts
from sinch_auth.knowledge import Knowledge
from sinch_auth.understand import understand

# Fields that hold prose, which must exist in every locale. Names of products are the same everywhere.
PROSE = frozenset({"summary", "text", "where", "find", "proves", "cause", "fix", "confirm", "because", "label", "hint",
                   "why", "unknown", "what", "cure", "message", "not_covered", "missing_region",
                   "secret_where"})  # fmt: skip

# Kinds whose texts a user reads in their language.
TRANSLATED = (
    "product",
    "language",
    "model",
    "method",
    "table",
    "question",
    "row",
    "mistake",
    "text",
    "region",
    "contradiction",
    "finding",
)


@dataclass
class Proven:
    """One proof: how many cases it went through, and what contradicts it."""

    name: str
    what: str
    cases: int = 0
    problems: list[str] = field(default_factory=list)


def prove(knowledge: Knowledge, only: tuple[str, ...] = ()) -> list[Proven]:
    """Run every proof, or only those named. A proof with problems has failed. Raises `UnknownName`."""
    proofs = {
        "sources": _sources,
        "references": _references,
        "tables": _tables,
        "outcomes": _outcomes,
        "questions": _questions,
        "rows": _rows,
        "translations": _translations,
        "render": _render,
    }
    for name in only:
        if name not in proofs:
            raise UnknownName("proof", name, proofs)
    return [run(knowledge) for name, run in proofs.items() if not only or name in only]


def situations(knowledge: Knowledge) -> Iterator[Situation]:
    """Every combination of product, language, region, environment, held credentials, release line and wish.

    Also every method that a user may insist on."""
    wishes = knowledge.table("purposes").inputs["wants"]
    for product in knowledge.ids("product"):
        entry = knowledge.product(product)
        models = list(dict.fromkeys(way.model for way in entry.accepts))
        regions = list(dict.fromkeys(region for host in entry.hosts for region in host.regions))
        held: list[tuple[str, ...]] = [(), *((model,) for model in models if len(models) > 1)]
        for language in knowledge.ids("language"):
            sdk = knowledge.language(language).sdk
            lines = ["", *(release.line for release in (sdk.releases if sdk else []))]
            for region in ("", *regions):
                for environment in ("production", "prototype"):
                    for having in held:
                        for line in lines:
                            for wants in wishes:
                                yield Situation(product, language, having, region, environment, line, wants)
            for method in dict.fromkeys(way.method for way in entry.accepts):
                for wants in wishes:
                    yield Situation(product, language, wants=wants, method=method)


def _sources(knowledge: Knowledge) -> Proven:
    proof = Proven("sources", "every fact names a source that exists")
    for kind in knowledge.kinds():
        for id in knowledge.ids(kind):
            for path, sources in _cited(msgspec.to_builtins(knowledge.any(kind, id))):
                proof.cases += 1
                if not sources:
                    proof.problems.append(f"{knowledge.file(kind, id)}: {id}{path} has no source")
                for source in sources:
                    key = source.split(":")[0]
                    if not knowledge.has("source", key):
                        proof.problems.append(
                            f"{knowledge.file(kind, id)}: {id}{path} cites {key!r}, which is not in sources.yaml"
                        )
    return proof


def _cited(data: object, path: str = "") -> Iterator[tuple[str, list[str]]]:
    if isinstance(data, dict):
        if "source" in data and isinstance(data["source"], list):
            yield path, data["source"]
        for key, value in data.items():
            yield from _cited(value, f"{path}.{key}")
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _cited(value, f"{path}[{number}]")


def _references(knowledge: Knowledge) -> Proven:
    proof = Proven("references", "every id that an entry names is there, and no strong alias names two products")

    def expect(there: bool, where: str, what: str) -> None:
        proof.cases += 1
        if not there:
            proof.problems.append(f"{where}: {what}")

    for id in knowledge.ids("product"):
        product = knowledge.product(id)
        file = knowledge.file("product", id)
        for way in product.accepts:
            expect(knowledge.has("model", way.model), file, f"accepts the unknown model {way.model!r}")
            expect(knowledge.has("method", way.method), file, f"accepts the unknown method {way.method!r}")
            if knowledge.has("model", way.model):
                known = knowledge.model(way.model).credentials
                for credential in way.credentials:
                    expect(credential in known, file, f"needs {credential!r}, which {way.model} has not")
        for host in product.hosts:
            expect("{region}" not in host.url or bool(host.regions), file, f"{host.url} has no regions")
        for test in product.smoke:
            for name in re.findall(r"\{(\w+)\}", test.path):
                models = [test.model] if test.model else [way.model for way in product.accepts]
                there = any(
                    name in knowledge.model(model).credentials for model in models if knowledge.has("model", model)
                )
                expect(there, file, f"the path {test.path} has the unknown parameter {name!r}")
    for id in knowledge.ids("language"):
        sdk = knowledge.language(id).sdk
        for release in sdk.releases if sdk else []:
            for key in release.covers:
                product_id, _, model = key.partition("@")
                expect(
                    knowledge.has("product", product_id),
                    knowledge.file("language", id),
                    f"covers the unknown product {key!r}",
                )
                expect(
                    not model or knowledge.has("model", model),
                    knowledge.file("language", id),
                    f"names the unknown model {key!r}",
                )
    for id in knowledge.ids("row"):
        row = knowledge.row(id)
        file = f"{knowledge.file('row', id)}: {id}"
        for name in row.when.products:
            expect(knowledge.has("product", name), file, f"is about the unknown product {name!r}")
        for name in row.when.models:
            expect(knowledge.has("model", name), file, f"is about the unknown model {name!r}")
        for name in row.when.languages:
            expect(knowledge.has("language", name), file, f"is about the unknown language {name!r}")
        for name in row.ask:
            expect(knowledge.has("question", name), file, f"asks the unknown question {name!r}")
        for name, value in row.implies.items():
            if name in ("product", "model", "language", "method"):
                expect(knowledge.has(name, value), file, f"implies the unknown {name} {value!r}")
    owners: dict[str, set[str]] = {}
    for phrase, value in knowledge.database.execute(
        "select phrase, value from phrase where fact = 'product' and literal = '' and weight >= 50"
    ):
        owners.setdefault(phrase, set()).add(value)
    for phrase, products in owners.items():
        expect(len(products) == 1, "products", f"the alias {phrase!r} names {', '.join(sorted(products))}")
    return proof


def _tables(knowledge: Knowledge) -> Proven:
    proof = Proven(
        "tables",
        "every combination of a table's inputs has an outcome, one only where it must, and every row is used",
    )
    for id in knowledge.ids("table"):
        table = knowledge.table(id)
        used: Counter[int] = Counter()
        for row in table.rows:
            for name, values in row.when.items():
                strangers = [value for value in values if value not in table.inputs.get(name, [])]
                if strangers:
                    proof.problems.append(f"rules/{id}.yaml: {name} is never {', '.join(strangers)}")
        for inputs in rules.combinations(table):
            proof.cases += 1
            matching = [number for number, row in enumerate(table.rows) if rules.matches(row, inputs)]
            if not matching:
                proof.problems.append(f"rules/{id}.yaml: nothing is decided for {inputs}")
            elif table.policy == "unique" and len(matching) > 1:
                proof.problems.append(
                    f"rules/{id}.yaml: rows {', '.join(str(n + 1) for n in matching)} all decide {inputs}"
                )
            else:
                used[matching[0]] += 1
        for number, row in enumerate(table.rows):
            if not used[number]:
                proof.problems.append(f"rules/{id}.yaml: row {number + 1} ({row.then}) can never decide")
    return proof


def _outcomes(knowledge: Knowledge) -> Proven:
    proof = Proven("outcomes", "every combination of facts resolves to something the product accepts")
    for situation in situations(knowledge):
        proof.cases += 1
        try:
            decision = decisions.resolve(knowledge, situation)
        except SinchAuthError as problem:
            proof.problems.append(f"{situation}: {problem}")
            continue
        accepts = knowledge.product(situation.product).accepts
        if not any(way.model == decision.model and way.method == decision.method for way in accepts):
            proof.problems.append(f"{situation}: {decision.model}/{decision.method} is not accepted")
        # A product whose host was never published has none, and its answer says so.
        if not decision.url and not decision.refused and knowledge.product(situation.product).hosts:
            proof.problems.append(f"{situation}: there is no host")
    return proof


def _questions(knowledge: Knowledge) -> Proven:
    proof = Proven(
        "questions",
        f"at most {interview.MOST_QUESTIONS} questions on any path, each asked somewhere, none without effect",
    )
    asked: Counter[str] = Counter()

    def walk(facts: Facts, path: tuple[str, ...]) -> None:
        question = interview.next_question(knowledge, facts, code_wanted=True)
        if question is None:
            proof.cases += 1
            return
        asked[question.id] += 1
        if question.id in path or len(path) >= interview.MOST_QUESTIONS:
            proof.problems.append(f"after {' > '.join(path)}: asks for {question.id}")
            return
        if len(question.options) < 2:
            proof.problems.append(f"after {' > '.join(path)}: {question.id} has fewer than two options")
        for value in (*(option.value for option in question.options), UNKNOWN):
            walk(facts.adding(Fact(question.id, value, "said")), (*path, question.id))

    walk(Facts(), ())
    for id in knowledge.ids("question"):
        if not asked[id]:
            proof.problems.append(f"questions.yaml: {id} is never asked")
    return proof


def _rows(knowledge: Knowledge) -> Proven:
    proof = Proven("rows", "every example finds its own troubleshooting row first")
    for id in knowledge.ids("row"):
        row = knowledge.row(id)
        if len(row.examples) < 2:
            proof.problems.append(f"{knowledge.file('row', id)}: {id} has fewer than two examples")
        for example in row.examples:
            proof.cases += 1
            found = triage.ranked(knowledge, understand(knowledge, example))
            if not found or found[0].id != id:
                first = f"{found[0].id} ({found[0].score})" if found else "nothing"
                own = next((f" before its own row ({cause.score})" for cause in found if cause.id == id), "")
                proof.problems.append(f"{knowledge.file('row', id)}: {id}: {example[:90]!r} finds {first}{own}")
    return proof


def _translations(knowledge: Knowledge) -> Proven:
    proof = Proven("translations", "every text that users read exists in every language")
    for locale in knowledge.locales()[1:]:
        for kind in TRANSLATED:
            for id in knowledge.ids(kind):
                english = dict(_prose(msgspec.to_builtins(knowledge.any(kind, id))))
                other = dict(_prose(msgspec.to_builtins(knowledge.any(kind, id, locale))))
                for path, text in english.items():
                    proof.cases += 1
                    if other.get(path) == text and re.search(r"[a-z]{3} [a-z]{2}", text):
                        proof.problems.append(
                            f"locales/{locale}/{knowledge.file(kind, id)}: {id}{path} is not translated"
                        )
    return proof


def _prose(data: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(data, dict):
        for key, value in data.items():
            if key in PROSE and isinstance(value, str) and value:
                yield f"{path}.{key}", value
            else:
                yield from _prose(value, f"{path}.{key}")
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _prose(value, f"{path}[{number}]")


def _render(knowledge: Knowledge) -> Proven:
    proof = Proven("render", "every cell renders, has a proof that fits its code, and every answer can be given")
    for request in snippets.cells(knowledge):
        proof.cases += 1
        try:
            snippet = snippets.render(knowledge, request)
        except Exception as problem:
            proof.problems.append(f"{request.id}: {type(problem).__name__}: {problem}")
            continue
        if snippet.proof is None or snippet.proof.digest != snippets.digest(snippet):
            proof.problems.append(f"{request.id}: has no proof, or one of other code")
    seen = set()
    for situation in situations(knowledge):
        key = with_changes(
            situation,
            sdk_line="",
            wants="nothing" if situation.wants in ("code", "keys", "trouble") else situation.wants,
        )
        if key in seen:
            continue
        seen.add(key)
        proof.cases += 1
        stated = [
            ("product", key.product),
            ("language", key.language),
            ("region", key.region or UNKNOWN),
            ("environment", key.environment),
            ("wants", key.wants),
            *([("method", key.method)] if key.method else []),
            *(("model", model) for model in key.held),
        ]
        facts = Facts(Fact(name, value, "said") for name, value in stated)
        try:
            advice.reply(knowledge, advice.Asking(facts=facts))
        except Exception as problem:
            proof.problems.append(f"{key}: {type(problem).__name__}: {problem}")
    return proof
