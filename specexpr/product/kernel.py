"""A reward machine in the kernel's terms: its moves on numbered observations, its rewards on steps.

A question may fix the structure of the machines that it asks about: how machine states follow each other,
given what is observed of a step. The rewards stay free.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import TypeAlias

from specexpr.certify.model import Machine
from specexpr.certify.observing import Observations
from specexpr.diagnostics import Diagnostic, SpecError
from specexpr.models.environment import Environment
from specexpr.product.machine import RewardMachine, Run, find_faults, possible_steps, seen_text
from specexpr.syntax.guards import Step
from specexpr.syntax.names import shown, write_name

MachineStep: TypeAlias = tuple[int, int, int, int]
"""(machine state, state, action, next state)."""


def to_machine(
    environments: Environment | Sequence[Environment], spec: RewardMachine, observations: Observations
) -> Machine:
    """Return the moves of a machine on the observations of a claim; its rewards are left out.

    environments: those of the claim, in its order; the machine reads them all.
    observations: `certify.observing.observations(claim)`.

    Raises SpecError (`machine-sees-more`) where steps that look alike move the machine differently: where
    sequences of pairs are compared and it heeds `next`, or labels are observed and it heeds more than they;
    and `missing-edge` or `conflicting-edges` where it is not total or deterministic in one of them.
    """
    members = (environments,) if isinstance(environments, Environment) else tuple(environments)
    problems: list[Diagnostic] = []
    moves: list[list[int | None]] = [[None] * len(observations.known) for _ in spec.states]
    example: dict[int, tuple[int, Step]] = {}
    confused: set[int] = set()
    for m, environment in enumerate(members):
        wrong = _not_a_function(environment, spec)
        if wrong:
            problems += wrong
            continue
        run = Run(environment, spec)
        for step in possible_steps(environment):
            o = observations.of[m][step]
            first = example.setdefault(o, (m, step))
            for u, row in enumerate(moves):
                target = run.move(u, step)
                if row[o] is None:
                    row[o] = target
                elif row[o] != target and u not in confused:
                    confused.add(u)
                    problems.append(_sees_more(spec, u, members, (first, (m, step))))
    if problems:
        raise SpecError(problems)
    return Machine(spec.states, tuple(tuple(v or 0 for v in row) for row in moves))


def reward_entries(environment: Environment, spec: RewardMachine) -> Mapping[MachineStep, Fraction]:
    """Return what a machine pays in each of its states for each possible step; what is not listed is 0."""
    run = Run(environment, spec)
    values: dict[MachineStep, Fraction] = {}
    for u in range(len(spec.states)):
        for step in possible_steps(environment):
            if value := run.pay(u, step):
                values[(u, *step)] = value
    return MappingProxyType(values)


def _not_a_function(environment: Environment, spec: RewardMachine) -> list[Diagnostic]:
    """Return why a machine has no moves in an environment, which need not be the one it was written for."""
    faults = find_faults(environment, spec)
    place = f"in environment {shown(environment.name)}"
    problems = []
    for gap in faults.gaps:
        seen = seen_text(environment, spec, gap.steps)
        message = f"no edge leaves {shown(spec.states[gap.state])} on {seen} {place}"
        hint = "write an edge for it, or else stay"
        problems.append(Diagnostic(id="missing-edge", message=message, help=hint))
    for clash in faults.clashes:
        seen = seen_text(environment, spec, [clash.step])
        source = shown(spec.states[spec.edges[clash.first].source])
        message = f"two edges leave {source} on {seen} {place}"
        hint = "make their guards exclude each other"
        problems.append(Diagnostic(id="conflicting-edges", message=message, help=hint))
    return problems


def _sees_more(
    spec: RewardMachine, state: int, members: Sequence[Environment], two: Sequence[tuple[int, Step]]
) -> Diagnostic:
    one, other = (_step_text(members[m], step) for m, step in two)
    return Diagnostic(
        id="machine-sees-more",
        message=f"{shown(spec.states[state])} is left differently on {one} and on {other}, "
        "which look alike in this question",
        help="let guards mention what is observed: labels alone under `observe labels`, "
        "and no `next` where sequences are compared",
    )


def _step_text(environment: Environment, step: Step) -> str:
    s, a, t = step
    names = environment.states[s], environment.actions[a], environment.states[t]
    return f"{' / '.join(map(write_name, names))} in {shown(environment.name)}"
