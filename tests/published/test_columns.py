"""Six environments that separate formalisms: each study's column of verdicts, computed or a theorem."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import specexpr as sx
from specexpr.formalism import formalisms

ROOT = Path(__file__).parents[2] / "case_studies"
COLUMNS = {
    "memory": "ranked",
    "three_levels": "ranked",
    "one_shot": "mixed",
    "discontinuity": "reach",
    "unreachable": "intent",
    "transience": "ever",
}
SEVENTEEN = (
    *("mr", "lar", "rm", "ltl", "rrl", "inmr", "imorl", "ftr"),
    *("onmr", "omorl", "fomr", "ftlr", "fpr", "gomorl", "omo", "tlo", "po"),
)
_ROW = re.compile(r"^\| (\w+) +\| (\w+) +\| (computed|theorem) +\|$", re.MULTILINE)


def column(study: str) -> dict[str, tuple[str, str]]:
    """Return what the README of a study says of each formalism: its verdict and the evidence."""
    text = (ROOT / study / "README.md").read_text(encoding="utf-8")
    return {name: (verdict, evidence) for name, verdict, evidence in _ROW.findall(text)}


@pytest.mark.parametrize("study", COLUMNS)
def test_a_column_is_complete(study: str) -> None:
    """All 17 formalisms are there, each verdict with its evidence."""
    assert tuple(column(study)) == SEVENTEEN


@pytest.mark.parametrize("study", COLUMNS)
def test_what_is_computed_is_computed(study: str) -> None:
    """Each verdict marked computed is what the decision says now, and the kernel proves it."""
    task = sx.load(ROOT / study / f"{study}.spex").task(COLUMNS[study])
    rows = column(study)
    for name, (verdict, evidence) in rows.items():
        decides = name in formalisms() and formalisms()[name].decide is not None
        assert decides is (evidence == "computed"), name
        if decides:
            found = sx.check(task, name)
            assert type(found).__name__.lower() == verdict, name
            proof = found.witness if isinstance(found, sx.Expressible) else found.certificate  # type: ignore[union-attr] # never undecided here
            proof.check()


@pytest.mark.parametrize("study", COLUMNS)
def test_what_is_computed_is_expected(study: str) -> None:
    """The study's expected.json has the same verdicts."""
    expected = json.loads((ROOT / study / "expected.json").read_text(encoding="utf-8"))
    stated = expected[f"{study}.spex"][COLUMNS[study]]
    assert stated == {name: v for name, (v, evidence) in column(study).items() if evidence == "computed"}
