"""For every value of the one free parameter a constraint that fails there: proves `inexpressible`.

The parameter is the level of a CVaR, in (0, 1], or the z = exp(b c) of an entropic value on a lattice of unit
c, z > 0 (see `certify.gaps`). *Cells*, intervals without their ends, follow each other from 0 to the end, and
each names a constraint that fails throughout; *points* name one for single values between two cells, and for
the level 1. See `pages/parameter_cells.md`.

Between two cells no point is needed where the constraint of one of them is a `>`: the gap of its two policies
is continuous and not positive in the cell, hence not positive at its end either.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from specexpr.certify.algebraic import Number, check_positive, read_number, write_number
from specexpr.certify.asked import asked_terms
from specexpr.certify.chain import Chain
from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.gaps import BaseGap, LevelGap, base_gap, level_gap
from specexpr.certify.law import Law
from specexpr.certify.model import Claim, PolicyConstraint, Relation
from specexpr.certify.node import Node
from specexpr.certify.proofs import Refused, Term
from specexpr.certify.risk import returns_of
from specexpr.certify.scope import JsonObject, Scope
from specexpr.exact import rational_text


@dataclass(frozen=True, slots=True)
class Cell:
    """The values strictly between two numbers, None: without an end; the number of the term that fails."""

    lo: Number
    hi: Number | None
    term: int


@dataclass(frozen=True, slots=True)
class Point:
    """A single value with the number of a term that fails there."""

    at: Number
    term: int


@dataclass(frozen=True, slots=True)
class CellsCertificate:
    """Terms of weight 1, cells and points that fill the range; the unit is that of entropic values."""

    terms: tuple[Term, ...]
    cells: tuple[Cell, ...]
    points: tuple[Point, ...] = ()
    unit: Fraction | None = None


def check_cells(claim: Claim, formalism: str, proof: CellsCertificate) -> None:
    """Check that no value of the parameter is left. Raises Refused."""
    if any(term.weight != 1 for term in proof.terms):
        raise Refused("a term of the certificate has another weight than 1, though nothing is weighed")
    if (formalism == "entropic") != (proof.unit is not None):
        raise Refused("the certificate is about another parameter")
    gaps = gaps_of(claim, proof)
    relations = [term.relation for term in proof.terms]
    end, last = (Fraction(1), Fraction(1)) if proof.unit is None else (None, None)
    before: Number | None = Fraction(0)
    for cell in proof.cells:
        if cell.lo != before or not 0 <= cell.term < len(gaps):
            raise Refused("the cells do not follow each other, or one has no term")
        _check_ends(cell)
        if not fails(relations[cell.term], gaps[cell.term].within(cell.lo, cell.hi)):
            raise Refused("the constraint of a cell does not fail throughout")
        before = cell.hi
    if not proof.cells or before != end:
        raise Refused("the cells do not reach from 0 to the end of the range")
    for point in proof.points:
        check_positive(point.at)
        if not 0 <= point.term < len(gaps):
            raise Refused("a point has no term")
        if not fails(relations[point.term], gaps[point.term].at(point.at)):
            raise Refused("the constraint of a point does not fail there")
    shown = [point.at for point in proof.points]
    for left, right in pairwise(proof.cells):
        is_strict = Relation.STRICT in (relations[left.term], relations[right.term])
        if right.lo not in shown and not is_strict:
            raise Refused("no constraint is shown to fail between two cells")
    if last is not None and last not in shown and relations[proof.cells[-1].term] is not Relation.STRICT:
        raise Refused("no constraint is shown to fail at the level 1")


def gaps_of(claim: Claim, proof: CellsCertificate) -> list[LevelGap] | list[BaseGap]:
    """Return how the policies of each term compare. Raises Refused where a term is not asked for."""
    chains = [Chain(model) for model in claim.models]
    returns, pairs = returns_of(claim), []
    for c in asked_terms(claim, chains, proof.terms):
        if not isinstance(c, PolicyConstraint):
            raise Refused("the formalism does not compare sequences")
        if chains[c.model].behaviour(c.better)[1] == chains[c.model].behaviour(c.worse)[1]:
            nothing: Law = ((Fraction(0), Fraction(1)),)
            pairs.append((nothing, nothing))  # of one law, whether or not it is a finite one
        else:
            pairs.append((returns.law(c.model, c.better), returns.law(c.model, c.worse)))
    unit = proof.unit
    if unit is None:
        return [level_gap(better, worse) for better, worse in pairs]
    return [base_gap(better, worse, unit) for better, worse in pairs]


def fails(relation: Relation, sign: int | None) -> bool:
    """Say whether a constraint fails where the gap of its policies has this sign; None: various ones."""
    if sign is None:
        return False
    return {Relation.STRICT: sign <= 0, Relation.WEAK: sign < 0, Relation.TIE: sign != 0}[relation]


def _check_ends(cell: Cell) -> None:
    for x in (cell.lo, cell.hi):
        if x is not None and x != 0:
            check_positive(x)


def read_cells(node: Node, scope: Scope) -> CellsCertificate:
    """Read a certificate from its JSON. Raises Malformed."""
    entry = node.fields("kind", "terms", "cells", "points", optional=("unit",))
    cells, points = [], []
    for item in entry["cells"].items():
        part = item.fields("lo", "hi", "term")
        hi = None if part["hi"].value is None else read_number(part["hi"])
        cells.append(Cell(read_number(part["lo"]), hi, _read_index(part["term"])))
    for item in entry["points"].items():
        part = item.fields("at", "term")
        points.append(Point(read_number(part["at"]), _read_index(part["term"])))
    unit = entry["unit"].rational() if "unit" in entry else None
    return CellsCertificate(scope.read_terms(entry["terms"]), tuple(cells), tuple(points), unit)


def _read_index(node: Node) -> int:
    number = node.value
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        node.expected("the number of a term, counted from 0")
    return number


def write_cells(proof: CellsCertificate, scope: Scope) -> JsonObject:
    """Return the JSON of a certificate, but for its kind."""
    found: JsonObject = {
        "terms": scope.write_terms(proof.terms),
        "cells": [{"lo": write_number(c.lo), "hi": _write_end(c.hi), "term": c.term} for c in proof.cells],
        "points": [{"at": write_number(p.at), "term": p.term} for p in proof.points],
    }
    return found if proof.unit is None else {**found, "unit": rational_text(proof.unit)}


def _write_end(x: Number | None) -> object:
    return None if x is None else write_number(x)


PROOF = ProofKind(
    kind="parameter-cells",
    verdict=Answer.INEXPRESSIBLE,
    formalisms=frozenset({"cvar", "entropic"}),
    data=(CellsCertificate,),
    check=check_cells,
    read=read_cells,
    write=write_cells,
)
