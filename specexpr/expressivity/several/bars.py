"""Answer a question about an aim subject to a constraint, both free rewards.

One reward for all is an aim with a constraint that all policies meet, and is tried first. Then who is above
the bar is searched for (`splitting`). Where sets among all deterministic policies are accepted, those that a
witness fails to put below join one by one; each is one constraint more for good, so this ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from specexpr.certify.algebraic_reward import AlgebraicReward
from specexpr.certify.checking import check
from specexpr.certify.kinds.bar import BarWitness
from specexpr.certify.kinds.splits import SplitsCertificate
from specexpr.certify.model import AcceptableSet, Claim, Table
from specexpr.certify.ordering import MOST_BEHAVIOURS
from specexpr.certify.outcomes import named_policies
from specexpr.certify.proofs import NodeNumbers, Refused, RewardWitness, TooLarge
from specexpr.certify.sides import Cut, Fork, Leaf, Side
from specexpr.expressivity.acceptable import classes, fringe, used_actions
from specexpr.expressivity.several.colouring import Colouring
from specexpr.expressivity.several.compared import OUT_OF_TIME, TRIED, Compared, TimeIsUp, twins
from specexpr.expressivity.several.splitting import Split, Splitting
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import GIVE_A_DISCOUNT, Expressible, Undecided, Verdict, proved
from specexpr.models.policy import Behaviours

Proof = BarWitness | SplitsCertificate | RewardWitness | AlgebraicReward
Worth = tuple[int, Fraction]
"""1 and the aim above the bar, 0 and the constraint below."""

_FEW = 64  # policies among which the search for a readable witness is quick
_JOINING = 3  # policies that join at a time
_ONE = Fraction(1)


def answer_by_bar(question: Question) -> Verdict:
    """Return a proved verdict: a constraint with its bar and an aim, or refuted cases."""
    from specexpr.expressivity.several.bar_text import speak

    return proved(question, "consat", _proof(question), speak)


def _proof(question: Question) -> Proof | Undecided:
    claim = question.claim()
    pair = twins(claim)
    if pair is not None:
        cuts = tuple(Cut(side, ((0, _ONE),)) for side in (Side.ABOVE, Side.BELOW))
        tree = Fork(pair.model, pair.better, Leaf(0), Leaf(1))
        return SplitsCertificate(claim.discount, (pair,), cuts, tree)
    single = _one_reward(question)
    if single is not None:
        return single
    if claim.discount is not None:
        return _at(claim, question.deadline)
    for discount in TRIED:
        found = _at(replace(claim, discount=discount), question.deadline)
        if isinstance(found, SplitsCertificate):
            proof = replace(found, discount=None, numbers=())
            try:
                check(claim, "consat", proof)
            except Refused:
                continue
            return proof
        if not isinstance(found, Undecided):
            return found
    return Undecided(GIVE_A_DISCOUNT)


def _one_reward(question: Question) -> RewardWitness | AlgebraicReward | None:
    """Return one reward that serves; None if there is none, or that is not found out."""
    if question.options.discount is None:
        from specexpr.expressivity.everywhere import decide_everywhere

        found = decide_everywhere(question.claim(), "mr", deadline=question.deadline)
        return found if isinstance(found, RewardWitness | AlgebraicReward) else None
    from specexpr.expressivity.markov import decide_markov_reward

    match decide_markov_reward(question):
        case Expressible(witness=witness):
            assert isinstance(witness.proof, RewardWitness)
            return witness.proof
        case _:
            return None


def _at(claim: Claim, deadline: float | None) -> Proof | Undecided:
    """Return a proof at the discount of a claim."""
    try:
        return _Search(claim, deadline).run()
    except TimeIsUp:
        return Undecided(OUT_OF_TIME)
    except TooLarge as limit:
        return Undecided(f"limit: {limit}")


@dataclass(slots=True)
class _Search:
    claim: Claim
    deadline: float | None
    compared: Compared = field(init=False)
    sets: list[AcceptableSet] = field(init=False)

    def run(self) -> BarWitness | SplitsCertificate:
        """Return a witness or a certificate. Raises TimeIsUp, TooLarge."""
        self.compared = Compared(self.claim, "consat", self.claim.fixed_discount, self.deadline)
        self.compared.add_constraints()
        self.sets = self.compared.add_sets(most=0)
        splitting = Splitting(self.compared)
        rivals = [self.rivals(accept) for accept in self.sets]
        flat = self.flat(rivals)
        if flat is not None:
            return replace(flat, numbers=tuple(self.numbers(rivals)))
        while True:
            found = splitting.run()
            if not isinstance(found, Split):
                return splitting.certificate(found)
            witness = splitting.witness(found)
            joining = [
                (accept, table)
                for accept, (tables, _) in zip(self.sets, rivals, strict=True)
                for table in self.too_good(accept, tables, witness)
            ]
            if not joining:
                if all(is_complete for _, is_complete in rivals):
                    return replace(witness, numbers=tuple(self.numbers(rivals)))
                raise TooLarge(
                    f"more than {MOST_BEHAVIOURS:,} deterministic policies would have to be valued"
                )
            for accept, table in joining:
                self.compared.add_set(accept, [table])

    def rivals(self, accept: AcceptableSet) -> tuple[Sequence[Table], bool]:
        """Return policies that compete with the good ones: one for each behaviour, or of too many some."""
        every = self.compared.behaviours(accept.model, MOST_BEHAVIOURS)
        if every is not None:
            return every, True
        model = self.claim.models[accept.model]
        used = used_actions(self.claim, Behaviours(self.claim.models))
        return list(fringe(model, used, classes(model, accept.good))), False

    def flat(self, rivals: Sequence[tuple[Sequence[Table], bool]]) -> BarWitness | None:
        """Return a reward and its negative for the constraint and the aim if they serve a single set.

        All good policies return the same, and no other one does: it is below the bar, or worse above it.
        """
        if self.claim.constraints or len(self.sets) != 1:
            return None
        (accept,), ((tables, is_complete),) = self.sets, rivals
        if not is_complete or len(tables) <= _FEW:
            return None
        chain = self.compared.sight.chains[accept.model]
        good = {chain.behaviour(table)[1] for table in accept.good}
        inside = [self.compared.number(accept.model, table) for table in accept.good]
        bad = (table for table in tables if chain.behaviour(table)[1] not in good)
        found = Colouring(self.compared, list(dict.fromkeys(inside))).flat(
            [self.compared.number(accept.model, table) for table in bad]
        )
        if not found:
            return None
        constraint, aim = found
        return BarWitness(self.compared.discount, constraint.reward, constraint.least, aim.reward)

    def numbers(self, rivals: Sequence[tuple[Sequence[Table], bool]]) -> Iterator[NodeNumbers]:
        """Yield the visits of all that the kernel values, in large models."""
        some = [
            (a.model, table) for a, (tables, _) in zip(self.sets, rivals, strict=True) for table in tables
        ]
        return self.compared.node_numbers((*named_policies(self.claim), *some))

    def too_good(
        self, accept: AcceptableSet, tables: Sequence[Table], witness: BarWitness
    ) -> Iterator[Table]:
        """Yield policies that are not accepted and worth as much as a good one, the best first."""
        chain = self.compared.sight.chains[accept.model]
        good = {chain.behaviour(table)[1] for table in accept.good}
        least = min(self.worth(witness, accept.model, table) for table in accept.good)
        found = []
        for table in tables:
            self.compared.watch()
            if chain.behaviour(table)[1] not in good:
                value = self.worth(witness, accept.model, table)
                if value >= least:
                    found.append((value, table))
        found.sort(key=lambda pair: pair[0], reverse=True)
        yield from (table for _, table in found[:_JOINING])

    def worth(self, witness: BarWitness, model: int, table: Table) -> Worth:
        i = self.compared.number(model, table)
        constraint = self.compared.value(i, witness.constraint)
        if constraint >= witness.bar:
            return 1, self.compared.value(i, witness.aim)
        return 0, constraint
