"""Decisions about one given return: against truth by other unknowns, textbook dominance, and all choices."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest

from specexpr.certify.checking import Answer, check
from specexpr.certify.kinds.coefficients import SpectrumWitness, UtilityWitness, WeightsWitness
from specexpr.certify.kinds.dominance import DominanceCertificate
from specexpr.certify.kinds.parameter import BaseWitness, LevelWitness, RateWitness
from specexpr.certify.kinds.parameter_cells import CellsCertificate
from specexpr.certify.measure import GivenObjective
from specexpr.certify.model import Acceptance, Claim, PolicyConstraint, Relation, Shape, Table
from specexpr.certify.proofs import Term
from specexpr.expressivity.risk import columns
from specexpr.expressivity.risk.cone import Unknown, decide_coefficients
from specexpr.expressivity.risk.parameter import decide_parameter
from specexpr.expressivity.verdict import Undecided
from specexpr.testing.linear_truth import Inequality, is_consistent
from specexpr.testing.risk_truth import (
    Lottery,
    first_order_dominates,
    is_had,
    second_order_dominates,
)
from tests.unit.expressivity.risk.lottery_claims import (
    asked_pairs,
    claim_of,
    lottery,
    mixing,
    random_claim,
    random_lottery,
    stage,
    with_constraints,
)

SEEDS = 300
ONE_RETURN = ("eu", "spectral", "cvar", "entropic")

Proof = (
    UtilityWitness
    | SpectrumWitness
    | WeightsWitness
    | DominanceCertificate
    | LevelWitness
    | RateWitness
    | BaseWitness
    | CellsCertificate
)


def decided(claim: Claim, formalism: str) -> tuple[bool, Proof]:
    """Return whether a formalism expresses a claim, with the proof, which the kernel has accepted."""
    if formalism in ("cvar", "entropic"):
        found = decide_parameter(claim, formalism)
    else:
        found = decide_coefficients(claim, formalism)
    assert not isinstance(found, Undecided | Unknown), found
    return check(claim, formalism, found) is Answer.EXPRESSIBLE, found


def is_yes(lotteries: list[Lottery], asked: list[tuple[int, str, int]], formalism: str, shape: Shape) -> bool:
    return decided(claim_of(lotteries, asked, utility=shape), formalism)[0]


@pytest.mark.parametrize("formalism", ONE_RETURN)
def test_decisions_agree_with_the_truth(formalism: str) -> None:
    """Of hundreds of random claims, with sets and ties: the answer, and that no term can be spared."""
    seen: Counter[bool] = Counter()
    for seed in range(SEEDS):
        random = Random(seed)
        shape = random.choice(list(Shape))
        claim, lotteries = random_claim(random, utility=shape)
        answer, proof = decided(claim, formalism)
        assert answer == is_had(formalism, asked_pairs(claim, lotteries), shape), seed
        seen[answer] += 1
        if isinstance(proof, DominanceCertificate | CellsCertificate):
            assert_irreducible(claim, lotteries, formalism, proof.terms)
    assert min(seen.values()) > SEEDS // 5


def assert_irreducible(
    claim: Claim, lotteries: list[Lottery], formalism: str, terms: tuple[Term, ...]
) -> None:
    """Check that all terms together cannot be had, and all but any one of them can."""
    constraints = [PolicyConstraint(t.model, t.better, t.worse, t.relation) for t in terms]  # type: ignore[arg-type]
    for left_out in [None, *range(len(terms))]:
        some = [c for i, c in enumerate(constraints) if i != left_out]
        asked = asked_pairs(with_constraints(claim, some), lotteries)
        assert is_had(formalism, asked, claim.setting.utility) is (left_out is not None)


@pytest.mark.parametrize("seed", range(60))
def test_one_pair_is_refused_iff_it_is_dominated(seed: int) -> None:
    """By first-order dominance for increasing utilities, by second-order one for concave ones and spectra."""
    random = Random(seed)
    outcomes = [Fraction(x) for x in range(random.randint(2, 5))]
    both = [random_lottery(random, outcomes, grain=random.choice((2, 3, 4))) for _ in range(2)]
    first, second = first_order_dominates(both[1], both[0]), second_order_dominates(both[1], both[0])
    asked = [(0, ">", 1)]
    for shape in Shape:
        dominated = second if shape.is_concave else first
        assert is_yes(both, asked, "eu", shape) is not dominated
    assert is_yes(both, asked, "spectral", Shape.INCREASING) is not second
    if first:
        assert not is_yes(both, asked, "entropic", Shape.INCREASING)
    if second:
        assert not is_yes(both, asked, "cvar", Shape.INCREASING)


ONE = Fraction(1)
SURE = [lottery((x, 1)) for x in range(4)]


def test_strictly_increasing_differs_where_there_are_ties() -> None:
    """Sure 1 ~ sure 0 and sure 3 > sure 2: a nondecreasing utility does, an increasing one does not."""
    asked = [(1, "~", 0), (3, ">", 2)]
    assert is_yes(SURE, asked, "eu", Shape.NONDECREASING)
    assert not is_yes(SURE, asked, "eu", Shape.INCREASING)
    assert not is_yes(SURE, asked, "eu", Shape.NONDECREASING_CONCAVE)
    assert is_yes(SURE, [(1, ">", 0), (3, "~", 2)], "eu", Shape.NONDECREASING_CONCAVE)


def test_ties_alone_may_be_refused() -> None:
    """No spectrum and no increasing utility ties a sure gain with a greater one, or puts it above weakly."""
    for asked in ([(1, "~", 0)], [(0, ">=", 1)]):
        for formalism in ("eu", "spectral"):
            answer, proof = decided(claim_of(SURE, asked, utility=Shape.INCREASING), formalism)
            assert not answer
            assert isinstance(proof, DominanceCertificate)
        assert is_yes(SURE, asked, "eu", Shape.NONDECREASING)
    spread = [SURE[1], lottery((0, "1/2"), (2, "1/2"))]
    assert is_yes(spread, [(0, "~", 1)], "eu", Shape.INCREASING_CONCAVE)
    assert is_yes(spread, [(0, "~", 1)], "spectral", Shape.INCREASING)


def test_the_mean_comes_first() -> None:
    """What the mean orders is ordered by it: one line, a flat spectrum, level 1, rate 0."""
    claim = claim_of(SURE, [(3, ">", 2), (2, ">", 0)], utility=Shape.INCREASING)
    assert decided(claim, "spectral")[1] == SpectrumWitness(((ONE, ONE),))
    assert decided(claim, "cvar")[1] == LevelWitness(ONE)
    assert decided(claim, "entropic")[1] == RateWitness(Fraction(0))
    utility = decided(claim, "eu")[1]
    assert isinstance(utility, UtilityWitness)
    assert len(utility.points) == 2


@pytest.mark.parametrize("shape", list(Shape))
def test_a_claim_about_nothing_is_met(shape: Shape) -> None:
    """Where all returns are one number, a utility of each shape is written down that values it."""
    claim = claim_of([SURE[1], SURE[1]], [(0, "~", 1)], utility=shape)
    assert all(decided(claim, formalism)[0] for formalism in ONE_RETURN)
    claim = claim_of([SURE[1], SURE[1]], [(0, ">", 1)], utility=shape)
    assert not any(decided(claim, formalism)[0] for formalism in ONE_RETURN)


@pytest.mark.parametrize("seed", range(25))
def test_mixtures_are_between_what_they_mix(seed: int) -> None:
    """A policy that draws one of two actions cannot beat both in expected utility, nor by entropic values."""
    random = Random(seed)
    outcomes = [Fraction(x) for x in range(4)]
    lotteries = [random_lottery(random, outcomes, grain=3) for _ in range(2)]
    model, _ = stage(lotteries)
    claim = claim_of(lotteries, [], utility=random.choice(list(Shape)))
    p = Fraction(random.randint(1, 3), 4)
    mixed, *pure = (mixing(model, w) for w in ((p, 1 - p), (1, 0), (0, 1)))
    beats = [PolicyConstraint(0, mixed, one, Relation.STRICT) for one in pure]
    claim = with_constraints(claim, beats)
    for formalism in ("eu", "entropic"):
        answer, proof = decided(claim, formalism)
        assert not answer
        assert isinstance(proof, DominanceCertificate | CellsCertificate)
        assert len(proof.terms) <= 2


def test_conflicts_of_several_constraints() -> None:
    """Where no pair is dominated, conflicts are two lotteries over policies, each of mass 1."""
    sizes: Counter[int] = Counter()
    for seed in range(110):
        random = Random(seed)
        outcomes = [Fraction(x) for x in random.sample(range(8), 5)]
        lotteries = [random_lottery(random, outcomes, grain=4) for _ in range(6)]
        shape = random.choice(list(Shape))
        dominates = second_order_dominates if shape.is_concave else first_order_dominates
        pairs = [(i, j) for i in range(6) for j in range(i) if lotteries[i] != lotteries[j]]
        turned = [random.sample(pair, 2) for pair in pairs]
        free = [(i, j) for i, j in turned if not dominates(lotteries[j], lotteries[i])]
        asked = [(i, random.choice((">", ">", ">=")), j) for i, j in random.sample(free, min(6, len(free)))]
        claim = claim_of(lotteries, asked, utility=shape)
        for formalism in ONE_RETURN:
            answer, proof = decided(claim, formalism)
            assert answer == is_had(formalism, asked_pairs(claim, lotteries), shape), seed
            if isinstance(proof, DominanceCertificate | CellsCertificate):
                assert_irreducible(claim, lotteries, formalism, proof.terms)
            if isinstance(proof, DominanceCertificate):
                net: dict[Table, Fraction] = {}
                for t in proof.terms:
                    for side, w in ((t.better, t.weight), (t.worse, -t.weight)):
                        net[side] = net.get(side, Fraction(0)) + w  # type: ignore[index] # tables
                if any(net.values()):  # else the constraints go round in a circle
                    assert sum(w for w in net.values() if w > 0) == 1
                    sizes[len(proof.terms)] += 1
    assert sizes[2] > 8
    assert sizes[3] > 1


def test_many_rows_and_levels_are_decided_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """With features that floats propose first, and ever more at a time, answers are the same."""
    import specexpr.expressivity.risk.cone as cone

    monkeypatch.setattr(cone, "_FEW_ROWS", 0)
    monkeypatch.setattr(columns, "_MANY_LEVELS", 0)
    for seed in range(60):
        random = Random(seed)
        shape = random.choice(list(Shape))
        claim, lotteries = random_claim(random, utility=shape, size=6)
        for formalism in ("eu", "spectral"):
            assert decided(claim, formalism)[0] == is_had(formalism, asked_pairs(claim, lotteries), shape)


def test_long_orders_are_decided_in_seconds() -> None:
    """Forty lotteries over eighty returns in the order of a bent utility: one by few points is found."""
    random = Random(0)
    lotteries = []
    for _ in range(40):
        middle, width = random.randint(0, 80), random.randint(2, 20)
        points = [x for x in range(max(0, middle - width), min(80, middle + width)) if random.random() < 0.5]
        weights = {x: random.randint(1, 20) for x in points or [middle]}
        total = sum(weights.values())
        lotteries.append(tuple((Fraction(x), Fraction(w, total)) for x, w in sorted(weights.items())))
    values = [sum(p * min(x, 30 + x / 5) for x, p in one) for one in lotteries]
    order = sorted(range(40), key=lambda i: -values[i])
    asked = [(i, ">", j) for i, j in pairwise(order) if values[i] > values[j]]
    answer, proof = decided(claim_of(lotteries, asked, utility=Shape.INCREASING_CONCAVE), "eu")
    assert answer
    assert isinstance(proof, UtilityWitness)
    assert len(proof.points) < 20
    answer, proof = decided(claim_of(lotteries, [*asked, (order[-1], ">", order[0])]), "entropic")
    assert not answer


@pytest.mark.parametrize("is_signed", [False, True])
def test_weights_agree_with_a_system_written_out(is_signed: bool) -> None:
    """Of hundreds of random claims about vectors of values, with sets and ties."""
    seen: Counter[bool] = Counter()
    for seed in range(SEEDS):
        random = Random(seed)
        vectors = [[Fraction(random.randint(-2, 2)) for _ in range(3)] for _ in range(random.randint(2, 5))]
        claim = vector_claim(random, vectors, is_signed=is_signed)
        answer, proof = decided(claim, "linear")
        rows = []
        for one, relation, other in asked_pairs(claim, [((Fraction(i), ONE),) for i in range(len(vectors))]):
            u, v = (vectors[int(x)] for ((x, _),) in (one, other))
            rows.append(
                Inequality({k: a - b for k, (a, b) in enumerate(zip(u, v, strict=True))}, Relation(relation))
            )
        rows += [Inequality({k: ONE}, Relation.WEAK) for k in range(3) if is_signed]
        assert answer == is_consistent(rows), seed
        seen[answer] += 1
        if isinstance(proof, DominanceCertificate):
            assert any(t.relation is Relation.STRICT for t in proof.terms)
    assert min(seen.values()) > SEEDS // 8


def vector_claim(random: Random, vectors: list[list[Fraction]], *, is_signed: bool) -> Claim:
    """Return a claim about sure gains, of which each of three given objectives has another value."""
    sure = [lottery((i, 1)) for i in range(len(vectors))]
    _, account = stage(sure)
    given = []
    for k in range(3):
        pays = [((0, 0, i, i + 1), v[k]) for i, v in enumerate(vectors) if v[k]]
        given.append(GivenObjective(f"r{k}", (replace(account, pays=tuple(pays)),)))
    drawn, _ = random_claim(random, size=len(vectors), lotteries=sure)
    return replace(drawn, setting=replace(drawn.setting, given=tuple(given), nonnegative=is_signed))


def test_no_weight_is_a_weight() -> None:
    """Ties and weak constraints alone are met by weights that are all 0; a `>` needs more."""
    claim = claim_of(SURE, [(1, "~", 0), (2, ">=", 3)])
    assert decided(claim, "linear")[1] == WeightsWitness((Fraction(0),))
    claim = claim_of(SURE, [(1, "~", 0), (2, ">", 3)])
    assert not decided(claim, "linear")[0]
    assert decided(claim_of(SURE, [(2, ">", 3)]), "linear")[0]
    signed = replace(claim_of(SURE, [(2, ">", 3)]), setting=replace(claim.setting, nonnegative=True))
    assert not decided(signed, "linear")[0]


@pytest.mark.parametrize("how", list(Acceptance))
def test_sets_among_all_policies_compare_every_behaviour(how: Acceptance) -> None:
    """To accept the two best of four sure gains an increasing function does, unless they are to tie."""
    claim = claim_of(SURE, [], utility=Shape.INCREASING, accept=((2, 3), how, None))
    for formalism in ONE_RETURN:
        assert decided(claim, formalism)[0] is (how is Acceptance.RANGE)
    claim = claim_of(SURE, [], utility=Shape.INCREASING, accept=((1, 3), how, None))
    assert not any(decided(claim, formalism)[0] for formalism in ONE_RETURN)
