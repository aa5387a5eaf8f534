"""Regions of free rewards: against plane geometry and every way to be inside; how few rewards do."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

import specexpr
from specexpr.certify.checking import check
from specexpr.certify.kinds.hull import HullCertificate
from specexpr.certify.kinds.region import RegionWitness
from specexpr.certify.kinds.vertices import VerticesWitness
from specexpr.certify.model import PolicyConstraint, Relation
from specexpr.comparison.asking import named_formalisms, plan
from specexpr.document import loads
from specexpr.expressivity.several import regions
from specexpr.expressivity.several.regions import answer_by_regions
from specexpr.expressivity.task import Options
from specexpr.expressivity.verdict import Expressible, Inexpressible, Undecided, Verdict
from specexpr.testing.questions import Kind, random_question
from specexpr.testing.region_truth import bar_truth, doubt_region, region_truth

DRAWN = 300
KINDS = [kind for kind in Kind if kind is not Kind.TRAJECTORIES]

Spot = tuple[int, int]
"""A point of the plane: how many twelfths of the time b and c are done, a otherwise."""


def decided(text: str, formalism: str = "feasible", **options: object) -> Verdict:
    (task,) = loads(text).tasks
    return specexpr.check(task, formalism, **options)  # type: ignore[arg-type]


# Policies of one state with three actions are points of a triangle, and so are their occupancies.


def turn(p: Spot, q: Spot, r: Spot) -> int:
    """Return a positive number iff r lies to the left of the way from p to q."""
    return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])


def is_between(p: Spot, q: Spot, r: Spot) -> bool:
    return turn(p, q, r) == 0 and all(min(x, y) <= z <= max(x, y) for x, y, z in zip(p, q, r, strict=True))


def is_in_hull(p: Spot, spots: Sequence[Spot]) -> bool:
    """Say whether a point is in some triangle of points (Caratheodory)."""
    for q, r, s in itertools.combinations_with_replacement(spots, 3):
        turns = turn(q, r, p), turn(r, s, p), turn(s, q, p)
        if turn(q, r, s) == 0:
            if is_between(q, r, p) or is_between(r, s, p) or is_between(q, s, p):
                return True
        elif min(turns) >= 0 or max(turns) <= 0:
            return True
    return False


def do_meet(some: Sequence[Spot], others: Sequence[Spot]) -> bool:
    """Say whether two convex hulls meet: in a corner of one of them, or where two edges cross."""
    if any(is_in_hull(p, others) for p in some) or any(is_in_hull(p, some) for p in others):
        return True
    for (p, q), (r, s) in itertools.product(
        itertools.combinations(some, 2), itertools.combinations(others, 2)
    ):
        if turn(p, q, r) * turn(p, q, s) < 0 and turn(r, s, p) * turn(r, s, q) < 0:
            return True
    return False


def partitions(some: Sequence[Spot], count: int) -> Iterator[list[list[Spot]]]:
    """Yield every way to give points one of so many colours."""
    for colours in itertools.product(range(count), repeat=len(some)):
        yield [[p for p, c in zip(some, colours, strict=True) if c == k] for k in range(count)]


def least_rewards(spots: Sequence[Spot], asked: Sequence[tuple[str, Spot, Spot]]) -> int | None:
    """Return how few half-planes do; None if no convex set does."""
    best = None
    for chosen in itertools.product((False, True), repeat=len(spots)):
        inside = [p for p, is_in in zip(spots, chosen, strict=True) if is_in]
        outside = [p for p, is_in in zip(spots, chosen, strict=True) if not is_in]
        holds = {">": lambda i, j: i > j, ">=": lambda i, j: i >= j, "~": lambda i, j: i == j}
        if not all(holds[r](i in inside, j in inside) for r, i, j in asked):
            continue
        if any(is_in_hull(p, inside) for p in outside):
            continue
        for count in range(1, max(len(outside), 1) + 1):
            if best is not None and count >= best:
                break
            groups = partitions(outside, count)
            if any(not any(do_meet(inside, group) for group in some if group) for some in groups):
                best = count
                break
    return best


def plane(spots: Sequence[Spot], asked: Sequence[tuple[str, Spot, Spot]]) -> str:
    lines = ["discount 2/3", "environment e { states s; actions a b c; start s; s / * -> s }"]
    for x, y in spots:
        shares = {"a": 12 - x - y, "b": x, "c": y}
        law = ", ".join(f"{action}: {Fraction(n, 12)}" for action, n in shares.items() if n)
        lines.append(f"policy p{x}_{y} in e {{ s -> {{ {law} }} }}")
    constraints = "; ".join(f"p{p[0]}_{p[1]} {r} p{q[0]}_{q[1]}" for r, p, q in asked)
    return "\n".join([*lines, f"task t in e {{ {constraints} }}"])


def test_plane_geometry() -> None:
    """On points of a triangle the verdict and the size are those of convex sets and half-planes.

    What is inside is decided with triangles (Caratheodory), what one line can part with crossing edges.
    """
    random, seen, exact = Random(3), Counter[int | None](), 0
    corners = [(0, 0), (12, 0), (0, 12), (6, 0), (0, 6), (6, 6), (4, 4), (3, 3), (3, 6), (6, 3), (8, 2)]
    for _ in range(DRAWN):
        spots = random.sample(corners, random.randint(4, 7))
        high = random.sample(spots, random.randint(1, len(spots) - 1))
        asked = []
        for p, q in itertools.permutations(spots, 2):
            if (p in high) > (q in high) and random.random() < 0.5:
                asked.append((random.choice((">", ">", ">=")), p, q))
            elif (p in high) == (q in high) and random.random() < 0.1:
                asked.append((random.choice((">=", "~")), p, q))
        if not asked:
            continue
        verdict = decided(plane(spots, asked))
        least = least_rewards(spots, asked)
        assert isinstance(verdict, Expressible) is (least is not None), plane(spots, asked)
        seen[least] += 1
        if isinstance(verdict, Expressible):
            assert verdict.size is not None
            assert least is not None
            lower, upper = verdict.size
            assert lower <= least <= upper
            exact += lower == least == upper
    assert min(seen[None], seen[1], seen[2]) > 15, seen
    assert exact > 0.95 * (seen.total() - seen[None])


@pytest.mark.parametrize("few", [0, 64])
def test_random_questions(monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    """Every kind of question is answered as all ways to be inside say, also where no set is small."""
    monkeypatch.setattr(regions, "_FEW", few)
    random, seen = Random(few), Counter[bool]()
    for case in range(DRAWN // 2):
        question = random_question(random, KINDS[case % len(KINDS)], size=case % 3)
        verdict = answer_by_regions(question)
        assert not isinstance(verdict, Undecided)
        assert isinstance(verdict, Expressible) is region_truth(question)
        assert doubt_region(question, verdict) is None
        seen[isinstance(verdict, Expressible)] += 1
    assert min(seen.values()) > DRAWN // 12


def test_an_accepted_set_of_consat_is_one_of_two_rewards() -> None:
    """A set is accepted under a bar iff two thresholds bound it (not equally accepted sets, which must tie).

    Let the accepted policies be above the bar, with those that the aim puts below them: the bar is one
    threshold and the aim the other. If some are below, J_1 alone parts them from the others, and one does.
    """
    random, seen = Random(5), Counter[bool]()
    for case in range(60):
        kind = (Kind.RANGE, Kind.LISTED, Kind.STOCHASTIC)[case % 3]
        question = random_question(random, kind, size=case % 3)
        (accept,) = question.task.acceptable
        if accept.acceptance != "range":
            continue
        verdict = answer_by_regions(question)
        does = isinstance(verdict, Expressible) and verdict.size is not None and verdict.size[1] <= 2
        true = bar_truth(question)
        if true is not None:
            assert does is true
            seen[does] += 1
    assert min(seen.values()) > 3


@pytest.mark.parametrize("many", [2, 3, 4, 5])
def test_so_many_rewards_are_needed(many: int) -> None:
    """Pure choices outside, the middles of each two inside: no two of the former miss one threshold."""
    actions = "abcde"[:many]
    pairs = list(itertools.combinations(actions, 2))
    lines = [
        "discount 1/2",
        f"environment e {{ states s; actions {' '.join(actions)}; start s; s / * -> s }}",
    ]
    lines += [f"policy only_{x} in e {{ s -> {x} }}" for x in actions]
    lines += [f"policy {x}{y} in e {{ s -> {{ {x}: 1/2, {y}: 1/2 }} }}" for x, y in pairs]
    names = " ".join(f"{x}{y}" for x, y in pairs)
    verdict = decided("\n".join([*lines, f"task t in e {{ accept {names} }}"]))
    assert isinstance(verdict, Expressible)
    assert verdict.size == (many, many)
    assert "rewards do not do" in verdict.witness.explain() or many == 2


ONE_WAY = "discount 1/2\nenvironment e { states s; actions a b; start s; s / * -> s }\n" + "".join(
    f"policy p{i} in e {{ s -> {{ a: {Fraction(i, 8)}, b: {Fraction(8 - i, 8)} }} }}\n" for i in range(1, 8)
)


def test_steps_follow_constraints_and_means_in_turn() -> None:
    """p1 and p3 are inside, so is p2 between, so is p6 that is at least as good, so is p5 between."""
    text = ONE_WAY + "task t in e { p1 > p7; p3 > p7; p6 >= p2; p1 > p5 }"
    verdict = decided(text)
    assert isinstance(verdict, Inexpressible)
    proof = verdict.certificate.proof
    assert isinstance(proof, HullCertificate)
    assert [step.by is None for step in proof.steps] == [False, False, True, False, True]
    assert proof.against.worse == proof.steps[-1].table
    assert isinstance(
        decided(text.replace("p1 > p5", "p1 > p4; p3 > p4").replace("p6 >= p2; ", "")), Expressible
    )


def test_weak_constraints_alone_ask_for_nothing() -> None:
    """Where nothing must be outside, everything may be inside."""
    verdict = decided(ONE_WAY + "task t in e { p1 >= p2; p2 ~ p3; p3 >= p1 }")
    assert isinstance(verdict, Expressible)
    assert verdict.size == (1, 1)
    assert verdict.witness.explain() == "Every policy is inside: nothing must be outside."


STEADY = """environment steady { states s0 s1; actions x y; start s0
  s0 / x -> s1; s0 / y -> s0; s1 / x -> s0; s1 / y -> s1 }
policy xx in steady { * -> x }
policy xy in steady { s0 -> x; s1 -> y }
policy yx in steady { s0 -> y; s1 -> x }
policy yy in steady { * -> y }
policy half in steady { s0 -> x; s1 -> { x: 1/2, y: 1/2 } }
"""


@pytest.mark.parametrize("discount", ["any", "1/3", "9/10"])
def test_policies_that_behave_alike(discount: str) -> None:
    """A set that leaves a twin out is refuted at every discount, unless twins count as one."""
    verdict = decided(STEADY + "task t in steady { accept yx }", discount=discount)
    assert isinstance(verdict, Inexpressible)
    assert "behave alike" in verdict.certificate.explain()
    text = STEADY + "task t in steady { accept yx; modulo unreachable }"
    assert isinstance(decided(text, discount=discount), Expressible)


def test_an_open_discount() -> None:
    """A witness brings its discount; a mean at one discount says nothing of the others."""
    yes = decided(STEADY + "task t in steady { half > xx; half > xy }", discount="any")
    assert isinstance(yes, Expressible)
    assert isinstance(yes.witness.proof, RegionWitness)
    assert not yes.witness.proof.overlaps
    no = decided(STEADY + "task t in steady { accept xx xy over half }", discount="any")
    assert isinstance(no, Undecided)
    assert no.reason.startswith("give a discount")
    at_one = decided(STEADY + "task t in steady { accept xx xy over half }", discount="1/2")
    assert isinstance(at_one, Inexpressible)
    assert "is inside with others" in at_one.certificate.words().summary


def chain(size: int) -> str:
    """Return a long corridor with a choice at the start: left ends at once, right goes on."""
    steps = "; ".join(f"s{i} / * -> s{i + 1}" for i in range(1, size - 1))
    return (
        f"discount 9/10\nenvironment corridor {{ states {' '.join(f's{i}' for i in range(size))}; "
        f"actions left right; start s0; s0 / left -> s{size - 1}; s0 / right -> s1; {steps}; "
        f"s{size - 1} / * -> s{size - 1} }}\n"
        "policy go in corridor { * -> right }\npolicy stay in corridor { s0 -> left; * -> right }\n"
        "policy coin in corridor { s0 -> { left: 1/2, right: 1/2 }; * -> right }\n"
        "policy third in corridor { s0 -> { left: 1/3, right: 2/3 }; * -> right }\n"
    )


@pytest.mark.parametrize(
    ("asked", "size"),
    [
        ("coin > go; coin > stay", (2, 2)),
        ("go > stay; coin > stay; third >= coin", (1, 1)),
        ("go > coin; stay ~ third; stay >= go", None),
        ("accept go; modulo unreachable", (1, 1)),
        ("accept go stay; coin ~ third; modulo unreachable", (1, 1)),
        ("accept go stay; go > coin; modulo unreachable", None),
    ],
)
def test_large_environments(asked: str, size: tuple[int, int] | None) -> None:
    """Beyond 60 states proofs carry visits; a set among 2^71 policies is kept apart by a few rewards."""
    verdict = decided(f"{chain(72)}task t in corridor {{ {asked} }}")
    if size is None:
        assert isinstance(verdict, Inexpressible)
        verdict.certificate.check()
        assert verdict.certificate.proof.numbers
    else:
        assert isinstance(verdict, Expressible)
        assert verdict.size == size
        verdict.witness.check()


def crossing(states: int) -> str:
    """Return states in a row with two actions each, and two policies that differ everywhere."""
    steps = "; ".join(f"s{i} / * -> s{(i + 1) % states}" for i in range(states))
    return (
        f"discount 1/2\nenvironment ring {{ states {' '.join(f's{i}' for i in range(states))}; actions a b; "
        f"start s0; {steps} }}\npolicy one in ring {{ * -> a }}\npolicy other in ring {{ * -> b }}\n"
        "task t in ring { accept one other }\n"
    )


@pytest.mark.parametrize("states", [4, 8, 14])
def test_sets_among_very_many(states: int) -> None:
    """Two policies that differ everywhere, among 2^n: two rewards, or where none is looked at about 2 n.

    Returns of both that agree, and of no other, give two. And a policy that is neither takes a in one state
    and b in the next one, somewhere round the ring, or the other way round.
    """
    verdict = decided(crossing(states))
    assert isinstance(verdict, Expressible)
    assert verdict.size is not None
    assert verdict.size[1] <= (2 if states <= 8 else 2 * states)
    verdict.witness.check()


def test_where_rewards_are_too_many_they_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    """Occupancies of deterministic policies are vertices, so that rewards need not be written out."""
    monkeypatch.setattr(regions, "_FEW", 0)
    monkeypatch.setattr(regions, "_MOST_REWARDS", 1)
    verdict = decided(crossing(3))
    assert isinstance(verdict, Expressible)
    assert verdict.witness.proof == VerticesWitness(6)
    more = decided(crossing(3).replace("accept one other", "accept one other; one > other"))
    assert isinstance(more, Inexpressible)
    named = "policy third in ring { s0 -> a; * -> b }\ntask t in ring { accept one other; one >= third"
    limit = decided(crossing(3).replace("task t in ring { accept one other", named))
    assert isinstance(limit, Undecided)
    assert limit.reason.startswith("limit: more than 1 rewards")


def test_equally_accepted_sets_are_as_accepted_ones() -> None:
    """Policies inside tie: `equally` asks for nothing more."""
    for how in ("accept", "accept equally"):
        verdict = decided(crossing(2).replace("accept", how))
        assert isinstance(verdict, Expressible)
        assert verdict.size == (2, 2)


def test_time_runs_out() -> None:
    """A deadline that has passed is said."""
    (task,) = loads(crossing(8)).tasks
    (asked,) = plan([task], named_formalisms(["feasible"])).inquiries
    late = answer_by_regions(replace(asked.question, deadline=time.monotonic()))
    assert late == Undecided("time: the limit passed before an answer was proved")


def test_families_share_their_rewards() -> None:
    """A mean may be of policies of several environments: a fair coin of nature is as good as one of ours."""
    text = """discount 1/2
    environment left { states s t u; actions a b; start s; s / * -> t; t / * -> t; u / * -> u }
    environment right { states s t u; actions a b; start s; s / * -> u; t / * -> t; u / * -> u }
    environment fair { states s t u; actions a b; start s
      s / * -> { t: 1/2, u: 1/2 }; t / * -> t; u / * -> u }
    family all { left, right, fair }
    policy a in all { * -> a }
    policy b in all { * -> b }
    """
    no = decided(text + "task t in all { in left { a > b } in right { a > b } in fair { b > a } }")
    assert isinstance(no, Inexpressible)
    assert "a in left and a in right" in no.certificate.explain()
    assert isinstance(
        decided(text + "task t in all { in left { a > b } in right { a > b } in fair { a > b } }"),
        Expressible,
    )


def test_relations_of_tables_are_kept() -> None:
    """The certificate names the constraint as the file has it, with its line."""
    verdict = decided(ONE_WAY + "task t in e {\n  p1 > p2\n  p3 > p2 }")
    assert isinstance(verdict, Inexpressible)
    proof = verdict.certificate.proof
    assert {c.line for c in (proof.against, *(s.by for s in proof.steps if s.by is not None))} == {11, 12}
    assert all(isinstance(s.by, PolicyConstraint | None) for s in proof.steps)
    assert proof.against.relation is Relation.STRICT
    check(verdict.certificate.question.claim(), "feasible", proof)
    assert Options().discount is None
