"""Any concave function of given objectives that rises where they rise.

What it expresses
-----------------
Several objectives of which more is better, and less and less so: what is scarce counts more, so that a
compromise is worth at least what it mixes.

Syntax
------
There is none: an order is asked for, not written down. The task names the objectives, ``given fast, calm``
(or ``--given fast,calm``), and perhaps ``utility nondecreasing``.

Meaning
-------
J(pi) = f(J_1(pi), .., J_k(pi)) where J_i is what the objective i is worth and f is a concave function on all
vectors of k numbers. By default f is *increasing*: f(v) > f(w) whenever v is at least w in every entry and
not the same. With ``utility nondecreasing`` f(v) >= f(w) is enough, as for the least of them.

How it is decided
-----------------
By Afriat's inequalities. A concave function has at each of finitely many vectors v_i a value u_i and a slope
g_i with u_j <= u_i + <g_i, v_j - v_i> for all j, and slopes are positive, or at least 0, as f must rise or
not fall. Conversely the least of these linear functions is such a function. The answer is a list of weighted
sums of which the least counts, pruned and merged as long as that is found to go on. Or it is a list of
policies that are at least as good in everything as mixtures of others are on average, so that they are worth
as much as these, or more, which the constraints contradict. For 50 policies and more a convex program in
floats proposes the sums; they are rounded and multiplied out exactly.

Objectives that the kernel values are those that pay for steps and the probabilities of formulas. Acceptable
sets among all deterministic policies compare all behaviours, up to 5,000. Several environments share one
function.

What it cannot do
-----------------
Prefer extremes to what lies between them. Be written down or evaluated: only orders of finitely many
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
... task compromise in rooms { coin > go; coin > stay; given fast, calm }
... ''')
>>> verdict = specexpr.check(document.task("compromise"), "concave")
>>> print(verdict.witness.explain())
The least of 2 weighted sums counts:
  fast + 2 calm
  2 fast + calm
Values: coin = 8/3; go = stay = 2

References
----------
Sydney N. Afriat: The Construction of Utility Functions from Expenditure Data (International Economic Review
1967).
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
    """Return the given objectives, and whether the function must rise or only not fall."""
    return Setting(given=measured(question), utility=question.options.utility or Shape.INCREASING)


def decide(question: Question) -> Verdict:
    """Return a proved verdict: weighted sums of which the least counts, or mixtures that contradict."""
    from specexpr.expressivity.several.given_functions import answer_function

    return answer_function(question, "concave")


FORMALISM = Formalism(
    id="concave",
    keyword=None,
    title="Concave increasing function of several objectives",
    documentation=__doc__ or "",
    options=frozenset({"given", "utility", "modulo_unreachable"}),
    needs=lacks_comparable,
    settle=settle,
    decide=decide,
)
