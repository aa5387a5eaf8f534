"""What objectives over the return of another one share: how they are read, printed, drawn and valued.

What such an objective makes of the law of a return is for its own module and for `solve.risk`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, TypeVar

from specexpr.certify.measure import Account
from specexpr.certify.model import Model, Table
from specexpr.diagnostics import Diagnostic, NoValue, Report
from specexpr.exact import Number, rational_text
from specexpr.expressivity.task import Objective
from specexpr.formalism import Find, find_formalism
from specexpr.given import not_a_return, return_of
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.syntax.names import clipped, shown, write_name
from specexpr.syntax.nodes import Leaf
from specexpr.syntax.numbers import read_number

if TYPE_CHECKING:
    from specexpr.product.product import Product

N = TypeVar("N", bound=Number)

Functional = Callable[[Account, Model, Table], Number]
"""What a policy is worth, by the account that pays for its steps."""

_SAMPLED = ("horizon", "horizon", "mr", "quasihyperbolic", "sdd")
_NAMES = ("r1", "two words", "of", "at")


def read_return(leaf: Leaf, report: Report, *, find: Find) -> Objective | None:
    """Return the objective of a name, which must have a return; None once what is wrong is reported."""
    found = find(leaf)
    why = None if found is None else not_a_return(found)
    if why is None:
        return found
    message = f"{clipped(leaf.text)} will not do here: {why}"
    hint = "name an objective that pays for steps and adds up: a reward, a machine, a horizon, a total"
    report(Diagnostic(id="unfit-component", message=message, span=leaf.span, help=hint))
    return None


def read_level(leaf: Leaf, report: Report) -> Fraction | None:
    """Return a level, more than 0 and at most 1; None once the problem is reported."""
    value = read_number(leaf, report)
    if value is None or 0 < value <= 1:
        return value
    message = f"a level must be more than 0 and at most 1, {clipped(leaf.text)} is not"
    hint = "write the share of the outcomes that counts as the worst: 1/10, say"
    report(Diagnostic(id="bad-number", message=message, span=leaf.span, help=hint))
    return None


def print_of(number: Fraction, objective: Objective) -> str:
    """Return the body of an objective that has one number."""
    return f"{rational_text(number)} of {write_name(objective.name)}"


def sample_return(random: Random, environment: Environment) -> Objective:
    """Return some objective that has a return."""
    formalism = find_formalism(random.choice(_SAMPLED))
    assert formalism is not None
    assert formalism.sample is not None
    spec = formalism.sample(random, environment)
    return Objective(random.choice(_NAMES), environment, formalism.id, spec)


def sample_level(random: Random) -> Fraction:
    """Return some level."""
    return Fraction(random.choice(("1", "1/2", "1/3", "1/10", "9/10", "1/100")))


def valued(objective: Objective, policies: Sequence[Policy], functional: Functional) -> tuple[Number, ...]:
    """Return what each policy is worth. Raises NoValue with the name of one that has no value."""
    account, model = return_of(objective), objective.environment.model
    return named_values(policies, lambda table: functional(account, model, table))


def named_values(policies: Sequence[Policy], value: Callable[[Table], N]) -> tuple[N, ...]:
    """Return the value of each table. Raises NoValue with the name of the policy that has none."""
    found = []
    for policy in policies:
        try:
            found.append(value(policy.table))
        except NoValue as error:
            name = None if policy.name is None else shown(policy.name)
            raise NoValue(error.reason, policy=name) from None
    return tuple(found)


def return_product(objective: Objective) -> Product:
    """Return the product of its environment and what an objective has paid so far.

    Raises SpecError where sums are infinite in number, or too many.
    """
    from specexpr.product.accumulated import accumulated_product
    from specexpr.product.machine import RewardMachine

    spec = objective.spec
    names = spec.states if isinstance(spec, RewardMachine) else ()
    return accumulated_product(objective.environment, return_of(objective), names=names)
