"""An aim subject to a constraint, both free rewards: against every split and two exact linear systems."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

import specexpr
from specexpr.certify.checking import check
from specexpr.certify.kinds.bar import BarWitness
from specexpr.certify.kinds.splits import SplitsCertificate
from specexpr.certify.model import Relation
from specexpr.certify.proofs import Refused, RewardWitness
from specexpr.certify.sides import Fork, Leaf, Side, Tree
from specexpr.comparison.asking import named_formalisms, plan
from specexpr.document import loads
from specexpr.expressivity.several import bars, splitting
from specexpr.expressivity.several.bars import answer_by_bar
from specexpr.expressivity.verdict import Expressible, Inexpressible, Undecided, Verdict
from specexpr.models.policy import Policy
from specexpr.testing.linear_truth import Inequality, is_consistent
from specexpr.testing.questions import Kind, random_question
from specexpr.testing.region_truth import bar_truth, doubt_bar

DRAWN = 300
KINDS = [kind for kind in Kind if kind is not Kind.TRAJECTORIES]
RELATIONS = {">": Relation.STRICT, ">=": Relation.WEAK, "~": Relation.TIE}


def decided(text: str, formalism: str = "consat", **options: object) -> Verdict:
    (task,) = loads(text).tasks
    return specexpr.check(task, formalism, **options)  # type: ignore[arg-type]


# Policies of one state with three actions: an occupancy is a law of actions, times 1 / (1 - g).

Law = tuple[int, int, int]


def lottery_text(laws: Sequence[Law], asked: Sequence[tuple[str, int, int]]) -> str:
    lines = ["discount 2/3", "environment e { states s; actions a b c; start s; s / * -> s }"]
    for i, law in enumerate(laws):
        shares = ", ".join(f"{a}: {Fraction(n, sum(law))}" for a, n in zip("abc", law, strict=True) if n)
        lines.append(f"policy p{i} in e {{ s -> {{ {shares} }} }}")
    constraints = "; ".join(f"p{i} {r} p{j}" for r, i, j in asked)
    return "\n".join([*lines, f"task t in e {{ {constraints} }}"])


def is_expressible(laws: Sequence[Law], asked: Sequence[tuple[str, int, int]]) -> bool:
    """Try every split and decide J_1 and J_2 on each, by the definition of the order."""
    mass = [[Fraction(n, sum(law)) for n in law] for law in laws]

    def gap(i: int, j: int) -> Mapping[int, Fraction]:
        return {k: x - y for k, (x, y) in enumerate(zip(mass[i], mass[j], strict=True))}

    def bar(i: int, sign: int) -> Mapping[int, Fraction]:
        return {**{k: sign * x for k, x in enumerate(mass[i])}, 3: Fraction(-sign)}

    for above in itertools.product((False, True), repeat=len(laws)):
        if any(above[i] < above[j] or (r == "~" and above[i] != above[j]) for r, i, j in asked):
            continue
        upper = [Inequality(dict(gap(i, j)), RELATIONS[r]) for r, i, j in asked if above[i] and above[j]]
        lower = [
            Inequality(dict(gap(i, j)), RELATIONS[r]) for r, i, j in asked if not above[i] and not above[j]
        ]
        for i, is_above in enumerate(above):
            relation = Relation.WEAK if is_above else Relation.STRICT
            lower.append(Inequality(dict(bar(i, 1 if is_above else -1)), relation))
        if is_consistent(upper) and is_consistent(lower):
            return True
    return False


def test_every_split_is_tried() -> None:
    """On random orders of random laws the verdict is that of all splits, each with two linear systems."""
    random, seen = Random(1), Counter[tuple[type, int]]()
    laws = [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (0, 1, 1), (1, 0, 1), (1, 1, 1), (2, 1, 1), (1, 2, 1)]
    for _ in range(DRAWN):
        some = random.sample(laws, random.randint(3, 6))
        ranks = [random.randint(0, 5) for _ in some]
        asked = []
        for i, j in itertools.permutations(range(len(some)), 2):
            if ranks[i] > ranks[j] and random.random() < 0.7:
                asked.append((random.choice((">", ">", ">=")), i, j))
            elif ranks[i] == ranks[j] and i < j:
                asked.append((random.choice(("~", ">=")), i, j))
        if not asked:
            continue
        verdict = decided(lottery_text(some, asked))
        assert not isinstance(verdict, Undecided)
        assert isinstance(verdict, Expressible) is is_expressible(some, asked), (some, asked)
        proof = (verdict.witness if isinstance(verdict, Expressible) else verdict.certificate).proof
        seen[type(proof), questions(proof.tree) if isinstance(proof, SplitsCertificate) else 0] += 1
    kinds = Counter(kind for kind, count in seen.elements())
    assert min(kinds[BarWitness], kinds[RewardWitness], kinds[SplitsCertificate]) > 25, kinds
    assert sum(n for (_, count), n in seen.items() if count > 1) > 20, seen


def questions(tree: Tree) -> int:
    return 1 + questions(tree.above) + questions(tree.below) if isinstance(tree, Fork) else 0


def test_random_questions() -> None:
    """Every kind of question is answered as the splits of its policies say, with proofs that hold."""
    random, seen = Random(9), Counter[bool]()
    for case in range(DRAWN // 2):
        question = random_question(random, KINDS[case % len(KINDS)], size=case % 3)
        verdict = answer_by_bar(question)
        assert not isinstance(verdict, Undecided)
        true = bar_truth(question)
        assert true is None or isinstance(verdict, Expressible) is true
        assert doubt_bar(question, verdict) is None
        seen[isinstance(verdict, Expressible)] += 1
    assert min(seen.values()) > DRAWN // 20


SEGMENT = "discount 1/2\nenvironment e { states s; actions a b; start s; s / * -> s }\n" + "".join(
    f"policy p{i} in e {{ s -> {{ a: {Fraction(i, 10)}, b: {Fraction(10 - i, 10)} }} }}\n"
    for i in range(1, 10)
)


def test_what_a_bar_can_do_on_a_segment() -> None:
    """Up to a bar and then any way: an order of a segment rises to the bar and then rises, falls or ties."""
    for order in itertools.permutations((1, 3, 5, 7)):
        best_first = list(order)
        verdict = decided(SEGMENT + f"task t in e {{ {' > '.join(f'p{i}' for i in best_first)} }}")
        worst_first = best_first[::-1]
        does = False
        for up in (sorted(order), sorted(order, reverse=True)):
            for n in range(len(up) + 1):
                does |= worst_first in (up[:n] + up[n:], up[:n] + up[n:][::-1])
        assert isinstance(verdict, Expressible) is does, order


def test_ties_at_the_bar_and_on_it() -> None:
    """Above the bar an aim of 0 ties all; below it J_1 orders, so that a tie there must be one of J_1."""
    assert isinstance(decided(SEGMENT + "task t in e { p5 > p1; p5 ~ p9 }"), Expressible)
    assert isinstance(decided(SEGMENT + "task t in e { p5 > p1; p9 > p1; p5 ~ p9; p1 ~ p2 }"), Inexpressible)
    assert isinstance(decided(SEGMENT + "task t in e { p5 > p1; p5 >= p9; p9 >= p5; p2 > p1 }"), Expressible)


def test_a_policy_that_just_reaches_the_bar_is_above() -> None:
    """The one policy whose J_1 is the bar may be the worst of those above, but is better than all below.

    So with the best J_1 as the bar only policies that attain it are above, and the order is that of J_1 with
    J_2 to break its ties: where no two policies attain it, it is a Markov reward's. (The remark in print on a
    bar of max J_1 leaves that out.)
    """
    text = (
        SEGMENT
        + "objective one in e = reward { discount 1/2; s / a: 1 }\n"
        + "objective other in e = reward { discount 1/2; s / b: 1 }\n"
        + "objective bar in e = consat { other subject to one >= 9/5 }\n"
        + "task t in e { order p1 p3 p5 p7 p9 by bar }\n"
    )
    found = decided(text, "mr")
    assert isinstance(found, Expressible)
    lower = text.replace(">= 9/5", ">= 7/5")
    assert isinstance(decided(lower, "mr"), Inexpressible)
    document = loads(lower.replace("by bar", "by one"))
    bar = document.objective("bar")
    formalism = named_formalisms(["consat"])[0]
    assert formalism.evaluate is not None
    policies = [Policy(document.policy(f"p{i}").table) for i in (1, 3, 5, 7, 9)]
    values = formalism.evaluate(bar.environment, bar.spec, policies)
    assert [value[0] for value in values if isinstance(value, tuple)] == [0, 0, 0, 1, 1]


@pytest.mark.parametrize(("order", "does"), [("p1 < p5 > p9", True), ("p1 > p5 < p9", False)])
def test_middles(order: str, does: bool) -> None:
    """A middle may be the best, not the worst: below and above the bar an order is linear."""
    first, one, second, other, third = order.split()
    lines = [
        f"{x} > {y}" if sign == ">" else f"{y} > {x}"
        for x, sign, y in ((first, one, second), (second, other, third))
    ]
    verdict = decided(SEGMENT + f"task t in e {{ {'; '.join(lines)} }}")
    assert isinstance(verdict, Expressible) is does


def test_cases_that_do_not_matter_are_not_asked() -> None:
    """Constraints on other policies add no question and no constraint to the certificate."""
    more = "p2 > p3; p4 > p3; p6 > p7; p8 > p7"
    verdict = decided(SEGMENT + f"task t in e {{ {more}; p1 > p5; p9 > p5 }}")
    assert isinstance(verdict, Inexpressible)
    proof = verdict.certificate.proof
    assert isinstance(proof, SplitsCertificate)
    assert len(proof.constraints) == 2
    assert questions(proof.tree) == 1
    assert {cut.side for cut in proof.cuts} == set(Side)


def test_every_answer_of_a_certificate_matters() -> None:
    """With any cut taken away, or two branches of a question made one, the kernel refuses."""
    text = SEGMENT + "task t in e { p3 > p1; p3 > p5; p7 > p5; p7 > p9 }"
    verdict = decided(text)
    assert isinstance(verdict, Inexpressible)
    proof = verdict.certificate.proof
    claim = verdict.certificate.question.claim()
    assert questions(proof.tree) == 2
    changed = list(smaller(proof.tree))
    for tree in changed:
        with pytest.raises(Refused):
            check(claim, "consat", replace(proof, tree=tree))
    assert len(changed) == 7


def smaller(tree: Tree) -> list[Tree]:
    """Return the trees with one question less, or one cut less."""
    if isinstance(tree, Leaf):
        return [] if tree.cut is None else [Leaf(None)]
    found: list[Tree] = [tree.above, tree.below]
    found += [replace(tree, above=x) for x in smaller(tree.above)]
    return found + [replace(tree, below=x) for x in smaller(tree.below)]


STEADY = """environment steady { states s0 s1; actions x y; start s0
  s0 / x -> s1; s0 / y -> s0; s1 / x -> s0; s1 / y -> s1 }
policy xx in steady { * -> x }
policy xy in steady { s0 -> x; s1 -> y }
policy yx in steady { s0 -> y; s1 -> x }
policy half in steady { s0 -> x; s1 -> { x: 1/2, y: 1/2 } }
"""


@pytest.mark.parametrize("discount", ["any", "1/3"])
def test_policies_that_behave_alike(discount: str) -> None:
    """A set that leaves a twin out is refuted at every discount, unless twins count as one."""
    verdict = decided(STEADY + "task t in steady { accept yx }", discount=discount)
    assert isinstance(verdict, Inexpressible)
    assert "behave alike" in verdict.certificate.words().summary
    assert "No reward can tell them apart" in verdict.certificate.explain()
    merged = STEADY + "task t in steady { accept yx; modulo unreachable }"
    assert isinstance(decided(merged, discount=discount), Expressible)


def test_an_open_discount() -> None:
    """A reward for any discount serves; so does a bar at one; refutations at one say nothing."""
    one = decided(STEADY + "task t in steady { xx > xy }", discount="any")
    assert isinstance(one, Expressible)
    assert isinstance(one.witness.proof, RewardWitness)
    bar = decided(STEADY + "task t in steady { half > xx; half > xy }", discount="any")
    assert isinstance(bar, Expressible)
    assert isinstance(bar.witness.proof, BarWitness)
    no = decided(STEADY + "task t in steady { xx > half; xy > half }", discount="any")
    assert isinstance(no, Undecided)
    assert no.reason.startswith("give a discount")


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many cases, and too many policies to value, are said."""
    text = SEGMENT + "task t in e { p3 > p1; p3 > p5; p7 > p5; p7 > p9 }"
    monkeypatch.setattr(splitting, "MOST_CASES", 3)
    few = decided(text)
    assert isinstance(few, Undecided)
    assert few.reason.startswith("limit: more than 3 cases of who is above the bar")
    (task,) = loads(text).tasks
    (asked,) = plan([task], named_formalisms(["consat"])).inquiries
    late = answer_by_bar(replace(asked.question, deadline=time.monotonic()))
    assert late == Undecided("time: the limit passed before an answer was proved")


def ring(states: int, accept: str) -> str:
    steps = "; ".join(f"s{i} / * -> s{(i + 1) % states}" for i in range(states))
    return (
        f"discount 1/2\nenvironment ring {{ states {' '.join(f's{i}' for i in range(states))}; actions a b; "
        f"start s0; {steps} }}\npolicy one in ring {{ * -> a }}\npolicy other in ring {{ * -> b }}\n"
        f"policy coin in ring {{ * -> {{ a: 1/2, b: 1/2 }} }}\ntask t in ring {{ {accept} }}\n"
    )


def test_sets_among_very_many() -> None:
    """Up to 5,000 deterministic policies all are valued; beyond, there is one reward, a no, or a limit."""
    for states in (6, 7):  # few enough to search, or a reward under which only the accepted ones agree
        some = decided(ring(states, "accept one other"))
        assert isinstance(some, Expressible)
        assert isinstance(some.witness.proof, BarWitness)
    many = decided(ring(16, "accept one"))
    assert isinstance(many, Expressible)
    assert isinstance(many.witness.proof, RewardWitness)
    limit = decided(ring(16, "accept one other"))
    assert isinstance(limit, Undecided)
    assert limit.reason == "limit: more than 5,000 deterministic policies would have to be valued"
    no = decided(ring(16, "accept one other; one > coin; other > coin"))
    assert isinstance(no, Inexpressible)


@pytest.mark.parametrize(
    ("asked", "does"),
    [("coin > go; coin > stay", True), ("go > coin; stay > coin", False), ("go > coin > stay", True)],
)
def test_large_environments(asked: str, does: bool) -> None:
    """Beyond 60 states proofs carry visits."""
    size = 72
    steps = "; ".join(f"s{i} / * -> s{i + 1}" for i in range(1, size - 1))
    text = (
        f"discount 9/10\nenvironment corridor {{ states {' '.join(f's{i}' for i in range(size))}; "
        f"actions left right; start s0; s0 / left -> s{size - 1}; s0 / right -> s1; {steps}; "
        f"s{size - 1} / * -> s{size - 1} }}\n"
        "policy go in corridor { * -> right }\npolicy stay in corridor { s0 -> left; * -> right }\n"
        "policy coin in corridor { s0 -> { left: 1/2, right: 1/2 }; * -> right }\n"
        f"task t in corridor {{ {asked} }}\n"
    )
    verdict = decided(text)
    assert isinstance(verdict, Expressible) is does
    proof = verdict.witness.proof if isinstance(verdict, Expressible) else verdict.certificate.proof  # type: ignore[union-attr] # decided
    assert isinstance(proof, RewardWitness) or proof.numbers


def test_policies_join_until_all_are_below(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sets among all deterministic policies come out the same whether one or many join at a time.

    And whether or not a reward is tried first under which only the accepted ones agree.
    """
    random = Random(2)
    for case in range(40):
        question = random_question(random, (Kind.RANGE, Kind.EQUAL)[case % 2], size=case % 3)
        found = []
        for joining, few in ((1, 64), (30, 64), (3, 0)):
            monkeypatch.setattr(bars, "_JOINING", joining)
            monkeypatch.setattr(bars, "_FEW", few)
            verdict = answer_by_bar(question)
            assert doubt_bar(question, verdict) is None
            found.append(type(verdict))
        assert len(set(found)) == 1
        assert found[0] is not Undecided
