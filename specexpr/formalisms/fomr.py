"""Function of occupancies: any real function of how often, discounted, a policy takes each step.

What it expresses
-----------------
A function f of occupancies: lists with a number for each step (s, a, s'), how often it is taken, later times
counting less. Entropy of the visits, closeness to a demonstration, coverage, constraints on averages: all
of them are such functions, and so is any table of them.

Syntax
------
None: it has no keyword, and no objective is written in it. Tasks are asked about by its id, as in
``specexpr check FILE --in fomr``.

Meaning
-------
The value of a policy is f(d) with d(s, a, s') = sum_t g^t P(s_t = s, a_t = a, s_{t+1} = s'), f arbitrary.
The discount g of the question is used; one that is left open may be any, and which one does not matter to
the answer. In an environment family f is shared. ``observe labels`` does not bear on it.

How it is decided
-----------------
Policies that behave alike (that agree wherever either goes; in a family, that start, act and move alike in
their environments) have the same occupancy, whatever the discount; all others differ in it. So on
finite tasks only one thing stands in the way: a circle of constraints, one of them strict, that closes once
policies that behave alike are one policy. Without it levels are assigned along the constraints. Where a set
is accepted among all deterministic policies, nothing is enumerated: a set that no circle forbids is
expressible iff no policy outside it behaves like one inside.
The witness names occupancies by policies that have them, with their values, and a value for all others.

What it cannot do
-----------------
Tell apart policies that behave alike; on finite tasks that is all. On infinite sets of policies no value
orders all stationary policies lexicographically (a theorem), which an order of occupancies (``omo``) does.

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
>>> print(check(document.task("same"), "fomr", discount="1/2").witness.explain())
A function of occupancies at discount 1/2:
  1 at aa and bb
  0 elsewhere

References
----------
Rohan Subramani, Marcus Williams, Max Heitmann, Halfdan Holm, Charlie Griffin, Joar Skalse: On the
Expressivity of Objective-Specification Formalisms in Reinforcement Learning (ICLR 2024), where it is
FOMR, functions from occupancy measures to reals.
"""

from __future__ import annotations

from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Formalism


def decide(question: Question) -> Verdict:
    """Return a proved verdict: a table of occupancies, or a circle of constraints."""
    from specexpr.expressivity.behaviour_orders import decide_by_sight

    return decide_by_sight(question, "fomr")


def needs(question: Question) -> str | None:
    """Return what a question lacks: policies, if it compares sequences."""
    from specexpr.expressivity.behaviour_orders import needs_policies

    return needs_policies(question)


FORMALISM = Formalism(
    id="fomr",
    keyword=None,
    title="Function of occupancies",
    documentation=__doc__ or "",
    options=frozenset({"discount", "modulo_unreachable"}),
    needs=needs,
    decide=decide,
    within=frozenset({"omorl", "ftlr"}),
)
