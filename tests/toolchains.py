"""Real client libraries for the tests, each installed once into a cache outside the tree.

An install is keyed by the versions it holds, so a change of version makes a new one and leaves the old alone.
A file lock lets parallel test processes share it. Only package registries are asked, through their own clients.
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
from typing import Literal

CACHE_VARIABLE = "SINCH_AUTH_TEST_CACHE"
"""Names the cache folder; without it a folder in the user's cache is used."""

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
"""Major line -> its newest release of `sinch`."""

JAVA_VERSION = "2.1.1"
JAVA_PACKAGE = ("com.sinch.sdk", "sinch-sdk-java")

_INSTALL_SECONDS = 600


class ToolMissing(Exception):
    """A program is not installed, or a registry did not give what was asked for."""


def cache() -> Path:
    """The folder of all installs."""
    named = os.environ.get(CACHE_VARIABLE)
    user = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(named) if named else Path(user) / "sinch-auth-tests"


def node_packages() -> Path:
    """A `node_modules` folder with @sinch/sdk-core and every product package at one version; for NODE_PATH."""
    names = {f"@sinch/{name}": NODE_VERSION for name in NODE_PACKAGES}
    npm = _program("npm")

    def install(folder: Path) -> None:
        package = {"name": "sinch-auth-tests", "private": True, "dependencies": names, "overrides": names}
        package["overrides"] = {name: f"${name}" for name in names}
        (folder / "package.json").write_text(json.dumps(package))
        _run([npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder)

    return _installed("node", json.dumps(names), install) / "node_modules"


def python_sdk(line: Literal["1", "2"]) -> Path:
    """The interpreter of a virtual environment with the newest `sinch` of a major line."""
    wanted = f"sinch=={PYTHON_VERSIONS[line]}"

    def install(folder: Path) -> None:
        _run([sys.executable, "-m", "venv", str(folder / "venv")], folder)
        _run([str(folder / "venv/bin/python"), "-m", "pip", "install", "--quiet", wanted], folder)

    key = f"{wanted} {sys.version_info.major}.{sys.version_info.minor} {sys.executable}"
    return _installed(f"python-{line}", key, install) / "venv/bin/python"


def java_classpath() -> str:
    """The class path of the Java SDK and all it needs, as `java -cp` and `javac -cp` take it."""
    maven = _program("mvn")
    group, artifact = JAVA_PACKAGE

    def install(folder: Path) -> None:
        (folder / "pom.xml").write_text(
            '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
            "<groupId>tests</groupId><artifactId>tests</artifactId><version>1</version><dependencies><dependency>"
            f"<groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{JAVA_VERSION}</version>"
            "</dependency></dependencies></project>"
        )
        _run([maven, "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=jars"], folder)

    folder = _installed("java", f"{group}:{artifact}:{JAVA_VERSION}", install) / "jars"
    return os.pathsep.join(str(jar) for jar in sorted(folder.glob("*.jar")))


def java_classes(name: str, source: str) -> Path:
    """A folder with the compiled class of one Java source file that uses the SDK."""
    javac = _program("javac")
    classpath = java_classpath()

    def install(folder: Path) -> None:
        (folder / f"{name}.java").write_text(source, encoding="utf-8")
        _run([javac, "-encoding", "UTF-8", "-cp", classpath, "-d", ".", f"{name}.java"], folder)

    return _installed(f"java-{name}", f"{JAVA_VERSION} {source}", install)


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


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _program(name: str) -> str:
    path = shutil.which(name)
    if not path:
        raise ToolMissing(f"{name} is not installed on this machine")
    return path


def _run(command: list[str], folder: Path) -> None:
    ended = subprocess.run(
        command,
        cwd=folder,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=_INSTALL_SECONDS,
    )
    if ended.returncode:
        told = ended.stdout.decode(errors="replace")[-2000:]
        raise ToolMissing(f"{' '.join(command[:4])} … ended with {ended.returncode}:\n{told}")
