"""Linear temporal logic on finite traces: the probability that an episode ends as a formula asks.

What it expresses
-----------------
What linear temporal logic says, of episodes: a formula speaks of the finitely many steps up to the end. "In
the end", "the last step", "at least three steps" can be said here and mean nothing on infinite trajectories.

Syntax
------
::

    ltlf { (F goal) & (G (push -> N !push)) }

The operators of ltl, which bind as there, and ``N``, the weak next, which binds like ``X``:

- ``X f``: there is a next step, and f holds from it on. At the last step ``X true`` is false.
- ``N f``: if there is a next step, f holds from it on. At the last step ``N false`` is true, so
  ``F (goal & N false)`` says that the goal holds at the last step. ``N f`` is ``!X !f``, and is printed so.

A label called ``N`` stands in quotes, like the other words of the language.

Meaning
-------
A state is terminal if every action leads from it to itself for sure. An episode ends with the first step
that is taken in a terminal state; this one counts, so that the labels of the terminal state can be seen.
Position t reads the labels of (s_t, a_t), never those of s_{t+1}. ``F f``, ``G f`` and the others speak of
the positions up to the last: G f holds if f holds at each of them, a U b needs b at one of them, a W b does
not.

The value of a policy is the probability that the episode ends and its trace satisfies the formula; an
episode that goes on for ever satisfies none. It is computed as for ltl, exactly, with an automaton that
stops at the end. An environment without a terminal state has no episodes, and a formula on traces is refused
there.

How it is decided
-----------------
It is evaluated only. Whether some formula orders a task as wanted is asked of ltl.

What it cannot do
-----------------
Speak of what happens for ever. Trade a little of one thing for more of another: a trace satisfies a formula
or does not. Count without bound.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.ltlf import FORMALISM
>>> document = loads('''
... environment rooms {
...   states s0 s1 end; actions wait go; start s0
...   s0 / wait -> { s0: 1/2, s1: 1/2 }; s0 / go -> end; s1 / * -> end; end / * -> end
...   label alarm { s1 }
... }
... policy slow in rooms { * -> wait }
... objective late in rooms = ltlf { X alarm }
... objective once in rooms = ltlf { G (alarm -> (N (G !alarm))) }
... ''')
>>> late, once = document.objective("late"), document.objective("once")
>>> for one in (late, once):
...     FORMALISM.evaluate(one.environment, one.spec, [document.policy("slow")])
(Fraction(1, 2),)
(Fraction(1, 1),)
>>> print(FORMALISM.print(once.environment, once.spec))
G (alarm -> (N (G !alarm)))

References
----------
Giuseppe De Giacomo, Moshe Y. Vardi: Linear Temporal Logic and Linear Dynamic Logic on Finite Traces (IJCAI
2013).
Amir Pnueli: The Temporal Logic of Programs (FOCS 1977).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

from specexpr.certify.formula import Formula
from specexpr.diagnostics import Diagnostic, Report, Source, Span
from specexpr.expressivity.task import Options
from specexpr.formalism import Formalism
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.product.automaton import Property
from specexpr.syntax.formula_words import formula_words
from specexpr.syntax.formulas import LTLF, Reading, formula_text, read_formula
from specexpr.syntax.names import shown

if TYPE_CHECKING:
    from specexpr.product.optimal import Optimum
    from specexpr.product.product import Product

_OPEN = Options()


def parse(
    source: Source, span: Span, environment: Environment, report: Report, *, options: Options = _OPEN
) -> Formula | None:
    """Read a formula; None once what is wrong with it is reported."""
    from specexpr.product.formula_doubts import Doubts
    from specexpr.product.traces import terminal_states

    read = read_formula(Reading(environment, report, LTLF), source, span)
    if terminal_states(environment):
        if read is None:
            return None
        for doubt in Doubts(environment, source, *read, LTLF).all():
            report(doubt)
        return read[1]
    message = f"no state of environment {shown(environment.name)} is terminal: its trajectories never end"
    hint = "make a state terminal, s1 / * -> s1, or write ltl for infinite trajectories"
    report(Diagnostic(id="never-ends", message=message, span=span, help=hint))
    return None


def print_formula(environment: Environment, spec: Formula) -> str:
    """Return a formula, fully parenthesised."""
    return formula_text(environment, spec, dialect=LTLF)


def words(environment: Environment, spec: Formula) -> str:
    """Return a formula in plain English."""
    return formula_words(environment, spec, dialect=LTLF)


def sample(random: Random, environment: Environment) -> Formula:
    """Return some formula of an environment, with no more than a few operators."""
    from specexpr.product.formula_doubts import draw_formula

    return draw_formula(random, environment, dialect=LTLF)


def _property(environment: Environment, spec: Formula) -> tuple[Environment, Property]:
    """Return the environment with its terminal states labelled, and the property there."""
    from specexpr.product.traces import trace_property, with_terminal

    marked, terminal = with_terminal(environment)
    return marked, trace_property(spec, terminal)


def evaluate(environment: Environment, spec: Formula, policies: Sequence[Policy]) -> tuple[Fraction, ...]:
    """Return the exact probabilities of some policies."""
    from specexpr.product.valuing import property_values

    return property_values(*_property(environment, spec), policies)


def approximate(environment: Environment, spec: Formula, policies: Sequence[Policy]) -> tuple[float, ...]:
    """Return about the probabilities of some policies."""
    from specexpr.product.valuing import property_estimates

    return property_estimates(*_property(environment, spec), policies)


def optimal(environment: Environment, spec: Formula) -> Optimum:
    """Return the largest probability over all policies, and a policy that attains it."""
    from specexpr.product.optimal import optimum

    return optimum(*_property(environment, spec))


def product(environment: Environment, spec: Formula) -> Product:
    """Return the product of an environment and the automaton."""
    from specexpr.product.optimal import property_product

    return property_product(*_property(environment, spec))[0]


FORMALISM = Formalism(
    id="ltlf",
    keyword="ltlf",
    title="Linear temporal logic on finite traces",
    documentation=__doc__ or "",
    parse=parse,
    print=print_formula,
    words=words,
    sample=sample,
    evaluate=evaluate,
    approximate=approximate,
    optimal=optimal,
    product=product,
    options=frozenset(),
)
