"""What the kit knows of functions of policies by definition."""

from __future__ import annotations

from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.testing.acyclic_proofs import doubt_proof
from specexpr.testing.acyclic_truth import is_acyclic, table_look
from specexpr.testing.questions import Kind

MOSTLY_MET = frozenset(
    {
        Kind.STRICT,
        Kind.MIXED,
        Kind.RANGE,
        Kind.EQUAL,
        Kind.LISTED,
        Kind.MODULO,
        Kind.STOCHASTIC,
        Kind.INDUCED,
        Kind.COMBINED,
    }
)
"""In one environment only a task that contradicts itself cannot be met."""


def truth(question: Question) -> bool:
    """Say whether values of tables meet every comparison of the question."""
    return is_acyclic(question, table_look)


def confirm(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with a table or a circle."""
    return doubt_proof(question, verdict, table_look)
