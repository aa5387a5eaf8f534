"""Conflicts at every discount: what holds between cells, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest

from specexpr.certify.algebraic import Algebraic, Coefficients
from specexpr.certify.checking import Answer, check
from specexpr.certify.kinds.farkas_any import Cell, FarkasAnyCertificate, Point
from specexpr.certify.model import Claim, Relation, TrajectoryConstraint
from specexpr.certify.proofs import Refused, Term
from specexpr.certify.supports import Support
from specexpr.testing.examples import SINGLE
from tests.clock import POLICIES, clock_claim

ROOT_HALF = Algebraic((-1, 0, 2), Fraction(7, 10), Fraction(71, 100))
GOLDEN = Algebraic((-1, 1, 1), Fraction(61, 100), Fraction(31, 50))
ZERO, ONE = Fraction(0), Fraction(1)


def weights(*lists: tuple[int, ...]) -> tuple[Coefficients, ...]:
    return tuple(tuple(map(Fraction, one)) for one in lists)


def support(text: str, *lists: tuple[int, ...]) -> Support:
    """Return a support between policies of the clock."""
    terms = []
    for part in text.split(","):
        better, relation, worse = part.split()
        terms.append(Term(0, POLICIES[better], POLICIES[worse], Relation(relation), ONE))
    return Support(tuple(terms), weights(*lists))


NONE = clock_claim("C > A, C > B, C > D, C > E")
BELOW = support("C > A, C > B, C > D", (2, 0, 2), (3,), (1, 0, -2))
ABOVE = support("C > A, C > B, C > E", (0, 0, 3), (1, 0, 1), (-1, 0, 2))
TWO = FarkasAnyCertificate((BELOW, ABOVE), (Cell(ZERO, ROOT_HALF, 0), Cell(ROOT_HALF, ONE, 1)))
"""The case of the clock without a discount: two supports that meet at 1/sqrt(2)."""

TIES = clock_claim("A ~ B, B ~ C, A > D, F > A")
TIED = FarkasAnyCertificate(
    (support("A ~ B, B ~ C, A > D", (-3,), (-6,), (1, 0, -2)),),
    (Cell(ZERO, ROOT_HALF, 0), Cell(ROOT_HALF, ONE, 0)),
    (Point(ROOT_HALF, support("A ~ B, F > A", (2,), (3,))),),
)
"""One support on both sides, with opposite signs, and a conflict of its own between."""


def test_supports_that_meet() -> None:
    """Where all terms are strict, nothing is needed at the number between two cells."""
    assert check(NONE, "mr", TWO) is Answer.INEXPRESSIBLE


def test_a_point_between_cells() -> None:
    """Where ties are in a support whose strict weight vanishes, the number between needs a conflict."""
    assert check(TIES, "mr", TIED) is Answer.INEXPRESSIBLE
    with pytest.raises(Refused, match="no conflict is shown between two cells"):
        check(TIES, "mr", replace(TIED, points=()))


def test_a_strict_weight_that_does_not_vanish() -> None:
    """Between two cells of one support whose strict weight is not zero there, no point is needed."""
    claim = replace(NONE, constraints=clock_claim("C >= A, C > B, C >= D, C > E").constraints)
    mixed = FarkasAnyCertificate(
        (
            support("C >= A, C > B, C >= D", (2, 0, 2), (3,), (1, 0, -2)),
            support("C >= A, C > B, C > E", (0, 0, 3), (1, 0, 1), (-1, 0, 2)),
        ),
        TWO.cells,
    )
    check(claim, "mr", mixed)
    claim = replace(NONE, constraints=clock_claim("C >= A, C >= B, C > D, C > E").constraints)
    mixed = FarkasAnyCertificate(
        (
            support("C >= A, C >= B, C > D", (2, 0, 2), (3,), (1, 0, -2)),
            support("C >= A, C >= B, C > E", (0, 0, 3), (1, 0, 1), (-1, 0, 2)),
        ),
        TWO.cells,
    )
    with pytest.raises(Refused, match="no conflict is shown between two cells"):
        check(claim, "mr", mixed)  # at 1/sqrt(2) both strict weights vanish


def test_cells_may_overlap_in_what_they_could_cover() -> None:
    """A cell may end at any number at which its support still is a conflict."""
    more = support("C > A, C > B, C > D", (4, 0, 4), (6,), (2, 0, -4))
    halves = (Cell(ZERO, Fraction(1, 2), 0), Cell(Fraction(1, 2), ROOT_HALF, 1), Cell(ROOT_HALF, ONE, 2))
    check(NONE, "mr", FarkasAnyCertificate((BELOW, more, ABOVE), halves))


ALTERED: list[tuple[str, Callable[[FarkasAnyCertificate], FarkasAnyCertificate], str]] = [
    ("no cells", lambda p: replace(p, cells=()), "do not reach from 0 to 1"),
    ("no first cell", lambda p: replace(p, cells=p.cells[1:]), "do not follow each other"),
    ("no last cell", lambda p: replace(p, cells=p.cells[:1]), "do not reach from 0 to 1"),
    ("no such support", lambda p: replace(p, supports=p.supports[:1]), "has no support"),
    (
        "a negative number",
        lambda p: replace(p, cells=(p.cells[0], replace(p.cells[1], support=-1))),
        "has no support",
    ),
    (
        "the other support",
        lambda p: replace(p, cells=tuple(replace(c, support=1 - c.support) for c in p.cells)),
        "different signs",
    ),
    (
        "another end",
        lambda p: replace(
            p, cells=(replace(p.cells[0], hi=Fraction(3, 4)), replace(p.cells[1], lo=Fraction(3, 4)))
        ),
        "vanishes inside a cell",
    ),
    (
        "a gap",
        lambda p: replace(p, cells=(replace(p.cells[0], hi=Fraction(1, 2)), p.cells[1])),
        "do not follow each other",
    ),
    (
        "an interval too wide",
        lambda p: _moved(p, replace(ROOT_HALF, hi=ONE)),
        "does not end after it begins",
    ),
    (
        "an interval without the root",
        lambda p: _moved(p, replace(ROOT_HALF, lo=Fraction(3, 4), hi=Fraction(4, 5))),
        "one simple root",
    ),
    ("another number", lambda p: _moved(p, GOLDEN), "vanishes inside a cell"),
    ("an empty cell", lambda p: _moved(p, Fraction(0)), "does not end after it begins"),
    ("one weight", lambda p: _weighed(p, (2, 0, 2), (3,), (1, 0, -3)), "do not sum to zero"),
    ("one more root", lambda p: _weighed(p, (2, 0, 2), (3,), ()), "has no weight"),
    ("a weight too few", lambda p: _weighed(p, (2, 0, 2), (3,)), "has no weight"),
    ("zero", lambda p: _weighed(p, (2, 0, 2), (3,), (0, 0)), "has no weight"),
]


def _moved(proof: FarkasAnyCertificate, end: Algebraic | Fraction) -> FarkasAnyCertificate:
    return replace(proof, cells=(replace(proof.cells[0], hi=end), replace(proof.cells[1], lo=end)))


def _weighed(proof: FarkasAnyCertificate, *lists: tuple[int, ...]) -> FarkasAnyCertificate:
    return replace(proof, supports=(replace(BELOW, weights=weights(*lists)), ABOVE))


@pytest.mark.parametrize(
    ("alter", "reason"), [(a, r) for _, a, r in ALTERED], ids=[name for name, *_ in ALTERED]
)
def test_what_is_refused(alter: Callable[[FarkasAnyCertificate], FarkasAnyCertificate], reason: str) -> None:
    """Cells must follow each other from 0 to 1, and weights keep one sign inside each."""
    with pytest.raises(Refused, match=reason):
        check(NONE, "mr", alter(TWO))


def test_weights_times_a_polynomial() -> None:
    """A common factor without roots in (0, 1) changes nothing; with one, a cell has a zero inside."""
    longer = tuple((*(2 * a for a in w), Fraction(0)) for w in BELOW.weights)
    check(NONE, "mr", replace(TWO, supports=(replace(BELOW, weights=longer), ABOVE)))
    times = weights((-2, 4, -2, 4), (-3, 6), (-1, 2, 2, -4))  # times 2 g - 1
    with pytest.raises(Refused, match="vanishes inside a cell"):
        check(NONE, "mr", replace(TWO, supports=(replace(BELOW, weights=times), ABOVE)))


@pytest.mark.parametrize(
    ("point", "reason"),
    [
        (Point(GOLDEN, TIED.points[0].conflict), "do not sum to zero"),
        (Point(Fraction(7, 10), TIED.points[0].conflict), "do not sum to zero"),
        (Point(ROOT_HALF, support("A ~ B, F > A", (-2,), (-3,))), "is not positive"),
        (Point(ROOT_HALF, support("A ~ B, F > A", (2,), (1, 0, 4))), None),
        (Point(ROOT_HALF, support("A ~ B, F > A", (0, 0, 4), (0, 0, 6))), None),
        (Point(ROOT_HALF, support("A ~ B, F > A", (0, 2), (0, 3))), None),
        (Point(ROOT_HALF, support("A ~ B, F > A", (0, 2), (3,))), "do not sum to zero"),
        (Point(ROOT_HALF, support("A ~ B, F > A", (-2, 0, 4), (-3, 0, 6))), "is not positive"),
        (Point(ROOT_HALF, support("A ~ B, F > D", (2,), (3,))), "is not asked for"),
        (Point(ROOT_HALF, support("A ~ B", (2,))), 'needs a term ">"'),
        (Point(Algebraic((-1, 0, 2), ZERO, ONE), TIED.points[0].conflict), "no conflict is shown"),
    ],
)
def test_points(point: Point, reason: str | None) -> None:
    """The weights of a point may be any elements of its field that are positive and add up."""
    if reason is None:
        check(TIES, "mr", replace(TIED, points=(point,)))
    else:
        with pytest.raises(Refused, match=reason):
            check(TIES, "mr", replace(TIED, points=(point,)))


def test_it_is_about_every_discount() -> None:
    """A question about one discount has a certificate of its own; a machine must be given."""
    with pytest.raises(Refused, match="about every discount"):
        check(replace(NONE, discount=Fraction(1, 2)), "mr", TWO)
    with pytest.raises(Refused, match="says nothing of the others"):
        check(NONE, "rm", TWO)


def sequences(better: str, relation: str, worse: str) -> TrajectoryConstraint:
    sides = (tuple((0, "wp".index(letter)) for letter in word) for word in (better, worse))
    return TrajectoryConstraint(0, *sides, Relation(relation))


def test_a_row_that_vanishes_where_its_support_meets_another() -> None:
    """wpp > pww is 1 - g - g^2 times R(w) > R(p): with R(w) = R(p) it fails everywhere, at its root too."""
    strict, more, less = sequences("wpp", ">", "pww"), sequences("w", ">=", "p"), sequences("p", ">=", "w")
    claim = Claim((SINGLE,), (strict, more, less), (), None)

    def of(weak: TrajectoryConstraint, *lists: tuple[int, ...]) -> Support:
        terms = (Term(0, c.better, c.worse, c.relation, ONE, None, True) for c in (strict, weak))
        return Support(tuple(terms), weights(*lists))

    supports = of(less, (1,), (1, -1, -1)), of(more, (1,), (-1, 1, 1))
    check(claim, "mr", FarkasAnyCertificate(supports, (Cell(ZERO, GOLDEN, 0), Cell(GOLDEN, ONE, 1))))
    open_claim = Claim((SINGLE,), (strict, less), (), None)
    with pytest.raises(Refused, match="is not asked for"):
        check(open_claim, "mr", FarkasAnyCertificate(supports, (Cell(ZERO, GOLDEN, 0), Cell(GOLDEN, ONE, 1))))
    with pytest.raises(Refused, match="vanishes inside a cell"):
        check(open_claim, "mr", FarkasAnyCertificate(supports[:1], (Cell(ZERO, ONE, 0),)))
