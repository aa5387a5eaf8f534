"""Where trajectories end: the pieces of which the probabilities of any event are made.

A *tail* is a closed recurrent class of a policy together with what the policy does in it, its law; almost
every trajectory ends in one tail. It is *atomic* if every state of the class has one step: a cycle, and then
all that is left of a trajectory is known. An *entry word* is a sequence of steps that ends in the first state
of the class; p(u) is the vector with P_i(u) for the policies i that have the tail and 0 for the others.

**Pieces.** The trajectories with entry word u and atomic tail are one trajectory: an event X holds it or
not. With a tail that is not atomic they have no atoms, and X may hold any share of them, the same share under
all policies with that tail. So (P_1(X), .., P_n(X)) is the sum over all entry words of p(u) times 0 or 1, or
times a number in [0, 1] for each tail. Words are explored up to a length; for what is then not entered there
are bounds (`remainder`).

**Merging.** Atoms with equal vectors differ in no probability: X holds 0, 1, .. or all of them. Words with
proportional vectors in one class take one share together.

**Laws.** A formula, like any omega-regular set, has probability 0 (or 1) from a state on for one law iff for
all laws with the same support: that is seen from which steps are possible. So among the tails of one support
the shares of a word are all 0, or all 1, or all strictly between. The same follows for the shares of merged
words whose vectors, over all these tails, are proportional: if one of the words has not all 0, no share of
the whole is 0.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeAlias

from specexpr.certify.information import information_chains
from specexpr.certify.model import Claim, Table
from specexpr.certify.observing import Step
from specexpr.certify.proofs import TooLarge
from specexpr.certify.step_chain import Class, StepChain, step_chain

Vector: TypeAlias = tuple[Fraction, ...]
"""A number for each policy."""

Path: TypeAlias = tuple[int, tuple[Step, ...]]
"""A start state and the steps from it on."""

MOST_WORDS = 20_000
"""So many words of one length are told apart, those with the same end and vector counted once."""

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class AtomClass:
    """Single trajectories with the same probabilities, so many of them; the entry word of one."""

    vector: Vector
    count: int
    path: Path


@dataclass(frozen=True, slots=True)
class Spread:
    """Words that enter classes of one support: the probabilities for each law; one of the words."""

    parts: tuple[Vector, ...]
    path: Path


@dataclass(frozen=True, slots=True)
class Rest:
    """Words that have entered no tail yet: so many that end in this state with these probabilities."""

    state: int
    vector: Vector
    count: int


@dataclass(frozen=True, slots=True)
class Pieces:
    """All that words up to a length enter, and what they leave."""

    atoms: tuple[AtomClass, ...]
    spreads: tuple[Spread, ...]
    rest: tuple[Rest, ...]


@dataclass(frozen=True, slots=True)
class Tails:
    """The chains of some policies and the tails in which they end.

    shows: whether the steps are those of label sets (standing, observation, standing), not transitions.
    """

    chains: tuple[StepChain, ...]
    shows: bool = False
    _laws: tuple[tuple[Hashable, ...], ...] = field(init=False)

    def __post_init__(self) -> None:
        laws = tuple(
            tuple(
                tuple((s, tuple(sorted(chain.leaving[s]))) for s in sorted(c.states)) for c in chain.classes
            )
            for chain in self.chains
        )
        object.__setattr__(self, "_laws", laws)

    @classmethod
    def of(cls, claim: Claim, points: Sequence[tuple[int, Table]]) -> Tails:
        """Return the tails of (model, policy) pairs, where label sets are observed on what these tell.

        If that takes too many states, transitions are told apart: labels that are the same in all models say
        no more than these. Raises TooLarge for other ones.
        """
        labels = claim.setting.labels
        if labels is not None:
            try:
                return cls(information_chains(claim, points), shows=True)
            except TooLarge:
                if len(set(labels)) > 1:
                    raise
        return cls(tuple(step_chain(claim.models[m], table) for m, table in points))

    def law(self, i: int, k: int) -> Hashable:
        """Return what is equal for the same tails: the law of policy i in its k-th class."""
        return self._laws[i][k]

    def explore(self, depth: int) -> Pieces:
        """Return the pieces that words of up to so many steps enter, breadth first. Raises TooLarge."""
        return _Exploration(self).run(depth)


def is_atomic(ending: Class) -> bool:
    """Say whether a class is a cycle: each state has one step."""
    return len(ending.support) == len(ending.states)


class _Exploration:
    def __init__(self, tails: Tails) -> None:
        self.tails = tails
        self.atoms: dict[Vector, tuple[int, Path]] = {}
        self.spreads: dict[Hashable, tuple[Fraction, list[Vector], Path]] = {}

    def run(self, depth: int) -> Pieces:
        level = self._start()
        for length in range(depth + 1):
            left: dict[tuple[int, Vector], tuple[int, Path]] = {}
            for (state, vector), (count, path) in level.items():
                open_vector = self._enter(state, vector, count, path)
                if any(open_vector):
                    _join(left, (state, open_vector), count, path)
            if length < depth:
                level = self._steps(left)
            if len(level) > MOST_WORDS:
                raise TooLarge("too many words would have to be told apart")
        atoms = (AtomClass(vector, count, path) for vector, (count, path) in self.atoms.items())
        spreads = (
            Spread(tuple(tuple(mass * x for x in part) for part in parts), path)
            for mass, parts, path in self.spreads.values()
        )
        rest = (Rest(state, vector, count) for (state, vector), (count, _) in left.items())
        return Pieces(tuple(atoms), tuple(spreads), tuple(rest))

    def _start(self) -> dict[tuple[int, Vector], tuple[int, Path]]:
        starts = [dict(chain.start) for chain in self.tails.chains]
        states = sorted({s for start in starts for s in start})
        return {(s, tuple(start.get(s, _ZERO) for start in starts)): (1, (s, ())) for s in states}

    def _enter(self, state: int, vector: Vector, count: int, path: Path) -> Vector:
        """Record what has entered a tail in this state; return the vector of the other policies."""
        entered: dict[frozenset[Step], list[int]] = {}
        rest = list(vector)
        for i, (x, chain) in enumerate(zip(vector, self.tails.chains, strict=True)):
            if x and state in chain.of:
                entered.setdefault(chain.classes[chain.of[state]].support, []).append(i)
                rest[i] = _ZERO
        for support, members in entered.items():
            chain = self.tails.chains[members[0]]
            if is_atomic(chain.classes[chain.of[state]]):
                _join(self.atoms, _restricted(vector, members), count, path)
            else:
                self._spread(support, members, (state, vector, count, path))
        return tuple(rest)

    def _spread(
        self, support: frozenset[Step], members: list[int], word: tuple[int, Vector, int, Path]
    ) -> None:
        """Add the mass of a word to those in the same class with proportional vectors."""
        state, vector, count, path = word
        total = sum((vector[i] for i in members), _ZERO)
        laws: dict[Hashable, list[int]] = {}
        for i in members:
            laws.setdefault(self.tails.law(i, self.tails.chains[i].of[state]), []).append(i)
        parts = [_restricted([x / total for x in vector], same) for same in laws.values()]
        key = support, tuple(parts)
        mass, _, first = self.spreads.get(key, (_ZERO, parts, path))
        self.spreads[key] = mass + count * total, parts, first

    def _steps(
        self, level: dict[tuple[int, Vector], tuple[int, Path]]
    ) -> dict[tuple[int, Vector], tuple[int, Path]]:
        """Return the words with one step more."""
        found: dict[tuple[int, Vector], tuple[int, Path]] = {}
        for (state, vector), (count, (start, steps)) in level.items():
            ahead: dict[Step, list[Fraction]] = {}
            for i, x in enumerate(vector):
                for step, p in self.tails.chains[i].leaving[state] if x else ():
                    ahead.setdefault(step, [_ZERO] * len(vector))[i] = x * p
            for step in sorted(ahead):
                _join(found, (step[2], tuple(ahead[step])), count, (start, (*steps, step)))
        return found


def _join(found: dict[Any, tuple[int, Path]], key: Hashable, count: int, path: Path) -> None:
    known, first = found.get(key, (0, path))
    found[key] = known + count, first


def _restricted(vector: Sequence[Fraction], members: Sequence[int]) -> Vector:
    return tuple(x if i in members else _ZERO for i, x in enumerate(vector))
