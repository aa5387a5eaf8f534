"""The pieces of which formulas are put together: words, and the classes in which trajectories then end.

A piece is a word w with a support T: the trajectories that begin with w and take exactly the steps of T
infinitely often. Its probabilities are P_i(w) times the chance of ending in T from there. A formula can hold
a piece or not; if T is not a cycle, also any rational share of it, by a coin. So every choice of pieces with
their shares is a formula, and its probabilities are the sums.

Words go on up to a length, but not where that would tell nothing apart: pieces of longer words in T are
proportional if the policies that can end in T do the same from there on. Words with one end and one vector
of probabilities are one node.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from specexpr.certify.observing import Step
from specexpr.certify.step_chain import StepChain
from specexpr.certify.tails import MOST_WORDS, Tails, Vector, is_atomic
from specexpr.expressivity.ltl.effort import Effort

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Ends:
    """The supports in which some policies end, by number, as far as what is seen of a step tells them apart.

    of[i][k] is the number of the support of class k of policy i. is_cycle: in one of the classes with this
    support each state has one step, so that no coin can be tossed.
    """

    tails: Tails
    seen_as: Callable[[Step], Step] = lambda step: step
    supports: tuple[frozenset[Step], ...] = field(init=False)
    is_cycle: tuple[bool, ...] = field(init=False)
    of: tuple[tuple[int, ...], ...] = field(init=False)
    _apart: dict[tuple[int, int], frozenset[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        numbers: dict[frozenset[Step], int] = {}
        cycles: set[int] = set()
        of = []
        for chain in self.chains:
            own = [
                numbers.setdefault(frozenset(map(self.seen_as, c.support)), len(numbers))
                for c in chain.classes
            ]
            cycles |= {number for number, c in zip(own, chain.classes, strict=True) if is_atomic(c)}
            of.append(tuple(own))
        object.__setattr__(self, "of", tuple(of))
        object.__setattr__(self, "supports", tuple(numbers))
        object.__setattr__(self, "is_cycle", tuple(number in cycles for number in range(len(numbers))))

    @property
    def chains(self) -> tuple[StepChain, ...]:
        return self.tails.chains

    def ahead(self, i: int, state: int) -> Mapping[int, Fraction]:
        """Return the supports in which policy i can end from a state, with their chances."""
        chain = self.chains[i]
        if state in chain.of:
            return {self.of[i][chain.of[state]]: Fraction(1)}
        found: dict[int, Fraction] = {}
        for k, number in enumerate(self.of[i]):
            chance = chain.ending(k).get(state)
            if chance:
                found[number] = found.get(number, _ZERO) + chance
        return found

    def has_entered(self, i: int, state: int) -> bool:
        return state in self.chains[i].of

    def do_alike(self, members: Sequence[int], state: int) -> bool:
        """Say whether some policies do the same from a state on."""
        first, *others = members
        return all(state not in self._differing(first, i) for i in others)

    def _differing(self, i: int, j: int) -> frozenset[int]:
        """Return the states from which one of two policies may do something else than the other."""
        if (i, j) not in self._apart:
            one, other = self.chains[i].leaving, self.chains[j].leaving
            found = {s for s in {*one, *other} if one.get(s) != other.get(s)}
            grows = True
            while grows:
                new = {
                    s
                    for s, steps in one.items()
                    if s not in found and any(t in found for (_, _, t), _ in steps)
                }
                found |= new
                grows = bool(new)
            self._apart[i, j] = frozenset(found)
        return self._apart[i, j]


@dataclass(slots=True, eq=False)
class WordNode:
    """Words of one length: their end, the probabilities of each of them, and how many they are.

    settled: the supports for which these words are pieces, with the vectors of each piece.
    done: supports for which shorter words are pieces already.
    """

    state: int
    vector: Vector
    count: int
    done: frozenset[int]
    settled: dict[int, Vector] = field(default_factory=dict)
    children: dict[Step, WordNode] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Forest:
    """The words of some policies: one root for each start state; nodes level by level."""

    ends: Ends
    roots: tuple[WordNode, ...]
    nodes: tuple[WordNode, ...]
    is_complete: bool

    def pieces(self) -> list[tuple[WordNode, int]]:
        """Return every (node, support) that is a piece."""
        return [(node, end) for node in self.nodes for end in node.settled]


def grow(ends: Ends, depth: int, *, goes_on: bool, effort: Effort) -> Forest | None:
    """Return the words of up to a length; None if there are too many.

    goes_on: also where pieces would be proportional, so that there are more of them to choose from.
    """
    starts = [dict(chain.start) for chain in ends.chains]
    level: dict[object, WordNode] = {}
    for s in sorted({s for start in starts for s in start}):
        node = WordNode(s, tuple(start.get(s, _ZERO) for start in starts), 1, frozenset())
        level[s] = node
    roots = tuple(level.values())
    nodes: list[WordNode] = []
    is_complete = True
    for length in range(depth + 1):
        following: dict[object, WordNode] = {}
        for node in level.values():
            nodes.append(node)
            left = _settle(ends, node, goes_on=goes_on, is_last=length == depth)
            is_complete = is_complete and not (length == depth and _was_cut(ends, node))
            if left:
                _extend(ends, node, left, following)
        if len(following) > MOST_WORDS or not effort.spend(len(following)):
            return None
        level = following
    return Forest(ends, roots, tuple(nodes), is_complete)


def _settle(ends: Ends, node: WordNode, *, goes_on: bool, is_last: bool) -> dict[int, list[int]]:
    """Make pieces of a node; return the other supports with the policies that can end in them."""
    alive: dict[int, list[int]] = {}
    shares: dict[int, dict[int, Fraction]] = {}
    for i, x in enumerate(node.vector):
        for end, chance in ends.ahead(i, node.state).items() if x else ():
            if end not in node.done:
                alive.setdefault(end, []).append(i)
                shares.setdefault(end, {})[i] = x * chance
    left = {}
    for end in sorted(alive):
        if is_last or _is_settled(ends, node.state, end, alive[end], goes_on=goes_on):
            node.settled[end] = tuple(shares[end].get(i, _ZERO) for i in range(len(node.vector)))
        else:
            left[end] = alive[end]
    return left


def _is_settled(ends: Ends, state: int, end: int, members: list[int], *, goes_on: bool) -> bool:
    if ends.is_cycle[end]:
        return all(ends.has_entered(i, state) for i in members)
    return not goes_on and ends.do_alike(members, state)


def _was_cut(ends: Ends, node: WordNode) -> bool:
    """Say whether a node is a piece only because words may not be longer."""
    for end, vector in node.settled.items():
        members = [i for i, x in enumerate(vector) if x]
        if not _is_settled(ends, node.state, end, members, goes_on=False):
            return True
    return False


def _extend(
    ends: Ends, node: WordNode, left: Mapping[int, list[int]], following: dict[object, WordNode]
) -> None:
    """Add the words with one step more, for the policies that can end in supports that are left."""
    going = sorted({i for members in left.values() for i in members})
    ahead: dict[Step, list[Fraction]] = {}
    for i in going:
        for step, p in ends.chains[i].leaving[node.state]:
            ahead.setdefault(step, [_ZERO] * len(node.vector))[i] = node.vector[i] * p
    for step in sorted(ahead):
        state = step[2]
        reachable = [set(ends.ahead(i, state)) & set(left) if x else set() for i, x in enumerate(ahead[step])]
        vector = tuple(x if can else _ZERO for x, can in zip(ahead[step], reachable, strict=True))
        if not any(vector):
            continue
        possible = {end for i, x in enumerate(vector) if x for end in ends.ahead(i, state)}
        done = frozenset(possible - set(left))
        key = state, vector, done
        child = following.get(key)
        if child is None:
            child = following[key] = WordNode(state, vector, 0, done)
        child.count += node.count
        node.children[step] = child
