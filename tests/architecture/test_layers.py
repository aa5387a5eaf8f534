"""The house stands: imports point down, types are strict, the style is kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a Python program in the root of the project."""
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False, timeout=600)


def test_imports_point_down() -> None:
    """Every contract of pyproject.toml holds; a module that no layer names breaks the first."""
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    outcome = run("-c", program)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_types_are_strict() -> None:
    """mypy --strict finds nothing in the package."""
    outcome = run("-m", "mypy")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_the_style_is_kept() -> None:
    """ruff finds nothing, in tests and case studies neither."""
    outcome = run("-m", "ruff", "check", "--output-format", "concise", ".")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
