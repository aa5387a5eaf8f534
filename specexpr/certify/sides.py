"""Cases by which policies are above a bar and which below, each refuted by a sum: for `consat`.

A policy is above where J_1 >= c, and counts by J_2 there; else it is below, where J_1 counts. Every policy
above is better than every one below. So of a constraint i > j, i >= j or i ~ j:
- if j is above, so is i, and J_2 orders the two as asked;
- if j is below, J_1 orders the two as asked: either i is below too, or it is above, J_1(i) >= c > J_1(j), and
  the constraint is no `~`. For a `~` both are on one side.

A *cut* multiplies constraints, and where J_1 counts also J_1(u) >= c for policies u above and c > J_1(l) for
policies l below, such that all occupancies cancel. Then c does too, since every occupancy has mass 1 / (1 -
g). Each summand is at least 0, and a strict one more, yet the sum is 0: no case has all these policies on
these sides.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from specexpr.certify.asked import asked_terms
from specexpr.certify.features import Features, Vector
from specexpr.certify.model import Claim, PolicyConstraint, Relation, Table
from specexpr.certify.proofs import Refused, Term
from specexpr.certify.sight import Sight

Weighed = tuple[int, Table, Fraction]
"""A policy of a model with its multiplier."""

_ZERO, _ONE = Fraction(0), Fraction(1)


class Side(StrEnum):
    """The side on which a cut compares: above the bar J_2 counts, below it J_1."""

    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Cut:
    """Multipliers of constraints, by their number, and of policies above and below the bar."""

    side: Side
    weights: tuple[tuple[int, Fraction], ...]
    above: tuple[Weighed, ...] = ()
    below: tuple[Weighed, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """A case that a cut refutes; None: one in which some policy would be on both sides."""

    cut: int | None


@dataclass(frozen=True, slots=True)
class Fork:
    """Two cases: a policy is above the bar, or below."""

    model: int
    table: Table
    above: Tree
    below: Tree


Tree = Leaf | Fork

Asked = tuple[Relation, Hashable, Hashable]
"""A constraint by the names of its sides."""


def check_asked(claim: Claim, sight: Sight, constraints: Iterable[PolicyConstraint]) -> None:
    """Check that constraints are the claim's, or follow from its sets. Raises Refused."""
    for c in dict.fromkeys(constraints):
        asked_terms(claim, sight.chains, [Term(c.model, c.better, c.worse, c.relation, _ONE, c.line)])


def check_cut(
    sight: Sight, known: Features | None, constraints: Sequence[PolicyConstraint], cut: Cut
) -> None:
    """Check that a cut adds up to 0 and is more than 0. Raises Refused."""
    if cut.side is Side.ABOVE and (cut.above or cut.below):
        raise Refused("above the bar it does not matter where the bar is")
    is_strict = bool(cut.below)
    total: dict[Hashable, Fraction] = {}
    members: dict[Hashable, tuple[int, Table]] = {}

    def add(model: int, table: Table, weight: Fraction) -> None:
        name = sight.name(model, table)
        members.setdefault(name, (model, table))
        total[name] = total.get(name, _ZERO) + weight

    if len({k for k, _ in cut.weights}) < len(cut.weights):
        raise Refused("a cut weighs a constraint twice")
    for k, weight in cut.weights:
        if not 0 <= k < len(constraints):
            raise Refused("a cut weighs a constraint that the certificate does not have")
        c = constraints[k]
        if not weight or (weight < 0 and c.relation is not Relation.TIE):
            raise Refused(f'the weight of a "{c.relation}" in a cut is zero or has the wrong sign')
        is_strict |= c.relation is Relation.STRICT
        add(c.model, c.better, weight)
        add(c.model, c.worse, -weight)
    for side, sign in ((cut.above, 1), (cut.below, -1)):
        for model, table, weight in side:
            if weight <= 0:
                raise Refused("the weight of a policy in a cut is not positive")
            add(model, table, sign * weight)
    if not is_strict:
        raise Refused("nothing in a cut is strict")
    if any(_summed(known, members, total).values()):
        raise Refused("the occupancies in a cut do not add up to zero")


def _summed(
    known: Features | None, members: dict[Hashable, tuple[int, Table]], total: dict[Hashable, Fraction]
) -> Vector:
    """Return the sum of weights times occupancies. Raises Refused."""
    found: Vector = {}
    for name, weight in total.items():
        if weight:
            if known is None:
                raise Refused("occupancies at one discount say nothing of the others")
            for key, x in known.policy(*members[name]).items():
                found[key] = found.get(key, _ZERO) + weight * x
    return found


def check_tree(
    sight: Sight, constraints: Sequence[PolicyConstraint], cuts: Sequence[Cut], tree: Tree
) -> None:
    """Check that each case is refuted. Raises Refused."""
    asked = [(c.relation, sight.name(c.model, c.better), sight.name(c.model, c.worse)) for c in constraints]
    pending: list[tuple[Tree, frozenset[Hashable], frozenset[Hashable]]] = [(tree, frozenset(), frozenset())]
    while pending:
        case, above, below = pending.pop()
        above, below = followed(asked, above, below)
        if above & below:
            continue
        if isinstance(case, Fork):
            name = sight.name(case.model, case.table)
            pending += [(case.above, above | {name}, below), (case.below, above, below | {name})]
        elif case.cut is None or not 0 <= case.cut < len(cuts):
            raise Refused("a case is left in which no policy is on both sides, and no cut refutes it")
        else:
            _check_applies(sight, asked, cuts[case.cut], above, below)


def _check_applies(
    sight: Sight, asked: Sequence[Asked], cut: Cut, above: frozenset[Hashable], below: frozenset[Hashable]
) -> None:
    here = above if cut.side is Side.ABOVE else below
    if any(asked[k][2] not in here for k, _ in cut.weights):
        raise Refused("a cut compares policies on another side than those of its case")
    for side, names in ((cut.above, above), (cut.below, below)):
        if any(sight.name(model, table) not in names for model, table, _ in side):
            raise Refused("a cut has a policy on another side than its case")


def followed(
    asked: Sequence[Asked], above: frozenset[Hashable], below: frozenset[Hashable]
) -> tuple[frozenset[Hashable], frozenset[Hashable]]:
    """Return who is above and below: what is above lifts the better side, what is below sinks the worse."""
    up, down = set(above), set(below)
    size = -1
    while size < len(up) + len(down):
        size = len(up) + len(down)
        for relation, better, worse in asked:
            is_tie = relation is Relation.TIE
            if worse in up:
                up.add(better)
            if better in down:
                down.add(worse)
            if is_tie and better in up:
                up.add(worse)
            if is_tie and worse in down:
                down.add(better)
    return frozenset(up), frozenset(down)
