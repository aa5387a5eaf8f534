"""Products with the accumulated return: what is paid on the way to a node is what the node says."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from random import Random

import pytest

from specexpr.certify.clock import ByState, Discounted, Horizon
from specexpr.certify.law import law
from specexpr.certify.measure import Account, AccountClock, Total
from specexpr.diagnostics import SpecError
from specexpr.document import loads
from specexpr.formalism import find_formalism
from specexpr.models.environment import Environment
from specexpr.product import accumulated
from specexpr.product.accumulated import accumulated_product
from specexpr.product.product import Product
from specexpr.testing.generators import random_environment, random_table

ROOMS = """
environment rooms {
  states s0 s1 end; actions wait go; start s0
  s0 / wait -> s1; s0 / go -> { s1: 1/2, end: 1/2 }; s1 / * -> end; end / * -> end
  label far { s1 }
}
policy bold in rooms { * -> go }
"""


def pays_of(product: Product) -> dict[int, Fraction]:
    """Return what is paid on the way to each node, the same on every way."""
    found = {x: Fraction(0) for x, _ in product.environment.model.start}
    for x in (order := list(found)):
        for a, outcomes in product.environment.model.rows[x].items():
            for y, _ in outcomes:
                paid = found[x] + product.rewards.get((x, a, y), Fraction(0))
                assert found.setdefault(y, paid) == paid
                if y not in order:
                    order.append(y)
    return found


def draw_account(random: Random, environment: Environment, clock: AccountClock) -> Account:
    """Return an account that pays for a few steps."""
    rows = environment.model.rows
    steps = [(0, s, a, t) for s, row in enumerate(rows) for a, outcomes in row.items() for t, _ in outcomes]
    some = sorted(random.sample(steps, min(len(steps), random.randint(1, 3))))
    pays = tuple((step, Fraction(random.randint(-2, 3), random.choice((1, 2)))) for step in some)
    pairs = sorted({(s, a) for _, s, a, _ in steps})
    factors = (Fraction(0), Fraction(1, 2), Fraction(1, 3))
    discounts = tuple((pair, random.choice(factors)) for pair in pairs) if isinstance(clock, ByState) else ()
    return Account(clock, tuple(one for one in pays if one[1]), (), discounts)


CLOCKS: tuple[AccountClock, ...] = (
    Horizon(3),
    Discounted(Fraction(1, 2)),
    Discounted(Fraction(1, 3), (Fraction(2), Fraction(1), Fraction(0))),
    Total(),
    ByState(),
)


def test_nodes_know_what_was_paid_and_laws_are_those_of_the_kernel() -> None:
    """For random accounts: all ways to a node pay the same, and where walks end is a law of the return."""
    random = Random(1)
    seen: Counter[str] = Counter()
    for case in range(250):
        environment = random_environment(random, case % 7)
        account = draw_account(random, environment, random.choice(CLOCKS))
        try:
            product = accumulated_product(environment, account)
        except SpecError as error:
            seen[error.diagnostics[0].id] += 1
            continue
        seen[type(account.clock).__name__] += 1
        paid = pays_of(product)
        assert len(set(product.environment.states)) == len(product.nodes)
        if isinstance(account.clock, Total):
            continue
        table = random_table(random, environment.model)
        now = dict(product.environment.model.start)
        for _ in range(len(product.nodes)):
            after: dict[int, Fraction] = {}
            for x, mass in now.items():
                for a, p in table[product.nodes[x][1]]:
                    for y, q in product.environment.successors(x, a):
                        after[y] = after.get(y, Fraction(0)) + mass * p * q
            now = after
        found: dict[Fraction, Fraction] = {}
        for x, mass in now.items():
            found[paid[x]] = found.get(paid[x], Fraction(0)) + mass
        assert tuple(sorted(found.items())) == law(account, environment.model, table)
    assert min(seen[name] for name in ("Horizon", "Discounted", "ByState", "Total", "no-product")) > 3, seen


def test_the_nodes_of_a_total() -> None:
    """State and sum; the labels of a state are those of its nodes; no discount."""
    document = loads(
        ROOMS + "objective g in rooms = total { s0 / go / s1: 4; s1 / go: 1/2 }\n"
        "objective o in rooms = cvar { 1/2 of g }\n"
    )
    objective = document.objective("o")
    formalism = find_formalism("cvar")
    assert formalism is not None
    assert formalism.product is not None
    product = formalism.product(objective.environment, objective.spec)
    assert product.discount is None
    assert product.memory == ("paid 0", "paid 4", "paid 1/2", "paid 9/2")
    assert product.environment.states == (
        '"paid 0", s0',
        '"paid 0", s1',
        '"paid 4", s1',
        '"paid 0", end',
        '"paid 1/2", end',
        '"paid 4", end',
        '"paid 9/2", end',
    )
    assert [sorted(label.states) for label in product.environment.labels] == [[1, 2]]


@pytest.mark.parametrize(
    ("body", "memory"),
    [
        ("horizon { steps 2; s0 / go / s1: 4; s1 / *: 1 }", ("step 0, paid 0", "step 1, paid 0", "paid 1")),
        ("reward { discount 1/2; s0 / go / s1: 4; s1 / *: 1 }", ("step 1, paid 4", "paid 1/2", "paid 9/2")),
        ("statediscount { discount 1/3; s1 / *: 1 }", ("weight 1, paid 0", "weight 1/3, paid 0", "paid 1/3")),
        ("machine { discount 1/2; start u; u -> v on do wait : 1; else stay; terminal v }", ()),
    ],
)
def test_what_nodes_remember(body: str, memory: tuple[str, ...]) -> None:
    """The time or the weight as long as more may be paid, then the sum alone."""
    document = loads(ROOMS + f"objective g in rooms = {body}\nobjective o in rooms = variance {{ 1 of g }}\n")
    objective = document.objective("o")
    formalism = find_formalism("variance")
    assert formalism is not None
    assert formalism.product is not None
    if not memory:
        with pytest.raises(SpecError, match="any number of times before more is paid"):
            formalism.product(objective.environment, objective.spec)
        return
    assert set(memory) <= set(formalism.product(objective.environment, objective.spec).memory)


def test_a_machine_is_remembered_by_name() -> None:
    """As long as it may pay."""
    document = loads(
        ROOMS
        + "objective g in rooms = machine { discount 1/2; start fresh; fresh -> used on do go & at s0 : 3\n"
        "used -> over on at s1 : 1; else stay; terminal over }\n"
        "objective o in rooms = quantile { 1/2 of g }\n"
    )
    objective = document.objective("o")
    formalism = find_formalism("quantile")
    assert formalism is not None
    assert formalism.product is not None
    product = formalism.product(objective.environment, objective.spec)
    assert "used, step 1, paid 3" in product.memory
    assert "paid 7/2" in product.memory


def test_sums_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cycles that pay, and more nodes than are written out."""
    document = loads(
        ROOMS + "objective g in rooms = total { end / go: 1 }\n"
        "objective h in rooms = horizon { steps 9; end / go: 1 }\n"
    )
    formalism = find_formalism("total")
    assert formalism is not None
    assert formalism.measure is not None
    with pytest.raises(SpecError, match='"end" and back may pay'):
        accumulated_product(document.environment("rooms"), formalism.measure(document.objective("g")))
    monkeypatch.setattr(accumulated, "MOST_NODES", 5)
    formalism = find_formalism("horizon")
    assert formalism is not None
    assert formalism.measure is not None
    with pytest.raises(SpecError, match="more than 5 nodes"):
        accumulated_product(document.environment("rooms"), formalism.measure(document.objective("h")))
