"""Parse trees of every language a snippet is written in, and their shape without what stands inside literals."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

from tree_sitter import Language, Node, Parser

_GRAMMARS = {
    "curl": "bash",
    "node": "javascript",
    "python": "python",
    "java": "java",
    "dotnet": "c_sharp",
    "php": "php",
    "go": "go",
    "ruby": "ruby",
    "browser": "html",
    "ios": "swift",
    "android": "kotlin",
}

# What a literal is in each grammar; several kinds where a language quotes in several ways.
_LITERALS = {
    "curl": {"word", "raw_string", "ansi_c_string", "string", "number"},
    "node": {"string", "template_string"},
    "script": {"string", "template_string"},
    "python": {"string"},
    "java": {"string_literal"},
    "dotnet": {"string_literal", "interpolated_string_expression"},
    "php": {"string", "encapsed_string"},
    "go": {"interpreted_string_literal", "raw_string_literal"},
    "ruby": {"string"},
    "ios": {"line_string_literal"},
    "android": {"string_literal"},
}

# Code inside a literal.
_INSIDE = {
    "expansion",
    "simple_expansion",
    "command_substitution",
    "arithmetic_expansion",
    "process_substitution",
    "template_substitution",
    "interpolation",
    "interpolated_expression",
    "variable_name",
    "dynamic_variable_name",
    "subscript_expression",
    "member_access_expression",
}

Shape = tuple[Any, ...]


@cache
def parser(language: str) -> Parser:
    """The parser of a snippet's language; `script` for what stands in a page."""
    module = importlib.import_module(f"tree_sitter_{_GRAMMARS.get(language, 'javascript')}")
    grammar = module.language_php() if language == "php" else module.language()
    return Parser(Language(grammar))


def tree(language: str, code: str) -> Node:
    """The parse tree of code."""
    return parser(language).parse(code.encode()).root_node


def scripts(page: str) -> list[str]:
    """The scripts in a page, in order."""
    found = [node for node in walk(tree("browser", page)) if node.type == "raw_text"]
    return [(node.text or b"").decode() for node in found]


def walk(node: Node) -> list[Node]:
    """A node and all below it, in order."""
    return [node, *(below for child in node.children for below in walk(child))]


def faults(language: str, code: str) -> list[str]:
    """Where the grammar cannot read the code: line and text."""
    found = [
        f"line {node.start_point[0] + 1}: {(node.text or b'')[:60]!r}"
        for node in walk(tree(language, code))
        if node.type == "ERROR" or node.is_missing
    ]
    if language == "browser":
        found += [fault for script in scripts(code) for fault in faults("script", script)]
    return found


def shape(language: str, code: str) -> Shape:
    """The tree without the text of names and literals; code inside a literal stays visible."""
    assert not faults(language, code), (faults(language, code), code)
    made = _shape(language, tree(language, code))
    if language == "browser":
        return (made, *(_shape("script", tree("script", script)) for script in scripts(code)))
    return made


def _shape(language: str, node: Node) -> Shape:
    if _is_literal(language, node):
        return ("literal", *(_shape(language, inside) for inside in _inside(node)))
    if node.type in ("raw_text", "comment", "line_comment"):
        return (node.type,)
    return (node.type, *(_shape(language, child) for child in node.children))


def _is_literal(language: str, node: Node) -> bool:
    kinds = _LITERALS.get(language, set())
    if language == "curl" and node.type == "concatenation":
        return all(_is_literal(language, child) for child in node.children)
    return node.type in kinds


def _inside(node: Node) -> list[Node]:
    found: list[Node] = []
    for child in node.children:
        found += [child] if child.type in _INSIDE else _inside(child)
    return found
