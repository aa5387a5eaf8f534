"""Decide whether a monotone, or a concave and monotone, function of given values orders policies as asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from specexpr.certify.blends import Member
from specexpr.certify.kinds.aggregation import LevelsWitness, PiecesWitness, exceeds, least_sum
from specexpr.certify.kinds.jensen import JensenCertificate
from specexpr.certify.measure import Given, given_values
from specexpr.certify.model import Shape as Utility
from specexpr.certify.model import Table
from specexpr.certify.proofs import NodeNumbers, Refused, TooLarge
from specexpr.exact import common_denominator
from specexpr.expressivity.several.shaping import Search
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Undecided, Verdict, proved
from specexpr.solve.afriat import Concave, Monotone, Piece, Point, Row, Sign
from specexpr.solve.pieces import fewer_pieces

Vector = tuple[Fraction, ...]


def answer_function(question: Question, formalism: str) -> Verdict:
    """Return a proved verdict on `monotone` or `concave`."""
    from specexpr.expressivity.several.shaping_text import speaking

    return proved(question, formalism, decide_function(question, formalism), speaking(formalism))


def decide_function(
    question: Question, formalism: str
) -> LevelsWitness | PiecesWitness | JensenCertificate | Undecided:
    """Return a function of the given values that orders everything as asked, or a conflict."""
    claim = question.claim()
    utility = claim.setting.utility
    assert utility is not None
    try:
        given = given_values(claim.setting.given, claim.models)
        is_concave = formalism == "concave" or utility.is_concave
        view: Pieces | Levels = (Pieces if is_concave else Levels)(given, utility)
        found = Search(claim, view, question.deadline).run()
    except TooLarge as limit:
        return Undecided(f"limit: {limit}")
    except Refused as refusal:
        return Undecided(f"limit: the given objectives cannot be compared: {refusal}")
    if isinstance(found, JensenCertificate | Undecided):
        return found
    assert isinstance(found, LeastSum | Ranked)
    return found.proof


@dataclass(frozen=True, slots=True)
class LeastSum:
    """The least of some weighted sums of given values."""

    given: Given
    proof: PiecesWitness

    def __call__(self, model: int, table: Table) -> Fraction:
        """Return what a policy is worth."""
        return least_sum(self.proof, self.given.vector(model, table))


@dataclass(frozen=True, slots=True)
class Pieces:
    """The view of concave functions of given values that do not fall, or that rise."""

    given: Given
    utility: Utility
    is_convex: bool = False

    def name(self, model: int, table: Table) -> Vector:
        """Return the given values of a policy."""
        return self.given.vector(model, table)

    def shape(self, members: Sequence[Member]) -> Concave:
        """Return what values of these policies must be."""
        sign = Sign.POSITIVE if self.utility.is_strict else Sign.NONNEGATIVE
        points = []
        for member in members:
            *numerators, below = common_denominator([*self.name(*member), Fraction(1)])[0]
            points.append(Point((*numerators, below), below))
        return Concave(tuple(points), (*(sign for _ in self.given.objectives), Sign.FREE))

    def function(self, shape: Concave, found: tuple[Piece, ...]) -> LeastSum:
        """Return the least of these sums."""
        return LeastSum(self.given, PiecesWitness(tuple((piece[:-1], piece[-1]) for piece in found)))

    def simple(
        self, shape: Concave, found: tuple[Piece, ...], rows: Sequence[Row], deadline: float | None
    ) -> LeastSum:
        """Return the least of fewer sums that meets rows."""
        return self.function(shape, fewer_pieces(shape, found, rows, deadline=deadline))

    def numbers(self, members: Iterable[Member]) -> tuple[NodeNumbers, ...]:
        """Return nothing: given values are computed."""
        return ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A monotone function by its values at some vectors; elsewhere as little as it may be."""

    given: Given
    is_strict: bool
    proof: LevelsWitness

    def __call__(self, model: int, table: Table) -> Any:
        """Return what a policy is worth, and whether a little more: as the kernel compares."""
        vector = self.given.vector(model, table)
        known = dict(self.proof.levels)
        if vector in known:
            return known[vector], 0
        bottom = min(known.values()) - 1
        below = (u for v, u in self.proof.levels if exceeds(vector, v))
        return max(below, default=bottom), int(self.is_strict)


@dataclass(frozen=True, slots=True)
class Levels:
    """The view of functions of given values that do not fall, or that rise."""

    given: Given
    utility: Utility
    is_convex: bool = False

    def name(self, model: int, table: Table) -> Vector:
        """Return the given values of a policy."""
        return self.given.vector(model, table)

    def shape(self, members: Sequence[Member]) -> Monotone:
        """Return what values of these policies must be."""
        return Monotone(tuple(self.name(*member) for member in members), self.utility.is_strict)

    def function(self, shape: Monotone, found: tuple[Fraction, ...]) -> Ranked:
        """Return the function with these values."""
        levels = sorted(zip(shape.vectors, found, strict=True), key=lambda level: (-level[1], level[0]))
        return Ranked(self.given, self.utility.is_strict, LevelsWitness(tuple(levels)))

    def simple(
        self, shape: Monotone, found: tuple[Fraction, ...], rows: Sequence[Row], deadline: float | None
    ) -> Ranked:
        """Return the same with the values 0, 1, 2 and so on."""
        ranks = {u: Fraction(rank) for rank, u in enumerate(sorted(set(found)))}
        return self.function(shape, tuple(ranks[u] for u in found))

    def numbers(self, members: Iterable[Member]) -> tuple[NodeNumbers, ...]:
        """Return nothing: given values are computed."""
        return ()
