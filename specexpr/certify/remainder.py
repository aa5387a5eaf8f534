"""How much words that have not entered a tail yet can add to a weighted sum of probabilities.

Let w be a word that ends in state s, y weights of the policies, and kappa a tail. What an event X holds of
the trajectories that go on from w into kappa is a sum over entry words u from s of parts of e(u) = (P_i(u)),
over the policies that have kappa and have not entered a tail. With a_i = y_i P_i(w):

- **box**: policy i ends in kappa from s with probability h_i, so X adds at most sum of max(0, a_i h_i).
- **likelihoods**: let r_ij bound e_i(u) / e_j(u) over all entry words u. It is a maximum over paths of a
  product of ratios, one a step. If each positive a_i can be split among negative a_j so that the shares times
  r_ij do not exceed -a_j, then sum a_i e_i(u) <= 0 for every u, and X adds at most 0. If that is so for -a,
  then sum a_i e_i(u) >= 0 for every u, and X adds at most sum of a_i h_i, which is what everything adds.

Likelihoods are what shows that a choice can be put off for ever and still be too late: where one policy stays
longer than another one, far out every trajectory is likelier under it.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from specexpr.certify.step_chain import StepChain
from specexpr.certify.tails import Rest, Tails, Vector

_ZERO, _ONE = Fraction(0), Fraction(1)

Ratios = dict[int, Fraction | None]
"""For each state a bound, or None if there is none."""


@dataclass(slots=True)
class Remainder:
    """Bounds on what is left after words; with `uses_likelihoods` the better ones."""

    tails: Tails
    uses_likelihoods: bool
    _ratios: dict[tuple[Hashable, int, int], Ratios | None] = field(default_factory=dict)

    def most(self, weights: Vector, rest: Sequence[Rest]) -> Fraction:
        """Return a bound on what any event adds to the weighted sum of probabilities."""
        return sum((one.count * self._after(weights, one) for one in rest), _ZERO)

    def _after(self, weights: Vector, rest: Rest) -> Fraction:
        tails: dict[Hashable, dict[int, int]] = {}
        for i, (x, chain) in enumerate(zip(rest.vector, self.tails.chains, strict=True)):
            for k in range(len(chain.classes)) if x else ():
                if rest.state in chain.ending(k):
                    tails.setdefault(self.tails.law(i, k), {})[i] = k
        total = _ZERO
        for law, classes in tails.items():
            a = {i: weights[i] * rest.vector[i] for i in classes}
            shares = {i: a[i] * self.tails.chains[i].ending(k)[rest.state] for i, k in classes.items()}
            best = sum((max(x, _ZERO) for x in shares.values()), _ZERO)
            if self.uses_likelihoods and best:
                if self._is_outweighed(a, law, classes, rest.state):
                    best = _ZERO
                elif self._is_outweighed({i: -x for i, x in a.items()}, law, classes, rest.state):
                    best = min(best, sum(shares.values(), _ZERO))
            total += best
        return total

    def _is_outweighed(
        self, a: dict[int, Fraction], law: Hashable, classes: dict[int, int], state: int
    ) -> bool:
        """Say whether positive parts of a find their match in negative ones, likeliest rivals first."""
        room = {j: -x for j, x in a.items() if x < 0}
        for i, x in a.items():
            if x <= 0:
                continue
            rivals = []
            for j in room:
                ratios = self._ratio(law, classes, i, j)
                bound = None if ratios is None else ratios[state]
                if bound is not None:
                    rivals.append((bound, j))
            left = x
            for bound, j in sorted(rivals):
                share = left if not bound else min(left, room[j] / bound)
                room[j] -= share * bound
                left -= share
            if left:
                return False
        return True

    def _ratio(self, law: Hashable, classes: dict[int, int], i: int, j: int) -> Ratios | None:
        key = law, i, j
        if key not in self._ratios:
            one, other = self.tails.chains[i], self.tails.chains[j]
            self._ratios[key] = _ratios(one, other, classes[i])
        return self._ratios[key]


def _ratios(one: StepChain, other: StepChain, k: int) -> Ratios | None:
    """Return the largest P_one(u) / P_other(u) of words u from each state into class k of the first chain.

    None where a cycle makes ratios grow without bound; in a state, where a word is impossible for the other.
    """
    inside, ending = one.classes[k].states, one.ending(k)
    outside = [s for s in ending if s not in inside]
    best: Ratios = dict.fromkeys(outside, _ZERO)
    for _ in range(len(outside) + 1):
        before = best
        best = {}
        for s in outside:
            found: Fraction | None = _ZERO
            theirs = dict(other.leaving.get(s, ()))
            for step, p in one.leaving[s]:
                if step[2] not in ending or found is None:
                    continue
                further = _ONE if step[2] in inside else before[step[2]]
                if step not in theirs or further is None:
                    found = None
                else:
                    found = max(found, p / theirs[step] * further)
            best[s] = found
        if best == before:
            return best
    return None
