"""Monotone and concave functions of given values: against brute force on random vectors, and what is said."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random
from types import MappingProxyType
from typing import cast

import pytest

import specexpr
from specexpr.certify import measure
from specexpr.certify.kinds.aggregation import LevelsWitness, PiecesWitness
from specexpr.certify.kinds.jensen import JensenCertificate
from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Constraint,
    Model,
    PolicyConstraint,
    Relation,
    Shape,
    Table,
)
from specexpr.document import loads
from specexpr.expressivity.task import Objective, Question
from specexpr.expressivity.verdict import Expressible, Inexpressible, Undecided, Verdict
from specexpr.formalism import find_formalism, posed, settled
from specexpr.formalisms.reward import reward
from specexpr.models.environment import Environment
from specexpr.testing.brute_force import comparisons
from specexpr.testing.concave_truth import Asked, concave_exists
from specexpr.testing.tasks import make_question

ONE, HALF = Fraction(1), Fraction(1, 2)
Vector = tuple[int, ...]


def decided(question: Question, formalism: str) -> Verdict:
    """Return the verdict on a question that is not settled yet."""
    known = find_formalism(formalism)
    assert known is not None
    assert known.decide is not None
    return known.decide(settled(known, posed(known, question.task, question.options)))


def choice(vectors: Sequence[Vector]) -> tuple[Environment, tuple[Objective, ...], list[Table]]:
    """Return one state with an action for each vector, which given objectives are worth at it."""
    laws = MappingProxyType(dict.fromkeys(range(len(vectors)), ((0, ONE),)))
    model = Model(("s",), tuple(f"a{a}" for a in range(len(vectors))), ((0, ONE),), (laws,))
    environment = Environment("e", model)
    given = []
    for k in range(len(vectors[0])):
        pays = {(0, a, None): Fraction(v[k], 2) for a, v in enumerate(vectors)}
        given.append(Objective("abc"[k], environment, "mr", reward(HALF, dict(pays))))
    return environment, tuple(given), [(((a, ONE),),) for a in range(len(vectors))]


def random_question(random: Random, utility: Shape) -> tuple[Question, dict[Table, Vector]]:
    """Return preferences or a set of actions with random vectors, which may repeat."""
    width = random.choice((1, 2, 2, 3))
    vectors = [tuple(random.randint(0, 3) for _ in range(width)) for _ in range(random.randint(2, 6))]
    environment, given, tables = choice(vectors)
    rank = {t: random.randint(0, 3) for t in tables}
    if random.random() < 0.6:
        rank = {t: sum(v) + random.choice((0, 0, 1)) for t, v in zip(tables, vectors, strict=True)}
    constraints: list[Constraint] = []
    for one, other in itertools.combinations(tables, 2):
        if random.random() < 0.5:
            better, worse = (one, other) if rank[one] >= rank[other] else (other, one)
            relation = random.choice((Relation.STRICT, Relation.STRICT, Relation.WEAK))
            tie = rank[one] == rank[other]
            constraints.append(PolicyConstraint(0, better, worse, Relation.TIE if tie else relation))
    accept = []
    if random.random() < 0.4 or not constraints:
        good = tuple(t for t in tables if rank[t] >= random.choice(list(rank.values()))) or tables[:1]
        over = None if random.random() < 0.5 else tuple(tables)
        accept = [AcceptableSet(0, tuple(good), over, random.choice(list(Acceptance)))]
        constraints = constraints[: random.randint(0, 2)]
    question = make_question((environment,), HALF, constraints=constraints, acceptable=accept)
    options = replace(question.options, given=given, utility=utility)
    return replace(question, options=options), dict(zip(tables, vectors, strict=True))


def is_monotone(asked: Sequence[tuple[Relation, Vector, Vector]], utility: Shape) -> bool:
    """Say whether no strict step leads back, by all ways from vector to vector: Warshall's algorithm."""
    vectors = list(dict.fromkeys(v for _, *sides in asked for v in sides))
    down = {(u, v): False for u in vectors for v in vectors if all(x >= y for x, y in zip(u, v, strict=True))}
    down |= {pair: utility.is_strict for pair in down if pair[0] != pair[1]}
    for relation, u, v in asked:
        down[u, v] = down.get((u, v), False) or relation is Relation.STRICT
        if relation is Relation.TIE:
            down.setdefault((v, u), False)
    for w, u, v in itertools.product(vectors, repeat=3):
        if (u, w) in down and (w, v) in down:
            down[u, v] = down.get((u, v), False) or down[u, w] or down[w, v]
    return not any(down.get((v, v)) for v in vectors)


def asked_of(question: Question, vectors: dict[Table, Vector]) -> list[tuple[Relation, Vector, Vector]]:
    every = [c for c in comparisons(question.claim()) if isinstance(c, PolicyConstraint)]
    return [(c.relation, vectors[c.better], vectors[c.worse]) for c in every]


@pytest.mark.parametrize("utility", [Shape.INCREASING, Shape.NONDECREASING])
def test_monotone_functions_against_circles(utility: Shape) -> None:
    """On 200 random tasks for each shape the verdict is that no strict step is part of a circle."""
    random = Random(11)
    seen: Counter[type] = Counter()
    for _ in range(200):
        question, vectors = random_question(random, utility)
        verdict = decided(question, "monotone")
        assert isinstance(verdict, Expressible) is is_monotone(asked_of(question, vectors), utility)
        seen[type(verdict)] += 1
        if isinstance(verdict, Expressible):
            assert isinstance(verdict.witness.proof, LevelsWitness)
    assert min(seen[Expressible], seen[Inexpressible]) > 40


@pytest.mark.parametrize("utility", list(Shape))
def test_concave_functions_against_jensen(utility: Shape) -> None:
    """On 90 random tasks for each shape the verdict is that of the inequalities that concave functions keep.

    With a utility that must be concave a monotone function is one of these.
    """
    random = Random(12)
    seen: Counter[type] = Counter()
    for _ in range(90):
        question, vectors = random_question(random, utility)
        verdict = decided(question, "monotone" if utility.is_concave else "concave")
        rows = asked_of(question, vectors)
        asked: list[Asked] = [
            (r, {k: Fraction(x) for k, x in enumerate(u)}, {k: Fraction(x) for k, x in enumerate(v)})
            for r, u, v in rows
        ]
        rising = range(len(next(iter(vectors.values()))))
        true = concave_exists(asked, rising, is_strict=utility.is_strict)
        assert isinstance(verdict, Expressible) is true
        seen[type(verdict)] += 1
        if isinstance(verdict, Expressible):
            assert isinstance(verdict.witness.proof, PiecesWitness)
    assert min(seen[Expressible], seen[Inexpressible]) > 15


def test_concave_is_monotone() -> None:
    """Whatever a concave increasing function does a monotone one does; the least of all is concave."""
    random = Random(13)
    fewer = 0
    for _ in range(60):
        question, _ = random_question(random, Shape.NONDECREASING)
        kinds = [type(decided(question, formalism)) for formalism in ("maxmin", "concave", "monotone")]
        ranks = [kind is Expressible for kind in kinds]
        assert ranks == sorted(ranks)
        fewer += len(set(ranks)) > 1
    assert fewer > 10


def test_vectors_that_are_not_listed() -> None:
    """A set among all actions: others are worth as little as they may be, and join where that is too much."""
    vectors = [(2, 2), (0, 0), (1, 1), (2, 1), (0, 3)]
    environment, given, tables = choice(vectors)
    accept = AcceptableSet(0, (tables[0],), None, Acceptance.RANGE)
    question = make_question((environment,), HALF, acceptable=[accept])
    question = replace(question, options=replace(question.options, given=given))
    verdict = decided(question, "monotone")
    assert isinstance(verdict, Expressible)
    proof = verdict.witness.proof
    assert isinstance(proof, LevelsWitness)
    assert len(proof.levels) < len(vectors)
    worse = replace(accept, good=(tables[3],))
    refused = decided(replace(question, task=replace(question.task, acceptable=(worse,))), "monotone")
    assert isinstance(refused, Inexpressible)
    assert [t.worse for t in refused.certificate.proof.terms] == [tables[0]]


ROOMS = """
discount 1/2
environment rooms {
  states s0 s1; actions left right; start s0
  s0 / left -> s0; s0 / right -> s1; s1 / * -> s1
}
policy go in rooms { * -> right }
policy stay in rooms { * -> left }
policy coin in rooms { s0 -> { left: 1/2, right: 1/2 }; s1 -> right }
objective fast in rooms = reward { s0 / right: 2 }
objective calm in rooms = reward { s0 / left: 1 }
objective some in rooms = reward { s0 / *: 1 }
objective both in rooms = maxmin { fast, calm }
"""


def verdict_on(lines: str, formalism: str) -> Verdict:
    return specexpr.check(loads(f"{ROOMS}task t in rooms {{ {lines} }}\n").task("t"), formalism)


def said(lines: str, formalism: str) -> str:
    verdict = verdict_on(lines, formalism)
    assert isinstance(verdict, Expressible | Inexpressible)
    proof = verdict.witness if isinstance(verdict, Expressible) else verdict.certificate
    return proof.explain()


def test_what_is_said() -> None:
    """Tables, sums, circles and mixtures are told with the values of the policies."""
    assert "fast = 4/3, calm = 2/3: 0 (coin)" in said("go > coin; stay > coin; given fast, calm", "monotone")
    assert "  fast + 2 calm" in said("coin > go; coin > stay; given fast, calm", "concave")
    mixed = said("go > coin; stay > coin; given fast, calm", "concave")
    assert "mixing go (2/3) and stay (1/3) has fast = 4/3, calm = 2/3 on average" in mixed
    assert "So coin is worth at least that mixture of what go and stay are worth." in mixed
    circle = said("go > stay; given some", "monotone")
    assert "stay has some = 2; go has some = 1, no more of anything. So stay is worth more than go." in circle
    alike = said("accept go; given fast, calm", "monotone")
    assert "have the same values: fast = 2, calm = 0." in alike


def test_a_conflict_of_one_constraint_in_one_line() -> None:
    """It is a conflict where a dominance contradicts, and two policies with the same values otherwise."""
    for lines, words in (
        ("go > stay; given some", "conflict of 1 constraint"),
        ("accept go; given fast", "two"),
    ):
        verdict = verdict_on(lines, "concave")
        assert isinstance(verdict, Inexpressible)
        assert isinstance(verdict.certificate.proof, JensenCertificate)
        assert verdict.certificate.words().summary.startswith(words)


def test_what_cannot_be_valued(monkeypatch: pytest.MonkeyPatch) -> None:
    """A composite cannot be given; and chains may have too many nodes for the kernel."""
    with pytest.raises(specexpr.IllPosed, match="cannot be asked in monotone"):
        verdict_on("go > stay; given both", "monotone")
    monkeypatch.setattr(measure, "MOST_NODES", 1)
    verdict = verdict_on("go > stay; given fast", "monotone")
    assert isinstance(verdict, Undecided)
    assert verdict.reason.startswith("limit: ")


def test_a_family_shares_one_function() -> None:
    """The same values in another environment are worth the same."""
    text = """
    environment here { states s; actions a b; start s; s / * -> s }
    environment there { states s; actions a b; start s; s / * -> s }
    family f { here, there }
    policy p in f { * -> a }
    policy q in f { * -> b }
    objective up in here = reward { discount 1/2; s / a: 1 }
    objective up in there = reward { discount 1/2; s / b: 1 }
    objective down in here = reward { discount 1/2; s / b: 1 }
    objective down in there = reward { discount 1/2; s / a: 1 }
    task same in f { in here { p > q }; in there { q > p }; given up, down }
    task other in f { p > q; given up, down }
    """
    document = loads(text)
    assert isinstance(specexpr.check(document.task("same"), "monotone"), Expressible)
    verdict = specexpr.check(document.task("other"), "monotone")
    assert isinstance(verdict, Inexpressible)
    assert "have the same values" in verdict.certificate.explain()
    tables = {cast(Table, t.better) for t in verdict.certificate.proof.terms}
    assert len(tables) == 1
