"""Regions, hulls, bars and splits by hand: what the kernel accepts, and what it says where it refuses."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

import pytest

import specexpr
from specexpr.certify.chain import Chain
from specexpr.certify.checking import check, size_of
from specexpr.certify.kinds.bar import BarWitness
from specexpr.certify.kinds.hull import HullCertificate, Inside
from specexpr.certify.kinds.region import RegionWitness
from specexpr.certify.kinds.splits import SplitsCertificate
from specexpr.certify.kinds.thresholds import Threshold
from specexpr.certify.kinds.vertices import VerticesWitness, most_rewards
from specexpr.certify.model import Claim, PolicyConstraint, Relation, Setting, Table
from specexpr.certify.outcomes import kept, returns_of
from specexpr.certify.overlaps import Overlap, least_colours
from specexpr.certify.proofs import Refused, RewardEntry, RewardWitness
from specexpr.certify.sides import Cut, Fork, Leaf, Side
from specexpr.certify.thresholds_met import may_meet
from specexpr.comparison.asking import named_formalisms, plan
from specexpr.document import loads
from specexpr.expressivity.verdict import Inexpressible
from specexpr.testing.brute_force import policy_value
from specexpr.testing.confirmation import spread_reward
from specexpr.testing.generators import random_environment

HALF, ONE = Fraction(1, 2), Fraction(1)
STRICT, WEAK, TIE = Relation.STRICT, Relation.WEAK, Relation.TIE

TURNS = """discount 1/2
environment turns { states s0 s1; actions a b; start s0; s0 / * -> s1; s1 / * -> s0 }
policy aa in turns { * -> a }
policy ab in turns { s0 -> a; s1 -> b }
policy ba in turns { s0 -> b; s1 -> a }
policy bb in turns { * -> b }
policy coin in turns { * -> { a: 1/2, b: 1/2 } }
"""


def claimed(asked: str, formalism: str) -> Claim:
    """Return what a verdict on a task is about."""
    document = loads(f"{TURNS}task t in turns {{ {asked} }}")
    (inquiry,) = plan(document.tasks, named_formalisms([formalism])).inquiries
    return inquiry.question.claim()


def table(name: str) -> Table:
    return loads(TURNS + "task t in turns { aa > bb }").policy(name).table


AA, AB, BA, BB, COIN = map(table, ("aa", "ab", "ba", "bb", "coin"))


def constraint(better: Table, relation: Relation, worse: Table) -> PolicyConstraint:
    return PolicyConstraint(0, better, worse, relation)


def refused(claim: Claim, formalism: str, proof: Any, said: str) -> None:
    with pytest.raises(Refused, match=said):
        check(claim, formalism, proof)


# -- hull --------------------------------------------------------------------------------------------------

FIRST, SECOND = constraint(AA, STRICT, AB), constraint(BB, STRICT, BA)
STEPS = (
    Inside(0, AA, FIRST),
    Inside(0, BB, SECOND),
    Inside(0, COIN, None, ((0, HALF), (1, HALF))),
    Inside(0, AB, constraint(AB, WEAK, COIN)),
)
HULL = HullCertificate(HALF, STEPS, FIRST)
CROSSED = "aa > ab; bb > ba; ab >= coin"

Change = Callable[[HullCertificate], HullCertificate]


def step(number: int, **changes: Any) -> Change:
    def change(proof: HullCertificate) -> HullCertificate:
        steps = list(proof.steps)
        steps[number] = replace(steps[number], **changes)
        return replace(proof, steps=tuple(steps))

    return change


def test_a_hull_by_hand() -> None:
    """aa and bb are inside, coin is their mean, ab is at least as good: so ab is inside, and must not be."""
    check(claimed(CROSSED, "feasible"), "feasible", HULL)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: replace(p, discount=Fraction(1, 3)), "another discount"),
        (lambda p: replace(p, steps=p.steps[:3]), "is not among those that are inside"),
        (lambda p: replace(p, steps=(p.steps[0], *p.steps[2:])), "not inside before"),
        (lambda p: replace(p, against=constraint(AB, WEAK, COIN)), "only a strict constraint"),
        (lambda p: replace(p, against=constraint(AA, STRICT, COIN)), "is not asked for"),
        (step(0, by=constraint(AA, STRICT, BB)), "is not asked for"),
        (step(0, table=BA), "does not put the policy"),
        (step(0, mean=((0, ONE),)), "not both"),
        (step(1, by=None, mean=((0, ONE),)), "is not the mean"),
        (step(2, mean=((0, Fraction(1, 3)), (1, Fraction(2, 3)))), "is not the mean"),
        (step(2, mean=((0, HALF), (1, Fraction(1, 3)))), "do not sum to 1"),
        (step(2, mean=((0, Fraction(3, 2)), (1, -HALF))), "not positive"),
        (step(2, mean=((0, HALF), (2, HALF))), "not inside before"),
        (step(2, mean=()), "do not sum to 1"),
        (step(3, by=constraint(COIN, WEAK, AB)), "is not asked for"),
    ],
)
def test_hulls_that_are_refused(change: Change, said: str) -> None:
    """A step that does not follow, a share that is off, an end that nothing asks for."""
    refused(claimed(CROSSED, "feasible"), "feasible", change(HULL), said)


def test_a_hull_proves_nothing_of_others() -> None:
    """Not of one reward, not of given objectives."""
    claim = claimed(CROSSED, "feasible")
    refused(claim, "mr", HULL, "proves nothing about the formalism")
    document = loads(
        TURNS
        + "objective r in turns = reward { discount 1/2; s0 / a: 1 }\n"
        + "task t in turns { aa > ab; bb > ba; ab >= coin; given r }"
    )
    (inquiry,) = plan(document.tasks, named_formalisms(["feasible"])).inquiries
    assert inquiry.question.claim().setting != Setting()
    refused(replace(inquiry.question.claim(), discount=HALF), "feasible", HULL, "gives objectives")


# -- region ------------------------------------------------------------------------------------------------


def reward(**pays: int) -> tuple[RewardEntry, ...]:
    """Return a reward of a in s0 and s1, b in s0 and s1."""
    places = {"a0": (0, 0), "a1": (1, 0), "b0": (0, 1), "b1": (1, 1)}
    return tuple(RewardEntry(*places[name], None, Fraction(x)) for name, x in pays.items())


REGION = RegionWitness(
    HALF,
    (Threshold(reward(b0=1, a1=-1), Fraction(0)), Threshold(reward(b0=-1, a1=2), Fraction(0))),
    (Overlap(((0, AA, HALF), (0, BB, HALF)), ((0, AB, HALF), (0, BA, HALF))),),
)
Other = Callable[[RegionWitness], RegionWitness]


def overlap(outside: tuple[Any, ...], inside: tuple[Any, ...]) -> Other:
    return lambda p: replace(p, overlaps=(Overlap(outside, inside),))


@pytest.mark.parametrize(
    "asked", ["accept ab ba", "ab > aa; ba > bb; ab ~ ba", "ab > bb; ba >= ab; bb >= aa"]
)
def test_a_region_by_hand(asked: str) -> None:
    """Two rewards keep ab and ba apart from aa and bb, and one does not."""
    check(claimed(asked, "feasible"), "feasible", REGION)
    assert size_of(REGION, "feasible") == (2, 2)
    assert size_of(replace(REGION, overlaps=()), "feasible") == (1, 2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: replace(p, discount=Fraction(1, 3)), "not the question's"),
        (lambda p: replace(p, rewards=()), "has no reward"),
        (lambda p: replace(p, rewards=p.rewards[:1]), "that is not accepted is inside"),
        (
            lambda p: replace(p, rewards=(Threshold(reward(a0=1), ONE * 9), *p.rewards)),
            "is outside, and some",
        ),
        (
            lambda p: replace(p, rewards=(Threshold((*reward(a0=1), *reward(a0=1)), ONE),)),
            "two rewards to one",
        ),
        (overlap(((0, AA, HALF), (0, BB, HALF)), ((0, AB, HALF), (0, AA, HALF))), "need not be inside"),
        (overlap(((0, COIN, ONE),), ((0, AB, HALF), (0, BA, HALF))), "need not be outside"),
        (overlap(((0, AA, ONE),), ((0, AB, HALF), (0, BA, HALF))), "have different occupancies"),
        (overlap(((0, AA, HALF),), ((0, AB, HALF), (0, BA, HALF))), "do not sum to 1"),
        (overlap(((0, AA, 2 * ONE), (0, BB, -ONE)), ((0, AB, HALF), (0, BA, HALF))), "not positive"),
    ],
)
def test_regions_that_are_refused(change: Other, said: str) -> None:
    """A threshold that is missing or too high, an overlap of other policies or with other shares."""
    refused(claimed("accept ab ba", "feasible"), "feasible", change(REGION), said)


def test_who_must_be_inside_is_read_off_the_task() -> None:
    """Where a policy need not be outside, an overlap with it shows nothing."""
    refused(claimed("ab > aa; ba >= bb", "feasible"), "feasible", REGION, "need not be outside")
    check(claimed("ab > aa; ba >= bb; aa >= bb; ba ~ ab", "feasible"), "feasible", REGION)


def test_a_single_reward_that_fails_says_nothing_of_regions_of_equals() -> None:
    """Three of the four policies are accepted by one threshold, though no reward accepts them equally."""
    claim = claimed("accept equally aa ab ba", "mr")
    (task,) = loads(f"{TURNS}task t in turns {{ accept equally aa ab ba }}").tasks
    no = specexpr.check(task, "mr")
    assert isinstance(no, Inexpressible)
    proof = VerticesWitness(most_rewards(claim, "feasible"), no.certificate.proof)
    refused(claimed("accept equally aa ab ba", "feasible"), "feasible", proof, "not asked for")


@pytest.mark.parametrize(
    ("edges", "least"),
    [([], 1), (["ab"], 2), (["ab", "bc", "ca"], 3), (["abc"], 2), (["ab", "abc", "cd"], 2)],
)
def test_least_colours(edges: list[str], least: int) -> None:
    """Few cases by hand; at random the least number for which some colouring has no edge of one colour."""
    assert least_colours(edges) == least


def test_least_colours_by_trial() -> None:
    random = Random(4)
    for _ in range(100):
        edges = [random.sample("abcdef", random.randint(2, 4)) for _ in range(random.randint(1, 9))]
        best = next(
            n
            for n in range(1, 7)
            if any(
                all(len({colours["abcdef".index(x)] for x in edge}) > 1 for edge in edges)
                for colours in itertools.product(range(n), repeat=6)
            )
        )
        assert least_colours(edges) == best


def test_what_may_meet_thresholds() -> None:
    """Of all behaviours none that meets them is left out, and most that surely do not are."""
    random, spared = Random(8), 0
    for case in range(60):
        environment = random_environment(random, case % 4)
        chain = Chain(environment.model)
        rewards, least = [], []
        for _ in range(2):
            pays = random.choice(([0, -1], [0, 1], [0, 0, 2, -1]))
            pairs = [(s, a) for s, row in enumerate(environment.model.rows) for a in row]
            rewards.append(tuple(RewardEntry(s, a, None, Fraction(random.choice(pays))) for s, a in pairs))
            least.append(Fraction(random.choice((0, 0, 1))))
        found = returns_of([chain], HALF, rewards)
        listed = {chain.behaviour(t)[1] for t in may_meet(found, 0, least)}
        every = list(kept(chain, bytearray([1]) * len(chain.state)))
        spared += len(every) - len(listed)
        for t in every:
            values = [
                policy_value(environment.model, t, spread_reward(environment.model, r), discount=HALF)
                for r in rewards
            ]
            if all(x >= c for x, c in zip(values, least, strict=True)):
                assert chain.behaviour(t)[1] in listed
    assert spared > 60


# -- bar and splits ----------------------------------------------------------------------------------------

BAR = BarWitness(HALF, reward(b0=-1, a1=2), Fraction(0), reward(b0=1, a1=-1))


def test_a_bar_by_hand() -> None:
    """bb alone is below, and ba > ab > aa above."""
    for asked in ("accept ab ba", "ba > ab > aa > bb"):
        check(claimed(asked, "consat"), "consat", BAR)
    refused(claimed("ab > ba", "consat"), "consat", BAR, "does not meet a constraint")
    refused(claimed("accept ab ba", "consat"), "consat", replace(BAR, bar=ONE), "every good policy above")
    refused(claimed("accept ab ba", "consat"), "consat", replace(BAR, discount=ONE), "between 0 and 1")


def test_one_reward_is_an_aim() -> None:
    """A Markov reward is an aim whose constraint all meet; a conflict of one reward says nothing of two."""
    one = RewardWitness(HALF, reward(a0=2, a1=1), ())
    check(claimed("aa > ab > ba > bb", "consat"), "consat", one)
    refused(claimed("ba > ab", "consat"), "consat", one, "does not show")
    (task,) = loads(f"{TURNS}task t in turns {{ accept ab ba }}").tasks
    no = specexpr.check(task, "mr")
    assert isinstance(no, Inexpressible)
    refused(claimed("accept ab ba", "consat"), "consat", no.certificate.proof, "proves nothing about")


WORST = (constraint(AA, STRICT, COIN), constraint(BB, STRICT, COIN))
BOTH = ((0, HALF), (1, HALF))
SPLITS = SplitsCertificate(
    HALF,
    WORST,
    (
        Cut(Side.ABOVE, BOTH),
        Cut(Side.BELOW, ((0, HALF),), ((0, BB, HALF),), ((0, COIN, HALF),)),
        Cut(Side.BELOW, BOTH),
    ),
    Fork(0, COIN, Leaf(0), Fork(0, BB, Leaf(1), Leaf(2))),
)
Third = Callable[[SplitsCertificate], SplitsCertificate]


def cut(number: int, **changes: Any) -> Third:
    def change(proof: SplitsCertificate) -> SplitsCertificate:
        cuts = list(proof.cuts)
        cuts[number] = replace(cuts[number], **changes)
        return replace(proof, cuts=tuple(cuts))

    return change


def test_splits_by_hand() -> None:
    """coin is the mean of aa and bb, so it is not worse than both, above the bar or below."""
    check(claimed("accept aa bb over coin", "consat"), "consat", SPLITS)
    check(claimed("aa > coin; bb > coin", "consat"), "consat", SPLITS)
    shorter = replace(SPLITS, tree=Fork(0, COIN, Leaf(0), Leaf(2)))
    check(claimed("aa > coin; bb > coin", "consat"), "consat", shorter)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: replace(p, discount=Fraction(1, 3)), "another discount"),
        (lambda p: replace(p, constraints=(*p.constraints, constraint(AA, STRICT, BB))), "not asked for"),
        (lambda p: replace(p, tree=Leaf(2)), "another side"),
        (lambda p: replace(p, tree=Leaf(None)), "no cut refutes it"),
        (lambda p: replace(p, tree=Leaf(3)), "no cut refutes it"),
        (lambda p: replace(p, tree=Fork(0, COIN, Leaf(2), Leaf(0))), "another side"),
        (lambda p: replace(p, tree=Fork(0, COIN, Leaf(0), Leaf(1))), "on another side than its case"),
        (lambda p: replace(p, tree=Fork(0, BB, Leaf(1), Leaf(2))), "another side"),
        (cut(0, weights=((0, HALF), (1, Fraction(1, 3)))), "do not add up"),
        (cut(0, weights=((0, HALF), (1, -HALF))), "wrong sign"),
        (cut(0, weights=((0, HALF), (1, HALF), (1, HALF))), "twice"),
        (cut(0, weights=((0, HALF), (2, HALF))), "does not have"),
        (cut(0, weights=()), "nothing in a cut is strict"),
        (cut(0, below=((0, COIN, HALF),)), "does not matter where the bar is"),
        (cut(1, above=((0, BB, -HALF),)), "not positive"),
        (cut(1, above=((0, AA, HALF),)), "do not add up"),
        (cut(1, below=()), "do not add up"),
    ],
)
def test_splits_that_are_refused(change: Third, said: str) -> None:
    """A case that is left, a cut on the wrong side, a sum that is off."""
    refused(claimed("aa > coin; bb > coin", "consat"), "consat", change(SPLITS), said)


def test_a_cut_of_weak_constraints_alone_is_none() -> None:
    """Where nothing is strict the sum may be 0; with a policy below the bar something is."""
    claim = claimed("aa >= coin; bb >= coin", "consat")
    weak = (constraint(AA, WEAK, COIN), constraint(BB, WEAK, COIN))
    proof = replace(SPLITS, constraints=weak, cuts=(Cut(Side.ABOVE, BOTH),), tree=Leaf(0))
    refused(claim, "consat", proof, "nothing in a cut is strict")
    one = Cut(Side.BELOW, ((0, HALF),), ((0, BB, HALF),), ((0, COIN, HALF),))
    refused(claim, "consat", replace(proof, cuts=(one,), tree=Leaf(0)), "another side")


def test_a_tie_counts_on_both_sides() -> None:
    """aa ~ coin puts the two on one side; with bb > coin the mean is off, above the bar and below."""
    asked = "aa ~ coin; bb > coin"
    constraints = (constraint(AA, TIE, COIN), constraint(BB, STRICT, COIN))
    cuts = (Cut(Side.ABOVE, BOTH), Cut(Side.BELOW, BOTH))
    proof = SplitsCertificate(HALF, constraints, cuts, Fork(0, AA, Leaf(0), Leaf(1)))
    check(claimed(asked, "consat"), "consat", proof)
    check(
        claimed(asked, "consat"),
        "consat",
        replace(proof, tree=Fork(0, AA, Leaf(0), Fork(0, COIN, Leaf(None), Leaf(1)))),
    )
