"""Expected utility: the mean of a function of the return.

What it expresses
-----------------
How much more is worth, given how much there is: a policy is worth the mean of the utility of its return. A
utility that flattens is averse to risk, one that steepens seeks it, and one with a bend has a target.

Syntax
------
::

    utility { exponential -1/2 of fast }
    utility { power 1/2 of fast }
    utility { logarithm of fast }
    utility { quadratic 1/10 of fast }
    utility { 0: 0, 1: 3, 5: 4 of fast }

The last one is linear between the points that it lists, an outcome and its utility each, and goes on beyond
the first and the last as next to them; entries end at a comma, ``;`` or a newline. ``fast`` is an objective
of the same environment that has a return: a reward, a machine, a horizon, a total and the like.

Meaning
-------
The return G is the sum that the named objective adds up along a trajectory: discounted, over a horizon, or
up to absorption. The value is E u(G), where u(x) is

- exponential b: (exp(b x) - 1) / b, for b other than 0; negative rates are averse to risk;
- power c: x^c for c > 0 and -x^c for c < 0; outcomes must not be negative unless c is a positive whole
  number, nor 0 if c is negative;
- logarithm: ln x; outcomes must be positive;
- quadratic b: x - b x^2.

A policy with an outcome that has no utility has no value, nor has one whose mean utility is infinite.

Quadratic utilities, and powers that are positive whole numbers, are exact always, since moments solve linear
systems. Otherwise, where G takes finitely many values its law is exact; the value is then exact if it is
rational, and if it is not it is enclosed to 2^-64 of its size. Where G takes infinitely many, exponentials
are enclosed as narrowly, unless there are discounts by state, and other utilities between those of two laws,
see ``cvar``.

How it is decided
-----------------
A task says ``given fast``, whose return it is about; the order that such an objective induces is asked with
its own. ``utility increasing`` is meant unless the task says ``utility nondecreasing``, or either with
``concave``. Values of a utility at the returns x_1 < .. < x_m that policies can have are all that counts: a
utility of that shape runs through them. E u(G) is linear in u(x_l) - u(x_(l-1)), weighed by P(G >= x_l), or
for concave utilities in what their slope loses at x_l, weighed by E min(G, x_l). So a task is expressible iff
a system of linear inequalities has a solution with all of these above 0, or at least 0. Otherwise Farkas'
lemma gives two lotteries over policies: that over what should be worth less dominates the other one, to first
order, or where utilities are concave to second order. Increasing and nondecreasing utilities differ where a
task asks for ties: an increasing one is never indifferent to more.

Where the return takes infinitely many values under some policies, constraints on the others may conflict;
the mean is tried; and constraints under which lotteries over trajectories cancel refute every utility that
gives all policies a finite value. Otherwise the answer is "undecided". Acceptable sets among all
deterministic policies compare all behaviours; with more than 5,000 of them the answer is "no" or "undecided".
Several environments share one utility.

What it cannot do
-----------------
Prefer a mixture of policies to all that it mixes, as far as a mixture has their mixed return: it is linear in
the law of the return. So it cannot have the preferences of Allais.

Example
-------
>>> from specexpr.document import loads
>>> from specexpr.formalisms.utility import FORMALISM
>>> document = loads('''
... environment rooms {
...   states s0 s1 end; actions wait go; start s0
...   s0 / wait -> s1; s0 / go -> { s1: 1/2, end: 1/2 }; s1 / * -> end; end / * -> end
... }
... policy calm in rooms { * -> wait }
... policy bold in rooms { * -> go }
... objective gain in rooms = total { s0 / wait: 1; s0 / go / s1: 4 }
... objective root in rooms = utility { power 1/2 of gain }
... objective bent in rooms = utility { 0: 0, 1: 3, 5: 5 of gain }
... ''')
>>> both = [document.policy("calm"), document.policy("bold")]
>>> for name in ("root", "bent"):
...     one = document.objective(name)
...     FORMALISM.evaluate(one.environment, one.spec, both)
(Fraction(1, 1), Fraction(1, 1))
(Fraction(3, 1), Fraction(9, 4))
>>> print(FORMALISM.print(one.environment, one.spec))
0: 0, 1: 3, 5: 5 of gain

References
----------
John von Neumann, Oskar Morgenstern: Theory of Games and Economic Behavior (1944).
John W. Pratt: Risk Aversion in the Small and in the Large (Econometrica, 1964).
Maurice Allais: Le comportement de l'homme rationnel devant le risque (Econometrica, 1953).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

from specexpr.certify.model import Setting, Shape
from specexpr.diagnostics import Diagnostic, Report, Source, Span
from specexpr.exact import Number, rational_text
from specexpr.expressivity.step_rewards import asks_policies
from specexpr.expressivity.task import Objective, Question
from specexpr.expressivity.verdict import Verdict
from specexpr.formalism import Find, Formalism
from specexpr.given import lacks_given, measured
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.returns import read_return, return_product, sample_return, valued
from specexpr.solve.risk.utility import (
    Exponential,
    Logarithm,
    Piecewise,
    Power,
    Quadratic,
    Utility,
    expected_utility,
)
from specexpr.syntax.grammar import parse
from specexpr.syntax.names import clipped, write_name
from specexpr.syntax.nodes import Leaf, Node
from specexpr.syntax.numbers import read_number

_FORMS = {
    "exponential": "write exponential -1/2 of fast, say",
    "power": "write power 1/2 of fast, say",
    "logarithm": "write logarithm of fast, say",
    "quadratic": "write quadratic 1/10 of fast, say",
    "": "write exponential -1/2 of fast, power 1/2 of fast, logarithm of fast, quadratic 1/10 of fast, "
    "or points 0: 0, 1: 3, 5: 4 of fast",
}

if TYPE_CHECKING:
    from specexpr.product.product import Product


@dataclass(frozen=True, slots=True)
class ExpectedUtility:
    """The mean of a utility of the return of an objective."""

    utility: Utility
    objective: Objective


def compose(
    source: Source, span: Span, environment: Environment, report: Report, *, find: Find
) -> ExpectedUtility | None:
    """Read the body; None once what is wrong with it is reported."""
    body = parse("utility", source, span, report, start="utility_body", forms=_FORMS)
    if body is None:
        return None
    utility = _read_utility(body.node(0), report)
    objective = read_return(body.leaf(1), report, find=find)
    return None if utility is None or objective is None else ExpectedUtility(utility, objective)


def _read_utility(node: Node, report: Report) -> Utility | None:
    match node.kind:
        case "logarithm":
            return Logarithm()
        case "points":
            return _read_points(node.nodes(), report)
    leaf = node.leaf(0)
    value = read_number(leaf, report)
    if value is None:
        return None
    if value == 0 and node.kind != "quadratic":
        what = {"exponential": "the rate of an exponential", "power": "the exponent of a power"}[node.kind]
        message, hint = f"{what} must not be 0", _FORMS[node.kind]
        report(Diagnostic(id="bad-number", message=message, span=leaf.span, help=hint))
        return None
    if node.kind == "quadratic":
        return Quadratic(value)
    return Exponential(value) if node.kind == "exponential" else Power(value)


def _read_points(nodes: Sequence[Node], report: Report) -> Piecewise | None:
    found: dict[Fraction, Fraction] = {}
    first: dict[Fraction, Leaf] = {}
    sound = True
    for node in nodes:
        outcome, utility = node.leaves()
        x, u = read_number(outcome, report), read_number(utility, report)
        if x is None or u is None:
            sound = False
        elif x in found:
            message, notes = f"{clipped(outcome.text)} is given twice", ((first[x].span, "it is given here"),)
            hint = "remove one of them"
            report(Diagnostic(id="given-twice", message=message, span=node.span, help=hint, notes=notes))
            sound = False
        else:
            found[x], first[x] = u, outcome
    if sound and len(found) < 2:
        message, hint = "one point is no line: a utility through points needs two", "write 0: 0, 1: 3, say"
        report(Diagnostic(id="missing-setting", message=message, span=nodes[0].span, help=hint))
        sound = False
    return Piecewise(tuple(sorted(found.items()))) if sound else None


def components(spec: ExpectedUtility) -> tuple[Objective, ...]:
    """Return the objective whose return it is about."""
    return (spec.objective,)


def print_utility(environment: Environment, spec: ExpectedUtility) -> str:
    """Return the body."""
    return f"{_utility_text(spec.utility)} of {write_name(spec.objective.name)}"


def _utility_text(utility: Utility) -> str:
    match utility:
        case Exponential(rate=number):
            return f"exponential {rational_text(number)}"
        case Power(exponent=number):
            return f"power {rational_text(number)}"
        case Logarithm():
            return "logarithm"
        case Quadratic(weight=number):
            return f"quadratic {rational_text(number)}"
        case Piecewise(points=points):
            return ", ".join(f"{rational_text(x)}: {rational_text(u)}" for x, u in points)


def sample(random: Random, environment: Environment) -> ExpectedUtility:
    """Return some expected utility of an environment; it has a value whatever the return."""
    outcomes = sorted(random.sample(range(-4, 8), random.randint(2, 4)))
    points = tuple((Fraction(x), Fraction(random.randint(-6, 6), random.choice((1, 2)))) for x in outcomes)
    utility: Utility = random.choice(
        (
            Exponential(Fraction(random.choice(("1/2", "-1", "-1/3")))),
            Power(Fraction(random.choice((1, 2, 3)))),
            Quadratic(Fraction(random.choice(("1/10", "-1", "0")))),
            Piecewise(points),
        )
    )
    return ExpectedUtility(utility, sample_return(random, environment))


def evaluate(
    environment: Environment, spec: ExpectedUtility, policies: Sequence[Policy]
) -> tuple[Number, ...]:
    """Return the values of some policies. Raises NoValue where one has none."""
    return valued(spec.objective, policies, lambda *where: expected_utility(spec.utility, *where))


def needs(question: Question) -> str | None:
    """Return what a question lacks: the objective whose return counts, or policies to compare."""
    return lacks_given(question, returns=True) or asks_policies(question)


def settle(question: Question) -> Setting:
    """Return the given return, and what a utility must be."""
    return Setting(given=measured(question), utility=question.options.utility or Shape.INCREASING)


def decide(question: Question) -> Verdict:
    """Return a proved verdict; the utility that induced the order, if it is by points, is tried first."""
    from specexpr.certify.kinds.coefficients import UtilityWitness
    from specexpr.expressivity.risk.deciding import decide_by_coefficients

    own, candidate = question.task.induced_by, None
    if own is not None and isinstance(own.spec, ExpectedUtility) and isinstance(own.spec.utility, Piecewise):
        candidate = UtilityWitness(own.spec.utility.points)
    return decide_by_coefficients(question, "eu", candidate=candidate)


def product(environment: Environment, spec: ExpectedUtility) -> Product:
    """Return the product of an environment and what has been paid so far, where that is finite."""
    return return_product(spec.objective)


FORMALISM = Formalism(
    id="eu",
    keyword="utility",
    title="Expected utility of a return",
    documentation=__doc__ or "",
    compose=compose,
    components=components,
    print=print_utility,
    sample=sample,
    evaluate=evaluate,
    product=product,
    options=frozenset({"given", "utility", "modulo_unreachable"}),
    needs=needs,
    settle=settle,
    decide=decide,
)
