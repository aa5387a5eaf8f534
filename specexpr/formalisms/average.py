"""Average reward: a number for every step, averaged over all time.

What it expresses
-----------------
A number R(s, a, s') for every step, and no hurry: a policy is worth what a step pays in the long run. What
counts is the share of time that it spends on each action in each state, not when it comes there.

Syntax
------
::

    average { s1 / *: 1;  * / right / s0: -1/2 }

``s1 / *: 1`` pays for taking any action in s1, ``* / right / s0: -1/2`` for a step with right that moreover
leads to s0. ``*`` stands for every state or action. Of the entries of one kind that cover a step the most
specific one counts, in any order; entries of the two kinds are chosen separately and added. What no entry
covers pays 0.

Meaning
-------
J(pi) = lim_N (1/N) E sum_{t < N} R(s_t, a_t, s_{t+1}). The limit exists for every stationary policy. The
chain of a policy may have several recurrent classes: with the probability h_C that it enters C from the
start, and the stationary law m_C of C, the long-run share of (s, a) is
n(s, a) = sum_C h_C m_C(s) pi(a|s), and J = sum_{s,a} n(s, a) R(s, a). All of it is solved for in rationals.

How it is decided
-----------------
J is linear in R, so a task is expressible iff a system of linear inequalities in R has a solution: for i > j,
<R, n_i - n_j> > 0. Otherwise Farkas' lemma gives weights on the constraints under which the shares of time of
the preferred and of the dispreferred policies cancel. Acceptable sets add bad policies to the system as the
reward at hand fails to punish them, those one action away from a good policy: if good policies beat these
they beat all, as with discounts near 1. Several environments share one R(s, a, s').

What it cannot do
-----------------
See what happens only for a while: policies that differ in transient states alone are worth the same if they
enter the same classes with the same probabilities. Remember, prefer a mixture to what it mixes, or tell apart
policies that differ only where they never go, as a Markov reward cannot. It does not compare sequences.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.average import FORMALISM
>>> document = loads('''
... environment rooms {
...   states s0 s1 s2; actions left right; start s0
...   s0 / left -> s1; s0 / right -> { s1: 1/3, s2: 2/3 }; s1 / * -> { s0: 1/4, s1: 3/4 }; s2 / * -> s2
... }
... policy go in rooms { * -> right }
... policy stay in rooms { * -> left }
... objective calm in rooms = average { s1 / *: 1; s2 / *: 1/2 }
... ''')
>>> calm = document.objective("calm")
>>> FORMALISM.evaluate(calm.environment, calm.spec, [document.policy("go"), document.policy("stay")])
(Fraction(1, 2), Fraction(4, 5))
>>> print(FORMALISM.print(calm.environment, calm.spec))
s1 / *: 1; s2 / *: 1/2

References
----------
Rohan Subramani, Marcus Williams, Max Heitmann, Halfdan Holm, Charlie Griffin, Joar Skalse: On the
Expressivity of Objective-Specification Formalisms in Reinforcement Learning (ICLR 2024).
Martin L. Puterman: Markov Decision Processes (1994), chapters 8 and 9.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from specexpr.certify.clock import Average
from specexpr.certify.measure import Account
from specexpr.certify.proofs import RewardEntry
from specexpr.diagnostics import Report, Source, Span
from specexpr.expressivity.measures import account
from specexpr.expressivity.step_rewards import asks_policies, in_task, sample_entries, step_values
from specexpr.expressivity.task import Objective, Options, Question
from specexpr.expressivity.verdict import Proof, Verdict, Words, proved
from specexpr.formalism import Formalism
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.syntax.reward_bodies import REWARD_FORMS, RewardBody
from specexpr.syntax.rewards import body_text, print_entries

_OPEN = Options()


@dataclass(frozen=True, slots=True)
class AverageReward:
    """Rewards on steps; what is not listed pays 0.

    `entries` are those that are not 0, in the order of state, action and next state (None before any).
    """

    entries: tuple[RewardEntry, ...]


def parse(
    source: Source, span: Span, environment: Environment, report: Report, *, options: Options = _OPEN
) -> AverageReward | None:
    """Read the body of an average reward; None once what is wrong with it is reported."""
    body = RewardBody(environment, report)
    for entry in body.read("average", source, span, forms=REWARD_FORMS):
        raise TypeError(f"the grammar knows no {entry.kind}")
    entries = body.entries()
    return None if body.failed else AverageReward(entries)


def print_average(environment: Environment, spec: AverageReward) -> str:
    """Return the body of an average reward, wildcards where they save entries."""
    return body_text(print_entries(environment, spec.entries))


def sample(random: Random, environment: Environment) -> AverageReward:
    """Return some average reward of an environment."""
    return AverageReward(sample_entries(random, environment))


def evaluate(
    environment: Environment, spec: AverageReward, policies: Sequence[Policy]
) -> tuple[Fraction, ...]:
    """Return the exact long-run averages of some policies."""
    return step_values(environment, spec.entries, policies, clock=Average())


def measure(objective: Objective) -> Account:
    """Return the objective as the kernel knows it."""
    spec = objective.spec
    assert isinstance(spec, AverageReward)
    return account(objective.environment, spec.entries, Average())


def decide(question: Question) -> Verdict:
    """Return a proved verdict; the reward that induced the order, if one did, is tried first."""
    from specexpr.expressivity.clocked import Pays, decide_linear

    own = question.task.induced_by
    candidate = None
    if own is not None and isinstance(own.spec, AverageReward):
        candidate = Pays(in_task(own.spec.entries, own, question.task))
    proof = decide_linear(question.claim(), "lar", candidate=candidate, deadline=question.deadline)
    return proved(question, "lar", proof, speak)


def speak(question: Question, proof: Proof) -> Words:
    """Return what is said of a proof."""
    from specexpr.expressivity.clocked_text import Manner, clocked_words
    from specexpr.expressivity.conflict_text import Wording

    what = "transition" if len(question.task.environments) > 1 else "state-action pair"
    counts = f"spends exactly the same share of time, in the long run, on every {what}"
    return clocked_words(question, proof, Manner("lar", Wording("average reward", counts)))


FORMALISM = Formalism(
    id="lar",
    keyword="average",
    title="Long-run average reward",
    documentation=__doc__ or "",
    parse=parse,
    print=print_average,
    sample=sample,
    evaluate=evaluate,
    measure=measure,
    options=frozenset({"modulo_unreachable"}),
    needs=asks_policies,
    decide=decide,
    within=frozenset({"inmr", "imorl", "ftr"}),
)
