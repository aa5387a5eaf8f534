"""A tree of cases that shows that no formula meets some constraints, each case by an addition.

Every event holds some of the pieces of `tails`. An inner node asks how many atoms of a class it holds, or
whether of a spread it holds nothing, everything, or strictly something between for each law: one of the
answers is true. A leaf refutes its answers by weights z_k of the constraints, at least 0 but for ties: with
y_i = sum of z_k over constraints in which i is better, less those in which it is worse,

    sum_k z_k (P_better - P_worse)  =  sum_i y_i P_i(X)  <=  sum over pieces of the most that each can add

An atom adds y . p if it is held; a spread at most sum of max(0, y . part), or exactly 0 or sum of y . part;
the rest at most what `remainder` says. If this is < 0, or <= 0 where the left-hand side would be > 0 (a
strict constraint has positive weight) or the bound is not attained (shares strictly between do not attain
it), the constraints cannot hold.

Weights may also show that P_j(X) is as small as the answers allow, L_j: if y.P(X) + P_j(X) <= L_j for all X
that are left, while y.P(X) >= 0. Then X holds no atom with a positive probability under j but those that it
must, and of a spread to which j has a share it holds nothing. In the same way y.P(X) - P_j(X) <= -U_j shows
that P_j(X) is as large as the answers allow, U_j: then X holds of all this whatever it may.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from specexpr.certify.asked import unweighted_constraints
from specexpr.certify.chain import Chain, Key
from specexpr.certify.model import Claim, Constraint, PolicyConstraint, Relation, Setting, Table
from specexpr.certify.proofs import Refused, Term, TooLarge
from specexpr.certify.remainder import Remainder
from specexpr.certify.tails import Pieces, Tails, Vector

MOST_DEPTH = 400
"""Words are explored up to this length."""

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Leaf:
    """Weights of the constraints that refute the answers on the way here."""

    weights: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many atoms of a class are held: at most so many, or more."""

    atom: int
    most: int
    fewer: Tree
    more: Tree


@dataclass(frozen=True, slots=True)
class Share:
    """What is held of a spread: nothing, everything, or for each law strictly something between."""

    spread: int
    nothing: Tree
    everything: Tree
    between: Tree


@dataclass(frozen=True, slots=True)
class Forced:
    """The probability under a policy is the least or the most that is left, as weights show; and then?"""

    policy: int
    is_most: bool
    weights: tuple[Fraction, ...]
    then: Tree


Tree: TypeAlias = Leaf | Count | Share | Forced


@dataclass(frozen=True, slots=True)
class Cases:
    """Constraints (terms of weight 1), the length of words, the pieces that they give, and the cases.

    The pieces are carried for people to add up, with a number for each of the policies; `rest` is how much
    each policy has not entered yet.
    """

    terms: tuple[Term, ...]
    depth: int
    tree: Tree
    policies: tuple[tuple[int, Table], ...] = ()
    atoms: tuple[tuple[Vector, int], ...] = ()
    spreads: tuple[tuple[Vector, ...], ...] = ()
    rest: Vector = ()


@dataclass(frozen=True, slots=True)
class Setup:
    """The policies of some constraints, once each, with their pieces; each constraint as two of them."""

    points: tuple[tuple[int, Table], ...]
    sides: tuple[tuple[int, int], ...]
    relations: tuple[Relation, ...]


def setup(claim: Claim, constraints: Sequence[Constraint]) -> Setup:
    """Return the policies of constraints, those that behave alike once. Raises Refused for sequences."""
    chains = [Chain(model) for model in claim.models]
    places: dict[tuple[int, Key], int] = {}
    points: list[tuple[int, Table]] = []
    sides = []
    for c in constraints:
        if not isinstance(c, PolicyConstraint):
            raise Refused("formulas do not value sequences")
        pair = []
        for table in (c.better, c.worse):
            key = c.model, chains[c.model].behaviour(table)[1]
            if key not in places:
                places[key] = len(points)
                points.append((c.model, table))
            pair.append(places[key])
        sides.append((pair[0], pair[1]))
    return Setup(tuple(points), tuple(sides), tuple(c.relation for c in constraints))


def check_cases(claim: Claim, cases: Cases, *, uses_likelihoods: bool) -> None:
    """Check that the terms are the claim's, and each case of the tree. Raises Refused."""
    if claim.setting != Setting(labels=claim.setting.labels):
        raise Refused("a formula has no memory, horizon or discounts that could be fixed")
    if not 0 <= cases.depth <= MOST_DEPTH:
        raise TooLarge("the words of the cases are too long")
    constraints = unweighted_constraints(claim, [Chain(model) for model in claim.models], cases.terms)
    asked = setup(claim, constraints)
    tails = Tails.of(claim, asked.points)
    checker = Checker(asked, tails.explore(cases.depth), Remainder(tails, uses_likelihoods))
    listed = cases.atoms, cases.spreads, cases.rest
    if cases.policies != asked.points or listed != summary(checker.pieces, len(asked.points)):
        raise Refused("the certificate lists other pieces than its policies have")
    try:
        checker.check(cases.tree)
    except RecursionError:
        raise TooLarge("the cases nest too deeply") from None


def summary(
    pieces: Pieces, count: int
) -> tuple[tuple[tuple[Vector, int], ...], tuple[tuple[Vector, ...], ...], Vector]:
    """Return the pieces as a certificate lists them."""
    rest = tuple(sum((one.count * one.vector[i] for one in pieces.rest), _ZERO) for i in range(count))
    return (
        tuple((atom.vector, atom.count) for atom in pieces.atoms),
        tuple(spread.parts for spread in pieces.spreads),
        rest,
    )


@dataclass(slots=True)
class Checker:
    """Checks leaves under the answers so far.

    counts: the least and the most atoms of each class. shares: of spreads. forced: the policies whose
    probability is the most that is left (True) or the least, in the order in which that was shown.
    """

    asked: Setup
    pieces: Pieces
    remainder: Remainder
    counts: list[tuple[int, int]] = field(init=False)
    shares: dict[int, str] = field(default_factory=dict)
    forced: dict[int, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.counts = [(0, atom.count) for atom in self.pieces.atoms]

    def check(self, tree: Tree) -> None:
        """Check every leaf of a tree. Raises Refused."""
        before = list(self.counts), dict(self.shares), dict(self.forced)
        match tree:
            case Leaf(weights=weights):
                self.check_leaf(weights)
            case Count(atom=k, most=most, fewer=fewer, more=more):
                if not 0 <= k < len(self.counts):
                    raise Refused("a case asks for an atom that there is not")
                least, greatest = self.counts[k]
                if not least <= most < greatest:
                    raise Refused("a case asks how many atoms are held where one of the answers cannot be")
                for bounds, branch in (((least, most), fewer), ((most + 1, greatest), more)):
                    self.counts[k] = bounds
                    self.check(branch)
            case Share(spread=k, nothing=nothing, everything=everything, between=between):
                if not 0 <= k < len(self.pieces.spreads) or k in self.shares:
                    raise Refused("a case asks for a spread that there is not, or whose share is known")
                answers = (("nothing", nothing), ("everything", everything), ("between", between))
                for answer, branch in answers:
                    self.shares[k] = answer
                    self.check(branch)
            case Forced(policy=j, is_most=is_most, weights=weights, then=then):
                self.check_forced(j, weights, is_most=is_most)
                if self.force(j, is_most=is_most):
                    self.check(then)
                elif then != Leaf((_ZERO,) * len(self.asked.sides)):
                    raise Refused("a case that cannot be has weights, or cases of its own")
        self.counts, self.shares, self.forced = before

    def check_leaf(self, weights: Sequence[Fraction]) -> None:
        """Check that weights refute the answers so far. Raises Refused."""
        most, is_attained = self.most(self.weigh(weights))
        relations = self.asked.relations
        is_strict = any(z and r is Relation.STRICT for z, r in zip(weights, relations, strict=True))
        if most > 0 or (most == 0 and is_attained and not is_strict):
            raise Refused("the additions of a case do not refute it")

    def check_forced(self, policy: int, weights: Sequence[Fraction], *, is_most: bool) -> None:
        """Check that weights force the probability under a policy. Raises Refused."""
        if not 0 <= policy < len(self.asked.points):
            raise Refused("a case is about a policy that there is not")
        own = [Fraction(int(i == policy)) for i in range(len(self.asked.points))]
        sign = -1 if is_most else 1
        room = self.most([-sign * x for x in own])[0]  # U_j, or -L_j
        most, _ = self.most([x + sign * e for x, e in zip(self.weigh(weights), own, strict=True)])
        if most + room > 0:
            raise Refused("the additions of a case do not force the probability of a policy")

    def force(self, policy: int, *, is_most: bool) -> bool:
        """Put in what a least or greatest probability says of pieces; say whether the case can be."""
        self.forced[policy] = is_most
        for k, atom in enumerate(self.pieces.atoms):
            if atom.vector[policy]:
                forced = self.counts[k][is_most]
                self.counts[k] = forced, forced
        for k, spread in enumerate(self.pieces.spreads):
            if any(part[policy] for part in spread.parts):
                self.shares.setdefault(k, "everything" if is_most else "nothing")
                if self.shares[k] == "between":
                    return False
        return True

    def weigh(self, weights: Sequence[Fraction]) -> list[Fraction]:
        """Return the weights of the policies for weights of the constraints. Raises Refused."""
        asked = self.asked
        if len(weights) != len(asked.sides):
            raise Refused("a case does not weigh each constraint")
        if any(z < 0 and r is not Relation.TIE for z, r in zip(weights, asked.relations, strict=True)):
            raise Refused("a case gives a constraint that is no tie a negative weight")
        y = [_ZERO] * len(asked.points)
        for z, (better, worse) in zip(weights, asked.sides, strict=True):
            y[better] += z
            y[worse] -= z
        return y

    def most(self, y: Sequence[Fraction]) -> tuple[Fraction, bool]:
        """Return a bound on the sum of y_i P_i(X), and whether shares may attain it."""
        total, is_attained = _ZERO, True
        for (least, greatest), atom in zip(self.counts, self.pieces.atoms, strict=True):
            gain = _times(y, atom.vector)
            total += (greatest if gain > 0 else least) * gain
        for k, spread in enumerate(self.pieces.spreads):
            gains = [_times(y, part) for part in spread.parts]
            answer = self.shares.get(k)
            if answer == "everything":
                total += sum(gains, _ZERO)
            elif answer != "nothing":
                total += sum((max(x, _ZERO) for x in gains), _ZERO)
                is_attained = is_attained and not (answer == "between" and any(gains))
        return total + self.remainder.most(y, self.pieces.rest, self.forced), is_attained


def _times(y: Sequence[Fraction], vector: Vector) -> Fraction:
    return sum((a * b for a, b in zip(y, vector, strict=True) if a and b), _ZERO)
