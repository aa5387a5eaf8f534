"""Order of occupancies: any order of how often, discounted, a policy takes each step.

What it expresses
-----------------
An order of occupancies: lists with a number for each step (s, a, s'), how often it is taken, later times
counting less. Better is the policy whose occupancy is better. No number need stand for the order.

Syntax
------
None: it has no keyword, and no objective is written in it. Tasks are asked about by its id, as in
``specexpr check FILE --in omo``.

Meaning
-------
pi is at least as good as pi' iff d(pi) is at least as good as d(pi') in the order, which is total and
transitive and otherwise arbitrary; d(s, a, s') = sum_t g^t P(s_t = s, a_t = a, s_{t+1} = s'). The discount g
of the question is used; one that is left open may be any, and which one does not matter to the answer. In an
environment family the order is shared. ``observe labels`` does not bear on it.

How it is decided
-----------------
Policies that behave alike (that agree wherever either goes; in a family, that start, act and move alike in
their environments) have the same occupancy, whatever the discount; all others differ in it. So on
finite tasks only one thing stands in the way: a circle of constraints, one of them strict, that closes once
policies that behave alike are one policy. Without it levels are assigned along the constraints. Where a set
is accepted among all deterministic policies, nothing is enumerated: a set that no circle forbids is
expressible iff no policy outside it behaves like one inside.
The witness ranks occupancies, named by policies that have them; all others are at the bottom.

What it cannot do
-----------------
Tell apart policies that behave alike; on finite tasks that is all, and a function of occupancies
(``fomr``) does the same. On infinite sets of policies orders do more: the lexicographic order of two returns
is no function of anything real (a theorem).

Example
-------
>>> from specexpr import check
>>> from specexpr.document import loads
>>> document = loads('''
... environment steady {
...   states s0 s1; actions x y; start s0
...   s0 / x -> s1; s0 / y -> s0; s1 / x -> s0; s1 / y -> s1
... }
... policy yx in steady { s0 -> y; s1 -> x }
... policy yy in steady { * -> y }
... task one in steady { yx > yy }
... ''')
>>> from textwrap import fill
>>> print(fill(check(document.task("one"), "omo", discount="1/2").certificate.explain(), 100))
yx > yy (line 8), but they behave alike: they differ only in s1, which neither reaches. No order of
occupancies can tell them apart.

References
----------
Rohan Subramani, Marcus Williams, Max Heitmann, Halfdan Holm, Charlie Griffin, Joar Skalse: On the
Expressivity of Objective-Specification Formalisms in Reinforcement Learning (ICLR 2024), where it is
OMO, occupancy measure orderings.
"""

from __future__ import annotations

from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Formalism


def decide(question: Question) -> Verdict:
    """Return a proved verdict: a ranking of occupancies, or a circle of constraints."""
    from specexpr.expressivity.behaviour_orders import decide_by_sight

    return decide_by_sight(question, "omo")


def needs(question: Question) -> str | None:
    """Return what a question lacks: policies, if it compares sequences."""
    from specexpr.expressivity.behaviour_orders import needs_policies

    return needs_policies(question)


FORMALISM = Formalism(
    id="omo",
    keyword=None,
    title="Order of occupancies",
    documentation=__doc__ or "",
    options=frozenset({"discount", "modulo_unreachable"}),
    needs=needs,
    decide=decide,
    within=frozenset({"gomorl", "tlo"}),
)
