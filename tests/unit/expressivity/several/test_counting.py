"""Counts of thresholds: any function of the occupancy on finite tasks, and honest bounds on how many."""

from __future__ import annotations

import itertools
from collections import Counter
from fractions import Fraction
from random import Random

import pytest

import specexpr
from specexpr.certify.checking import check
from specexpr.certify.kinds.thresholds import Threshold, ThresholdsWitness
from specexpr.certify.model import PolicyConstraint, Relation, Setting
from specexpr.certify.proofs import Refused, RewardEntry
from specexpr.document import loads
from specexpr.expressivity.several import counting
from specexpr.expressivity.several.counting import answer_by_counting
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Expressible, Inexpressible, Undecided
from specexpr.testing.acyclic_truth import is_acyclic, occupancy_look
from specexpr.testing.brute_force import comparisons, policy_value
from specexpr.testing.confirmation import spread_reward
from specexpr.testing.questions import Kind, random_question

DRAWN = 320
SEGMENT = "discount 1/2\nenvironment e { states s; actions a b; start s; s / * -> s }\n" + "".join(
    f"policy p{i} in e {{ s -> {{ a: {Fraction(i, 4)}, b: {Fraction(4 - i, 4)} }} }}\n" for i in range(5)
)
KINDS = [kind for kind in Kind if kind is not Kind.TRAJECTORIES]


def verdict_on(text: str) -> Expressible:
    (task,) = loads(text).tasks
    verdict = specexpr.check(task, "maxsat")
    assert isinstance(verdict, Expressible)
    return verdict


def test_random_questions() -> None:
    """Yes iff values of occupancies do; the counts, computed anew, are as asked for every policy meant."""
    random, seen = Random(6), Counter[bool]()
    for case in range(DRAWN):
        question = random_question(random, KINDS[case % len(KINDS)], size=case % 3)
        verdict = answer_by_counting(question)
        assert not isinstance(verdict, Undecided)
        is_yes = isinstance(verdict, Expressible)
        assert is_yes == is_acyclic(question, occupancy_look)
        if isinstance(verdict, Expressible):
            assert_counted(question, verdict)
        seen[is_yes] += 1
    assert min(seen.values()) > DRAWN // 10


@pytest.mark.parametrize("many", [0, 1_000])
def test_random_sets_by_marks(monkeypatch: pytest.MonkeyPatch, many: int) -> None:
    """The same where no universe is looked at policy by policy, as if all were large."""
    monkeypatch.setattr(counting, "_FEW", 0)
    monkeypatch.setattr(counting, "_MANY", many)
    kinds = [Kind.RANGE, Kind.EQUAL, Kind.MODULO, Kind.STOCHASTIC, Kind.FAMILY_SETS, Kind.COMBINED]
    random, seen = Random(7), Counter[str]()
    for case in range(DRAWN // 2):
        question = random_question(random, kinds[case % len(kinds)], size=case % 3)
        verdict = answer_by_counting(question)
        seen[type(verdict).__name__] += 1
        if isinstance(verdict, Undecided):
            assert not many
            continue
        assert isinstance(verdict, Expressible) == is_acyclic(question, occupancy_look)
        if isinstance(verdict, Expressible):
            assert_counted(question, verdict)
    assert seen["Expressible"] > DRAWN // 8
    assert seen["Inexpressible"] > DRAWN // 40


def assert_counted(question: Question, verdict: Expressible) -> None:
    proof, claim = verdict.witness.proof, question.claim()
    assert isinstance(proof, ThresholdsWitness)
    assert verdict.size is not None
    assert 1 <= verdict.size[0] <= verdict.size[1] == len(proof.thresholds)
    known: dict[object, int] = {}

    def count(model: int, table: object) -> int:
        if (model, table) not in known:
            one = claim.models[model]
            returns = [
                policy_value(one, table, spread_reward(one, x.reward), discount=proof.discount)  # type: ignore[arg-type]
                for x in proof.thresholds
            ]
            known[model, table] = sum(
                value >= x.least for value, x in zip(returns, proof.thresholds, strict=True)
            )
        return known[model, table]

    for c in comparisons(claim):
        better, worse = count(c.model, c.better), count(c.model, c.worse)
        assert {">": better > worse, ">=": better >= worse, "~": better == worse}[c.relation]


def least_number(ranks: tuple[int, ...]) -> int:
    """Return how few half-lines of a segment count its points into an order, by trying all."""
    points = range(len(ranks))
    halves = [tuple(int(i >= c) for i in points) for c in points[1:]]
    halves += [tuple(1 - x for x in half) for half in halves]
    wanted = [(i, j) for i, j in itertools.combinations(points, 2)]
    for count in itertools.count(1):
        for some in itertools.combinations_with_replacement(halves, count):
            counts = [sum(column) for column in zip(*some, strict=True)]
            if all((counts[i] < counts[j]) == (ranks[i] < ranks[j]) for i, j in wanted) and all(
                (counts[i] > counts[j]) == (ranks[i] > ranks[j]) for i, j in wanted
            ):
                return count
    raise AssertionError


def test_how_many_on_a_segment() -> None:
    """For every order of four points the proved bounds enclose the least number; mostly it is reached."""
    reached = total = 0
    for ranks in itertools.product(range(4), repeat=4):
        if set(ranks) != set(range(len(set(ranks)))) or len(set(ranks)) == 1:
            continue
        order = sorted(range(4), key=lambda i: -ranks[i])
        signs = ["~" if ranks[i] == ranks[j] else ">" for i, j in itertools.pairwise(order)]
        chain = f"p{order[0]}" + "".join(f" {x} p{i}" for x, i in zip(signs, order[1:], strict=True))
        verdict = verdict_on(f"{SEGMENT}task t in e {{ {chain} }}\n")
        assert verdict.size is not None
        least = least_number(ranks)
        assert verdict.size[0] <= least <= verdict.size[1]
        reached += verdict.size[1] == least
        total += 1
    assert total == 74
    assert reached >= 70


def test_a_chain_needs_as_many_as_it_has_steps() -> None:
    """What one reward orders takes one threshold a step, and no fewer; the words say so."""
    verdict = verdict_on(SEGMENT + "task t in e { p0 > p1 > p2 > p3 > p4 }\n")
    assert verdict.size == (4, 4)
    assert "No fewer than 4 do" in verdict.witness.explain()


WIDE = (
    "discount 1/2\nenvironment e {{ states {states} end; actions a b; start s0\n{steps}\nend / * -> end }}\n"
)


def wide(length: int, task: str) -> str:
    """Return a corridor in which two actions lead on: 2 ^ length behaviours."""
    states = " ".join(f"s{i}" for i in range(length))
    steps = "\n".join(f"s{i} / * -> {f's{i + 1}' if i + 1 < length else 'end'}" for i in range(length))
    policies = "policy all in e { * -> a }\npolicy none in e { * -> b }\n"
    policies += "policy first in e { s0 -> a; * -> b }\n"
    policies += "policy coin in e { s0 -> { a: 1/2, b: 1/2 }; * -> b }\n"
    return WIDE.format(states=states, steps=steps) + policies + f"task t in e {{ {task} }}\n"


@pytest.mark.parametrize(
    "line", ["accept all none", "accept equally all none first", "accept all; first > none"]
)
def test_sets_among_very_many_policies(line: str) -> None:
    """A mark tells a good policy from 2^30 others: nothing is enumerated."""
    verdict = verdict_on(wide(30, f"{line}; modulo unreachable"))
    assert verdict.size is not None
    assert verdict.size[1] <= 4


def test_what_marks_do_not_tell_is_undecided_and_said() -> None:
    """A stochastic policy above 2^30 others lies in half-spaces only together with some of these."""
    (task,) = loads(wide(30, "accept all coin; modulo unreachable")).tasks
    verdict = specexpr.check(task, "maxsat")
    assert isinstance(verdict, Undecided)
    assert verdict.reason.startswith("limit: ")


@pytest.mark.parametrize("line", ["accept all coin", "accept coin; all > first"])
def test_few_policies_are_all_counted(line: str) -> None:
    """Among few behaviours stochastic good policies are told as any others."""
    verdict_on(wide(3, f"{line}; modulo unreachable"))


STEADY = """
discount 1/2
environment steady { states s0 s1; actions x y; start s0
  s0 / x -> s1; s0 / y -> s0; s1 / x -> s0; s1 / y -> s1 }
policy xx in steady { * -> x }
policy yx in steady { s0 -> y; s1 -> x }
policy yy in steady { * -> y }
"""


def test_policies_that_behave_alike() -> None:
    """They are counted alike: only that stands in the way."""
    (task,) = loads(STEADY + "task t in steady { yx > xx >= yy }\n").tasks
    verdict = specexpr.check(task, "maxsat")
    assert isinstance(verdict, Inexpressible)
    assert "number of thresholds" in verdict.certificate.explain()


def test_the_kernel_refuses_thresholds_that_do_not_do() -> None:
    """One that no policy meets, or every one; a way that is not asked for or does not go on; given ones."""
    (task,) = loads(STEADY + "task t in steady { xx > yx; yx >= yy }\n").tasks
    claim = Question(task=task, options=task.options).claim()
    half = Fraction(1, 2)
    step = (RewardEntry(0, 0, None, Fraction(1)),)
    good = ThresholdsWitness(half, (Threshold(step, Fraction(1)),))
    check(claim, "maxsat", good)
    xx, yx = claim.constraints[0].better, claim.constraints[0].worse
    bad = [
        ThresholdsWitness(half, ()),
        ThresholdsWitness(half, (Threshold(step, Fraction(2)),)),
        ThresholdsWitness(half, (Threshold(step, Fraction(0)),)),
        ThresholdsWitness(Fraction(1, 3), (Threshold(step, Fraction(1)),)),
        ThresholdsWitness(half, (Threshold((*step, *step), Fraction(1)),)),
        ThresholdsWitness(half, good.thresholds, (PolicyConstraint(0, yx, xx, Relation.STRICT),)),  # type: ignore[arg-type]
        ThresholdsWitness(half, good.thresholds, (claim.constraints[1],)),  # type: ignore[arg-type]
        ThresholdsWitness(half, good.thresholds, (claim.constraints[0], claim.constraints[0])),  # type: ignore[arg-type]
    ]
    for proof in bad:
        with pytest.raises(Refused):
            check(claim, "maxsat", proof)
    given = Question(task=task, options=task.options, setting=Setting(given=(object(),))).claim()  # type: ignore[arg-type]
    with pytest.raises(Refused, match="gives objectives"):
        check(given, "maxsat", good)
