"""The probability that an episode ends with a trace that satisfies a formula, from the end backwards.

Which parts of a formula hold at a position of a finite trace follows from the letter there and from which
parts hold at the next position. So the law of the set of parts that hold, seen from a step of the chain, is a
mixture of those seen from the steps that may follow: one linear system, no automaton. The system is solved by
cutting out unknowns one at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from specexpr.certify.formula import Atom, Compound, Formula, Operator
from specexpr.certify.model import Label, Model, Table
from specexpr.testing.temporal_truth import Chain, is_true, steps_of

_ZERO, _ONE = Fraction(0), Fraction(1)

Holding = frozenset[Formula]
"""The parts of a formula that hold at a position."""

Unknown = tuple[int, Holding]


def trace_probability(model: Model, labels: Sequence[Label], policy: Table, formula: Formula) -> Fraction:
    """Return the probability that the episode of a policy ends and its trace satisfies a formula."""
    parts = _inner_first(formula)
    atoms = [part for part in parts if isinstance(part, Atom)]
    ends = {s for s, row in enumerate(model.rows) if all(dict(law) == {s: _ONE} for law in row.values())}
    chain = steps_of(
        model,
        policy,
        lambda s, a, t: {**{x: is_true(x, labels, (s, a, t)) for x in atoms}, _END: s in ends},
    )
    at_end = {x: _holding(parts, row, None) for x, row in enumerate(chain.settled) if row[_END]}
    before: dict[int, list[int]] = {}
    for x, row in enumerate(chain.rows):
        if x not in at_end:
            for y in row:
                before.setdefault(y, []).append(x)
    equations: dict[Unknown, dict[Unknown | None, Fraction]] = {}
    todo: list[Unknown] = list(at_end.items())
    for unknown in todo:
        equations[unknown] = {None: _ONE} if unknown[0] in at_end else {}
    for y, held in todo:
        for x in before.get(y, ()):
            earlier = x, _holding(parts, chain.settled[x], held)
            if earlier not in equations:
                equations[earlier] = {}
                todo.append(earlier)
            equations[earlier][y, held] = equations[earlier].get((y, held), _ZERO) + chain.rows[x][y]
    return _solved(chain, equations, formula)


_END = Compound(Operator.NOT)  # stands for "the trace ends here" beside the atoms


def _solved(
    chain: Chain, equations: Mapping[Unknown, Mapping[Unknown | None, Fraction]], formula: Formula
) -> Fraction:
    """Return the mean over the start of all unknowns where a formula holds."""
    wanted: dict[Unknown | None, Fraction] = {
        (x, held): chain.start[x] for x, held in equations if formula in held and x in chain.start
    }
    left = {unknown: dict(row) for unknown, row in equations.items()}
    for unknown in list(left):
        row = left.pop(unknown)
        loop = row.pop(unknown, _ZERO)
        row = {other: p / (1 - loop) for other, p in row.items()}
        for place in [wanted, *left.values()]:
            share = place.pop(unknown, _ZERO)
            if share:
                for other, p in row.items():
                    place[other] = place.get(other, _ZERO) + share * p
    return wanted.get(None, _ZERO)


def _inner_first(formula: Formula) -> list[Formula]:
    found: dict[Formula, None] = {}

    def visit(part: Formula) -> None:
        if isinstance(part, Compound):
            for inner in part.parts:
                visit(inner)
        found.setdefault(part)

    visit(formula)
    return list(found)


def _holding(parts: Sequence[Formula], now: Mapping[Formula, bool], after: Holding | None) -> Holding:
    """Return which parts hold at a position, given those at the next one; None: it is the last."""
    held: set[Formula] = set()
    for part in parts:
        if _holds(part, now, held, after):
            held.add(part)
    return frozenset(held)


def _holds(part: Formula, now: Mapping[Formula, bool], held: set[Formula], after: Holding | None) -> bool:
    if isinstance(part, Atom):
        return now[part]
    later = after is not None and part in after
    last = after is None
    match part.operator, part.parts:
        case Operator.TRUE, ():
            return True
        case Operator.FALSE, ():
            return False
        case Operator.NOT, (a,):
            return a not in held
        case Operator.AND, (a, b):
            return a in held and b in held
        case Operator.OR, (a, b):
            return a in held or b in held
        case Operator.IMPLIES, (a, b):
            return a not in held or b in held
        case Operator.IFF, (a, b):
            return (a in held) is (b in held)
        case Operator.NEXT, (a,):
            return after is not None and a in after
        case Operator.EVENTUALLY, (a,):
            return a in held or later
        case Operator.ALWAYS, (a,):
            return a in held and (last or later)
        case Operator.UNTIL, (a, b):
            return b in held or (a in held and later)
        case Operator.WEAK, (a, b):
            return b in held or (a in held and (last or later))
        case Operator.STRONG, (a, b):
            return b in held and (a in held or later)
        case Operator.RELEASE, (a, b):
            return b in held and (a in held or last or later)
        case _:
            raise ValueError(part.operator)
