"""How much words that have not entered a tail yet can add to a weighted sum of probabilities.

Let w be a word that ends in state s, y weights of the policies, and kappa a tail. What an event X holds of
the trajectories that go on from w into kappa is a sum over entry words u from s of parts of e(u) = (P_i(u)),
over the policies that have kappa and have not entered a tail. With a_i = y_i P_i(w):

- **box**: policy i ends in kappa from s with probability h_i, so X adds at most sum of max(0, a_i h_i).
- **likelihoods**: let r_ij bound e_i(u) / e_j(u) over all entry words u. It is a maximum over paths of a
  product of ratios, one a step. If each positive a_i can be split among negative a_j so that the shares times
  r_ij do not exceed -a_j, then sum a_i e_i(u) <= 0 for every u, and X adds at most 0. If that is so for -a,
  then sum a_i e_i(u) >= 0 for every u, and X adds at most sum of a_i h_i, which is what everything adds.

**What is forced.** If X is known to hold nothing of what policy j does after w, and P_j(w) > 0, it holds
nothing of what policy i does there on its way into a class, if each step of that way is possible for j and j,
once in the class, takes the same steps there as i: the entry words of i are then words of j, and the shares
of both are 0 together (`tails`). If X is known to hold all that j does, it holds all of it.

Likelihoods are what shows that a choice can be put off for ever and still be too late: where one policy stays
longer than another one, far out every trajectory is likelier under it.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from specexpr.certify.step_chain import StepChain, reached
from specexpr.certify.tails import Rest, Tails

_ZERO, _ONE = Fraction(0), Fraction(1)

Ratios = dict[int, Fraction | None]
"""For each state a bound, or None if there is none."""


Match = tuple[int, int, Fraction, Fraction, Fraction]
"""Policies i and j, a share x of what i gains, r_ij, and what j loses and is not used yet: x r_ij or more."""


@dataclass(slots=True)
class Remainder:
    """Bounds on what is left after words; with `uses_likelihoods` the better ones."""

    tails: Tails
    uses_likelihoods: bool
    _ratios: dict[tuple[Hashable, int, int], Ratios | None] = field(default_factory=dict)
    _following: dict[tuple[int, int, int, int], bool] = field(default_factory=dict)

    def most(
        self, weights: Sequence[Fraction], rest: Sequence[Rest], forced: Mapping[int, bool] | None = None
    ) -> Fraction:
        """Return a bound on what any event adds to the weighted sum of probabilities.

        forced: policies of which all that is not known otherwise is held (True), or nothing of it; what was
        known first counts.
        """
        return sum((one.count * self.after(weights, one, forced or {}) for one in rest), _ZERO)

    def after(self, weights: Sequence[Fraction], rest: Rest, forced: Mapping[int, bool]) -> Fraction:
        """Return the bound for one of the words that end in a state with some probabilities."""
        total = _ZERO
        for law, open_ends in self.ends(rest, forced).items():
            a: dict[int, Fraction] = {}
            classes: dict[int, int] = {}
            for i, k, known in open_ends:
                x = weights[i] * rest.vector[i]
                if known is None:
                    a[i], classes[i] = x, k
                elif known:
                    total += x * self.tails.chains[i].ending(k)[rest.state]
            shares = {i: a[i] * self.tails.chains[i].ending(k)[rest.state] for i, k in classes.items()}
            best = sum((max(x, _ZERO) for x in shares.values()), _ZERO)
            if self.uses_likelihoods and best:
                if self.matched(a, law, classes, rest.state) is not None:
                    best = _ZERO
                elif self.matched({i: -x for i, x in a.items()}, law, classes, rest.state) is not None:
                    best = min(best, sum(shares.values(), _ZERO))
            total += best
        return total

    def ends(
        self, rest: Rest, forced: Mapping[int, bool]
    ) -> Mapping[Hashable, list[tuple[int, int, bool | None]]]:
        """Return by tails the policies with their classes, and the share that is held if it is forced."""
        found: dict[Hashable, list[tuple[int, int, bool | None]]] = {}
        for i, (x, chain) in enumerate(zip(rest.vector, self.tails.chains, strict=True)):
            for k in range(len(chain.classes)) if x else ():
                if rest.state in chain.ending(k):
                    known = (
                        forced[j] for j in forced if rest.vector[j] and self._follows(i, k, j, rest.state)
                    )
                    found.setdefault(self.tails.law(i, k), []).append((i, k, next(known, None)))
        return found

    def _follows(self, i: int, k: int, j: int, state: int) -> bool:
        """Say whether all that policy i does from a state into its class k is possible for policy j."""
        key = i, k, j, state
        if key not in self._following:
            one, other = self.tails.chains[i], self.tails.chains[j]
            ending, inside = one.ending(k), one.classes[k].states
            onward = {
                s: [step[2] for step, _ in steps if step[2] in ending]
                for s, steps in one.leaving.items()
                if s not in inside
            }
            way = reached([state], onward)
            possible = {step for steps in other.leaving.values() for step, _ in steps}
            self._following[key] = all(
                (s in other.of and other.classes[other.of[s]].support == one.classes[k].support)
                if s in inside
                else all(step in possible for step, _ in one.leaving[s] if step[2] in ending)
                for s in way
            )
        return self._following[key]

    def matched(
        self, a: dict[int, Fraction], law: Hashable, classes: dict[int, int], state: int
    ) -> list[Match] | None:
        """Return how positive parts of a find their match in negative ones, likeliest rivals first.

        None where they do not.
        """
        found: list[Match] = []
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
                if share:
                    found.append((i, j, share, bound, room[j]))
                room[j] -= share * bound
                left -= share
            if left:
                return None
        return found

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
