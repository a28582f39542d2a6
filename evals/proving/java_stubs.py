"""The recorded public surface of the Java SDK, as empty classes that javac takes for it."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from evals import toolchains
from evals.proving.surfaces import surface
from sinch_auth.schema import Member, Surface, SurfaceType

_holders: list[tempfile.TemporaryDirectory[str]] = []
_NAME = re.compile(r"[A-Za-z_][\w.]*")


@cache
def folder(line: str) -> Path:
    """A folder of compiled stubs for one major line of the SDK; it lives as long as this process."""
    holder = tempfile.TemporaryDirectory(prefix="sinch-stubs-")
    _holders.append(holder)
    root = Path(holder.name)
    files = []
    for path, text in _sources(surface("java" if line == "2" else f"java-{line}")):
        file = root / "source" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        files.append(str(file))
    command = [toolchains.program("javac"), "--release", "17", "-d", str(root / "classes"), *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"knowledge/surfaces has a Java surface that does not compile: {done.stderr[:1000]}")
    return root / "classes"


def _sources(found: Surface) -> Iterator[tuple[str, str]]:
    """Path and text of every stub; a nested type stands in the file of the outer one."""
    full = {id: f"{kind.module}.{_class(id, kind)}" for id, kind in found.types.items()}
    for id, kind in found.types.items():
        name = _class(id, kind)
        if "." in name:
            continue
        inner = [
            _declared(other, name.rpartition(".")[2], full, nested=True)
            for name, other in ((_class(i, k), k) for i, k in found.types.items())
            if name.startswith(f"{_class(id, kind)}.") and other.module == kind.module
        ]
        body = _declared(kind, name, full, "\n".join(inner))
        yield f"{kind.module.replace('.', '/')}/{name}.java", f"package {kind.module};\nimport java.util.*;\n{body}\n"


def _class(id: str, kind: SurfaceType) -> str:
    """The class's own name: where two share one, an id begins with the end of its package."""
    parts = id.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        if f".{kind.module}".endswith("." + ".".join(parts[:cut])):
            return ".".join(parts[cut:])
    return id


def _declared(kind: SurfaceType, name: str, full: dict[str, str], inner: str = "", *, nested: bool = False) -> str:
    members = "\n".join(text for m, member in kind.members.items() for text in _member(kind, name, m, member, full))
    above = " extends RuntimeException" if name.endswith("Exception") else ""
    word = "interface" if kind.kind == "interface" else "class"
    return f"public {'static ' if nested else ''}{word} {name}{above} {{\n{members}\n{inner}\n}}"


def _member(kind: SurfaceType, owner: str, name: str, member: Member, full: dict[str, str]) -> Iterator[str]:
    gives = _type(member.gives, full) or "void"
    if member.kind == "constant":
        yield f"  public static final {gives} {name} = null;"
        return
    for takes in member.takes or [[]]:
        arguments = ", ".join(f"{_type(a.partition(': ')[2], full)} {a.partition(':')[0]}" for a in takes)
        if member.kind == "constructor":
            yield f"  public {owner}({arguments}) {{}}"
        elif kind.kind == "interface" and not member.static:
            yield f"  {gives} {name}({arguments});"
        else:
            body = "" if gives == "void" else f" return {_NOTHING.get(gives, 'null')};"
            yield f"  public {'static ' if member.static else ''}{gives} {name}({arguments}) {{{body}}}"


_NOTHING = {"int": "0", "long": "0", "boolean": "false"}


def _type(text: str, full: dict[str, str]) -> str:
    return _NAME.sub(lambda match: full.get(match[0], match[0]), text)
