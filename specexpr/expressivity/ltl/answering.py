"""Answer a question about formulas: first by the objective that induced the task, then by the search."""

from __future__ import annotations

from collections.abc import Sequence, Set

from specexpr.certify.formula import Atom, AtomKind, Compound, Formula
from specexpr.certify.formula_store import scheme_of
from specexpr.certify.kinds.formula import FormulaWitness, check_formula, label_names, values_of
from specexpr.certify.model import Label
from specexpr.certify.proofs import Refused
from specexpr.expressivity.ltl.deciding import decide_ltl
from specexpr.expressivity.ltl.speaking import speak
from specexpr.expressivity.task import Objective, Question
from specexpr.expressivity.verdict import Verdict, proved
from specexpr.models.environment import Environment


def answer_ltl(question: Question, *, search_formulas: bool = True) -> Verdict:
    """Return a proved verdict on a question about formulas of temporal logic."""
    own = own_formula(question)
    if own is not None:
        return proved(question, "ltl", own, speak)
    is_seen = question.claim().setting.labels is None  # transitions are, and labels are names for some
    labels = [environment.labels for environment in question.task.environments] if is_seen else ()
    proof = decide_ltl(
        question.claim(), deadline=question.deadline, search_formulas=search_formulas, labels=labels
    )
    return proved(question, "ltl", proof, speak)


def own_formula(question: Question) -> FormulaWitness | None:
    """Return the formula whose order the task is, if it is one and the kernel accepts it."""
    objective = question.task.induced_by
    if objective is None or objective.formalism != "ltl":
        return None
    home, claim = question.task.environments[0], question.claim()
    formula = _moved(objective.spec, objective.environment, home)  # type: ignore[arg-type] # that of `ltl`
    scheme = scheme_of(formula)
    seen = claim.setting.labels is not None
    labels = () if seen else tuple(_labels(objective, home, label_names(scheme)))
    try:
        witness = FormulaWitness(scheme, labels, values_of(claim, scheme, labels))
        check_formula(claim, "ltl", witness)
    except Refused:
        return None
    return witness


def _moved(formula: Formula, there: Environment, here: Environment) -> Formula:
    """Return a formula with states and actions numbered as another environment numbers them."""
    if isinstance(formula, Compound):
        return Compound(formula.operator, tuple(_moved(part, there, here) for part in formula.parts))
    match formula.kind:
        case AtomKind.LABEL:
            return formula
        case AtomKind.DO:
            return Atom(formula.kind, here.action_index[there.actions[int(formula.what)]])
        case _:
            return Atom(formula.kind, here.state_index[there.states[int(formula.what)]])


def _labels(objective: Objective, here: Environment, used: Set[str]) -> Sequence[Label]:
    """Return the labels of the objective's environment that are used, numbered as here."""
    there = objective.environment
    states = [here.state_index[name] for name in there.states]
    actions = [here.action_index[name] for name in there.actions]
    return [
        Label(
            x.name,
            frozenset(states[s] for s in x.states),
            frozenset((states[s], actions[a]) for s, a in x.pairs),
        )
        for x in there.labels
        if x.name in used
    ]
