"""Smallest repairs: against all subsets of small tasks, and where the search cannot know everything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from random import Random

import pytest

import specexpr as sx
from specexpr.certify.model import AcceptableSet, Acceptance, PolicyConstraint, Relation, Table
from specexpr.comparison import asking, repairs
from specexpr.comparison.asking import Answered, Inquiry, ask, named_formalisms, plan
from specexpr.comparison.repairs import Repairs, find_repairs, no_repairs, preferences, restricted
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Expressible, Inexpressible, Undecided, Verdict
from specexpr.formalism import find_formalism, settled
from specexpr.testing.acyclic_truth import is_acyclic, occupancy_look
from specexpr.testing.brute_force import markov_reward_truth
from specexpr.testing.generators import random_environment, random_tables
from specexpr.testing.tasks import make_question

Truth = Callable[[Question], bool]

TOGGLE = """
discount 1/2
environment toggle { states s0 s1; actions 0 1; start { s0: 1/2, s1: 1/2 }; * / 0 -> s0; * / 1 -> s1 }
policy p00 in toggle { * -> 0 }
policy p01 in toggle { s0 -> 0; s1 -> 1 }
policy p10 in toggle { s0 -> 1; s1 -> 0 }
policy p11 in toggle { * -> 1 }
policy w00 in toggle { s0 -> { 0: 9/10, 1: 1/10 }; s1 -> { 0: 9/10, 1: 1/10 } }
"""


def random_question(random: Random) -> Question:
    """Return a question of four to six preferences, sets among them, on few policies that are often alike."""
    tables: tuple[Table, ...] = ()
    while len(tables) < 3:
        environment = random_environment(random, random.choice([2, 3]))
        tables = random_tables(random, environment.model, random.choice([3, 4]))
    relations = [Relation.STRICT, Relation.STRICT, Relation.WEAK, Relation.TIE]
    constraints = [
        PolicyConstraint(0, *random.sample(tables, 2), random.choice(relations))
        for _ in range(random.randint(4, 6))
    ]
    sets = []
    if random.random() < 0.3:
        accepted, *others = random.sample(tables, 3)
        sets.append(AcceptableSet(0, (accepted,), tuple(others), random.choice(list(Acceptance))))
        constraints.pop()
    discount = Fraction(random.choice([1, 2]), 3)
    return make_question((environment,), discount, constraints=constraints, acceptable=sets)


def asked(question: Question, formalism: str) -> Answered:
    """Return the answer to a question in a formalism."""
    found = find_formalism(formalism)
    assert found is not None
    return ask(Inquiry(settled(found, question), found))


def brute_force(question: Question, can_express: Truth) -> list[tuple[int, ...]]:
    """Return all smallest sets of preferences without which a task can be expressed."""
    numbers = range(len(preferences(question.task)))
    for size in range(len(numbers) + 1):
        found = [
            some
            for some in combinations(numbers, size)
            if size == len(numbers)
            or can_express(replace(question, task=restricted(question.task, set(numbers) - set(some))))
        ]
        if found:
            return found
    raise AssertionError("dropping everything always mends")


def assert_proved(question: Question, found: Repairs) -> None:
    """Let the kernel check what every repair leaves, and every conflict, by themselves."""
    numbers = set(range(len(found.preferences)))
    for repair in found.smallest:
        if repair.verdict is None:
            assert set(repair.dropped) == numbers
        else:
            assert repair.verdict.witness.question.task == restricted(
                question.task, numbers - set(repair.dropped)
            )
            repair.verdict.witness.check()
    for conflict in found.conflicts:
        assert conflict.verdict.certificate.question.task == restricted(question.task, conflict.kept)
        conflict.verdict.certificate.check()
        assert all(set(conflict.kept) & set(repair.dropped) for repair in found.smallest)


@pytest.mark.parametrize(
    ("formalism", "truth", "wanted"),
    [
        ("mr", markov_reward_truth, 50),
        ("onmr", lambda question: is_acyclic(question, occupancy_look), 30),
        ("feasible", None, 15),
        ("rrl", None, 15),
        ("maxmin", None, 10),
        ("rm", None, 8),
    ],
)
def test_all_subsets(formalism: str, truth: Truth | None, wanted: int) -> None:
    """Trying all subsets finds the same repairs.

    By a truth that shares nothing with the decision; where there is none, by the decision itself.
    """

    def decision(question: Question) -> bool:
        return isinstance(asked(question, formalism).verdict, Expressible)

    random = Random(formalism)
    seen = 0
    sizes = set()
    while seen < wanted:
        question = random_question(random)
        answered = asked(question, formalism)
        if not isinstance(answered.verdict, Inexpressible):
            continue
        seen += 1
        found = find_repairs(answered)
        assert found.limit is None
        assert found.is_least
        assert [one.dropped for one in found.smallest] == brute_force(question, truth or decision)
        assert_proved(answered.question, found)
        sizes.add(found.size)
    assert sizes >= {1, 2}


def answer(text: str, formalism: str = "mr") -> Answered:
    """Return the answer to the only task of a document."""
    (inquiry,) = plan(sx.loads(text).tasks, named_formalisms([formalism])).inquiries
    return ask(inquiry)


def dropped(found: Repairs) -> list[tuple[int, ...]]:
    return [one.dropped for one in found.smallest]


def test_chain() -> None:
    """The links of a chain on one line are preferences of their own: which of them clash is found."""
    found = find_repairs(answer(TOGGLE + "task t in toggle { p01 > p11 > p10 > p00 }"))
    assert [one.dropped for one in found.smallest] == brute_force(
        answer(TOGGLE + "task t in toggle { p01 > p11 > p10 > p00 }").question, markov_reward_truth
    )
    assert found.at_least == 1


def test_same_preference_twice() -> None:
    """What is asked on two lines has to be dropped from both."""
    text = """task t in toggle {
      p00 ~ p01
      p00 ~ p10
      p11 > p00
      p11 > p00
    }"""
    found = find_repairs(answer(TOGGLE + text))
    assert all(not {2, 3} & set(one.dropped) or {2, 3} <= set(one.dropped) for one in found.smallest)
    assert dropped(found) == [(0,), (1,)]


def test_accept_line_alone() -> None:
    """A task of one line is mended by dropping it, with nothing left to be proved."""
    found = find_repairs(answer(TOGGLE + "task t in toggle { accept p01 p10 }"))
    assert dropped(found) == [(0,)]
    assert found.smallest[0].verdict is None
    assert (found.at_least, found.limit) == (1, None)


def test_trajectories_and_families() -> None:
    """Sequences, and constraints of several environments, are preferences like others."""
    text = """
    environment desk { states s; actions w p; start s; s / * -> s }
    task t in desk { discount 1/2
      trajectories (s p s w s w) > (s p s p s w) > (s w s w s w) > (s p s p s p) }
    """
    found = find_repairs(answer(text))
    assert dropped(found) == [(1,)]
    text = """
    environment here { states s t; actions a b; start s; s / * -> t; t / * -> t }
    environment there { states s t; actions a b; start s; s / * -> t; t / * -> t }
    family both { here, there }
    policy a in both { * -> a }
    policy b in both { * -> b }
    task t in both { discount 1/2; in here { a > b }  in there { b > a } }
    """
    assert dropped(find_repairs(answer(text))) == [(0,), (1,)]


def test_only_what_is_inexpressible() -> None:
    """There is nothing to mend in what is expressible."""
    with pytest.raises(ValueError, match="only a task that is inexpressible has repairs"):
        find_repairs(answer(TOGGLE + "task t in toggle { p01 > p11 }"))


HARD = TOGGLE + "task t in toggle { p01 > p11; p10 > p00; p00 ~ p11; w00 > p00; p01 >= p10 }"


def test_out_of_time() -> None:
    """Without time something is known all the same: something has to go."""
    answered = answer(HARD)
    found = find_repairs(answered, timeout=1e-9)
    assert found.limit is not None
    assert found.limit.startswith("time: ")
    assert (found.at_least, found.smallest, found.size, found.is_least) == (1, (), None, False)
    assert [one.kept for one in found.conflicts] == [(0, 1, 2, 3, 4)]
    assert found == no_repairs(answered, found.limit)


def forgetful(monkeypatch: pytest.MonkeyPatch, sizes: set[int]) -> None:
    """Let no decision be made on so many preferences."""
    decide = asking.ask

    def ask(inquiry: Inquiry, *, timeout: float | None = None) -> Answered:
        found = decide(inquiry, timeout=timeout)
        many = len(preferences(inquiry.question.task))
        verdict: Verdict = Undecided("limit: too many") if many in sizes else found.verdict
        return replace(found, verdict=verdict)

    monkeypatch.setattr(repairs, "ask", ask)


def test_undecided_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where what is left cannot be decided, larger repairs are found and nothing is said to be least."""
    answered = answer(HARD)
    exact = find_repairs(answered)
    assert exact.size is not None
    left = len(exact.preferences) - exact.size
    forgetful(monkeypatch, {left})
    found = find_repairs(answered)
    assert found.size == exact.size + 1
    assert not found.is_least
    assert found.at_least <= exact.size
    assert found.limit == "limit: too many"
    assert set(dropped(exact)) <= set(found.unsettled)
    assert_proved(answered.question, found)


def test_nothing_can_be_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the worst case nothing is known but that the whole task is inexpressible."""
    answered = answer(HARD)
    forgetful(monkeypatch, {1, 2, 3, 4})
    found = find_repairs(answered)
    assert dropped(found) == [(0, 1, 2, 3, 4)]
    assert found.at_least == 1
    assert found.limit == "limit: too many"


def test_many_repairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of very many repairs only some are listed, and it is said so."""
    answered = answer(TOGGLE + "task t in toggle { p01 > p11 > p10 > p00 }")
    exact = find_repairs(answered)
    assert len(exact.smallest) > 1
    monkeypatch.setattr(repairs, "MOST", len(exact.smallest) - 1)
    found = find_repairs(answered)
    assert set(dropped(found)) < set(dropped(exact))
    assert found.limit == f"limit: only the first {len(exact.smallest) - 1} are listed"
    assert found.is_least
