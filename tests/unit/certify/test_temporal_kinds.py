"""The kinds of proof about temporal logic: what they accept is so, and only that."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import pytest

from specexpr.certify.branching import Cases, Count, Forced, Leaf, Share, Tree, setup, summary
from specexpr.certify.checking import Answer, check, kind_of
from specexpr.certify.coin import Coin
from specexpr.certify.formula import Atom, AtomKind, Operator
from specexpr.certify.formula_store import Joined, Scheme
from specexpr.certify.kinds.branch import BranchCertificate
from specexpr.certify.kinds.formula import FormulaWitness, PolicyProbability, values_of
from specexpr.certify.kinds.ray import RayCertificate
from specexpr.certify.kinds.two_level import TwoLevelCertificate
from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    Label,
    Model,
    PolicyConstraint,
    Relation,
    Setting,
    Table,
    TrajectoryConstraint,
)
from specexpr.certify.proofs import Refused, Term
from specexpr.certify.tails import Tails
from specexpr.testing.examples import MEMORY, SINGLE, corners, model, table

STRICT, WEAK, TIE = Relation.STRICT, Relation.WEAK, Relation.TIE
ZERO, ONE = Fraction(0), Fraction(1)
P = corners(MEMORY)
SAME = (
    Atom(AtomKind.DO, 0),
    Joined(Operator.NEXT, (0,)),
    Joined(Operator.IFF, (0, 1)),
)
LEAVE = model({"s0": {"a": "s0", "b": "w"}, "w": {"a": "w"}}, start="s0")


def single(p: str) -> Table:
    """Return the policy of SINGLE that takes w with this probability."""
    chance = Fraction(p)
    return table(SINGLE, "w" if chance == 1 else "p" if chance == 0 else {"w": p, "p": str(1 - chance)})


def leaving(p: str) -> Table:
    """Return the policy of LEAVE that stays with this probability."""
    return table(LEAVE, {"a": p, "b": str(1 - Fraction(p))}, "a")


def claim_of(m: Model, *constraints: tuple[Table, Relation, Table]) -> Claim:
    return Claim((m,), tuple(PolicyConstraint(0, x, y, r, None) for x, r, y in constraints), (), None)


def refused(claim: Claim, proof: object) -> str:
    """Return why the kernel refuses a proof, or an empty text."""
    try:
        check(claim, "ltl", proof)
    except Refused as refusal:
        return str(refusal)
    return ""


def cases_of(claim: Claim, depth: int, tree: Tree) -> Cases:
    """Return cases about all constraints of a claim, with their pieces."""
    asked = setup(claim, claim.constraints)
    listed = summary(Tails.of(claim, asked.points).explore(depth), len(asked.points))
    terms = tuple(
        Term(c.model, c.better, c.worse, c.relation, ONE)  # type: ignore[arg-type] # policies
        for c in claim.constraints
    )
    return Cases(terms, depth, tree, asked.points, *listed)


def valued(claim: Claim, scheme: Scheme, labels: tuple[Label, ...] = ()) -> FormulaWitness:
    """Return a formula with its value for each policy that a claim names."""
    return FormulaWitness(scheme, labels, values_of(claim, scheme, labels))


def leaf(*weights: int) -> Leaf:
    return Leaf(tuple(map(Fraction, weights)))


# -- formulas ----------------------------------------------------------------------------------------------

SQUARE = claim_of(MEMORY, (P["aaa"], STRICT, P["aba"]), (P["bba"], STRICT, P["baa"]))
SQUARE_VALUES = tuple(
    PolicyProbability(0, P[name], Fraction(name[0] == name[1])) for name in ("aaa", "aba", "bba", "baa")
)


def test_a_formula_that_meets_the_constraints() -> None:
    """The first action equals the second: with its values, in any order, and of size 4."""
    witness = FormulaWitness(SAME, (), SQUARE_VALUES)
    assert witness == valued(SQUARE, SAME)
    assert check(SQUARE, "ltl", replace(witness, values=SQUARE_VALUES[::-1])) is Answer.EXPRESSIBLE
    assert check(SQUARE, "ltl", witness) is Answer.EXPRESSIBLE
    kind = kind_of(witness)
    assert kind is not None
    assert kind.size is not None
    assert kind.size(witness) == (1, 4)


def test_formulas_that_do_not() -> None:
    """A formula that ranks otherwise, a label that is unknown, defined twice or for nothing: refused."""
    assert "does not meet" in refused(SQUARE, valued(SQUARE, (SAME[0],)))
    goal = Atom(AtomKind.LABEL, "goal")
    nowhere = (*SAME, goal, Joined(Operator.OR, (2, 3)))
    assert not refused(SQUARE, valued(SQUARE, nowhere, (Label("goal"),)))
    unread = (*SAME, goal, Joined(Operator.FALSE), Joined(Operator.AND, (4, 3)), Joined(Operator.OR, (2, 5)))
    for scheme in ((goal,), nowhere, unread):
        assert "not known" in refused(SQUARE, FormulaWitness(scheme, (), SQUARE_VALUES))
    assert "twice" in refused(SQUARE, FormulaWitness(nowhere, (Label("goal"), Label("goal")), SQUARE_VALUES))
    assert "does not speak of" in refused(SQUARE, FormulaWitness(SAME, (Label("goal"),), SQUARE_VALUES))
    within = replace(SQUARE, setting=Setting(horizon=3))
    assert "no memory" in refused(within, FormulaWitness(SAME, (), SQUARE_VALUES))


def test_each_policy_of_the_claim_has_one_value() -> None:
    """No value may be wrong, missing, given twice, or of a policy or environment that is not asked about."""
    first, *others = SQUARE_VALUES
    for wrong in (ZERO, Fraction(1, 2), -ONE):
        altered = (replace(first, value=wrong), *others)
        assert "another probability" in refused(SQUARE, FormulaWitness(SAME, (), altered))
    half = table(MEMORY, {"a": "1/2", "b": "1/2"}, "a", "a")
    foreign = PolicyProbability(0, half, Fraction(1, 2))
    for values in (
        (),
        tuple(others),
        (first, *SQUARE_VALUES),
        (replace(first, value=ZERO), *SQUARE_VALUES),
        (foreign, *SQUARE_VALUES),
        (foreign, *others),
        (replace(first, model=1), *others),
    ):
        assert "one value" in refused(SQUARE, FormulaWitness(SAME, (), values))


def test_the_policies_of_a_set_have_values() -> None:
    """Those that are accepted are named, and those of a listed universe; no others are."""
    good, bad = (P["aaa"], P["bba"]), (P["aba"], P["baa"])
    over = AcceptableSet(0, good, (*good, *bad), Acceptance.EQUAL)
    for accept, named in ((over, (*good, *bad)), (replace(over, over=None), good)):
        claim = Claim((MEMORY,), (), (accept,), None)
        values = tuple(one for one in SQUARE_VALUES if one.table in named)
        assert not refused(claim, FormulaWitness(SAME, (), values))
        for i in range(len(values)):
            assert "one value" in refused(claim, FormulaWitness(SAME, (), values[:i] + values[i + 1 :]))


def test_sequences_have_no_value() -> None:
    """A formula says nothing of finite sequences."""
    steps = (((0, 0), (1, 0)), ((0, 1), (1, 0)))
    claim = Claim((MEMORY,), (TrajectoryConstraint(0, *steps, STRICT),), (), None)
    assert "sequences" in refused(claim, FormulaWitness(SAME))


def test_where_labels_are_observed() -> None:
    """A formula sees labels only, those of the environment; a coin sees more."""
    labels = (Label("first", pairs=frozenset({(0, 0)})),)
    claim = replace(claim_of(MEMORY, (P["aaa"], STRICT, P["baa"])), setting=Setting(labels=(labels,)))
    first = (Atom(AtomKind.LABEL, "first"),)
    found = valued(claim, first)
    assert check(claim, "ltl", found) is Answer.EXPRESSIBLE
    assert "more than labels" in refused(claim, FormulaWitness((Atom(AtomKind.DO, 0),)))
    assert "more than labels" in refused(claim, FormulaWitness((Coin(Fraction(1, 2), ((2, 0, 2),)),)))
    assert "are observed" in refused(claim, replace(found, labels=labels))


def test_acceptable_sets_are_enumerated() -> None:
    """All deterministic policies are valued; one that is not accepted and not worse is found."""
    good = (P["aaa"], P["bba"])
    accept = AcceptableSet(0, good, None, Acceptance.EQUAL)
    claim = Claim((MEMORY,), (), (accept,), None)
    assert check(claim, "ltl", valued(claim, SAME)) is Answer.EXPRESSIBLE
    assert "all good policies one value" in refused(claim, valued(claim, (SAME[0],)))
    fewer = replace(claim, acceptable=(replace(accept, good=good[:1]),))
    assert "above every other" in refused(fewer, valued(fewer, SAME))


# -- two levels --------------------------------------------------------------------------------------------


def terms(claim: Claim) -> tuple[Term, ...]:
    return cases_of(claim, 0, leaf()).terms


def test_three_levels_are_too_many() -> None:
    """A certain trajectory is up or down: through ties and weak constraints, too."""
    aa, ab, ba, bb = (P[name] for name in ("aaa", "aba", "baa", "bba"))
    for claim in (
        claim_of(MEMORY, (aa, STRICT, ab), (ab, STRICT, ba)),
        claim_of(MEMORY, (aa, STRICT, ab), (ba, TIE, aa), (bb, STRICT, ba)),
        claim_of(MEMORY, (aa, STRICT, ab), (ba, WEAK, aa), (bb, STRICT, ba)),
        claim_of(MEMORY, (aa, STRICT, ab), (aa, TIE, ba), (bb, STRICT, ba)),
    ):
        assert check(claim, "ltl", TwoLevelCertificate(terms(claim))) is Answer.INEXPRESSIBLE
    for claim in (
        claim_of(MEMORY, (aa, STRICT, ab), (ba, STRICT, ab)),
        claim_of(MEMORY, (aa, STRICT, ab), (aa, WEAK, ba), (bb, STRICT, ba)),
        claim_of(MEMORY, (aa, STRICT, ab), (bb, STRICT, ba), (ab, TIE, ba)),
    ):
        assert "both levels" in refused(claim, TwoLevelCertificate(terms(claim)))


def test_terms_that_nothing_weighs_have_weight_one() -> None:
    """Any other weight would be read as part of the proof, and is refused."""
    claim = claim_of(
        MEMORY, (P["aaa"], STRICT, P["aba"]), (P["baa"], TIE, P["aaa"]), (P["bba"], STRICT, P["baa"])
    )
    tied = cases_of(FOREVER, 1, TIED)
    for z in (Fraction(2), Fraction(1, 2), -ONE, ZERO):
        for i, term in enumerate(terms(claim)):
            altered = (*terms(claim)[:i], replace(term, weight=z), *terms(claim)[i + 1 :])
            assert "weight than 1" in refused(claim, TwoLevelCertificate(altered))
        for i, term in enumerate(tied.terms):
            cases = replace(tied, terms=(*tied.terms[:i], replace(term, weight=z), *tied.terms[i + 1 :]))
            assert "weight than 1" in refused(FOREVER, BranchCertificate(cases))
            assert "weight than 1" in refused(FOREVER, RayCertificate(cases))


def test_levels_of_what_is_observed() -> None:
    """Policies of which the same is seen are on one level: the same trajectory, or the same labels."""
    aa, ab = P["aaa"], P["aba"]
    claim = claim_of(MEMORY, (aa, STRICT, ab))
    assert "both levels" in refused(claim, TwoLevelCertificate(terms(claim)))
    blind = replace(claim, setting=Setting(labels=((Label("end", frozenset({2})),),)))
    assert check(blind, "ltl", TwoLevelCertificate(terms(claim))) is Answer.INEXPRESSIBLE
    seeing = replace(claim, setting=Setting(labels=((Label("push", pairs=frozenset({(1, 0)})),),)))
    assert "both levels" in refused(seeing, TwoLevelCertificate(terms(claim)))


def test_levels_need_certain_trajectories() -> None:
    """A policy that mixes has more than two values."""
    claim = claim_of(SINGLE, (single("1"), STRICT, single("1/2")), (single("1/2"), STRICT, single("0")))
    assert "not certain" in refused(claim, TwoLevelCertificate(terms(claim)))


# -- cases -------------------------------------------------------------------------------------------------

BELOW = claim_of(SINGLE, (single("0"), STRICT, single("1")), (single("1"), STRICT, single("1/2")))
BETWEEN = claim_of(SINGLE, (single("0"), STRICT, single("1/2")), (single("1/2"), STRICT, single("1")))
BEST = claim_of(LEAVE, (leaving("1/5"), STRICT, leaving("1/10")), (leaving("1/5"), STRICT, leaving("3/10")))
PATTERN = claim_of(
    SINGLE,
    (single("1/2"), STRICT, single("1/3")),
    (single("1"), TIE, single("1/2")),
    (single("0"), TIE, single("1/3")),
)
FOREVER = claim_of(
    LEAVE, (leaving("5/6"), STRICT, leaving("1/2")), (leaving("1/2"), TIE, table(LEAVE, "a", "a"))
)
"""The last policy never leaves; so the tie asks that the second, and with it the first, is held or not."""

HELD = Count(1, 0, leaf(0, 1), leaf(1, 0))
SHARED = Share(
    0,
    leaf(1, 0, 0),
    leaf(1, 0, 0),
    Count(0, 0, Leaf((ZERO, ONE, ZERO)), Leaf((ZERO, -ONE, ZERO))),
)
TIED = Count(
    0,
    0,
    Forced(1, False, (ZERO, -ONE), leaf(1, 0)),
    Forced(1, True, (ZERO, ONE), leaf(1, 0)),
)


def test_trees_of_cases() -> None:
    """Nothing is below 0 or above 1; shares are both certain or neither; what is put off for ever is late."""
    assert check(BELOW, "ltl", BranchCertificate(cases_of(BELOW, 0, HELD))) is Answer.INEXPRESSIBLE
    assert check(PATTERN, "ltl", BranchCertificate(cases_of(PATTERN, 0, SHARED))) is Answer.INEXPRESSIBLE
    assert check(FOREVER, "ltl", BranchCertificate(cases_of(FOREVER, 1, TIED))) is Answer.INEXPRESSIBLE
    late = Count(0, 0, leaf(0, 1), leaf(1, 0))
    assert check(BEST, "ltl", RayCertificate(cases_of(BEST, 2, late))) is Answer.INEXPRESSIBLE
    assert "do not refute" in refused(BEST, BranchCertificate(cases_of(BEST, 2, late)))
    assert "do not refute" in refused(BEST, RayCertificate(cases_of(BEST, 0, leaf(0, 1))))


def test_every_case_can_be() -> None:
    """A question whose answer is known is refused, and so is what a case that cannot be carries along."""
    claim = PATTERN
    assert not refused(claim, BranchCertificate(cases_of(claim, 0, SHARED)))
    between = SHARED.between
    assert isinstance(between, Count)
    for asked in (
        replace(between, most=1),
        replace(between, most=7),
        replace(between, fewer=between),
        replace(between, more=replace(between, fewer=leaf(9, 9, 9))),
    ):
        cases = cases_of(claim, 0, replace(SHARED, between=asked))
        assert "one of the answers cannot be" in refused(claim, BranchCertificate(cases))
    # P(half) is 1 as a tie says, which no share strictly between can be
    tie = claim_of(SINGLE, (single("1/2"), STRICT, single("1/3")), (single("1/2"), TIE, single("1")))
    forced = Forced(0, True, (ZERO, ONE), leaf(0, 0))
    held = Count(0, 0, Leaf((ZERO, -ONE)), forced)
    tree = Share(0, leaf(1, 0), leaf(1, 0), held)
    assert not refused(tie, BranchCertificate(cases_of(tie, 0, tree)))
    for then in (leaf(1, 0), leaf(0, 0, 0), Leaf(()), forced, held):
        altered = replace(tree, between=replace(held, more=replace(forced, then=then)))
        assert "cannot be" in refused(tie, BranchCertificate(cases_of(tie, 0, altered)))


def trees(tree: Tree) -> Iterator[Tree]:
    """Yield trees that differ from a tree in one place."""
    match tree:
        case Leaf(weights=weights):
            for i, z in enumerate(weights):
                for new in (z + 1, -z, -z - 1, ZERO):
                    if new != z:
                        yield Leaf((*weights[:i], new, *weights[i + 1 :]))
            yield Leaf(weights[:-1])
        case Count(atom=k, most=most, fewer=fewer, more=more):
            yield fewer
            yield more
            yield Count(1 - k, most, fewer, more)
            yield Count(k + 7, most, fewer, more)
            yield Count(k, most, more, fewer)
            for one in trees(fewer):
                yield Count(k, most, one, more)
            for one in trees(more):
                yield Count(k, most, fewer, one)
        case Share(spread=k, nothing=nothing, everything=everything, between=between):
            yield between
            yield Share(k + 1, nothing, everything, between)
            for one in trees(between):
                yield Share(k, nothing, everything, one)
        case Forced(policy=j, is_most=is_most, weights=weights, then=then):
            yield then
            yield Forced(1 - j, is_most, weights, then)
            yield Forced(j, not is_most, weights, then)
            yield Forced(j, is_most, tuple(-z for z in weights), then)


@pytest.mark.parametrize(
    ("claim", "depth", "tree", "kept"),
    [(BELOW, 0, HELD, 4), (PATTERN, 0, SHARED, 9), (FOREVER, 1, TIED, 6)],
)
def test_an_altered_tree_is_refused_or_still_adds_up(claim: Claim, depth: int, tree: Tree, kept: int) -> None:
    """Most changes of one place are refused; those that are not change weights without effect."""
    altered = [BranchCertificate(cases_of(claim, depth, one)) for one in trees(tree)]
    accepted = [one for one in altered if not refused(claim, one)]
    assert len(accepted) <= kept < len(altered)


def random_tree(rng: random.Random, claim: Claim, depth: int, height: int) -> Tree:
    """Return some tree over the pieces of a claim."""
    asked = setup(claim, claim.constraints)
    pieces = Tails.of(claim, asked.points).explore(depth)
    kind = rng.choice(["leaf", "count", "share", "forced"]) if height else "leaf"
    weights = tuple(
        Fraction(rng.choice([0, 0, 1, 1, 2, -1] if r is TIE else [0, 1, 1, 2])) for r in asked.relations
    )
    if kind == "count" and pieces.atoms:
        k = rng.randrange(len(pieces.atoms))
        most = rng.randrange(pieces.atoms[k].count)
        return Count(k, most, *(random_tree(rng, claim, depth, height - 1) for _ in range(2)))
    if kind == "share" and pieces.spreads:
        k = rng.randrange(len(pieces.spreads))
        return Share(k, *(random_tree(rng, claim, depth, height - 1) for _ in range(3)))
    if kind == "forced":
        j = rng.randrange(len(asked.points))
        return Forced(j, rng.random() < 0.5, weights, random_tree(rng, claim, depth, height - 1))
    return Leaf(weights)


def test_no_tree_refutes_what_a_formula_expresses() -> None:
    """On tasks with a formula every tree of cases is refused, with likelihoods and without."""
    expressible = (
        (BETWEEN, (Atom(AtomKind.DO, 1),)),
        (claim_of(LEAVE, (leaving("1/10"), STRICT, leaving("1/5"))), (Atom(AtomKind.DO, 1),)),
        (claim_of(LEAVE, (leaving("1/5"), STRICT, leaving("1/10"))), (Atom(AtomKind.DO, 0),)),
        (
            claim_of(SINGLE, (single("1/2"), STRICT, single("0")), (single("1/2"), TIE, single("1"))),
            (Atom(AtomKind.DO, 0), Joined(Operator.EVENTUALLY, (0,))),
        ),
        (SQUARE, SAME),
    )
    rng = random.Random(5)
    for claim, scheme in expressible:
        assert check(claim, "ltl", valued(claim, scheme)) is Answer.EXPRESSIBLE
        for _ in range(150):
            depth = rng.randrange(3)
            cases = cases_of(claim, depth, random_tree(rng, claim, depth, rng.randrange(4)))
            assert refused(claim, BranchCertificate(cases))
            assert refused(claim, RayCertificate(cases))


def test_what_a_certificate_lists_is_what_there_is() -> None:
    """The pieces are found anew: atoms left out, other numbers, another order of policies are refused."""
    cases = cases_of(BELOW, 0, HELD)
    for altered in (
        replace(cases, atoms=cases.atoms[1:]),
        replace(cases, rest=(ONE, ZERO, ZERO)),
        replace(cases, spreads=()),
        replace(cases, policies=cases.policies[::-1]),
        replace(cases, depth=1, atoms=()),
    ):
        assert "lists other pieces" in refused(BELOW, BranchCertificate(altered))
    assert "too long" in refused(BELOW, BranchCertificate(replace(cases, depth=10_000)))
    observed = replace(BELOW, setting=Setting(labels=((),)))
    assert "lists other pieces" in refused(observed, BranchCertificate(cases))
    other = replace(cases, terms=cases.terms[:1])
    assert refused(BELOW, BranchCertificate(other))
