"""Whether some formula of temporal logic orders policies as asked, by running through all choices.

For policies that are in a closed class after finitely many steps, whatever happens. Every word into a class
is one branch of a tree. If the class is a cycle, the trajectory is held by a formula or not; otherwise any
share of what begins with the word can be held, the same for policies that do the same in the class; and where
policies do different things there, but what they may do is the same, their shares are all 0, all 1 or all
strictly between. All combinations of these answers are tried, each a small system of inequalities. Shares no
code with the decisions, and none with the kernel but its nouns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from specexpr.certify.model import Claim, Constraint, PolicyConstraint, Relation, Table
from specexpr.expressivity.task import Question
from specexpr.testing.brute_force import comparisons
from specexpr.testing.linear_truth import Inequality, Solution, solve

Step = tuple[int, int, int]
Moves = Mapping[int, Mapping[Step, Fraction]]
Vector = tuple[Fraction, ...]

_ZERO, _ONE = Fraction(0), Fraction(1)
_ATOMS, _SPREADS = 10, 4


class TooMany(Exception):  # noqa: N818 -- the truth is not for such tasks
    """There are too many choices, or words without end."""


@dataclass(frozen=True, slots=True)
class Spread:
    """What begins with a word into a class that is no cycle: probabilities, by what policies do there."""

    parts: tuple[Vector, ...]


def formula_exists(claim: Claim, asked: Sequence[Constraint]) -> bool:
    """Say whether a formula meets comparisons between policies. Raises TooMany."""
    sides = [(c.model, t) for c in asked if isinstance(c, PolicyConstraint) for t in (c.better, c.worse)]
    policies = list(dict.fromkeys(sides))
    atoms, spreads = _pieces([_moves(claim, m, table) for m, table in policies], claim, policies)
    if len(atoms) > _ATOMS or len(spreads) > _SPREADS:
        raise TooMany
    place = {policy: i for i, policy in enumerate(policies)}
    pairs = [
        (place[c.model, c.better], place[c.model, c.worse], c.relation)
        for c in asked
        if isinstance(c, PolicyConstraint)
    ]
    patterns = [("nothing", "everything", "between") if len(s.parts) > 1 else ("any",) for s in spreads]
    return any(
        isinstance(solve(list(_system(atoms, spreads, pairs, held, answers))), Solution)
        for held in product((0, 1), repeat=len(atoms))
        for answers in product(*patterns)
    )


def formula_truth(question: Question) -> bool:
    """Say whether a formula meets every comparison that a question asks. Raises TooMany."""
    claim = question.claim()
    return formula_exists(claim, list(comparisons(claim)))


def _system(
    atoms: Sequence[Vector],
    spreads: Sequence[Spread],
    pairs: Sequence[tuple[int, int, Relation]],
    held: Sequence[int],
    answers: Sequence[str],
) -> Iterator[Inequality]:
    """Yield the inequalities for shares x_kj, which are at most an unknown "one"."""
    yield Inequality({("one",): _ONE}, Relation.STRICT)
    for k, (spread, answer) in enumerate(zip(spreads, answers, strict=True)):
        relation = Relation.STRICT if answer == "between" else Relation.WEAK
        for j in range(len(spread.parts)):
            low, high = {("x", k, j): _ONE}, {("one",): _ONE, ("x", k, j): -_ONE}
            yield Inequality(low, Relation.TIE if answer == "nothing" else relation)
            yield Inequality(high, Relation.TIE if answer == "everything" else relation)
    for better, worse, relation in pairs:
        row: dict[tuple[object, ...], Fraction] = {
            ("one",): sum(((a[better] - a[worse]) * n for a, n in zip(atoms, held, strict=True)), _ZERO)
        }
        for k, spread in enumerate(spreads):
            row |= {("x", k, j): part[better] - part[worse] for j, part in enumerate(spread.parts)}
        yield Inequality(row, relation)


def _moves(claim: Claim, model: int, table: Table) -> Moves:
    """Return the steps that are possible from each state."""
    rows = claim.models[model].rows
    return {s: {(s, a, t): p * q for a, p in law for t, q in rows[s][a]} for s, law in enumerate(table)}


def _reached(moves: Moves, state: int) -> frozenset[int]:
    seen, waiting = {state}, [state]
    while waiting:
        for _, _, t in moves[waiting.pop()]:
            if t not in seen:
                seen.add(t)
                waiting.append(t)
    return frozenset(seen)


def _is_closed(moves: Moves, state: int) -> bool:
    return all(state in _reached(moves, t) for t in _reached(moves, state))


def _pieces(
    policies: Sequence[Moves], claim: Claim, named: Sequence[tuple[int, Table]]
) -> tuple[list[Vector], list[Spread]]:
    """Follow every word until all policies that may produce it are in a class."""
    atoms: list[Vector] = []
    spreads: list[Spread] = []
    starts = [dict(claim.models[m].start) for m, _ in named]
    waiting = [(s, [start.get(s, _ZERO) for start in starts], 0) for s in {s for x in starts for s in x}]
    while waiting:
        state, masses, length = waiting.pop()
        if length > 4 * len(policies[0]):
            raise TooMany
        entered: dict[frozenset[Step], list[int]] = {}
        for i, mass in enumerate(masses):
            if mass and _is_closed(policies[i], state):
                steps = frozenset(step for s in _reached(policies[i], state) for step in policies[i][s])
                entered.setdefault(steps, []).append(i)
        for steps, members in entered.items():
            if len(steps) == len({s for s, _, _ in steps}):
                atoms.append(tuple(x if i in members else _ZERO for i, x in enumerate(masses)))
            else:
                spreads.append(_spread(policies, steps, members, masses))
            for i in members:
                masses[i] = _ZERO
        ahead: dict[Step, list[Fraction]] = {}
        for i, mass in enumerate(masses):
            for step, p in policies[i][state].items() if mass else ():
                ahead.setdefault(step, [_ZERO] * len(masses))[i] = mass * p
        waiting += [(step[2], following, length + 1) for step, following in ahead.items()]
    return atoms, spreads


def _spread(
    policies: Sequence[Moves], steps: frozenset[Step], members: Sequence[int], masses: Sequence[Fraction]
) -> Spread:
    laws: dict[frozenset[tuple[Step, Fraction]], list[int]] = {}
    for i in members:
        law = frozenset((step, policies[i][step[0]][step]) for step in steps)
        laws.setdefault(law, []).append(i)
    return Spread(
        tuple(tuple(x if i in same else _ZERO for i, x in enumerate(masses)) for same in laws.values())
    )
