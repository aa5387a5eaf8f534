"""Say in words what bounds the words that have entered no class yet, so that a person can check each number.

Of a word that is left a formula may hold anything: at most all that helps (`h` of a policy is its probability
of ending in a class). Where likelihoods are used, a policy that gains may be outweighed by one that loses: if
every longer word is at most r times as likely under the one as under the other, then so is what is held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from specexpr.certify.observing import Step
from specexpr.certify.remainder import Match, Remainder
from specexpr.certify.tails import Rest
from specexpr.expressivity.phrases import number_text

_STEPS = 6
_ZERO = Fraction(0)


@dataclass(slots=True)
class RestText:
    """Explains the bounds of a remainder; policies and steps have names."""

    remainder: Remainder
    policy: Callable[[int], str]
    step: Callable[[Step], str]

    def lines(
        self, name: str, rest: Rest, weights: Sequence[Fraction], forced: Mapping[int, bool]
    ) -> Iterator[str]:
        """Yield why a word that is left adds no more than it does; nothing where all that helps may be."""
        for law, open_ends in self.remainder.ends(rest, forced).items():
            a = {i: weights[i] * rest.vector[i] for i, _, known in open_ends if known is None}
            classes = {i: k for i, k, known in open_ends if known is None}
            gains = {i: x * self._ending(i, classes[i], rest) for i, x in a.items()}
            if not self.remainder.uses_likelihoods or not any(x > 0 for x in gains.values()):
                continue
            matches = self.remainder.matched(a, law, classes, rest.state)
            if matches is not None:
                yield f"{name} adds 0 at most:"
                yield from self._why(matches, classes, rest)
                continue
            matches = self.remainder.matched({i: -x for i, x in a.items()}, law, classes, rest.state)
            if matches is not None and sum(gains.values()) < sum(x for x in gains.values() if x > 0):
                total = number_text(sum(gains.values(), _ZERO) * rest.count)
                yield f"{name} adds no more than if all of it were held, {total}:"
                yield from self._why(matches, classes, rest)

    def _ending(self, policy: int, k: int, rest: Rest) -> Fraction:
        return self.remainder.tails.chains[policy].ending(k)[rest.state]

    def _why(self, matches: Sequence[Match], classes: Mapping[int, int], rest: Rest) -> Iterator[str]:
        """Yield that what each policy gains is no more than what another one loses."""
        for i, j, share, ratio, room in matches:
            one, other = self.policy(i), self.policy(j)
            product = number_text(share) if ratio == 1 else f"{number_text(share)} * {number_text(ratio)}"
            yield (
                f"  each way on is at most {number_text(ratio)} times as likely under {one} as under "
                f"{other}, and {product} <= {number_text(room)}"
            )
            steps = self._steps(i, j, classes[i], rest)
            if len(steps) <= _STEPS:
                yield f"  (by steps {', '.join(steps)}: that is the largest product on a way)"

    def _steps(self, i: int, j: int, k: int, rest: Rest) -> list[str]:
        """Return the ratio of each step that leads on to a class."""
        one, other = self.remainder.tails.chains[i], self.remainder.tails.chains[j]
        ending, inside = one.ending(k), one.classes[k].states
        found, waiting = [], [rest.state]
        for s in waiting:
            theirs = dict(other.leaving.get(s, ()))
            for step, p in one.leaving[s]:
                if step[2] in ending:
                    found.append(f"{self.step(step)} {number_text(p / theirs[step])}")
                    if step[2] not in inside and step[2] not in waiting:
                        waiting.append(step[2])
        return found
