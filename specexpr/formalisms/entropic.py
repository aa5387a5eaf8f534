"""Entropic risk: the certain amount that an exponential utility takes for the return.

What it expresses
-----------------
An attitude to risk that is the same however much has been gained: a policy is worth the certain amount that
an exponential utility values as it values the return.

Syntax
------
::

    entropic { -1/2 of fast }

``-1/2`` is the rate b: negative ones are averse to risk, positive ones seek it, 0 is the mean. ``fast`` is an
objective of the same environment that has a return: a reward, a machine, a horizon, a total and the like.

Meaning
-------
The return G is the sum that the named objective adds up along a trajectory: discounted, over a horizon, or up
to absorption. It is a gain: the worst outcomes are the least. The value at rate b is (1/b) log E exp(b G); at
b = 0 it is the limit, E G. Unless G is one number for sure, or b is 0, the value is irrational, by Lindemann
and Weierstrass, and is enclosed. It orders policies as the utility ``exponential`` does at the same rate.

How it is decided
-----------------
It is evaluated only.

What it cannot do
-----------------
Depend on wealth: adding a certain amount to all returns changes no comparison. See a risk that is small
compared to 1/b otherwise than by its mean and variance.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.entropic import FORMALISM
>>> document = loads('''
... environment rooms {
...   states s0 s1 end; actions wait go; start s0
...   s0 / wait -> s1; s0 / go -> { s1: 1/2, end: 1/2 }; s1 / * -> end; end / * -> end
... }
... policy calm in rooms { * -> wait }
... policy bold in rooms { * -> go }
... objective gain in rooms = total { s0 / wait: 1; s0 / go / s1: 4 }
... objective wary in rooms = entropic { -1 of gain }
... ''')
>>> wary = document.objective("wary")
>>> both = [document.policy("calm"), document.policy("bold")]
>>> FORMALISM.evaluate(wary.environment, wary.spec, both)
(Fraction(1, 1), Interval(lo=Fraction(..., ...), hi=Fraction(..., ...)))
>>> print(FORMALISM.print(wary.environment, wary.spec))
-1 of gain

References
----------
Ronald A. Howard, James E. Matheson: Risk-Sensitive Markov Decision Processes (Management Science, 1972).
Hans Foellmer, Alexander Schied: Stochastic Finance (2002), chapter 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from specexpr.diagnostics import Report, Source, Span
from specexpr.exact import Number
from specexpr.expressivity.task import Objective
from specexpr.formalism import Find, Formalism
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.returns import print_of, read_return, sample_return, valued
from specexpr.syntax.grammar import parse
from specexpr.syntax.numbers import read_number


@dataclass(frozen=True, slots=True)
class EntropicRisk:
    """The entropic risk at a rate of the return of an objective; negative rates are averse."""

    rate: Fraction
    objective: Objective


def compose(
    source: Source, span: Span, environment: Environment, report: Report, *, find: Find
) -> EntropicRisk | None:
    """Read the body; None once what is wrong with it is reported."""
    forms = {"": "write -1/2 of fast, say"}
    body = parse("entropic", source, span, report, start="entropic_body", forms=forms)
    if body is None:
        return None
    number, name = body.leaves()
    rate = read_number(number, report)
    objective = read_return(name, report, find=find)
    return None if rate is None or objective is None else EntropicRisk(rate, objective)


def components(spec: EntropicRisk) -> tuple[Objective, ...]:
    """Return the objective whose return it is about."""
    return (spec.objective,)


def print_entropic(environment: Environment, spec: EntropicRisk) -> str:
    """Return the body."""
    return print_of(spec.rate, spec.objective)


def sample(random: Random, environment: Environment) -> EntropicRisk:
    """Return some entropic risk of an environment."""
    return EntropicRisk(
        Fraction(random.choice(("1/2", "1", "-1/3", "0", "-2"))), sample_return(random, environment)
    )


def evaluate(environment: Environment, spec: EntropicRisk, policies: Sequence[Policy]) -> tuple[Number, ...]:
    """Return the values of some policies. Raises NoValue where one has none."""
    from specexpr.solve.risk.utility import entropic_value

    return valued(spec.objective, policies, lambda *where: entropic_value(spec.rate, *where))


FORMALISM = Formalism(
    id="entropic",
    keyword="entropic",
    title="Entropic risk",
    documentation=__doc__ or "",
    compose=compose,
    components=components,
    print=print_entropic,
    sample=sample,
    evaluate=evaluate,
    options=frozenset(),
)
