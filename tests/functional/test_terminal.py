"""On a terminal there are colours and rules; they say the same as the plain text."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.commands import ENTAILMENT, environment_variables

pty = pytest.importorskip("pty")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def on_terminal(folder: Path, *arguments: str, variables: dict[str, str] | None = None) -> tuple[int, str]:
    """Run a command with a terminal of 90 columns as its output and return its status and what it shows."""
    import fcntl
    import struct
    import termios

    reading, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 90, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-m", "specexpr", *arguments],
        cwd=folder,
        env=environment_variables() | (variables or {}),
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=terminal,
    ) as running:
        os.close(terminal)
        shown = b""
        while True:
            try:
                part = os.read(reading, 1 << 16)
            except OSError:  # how Linux says that the other end is closed
                break
            if not part:
                break
            shown += part
    os.close(reading)
    return running.returncode, shown.decode().replace("\r\n", "\n")


def test_check(tmp_path: Path) -> None:
    """Verdicts are coloured, tables have rules and a column with the time; long lines hang."""
    (tmp_path / "e.spex").write_text(ENTAILMENT)
    status, shown = on_terminal(tmp_path, "check", "e.spex", "--in", "mr")
    assert status == 1
    assert "\x1b[1;31minexpressible" in shown
    assert "\x1b[1;32mexpressible" in shown
    text = COLOUR.sub("", shown)
    assert "─────" in text
    assert re.search(r"^task +formalism +verdict +proof +seconds$", text, re.MULTILINE)
    assert max(map(len, re.split(r"[\r\n]", text))) <= 90
    assert "\n  Mixing p_ab and p_ba half and half visits" in text


def test_errors(tmp_path: Path) -> None:
    """Diagnostics are coloured too, the mark under its place."""
    (tmp_path / "e.spex").write_text("environment e { states s; actions a; start t; s / a -> s }\n")
    status, shown = on_terminal(tmp_path, "check", "e.spex", "--in", "mr")
    assert status == 3
    assert "\x1b[1;31merror[unknown-name]" in shown
    lines = COLOUR.sub("", shown).split("\n")
    place = lines[2].index("start t") + len("start ")
    assert lines[3].index("^") == place


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_without_colour(tmp_path: Path, variables: dict[str, str]) -> None:
    """NO_COLOR and a dumb terminal are respected."""
    (tmp_path / "e.spex").write_text(ENTAILMENT)
    _, shown = on_terminal(tmp_path, "check", "e.spex", "--in", "mr", variables=variables)
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", shown)


def test_page(tmp_path: Path) -> None:
    """A page is rendered: no marks of Markdown are left."""
    status, shown = on_terminal(tmp_path, "explain", "mr")
    text = COLOUR.sub("", shown)
    assert status == 0
    assert "What it expresses" in text
    assert "##" not in text
    assert "```" not in text
    assert max(map(len, text.split("\n"))) <= 90
