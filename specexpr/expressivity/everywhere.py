"""Decide a task for ANY discount: find one that serves it, or prove that none does.

Multipliers of conflicting rows are polynomials in the discount (`multipliers`), and rows stay a conflict
where those of `>` and `>=` keep their signs: on an interval between roots. So:

    while an interval of (0, 1) is not covered, take a rational t in it and decide the rows there, exactly:
        a solution  -> expressible at t
        a conflict  -> irreducible; its multipliers at every discount cover an interval around t,
                       or it has none: then its rows conflict at finitely many discounts only
    what is left are single numbers, rational or not: decide the rows at each, exactly

**It ends.** No t is tried twice. A set of rows without multipliers makes finitely many t useless, one with
multipliers is met once (had it been met before, t would be covered), and there are finitely many sets.
**It is complete.** A discount inside an interval is refuted by its multipliers; one between two intervals
is refuted by those of one of them, or it is decided on its own.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import cast

from flint import fmpz_poly

from specexpr.certify.algebraic_machine import AlgebraicMachine
from specexpr.certify.algebraic_reward import AlgebraicReward
from specexpr.certify.asked import Listed
from specexpr.certify.checking import check
from specexpr.certify.kinds.farkas_any import Cell, FarkasAnyCertificate, Point
from specexpr.certify.kinds.machine import MachineWitness
from specexpr.certify.kinds.mixture import MixtureCertificate
from specexpr.certify.kinds.step_reward import StepRewardWitness
from specexpr.certify.model import Claim, PolicyConstraint, Relation, Table
from specexpr.certify.proofs import FarkasCertificate, Refused, RewardWitness, Term, TooLarge
from specexpr.certify.supports import Support
from specexpr.diagnostics import InternalError
from specexpr.exact import common_denominator
from specexpr.expressivity.algebraic_witness import algebraic_reward, machine_witness
from specexpr.expressivity.clocked import Pays, decide_linear
from specexpr.expressivity.coverings import (
    Covering,
    cells,
    coefficients,
    conflict_intervals,
    gaps,
    interval_around,
    strict_weight,
)
from specexpr.expressivity.everywhere_rows import ClaimRows
from specexpr.expressivity.markov import decide_markov_reward
from specexpr.expressivity.multipliers import as_terms, row_multipliers
from specexpr.expressivity.polynomial_system import OutOfTime, Row, is_threshold
from specexpr.expressivity.real_roots import Mark, Roots, samples, sign
from specexpr.expressivity.single_discount import Field, decide_at_root
from specexpr.expressivity.task import Options, Question, Task
from specexpr.expressivity.verdict import Expressible, Inexpressible, Proof, Undecided
from specexpr.models.environment import Environment
from specexpr.solve.cone import Conflict, Direction, decide_cone

ALWAYS_STATES, MOST_STATES, MOST_DEGREE = 6, 40, 400
"""Within so many states nothing but time is a limit; above, neither more than that many states nor conflicts
whose multipliers may have a degree (about states times terms) above that are taken on."""

FIRST = (Fraction(1, 2), Fraction(9, 10), Fraction(99, 100))
"""Discounts that are tried before anything else."""

_OUT_OF_TIME = "time: the limit passed before an answer was proved for every discount"
_ZERO, _ONE = Fraction(0), Fraction(1)


def decide_everywhere(claim: Claim, formalism: str, *, deadline: float | None) -> Proof | Undecided:
    """Return a proof that the kernel has checked: a witness at some discount, or a conflict at each.

    claim: one without a discount; formalism: mr, rrl, or rm where the claim fixes the machine.
    """
    try:
        proof = _decide(claim, formalism, deadline)
    except OutOfTime:
        return Undecided(_OUT_OF_TIME)
    if isinstance(proof, Undecided):
        return proof
    try:
        check(claim, formalism, proof)
    except TooLarge as limit:
        return Undecided(f"limit: {limit}")
    except Refused as refusal:
        raise InternalError(f"the kernel refused a proof for any discount: {refusal}") from refusal
    return proof


def _decide(claim: Claim, formalism: str, deadline: float | None) -> Proof | Undecided:
    if formalism == "mr":
        for t in FIRST:
            proof = markov_proof(claim, t, deadline)
            if isinstance(proof, RewardWitness | MixtureCertificate):
                return proof
    if formalism == "rrl":
        for t in FIRST:
            proof = regularised_proof(claim, t, deadline)
            if isinstance(proof, StepRewardWitness):
                return proof
    if number_of_states(claim, formalism) > MOST_STATES:
        return Undecided(f"limit: any discount is decided for at most {MOST_STATES} states")
    return Search(claim, formalism, deadline).run()


def number_of_states(claim: Claim, formalism: str) -> int:
    """Return how many states a policy may reach, those of the memory counted in."""
    machine = claim.setting.machine if formalism == "rm" else None
    states = max(len(model.states) for model in claim.models)
    return states * (1 if machine is None else len(machine.states))


class Search:
    """The search for a discount that serves a claim, with what it has found out."""

    def __init__(self, claim: Claim, formalism: str, deadline: float | None) -> None:
        self.claim, self.formalism, self.deadline = claim, formalism, deadline
        self.rows = ClaimRows(claim, formalism, deadline)
        self.roots = Roots()
        self.found: list[Covering] = []
        self.tried: set[Fraction] = set()

    def run(self) -> Proof | Undecided:
        """Return a proof for any discount, not yet checked. Raises OutOfTime."""
        while (simplest := self.uncovered()) is not None:
            proof = self.decide_at(simplest)
            if proof is not None:
                return proof
        return self.between()

    # -- intervals -----------------------------------------------------------------------------------------

    def uncovered(self, besides: Sequence[tuple[Mark, Mark]] = ()) -> Fraction | None:
        """Return the simplest rational not tried yet in an interval without a conflict, and not in these."""
        known = [*besides, *(interval for covering in self.found for interval in covering.intervals)]
        free = (samples(lo, hi) for lo, hi in gaps(known))
        first = [next(t for t in candidates if t not in self.tried) for candidates in free]
        return min(first, key=lambda t: t.denominator, default=None)

    def solve(self, t: Fraction) -> Direction | Conflict:
        """Decide the rows at a rational. Raises OutOfTime."""
        system = self.rows.system
        vectors = [system.integers(row, t) for row in system.rows]
        outcome = decide_cone(vectors, [row.relation for row in system.rows], deadline=self.deadline)
        if isinstance(outcome, Direction | Conflict):
            return outcome
        raise OutOfTime

    def decide_at(self, t: Fraction) -> Proof | Undecided | None:
        """Decide the claim at a rational; None when that has led on: to more rows, or to a covering."""
        outcome = self.solve(t)
        return self.served(t, outcome) if isinstance(outcome, Direction) else self.follow(outcome, t)

    def follow(self, conflict: Conflict, t: Fraction) -> Undecided | None:
        """Follow a conflict from t as far as it goes."""
        self.tried.add(t)
        system = self.rows.system
        rows = [system.rows[k] for k, _ in conflict.multipliers]
        points = {number for row in rows for number in (row.plus, row.minus)}
        degree = sum(system.points[number].denominator.degree() for number in points)
        if degree > MOST_DEGREE and number_of_states(self.claim, self.formalism) > ALWAYS_STATES:
            return Undecided(f"limit: a conflict of {len(rows)} constraints is too large to follow it")
        weights = row_multipliers(system, rows, t, deadline=self.deadline)
        if weights is not None:
            self.found.append(self.covering(rows, weights, t))
        return None

    def covering(self, rows: list[Row], weights: list[fmpz_poly], t: Fraction) -> Covering:
        """Return the support of these rows; in few pairs of policies where they do as well as all pairs."""
        system = self.rows.system
        strict = next(w for row, w in zip(rows, weights, strict=True) if row.relation is Relation.STRICT)
        if sign(strict, t) < 0:
            weights = [-w for w in weights]
        terms = as_terms(system, rows, weights)
        assert terms is not None
        found = Covering(terms, conflict_intervals(terms, self.roots))
        few = as_terms(system, rows, weights, lambda p: sign(p, t))
        if few is not None and len(few) < len(terms):
            fewer = Covering(few, conflict_intervals(few, self.roots))
            if interval_around(fewer.intervals, t) == interval_around(found.intervals, t):
                return fewer
        return found

    # -- what is left between them -------------------------------------------------------------------------

    def between(self) -> Proof | Undecided:
        """Return the certificate once every end of a cell is refuted, or a witness at one of them."""
        chain = list(cells(self.found))
        points = []
        for (left, _, x), (right, *_) in pairwise(chain):
            if left.holds_at(x) or right.holds_at(x):
                continue
            outcome = None
            while outcome is None:
                outcome = self.decide_number(x)
            if not isinstance(outcome, Support):
                return outcome
            points.append((x, outcome))
        ends = [_ZERO, *(hi for *_, hi in chain)]
        number = {x: self.roots.number(x, ends) for x in ends}
        used = list(dict.fromkeys(id(covering) for covering, *_ in chain))
        supports = {id(covering): covering.support() for covering, *_ in chain}
        return FarkasAnyCertificate(
            tuple(supports[k] for k in used),
            tuple(Cell(number[lo], number[hi], used.index(id(covering))) for covering, lo, hi in chain),
            tuple(Point(number[x], support) for x, support in points),
        )

    def decide_number(self, x: Mark) -> Support | Proof | Undecided | None:
        """Decide the rows at a number between two cells; None when rows were missing."""
        system = self.rows.system
        if isinstance(x, Fraction):
            solved = self.solve(x)
            if isinstance(solved, Direction):
                return self.served(x, solved)
            rows = [system.rows[k] for k, _ in solved.multipliers]
            exact = [y * system.integer_scale(system.rows[k], x) for k, y in solved.multipliers]
            weights = [fmpz_poly([y]) for y in common_denominator(exact)[0]]
            terms = as_terms(system, rows, weights, lambda p: sign(p, x))
        else:
            field = Field(x)
            outcome = decide_at_root(system, field, self.deadline)
            if isinstance(outcome, list):
                return self.with_weights(x, outcome)
            terms = as_terms(system, *outcome, field.sign)
            if terms is not None and field.sign(strict_weight(terms)) < 0:
                terms = [(term, -weight) for term, weight in terms]
        if terms is None:
            raise InternalError("shares of an acceptable set do not add up")
        return Covering(terms, ()).support()

    # -- witnesses -----------------------------------------------------------------------------------------

    def served(self, t: Fraction, solution: Direction) -> Proof | Undecided | None:
        """Return the witness at a rational where the rows have a solution; None when rows were missing."""
        if self.formalism == "rm":
            return self.with_weights(t, [fmpz_poly([x]) for x in self.rows.system.readable(solution, t)])
        prove = regularised_proof if self.formalism == "rrl" else markov_proof
        match proof := prove(self.claim, t, self.deadline):
            case FarkasCertificate(terms=terms):
                added = [self.add_bad(term) for term in terms]
                if not any(added):
                    raise InternalError("a conflict at one discount has no row that was missing")
                return None
            case RewardWitness() | StepRewardWitness() | MixtureCertificate() | Undecided():
                return proof
            case _:
                return Undecided("limit: a conflict at one discount is too large to be proved exactly")

    def add_bad(self, term: Term) -> bool:
        """Add the row of a bad policy that a term speaks of; say whether it is new."""
        if term.is_trajectory:
            return False
        better, worse = cast(Table, term.better), cast(Table, term.worse)
        constraint = PolicyConstraint(term.model, better, worse, Relation.STRICT)
        added = False
        for k, accepted in enumerate(self.claim.acceptable):
            chain = self.rows.system.chains[accepted.model]
            if Listed(chain, accepted, merged=self.claim.modulo_unreachable).ask_for(constraint):
                added = self.rows.add_bad(k, worse) or added
        return added

    def with_weights(self, x: Mark, values: list[fmpz_poly]) -> Proof | Undecided | None:
        """Return the witness at x with a value for each column; None when rows were missing."""
        columns = zip(self.rows.system.coordinates, values, strict=False)  # without rows there are no values
        weights = {key: coefficients(p) for key, p in columns if p and not is_threshold(key)}
        discount = self.roots.number(x)
        if self.formalism == "rrl":
            return Undecided("limit: a regularised reward at a single irrational discount is not proved")
        found: MachineWitness | AlgebraicMachine | AlgebraicReward | list[tuple[int, Table]]
        try:
            if isinstance(discount, Fraction) or self.formalism == "rm":
                found = machine_witness(self.rows, discount, weights, self.expired)
            else:
                found = algebraic_reward(self.rows, discount, weights, self.expired)
        except TooLarge as limit:
            return Undecided(f"limit: {limit}")
        if not isinstance(found, list):
            return found
        added = [self.rows.add_bad(k, table) for k, table in found]
        if not any(added):
            raise InternalError("a solution at one discount does not meet its rows")
        return None

    def expired(self) -> bool:
        return self.deadline is not None and time.monotonic() > self.deadline


def regularised_proof(
    claim: Claim, t: Fraction, deadline: float | None, *, candidate: Pays | None = None
) -> Proof | Undecided:
    """Return the proof of the answer for regularised rewards at one discount, a witness or a certificate."""
    proof = decide_linear(replace(claim, discount=t), "rrl", candidate=candidate, deadline=deadline)
    return replace(proof, discount=t) if isinstance(proof, StepRewardWitness) else proof


def markov_proof(claim: Claim, t: Fraction, deadline: float | None) -> Proof | Undecided:
    """Return the proof of the answer for Markov rewards at one discount, a witness or a certificate."""
    environments = tuple(Environment(f"e{k}", model) for k, model in enumerate(claim.models))
    task = Task(
        name="",
        scope="",
        environments=environments,
        policies=(),
        constraints=claim.constraints,
        acceptable=claim.acceptable,
    )
    options = Options(discount=t, modulo_unreachable=claim.modulo_unreachable)
    match decide_markov_reward(Question(task=task, options=options, deadline=deadline)):
        case Expressible(witness=witness):
            return witness.proof
        case Inexpressible(certificate=certificate):
            return certificate.proof
        case Undecided() as undecided:
            return undecided
