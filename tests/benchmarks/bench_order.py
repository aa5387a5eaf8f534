"""A strict order of 100 stochastic policies at 1,000 states and 10 actions: ours beside the float LP alone.

Ours builds the exact differences, solves, rounds and has the kernel check; the peer's occupancies are given
apart from its linear program. Run: python -m tests.benchmarks.bench_order [--quick]
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import scipy.sparse

from specexpr.expressivity.markov import decide_markov_reward
from specexpr.expressivity.verdict import Expressible
from tests.benchmarks.baseline_float_order import difference_rows, solve
from tests.benchmarks.cases import OrderCase, order_case, order_question, start_array
from tests.benchmarks.measure import arguments, print_table, ratio, timed

DISCOUNT = Fraction(9, 10)


def peer_rows(case: OrderCase) -> np.ndarray:
    model = case.environment.model
    actions = len(model.actions)
    entries = [
        (s * actions + a, t, float(p))
        for s, row in enumerate(model.rows)
        for a, law in row.items()
        for t, p in law
    ]
    rows, columns, values = zip(*entries, strict=True)
    shape = (len(model.states) * actions, len(model.states))
    policies = []
    for table in case.policies:
        policy = np.zeros((len(model.states), actions))
        for s, law in enumerate(table):
            for a, p in law:
                policy[s, a] = float(p)
        policies.append(policy)
    transitions = scipy.sparse.csr_matrix((values, (rows, columns)), shape=shape)
    rows, took = timed(
        lambda: difference_rows(transitions, start_array(case.environment), float(DISCOUNT), policies)
    )
    print(f"peer: float occupancies of {len(policies)} policies: {took:.2f} s")
    return rows


def run(*, states: int, actions: int, policies: int) -> None:
    case, built = timed(lambda: order_case(states=states, actions=actions, policies=policies, seed=5))
    print(f"{policies} policies at {states} states x {actions} actions, built in {built:.1f} s")
    question = order_question(case.environment, list(pairwise(case.policies)), DISCOUNT)
    rows = peer_rows(case)
    verdict, own = timed(lambda: decide_markov_reward(question))
    table: list[tuple[object, ...]] = [
        (
            "ours, proved",
            own,
            "1.0x",
            "yes" if isinstance(verdict, Expressible) else f"WRONG: {type(verdict)}",
        )
    ]
    for bounded, words in ((False, "margin 1"), (True, "largest margin, bounded reward")):
        for solver in ("simplex", "ipm"):
            weights, took = timed(lambda s=solver, b=bounded: solve(rows, solver=s, bounded=b))
            holds = weights is not None and bool((rows @ weights > 0).all())
            answer = "yes" if holds else "no"
            table.append((f"float LP alone, {words}, {solver}", took, ratio(own, took), answer))
    weights, took = timed(lambda: np.linalg.lstsq(rows, np.ones(len(rows)), rcond=None)[0])
    table.append(
        ("float least squares alone", took, ratio(own, took), "yes" if (rows @ weights > 0).all() else "no")
    )
    print_table(("", "seconds", "ours / it", "expressible"), table)
    print("the aim is at most 3 times the float LP")


def main() -> None:
    if arguments(__doc__ or "").quick:
        run(states=100, actions=5, policies=20)
    else:
        run(states=1000, actions=10, policies=100)


if __name__ == "__main__":
    main()
