"""The kinds of proof about functions of trajectories: what they accept is so, and only that."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import product
from random import Random

import pytest

from specexpr.certify.checking import Answer, check
from specexpr.certify.kinds import lotteries as kind_of_lotteries
from specexpr.certify.kinds.function import FunctionWitness
from specexpr.certify.kinds.lotteries import LotteriesCertificate, check_lotteries
from specexpr.certify.kinds.returns import ReturnsWitness, check_returns
from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    Label,
    Machine,
    Model,
    PolicyConstraint,
    Relation,
    Setting,
    Table,
    TrajectoryConstraint,
)
from specexpr.certify.observing import observations
from specexpr.certify.proofs import Refused, Term, TooLarge
from specexpr.testing.examples import MEMORY, SINGLE, corners, model, table
from specexpr.testing.generators import between, random_environment, random_table
from specexpr.testing.word_truth import lotteries

STRICT, WEAK, TIE = Relation.STRICT, Relation.WEAK, Relation.TIE
P = corners(MEMORY)
HALF = table(MEMORY, {"a": "1/2", "b": "1/2"}, "a", "a")


def refused(claim: Claim, formalism: str, proof: object) -> str:
    """Return why the kernel refuses a proof, or an empty text."""
    try:
        check(claim, formalism, proof)
    except Refused as refusal:
        return str(refusal)
    return ""


# Lotteries


def once_mixed(random: Random, m: Model) -> tuple[list[Table], list[Fraction]]:
    """Return policies and weights whose lotteries cancel if the first state is visited once, else perhaps."""
    one = random_table(random, m)
    other = (random_table(random, m)[0], *one[1:])
    share = Fraction(random.choice(("1/2", "1/3", "3/4")))
    law: dict[int, Fraction] = {}
    for row, weight in ((one[0], share), (other[0], 1 - share)):
        for a, p in row:
            law[a] = law.get(a, Fraction(0)) + weight * p
    return [one, other, (tuple(sorted(law.items())), *one[1:])], [share, 1 - share, Fraction(-1)]


def test_lotteries_cancel_iff_all_words_do() -> None:
    """The exact exploration agrees with brute force over words, for transitions and labels."""
    seen: Counter[bool] = Counter()
    for seed in range(300):
        random = Random(seed)
        environment = random_environment(random, random.randint(0, 5))
        m = environment.model
        setting = Setting(labels=(environment.labels,) if random.random() < 0.5 else None)
        tables, weights = once_mixed(random, m)
        if tables[0] == tables[1]:
            continue
        constraints = tuple(PolicyConstraint(0, t, tables[2], STRICT) for t in tables[:2])
        claim = Claim((m,), constraints, (), None, setting=setting)
        terms = tuple(
            Term(0, c.better, c.worse, STRICT, w) for c, w in zip(constraints, weights, strict=False)
        )
        known = lotteries(claim, [(0, t) for t in tables])
        words = {word for lottery in known for word in lottery}
        cancels = not any(
            sum(z * x.get(word, 0) for z, x in zip(weights, known, strict=True)) for word in words
        )
        assert (refused(claim, "ftr", LotteriesCertificate(terms)) == "") is cancels
        seen[cancels] += 1
    assert min(seen.values()) > 30


def mean_claim() -> tuple[Claim, LotteriesCertificate]:
    """Return that half is better than what it mixes, and why it cannot be."""
    asked = tuple(PolicyConstraint(0, HALF, P[name], STRICT) for name in ("aaa", "baa"))
    terms = tuple(Term(0, c.better, c.worse, STRICT, Fraction(1, 2)) for c in asked)
    return Claim((MEMORY,), asked, (), None), LotteriesCertificate(terms)


def test_a_mean_is_not_better_than_its_parts() -> None:
    """For every formalism that averages over trajectories, at any discount; not for others."""
    claim, proof = mean_claim()
    for formalism in ("ftr", "inmr", "imorl", "rm"):
        for discount in (None, Fraction(1, 2), Fraction(9, 10)):
            assert check(replace(claim, discount=discount), formalism, proof) is Answer.INEXPRESSIBLE
    assert "proves nothing" in refused(claim, "po", proof)
    for formalism in ("ftr", "inmr", "imorl", "ltl"):
        within = replace(claim, setting=Setting(horizon=3))
        assert "could be fixed" in refused(within, formalism, proof)
    few = replace(claim, setting=Setting(machine_states=2))
    assert check(few, "rm", proof) is Answer.INEXPRESSIBLE


@pytest.mark.parametrize("k", [0, 1])
def test_unequal_weights_do_not_cancel(k: int) -> None:
    """A weight that is off by little is refused."""
    claim, proof = mean_claim()
    terms = list(proof.terms)
    terms[k] = replace(terms[k], weight=terms[k].weight + Fraction(1, 10**40))
    assert "do not cancel" in refused(claim, "ftr", LotteriesCertificate(tuple(terms)))


def test_terms_must_be_asked_for() -> None:
    """A term that the task lacks, a sign, a repetition and a conflict without ">" are refused."""
    claim, proof = mean_claim()
    one, other = proof.terms
    assert "not asked" in refused(replace(claim, constraints=claim.constraints[:1]), "ftr", proof)
    turned = LotteriesCertificate((replace(one, weight=-one.weight), other))
    assert "wrong sign" in refused(claim, "ftr", turned)
    assert "alike" in refused(claim, "ftr", LotteriesCertificate((one, one)))
    assert "needs a term" in refused(claim, "ftr", LotteriesCertificate(()))


def test_sequences_cancel_by_what_is_observed_of_them() -> None:
    """Under labels two sequences may look alike; they are one then. In a family their next states count."""
    w, p = (0, 0), (0, 1)
    asked = (TrajectoryConstraint(0, (w, p), (p, w), STRICT),)
    terms = (Term(0, (w, p), (p, w), STRICT, Fraction(1), is_trajectory=True),)
    proof = LotteriesCertificate(terms)
    claim = Claim((SINGLE,), asked, (), None)
    assert "sequences" in refused(claim, "ftr", proof)
    assert not refused(replace(claim, setting=Setting(labels=((),))), "ftr", proof)
    working = Setting(labels=((Label("work", pairs=frozenset({w})),),))
    assert "sequences" in refused(replace(claim, setting=working), "ftr", proof)


def test_the_same_sequence_where_other_states_follow_is_another_one() -> None:
    """Rewards on next states may value it differently, so opposite orders in two environments may be met."""
    stays = model({"s": {"a": "s", "b": "s"}, "t": {"a": "t", "b": "t"}}, start="s")
    leaves = model({"s": {"a": "t", "b": "t"}, "t": {"a": "t", "b": "t"}}, start="s")
    one, other = ((0, 0),), ((0, 1),)
    terms = [
        Term(0, one, other, STRICT, Fraction(1), is_trajectory=True),
        Term(1, other, one, STRICT, Fraction(1), is_trajectory=True),
    ]
    asked = tuple(TrajectoryConstraint(t.model, t.better, t.worse, STRICT) for t in terms)  # type: ignore[arg-type] # sequences
    proof = LotteriesCertificate(tuple(terms))
    assert "sequences" in refused(Claim((stays, leaves), asked, (), None), "ftr", proof)
    assert not refused(Claim((stays, stays), asked, (), None), "ftr", proof)
    reward = {(0, 0, 0): Fraction(1), (0, 1, 1): Fraction(1)}  # means: 1 and 0, then 0 and 1
    assert [reward.get((0, a, t), 0) for t in (0, 1) for a in (0, 1)] == [1, 0, 0, 1]


def test_too_much_work_is_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past a number of combined entries the kernel gives up; it does not accept."""
    monkeypatch.setattr(kind_of_lotteries, "MOST_WORK", 3)
    claim, proof = mean_claim()
    with pytest.raises(TooLarge):
        check_lotteries(claim, "ftr", proof)


# Functions and returns


def same_twice(**more: object) -> Claim:
    """Return that the same action twice is better than different ones."""
    asked = (PolicyConstraint(0, P["aaa"], P["aba"], STRICT), PolicyConstraint(0, P["bba"], P["baa"], STRICT))
    return replace(Claim((MEMORY,), asked, (), None), **more)  # type: ignore[arg-type] # fields of a claim


SEEN = observations(same_twice())
AA, BB = (SEEN.of[0][0, 0, 1], SEEN.of[0][1, 0, 2]), (SEEN.of[0][0, 1, 1], SEEN.of[0][1, 1, 2])
SAME = ((AA, Fraction(1)), (BB, Fraction(1)))


def test_a_function_is_the_sum_over_beginnings() -> None:
    """Values of the two words serve; of one of them not; a word twice is refused."""
    assert check(same_twice(), "ftr", FunctionWitness(SAME)) is Answer.EXPRESSIBLE
    assert "does not meet" in refused(same_twice(), "ftr", FunctionWitness(SAME[:1]))
    assert "two values" in refused(same_twice(), "ftr", FunctionWitness((*SAME, SAME[0])))
    assert "proves nothing" in refused(same_twice(), "rm", FunctionWitness(SAME))


def test_sets_among_all_policies_are_checked() -> None:
    """Accepting the two is shown by the function that is 1 on them; accepting one of them is not."""
    for good, kind, reason in (
        (("aaa", "bba"), Acceptance.EQUAL, ""),
        (("aaa",), Acceptance.RANGE, "above every other"),
        (("aaa", "aba"), Acceptance.EQUAL, "one value"),
    ):
        accept = AcceptableSet(0, tuple(P[name] for name in good), None, kind)
        said = refused(Claim((MEMORY,), (), (accept,), None), "ftr", FunctionWitness(SAME))
        assert reason in said
        assert bool(reason) == bool(said)


def test_nothing_but_the_observation_may_be_fixed() -> None:
    """A question that fixes a memory or a horizon is not about functions of trajectories."""
    for setting in (Setting(horizon=1), Setting(machine=Machine(("u",), ((0,) * len(SEEN.known),)))):
        assert "no memory" in refused(same_twice(setting=setting), "ftr", FunctionWitness(SAME))


def coded(discount: str, *values: str) -> ReturnsWitness:
    """Return a reward that pays for a and b in the first state, and for a and b in the second."""
    order = (AA[0], BB[0], AA[1], BB[1])
    entries = tuple((o, Fraction(x)) for o, x in zip(order, values, strict=True) if x != "0")
    return ReturnsWitness(Fraction(discount), (entries,), SAME)


@pytest.mark.parametrize(
    ("witness", "reason"),
    [
        (coded("1/6", "1", "2", "3", "4"), ""),
        (coded("1/5", "1", "2", "3", "4"), "too large"),  # the reward that is 0 in w makes the range 4
        (coded("1/6", "1", "2", "3", "3"), "do not tell"),
        (coded("1/4", "1", "0", "0", "2"), "do not tell"),
        (coded("1/6", "1", "1", "3", "4"), "do not tell"),
        (coded("1/12", "10", "2", "3", "-1"), "too large"),
        (coded("1/13", "10", "2", "3", "-1"), ""),
        (replace(coded("1/6", "1", "2", "3", "4"), discount=Fraction(0)), "between 0 and 1"),
    ],
)
def test_returns_must_tell_words(witness: ReturnsWitness, reason: str) -> None:
    """The discount is bounded by the values; what the words observe pays like nothing else."""
    said = refused(same_twice(), "inmr", witness)
    assert reason in said
    assert bool(reason) == bool(said)


def test_the_number_of_rewards_is_the_formalism_s() -> None:
    """`inmr` has one reward, `imorl` one or more; a discount of the question binds."""
    one, none = coded("1/6", "1", "2", "3", "4"), ReturnsWitness(Fraction(1, 2), (), ())
    digits = tuple(((o, Fraction(1)),) for o in (AA[0], BB[0], AA[1], BB[1]))
    several = ReturnsWitness(Fraction(1, 3), digits, SAME)
    assert not refused(same_twice(), "imorl", one)
    assert not refused(same_twice(), "imorl", several)
    assert "as many" in refused(same_twice(), "inmr", several)
    assert "as many" in refused(same_twice(), "imorl", none)
    assert "not the question's" in refused(same_twice(discount=Fraction(1, 2)), "inmr", one)
    assert "too large" in refused(same_twice(), "imorl", replace(several, discount=Fraction(1, 2)))
    w, p = (0, 0), (0, 1)
    sequences = Claim((SINGLE,), (TrajectoryConstraint(0, (w,), (p,), STRICT),), (), None)
    assert "sequences" in refused(sequences, "inmr", ReturnsWitness(Fraction(1, 2), ((),), ()))


@pytest.mark.parametrize("seed", range(60))
def test_accepted_returns_tell_words_apart(seed: int) -> None:
    """Whatever the rewards and the discount: of two words of a length no returns are in both boxes."""
    random = Random(seed)
    m = random_environment(random, random.randint(0, 1)).model
    t = random_table(random, m)
    claim = Claim((m,), (PolicyConstraint(0, t, between(random, t, t), WEAK),), (), None)
    count = len(observations(claim).known)
    word = tuple(random.randrange(count) for _ in range(random.randint(1, 2)))
    rewards = tuple(
        tuple((o, Fraction(random.randint(-2, 3))) for o in range(count) if random.random() < 0.8)
        for _ in range(random.randint(1, 3))
    )
    g = Fraction(1, random.randint(2, 7))
    try:
        check_returns(claim, "imorl", ReturnsWitness(g, rewards, ((word, Fraction(1)),)))
    except Refused:
        return
    pays = [[dict(reward).get(o, Fraction(0)) for o in range(count)] for reward in rewards]

    def box(w: tuple[int, ...]) -> list[tuple[Fraction, Fraction]]:
        codes = [sum((g**k * pay[o] for k, o in enumerate(w)), Fraction(0)) for pay in pays]
        tail = g ** len(w) / (1 - g)
        return [(c + tail * min(pay), c + tail * max(pay)) for c, pay in zip(codes, pays, strict=True)]

    for other in product(range(count), repeat=len(word)):
        pairs = zip(box(word), box(other), strict=True)
        assert other == word or any(x[1] < y[0] or y[1] < x[0] for x, y in pairs)
