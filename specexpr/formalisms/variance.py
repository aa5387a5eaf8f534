"""Mean and variance: the mean, less a multiple of the variance.

What it expresses
-----------------
That outcomes should be good and lie close together: a policy is worth the mean of its return less a multiple
of its variance. With a negative multiple it seeks risk.

Syntax
------
::

    variance { 1/2 of fast }

``1/2`` is the multiple, any number. ``fast`` is an objective of the same environment that has a return: a
reward, a machine, a horizon, a total and the like.

Meaning
-------
The return G is the sum that the named objective adds up along a trajectory: discounted, over a horizon, or up
to absorption. It is a gain: the worst outcomes are the least. The value at a multiple c is E G - c (E G^2 -
(E G)^2). Both moments solve linear systems, so that it is exact whether G takes finitely many values or not.

How it is decided
-----------------
It is evaluated only.

What it cannot do
-----------------
Prefer what is better in every respect: it may put a sure 0 above a coin that pays 0 or 10. Treat gains and
losses apart: a return that is sometimes much better is as bad as one that is sometimes much worse.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.variance import FORMALISM
>>> document = loads('''
... environment rooms {
...   states s0 s1 end; actions wait go; start s0
...   s0 / wait -> s1; s0 / go -> { s1: 1/2, end: 1/2 }; s1 / * -> end; end / * -> end
... }
... policy calm in rooms { * -> wait }
... policy bold in rooms { * -> go }
... objective gain in rooms = total { s0 / wait: 1; s0 / go / s1: 4 }
... objective steady in rooms = variance { 1/4 of gain }
... ''')
>>> steady = document.objective("steady")
>>> both = [document.policy("calm"), document.policy("bold")]
>>> FORMALISM.evaluate(steady.environment, steady.spec, both)
(Fraction(1, 1), Fraction(1, 1))
>>> print(FORMALISM.print(steady.environment, steady.spec))
1/4 of gain

References
----------
Harry Markowitz: Portfolio Selection (Journal of Finance, 1952).
Matthew J. Sobel: The Variance of Discounted Markov Decision Processes (Journal of Applied Probability, 1982).
Shie Mannor, John N. Tsitsiklis: Mean-Variance Optimization in Markov Decision Processes (ICML 2011).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, Any

from specexpr.diagnostics import Report, Source, Span
from specexpr.exact import Number
from specexpr.expressivity.task import Objective
from specexpr.formalism import Find, Formalism
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.returns import print_of, read_return, return_product, sample_return, valued
from specexpr.syntax.grammar import parse
from specexpr.syntax.numbers import read_number

if TYPE_CHECKING:
    from specexpr.product.product import Product


@dataclass(frozen=True, slots=True)
class MeanVariance:
    """The mean of the return of an objective less a multiple of its variance."""

    weight: Fraction
    objective: Objective


def compose(
    source: Source, span: Span, environment: Environment, report: Report, *, find: Find
) -> MeanVariance | None:
    """Read the body; None once what is wrong with it is reported."""
    forms = {"": "write 1/2 of fast, say"}
    body = parse("variance", source, span, report, start="variance_body", forms=forms)
    if body is None:
        return None
    number, name = body.leaves()
    weight = read_number(number, report)
    objective = read_return(name, report, find=find)
    return None if weight is None or objective is None else MeanVariance(weight, objective)


def components(spec: MeanVariance) -> tuple[Objective, ...]:
    """Return the objective whose return it is about."""
    return (spec.objective,)


def print_variance(environment: Environment, spec: MeanVariance) -> str:
    """Return the body."""
    return print_of(spec.weight, spec.objective)


def sample(random: Random, environment: Environment) -> MeanVariance:
    """Return some mean less variance of an environment."""
    return MeanVariance(
        Fraction(random.choice(("1/2", "1", "-1/3", "0", "1/100"))), sample_return(random, environment)
    )


def evaluate(environment: Environment, spec: MeanVariance, policies: Sequence[Policy]) -> tuple[Number, ...]:
    """Return the values of some policies. Raises NoValue where one has none."""
    from specexpr.solve.risk.moments import mean_and_square
    from specexpr.solve.risk.returns import return_under

    def value(*where: Any) -> Fraction:
        mean, square = mean_and_square(return_under(*where))
        return mean - spec.weight * (square - mean**2)

    return valued(spec.objective, policies, value)


def product(environment: Environment, spec: MeanVariance) -> Product:
    """Return the product of an environment and what has been paid so far, where that is finite."""
    return return_product(spec.objective)


FORMALISM = Formalism(
    id="variance",
    keyword="variance",
    title="Mean less variance",
    documentation=__doc__ or "",
    compose=compose,
    components=components,
    print=print_variance,
    sample=sample,
    evaluate=evaluate,
    product=product,
    options=frozenset(),
)
