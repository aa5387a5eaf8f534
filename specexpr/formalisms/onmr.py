"""Function of one return: any real function of the value of a policy under one Markov reward.

What it expresses
-----------------
A Markov reward R and a function f of real numbers, which need be neither continuous nor increasing. A policy
is worth f(J), where J is the mean of its discounted return: "as close to 10 as possible", "at least 3, no
matter how much more", or one number for this return and another for that. The function is outside of the
mean: it looks at the average, not at what happens in one trajectory.

Syntax
------
None: it has no keyword, and no objective is written in it. Tasks are asked about by its id, as in
``specexpr check FILE --in onmr``.

Meaning
-------
The value of a policy is f(J) with J(pi) = E sum_t g^t R(s_t, a_t, s_{t+1}), f arbitrary. The discount g of
the question is used; one that is left open may be any, and which one does not matter to the answer. In an
environment family R and f are shared. ``observe labels`` does not bear on it.

How it is decided
-----------------
Policies that behave alike (that agree wherever either goes; in a family, that start, act and move alike in
their environments) have the same occupancy, hence one return under
every reward; all others differ in it. So on
finite tasks only one thing stands in the way: a circle of constraints, one of them strict, that closes once
policies that behave alike are one policy. Without it levels are assigned along the constraints. Where a set
is accepted among all deterministic policies, nothing is enumerated: a set that no circle forbids is
expressible iff no policy outside it behaves like one inside.
The witness is a reward under which the returns of policies of different levels differ, in small numbers
where that is possible, and the table of f.

What it cannot do
-----------------
Tell apart policies that behave alike. That is all on finite tasks, "the same action twice" included, which
one Markov reward alone cannot say. On infinite sets of policies there is more that it cannot do: all
policies of one return have one value. Two theorems: no specification orders *all* stationary policies by the
probability of acting twice alike, and no real value whatever orders them lexicographically.

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
... task same in memory { aa ~ bb > ab ~ ba }
... ''')
>>> print(check(document.task("same"), "onmr", discount="1/2").witness.explain())
Markov reward, discount 1/2, 0 where nothing is listed:
  s / a: 1
  z / a: 1
Returns: aa = 3/2; ab = 1; ba = 1/2; bb = 0
Values: 1 if the return is 0 or 3/2; else 0

References
----------
Rohan Subramani, Marcus Williams, Max Heitmann, Halfdan Holm, Charlie Griffin, Joar Skalse: On the
Expressivity of Objective-Specification Formalisms in Reinforcement Learning (ICLR 2024), where it is
ONMR, outer nonlinear Markov rewards.
"""

from __future__ import annotations

from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Formalism


def decide(question: Question) -> Verdict:
    """Return a proved verdict: a separating reward and a table of its returns, or a circle of constraints."""
    from specexpr.expressivity.behaviour_orders import decide_by_sight

    return decide_by_sight(question, "onmr")


def needs(question: Question) -> str | None:
    """Return what a question lacks: policies, if it compares sequences."""
    from specexpr.expressivity.behaviour_orders import needs_policies

    return needs_policies(question)


FORMALISM = Formalism(
    id="onmr",
    keyword=None,
    title="Function of one return",
    documentation=__doc__ or "",
    options=frozenset({"discount", "modulo_unreachable"}),
    needs=needs,
    decide=decide,
    within=frozenset({"omorl", "fomr", "ftlr"}),
)
