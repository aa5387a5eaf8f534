"""The kernel by itself: what it imports, how it finds its kinds of proof, what ships with it."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

import specexpr.certify
from specexpr.certify import kinds
from specexpr.certify.checking import Answer, check, proof_kinds
from specexpr.certify.model import Claim, Model
from specexpr.certify.proofs import FarkasCertificate, Refused
from specexpr.diagnostics import InternalError

HOME = Path(next(iter(specexpr.certify.__path__)))
ONE = Fraction(1)
POINT = Model(("s",), ("a",), ((0, ONE),), ({0: ((0, ONE),)},))
CLAIM = Claim((POINT,), (), (), Fraction(1, 2))


def test_the_kernel_imports_the_standard_library_only() -> None:
    """Loading every module of the kernel and every kind of proof brings in no package but specexpr itself."""
    program = (
        "import sys; before = set(sys.modules)\n"
        "import specexpr.certify.reading, specexpr.certify.writing\n"
        "from specexpr.certify.checking import proof_kinds; proof_kinds()\n"
        "new = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(new - set(sys.stdlib_module_names)))\n"
        "inner = {'.'.join(name.split('.')[:2]) for name in sys.modules if name.startswith('specexpr.')}\n"
        "print(sorted(inner))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    outer, inner = run.stdout.splitlines()
    assert outer == "['specexpr']"
    assert inner == "['specexpr.certify', 'specexpr.diagnostics', 'specexpr.exact']"


def test_every_kind_of_proof_has_a_page_and_a_schema() -> None:
    """A kind is documented in pages/ and described in schema.json under its name."""
    schema = json.loads((HOME / "schema.json").read_text())
    pages = {page.stem for page in (HOME / "pages").glob("*.md")}
    assert pages == {name.replace("-", "_") for name in proof_kinds()}
    for name, kind in proof_kinds().items():
        assert schema["$defs"][name]["properties"]["kind"] == {"const": name}
        assert kind.kind == name
        place = "witness" if kind.verdict is Answer.EXPRESSIBLE else "certificate"
        assert {"$ref": f"#/$defs/{name}"} in schema["$defs"]["result"]["properties"][place]["oneOf"]


def test_a_module_without_its_manifest_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind of proof cannot be forgotten: its module says PROOF = ProofKind(...), or nothing is checked."""
    (tmp_path / "forgetful_kind.py").write_text("x = 1\n")
    monkeypatch.setattr(kinds, "__path__", [*kinds.__path__, str(tmp_path)])
    with pytest.raises(InternalError, match=r"forgetful_kind must end in PROOF = ProofKind"):
        proof_kinds.__wrapped__()


def test_two_modules_cannot_claim_one_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind of proof belongs to one module."""
    (tmp_path / "second_farkas.py").write_text("from specexpr.certify.kinds.farkas import PROOF\n")
    monkeypatch.setattr(kinds, "__path__", [*kinds.__path__, str(tmp_path)])
    with pytest.raises(InternalError, match="second_farkas claims a kind"):
        proof_kinds.__wrapped__()


def test_what_is_no_proof_is_refused() -> None:
    """Only data of a kind of proof prove anything."""
    with pytest.raises(Refused, match='"str" is not a kind of proof'):
        check(CLAIM, "mr", "trust me")


def test_a_proof_proves_nothing_about_another_formalism() -> None:
    """A conflict of linear specifications says nothing of arbitrary orders, nor of machines in general."""
    proof = FarkasCertificate(CLAIM.discount, (), ())
    with pytest.raises(Refused, match='proves nothing about the formalism "po"'):
        check(CLAIM, "po", proof)
    with pytest.raises(Refused, match="a conflict in one machine says nothing of the others"):
        check(CLAIM, "rm", proof)


def code_lines(path: Path) -> int:
    """Count the lines that are neither blank nor a comment nor part of a docstring."""
    text = path.read_text()
    prose: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            prose |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = enumerate(text.splitlines(), 1)
    return sum(
        1 for i, line in lines if line.strip() and not line.lstrip().startswith("#") and i not in prose
    )


def test_what_is_trusted_stays_small() -> None:
    """The core has at most 650 lines of code, a kind of proof at most 200 lines."""
    core = ("model", "proofs", "checking", "chain", "valuation", "asked")
    assert sum(code_lines(HOME / f"{module}.py") for module in core) <= 650
    assert code_lines(HOME / "acceptance.py") <= 200
    for module in (HOME / "kinds").glob("*.py"):
        assert len(module.read_text().splitlines()) <= 200, module.name
