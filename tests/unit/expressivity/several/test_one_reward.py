"""Lists of free rewards, the first before all others, order finitely many policies as one reward does."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest

import specexpr
from specexpr.certify.checking import check
from specexpr.certify.kinds.no_choice import NoChoice
from specexpr.certify.model import PolicyConstraint, Relation, Setting
from specexpr.certify.proofs import FarkasCertificate, Refused, RewardWitness
from specexpr.document import loads
from specexpr.expressivity.several.one_reward import answer_with_one_reward
from specexpr.expressivity.task import Options, Question
from specexpr.expressivity.verdict import Expressible, Inexpressible
from specexpr.given import measured
from specexpr.testing.brute_force import policy_value
from specexpr.testing.generators import random_environment, random_reward, random_tables
from specexpr.testing.tasks import make_question

DRAWN = 300

ROOMS = """
discount 1/2
environment e { states s; actions a b; start s; s / * -> s }
policy none in e { s -> a }
policy half in e { s -> { a: 1/2, b: 1/2 } }
policy all in e { s -> b }
objective up in e = reward { s / b: 1 }
objective down in e = reward { s / a: 1 }
"""


def by_list(random: Random, size: int) -> Question:
    """Return the order that a list of random rewards puts on a few policies."""
    environment = random_environment(random, size)
    model, discount = environment.model, Fraction(random.choice(("1/2", "9/10")))
    rewards = [random_reward(random, model) for _ in range(random.randint(1, 3))]
    if random.random() < 0.5:  # so that the first one ties
        rewards[0] = {step: x for step, x in rewards[0].items() if step[0] == 0}
    vectors = {
        table: tuple(policy_value(model, table, r, discount=discount) for r in rewards)
        for table in random_tables(random, model, random.randint(3, 6))
    }
    ranked = sorted(vectors, key=vectors.__getitem__, reverse=True)
    constraints = [
        PolicyConstraint(0, one, other, Relation.TIE if vectors[one] == vectors[other] else Relation.STRICT)
        for one, other in pairwise(ranked)
    ]
    return make_question((environment,), discount, constraints=constraints)


def test_what_a_list_orders_one_reward_orders() -> None:
    """Orders of random lists of up to three rewards, ties of the first one included, are all expressible."""
    random = Random(4)
    decisive = 0
    for case in range(DRAWN):
        question = by_list(random, case % 3)
        verdict = answer_with_one_reward(question, "lexmax")
        assert isinstance(verdict, Expressible)
        assert isinstance(verdict.witness.proof, RewardWitness)
        assert verdict.size == (1, 1)
        decisive += bool(question.task.constraints)
    assert decisive > DRAWN // 2


def test_a_conflict_says_why_no_list_helps() -> None:
    """The certificate is that of one reward; the words go on to lists."""
    (task,) = loads(ROOMS + "task t in e { half > none; half > all }\n").tasks
    verdict = specexpr.check(task, "lexmax")
    assert isinstance(verdict, Inexpressible)
    assert isinstance(verdict.certificate.proof, FarkasCertificate)
    assert "orders finitely many policies as one reward does" in verdict.certificate.explain()


def test_any_discount() -> None:
    """An open discount is asked for as for one reward."""
    text = ROOMS.replace("discount 1/2\n", "discount any\n").replace("reward {", "reward { discount 1/2;")
    (task,) = loads(text + "task t in e { half > none; half > all }\n").tasks
    assert isinstance(specexpr.check(task, "lexmax"), Inexpressible)
    assert isinstance(specexpr.check(task, "lexmax", discount="1/3"), Inexpressible)


@pytest.mark.parametrize("lines", ["all > half > none", "half > none; half > all"])
def test_free_rewards_prove_nothing_of_given_ones(lines: str) -> None:
    """A reward or a conflict is refused where the question gives objectives, a choice where it does not."""
    document = loads(ROOMS + f"task t in e {{ {lines} }}\n")
    (task,) = document.tasks
    free = specexpr.check(task, "lexmax")
    proof = free.witness.proof if isinstance(free, Expressible) else free.certificate.proof  # type: ignore[union-attr]
    given = (document.objective("up"), document.objective("down"))
    question = Question(task=task, options=Options(given=given))
    setting = Setting(given=measured(question))
    claim = Question(task=task, options=task.options, setting=setting).claim()
    with pytest.raises(Refused, match="gives objectives"):
        check(claim, "lexmax", proof)
    with pytest.raises(Refused, match="gives no objective"):
        check(Question(task=task, options=task.options).claim(), "lexmax", NoChoice(()))
