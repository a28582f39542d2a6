"""A folder of generated files: written whole, without what an older version left, never over somebody else's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sinch_auth.errors import SourceUnavailable, UsageError

_MARK = "generator: sinch-auth skill export"


def write(folder: Path, files: Mapping[str, str], marked: str = "") -> None:
    """Write every file. `marked`: the file that says whether an existing folder is ours, and may be tidied up.

    Raises `UsageError` for a folder of somebody else's, `SourceUnavailable` where it cannot be written.
    """
    try:
        if marked and folder.is_dir() and any(folder.iterdir()):
            mark = folder / marked
            if not mark.is_file() or _MARK not in mark.read_text("utf-8", "replace"):
                raise UsageError(
                    f"{folder} holds something that sinch-auth did not write", cure="choose another --output"
                )
            for path in folder.rglob("*"):
                if path.is_file() and path.relative_to(folder).as_posix() not in files:
                    path.unlink()
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        for path in sorted(folder.rglob("*"), reverse=True):
            if marked and path.is_dir() and not any(path.iterdir()):
                path.rmdir()
    except OSError as problem:
        raise SourceUnavailable(f"{folder} cannot be written", why=problem.strerror or str(problem)) from None
