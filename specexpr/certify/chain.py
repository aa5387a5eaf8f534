"""A model over integers, as the checkers walk it: its pairs (state, action), reach, behaviours, occupancies.

Rows of transitions keep a denominator each: a common one could explode.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm

from specexpr.certify.model import Distribution, Model, Table
from specexpr.certify.proofs import Refused
from specexpr.exact import common_denominator, solve_sparse

SMALL = 60
"""Up to so many states the kernel solves for what a proof does not carry."""

Key = tuple[int, ...]
"""A table as the numbers of its rows: equal iff the tables are equal; 0 is the empty row."""


@dataclass(slots=True)
class Chain:
    """The pairs (state, action) of a model: pair p leads to successors[p] with masses weights[p] / below[p].

    `index[s][a]` is the pair of s and a; a pair with one successor has it in `single`, others have -1 there.
    The start is `start`, (state, mass) over `start_below`.
    """

    model: Model
    index: list[dict[int, int]] = field(default_factory=list)
    state: list[int] = field(default_factory=list)
    successors: list[tuple[int, ...]] = field(default_factory=list)
    weights: list[tuple[int, ...]] = field(default_factory=list)
    below: list[int] = field(default_factory=list)
    single: list[int] = field(default_factory=list)
    wide: list[int] = field(default_factory=list)
    start: list[tuple[int, int]] = field(default_factory=list)
    start_below: int = 1
    _numbers: dict[Distribution, int] = field(default_factory=lambda: {(): 0})
    _by_id: dict[int, int] = field(default_factory=dict)
    _of_table: dict[int, tuple[list[int], Key]] = field(default_factory=dict)
    _kept: list[Distribution | Table] = field(default_factory=list)  # what has an entry by its id stays alive
    _behaviours: dict[Key, tuple[list[int], Key]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        starting, self.start_below = common_denominator([mass for _, mass in self.model.start])
        self.start = [(s, n) for (s, _), n in zip(self.model.start, starting, strict=True)]
        pair, one = 0, (1,)
        for s, row in enumerate(self.model.rows):
            actions = {}
            for a, law in row.items():
                actions[a] = pair
                if len(law) == 1:
                    self.single.append(law[0][0])
                    self.successors.append((law[0][0],))
                    self.weights.append(one)
                    self.below.append(1)
                else:
                    weights, below = common_denominator([p for _, p in law])
                    self.single.append(-1)
                    self.wide.append(pair)
                    self.successors.append(tuple([t for t, _ in law]))
                    self.weights.append(tuple(weights))
                    self.below.append(below)
                self.state.append(s)
                pair += 1
            self.index.append(actions)

    def key(self, table: Table) -> Key:
        """Return the table as numbers; rows that are one object are hashed once."""
        known, found = self._by_id, []
        for row in table:
            number = known.get(id(row))
            if number is None:
                number = known[id(row)] = self._numbers.setdefault(row, len(self._numbers))
                self._kept.append(row)
            found.append(number)
        return tuple(found)

    def reach(self, taken: Callable[[int], Iterable[int]]) -> list[int]:
        """Return the states that are reached, breadth first, when the pairs taken(s) can be taken in s."""
        seen = bytearray(len(self.index))
        order = [s for s, _ in self.model.start]
        for s in order:
            seen[s] = 1
        successors = self.successors
        for s in order:
            for p in taken(s):
                for t in successors[p]:
                    if not seen[t]:
                        seen[t] = 1
                        order.append(t)
        return order

    def reached(self, table: Table) -> list[int]:
        """Return the states that a table reaches; a free state takes every action."""
        index = self.index
        return self.reach(lambda s: [index[s][a] for a, _ in table[s]] if table[s] else index[s].values())

    def behaviour(self, table: Table) -> tuple[list[int], Key]:
        """Return the reached states and the key with 0 elsewhere.

        Two policies behave alike iff these keys agree.
        """
        found = self._of_table.get(id(table))
        if found is not None:
            return found
        key = self.key(table)
        found = self._behaviours.get(key)
        if found is None:
            order = self.reached(table)
            alike = key
            if len(order) < len(key):
                emptied = [0] * len(key)
                for s in order:
                    emptied[s] = key[s]
                alike = tuple(emptied)
            found = self._behaviours[key] = order, alike
        self._of_table[id(table)] = found
        self._kept.append(table)
        return found

    def occupancy(
        self, table: Table, discount: Fraction, given: tuple[Fraction, ...] | None
    ) -> tuple[list[int], int]:
        """Return the state occupancy d of a policy as integers over one denominator.

        d = start + discount P^T d has one solution: a given d is checked against it, and on small models a
        missing one is solved for. Raises Refused.
        """
        if given is None:
            given = self._solve_occupancy(table, discount)
        values, over = common_denominator(given)
        if any(self.flow_residual(table, discount, values, over)[0]):
            raise Refused("an occupancy does not solve the flow equation of its policy")
        return values, over

    def flow_residual(
        self, table: Table, discount: Fraction, values: list[int], over: int
    ) -> tuple[list[int], int]:
        """Return start + discount P^T d - d for d = values / over, on all states, as integers over a scale.

        The policy's row counts only in states that it reaches: elsewhere P is taken to be 0, and so is d.
        """
        order, _ = self.behaviour(table)
        steps, below = self.steps(table, order)
        left, ahead = discount.denominator * below * self.start_below, discount.numerator * self.start_below
        residual = [-left * n for n in values]
        for s, weight in self.start:
            residual[s] += weight * over * discount.denominator * below
        for s, row in zip(order, steps, strict=True):
            n = ahead * values[s]
            for t, weight in row:
                residual[t] += n * weight
        return residual, left * over

    def steps(self, table: Table, order: list[int]) -> tuple[list[list[tuple[int, int]]], int]:
        """Return for each state of `order` its (next, weight) under the policy, all over one denominator."""
        below = lcm(*{p.denominator * self.below[self.index[s][a]] for s in order for a, p in table[s]})
        steps = []
        for s in order:
            row = []
            for a, p in table[s]:
                pair = self.index[s][a]
                scale = p.numerator * (below // (p.denominator * self.below[pair]))
                row += [
                    (t, scale * w) for t, w in zip(self.successors[pair], self.weights[pair], strict=True)
                ]
            steps.append(row)
        return steps, below

    def _solve_occupancy(self, table: Table, discount: Fraction) -> tuple[Fraction, ...]:
        if len(self.index) > SMALL:
            raise Refused("a model of this size needs the occupancies with the proof")
        order, _ = self.behaviour(table)
        steps, below = self.steps(table, order)
        place = {s: i for i, s in enumerate(order)}
        rows = [{i: Fraction(1)} for i in range(len(order))]
        for i, row in enumerate(steps):
            for t, weight in row:
                j = place[t]
                rows[j][i] = rows[j].get(i, Fraction(0)) - Fraction(
                    discount.numerator * weight, discount.denominator * below
                )
        start = dict(self.model.start)
        found = [Fraction(0)] * len(self.index)
        for s, value in zip(
            order, solve_sparse(rows, [start.get(s, Fraction(0)) for s in order]), strict=True
        ):
            found[s] = value
        return tuple(found)
