"""Coins for the ends of trajectories: a loop that goes on at random, in every class where the coin is tossed.

Where transitions are observed, the way from a state back to it. Where label sets are, words are tried: the
first that makes all before it forgotten is the marker, and the shortest ways to the next one are loops.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice

from specexpr.certify.coin import Coin
from specexpr.certify.label_coin import LabelCoin, LabelSet, Letter, is_fair_on_labels
from specexpr.certify.model import Claim, Table
from specexpr.certify.observing import Observations, Step, label_set, observations
from specexpr.certify.step_chain import StepChain, step_chain
from specexpr.expressivity.ltl.cylinders import Ends

Toss = Callable[[Sequence[int], Fraction], Coin | LabelCoin | None]
"""(numbers of ends, chance) -> a coin that has its chance in all of them, if one is found."""

_LONGEST_MARKER = 3
_MARKERS = 200
_LOOPS = 4  # of each marker
_MORE = 4  # label sets of a loop beyond those of the marker and one for each state

Word = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StepCoins:
    """Coins of transitions: one for all of some ends if it is fair in each."""

    ends: Ends

    def __call__(self, ends: Sequence[int], share: Fraction) -> Coin | None:
        supports = [self.ends.supports[end] for end in ends]
        coin = coin_of(min(supports, key=lambda support: (len(support), sorted(support))), share)
        home = coin.loop[0][0]
        for support in supports:
            leaving = [step for step in support if step[0] == home]
            if not set(coin.loop) <= support or len(leaving) < 2:
                return None
        return coin


def coin_of(support: frozenset[Step], chance: Fraction) -> Coin:
    """Return a coin that is tossed in a class that is not a cycle: at the first state with several steps.

    The loop begins with a step that is not certain, so that it is not certain itself.
    """
    leaving: dict[int, list[Step]] = {}
    for step in sorted(support):
        leaving.setdefault(step[0], []).append(step)
    home = next(s for s in sorted(leaving) if len(leaving[s]) > 1)
    before: dict[int, Step] = {}
    level = [home]
    while home not in before:
        following = []
        for s in level:
            for step in leaving[s]:
                if step[2] not in before:
                    before[step[2]] = step
                    following.append(step[2])
        level = following
    loop = [before[home]]
    while loop[0][0] != home:
        loop.insert(0, before[loop[0][0]])
    return Coin(chance, tuple(loop))


@dataclass(slots=True)
class LabelCoins:
    """Coins of label sets, tried out on the policies themselves."""

    ends: Ends
    claim: Claim
    points: Sequence[tuple[int, Table]]
    seen: Observations = field(init=False)
    _chains: list[StepChain] = field(init=False)
    _letters: list[Letter] = field(init=False)
    _known: dict[tuple[int, ...], tuple[tuple[Letter, ...], int] | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.seen = observations(self.claim)
        self._chains = [step_chain(self.claim.models[m], table) for m, table in self.points]
        self._letters = [_letter(o, self.seen) for o in range(len(self.seen.known))]

    def __call__(self, ends: Sequence[int], share: Fraction) -> LabelCoin | None:
        key = tuple(ends)
        if key not in self._known:
            self._known[key] = self._found(key)
        found = self._known[key]
        return None if found is None else LabelCoin(share, *found)

    def _found(self, ends: Sequence[int]) -> tuple[tuple[Letter, ...], int] | None:
        """Return a loop and the length of its marker, fair wherever a policy ends in one of these ends."""
        supports = [
            c.support
            for chain, numbers in zip(self.ends.chains, self.ends.of, strict=True)
            for c, number in zip(chain.classes, numbers, strict=True)
            if number in ends
        ]
        first = min(supports, key=lambda support: (len(support), sorted(support)))
        for word, size in _loops(first):
            loop = tuple(self._letters[o] for o in word)
            if self._is_fair(LabelCoin(Fraction(1, 2), loop, size), ends):
                return loop, size
        return None

    def _is_fair(self, coin: LabelCoin, ends: Sequence[int]) -> bool:
        seen = {self.ends.supports[end] for end in ends}
        for (m, _), chain in zip(self.points, self._chains, strict=True):
            for k, ending in enumerate(chain.classes):
                shown = frozenset((0, self.seen.of[m][step], 0) for step in ending.support)
                if shown in seen and not is_fair_on_labels(coin, chain, k, self._shows(m)):
                    return False
        return True

    def _shows(self, model: int) -> Callable[[Step], LabelSet]:
        labels = self.claim.setting.labels
        assert labels is not None
        own = labels[model]
        return lambda step: label_set(own, step[0], step[1])


def _letter(o: int, seen: Observations) -> Letter:
    """Return names that tell an observed label set from all others, as few as are quickly found."""
    own = set(seen.known[o])
    names = sorted({str(name) for names in seen.known for name in names})
    others = [set(x) for i, x in enumerate(seen.known) if i != o]
    chosen: list[str] = []
    while others:
        best = min(names, key=lambda name: sum((name in x) == (name in own) for x in others))
        chosen.append(best)
        others = [x for x in others if (best in x) == (best in own)]
    chosen.sort()
    return tuple(name for name in chosen if name in own), tuple(name for name in chosen if name not in own)


def _loops(support: frozenset[Step]) -> Iterator[tuple[Word, int]]:
    """Yield words from one marker to the next, without it, and the length of the marker; short ones first."""
    leaving: dict[int, list[Step]] = {}
    for step in sorted(support):
        leaving.setdefault(step[0], []).append(step)
    for marker, state in islice(_markers(leaving), _MARKERS):
        size = len(marker)
        for word in islice(_ways(leaving, marker, state, len(leaving) + size + _MORE), _LOOPS):
            yield word[:-size], size


def _markers(leaving: dict[int, list[Step]]) -> Iterator[tuple[Word, int]]:
    """Yield the words that can be read in a class and lead to one state, with that state."""
    level: dict[Word, frozenset[int]] = {(): frozenset(leaving)}
    for _ in range(_LONGEST_MARKER):
        following: dict[Word, set[int]] = {}
        for word, states in level.items():
            for s in sorted(states):
                for _, o, t in leaving[s]:
                    following.setdefault((*word, o), set()).add(t)
        level = {word: frozenset(states) for word, states in following.items()}
        for word, states in level.items():
            if len(states) == 1:
                yield word, next(iter(states))


def _ways(leaving: dict[int, list[Step]], marker: Word, state: int, longest: int) -> Iterator[Word]:
    """Yield words that begin and end with a marker and do not hold it in between."""
    size = len(marker)
    level: dict[tuple[int, Word], Word] = {(state, marker): marker}
    for _ in range(longest):
        following: dict[tuple[int, Word], Word] = {}
        for (s, _), word in level.items():
            for _, o, t in leaving[s]:
                longer = (*word, o)
                if longer[-size:] == marker:
                    yield longer
                else:
                    following.setdefault((t, longer[-size:]), longer)
        level = following
