"""Policies as chains of what label sets tell: states that words determine, where they do not tell the state.

Where label sets are all that is observed, a word does not say where a policy is, but how likely it is where:
a law of states, its *belief*. Beliefs after which every word is as likely as after the other one are one
*information state*; how the policy goes on depends on that alone. A *standing* holds, after a word, the
information state of every policy for which the word is possible. One more label set leads from a standing to
one standing. So if there are finitely many, each policy is a chain on them whose paths are the words: what is
known of events that hold paths (`tails`) is known of those that hold words, and so of formulas over labels.

**Few standings.** One that agrees with another on every policy which that one holds says no less, and may
stand for it: the same is true of the standings to which they lead. Only those are kept to which no other one
says more. So words that are impossible for some policies need no states of their own.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

from specexpr.certify.model import Claim, Table
from specexpr.certify.observing import Observations, observations
from specexpr.certify.proofs import TooLarge
from specexpr.certify.spaces import Space, Vector, add_to
from specexpr.certify.step_chain import Leaving, StepChain, chain_of
from specexpr.certify.words import emissions

Standing: TypeAlias = tuple[int | None, ...]
"""For each policy the number of its information state; None where the word is impossible for it."""

MOST_STANDINGS = 300
MOST_WORK = 1_000_000
"""So many entries of vectors are combined to tell the beliefs of a policy apart."""

_ZERO, _ONE = Fraction(0), Fraction(1)


def information_chains(claim: Claim, points: Sequence[tuple[int, Table]]) -> tuple[StepChain, ...]:
    """Return the chains of (model, policy) pairs on the standings after words of label sets.

    A step is (standing, number of the observation, standing); all policies start in one standing. Raises
    TooLarge where there are too many standings, perhaps infinitely many.
    """
    seen = observations(claim)
    policies = [_Policy(claim, seen, m, table) for m, table in points]
    first: Standing = tuple(policy.place(dict(claim.models[policy.model].start)) for policy in policies)
    onward: dict[Standing, Mapping[int, Standing]] = {}
    waiting = [first]
    for here in waiting:
        if here not in onward:
            if len(onward) == MOST_STANDINGS:
                raise TooLarge("what label sets tell of where the policies are takes too many states")
            onward[here] = _following(policies, here)
            waiting += onward[here].values()
    standing_for = _keepers(list(onward))
    number = {here: x for x, here in enumerate(onward)}
    chains = []
    for i, policy in enumerate(policies):
        leaving: dict[int, Leaving] = {}
        waiting = [standing_for[first]]
        for here in waiting:
            x = number[here]
            if x not in leaving:
                ahead = policy.ahead(here[i])
                there = {o: standing_for[onward[here][o]] for o in sorted(ahead)}
                leaving[x] = tuple(((x, o, number[y]), ahead[o][0]) for o, y in there.items())
                waiting += there.values()
        chains.append(chain_of(((number[standing_for[first]], _ONE),), leaving))
    return tuple(chains)


def _following(policies: Sequence[_Policy], here: Standing) -> Mapping[int, Standing]:
    """Return by observation the standing to which it leads."""
    ahead = [policy.ahead(k) for policy, k in zip(policies, here, strict=True)]
    possible = sorted({o for own in ahead for o in own})
    return {o: tuple(own[o][1] if o in own else None for own in ahead) for o in possible}


def _keepers(standings: Sequence[Standing]) -> Mapping[Standing, Standing]:
    """Return for each standing the first that says no less and to which no other one says more."""

    def says_less(one: Standing, other: Standing) -> bool:
        return one != other and all(k is None or k == n for k, n in zip(one, other, strict=True))

    kept = [x for x in standings if not any(says_less(x, y) for y in standings)]
    return {x: next(y for y in kept if x == y or says_less(x, y)) for x in standings}


class _Policy:
    """The information states of a policy: a belief of each, and the marks by which it is told from others.

    The marks are the probabilities of some words after the belief, on which those of all words depend.
    """

    def __init__(self, claim: Claim, seen: Observations, model: int, table: Table) -> None:
        self.model = model
        self.emitted: dict[int, Mapping[int, Sequence[tuple[int, Fraction]]]] = {}
        waiting = [s for s, _ in claim.models[model].start]
        for s in waiting:
            if s not in self.emitted:
                self.emitted[s] = emissions(claim, seen, model, table, s)
                waiting += [t for following in self.emitted[s].values() for t, _ in following]
        self.words = self._telling_words()
        self.beliefs: list[Vector] = []
        self._places: dict[Hashable, int] = {}
        self._ahead: dict[int, Mapping[int, tuple[Fraction, int]]] = {}

    def _telling_words(self) -> list[Vector]:
        """Return the probabilities, from each state, of words whose vectors span those of all words."""
        work = 0

        def spend(entries: int) -> None:
            nonlocal work
            work += entries
            if work > MOST_WORK:
                raise TooLarge("what label sets tell of where a policy is takes too much work to find out")

        space, found = Space(spend), []
        waiting: list[Vector] = [dict.fromkeys(self.emitted, _ONE)]
        for vector in waiting:
            if space.joins(vector):
                found.append(vector)
                before: dict[int, Vector] = {}
                for s, row in self.emitted.items():
                    for o, following in row.items():
                        chance = sum((p * vector.get(t, _ZERO) for t, p in following), _ZERO)
                        if chance:
                            before.setdefault(o, {})[s] = chance
                waiting += [before[o] for o in sorted(before)]
        return found

    def place(self, belief: Vector) -> int:
        """Return the number of the information state of a belief."""
        marks = tuple(sum((p * word.get(s, _ZERO) for s, p in belief.items()), _ZERO) for word in self.words)
        if marks not in self._places:
            self._places[marks] = len(self.beliefs)
            self.beliefs.append(belief)
        return self._places[marks]

    def ahead(self, k: int | None) -> Mapping[int, tuple[Fraction, int]]:
        """Return by observation its probability and the information state that follows; nothing for None."""
        if k is None:
            return {}
        if k not in self._ahead:
            masses: dict[int, Vector] = {}
            for s, share in self.beliefs[k].items():
                for o, following in self.emitted[s].items():
                    for t, p in following:
                        add_to(masses.setdefault(o, {}), {t: p}, share)
            found = {}
            for o in sorted(masses):
                total = sum(masses[o].values(), _ZERO)
                found[o] = total, self.place({t: mass / total for t, mass in masses[o].items()})
            self._ahead[k] = found
        return self._ahead[k]
