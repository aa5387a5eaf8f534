"""A machine in the kernel's terms walks as the machine does, and refuses to see what is not observed."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from specexpr.certify.model import Claim, Relation, Setting, TrajectoryConstraint
from specexpr.certify.observing import observations
from specexpr.certify.walk import Walker
from specexpr.diagnostics import SpecError
from specexpr.formalisms.machine import evaluate, product, sample
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.product.kernel import reward_entries, to_machine
from specexpr.product.machine import Edge, Otherwise, RewardMachine, Run, possible_steps
from specexpr.syntax.guards import At, Do, Guard, Labelled, Next
from specexpr.testing.generators import perturb_model, random_environment, random_tables

ONE = Fraction(1)


def claim_about(*environments: Environment, labels: bool = False, sequences: bool = False) -> Claim:
    """Return a claim that asks nothing, or compares a step with itself."""
    models = tuple(environment.model for environment in environments)
    s, a, _ = next(possible_steps(environments[0]))
    asked = (TrajectoryConstraint(0, ((s, a),), ((s, a),), Relation.TIE),) if sequences else ()
    setting = Setting(labels=tuple(e.labels for e in environments) if labels else None)
    return Claim(models, asked, (), Fraction(1, 2), setting=setting)


def heeding(guard: Guard) -> RewardMachine:
    """Return a machine that remembers that a guard held."""
    return RewardMachine(Fraction(1, 2), ("u", "v"), (Edge(0, 1, guard, ONE),), (), Otherwise())


@pytest.mark.parametrize("seed", range(25))
def test_the_kernel_walks_the_product(seed: int) -> None:
    """With the moves and rewards of a machine, the kernel's walk and counts give its value."""
    random = Random(seed)
    where = random_environment(random, seed % 7)
    spec = sample(random, where)
    claim = replace(claim_about(where), discount=spec.discount)
    seen = observations(claim)
    machine, pays = to_machine(where, spec, seen), reward_entries(where, spec)
    assert machine.states == spec.states
    walker = Walker(claim, machine, seen)
    for table in random_tables(random, where.model, 2):
        walk = walker.walk(0, table)
        assert set(walk.nodes) <= set(product(where, spec).nodes)
        visits = [Fraction(0)] * len(walk.nodes)
        law, weight, total = dict(walk.start), ONE, Fraction(0)
        for _ in range(4):  # four steps of the walk pay what four steps of the machine do
            for x, p in law.items():
                visits[x] += weight * p
            following: dict[int, Fraction] = {}
            for x, p in law.items():
                for y, q in walk.steps[x]:
                    following[y] = following.get(y, Fraction(0)) + p * q
            law, weight = following, weight * spec.discount
        for (u, s), n in zip(walk.nodes, visits, strict=True):
            for a, p in table[s]:
                for t, q in where.successors(s, a):
                    total += n * p * q * pays.get((u, s, a, t), Fraction(0))
        assert abs(evaluate(where, spec, [Policy(table)])[0] - total) <= weight * 8 / (1 - spec.discount)


@pytest.mark.parametrize("seed", range(20))
def test_moves_are_those_of_the_machine(seed: int) -> None:
    """Each machine state, each possible step, through its observation."""
    random = Random(seed)
    where = random_environment(random, seed % 7)
    spec = sample(random, where)
    seen = observations(claim_about(where))
    machine, run = to_machine(where, spec, seen), Run(where, spec)
    for u in range(len(spec.states)):
        for step in possible_steps(where):
            assert machine.moves[u][seen.of[0][step]] == run.move(u, step)


@pytest.mark.parametrize("seed", range(20))
def test_labels_are_enough_for_guards_over_labels(seed: int) -> None:
    """Under `observe labels`: what mentions labels alone is a table on label sets, of a family too."""
    where = random_environment(Random(seed), seed % 7)
    other = replace(where, name="f", model=perturb_model(Random(seed), where.model))
    claim = claim_about(where, other, labels=True)
    seen, run = observations(claim), Run(other, heeding(Labelled("push")))
    machine = to_machine([where, other], heeding(Labelled("push")), seen)
    for step in possible_steps(other):
        assert machine.moves[0][seen.of[1][step]] == run.move(0, step)


@pytest.mark.parametrize(
    ("guard", "labels", "sequences", "is_refused"),
    [
        (At(0), True, False, True),
        (Do(0), True, False, True),
        (Next(0), True, False, True),
        (Next(0), False, True, True),
        (Do(0), False, True, False),
        (At(0), False, True, False),
        (Labelled("push"), False, True, False),
        (Labelled("push"), True, True, False),
    ],
)
def test_a_machine_that_sees_more_than_is_observed_is_refused(
    guard: Guard, labels: bool, sequences: bool, is_refused: bool
) -> None:
    """Where two steps that look alike move it differently: no `next` for sequences, nothing but labels."""
    where = next(e for e in map(free, range(100)) if e is not None)
    seen = observations(claim_about(where, labels=labels, sequences=sequences))
    if not is_refused:
        assert len(to_machine(where, heeding(guard), seen).moves) == 2
        return
    with pytest.raises(SpecError) as caught:
        to_machine(where, heeding(guard), seen)
    assert [d.id for d in caught.value.diagnostics] == ["machine-sees-more"]


def free(seed: int) -> Environment | None:
    """Return an environment in which no label set tells a state, an action or a next state, if it is one."""
    where = random_environment(Random(seed), 6)
    from specexpr.syntax.guards import label_sets

    sets, steps = label_sets(where), list(possible_steps(where))
    for place in range(3):
        kinds = {(sets[step[:2]], step[place] == 0) for step in steps}
        if not any((names, True) in kinds and (names, False) in kinds for names in sets.values()):
            return None
    branches = any(len({t == 0 for t, _ in law}) == 2 for row in where.model.rows for law in row.values())
    return where if branches else None


def test_a_machine_must_be_a_function_in_every_member() -> None:
    """A machine that was written for one environment may have gaps in another."""
    where = random_environment(Random(1), 4)
    steps = list(possible_steps(where))
    edges = tuple(Edge(0, 0, At(s)) for s in {s for s, _, _ in steps[:-1]} if s != steps[-1][0])
    spec = RewardMachine(Fraction(1, 2), ("u",), edges)
    with pytest.raises(SpecError) as caught:
        to_machine(where, spec, observations(claim_about(where)))
    assert [d.id for d in caught.value.diagnostics] == ["missing-edge"]
    both = RewardMachine(Fraction(1, 2), ("u", "v"), (Edge(0, 1, At(0)), Edge(0, 0, At(0))), (), Otherwise())
    with pytest.raises(SpecError) as caught:
        to_machine(where, both, observations(claim_about(where)))
    assert [d.id for d in caught.value.diagnostics] == ["conflicting-edges"]
