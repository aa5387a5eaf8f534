"""The wheel is complete: what the package reads is in it, and an unpacked copy works without the checkout."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ("specexpr", "grammars", "pyproject.toml", "README.md", "LICENSE")
JUNK = shutil.ignore_patterns("__pycache__", "*.pyc")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy of the project, without a network."""
    copy = tmp_path_factory.mktemp("project")
    for part in PARTS:
        path = ROOT / part
        assert path.exists(), f"the project needs {part}"
        if path.is_dir():
            shutil.copytree(path, copy / part, ignore=JUNK)
        else:
            shutil.copy(path, copy / part)
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    outcome = subprocess.run(
        command, cwd=copy, capture_output=True, encoding="utf-8", check=False, timeout=300
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    (built,) = (copy / "dist").glob("*.whl")
    return built


def test_the_wheel_has_all_that_is_read(wheel: Path) -> None:
    """Grammars, the schema, pages, templates and the atlas's cases are there, and every module."""
    names = set(zipfile.ZipFile(wheel).namelist())
    expected = {f"specexpr/_grammars/{path.name}" for path in (ROOT / "grammars").glob("*.lark")}
    package = ROOT / "specexpr"
    for pattern in ("*.py", "*.json", "*.md", "*.spex", "*.html", "*.css", "*.js"):
        expected |= {str(path.relative_to(ROOT)) for path in package.rglob(pattern)}
    assert expected <= names
    assert "specexpr/certify/schema.json" in names
    assert "specexpr/_grammars/document.lark" in names
    assert "specexpr/comparison/cases/memory.spex" in names
    assert {f"specexpr/report/html/templates/page.{kind}" for kind in ("html", "css", "js")} <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_wheel_has_nothing_else(wheel: Path) -> None:
    """No tests, no caches, no case studies."""
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"specexpr"}


def test_an_unpacked_wheel_decides(wheel: Path, tmp_path: Path) -> None:
    """Away from the checkout, the package finds its grammars and decides a document."""
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    text = """
        environment e { states s0 s1; actions a b; start s0; s0 / a -> s0; s0 / b -> s1; s1 / * -> s1 }
        policy p in e { * -> a }
        policy q in e { * -> b }
        objective o in e = reward { discount 1/2; s0 / a: 1 }
        task t in e { order p q by o; discount 1/2 }
    """
    program = (
        "import sys; sys.path.insert(0, 'site'); import specexpr as sx; assert 'site' in sx.__file__; "
        f"print(type(sx.check(sx.loads({text!r}).task('t'), 'mr')).__name__)"
    )
    command = [sys.executable, "-c", program]
    outcome = subprocess.run(
        command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False, timeout=120
    )
    assert outcome.stdout.strip() == "Expressible", outcome.stderr
