"""Order of policies: any order of the policies themselves, whatever they make happen.

What it expresses
-----------------
An order of policies, of tables of action probabilities. Nothing else is more general: every task that makes
sense in one environment is such an order.

Syntax
------
None: it has no keyword, and no objective is written in it. Tasks are asked about by its id, as in
``specexpr check FILE --in po``.

Meaning
-------
pi is at least as good as pi' as the order says, which is total and transitive and otherwise arbitrary. There
is no discount, and the environment does not enter: in an environment family the same table is the same
policy, with one rank. ``observe labels`` does not bear on it.

How it is decided
-----------------
A task is expressible unless a circle of constraints, one of them strict, closes. In a single environment
such a task contradicts itself. It is rejected before, as ill-posed, but for circles through policies that
behave like an accepted one: whether these are accepted, too, is for ``modulo unreachable`` to say. All other
well-posed tasks are expressible. In a family one table is one policy wherever it is used, and what one
environment asks of it may contradict what another does. Nothing is enumerated: of the policies that no one
names, those can be in a circle that behave like an accepted one in one environment and not so in another;
such sets of policies are counted.
The witness ranks policies; all that are not listed are at the bottom.

What it cannot do
-----------------
Give one policy two ranks: in a family it cannot prefer waiting in one environment and acting in the other.
On finite tasks that is all, and a function of policies (``fpr``) does the same. On infinite sets of policies
an order does more: the lexicographic order of two returns is no function of anything real (a theorem).

Example
-------
>>> from specexpr import check
>>> from specexpr.document import loads
>>> document = loads('''
... environment calm { states s w; actions wait act; start s; s / wait -> s; s / act -> w; w / * -> w }
... environment storm { states s w; actions wait act; start s; s / * -> w; w / * -> w }
... family weather { calm, storm }
... policy wait in weather { * -> wait }
... policy act in weather { * -> act }
... task each in weather { in calm { wait > act }; in storm { act > wait } }
... ''')
>>> from textwrap import fill
>>> print(fill(check(document.task("each"), "po").certificate.explain(), 100))
In calm wait > act and in storm act > wait (both line 7). But act in calm and act in storm are the
same policy and wait in storm and wait in calm are the same policy. So the constraints lead from
wait in calm back to itself, and no order of policies puts a policy above itself.

References
----------
Rohan Subramani, Marcus Williams, Max Heitmann, Halfdan Holm, Charlie Griffin, Joar Skalse: On the
Expressivity of Objective-Specification Formalisms in Reinforcement Learning (ICLR 2024), where it is
PO, policy orderings.
"""

from __future__ import annotations

from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Formalism


def decide(question: Question) -> Verdict:
    """Return a proved verdict: a ranking of policies, or a circle of constraints."""
    from specexpr.expressivity.behaviour_orders import decide_by_sight

    return decide_by_sight(question, "po")


def needs(question: Question) -> str | None:
    """Return what a question lacks: policies, if it compares sequences."""
    from specexpr.expressivity.behaviour_orders import needs_policies

    return needs_policies(question)


FORMALISM = Formalism(
    id="po",
    keyword=None,
    title="Order of policies",
    documentation=__doc__ or "",
    options=frozenset({"modulo_unreachable"}),
    needs=needs,
    decide=decide,
)
