"""Which values some policies can have together under a formalism: a space of vectors, one number a policy.

A linear formalism values policies by any combination of its features, so it expresses an order of policies
iff a vector of the space has that order. That is exact and quick, and used to pass over what cannot separate:
- `surely`: a space such that the formalism expresses every order of its vectors;
- `at_most`: one such that it expresses no other order.
The answers that count are proved elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from specexpr.certify.features import features
from specexpr.certify.model import Claim, Model, Relation, Table
from specexpr.certify.spaces import Echelon, Whole, primitive
from specexpr.models.policy import behaviour, mark
from specexpr.solve.cone import Direction, decide_cone

_DISCOUNT = Fraction(1, 3)
"""What is expressed at one discount is expressed at an open one."""


@dataclass(frozen=True, slots=True)
class ValueSpace:
    """A basis: vectors of whole numbers, one entry for each policy."""

    basis: tuple[tuple[int, ...], ...]

    def on(self, chosen: Sequence[int]) -> ValueSpace:
        """Return the space on some of the policies."""
        return space_of([{i: v[k] for i, k in enumerate(chosen) if v[k]} for v in self.basis], len(chosen))

    def is_within(self, other: ValueSpace) -> bool:
        """Say whether every vector of this space is one of the other."""
        if len(self.basis) > len(other.basis):
            return False
        echelon = Echelon(_free)
        for v in other.basis:
            echelon.joins(_sparse(v))
        return not any(echelon.joins(_sparse(v)) for v in self.basis)

    def has(self, levels: Sequence[int]) -> bool:
        """Say whether a vector is ordered like this: 0 is the best level."""
        order = sorted(range(len(levels)), key=lambda i: levels[i])
        pairs = list(pairwise(order))
        rows = [[v[i] - v[j] for v in self.basis] for i, j in pairs]
        relations = [Relation.TIE if levels[i] == levels[j] else Relation.STRICT for i, j in pairs]
        return isinstance(decide_cone(rows, relations), Direction)


def _free(_: int) -> None:
    """Let sums cost nothing."""


def _sparse(vector: Sequence[int]) -> Whole:
    return {i: x for i, x in enumerate(vector) if x}


def space_of(vectors: Iterable[Mapping[int, int]], size: int) -> ValueSpace:
    """Return the space that some vectors span."""
    echelon = Echelon(_free)
    for vector in vectors:
        echelon.joins(vector)
    return ValueSpace(tuple(tuple(row.get(i, 0) for i in range(size)) for row in echelon.rows.values()))


Spaces = Callable[[Model, Sequence[Table]], ValueSpace]


def _of_features(formalism: str) -> Spaces:
    def space(model: Model, tables: Sequence[Table]) -> ValueSpace:
        known = features(formalism, Claim((model,), (), (), _DISCOUNT))
        columns: dict[Hashable, dict[int, Fraction]] = {}
        for i, table in enumerate(tables):
            for key, x in known.policy(0, table).items():
                columns.setdefault(key, {})[i] = x
        return space_of(map(primitive, columns.values()), len(tables))

    return space


def _of_words(model: Model, tables: Sequence[Table]) -> ValueSpace:
    """Return the span of the vectors (P_1(w), .., P_n(w)) over words w.

    Those of words that end in one state span a space; from it one step by (s, a) multiplies each entry by
    what its policy does, and all by one chance of the next state. Each space grows at most n times.
    """
    size = len(tables)
    spans = [Echelon(_free) for _ in model.states]
    ahead: list[tuple[int, dict[int, Fraction]]] = [
        (s, dict.fromkeys(range(size), Fraction(1))) for s, _ in model.start
    ]
    found: list[Whole] = []
    chances = [[dict(table[s]) for table in tables] for s in range(len(model.states))]
    for s, vector in ahead:
        whole = primitive(vector)
        if whole and spans[s].joins(whole):
            found.append(whole)
            for a, law in model.rows[s].items():
                onward = {i: x * chances[s][i].get(a, Fraction(0)) for i, x in whole.items()}
                onward = {i: x for i, x in onward.items() if x}
                ahead += ((t, onward) for t, _ in law if onward)
    return space_of(found, size)


def _of_behaviours(model: Model, tables: Sequence[Table]) -> ValueSpace:
    return _by([mark(behaviour(model, table)) for table in tables])


def _of_tables(model: Model, tables: Sequence[Table]) -> ValueSpace:
    return _by([mark(table) for table in tables])


def _by(names: Sequence[Hashable]) -> ValueSpace:
    """Return the vectors that are one number for each name."""
    alike: dict[Hashable, dict[int, int]] = {}
    for i, name in enumerate(names):
        alike.setdefault(name, {})[i] = 1
    return space_of(alike.values(), len(names))


_EXACT: Mapping[str, Spaces] = {
    "lar": _of_features("lar"),
    **dict.fromkeys(("rm", "inmr", "imorl", "ftr"), _of_words),
    **dict.fromkeys(("onmr", "omorl", "fomr", "ftlr", "gomorl", "omo", "tlo"), _of_behaviours),
    **dict.fromkeys(("fpr", "po"), _of_tables),
}
_SURELY: Mapping[str, Spaces] = {**_EXACT, "mr": _of_features("mr"), "rrl": _of_features("rrl")}
_AT_MOST: Mapping[str, Spaces] = {**_EXACT, "mr": _of_words, "ltl": _of_words, "rrl": _of_behaviours}


def surely(formalism: str) -> Spaces | None:
    """Return a function to the space whose orders a formalism expresses, or None where none is known."""
    return _SURELY.get(formalism)


def at_most(formalism: str) -> Spaces:
    """Return a function to a space that has every order which a formalism expresses."""
    return _AT_MOST.get(formalism, _of_tables)
