"""Function of policies: any real function of the policy itself, whatever it makes happen.

What it expresses
-----------------
A function f of policies, of the table of action probabilities. What is never done counts like what is:
"would act kindly if it ever came there" can be asked for.

Syntax
------
None: it has no keyword, and no objective is written in it. Tasks are asked about by its id, as in
``specexpr check FILE --in fpr``.

Meaning
-------
The value of a policy is f(pi), f arbitrary. There is no discount, and the environment does not enter: in an
environment family the same table is the same policy, with one value. ``observe labels`` does not bear on
it.

How it is decided
-----------------
A task is expressible unless a circle of constraints, one of them strict, closes. In a single environment
such a task contradicts itself. It is rejected before, as ill-posed, but for circles through policies that
behave like an accepted one: whether these are accepted, too, is for ``modulo unreachable`` to say. All other
well-posed tasks are expressible. In a family one table is one policy wherever it is used, and what one
environment asks of it may contradict what another does. Nothing is enumerated: of the policies that no one
names, those can be in a circle that behave like an accepted one in one environment and not so in another;
such sets of policies are counted.
The witness is a table of policies with their values, and a value for all others.

What it cannot do
-----------------
Give one policy two values: in a family it cannot prefer waiting in one environment and acting in the other.
On finite tasks that is all. On infinite sets of policies no value orders all stationary policies
lexicographically (a theorem), which an order of policies (``po``) does.

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
>>> print(check(document.task("one"), "fpr").witness.explain())
A function of policies:
  1 at yx
  0 elsewhere

References
----------
Rohan Subramani, Marcus Williams, Max Heitmann, Halfdan Holm, Charlie Griffin, Joar Skalse: On the
Expressivity of Objective-Specification Formalisms in Reinforcement Learning (ICLR 2024), where it is
FPR, functions from policies to reals.
"""

from __future__ import annotations

from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Formalism


def decide(question: Question) -> Verdict:
    """Return a proved verdict: a table of policies, or a circle of constraints."""
    from specexpr.expressivity.behaviour_orders import decide_by_sight

    return decide_by_sight(question, "fpr")


def needs(question: Question) -> str | None:
    """Return what a question lacks: policies, if it compares sequences."""
    from specexpr.expressivity.behaviour_orders import needs_policies

    return needs_policies(question)


FORMALISM = Formalism(
    id="fpr",
    keyword=None,
    title="Function of policies",
    documentation=__doc__ or "",
    options=frozenset({"modulo_unreachable"}),
    needs=needs,
    decide=decide,
    within=frozenset({"po"}),
)
