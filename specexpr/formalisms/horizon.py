"""Reward over a finite horizon: a number for every step, summed over the first N.

What it expresses
-----------------
A number R(s, a, s') for each of the first N steps; nothing counts afterwards, and none of the N more than
another. Policies are stationary, as everywhere here: they do not know how many steps are left.

Syntax
------
::

    horizon { steps 10;  s0 / right: -1;  * / * / s1: 2.5 }

``steps 10``: the first ten steps count. ``s0 / right: -1`` pays for taking an action in a state,
``s0 / right / s1: 2.5`` for a step that moreover leads to s1. ``*`` stands for every state or action. Of the
entries of one kind that cover a step the most specific one counts, in any order; entries of the two kinds are
chosen separately and added. What no entry covers pays 0.

A task asks for a horizon with the line ``horizon 10``, or --horizon 10; the order that an objective of this
kind induces is asked with its own.

Meaning
-------
J(pi) = E sum_{t < N} R(s_t, a_t, s_{t+1}), from the laws of the states at times 0 to N - 1, in rationals.

How it is decided
-----------------
J is linear in R, so a task is expressible iff a system of linear inequalities in R has a solution: for i > j,
<R, n_i - n_j> > 0, with n(s, a) = sum_{t < N} P(s_t = s, a_t = a). Otherwise Farkas' lemma gives weights on
the constraints under which the visits of the preferred and of the dispreferred policies cancel. Acceptable
sets add bad policies to the system as the reward at hand fails to punish them, and a "yes" compares all
behaviours; with more than 5,000 of them the answer is "no" or "undecided". Several environments share one
R(s, a, s').

What it cannot do
-----------------
See what happens after N steps. Know the time: a reward is the same at every step. Remember, prefer a mixture
to what it mixes, or tell apart policies that differ only where they do not come in N steps. It does not
compare sequences.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.horizon import FORMALISM
>>> document = loads('''
... environment rooms {
...   states s0 s1; actions left right; start s0
...   s0 / left -> s0; s0 / right -> s1; s1 / * -> s1
... }
... policy go in rooms { * -> right }
... policy stay in rooms { * -> left }
... objective soon in rooms = horizon { steps 3; s0 / right: -1; s1 / *: 1 }
... ''')
>>> soon = document.objective("soon")
>>> FORMALISM.evaluate(soon.environment, soon.spec, [document.policy("go"), document.policy("stay")])
(Fraction(1, 1), Fraction(0, 1))
>>> print(FORMALISM.print(soon.environment, soon.spec))
steps 3; s0 / right: -1; s1 / *: 1

References
----------
Martin L. Puterman: Markov Decision Processes (1994), chapter 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from specexpr.certify.clock import MOST_STEPS, Horizon
from specexpr.certify.measure import Account
from specexpr.certify.model import Setting
from specexpr.certify.proofs import RewardEntry
from specexpr.diagnostics import Report, Source, Span
from specexpr.expressivity.measures import account
from specexpr.expressivity.step_rewards import asks_policies, in_task, sample_entries, step_values
from specexpr.expressivity.task import Objective, Options, Question
from specexpr.expressivity.verdict import Proof, Verdict, Words, proved
from specexpr.formalism import Formalism
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.syntax.numbers import read_count
from specexpr.syntax.reward_bodies import REWARD_FORMS, RewardBody
from specexpr.syntax.rewards import body_text, print_entries

_OPEN = Options()


@dataclass(frozen=True, slots=True)
class HorizonReward:
    """Rewards on the first so many steps; what is not listed pays 0.

    `entries` are those that are not 0, in the order of state, action and next state (None before any).
    """

    steps: int
    entries: tuple[RewardEntry, ...]


_FORMS = {"steps": "write steps 10", **REWARD_FORMS}


def parse(
    source: Source, span: Span, environment: Environment, report: Report, *, options: Options = _OPEN
) -> HorizonReward | None:
    """Read the body of a reward over a horizon; None once what is wrong with it is reported."""
    body = RewardBody(environment, report)
    steps = None
    for entry in body.read("horizon", source, span, forms=_FORMS):
        if body.is_first(entry, "steps"):
            steps = read_count(entry.leaf(0), body.report, "steps", most=MOST_STEPS)
    if "steps" not in body.given:
        body.lacks("reward over a horizon", "number of steps", span, hint=_FORMS["steps"])
    entries = body.entries()
    return None if steps is None or body.failed else HorizonReward(steps, entries)


def print_horizon(environment: Environment, spec: HorizonReward) -> str:
    """Return the body of a reward over a horizon, wildcards where they save entries."""
    return body_text([f"steps {spec.steps}", *print_entries(environment, spec.entries)])


def sample(random: Random, environment: Environment) -> HorizonReward:
    """Return some reward over a horizon."""
    return HorizonReward(random.choice((1, 3, 3, 10)), sample_entries(random, environment))


def evaluate(
    environment: Environment, spec: HorizonReward, policies: Sequence[Policy]
) -> tuple[Fraction, ...]:
    """Return the exact values of some policies."""
    return step_values(environment, spec.entries, policies, clock=Horizon(spec.steps))


def measure(objective: Objective) -> Account:
    """Return the objective as the kernel knows it."""
    spec = objective.spec
    assert isinstance(spec, HorizonReward)
    return account(objective.environment, spec.entries, Horizon(spec.steps))


def _own(question: Question) -> HorizonReward | None:
    """Return the specification that induced the order, if one of this kind did."""
    own = question.task.induced_by
    return own.spec if own is not None and isinstance(own.spec, HorizonReward) else None


def _steps(question: Question) -> int | None:
    """Return the horizon that is asked for: an option's, or else that of the objective behind the order."""
    own = _own(question)
    return question.options.horizon or (None if own is None else own.steps)


def needs(question: Question) -> str | None:
    """Return what a question lacks: a horizon, or policies to compare."""
    if _steps(question) is None:
        return "a horizon: write `horizon 10` in the task, or give --horizon 10"
    return asks_policies(question)


def settle(question: Question) -> Setting:
    """Return how many steps count."""
    return Setting(horizon=_steps(question))


def decide(question: Question) -> Verdict:
    """Return a proved verdict; the reward that induced the order, if one did, is tried first."""
    from specexpr.expressivity.clocked import Pays, decide_linear

    own, objective = _own(question), question.task.induced_by
    candidate = None
    if own is not None and objective is not None and own.steps == question.setting.horizon:
        candidate = Pays(in_task(own.entries, objective, question.task))
    proof = decide_linear(question.claim(), "horizon", candidate=candidate, deadline=question.deadline)
    return proved(question, "horizon", proof, speak)


def speak(question: Question, proof: Proof) -> Words:
    """Return what is said of a proof."""
    from specexpr.expressivity.clocked_text import Manner, clocked_words
    from specexpr.expressivity.conflict_text import Wording
    from specexpr.expressivity.phrases import counted

    steps = counted(question.setting.horizon or 0, "step")
    what = (
        "takes every transition" if len(question.task.environments) > 1 else "visits every state-action pair"
    )
    counts = f"{what} within {steps} exactly as often"
    return clocked_words(question, proof, Manner("horizon", Wording(f"reward over {steps}", counts)))


FORMALISM = Formalism(
    id="horizon",
    keyword="horizon",
    title="Reward over a finite horizon",
    documentation=__doc__ or "",
    parse=parse,
    print=print_horizon,
    sample=sample,
    evaluate=evaluate,
    measure=measure,
    options=frozenset({"horizon", "modulo_unreachable"}),
    needs=needs,
    settle=settle,
    decide=decide,
    within=frozenset({"rm"}),
)
