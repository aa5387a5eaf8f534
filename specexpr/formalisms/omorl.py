"""Function of several returns: any real function of the values of a policy under Markov rewards.

What it expresses
-----------------
Rewards R_1, .., R_k and a function f of k real numbers. A policy is worth f(J_1, .., J_k), where J_i is the
mean of its discounted return under R_i: trade-offs of any form between averages, fairness between them, bars
that each must pass.

Syntax
------
None: it has no keyword, and no objective is written in it. Tasks are asked about by its id, as in
``specexpr check FILE --in omorl``.

Meaning
-------
The value of a policy is f(J_1, .., J_k) with J_i(pi) = E sum_t g^t R_i(s_t, a_t, s_{t+1}), f arbitrary, k
as large as need be. All rewards have one discount, that of the question; one that is left open may be any,
and which one does not matter to the answer. In an environment family all is shared. ``observe labels`` does
not bear on it.

How it is decided
-----------------
Policies that behave alike (that agree wherever either goes; in a family, that start, act and move alike in
their environments) have the same occupancy, hence the same returns
under all rewards; all others differ in it. So on
finite tasks only one thing stands in the way: a circle of constraints, one of them strict, that closes once
policies that behave alike are one policy. Without it levels are assigned along the constraints. Where a set
is accepted among all deterministic policies, nothing is enumerated: a set that no circle forbids is
expressible iff no policy outside it behaves like one inside.
On finite tasks one reward (k = 1) does whatever several do, since some reward gives different returns to all
policies that do not behave alike. The witness has one where a few small numbers are enough. Where sets are
accepted among very many policies, one reward would need numbers of hundreds of digits, and several are
easier to read: one for each accepted policy, say, that takes away 1 for every step it does not take.

What it cannot do
-----------------
Tell apart policies that behave alike; on finite tasks that is all. On infinite sets of policies it does
more than one return can, and no value orders all stationary policies lexicographically (a theorem), which an
order of returns (``gomorl``) does.

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
>>> print(fill(check(document.task("one"), "omorl", discount="1/2").certificate.explain(), 100))
yx > yy (line 8), but they behave alike: they differ only in s1, which neither reaches. No function
of Markov returns can tell them apart.

References
----------
Rohan Subramani, Marcus Williams, Max Heitmann, Halfdan Holm, Charlie Griffin, Joar Skalse: On the
Expressivity of Objective-Specification Formalisms in Reinforcement Learning (ICLR 2024), where it is
OMORL, outer multi-objective reinforcement learning.
"""

from __future__ import annotations

from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Formalism


def decide(question: Question) -> Verdict:
    """Return a proved verdict: separating rewards and a table of returns, or a circle of constraints."""
    from specexpr.expressivity.behaviour_orders import decide_by_sight

    return decide_by_sight(question, "omorl")


def needs(question: Question) -> str | None:
    """Return what a question lacks: policies, if it compares sequences."""
    from specexpr.expressivity.behaviour_orders import needs_policies

    return needs_policies(question)


FORMALISM = Formalism(
    id="omorl",
    keyword=None,
    title="Function of several returns",
    documentation=__doc__ or "",
    options=frozenset({"discount", "modulo_unreachable"}),
    needs=needs,
    decide=decide,
    within=frozenset({"fomr", "ftlr", "fpr", "gomorl", "omo", "tlo"}),
)
