"""The least and the greatest of free rewards: against brute force on small figures, and on larger models."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random
from types import MappingProxyType

import pytest

from specexpr.certify.kinds.jensen import JensenCertificate
from specexpr.certify.kinds.rewards import RewardsWitness
from specexpr.certify.kinds.vertices import VerticesWitness
from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Constraint,
    Model,
    PolicyConstraint,
    Relation,
    Table,
)
from specexpr.certify.proofs import RewardWitness
from specexpr.expressivity.several import occupancies
from specexpr.expressivity.several.free_rewards import answer_free
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import GIVE_A_DISCOUNT, Expressible, Inexpressible, Undecided, Verdict
from specexpr.models.environment import Environment
from specexpr.testing.brute_force import comparisons
from specexpr.testing.linear_truth import Inequality, is_consistent
from specexpr.testing.several_truth import confirm_extreme, extreme_truth
from specexpr.testing.tasks import altered, make_question

ONE, HALF = Fraction(1), Fraction(1, 2)
BOTH = ("maxmin", "maxmax")


def simplex(actions: int) -> Environment:
    """Return one state with actions that stay there: occupancies are the laws of actions."""
    rows = (MappingProxyType(dict.fromkeys(range(actions), ((0, ONE),))),)
    return Environment("e", Model(("s",), tuple("abcd"[:actions]), ((0, ONE),), rows))


def law(*shares: int) -> Table:
    """Return the policy that mixes actions in these proportions."""
    total = sum(shares)
    return (tuple((a, Fraction(n, total)) for a, n in enumerate(shares) if n),)


def random_law(random: Random, actions: int) -> Table:
    shares = [random.randint(0, 3) for _ in range(actions)]
    return law(*shares) if any(shares) else law(1, *shares[1:])


def random_figure(random: Random, actions: int) -> Question:
    """Return preferences or a set of a few laws of actions: by distance from a point, or by chance."""
    tables = list(dict.fromkeys(random_law(random, actions) for _ in range(random.randint(3, 6))))
    centre, sign = Fraction(random.randint(0, 4), 4), random.choice((1, -1))
    rank = {t: sign * abs(dict(t[0]).get(0, Fraction(0)) - centre) for t in tables}
    if random.random() < 0.4:
        rank = {t: Fraction(random.randint(0, 3)) for t in tables}
    constraints: list[Constraint] = []
    for one, other in itertools.combinations(tables, 2):
        if random.random() < 0.6:
            better, worse = (one, other) if rank[one] >= rank[other] else (other, one)
            strict = random.choice((Relation.STRICT, Relation.STRICT, Relation.WEAK))
            tie = rank[one] == rank[other]
            constraints.append(PolicyConstraint(0, better, worse, Relation.TIE if tie else strict))
    good = tuple(t for t in tables if rank[t] >= random.choice(list(rank.values())))
    over = None if random.random() < 0.4 else tuple(tables)
    accept = AcceptableSet(0, good or (tables[0],), over, random.choice(list(Acceptance)))
    match random.randrange(3):
        case 0:
            return make_question((simplex(actions),), HALF, acceptable=[accept])
        case 1:
            return make_question((simplex(actions),), HALF, acceptable=[accept], constraints=constraints[:2])
        case _:
            tie = PolicyConstraint(0, tables[0], tables[0], Relation.TIE)
            return make_question((simplex(actions),), HALF, constraints=constraints or [tie])


def is_curved(question: Question, sign: int) -> bool:
    """Say whether a concave function on a segment (sign 1), or a convex one (-1), is as a question asks.

    It is concave iff its slopes between neighbours fall.
    """
    asked = [c for c in comparisons(question.claim()) if isinstance(c, PolicyConstraint)]
    place = {t: dict(t[0]).get(0, Fraction(0)) for c in asked for t in (c.better, c.worse)}
    rows = [Inequality(_gap(place[c.better], place[c.worse]), c.relation) for c in asked]
    for x, y, z in zip(*(sorted(set(place.values()))[k:] for k in range(3)), strict=False):
        bend = {x: -1 / (y - x), y: 1 / (y - x) + 1 / (z - y), z: -1 / (z - y)}
        rows.append(Inequality({k: sign * w for k, w in bend.items()}, Relation.WEAK))
    return is_consistent(rows)


def _gap(better: Fraction, worse: Fraction) -> dict[Fraction, Fraction]:
    return {better: ONE, worse: -ONE} if better != worse else {}


def test_segments_against_slopes() -> None:
    """On 350 tasks of laws of two actions verdicts are those of functions with falling or rising slopes."""
    random = Random(7)
    seen: Counter[tuple[str, type]] = Counter()
    for _ in range(350):
        question = random_figure(random, 2)
        for formalism, sign in (("maxmin", 1), ("maxmax", -1)):
            verdict = answer_free(question, formalism)
            assert isinstance(verdict, Expressible) is is_curved(question, sign)
            seen[formalism, type(verdict)] += 1
    assert min(seen[formalism, kind] for formalism in BOTH for kind in (Expressible, Inexpressible)) > 60


def test_triangles_against_all_circuits() -> None:
    """On laws of three actions verdicts, conflicts and sizes are those of all of Jensen's inequalities."""
    random = Random(8)
    seen: Counter[type] = Counter()
    for _ in range(40):
        question = random_figure(random, 3)
        for formalism in BOTH:
            verdict = answer_free(question, formalism)
            assert extreme_truth(formalism, question) in (None, isinstance(verdict, Expressible))
            assert confirm_extreme(formalism, question, verdict) is None
            seen[type(verdict)] += 1
    assert min(seen[Expressible], seen[Inexpressible]) > 10


def test_large_models_are_answered_as_small_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Points written in terms of independent ones, and visits that proofs carry, change no verdict."""
    random = Random(9)
    questions = [random_figure(random, 3) for _ in range(25)]
    before = [type(answer_free(q, f)) for q in questions for f in BOTH]
    monkeypatch.setattr(occupancies, "READABLE_STATES", 0)
    after = [answer_free(q, f) for q in questions for f in BOTH]
    assert [type(verdict) for verdict in after] == before
    proofs = [v.witness.proof for v in after if isinstance(v, Expressible)]
    assert any(isinstance(proof, RewardsWitness) and proof.numbers for proof in proofs)
    conflicts = [v.certificate.proof for v in after if isinstance(v, Inexpressible)]
    assert any(proof.numbers for proof in conflicts)


# -- sets among all deterministic policies -----------------------------------------------------------------


def ladder(states: int) -> Environment:
    """Return states that are visited one after the other, each with two actions that do the same."""
    rows = [MappingProxyType({a: ((min(s + 1, states - 1), ONE),) for a in (0, 1)}) for s in range(states)]
    names = tuple(f"s{s}" for s in range(states))
    return Environment("e", Model(names, ("a", "b"), ((0, ONE),), tuple(rows)))


def pure(actions: Sequence[int]) -> Table:
    return tuple(((a, ONE),) for a in actions)


def accepting(
    environment: Environment, good: Sequence[Table], acceptance: Acceptance = Acceptance.RANGE
) -> Question:
    accept = AcceptableSet(0, tuple(good), None, acceptance)
    return make_question((environment,), Fraction(9, 10), acceptable=[accept])


@pytest.mark.parametrize("acceptance", list(Acceptance))
def test_many_policies_are_not_gone_through(acceptance: Acceptance) -> None:
    """Of 2^30 deterministic policies two that differ everywhere are accepted: a theorem, or two rewards."""
    good = [pure([0] * 30), pure([1] * 30)]
    question = accepting(ladder(30), good, acceptance)
    started = time.monotonic()
    least, greatest = (answer_free(question, formalism) for formalism in BOTH)
    assert time.monotonic() - started < 20
    assert isinstance(least, Expressible)
    is_tied = acceptance is Acceptance.EQUAL
    assert least.witness.proof.most == 2**30 - 2 + is_tied
    assert least.size == (2, 2**30 - 2 + is_tied)
    assert isinstance(greatest, Expressible)
    assert isinstance(greatest.witness.proof, RewardsWitness)
    assert greatest.size == (2, 2)


def test_one_reward_of_a_greatest_serves_what_mixes_well() -> None:
    """Accepted are all policies that do the same in the first two of four states: two rewards for eight."""
    everyone = [pure(actions) for actions in itertools.product((0, 1), repeat=4)]
    verdict = answer_free(accepting(ladder(4), [t for t in everyone if t[0] == t[1]]), "maxmax")
    assert isinstance(verdict, Expressible)
    assert verdict.size == (2, 2)


def test_few_policies_are_written_out() -> None:
    """Of eight deterministic policies two are accepted by the least of few rewards, not by theorem."""
    verdict = answer_free(accepting(ladder(3), [pure([0, 0, 0]), pure([1, 1, 1])]), "maxmin")
    assert isinstance(verdict, Expressible)
    assert isinstance(verdict.witness.proof, RewardsWitness)
    assert verdict.size is not None
    assert verdict.size[1] <= 3


@pytest.mark.parametrize("formalism", BOTH)
def test_a_twin_that_is_left_out(formalism: str) -> None:
    """A policy that differs where it does not go is another policy, unless such count as one."""
    rows = (
        MappingProxyType({0: ((0, ONE),), 1: ((1, ONE),)}),
        MappingProxyType(dict.fromkeys((0, 1), ((1, ONE),))),
    )
    environment = Environment("e", Model(("s", "t"), ("a", "b"), ((0, ONE),), rows))
    question = accepting(environment, [pure([0, 0])])
    verdict = answer_free(question, formalism)
    assert isinstance(verdict, Inexpressible)
    proof = verdict.certificate.proof
    assert isinstance(proof, JensenCertificate)
    assert len(proof.terms) == 1
    assert not proof.mixtures
    merged = replace(question, options=replace(question.options, modulo_unreachable=True))
    assert isinstance(answer_free(merged, formalism), Expressible)


def test_too_many_policies_beside_constraints() -> None:
    """With a constraint beside the set 2^13 behaviours are too many; conflicts of constraints are found."""
    environment = ladder(13)
    good, half = pure([0] * 13), (((0, HALF), (1, HALF)),) * 13
    accept = AcceptableSet(0, (good, pure([1] * 13)), None, Acceptance.RANGE)
    for better, worse, kind in ((good, half, Undecided), (half, half, Inexpressible)):
        constraint = PolicyConstraint(0, better, worse, Relation.STRICT)
        question = make_question((environment,), HALF, acceptable=[accept], constraints=[constraint])
        verdict = answer_free(question, "maxmin")
        assert isinstance(verdict, kind)
        if isinstance(verdict, Undecided):
            assert verdict.reason.startswith("limit: more than 5000")


# -- open discounts, families, time ------------------------------------------------------------------------


def at_any_discount(question: Question) -> Question:
    options = replace(question.options, discount=None, any_discount=True)
    return replace(question, options=options)


def strictly(*pairs: tuple[Table, Table]) -> list[Constraint]:
    return [PolicyConstraint(0, better, worse, Relation.STRICT) for better, worse in pairs]


def test_an_open_discount() -> None:
    """What some of a few discounts allows is expressible there; what is alike at all contradicts at all."""
    ends = law(1, 0), law(0, 1)
    best = make_question((simplex(2),), HALF, constraints=strictly(*((law(1, 1), end) for end in ends)))
    verdict = answer_free(at_any_discount(best), "maxmin")
    assert isinstance(verdict, Expressible)
    assert verdict.witness.proof.discount == HALF
    assert answer_free(at_any_discount(best), "maxmax") == Undecided(GIVE_A_DISCOUNT)
    circle = altered(best, constraints=strictly(ends, ends[::-1]))
    refuted = answer_free(at_any_discount(circle), "maxmax")
    assert isinstance(refuted, Inexpressible)
    assert not refuted.certificate.proof.mixtures
    one = answer_free(at_any_discount(altered(best, constraints=strictly(ends))), "maxmax")
    assert isinstance(one, Expressible)
    assert isinstance(one.witness.proof, RewardWitness)
    everywhere = answer_free(at_any_discount(accepting(ladder(9), [pure([0] * 9), pure([1] * 9)])), "maxmin")
    assert isinstance(everywhere, Expressible)
    assert isinstance(everywhere.witness.proof, VerticesWitness)


def test_a_family_shares_its_rewards() -> None:
    """The middle is best in one environment and worst in its copy: neither least nor greatest does both."""
    here = simplex(2)
    there = replace(here, name="f")
    middle = [PolicyConstraint(0, law(1, 1), end, Relation.STRICT) for end in (law(1, 0), law(0, 1))]
    turned = [PolicyConstraint(1, end, law(1, 1), Relation.STRICT) for end in (law(1, 0), law(0, 1))]
    for formalism, some in (("maxmin", middle), ("maxmax", turned)):
        alone = make_question((here, there), HALF, constraints=some)
        assert isinstance(answer_free(alone, formalism), Expressible)
        both = make_question((here, there), HALF, constraints=[*middle, *turned])
        verdict = answer_free(both, formalism)
        assert isinstance(verdict, Inexpressible)
        assert len(verdict.certificate.proof.terms) == 2


def test_no_time_is_said() -> None:
    """A deadline that has passed ends in words, not in a verdict."""
    question = random_figure(Random(1), 3)
    late = replace(question, deadline=time.monotonic() - 1)
    assert answer_free(late, "maxmin") == Undecided("time: the limit passed before an answer was proved")


def said(verdict: Verdict) -> str:
    assert isinstance(verdict, Expressible | Inexpressible)
    proof = verdict.witness if isinstance(verdict, Expressible) else verdict.certificate
    return proof.explain()


@pytest.mark.parametrize(
    ("formalism", "words"),
    [
        ("maxmin", "The least of 2 Markov rewards counts, discount 1/2:"),
        ("maxmax", "So p0 is worth at most the mean of what p1 and p2 are worth"),
    ],
)
def test_what_is_said(formalism: str, words: str) -> None:
    """Rewards with the values of policies; or what a mixture visits, and what the task wants nevertheless."""
    pairs = [(law(1, 1), law(1, 0)), (law(1, 1), law(0, 1))]
    verdict = answer_free(make_question((simplex(2),), HALF, constraints=strictly(*pairs)), formalism)
    text = said(verdict)
    assert words in text
    assert ("A single reward does not do" in text) is isinstance(verdict, Expressible)
    assert ("Yet the task wants the contrary" in text) is isinstance(verdict, Inexpressible)
