"""Interrupts, closed pipes and full disks end quietly; bytes that are no text do not get far."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.functional.commands import ENTAILMENT, Run, environment_variables

posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals and pipes")
COMMAND = [sys.executable, "-m", "specexpr"]


@posix
def test_interrupt_while_waiting(tmp_path: Path) -> None:
    """Ctrl-C while a command waits for its input ends it with 130 and not a word."""
    with subprocess.Popen(
        [*COMMAND, "check", "-"],
        cwd=tmp_path,
        env=environment_variables(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        time.sleep(1.5)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=20)
    assert (running.returncode, out, err) == (130, b"", b"")


@posix
def test_interrupt_while_deciding(tmp_path: Path) -> None:
    """Ctrl-C in the middle of a decision ends it with 130, without traceback and half-written output."""
    (tmp_path / "e.spex").write_text(ENTAILMENT)
    program = """
import os, signal, sys, time
import specexpr.expressivity.markov as markov
from specexpr.cli import main
def slow(question):
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(20)
markov.decide_markov_reward = slow
sys.exit(main(["check", "e.spex"]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment_variables(),
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")


@posix
@pytest.mark.parametrize(
    "arguments", [["check", "e.spex"], ["check", "e.spex", "--json"], ["explain"], ["--help"]]
)
def test_closed_pipe(tmp_path: Path, arguments: list[str]) -> None:
    """When nobody reads on, nothing is said; the status is still that of the answer."""
    (tmp_path / "e.spex").write_text(ENTAILMENT)
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=tmp_path,
        env=environment_variables(),
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1 if arguments[0] == "check" else 0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_full_disk(tmp_path: Path) -> None:
    """Output that cannot be written is an error of one line."""
    (tmp_path / "e.spex").write_text(ENTAILMENT)
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*COMMAND, "check", "e.spex"],
            cwd=tmp_path,
            env=environment_variables(),
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            check=False,
        )
    assert done.returncode == 3
    assert done.stderr.startswith("error[unwritable-output]: ")
    assert done.stderr.count("\n") <= 2


@pytest.mark.parametrize("command", ["check", "evaluate", "verify"])
@pytest.mark.parametrize(
    "data", [b"\xff\xfe\x00", b"a\0b", b"\x80" * 1000, b"{" * 5000, b"environment " * 3000]
)
def test_no_text(specexpr: Run, tmp_path: Path, command: str, data: bytes) -> None:
    """Binary data, deep nesting and endless lines are errors without traceback, and short ones."""
    (tmp_path / "odd").write_bytes(data)
    done = specexpr(command, "odd")
    assert (done.returncode, done.stdout) == (3, "")
    assert "Traceback" not in done.stderr
    assert len(done.stderr) < 2_000


@posix
def test_poor_encoding(tmp_path: Path) -> None:
    """What the encoding of the terminal lacks is escaped."""
    (tmp_path / "e.spex").write_text(ENTAILMENT.replace("first", "première"), encoding="utf-8")
    done = subprocess.run(
        [*COMMAND, "check", "e.spex"],
        cwd=tmp_path,
        env=environment_variables() | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"premi\\xe8re" in done.stdout
