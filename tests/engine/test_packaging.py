"""Wheel, sdist and editable install all answer from another working directory."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a wheel and an sdist, built without a network."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
        timeout=300,
    )
    return folder


def answers(python: Path | str, folder: Path, *path: str) -> None:
    """The program found on this path answers from `folder`."""
    code = f"import sys; sys.path[:0] = {list(path)!r}; from sinch_auth.__main__ import main; main()"
    result = subprocess.run(
        [str(python), "-c", code, "ask", "which keys for the fax api"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": "", "HOME": str(folder), "SINCH_AUTH_CACHE": str(folder / "cache")},
        stdin=subprocess.DEVNULL,
    )
    assert "SINCH_KEY_ID" in result.stdout, result.stderr


def test_wheel_answers_from_elsewhere(built: Path, tmp_path: Path) -> None:
    """The wheel carries the knowledge base and the templates."""
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        wheel.extractall(tmp_path / "site")
    dependencies = str(Path(pytest.__file__).parents[1])
    bare = tmp_path / "bare"
    venv.create(bare, with_pip=False, symlinks=True)
    answers(bare / "bin" / "python", tmp_path, str(tmp_path / "site"), dependencies)


def test_sdist_builds_the_same_wheel(built: Path, tmp_path: Path) -> None:
    """Nothing is lost on the way through the sdist."""
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        sdist.extractall(tmp_path, filter="data")
    source = next(path for path in tmp_path.iterdir() if path.is_dir())
    subprocess.run(
        [
            sys.executable,
            "-m",
            "build",
            "--wheel",
            "--no-isolation",
            "--outdir",
            str(tmp_path / "again"),
            str(source),
        ],
        check=True,
        capture_output=True,
        timeout=300,
    )

    def names(folder: Path) -> list[str]:
        with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
            return sorted(wheel.namelist())

    assert names(tmp_path / "again") == names(built)


def test_editable_install_answers_from_elsewhere(tmp_path: Path) -> None:
    """This checkout itself, from another folder."""
    answers(sys.executable, tmp_path)


def test_answers_without_a_writable_home(tmp_path: Path) -> None:
    """No cache folder can be made: slower, and right."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    result = subprocess.run(
        [sys.executable, "-m", "sinch_auth", "ask", "which keys for the fax api"],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": "", "SINCH_AUTH_CACHE": str(blocked)},
        stdin=subprocess.DEVNULL,
    )
    assert "SINCH_KEY_ID" in result.stdout, result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of a process there")
def test_answers_on_a_full_disk(tmp_path: Path) -> None:
    """The cache folder is there, and not a byte more fits into it: slower, and right."""
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "from sinch_auth.surfaces.cli import run; run(['ask', '--product', 'fax', '--language', 'php'])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": "", "SINCH_AUTH_CACHE": str(tmp_path)},
        stdin=subprocess.DEVNULL,
    )
    assert "getenv" in result.stdout, result.stderr
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_cold_ask_imports_nothing_heavy() -> None:
    """The profile of the hot path: no client of a network, a model or a prompt."""
    code = (
        "import sys; from sinch_auth.surfaces.cli import run; run(['ask', '--product', 'fax', '--language', 'php']);"
        "print('IMPORTED', *sorted({m.split('.')[0] for m in sys.modules}))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL
    )
    imported = set(result.stdout.split("IMPORTED")[1].split())
    heavy = {"httpx", "mcp", "langchain_core", "questionary", "prompt_toolkit", "yaml", "pydantic", "starlette", "uvicorn",
             "trustme", "cryptography", "rich"}  # fmt: skip
    assert not imported & heavy
