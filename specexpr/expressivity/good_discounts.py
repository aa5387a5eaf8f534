"""The exact set of discounts that serve a claim, where it is cheap to say: intervals with exact ends.

Conflicts cover intervals as in `everywhere`. So do solutions. Ask of every strict row, times a polynomial
that is fixed once and for all, to be at least 1: a solution at t that is determined by the rows it meets
exactly determines one at every discount, a quotient of polynomials, and that meets the other rows until one
of their slacks has a root. There are finitely many sets of rows, so this ends. What is left are single
numbers, and each is decided.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby, islice, pairwise
from operator import mul

from flint import fmpq, fmpz_poly

from specexpr.certify.model import Claim, Relation
from specexpr.certify.ordering import split
from specexpr.certify.proofs import Refused, TooLarge
from specexpr.certify.stretch import Stretch
from specexpr.expressivity.coverings import interval_around
from specexpr.expressivity.everywhere import MOST_STATES, Search, number_of_states
from specexpr.expressivity.multipliers import independent, solve_polynomials
from specexpr.expressivity.polynomial_system import OutOfTime
from specexpr.expressivity.real_roots import Mark, in_order, samples
from specexpr.expressivity.single_discount import Field, decide_at_root
from specexpr.solve.cone import Conflict, Direction, decide_cone

SECONDS = 1.0
"""What counts as cheap, unless a deadline comes first."""

_MOST_BAD = 100

_ZERO, _ONE = Fraction(0), Fraction(1)


def good_set(claim: Claim, formalism: str, *, deadline: float | None = None) -> tuple[Stretch, ...] | None:
    """Return the discounts that serve a claim, in ascending order, or None where that takes too long.

    claim and formalism as for `decide_everywhere`.
    """
    cheap = time.monotonic() + SECONDS
    deadline = cheap if deadline is None else min(cheap, deadline)
    if number_of_states(claim, formalism) > MOST_STATES:
        return None
    try:
        search = Search(claim, formalism, deadline)
        return _stretches(search) if _knows_all_bad(search) else None
    except OutOfTime:
        return None


def _knows_all_bad(search: Search) -> bool:
    """Add the rows of all bad policies; say whether they were not too many."""
    claim, rows = search.claim, search.rows
    for k, accepted in enumerate(claim.acceptable):
        if accepted.over is None:
            try:
                _, bad = split(rows.system.chains[accepted.model], accepted, merged=claim.modulo_unreachable)
                some = list(islice(bad, _MOST_BAD + 1))
            except TooLarge:
                return False
            except Refused:  # two policies behave alike: that row is there
                continue
            if len(some) > _MOST_BAD:
                return False
            for table in some:
                rows.add_bad(k, table)
    return True


def _stretches(search: Search) -> tuple[Stretch, ...] | None:
    """Return the good discounts of a search whose rows are complete. Raises OutOfTime."""
    good: list[tuple[Mark, Mark]] = []
    rows = [search.rows.system.polynomials(row) for row in search.rows.system.rows]
    while (t := search.uncovered(good)) is not None:
        vectors = _at(rows, t)
        relations = [row.relation for row in search.rows.system.rows]
        match decide_cone(vectors, relations, deadline=search.deadline):
            case Conflict() as conflict:
                if search.follow(conflict, t) is not None:
                    return None
            case Direction() as solution:
                search.tried.add(t)
                goals = [solution.denominator * (relation is Relation.STRICT) for relation in relations]
                reached = [sum(map(mul, vector, solution.numerators)) for vector in vectors]
                tight = [k for k, pair in enumerate(zip(reached, goals, strict=True)) if pair[0] == pair[1]]
                interval = solution_interval(search, rows, tight, t)
                good += [] if interval is None else [interval]
            case _:
                raise OutOfTime
    bad = [interval for covering in search.found for interval in covering.intervals]
    marks = in_order([_ZERO, *(x for interval in (*good, *bad) for x in interval), _ONE])
    is_good = [False]  # at the first number, then between it and the next one, and so on
    for lo, hi in pairwise(marks):
        is_good.append(interval_around(good, next(samples(lo, hi))) is not None)
        is_good.append(hi is not marks[-1] and _is_good_at(search, hi, good))
    found = []
    for value, run in groupby(range(len(is_good)), key=lambda i: is_good[i]):
        if value:
            first, last = (part := list(run))[0], part[-1]
            begin = search.roots.number(marks[first // 2], marks)
            end = search.roots.number(marks[(last + 1) // 2], marks)
            found.append(Stretch(begin, end, has_lo=not first % 2, has_hi=not last % 2))
    return tuple(found)


def _is_good_at(search: Search, x: Mark, good: Sequence[tuple[Mark, Mark]]) -> bool:
    """Decide a number at which some interval ends."""
    if interval_around(good, x) is not None:
        return True
    for covering in search.found:
        ends = any(end is x or end == x for interval in covering.intervals for end in interval)
        if interval_around(covering.intervals, x) is not None or (ends and covering.holds_at(x)):
            return False
    if isinstance(x, Fraction):
        return isinstance(search.solve(x), Direction)
    return isinstance(decide_at_root(search.rows.system, Field(x), search.deadline), list)


def _at(rows: Sequence[Sequence[fmpz_poly]], t: Fraction) -> list[list[int]]:
    """Return polynomials at a rational, all times one positive number."""
    g = fmpq(t.numerator, t.denominator)
    power = t.denominator ** max([0, *(p.degree() for row in rows for p in row)])
    return [[int((p(g) * power).p) for p in row] for row in rows]


def solution_interval(
    search: Search, rows: Sequence[Sequence[fmpz_poly]], tight: Sequence[int], t: Fraction
) -> tuple[Mark, Mark] | None:
    """Return the interval around t on which the rows that a solution at t meets exactly determine a solution.

    None where that is so at finitely many discounts only. Raises OutOfTime.
    """
    relations = [row.relation for row in search.rows.system.rows]
    pivots = independent([rows[k] for k in tight], t)
    columns, chosen = list(pivots), [tight[i] for i in pivots.values()]
    goals = [fmpz_poly([int(relations[k] is Relation.STRICT)]) for k in chosen]
    matrix = [[rows[k][j] for j in columns] for k in chosen]
    values, determinant = solve_polynomials(matrix, goals, search.deadline)
    ends = search.roots.of(determinant)
    for relation, vector in zip(relations, rows, strict=True):
        slack = sum((vector[j] * value for j, value in zip(columns, values, strict=True)), fmpz_poly([]))
        if slack and relation is Relation.TIE:
            return None
        ends += search.roots.of(slack) if slack else []
    return interval_around(pairwise(in_order([_ZERO, *ends, _ONE])), t)
