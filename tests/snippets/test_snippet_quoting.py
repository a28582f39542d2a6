"""No value leaves its literal, in any language; and a literal means exactly the value."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from snippet_trees import shape

from sinch_auth import snippets
from sinch_auth.errors import UsageError
from sinch_auth.knowledge import Knowledge
from sinch_auth.quoting import DIALECTS, Part
from sinch_auth.snippets import SnippetRequest, context

# A program of each language with one place for a literal.
_HOSTS = {
    "curl": "X={}\n",
    "node": "const x = {};\n",
    "python": "x = {}\n",
    "java": "class A {{ String x = {}; }}\n",
    "dotnet": "var x = {};\n",
    "php": "<?php\n$x = {};\n",
    "go": "package main\n\nvar x = {}\n",
    "ruby": "x = {}\n",
    "browser": "<script>\nconst x = {};\n</script>\n",
    "ios": "let x = {}\n",
    "android": "val x = {}\n",
}

_PIECES = [
    '"', "'", "`", "\\", "$", "${x}", "$(x)", "$x", "{x}", "{{", "}}", "#{x}", "#", "\\(x)", "\n", "\r", "\t", "\0",
    "//", "/*", "*/", "<!--", "</script>", "<script>", "]]>", "&quot;", "%s", "%(x)s", "?>", "<?", "'''", '"""', "EOF",
    "; rm -rf ~; ", "|", "&&", ">", "!", "\u2028", "\u2029", "\u202e", "\ufeff", "\x7f", "\x85", "😀", "é", "\\u0022",
    "\\x22", "\\", "\\n", "@", "a", " ", "-", "=", "0", "{$x}", "$$", "\\'", '\\"',
]  # fmt: skip

hostile = st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=4)), max_size=8).map("".join)

# Every pair of pieces, for the languages that run here.
_SAMPLES = ["", "plain", *_PIECES, *(a + b for a in _PIECES for b in ('"', "\\", "$", "{", "x"))]


def _quoted(language: str, value: str) -> str | None:
    """The literal, or None where the language has none for it and says so."""
    try:
        return DIALECTS[language].quote(value)
    except UsageError:
        assert language == "curl"
        assert "\0" in value
        return None


@pytest.mark.parametrize("language", _HOSTS)
@given(value=hostile)
@settings(max_examples=120, deadline=None)
def test_a_value_is_one_literal(language: str, value: str) -> None:
    """Whatever the value, the program around it has the shape that it has around a harmless word."""
    literal = _quoted(language, value)
    if literal is not None:
        assert shape(language, _HOSTS[language].format(literal)) == shape(
            language, _HOSTS[language].format(DIALECTS[language].quote("word"))
        )


@pytest.mark.parametrize("language", _HOSTS)
@given(before=hostile, after=hostile)
@settings(max_examples=60, deadline=None)
def test_an_interpolated_string_holds_its_variable_only(language: str, before: str, after: str) -> None:
    """Text around a variable adds no code to the string."""
    if language == "curl":
        before, after = before.replace("\0", ""), after.replace("\0", "")
    dialect = DIALECTS[language]

    def program(head: str, tail: str) -> str:
        # Letters at the seams: the grammar of C# misreads three braces in a row.
        parts: list[Part] = [("text", f"a{head}z"), ("name", "key_id"), ("text", f"a{tail}z")]
        return _HOSTS[language].format(dialect.join(parts, dialect.name))

    assert shape(language, program(before, after)) == shape(language, program("word", "word"))


@given(value=hostile)
def test_a_python_literal_means_the_value(value: str) -> None:
    """Python itself reads the value back."""
    assert ast.literal_eval(DIALECTS["python"].quote(value)) == value


@pytest.fixture
def shapeless() -> Iterator[None]:
    """Values are not refused by their shape, so that quoting alone must hold."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(context, "_SHAPES", {"opaque": (r"(?s:.*)", "anything")})
        yield


_RENDERED = [
    SnippetRequest("numbers", "curl", "call", "project", "oauth2", "http"),
    SnippetRequest("numbers", "node", "call", "project", "oauth2", "http"),
    SnippetRequest("numbers", "node", "init", "project", "oauth2", "sdk"),
    SnippetRequest("numbers", "python", "call", "project", "basic", "http"),
    SnippetRequest("numbers", "python", "init", "project", "oauth2", "sdk"),
    SnippetRequest("numbers", "java", "call", "project", "oauth2", "http"),
    SnippetRequest("numbers", "java", "init", "project", "oauth2", "sdk"),
    SnippetRequest("numbers", "dotnet", "call", "project", "oauth2", "http"),
    SnippetRequest("numbers", "dotnet", "init", "project", "oauth2", "sdk"),
    SnippetRequest("numbers", "php", "call", "project", "oauth2", "http"),
    SnippetRequest("numbers", "go", "call", "project", "oauth2", "http"),
    SnippetRequest("numbers", "ruby", "call", "project", "oauth2", "http"),
    SnippetRequest("in-app-calling", "browser", "init", "application", "registration-token", "client-sdk"),
    SnippetRequest("in-app-calling", "ios", "init", "application", "registration-token", "client-sdk"),
    SnippetRequest("verification", "android", "call", "application", "public", "client-sdk"),
]


@pytest.mark.parametrize("request_", _RENDERED, ids=lambda request: request.id)
@pytest.mark.usefixtures("shapeless")
@given(value=hostile)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_value_changes_nothing_but_its_literal(base: Knowledge, request_: SnippetRequest, value: str) -> None:
    """A whole snippet with a hostile value parses to the same tree as with a harmless one."""
    id = "application_key" if request_.model == "application" else "project_id"

    def rendered(text: str) -> str:
        return snippets.render(
            base,
            SnippetRequest(
                request_.product, request_.language, request_.purpose, request_.model, request_.method,
                request_.route, values={id: text},
            ),
        ).code  # fmt: skip

    if request_.language == "curl" and "\0" in value:
        with pytest.raises(UsageError):
            rendered(value)
    else:
        assert shape(request_.language, rendered(value)) == shape(request_.language, rendered("word"))


@pytest.mark.parametrize(
    "value", ['x"; rm -rf ~; "', "$(id)", "`id`", "../../etc", "a b", "a\nb", "", "x" * 65, "日本語の鍵です", "%{x}"]
)
def test_a_project_id_is_refused_by_its_shape(base: Knowledge, value: str) -> None:
    """What cannot be a Project ID never reaches a snippet."""
    request = SnippetRequest("numbers", "python", "call", "project", "oauth2", "http", values={"project_id": value})
    with pytest.raises(UsageError, match="is no Project ID"):
        snippets.render(base, request)


# -- languages that run here -------------------------------------------------------------------------------------

# How each prints the bytes of a literal in hexadecimal, a line each; what stands before and after; how it is run.
_PRINTERS: dict[str, tuple[str, str, str, str, list[str]]] = {
    "curl": ("p() { printf %s \"$1\" | od -An -v -tx1 | tr -d ' \\n'; echo; }\nKEY_ID=V\n", "p {}\n", "", "a.sh", ["bash"]),
    "node": ("const keyId = 'V';\n", "console.log(Buffer.from({}).toString('hex'));\n", "", "a.mjs", ["node"]),
    "browser": ("const keyId = 'V';\n", "console.log(Buffer.from({}).toString('hex'));\n", "", "a.mjs", ["node"]),
    "php": ("<?php\n$keyId = 'V';\n", "echo bin2hex({}), PHP_EOL;\n", "", "a.php", ["php"]),
    "ruby": ("key_id = 'V'\n", "puts ({}).b.unpack1('H*')\n", "", "a.rb", ["ruby"]),
    "go": ('package main\n\nimport "fmt"\n\nfunc main() {\n\tkeyID := "V"\n\t_ = keyID\n', '\tfmt.Printf("%x\\n", {})\n', "}\n", "a.go", ["go", "run"]),
    "java": ('class A {\n  static void p(String s) { System.out.println(java.util.HexFormat.of().formatHex(s.getBytes(java.nio.charset.StandardCharsets.UTF_8))); }\n'
             '  public static void main(String[] a) {\n    String keyId = "V";\n', "    p({});\n", "  }\n}\n", "A.java", ["java", "-Dfile.encoding=UTF-8"]),
}  # fmt: skip


@pytest.mark.parametrize("language", _PRINTERS)
def test_a_literal_means_the_value_where_it_runs(language: str, need: Callable[[str], str], tmp_path: Path) -> None:
    """The language's own interpreter reads back every hostile sample, alone and beside a variable."""
    before, printing, after, name, command = _PRINTERS[language]
    dialect = DIALECTS[language]
    values = [value for value in _SAMPLES if language != "curl" or "\0" not in value]
    literals = [dialect.quote(value) for value in values]
    literals += [dialect.join([("text", value), ("name", "key_id"), ("text", value)], dialect.name) for value in values]
    expected = [*values, *(f"{value}V{value}" for value in values)]
    program = tmp_path / name
    program.write_text(
        before + "".join(printing.replace("{}", literal, 1) for literal in literals) + after,
        encoding="utf-8",
        newline="",
    )
    result = subprocess.run(
        [need(command[0]), *command[1:], str(program)], capture_output=True, text=True, timeout=120, check=False
    )
    assert result.returncode == 0, result.stderr[:2000]
    assert [bytes.fromhex(line).decode() for line in result.stdout.splitlines()] == expected
