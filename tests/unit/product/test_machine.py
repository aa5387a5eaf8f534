"""Letters of a machine, and what is found to be wrong with one, against the definition step by step."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from specexpr.certify.proofs import RewardEntry
from specexpr.formalisms.machine import sample
from specexpr.models.environment import Environment
from specexpr.product.machine import Edge, Faults, RewardMachine, find_faults, letters, possible_steps
from specexpr.syntax.guards import At, Do, Guard, Labelled, Next, Not, Or, conjunction, holds, label_sets
from specexpr.testing.generators import random_environment

ONE = Fraction(1)


def environment(seed: int) -> Environment:
    return random_environment(Random(seed), seed % 6)


def guards(random: Random, where: Environment) -> list[Guard]:
    """Return some guards of an environment."""
    s, a, t = random.choice(list(possible_steps(where)))
    pool: list[Guard] = [At(s), Do(a), Next(t), Labelled("goal"), Labelled("push")]
    return [
        conjunction(random.sample(pool, 2)) if random.random() < 0.5 else Not(random.choice(pool))
        for _ in "ab"
    ]


@pytest.mark.parametrize("seed", range(30))
def test_a_letter_decides_every_guard(seed: int) -> None:
    """The steps of a letter satisfy the same guards, and each possible step has one letter."""
    where = environment(seed)
    some = guards(Random(seed), where)
    seen, labels = letters(where, some), label_sets(where)
    assert sorted(seen.of) == sorted(possible_steps(where))
    assert sorted(step for steps in seen.steps for step in steps) == sorted(seen.of)
    for step, letter in seen.of.items():
        for guard in some:
            assert seen.satisfies(guard, letter) is holds(guard, labels[step[:2]], step)


def by_definition(
    where: Environment, machine: RewardMachine
) -> tuple[set[tuple[int, int]], set[int], set[int]]:
    """Return pairs of edges that disagree on a step, states without an edge on one, edges never taken."""
    labels = label_sets(where)
    clashes, gaps, idle = set(), set(), set(range(len(machine.edges)))
    for step in possible_steps(where):
        for u in range(len(machine.states)):
            taken = [
                i
                for i, edge in enumerate(machine.edges)
                if edge.source == u and holds(edge.guard, labels[step[:2]], step)
            ]
            idle -= set(taken)
            if not taken and machine.otherwise is None and u not in machine.terminal:
                gaps.add(u)
            for i in taken:
                for j in taken:
                    one, other = machine.edges[i], machine.edges[j]
                    if i < j and (one.target, pays(one, step)) != (other.target, pays(other, step)):
                        clashes.add((i, j))
    return clashes, gaps, idle


def pays(edge: Edge, step: tuple[int, int, int]) -> Fraction:
    if isinstance(edge.reward, Fraction):
        return edge.reward
    s, a, t = step
    return sum(
        (e.value for e in edge.reward if (e.state, e.action) == (s, a) and e.next in (None, t)), Fraction(0)
    )


def found(faults: Faults) -> tuple[set[tuple[int, int]], set[int], set[int]]:
    return {(c.first, c.second) for c in faults.clashes}, {g.state for g in faults.gaps}, set(faults.idle)


@pytest.mark.parametrize("seed", range(30))
def test_faults_are_those_of_the_definition(seed: int) -> None:
    """Of random machines, most of them wrong: exactly the clashes, gaps and idle edges that there are."""
    random, where = Random(seed), environment(seed)
    machine = sample(random, where)
    edges = [
        replace(edge, guard=random.choice([edge.guard, *guards(random, where)])) for edge in machine.edges
    ]
    edges += [replace(random.choice(edges), guard=guards(random, where)[0], reward=ONE)] if edges else []
    wrong = replace(machine, edges=tuple(edges), otherwise=random.choice((None, machine.otherwise)))
    assert found(find_faults(where, wrong)) == by_definition(where, wrong)


@pytest.mark.parametrize("seed", range(30))
def test_samples_have_no_faults(seed: int) -> None:
    """What the conformance laws draw is deterministic and total, and each edge is taken."""
    where = environment(seed)
    assert found(find_faults(where, sample(Random(seed), where))) == (set(), set(), set())


def test_edges_that_agree_where_both_are_taken_do_not_clash() -> None:
    """A number and a table agree if the table says that number on the common steps, whatever else it says."""
    where = environment(0)
    steps = list(possible_steps(where))
    s, a, _ = steps[0]
    table = tuple(
        RewardEntry(x, b, None, ONE if (x, b) == (s, a) else 2 * ONE) for x, b in {p[:2] for p in steps}
    )
    one, other = Edge(0, 0, conjunction((At(s), Do(a))), ONE), Edge(0, 0, Or((At(s), Not(At(s)))), table)
    machine = RewardMachine(Fraction(1, 2), ("u",), (one, other))
    assert find_faults(where, machine).clashes == ()
    assert find_faults(where, replace(machine, edges=(replace(one, reward=2 * ONE), other))).clashes != ()


def test_a_clash_and_a_gap_show_steps_on_which_they_are() -> None:
    """So that a message is about something that happens."""
    for seed in range(25):
        random, where = Random(seed), environment(seed)
        first, second = guards(random, where)
        machine = RewardMachine(Fraction(1, 2), ("u", "v"), (Edge(0, 0, first), Edge(0, 1, second)), (1,))
        faults, labels = find_faults(where, machine), label_sets(where)
        for clash in faults.clashes:
            assert all(holds(guard, labels[clash.step[:2]], clash.step) for guard in (first, second))
        for gap in faults.gaps:
            for step in gap.steps:
                assert not any(holds(guard, labels[step[:2]], step) for guard in (first, second))
            kinds = [labels[step[:2]] for step in gap.steps]
            if all(isinstance(atom, Labelled) for atom in (first, second)):
                assert len(kinds) == len(set(kinds))
