"""A weighted sum of several objectives.

What it expresses
-----------------
Several objectives that may be traded at fixed rates: so much of one for so much of another.

Syntax
------
::

    linear { fast: 2, calm: 1/2 }

The number after the colon is the weight of the objective; it may be 0 or negative. Entries are separated
by commas, semicolons or line ends. An objective may be of any formalism whose values are numbers, a
Markov reward or a formula, say, or another objective over objectives; none is named twice.

Meaning
-------
J(pi) = w_1 J_1(pi) + .. + w_k J_k(pi) where J_i is what the objective i is worth and w_i its weight.
Values that are known only by an enclosure give an enclosure.

How it is decided
-----------------
It is not: the formalism orders policies and evaluates them.

What it cannot do
-----------------
Prefer a compromise to both of what it lies between. Put one objective before all others, however little
it differs, or say that some amount of one is enough.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.linear import FORMALISM
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
... objective both in rooms = linear { fast: 2, calm: 1/2 }
... ''')
>>> both = document.objective("both")
>>> policies = [document.policy(name) for name in ("go", "stay", "coin")]
>>> for value in FORMALISM.evaluate(both.environment, both.spec, policies):
...     print(value)
4
1
3
>>> print(FORMALISM.print(both.environment, both.spec))
fast: 2, calm: 1/2

References
----------
Leon Barrett, Srini Narayanan: Learning All Optimal Policies with Multiple Criteria (ICML 2008).
Diederik M. Roijers, Peter Vamplew, Shimon Whiteson, Richard Dazeley: A Survey of Multi-Objective Sequential
Decision-Making (JAIR 2013).
"""

from __future__ import annotations

from collections.abc import Sequence

from specexpr.composites import (
    Several,
    components,
    compose_list,
    print_numbered,
    rows,
    sample_numbered,
    weighted_sum,
)
from specexpr.diagnostics import Report, Source, Span
from specexpr.exact import Number
from specexpr.formalism import Find, Formalism
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy


def compose(
    source: Source, span: Span, environment: Environment, report: Report, *, find: Find
) -> Several | None:
    """Read the body; None once what is wrong with it is reported."""
    return compose_list("linear", source, span, report, find=find, form="fast: 2, twice: 1/2")


def print_linear(environment: Environment, spec: Several) -> str:
    """Return the body."""
    return print_numbered(spec, ": ", ", ")


def evaluate(environment: Environment, spec: Several, policies: Sequence[Policy]) -> tuple[Number, ...]:
    """Return the weighted sum of the values of each policy."""
    table = rows(spec.objectives, policies)
    return tuple(weighted_sum(spec.numbers, row) for row in table)


FORMALISM = Formalism(
    id="linear",
    keyword="linear",
    title="Weighted sum of several objectives",
    documentation=__doc__ or "",
    compose=compose,
    components=components,
    print=print_linear,
    sample=sample_numbered,
    evaluate=evaluate,
)
