"""Chains with transient parts and several recurrent classes, decision processes, formulas for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from random import Random

from specexpr.certify.formula import Formula
from specexpr.certify.model import Distribution, Model
from specexpr.models.environment import Environment, Label
from specexpr.models.policy import Policy
from specexpr.product.formulas import formula_property, formula_run
from specexpr.product.optimal import optimum
from specexpr.product.recurrence import acceptance_probability
from specexpr.syntax.formulas import CONSTANTS, UNARY, Operator, compound, label

NAMES = ("a", "b", "c")


def random_chain(
    random: Random, *, transient: int, classes: int, largest: int, spread: int = 3
) -> Environment:
    """Return a chain of `transient` states and then recurrent classes of up to `largest` states.

    Each transient state leads to up to `spread` of the states near it and to recurrent classes.
    """
    sizes = [random.randint(1, largest) for _ in range(classes)]
    firsts = [transient + sum(sizes[:c]) for c in range(classes)]
    rows: list[Distribution] = []
    for s in range(transient):
        near = [t for t in range(max(0, s - 3 * spread), min(transient, s + 3 * spread + 1)) if t != s]
        picked = random.sample(near, min(len(near), random.randint(1, spread)))
        ends = random.sample(firsts, 2 if random.random() < 2 / spread or s == transient - 1 else 1)
        rows.append(random_law(random, [*picked, *ends] if random.random() < 0.6 or not picked else picked))
    for first, size in zip(firsts, sizes, strict=True):
        for i in range(size):
            inside = {first + (i + 1) % size, first + random.randrange(size)}
            rows.append(random_law(random, sorted(inside)))
    return _environment(random, [{0: row} for row in rows], ("go",))


def random_process(random: Random, *, states: int, actions: int) -> Environment:
    """Return a decision process that starts in one state."""
    rows = []
    for s in range(states):
        available = sorted(random.sample(range(actions), random.randint(1, actions)))
        near = range(states) if random.random() < 0.3 else range(s, states)  # most do not come back
        rows.append(
            {
                a: random_law(random, random.sample(near, min(len(near), random.choice((1, 2, 2, 3)))))
                for a in available
            }
        )
    return _environment(random, rows, tuple(f"x{a}" for a in range(actions)))


def chain_environment(rows: list[Distribution], carried: Mapping[str, list[int]]) -> Environment:
    """Return the chain with these laws; a label that no state carries is on the first one."""
    names = tuple(f"s{s}" for s in range(len(rows)))
    labels = tuple(Label(name, frozenset(states or [0])) for name, states in carried.items())
    model = Model(names, ("go",), ((0, Fraction(1)),), tuple({0: row} for row in rows))
    return Environment("e", model, labels)


def _environment(
    random: Random, rows: list[dict[int, Distribution]], actions: tuple[str, ...]
) -> Environment:
    names = tuple(f"s{s}" for s in range(len(rows)))
    carried = [[s for s in range(len(rows)) if random.random() < 0.4] for _ in NAMES]
    labels = tuple(Label(name, frozenset(states or [0])) for name, states in zip(NAMES, carried, strict=True))
    return Environment("e", Model(names, actions, ((0, Fraction(1)),), tuple(rows)), labels)


def random_law(random: Random, outcomes: list[int]) -> Distribution:
    """Return a distribution with small weights on all of the outcomes."""
    weights = [random.randint(1, 5) for _ in outcomes]
    return tuple(sorted((x, Fraction(w, sum(weights))) for x, w in zip(outcomes, weights, strict=True)))


def random_property(random: Random, *, size: int) -> Formula:
    """Return a formula over labels with so many operators."""
    if size == 0:
        return label(random.choice(NAMES))
    operator = random.choice([operator for operator in Operator if operator not in CONSTANTS])
    if operator in UNARY:
        return compound(operator, random_property(random, size=size - 1))
    left = random.randrange(size)
    return compound(operator, *(random_property(random, size=n) for n in (left, size - 1 - left)))


def chain_policy(environment: Environment) -> Policy:
    """Return the one policy of a chain."""
    return Policy(tuple(((next(iter(row)), Fraction(1)),) for row in environment.model.rows))


def chain_value(environment: Environment, formula: Formula) -> Fraction:
    """Return the exact probability of a formula on a chain."""
    run = formula_run(environment, formula)
    return acceptance_probability(environment.model, run, chain_policy(environment).table)


def pairs(seed: int, count: int) -> Iterator[tuple[Environment, Formula, Fraction]]:
    """Yield chains and formulas with our values; of the values 0 and 1 only every third is kept."""
    random = Random(f"chains {seed}")
    found = 0
    while found < count:
        environment = random_chain(
            random, transient=random.randint(1, 6), classes=random.randint(2, 4), largest=3
        )
        formula = random_property(random, size=random.randint(1, 7))
        value = chain_value(environment, formula)
        if 0 < value < 1 or random.random() < 1 / 3:
            found += 1
            yield environment, formula, value


def process_pairs(seed: int, count: int) -> Iterator[tuple[Environment, Formula, Fraction]]:
    """Yield decision processes and formulas with our optimum; of the values 0 and 1 every tenth is kept."""
    random = Random(f"processes {seed}")
    found = 0
    while found < count:
        environment = random_process(random, states=random.randint(3, 7), actions=3)
        formula = random_property(random, size=random.randint(1, 6))
        value = optimum(environment, formula_property(formula)).value
        if 0 < value < 1 or random.random() < 1 / 10:
            found += 1
            yield environment, formula, value
