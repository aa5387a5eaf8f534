"""Order of several returns: any order of the values of a policy under Markov rewards.

What it expresses
-----------------
Rewards R_1, .., R_k and an order of lists of k real numbers, such as the lexicographic one: first safety,
then speed. Better is the policy whose list (J_1, .., J_k) of mean discounted returns is better. No number
need stand for the order.

Syntax
------
None: it has no keyword, and no objective is written in it. Tasks are asked about by its id, as in
``specexpr check FILE --in gomorl``.

Meaning
-------
pi is at least as good as pi' iff (J_1, .., J_k)(pi) is at least as good as (J_1, .., J_k)(pi') in the order,
which is total and transitive and otherwise arbitrary; J_i(pi) = E sum_t g^t R_i(s_t, a_t, s_{t+1}). The
discount is that of the question; one that is left open may be any, and which one does not matter to the
answer. In an environment family all is shared. ``observe labels`` does not bear on it.

How it is decided
-----------------
Policies that behave alike (that agree wherever either goes; in a family, that start, act and move alike in
their environments) have the same occupancy, hence the same returns
under all rewards; all others differ in it. So on
finite tasks only one thing stands in the way: a circle of constraints, one of them strict, that closes once
policies that behave alike are one policy. Without it levels are assigned along the constraints. Where a set
is accepted among all deterministic policies, nothing is enumerated: a set that no circle forbids is
expressible iff no policy outside it behaves like one inside.
The witness has separating rewards, a single one where a few small numbers are enough, and the ranks of their
returns; as in ``omorl``, which does the same on finite tasks.

What it cannot do
-----------------
Tell apart policies that behave alike; on finite tasks that is all. Orders without numbers show their
strength on infinite sets of policies only: there the lexicographic order of two returns is no function of
anything real (a theorem).

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
>>> print(check(document.task("same"), "gomorl", discount="1/2").witness.explain())
Markov reward, discount 1/2, 0 where nothing is listed:
  s / a: 1
  z / a: 1
Returns: aa = 3/2; ab = 1; ba = 1/2; bb = 0
Ranks: 1 if the return is 0 or 3/2; else 0

References
----------
Rohan Subramani, Marcus Williams, Max Heitmann, Halfdan Holm, Charlie Griffin, Joar Skalse: On the
Expressivity of Objective-Specification Formalisms in Reinforcement Learning (ICLR 2024), where it is
GOMORL, generalised outer multi-objective reinforcement learning.
"""

from __future__ import annotations

from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Formalism


def decide(question: Question) -> Verdict:
    """Return a proved verdict: separating rewards and ranks of returns, or a circle of constraints."""
    from specexpr.expressivity.behaviour_orders import decide_by_sight

    return decide_by_sight(question, "gomorl")


def needs(question: Question) -> str | None:
    """Return what a question lacks: policies, if it compares sequences."""
    from specexpr.expressivity.behaviour_orders import needs_policies

    return needs_policies(question)


FORMALISM = Formalism(
    id="gomorl",
    keyword=None,
    title="Order of several returns",
    documentation=__doc__ or "",
    options=frozenset({"discount", "modulo_unreachable"}),
    needs=needs,
    decide=decide,
    within=frozenset({"omo", "tlo", "po"}),
)
