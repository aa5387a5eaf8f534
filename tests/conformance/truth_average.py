"""What the kit knows of average rewards by definition.

The mean of start P^t over t < N is n + y (I - P^N) / N for any n and y with n = n P and
start = n + y (I - P), so its limit is n. They are found by elimination on all states, both at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from specexpr.certify.model import Claim, Model, Table
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.brute_force import reachable_states
from specexpr.testing.confirmation import spread_reward
from specexpr.testing.feature_truth import confirm_linear_proof, is_linearly_expressible, on_steps


def shares(model: Model, table: Table) -> Mapping[int, Fraction]:
    """Return the long-run share of time in each state that is reached."""
    reached = sorted(reachable_states(model, table))
    still: dict[int, dict[int, Fraction]] = {t: {t: Fraction(1)} for t in reached}  # of x: x - x P at t
    for s in reached:
        for a, p in table[s]:
            for t, q in model.rows[s][a]:
                still[t][s] = still[t].get(s, Fraction(0)) - p * q
    start = dict(model.start)
    rows: list[tuple[dict[object, Fraction], Fraction]] = []
    for t in reached:
        rows.append(({("n", s): x for s, x in still[t].items()}, Fraction(0)))
        both = {("n", t): Fraction(1), **{("y", s): x for s, x in still[t].items()}}
        rows.append((both, start.get(t, Fraction(0))))
    found = some_solution(rows)
    return {s: found.get(("n", s), Fraction(0)) for s in reached}


def some_solution(rows: list[tuple[dict[object, Fraction], Fraction]]) -> dict[object, Fraction]:
    """Solve a consistent system of (coefficients, right-hand side); unknowns that are left out are 0."""
    solved: dict[object, tuple[dict[object, Fraction], Fraction]] = {}
    for row, right in rows:
        coefficients = {key: x for key, x in row.items() if x}
        for pivot, (known, value) in solved.items():
            if factor := coefficients.get(pivot):
                coefficients = _minus(coefficients, factor, known)
                right -= factor * value
        if not coefficients:
            assert not right, "the system has no solution"
            continue
        pivot, scale = next(iter(coefficients.items()))
        fresh = {key: x / scale for key, x in coefficients.items()}
        right /= scale
        for other, (known, value) in solved.items():
            if factor := known.get(pivot):
                solved[other] = _minus(known, factor, fresh), value - factor * right
        solved[pivot] = fresh, right
    return {pivot: value for pivot, (_, value) in solved.items()}


def _minus(
    row: dict[object, Fraction], factor: Fraction, other: dict[object, Fraction]
) -> dict[object, Fraction]:
    found = dict(row)
    for key, x in other.items():
        found[key] = found.get(key, Fraction(0)) - factor * x
    return {key: x for key, x in found.items() if x}


def features(claim: Claim, model: int, table: Table) -> Mapping[tuple[int, int, int], Fraction]:
    """Return the long-run share of each transition."""
    return on_steps(claim.models[model], table, shares(claim.models[model], table))


def truth(question: Question) -> bool:
    """Say whether some reward has long-run averages as the question asks."""
    return is_linearly_expressible(question, features)


def value(environment: Environment, spec: Spec, policy: Policy) -> Fraction:
    """Return the limit of the mean reward of N steps."""
    model = environment.model
    pays = spread_reward(model, spec.entries)
    taken = on_steps(model, policy.table, shares(model, policy.table))
    return sum((mass * pays.get(step, Fraction(0)) for step, mass in taken.items()), Fraction(0))


def confirm(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with a reward or a conflict."""
    return confirm_linear_proof(question, verdict, features)
