"""The oracle itself, against published values and sums done by hand."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain, combinations, pairwise, permutations, product
from random import Random
from types import MappingProxyType

import pytest

from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    Model,
    PolicyConstraint,
    Relation,
    Table,
    TrajectoryConstraint,
)
from specexpr.testing.brute_force import (
    deterministic_tables,
    discounted_counts,
    is_alike,
    occupancy,
    policy_value,
    reachable_states,
    solve_claim,
    state_occupancy,
)
from specexpr.testing.examples import CHOOSER, ENTAILMENT, MEMORY, SINGLE, STEADY, corners, model, table
from specexpr.testing.linear_truth import Conflict, Inequality, Solution, is_consistent, solve

STRICT, WEAK, TIE = Relation.STRICT, Relation.WEAK, Relation.TIE
RANGE, EQUAL = Acceptance.RANGE, Acceptance.EQUAL


def expressible(
    models: Model | tuple[Model, ...],
    *asked: object,
    discount: Fraction = Fraction(9, 10),
    modulo: bool = False,
) -> bool:
    """Ask the oracle about constraints and acceptable sets."""
    claim = Claim(
        models if isinstance(models, tuple) else (models,),
        tuple(a for a in asked if not isinstance(a, AcceptableSet)),  # type: ignore[arg-type]
        tuple(a for a in asked if isinstance(a, AcceptableSet)),
        discount,
        modulo,
    )
    return isinstance(solve_claim(claim), Solution)


def accept(*good: Table, kind: Acceptance = RANGE, over: tuple[Table, ...] | None = None) -> AcceptableSet:
    return AcceptableSet(0, good, over, kind)


def chained(*ranked: Table, relation: Relation = STRICT) -> list[PolicyConstraint]:
    """Each policy stands in the relation to the next one."""
    return [PolicyConstraint(0, x, y, relation) for x, y in pairwise(ranked)]


# Occupancy and behaviour


def test_occupancy_by_hand() -> None:
    """Alternating states at discount 1/2 are visited 1 + 1/4 + .. = 4/3 and 1/2 + 1/8 + .. = 2/3 times."""
    assert state_occupancy(ENTAILMENT, corners(ENTAILMENT)["ab"], Fraction(1, 2)) == (
        Fraction(4, 3),
        Fraction(2, 3),
    )
    assert occupancy(ENTAILMENT, corners(ENTAILMENT)["ab"], Fraction(1, 2)) == {
        (0, 0, 1): Fraction(4, 3),
        (1, 1, 0): Fraction(2, 3),
    }


def test_occupancy_of_a_stochastic_policy_by_hand() -> None:
    """Staying with probability 1/2 at discount 9/10 visits s0 1 / (1 - 9/20) times."""
    m = model({"s0": {"a": "s0", "b": "w"}, "w": {"a": "w"}}, start="s0")
    half = table(m, {"a": "1/2", "b": "1/2"}, "a")
    assert state_occupancy(m, half, Fraction(9, 10))[0] == Fraction(20, 11)
    assert sum(state_occupancy(m, half, Fraction(9, 10))) == 10
    assert occupancy(m, half, Fraction(9, 10))[0, 1, 1] == Fraction(10, 11)


def test_value_is_occupancy_times_reward() -> None:
    """V = r + g P V and <d, r> agree: they are computed by different systems."""
    random = Random(7)
    for discount in (Fraction(1, 2), Fraction(99, 100)):
        m = dense(random, 3, 2)
        for p in deterministic_tables(m):
            reward = {key: Fraction(random.randint(-5, 5)) for key in product(range(3), range(2), range(3))}
            d = occupancy(m, p, discount)
            assert policy_value(m, p, reward, discount=discount) == sum(d[key] * reward[key] for key in d)


def test_behaving_alike_looks_at_reachable_states_only() -> None:
    """With y in s0 the choice in s1 is never seen; with x it is."""
    p = corners(STEADY)
    assert reachable_states(STEADY, p["yx"]) == {0}
    assert is_alike(STEADY, p["yx"], p["yy"])
    assert not is_alike(STEADY, p["xx"], p["xy"])


def test_unavailable_actions_are_in_no_policy() -> None:
    """w has one action, so there are 2 * 2 * 1 deterministic policies."""
    assert sorted(corners(MEMORY)) == ["aaa", "aba", "baa", "bba"]
    assert len(deterministic_tables(MEMORY)) == 4


def test_counts_of_a_trajectory_by_hand() -> None:
    """w, p, w at discount 1/2: w counts 1 + 1/4 and p counts 1/2."""
    assert discounted_counts(SINGLE, ((0, 0), (0, 1), (0, 0)), Fraction(1, 2)) == {
        (0, 0, 0): Fraction(5, 4),
        (0, 1, 0): Fraction(1, 2),
    }


# The linear system


def test_inequalities_by_hand() -> None:
    """A point, a conflict of two, a conflict through a tie, and nothing strict."""
    x, y, up = {0: Fraction(1)}, {1: Fraction(1)}, {0: Fraction(1), 1: Fraction(1)}
    down = {0: Fraction(-1), 1: Fraction(-1)}
    assert isinstance(solve([Inequality(x, STRICT), Inequality(y, STRICT)]), Solution)
    assert solve([Inequality(up, STRICT), Inequality(down, WEAK)]) == Conflict((Fraction(1), Fraction(1)))
    conflict = solve([Inequality(up, STRICT), Inequality(x, TIE), Inequality({1: Fraction(-2)}, WEAK)])
    assert conflict == Conflict((Fraction(1), Fraction(-1), Fraction(1, 2)))
    assert is_consistent([Inequality(up, WEAK), Inequality(down, WEAK), Inequality(x, TIE)])
    assert not is_consistent([Inequality({}, STRICT)])
    assert is_consistent([])


def test_a_tie_binds_both_ways() -> None:
    """x ~ 0 forbids x > 0 and x < 0; x >= 0 forbids the second alone."""
    x, minus = {0: Fraction(1)}, {0: Fraction(-1)}
    assert not is_consistent([Inequality(x, TIE), Inequality(x, STRICT)])
    assert not is_consistent([Inequality(x, TIE), Inequality(minus, STRICT)])
    assert is_consistent([Inequality(x, WEAK), Inequality(x, STRICT)])
    assert not is_consistent([Inequality(x, WEAK), Inequality(minus, STRICT)])


def test_the_span_of_three_random_rows_is_decided_like_its_determinant() -> None:
    """Three strict rows in the plane conflict iff 0 is a combination with nonnegative weights, by angles."""
    random = Random(3)
    for _ in range(300):
        rows = [(random.randint(-2, 2), random.randint(-2, 2)) for _ in range(3)]
        # In the plane w may be sought among directions between the normals: try enough of them.
        fan = [(a, b) for a in range(-9, 10) for b in range(-9, 10)]
        found = any(all(x * a + y * b > 0 for x, y in rows) for a, b in fan)
        system = [Inequality({0: Fraction(x), 1: Fraction(y)}, STRICT) for x, y in rows]
        assert is_consistent(system) is found, rows


# Published and derived answers


@pytest.mark.parametrize("discount", [Fraction(1, 10), Fraction(1, 2), Fraction(9, 10), Fraction(999, 1000)])
def test_entailment_acceptable_sets(discount: Fraction) -> None:
    """Neither "different actions" nor "same action" is a Markov task (Abel et al. 2021)."""
    p = corners(ENTAILMENT)
    assert not expressible(ENTAILMENT, accept(p["ab"], p["ba"]), discount=discount)
    assert not expressible(ENTAILMENT, accept(p["aa"], p["bb"]), discount=discount)
    assert expressible(ENTAILMENT, accept(p["aa"], p["ab"], kind=EQUAL), discount=discount)


@pytest.mark.parametrize("discount", [Fraction(1, 10), Fraction(1, 2), Fraction(9, 10)])
def test_entailment_orders(discount: Fraction) -> None:
    """8 of the 24 strict orders are Markov (derived)."""
    orders = permutations(corners(ENTAILMENT).values())
    assert sum(expressible(ENTAILMENT, *chained(*o), discount=discount) for o in orders) == 8


def test_entailment_lists_of_constraints() -> None:
    """aa > bb, ab > ba is Markov; ab >= aa, ba >= bb with ab > aa is not: the corners sum alike."""
    p = corners(ENTAILMENT)
    assert expressible(ENTAILMENT, *chained(p["ab"], p["ba"]), *chained(p["aa"], p["bb"]))
    crossed = [
        PolicyConstraint(0, p["ab"], p["aa"], WEAK),
        PolicyConstraint(0, p["ba"], p["bb"], WEAK),
        PolicyConstraint(0, p["ab"], p["aa"], STRICT),
    ]
    assert not expressible(ENTAILMENT, *crossed)
    assert expressible(ENTAILMENT, *crossed[:2])


def test_steady_state() -> None:
    """Sets that split policies which behave alike are not Markov; the others are (Abel et al. 2021)."""
    p = corners(STEADY)
    for good in (["yx"], ["yy"]):
        assert not expressible(STEADY, accept(*map(p.get, good)))  # type: ignore[arg-type]
        assert expressible(STEADY, accept(*map(p.get, good)), modulo=True)  # type: ignore[arg-type]
    for good in (["xx"], ["xy"], ["yx", "yy"]):
        assert expressible(STEADY, accept(*map(p.get, good)))  # type: ignore[arg-type]


WORST_FIRST = {
    ("00", "01", "10", "11"),
    ("00", "01", "11", "10"),
    ("00", "10", "01", "11"),
    ("01", "00", "11", "10"),
    ("10", "00", "01", "11"),
    ("10", "00", "11", "01"),
}


def test_orders_of_the_chooser() -> None:
    """Exactly 12 orders at discount 1/2: the six of Skalse et al. 2022 with 00 < 11, and their reverses."""
    p = {word.replace("a", "0").replace("b", "1"): t for word, t in corners(CHOOSER).items()}
    found = {
        order
        for order in permutations(p)
        if expressible(CHOOSER, *chained(*(p[w] for w in reversed(order))), discount=Fraction(1, 2))
    }
    assert found == WORST_FIRST | {tuple(reversed(order)) for order in WORST_FIRST}


def test_orders_of_the_chooser_from_one_state() -> None:
    """From s0 alone two policies behave alike, so no strict order of all four is Markov."""
    m = Model(CHOOSER.states, CHOOSER.actions, ((0, Fraction(1)),), CHOOSER.rows)
    assert not any(
        expressible(m, *chained(*o), discount=Fraction(1, 2)) for o in permutations(corners(m).values())
    )


@pytest.mark.parametrize("discount", [Fraction(1, 10), Fraction(1, 2), Fraction(9, 10)])
@pytest.mark.parametrize("length", [3, 4])
def test_procrastination(discount: Fraction, length: int) -> None:
    """pw* > ppw* > w* > p* is not Markov at any fixed discount (Pitis 2023); the first step alone is."""
    w, p = (0, 0), (0, 1)
    words = [(p, *[w] * (length - 1)), (p, p, *[w] * (length - 2)), (w,) * length, (p,) * length]
    ranked = [TrajectoryConstraint(0, x, y, STRICT) for x, y in pairwise(words)]
    assert not expressible(SINGLE, *ranked, discount=discount)
    assert expressible(SINGLE, ranked[0], discount=discount)


@pytest.mark.parametrize("discount", [Fraction(1, 10), Fraction(1, 2), Fraction(9, 10)])
def test_memory(discount: Fraction) -> None:
    """d(aa) + d(bb) = d(ab) + d(ba), so no reward prefers the same action twice (derived)."""
    p = corners(MEMORY)
    assert not expressible(MEMORY, accept(p["aaa"], p["bba"]), discount=discount)
    assert expressible(MEMORY, accept(p["aaa"]), discount=discount)
    assert expressible(MEMORY, accept(p["aaa"], p["aba"]), discount=discount)


def test_constant_direction() -> None:
    """On a row of two cells with four moves, "always the same direction" is not Markov (Abel et al. 2021)."""
    grid = model(
        {"l": {"u": "l", "d": "l", "e": "l", "r": "r"}, "r": {"u": "r", "d": "r", "e": "l", "r": "r"}},
        start="l",
    )
    p = corners(grid)
    assert not expressible(grid, accept(p["uu"], p["dd"], p["ee"], p["rr"]))
    assert expressible(grid, accept(*(p[x + y] for x in "ud" for y in "uder")))


def test_modal_family() -> None:
    """b better than a in one environment, worse in the other; what tells them apart is unseen (derived)."""
    choice = {"a": "w", "b": "w"}
    one = model({"s": choice, "w": {"a": "w"}, "x": {"a": "s"}}, start="s", actions="a b")
    two = model({"s": choice, "w": {"a": "w"}, "x": {"a": "x"}}, start="s", actions="a b")
    a, b = table(one, "a", "a", "a"), table(one, "b", "a", "a")
    for_b, for_a = PolicyConstraint(0, b, a, STRICT), PolicyConstraint(1, a, b, STRICT)
    assert expressible((one, two), for_b)
    assert expressible((one, two), for_a)
    assert not expressible((one, two), for_b, for_a)


def test_a_family_may_pay_for_the_next_state() -> None:
    """Where the two environments lead to different states, one reward on (s, a, s') serves both orders."""
    one = model({"s": {"a": "w", "b": "v"}, "v": {"a": "v"}, "w": {"a": "w"}}, start="s")
    two = model({"s": {"a": "v", "b": "w"}, "v": {"a": "v"}, "w": {"a": "w"}}, start="s")
    a, b = table(one, "a", "a", "a"), table(one, "b", "a", "a")
    assert expressible((one, two), PolicyConstraint(0, b, a, STRICT), PolicyConstraint(1, a, b, STRICT))


# Laws of acceptable sets


def dense(random: Random, states: int, actions: int) -> Model:
    """Return a model in which every state follows every pair with positive probability."""

    def law() -> tuple[tuple[int, Fraction], ...]:
        weights = [random.randint(1, 9) for _ in range(states)]
        return tuple((s, Fraction(x, sum(weights))) for s, x in enumerate(weights))

    return Model(
        tuple(f"s{s}" for s in range(states)),
        tuple(f"a{a}" for a in range(actions)),
        law(),
        tuple(MappingProxyType({a: law() for a in range(actions)}) for _ in range(states)),
    )


@pytest.mark.parametrize(("states", "actions"), [(2, 2), (3, 2), (2, 3)])
def test_equally_acceptable_sets_are_the_products(states: int, actions: int) -> None:
    """Where every state is reached, (2^|A| - 1)^|S| sets are Markov: those of the form pi(s) in A_s."""
    m = dense(Random(states * 10 + actions), states, actions)
    everything = deterministic_tables(m)
    sets = chain.from_iterable(combinations(everything, k) for k in range(1, len(everything) + 1))
    found = sum(expressible(m, accept(*good, kind=EQUAL)) for good in sets)
    assert found == (2**actions - 1) ** states


@pytest.mark.parametrize("kind", [RANGE, EQUAL])
def test_pairs_of_good_policies(kind: Acceptance) -> None:
    """Two policies are the acceptable ones of a Markov reward iff they differ in exactly one state."""
    m = dense(Random(5), 3, 2)
    for one, other in combinations(deterministic_tables(m), 2):
        differ = sum(x != y for x, y in zip(one, other, strict=True))
        assert expressible(m, accept(one, other, kind=kind)) is (differ == 1)


def test_stochastic_policies_join_the_universe() -> None:
    """A mixture that is good needs both its corners good; listed among bad ones it must lose too."""
    p = corners(SINGLE)
    half = table(SINGLE, {"w": "1/2", "p": "1/2"})
    assert not expressible(SINGLE, accept(half))
    assert expressible(SINGLE, accept(half, p["w"]))
    assert not expressible(SINGLE, accept(half, p["w"], kind=EQUAL))
    assert expressible(SINGLE, accept(half, *p.values(), kind=EQUAL))
    assert not expressible(SINGLE, accept(*p.values(), over=(half, *p.values())))
    assert expressible(SINGLE, accept(half, over=(p["p"],)))
