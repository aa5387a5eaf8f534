"""Order of trajectory lotteries: any order of the laws of the whole trajectory.

What it expresses
-----------------
An order of lotteries: laws of infinite trajectories. Better is the policy whose law is better. No number
need stand for the order; a person who compares lotteries without weighing probabilities has such an order.

Syntax
------
None: it has no keyword, and no objective is written in it. Tasks are asked about by its id, as in
``specexpr check FILE --in tlo``.

Meaning
-------
pi is at least as good as pi' iff L(pi) is at least as good as L(pi') in the order, which is total and
transitive and otherwise arbitrary; L is the law of the trajectory (s_0, a_0, s_1, a_1, ..). There is no
discount. In an environment family the order is shared: two policies in two environments may have one law.
States, actions and next states are seen: ``observe labels`` does not bear on it.

How it is decided
-----------------
Policies that behave alike (that agree wherever either goes; in a family, that start, act and move alike in
their environments) have the same law of the trajectory; all others differ in it. So on
finite tasks only one thing stands in the way: a circle of constraints, one of them strict, that closes once
policies that behave alike are one policy. Without it levels are assigned along the constraints. Where a set
is accepted among all deterministic policies, nothing is enumerated: a set that no circle forbids is
expressible iff no policy outside it behaves like one inside.
The witness ranks lotteries, named by policies that have them; all others are at the bottom.

What it cannot do
-----------------
Tell apart policies that behave alike; on finite tasks that is all, and a function of lotteries (``ftlr``)
does the same. On infinite sets of policies orders do more: the lexicographic order of two returns is no
function of anything real (a theorem).

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
>>> print(fill(check(document.task("one"), "tlo").certificate.explain(), 100))
yx > yy (line 8), but they behave alike: they differ only in s1, which neither reaches. No order of
trajectory lotteries can tell them apart.

References
----------
Rohan Subramani, Marcus Williams, Max Heitmann, Halfdan Holm, Charlie Griffin, Joar Skalse: On the
Expressivity of Objective-Specification Formalisms in Reinforcement Learning (ICLR 2024), where it is
TLO, trajectory lottery orderings.
"""

from __future__ import annotations

from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Formalism


def decide(question: Question) -> Verdict:
    """Return a proved verdict: a ranking of lotteries, or a circle of constraints."""
    from specexpr.expressivity.behaviour_orders import decide_by_sight

    return decide_by_sight(question, "tlo")


def needs(question: Question) -> str | None:
    """Return what a question lacks: policies, if it compares sequences."""
    from specexpr.expressivity.behaviour_orders import needs_policies

    return needs_policies(question)


FORMALISM = Formalism(
    id="tlo",
    keyword=None,
    title="Order of trajectory lotteries",
    documentation=__doc__ or "",
    options=frozenset({"modulo_unreachable"}),
    needs=needs,
    decide=decide,
    within=frozenset({"gomorl", "omo"}),
)
