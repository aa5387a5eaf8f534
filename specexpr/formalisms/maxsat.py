"""How many thresholds are met: each of several objectives should be high enough.

What it expresses
-----------------
Several objectives, each with a number that is enough: a policy is worth how many of them it gets high
enough. By how much does not matter.

Syntax
------
::

    maxsat { fast >= 1; calm >= 1/2 }

Entries are separated by commas, semicolons or line ends. An objective may be of any formalism whose
values are numbers, a Markov reward or a formula, say, or another objective over objectives; none is named
twice.

Meaning
-------
J(pi) is the number of objectives i with J_i(pi) >= c_i, where c_i is the threshold of objective i. Where
an enclosure does not tell whether a threshold is met, the value is an enclosure too.

How it is decided
-----------------
It is not: the formalism orders policies and evaluates them.

What it cannot do
-----------------
See how far a value lies above or below its threshold. Tell more than k + 1 classes of policies apart with
k objectives.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.maxsat import FORMALISM
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
... objective both in rooms = maxsat { fast >= 1; calm >= 1/2 }
... ''')
>>> both = document.objective("both")
>>> policies = [document.policy(name) for name in ("go", "stay", "coin")]
>>> for value in FORMALISM.evaluate(both.environment, both.spec, policies):
...     print(value)
1
1
2
>>> print(FORMALISM.print(both.environment, both.spec))
fast >= 1; calm >= 1/2

References
----------
Joar Skalse, Alessandro Abate: On the Limitations of Markovian Rewards to Express Multi-Objective,
Risk-Sensitive, and Modal Tasks (UAI 2023). There the inequality is
printed the other way round.
"""

from __future__ import annotations

from collections.abc import Sequence

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
    return compose_list("maxsat", source, span, report, find=find, form="fast >= 3; twice >= 1/2")


def print_maxsat(environment: Environment, spec: Several) -> str:
    """Return the body."""
    return print_numbered(spec, " >= ", "; ")


def evaluate(environment: Environment, spec: Several, policies: Sequence[Policy]) -> tuple[Number, ...]:
    """Return how many thresholds each policy meets."""
    table = rows(spec.objectives, policies)
    return tuple(number(*met(row, spec.numbers)) for row in table)


FORMALISM = Formalism(
    id="maxsat",
    keyword="maxsat",
    title="Number of thresholds met",
    documentation=__doc__ or "",
    compose=compose,
    components=components,
    print=print_maxsat,
    sample=sample_numbered,
    evaluate=evaluate,
)
