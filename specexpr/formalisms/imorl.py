"""Function of several discounted returns: any real function of the returns of some Markov rewards, averaged.

What it expresses
-----------------
Rewards R_1, .., R_k, one discount g and a function f of the returns G_1, .., G_k, the discounted sums of
what the steps of a trajectory pay. A policy is worth the mean of f(G_1, .., G_k), so objectives are traded
off within each trajectory, not between their averages.

Syntax
------
None: it only decides.

Meaning
-------
J(pi) = E f(G_1, .., G_k) with G_j = sum_t g^t R_j(s_t, a_t, s_{t+1}), f arbitrary and k free. The discount
is part of the specification (k, R, f, g), so that of the question is not used. With ``observe labels`` the
rewards pay for the labels of a step. Sequences of a trajectory order are not compared. In an environment
family one specification serves every environment.

How it is decided
-----------------
Returns are functions of the trajectory, so what no function of trajectories can do, no function of returns
can: the certificates are those of ``ftr``. Conversely let each step that matters have a reward of its own,
which pays 1 for it and 0 for all others, at discount 1/3: the digits of its return in base 3 say when the
step was taken. So a function of the returns can be worth whatever a function of finitely many beginnings is
worth. One reward would do as well (``inmr``); the digits are easier to read.

What it cannot do
-----------------
What ``ftr`` cannot: prefer a mixture to what it mixes, where the choice is made once, or tell apart
policies that differ only where they never go.

Example
-------
>>> from specexpr import check
>>> from specexpr.document import loads
>>> document = loads('''
... environment memory {
...   states s z w; actions a b; start s
...   s / * -> z; z / * -> w; w / * -> w
... }
... policy aa in memory { * -> a }
... policy bb in memory { * -> b }
... policy ab in memory { s -> a; * -> b }
... policy ba in memory { s -> b; * -> a }
... task same in memory { aa > ab; bb > ba; aa ~ bb }
... ''')
>>> print(check(document.task("same"), "imorl").witness.explain())
3 rewards at discount 1/3, each 0 but for one step:
  R_1: s / a / z: 1
  R_2: s / b / z: 1
  R_3: z / a / w: 1
f adds up what these beginnings are worth, each told by where the returns then lie:
  s a z: -1
  s a z a w: 1
  s b z a w: -1
Values: aa = bb = 0; ab = ba = -1

References
----------
Rohan Subramani, Marcus Williams, Max Heitmann, Halfdan Holm, Charlie Griffin, Joar Skalse: On the
Expressivity of Objective-Specification Formalisms in Reinforcement Learning, ICLR 2024 (IMORL,
inner multi-objective reinforcement learning).
"""

from __future__ import annotations

from specexpr.certify.model import TrajectoryConstraint
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict, proved
from specexpr.formalism import Formalism


def decide(question: Question) -> Verdict:
    """Return a proved verdict: rewards and a function of their returns, or lotteries that cancel."""
    from specexpr.expressivity.trajectory_functions import decide_returns, markov_reward
    from specexpr.expressivity.trajectory_text import speaking

    proof = markov_reward(question) or decide_returns(
        question.claim(), is_one_reward=False, deadline=question.deadline
    )
    return proved(question, "imorl", proof, speaking("function of several discounted returns"))


def needs(question: Question) -> str | None:
    """Return what a question lacks: policies, if it compares sequences."""
    if any(isinstance(c, TrajectoryConstraint) for c in question.task.constraints):
        return "policies to compare: sequences are compared in mr, rm and ftr"
    return None


FORMALISM = Formalism(
    id="imorl",
    keyword=None,
    title="Function of several discounted returns",
    documentation=__doc__ or "",
    options=frozenset({"modulo_unreachable", "observe_labels"}),
    needs=needs,
    decide=decide,
    within=frozenset({"inmr", "ftr"}),
)
