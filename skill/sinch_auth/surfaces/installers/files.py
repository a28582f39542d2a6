"""Files as they are, as they are to be, and the step between them: whole, backed up, or not at all."""

from __future__ import annotations

import contextlib
import difflib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sinch_auth.errors import SinchAuthError, SourceUnavailable
from sinch_auth.surfaces.installers.jsonc import BrokenFile

Action = Literal["created", "changed", "unchanged", "restored", "removed", "absent", "left"]

_BACKUP = ".before-sinch-auth"


@dataclass(frozen=True, slots=True)
class Change:
    """One file before and after. `after` None: it goes."""

    path: Path
    action: Action
    before: bytes | None = None
    after: bytes | None = None
    backup: Path | None = None
    """Where the file as it was is kept, or was kept until now."""
    note: str = ""

    def difference(self) -> str:
        """The change as a unified diff; empty where nothing changes."""
        if self.before == self.after:
            return ""
        old, new = (_lines(content) for content in (self.before, self.after))
        name = self.path.as_posix()
        made = difflib.unified_diff(
            old, new, "/dev/null" if self.before is None else name, "/dev/null" if self.after is None else name
        )
        return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in made)


def read(path: Path) -> bytes | None:
    """The content, or None where there is no file. Raises `SourceUnavailable` where it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise SourceUnavailable(f"{path} cannot be read", why=problem.strerror or str(problem)) from None


def decoded(content: bytes) -> tuple[str, str]:
    """The byte order mark, if there is one, and the text. Raises `BrokenFile`."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise BrokenFile("this is not UTF-8", line, 1) from None
    return ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)


def backup_of(path: Path) -> Path:
    """Where the file as it was before our entry is kept: beside it."""
    return path.with_name(path.name + _BACKUP)


def apply(change: Change) -> None:
    """Make the change. Raises `SinchAuthError` where the file has changed since it was read."""
    if change.before == change.after:
        return
    target = Path(os.path.realpath(change.path))
    if read(target) != change.before:
        raise SinchAuthError(
            f"{change.path} was changed by another program in this moment",
            cure="nothing was written; run the command again",
        )
    try:
        if change.after is None:
            target.unlink()
        else:
            if change.backup and change.before is not None and change.action == "changed":
                _write(change.backup, change.before, target)
            _write(target, change.after, target)
        if change.backup and change.action in ("restored", "removed"):
            change.backup.unlink(missing_ok=True)
    except OSError as problem:
        raise SourceUnavailable(f"{change.path} cannot be written", why=problem.strerror or str(problem)) from None


def _write(path: Path, content: bytes, like: Path) -> None:
    """Write beside the place and rename: a reader sees the old file or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, stat.S_IMODE(like.stat().st_mode) if like.exists() else 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _lines(content: bytes | None) -> list[str]:
    return (content or b"").decode("utf-8", "replace").splitlines(keepends=True)
