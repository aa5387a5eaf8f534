"""A basis of words: all that a function of trajectories can see of some policies.

Every word w has the vector (P_1(w), .., P_n(w)) of its probabilities under n policies; these vectors span a
space of dimension at most n. Words are explored breadth first, and a word is continued only if its forward
vector, the unnormalised law of the state after it, one block for each policy, is outside the span of those
before it: a multiple or sum of them would be continued by multiples and sums (Tzeng, A Polynomial-Time
Algorithm for the Equivalence of Probabilistic Automata). Where transitions are observed a word ends in one
state, and there its forward vector is the vector of its probabilities: the spans are in Q^n, one a state.

Ranks are taken modulo a prime. Words that are independent modulo a prime are independent; that the others
depend on them is as good as certain (a determinant would have to be a multiple of the prime) and not proved:
where it matters the kernel checks what follows from it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from specexpr.certify.model import Claim, Table
from specexpr.certify.observing import Observations, compares_sequences, observations
from specexpr.certify.words import Word, emissions, word_probabilities, word_tree
from specexpr.models.policy import Behaviours, mark, reachable

Vector: TypeAlias = NDArray[np.int64]

PRIMES = (2147483647, 2147483629, 2147483587, 2147483579)
"""Products of two residues fit into 64 bits."""

_MOST_ENTRIES = 30_000_000  # of all echelon forms together


class OutOfReach(Exception):  # noqa: N818 -- not an error: the search ends without an answer
    """The search gave up; the message starts with what gave out ("limit", "time")."""


@dataclass(frozen=True, slots=True)
class WordBasis:
    """Words whose probabilities span those of all words.

    words: prefix-closed, breadth first, the empty word first.
    probabilities: one row a word, one column a point.
    """

    words: tuple[Word, ...]
    probabilities: tuple[tuple[Fraction, ...], ...]


def word_basis(
    claim: Claim,
    points: Sequence[tuple[int, Table]],
    *,
    deadline: float | None = None,
    prime: int = PRIMES[0],
) -> WordBasis:
    """Return a basis of words for (model index, policy) pairs, at least one.

    Each word adds to the span of those before it, or is a prefix of one that does. Raises OutOfReach.
    """
    *_, basis = growing_basis(claim, points, deadline=deadline, prime=prime)
    return basis


def growing_basis(
    claim: Claim,
    points: Sequence[tuple[int, Table]],
    *,
    deadline: float | None = None,
    prime: int = PRIMES[0],
) -> Iterator[WordBasis]:
    """Yield bases for the words of length 0, 1, ..; the same object while longer words tell no more.

    The last one is a basis for all words. Raises OutOfReach.
    """
    seen = observations(claim)
    behaviours = Behaviours(claim.models)
    alike: dict[object, int] = {}
    of = [alike.setdefault((m, mark(behaviours.of(m, table))), len(alike)) for m, table in points]
    distinct = [points[of.index(i)] for i in range(len(alike))]
    basis = WordBasis((), ())
    for words in _growing_words(claim, seen, distinct, _Residues(prime), deadline):
        if words != basis.words:
            tree = word_tree(words)
            columns = [word_probabilities(claim, seen, m, table, tree) for m, table in distinct]
            basis = WordBasis(words, tuple(tuple(columns[i][k] for i in of) for k in range(len(words))))
        yield basis


def _growing_words(
    claim: Claim,
    seen: Observations,
    points: Sequence[tuple[int, Table]],
    residues: _Residues,
    deadline: float | None,
) -> Iterator[tuple[Word, ...]]:
    explorer: _Explorer
    if claim.setting.labels is None and not compares_sequences(claim):
        explorer = _ByEndState(claim, seen, points, residues)
    else:
        explorer = _Jointly(claim, seen, points, residues)
    parents, observed = [-1], [-1]  # the tree of explored words
    first, vector = explorer.start()
    level = [(0, first, vector)]
    spans = {first: _Span(residues.prime, len(vector))}
    spans[first].add(vector)
    everything = _Span(residues.prime, len(points))
    everything.add(np.ones(len(points), dtype=np.int64))
    chosen = [0]
    entries = 0
    while level:
        yield _with_prefixes(chosen, parents, observed)
        following: list[tuple[int, int, Vector]] = []
        for word, here, vector in level:
            if everything.rank == len(points):
                break
            if deadline is not None and time.monotonic() > deadline:
                raise OutOfReach("time: the words that tell the policies apart were not all found")
            for o, end, ahead in explorer.follow(here, vector):
                if end not in spans:
                    spans[end] = _Span(residues.prime, len(ahead))
                if everything.rank == len(points) or not spans[end].add(ahead):
                    continue
                entries += len(ahead)
                if entries > _MOST_ENTRIES:
                    raise OutOfReach("limit: too many words would be needed to tell the policies apart")
                parents.append(word)
                observed.append(o)
                following.append((len(parents) - 1, end, ahead))
                if everything.add(explorer.probabilities(ahead)):
                    chosen.append(len(parents) - 1)
        level = following


def _with_prefixes(
    chosen: Sequence[int], parents: Sequence[int], observed: Sequence[int]
) -> tuple[Word, ...]:
    """Return words of a tree and their prefixes, in its order."""
    kept = set(chosen)
    for word in chosen:
        while word > 0 and parents[word] not in kept:
            word = parents[word]
            kept.add(word)
    words: dict[int, Word] = {0: ()}
    for word in sorted(kept - {0}):
        words[word] = (*words[parents[word]], observed[word])
    return tuple(words.values())


class _Explorer(Protocol):
    """How forward vectors move: `follow` yields (observation, where the word ends, its vector)."""

    def start(self) -> tuple[int, Vector]: ...

    def follow(self, end: int, vector: Vector) -> Iterator[tuple[int, int, Vector]]: ...

    def probabilities(self, vector: Vector) -> Vector: ...


@dataclass(slots=True)
class _Residues:
    """Rationals modulo a prime."""

    prime: int
    _known: dict[tuple[int, int], int] = field(default_factory=dict)

    def of(self, x: Fraction) -> int:
        pair = x.numerator, x.denominator
        if pair not in self._known:
            if x.denominator % self.prime == 0:
                raise OutOfReach(f"limit: a probability is a multiple of 1/{self.prime}")
            self._known[pair] = x.numerator * pow(x.denominator, -1, self.prime) % self.prime
        return self._known[pair]


@dataclass(slots=True)
class _ByEndState:
    """Transitions are observed: a word ends in one state, -1 for the empty word; one entry a policy."""

    claim: Claim
    seen: Observations
    points: Sequence[tuple[int, Table]]
    residues: _Residues
    _factors: dict[int, list[tuple[int, int, Vector]]] = field(default_factory=dict)

    def start(self) -> tuple[int, Vector]:
        return -1, np.ones(len(self.points), dtype=np.int64)

    def follow(self, end: int, vector: Vector) -> Iterator[tuple[int, int, Vector]]:
        states = [end] if end >= 0 else sorted({s for model in self.claim.models for s, _ in model.start})
        for s in states:
            here = vector if end >= 0 else self._starting(s)
            for o, t, factor in self._leaving(s):
                ahead = here * factor % self.residues.prime
                if ahead.any():
                    yield o, t, ahead

    def probabilities(self, vector: Vector) -> Vector:
        return vector

    def _starting(self, state: int) -> Vector:
        chances = [self.residues.of(dict(model.start).get(state, Fraction(0))) for model in self.claim.models]
        return np.array([chances[m] for m, _ in self.points], dtype=np.int64)

    def _leaving(self, state: int) -> list[tuple[int, int, Vector]]:
        """Return (observation, next state, factor of each policy) in the order of the observations."""
        if state not in self._factors:
            found: dict[tuple[int, int], Vector] = {}
            of, prime = self.residues.of, self.residues.prime
            for i, (m, table) in enumerate(self.points):
                for a, p in table[state]:
                    for t, q in self.claim.models[m].rows[state][a]:
                        key = self.seen.of[m][state, a, t], t
                        if key not in found:
                            found[key] = np.zeros(len(self.points), dtype=np.int64)
                        found[key][i] = of(p) * of(q) % prime
            self._factors[state] = [(*key, factor) for key, factor in sorted(found.items())]
        return self._factors[state]


class _Jointly:
    """Any observations: the vectors have an entry for each policy and each state that it reaches."""

    def __init__(
        self, claim: Claim, seen: Observations, points: Sequence[tuple[int, Table]], residues: _Residues
    ) -> None:
        self.prime = residues.prime
        place: dict[tuple[int, int], int] = {}
        first = []
        for i, (m, table) in enumerate(points):
            first.append(len(place))
            for s, on in enumerate(reachable(claim.models[m], table)):
                if on:
                    place[i, s] = len(place)
        self.first = np.array(first)
        self.initial = np.zeros(len(place), dtype=np.int64)
        moves: dict[int, list[tuple[int, int, int]]] = {}
        for i, (m, _) in enumerate(points):
            for s, mass in claim.models[m].start:
                self.initial[place[i, s]] = residues.of(mass)
        for (i, s), k in place.items():
            m, table = points[i]
            for o, following in emissions(claim, seen, m, table, s).items():
                moves.setdefault(o, []).extend((k, place[i, t], residues.of(p)) for t, p in following)
        self.moves = [(o, *np.array(moves[o], dtype=np.int64).T) for o in sorted(moves)]

    def start(self) -> tuple[int, Vector]:
        return 0, self.initial

    def follow(self, end: int, vector: Vector) -> Iterator[tuple[int, int, Vector]]:
        for o, source, target, weight in self.moves:
            ahead = np.zeros_like(vector)
            np.add.at(ahead, target, vector[source] * weight % self.prime)
            ahead %= self.prime
            if ahead.any():
                yield o, end, ahead

    def probabilities(self, vector: Vector) -> Vector:
        return np.add.reduceat(vector, self.first) % self.prime


class _Span:
    """A growing space of vectors modulo a prime, in reduced echelon form."""

    def __init__(self, prime: int, width: int) -> None:
        self.prime, self.width, self.rank = prime, width, 0
        self.rows = np.zeros((min(width, 4), width), dtype=np.int64)
        self.pivots: list[int] = []

    def add(self, vector: Vector) -> bool:
        """Add a vector; say whether it was outside the space."""
        if self.rank == self.width:
            return False
        prime, rows = self.prime, self.rows[: self.rank]
        if self.rank:
            low, high = (part @ rows % prime for part in _halves(vector[self.pivots]))
            vector = (vector - low - (high << 16)) % prime
        pivot = int(np.argmax(vector != 0))
        if not vector[pivot]:
            return False
        vector = vector * pow(int(vector[pivot]), -1, prime) % prime
        if self.rank:
            rows -= rows[:, pivot, None] * vector % prime
            rows %= prime
        if self.rank == len(self.rows):
            more = np.zeros((min(self.width, 2 * self.rank), self.width), dtype=np.int64)
            more[: self.rank] = rows
            self.rows = more
        self.rows[self.rank] = vector
        self.pivots.append(pivot)
        self.rank += 1
        return True


def _halves(values: Vector) -> tuple[Vector, Vector]:
    """Split residues into 16 bits each, so that 2^16 products with residues can be summed."""
    return values & 0xFFFF, values >> 16
