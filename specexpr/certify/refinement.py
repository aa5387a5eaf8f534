"""The probability of a formula on a finite chain, by deciding its operators from the inside out.

The nodes of the chain are steps. Once the truth of the parts is known in each node, so is that of a Boolean
operator. For X f and f U g let q(x) be the probability that it holds from node x on. Nodes with 0 < q < 1 are
split into those from which it will turn out true and those from which it will not: the chain is conditioned
on what comes, copy (x, v) going to copy (y, w) with probability P(x, y) q(y, w) / q(x, v) if v and w go
together (q(y, 1) = q(y), q(y, 0) = 1 - q(y)). By the Markov property the copies are a chain again, it does to
the nodes what the first one did, and the truth of one more operator is known in each node. The other
operators are written in terms of these two. At last the formula is true in some of the starting nodes: their
mass is its probability.

Costas Courcoubetis and Mihalis Yannakakis, The Complexity of Probabilistic Verification (1995).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from specexpr.certify.coin import Coin
from specexpr.certify.formula import Atom, Operator
from specexpr.certify.formula_store import Joined, Store
from specexpr.certify.label_coin import LabelCoin
from specexpr.certify.observing import Step
from specexpr.certify.proofs import Refused, TooLarge
from specexpr.certify.step_chain import StepChain, reached
from specexpr.exact import solve_sparse

MOST_NODES = 2_000
"""So many nodes a chain may be split into."""

Row = dict[int, Fraction]
Truth = list[bool]

_ZERO, _ONE = Fraction(0), Fraction(1)


def probability_from(
    chain: StepChain, state: int, store: Store, formula: int, holds: Callable[[Atom, Step], bool]
) -> Fraction:
    """Return the probability that a formula without coins holds from a state on. Raises Refused."""
    refined = _Refined.of(chain, state)
    for number in _parts(store, formula):
        entry = store.entries[number]
        if isinstance(entry, Coin | LabelCoin):
            raise Refused("a coin stands under a temporal operator")
        if isinstance(entry, Atom):
            refined.truth[number] = [holds(entry, step) for step in refined.steps]
        else:
            refined.decide(number, entry)
    held = refined.truth[formula]
    return sum((p for x, p in refined.start.items() if held[x]), _ZERO)


def _parts(store: Store, formula: int) -> list[int]:
    """Return the numbers of all parts of a formula, each after its own parts."""
    found: set[int] = set()
    waiting = [formula]
    while waiting:
        number = waiting.pop()
        if number not in found:
            found.add(number)
            entry = store.entries[number]
            waiting += entry.parts if isinstance(entry, Joined) else ()
    return sorted(found)


@dataclass(slots=True)
class _Refined:
    """A chain whose nodes are steps, or copies of steps; the truth of formulas in each node.

    Nodes with the same future share a row: node x goes on by rows[ahead[x]].
    """

    steps: list[Step]
    ahead: list[int]
    rows: list[Row]
    start: Row
    truth: dict[int, Truth]

    @classmethod
    def of(cls, chain: StepChain, state: int) -> _Refined:
        """Return the steps that are reached from a state."""
        place = {step: x for x, (step, _) in enumerate(chain.leaving[state])}
        steps = list(place)
        states: dict[int, int] = {}
        rows: list[Row] = []
        for _, _, t in steps:
            if t not in states:
                states[t] = len(rows)
                for step, _ in chain.leaving[t]:
                    if step not in place:
                        place[step] = len(steps)
                        steps.append(step)
                rows.append({place[step]: p for step, p in chain.leaving[t]})
        start = {place[step]: p for step, p in chain.leaving[state]}
        return cls(steps, [states[t] for _, _, t in steps], rows, start, {})

    def decide(self, number: int, entry: Joined) -> None:
        """Find the truth of an operator in each node, splitting nodes where need be."""
        parts = [self.truth[i] for i in entry.parts]
        size = range(len(self.steps))
        match entry.operator, parts:
            case Operator.TRUE, ():
                self.truth[number] = [True for _ in size]
            case Operator.FALSE, ():
                self.truth[number] = [False for _ in size]
            case Operator.NOT, (f,):
                self.truth[number] = _not(f)
            case Operator.AND, (f, g):
                self.truth[number] = [f[x] and g[x] for x in size]
            case Operator.OR, (f, g):
                self.truth[number] = [f[x] or g[x] for x in size]
            case Operator.IMPLIES, (f, g):
                self.truth[number] = [not f[x] or g[x] for x in size]
            case Operator.IFF, (f, g):
                self.truth[number] = [f[x] is g[x] for x in size]
            case Operator.NEXT, (f,):
                chances = [sum((p for y, p in row.items() if f[y]), _ZERO) for row in self.rows]
                self._split(
                    number, [chances[r] for r in self.ahead], [True for _ in size], lambda v, y, w: f[y] is v
                )
            case Operator.EVENTUALLY, (g,):
                self._until(number, [True for _ in size], g)
            case Operator.ALWAYS, (f,):
                self._until(number, [True for _ in size], _not(f), negated=True)
            case Operator.UNTIL, (f, g):
                self._until(number, f, g)
            case Operator.RELEASE, (f, g):
                self._until(number, _not(f), _not(g), negated=True)
            case Operator.WEAK, (f, g):  # it fails iff not g until neither
                self._until(number, _not(g), [not (f[x] or g[x]) for x in size], negated=True)
            case Operator.STRONG, (f, g):
                self._until(number, g, [f[x] and g[x] for x in size])
            case _:
                raise Refused(f'"{entry.operator}" does not join {len(parts)} formulas')

    def _until(self, number: int, before: Truth, goal: Truth, *, negated: bool = False) -> None:
        """Decide "before until goal": it holds at once, or it fails at once, or it is left to what comes."""
        is_open = [before[x] and not goal[x] for x in range(len(self.steps))]
        left = self._until_chances(is_open, goal)
        now = [left[r] if on else Fraction(won) for r, on, won in zip(self.ahead, is_open, goal, strict=True)]
        self._split(number, now, is_open, lambda v, y, w: v is w)
        if negated:
            self.truth[number] = _not(self.truth[number])

    def _until_chances(self, is_open: Truth, goal: Truth) -> list[Fraction]:
        """Return for each row the probability of going on through open nodes to a goal."""
        into: dict[int, set[int]] = {}
        for r, row in enumerate(self.rows):
            for y in row:
                if is_open[y]:
                    into.setdefault(self.ahead[y], set()).add(r)
        all_rows = range(len(self.rows))
        can = reached((r for r in all_rows if any(goal[y] for y in self.rows[r])), into)
        fails = [r not in can or any(not (goal[y] or is_open[y]) for y in self.rows[r]) for r in all_rows]
        may_not = reached((r for r in all_rows if fails[r]), into)
        free = [r for r in all_rows if r in can and r in may_not]
        place: Mapping[int, int] = {r: i for i, r in enumerate(free)}
        chances = [_ONE if r in can else _ZERO for r in all_rows]
        matrix, right = [], []
        for r in free:
            line, constant = {place[r]: _ONE}, _ZERO
            for y, p in self.rows[r].items():
                s = self.ahead[y]
                if is_open[y] and s in place:
                    line[place[s]] = line.get(place[s], _ZERO) - p
                elif goal[y] or (is_open[y] and s in can):
                    constant += p
            matrix.append(line)
            right.append(constant)
        for r, q in zip(free, solve_sparse(matrix, right), strict=True):
            chances[r] = q
        return chances

    def _split(
        self,
        number: int,
        chances: Sequence[Fraction],
        is_linked: Truth,
        fits: Callable[[bool, int, bool], bool],
    ) -> None:
        """Split nodes by the truth of a formula that has these chances.

        A copy v of a linked node goes on to the copies w of y that fit it, other nodes to all copies.
        """
        copies: list[tuple[int, bool, Fraction]] = []
        of: list[list[tuple[int, bool, Fraction]]] = []
        for x, q in enumerate(chances):
            own = [(v, mass) for v, mass in ((True, q), (False, 1 - q)) if mass]
            of.append([(len(copies) + i, v, mass) for i, (v, mass) in enumerate(own)])
            copies += [(x, v, mass) for v, mass in own]
        if len(copies) > MOST_NODES:
            raise TooLarge("the formula needs too many nodes of a chain to be told apart")
        if len(copies) > len(of):
            places: dict[tuple[int, bool | None], int] = {}
            rows: list[Row] = []
            ahead = []
            for x, v, mass in copies:
                key = self.ahead[x], v if is_linked[x] else None
                if key not in places:
                    places[key] = len(rows)
                    row: Row = {}
                    for y, p in self.rows[self.ahead[x]].items():
                        row |= {z: p * q / mass for z, w, q in of[y] if not is_linked[x] or fits(v, y, w)}
                    rows.append(row)
                ahead.append(places[key])
            self.start = {z: p * q for x, p in self.start.items() for z, _, q in of[x]}
            self.rows, self.ahead, self.steps = rows, ahead, [self.steps[x] for x, _, _ in copies]
            for i, truth in self.truth.items():
                self.truth[i] = [truth[x] for x, _, _ in copies]
        self.truth[number] = [v for _, v, _ in copies]


def _not(truth: Truth) -> Truth:
    return [not x for x in truth]
