"""Conditional value at risk: the mean of the worst outcomes.

What it expresses
-----------------
How bad it is when it is bad: of the outcomes of a policy only the worst share counts, a tenth say, and the
policy is worth their mean. At level 1 that is the mean of all, towards level 0 the worst outcome.

Syntax
------
::

    cvar { 1/10 of fast }

``1/10`` is the level, more than 0 and at most 1: the share of the outcomes that counts. ``fast`` is an
objective of the same environment that has a return: a reward, a machine, a horizon, a total and the like.

Meaning
-------
The return G is the sum that the named objective adds up along a trajectory: discounted, over a horizon, or
up to absorption. It is a gain: the worst outcomes are the least. With q(t) = inf{x : P(G <= x) >= t},

    CVaR at a = (1/a) int_0^a q(t) dt,

the mean of the worst share a of the outcomes; an outcome that is only partly among them counts for that part.
Also called expected shortfall, or average value at risk; here the tail is that of low gains, not of high
losses.

Where G takes finitely many values its law is exact, and so is the value, up to some 10,000 values or so on
many states. Where it takes infinitely many, as discounted returns mostly do, the value lies between those of
two laws: on a grid that outcomes are rounded down to, and up to, which is about 1e-4 of the range of G wide
for a few states and a discount of 9/10; or for a total, from so many steps that next to nothing is left. A
value that is enclosed orders policies where enclosures do not overlap, and else the order is undecided.

How it is decided
-----------------
A task says ``given fast``, whose return it is about; the order that such an objective induces is asked with
its own. The level is free. Level times CVaR is linear between finitely many levels, so that each constraint
fails on finitely many intervals and levels, which are exact. A task is expressible iff these leave a level;
otherwise the proof names for every level a constraint that fails there.

Where the return takes infinitely many values under some policies, constraints on the others may fail at every
level, and level 1, the mean, is tried; otherwise the answer is "undecided". Acceptable sets among all
deterministic policies compare all behaviours; with more than 5,000 of them the answer is "no" or "undecided".
Several environments share one level.

What it cannot do
-----------------
See the better outcomes. Be linear: it prefers some mixtures to what they mix. Be consistent in time: what is
best from the next state on need not be what is best from there for the whole.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.cvar import FORMALISM
>>> document = loads('''
... environment rooms {
...   states s0 s1 end; actions wait go; start s0
...   s0 / wait -> s1; s0 / go -> { s1: 1/2, end: 1/2 }; s1 / * -> end; end / * -> end
... }
... policy calm in rooms { * -> wait }
... policy bold in rooms { * -> go }
... objective gain in rooms = total { s0 / wait: 1; s0 / go / s1: 4 }
... objective shy in rooms = cvar { 1/4 of gain }
... ''')
>>> shy = document.objective("shy")
>>> both = [document.policy("calm"), document.policy("bold")]
>>> FORMALISM.evaluate(shy.environment, shy.spec, both)
(Fraction(1, 1), Fraction(0, 1))
>>> print(FORMALISM.print(shy.environment, shy.spec))
1/4 of gain

References
----------
R. Tyrrell Rockafellar, Stanislav Uryasev: Optimization of Conditional Value-at-Risk (Journal of Risk, 2000).
Carlo Acerbi, Dirk Tasche: On the Coherence of Expected Shortfall (Journal of Banking and Finance, 2002).
Nicole Baeuerle, Jonathan Ott: Markov Decision Processes with Average-Value-at-Risk Criteria (Mathematical
Methods of Operations Research, 2011).
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
class ConditionalValueAtRisk:
    """The CVaR at a level of the return of an objective."""

    level: Fraction
    objective: Objective


def compose(
    source: Source, span: Span, environment: Environment, report: Report, *, find: Find
) -> ConditionalValueAtRisk | None:
    """Read the body; None once what is wrong with it is reported."""
    forms = {"": "write 1/10 of fast, say"}
    body = parse("cvar", source, span, report, start="cvar_body", forms=forms)
    if body is None:
        return None
    number, name = body.leaves()
    level = read_level(number, report)
    objective = read_return(name, report, find=find)
    return None if level is None or objective is None else ConditionalValueAtRisk(level, objective)


def components(spec: ConditionalValueAtRisk) -> tuple[Objective, ...]:
    """Return the objective whose return it is about."""
    return (spec.objective,)


def print_cvar(environment: Environment, spec: ConditionalValueAtRisk) -> str:
    """Return the body."""
    return print_of(spec.level, spec.objective)


def sample(random: Random, environment: Environment) -> ConditionalValueAtRisk:
    """Return some CVaR of an environment."""
    return ConditionalValueAtRisk(sample_level(random), sample_return(random, environment))


def evaluate(
    environment: Environment, spec: ConditionalValueAtRisk, policies: Sequence[Policy]
) -> tuple[Number, ...]:
    """Return the values of some policies. Raises NoValue where one has none."""
    from specexpr.solve.risk.valuing import cvar_value

    return valued(spec.objective, policies, lambda *where: cvar_value(spec.level, *where))


def needs(question: Question) -> str | None:
    """Return what a question lacks: the objective whose return counts, or policies to compare."""
    return lacks_given(question, returns=True) or asks_policies(question)


def settle(question: Question) -> Setting:
    """Return the given return."""
    return Setting(given=measured(question))


def decide(question: Question) -> Verdict:
    """Return a proved verdict; the level that induced the order, if one did, is tried first."""
    from specexpr.certify.kinds.parameter import LevelWitness
    from specexpr.expressivity.risk.deciding import decide_by_parameter

    own = question.task.induced_by
    spec = None if own is None else own.spec
    candidates = [LevelWitness(spec.level)] if isinstance(spec, ConditionalValueAtRisk) else []
    return decide_by_parameter(question, "cvar", candidates=candidates)


def product(environment: Environment, spec: ConditionalValueAtRisk) -> Product:
    """Return the product of an environment and what has been paid so far, where that is finite."""
    return return_product(spec.objective)


FORMALISM = Formalism(
    id="cvar",
    keyword="cvar",
    title="Conditional value at risk",
    documentation=__doc__ or "",
    compose=compose,
    components=components,
    print=print_cvar,
    sample=sample,
    evaluate=evaluate,
    product=product,
    options=frozenset({"given", "modulo_unreachable"}),
    needs=needs,
    settle=settle,
    decide=decide,
)
