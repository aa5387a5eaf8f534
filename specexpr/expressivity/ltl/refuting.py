"""Show that no choice of pieces meets the constraints: a tree of cases, each refuted by weights.

The pieces are the kernel's (`certify.tails`), with what words leave taken whole for each policy. The program
of `gaps` over them either gives weights that refute a case, or a choice that does not exist: then an atom is
in part, or a spread has a law with all and another one without; that is asked for. If it is neither, what
words leave is to blame. Then the weights of each single constraint are tried with likelihoods, which can
close a case that longer words never would; or longer words have to be taken.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from specexpr.certify.branching import Checker, Count, Leaf, Setup, Share, Tree
from specexpr.certify.model import Relation
from specexpr.certify.proofs import Refused
from specexpr.certify.remainder import Remainder
from specexpr.certify.tails import Pieces, Tails, Vector
from specexpr.expressivity.ltl.choosing import Bounds, Gaps, branches
from specexpr.expressivity.ltl.gaps import Program, largest_least_gap

_ZERO, _ONE = Fraction(0), Fraction(1)
_FEW_RESTS = 200


class NotRefuted(Exception):  # noqa: N818 -- the search ends without a refutation
    """Some case could not be refuted with words of this length."""


@dataclass(frozen=True, slots=True)
class Refutation:
    """A tree of cases, and whether a leaf needs likelihoods."""

    tree: Tree
    uses_likelihoods: bool


def refute(
    asked: Setup, tails: Tails, pieces: Pieces, *, most_nodes: int, deadline: float | None = None
) -> Refutation | None:
    """Return a tree of cases that leaves no choice, or None if some case remains."""
    search = _Search(asked, tails, pieces, most_nodes, deadline)
    try:
        tree = search.run()
    except NotRefuted:
        return None
    return Refutation(tree, search.uses_likelihoods)


@dataclass(slots=True)
class _Search:
    """Columns are the atoms, then the parts of spreads, then what is left of each policy."""

    asked: Setup
    tails: Tails
    pieces: Pieces
    most_nodes: int
    deadline: float | None
    uses_likelihoods: bool = False
    gaps: Gaps = field(init=False)
    checker: Checker = field(init=False)
    places: list[list[int]] = field(init=False)
    is_strict: bool = field(init=False)
    has_rest: bool = field(init=False)
    nodes: int = 0

    def __post_init__(self) -> None:
        size = len(self.asked.points)
        vectors: list[Vector] = [atom.vector for atom in self.pieces.atoms]
        self.places = []
        for spread in self.pieces.spreads:
            self.places.append(list(range(len(vectors), len(vectors) + len(spread.parts))))
            vectors += spread.parts
        left = [sum((one.count * one.vector[i] for one in self.pieces.rest), _ZERO) for i in range(size)]
        for i, x in enumerate(left):
            if x:
                vectors.append(tuple(x if i == k else _ZERO for k in range(size)))
        self.gaps = Gaps.of(self.asked, vectors)
        self.checker = Checker(self.asked, self.pieces, Remainder(self.tails, True))
        self.is_strict = all(relation is Relation.STRICT for relation in self.asked.relations)
        self.has_rest = bool(self.pieces.rest)

    def run(self) -> Tree:
        atoms = [(0, atom.count) for atom in self.pieces.atoms]
        others = [(0, 1)] * (len(self.gaps.columns) - len(atoms))
        return self.cases((*atoms, *others), {})

    def cases(self, bounds: Bounds, shares: dict[int, str]) -> Tree:
        """Return the tree for what is left of the choices. Raises NotRefuted."""
        self.nodes += 1
        if self.nodes > self.most_nodes or (self.deadline is not None and time.monotonic() > self.deadline):
            raise NotRefuted
        optimum = largest_least_gap(self.program(bounds, shares))
        weights = optimum.weights[: len(self.asked.sides)]
        if not optimum.is_positive or optimum.values is None:
            return Leaf(weights)
        amounts = [low + x for (low, _), x in zip(bounds, optimum.values, strict=True)]
        if self.has_rest and len(self.pieces.rest) <= _FEW_RESTS:
            leaf = self.with_likelihoods(bounds, shares, weights)
            if leaf is not None:
                return leaf
        atom = self.split_atom(amounts)
        if atom is not None:
            up_first = branches(bounds, atom, amounts[atom])
            fewer, more = sorted(up_first, key=lambda one: one[atom])
            most = fewer[atom][1]
            if up_first[1] is more:  # the nearer side first: a case that remains is found sooner
                of_more = self.cases(more, shares)
                return Count(atom, most, self.cases(fewer, shares), of_more)
            of_fewer = self.cases(fewer, shares)
            return Count(atom, most, of_fewer, self.cases(more, shares))
        spread = self.split_spread(amounts, shares)
        if spread is None:
            raise NotRefuted
        between = self.cases(bounds, {**shares, spread: "between"})
        nothing = self.cases(self.fixed(bounds, spread, 0), {**shares, spread: "nothing"})
        everything = self.cases(self.fixed(bounds, spread, 1), {**shares, spread: "everything"})
        return Share(spread, nothing, everything, between)

    def program(self, bounds: Bounds, shares: dict[int, str]) -> Program:
        """Return the program of a case; shares strictly between have rows of their own."""
        program = self.gaps.program(bounds)
        own = [j for spread, answer in shares.items() if answer == "between" for j in self.places[spread]]
        if not own:
            return program
        columns = [
            (*column, *(x for k in own for x in ((1, -1) if j == k else (0, 0))))
            for j, column in enumerate(program.columns)
        ]
        relations = (*program.relations, *([Relation.STRICT] * (2 * len(own))))
        return Program(relations, [*program.constants, *([0, 1] * len(own))], columns, program.bounds)

    def fixed(self, bounds: Bounds, spread: int, amount: int) -> Bounds:
        places = self.places[spread]
        return tuple((amount, amount) if j in places else one for j, one in enumerate(bounds))

    def split_atom(self, amounts: Sequence[Fraction]) -> int | None:
        """Return the atom class of which the least certain part is held, if any is held in part."""
        parts = [j for j in range(len(self.pieces.atoms)) if amounts[j].denominator > 1]
        return max(parts, key=lambda j: min(amounts[j] % 1, 1 - amounts[j] % 1), default=None)

    def split_spread(self, amounts: Sequence[Fraction], shares: dict[int, str]) -> int | None:
        """Return a spread whose laws have shares that no formula gives them together.

        With strict constraints only that does not matter: a little less and more of it will do as well.
        """
        for spread, places in enumerate(self.places):
            if spread in shares or self.is_strict:
                continue
            found = [amounts[j] for j in places]
            if any(x in (0, 1) for x in found) and len(set(found)) > 1:
                return spread
        return None

    def with_likelihoods(
        self, bounds: Bounds, shares: dict[int, str], weights: Sequence[Fraction]
    ) -> Leaf | None:
        """Return a leaf that bounds what words leave by likelihoods, if one of a few weights does."""
        count = len(self.pieces.atoms)
        self.checker.counts = list(bounds[:count])
        self.checker.shares = dict(shares)
        strict = [k for k, relation in enumerate(self.asked.relations) if relation is Relation.STRICT]
        single = [[_ONE if i == k else _ZERO for i in range(len(self.asked.sides))] for k in strict]
        for tried in (*single, list(weights)):
            try:
                self.checker.check_leaf(tried)
            except Refused:
                continue
            self.uses_likelihoods = True
            return Leaf(tuple(tried))
        return None
