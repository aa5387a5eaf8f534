"""Search all machine structures with at most k states: one that meets the claim, or why none does.

The kernel's own exploration (`certify.structures`) is run, and what it is to do next is found as it asks. The
moves that it does not know are filled in, and the structure is decided: rewards on it end the search; else a
combination that vanishes in it is what the exploration goes on with. Most often one that is known already
vanishes: floats say which, for one structure or for all that share the moves of all but the last state, and
the kernel's arithmetic confirms it. So the structures that are left out are refuted exactly, and what the
exploration asked is the proof.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from specexpr.certify.hidden import Hidden, Moves, hidden
from specexpr.certify.mixtures import Mixtures
from specexpr.certify.model import Machine
from specexpr.certify.proofs import TooLarge
from specexpr.certify.structures import Smaller, explore, is_consistent, is_small
from specexpr.expressivity.machines.core import Combination, Core, GaveUp, Rewards
from specexpr.expressivity.machines.floats import Floats, TooManyNumbers

_ALTERNATIVES = 12  # combinations that are compared


@dataclass(frozen=True, slots=True)
class Found:
    """A machine that meets the claim, with its rewards."""

    machine: Machine
    rewards: Rewards


class _Ended(Exception):  # noqa: N818 -- how the exploration is left, no failure
    def __init__(self, outcome: Found | GaveUp) -> None:
        self.outcome = outcome


class Search:
    """The combinations that are known of a claim, and the searches that use them and find more."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.combinations: list[Combination] = []
        self.hidden: list[Hidden] = []
        self._floats = Floats(core)
        self._mixtures = Mixtures(core.claim, heed=self._heed)
        self._asked: list[int] = []
        self._node: Moves | None = None
        self._tried: set[int] = set()

    def run(self, most: int) -> Found | Smaller | GaveUp:
        """Return a machine with at most so many states, the proof that there is none, or why neither."""
        self._asked.clear()
        self._node = None
        if most == 1 and is_small(self.core.claim):
            return self._without_memory()
        try:
            explore(self.hidden, most, self._choose)
        except _Ended as ended:
            return ended.outcome
        except TooLarge as limit:
            return GaveUp(f"limit: {limit}")
        used = sorted(set(self._asked))
        place = {index: i for i, index in enumerate(used)}
        terms = tuple(self.combinations[index].terms for index in used)
        return Smaller(most, terms, tuple(place[index] for index in self._asked))

    def _heed(self) -> None:
        deadline = self.core.deadline
        if deadline is not None and time.monotonic() > deadline:
            raise _Ended(GaveUp("time: not all machine structures were refuted"))

    def _without_memory(self) -> Found | Smaller | GaveUp:
        machine = machine_of(({},), len(self.core.seen.known))
        outcome = self.core.decide(machine)
        match outcome:
            case Rewards():
                return Found(machine, outcome)
            case Combination(terms=terms):
                return Smaller(1, (terms,), (0,))
            case GaveUp():
                return outcome

    def _choose(self, moves: Moves) -> int:
        self._heed()
        if moves is not self._node:
            self._node = moves
            self._tried.clear()
        index = self._known(moves)
        if index is None:
            index = self._new(moves)
        self._tried.add(index)
        self._asked.append(index)
        return index

    def _known(self, moves: Moves) -> int | None:
        """Return a combination that seems to vanish in the structure, one that needs few further moves."""
        best, fewest = None, 0
        for index in islice(self._vanishing(moves), _ALTERNATIVES):
            if index not in self._tried:
                if all(self.hidden[index].moved.keys() <= leaving.keys() for leaving in moves):
                    return index
                needed = self.hidden[index].needed(moves)
                count = sum(target is None for leaving in needed.values() for target in leaving.values())
                if best is None or count < fewest:
                    best, fewest = index, count
                if not count:
                    break
        return best

    def _vanishing(self, moves: Moves) -> Iterator[int]:
        """Yield the combinations that seem to vanish in a structure whose other moves lead to state 0."""
        try:
            yield from self._floats.vanishing(moves)
        except TooManyNumbers:
            for index in reversed(range(len(self.hidden))):
                known = self.hidden[index]
                filled = [{o: leaving.get(o, 0) for o in known.moved} for leaving in moves]
                if is_consistent(known.equations(known.needed(filled)))[0]:
                    yield index

    def _new(self, moves: Moves) -> int:
        machine = machine_of(moves, len(self.core.seen.known))
        outcome = self.core.decide(machine)
        match outcome:
            case Rewards():
                raise _Ended(Found(machine, outcome))
            case GaveUp():
                raise _Ended(outcome)
            case Combination():
                self.combinations.append(outcome)
                self.hidden.append(hidden(self._mixtures, outcome.parts(), self.core.discount))
                self._floats.add(outcome)
                return len(self.combinations) - 1


def machine_of(moves: Moves, observations: int) -> Machine:
    """Return a machine with these moves; others lead to its first state."""
    rows = tuple(tuple(leaving.get(o, 0) for o in range(observations)) for leaving in moves)
    return Machine(tuple(f"u{u}" for u in range(len(moves))), rows)
