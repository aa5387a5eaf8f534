"""Imported environments as documents: what is printed reads back."""

from __future__ import annotations

import re
from fractions import Fraction

import specexpr as sx
from specexpr.certify.proofs import RewardEntry
from specexpr.diagnostics import Diagnostic, Severity
from specexpr.models.imported import Imported
from specexpr.report.imports import imported_text

ODD = sx.loads(
    'environment "odd name#1" { states "s 0" s1; actions "a{" b; start s1; * / * -> s1 }'
).environments[0]


def test_reads_back() -> None:
    """Environment, reward and discount are those that were imported; odd names are quoted."""
    reward = (RewardEntry(0, 1, None, Fraction(-3, 2)), RewardEntry(1, 0, 1, Fraction(2)))
    imported = Imported(ODD, (), reward, Fraction(99, 100))
    document = sx.loads(imported_text(imported, origin="From here"))
    assert document.environments == (ODD,)
    assert document.options.discount == Fraction(99, 100)
    assert document.objective("reward").spec.entries == reward  # type: ignore[attr-defined]  # a Reward
    assert document.tasks == ()


def test_example_checks() -> None:
    """The example at the end reads once its comment signs are gone, with a reward and without."""
    for imported in (Imported(ODD, (), (), Fraction(1, 2)), Imported(ODD)):
        text = imported_text(imported, origin="From here")
        (task,) = sx.loads(re.sub(r"(?m)^# (policy|task)", r"\1", text)).tasks
        assert isinstance(sx.check(task, "mr", discount="1/2"), sx.Expressible | sx.Inexpressible)


def test_notes_are_comments() -> None:
    """What was done stands on top as comments, and no note can leave its comment."""
    notes = (Diagnostic(id="x", message="one\nenvironment f {", severity=Severity.WARNING),)
    text = imported_text(Imported(ODD, notes), origin="From\nhere")
    assert text.startswith("# From\\nhere\n# warning: one\\nenvironment f {\n\n")
    assert sx.loads(text).environments == (ODD,)


def test_few_common_actions() -> None:
    """Where no two actions are available everywhere there is no example."""
    text = "environment e { states s t; actions a b; start s; s / a -> t; s / b -> s; t / a -> t }"
    assert "policy" not in imported_text(Imported(sx.loads(text).environments[0]), origin="From here")
