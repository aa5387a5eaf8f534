"""Nothing can be forgotten: what belongs to a formalism goes by its stem; what must stay small is counted."""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from specexpr.formalism import formalisms
from specexpr.testing.documentation import doubt_documentation

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "specexpr"
KERNEL = PACKAGE / "certify"
MODULES = sorted(PACKAGE.rglob("*.py"))

CORE = [
    PACKAGE / "exact.py",
    *(KERNEL / f"{name}.py" for name in ("asked", "chain", "checking", "model", "proofs", "valuation")),
]
"""What every proof of the kernel rests on; a kind of proof is a file beside it."""

PURE = {"__future__", "specexpr"}
"""Besides the standard library, what the kernel may import."""


def stems(folder: Path, pattern: str) -> set[str]:
    """Return the names of files without their ends."""
    return {path.stem for path in folder.glob(pattern)}


def name_of(path: Path) -> str:
    """Return a path from the root of the project, to name a test."""
    return str(path.relative_to(ROOT))


def test_a_formalism_is_one_stem() -> None:
    """Each formalism has a module, a truth and, with a keyword, a grammar, named alike; nothing else has."""
    modules = stems(PACKAGE / "formalisms", "*.py") - {"__init__"}
    assert modules == {f.keyword or f.id for f in formalisms().values()}
    grammars = stems(ROOT / "grammars", "*.lark") - {"document", "shared", "rewards", "objectives"}
    assert grammars == {f.keyword for f in formalisms().values() if f.keyword is not None}
    truths = stems(ROOT / "tests" / "conformance", "truth_*.py")
    assert truths == {f"truth_{stem}" for stem in modules}


@pytest.mark.parametrize("name", formalisms())
def test_every_formalism_is_documented(name: str) -> None:
    """The docstring of its module is its page: all sections, and an example that runs."""
    formalism = formalisms()[name]
    assert doubt_documentation(name, formalism.documentation) is None
    module = __import__(f"specexpr.formalisms.{formalism.keyword or name}", fromlist=["__doc__"])
    assert formalism.documentation == module.__doc__


def test_every_kind_of_proof_has_its_page() -> None:
    """A kind of proof is a module of the kernel and a page that specifies it."""
    assert stems(KERNEL / "pages", "*.md") == stems(KERNEL / "kinds", "*.py") - {"__init__"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_are_short_and_documented(path: Path) -> None:
    """No module has more than 500 lines; each that has code says what it is for."""
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 500
    tree = ast.parse(text)
    assert ast.get_docstring(tree) or not tree.body


@pytest.mark.parametrize("path", [p for p in MODULES if p.name == "__init__.py"], ids=name_of)
def test_packages_only_re_export(path: Path) -> None:
    """An `__init__` defines nothing but, at the top, the machinery that imports names when they are used."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    lazy = {"__getattr__", "__dir__", "_version"} if path.parent == PACKAGE else set()
    defined = [
        node for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert {node.name for node in defined} <= lazy


def test_the_core_of_the_kernel_is_small() -> None:
    """What every proof rests on has about 650 lines of code, so that a person can read it."""
    assert sum(map(count_code, CORE)) <= 660


@pytest.mark.parametrize("path", sorted(set(KERNEL.rglob("*.py")) - set(CORE)), ids=name_of)
def test_files_beside_the_core_are_small(path: Path) -> None:
    """Each kind of proof has at most 200 lines of code, and so has what reads and writes, but `reading`."""
    assert count_code(path) <= (250 if path.stem == "reading" else 200)


@pytest.mark.parametrize(
    "path", sorted({*KERNEL.rglob("*.py"), *CORE, PACKAGE / "diagnostics.py"}), ids=name_of
)
def test_the_kernel_imports_the_standard_library_alone(path: Path) -> None:
    """No solver, no numpy, no Lark: not even within a function."""
    allowed = PURE | set(sys.stdlib_module_names)
    assert set(imported(path)) <= allowed


def imported(path: Path) -> Iterator[str]:
    """Yield the top-level names of all modules that a file imports anywhere."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def count_code(path: Path) -> int:
    """Return the number of lines that hold code: no blank ones, no comments, no docstrings."""
    text = path.read_text(encoding="utf-8")
    silent = {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
    spoken = {
        line
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type not in silent
        for line in range(token.start[0], token.end[0] + 1)
    }
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            spoken -= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(spoken)
