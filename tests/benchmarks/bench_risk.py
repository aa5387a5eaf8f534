"""CVaR and quantile at 1/10 of returns on 1,000 states: of some 10,000 outcomes each, and of infinitely many.

A total over 100 layers of ten states, and one where one may rest in a state; a horizon of 100 steps on states
that lead anywhere; discounted returns of finitely many and of infinitely many values. Whole pays. Ours is
exact, or encloses; the peer is a dynamic program in plain floats on a dense array.
Run: python -m tests.benchmarks.bench_risk [--quick]
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from types import MappingProxyType
from typing import TypeVar

import numpy as np

from specexpr.certify.clock import Discounted, Horizon
from specexpr.certify.measure import Account, AccountClock, Total
from specexpr.certify.model import Distribution, Model, Table
from specexpr.exact import Number, bounds
from specexpr.solve.risk.functionals import Outcomes
from specexpr.solve.risk.valuing import cvar_value, quantile_value, return_law
from tests.benchmarks.baseline_float_law import Edges, law_of_sums, law_on_grid, quantile_of, tail_mean_of
from tests.benchmarks.measure import arguments, print_table

Answer = TypeVar("Answer")

LEVEL = Fraction(1, 10)


@dataclass(frozen=True, slots=True)
class Case:
    """A chain with pays under a clock; `length`: after so many steps a total has ended, or next to it."""

    name: str
    clock: AccountClock
    edges: tuple[tuple[int, int, Fraction, int], ...]
    states: int
    length: int

    def where(self) -> tuple[Account, Model, Table]:
        """Return the account, the model and its only policy."""
        rows: list[dict[int, Fraction]] = [{} for _ in range(self.states)]
        for s, t, p, _ in self.edges:
            rows[s][t] = p
        laws: list[Distribution] = [tuple(sorted(row.items())) for row in rows]
        names = tuple(f"s{s}" for s in range(self.states))
        start = ((0, Fraction(1)),)
        model = Model(names, ("a",), start, tuple(MappingProxyType({0: law}) for law in laws))
        pays = tuple(sorted(((0, s, 0, t), Fraction(pay)) for s, t, _, pay in self.edges if pay))
        return Account(self.clock, pays), model, (((0, Fraction(1)),),) * self.states

    def floats(self) -> Edges:
        """Return the edges as the peer takes them."""
        return [(s, t, float(p), pay) for s, t, p, pay in self.edges]


def drawn(random: Random, s: int, among: range, *, top: int) -> list[tuple[int, int, Fraction, int]]:
    """Return edges from a state to three others."""
    some = random.sample(among, min(3, len(among)))
    masses = [random.randint(1, 3) for _ in some]
    return [
        (s, t, Fraction(m, sum(masses)), random.randint(0, top)) for t, m in zip(some, masses, strict=True)
    ]


def layered(random: Random, states: int, *, layers: int, top: int, name: str, clock: AccountClock) -> Case:
    """Return layers of states, each leading to three of the next."""
    width = states // layers
    edges = []
    for s in range(states):
        after = range((s // width + 1) * width, min((s // width + 2) * width, states))
        edges += drawn(random, s, after, top=top) if after else [(s, states, Fraction(1), top)]
    return Case(name, clock, (*edges, (states, states, Fraction(1), 0)), states + 1, layers + 1)


def free(random: Random, states: int, *, top: int, name: str, clock: AccountClock, length: int) -> Case:
    """Return states that each lead to three others."""
    edges = [edge for s in range(states) for edge in drawn(random, s, range(states), top=top)]
    return Case(name, clock, tuple(edges), states, length)


def resting(random: Random, states: int, *, layers: int, top: int, name: str) -> Case:
    """Return layers where one may rest, which pays: a total of infinitely many values."""
    width = states // layers
    edges = []
    for s in range(states):
        after = range((s // width + 1) * width, min((s // width + 2) * width, states))
        onward = drawn(random, s, after, top=top) if after else [(s, states, Fraction(1), top)]
        edges += [(s, t, p * 4 / 5, pay) for s, t, p, pay in onward]
        edges.append((s, s, Fraction(1, 5), random.randint(0, top)))
    return Case(name, Total(), (*edges, (states, states, Fraction(1), 0)), states + 1, 4 * layers)


def cases(size: int) -> list[Case]:
    """Return the chains."""
    random = Random(1)
    g = Fraction(9, 10)
    return [
        layered(random, size, layers=size // 10, top=130, name="total, layers", clock=Total()),
        resting(random, size, layers=size // 10, top=60, name="total, infinitely many"),
        free(random, size, top=130, name="horizon 100", clock=Horizon(100), length=100),
        layered(random, 28, layers=14, top=9, name="discounted, 28 states", clock=Discounted(g)),
        free(random, size, top=9, name="discounted, infinitely many", clock=Discounted(g), length=150),
    ]


def timed(work: Callable[[], Answer]) -> tuple[Answer, float]:
    """Return what `work` returns, and the processor's seconds that it took."""
    began = time.process_time()
    answer = work()
    return answer, time.process_time() - began


def shown(value: Number) -> str:
    """Return a number, or where it lies."""
    low, high = bounds(value)
    return f"{float(low):.6f}" if low == high else f"{float(low):.6f} +- {float(high - low) / 2:.0e}"


def peer(case: Case) -> tuple[float, float]:
    """Return CVaR and quantile in floats."""
    if isinstance(case.clock, Discounted):
        top = max(pay for *_, pay in case.edges) / (1 - float(case.clock.discount))
        values, law = law_on_grid(
            case.states,
            case.floats(),
            start=0,
            discount=float(case.clock.discount),
            ends=(0, top),
            cells=512,
            sweeps=case.length,
        )
    else:
        most = case.length * max(pay for *_, pay in case.edges)
        law = law_of_sums(case.states, case.floats(), start=0, steps=case.length, most=most)
        values = np.arange(most + 1)
    level = float(LEVEL)
    return tail_mean_of(values, law, level), quantile_of(values, law, level)


def main() -> None:
    size = 200 if arguments(__doc__ or "").quick else 1_000
    rows, values = [], []
    for case in cases(size):
        where = case.where()
        tail, first = timed(lambda w=where: cvar_value(LEVEL, *w))
        floor, second = timed(lambda w=where: quantile_value(LEVEL, *w))
        law = return_law(*where)
        count = f"{len(law)}" if isinstance(law, Outcomes) else f"({len(law.lower)})"
        theirs, seconds = timed(lambda c=case: peer(c))
        rows.append((case.name, count, first + second, seconds, (first + second) / seconds))
        values.append((case.name, shown(tail), f"{theirs[0]:.6f}", shown(floor), f"{theirs[1]:.6f}"))
    print(f"CVaR and quantile at {LEVEL} on {size} states; in brackets the outcomes of a law below")
    print_table(("", "outcomes", "seconds", "floats", "ratio"), rows)
    print()
    print_table(("", "CVaR", "floats", "quantile", "floats"), values)


if __name__ == "__main__":
    main()
