"""The peers are fair and the answers that benchmarks take for known are true, on small cases."""

from fractions import Fraction

import numpy as np
import pytest

from specexpr.certify.model import Relation
from specexpr.exact import solve_sparse
from tests.benchmarks import baseline_abel_cvxpy, baseline_enumeration_cvxpy, baseline_enumeration_scipy
from tests.benchmarks.baseline_compact_lp import _bad_switches, _visits_after_switch, accept
from tests.benchmarks.cases import grid, grid_cases, small_cases, start_array, transition_array
from tests.benchmarks.edge import edge_cases


def occupancy(environment, table, discount):
    """Return the exact discounted visits of (state, action)."""
    model = environment.model
    count = len(model.states)
    rows = [{s: Fraction(1)} for s in range(count)]
    for s, law in enumerate(table):
        for a, p in law:
            for t, q in model.rows[s][a]:
                rows[t][s] = rows[t].get(s, Fraction(0)) - discount * p * q
    start = dict(model.start)
    visits = solve_sparse(rows, [start.get(s, Fraction(0)) for s in range(count)])
    return {(s, a): visits[s] * p for s, law in enumerate(table) for a, p in law if visits[s]}


def ratio(first, second):
    """Return c with first = c * second, or None when there is none; second is not zero."""
    keys = [key for key, x in second.items() if x]
    c = first.get(keys[0], Fraction(0)) / second[keys[0]]
    same = all(first.get(key, Fraction(0)) == c * second.get(key, Fraction(0)) for key in {*first, *second})
    return c if same else None


def can_be_met(case):
    """Decide two constraints, one of them strict, exactly: they clash iff they are parallel the wrong way."""
    visits = [occupancy(case.environment, table, case.discount) for table in case.policies]
    rows = []
    for i, relation, j in case.constraints:
        keys = {*visits[i], *visits[j]}
        zero = Fraction(0)
        rows.append((relation, {key: visits[i].get(key, zero) - visits[j].get(key, zero) for key in keys}))
    (first, x), (second, y) = sorted(rows, key=lambda row: row[0] is Relation.STRICT)
    assert second is Relation.STRICT
    assert any(x.values())
    assert any(y.values())
    c = ratio(y, x)
    return c is None or (first is Relation.STRICT and c > 0)


def test_answers_near_the_edge_are_true():
    """The construction of every family says what an exact calculation says."""
    for case in edge_cases(repeats=1, seed=5):
        assert can_be_met(case) is case.is_expressible, (case.family, case.discount)


@pytest.mark.filterwarnings("ignore:Solution may be inaccurate")
def test_peers_agree_with_the_known_answer_on_random_pairs():
    """Every peer finds the two-policy sets that are expressible: those that differ in one state."""
    for case in small_cases(8, seed=3, half_expressible=True):
        data = (transition_array(case.environment), start_array(case.environment), 0.9, case.good)
        for equal in (False, True):
            answers = {
                baseline_abel_cvxpy.design_reward(*data, equal=equal) is not None,
                baseline_abel_cvxpy.design_reward_with_matrices(*data, equal=equal) is not None,
                baseline_enumeration_scipy.separate(*data, equal=equal) is not None,
                baseline_enumeration_scipy.separate(*data, equal=equal, batched=True) is not None,
                baseline_enumeration_cvxpy.separate(*data, equal=equal) is not None,
            }
            assert answers == {case.is_expressible}


@pytest.mark.parametrize("reduced", [False, True])
def test_the_compact_program_agrees_with_the_known_answers_on_a_grid(reduced):
    """Both forms of the compact program are right on all sets of a small grid."""
    environment = grid(5)
    successor = np.array([[row[a][0][0] for a in range(4)] for row in environment.model.rows])
    for case in grid_cases(5, seed=2):
        answer = accept(successor, start_array(environment), 0.9, case.good, reduced=reduced)
        assert answer is case.is_expressible, case.name


def test_visits_after_a_switch_are_those_of_the_switched_policy():
    """The rank-one formula gives d_f(s) for every fringe policy f = g[s -> a] of a grid."""
    environment = grid(4)
    transitions, start = transition_array(environment), start_array(environment)
    successor = transitions.argmax(axis=2)
    index = np.arange(16)
    for case in grid_cases(4, seed=2):
        for k, good in enumerate(case.good):
            policy = np.array(good)
            states, actions = _bad_switches(successor, case.good, k, np.ones((16, 4), dtype=bool))
            found = _visits_after_switch(successor, start, 0.9, policy, states, actions)
            for s, a, visits in zip(states, actions, found, strict=True):
                switched = policy.copy()
                switched[s] = a
                chain = transitions[index, switched]
                assert visits == pytest.approx(np.linalg.solve(np.eye(16) - 0.9 * chain.T, start)[s])


def test_grids_have_the_answers_that_are_claimed():
    """On a 2x2 grid all 256 policies are listed and separated from the good ones, in floats."""
    environment = grid(2)
    transitions, start = transition_array(environment), start_array(environment)
    directions = [(a,) * 4 for a in range(4)]
    corners = [(1, 1, 1, 1), (2, 1, 1, 1), (1, 2, 1, 1)]
    for good, answer in ((directions, False), (corners, True), (corners[:2], True), (corners[1:], False)):
        found = baseline_enumeration_scipy.separate(transitions, start, 0.9, good, equal=False, batched=True)
        assert (found is not None) is answer
