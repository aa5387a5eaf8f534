"""Questions about one given return with finitely many outcomes: what they ask, and whether proofs are right.

Laws are enumerated by `return_truth`, and what can be had of them says `risk_truth`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import exp, log

from specexpr.certify.kinds.coefficients import SpectrumWitness, UtilityWitness
from specexpr.certify.kinds.dominance import DominanceCertificate
from specexpr.certify.kinds.parameter import BaseWitness, LevelWitness, RateWitness
from specexpr.certify.kinds.parameter_cells import CellsCertificate
from specexpr.certify.model import PolicyConstraint, Relation, Shape, Table
from specexpr.certify.proofs import RewardEntry, Term
from specexpr.expressivity.task import Objective, Question
from specexpr.expressivity.verdict import Expressible, Inexpressible, Verdict
from specexpr.formalisms.horizon import HorizonReward
from specexpr.testing.brute_force import comparisons
from specexpr.testing.given_truth import shaped_rewards
from specexpr.testing.return_truth import payments, pieces
from specexpr.testing.risk_truth import Asked, Lottery, cvar, is_had, mean, met

_STEPS = 2
_NEAR = 1e-9
_MANY = 40


def give_return(question: Question) -> Question:
    """Return a question with a return over two steps, the same when states and actions are renamed.

    An order that an objective induced, which has a return of its own, stays as it is.
    """
    if question.task.induced_by is not None:
        return question
    found = []
    for environment in question.task.environments:
        pays, _ = shaped_rewards(environment.model)
        entries = tuple(RewardEntry(s, a, t, x) for (s, a, t), x in sorted(pays.items()) if x)
        found.append(Objective("gain", environment, "horizon", HorizonReward(_STEPS, entries)))
    return replace(question, options=replace(question.options, given=tuple(found)))


def lottery_of(question: Question, model: int, table: Table) -> Lottery | None:
    """Return the law of the given return; None where it takes infinitely many values."""
    place = question.task.environments[model].name
    (objective,) = [one for one in question.options.given or () if one.environment.name == place]
    if objective.formalism == "rm":
        return None
    found: dict[Fraction, Fraction] = {}
    for low, high, p in pieces(payments(objective, table)):
        if low != high:
            return None
        found[low] = found.get(low, Fraction(0)) + p
    return tuple(sorted(found.items()))


def asked_of(question: Question, some: Sequence[PolicyConstraint] | None = None) -> Asked | None:
    """Return all that is asked as lotteries; None where a return takes infinitely many values."""
    every = [c for c in comparisons(question.claim()) if isinstance(c, PolicyConstraint)]
    known: dict[tuple[int, Table], Lottery | None] = {}
    found = []
    for c in every if some is None else some:
        sides = []
        for table in (c.better, c.worse):
            if (c.model, table) not in known:
                known[c.model, table] = lottery_of(question, c.model, table)
            sides.append(known[c.model, table])
        if sides[0] is None or sides[1] is None:
            return None
        found.append((sides[0], c.relation.value, sides[1]))
    return list(dict.fromkeys(found))


def return_truth(formalism: str, question: Question) -> bool | None:
    """Say whether some specification orders the lotteries as asked; None where outcomes are very many."""
    asked = asked_of(question)
    if asked is None or len({x for one, _, other in asked for x, _ in (*one, *other)}) > _MANY:
        return None
    return is_had(formalism, asked, question.setting.utility)


def gives_up(question: Question, _: Verdict) -> bool:
    """Say whether giving up is in order: some return takes infinitely many values."""
    return asked_of(question) is None


def confirm_return(formalism: str, question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with a specification or a conflict by the definitions, or None."""
    match verdict:
        case Expressible(witness=witness):
            return _doubt_witness(question, witness.proof)
        case Inexpressible(certificate=certificate):
            if isinstance(certificate.proof, DominanceCertificate | CellsCertificate):
                return _doubt_terms(formalism, question, certificate.proof.terms)
            return None
        case _:
            return None


def _doubt_witness(question: Question, proof: object) -> str | None:
    asked = asked_of(question)
    if asked is None:
        return None
    if isinstance(proof, UtilityWitness):
        doubt = _doubt_shape(proof.points, question.setting.utility)
        if doubt is not None:
            return doubt
    value = value_of(proof)
    for one, relation, other in asked:
        gap = value(one) - value(other)
        if one != other and isinstance(proof, RateWitness | BaseWitness) and abs(gap) < _NEAR:
            continue  # floats do not tell
        if not met(relation, gap):
            return f"{one} {relation} {other} is not met"
    return None


def _doubt_shape(points: Sequence[tuple[Fraction, Fraction]], shape: Shape | None) -> str | None:
    assert shape is not None
    slopes = [(v - u) / (y - x) for (x, u), (y, v) in pairwise(points)]
    if any(slope < 0 or (shape.is_strict and not slope) for slope in slopes):
        return "the utility does not rise"
    is_bent = any(a < b for a, b in pairwise(slopes))
    return "the utility is not concave" if shape.is_concave and is_bent else None


def value_of(proof: object) -> Callable[[Lottery], Fraction]:
    """Return what a specification values lotteries at: exactly, an entropic one nearly."""
    match proof:
        case UtilityWitness(points=points):
            return lambda one: sum((p * _line(points, x) for x, p in one), Fraction(0))
        case SpectrumWitness(parts=parts):
            return lambda one: sum((w * cvar(one, t) for t, w in parts), Fraction(0))
        case LevelWitness(level=level):
            return lambda one: cvar(one, level)
        case RateWitness(rate=rate):
            return mean if not rate else _entropic(float(rate))
        case BaseWitness(unit=unit, base=base):
            middle = base if isinstance(base, Fraction) else (base.lo + base.hi) / 2
            return _entropic(log(middle) / float(unit))
    raise TypeError(f"not a specification: {proof}")


def _line(points: Sequence[tuple[Fraction, Fraction]], x: Fraction) -> Fraction:
    inner = [i for i, (a, _) in enumerate(points) if a <= x and i + 1 < len(points)]
    i = inner[-1] if inner else 0
    (a, u), (b, v) = points[i], points[i + 1]
    return u + (v - u) * (x - a) / (b - a)


def _entropic(rate: float) -> Callable[[Lottery], Fraction]:
    def value(one: Lottery) -> Fraction:
        top = max(rate * float(x) for x, _ in one)
        inner = sum(float(p) * exp(rate * float(x) - top) for x, p in one)
        return Fraction((top + log(inner)) / rate)

    return value


def _doubt_terms(formalism: str, question: Question, terms: Sequence[Term]) -> str | None:
    """Say whether terms are asked for, contradict each other, and none can be spared."""
    asked = {(c.model, c.relation, c.better, c.worse) for c in comparisons(question.claim())}
    asked |= {(m, r, worse, better) for m, r, better, worse in asked if r is Relation.TIE}
    some = []
    for t in terms:
        if (t.model, t.relation, t.better, t.worse) not in asked:
            return "a term is not asked for"
        some.append(PolicyConstraint(t.model, t.better, t.worse, t.relation))  # type: ignore[arg-type]
    shape = question.setting.utility
    every = asked_of(question, some)
    if every is None or len({x for one, _, other in every for x, _ in (*one, *other)}) > _MANY:
        return None
    if is_had(formalism, every, shape):
        return "what the terms ask can be had"
    for left_out in every:
        if not is_had(formalism, [one for one in every if one is not left_out], shape):
            return "a term can be spared"
    return None
