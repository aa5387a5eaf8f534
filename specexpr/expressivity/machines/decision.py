"""Decide whether reward machines express a claim: a given one, some with at most k states, or any.

Any number of states does as much as a function of trajectories, so that is asked first; its words are merged
into a machine (`merging`), and the least number of states is searched from below (`search`) while the time
lasts. What is proved of that number is in the witness: the machine is an upper bound, and what has been
refuted a lower one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from math import inf
from typing import cast

from specexpr.certify.clock import Discounted, needs_numbers
from specexpr.certify.kinds.function import FunctionWitness
from specexpr.certify.kinds.lotteries import LotteriesCertificate
from specexpr.certify.kinds.machine import MachineWitness, Step
from specexpr.certify.kinds.machines import MachinesCertificate
from specexpr.certify.model import Claim, Machine, PolicyConstraint, Relation, Table, TrajectoryConstraint
from specexpr.certify.observing import observations
from specexpr.certify.ordering import behaviours
from specexpr.certify.proofs import FarkasCertificate, NodeNumbers, Term, TooLarge
from specexpr.certify.structures import Smaller
from specexpr.certify.walk import Walker
from specexpr.certify.words import Word, sequence_word
from specexpr.expressivity.acceptable import alike_conflict
from specexpr.expressivity.machines.core import Combination, Core, GaveUp, Rewards, visits
from specexpr.expressivity.machines.merging import merged, tidied, tree_rows
from specexpr.expressivity.machines.search import Found, Search
from specexpr.expressivity.trajectory_functions import decide_lotteries
from specexpr.expressivity.verdict import Undecided

SOME_DISCOUNT = Fraction(1, 2)
"""Where the question leaves the discount open, machines do as much at any; this one is taken."""

_MERGING = 0.4  # of the time that is left
_SEARCHING = 0.5  # likewise; the kernel goes through the same structures again
_TIDYING = 0.1

Proof = MachineWitness | MachinesCertificate | FarkasCertificate | LotteriesCertificate


def decide_machine(
    claim: Claim, *, deadline: float | None = None, most_states: int | None = None
) -> Proof | Undecided:
    """Return a machine that meets a claim, a proof that none does, or why neither was found.

    The machine is that of `claim.setting`, if it fixes one; else one with at most `most_states` states, by
    default as many as `claim.setting` says, or any number. A claim without a discount must leave the machine
    open, and is answered at a discount of our choice, which then says nothing of the least number of states.
    What is returned is for the kernel to check.
    """
    try:
        if claim.setting.machine is not None:
            return _on_machine(claim, claim.setting.machine, deadline)
        most = claim.setting.machine_states if most_states is None else most_states
        return _Decision(claim, deadline).run(most)
    except TooLarge as limit:
        return Undecided(f"limit: {limit}")


def _on_machine(claim: Claim, machine: Machine, deadline: float | None) -> Proof | Undecided:
    """Decide a claim on the machine that it fixes."""
    discount = claim.fixed_discount
    for accepted in claim.acceptable:
        if accepted.over is None and not claim.modulo_unreachable:
            pair = alike_conflict(claim.models[accepted.model], accepted.good)
            if pair is not None:
                term = Term(accepted.model, *pair, Relation.STRICT, Fraction(1), accepted.line)
                return FarkasCertificate(discount, (term,))
    outcome = Core(claim, discount, deadline=deadline).decide(machine, margin=inf)
    match outcome:
        case Rewards():
            return _witness(claim, discount, Found(machine, outcome), None)
        case Combination(terms=terms):
            sides = [(t.model, side) for t in terms if not t.is_trajectory for side in (t.better, t.worse)]
            numbers = _numbers(claim, discount, machine, sides)  # type: ignore[arg-type] # tables
            return FarkasCertificate(discount, terms, numbers=numbers)
        case GaveUp(reason=reason):
            return Undecided(reason)


class _Decision:
    def __init__(self, claim: Claim, deadline: float | None) -> None:
        self.claim, self.deadline = claim, deadline
        self.discount = SOME_DISCOUNT if claim.discount is None else claim.discount

    def run(self, most: int | None) -> Proof | Undecided:
        function = decide_lotteries(self.claim, deadline=self.deadline)
        if isinstance(function, LotteriesCertificate):
            return function
        core = Core(self.claim, self.discount, deadline=self.deadline)
        best = self.by_merging(core, function) if most != 1 else None
        if best is not None and most is not None and len(best.machine.states) > most:
            best = None
        search = Search(core)
        refuted: Smaller | None = None
        states = 0
        while best is None or states + 1 < len(best.machine.states):
            states += 1
            if most is not None and states > most:
                return self.refutation(refuted, most)
            core.deadline = self.moment(_SEARCHING)
            outcome = search.run(states)
            match outcome:
                case Found():
                    best = outcome
                case Smaller(order=(_,)) if best is None and states > 1:
                    # refuted with no move known: so is every machine
                    if most is not None:
                        return self.refutation(replace(outcome, states=most), most)
                    return _undecided("limit: no machine does", function, states + 1)
                case Smaller():
                    refuted = outcome
                case GaveUp(reason=reason):
                    if best is None:
                        return _undecided(reason, function, states)
                    break
        core.deadline = self.deadline
        best = tidied(core, best, until=self.moment(_TIDYING))
        return self.confirmed(core, best, refuted if self.claim.discount else None)

    def confirmed(self, core: Core, found: Found, refuted: Smaller | None) -> Proof | Undecided:
        """Return the witness of a machine once every policy of a set has been valued exactly."""
        if any(accepted.over is None for accepted in self.claim.acceptable):
            outcome = core.decide(found.machine, margin=inf)
            if not isinstance(outcome, Rewards):
                reason = (
                    outcome.reason if isinstance(outcome, GaveUp) else "limit: floats misjudged a machine"
                )
                return Undecided(reason)
            found = Found(found.machine, outcome)
        return _witness(self.claim, self.discount, found, refuted)

    def by_merging(self, core: Core, function: FunctionWitness | Undecided) -> Found | None:
        """Return a machine that a function of trajectories is merged into."""
        if isinstance(function, Undecided):
            return None
        rows = tree_rows(set(_words(self.claim, function)), len(core.seen.known))
        return merged(core, rows, until=self.moment(_MERGING))

    def refutation(self, refuted: Smaller | None, most: int) -> Proof | Undecided:
        """Return the proof that machines with so many states do not do."""
        if refuted is None or self.claim.discount is None:
            return Undecided(f"limit: machines with {most} states were refuted at one discount only")
        return MachinesCertificate(refuted)

    def moment(self, share: float) -> float | None:
        """Return the moment when a share of the time that is left has passed."""
        now = time.monotonic()
        return None if self.deadline is None else now + share * max(0.0, self.deadline - now)


def _undecided(reason: str, function: FunctionWitness | Undecided, states: int) -> Undecided:
    """Say how far the search came."""
    if isinstance(function, Undecided):
        reason = function.reason
    return Undecided(f"{reason}; no machine with less than {states} states does" if states > 1 else reason)


def _words(claim: Claim, function: FunctionWitness) -> Iterator[Word]:
    """Yield the words whose values meet a claim, and those of all its sequences."""
    yield from (word for word, _ in function.words)
    seen = observations(claim)
    for c in claim.constraints:
        if isinstance(c, TrajectoryConstraint):
            yield from (sequence_word(claim, seen, c.model, steps) for steps in (c.better, c.worse))


def _witness(claim: Claim, discount: Fraction, found: Found, refuted: Smaller | None) -> MachineWitness:
    reward = cast("tuple[tuple[Step, Fraction], ...]", tuple(sorted(found.rewards.weights.items())))
    numbers = _numbers(claim, discount, found.machine, _valued(claim))
    return MachineWitness(discount, found.machine, reward, numbers, refuted)


def _valued(claim: Claim) -> Iterator[tuple[int, Table]]:
    """Yield the policies that the kernel values to check a witness."""
    for c in claim.constraints:
        if isinstance(c, PolicyConstraint):
            yield from ((c.model, c.better), (c.model, c.worse))
    for accepted in claim.acceptable:
        over = behaviours(claim.models[accepted.model]) if accepted.over is None else accepted.over
        yield from ((accepted.model, table) for table in (*accepted.good, *over))


def _numbers(
    claim: Claim,
    discount: Fraction,
    machine: Machine,
    policies: Iterator[tuple[int, Table]] | list[tuple[int, Table]],
) -> tuple[NodeNumbers, ...]:
    """Return the visits of those policies whose walks are too large for the kernel to solve."""
    walker = Walker(replace(claim, discount=discount), machine, observations(claim))
    largest = max(len(model.states) for model in claim.models) * len(machine.states)
    found = []
    for model, table in dict.fromkeys(policies) if largest else ():
        walk = walker.walk(model, table)
        if needs_numbers(walk, Discounted(discount)):
            entries = zip(walk.nodes, visits(walk, discount), strict=True)
            found.append(NodeNumbers(model, table, (tuple((node, n) for node, n in entries if n),)))
    return tuple(found)
