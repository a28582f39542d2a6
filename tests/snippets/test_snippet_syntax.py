"""Every snippet is read without complaint, by its grammar and by its own language where that is here."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from snippet_trees import faults

from sinch_auth import snippets
from sinch_auth.knowledge import Knowledge

LANGUAGES = ["curl", "node", "python", "java", "dotnet", "php", "go", "ruby", "browser", "ios", "android"]

# Reads every file named on standard input; prints what it cannot read.
_NODE = """
const vm = require("node:vm"), fs = require("node:fs");
for (const path of JSON.parse(fs.readFileSync(0, "utf8"))) {
  try { new vm.SourceTextModule(fs.readFileSync(path, "utf8"), { identifier: path }); }
  catch (error) { console.log(`${path}: ${error.message}`); }
}
"""
_RUBY = """
require "json"
JSON.parse($stdin.read).each do |path|
  RubyVM::InstructionSequence.compile_file(path)
rescue SyntaxError => error
  puts error.message
end
"""
_PHP = """
foreach (json_decode(stream_get_contents(STDIN)) as $path) {
  try { token_get_all(file_get_contents($path), TOKEN_PARSE); }
  catch (ParseError $error) { echo $path, ': ', $error->getMessage(), PHP_EOL; }
}
"""
_BASH = 'while IFS= read -r path; do bash -n "$path" || echo "$path"; done'


def codes(base: Knowledge, language: str, route: str = "") -> dict[str, str]:
    """Cell -> code; the same code once."""
    found: dict[str, str] = {}
    for request in snippets.cells(base):
        if request.language == language and route in ("", request.route):
            found.setdefault(snippets.render(base, request).code, request.id)
    return {id: code for code, id in found.items()}


def written(folder: Path, codes: dict[str, str], suffix: str) -> list[str]:
    """The codes as files."""
    paths = []
    for id, code in codes.items():
        path = folder / (re.sub(r"\W+", "_", id) + suffix)
        path.write_text(code, encoding="utf-8")
        paths.append(str(path))
    return paths


def silent(command: list[str], text: str) -> None:
    """Run it; it must succeed and say nothing."""
    result = subprocess.run(command, input=text, capture_output=True, text=True, timeout=120, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_grammar_reads_every_snippet(base: Knowledge, language: str) -> None:
    """No parse tree has an error."""
    found = {id: faults(language, code) for id, code in codes(base, language).items()}
    assert found
    assert not {id: said for id, said in found.items() if said}


def test_every_language_is_checked(base: Knowledge) -> None:
    """A new language comes with a grammar."""
    assert set(base.ids("language")) == set(LANGUAGES)


def test_python_compiles_every_snippet(base: Knowledge) -> None:
    """Python compiles each, with warnings as errors."""
    for id, code in codes(base, "python").items():
        compile(code, id, "exec", dont_inherit=True)


def test_bash_reads_every_snippet(base: Knowledge, need: Callable[[str], str], tmp_path: Path) -> None:
    """`bash -n` accepts each."""
    paths = written(tmp_path, codes(base, "curl"), ".sh")
    silent([need("bash"), "-c", _BASH], "\n".join(paths) + "\n")


def test_node_reads_every_snippet(base: Knowledge, need: Callable[[str], str], tmp_path: Path) -> None:
    """Node.js parses each as a module; the browser's scripts, too."""
    found = codes(base, "node")
    for id, page in codes(base, "browser").items():
        found[id] = "\n".join(re.findall(r"<script type=\"module\">(.*?)</script>", page, re.DOTALL))
        assert found[id].strip()
    command = [need("node"), "--experimental-vm-modules", "--no-warnings", "-e", _NODE]
    silent(command, json.dumps(written(tmp_path, found, ".mjs")))


def test_ruby_compiles_every_snippet(base: Knowledge, need: Callable[[str], str], tmp_path: Path) -> None:
    """Ruby compiles each, without a warning."""
    silent([need("ruby"), "-w", "-e", _RUBY], json.dumps(written(tmp_path, codes(base, "ruby"), ".rb")))


def test_php_parses_every_snippet(base: Knowledge, need: Callable[[str], str], tmp_path: Path) -> None:
    """PHP parses each."""
    silent([need("php"), "-r", _PHP], json.dumps(written(tmp_path, codes(base, "php"), ".php")))


def test_go_formats_every_snippet_as_it_stands(base: Knowledge, need: Callable[[str], str], tmp_path: Path) -> None:
    """gofmt reads each and would change nothing."""
    paths = written(tmp_path, codes(base, "go"), ".go")
    silent([need("gofmt"), "-e", "-l", *paths], "")


def test_javac_compiles_every_plain_snippet(base: Knowledge, need: Callable[[str], str], tmp_path: Path) -> None:
    """javac compiles all Java snippets without an SDK, in one run, without a warning."""
    found = {
        id: code.replace("public class Main {", f"class Main{number} {{")
        for number, (id, code) in enumerate(codes(base, "java", "http").items())
    }
    paths = written(tmp_path, found, ".java")
    silent([need("javac"), "-Xlint:all", "-proc:none", "-encoding", "UTF-8", "-d", str(tmp_path), *paths], "")
