"""Decide whether a formula of linear temporal logic orders policies as a task asks.

First what no function of trajectories can do is excluded, then constraints between finitely many policies are
decided (`searching`, or `labelled` where label sets are observed). Acceptable sets are cut into constraints:
a policy of the universe joins when the formula at hand does not put it below an accepted one. A formula that
is found in this way is replaced by a smaller one, if there is one among the readable ones (`enumeration`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice, product

from specexpr.certify.branching import setup
from specexpr.certify.chain import Chain
from specexpr.certify.formula import AtomKind, Operator
from specexpr.certify.formula_store import Joined, Scheme, scheme_of, size
from specexpr.certify.kinds.formula import FormulaWitness, label_names, probabilities, values_of
from specexpr.certify.kinds.lotteries import LotteriesCertificate
from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    Label,
    PolicyConstraint,
    Relation,
    Table,
    TrajectoryConstraint,
)
from specexpr.certify.ordering import check_order, holds, split
from specexpr.certify.proofs import Refused, TooLarge
from specexpr.certify.step_chain import StepChain, step_chain
from specexpr.expressivity.ltl.drafts import step_atoms, step_truth
from specexpr.expressivity.ltl.effort import Effort
from specexpr.expressivity.ltl.enumeration import Enumeration, promising, sample
from specexpr.expressivity.ltl.labelled import LabelSearch
from specexpr.expressivity.ltl.searching import WORK, Certificate, Found, Search, two_levels
from specexpr.expressivity.trajectory_functions import decide_lotteries
from specexpr.expressivity.verdict import Undecided

Proof = FormulaWitness | LotteriesCertificate | Certificate

_FIRST = 12  # policies of a universe that are asked for from the start
_CUTS = 6  # those that join at once
_MOST_ROUNDS = 60
_LITTLE = 10_000  # work on transitions where label sets are observed
_PROMISING = 100  # formulas whose probabilities are computed


def decide_ltl(
    claim: Claim,
    *,
    deadline: float | None = None,
    search_formulas: bool = True,
    labels: Sequence[Sequence[Label]] = (),
) -> Proof | Undecided:
    """Return a formula that meets a claim, or what shows that there is none; the kernel is still to check it.

    labels: those of each environment, where transitions are observed; a formula may use them as names.
    """
    if any(isinstance(c, TrajectoryConstraint) for c in claim.constraints):
        return Undecided("limit: a formula values policies and says nothing of finite sequences")
    try:
        return _Decision(claim, deadline, _common(labels), search_formulas).run()
    except TooLarge as limit:
        return Undecided(f"limit: {limit}")


def _common(labels: Sequence[Sequence[Label]]) -> tuple[Label, ...]:
    """Return the labels that all environments have alike: only these say no more than transitions do."""
    if not labels:
        return ()
    return tuple(x for x in labels[0] if all(x in others for others in labels))


@dataclass(slots=True)
class _Decision:
    claim: Claim
    deadline: float | None
    labels: tuple[Label, ...]
    search_formulas: bool
    constraints: list[PolicyConstraint] = field(default_factory=list)
    _chains: dict[tuple[int, Table], StepChain] = field(default_factory=dict)

    def run(self) -> Proof | Undecided:
        claim = self.claim
        self.add(c for c in claim.constraints if isinstance(c, PolicyConstraint))
        certain = two_levels(claim, self.constraints)
        if certain is not None:
            return certain
        functions = decide_lotteries(claim, deadline=self.deadline)
        if isinstance(functions, LotteriesCertificate):
            return functions
        if isinstance(functions, Undecided) and functions.reason.startswith("time"):
            return functions
        for accept in claim.acceptable:
            self.add(self.first(accept))
        for _ in range(_MOST_ROUNDS):
            found = self.decided()
            if not isinstance(found, Found):
                return found
            cuts = [c for accept in claim.acceptable for c in islice(self.cuts(accept, found), _CUTS)]
            if not cuts:
                return self.witness(self.smaller(found).scheme)
            self.add(cuts)
        return Undecided("limit: the acceptable set needs too many policies to be compared")

    # -- constraints -----------------------------------------------------------------------------------------

    def add(self, constraints: Iterable[PolicyConstraint]) -> None:
        """Add constraints, each once."""
        known = {(c.model, c.better, c.worse, c.relation) for c in self.constraints}
        for c in constraints:
            mark = c.model, c.better, c.worse, c.relation
            if mark not in known:
                known.add(mark)
                self.constraints.append(c)

    def decided(self) -> Found | Certificate | Undecided:
        """Decide the constraints at hand."""
        if not any(c.relation is Relation.STRICT for c in self.constraints):
            return Found((Joined(Operator.TRUE),))
        certain = two_levels(self.claim, self.constraints)
        if certain is not None:
            return certain
        outcome = self.searched()
        if isinstance(outcome, Undecided) and self.search_formulas:
            found = self.readable(Found(()))
            return outcome if found is None else found
        return outcome

    def searched(self) -> Found | Certificate | Undecided:
        """Search for pieces or cases."""
        effort = Effort(WORK, self.deadline)
        if self.claim.setting.labels is not None:
            return self.searched_on_labels(effort)
        return Search(self.claim, self.constraints, self.labels, effort).run()

    def searched_on_labels(self, effort: Effort) -> Found | Certificate | Undecided:
        """Search so if label sets tell enough; if not, for words of them, and for cases of transitions."""
        try:
            search = Search(self.claim, self.constraints, (), effort)
        except TooLarge:
            search = None
        if search is not None and search.writes:
            outcome = search.run()
            if not isinstance(outcome, Undecided):
                return outcome
        effort = Effort(WORK, self.deadline)
        scheme, length = LabelSearch(self.claim, self.constraints, effort).run()
        if scheme is not None:
            return Found(scheme)
        if search is not None and not search.writes:
            search.effort.left = _LITTLE
            outcome = search.run()
            if not isinstance(outcome, Undecided):
                return outcome
        out = "time" if effort.is_late else "limit"
        return Undecided(
            f"{out}: no union of words of up to {length} label sets meets the constraints; that no other "
            "formula over labels does is not shown"
        )

    def first(self, accept: AcceptableSet) -> Iterator[PolicyConstraint]:
        """Yield what an acceptable set asks of its accepted policies and of a few others."""
        good, bad = split(
            Chain(self.claim.models[accept.model]), accept, merged=self.claim.modulo_unreachable
        )
        if accept.acceptance is Acceptance.EQUAL:
            for table in good[1:]:
                yield PolicyConstraint(accept.model, table, good[0], Relation.TIE, accept.line)
            good = good[:1]
        for better, worse in product(good, islice(bad, _FIRST)):
            yield PolicyConstraint(accept.model, better, worse, Relation.STRICT, accept.line)

    def cuts(self, accept: AcceptableSet, found: Found) -> Iterator[PolicyConstraint]:
        """Yield constraints of an acceptable set that a formula does not meet."""
        chain = Chain(self.claim.models[accept.model])
        good, bad = split(chain, accept, merged=self.claim.modulo_unreachable)
        value = probabilities(self.claim, found.scheme, self.labels_of(found.scheme))[accept.model].policy
        least = min(good, key=value)
        low = value(least)
        asked = {(c.better, c.worse) for c in self.constraints if c.model == accept.model}
        for table in bad:
            if value(table) >= low and (least, table) not in asked:
                yield PolicyConstraint(accept.model, least, table, Relation.STRICT, accept.line)

    # -- formulas --------------------------------------------------------------------------------------------

    def smaller(self, found: Found) -> Found:
        """Return a smaller formula if there is one among the readable ones."""
        if not self.search_formulas or size(found.scheme) == 1:
            return found
        return self.readable(found) or found

    def readable(self, found: Found) -> Found | None:
        """Return the smallest readable formula that meets the claim, of those that are looked at."""
        claim, observed = self.claim, self.claim.setting.labels
        asked = setup(claim, self.constraints)
        chains = [self.chain(m, table) for m, table in asked.points]
        labels = self.labels if observed is None else observed[0]
        if observed is not None and any(other != labels for other in observed):
            return None
        atoms = step_atoms(claim.models[0], labels)
        if observed is not None:
            atoms = tuple(atom for atom in atoms if atom.kind is AtomKind.LABEL)
        enumeration = Enumeration(sample(chains), atoms, step_truth(labels))
        most = size(found.scheme) - 1 if found.scheme else 1 << 30
        for formula in islice(promising(asked, enumeration, most=most), _PROMISING):
            scheme = scheme_of(formula)
            if self.meets(scheme):
                return Found(scheme)
        return None

    def meets(self, scheme: Scheme) -> bool:
        """Say whether a formula meets the claim, first of all the constraints at hand."""
        labels = self.labels_of(scheme)
        known = probabilities(self.claim, scheme, labels)
        values: dict[tuple[int, Table], Fraction] = {}
        for c in self.constraints:
            for table in (c.better, c.worse):
                if (c.model, table) not in values:
                    values[c.model, table] = known[c.model].on_chain(self.chain(c.model, table))
            if not holds(c.relation, values[c.model, c.better], values[c.model, c.worse]):
                return False
        if not self.claim.acceptable:
            return True
        try:
            check_order(self.claim, lambda model, table: known[model].policy(table))
        except Refused:
            return False
        return True

    def chain(self, model: int, table: Table) -> StepChain:
        if (model, table) not in self._chains:
            self._chains[model, table] = step_chain(self.claim.models[model], table)
        return self._chains[model, table]

    def labels_of(self, scheme: Scheme) -> tuple[Label, ...]:
        """Return the labels that a formula speaks of and brings along."""
        if self.claim.setting.labels is not None:
            return ()
        names = label_names(scheme)
        return tuple(x for x in self.labels if x.name in names)

    def witness(self, scheme: Scheme) -> FormulaWitness:
        """Return a formula with its values."""
        labels = self.labels_of(scheme)
        return FormulaWitness(scheme, labels, values_of(self.claim, scheme, labels))
