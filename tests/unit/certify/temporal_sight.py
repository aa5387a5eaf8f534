"""What label sets tell of where policies are, from the page of `branch`, on bare JSON; for the tests.

Laws of states are told apart by all words of as many label sets as there are states: that suffices.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from certify_checker import Policy, World
from temporal_cases import ONE, ZERO, Way

Law = dict[str, Fraction]
LabelSet = tuple[str, ...]
Shows = Callable[[str, str], LabelSet]
"""(state, action) -> the names of its labels in their order."""

Future = frozenset[tuple[tuple[LabelSet, ...], Fraction]]

Standing = tuple[Future | None, ...]
"""What may follow for each policy; None where the word is impossible for it."""

MOST_STANDINGS = 300


class Walker:
    """A policy in its environment, and what it shows."""

    def __init__(self, world: World, policy: Policy, shows: Shows) -> None:
        self.world, self.policy, self.shows = world, policy, shows

    def after(self, law: Law, word: tuple[LabelSet, ...]) -> Law:
        """Return the masses of states after a word."""
        for letter in word:
            ahead: Law = {}
            for s, mass in law.items():
                for a, p in self.policy[s].items():
                    if self.shows(s, a) == letter:
                        for t, q in self.world.step[s, a].items():
                            ahead[t] = ahead.get(t, ZERO) + mass * p * q
            law = ahead
        return law

    def letters(self, law: Law) -> set[LabelSet]:
        return {self.shows(s, a) for s in law for a in self.policy[s]}

    def future(self, law: Law) -> Future:
        """Return the probabilities of all words of a length."""
        words: dict[tuple[LabelSet, ...], Law] = {(): law}
        for _ in self.world.states:
            words = {
                (*word, letter): self.after(here, (letter,))
                for word, here in words.items()
                for letter in self.letters(here)
            }
        return frozenset((word, sum(here.values(), ZERO)) for word, here in words.items())


def ways_on_labels(walkers: list[Walker]) -> list[Way] | None:
    """Return what each policy does on standings; None where they are too many."""
    laws: list[dict[Future, Law]] = [{} for _ in walkers]

    def known(i: int, law: Law) -> Future:
        total = sum(law.values(), ZERO)
        scaled = {s: mass / total for s, mass in law.items()}
        mark = walkers[i].future(scaled)
        laws[i].setdefault(mark, scaled)
        return mark

    first: Standing = tuple(known(i, walker.world.start) for i, walker in enumerate(walkers))
    onward: dict[Standing, dict[LabelSet, Standing]] = {first: {}}
    waiting = [first]
    for here in waiting:
        alive = [(i, laws[i][mark]) for i, mark in enumerate(here) if mark is not None]
        for letter in sorted({x for i, law in alive for x in walkers[i].letters(law)}):
            ahead = {i: walkers[i].after(law, (letter,)) for i, law in alive}
            there = tuple(known(i, ahead[i]) if ahead.get(i) else None for i in range(len(walkers)))
            onward[here][letter] = there
            if there not in onward:
                if len(onward) == MOST_STANDINGS:
                    return None
                onward[there] = {}
                waiting.append(there)

    def more(one: Standing, other: Standing) -> bool:
        return one != other and all(y in (None, x) for x, y in zip(one, other, strict=True))

    fullest = [x for x in waiting if not any(more(y, x) for y in waiting)]
    names = {x: str(waiting.index(next(y for y in fullest if y == x or more(y, x)))) for x in waiting}
    ways = []
    for i, walker in enumerate(walkers):
        steps: dict[str, dict[tuple[str, str, str], Fraction]] = {}
        pending = [names[first]]
        for name in pending:
            if name in steps:
                continue
            here = waiting[int(name)]
            mark = here[i]
            assert mark is not None
            steps[name] = {}
            for letter in walker.letters(laws[i][mark]):
                there = names[onward[here][letter]]
                steps[name][name, repr(letter), there] = sum(
                    walker.after(laws[i][mark], (letter,)).values(), ZERO
                )
                pending.append(there)
        ways.append(Way({names[first]: ONE}, steps))
    return ways
