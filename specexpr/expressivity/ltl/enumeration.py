"""Readable formulas first: all of them by size, up to what a sample of trajectories tells apart.

Each policy is sampled by lassos with weights: its likeliest beginnings, each followed by a way around the
class in which it then ends that takes every step there. A formula has a truth bit at each position of each
lasso; of formulas with the same bits at all positions the first and smallest is kept. (Not of formulas with
the same values under the policies: that would drop X y and lose y & X y.) Weighted bits estimate its
probabilities; formulas whose estimates meet the constraints, nearly, are promising, and are left to exact
arithmetic, which alone decides.

Smallest means: of this grammar, in this order, with these samples.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush

from specexpr.certify.branching import Setup
from specexpr.certify.formula import Atom, Compound, Formula, Operator
from specexpr.certify.model import Relation
from specexpr.certify.observing import Step
from specexpr.certify.step_chain import StepChain

MOST_SIZE = 7
_BEGINNINGS = 24  # of each policy
_LONGEST = 48  # steps of a lasso
_HALF = 0.5
_SLACK = 0.12  # by how much an estimate may miss a constraint
_CANDIDATES = 30_000  # formulas that are looked at, fewer if they have more bits: about half a second
_FEW_BITS = 2_000


@dataclass(frozen=True, slots=True)
class Lassos:
    """Lassos of one length: bit t * count + k is position t of lasso k; backs[k] follows its last one."""

    steps: tuple[tuple[Step, ...], ...]
    backs: tuple[int, ...]
    weights: tuple[tuple[float, ...], ...]  # of each policy on the lassos
    certain: tuple[bool, ...]  # policies with a single trajectory


def sample(chains: Sequence[StepChain], *, seed: int = 0) -> Lassos:
    """Return lassos of each policy, all unrolled to one length."""
    rng = random.Random(seed)
    found: list[tuple[list[Step], int]] = []
    weights: list[list[tuple[int, float]]] = []
    certain = []
    for chain in chains:
        own = []
        beginnings = _beginnings(chain)
        for head, state, mass in beginnings:
            path = list(head)
            while state not in chain.of:
                path.append(rng.choice([step for step, _ in chain.leaving[state]]))
                state = path[-1][2]
            own.append((len(found), mass))
            found.append((path + _around(chain, state), len(path)))
        weights.append(own)
        certain.append(len(beginnings) == 1 and all(len(steps) == 1 for steps in chain.leaving.values()))
    length = max(len(path) for path, _ in found)
    unrolled = []
    for path, back in found:
        steps = list(path)
        while len(steps) < length:  # the cycle begins one step later
            steps.append(steps[back])
            back += 1
        unrolled.append((tuple(steps), back))
    columns = []
    for own in weights:
        column = [0.0] * len(found)
        for k, mass in own:
            column[k] = mass
        columns.append(tuple(column))
    return Lassos(
        tuple(steps for steps, _ in unrolled), tuple(b for _, b in unrolled), tuple(columns), tuple(certain)
    )


def _beginnings(chain: StepChain) -> list[tuple[tuple[Step, ...], int, float]]:
    """Return words that together are certain, with their ends and chances: the likeliest ones are split."""
    heap: list[tuple[float, int, tuple[Step, ...], int]] = []
    done: list[tuple[tuple[Step, ...], int, float]] = []
    serial = 0
    for s, p in chain.start:
        heappush(heap, (-float(p), serial, (), s))
        serial += 1
    while heap and len(heap) + len(done) < _BEGINNINGS:
        minus, _, word, state = heappop(heap)
        if len(word) >= _LONGEST // 4 or (
            state in chain.of
            and all(len(chain.leaving[s]) == 1 for s in chain.classes[chain.of[state]].states)
        ):
            done.append((word, state, -minus))
            continue
        for step, p in chain.leaving[state]:
            heappush(heap, (minus * float(p), serial, (*word, step), step[2]))
            serial += 1
    return [*done, *((word, state, -minus) for minus, _, word, state in heap)]


def _around(chain: StepChain, state: int) -> list[Step]:
    """Return a way through a class back to its start that takes every step, unless that gets too long."""
    path: list[Step] = []
    here = state
    for step in sorted(chain.classes[chain.of[state]].support):
        if step not in path and len(path) < _LONGEST:
            path += [*_way(chain, here, step[0]), step]
            here = step[2]
    return path + _way(chain, here, state)


def _way(chain: StepChain, here: int, there: int) -> list[Step]:
    """Return a shortest way from one state to another that is reached from it."""
    before: dict[int, Step] = {}
    level = [here]
    while there not in before and there != here:
        level = [step[2] for s in level for step, _ in chain.leaving[s] if _is_new(before, here, step)]
    found: list[Step] = []
    while there != here:
        found.append(before[there])
        there = before[there][0]
    return found[::-1]


def _is_new(before: dict[int, Step], here: int, step: Step) -> bool:
    if step[2] == here or step[2] in before:
        return False
    before[step[2]] = step
    return True


@dataclass(slots=True)
class Enumeration:
    """Formulas by size, with their bits."""

    lassos: Lassos
    atoms: Sequence[Atom]
    holds: Callable[[Atom, Step], bool]
    by_size: list[list[tuple[int, Formula]]] = field(default_factory=lambda: [[]])
    seen: set[int] = field(default_factory=set)
    _places: list[dict[Step, int]] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.lassos.steps)

    @property
    def length(self) -> int:
        return len(self.lassos.steps[0])

    def formulas(self, most: int) -> Iterator[tuple[int, Formula]]:
        """Yield new formulas with their bits, the smaller ones first, until enough have been looked at."""
        left = _CANDIDATES * _FEW_BITS // max(_FEW_BITS, self.count * self.length)
        everything = (1 << self.count * self.length) - 1
        self.seen |= {0, everything}
        for size in range(1, most + 1):
            self.by_size.append([])
            for bits, formula in self.candidates(size, everything):
                left -= 1
                if left < 0:
                    return
                if bits not in self.seen:
                    self.seen.add(bits)
                    self.by_size[size].append((bits, formula))
                    yield bits, formula

    def candidates(self, size: int, everything: int) -> Iterator[tuple[int, Formula]]:
        if size == 1:
            for atom in self.atoms:
                yield self.atom(atom), atom
            return
        for bits, f in self.by_size[size - 1]:
            yield bits ^ everything, Compound(Operator.NOT, (f,))
            yield self.following(bits), Compound(Operator.NEXT, (f,))
            yield self.until(everything, bits), Compound(Operator.EVENTUALLY, (f,))
            never = self.until(everything, bits ^ everything)
            yield never ^ everything, Compound(Operator.ALWAYS, (f,))
        for left in range(1, size - 1):
            right = size - 1 - left
            for a, f in self.by_size[left]:
                for b, g in self.by_size[right]:
                    if left <= right:
                        yield a & b, Compound(Operator.AND, (f, g))
                        yield a | b, Compound(Operator.OR, (f, g))
                        yield a ^ b ^ everything, Compound(Operator.IFF, (f, g))
                    yield (a ^ everything) | b, Compound(Operator.IMPLIES, (f, g))
                    until = self.until(a, b)
                    yield until, Compound(Operator.UNTIL, (f, g))
                    yield (
                        until | (self.until(everything, a ^ everything) ^ everything),
                        Compound(Operator.WEAK, (f, g)),
                    )

    def atom(self, atom: Atom) -> int:
        """Return the bits of an atom."""
        if not self._places:
            self._places = [self._at(t) for t in range(self.length)]
        truth = {step: self.holds(atom, step) for step in dict.fromkeys(x for at in self._places for x in at)}
        slabs = []
        for at in self._places:
            slab = 0
            for step, members in at.items():
                slab |= members if truth[step] else 0
            slabs.append(slab)
        return self._joined(slabs)

    def _joined(self, slabs: Sequence[int]) -> int:
        """Return the bits of all times, those of the first one last, from those of each: in linear time."""
        return int("".join([f"{slab:0{self.count}b}" for slab in reversed(slabs)]), 2)

    def _at(self, time: int) -> dict[Step, int]:
        """Return which lassos take each step at a time, as bits."""
        members: dict[Step, list[int]] = {}
        for k, steps in enumerate(self.lassos.steps):
            members.setdefault(steps[time], []).append(k)
        return {step: sum([1 << k for k in some]) for step, some in members.items()}

    def following(self, bits: int) -> int:
        """Return the bits of X."""
        last = (self.length - 1) * self.count
        found = bits >> self.count
        for k, back in enumerate(self.lassos.backs):
            if bits >> back * self.count + k & 1:
                found |= 1 << last + k
        return found

    def until(self, before: int, goal: int) -> int:
        """Return the bits of U: backwards, twice around."""
        count, length = self.count, self.length
        slab = (1 << count) - 1
        befores = [before >> t * count & slab for t in range(length)]
        goals = [goal >> t * count & slab for t in range(length)]
        ahead = 0
        found = [0] * length
        for _ in range(2):
            here = ahead
            for t in range(length - 1, -1, -1):
                here = found[t] = goals[t] | (befores[t] & here)
            ahead = 0
            for k, back in enumerate(self.lassos.backs):
                ahead |= found[back] & 1 << k
        return self._joined(found)


def promising(asked: Setup, enumeration: Enumeration, *, most: int) -> Iterator[Formula]:
    """Yield formulas whose estimated probabilities nearly meet the constraints, the smaller ones first."""
    lassos = enumeration.lassos
    weighed = [[(k, x) for k, x in enumerate(weights) if x] for weights in lassos.weights]
    for bits, formula in enumeration.formulas(min(most, MOST_SIZE)):
        values = [sum([x for k, x in pairs if bits >> k & 1]) for pairs in weighed]
        if all(
            _may_hold(values[i] - values[j], relation, lassos.certain[i] and lassos.certain[j])
            for (i, j), relation in zip(asked.sides, asked.relations, strict=True)
        ):
            yield formula


def _may_hold(gap: float, relation: Relation, is_certain: bool) -> bool:
    slack = -_HALF if is_certain else _SLACK
    if relation is Relation.STRICT:
        return gap > -slack
    return gap > -abs(slack) and (relation is Relation.WEAK or gap < abs(slack))
