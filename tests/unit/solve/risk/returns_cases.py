"""Chains with one action and accounts that pay for their steps: drawn at random, and a few by name."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random
from types import MappingProxyType

from specexpr.certify.clock import ByState, Discounted, Horizon
from specexpr.certify.measure import Account, AccountClock, Total
from specexpr.certify.model import Distribution, Model, Table
from specexpr.solve.risk.returns import Return, return_under

HALF, ONE = Fraction(1, 2), Fraction(1)

Rows = list[dict[int, Fraction]]
Pays = Mapping[tuple[int, int], Fraction | int]


def model_of(rows: Rows, *, start: Distribution = ((0, ONE),)) -> Model:
    """Return a model with one action: rows of what follows each state."""
    laws = tuple(MappingProxyType({0: tuple(sorted(row.items()))}) for row in rows)
    return Model(tuple(f"s{i}" for i in range(len(rows))), ("a",), start, laws)


def table_of(model: Model) -> Table:
    """Return the only policy."""
    return (((0, ONE),),) * len(model.states)


def account_of(
    clock: AccountClock, pays: Pays, *, discounts: Mapping[int, Fraction] | None = None
) -> Account:
    """Return an account that pays for steps from s to t."""
    listed = tuple(sorted(((0, s, 0, t), Fraction(pay)) for (s, t), pay in pays.items()))
    factors = tuple(sorted(((s, 0), g) for s, g in (discounts or {}).items()))
    return Account(clock, listed, (), factors)


def return_of(clock: AccountClock, rows: Rows, pays: Pays, **discounts: Mapping[int, Fraction]) -> Return:
    """Return the return of the only policy."""
    model = model_of(rows)
    return return_under(account_of(clock, pays, **discounts), model, table_of(model))


CLOCKS: tuple[AccountClock, ...] = (
    Discounted(HALF),
    Discounted(Fraction(9, 10)),
    Discounted(Fraction(2, 3), (ONE, Fraction(1, 3))),
    Discounted(HALF, (ONE, Fraction(2), Fraction(0))),
    Horizon(4),
    Total(),
    ByState(),
)


def draw_case(random: Random, clock: AccountClock) -> tuple[Account, Model]:
    """Return a small chain, often with no cycle but at its end, which no total pays; and an account."""
    n = random.randint(2, 5)
    is_layered = random.random() < 0.5
    rows: Rows = []
    for s in range(n):
        reached = range(min(s + 1, n - 1), n) if is_layered else range(n)
        some = random.sample(list(reached), min(len(reached), random.choice((1, 1, 2, 3))))
        masses = [random.randint(1, 3) for _ in some]
        rows.append({t: Fraction(m, sum(masses)) for t, m in zip(some, masses, strict=True)})
    if isinstance(clock, Total):
        rows[-1] = {n - 1: ONE}
    steps = [(s, t) for s, row in enumerate(rows) for t in row if (s, t) != (n - 1, n - 1)]
    share = random.choice((0.2, 0.5, 0.8))
    pays = {
        x: Fraction(random.randint(-3, 3), random.choice((1, 2))) for x in steps if random.random() < share
    }
    discounts = {s: random.choice((Fraction(0), HALF, Fraction(2, 3))) for s in range(n)}
    return account_of(clock, pays, discounts=discounts if isinstance(clock, ByState) else None), model_of(
        rows
    )


def layered(random: Random, *, layers: int, width: int, top: int) -> tuple[Account, Model]:
    """Return a total on layers of states, each step to one of two in the next layer, paid 0 to `top`."""
    last = layers * width
    rows: Rows = []
    pays: dict[tuple[int, int], int] = {}
    for s in range(last):
        below = [t for t in range((s // width + 1) * width, (s // width + 2) * width) if t < last] or [last]
        some = random.sample(below, min(2, len(below)))
        masses = [random.randint(1, 3) for _ in some]
        rows.append({t: Fraction(m, sum(masses)) for t, m in zip(some, masses, strict=True)})
        pays |= {(s, t): random.randint(0, top) for t in some}
    rows.append({last: ONE})
    return account_of(Total(), pays), model_of(rows)


def geometric(stay: Fraction, pay: Fraction | int) -> Return:
    """Return the total that pays each time that a state is not left."""
    return return_of(Total(), [{0: stay, 1: 1 - stay}, {1: ONE}], {(0, 0): pay})
