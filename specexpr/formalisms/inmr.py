"""Function of a discounted return: any real function of the return of one Markov reward, averaged.

What it expresses
-----------------
A reward R, a discount g and a function f of the return G, the discounted sum of what the steps of a
trajectory pay. A policy is worth the mean of f(G): risk attitudes of all kinds, and more, since the return
may be made to tell a whole trajectory.

Syntax
------
None: it only decides. For a given return and a utility of some shape see ``utility``.

Meaning
-------
J(pi) = E f(sum_t g^t R(s_t, a_t, s_{t+1})), f arbitrary. The discount is part of the specification (R, f,
g), so that of the question is not used. With ``observe labels`` R pays for the labels of a step. Sequences
of a trajectory order are not compared. In an environment family one specification serves every environment.

How it is decided
-----------------
A return is a function of the trajectory, so what no function of trajectories can do, no function of a
return can: the certificates are those of ``ftr``. Conversely let the steps that matter pay 1, .., k and all
others 0, at discount 1 / (k + 2): written in base k + 2 the return spells which of them was taken when. So
a function of it can be worth whatever a function of finitely many beginnings is worth, and the two decide
alike on finite tasks, ties included.

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
>>> print(check(document.task("same"), "inmr").witness.explain())
A reward at discount 1/5 whose return tells how a trajectory begins, 0 but for:
  s / a / z: 1
  s / b / z: 2
  z / a / w: 3
f adds up what these beginnings are worth, each told by where the returns then lie:
  s a z in [1, 7/4]: -1
  s a z a w in [8/5, 7/4]: 1
  s b z a w in [13/5, 11/4]: -1
Values: aa = bb = 0; ab = ba = -1

References
----------
Rohan Subramani, Marcus Williams, Max Heitmann, Halfdan Holm, Charlie Griffin, Joar Skalse: On the
Expressivity of Objective-Specification Formalisms in Reinforcement Learning, ICLR 2024 (INMR,
inner nonlinear Markov rewards).
"""

from __future__ import annotations

from specexpr.certify.model import TrajectoryConstraint
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict, proved
from specexpr.formalism import Formalism


def decide(question: Question) -> Verdict:
    """Return a proved verdict: a reward and a function of its return, or lotteries that cancel."""
    from specexpr.expressivity.trajectory_functions import decide_returns, markov_reward
    from specexpr.expressivity.trajectory_text import speaking

    proof = markov_reward(question) or decide_returns(
        question.claim(), is_one_reward=True, deadline=question.deadline
    )
    return proved(question, "inmr", proof, speaking("function of a discounted return"))


def needs(question: Question) -> str | None:
    """Return what a question lacks: policies, if it compares sequences."""
    if any(isinstance(c, TrajectoryConstraint) for c in question.task.constraints):
        return "policies to compare: sequences are compared in mr, rm and ftr"
    return None


FORMALISM = Formalism(
    id="inmr",
    keyword=None,
    title="Function of a discounted return",
    documentation=__doc__ or "",
    options=frozenset({"modulo_unreachable", "observe_labels"}),
    needs=needs,
    decide=decide,
    within=frozenset({"imorl", "ftr"}),
)
