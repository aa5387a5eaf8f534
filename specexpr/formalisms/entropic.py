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
and Weierstrass, and is enclosed to 2^-64 of its size, whether G takes finitely many values or not; with
discounts by state and infinitely many values between those of two laws, see ``cvar``. E exp(b G) of a total
may be infinite: then there is no value. Policies are ordered as by the utility ``exponential`` at that rate.

How it is decided
-----------------
A task says ``given fast``, whose return it is about; the order that such an objective induces is asked with
its own. The rate b is free. Returns that take finitely many values lie on a lattice x_0 + k c, and with
z = exp(b c) one value is above another one iff (p(z) - q(z)) / (z - 1) > 0, where p and q are polynomials
whose coefficients are the probabilities. So each constraint fails on finitely many intervals and numbers,
whose ends are algebraic and isolated exactly; a task is expressible iff these leave some z > 0. Ties may
leave single, algebraic ones. Otherwise the proof names for every z a constraint that fails there.

Where the return takes infinitely many values under some policies, constraints on the others may fail for
every b; b = 0, the mean, is tried; and constraints under which lotteries over trajectories cancel refute
every b with finite values. Otherwise, and where a lattice has more than 1,000 places, the answer may be
"undecided". Acceptable sets among all deterministic policies compare all behaviours; with more than 5,000 of
them the answer is "no" or "undecided". Several environments share one rate.

What it cannot do
-----------------
Depend on wealth: adding a certain amount to all returns changes no comparison. Weigh a gain and a loss of one
size in a proportion that does not change with the size.

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
from typing import TYPE_CHECKING

from specexpr.certify.model import Setting
from specexpr.diagnostics import Report, Source, Span
from specexpr.exact import Number
from specexpr.expressivity.step_rewards import asks_policies
from specexpr.expressivity.task import Objective, Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Find, Formalism
from specexpr.given import lacks_given, measured
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.returns import print_of, read_return, return_product, sample_return, valued
from specexpr.syntax.grammar import parse
from specexpr.syntax.numbers import read_number

if TYPE_CHECKING:
    from specexpr.product.product import Product


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


def needs(question: Question) -> str | None:
    """Return what a question lacks: the objective whose return counts, or policies to compare."""
    return lacks_given(question, returns=True) or asks_policies(question)


def settle(question: Question) -> Setting:
    """Return the given return."""
    return Setting(given=measured(question))


def decide(question: Question) -> Verdict:
    """Return a proved verdict; the rate that induced the order, if one did, is tried first."""
    from specexpr.certify.kinds.parameter import RateWitness
    from specexpr.expressivity.risk.deciding import decide_by_parameter

    own = question.task.induced_by
    spec = None if own is None else own.spec
    candidates = [RateWitness(spec.rate)] if isinstance(spec, EntropicRisk) else []
    return decide_by_parameter(question, "entropic", candidates=candidates)


def product(environment: Environment, spec: EntropicRisk) -> Product:
    """Return the product of an environment and what has been paid so far, where that is finite."""
    return return_product(spec.objective)


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
    product=product,
    options=frozenset({"given", "modulo_unreachable"}),
    needs=needs,
    settle=settle,
    decide=decide,
)
