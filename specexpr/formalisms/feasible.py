"""Whether all thresholds are met: a policy is inside or outside.

What it expresses
-----------------
Several objectives, each with a number that is enough: a policy that gets all of them high enough is
inside, every other one outside, and that is all that counts.

Syntax
------
::

    feasible { fast >= 1; calm >= 1/2 }

Entries are separated by commas, semicolons or line ends. An objective may be of any formalism whose
values are numbers, a Markov reward or a formula, say, or another objective over objectives; none is named
twice.

Meaning
-------
J(pi) is 1 if J_i(pi) >= c_i for each objective i with its threshold c_i, and 0 otherwise: the constraints
of a constrained Markov decision process. Where an enclosure does not tell, the value lies between 0 and
1.

How it is decided
-----------------
It is not: the formalism orders policies and evaluates them.

What it cannot do
-----------------
Tell more than two classes of policies apart.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.feasible import FORMALISM
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
... objective both in rooms = feasible { fast >= 1; calm >= 1/2 }
... ''')
>>> both = document.objective("both")
>>> policies = [document.policy(name) for name in ("go", "stay", "coin")]
>>> for value in FORMALISM.evaluate(both.environment, both.spec, policies):
...     print(value)
0
0
1
>>> print(FORMALISM.print(both.environment, both.spec))
fast >= 1; calm >= 1/2

References
----------
Eitan Altman: Constrained Markov Decision Processes (1999).
Shuwa Miura: On the Expressivity of Multidimensional Markov Reward (2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from specexpr.composites import (
    Several,
    components,
    compose_list,
    met,
    number,
    print_numbered,
    rows,
    sample_numbered,
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
    return compose_list("feasible", source, span, report, find=find, form="fast >= 3; twice >= 1/2")


def print_feasible(environment: Environment, spec: Several) -> str:
    """Return the body."""
    return print_numbered(spec, " >= ", "; ")


def evaluate(environment: Environment, spec: Several, policies: Sequence[Policy]) -> tuple[Number, ...]:
    """Return 1 for each policy that meets all thresholds, and 0 for every other one."""
    table = [met(row, spec.numbers) for row in rows(spec.objectives, policies)]
    count = len(spec.objectives)
    return tuple(number(Fraction(low == count), Fraction(high == count)) for low, high in table)


FORMALISM = Formalism(
    id="feasible",
    keyword="feasible",
    title="All thresholds met",
    documentation=__doc__ or "",
    compose=compose,
    components=components,
    print=print_feasible,
    sample=sample_numbered,
    evaluate=evaluate,
)
