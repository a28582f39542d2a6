"""Whether code uses only what an SDK's public surface has: types, members, arguments in order, imports, callbacks.

It follows the types of the SDK through a snippet: from a name the surface knows, member by member, call by call. Names
of the platform (`Console`, `URLSession`, `Log`) are none of its business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from snippet_trees import scripts, tree, walk
from tree_sitter import Node

from sinch_auth.schema import Member, Surface


@dataclass(frozen=True)
class Instance:
    """A value of a type of the SDK."""

    type: str


@dataclass(frozen=True)
class Static:
    """A type of the SDK itself, or the beginning of its name."""

    name: str


@dataclass(frozen=True)
class Method:
    """A method, not called yet."""

    owner: str
    name: str


_DECLARATIONS = {"variable_declaration", "catch_declaration", "parameter", "class_parameter", "property_declaration"}

_NAME_THEN_TYPE = r"(?:\w+\s+)*?(?P<name>\w+)\s*:\s*(?P<type>[\w.]+)"

Meaning = Instance | Static | Method | None


def problems(surface: Surface, language: str, code: str) -> list[str]:
    """What the code uses that is not there, or not so; and that it uses anything at all."""
    reader = _Reader(surface, language)
    if language == "browser":
        code = "\n".join(scripts(code))
    for text, instead in surface.absent.items():
        if re.search(rf"(?<![\w.]){re.escape(text)}(?!\w)", _without_comments(code)):
            reader.problems.append(f"{text} is not there; use {instead or 'nothing'}")
    reader.read(tree("script" if language == "browser" else language, code))
    if not reader.used:
        reader.problems.append("nothing of the SDK is used")
    return reader.problems


def _without_comments(code: str) -> str:
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", code, flags=re.DOTALL)


@dataclass
class _Reader:
    surface: Surface
    language: str
    problems: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    names: dict[str, Meaning] = field(default_factory=dict)

    def read(self, root: Node) -> None:
        self._declarations(root)
        self.meaning(root)
        self._imports(root)
        self._callbacks(root)

    # -- expressions

    def meaning(self, node: Node) -> Meaning:
        """What a node stands for; looks at everything below it, once."""
        self._declare_typed(node)
        expression = _expression(self.language, node)
        if expression is None:
            found = [self.meaning(child) for child in node.named_children]
            transparent = node.type in ("await_expression", "try_expression", "parenthesized_expression")
            return next((one for one in reversed(found) if one), None) if transparent else None
        kind, first, text, arguments = expression
        if kind == "name":
            return self.names.get(text) or (Static(text) if self._is_type(text) else None)
        if kind == "new":
            return self._call(Static(text), arguments) if self._is_type(text) else self._unknown(arguments)
        assert first is not None
        owner = self.meaning(first)
        if kind == "member":
            return self._member(owner, text)
        for closure in _closures(node):
            self.meaning(closure)
        return self._call(owner, arguments) if owner else self._unknown(arguments)

    def _is_type(self, text: str) -> bool:
        return any(name == text or name.startswith(f"{text}.") for name in self.surface.types)

    def _unknown(self, arguments: list[tuple[str, Node]]) -> Meaning:
        for _, value in arguments:
            self.meaning(value)
        return None

    def _member(self, owner: Meaning, name: str) -> Meaning:
        if isinstance(owner, Static) and self._is_type(f"{owner.name}.{name}"):
            return Static(f"{owner.name}.{name}")
        if not isinstance(owner, Instance | Static):
            return None
        type_name = owner.name if isinstance(owner, Static) else owner.type
        member = self._find(type_name, name)
        if not member:
            return None
        if member.static != isinstance(owner, Static):
            self.problems.append(f"{type_name}.{name} is {'' if member.static else 'not '}static")
        if member.kind in ("method", "function"):
            return Method(type_name, name)
        return self._value(member.gives or type_name)

    def _find(self, type_name: str, name: str) -> Member | None:
        if type_name not in self.surface.types:
            return None
        self.used.add(f"{type_name}.{name}")
        member = self.surface.types[type_name].members.get(name)
        if member is None:
            self.problems.append(f"{type_name} has no {name}")
        return member

    def _value(self, gives: str) -> Meaning:
        inner = re.fullmatch(r"(?:Task|Promise)<(.*)>", gives)
        name = (inner[1] if inner else gives).rstrip("?")
        return Instance(name) if name in self.surface.types else None

    def _call(self, callee: Meaning, arguments: list[tuple[str, Node]]) -> Meaning:
        if isinstance(callee, Static):
            type_name, name = callee.name, "new"
        elif isinstance(callee, Method):
            type_name, name = callee.owner, callee.name
        else:
            self.problems.append(f"{callee} is called")
            return self._unknown(arguments)
        member = self._find(type_name, name)
        if not member:
            return self._unknown(arguments)
        labels = [label for label, _ in arguments]
        fitting = [takes for takes in member.takes or [[]] if self._fits(takes, labels)]
        if not fitting:
            self.problems.append(f"{type_name}.{name} takes {member.takes}, not {labels}")
        for (_, value), declared in zip(arguments, fitting[0] if fitting else [""] * len(arguments), strict=False):
            action = re.search(r"Action<(\w+)>", declared)
            parameter = re.match(r"\w+", (value.text or b"").decode())
            if action and parameter and "=>" in (value.text or b"").decode():
                self.names[parameter[0]] = Instance(action[1])
            self.meaning(value)
        return self._value(member.gives)

    def _fits(self, takes: list[str], labels: list[str]) -> bool:
        declared = [one.split(":")[0].strip() for one in takes]
        names = [one.rstrip("?") for one in declared]
        if self.language == "ios":
            return [label or "_" for label in labels] == names
        needed = sum(not one.endswith("?") for one in declared)
        if not needed <= len(labels) <= len(names):
            return False
        return all(not label or label == name for label, name in zip(labels, names, strict=False))

    # -- declarations

    def _declarations(self, root: Node) -> None:
        """Names with a type of the SDK: by their own declaration, or by their first value."""
        for node in walk(root):
            self._declare_typed(node)
        for node in walk(root):
            initial = _initial(self.language, node)
            if initial and initial[0] not in self.names:
                before = (list(self.problems), set(self.used))
                meaning = self.meaning(initial[1])
                self.problems, self.used = before
                if isinstance(meaning, Instance):
                    self.names[initial[0]] = meaning

    def _declare_typed(self, node: Node) -> None:
        """What a declaration says about its name; names in a browser's listener have their types by position."""
        text = (node.text or b"").decode()
        if self.language == "browser":
            for interface in self._interfaces(node):
                for name, parameters in _functions(self.language, node):
                    member = self.surface.types[interface].members.get(name)
                    for given, declared in zip(parameters, member.takes[0] if member else [], strict=False):
                        self._declare(given, declared.split(": ")[1])
        elif node.type in _DECLARATIONS:
            pattern = r"(?P<type>\w+)\??\s+(?P<name>\w+)" if self.language == "dotnet" else _NAME_THEN_TYPE
            found = re.match(pattern, text.lstrip("( "))
            if found:
                self._declare(found["name"], found["type"])

    def _declare(self, name: str, type_name: str) -> None:
        if type_name in self.surface.types:
            self.names[name] = Instance(type_name)

    # -- imports

    def _imports(self, root: Node) -> None:
        """What is named is imported; what is imported from the SDK is there."""
        kinds = {"identifier", "type_identifier", "simple_identifier"}
        words = {(node.text or b"").decode() for node in walk(root) if node.type in kinds}
        text = _without_comments((root.text or b"").decode())
        modules = {one.module for one in self.surface.types.values()}
        if self.language == "browser":
            return
        pattern = {"dotnet": r"^using ([\w.]+);", "ios": r"^import (\w+)", "android": r"^import ([\w.]+)"}[
            self.language
        ]
        imported = set(re.findall(pattern, text, re.MULTILINE))
        full = {
            f"{one.module}.{name.split('.')[0]}" if self.language == "android" else one.module
            for name, one in self.surface.types.items()
            if name.split(".")[0] in words
        }
        self.problems += [f"{one} is not imported" for one in sorted(full - imported)]
        own = {one for one in imported if any(one == m or one.startswith(f"{m}.") for m in modules)}
        self.problems += [f"{one} is imported and not there, or not used" for one in sorted(own - full)]

    # -- callbacks

    def _callbacks(self, root: Node) -> None:
        """A class that implements an interface of the SDK has its members, spelt so, and all that it must have."""
        for node in walk(root):
            for interface in self._interfaces(node):
                members = self.surface.types[interface].members
                made = dict(_functions(self.language, node))
                self.used |= {f"{interface}.{name}" for name in made if name in members}
                self.problems += [
                    f"{interface}.{name} takes {members[name].takes}, not {takes}"
                    for name, takes in made.items()
                    if name in members and not self._implements(members[name].takes, takes)
                ]
                self.problems += [
                    f"{interface}.{name} is not implemented"
                    for name, member in members.items()
                    if member.required and name not in made
                ]
            known = {name for one in self._interfaces(node) for name in self.surface.types[one].members}
            if known:
                overrides = {name for name, _ in _functions(self.language, node, overriding=True)}
                self.problems += [f"{name} overrides nothing of the SDK" for name in sorted(overrides - known)]

    def _interfaces(self, node: Node) -> list[str]:
        if self.language == "browser":
            return ["SinchClientListener"] if node.type == "object" and b"onClientStarted" in (node.text or b"") else []
        if node.type != "class_declaration":
            return []
        head = (node.text or b"").decode().split("{")[0]
        bases = re.split(r"[\s,]+", head.rpartition(":")[2].strip())
        return [one for one in bases if one in self.surface.types and self.surface.types[one].kind == "interface"]

    def _implements(self, overloads: list[list[str]], takes: list[str]) -> bool:
        if self.language == "browser":
            return any(len(takes) <= len(one) for one in overloads)
        expected = [[re.sub(r"\s", "", argument) for argument in one] for one in overloads]
        if self.language == "android":
            # The name of a parameter is the implementer's own.
            return [one.split(":")[1] for one in takes] in [[a.split(":")[1] for a in one] for one in expected]
        return takes in expected


def _expression(language: str, node: Node) -> tuple[str, Node | None, str, list[tuple[str, Node]]] | None:
    """(kind, what it starts from, name, arguments) of a name, a member, a call or a construction."""
    text = (node.text or b"").decode()

    def child(name: str) -> Node:
        found = node.child_by_field_name(name)
        assert found is not None
        return found

    if node.type in ("identifier", "simple_identifier"):
        return "name", None, text, []
    if language == "dotnet":
        if node.type == "member_access_expression":
            return "member", child("expression"), (child("name").text or b"").decode(), []
        if node.type == "invocation_expression":
            return "call", child("function"), "", _arguments(child("arguments"))
        if node.type == "object_creation_expression":
            return "new", None, (child("type").text or b"").decode(), _arguments(child("arguments"))
    elif language == "browser":
        if node.type == "member_expression":
            return "member", child("object"), (child("property").text or b"").decode(), []
        if node.type == "call_expression":
            return "call", child("function"), "", [("", one) for one in child("arguments").named_children]
    elif node.type == "navigation_expression":
        first, *_, last = node.named_children
        return "member", first, re.sub(r"^\W+", "", (last.text or b"").decode()), []
    elif node.type == "call_expression":
        first, *rest = node.named_children
        lists = [one for below in rest for one in walk(below)[:2] if one.type == "value_arguments"]
        return "call", first, "", _arguments(lists[0]) if lists else []
    return None


def _closures(call: Node) -> list[Node]:
    """What stands after the arguments of a call in Swift and Kotlin."""
    after = [one for child in call.named_children[1:] for one in (child.named_children or [child])]
    return [one for one in after if one.type in ("lambda_literal", "annotated_lambda")]


def _arguments(node: Node) -> list[tuple[str, Node]]:
    made = []
    for one in node.named_children:
        label = one.child_by_field_name("name")
        named = (label.text or b"").decode() if label and len(one.named_children) > 1 else ""
        made.append((named, one.named_children[-1]))
    return made


def _initial(language: str, node: Node) -> tuple[str, Node] | None:
    """A variable and its first value."""
    if node.type == "variable_declarator" and len(node.named_children) > 1:
        return (node.named_children[0].text or b"").decode(), node.named_children[-1]
    if node.type == "property_declaration":
        name = re.search(r"\b(?:let|var|val)\s+(\w+)", (node.text or b"").decode())
        return (name[1], node.named_children[-1]) if name else None
    if node.type == "assignment" and language == "ios":
        return (node.named_children[0].text or b"").decode(), node.named_children[-1]
    return None


def _functions(language: str, node: Node, overriding: bool = False) -> list[tuple[str, list[str]]]:
    """The functions that a class or an object declares itself, with `label: Type` of what they take."""
    made = []
    for one in walk(node):
        if one.type not in ("function_declaration", "method_definition"):
            continue
        text = _without_comments((one.text or b"").decode())
        found = re.search(r"(?:func |fun |async |^)\s*(\w+)\s*\(([^)]*)\)", text)
        if not found or (overriding and not text.startswith("override")):
            continue
        parameters = [re.sub(r"\s+", " ", one.strip()) for one in found[2].split(",") if one.strip()]
        if language == "ios":
            # `_ client: SinchClient` is called with no label, `withCallback callback: …` with that label.
            parameters = [re.sub(r"^(\w+)(?: \w+)?: ", r"\1:", one) for one in parameters]
        made.append((found[1], [one.replace(" ", "") if language == "android" else one for one in parameters]))
    return made
