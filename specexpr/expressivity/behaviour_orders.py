"""Decide for formalisms that see only which policies are equal: by their laws, or by their tables.

A task is expressible iff no circle of constraints with a strict one is left once the policies that a
formalism cannot tell apart are one (`grading`). Then levels are values, of laws or tables (`value_tables`) or
of the returns of separating rewards (`separating`). On finite tasks that is all that tells these formalisms
apart from each other; on infinite sets of policies they differ, and nothing is said of these here.
"""

from __future__ import annotations

from specexpr.certify.kinds.cycle import CycleCertificate
from specexpr.certify.model import TrajectoryConstraint
from specexpr.certify.sight import OF_RETURNS
from specexpr.expressivity.grading import grade
from specexpr.expressivity.separating import separation
from specexpr.expressivity.sight_text import speaking
from specexpr.expressivity.task import Question
from specexpr.expressivity.value_tables import value_table
from specexpr.expressivity.verdict import Verdict, proved


def decide_by_sight(question: Question, formalism: str) -> Verdict:
    """Return a proved verdict; it is never `Undecided` for want of a procedure."""
    claim = question.claim()
    graded = grade(claim, formalism)
    if isinstance(graded, CycleCertificate):
        proof: object = graded
    elif formalism in OF_RETURNS:
        proof = separation(claim, formalism, graded)
    else:
        proof = value_table(claim, formalism, graded)
    return proved(question, formalism, proof, speaking(formalism))


def needs_policies(question: Question) -> str | None:
    """Return what a question lacks that compares sequences, which are no policies."""
    if any(isinstance(c, TrajectoryConstraint) for c in question.task.constraints):
        return "policies to compare: sequences are compared in mr, rm and ftr"
    return None
