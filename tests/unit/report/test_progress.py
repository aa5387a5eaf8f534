"""The progress bar: on a terminal after a moment, else nowhere."""

from __future__ import annotations

import io
import sys
import time

import pytest

from specexpr.report import progress as module
from specexpr.report.progress import progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(module, "_PATIENCE", 0.05)
    return Terminal()


def test_long_work(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long work shows what is being done and how far it is, and leaves nothing behind."""
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress(3) as begin:
        for name in ("one", "t[red]wo"):
            begin(name)
            time.sleep(0.6)
    shown = terminal.getvalue()
    assert "t[red]wo" in shown
    assert "1/3" in shown
    assert shown.rstrip().endswith("\x1b[2K")


def test_short_work(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """Short work shows nothing."""
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(module, "_PATIENCE", 30)
    with progress(1) as begin:
        begin("one")
    assert terminal.getvalue() == ""


def test_failing_work(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bar goes when the work fails."""
    monkeypatch.setattr(sys, "stderr", terminal)

    def work() -> None:
        with progress(1) as begin:
            begin("one")
            time.sleep(0.6)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    shown = terminal.getvalue()
    time.sleep(0.3)
    assert terminal.getvalue() == shown


def test_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    """On a pipe nothing is shown."""
    with progress(1) as begin:
        begin("one")
        time.sleep(0.1)
    assert capsys.readouterr().err == ""
