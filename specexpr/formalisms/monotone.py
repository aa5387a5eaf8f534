"""Any function of given objectives that rises where they rise.

What it expresses
-----------------
Several objectives of which more is better, whatever else may be said of how they are traded: a policy that
is at least as good in everything, and better in something, is worth more.

Syntax
------
There is none: an order is asked for, not written down. The task names the objectives, ``given fast, calm``
(or ``--given fast,calm``), and perhaps ``utility nondecreasing``.

Meaning
-------
J(pi) = f(J_1(pi), .., J_k(pi)) where J_i is what the objective i is worth and f is a function on all vectors
of k numbers. By default f is *increasing*: f(v) > f(w) whenever v is at least w in every entry and not the
same. With ``utility nondecreasing`` f(v) >= f(w) is enough, so that policies may tie although one is better.
With ``utility increasing concave`` or ``utility nondecreasing concave`` f is moreover concave: see
``concave``.

How it is decided
-----------------
The policies of the task and the pairs of which one is at least as good in everything form a graph. A task is
expressible iff no circle of constraints and of such pairs goes through a strict one: a strict constraint, or,
where f is increasing, a pair that is not the same. It is not enough to look at pairs: in A > B, C > D where D
is better than A in everything and B better than C, every pair of policies can be ordered, the circle A, B,
C, D cannot. Policies with the same values tie. Otherwise the answer is a table of values, which can be
continued to all vectors.

Objectives that the kernel values are those that pay for steps and the probabilities of formulas. Acceptable
sets among all deterministic policies compare all behaviours, up to 5,000. Several environments share one
function.

What it cannot do
-----------------
Prefer a policy that is worse in everything. Be written down or evaluated: only orders of finitely many
policies are found.

Example
-------
>>> import specexpr
>>> document = specexpr.loads('''
... environment rooms {
...   states s0 s1; actions left right; start s0
...   s0 / left -> s0; s0 / right -> s1; s1 / * -> s1
... }
... policy go in rooms { * -> right }
... policy stay in rooms { * -> left }
... policy coin in rooms { s0 -> { left: 1/2, right: 1/2 }; s1 -> right }
... objective fast in rooms = reward { discount 1/2; s0 / right: 2 }
... objective calm in rooms = reward { discount 1/2; s0 / left: 1 }
... task extremes in rooms { go > coin; stay > coin; given fast, calm }
... ''')
>>> verdict = specexpr.check(document.task("extremes"), "monotone")
>>> print(verdict.witness.explain())
A function of fast and calm that rises with each of them has these values:
  fast = 0, calm = 2: 1 (stay)
  fast = 2, calm = 0: 1 (go)
  fast = 4/3, calm = 2/3: 0 (coin)

References
----------
Diederik M. Roijers, Peter Vamplew, Shimon Whiteson, Richard Dazeley: A Survey of Multi-Objective Sequential
Decision-Making (JAIR 2013).
"""

from __future__ import annotations

from specexpr.certify.model import Setting, Shape
from specexpr.composites import lacks_comparable
from specexpr.expressivity.task import Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Formalism
from specexpr.given import measured


def settle(question: Question) -> Setting:
    """Return the given objectives, and what the function must be."""
    return Setting(given=measured(question), utility=question.options.utility or Shape.INCREASING)


def decide(question: Question) -> Verdict:
    """Return a proved verdict: values of a function, or a circle."""
    from specexpr.expressivity.several.given_functions import answer_function

    return answer_function(question, "monotone")


FORMALISM = Formalism(
    id="monotone",
    keyword=None,
    title="Increasing function of several objectives",
    documentation=__doc__ or "",
    options=frozenset({"given", "utility", "modulo_unreachable"}),
    needs=lacks_comparable,
    settle=settle,
    decide=decide,
)
