"""As good in everything and better in something: several objectives without any trade between them.

What it expresses
-----------------
Several objectives of which nothing is said but their names: a policy is better than another one if it is
at least as good in each and better in one. Most policies are not comparable.

Syntax
------
::

    pareto { fast, calm }

Entries are separated by commas, semicolons or line ends. An objective may be of any formalism whose
values are numbers, a Markov reward or a formula, say, or another objective over objectives; none is named
twice.

Meaning
-------
The value of a policy is the vector (J_1(pi), .., J_k(pi)). Of two vectors that differ one is better if
none of its entries is less. Where each has an entry that is greater, neither is better and they do not
tie either: an order of policies says nothing about such a pair. Entries that are known only by enclosures
which overlap leave open which one is better.

How it is decided
-----------------
It is not: dominance is one order, and a task asks for an order that someone still has to find.

What it cannot do
-----------------
Compare policies of which each is better in something. Its values are no numbers, so it is no component of
another objective.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.pareto import FORMALISM
>>> document = loads('''
... environment rooms {
...   states s0 s1; actions left right; start s0
...   s0 / left -> s0; s0 / right -> s1; s1 / * -> s1
... }
... policy go in rooms { * -> right }
... policy stay in rooms { * -> left }
... policy coin in rooms { s0 -> { left: 1/2, right: 1/2 }; s1 -> right }
... objective fast in rooms = reward { discount 1/2; s0 / right: 2 }
... objective calm in rooms = reward { discount 1/2; s0 / left: 1 }
... objective both in rooms = pareto { fast, calm }
... ''')
>>> both = document.objective("both")
>>> policies = [document.policy(name) for name in ("go", "stay", "coin")]
>>> for value in FORMALISM.evaluate(both.environment, both.spec, policies):
...     print(value)
(Fraction(2, 1), Fraction(0, 1))
(Fraction(0, 1), Fraction(2, 1))
(Fraction(4, 3), Fraction(2, 3))
>>> print(FORMALISM.print(both.environment, both.spec))
fast, calm

References
----------
Diederik M. Roijers, Peter Vamplew, Shimon Whiteson, Richard Dazeley: A Survey of Multi-Objective Sequential
Decision-Making (JAIR 2013).
"""

from __future__ import annotations

from collections.abc import Sequence

from specexpr.composites import Several, components, compose_list, print_list, rows, sample_list
from specexpr.diagnostics import Report, Source, Span
from specexpr.exact import Number
from specexpr.expressivity.orders import compare_pareto
from specexpr.formalism import Find, Formalism
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy


def compose(
    source: Source, span: Span, environment: Environment, report: Report, *, find: Find
) -> Several | None:
    """Read the body; None once what is wrong with it is reported."""
    return compose_list("pareto", source, span, report, find=find, form="fast, twice")


def print_pareto(environment: Environment, spec: Several) -> str:
    """Return the body."""
    return print_list(spec)


def evaluate(
    environment: Environment, spec: Several, policies: Sequence[Policy]
) -> tuple[tuple[Number, ...], ...]:
    """Return the vector of the values of each policy."""
    return tuple(rows(spec.objectives, policies))


FORMALISM = Formalism(
    id="pareto",
    keyword="pareto",
    title="Pareto dominance",
    documentation=__doc__ or "",
    compose=compose,
    components=components,
    print=print_pareto,
    sample=sample_list,
    evaluate=evaluate,
    compare=compare_pareto,
)
