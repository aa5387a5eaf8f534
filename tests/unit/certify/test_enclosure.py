"""Enclosures: made by floats on a generated instance, checked by the kernel, and refused when they lie."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from specexpr.certify.checking import check
from specexpr.certify.model import Claim, Distribution, Model, PolicyConstraint, Relation
from specexpr.certify.proofs import EnclosureCertificate, FarkasCertificate, Refused, StateOccupancy, Term

G = Fraction(9, 10)
STATES, ACTIONS = 8, 3
TERMS = STATES * (ACTIONS - 1) + 1


def dyadic(x: float, bits: int = 53) -> Fraction:
    return Fraction(round(float(x) * 2**bits), 2**bits)


@pytest.fixture(scope="module")
def enclosed() -> tuple[Claim, EnclosureCertificate]:
    """Return a random conflict of as many terms as coordinates and one, oriented by its multipliers."""
    rng = random.Random(3)
    rows: list[dict[int, Distribution]] = []
    for _ in range(STATES):
        row: dict[int, Distribution] = {}
        for a in range(ACTIONS):
            targets = sorted(rng.sample(range(STATES), 3))
            weights = [rng.randint(1, 9) for _ in targets]
            row[a] = tuple((t, Fraction(w, sum(weights))) for t, w in zip(targets, weights, strict=True))
        rows.append(row)
    start = tuple((s, Fraction(1, STATES)) for s in range(STATES))
    model = Model(tuple(f"s{i}" for i in range(STATES)), ("a", "b", "c"), start, tuple(rows))
    step = np.zeros((STATES, ACTIONS, STATES))
    for s, row in enumerate(rows):
        for a, law in row.items():
            for t, p in law:
                step[s, a, t] = float(p)
    chosen = [np.array([rng.randrange(ACTIONS) for _ in range(STATES)]) for _ in range(2 * TERMS)]
    every = np.arange(STATES)
    occupied, visits = [], []
    for policy in chosen:
        d = np.linalg.solve(np.eye(STATES) - float(G) * step[every, policy].T, np.full(STATES, 1 / STATES))
        visit = np.zeros((STATES, ACTIONS))
        visit[every, policy] = d
        occupied.append(d)
        visits.append(visit[:, 1:].ravel())
    rows_of = np.array([visits[2 * k] - visits[2 * k + 1] for k in range(TERMS)]).T
    unit = np.eye(TERMS)[-1]
    sign = np.sign(np.linalg.solve(np.vstack([rows_of, np.ones(TERMS)]), unit))
    system = np.vstack([rows_of * sign, np.ones(TERMS)])
    y, inverse = np.linalg.solve(system, unit), np.linalg.inv(system)
    tables = [tuple(((int(a), Fraction(1)),) for a in policy) for policy in chosen]
    terms = []
    for k in range(TERMS):
        better, worse = (2 * k, 2 * k + 1) if sign[k] > 0 else (2 * k + 1, 2 * k)
        terms.append(Term(0, tables[better], tables[worse], Relation.STRICT, dyadic(y[k])))
    asks = tuple(PolicyConstraint(0, t.better, t.worse, Relation.STRICT) for t in terms)  # type: ignore[arg-type]
    carried = zip(tables, occupied, strict=True)
    proof = EnclosureCertificate(
        G,
        tuple(terms),
        tuple(StateOccupancy(0, table, tuple(map(dyadic, d))) for table, d in carried),
        tuple((s, a) for s in range(STATES) for a in range(1, ACTIONS)),
        tuple(tuple(dyadic(x, 40) for x in row) for row in inverse),
        Fraction(1, 2**30),
    )
    return Claim((model,), asks, (), G), proof


def refused(claim: Claim, proof: object, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        check(claim, "mr", proof)


def test_floats_enclose_a_conflict(enclosed: tuple[Claim, EnclosureCertificate]) -> None:
    """Double precision is enough to show that exact positive multipliers exist."""
    check(enclosed[0], "mr", enclosed[1])


def test_the_midpoints_alone_are_no_exact_conflict(enclosed: tuple[Claim, EnclosureCertificate]) -> None:
    """The rounded multipliers do not sum to zero exactly: the enclosure is needed."""
    claim, proof = enclosed
    refused(claim, FarkasCertificate(G, proof.terms, ()), "do not sum to zero")


def test_a_midpoint_outside_the_radius_is_refused(enclosed: tuple[Claim, EnclosureCertificate]) -> None:
    """Moving one midpoint by more than the radius is seen; within it, the statement stays true."""
    claim, proof = enclosed
    for by, reason in ((Fraction(1, 2**20), "within its radius"), (Fraction(1, 2**60), None)):
        moved = replace(proof.terms[0], weight=proof.terms[0].weight + by)
        altered = replace(proof, terms=(moved, *proof.terms[1:]))
        if reason is None:
            check(claim, "mr", altered)
        else:
            refused(claim, altered, reason)


def test_a_radius_that_is_too_small_or_too_large_is_refused(
    enclosed: tuple[Claim, EnclosureCertificate],
) -> None:
    """The radius must cover the error, and leave every multiplier positive."""
    claim, proof = enclosed
    refused(claim, replace(proof, radius=Fraction(1, 2**60)), "within its radius")
    refused(claim, replace(proof, radius=Fraction(-1)), "within its radius")
    refused(claim, replace(proof, radius=Fraction(1)), "not show that a multiplier is positive")


def test_a_bad_inverse_is_refused(enclosed: tuple[Claim, EnclosureCertificate]) -> None:
    """An inverse that is off cannot show that the system is regular."""
    claim, proof = enclosed
    twisted = (proof.inverse[1], proof.inverse[0], *proof.inverse[2:])
    refused(claim, replace(proof, inverse=twisted), "not close enough")
    refused(claim, replace(proof, inverse=proof.inverse[1:]), "not square")


def test_bad_occupancies_are_refused(enclosed: tuple[Claim, EnclosureCertificate]) -> None:
    """An occupancy that is off by its flow equation loosens the bound, and one is needed for every policy."""
    claim, proof = enclosed
    first = proof.occupancies[0]
    wrong = replace(first, occupancy=(first.occupancy[0] + 1, *first.occupancy[1:]))
    with pytest.raises(Refused):
        check(claim, "mr", replace(proof, occupancies=(wrong, *proof.occupancies[1:])))
    refused(claim, replace(proof, occupancies=proof.occupancies[1:]), "must carry an occupancy")


def test_the_columns_must_determine_the_occupancies(enclosed: tuple[Claim, EnclosureCertificate]) -> None:
    """Two pairs of one state left out, or one column twice, are refused."""
    claim, proof = enclosed
    twice = (proof.columns[1], *proof.columns[1:])
    refused(claim, replace(proof, columns=twice), "do not determine")
    other = ((1, 0), *proof.columns[1:])
    refused(claim, replace(proof, columns=other), "do not determine")
