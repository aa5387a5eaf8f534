"""Show that no choice of pieces meets the constraints: a tree of cases, each refuted by weights.

The pieces are the kernel's (`certify.tails`), with what words leave taken whole for each policy. The program
of `gaps` over them either gives weights that refute a case, or a choice that does not exist: then an atom is
in part, or a spread has a law with all and another one without; that is asked for. If it is neither, what
words leave is to blame. Two things close a case that longer words never would: the weights of a single
constraint, with likelihoods; and that ties force a probability to be 0 or 1. Otherwise longer words have to
be taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from specexpr.certify.branching import Checker, Count, Forced, Leaf, Setup, Share, Tree
from specexpr.certify.model import Relation
from specexpr.certify.proofs import Refused
from specexpr.certify.remainder import Remainder
from specexpr.certify.tails import Pieces, Tails, Vector
from specexpr.expressivity.ltl.choosing import Bounds, Gaps, branches
from specexpr.expressivity.ltl.effort import Effort
from specexpr.expressivity.ltl.gaps import Program, largest_least_gap

_ZERO, _ONE = Fraction(0), Fraction(1)
_FEW_RESTS = 200
_ASKED = 5  # atoms in a row that are asked for although the program holds them whole


class NotRefuted(Exception):  # noqa: N818 -- the search ends without a refutation
    """Some case could not be refuted with words of this length."""


@dataclass(frozen=True, slots=True)
class Refutation:
    """A tree of cases, and whether a leaf needs likelihoods."""

    tree: Tree
    uses_likelihoods: bool


@dataclass(frozen=True, slots=True)
class _Case:
    """Bounds of the atoms and of the parts of spreads, answers about spreads, forced probabilities."""

    bounds: Bounds
    shares: Mapping[int, str]
    forced: Mapping[int, bool]


def refute(
    asked: Setup, tails: Tails, pieces: Pieces, *, most_nodes: int, effort: Effort
) -> Refutation | None:
    """Return a tree of cases that leaves no choice, or None if some case remains."""
    search = _Search(asked, tails, pieces, most_nodes, effort)
    try:
        tree = search.run()
    except NotRefuted:
        return None
    return Refutation(tree, search.uses_likelihoods)


@dataclass(slots=True)
class _Search:
    """Columns are the atoms, the parts of spreads, what is left of each policy, and what of that is held."""

    asked: Setup
    tails: Tails
    pieces: Pieces
    most_nodes: int
    effort: Effort
    uses_likelihoods: bool = False
    checker: Checker = field(init=False)
    places: list[list[int]] = field(init=False)
    vectors: list[Vector] = field(init=False)
    is_strict: bool = field(init=False)
    nodes: int = 0
    _gaps: dict[tuple[tuple[int, bool], ...], Gaps] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.vectors = [atom.vector for atom in self.pieces.atoms]
        self.places = []
        for spread in self.pieces.spreads:
            self.places.append(list(range(len(self.vectors), len(self.vectors) + len(spread.parts))))
            self.vectors += spread.parts
        self.checker = Checker(self.asked, self.pieces, Remainder(self.tails, True))
        self.is_strict = all(relation is Relation.STRICT for relation in self.asked.relations)

    def run(self) -> Tree:
        atoms = [(0, atom.count) for atom in self.pieces.atoms]
        return self.cases(_Case((*atoms, *[(0, 1)] * (len(self.vectors) - len(atoms))), {}, {}))

    def gaps(self, forced: Mapping[int, bool]) -> Gaps:
        """Return all columns; what words leave depends on what is forced."""
        key = tuple(forced.items())
        if key not in self._gaps:
            count = len(self.asked.points)
            free, held = [_ZERO] * count, [_ZERO] * count
            for rest in self.pieces.rest:
                for ends in self.checker.remainder.ends(rest, forced).values():
                    for i, k, known in ends:
                        share = rest.count * rest.vector[i] * self.tails.chains[i].ending(k)[rest.state]
                        if known is None:
                            free[i] += share
                        elif known:
                            held[i] += share
            left = [tuple(x if i == k else _ZERO for k in range(count)) for i, x in enumerate(free)]
            self._gaps[key] = Gaps.of(self.asked, [*self.vectors, *left, tuple(held)])
        return self._gaps[key]

    def whole(self, case: _Case) -> Bounds:
        """Return the bounds of all columns."""
        return (*case.bounds, *[(0, 1)] * len(self.asked.points), (1, 1))

    def cases(self, case: _Case) -> Tree:
        """Return the tree for what is left of the choices. Raises NotRefuted."""
        self.nodes += 1
        if self.nodes > self.most_nodes or not self.effort.spend(len(case.bounds)):
            raise NotRefuted
        optimum = largest_least_gap(self.program(case))
        weights = optimum.weights[: len(self.asked.sides)]
        if not optimum.is_positive or optimum.values is None:
            return Leaf(weights)
        bounds = self.whole(case)
        amounts = [low + x for (low, _), x in zip(bounds, optimum.values, strict=True)]
        if self.pieces.rest and len(self.pieces.rest) <= _FEW_RESTS:
            self.put(case)
            leaf = self.with_likelihoods(weights)
            if leaf is not None:
                return leaf
            forced = self.forced(case)
            if forced is not None:
                policy, is_most, weights = forced
                following = self.following(case, policy, is_most=is_most)
                then = Leaf((_ZERO,) * len(weights)) if following is None else self.cases(following)
                return Forced(policy, is_most, weights, then)
        atom = self.split_atom(amounts)
        if atom is not None:
            return self.count(case, atom, amounts[atom])
        spread = self.split_spread(amounts, case.shares)
        if spread is None:
            return self.count_largest(case)
        between = self.cases(self.answered(case, spread, "between"))
        nothing = self.cases(self.answered(case, spread, "nothing"))
        return Share(spread, nothing, self.cases(self.answered(case, spread, "everything")), between)

    def count(self, case: _Case, atom: int, amount: Fraction) -> Count:
        """Return the cases of an atom class, the nearer side first: what remains is found sooner."""
        later, sooner = (
            _Case(bounds, case.shares, case.forced) for bounds in branches(case.bounds, atom, amount)
        )
        first = self.cases(sooner)
        second = self.cases(later)
        if sooner.bounds[atom] < later.bounds[atom]:
            return Count(atom, sooner.bounds[atom][1], first, second)
        return Count(atom, later.bounds[atom][1], second, first)

    def count_largest(self, case: _Case) -> Count:
        """Return the cases of the largest atom that is still open, if ties may force something then."""
        count = len(self.pieces.atoms)
        is_open = [j for j, (low, high) in enumerate(case.bounds[:count]) if low < high]
        if self.is_strict or not self.pieces.rest or not is_open or count - len(is_open) >= _ASKED:
            raise NotRefuted
        atom = max(is_open, key=lambda j: max(self.vectors[j]))
        low, high = case.bounds[atom]
        return self.count(case, atom, Fraction(low + high, 2) - Fraction(1, 4))

    def put(self, case: _Case) -> None:
        """Let the checker stand at a case."""
        self.checker.counts = list(case.bounds[: len(self.pieces.atoms)])
        self.checker.shares = dict(case.shares)
        self.checker.forced = dict(case.forced)

    def program(self, case: _Case) -> Program:
        """Return the program of a case; shares strictly between have rows of their own."""
        program = self.gaps(case.forced).program(self.whole(case))
        own = [j for k, answer in case.shares.items() if answer == "between" for j in self.places[k]]
        if not own:
            return program
        columns = [
            (*column, *(x for k in own for x in ((1, -1) if j == k else (0, 0))))
            for j, column in enumerate(program.columns)
        ]
        relations = (*program.relations, *([Relation.STRICT] * (2 * len(own))))
        return Program(relations, [*program.constants, *([0, 1] * len(own))], columns, program.bounds)

    def answered(self, case: _Case, spread: int, answer: str) -> _Case:
        """Return a case with the share of a spread."""
        bounds = case.bounds
        if answer != "between":
            amount, places = int(answer == "everything"), self.places[spread]
            bounds = tuple((amount, amount) if j in places else one for j, one in enumerate(bounds))
        return _Case(bounds, {**case.shares, spread: answer}, case.forced)

    def following(self, case: _Case, policy: int, *, is_most: bool) -> _Case | None:
        """Return a case with a forced probability, None if it cannot be."""
        self.put(case)
        if not self.checker.force(policy, is_most=is_most):
            return None
        found = _Case(case.bounds, case.shares, dict(self.checker.forced))
        for spread, answer in self.checker.shares.items():
            if spread not in case.shares:
                found = self.answered(found, spread, answer)
        bounds = (*self.checker.counts, *found.bounds[len(self.pieces.atoms) :])
        return _Case(bounds, found.shares, found.forced)

    def split_atom(self, amounts: Sequence[Fraction]) -> int | None:
        """Return the atom class of which the least certain part is held, if any is held in part."""
        parts = [j for j in range(len(self.pieces.atoms)) if amounts[j].denominator > 1]
        return max(parts, key=lambda j: min(amounts[j] % 1, 1 - amounts[j] % 1), default=None)

    def split_spread(self, amounts: Sequence[Fraction], shares: Mapping[int, str]) -> int | None:
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

    def with_likelihoods(self, weights: Sequence[Fraction]) -> Leaf | None:
        """Return a leaf that bounds what words leave by likelihoods, if one of a few weights does."""
        strict = [k for k, relation in enumerate(self.asked.relations) if relation is Relation.STRICT]
        single = [[_ONE if i == k else _ZERO for i in range(len(self.asked.sides))] for k in strict]
        for tried in (*single, list(weights)):
            self.effort.spend(len(self.pieces.atoms) + 4 * len(self.pieces.rest))
            try:
                self.checker.check_leaf(tried)
            except Refused:
                continue
            self.uses_likelihoods = True
            return Leaf(tuple(tried))
        return None

    def forced(self, case: _Case) -> tuple[int, bool, tuple[Fraction, ...]] | None:
        """Return a policy whose probability must be the least or the most that is left, with the weights.

        Only ties and weak constraints can force that of what words leave.
        """
        if self.is_strict:
            return None
        gaps, bounds = self.gaps(case.forced), self.whole(case)
        program = gaps.program(bounds)
        weak = [Relation.WEAK if r is Relation.STRICT else r for r in program.relations]
        for policy in range(len(self.asked.points)):
            own = [vector[policy] for vector in gaps.vectors]
            room = sum(x * n for x, n in zip(own, program.bounds, strict=True))
            if not room or policy in case.forced:
                continue
            self.effort.spend(2 * len(own))
            for is_most in (False, True):
                columns = [
                    (*column, -x if is_most else x) for column, x in zip(program.columns, own, strict=True)
                ]
                constants = [*program.constants, room if is_most else 0]
                optimum = largest_least_gap(
                    Program([*weak, Relation.STRICT], constants, columns, program.bounds)
                )
                if optimum.values is not None and not optimum.gap:
                    return policy, is_most, optimum.weights[:-1]
        return None
