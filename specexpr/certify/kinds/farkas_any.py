"""Conflicts that follow each other through all discounts: proves `inexpressible` for every one of them.

A *support* is a list of constraints with polynomial weights whose weighted differences of features sum to
zero at every discount. Where the weights of its `>` and `>=` all have one sign it is a conflict, as in
`farkas`. Each *cell*, an interval, has a support of which that is true throughout; *points* are conflicts at
single discounts between cells. See `pages/farkas_any.md`.

Between two cells no point is needed where the support of one of them
- has a `>` whose weight is not zero there: the other weights keep their signs or vanish; or
- has `>` only: a specification that met them there would meet them a little inside the cell, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from specexpr.certify.algebraic import (
    Algebraic,
    Number,
    check_number,
    read_number,
    sign_at,
    vanishes,
    write_number,
)
from specexpr.certify.chain import Chain
from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.model import Claim, Relation
from specexpr.certify.node import Node
from specexpr.certify.one_reward import LEXICOGRAPHIC, as_one_reward
from specexpr.certify.polynomial import roots, sign
from specexpr.certify.proofs import Refused
from specexpr.certify.scope import JsonObject, Scope
from specexpr.certify.supports import Sums, Support, Weighted, read_support, weighted, write_support
from specexpr.certify.walk import walker


@dataclass(frozen=True, slots=True)
class Cell:
    """The discounts strictly between two numbers, and the number of the support that is a conflict there."""

    lo: Number
    hi: Number
    support: int


@dataclass(frozen=True, slots=True)
class Point:
    """A conflict at one discount, its weights elements of the field that this generates."""

    discount: Number
    conflict: Support


@dataclass(frozen=True, slots=True)
class FarkasAnyCertificate:
    """Cells from 0 to 1, each beginning where the one before ends, with what fills the places between."""

    supports: tuple[Support, ...]
    cells: tuple[Cell, ...]
    points: tuple[Point, ...] = ()


def check_farkas_any(claim: Claim, formalism: str, proof: FarkasAnyCertificate) -> None:
    """Check that no discount is left. Raises Refused."""
    formalism = as_one_reward(claim, formalism)
    if claim.discount is not None:
        raise Refused("the certificate is about every discount, the question about one")
    if formalism == "rm" and claim.setting.machine is None and claim.setting.machine_states != 1:
        raise Refused("a conflict in one machine says nothing of the others")
    sums = Sums(claim, walker(formalism, claim), [Chain(model) for model in claim.models])
    for support in proof.supports:
        if sums.total(support):
            raise Refused("the weighted differences of a support do not sum to zero")
    for point in proof.points:
        _check_point(sums, point)
    supports = [weighted(support) for support in proof.supports]
    end: Number = Fraction(0)
    for cell in proof.cells:
        if not 0 <= cell.support < len(supports) or cell.lo != end:
            raise Refused("the cells do not follow each other, or one has no support")
        _check_cell(cell, supports[cell.support])
        end = cell.hi
    if end != 1:
        raise Refused("the cells do not reach from 0 to 1")
    points = [point.discount for point in proof.points]
    for left, right in pairwise(proof.cells):
        beside = supports[left.support], supports[right.support]
        if right.lo not in points and not any(_holds_at(right.lo, support) for support in beside):
            raise Refused("no conflict is shown between two cells")


def _check_point(sums: Sums, point: Point) -> None:
    check_number(point.discount)
    if not all(vanishes(p, point.discount) for p in sums.total(point.conflict)):
        raise Refused("the weighted differences at a point do not sum to zero")
    for relation, weight in weighted(point.conflict):
        if relation is not Relation.TIE and sign_at(weight, point.discount) <= 0:
            raise Refused(f'the weight of a term "{relation}" at a point is not positive')


def _check_cell(cell: Cell, support: Weighted) -> None:
    """Check that the weights of `>` and `>=` have one sign inside a cell, and no zero. Raises Refused.

    A weight has its roots at those ends whose polynomials divide it, and no more roots than that.
    """
    for end in (cell.lo, cell.hi):
        if end not in (0, 1):
            check_number(end)
    (low, first), (last, high) = _around(cell.lo), _around(cell.hi)
    if not first < last:
        raise Refused("a cell does not end after it begins")
    signs = set()
    for relation, weight in support:
        if relation is not Relation.TIE:
            signs.add(sign(weight, (first + last) / 2))
            at_ends = [vanishes(weight, x) for x in (cell.lo, cell.hi) if isinstance(x, Algebraic)]
            if len(roots(weight, low, high)) != sum(at_ends):
                raise Refused("a weight vanishes inside a cell")
    if len(signs) != 1 or 0 in signs:
        raise Refused("the weights of a cell have different signs")


def _around(x: Number) -> tuple[Fraction, Fraction]:
    return (x, x) if isinstance(x, Fraction) else (x.lo, x.hi)


def _holds_at(x: Number, support: Weighted) -> bool:
    """Say whether a support that is a conflict in a cell is one at the end x of the cell, too."""
    if all(relation is Relation.STRICT for relation, _ in support):
        return True
    return any(relation is Relation.STRICT and not vanishes(weight, x) for relation, weight in support)


def read_farkas_any(node: Node, scope: Scope) -> FarkasAnyCertificate:
    """Read a certificate from its JSON. Raises Malformed."""
    entry = node.fields("kind", "supports", "cells", "points")
    return FarkasAnyCertificate(
        tuple([read_support(item, scope) for item in entry["supports"].items()]),
        tuple([_read_cell(item) for item in entry["cells"].items()]),
        tuple([_read_point(item, scope) for item in entry["points"].items()]),
    )


def _read_cell(node: Node) -> Cell:
    entry = node.fields("lo", "hi", "support")
    number = entry["support"].value
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        entry["support"].expected("the number of a support, counted from 0")
    return Cell(read_number(entry["lo"]), read_number(entry["hi"]), number)


def _read_point(node: Node, scope: Scope) -> Point:
    entry = node.fields("discount", "terms")
    return Point(read_number(entry["discount"]), read_support(entry["terms"], scope))


def write_farkas_any(proof: FarkasAnyCertificate, scope: Scope) -> JsonObject:
    """Return the JSON of a certificate, but for its kind."""
    cells: list[JsonObject] = [
        {"lo": write_number(cell.lo), "hi": write_number(cell.hi), "support": cell.support}
        for cell in proof.cells
    ]
    points: list[JsonObject] = [
        {"discount": write_number(point.discount), "terms": write_support(point.conflict, scope)}
        for point in proof.points
    ]
    return {"supports": [write_support(x, scope) for x in proof.supports], "cells": cells, "points": points}


PROOF = ProofKind(
    kind="farkas-any",
    verdict=Answer.INEXPRESSIBLE,
    formalisms=LEXICOGRAPHIC | {"mr", "rm", "rrl"},
    data=(FarkasAnyCertificate,),
    check=check_farkas_any,
    read=read_farkas_any,
    write=write_farkas_any,
)
