"""The truth by brute force, written from the definitions: every policy, every row, nothing clever.

This is what decisions are compared with, so it shares no code with them: of the package it imports the
nouns alone. It is for environments with a few dozen deterministic policies. It does not know of fringes,
closures, floats or solvers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations, product

from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    Constraint,
    Model,
    PolicyConstraint,
    Relation,
    Table,
    Trajectory,
    TrajectoryConstraint,
)
from specexpr.expressivity.task import Question
from specexpr.testing.linear_truth import Conflict, Inequality, Solution, solve

Triple = tuple[int, int, int]
"""A transition (s, a, s')."""

Features = Mapping[Triple, Fraction]
"""How often, discounted, each transition is taken; transitions that are not listed never are."""

_ZERO = Fraction(0)
_ONE = Fraction(1)


def deterministic_tables(model: Model) -> tuple[Table, ...]:
    """Return every deterministic stationary policy of a model."""
    choices = [[((a, _ONE),) for a in sorted(row)] for row in model.rows]
    return tuple(product(*choices))


def reachable_states(model: Model, table: Table) -> frozenset[int]:
    """Return the states that have positive probability at some time under a policy."""
    now = seen = frozenset(s for s, p in model.start if p > 0)
    for _ in model.states:  # a state that is reached at all is reached within |S| steps
        now = frozenset(t for s in now for a, p in table[s] if p > 0 for t, q in model.rows[s][a] if q > 0)
        seen |= now
    return seen


def is_alike(model: Model, one: Table, other: Table) -> bool:
    """Say whether two policies agree on every state that is reachable under them."""
    on = reachable_states(model, one) | reachable_states(model, other)
    return all(one[s] == other[s] for s in on)


def state_occupancy(model: Model, table: Table, discount: Fraction) -> tuple[Fraction, ...]:
    """Return d(s) = sum_t g^t P(s_t = s), the solution of d = start + g P^T d, one number a state.

    >>> from specexpr.testing.examples import ENTAILMENT, table
    >>> state_occupancy(ENTAILMENT, table(ENTAILMENT, "a", "a"), Fraction(1, 2))
    (Fraction(4, 3), Fraction(2, 3))
    """
    n = len(model.states)
    system = [[_ONE if s == t else _ZERO for s in range(n)] + [_ZERO] for t in range(n)]
    for t, p in model.start:
        system[t][n] += p
    for s in range(n):
        for a, p in table[s]:
            for t, q in model.rows[s][a]:
                system[t][s] -= discount * p * q
    return tuple(_gauss(system))


def occupancy(model: Model, table: Table, discount: Fraction) -> Features:
    """Return d(s, a, s') = d(s) pi(a|s) T(s'|s, a)."""
    d = state_occupancy(model, table, discount)
    found: dict[Triple, Fraction] = {}
    for s, row in enumerate(table):
        for a, p in row:
            for t, q in model.rows[s][a]:
                if mass := d[s] * p * q:
                    found[s, a, t] = mass
    return found


def discounted_counts(model: Model, trajectory: Trajectory, discount: Fraction) -> Features:
    """Return sum_t g^t [s_t = s, a_t = a] T(s'|s, a), so that R(s, a) is the mean of R(s, a, s')."""
    found: dict[Triple, Fraction] = {}
    for t, (s, a) in enumerate(trajectory):
        for next_state, q in model.rows[s][a]:
            key = (s, a, next_state)
            found[key] = found.get(key, _ZERO) + discount**t * q
    return found


def policy_value(model: Model, table: Table, reward: Features, *, discount: Fraction) -> Fraction:
    """Return the value of a policy from V = r + g P V, the other way round than by occupancies."""
    n = len(model.states)
    system = [[_ONE if s == t else _ZERO for t in range(n)] + [_ZERO] for s in range(n)]
    for s in range(n):
        for a, p in table[s]:
            for t, q in model.rows[s][a]:
                system[s][t] -= discount * p * q
                system[s][n] += p * q * reward.get((s, a, t), _ZERO)
    values = _gauss(system)
    return sum((p * values[s] for s, p in model.start), _ZERO)


def trajectory_value(
    model: Model, trajectory: Trajectory, reward: Features, *, discount: Fraction
) -> Fraction:
    """Return sum_t g^t R(s_t, a_t)."""
    total = _ZERO
    for s, a in reversed(trajectory):
        mean = sum((q * reward.get((s, a, t), _ZERO) for t, q in model.rows[s][a]), _ZERO)
        total = mean + discount * total
    return total


def split_universe(claim: Claim, accept: AcceptableSet) -> tuple[tuple[Table, ...], tuple[Table, ...]]:
    """Return (good, bad): the universe with the listed policies in it, split as the claim asks."""
    model = claim.models[accept.model]
    universe = deterministic_tables(model) if accept.over is None else accept.over
    good, bad = list(accept.good), list[Table]()
    for table in dict.fromkeys(universe):
        if table in accept.good:
            continue
        merged = claim.modulo_unreachable and any(is_alike(model, table, g) for g in accept.good)
        (good if merged else bad).append(table)
    return tuple(good), tuple(bad)


def comparisons(claim: Claim) -> Iterator[Constraint]:
    """Yield all that a claim asks: each constraint, each good policy over each bad one, ties of the good."""
    yield from claim.constraints
    for accept in claim.acceptable:
        good, bad = split_universe(claim, accept)
        for better, worse in product(good, bad):
            yield PolicyConstraint(accept.model, better, worse, Relation.STRICT, accept.line)
        if accept.acceptance is Acceptance.EQUAL:
            for better, worse in combinations(good, 2):
                yield PolicyConstraint(accept.model, better, worse, Relation.TIE, accept.line)


class Differences:
    """The rows features(better) - features(worse) of a claim, with the features of each side kept."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self._occupancies: dict[tuple[int, Table], Features] = {}

    def row(self, asked: Constraint) -> Inequality:
        """Return the inequality that a comparison asks of a reward on (s, a, s')."""
        model, discount = self.claim.models[asked.model], self.claim.fixed_discount
        match asked:
            case PolicyConstraint():
                better, worse = (self._occupancy(asked.model, table) for table in (asked.better, asked.worse))
            case TrajectoryConstraint():
                better = discounted_counts(model, asked.better, discount)
                worse = discounted_counts(model, asked.worse, discount)
        gap = {key: better.get(key, _ZERO) - worse.get(key, _ZERO) for key in {**better, **worse}}
        return Inequality({key: x for key, x in gap.items() if x}, asked.relation)

    def _occupancy(self, model: int, table: Table) -> Features:
        if (model, table) not in self._occupancies:
            self._occupancies[model, table] = occupancy(
                self.claim.models[model], table, self.claim.fixed_discount
            )
        return self._occupancies[model, table]


def solve_claim(claim: Claim) -> Solution | Conflict:
    """Return a reward on (s, a, s') that meets every comparison of a claim, or why there is none."""
    differences = Differences(claim)
    return solve([differences.row(asked) for asked in comparisons(claim)])


def markov_reward_truth(question: Question) -> bool:
    """Say whether a Markov reward at the question's discount meets every comparison that it asks."""
    return isinstance(solve_claim(question.claim()), Solution)


def _gauss(system: list[list[Fraction]]) -> list[Fraction]:
    """Solve a square system, given with its right-hand side as last column, by elimination."""
    n = len(system)
    for k in range(n):
        pivot = next(i for i in range(k, n) if system[i][k])
        system[k], system[pivot] = system[pivot], system[k]
        scale = system[k][k]
        system[k] = [x / scale for x in system[k]]
        for i in range(n):
            if i != k and (factor := system[i][k]):
                system[i] = [x - factor * y for x, y in zip(system[i], system[k], strict=True)]
    return [row[n] for row in system]
