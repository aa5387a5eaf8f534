"""The kernel's laws of returns, against all trajectories walked step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from random import Random
from types import MappingProxyType

import pytest

from specexpr.certify.clock import Average, ByState, Discounted, Horizon
from specexpr.certify.law import Law, Unbounded, law
from specexpr.certify.measure import Account, AccountClock, Total, value
from specexpr.certify.model import Distribution, Model, Table
from specexpr.certify.proofs import Refused

HALF, ONE = Fraction(1, 2), Fraction(1)


def model_of(*rows: dict[int, Fraction], start: Distribution = ((0, ONE),)) -> Model:
    """Return a model with one action: rows of what follows each state."""
    laws = tuple(MappingProxyType({0: tuple(sorted(row.items()))}) for row in rows)
    return Model(tuple(f"s{i}" for i in range(len(rows))), ("a",), start, laws)


def table_of(model: Model) -> Table:
    """Return the only policy."""
    return (((0, ONE),),) * len(model.states)


def account_of(
    clock: AccountClock,
    pays: dict[tuple[int, int], Fraction | int],
    discounts: dict[int, Fraction] | None = None,
) -> Account:
    """Return an account that pays for steps from s to t."""
    listed = tuple(sorted(((0, s, 0, t), Fraction(pay)) for (s, t), pay in pays.items()))
    factors = tuple(sorted(((s, 0), g) for s, g in (discounts or {}).items()))
    return Account(clock, listed, (), factors)


def only_law(account: Account, model: Model) -> Law:
    """Return the law under the only policy."""
    return law(account, model, table_of(model))


def test_a_coin_that_is_tossed_once() -> None:
    """One step, two outcomes; what comes to the same is one outcome."""
    model = model_of({1: HALF, 2: Fraction(1, 4), 3: Fraction(1, 4)}, {1: ONE}, {2: ONE}, {3: ONE})
    account = account_of(Total(), {(0, 1): 3, (0, 2): -1, (0, 3): -1})
    assert only_law(account, model) == ((Fraction(-1), HALF), (Fraction(3), HALF))


def test_a_horizon_is_a_binomial() -> None:
    """Three tosses of a coin that pays 1."""
    model = model_of({0: HALF, 1: HALF}, {0: HALF, 1: HALF})
    account = account_of(Horizon(3), {(0, 1): 1, (1, 1): 1})
    eighth = Fraction(1, 8)
    assert [p / eighth for _, p in only_law(account, model)] == [1, 3, 3, 1]


def test_weights_of_first_steps() -> None:
    """The first steps count as their weights say, the others by the discount; a last weight 0 ends it all."""
    model = model_of({0: ONE})
    pays = {(0, 0): Fraction(1)}
    weighed = account_of(Discounted(HALF, (Fraction(3), Fraction(2), Fraction(1))), pays)
    assert only_law(weighed, model) == ((Fraction(3 + 2 + 2), ONE),)
    ended = account_of(Discounted(HALF, (Fraction(3), Fraction(2), Fraction(0))), pays)
    assert only_law(ended, model) == ((Fraction(5), ONE),)


def test_certain_rounds_of_several_kinds() -> None:
    """A state may lead into circles that do not touch one another, and still be worth one number."""
    model = model_of({0: HALF, 2: HALF}, {2: ONE}, {1: HALF, 0: HALF})
    assert only_law(account_of(Discounted(HALF), {}), model) == ((Fraction(0), ONE),)
    pays = {(0, 0): 1, (0, 2): 1, (1, 2): 1, (2, 1): 1, (2, 0): 1}
    assert only_law(account_of(Discounted(HALF), pays), model) == ((Fraction(2), ONE),)
    with pytest.raises(Unbounded):
        only_law(account_of(Discounted(HALF), {**pays, (2, 0): 2}), model)


def test_what_no_factor_leads_to_does_not_count() -> None:
    """A discount of 0 ends the sum, whatever infinitely many values may follow."""
    model = model_of({1: ONE}, {0: HALF, 1: HALF})
    account = account_of(ByState(), {(0, 1): 5, (1, 1): 1}, {1: HALF})
    assert only_law(account, model) == ((Fraction(5), ONE),)


def test_totals_that_circle_without_pay() -> None:
    """A total may go round for a while if that pays 0 in all; if not, there are infinitely many values."""
    third = Fraction(1, 3)
    model = model_of({1: ONE}, {0: HALF, 2: HALF}, {2: ONE})
    paid_back = account_of(Total(), {(0, 1): 3, (1, 0): -3, (1, 2): third})
    assert only_law(paid_back, model) == ((3 + third, ONE),)
    with pytest.raises(Unbounded):
        only_law(account_of(Total(), {(0, 1): 3, (1, 0): -2}), model)


def test_totals_must_end() -> None:
    """Steps that pay again and again have no total, not even if they pay 0 in all or on average."""
    swing = model_of({1: ONE}, {0: ONE})
    toss = model_of({0: HALF, 1: HALF}, {0: HALF, 1: HALF})
    for model, pays in ((swing, {(0, 1): 1, (1, 0): -1}), (toss, {(0, 1): 1, (0, 0): -1})):
        account = account_of(Total(), dict(pays))
        with pytest.raises(Refused, match="for ever"):
            only_law(account, model)
        with pytest.raises(Refused, match="for ever"):
            value(account, model, table_of(model))


def test_an_average_is_no_return() -> None:
    """There is no law of it."""
    with pytest.raises(Refused):
        only_law(account_of(Average(), {}), model_of({0: ONE}))


# -- against trajectories ----------------------------------------------------------------------------------


CLOCKS: tuple[AccountClock, ...] = (
    Discounted(HALF),
    Discounted(Fraction(2, 3), (ONE, HALF)),
    Horizon(4),
    ByState(),
)


def draw_case(random: Random, clock: AccountClock) -> tuple[Account, Model]:
    """Return a small chain, often with no cycle but at its end, which no total pays; and an account."""
    n = random.randint(2, 5)
    is_layered = random.random() < 0.5
    rows = []
    for s in range(n):
        reached = range(min(s + 1, n - 1), n) if is_layered else range(n)
        some = random.sample(list(reached), min(len(reached), random.choice((1, 1, 2, 3))))
        masses = [random.randint(1, 3) for _ in some]
        rows.append({t: Fraction(m, sum(masses)) for t, m in zip(some, masses, strict=True)})
    if isinstance(clock, Total):
        rows[-1] = {n - 1: ONE}
    steps = [(s, t) for s, row in enumerate(rows) for t in row if (s, t) != (n - 1, n - 1)]
    share = random.choice((0.1, 0.3, 0.7))
    pays = {
        x: Fraction(random.randint(-3, 3), random.choice((1, 2))) for x in steps if random.random() < share
    }
    discounts = {s: random.choice((Fraction(0), HALF, Fraction(2, 3))) for s in range(n)}
    return account_of(clock, dict(pays), discounts if isinstance(clock, ByState) else None), model_of(*rows)


def walked(account: Account, model: Model, steps: int) -> Counter[tuple[int, Fraction, Fraction]]:
    """Return the law of (state, paid, weight of the next step) after so many steps of all trajectories."""
    pays, discounts = dict(account.pays), dict(account.discounts)
    clock = account.clock
    head = clock.head if isinstance(clock, Discounted) else (ONE,)
    now = Counter({(s, Fraction(0), head[0]): p for s, p in model.start})
    for time in range(1, steps + 1):
        after: Counter[tuple[int, Fraction, Fraction]] = Counter()
        for (s, paid, weight), p in now.items():
            for t, q in model.rows[s][0]:
                match clock:
                    case Discounted(discount=g):
                        following = head[time] if time < len(head) else weight * g
                    case ByState():
                        following = weight * discounts.get((s, 0), Fraction(0))
                    case Horizon(steps=last):
                        following = ONE if time < last else Fraction(0)
                    case _:
                        following = ONE
                after[t, paid + weight * pays.get((0, s, 0, t), Fraction(0)), following] += p * q
        now = after
    return now


def clusters(account: Account, model: Model, steps: int) -> Iterator[tuple[Fraction, Fraction, Fraction]]:
    """Yield (least, greatest, probability) of returns after so many steps, joined where they may meet."""
    most = max((abs(pay) for _, pay in account.pays), default=Fraction(0))
    pieces = sorted(
        (paid - weight * 3 * most, paid + weight * 3 * most, p)
        for (_, paid, weight), p in walked(account, model, steps).items()
    )
    low, high, mass = pieces[0]
    for least, greatest, p in pieces[1:]:
        if least > high:
            yield low, high, mass
            low, high, mass = least, greatest, p
        else:
            high, mass = max(high, greatest), mass + p
    yield low, high, mass


def test_laws_against_trajectories() -> None:
    """A finite law has its points in the clusters of what returns may be after many steps, with their mass.

    An infinite one shows more and more clusters, or such as stay wide.
    """
    random = Random(1)
    seen: Counter[str] = Counter()
    for _ in range(250):
        account, model = draw_case(random, random.choice(CLOCKS))
        try:
            found = only_law(account, model)
        except Unbounded:
            seen["infinite"] += 1
            early, late = (list(clusters(account, model, steps)) for steps in (4, 8))
            wide = max(high - low for low, high, _ in late)
            narrow = max(weight for _, _, weight in walked(account, model, 8)) * 24
            assert len(late) > len(early) or wide > narrow
            continue
        seen[f"{min(len(found), 3)}"] += 1
        rest = list(found)
        for low, high, mass in clusters(account, model, 14):
            inside = [(x, p) for x, p in rest if low <= x <= high]
            assert sum(p for _, p in inside) == mass
            rest = [point for point in rest if point not in inside]
        assert not rest
    assert min(seen["infinite"], seen["1"], seen["2"], seen["3"]) > 5


def test_totals_against_trajectories() -> None:
    """After many steps almost all trajectories have ended; they were paid what the law says.

    If it takes infinitely many values, ever more sums are seen.
    """
    random = Random(2)
    seen: Counter[str] = Counter()
    for _ in range(80):
        account, model = draw_case(random, Total())
        sums = [Counter[Fraction]() for _ in range(3)]
        for found, steps in zip(sums, (6, 12, 36), strict=True):
            for (_, paid, _), p in walked(account, model, steps).items():
                found[paid] += p
        try:
            exact = dict(only_law(account, model))
        except Unbounded:
            seen["infinite"] += 1
            assert len(sums[0]) < len(sums[1])
            continue
        except Refused:
            seen["none"] += 1
            continue
        seen["finite"] += 1
        near = Fraction(1, 100)
        assert all(abs(exact.get(x, 0) - sums[2][x]) < near for x in {*exact, *sums[2]})
    assert min(seen["infinite"], seen["finite"]) > 3
