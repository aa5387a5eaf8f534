"""A coin where label sets are all that is observed: as `coin`, tossed by words of label sets.

A *loop* is a word L; a *marker* M the first n sets of L L L .. . A visit is a position where M begins. What
happens from one visit to the next is an excursion; it is 1 if the label sets are L and then M, else 0. The N
words of bits, and what the coin says of them, are those of `coin`.

**Its probability is m / N** if a marker makes all that came before it forgotten: from every state from which
it can be read it leads to one law mu of states, in the class in which the trajectory ends. Let L M hold M at
its two ends only. An excursion is determined by what is shown from the end of the marker at its visit to the
end of the marker at the next one, and mu is the law of the first state there, whatever was before. So
excursions are independent, and each is 1 with the probability p that after mu the rest of L M is shown. If
0 < p < 1 the proof in `coin` holds word for word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from specexpr.certify.coin import conjunction, in_turn, tossed, tossed_size
from specexpr.certify.formula import Atom, AtomKind, Compound, Formula, Operator
from specexpr.certify.observing import Step
from specexpr.certify.step_chain import StepChain

Letter: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]
"""A label set by some of the names that are in it, and some that are not: as many as tell it from others."""

LabelSet: TypeAlias = tuple[str, ...]

_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class LabelCoin:
    """The coin with this chance, strictly between 0 and 1, for a loop and a marker of so many label sets."""

    chance: Fraction
    loop: tuple[Letter, ...]
    marker: int

    @property
    def around(self) -> tuple[Letter, ...]:
        """Return the loop and the marker after it."""
        size = len(self.loop)
        return tuple(self.loop[i % size] for i in range(size + self.marker))


def is_fair_on_labels(coin: LabelCoin, chain: StepChain, k: int, shows: Callable[[Step], LabelSet]) -> bool:
    """Say whether a coin has its chance under a policy that ends in class k of its chain.

    Each letter must stand for one label set of those that the policy shows.
    """
    shown = {shows(step) for steps in chain.leaving.values() for step, _ in steps}
    around: list[LabelSet] = []
    for held, not_held in coin.around:
        found = [x for x in shown if set(held) <= set(x) and not set(not_held) & set(x)]
        if len(found) != 1:
            return False
        around += found
    size = coin.marker
    if [i for i in range(len(coin.loop) + 1) if around[i : i + size] == around[:size]] != [0, len(coin.loop)]:
        return False
    laws = []
    for s in chain.ending(k):
        ahead = _after({s: _ONE}, around[:size], chain, shows)
        total = sum(ahead.values(), _ZERO)
        if total:
            laws.append({t: mass / total for t, mass in ahead.items()})
    if not laws or any(law != laws[0] for law in laws) or not set(laws[0]) <= chain.classes[k].states:
        return False
    return _ZERO < sum(_after(laws[0], around[size:], chain, shows).values(), _ZERO) < _ONE


def _after(
    law: Mapping[int, Fraction],
    word: Sequence[LabelSet],
    chain: StepChain,
    shows: Callable[[Step], LabelSet],
) -> Mapping[int, Fraction]:
    """Return the masses of states after a law of states and a word."""
    for letter in word:
        ahead: dict[int, Fraction] = {}
        for s, mass in law.items():
            for step, p in chain.leaving[s]:
                if shows(step) == letter:
                    ahead[step[2]] = ahead.get(step[2], _ZERO) + mass * p
        law = ahead
    return law


def written_out_on_labels(coin: LabelCoin) -> Formula:
    """Return the coin as a formula over labels."""
    letters = [_written(letter) for letter in coin.around]
    home = in_turn(letters[: coin.marker], None)

    def along(then: Formula | None) -> Formula:
        back = home if then is None else Compound(Operator.AND, (home, then))
        return in_turn(letters[: len(coin.loop)], back)

    return tossed(coin.chance, home, along)


def _written(letter: Letter) -> Formula:
    held, not_held = ([Atom(AtomKind.LABEL, name) for name in names] for names in letter)
    return conjunction([*held, *(Compound(Operator.NOT, (atom,)) for atom in not_held)])


def written_size_on_labels(coin: LabelCoin) -> int:
    """Return the number of operators and atoms of the formula that a coin stands for."""
    sizes = [max(2 * len(held) + 3 * len(not_held) - 1, 1) for held, not_held in coin.around]
    home = sum(sizes[: coin.marker]) + 2 * (coin.marker - 1)
    along = sum(sizes[: len(coin.loop)]) + 2 * len(coin.loop) + home
    return tossed_size(coin.chance, home, along, along + 1)
