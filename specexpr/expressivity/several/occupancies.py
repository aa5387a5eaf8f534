"""Policies as Markov rewards at one discount see them: their occupancies, as points for concave functions.

Linear functions of occupancies are rewards, constants among them, since occupancies have one total. Few
coordinates suffice to write them: as many as there are independent occupancies. On small models these are
the coordinates of points, so that pieces are rewards in few small numbers. On large ones the numbers of
occupancies are long; there points are written as combinations of independent ones, often in short numbers,
and what a piece gives to these is turned into a reward.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm

from specexpr.certify.blends import Member
from specexpr.certify.chain import SMALL
from specexpr.certify.model import Claim, Table
from specexpr.certify.proofs import NodeNumbers, RewardEntry
from specexpr.certify.sight import Sight
from specexpr.models.occupancy import integer_occupancy, solve_integers
from specexpr.solve.afriat import Concave, Cut, Piece, Point, Row, Sign
from specexpr.solve.barycentric import Basis, find_basis
from specexpr.solve.cone import OutOfTime
from specexpr.solve.pieces import fewer_pieces

Coordinate = tuple[int, int, int | None]
Reward = tuple[RewardEntry, ...]

READABLE_STATES = 12
"""Up to so many states rewards are sought in small numbers, and proofs carry no visits."""

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Visits:
    """How often each coordinate is visited, as numerators over one denominator; those left out never are."""

    numerators: Mapping[Coordinate, int]
    below: int


@dataclass(frozen=True, slots=True)
class OccupancyShape:
    """Concave functions of some occupancies, with what turns their pieces into rewards."""

    concave: Concave
    coordinates: tuple[Coordinate, ...]
    square: tuple[tuple[int, ...], ...] | None = None
    belows: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        """Return the number of occupancies."""
        return self.concave.size

    def judge(
        self, values: Sequence[int], below: int, deadline: float | None
    ) -> tuple[Piece, ...] | list[Cut] | OutOfTime:
        """Return pieces, or cuts that the values violate."""
        return self.concave.judge(values, below, deadline)

    def propose(self, rows: Sequence[Row], others: int, deadline: float | None) -> tuple[Piece, ...] | None:
        """Return pieces that floats propose, if their least meets the rows."""
        return self.concave.propose(rows, others, deadline)

    def weights(self, piece: Piece) -> Mapping[Coordinate, Fraction]:
        """Return a piece as rewards on coordinates, where not 0."""
        values: Sequence[Fraction] = piece
        if self.square is not None:
            scaled = [h * n for h, n in zip(piece, self.belows, strict=True)]
            over = lcm(*(x.denominator for x in scaled))
            solved, below = solve_integers(self.square, [int(x * over) for x in scaled])
            values = [Fraction(n, below * over) for n in solved]
        return {c: w for c, w in zip(self.coordinates, values, strict=True) if w}


@dataclass(frozen=True, slots=True)
class Extreme:
    """The least of some rewards' returns, or with `is_greatest` the greatest."""

    view: Occupancies
    weights: tuple[Mapping[Coordinate, Fraction], ...]
    is_greatest: bool
    _whole: tuple[Mapping[Coordinate, int], ...] = field(init=False, repr=False, compare=False)
    _below: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        below = lcm(*(w.denominator for one in self.weights for w in one.values()))
        whole = ({c: w.numerator * (below // w.denominator) for c, w in one.items()} for one in self.weights)
        object.__setattr__(self, "_whole", tuple(whole))
        object.__setattr__(self, "_below", below)

    def __call__(self, model: int, table: Table) -> Fraction:
        """Return what a policy is worth."""
        visits = self.view.visits((model, table))
        there = visits.numerators
        sums = (sum(w * there[c] for c, w in one.items() if c in there) for one in self._whole)
        return Fraction((max if self.is_greatest else min)(sums), visits.below * self._below)

    def rewards(self) -> tuple[Reward, ...]:
        """Return the rewards, those that pay most places last."""
        found = []
        for one in self.weights:
            ordered = sorted(one.items(), key=lambda item: (item[0][0], item[0][1], item[0][2] or 0))
            found.append(tuple(RewardEntry(*c, w) for c, w in ordered))
        return tuple(sorted(found, key=len))


@dataclass(slots=True)
class Occupancies:
    """The view of the least (or with `is_convex` the greatest) of Markov rewards at the claim's discount."""

    claim: Claim
    is_convex: bool
    sight: Sight = field(init=False)
    _visits: dict[Hashable, Visits] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sight = Sight(self.claim, "maxmin")

    @property
    def is_large(self) -> bool:
        """Say whether some model has many states."""
        return max(len(model.states) for model in self.claim.models) > READABLE_STATES

    def name(self, model: int, table: Table) -> Hashable:
        """Return what two policies share iff they have one occupancy."""
        return self.sight.name(model, table)

    def visits(self, member: Member) -> Visits:
        """Return the exact visits of a policy: of (s, a), in a family of (s, a, t)."""
        key = member[0], self.name(*member)
        if key not in self._visits:
            self._visits[key] = self._compute(*member)
        return self._visits[key]

    def _compute(self, model: int, table: Table) -> Visits:
        claim = self.claim
        rows = claim.models[model].rows
        states, below = integer_occupancy(claim.models[model], table, claim.fixed_discount)
        shares: dict[Coordinate, tuple[int, Fraction]] = {}
        for s, n in enumerate(states):
            for a, p in table[s] if n else ():
                if len(claim.models) == 1:
                    shares[s, a, None] = n, p
                else:
                    shares |= {(s, a, t): (n, p * q) for t, q in rows[s][a]}
        over = lcm(*(p.denominator for _, p in shares.values()))
        numerators = {c: n * p.numerator * (over // p.denominator) for c, (n, p) in shares.items()}
        return Visits(numerators, below * over)

    def weights_of(self, reward: Sequence[RewardEntry]) -> Mapping[Coordinate, Fraction]:
        """Return what a reward pays on the coordinates of visits, the mean over next states."""
        models = self.claim.models
        found: dict[Coordinate, Fraction] = {}
        for e in reward:
            if len(models) == 1:
                share = 1 if e.next is None else dict(models[0].rows[e.state][e.action]).get(e.next, _ZERO)
                places: dict[Coordinate, Fraction] = {(e.state, e.action, None): share * e.value}
            elif e.next is not None:
                places = {(e.state, e.action, e.next): e.value}
            else:
                after = {t for model in models for t, _ in model.rows[e.state].get(e.action, ())}
                places = {(e.state, e.action, t): e.value for t in after}
            for place, x in places.items():
                found[place] = found.get(place, _ZERO) + x
        return found

    def shape(self, members: Sequence[Member]) -> OccupancyShape:
        """Return what values of these policies must be."""
        visits = [self.visits(member) for member in members]
        coordinates = sorted({c for one in visits for c in one.numerators}, key=_order)
        matrix = [[one.numerators.get(c, 0) for c in coordinates] for one in visits]
        basis = find_basis(matrix)
        chosen = tuple(coordinates[j] for j in basis.columns)
        signs = (Sign.FREE,) * len(basis.rows)
        if not self.is_large:
            points = tuple(
                Point(tuple(row[j] for j in basis.columns), one.below)
                for row, one in zip(matrix, visits, strict=True)
            )
            return OccupancyShape(Concave(points, signs), chosen)
        square = tuple(tuple(matrix[i][j] for j in basis.columns) for i in basis.rows)
        belows = tuple(visits[i].below for i in basis.rows)
        return OccupancyShape(Concave(_combinations(basis, visits), signs), chosen, square, belows)

    def function(self, shape: OccupancyShape, found: tuple[Piece, ...]) -> Extreme:
        """Return the least or greatest of the rewards that pieces are."""
        sign = -1 if self.is_convex else 1
        weights = [{c: sign * w for c, w in shape.weights(piece).items()} for piece in found]
        return Extreme(self, tuple(weights), self.is_convex)

    def simple(
        self, shape: OccupancyShape, found: tuple[Piece, ...], rows: Sequence[Row], deadline: float | None
    ) -> Extreme:
        """Return the same with fewer rewards that meet rows."""
        return self.function(shape, fewer_pieces(shape.concave, found, rows, deadline=deadline))

    def numbers(self, members: Iterable[Member]) -> tuple[NodeNumbers, ...]:
        """Return the visits of states that a proof carries, where models are large."""
        found = []
        for model, table in members:
            if len(self.claim.models[model].states) > min(READABLE_STATES, SMALL):
                states, below = integer_occupancy(self.claim.models[model], table, self.claim.fixed_discount)
                entries = (((0, s), Fraction(n, below)) for s, n in enumerate(states) if n)
                found.append(NodeNumbers(model, table, (tuple(entries),)))
        return tuple(found)


def _combinations(basis: Basis, visits: Sequence[Visits]) -> tuple[Point, ...]:
    """Return occupancies as combinations of the independent ones, in lowest terms."""
    heads = [visits[i].below for i in basis.rows]
    points = []
    for row, one in zip(basis.coefficients, visits, strict=True):
        numerators = [n * head for n, head in zip(row, heads, strict=True)]
        below = basis.below * one.below
        common = gcd(below, *numerators)
        points.append(Point(tuple(n // common for n in numerators), below // common))
    return tuple(points)


def _order(c: Coordinate) -> tuple[int, int, int]:
    return c[0], c[1], -1 if c[2] is None else c[2]
