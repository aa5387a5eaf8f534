"""One objective after the other: the first one counts, a tie in it is broken by the second, and so on.

What it expresses
-----------------
Several objectives in the order of their importance, the first before all others however little it
differs: safety first, then speed.

Syntax
------
::

    lexmax { fast, calm }

The most important one stands first. Entries are separated by commas, semicolons or line ends. An
objective may be of any formalism whose values are numbers, a Markov reward or a formula, say, or another
objective over objectives; none is named twice.

Meaning
-------
The value of a policy is the vector (J_1(pi), .., J_k(pi)), and of two vectors the one is better that has
the greater entry where they differ first. Entries that are known only by enclosures which overlap leave
open which one is better, unless an entry before them decides.

How it is decided
-----------------
It is not: the formalism orders policies and evaluates them.

What it cannot do
-----------------
Trade: no gain in a later objective makes up for any loss in an earlier one. Its values are no numbers, so
it is no component of another objective.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.lexmax import FORMALISM
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
... objective both in rooms = lexmax { fast, calm }
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
Joar Skalse, Alessandro Abate: On the Limitations of Markovian Rewards to Express Multi-Objective,
Risk-Sensitive, and Modal Tasks (UAI 2023).
Zoltan Gabor, Zsolt Kalmar, Csaba Szepesvari: Multi-criteria Reinforcement Learning (ICML 1998).
"""

from __future__ import annotations

from collections.abc import Sequence

from specexpr.composites import Several, components, compose_list, print_list, rows, sample_list
from specexpr.diagnostics import Report, Source, Span
from specexpr.exact import Number
from specexpr.expressivity.orders import compare_lexicographically
from specexpr.formalism import Find, Formalism
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy


def compose(
    source: Source, span: Span, environment: Environment, report: Report, *, find: Find
) -> Several | None:
    """Read the body; None once what is wrong with it is reported."""
    return compose_list("lexmax", source, span, report, find=find, form="fast, twice")


def print_lexmax(environment: Environment, spec: Several) -> str:
    """Return the body."""
    return print_list(spec)


def evaluate(
    environment: Environment, spec: Several, policies: Sequence[Policy]
) -> tuple[tuple[Number, ...], ...]:
    """Return the vector of the values of each policy."""
    return tuple(rows(spec.objectives, policies))


FORMALISM = Formalism(
    id="lexmax",
    keyword="lexmax",
    title="One objective after the other",
    documentation=__doc__ or "",
    compose=compose,
    components=components,
    print=print_lexmax,
    sample=sample_list,
    evaluate=evaluate,
    compare=compare_lexicographically,
)
