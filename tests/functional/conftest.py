"""Run the command line as a user does: in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.functional.commands import Run, environment_variables


@pytest.fixture
def specexpr(tmp_path: Path) -> Run:
    """Return a function that runs `specexpr ARGUMENTS` in an empty folder, once `files` are written there."""

    def run(
        *arguments: str, files: dict[str, str] | None = None, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        for name, text in (files or {}).items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        return subprocess.run(
            [sys.executable, "-m", "specexpr", *arguments],
            cwd=tmp_path,
            env=environment_variables(),
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )

    return run
