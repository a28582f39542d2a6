"""For languages that cannot run here: the grammar finds no error, and every name of the SDK is on its public surface.

Types are followed as far as the surface goes: from constructors, static members and declared types along members to
what they give. Where the code leaves the SDK, nothing is checked.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import ClassVar

import tree_sitter
from tree_sitter import Node

from evals.proving.surfaces import surface, versions
from sinch_auth.schema import Surface

GRAMMARS: Mapping[str, str] = {
    "dotnet": "tree-sitter-c-sharp",
    "ios": "tree-sitter-swift",
    "android": "tree-sitter-kotlin",
}
"""Language id -> the grammar's package."""

Arguments = list[tuple[str, Node]]
"""Label or name of each argument (empty for none), and its value."""


def check(language: str, code: str, *, sdk: bool) -> list[str]:
    """What is wrong with a snippet; with `sdk` also its use of the SDK, of which there must be some."""
    unreadable = broken(GRAMMARS[language], code)
    if unreadable or not sdk:
        return unreadable
    root = _parser(GRAMMARS[language]).parse(code.encode()).root_node
    reader = _READERS[language](surface(language))
    reader.read(root)
    problems = [*reader.problems, *_absent(root, code, surface(language))]
    if not problems and not reader.checked:
        problems = ["nothing of the SDK was found in it"]
    return problems


def against(language: str, *, sdk: bool) -> str:
    """What a snippet was checked against."""
    parsed = grammar(GRAMMARS[language])
    return f"{parsed}, the public surface of {versions(surface(language))}" if sdk else parsed


def broken(package: str, code: str) -> list[str]:
    """Where a grammar finds an error."""
    root = _parser(package).parse(code.encode()).root_node
    return [f"line {node.start_point.row + 1}: {_text(node)[:60]!r} does not parse" for node in _errors(root)]


def grammar(package: str) -> str:
    """A grammar's package and its version."""
    return f"{package} {importlib.metadata.version(package)}"


@dataclass
class _Reader(ABC):
    """Follows the SDK's types through one file."""

    found: Surface
    problems: list[str] = field(default_factory=list)
    checked: int = 0
    variables: dict[str, str] = field(default_factory=dict)
    _types: dict[int, str] = field(default_factory=dict)

    def read(self, root: Node) -> None:
        """Look at every node once, declarations before their use."""
        for _ in range(2):  # what is declared may be of a type that is only known once the rest is
            for node in _walk(root):
                self.declare(node)
            self._types.clear()
        self.problems.clear()
        self.checked = 0
        for node in _walk(root):
            self.declare(node)  # once more in order: blocks may use one name for different things
            if node.type in self.calls or node.type in self.members or node.type in self.constructors:
                self.type_of(node)
            self.implementation(node)

    calls: ClassVar[frozenset[str]] = frozenset()
    members: ClassVar[frozenset[str]] = frozenset()
    constructors: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def declare(self, node: Node) -> None:
        """Remember the type of a variable or parameter that the node declares."""

    def implementation(self, node: Node) -> None:
        """Check a class against the SDK's interfaces that it says it implements."""

    @abstractmethod
    def parts(self, node: Node) -> tuple[str, Node | None, str, Arguments]:
        """What an expression is: (`name`|`member`|`call`|`new`|`same`|``, the part in front, its name, arguments)."""

    # -- types -------------------------------------------------------------------------------------------

    def type_of(self, node: Node) -> str:
        """The SDK type of an expression; `static X` for the type itself; empty for what is not the SDK's."""
        if node.id not in self._types:
            self._types[node.id] = ""  # a node that is asked for while it is being answered
            self._types[node.id] = self._type_of(node)
        return self._types[node.id]

    def _type_of(self, node: Node) -> str:
        kind, front, name, arguments = self.parts(node)
        if kind == "same" and front is not None:
            return self.type_of(front)
        if kind == "name":
            return self.variables.get(name, f"static {name}" if name in self.found.types else "")
        if kind == "new":
            return self._constructed(node, name, arguments)
        dotted = re.sub(r"\s", "", _text(node))
        if kind == "member":
            if dotted in self.found.types:
                return f"static {dotted}"
            return self._member(node, front, name, None)
        if kind == "call" and front is not None:
            callee, before, called, _ = self.parts(front)
            dotted = re.sub(r"\s", "", _text(front))
            if dotted in self.found.types:
                return self._constructed(node, dotted, arguments)
            if callee == "member":
                return self._member(node, before, called, arguments)
        return ""

    def _constructed(self, node: Node, name: str, arguments: Arguments) -> str:
        if name not in self.found.types:
            return ""
        member = self.found.types[name].members.get("new")
        if member is None:
            self._problem(node, f"{name} has no constructor on record")
            return name
        self._fits(node, f"the constructor of {name}", member.takes, arguments)
        return self._clean(member.gives) or name

    def _member(self, node: Node, front: Node | None, name: str, arguments: Arguments | None) -> str:
        owner = (self.type_of(front) if front is not None else "").removeprefix("static ")
        if owner not in self.found.types:
            return ""
        member = self.found.types[owner].members.get(name)
        if member is None:
            near = self.found.absent.get(name)
            self._problem(node, f"{owner} has no member {name}" + (f"; it is {near}" if near else ""))
            return ""
        if arguments is not None:
            self._fits(node, f"{owner}.{name}", member.takes, arguments)
        self.checked += 1
        return self._clean(member.gives)

    def _fits(self, node: Node, what: str, overloads: list[list[str]], arguments: Arguments) -> None:
        self.checked += 1
        takes = [[(a.partition(":")[0].strip(), a.partition(":")[2].strip()) for a in one] for one in overloads]
        fitting = next((one for one in takes if self.accepts(one, [label for label, _ in arguments])), None)
        if overloads and fitting is None:
            given = ", ".join(label or "_" for label, _ in arguments)
            self._problem(node, f"{what} takes none of its recorded arguments with ({given})")
        for position, (label, value) in enumerate(arguments if fitting else ()):
            wanted = (
                next((t for n, t in fitting or () if n.rstrip("?") == label), "") if label else fitting[position][1]
            )
            self.argument(value, wanted)

    def argument(self, value: Node, wanted: str) -> None:
        """Look at one argument and what it must be."""

    def accepts(self, takes: list[tuple[str, str]], labels: list[str]) -> bool:
        """Whether one overload takes arguments of these names, in this order; names may be left out."""
        if len(labels) > len(takes):
            return False
        names = [name.rstrip("?") for name, _ in takes]
        given = {label or names[n] for n, label in enumerate(labels)}
        needed = {name for name, _ in takes if not name.endswith("?")}
        return needed <= given <= set(names)

    def _clean(self, gives: str) -> str:
        inner = re.fullmatch(r"(?:Task|Promise)<(.*)>", gives)
        name = (inner[1] if inner else gives).rstrip("?!")
        return name if name in self.found.types else ""

    def _problem(self, node: Node, text: str) -> None:
        problem = f"line {node.start_point.row + 1}: {text}"
        if problem not in self.problems:
            self.problems.append(problem)

    # -- interfaces --------------------------------------------------------------------------------------

    def implements(self, node: Node, bases: Iterable[str], methods: Mapping[str, tuple[list[str], bool]]) -> None:
        """Check a class's methods (name -> labels, whether it says that it overrides) against its interfaces."""
        known = [self.found.types[base] for base in bases if base in self.found.types]
        if not known:
            return
        offered = {name: member for kind in known for name, member in kind.members.items()}
        for name, member in offered.items():
            if name in methods:
                self.checked += 1
                wanted = [self.labels([a.partition(":")[0] for a in one]) for one in member.takes]
                if wanted and methods[name][0] not in wanted:
                    self._problem(node, f"{name} is declared with ({', '.join(methods[name][0])}), not as on record")
            elif member.required:
                self._problem(node, f"{name} is not implemented")
        for name, (_, overrides) in methods.items():
            if overrides and name not in offered and all(base in self.found.types for base in bases):
                self._problem(node, f"{name} overrides nothing on record")

    def labels(self, names: list[str]) -> list[str]:
        """What of an interface method's arguments an implementation must repeat."""
        return names


class _CSharp(_Reader):
    calls = frozenset({"invocation_expression"})
    members = frozenset({"member_access_expression"})
    constructors = frozenset({"object_creation_expression"})

    def declare(self, node: Node) -> None:
        if node.type == "variable_declaration":
            declared = _named(node, "type")
            for variable in (child for child in node.named_children if child.type == "variable_declarator"):
                value = variable.named_children[-1] if len(variable.named_children) > 1 else None
                kind = self._clean(declared) or (self.type_of(value) if value is not None and declared == "var" else "")
                if kind:
                    self.variables[_named(variable, "name")] = kind.removeprefix("static ")
        elif node.type in ("parameter", "catch_declaration"):
            kind = self._clean(_named(node, "type"))
            if kind:
                self.variables[_named(node, "name")] = kind

    def parts(self, node: Node) -> tuple[str, Node | None, str, Arguments]:
        match node.type:
            case "identifier":
                return "name", None, _text(node), []
            case "member_access_expression":
                return "member", node.child_by_field_name("expression"), _named(node, "name"), []
            case "invocation_expression":
                return "call", node.child_by_field_name("function"), "", self._arguments(node)
            case "object_creation_expression":
                return "new", None, _named(node, "type"), self._arguments(node)
            case "await_expression" | "parenthesized_expression" | "postfix_unary_expression":
                return "same", node.named_children[0], "", []
        return "", None, "", []

    def argument(self, value: Node, wanted: str) -> None:
        action = re.fullmatch(r"Action<(\w+)>\??", wanted)
        if action and value.type == "lambda_expression":
            # `options => options.X = …`: the parameter is of the action's type from here on.
            name = _text(value.child_by_field_name("parameters") or value)
            self.variables[name] = action[1]
            self._types = {id: kind for id, kind in self._types.items() if kind}

    def _arguments(self, node: Node) -> Arguments:
        listed = node.child_by_field_name("arguments")
        given = [child for child in listed.named_children if child.type == "argument"] if listed else []
        return [(_named(one, "name"), one.named_children[-1]) for one in given]


class _Swift(_Reader):
    calls = frozenset({"call_expression"})
    members = frozenset({"navigation_expression"})

    def declare(self, node: Node) -> None:
        if node.type == "property_declaration":
            name = _text(node.child_by_field_name("name") or node).strip()
            annotation = next((child for child in node.named_children if child.type == "type_annotation"), None)
            value = node.child_by_field_name("value")
            kind = self._clean(_text(annotation).lstrip(": ")) if annotation else ""
            kind = kind or (self.type_of(value) if value is not None else "")
            if kind:
                self.variables[name] = kind.removeprefix("static ")
        elif node.type == "parameter":
            kinds = [child for child in node.named_children if child.type in ("user_type", "optional_type")]
            names = [child for child in node.named_children if child.type == "simple_identifier"]
            kind = self._clean(_text(kinds[-1])) if kinds else ""
            if kind and names:
                self.variables[_text(names[-1])] = kind

    def parts(self, node: Node) -> tuple[str, Node | None, str, Arguments]:
        match node.type:
            case "simple_identifier":
                return "name", None, _text(node), []
            case "navigation_expression":
                suffix = node.child_by_field_name("suffix")
                return "member", node.child_by_field_name("target"), _text(suffix).lstrip(".?") if suffix else "", []
            case "call_expression":
                return "call", node.named_children[0], "", self._arguments(node)
            case "try_expression" | "await_expression":
                return "same", node.named_children[-1], "", []
        return "", None, "", []

    def accepts(self, takes: list[tuple[str, str]], labels: list[str]) -> bool:
        # Swift's labels are part of the name: all of them, in order.
        return [name if name != "_" else "" for name, _ in takes] == labels

    def implementation(self, node: Node) -> None:
        if node.type != "class_declaration":
            return
        bases = [_text(child) for child in node.named_children if child.type == "inheritance_specifier"]
        body = node.child_by_field_name("body")
        methods = {}
        for child in body.named_children if body else []:
            if child.type == "function_declaration":
                parameters = [one for one in child.named_children if one.type == "parameter"]
                methods[_named(child, "name")] = ([self._label(one) for one in parameters], False)
        self.implements(node, bases, methods)

    def _label(self, parameter: Node) -> str:
        return _named(parameter, "external_name") or _named(parameter, "name")

    def _arguments(self, node: Node) -> Arguments:
        found: Arguments = []
        for argument in _walk(node.named_children[-1]):
            if (
                argument.type == "value_argument"
                and argument.parent
                and argument.parent.parent == node.named_children[-1]
            ):
                value = argument.child_by_field_name("value")
                found.append((_named(argument, "name"), value if value is not None else argument))
        return found


class _Kotlin(_Reader):
    calls = frozenset({"call_expression"})
    members = frozenset({"navigation_expression"})

    def declare(self, node: Node) -> None:
        if node.type == "property_declaration":
            variable = next((child for child in node.named_children if child.type == "variable_declaration"), None)
            if variable is not None:
                self._typed(variable, node.named_children[-1])
        elif node.type in ("parameter", "class_parameter", "variable_declaration"):
            self._typed(node, None)

    def _typed(self, node: Node, value: Node | None) -> None:
        names = [child for child in node.named_children if child.type == "identifier"]
        kinds = [child for child in node.named_children if child.type in ("user_type", "nullable_type")]
        kind = self._clean(_text(kinds[0])) if kinds else ""
        kind = kind or (self.type_of(value) if value is not None else "")
        if names and kind:
            self.variables[_text(names[0])] = kind.removeprefix("static ")

    def parts(self, node: Node) -> tuple[str, Node | None, str, Arguments]:
        match node.type:
            case "identifier":
                return "name", None, _text(node), []
            case "navigation_expression":
                return "member", node.named_children[0], _text(node.named_children[-1]), []
            case "call_expression":
                return "call", node.named_children[0], "", self._arguments(node)
        return "", None, "", []

    def implementation(self, node: Node) -> None:
        if node.type not in ("class_declaration", "object_literal", "object_declaration"):
            return
        specifiers = [child for child in node.named_children if child.type == "delegation_specifiers"]
        bases = [_text(one) for specifier in specifiers for one in specifier.named_children]
        methods = {}
        for body in (child for child in node.named_children if child.type == "class_body"):
            for child in (one for one in body.named_children if one.type == "function_declaration"):
                parameters = [
                    one for one in _walk(child) if one.type == "parameter" and one.parent and one.parent.parent == child
                ]
                names = [_text(one.named_children[0]) for one in parameters]
                methods[_named(child, "name")] = (names, "override" in _text(child).split("fun ")[0])
        self.implements(node, bases, methods)

    def labels(self, names: list[str]) -> list[str]:
        return names

    def _arguments(self, node: Node) -> Arguments:
        last = node.named_children[-1]
        if last.type != "value_arguments":
            return []
        found: Arguments = []
        for argument in (child for child in last.named_children if child.type == "value_argument"):
            named = len(argument.named_children) > 1 and any(child.type == "=" for child in argument.children)
            found.append((_text(argument.named_children[0]) if named else "", argument.named_children[-1]))
        return found


_READERS: Mapping[str, type[_Reader]] = {"dotnet": _CSharp, "ios": _Swift, "android": _Kotlin}


def _absent(root: Node, code: str, found: Surface) -> Iterator[str]:
    """What people write that is not there, outside of comments and strings."""
    bare = bytearray(code.encode())
    for node in _walk(root):
        if "comment" in node.type or ("string" in node.type and "literal" in node.type):
            bare[node.start_byte : node.end_byte] = b" " * (node.end_byte - node.start_byte)
    text = bare.decode(errors="replace")
    for name, instead in found.absent.items():
        if re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", text):
            yield f"{name} does not exist" + (f"; it is {instead}" if instead else "")


@cache
def _parser(package: str) -> tree_sitter.Parser:
    module = importlib.import_module(package.replace("-", "_"))
    return tree_sitter.Parser(tree_sitter.Language(module.language()))


def _errors(root: Node) -> Iterator[Node]:
    return (node for node in _walk(root) if node.is_error or node.is_missing)


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _text(node: Node) -> str:
    return (node.text or b"").decode()


def _named(node: Node, field: str) -> str:
    child = node.child_by_field_name(field)
    return _text(child) if child is not None else ""
