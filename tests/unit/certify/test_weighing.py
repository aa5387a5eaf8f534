"""Weighed sums of solutions of systems of whole numbers, by lifting; values of given objectives by them."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from specexpr.certify import weighing
from specexpr.certify.measure import MOST_NODES, given_values
from specexpr.certify.model import Table
from specexpr.certify.proofs import TooLarge
from specexpr.certify.weighing import weighed_solution
from specexpr.document import loads
from specexpr.exact import solve_sparse
from specexpr.expressivity.task import Options, Question
from specexpr.formalism import find_formalism
from specexpr.given import measured


def drawn(rng: random.Random, n: int) -> tuple[list[dict[int, int]], list[int], list[Fraction]]:
    """Return a random system with few entries in a row, large ones on the diagonal, and weights."""
    rows = []
    for i in range(n):
        row = {j: rng.randint(-9, 9) for j in rng.sample(range(n), min(n, 3))}
        row[i] = 30 + rng.randint(0, 9)
        rows.append({j: x for j, x in row.items() if x})
    right = [rng.randint(-20, 20) for _ in range(n)]
    return rows, right, [Fraction(rng.randint(-3, 3), rng.randint(1, 5)) for _ in range(n)]


def test_against_elimination() -> None:
    """The sum is the one that elimination in fractions gives, for up to 12 unknowns."""
    rng = random.Random(1)
    for _ in range(300):
        rows, right, weights = drawn(rng, rng.randint(1, 12))
        solution = solve_sparse(
            [{j: Fraction(x) for j, x in row.items()} for row in rows], list(map(Fraction, right))
        )
        expected = sum((w * x for w, x in zip(weights, solution, strict=True)), Fraction(0))
        assert weighed_solution(rows, right, weights) == expected


def test_no_unknowns() -> None:
    """Nothing sums to nothing."""
    assert weighed_solution([], [], []) == 0


def test_a_prime_that_divides_the_determinant_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Modulo it there is no solution; modulo the next one there is. Without a next one that is said."""
    rows, right, weights = [{0: 21}], [1], [Fraction(1)]
    monkeypatch.setattr(weighing, "PRIMES", (3, 7, 11))
    assert weighed_solution(rows, right, weights) == Fraction(1, 21)
    monkeypatch.setattr(weighing, "PRIMES", (3, 7))
    with pytest.raises(TooLarge):
        weighed_solution(rows, right, weights)


def test_the_primes_are_prime() -> None:
    """By Fermat's test to a dozen bases, and pairwise different."""
    for p in weighing.PRIMES:
        assert all(pow(a, p - 1, p) == 1 for a in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37))
    assert len(set(weighing.PRIMES)) == len(weighing.PRIMES)


BODIES = {
    "fast": "reward { discount 9/10; * / go: -1; s0 / stay / s1: 3 }",
    "long": "horizon { steps 7; * / stay: 2 }",
    "soon": "quasihyperbolic { beta 1/2; discount 3/4; * / go: 1; s0 / stay: 2 }",
    "odd": "machine { discount 4/5; start u; u -> v on do go : 1; v -> u on do go : -2; else stay }",
    "end": "statediscount { discount * / stay: 1/2; discount * / go: 2/3; s0 / *: 3 }",
    "sum": "total { s0 / stay: 2; * / go: 1; LAST / go: 0 }",
}


def ring(size: int) -> str:
    """Return a ring of states that is left for good with a small chance, and objectives."""
    last = f"s{size}"
    lines = ["discount 1/2", "environment e {", f"  states {' '.join(f's{i}' for i in range(size + 1))}"]
    lines += ["  actions stay go", "  start s0"]
    for i in range(size):
        after = f"s{(i + 1) % size}"
        lines.append(
            f"  s{i} / stay -> {{ s{i}: 1/2, {after}: 1/2 }}" if size > 1 else f"  s{i} / stay -> {last}"
        )
        lines.append(
            f"  s{i} / go -> {{ {after}: 2/3, {last}: 1/3 }}" if size > 1 else f"  s{i} / go -> {last}"
        )
    lines += [f"  {last} / * -> {last}", "}"]
    lines.append("policy mixed in e { s0 -> { stay: 1/3, go: 2/3 }; * -> go }")
    lines += [f"objective {name} in e = {body.replace('LAST', last)}" for name, body in BODIES.items()]
    lines.append("task t in e { mixed >= mixed }")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("size", [2, 7, 80])
def test_values_of_given_objectives(size: int) -> None:
    """Under every clock the kernel values as the formalisms do, also on chains of many nodes."""
    document = loads(ring(size))
    task = document.task("t")
    given = tuple(document.objective(name) for name in BODIES)
    objectives = measured(Question(task=task, options=Options(given=given)))
    environment = task.environments[0]
    known = given_values(objectives, [environment.model])
    table: Table = document.policy("mixed").table
    for k, one in enumerate(given):
        formalism = find_formalism(one.formalism)
        assert formalism is not None
        assert formalism.evaluate is not None
        (expected,) = formalism.evaluate(environment, one.spec, [document.policy("mixed")])
        assert known.value(k, 0, table) == expected


def test_large_chains_are_given_up() -> None:
    """Beyond the limit the kernel says so, and values nothing."""
    document = loads(ring(MOST_NODES + 1))
    task = document.task("t")
    objectives = measured(Question(task=task, options=Options(given=(document.objective("fast"),))))
    with pytest.raises(TooLarge, match="302 nodes"):
        given_values(objectives, [task.environments[0].model]).value(0, 0, document.policy("mixed").table)
