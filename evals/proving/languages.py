"""How the snippets of each language are made ready and run, each by its language's ordinary command."""

from __future__ import annotations

import os
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from evals import toolchains
from evals.proving import java_stubs
from evals.toolchains import ToolMissing
from sinch_auth.knowledge import Knowledge
from sinch_auth.schema import Coverage
from sinch_auth.snippets import Snippet, SnippetRequest

Problem = str


@dataclass(frozen=True)
class Cell:
    """One cell with its rendered snippet, written to a folder of its own."""

    request: SnippetRequest
    snippet: Snippet
    folder: Path

    @property
    def id(self) -> str:
        """The cell's id."""
        return self.request.id

    @property
    def file(self) -> Path:
        """The snippet as a file."""
        return self.folder / self.snippet.filename

    @property
    def line(self) -> str:
        """The major line of the SDK: 2 where nothing older is asked for."""
        return self.request.sdk_line.partition(".")[0]

    def write(self) -> None:
        """Write the snippet and what stands beside it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, text in {self.snippet.filename: self.snippet.code, **self.snippet.companions}.items():
            (self.folder / name).write_text(text, encoding="utf-8")


class Language(ABC):
    """A language whose snippets run here."""

    def __init__(self, base: Knowledge) -> None:
        self.base = base

    def executes(self, cell: Cell) -> bool:
        """Whether the cell can be run here; what cannot is compiled by `prepare`."""
        return True

    @abstractmethod
    def prepare(self, cells: Iterable[Cell]) -> Mapping[str, Problem]:
        """Make cells ready to run, all at once; what went wrong by folder. Raises `ToolMissing`."""

    @abstractmethod
    def command(self, cell: Cell) -> tuple[str, ...]:
        """The ordinary command that runs the snippet."""

    def probe(self, cell: Cell) -> tuple[str, ...]:
        """The command of a program that takes the client from an init snippet and calls the product with it."""
        raise LookupError(f"{cell.request.language} has no SDK, and so no client to take")

    @abstractmethod
    def against(self, cell: Cell) -> str:
        """What the snippet was run with, and its version."""


class Curl(Language):
    """Shell scripts around the real curl."""

    def prepare(self, cells: Iterable[Cell]) -> Mapping[str, Problem]:
        toolchains.program("curl"), toolchains.program("openssl")
        return _each(cells, lambda cell: _checked(["bash", "-n", cell.snippet.filename], cell.folder))

    def command(self, cell: Cell) -> tuple[str, ...]:
        return ("bash", cell.snippet.filename)

    def against(self, cell: Cell) -> str:
        return f"curl {_version('curl', '--version').split()[1]}"


class Node(Language):
    """ES modules, plain and with the Sinch SDK."""

    def prepare(self, cells: Iterable[Cell]) -> Mapping[str, Problem]:
        cells = list(cells)
        if any(cell.request.route == "sdk" for cell in cells):
            packages = toolchains.node_packages()
            for cell in cells:
                # Node looks for packages in the folders above; the snippet's own folder is as a user would have it.
                if cell.request.route == "sdk" and not (cell.folder / "node_modules").exists():
                    (cell.folder / "node_modules").symlink_to(packages)
        return {}

    def command(self, cell: Cell) -> tuple[str, ...]:
        return (toolchains.program("node"), cell.snippet.filename)

    def probe(self, cell: Cell) -> tuple[str, ...]:
        call = coverage(self.base, cell).call
        (cell.folder / "probe.mjs").write_text(
            f'import {{ sinchClient }} from "./{cell.snippet.filename}";\n'
            f"try {{ await {call}; }}\n"
            'catch (error) { console.error(`${error.message} ${error.data ?? ""}`); process.exitCode = 1; }\n'
        )
        return (toolchains.program("node"), "probe.mjs")

    def against(self, cell: Cell) -> str:
        runtime = f"Node.js {_version('node', '--version').strip().lstrip('v')}"
        return f"@sinch/sdk-core {toolchains.NODE_VERSION}, {runtime}" if cell.request.route == "sdk" else runtime


class Python(Language):
    """Scripts with requests, and with both lines of the Sinch SDK."""

    def prepare(self, cells: Iterable[Cell]) -> Mapping[str, Problem]:
        for line in {self._line(cell) for cell in cells}:
            toolchains.python_sdk(line)
        return {}

    def command(self, cell: Cell) -> tuple[str, ...]:
        return (str(toolchains.python_sdk(self._line(cell))), cell.snippet.filename)

    def probe(self, cell: Cell) -> tuple[str, ...]:
        call = coverage(self.base, cell).call
        (cell.folder / "probe.py").write_text(f"from sinch_init import sinch_client\n\nprint({call})\n")
        return (str(toolchains.python_sdk(self._line(cell))), "probe.py")

    def against(self, cell: Cell) -> str:
        runtime = f"Python {sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
        if cell.request.route == "sdk":
            return f"sinch {toolchains.PYTHON_VERSIONS[self._line(cell)]}, {runtime}"
        if "import requests" in cell.snippet.code:
            return f"requests {_distribution(self._line(cell), 'requests')}, {runtime}"
        return runtime

    def _line(self, cell: Cell) -> str:
        return cell.line or "2"


class Go(Language):
    """Programs of the standard library, all built as one module."""

    def prepare(self, cells: Iterable[Cell]) -> Mapping[str, Problem]:
        cells = list(cells)
        go, root = toolchains.program("go"), cells[0].folder.parent
        (root / "go.mod").write_text(f"module snippets\n\ngo {self._release()}\n")
        (root / "bin").mkdir(exist_ok=True)
        names = [f"./{cell.folder.name}" for cell in cells]
        # Many programs link faster without what only a debugger needs.
        flags = ["-trimpath", "-ldflags=-s -w", "-o", "bin/"]
        problems = _each(cells, lambda cell: "")
        if _checked([go, "vet", *names], root) or _checked([go, "build", *flags, *names], root):
            for cell, name in zip(cells, names, strict=True):
                problem = _checked([go, "vet", name], root) or _checked([go, "build", *flags, name], root)
                if problem:
                    problems[cell.folder.name] = problem
        return problems

    def command(self, cell: Cell) -> tuple[str, ...]:
        return (str(cell.folder.parent / "bin" / cell.folder.name),)

    def against(self, cell: Cell) -> str:
        return f"Go {_version('go', 'version').split()[2].removeprefix('go')}"

    def _release(self) -> str:
        return ".".join(_version("go", "version").split()[2].removeprefix("go").split(".")[:2])


class Php(Language):
    """Scripts with the curl extension."""

    def prepare(self, cells: Iterable[Cell]) -> Mapping[str, Problem]:
        toolchains.php()
        return {}

    def command(self, cell: Cell) -> tuple[str, ...]:
        # Warnings are output a user would not expect: they must show.
        return (toolchains.php(), "-d", "display_errors=stderr", "-d", "error_reporting=-1", cell.snippet.filename)

    def against(self, cell: Cell) -> str:
        return f"PHP {_version('php', '--version').split()[1]}"


class Ruby(Language):
    """Scripts of the standard library."""

    def prepare(self, cells: Iterable[Cell]) -> Mapping[str, Problem]:
        toolchains.program("ruby")
        return {}

    def command(self, cell: Cell) -> tuple[str, ...]:
        return (toolchains.program("ruby"), "-w", cell.snippet.filename)

    def against(self, cell: Cell) -> str:
        return f"Ruby {_version('ruby', '--version').split()[1].partition('p')[0]}"


_JAVA_IMPORTS = {
    "NumberLookupRequest": "com.sinch.sdk.domains.numberlookup.models.v2.request.NumberLookupRequest",
    "LookupFeatureType": "com.sinch.sdk.domains.numberlookup.models.v2.request.LookupFeatureType",
    "List.of(": "java.util.List",
}
"""What the calls in the knowledge base name beside the client."""


class Java(Language):
    """Programs of the standard library, and with both lines of the Sinch SDK where it is to be had."""

    def executes(self, cell: Cell) -> bool:
        return cell.request.route != "sdk" or bool(_java_sdk(self._line(cell)))

    def prepare(self, cells: Iterable[Cell]) -> Mapping[str, Problem]:
        cells = list(cells)
        toolchains.program("javac")
        for cell in cells:
            if cell.request.purpose == "init":
                self._write_probe(cell)
        lines = [f"{cell.folder}\t{self._classpath(cell)}" for cell in cells]
        compiler = ["java", "-XX:TieredStopAtLevel=1", str(Path(__file__).with_name("CompileEach.java"))]
        done = subprocess.run(compiler, input="\n".join(lines), capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"the Java compiler gave up: {done.stderr[-500:]}")
        said = dict(line.split("\t", 1) for line in done.stdout.splitlines())
        return _each(cells, lambda cell: said[str(cell.folder)].replace("\\n", "\n"))

    def command(self, cell: Cell) -> tuple[str, ...]:
        return self._run(cell, "Main")

    def probe(self, cell: Cell) -> tuple[str, ...]:
        return self._run(cell, "Probe")

    def against(self, cell: Cell) -> str:
        runtime = f"Java {_version('javac', '--version').split()[1]}"
        if cell.request.route != "sdk":
            return runtime
        sdk = f"com.sinch.sdk:sinch-sdk-java {toolchains.JAVA_VERSIONS[self._line(cell)]}"
        if not self.executes(cell):
            return f"the public surface of {sdk}, {runtime}"
        # Whoever gives a class path has built it: the registry's is taken where it is served.
        return f"{sdk}{' (a build of its tag)' if os.environ.get(toolchains.JAVA_VARIABLE) else ''}, {runtime}"

    def _line(self, cell: Cell) -> str:
        return cell.line or "2"

    def _classpath(self, cell: Cell) -> str:
        if cell.request.route != "sdk":
            return ""
        return _java_sdk(self._line(cell)) or str(java_stubs.folder(self._line(cell)))

    def _run(self, cell: Cell, name: str) -> tuple[str, ...]:
        path = os.pathsep.join(filter(None, [str(cell.folder / "classes"), self._classpath(cell)]))
        # Short programs: no time for the second compiler. Machines that share /tmp quarrel about their counters.
        return (toolchains.program("java"), "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-cp", path, name)

    def _write_probe(self, cell: Cell) -> None:
        call = coverage(self.base, cell).call
        program = f"public static void main(String[] a) {{ var client = Main.sinchClient(); {call}; }}"
        imports = [f"import {package};" for name, package in _JAVA_IMPORTS.items() if name in call]
        (cell.folder / "Probe.java").write_text("\n".join([*imports, f"public class Probe {{ {program} }}", ""]))


RUNNERS: Mapping[str, type[Language]] = {
    "curl": Curl,
    "node": Node,
    "python": Python,
    "java": Java,
    "go": Go,
    "php": Php,
    "ruby": Ruby,
}
"""Language id -> how it is run."""


def coverage(base: Knowledge, cell: Cell) -> Coverage:
    """What the knowledge base says about the SDK for a cell's product."""
    sdk = base.language(cell.request.language).sdk
    assert sdk is not None
    release = next((r for r in sdk.releases if r.line == cell.request.sdk_line), sdk.releases[0])
    found = release.covers.get(f"{cell.request.product}@{cell.request.model}")
    return found or release.covers[cell.request.product]


def _each(cells: Iterable[Cell], check: object) -> dict[str, Problem]:
    assert callable(check)
    found = {cell.folder.name: check(cell) for cell in cells}
    return {name: problem for name, problem in found.items() if problem}


def _checked(command: list[str], folder: Path) -> Problem:
    """What a command complains about; empty when it is content."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=dict(os.environ))
    return "" if done.returncode == 0 else (done.stderr or done.stdout).strip()[:2000] or "it failed without a word"


@cache
def _version(name: str, argument: str) -> str:
    return subprocess.run([toolchains.program(name), argument], capture_output=True, text=True, check=True).stdout


@cache
def _java_sdk(line: str) -> str:
    """The class path of a line of the Java SDK; empty where the registry does not serve it."""
    try:
        return toolchains.java_classpath(line)
    except ToolMissing:
        return ""


@cache
def _distribution(line: str, name: str) -> str:
    script = f"import importlib.metadata as m; print(m.version({name!r}))"
    command = [str(toolchains.python_sdk(line)), "-c", script]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


__all__ = ["RUNNERS", "Cell", "Language", "ToolMissing", "coverage"]
