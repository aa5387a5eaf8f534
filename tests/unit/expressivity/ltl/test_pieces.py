"""Formulas put together from pieces have the probabilities of the pieces, whatever is chosen."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from specexpr.certify.formula_probability import FormulaProbability
from specexpr.certify.model import Claim, Model, Table
from specexpr.certify.tails import Tails
from specexpr.expressivity.ltl.cylinders import Ends, WordNode, grow
from specexpr.expressivity.ltl.drafts import Drafts
from specexpr.expressivity.ltl.effort import Effort
from specexpr.expressivity.ltl.tossing import StepCoins, coin_of
from specexpr.expressivity.ltl.writing import Key, Writer
from specexpr.testing.examples import model, table
from specexpr.testing.generators import random_environment, random_table

ZERO, ONE = Fraction(0), Fraction(1)

FORK = model(
    {
        "s": {"a": {"s": "1/3", "t": "1/3", "u": "1/3"}, "b": {"t": "1/2", "u": "1/2"}},
        "t": {"a": "t", "b": "u"},
        "u": {"a": {"t": "1/2", "u": "1/2"}, "b": "u"},
    },
    start={"s": "3/4", "t": "1/4"},
)


def drawn(rng: random.Random) -> tuple[Model, list[Table]]:
    """Return an environment and some policies, about half of them deterministic."""
    if rng.random() < 0.4:
        law = {"a": "1/3", "b": "2/3"}
        return FORK, [table(FORK, *(rng.choice(["a", "b", law]) for _ in range(3))) for _ in range(3)]
    m = random_environment(rng, rng.randint(0, 5)).model
    pure = [tuple(((rng.choice(sorted(row)), ONE),) for row in m.rows) for _ in range(2)]
    return m, [*pure, *(random_table(rng, m) for _ in range(2))]


@pytest.mark.parametrize("seed", range(40))
def test_any_choice_of_pieces_is_a_formula(seed: int) -> None:
    """Pieces held or not, in part by a coin, or some words of several: the kernel finds the sum."""
    rng = random.Random(seed)
    m, policies = drawn(rng)
    claim = Claim((m,), (), (), None)
    ends = Ends(Tails.of(claim, [(0, t) for t in policies]))
    forest = grow(ends, rng.randrange(4), goes_on=rng.random() < 0.5, effort=Effort(10**6))
    assert forest is not None
    shares: dict[Key, Fraction] = {}
    parts: list[tuple[WordNode, int, int]] = []
    expected = [ZERO] * len(policies)
    for node, end in forest.pieces():
        count = Fraction(rng.randrange(node.count + 1))
        shares[node, end] = Fraction(int(count > 0))
        if ends.is_cycle[end] or rng.random() < 0.6:
            if 0 < count < node.count:
                parts.append((node, end, int(count)))
        else:
            shares[node, end] = rng.choice([ZERO, ONE, Fraction(1, 3), Fraction(2, 5)])
            count = shares[node, end] * node.count
        expected = [x + count * p for x, p in zip(expected, node.settled[end], strict=True)]
    drafts = Drafts.of(m)
    scheme = drafts.scheme(Writer(forest, drafts, StepCoins(forest.ends), shares, parts).write())
    value = FormulaProbability(m, (), scheme)
    assert [value.policy(t) for t in policies] == expected


@pytest.mark.parametrize("seed", range(20))
def test_pieces_are_everything(seed: int) -> None:
    """The pieces of the kernel with what words leave, and those that formulas hold, add up to 1."""
    rng = random.Random(100 + seed)
    m, policies = drawn(rng)
    tails = Tails.of(Claim((m,), (), (), None), [(0, t) for t in policies])
    depth = rng.randrange(5)
    pieces = tails.explore(depth)
    for i in range(len(policies)):
        total = sum((atom.count * atom.vector[i] for atom in pieces.atoms), ZERO)
        total += sum((part[i] for spread in pieces.spreads for part in spread.parts), ZERO)
        total += sum((one.count * one.vector[i] for one in pieces.rest), ZERO)
        assert total == 1
    for goes_on in (False, True):
        forest = grow(Ends(tails), depth, goes_on=goes_on, effort=Effort(10**6))
        assert forest is not None
        for i in range(len(policies)):
            assert sum((node.count * node.settled[end][i] for node, end in forest.pieces()), ZERO) == 1


def test_a_coin_has_a_loop_that_is_not_certain() -> None:
    """It begins at a state with two steps, and comes back to it for the first time."""
    support = frozenset({(0, 0, 1), (1, 0, 2), (1, 1, 0), (2, 0, 1)})
    coin = coin_of(support, Fraction(1, 2))
    assert coin.loop in {((1, 0, 2), (2, 0, 1)), ((1, 1, 0), (0, 0, 1))}
