"""The kernel's probabilities of formulas: against trajectories one by one, closed forms, and laws."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice

import pytest

from specexpr.certify.coin import Coin, shape, spaced, words, written_out
from specexpr.certify.formula import Atom, AtomKind, Compound, Formula, Operator
from specexpr.certify.formula_probability import FormulaProbability
from specexpr.certify.formula_store import ARITY, Joined, Store, formula_of, scheme_of, size
from specexpr.certify.model import Label, Model, Table
from specexpr.certify.proofs import Refused
from specexpr.certify.refinement import probability_from
from specexpr.certify.step_chain import step_chain
from specexpr.testing.examples import MEMORY, SINGLE, model, table
from specexpr.testing.temporal_words import Lasso, holds

O = Operator  # noqa: E741 -- formulas are written out below
ZERO, ONE = Fraction(0), Fraction(1)

BRANCHING = model(
    {
        "s": {"a": {"s": "1/3", "t": "1/3", "u": "1/3"}, "b": {"t": "1/2", "v": "1/2"}},
        "t": {"a": "v", "b": {"s": "1/4", "u": "3/4"}},
        "u": {"a": "v", "b": "w"},
        "v": {"a": "u", "b": "v"},
        "w": {"a": "v", "b": "w"},
    },
    start={"s": "1/2", "t": "1/2"},
)
"""Transient s and t; with one action in each of u, v, w the rest is a cycle."""

LABELS = (
    Label("even", states=frozenset({0, 2, 4})),
    Label("push", pairs=frozenset({(s, 0) for s in range(5)})),
)
Step = tuple[int, int, int]


def letter(step: Step) -> frozenset[Atom]:
    """Return the atoms that hold of a step, by the definitions."""
    s, a, t = step
    carried = [name for name, on in (("even", s in (0, 2, 4)), ("push", a == 0)) if on]
    labels = {Atom(AtomKind.LABEL, name) for name in carried}
    return frozenset(labels | {Atom(AtomKind.AT, s), Atom(AtomKind.DO, a), Atom(AtomKind.NEXT, t)})


def holds_on_lasso(formula: Formula, head: list[Step], cycle: list[Step]) -> bool:
    return holds(formula, Lasso(tuple(map(letter, head)), tuple(map(letter, cycle))))


def f(operator: Operator, *parts: Formula) -> Compound:
    return Compound(operator, parts)


def do(action: int) -> Atom:
    return Atom(AtomKind.DO, action)


def at(state: int) -> Atom:
    return Atom(AtomKind.AT, state)


def random_formula(rng: random.Random, most: int, states: int) -> Formula:
    """Return a formula of at most so many operators and atoms."""
    if most <= 1 or rng.random() < 0.1:
        kind = rng.choice(list(AtomKind))
        what = {
            AtomKind.LABEL: rng.choice(["even", "push"]),
            AtomKind.DO: rng.randrange(2),
        }
        return Atom(kind, what.get(kind, rng.randrange(states)))
    operator = rng.choice([op for op in O if ARITY[op] or rng.random() < 0.1])
    if ARITY[operator] == 2 and most < 3:
        operator = rng.choice([O.NOT, O.NEXT, O.EVENTUALLY, O.ALWAYS])
    split = rng.randrange(1, most - 1) if ARITY[operator] == 2 else most - 1
    parts = [split, most - 1 - split][: ARITY[operator]]
    return f(operator, *(random_formula(rng, part, states) for part in parts))


def value(
    formula: Formula, environment: Model, policy: Table, labels: tuple[Label, ...] = LABELS
) -> Fraction:
    return FormulaProbability(environment, labels, scheme_of(formula)).policy(policy)


def by_operators(formula: Formula, environment: Model, policy: Table) -> Fraction:
    """Return the probability by refinement alone, without the two shorter ways."""
    store = Store()
    number = store.add(scheme_of(formula))
    whole = FormulaProbability(environment, LABELS, scheme_of(formula))
    chain = step_chain(environment, policy)
    return sum((p * probability_from(chain, s, store, number, whole._holds) for s, p in chain.start), ZERO)


def lassos(
    environment: Model, policy: Table, depth: int
) -> Iterator[tuple[list[Step], list[Step], Fraction]]:
    """Yield (head, cycle, probability) of the trajectories that are on a cycle after `depth` steps."""
    pending: list[tuple[int, list[Step], Fraction]] = [(s, [], p) for s, p in environment.start]
    while pending:
        s, head, mass = pending.pop()
        cycle = certain_cycle(environment, policy, s)
        if cycle is not None:
            yield head, cycle, mass
        elif len(head) < depth:
            for a, p in policy[s]:
                pending += [(t, [*head, (s, a, t)], mass * p * q) for t, q in environment.rows[s][a]]


def certain_cycle(environment: Model, policy: Table, state: int) -> list[Step] | None:
    """Return the steps from a state back to it if they are certain."""
    steps: list[Step] = []
    here = state
    while len(steps) <= len(environment.states):
        if len(policy[here]) > 1 or len(environment.rows[here][policy[here][0][0]]) > 1:
            return None
        a = policy[here][0][0]
        following = environment.rows[here][a][0][0]
        steps.append((here, a, following))
        here = following
        if here == state:
            return steps
    return None


def policies(rng: random.Random) -> Table:
    """Return a policy of BRANCHING that is certain in u, v and w."""
    mixed = [{"a": "1/3", "b": "2/3"}, "a", "b"]
    return table(BRANCHING, rng.choice(mixed), rng.choice(mixed), *(rng.choice("ab") for _ in range(3)))


@pytest.mark.parametrize("seed", range(8))
def test_trajectories_one_by_one(seed: int) -> None:
    """Where trajectories end in cycles the probability is a sum over lassos, but for what is on its way."""
    rng = random.Random(seed)
    depth = 9
    for _ in range(12):
        formula, policy = random_formula(rng, rng.randrange(1, 9), 5), policies(rng)
        low, left = ZERO, ONE
        for head, cycle, mass in lassos(BRANCHING, policy, depth):
            left -= mass
            if holds_on_lasso(formula, head, cycle):
                low += mass
        assert left < Fraction(1, 50)
        found = value(formula, BRANCHING, policy)
        assert low <= found <= low + left
        assert by_operators(formula, BRANCHING, policy) == found


@pytest.mark.parametrize("seed", range(6))
def test_every_operator_on_certain_trajectories(seed: int) -> None:
    """Where a trajectory is certain, the probability of a formula is whether it holds on it."""
    rng = random.Random(100 + seed)
    ring = model(
        {f"s{i}": {"a": f"s{rng.randrange(5)}", "b": f"s{rng.randrange(5)}"} for i in range(5)}, start="s0"
    )
    policy = table(ring, *(rng.choice("ab") for _ in range(5)))
    head: list[Step] = []
    here = 0
    while certain_cycle(ring, policy, here) is None:
        a = policy[here][0][0]
        head.append((here, a, ring.rows[here][a][0][0]))
        here = head[-1][2]
    cycle = certain_cycle(ring, policy, here)
    assert cycle is not None
    for operator in O:
        for _ in range(12):
            parts = [random_formula(rng, rng.randrange(1, 5), 5) for _ in range(ARITY[operator])]
            formula = f(operator, *parts)
            assert value(formula, ring, policy) == holds_on_lasso(formula, head, cycle)


@pytest.mark.parametrize("seed", range(6))
def test_laws_on_any_chain(seed: int) -> None:
    """P(!f) = 1 - P(f), P(f | g) + P(f & g) = P(f) + P(g), f U g = g | (f & X (f U g)), and their kin."""
    rng = random.Random(200 + seed)
    law = {"a": "2/5", "b": "3/5"}
    for _ in range(6):
        policy = table(BRANCHING, *(rng.choice([law, "a", "b"]) for _ in range(5)))
        one, other = (random_formula(rng, rng.randrange(1, 6), 5) for _ in range(2))

        def p(formula: Formula, policy: Table = policy) -> Fraction:
            return value(formula, BRANCHING, policy)

        assert p(f(O.NOT, one)) == 1 - p(one)
        assert p(f(O.OR, one, other)) + p(f(O.AND, one, other)) == p(one) + p(other)
        assert p(f(O.IFF, one, other)) == p(f(O.AND, f(O.IMPLIES, one, other), f(O.IMPLIES, other, one)))
        until = f(O.UNTIL, one, other)
        assert p(until) == p(f(O.OR, other, f(O.AND, one, f(O.NEXT, until))))
        assert p(f(O.WEAK, one, other)) == p(f(O.OR, until, f(O.ALWAYS, one)))
        assert p(f(O.RELEASE, one, other)) == 1 - p(f(O.UNTIL, f(O.NOT, one), f(O.NOT, other)))
        assert p(f(O.STRONG, one, other)) == p(f(O.AND, f(O.RELEASE, one, other), f(O.EVENTUALLY, one)))
        for formula in (one, until, f(O.ALWAYS, f(O.EVENTUALLY, at(2)))):
            assert by_operators(formula, BRANCHING, policy) == p(formula)


@pytest.mark.parametrize("chance", ["1/2", "1/3", "5/7"])
def test_closed_forms_in_one_state(chance: str) -> None:
    """With p the chance of w, P(first = second) = p^2 + (1-p)^2, and so on."""
    p = Fraction(chance)
    q = 1 - p
    policy = table(SINGLE, {"w": str(p), "p": str(q)})
    twice = f(O.AND, do(1), f(O.NEXT, do(1)))
    closed = {
        f(O.UNTIL, do(0), twice): q * q / (1 - p),
        f(O.IFF, do(0), f(O.NEXT, do(0))): p * p + q * q,
        f(O.UNTIL, f(O.NOT, twice), f(O.AND, do(0), f(O.NEXT, do(0)))): p * p * (1 + q) / (1 - p * q),
        f(O.ALWAYS, do(0)): ZERO,
        f(O.ALWAYS, f(O.EVENTUALLY, twice)): ONE,
        f(O.EVENTUALLY, f(O.ALWAYS, do(0))): ZERO,
    }
    for formula, expected in closed.items():
        assert value(formula, SINGLE, policy) == expected
        assert by_operators(formula, SINGLE, policy) == expected


@pytest.mark.parametrize("chance", ["1/2", "2/3", "1/4", "3/5"])
def test_a_coin_has_its_chance(chance: str) -> None:
    """The formula that a coin stands for has probability m / N, found without the argument, for all p."""
    for p in ("1/2", "1/5"):
        law, rows = ({x: p, y: str(1 - Fraction(p))} for x, y in (("w", "p"), ("a", "b")))
        policy = table(SINGLE, law)
        coin = Coin(Fraction(chance), ((0, 0, 0),))
        assert FormulaProbability(SINGLE, (), (coin,)).policy(policy) == coin.chance
        assert value(written_out(coin), SINGLE, policy) == coin.chance
        policy = table(BRANCHING, rows, "b", rows, rows, rows)
        coin = Coin(Fraction(chance), ((2, 0, 3), (3, 0, 2)))
        assert FormulaProbability(BRANCHING, (), (coin,)).policy(policy) == coin.chance
        if (chance, p) == ("1/2", "1/5"):
            assert value(written_out(coin), BRANCHING, policy) == coin.chance


def test_the_words_of_a_coin() -> None:
    """They are so many, different, of one length, with as many ones, and no end of one begins another."""
    for faces in (2, 3, 5, 8, 13, 30, 216):
        found = words(faces)
        assert len(set(found)) == faces
        assert len({(len(word), sum(word)) for word in found}) == 1
        ends = {word[-k:] for word in found for k in range(1, len(word))}
        assert not ends & {word[:k] for word in found for k in range(1, len(word))}
        assert list(found) == sorted(found)


def test_a_coin_is_tossed_only_where_it_has_its_chance() -> None:
    """It needs a loop back to its first return, possible and not certain, in the class where it is tossed."""
    half = {"a": "1/2", "b": "1/2"}
    policy = table(BRANCHING, half, half, half, half, half)
    good = Coin(Fraction(1, 2), ((2, 0, 3), (3, 0, 2)))
    assert FormulaProbability(BRANCHING, (), (good,)).policy(policy) == Fraction(1, 2)
    for loop in (
        ((0, 0, 0),),  # s is left for ever
        ((2, 0, 3),),  # no way back
        ((2, 1, 3), (3, 0, 2)),  # a step that does not exist
        ((3, 1, 3), (3, 1, 3)),  # more than one return
    ):
        with pytest.raises(Refused, match="need not have its chance"):
            FormulaProbability(BRANCHING, (), (Coin(Fraction(1, 2), loop),)).policy(policy)
    certain = table(BRANCHING, half, half, "a", "a", "a")
    with pytest.raises(Refused, match="need not have its chance"):
        FormulaProbability(BRANCHING, (), (good,)).policy(certain)
    for wrong, match in (
        ((good, do(0), Joined(O.AND, (0, 1))), "together with a step"),
        ((good, Joined(O.EVENTUALLY, (0,))), "under a temporal operator"),
        ((good, Coin(Fraction(1, 3), good.loop), Joined(O.AND, (0, 1))), "more than one coin"),
    ):
        with pytest.raises(Refused, match=match):
            FormulaProbability(BRANCHING, (), wrong).policy(policy)


def test_a_coin_after_words_and_in_the_end() -> None:
    """A coin may follow steps, be negated, and be one of several, each in its own class."""
    policy = table(SINGLE, {"w": "1/2", "p": "1/2"})
    coin = Coin(Fraction(1, 3), ((0, 0, 0),))
    often = (Joined(O.EVENTUALLY, (1,)), Joined(O.ALWAYS, (2,)))
    after = (coin, do(0), Joined(O.NEXT, (0,)), Joined(O.AND, (1, 2)))
    assert FormulaProbability(SINGLE, (), after).policy(policy) == Fraction(1, 6)
    ultimately = (coin, do(0), *often, Joined(O.NOT, (0,)), Joined(O.AND, (3, 4)))
    assert FormulaProbability(SINGLE, (), ultimately).policy(policy) == Fraction(2, 3)
    assert value(formula_of(ultimately), SINGLE, policy) == Fraction(2, 3)


def test_many_words_take_linear_time() -> None:
    """A disjunction of words, shared or not, is read once: 2^300 words as a sum, 2,000 as they stand."""
    policy = table(SINGLE, {"w": "1/3", "p": "2/3"})
    parity: list[Atom | Joined] = [do(0), Joined(O.NOT, (0,)), Joined(O.FALSE), Joined(O.TRUE)]
    even, odd = 2, 3
    for _ in range(300):  # the number of w among the steps is odd
        n = len(parity)
        parity += [
            Joined(O.NEXT, (even,)),
            Joined(O.NEXT, (odd,)),
            Joined(O.AND, (0, n + 1)),
            Joined(O.AND, (1, n)),
            Joined(O.OR, (n + 2, n + 3)),
            Joined(O.AND, (0, n)),
            Joined(O.AND, (1, n + 1)),
            Joined(O.OR, (n + 5, n + 6)),
        ]
        even, odd = n + 4, n + 7
    found = FormulaProbability(SINGLE, (), tuple(parity[: even + 1])).policy(policy)
    assert found in (
        Fraction(1, 2) * (1 + Fraction(1, 3) ** 300),
        Fraction(1, 2) * (1 - Fraction(1, 3) ** 300),
    )
    assert size(tuple(parity[: even + 1])) > 2**300


def test_sizes_and_sharing() -> None:
    """The size counts operators and atoms as written; a scheme keeps equal parts once."""
    same = f(O.IFF, do(0), f(O.NEXT, do(0)))
    assert size(scheme_of(same)) == 4
    assert len(scheme_of(same)) == 3
    assert formula_of(scheme_of(same)) == same


@pytest.mark.parametrize("length", [1, 2, 3])
def test_the_size_of_a_coin(length: int) -> None:
    """It is that of the formula that the coin stands for, and known without writing that out."""
    loop = ((0, 0, 0),) * length
    for faces in (*range(2, 14), 34, 97):
        for held in {1, 2, faces // 2, faces // 3, faces - 1} - {0, faces}:
            coin = Coin(Fraction(held, faces), loop)
            assert size((coin,)) == size(scheme_of(written_out(coin)))
    huge = [size((Coin(Fraction(1, 10**k + 1), loop),)) for k in (5, 40, 100)]
    assert huge[0] > 10**5
    assert huge[1] > 10**40
    assert huge[2] > 10**100


def test_the_shape_of_words() -> None:
    """The length is the least with enough strings for some number of ones, and that is the least then."""
    for faces in (*range(1, 400), 10**6, 10**9 + 7, 2**40):
        length, ones = shape(faces)
        assert spaced(length, ones) >= faces
        assert all(spaced(length, fewer) < faces for fewer in range(1, ones))
        assert all(spaced(length - 1, j) < faces for j in range(length)) or length == 1
    for n in range(9):
        strings = [f"{x:0{n}b}" if n else "" for x in range(2**n)]
        for j in range(n + 2):
            assert spaced(n, j) == sum("11" not in x and x.count("1") == j for x in strings)


def test_labels_of_states_and_pairs() -> None:
    """Position t reads the labels of (s_t, a_t): never those of the next state."""
    even = Atom(AtomKind.LABEL, "even")
    policy = table(MEMORY, "a", "a", "a")
    labels = (Label("even", states=frozenset({1})),)
    assert value(even, MEMORY, policy, labels) == 0
    assert value(f(O.NEXT, even), MEMORY, policy, labels) == 1
    with pytest.raises(Refused, match='label "odd"'):
        value(Atom(AtomKind.LABEL, "odd"), MEMORY, policy, labels)


def test_equal_formulas_are_one() -> None:
    """Equal parts have one number, and constants are removed."""
    store = Store()
    x = store.add(scheme_of(do(0)))
    assert store.add(scheme_of(f(O.AND, do(0), f(O.TRUE)))) == x
    assert store.add(scheme_of(f(O.IMPLIES, do(0), f(O.FALSE)))) == store.join(O.NOT, x)
    assert store.add(scheme_of(f(O.IFF, f(O.FALSE), do(0)))) == store.join(O.NOT, x)
    assert store.join(O.NEXT, store.true) == store.true
    assert len(list(islice(store.entries, 10))) == 4
