"""What can be expressed by weighing given objectives: a system of linear inequalities, written out.

What objectives are worth their own definitions say, which stand in the files of one directory.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import cast

from specexpr.certify.kinds.coefficients import WeightsWitness
from specexpr.certify.kinds.dominance import DominanceCertificate
from specexpr.certify.model import PolicyConstraint, Relation, Table
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Expressible, Inexpressible, Verdict
from specexpr.testing.brute_force import comparisons
from specexpr.testing.confirmation import holds
from specexpr.testing.given_truth import Row, rows
from specexpr.testing.linear_truth import Inequality, is_consistent


def _inequalities(question: Question, some: list[Row]) -> list[Inequality]:
    found = [
        Inequality({i: x - y for i, (x, y) in enumerate(zip(u, v, strict=True))}, relation)
        for relation, u, v in some
    ]
    if question.setting.nonnegative:
        found += [
            Inequality({i: Fraction(1)}, Relation.WEAK) for i in range(len(question.options.given or ()))
        ]
    return found


def weights_truth(question: Question, directory: Path) -> bool:
    """Say whether some weights of the given objectives order the policies as asked."""
    return is_consistent(_inequalities(question, rows(question, directory)))


def confirm_weights(question: Question, verdict: Verdict, directory: Path) -> str | None:
    """Return what is wrong with weights, or with constraints that none meet, or None."""
    match verdict:
        case Expressible(witness=witness):
            if not isinstance(witness.proof, WeightsWitness):
                return "the witness is no weights"
            weights = witness.proof.weights
            if question.setting.nonnegative and min(weights) < 0:
                return "a weight is negative"
            for relation, u, v in rows(question, directory):
                gap = sum((w * (x - y) for w, x, y in zip(weights, u, v, strict=True)), Fraction(0))
                if not holds(gap, relation):
                    return f"{u} {relation} {v} is not met"
            return None
        case Inexpressible(certificate=certificate):
            if not isinstance(certificate.proof, DominanceCertificate):
                return "the certificate is no dominance"
            return _doubt(question, certificate.proof, directory)
        case _:
            return None


def _doubt(question: Question, proof: DominanceCertificate, directory: Path) -> str | None:
    asked = {(c.model, c.relation, c.better, c.worse) for c in comparisons(question.claim())}
    asked |= {(m, r, worse, better) for m, r, better, worse in asked if r is Relation.TIE}
    some: list[Row] = []
    for t in proof.terms:
        better, worse = cast(Table, t.better), cast(Table, t.worse)
        if (t.model, t.relation, better, worse) not in asked:
            return "a term is not asked for"
        some += rows(question, directory, [PolicyConstraint(t.model, better, worse, t.relation)])
    if is_consistent(_inequalities(question, some)):
        return "some weights meet the terms"
    for left_out in range(len(some)):
        if not is_consistent(_inequalities(question, some[:left_out] + some[left_out + 1 :])):
            return "a term can be spared"
    return None
