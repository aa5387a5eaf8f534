"""What functions of trajectories express: derived cases, brute force, and large questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, permutations
from random import Random
from time import monotonic

import pytest

from specexpr.certify.checking import Answer, check
from specexpr.certify.kinds.function import FunctionWitness
from specexpr.certify.kinds.lotteries import LotteriesCertificate
from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Claim,
    Constraint,
    Distribution,
    Model,
    PolicyConstraint,
    Relation,
    Setting,
    Table,
    TrajectoryConstraint,
)
from specexpr.certify.proofs import Refused, RewardWitness
from specexpr.expressivity import trajectory_functions
from specexpr.expressivity.contenders import contenders
from specexpr.expressivity.task import Question
from specexpr.expressivity.trajectory_functions import coded, decide_lotteries, markov_reward
from specexpr.expressivity.trajectory_text import speaking
from specexpr.expressivity.verdict import Undecided
from specexpr.models.environment import Environment
from specexpr.models.policy import deterministic
from specexpr.solve import rows
from specexpr.testing.brute_force import deterministic_tables, is_alike
from specexpr.testing.examples import CHOOSER, ENTAILMENT, MEMORY, SINGLE, STEADY, corners, model, table
from specexpr.testing.generators import SIZES, random_environment
from specexpr.testing.linear_truth import Inequality, is_consistent
from specexpr.testing.questions import Kind, random_question
from specexpr.testing.tasks import make_question
from specexpr.testing.word_truth import lotteries, trajectory_function_truth

STRICT, WEAK, TIE = Relation.STRICT, Relation.WEAK, Relation.TIE
RANGE, EQUAL = Acceptance.RANGE, Acceptance.EQUAL

LEAVING = model({"s": {"a": "s", "b": "w"}, "w": {"a": "w"}}, start="s")
THREE = model({"s": {"a": "w", "b": "w", "c": "w"}, "w": {"a": "w"}}, start="s")


def chained(*tables: Table) -> tuple[Constraint, ...]:
    """Return that each policy is better than the next."""
    return tuple(PolicyConstraint(0, better, worse, STRICT) for better, worse in pairwise(tables))


def expressible(
    models: Model | tuple[Model, ...], *asked: Constraint | AcceptableSet, merged: bool = False
) -> bool:
    """Say whether a function of trajectories meets what is asked; the kernel accepts the proof.

    What the function does the returns of one reward, and of several, do as well.
    """
    claim = Claim(
        models if isinstance(models, tuple) else (models,),
        tuple(x for x in asked if not isinstance(x, AcceptableSet)),
        tuple(x for x in asked if isinstance(x, AcceptableSet)),
        None,
        modulo_unreachable=merged,
    )
    proof = decide_lotteries(claim)
    assert not isinstance(proof, Undecided), proof
    if isinstance(proof, FunctionWitness) and not proof.sequences:
        check(claim, "inmr", coded(proof, is_one_reward=True))
        check(claim, "imorl", coded(proof, is_one_reward=False))
    return check(claim, "ftr", proof) is Answer.EXPRESSIBLE


def coins(m: Model, *chances: str) -> list[Table]:
    """Return the policies that take the first action of the first state with these chances."""
    rest = tuple(((min(row), Fraction(1)),) for row in m.rows[1:])
    found = []
    for chance in map(Fraction, chances):
        law: Distribution = tuple((a, p) for a, p in ((0, chance), (1, 1 - chance)) if p)
        found.append((law, *rest))
    return found


# Derived cases


def test_one_state_with_two_loops() -> None:
    """Every order of policies that act again and again can be had, ties included."""
    sure, never, half = coins(SINGLE, "1", "0", "1/2")
    assert expressible(SINGLE, *chained(never, sure, half))
    p = coins(SINGLE, "1/2", "1/3", "1/5")
    assert expressible(SINGLE, PolicyConstraint(0, p[0], p[1], TIE), PolicyConstraint(0, p[2], p[0], STRICT))
    p = coins(SINGLE, "1/2", "1/3", "1", "0")
    asked = ((0, 1, STRICT), (2, 0, TIE), (3, 1, TIE))
    assert expressible(SINGLE, *(PolicyConstraint(0, p[i], p[j], relation) for i, j, relation in asked))


def test_a_loop_that_is_left() -> None:
    """Of three chances to stay the middle one can be best."""
    low, middle, high = coins(LEAVING, "1/10", "1/5", "3/10")
    assert expressible(LEAVING, *(PolicyConstraint(0, middle, other, STRICT) for other in (low, high)))


def test_three_mixtures_of_three_actions() -> None:
    """(.8, .1, .1) and its rotations can be ordered in all ways."""
    weights = ("8/10", "1/10", "1/10")
    policies = [table(THREE, dict(zip("abc", weights[k:] + weights[:k], strict=True)), "a") for k in range(3)]
    assert all(expressible(THREE, *chained(*order)) for order in permutations(policies))


def test_one_choice_is_not_better_mixed() -> None:
    """0 < 1/2 > 1 is impossible where the choice is made once, 0 < 1/2 < 1 and a tie of all are not."""
    once = model({"s": {"a": "w", "b": "w"}, "w": {"a": "w"}}, start="s")
    sure, half, never = coins(once, "1", "1/2", "0")
    asked = [PolicyConstraint(0, half, other, STRICT) for other in (sure, never)]
    assert not expressible(once, *asked)
    assert expressible(once, asked[0])
    assert expressible(once, *chained(sure, half, never))
    assert expressible(once, *(PolicyConstraint(0, half, other, TIE) for other in (sure, never)))
    assert not expressible(once, asked[0], PolicyConstraint(0, sure, never, TIE))


def test_all_orders_of_four_deterministic_policies() -> None:
    """In "entailment", "memory" and the two-state environment all 24; from one state of the latter none."""
    for m in (ENTAILMENT, MEMORY, CHOOSER):
        assert all(expressible(m, *chained(*order)) for order in permutations(corners(m).values()))
    start = Model(CHOOSER.states, CHOOSER.actions, ((0, Fraction(1)),), CHOOSER.rows)
    assert not any(expressible(start, *chained(*order)) for order in permutations(corners(start).values()))


def test_acceptable_sets_of_the_small_environments() -> None:
    """What is not Markov for want of memory is accepted; what splits policies that behave alike is not."""
    p = corners(ENTAILMENT)
    for good in (("ab", "ba"), ("aa", "bb")):
        for kind in Acceptance:
            assert expressible(ENTAILMENT, AcceptableSet(0, tuple(p[x] for x in good), None, kind))
    p = corners(STEADY)
    for name in ("yx", "yy"):
        accept = AcceptableSet(0, (p[name],), None, RANGE)
        assert not expressible(STEADY, accept)
        assert expressible(STEADY, accept, merged=True)
    half = table(MEMORY, {"a": "1/2", "b": "1/2"}, "a", "a")
    assert not expressible(MEMORY, AcceptableSet(0, (half,), None, RANGE))
    assert expressible(MEMORY, AcceptableSet(0, (half,), (corners(MEMORY)["aaa"],), RANGE))


def test_modal_families() -> None:
    """Opposite orders in environments that look alike where anyone goes are impossible, each alone is not."""
    choice = {"a": "w", "b": "w"}
    one = model({"s": choice, "w": {"a": "w"}, "x": {"a": "s"}}, start="s", actions="a b")
    two = model({"s": choice, "w": {"a": "w"}, "x": {"a": "x"}}, start="s", actions="a b")
    a, b = table(one, "a", "a", "a"), table(one, "b", "a", "a")
    for_b, for_a = PolicyConstraint(0, b, a, STRICT), PolicyConstraint(1, a, b, STRICT)
    assert expressible((one, two), for_b)
    assert not expressible((one, two), for_b, for_a)
    third = model({"s": {"a": "w", "b": "x"}, "w": {"a": "w"}, "x": {"a": "x"}}, start="s", actions="a b")
    assert expressible((one, third), for_b, for_a)


def test_sequences_can_be_worth_anything_but_what_they_look_like_binds() -> None:
    """The procrastinator's order is met by a table; under labels two sequences may be one."""
    w, p = (0, 0), (0, 1)
    words = [(p, w, w), (p, p, w), (w, w, w), (p, p, p)]
    asked = tuple(TrajectoryConstraint(0, x, y, STRICT) for x, y in pairwise(words))
    assert expressible(SINGLE, *asked, TrajectoryConstraint(0, words[0], (w, p, w), TIE))
    blind = Claim((SINGLE,), asked, (), None, setting=Setting(labels=((),)))
    proof = decide_lotteries(blind)
    assert isinstance(proof, LotteriesCertificate)
    assert check(blind, "ftr", proof) is Answer.INEXPRESSIBLE


def test_sequences_that_only_what_follows_tells_apart_are_left_open() -> None:
    """Opposite orders of pairs with other next states are neither refuted nor met."""
    stays = model({"s": {"a": "s", "b": "s"}, "t": {"a": "t", "b": "t"}}, start="s")
    leaves = model({"s": {"a": "t", "b": "t"}, "t": {"a": "t", "b": "t"}}, start="s")
    one, other = ((0, 0),), ((0, 1),)
    asked = (TrajectoryConstraint(0, one, other, STRICT), TrajectoryConstraint(1, other, one, STRICT))
    assert isinstance(decide_lotteries(Claim((stays, leaves), asked, (), None)), Undecided)
    assert not expressible((stays, stays), *asked)
    assert expressible((stays, leaves), asked[0], replace(asked[0], model=1))


# Brute force


def asked_of(random: Random, kind: Kind, size: int) -> Question:
    """Return a random question, about labels half of the time."""
    question = random_question(random, kind, size=size)
    options = replace(question.options, discount=None, observe_labels=random.random() < 0.5 or None)
    question = replace(question, options=options)
    return replace(question, setting=Setting(labels=question.labels()))


@pytest.mark.parametrize("work", [-1, rows.SMALL_WORK])
@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.INDUCED])
def test_verdicts_are_those_of_brute_force(kind: Kind, work: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """For every kind of question, on the path for small systems and, forced, on that for large ones."""
    monkeypatch.setattr(rows, "SMALL_WORK", work)
    seen: Counter[bool] = Counter()
    for case in range(18):
        question = asked_of(Random(f"{kind} {case}"), kind, case * len(SIZES) // 18)
        claim = question.claim()
        proof = decide_lotteries(claim)
        assert not isinstance(proof, Undecided), (case, proof)
        answer = check(claim, "ftr", proof) is Answer.EXPRESSIBLE
        assert answer is trajectory_function_truth(question), case
        seen[answer] += 1
    assert min(seen[True], seen[False]) > 0


@pytest.mark.parametrize("seed", range(40))
def test_words_are_as_short_and_as_few_as_can_be(seed: int) -> None:
    """No shorter words do, and none of those listed can be left out, on small systems."""
    question = asked_of(Random(seed), (Kind.STRICT, Kind.MIXED)[seed % 2], seed % 6)
    claim = question.claim()
    proof = decide_lotteries(claim)
    if not isinstance(proof, FunctionWitness) or not proof.words:
        return
    policies = list(dict.fromkeys((0, t) for c in claim.constraints for t in (c.better, c.worse)))  # type: ignore[arg-type] # policies
    known = dict(zip(policies, lotteries(claim, policies), strict=True))
    longest = max(len(word) for word, _ in proof.words)

    def do(words: Iterable[object]) -> bool:
        listed = list(words)
        gaps = []
        for c in claim.constraints:
            better, worse = known[0, c.better], known[0, c.worse]  # type: ignore[index] # policies
            gap = {k: better.get(w, Fraction(0)) - worse.get(w, Fraction(0)) for k, w in enumerate(listed)}
            gaps.append(Inequality({k: x for k, x in gap.items() if x}, c.relation))
        return is_consistent(gaps)

    everything = dict.fromkeys(word for lottery in known.values() for word in lottery)
    assert do(word for word in everything if len(word) <= longest)
    assert not do(word for word in everything if len(word) < longest)
    for k in range(len(proof.words)):
        fewer = FunctionWitness(proof.words[:k] + proof.words[k + 1 :])
        with pytest.raises(Refused):
            check(claim, "ftr", fewer)


# Large and awkward questions


def random_walks(random: Random, states: int, count: int) -> tuple[Model, list[Table]]:
    """Return an environment with three actions and stochastic policies in it."""

    def law(size: int, below: int) -> Distribution:
        support = sorted(random.sample(range(below), size))
        weights = [random.randint(1, 9) for _ in support]
        return tuple((x, Fraction(w, sum(weights))) for x, w in zip(support, weights, strict=True))

    rows_ = tuple({a: law(3, states) for a in range(3)} for _ in range(states))
    m = Model(tuple(f"s{s}" for s in range(states)), ("a", "b", "c"), ((0, Fraction(1)),), rows_)
    return m, [tuple(law(random.choice((1, 2, 3)), 3) for _ in range(states)) for _ in range(count)]


def test_forty_policies_on_sixty_states() -> None:
    """A chain of forty policies with ties and weak constraints is met, by floats and then exactly."""
    m, tables = random_walks(Random(3), 60, 40)
    relations = [(STRICT, TIE, WEAK)[k % 3] for k in range(39)]
    asked = [PolicyConstraint(0, x, y, r) for (x, y), r in zip(pairwise(tables), relations, strict=True)]
    assert expressible(m, *chained(*tables))
    assert expressible(m, *asked)


def grid(size: int) -> Model:
    """Return a grid with four moves, started in its middle; a wall keeps the agent where it is."""
    moves = {"u": (-1, 0), "d": (1, 0), "l": (0, -1), "r": (0, 1)}
    cells = {(i, j): f"{i}-{j}" for i in range(size) for j in range(size)}
    steps = {
        name: {move: cells.get((i + x, j + y), name) for move, (x, y) in moves.items()}
        for (i, j), name in cells.items()
    }
    return model(steps, start=cells[size // 2, size // 2])


@pytest.mark.parametrize("kind", Acceptance)
def test_constant_direction_on_a_grid(kind: Acceptance) -> None:
    """Among the 4^25 policies of a grid, those that always move in one direction are accepted."""
    m = grid(5)
    good = tuple(deterministic((a,) * 25) for a in range(4))
    assert expressible(m, AcceptableSet(0, good, None, kind), merged=True)


@pytest.mark.parametrize("kind", Acceptance)
def test_constant_direction_from_everywhere(kind: Acceptance) -> None:
    """Started anywhere, up in one column and down in the others, and the reverse, mix to up and down."""
    m = grid(4)
    m = Model(m.states, m.actions, tuple((s, Fraction(1, 16)) for s in range(16)), m.rows)
    good = tuple(deterministic((a,) * 16) for a in range(4))
    assert not expressible(m, AcceptableSet(0, good, None, kind))


def test_contenders_are_left_out_and_behave_differently() -> None:
    """None is accepted or behaves like one that is; no two behave alike."""
    for seed in range(60):
        random = Random(seed)
        m = random_environment(random, random.randint(1, 6)).model
        good = random.sample(deterministic_tables(m), random.randint(1, min(3, len(deterministic_tables(m)))))
        found = contenders(m, AcceptableSet(0, tuple(good), None, RANGE), modulo_unreachable=True)
        for k, one in enumerate(found):
            assert not any(is_alike(m, one, other) for other in (*good, *found[:k]))


def one_good(states: int) -> Question:
    """Return whether one policy can be the best of very many, in a random environment."""
    m, _ = random_walks(Random(5), states, 0)
    accept = AcceptableSet(0, (deterministic((0,) * states),), None, RANGE)
    question = make_question((Environment("e", m),), Fraction(1, 2), acceptable=[accept], modulo=True)
    return replace(question, options=replace(question.options, discount=None))


def test_a_markov_reward_stands_in_among_very_many_policies() -> None:
    """Where words would have to look at all states, a discounted sum is the function of trajectories."""
    question = one_good(20)
    assert isinstance(decide_lotteries(question.claim(), deadline=monotonic() + 0.5), Undecided)
    proof = markov_reward(question)
    assert isinstance(proof, RewardWitness)
    for formalism in ("ftr", "inmr", "imorl"):
        assert check(question.claim(), formalism, proof) is Answer.EXPRESSIBLE
    labelled = replace(question.claim(), setting=Setting(labels=((),)))
    with pytest.raises(Refused, match="sees more"):
        check(labelled, "ftr", proof)
    said = speaking("function of trajectories")(question, proof).text
    assert said.startswith("The discounted sum itself is such a function of trajectories. Markov reward")
    assert markov_reward(one_good(4)) is None


def test_a_rank_that_is_too_small_modulo_a_prime_refutes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """1/2 and 1/7 are one modulo 5; the kernel refuses the conflict, and another prime decides."""
    monkeypatch.setattr(trajectory_functions, "PRIMES", (5, 2147483647))
    assert expressible(SINGLE, *chained(*coins(SINGLE, "1/2", "1/7")))
    monkeypatch.setattr(trajectory_functions, "PRIMES", (5,))
    claim = Claim((SINGLE,), chained(*coins(SINGLE, "1/2", "1/7")), (), None)
    assert isinstance(decide_lotteries(claim), Undecided)


def test_a_deadline_is_said() -> None:
    """Out of time the answer is open, whatever took it."""
    m, tables = random_walks(Random(3), 20, 9)
    found = decide_lotteries(Claim((m,), chained(*tables), (), None), deadline=monotonic() - 1)
    assert isinstance(found, Undecided)
    assert found.reason.startswith("time")
