"""Spectral risk: a mixture of means of the worst outcomes, at several levels.

What it expresses
-----------------
That bad outcomes weigh more than good ones, by how bad they are among all outcomes: a policy is worth a
mixture of the means of its worst outcomes, a quarter on those of the worst tenth and three quarters on those
of all, say.

Syntax
------
::

    spectral { 1/4 at 1/10, 3/4 at 1 of fast }

``1/4 at 1/10`` gives the weight 1/4 to the CVaR at level 1/10, see ``cvar``; weights are more than 0 and sum
to 1, levels are more than 0 and at most 1. Entries end at a comma, ``;`` or a newline. ``fast`` is an
objective of the same environment that has a return: a reward, a machine, a horizon, a total and the like.

Meaning
-------
The return G is the sum that the named objective adds up along a trajectory: discounted, over a horizon, or
up to absorption. It is a gain: the worst outcomes are the least. With q(t) = inf{x : P(G <= x) >= t},

    sum_i w_i CVaR at a_i = int_0^1 f(t) q(t) dt,    f(t) = sum of w_i / a_i over the i with t <= a_i.

The spectrum f does not increase and has mass 1; every such f that is a step function is given by one mixture.

Where G takes finitely many values its law is exact, and so is the value, up to some 10,000 values or so on
many states. Where it takes infinitely many, as discounted returns mostly do, the value lies between those of
two laws: on a grid that outcomes are rounded down to, and up to, which is about 1e-4 of the range of G wide
for a few states and a discount of 9/10; or for a total, from so many steps that next to nothing is left. A
value that is enclosed orders policies where enclosures do not overlap, and else the order is undecided.

How it is decided
-----------------
A task says ``given fast``, whose return it is about; the order that such an objective induces is asked with
its own. The value is linear in the spectrum: if quantile functions jump at the levels t_1 < .. < t_n = 1
only, it is sum_l c_l L(t_l) with L(t) = int_0^t q, where c_l >= 0 is what the spectrum loses at t_l, and
sum_l c_l t_l = 1. So a task is expressible iff a system of linear inequalities has a solution. Otherwise
Farkas' lemma gives two averages of policies, and the one over what should be worth less has at every level no
smaller CVaR than the other one. What is averaged are quantile functions, not laws: therefore an order may be
had by a spectrum and by no concave utility, although the two never differ about one pair of policies.

Where the return takes infinitely many values under some policies, constraints on the others may conflict, and
the mean is tried; otherwise the answer is "undecided". Acceptable sets among all deterministic policies
compare all behaviours; with more than 5,000 of them the answer is "no" or "undecided". Several environments
share one spectrum.

What it cannot do
-----------------
Seek risk: no outcome weighs more than a worse one. Be linear: it prefers some mixtures to what they mix.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.spectral import FORMALISM
>>> document = loads('''
... environment rooms {
...   states s0 s1 end; actions wait go; start s0
...   s0 / wait -> s1; s0 / go -> { s1: 1/2, end: 1/2 }; s1 / * -> end; end / * -> end
... }
... policy calm in rooms { * -> wait }
... policy bold in rooms { * -> go }
... objective gain in rooms = total { s0 / wait: 1; s0 / go / s1: 4 }
... objective shy in rooms = spectral { 1/4 at 1/2, 3/4 at 1 of gain }
... ''')
>>> shy = document.objective("shy")
>>> both = [document.policy("calm"), document.policy("bold")]
>>> FORMALISM.evaluate(shy.environment, shy.spec, both)
(Fraction(1, 1), Fraction(3, 2))
>>> print(FORMALISM.print(shy.environment, shy.spec))
1/4 at 1/2, 3/4 at 1 of gain

References
----------
Carlo Acerbi: Spectral Measures of Risk: A Coherent Representation of Subjective Risk Aversion (Journal of
Banking and Finance, 2002).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

from specexpr.certify.model import Setting
from specexpr.diagnostics import Diagnostic, Report, Source, Span
from specexpr.exact import Number, rational_text
from specexpr.expressivity.step_rewards import asks_policies
from specexpr.expressivity.task import Objective, Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Find, Formalism
from specexpr.given import lacks_given, measured
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.returns import read_level, read_return, return_product, sample_return, valued
from specexpr.syntax.grammar import parse
from specexpr.syntax.names import clipped, write_name
from specexpr.syntax.nodes import Node
from specexpr.syntax.numbers import read_number, shown_number

_FORMS = {"": "write 1/4 at 1/10, 3/4 at 1 of fast, say"}

if TYPE_CHECKING:
    from specexpr.product.product import Product


@dataclass(frozen=True, slots=True)
class SpectralRisk:
    """A mixture of CVaRs of the return of an objective: (weight, level) pairs, weights of sum 1."""

    mixture: tuple[tuple[Fraction, Fraction], ...]
    objective: Objective


def compose(
    source: Source, span: Span, environment: Environment, report: Report, *, find: Find
) -> SpectralRisk | None:
    """Read the body; None once what is wrong with it is reported."""
    body = parse("spectral", source, span, report, start="spectral_body", forms=_FORMS)
    if body is None:
        return None
    *parts, _ = body.children
    mixture = _read_mixture([part for part in parts if isinstance(part, Node)], report)
    objective = read_return(body.leaf(len(parts)), report, find=find)
    return None if mixture is None or objective is None else SpectralRisk(mixture, objective)


def _read_mixture(parts: Sequence[Node], report: Report) -> tuple[tuple[Fraction, Fraction], ...] | None:
    found: list[tuple[Fraction, Fraction]] = []
    first: dict[Fraction, Span] = {}
    for part in parts:
        weight, level = read_number(part.leaf(0), report), read_level(part.leaf(1), report)
        if weight is not None and weight <= 0:
            message = f"a weight must be more than 0, {clipped(part.leaf(0).text)} is not"
            hint = "leave the entry out, or write a positive weight"
            report(Diagnostic(id="bad-number", message=message, span=part.leaf(0).span, help=hint))
        elif weight is not None and level is not None:
            if level not in first:
                found.append((weight, level))
            else:
                message, notes = "this level is given twice", ((first[level], "it is given here"),)
                hint = "write one entry for it, with the sum of the weights"
                report(Diagnostic(id="given-twice", message=message, span=part.span, help=hint, notes=notes))
            first.setdefault(level, part.span)
    if len(found) < len(parts):
        return None
    total = sum((weight for weight, _ in found), Fraction(0))
    if total != 1:
        message = f"these weights sum to {shown_number(total)}, not 1"
        span = Span(parts[0].span.start, parts[-1].span.end)
        report(Diagnostic(id="row-sum", message=message, span=span, help="write 1/4 at 1/10, 3/4 at 1, say"))
        return None
    return tuple(found)


def components(spec: SpectralRisk) -> tuple[Objective, ...]:
    """Return the objective whose return it is about."""
    return (spec.objective,)


def print_spectral(environment: Environment, spec: SpectralRisk) -> str:
    """Return the body."""
    parts = (f"{rational_text(weight)} at {rational_text(level)}" for weight, level in spec.mixture)
    return f"{', '.join(parts)} of {write_name(spec.objective.name)}"


def sample(random: Random, environment: Environment) -> SpectralRisk:
    """Return some spectral risk of an environment."""
    levels = random.sample(("1", "1/2", "1/3", "1/10", "9/10", "1/100"), random.choice((1, 2, 2, 3)))
    masses = [random.randint(1, 4) for _ in levels]
    mixture = tuple((Fraction(n, sum(masses)), Fraction(a)) for n, a in zip(masses, levels, strict=True))
    return SpectralRisk(mixture, sample_return(random, environment))


def evaluate(environment: Environment, spec: SpectralRisk, policies: Sequence[Policy]) -> tuple[Number, ...]:
    """Return the values of some policies. Raises NoValue where one has none."""
    from specexpr.solve.risk.valuing import spectral_value

    return valued(spec.objective, policies, lambda *where: spectral_value(spec.mixture, *where))


def needs(question: Question) -> str | None:
    """Return what a question lacks: the objective whose return counts, or policies to compare."""
    return lacks_given(question, returns=True) or asks_policies(question)


def settle(question: Question) -> Setting:
    """Return the given return."""
    return Setting(given=measured(question))


def decide(question: Question) -> Verdict:
    """Return a proved verdict; the spectrum that induced the order, if one did, is tried first."""
    from specexpr.certify.kinds.coefficients import SpectrumWitness
    from specexpr.expressivity.risk.deciding import decide_by_coefficients

    own, candidate = question.task.induced_by, None
    if own is not None and isinstance(own.spec, SpectralRisk):
        candidate = SpectrumWitness(tuple(sorted((level, weight) for weight, level in own.spec.mixture)))
    return decide_by_coefficients(question, "spectral", candidate=candidate)


def product(environment: Environment, spec: SpectralRisk) -> Product:
    """Return the product of an environment and what has been paid so far, where that is finite."""
    return return_product(spec.objective)


FORMALISM = Formalism(
    id="spectral",
    keyword="spectral",
    title="Spectral risk",
    documentation=__doc__ or "",
    compose=compose,
    components=components,
    print=print_spectral,
    sample=sample,
    evaluate=evaluate,
    product=product,
    options=frozenset({"given", "modulo_unreachable"}),
    needs=needs,
    settle=settle,
    decide=decide,
)
