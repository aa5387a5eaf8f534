"""Function of trajectory lotteries: any real function of the law of the whole trajectory.

What it expresses
-----------------
A function f of lotteries: a number for each law of infinite trajectories. Whatever can be asked of what
happens, and of how likely it is, can be asked here: the variance of a return, its quantiles, the
probability of a formula squared. The lottery is looked at as a whole, not averaged.

Syntax
------
None: it has no keyword, and no objective is written in it. Tasks are asked about by its id, as in
``specexpr check FILE --in ftlr``.

Meaning
-------
The value of a policy is f(L), where L is the law of its trajectory (s_0, a_0, s_1, a_1, ..), f arbitrary.
There is no discount. In an environment family f is shared: two policies in two environments may have one
law. States, actions and next states are seen: ``observe labels`` does not bear on it.

How it is decided
-----------------
Policies that behave alike (that agree wherever either goes; in a family, that start, act and move alike in
their environments) have the same law of the trajectory; all others differ in it. So on
finite tasks only one thing stands in the way: a circle of constraints, one of them strict, that closes once
policies that behave alike are one policy. Without it levels are assigned along the constraints. Where a set
is accepted among all deterministic policies, nothing is enumerated: a set that no circle forbids is
expressible iff no policy outside it behaves like one inside.
The witness names lotteries by policies that have them, with their values, and a value for all others.

What it cannot do
-----------------
Tell apart policies that behave alike; on finite tasks that is all. On infinite sets of policies no value
orders all stationary policies lexicographically (a theorem), which an order of lotteries (``tlo``) does.

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
>>> print(check(document.task("same"), "ftlr").witness.explain())
A function of trajectory lotteries:
  1 at aa and bb
  0 elsewhere

References
----------
Rohan Subramani, Marcus Williams, Max Heitmann, Halfdan Holm, Charlie Griffin, Joar Skalse: On the
Expressivity of Objective-Specification Formalisms in Reinforcement Learning (ICLR 2024), where it is
FTLR, functions from trajectory lotteries to reals.
"""

from __future__ import annotations

from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Formalism


def decide(question: Question) -> Verdict:
    """Return a proved verdict: a table of lotteries, or a circle of constraints."""
    from specexpr.expressivity.behaviour_orders import decide_by_sight

    return decide_by_sight(question, "ftlr")


def needs(question: Question) -> str | None:
    """Return what a question lacks: policies, if it compares sequences."""
    from specexpr.expressivity.behaviour_orders import needs_policies

    return needs_policies(question)


FORMALISM = Formalism(
    id="ftlr",
    keyword=None,
    title="Function of trajectory lotteries",
    documentation=__doc__ or "",
    options=frozenset({"modulo_unreachable"}),
    needs=needs,
    decide=decide,
    within=frozenset({"omorl", "fomr"}),
)
