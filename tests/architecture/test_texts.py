"""The texts of the project are about the project: no path of any machine is in them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SKIPPED = {".git", ".venv", "__pycache__", "build", "dist"}
MACHINE_PATH = re.compile(
    r"(?<![\w./:-])(?:/(?:home|Users|root|work|tmp|mnt|opt|private|var)/\w|[A-Za-z]:\\{1,2}\w+\\)"
)


def texts() -> list[Path]:
    """Return the tracked text files, or in a copy without a repository all that look like text."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        paths = [p for p in ROOT.rglob("*") if not SKIPPED & set(p.relative_to(ROOT).parts)]
    return [path for path in paths if path.is_file() and b"\0" not in path.read_bytes()]


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("see /" + "home/anna/x", True),
        ('open("/' + 'tmp/x")', True),
        ("C:" + "\\Users\\anna", True),
        ("https://example.org/" + "home/x", False),
        ("s0 / left", False),
        ("#!/usr/bin/env bash", False),
    ],
)
def test_what_a_machine_path_is(text: str, is_found: bool) -> None:
    """Paths of a person's or a build machine count, addresses and programs do not."""
    assert bool(MACHINE_PATH.search(text)) is is_found


def test_no_text_has_a_machine_path() -> None:
    """No tracked text file names a place that exists on one machine only."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in texts()
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1
        )
        if MACHINE_PATH.search(line)
    ]
    assert not found, "\n".join(found)


def test_texts_are_utf8_and_end_with_a_newline() -> None:
    """Every tracked text file is UTF-8 and ends its last line."""
    for path in texts():
        data = path.read_bytes()
        data.decode("utf-8")
        assert not data or data.endswith(b"\n"), path
