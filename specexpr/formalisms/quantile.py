"""Quantile: the outcome that all but the worst reach.

What it expresses
-----------------
What one can count on: a policy is worth what it reaches in all but the worst outcomes, nine times out of ten
at level 1/10, say. At level 1/2 that is the median.

Syntax
------
::

    quantile { 1/10 of fast }

``1/10`` is the level, more than 0 and at most 1. ``fast`` is an objective of the same environment that has a
return: a reward, a machine, a horizon, a total and the like.

Meaning
-------
The return G is the sum that the named objective adds up along a trajectory: discounted, over a horizon, or up
to absorption. It is a gain: the worst outcomes are the least. The quantile at a is inf{x : P(G <= x) >= a},
the lower one where there is a choice. Also called value at risk; here of gains, not of losses.

Where G takes finitely many values its law is exact, and so is the value, up to some 10,000 values or so on
many states. Where it takes infinitely many, as discounted returns mostly do, the value lies between those of
two laws: on a grid that outcomes are rounded down to, and up to, which is about 1e-4 of the range of G wide
for a few states and a discount of 9/10; or for a total, from so many steps that next to nothing is left. A
value that is enclosed orders policies where enclosures do not overlap, and else the order is undecided.

How it is decided
-----------------
It is evaluated only.

What it cannot do
-----------------
See how bad the worst outcomes are, or how good the others: only where the level falls counts. So many
policies tie.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.quantile import FORMALISM
>>> document = loads('''
... environment rooms {
...   states s0 s1 end; actions wait go; start s0
...   s0 / wait -> s1; s0 / go -> { s1: 1/2, end: 1/2 }; s1 / * -> end; end / * -> end
... }
... policy calm in rooms { * -> wait }
... policy bold in rooms { * -> go }
... objective gain in rooms = total { s0 / wait: 1; s0 / go / s1: 4 }
... objective floor in rooms = quantile { 1/2 of gain }
... ''')
>>> floor = document.objective("floor")
>>> both = [document.policy("calm"), document.policy("bold")]
>>> FORMALISM.evaluate(floor.environment, floor.spec, both)
(Fraction(1, 1), Fraction(0, 1))
>>> print(FORMALISM.print(floor.environment, floor.spec))
1/2 of gain

References
----------
Philippe Artzner, Freddy Delbaen, Jean-Marc Eber, David Heath: Coherent Measures of Risk (Mathematical
Finance, 1999).
Jerzy A. Filar, Dmitry Krass, Keith W. Ross: Percentile Performance Criteria for Limiting Average Markov
Decision Processes (IEEE Transactions on Automatic Control, 1995).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

from specexpr.diagnostics import Report, Source, Span
from specexpr.exact import Number
from specexpr.expressivity.task import Objective
from specexpr.formalism import Find, Formalism
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.returns import (
    print_of,
    read_level,
    read_return,
    return_product,
    sample_level,
    sample_return,
    valued,
)
from specexpr.syntax.grammar import parse

if TYPE_CHECKING:
    from specexpr.product.product import Product


@dataclass(frozen=True, slots=True)
class Quantile:
    """The quantile at a level of the return of an objective."""

    level: Fraction
    objective: Objective


def compose(
    source: Source, span: Span, environment: Environment, report: Report, *, find: Find
) -> Quantile | None:
    """Read the body; None once what is wrong with it is reported."""
    forms = {"": "write 1/10 of fast, say"}
    body = parse("quantile", source, span, report, start="quantile_body", forms=forms)
    if body is None:
        return None
    number, name = body.leaves()
    level = read_level(number, report)
    objective = read_return(name, report, find=find)
    return None if level is None or objective is None else Quantile(level, objective)


def components(spec: Quantile) -> tuple[Objective, ...]:
    """Return the objective whose return it is about."""
    return (spec.objective,)


def print_quantile(environment: Environment, spec: Quantile) -> str:
    """Return the body."""
    return print_of(spec.level, spec.objective)


def sample(random: Random, environment: Environment) -> Quantile:
    """Return some quantile of an environment."""
    return Quantile(sample_level(random), sample_return(random, environment))


def evaluate(environment: Environment, spec: Quantile, policies: Sequence[Policy]) -> tuple[Number, ...]:
    """Return the values of some policies. Raises NoValue where one has none."""
    from specexpr.solve.risk.valuing import quantile_value

    return valued(spec.objective, policies, lambda *where: quantile_value(spec.level, *where))


def product(environment: Environment, spec: Quantile) -> Product:
    """Return the product of an environment and what has been paid so far, where that is finite."""
    return return_product(spec.objective)


FORMALISM = Formalism(
    id="quantile",
    keyword="quantile",
    title="Quantile of a return",
    documentation=__doc__ or "",
    compose=compose,
    components=components,
    print=print_quantile,
    sample=sample,
    evaluate=evaluate,
    product=product,
    options=frozenset(),
)
