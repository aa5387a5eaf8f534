"""Decide whether a formula of linear temporal logic orders policies as a task asks."""

from __future__ import annotations

from collections.abc import Sequence

from specexpr.certify.formula import Operator
from specexpr.certify.formula_store import Joined, Scheme, formula_of, size
from specexpr.certify.kinds.formula import FormulaWitness, PolicyProbability, probabilities
from specexpr.certify.kinds.lotteries import LotteriesCertificate
from specexpr.certify.model import Claim, Label, PolicyConstraint, Relation, TrajectoryConstraint
from specexpr.expressivity.ltl.searching import Certificate, Found, Search, two_levels
from specexpr.expressivity.trajectory_functions import decide_lotteries
from specexpr.expressivity.verdict import Undecided

Proof = FormulaWitness | LotteriesCertificate | Certificate


def decide_ltl(
    claim: Claim, *, deadline: float | None = None, search_formulas: bool = True, labels: Sequence[Label] = ()
) -> Proof | Undecided:
    constraints = [c for c in claim.constraints if isinstance(c, PolicyConstraint)]
    two = two_levels(claim, constraints)
    if two is not None:
        return two
    functions = decide_lotteries(claim, deadline=deadline)
    if isinstance(functions, LotteriesCertificate | Undecided):
        return functions
    if not any(c.relation is Relation.STRICT for c in constraints):
        return witness(claim, constraints, (Joined(Operator.TRUE),))
    found = Search(claim, constraints, labels, deadline).run()
    if isinstance(found, Found):
        return witness(claim, constraints, found.scheme)
    return found


def witness(claim, constraints, scheme: Scheme) -> FormulaWitness:
    known = probabilities(claim, scheme, ())
    seen = {}
    for c in constraints:
        for t in (c.better, c.worse):
            seen.setdefault((c.model, t), None)
    return FormulaWitness(scheme, (), tuple(PolicyProbability(m, t, known[m].policy(t)) for m, t in seen))
