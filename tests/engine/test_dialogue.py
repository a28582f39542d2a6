"""The dialogue on a real terminal (a pseudo-terminal), with arrow keys and a typed filter."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator

import pytest

DOWN, ENTER = b"\x1b[B", b"\r"


class Terminal:
    """A program on a pseudo-terminal, read until something appears."""

    def __init__(self, *arguments: str) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sinch_auth", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm"},
            close_fds=True,
        )
        os.close(slave)
        self.seen = ""
        self.read = 0

    def until(self, text: str, seconds: float = 30) -> str:
        """What was printed after the last match, up to and with `text`; without colours and cursor movements."""
        end = time.monotonic() + seconds
        while text not in self.plain()[self.read :]:
            left = end - time.monotonic()
            assert left > 0, f"{text!r} never appeared in {self.plain()[self.read :]!r}"
            if select.select([self.master], [], [], left)[0]:
                try:
                    chunk = os.read(self.master, 65536).decode("utf-8", "replace")
                except OSError:
                    chunk = ""
                assert chunk, f"ended before {text!r}: {self.plain()[self.read :]!r}"
                if "\x1b[6n" in chunk:
                    os.write(self.master, b"\x1b[1;1R")  # The program asks where the cursor is.
                self.seen += chunk
        plain, start = self.plain(), self.read
        self.read = plain.index(text, start) + len(text)
        return plain[start : self.read]

    def plain(self) -> str:
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.seen)

    def send(self, keys: bytes) -> None:
        os.write(self.master, keys)


@pytest.fixture
def terminal() -> Iterator[type[Terminal]]:
    """Makes terminals, and ends their programs."""
    made: list[Terminal] = []

    class Kept(Terminal):
        def __init__(self, *arguments: str) -> None:
            super().__init__(*arguments)
            made.append(self)

    yield Kept
    for one in made:
        one.process.kill()
        one.process.wait()
        os.close(one.master)


def test_choices_by_arrow_key_lead_to_an_answer(terminal: type[Terminal]) -> None:
    """The region is open: arrow down chooses Europe, and the answer has the European host."""
    screen = terminal("ask", "--product", "conversation", "--language", "curl")
    screen.until("In which region")
    screen.until("Brazil")
    screen.send(DOWN + ENTER)
    assert "eu.conversation.api.sinch.com" in screen.until("Docs")


def test_typed_filter_finds_a_product(terminal: type[Terminal]) -> None:
    """Thirty products: a few letters are enough."""
    screen = terminal("ask", "which sinch credentials, please", "--language", "curl", "--environment", "production")
    screen.until("Which Sinch product")
    screen.send(b"porting api")
    screen.until("Porting API")
    screen.send(ENTER)
    assert "porting.api.sinch.com" in screen.until("Docs")


def test_it_says_what_it_took_from_the_text(terminal: type[Terminal]) -> None:
    """Before the first question, the facts with their evidence."""
    screen = terminal("ask", "how to send whatsapp with python, code please")
    assert "whatsapp" in screen.until("In which region")


def test_control_c_stops_without_a_traceback(terminal: type[Terminal]) -> None:
    """Leaving is not an error."""
    screen = terminal("ask", "--product", "conversation", "--language", "curl")
    screen.until("Brazil")
    screen.send(b"\x03")
    assert "Traceback" not in screen.until("stopped")
