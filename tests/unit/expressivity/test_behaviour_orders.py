"""Decisions of formalisms that see only which policies are equal, against brute force on what is hard.

Families whose members nearly agree, several sets at once, policies that behave alike, discounts left open.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from specexpr.certify.kinds.cycle import CycleCertificate
from specexpr.certify.kinds.separation import SeparationWitness
from specexpr.certify.kinds.value_table import TableWitness
from specexpr.certify.model import AcceptableSet, Acceptance, Model, PolicyConstraint, Relation, Table
from specexpr.expressivity import separating
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Expressible, Inexpressible, Verdict
from specexpr.formalism import find_formalism, posed, settled
from specexpr.models.environment import Environment
from specexpr.testing.acyclic_proofs import doubt_proof
from specexpr.testing.acyclic_truth import Look, is_acyclic, lottery_look, occupancy_look, table_look
from specexpr.testing.brute_force import deterministic_tables
from specexpr.testing.examples import ENTAILMENT
from specexpr.testing.generators import perturb_model, random_discount, random_model, random_tables
from specexpr.testing.tasks import make_question

LOOKS: dict[str, Look] = {
    "onmr": occupancy_look,
    "omorl": occupancy_look,
    "gomorl": occupancy_look,
    "omo": occupancy_look,
    "ftlr": lottery_look,
    "fpr": table_look,
}


def nearly(random: Random, model: Model) -> Model:
    """Return the same model, or one with another start, or with other rows."""
    match random.randrange(4):
        case 0:
            return model
        case 1:
            start = random_model(random, len(model.states), 2).start
            return Model(model.states, model.actions, start, model.rows)
        case _:
            return perturb_model(random, model)


def hard_question(random: Random) -> Question:
    """Return a question about one to three environments; its goods are often those of another set, too."""
    first = random_model(random, *random.choice(((1, 2), (2, 2), (2, 2), (3, 2), (2, 3))))
    models = [first, *(nearly(random, first) for _ in range(random.choice((0, 0, 1, 1, 2))))]
    pool: list[Table] = []
    sets = []
    for _ in range(random.choice((1, 1, 2, 2, 3))):
        k = random.randrange(len(models))
        everything = deterministic_tables(models[k])
        good = random.sample(everything, min(len(everything), random.randint(1, 4)))
        if pool and random.random() < 0.6:
            good = [t for t in random.sample(pool, min(len(pool), 2)) if t in everything] or good
        pool += good
        if random.random() < 0.3:
            good += random_tables(random, models[k], 2)
        over = None if random.random() < 0.7 else random_tables(random, models[k], 4)
        acceptance = random.choice(list(Acceptance))
        sets.append(AcceptableSet(k, tuple(dict.fromkeys(good)), over, acceptance))
    constraints: list[PolicyConstraint] = []
    for _ in range(random.choice((0, 0, 1, 2, 3))):
        k = random.randrange(len(models))
        better, *others = random_tables(random, models[k], 2)
        constraints += [PolicyConstraint(k, better, t, random.choice(list(Relation))) for t in others]
    environments = tuple(Environment(name, m) for name, m in zip("efg", models, strict=False))
    merged = random.random() < 0.5
    found = make_question(
        environments, random_discount(random), constraints=constraints, acceptable=sets, modulo=merged
    )
    if random.random() < 0.3:
        found = replace(found, options=replace(found.options, discount=None, any_discount=True))
    return found


def decided(question: Question, name: str) -> tuple[Question, Verdict]:
    """Return the question as a formalism is asked it, and its verdict."""
    formalism = find_formalism(name)
    assert formalism is not None
    assert formalism.decide is not None
    asked = settled(formalism, posed(formalism, question.task, question.options))
    return asked, formalism.decide(asked)


@pytest.mark.parametrize("is_marked", [False, True], ids=["few behaviours compared", "marks"])
def test_hard_questions_are_decided_rightly(is_marked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Verdicts and proofs agree with the definitions, whichever kind of separating reward is looked for."""
    if is_marked:
        monkeypatch.setattr(separating, "_FEW_BEHAVIOURS", -1)
    seen: Counter[object] = Counter()
    for seed in range(110):
        question = hard_question(Random(f"{is_marked}, {seed}"))
        names = ("onmr", "omorl", "fpr") if is_marked else tuple(LOOKS)
        for name in names if is_marked else (names[seed % len(names)], "fpr"):
            asked, verdict = decided(question, name)
            assert isinstance(verdict, Expressible | Inexpressible)
            assert isinstance(verdict, Expressible) == is_acyclic(asked, LOOKS[name]), seed
            assert doubt_proof(asked, verdict, LOOKS[name]) is None, seed
            proof = verdict.witness if isinstance(verdict, Expressible) else verdict.certificate
            assert proof.words().summary
            match proof.proof:
                case CycleCertificate(steps=steps):
                    seen["circle", len(steps) > 1] += 1
                case TableWitness(entries=entries):
                    seen["table", any(entry.is_class for entry in entries)] += 1
                case SeparationWitness(rewards=rewards, base=base):
                    seen["rewards", len(rewards) > 1, base is not None] += 1
    expected = {("circle", False), ("circle", True), ("table", False), ("table", True)}
    expected.add(("rewards", False, False))
    if is_marked:
        expected |= {("rewards", True, False), ("rewards", True, True)}
    assert {what for what, n in seen.items() if n > 3} >= expected, seen


def test_circles_are_short() -> None:
    """Of two circles the one with fewer constraints is told."""
    environment = Environment("e", ENTAILMENT)
    a, b, c, d = deterministic_tables(environment.model)
    ask = [PolicyConstraint(0, *pair, Relation.STRICT) for pair in ((a, b), (b, c), (c, d), (d, a), (c, b))]

    def circle(constraints: list[PolicyConstraint]) -> int:
        question = make_question((environment,), Fraction(1, 2), constraints=constraints)
        _, verdict = decided(question, "fpr")
        return len(verdict.certificate.proof.steps) if isinstance(verdict, Inexpressible) else 0

    assert [circle(ask), circle(ask[:4]), circle(ask[:3]), circle(ask[1:])] == [2, 4, 0, 2]
