"""What the kit knows of reward machines by definition."""

from __future__ import annotations

from fractions import Fraction
from types import MappingProxyType

from specexpr.certify.model import Model
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Spec
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.syntax.guards import And, At, Constant, Do, Guard, Labelled, Next, Not, Or
from specexpr.testing.brute_force import Triple, policy_value
from specexpr.testing.machine_confirmation import confirm_machine_proof
from specexpr.testing.questions import Kind
from specexpr.testing.word_truth import trajectory_function_truth

CASES = 3
"""The least number of states is searched each time, so few questions are asked."""

MOSTLY_MET = tuple(Kind)
"""Machines with enough states can express most of what is asked."""


def truth(question: Question) -> bool:
    """Say whether some function of trajectories, and so some machine, meets every comparison."""
    return trajectory_function_truth(question)


def confirm(question: Question, verdict: Verdict) -> str | None:
    """Return what is wrong with a machine or with lotteries that cancel."""
    return confirm_machine_proof(question, verdict)


def holds(environment: Environment, guard: Guard, step: Triple) -> bool:
    """Say whether a guard holds of a step, from what each of its words means."""
    s, a, t = step
    match guard:
        case Labelled(label=name):
            return any(
                s in label.states or (s, a) in label.pairs
                for label in environment.labels
                if label.name == name
            )
        case At(state=state):
            return state == s
        case Do(action=action):
            return action == a
        case Next(state=state):
            return state == t
        case Constant(value=value):
            return value
        case Not(guard=inner):
            return not holds(environment, inner, step)
        case And(guards=guards):
            return False not in [holds(environment, inner, step) for inner in guards]
        case Or(guards=guards):
            return True in [holds(environment, inner, step) for inner in guards]


def payment(reward: object, step: Triple) -> Fraction:
    """Return what an edge pays: its number, or the entries of its table that are about the step."""
    if isinstance(reward, Fraction):
        return reward
    s, a, t = step
    assert isinstance(reward, tuple)
    return sum(
        (e.value for e in reward if (e.state, e.action) == (s, a) and e.next in (None, t)), Fraction(0)
    )


def follow(environment: Environment, machine: Spec, u: int, step: Triple) -> tuple[int, Fraction]:
    """Return where a step leads a machine, and what it pays; all edges that apply must say the same."""
    if u in machine.terminal:
        return u, Fraction(0)
    outcomes = {
        (edge.target, payment(edge.reward, step))
        for edge in machine.edges
        if edge.source == u and holds(environment, edge.guard, step)
    }
    if not outcomes:
        rest = machine.otherwise
        outcomes = {(u if rest.target is None else rest.target, payment(rest.reward, step))}
    (outcome,) = outcomes
    return outcome


def value(environment: Environment, spec: Spec, policy: Policy) -> Fraction:
    """Return E sum_t g^t delta_r(u_t, u_{t+1})(s_t, a_t, s_{t+1}) from all pairs (u, s), reached or not."""
    model, many = environment.model, len(environment.states)
    reward: dict[Triple, Fraction] = {}
    rows = []
    for u in range(len(spec.states)):
        for s, row in enumerate(model.rows):
            laws = {}
            for a, law in row.items():
                outcomes = {}
                for t, p in law:
                    v, paid = follow(environment, spec, u, (s, a, t))
                    outcomes[v * many + t] = p
                    reward[u * many + s, a, v * many + t] = paid
                laws[a] = tuple(sorted(outcomes.items()))
            rows.append(MappingProxyType(laws))
    names = tuple(f"{u} {s}" for u in spec.states for s in model.states)
    product = Model(names, model.actions, model.start, tuple(rows))
    return policy_value(product, policy.table * len(spec.states), reward, discount=spec.discount)
