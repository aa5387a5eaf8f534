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
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import cast

from flint import fmpz_poly

from specexpr.certify.algebraic import Algebraic, Coefficients
from specexpr.certify.asked import Listed
from specexpr.certify.checking import check
from specexpr.certify.kinds.farkas_any import Cell, FarkasAnyCertificate, Point
from specexpr.certify.kinds.mixture import MixtureCertificate
from specexpr.certify.model import Claim, PolicyConstraint, Relation, Table
from specexpr.certify.proofs import FarkasCertificate, Refused, RewardWitness, Term, TooLarge
from specexpr.certify.supports import Support
from specexpr.diagnostics import InternalError
from specexpr.exact import common_denominator
from specexpr.expressivity.algebraic_witness import algebraic_reward
from specexpr.expressivity.everywhere_rows import ClaimRows
from specexpr.expressivity.markov import decide_markov_reward
from specexpr.expressivity.multipliers import OutOfTime, Weighted, as_terms, row_multipliers
from specexpr.expressivity.polynomial_system import Row, is_threshold
from specexpr.expressivity.real_roots import Mark, Roots, compare, in_order, is_below, rank, samples, sign
from specexpr.expressivity.single_discount import Field, decide_at_root
from specexpr.expressivity.task import Options, Question, Task
from specexpr.expressivity.verdict import Expressible, Inexpressible, Proof, Undecided
from specexpr.models.environment import Environment
from specexpr.solve.cone import Conflict, Direction, decide_cone

MOST_NODES = 40

MOST_DEGREE = 400
"""A conflict whose multipliers may have a higher degree, about states times terms, is left undecided."""

FIRST = (Fraction(1, 2), Fraction(9, 10), Fraction(99, 100))
"""Discounts that are tried before anything else."""

_OUT_OF_TIME = "time: the limit passed before an answer was proved for every discount"
_ZERO, _ONE = Fraction(0), Fraction(1)


def decide_everywhere(claim: Claim, formalism: str, *, deadline: float | None) -> Proof | Undecided:
    """Return a proof that the kernel has checked: a witness at some discount, or a conflict at each.

    claim: one without a discount; formalism: mr, or rm where the claim fixes the machine.
    """
    try:
        proof = _Decision(claim, formalism, deadline).run()
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


@dataclass(frozen=True, slots=True)
class Covering:
    """A support with the open intervals on which it is a conflict."""

    terms: Weighted
    intervals: tuple[tuple[Mark, Mark], ...]

    def support(self) -> Support:
        """Return it as the kernel takes it."""
        weights = (coefficients(weight) for _, weight in self.terms)
        return Support(tuple(term for term, _ in self.terms), tuple(weights))

    def holds_at(self, x: Mark) -> bool:
        """Say whether it is a conflict at the end of one of its intervals, too."""
        if all(term.relation is Relation.STRICT for term, _ in self.terms):
            return True
        strict = (weight for term, weight in self.terms if term.relation is Relation.STRICT)
        return any(not vanishes(weight, x) for weight in strict)


def vanishes(p: fmpz_poly, x: Mark) -> bool:
    """Say whether p(x) is zero."""
    if isinstance(x, Fraction):
        return not sign(p, x)
    return bool(p.gcd(x.polynomial).degree() > 0)


class _Decision:
    def __init__(self, claim: Claim, formalism: str, deadline: float | None) -> None:
        self.claim, self.formalism, self.deadline = claim, formalism, deadline
        self.roots = Roots()
        self.found: list[Covering] = []
        self.tried: set[Fraction] = set()

    def run(self) -> Proof | Undecided:
        if self.formalism == "mr":
            for t in FIRST:
                proof = self.markov(t)
                if isinstance(proof, RewardWitness | MixtureCertificate):
                    return proof
        if self.size() > MOST_NODES:
            return Undecided(f"limit: any discount is decided for at most {MOST_NODES} states")
        self.rows = ClaimRows(self.claim, self.formalism)
        while (simplest := self.uncovered()) is not None:
            proof = self.decide_at(simplest)
            if proof is not None:
                return proof
        return self.between()

    def size(self) -> int:
        """Return the number of states that a policy may reach, those of the memory counted in."""
        machine = self.claim.setting.machine if self.formalism == "rm" else None
        states = max(len(model.states) for model in self.claim.models)
        return states * (1 if machine is None else len(machine.states))

    # -- intervals -----------------------------------------------------------------------------------------

    def uncovered(self) -> Fraction | None:
        """Return the simplest rational not tried yet that lies in an interval without a conflict."""
        candidates = []
        for lo, hi in gaps([interval for covering in self.found for interval in covering.intervals]):
            candidates.append(next(t for t in samples(lo, hi) if t not in self.tried))
        return min(candidates, key=lambda t: t.denominator, default=None)

    def decide_at(self, t: Fraction) -> Proof | Undecided | None:
        """Decide the rows at a rational; None when that has led on: to more rows, or to a covering."""
        system = self.rows.system
        conflict = self.rational_conflict(t)
        if not isinstance(conflict, list):
            return conflict
        self.tried.add(t)
        rows = [system.rows[k] for k, _ in conflict]
        numbers = {number for row in rows for number in (row.plus, row.minus)}
        if sum(system.points[number].denominator.degree() for number in numbers) > MOST_DEGREE:
            return Undecided(f"limit: a conflict of {len(rows)} constraints is too large to follow through")
        weights = row_multipliers(system, rows, t, deadline=self.deadline)
        if weights is not None:
            self.found.append(self.covering(rows, weights, t))
        return None

    def rational_conflict(self, t: Fraction) -> list[tuple[int, Fraction]] | Proof | Undecided | None:
        """Return the rows that conflict at a rational, or else a proof, or None when rows were missing."""
        system = self.rows.system
        vectors = [system.integers(row, t) for row in system.rows]
        match decide_cone(vectors, [row.relation for row in system.rows], deadline=self.deadline):
            case Conflict(multipliers=multipliers):
                return list(multipliers)
            case Direction():
                return self.served(t)
            case _:
                raise OutOfTime

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
            if _around(fewer.intervals, t) == _around(found.intervals, t):
                return fewer
        return found

    # -- what is left between them -------------------------------------------------------------------------

    def between(self) -> Proof | Undecided:
        """Return the certificate once every end of a cell is refuted, or a witness at one of them."""
        cells = list(self.cells())
        points = []
        for (left, _, x), (right, *_) in pairwise(cells):
            if left.holds_at(x) or right.holds_at(x):
                continue
            outcome = None
            while outcome is None:
                outcome = self.decide_number(x)
            if not isinstance(outcome, Support):
                return outcome
            points.append((x, outcome))
        ends = [_ZERO, *(hi for *_, hi in cells)]
        number = {x: self.roots.number(x, ends) for x in ends}
        used = list(dict.fromkeys(id(covering) for covering, *_ in cells))
        supports = {id(covering): covering.support() for covering, *_ in cells}
        return FarkasAnyCertificate(
            tuple(supports[k] for k in used),
            tuple(Cell(number[lo], number[hi], used.index(id(covering))) for covering, lo, hi in cells),
            tuple(Point(number[x], support) for x, support in points),
        )

    def cells(self) -> Iterator[tuple[Covering, Mark, Mark]]:
        """Yield intervals that follow each other from 0 to 1, cut at simple rationals where they overlap."""
        everything = [(c, lo, hi) for c in self.found for lo, hi in c.intervals]
        chosen: list[tuple[Covering, Mark, Mark]] = []
        end: Mark = _ZERO
        while compare(end, _ONE) < 0:
            reaching = [part for part in everything if compare(part[1], end) <= 0]
            chosen.append(max(reaching, key=lambda part: rank(part[2])))
            end = chosen[-1][2]
        begin: Mark = _ZERO
        for (covering, _, hi), following in zip(chosen, [*chosen[1:], None], strict=True):
            cut = hi
            if following is not None and is_below(following[1], hi):
                cut = next(samples(max(begin, following[1], key=rank), hi))
            yield covering, begin, cut
            begin = cut

    def decide_number(self, x: Mark) -> Support | Proof | Undecided | None:
        """Decide the rows at a number between two cells; None when rows were missing."""
        system = self.rows.system
        if isinstance(x, Fraction):
            conflict = self.rational_conflict(x)
            if not isinstance(conflict, list):
                return conflict
            rows = [system.rows[k] for k, _ in conflict]
            exact = [y * system.integer_scale(system.rows[k], x) for k, y in conflict]
            weights = [fmpz_poly([y]) for y in common_denominator(exact)[0]]
            terms = as_terms(system, rows, weights, lambda p: sign(p, x))
        else:
            field = Field(x)
            outcome = decide_at_root(system, field, self.deadline)
            if isinstance(outcome, list):
                return self.served_at_root(field, outcome)
            terms = as_terms(system, *outcome, field.sign)
            if terms is not None and field.sign(strict_weight(terms)) < 0:
                terms = [(term, -weight) for term, weight in terms]
        if terms is None:
            raise InternalError("shares of an acceptable set do not add up")
        return Covering(terms, ()).support()

    # -- witnesses -----------------------------------------------------------------------------------------

    def served(self, t: Fraction) -> Proof | Undecided | None:
        """Return the witness at a rational where the rows have a solution; None when rows were missing."""
        proof = self.markov(t)
        if not isinstance(proof, FarkasCertificate):
            return proof
        added = [self.add_bad(term) for term in proof.terms]
        if not any(added):
            raise InternalError("a conflict at one discount has no row that was missing")
        return None

    def markov(self, t: Fraction) -> Proof | Undecided:
        """Return the proof of the decision at one discount: of the answer, or of its opposite there."""
        environments = tuple(Environment(f"e{k}", model) for k, model in enumerate(self.claim.models))
        task = Task(
            name="",
            scope="",
            environments=environments,
            policies=(),
            constraints=self.claim.constraints,
            acceptable=self.claim.acceptable,
        )
        options = Options(discount=t, modulo_unreachable=self.claim.modulo_unreachable)
        match decide_markov_reward(Question(task=task, options=options, deadline=self.deadline)):
            case Expressible(witness=witness):
                return witness.proof
            case Inexpressible(certificate=certificate):
                return certificate.proof
            case Undecided() as undecided:
                return undecided

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

    def served_at_root(self, field: Field, values: list[fmpz_poly]) -> Proof | Undecided | None:
        """Return the witness at an irrational discount; None when rows were missing."""
        system = self.rows.system
        columns = zip(system.coordinates, values, strict=True)
        weights = {key: coefficients(p) for key, p in columns if p and not is_threshold(key)}
        discount = self.roots.number(field.root)
        assert isinstance(discount, Algebraic)
        try:
            found = algebraic_reward(self.rows, discount, weights, self.expired)
        except TooLarge as limit:
            return Undecided(f"limit: {limit}")
        if isinstance(found, list):
            added = [self.rows.add_bad(k, table) for k, table in found]
            if not any(added):
                raise InternalError("a solution at an irrational discount does not meet its rows")
            return None
        return found

    def expired(self) -> bool:
        return self.deadline is not None and time.monotonic() > self.deadline


def coefficients(p: fmpz_poly) -> Coefficients:
    """Return the coefficients of a polynomial as the kernel takes them."""
    return tuple(Fraction(int(a)) for a in p.coeffs())


def strict_weight(terms: Weighted) -> fmpz_poly:
    """Return the weight of the first `>`."""
    return next(weight for term, weight in terms if term.relation is Relation.STRICT)


def gaps(intervals: Iterable[tuple[Mark, Mark]]) -> Iterator[tuple[Mark, Mark]]:
    """Yield the intervals of (0, 1) that these leave, but for single numbers."""
    end: Mark = _ZERO
    for lo, hi in sorted(intervals, key=lambda interval: rank(interval[0])):
        if is_below(end, lo):
            yield end, lo
        if is_below(end, hi):
            end = hi
    if is_below(end, _ONE):
        yield end, _ONE


def conflict_intervals(terms: Weighted, roots: Roots) -> tuple[tuple[Mark, Mark], ...]:
    """Return where all weights of `>` and `>=` have one sign, between neighbouring roots of theirs."""
    weights = [weight for term, weight in terms if term.relation is not Relation.TIE]
    marks = [_ZERO, *in_order(x for weight in weights for x in roots.of(weight)), _ONE]
    found = []
    for lo, hi in pairwise(marks):
        t = next(samples(lo, hi))
        if len({sign(weight, t) for weight in weights}) == 1:
            found.append((lo, hi))
    return tuple(found)


def _around(intervals: Iterable[tuple[Mark, Mark]], t: Fraction) -> tuple[Mark, Mark] | None:
    """Return the interval that has t in it."""
    return next(((lo, hi) for lo, hi in intervals if is_below(lo, t) and is_below(t, hi)), None)
