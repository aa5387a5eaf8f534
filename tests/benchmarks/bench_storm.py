"""Temporal formulas beside the model checker Storm: the same values, and how long they take.

    python -m tests.benchmarks.bench_storm          # from the root of the checkout; --quick for a short run

1. Exact agreement on random pairs of formulas and chains with a transient part and several recurrent classes,
   and on decision processes, where the largest probability over all policies is asked for.
2. Exact values on chains of 200 states, behind which stands one large linear system: times of one formula,
   ours from reading off the letters to the value, Storm's exact engine from the model that it has built.
3. Values in floats on chains of 100,000 states, likewise.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from fractions import Fraction
from random import Random
from statistics import median

from specexpr.certify.formula import Formula, Operator
from specexpr.certify.model import Distribution
from specexpr.models.environment import Environment
from specexpr.product.approximate import approximate_probability
from specexpr.product.formulas import formula_property
from specexpr.syntax.formulas import compound, label
from tests.benchmarks.baseline_storm import ask_storm
from tests.benchmarks.chains import (
    chain_environment,
    chain_policy,
    chain_value,
    pairs,
    process_pairs,
    random_law,
)
from tests.benchmarks.measure import arguments, print_table, ratio, timed

A, B, C = map(label, "abc")
OFTEN = {name: compound(Operator.ALWAYS, compound(Operator.EVENTUALLY, name)) for name in (A, B, C)}

FORMULAS: dict[str, Formula] = {
    "G F a": OFTEN[A],
    "(F G a) | (G F (b & X c))": compound(
        Operator.OR,
        compound(Operator.EVENTUALLY, compound(Operator.ALWAYS, A)),
        compound(
            Operator.ALWAYS,
            compound(Operator.EVENTUALLY, compound(Operator.AND, B, compound(Operator.NEXT, C))),
        ),
    ),
    "(G (a -> F b)) & (F c)": compound(
        Operator.AND,
        compound(Operator.ALWAYS, compound(Operator.IMPLIES, A, compound(Operator.EVENTUALLY, B))),
        compound(Operator.EVENTUALLY, C),
    ),
}


def tangled_chain(random: Random, *, size: int, exits: int, classes: int) -> Environment:
    """Return a chain whose transient states lead anywhere, and some of them to recurrent classes.

    No state of a class is left; half of the classes never show the label a.
    """
    inner = size - 3 * classes
    rows: list[Distribution] = []
    for s in range(inner):
        out = random.sample(range(inner), 3)
        if s % (inner // exits) == 0:
            out.append(inner + random.randrange(0, 3 * classes, 3))
        rows.append(random_law(random, out))
    carried: dict[str, list[int]] = {name: [] for name in "abc"}
    for first in range(inner, size, 3):
        rows += [
            random_law(random, [first, first + 1]),
            random_law(random, [first, first + 2]),
            random_law(random, [first]),
        ]
        for name in "abc":
            if random.random() < 0.5:
                carried[name].append(first + random.randrange(3))
    return chain_environment(rows, carried)


def agreement(count: int) -> None:
    """Compare values of random pairs, exactly."""
    for what, drawn in (
        ("chains", list(pairs(seed=0, count=count))),
        ("processes, the best policy", list(process_pairs(seed=0, count=count // 4))),
    ):
        answers = ask_storm([(where, [formula]) for where, formula, _ in drawn], exact=True, timeout=1_800)
        given = [answer for (answer,) in answers]
        alike = sum(a.error is None and a.exact() == v for (*_, v), a in zip(drawn, given, strict=True))
        between = sum(0 < value < 1 for *_, value in drawn)
        print(f"{what}: {len(drawn)} pairs, {between} strictly between 0 and 1, {alike} alike", end="")
        print(f", {sum(a.error is not None for a in given)} without an answer of Storm")


def exact_times(seeds: Sequence[int], size: int, repeats: int) -> None:
    """Time exact values; the median of some runs."""
    rows = []
    for seed in seeds:
        where = tangled_chain(Random(seed), size=size, exits=size // 20, classes=10)
        for name, formula in FORMULAS.items():
            value = chain_value(where, formula)
            if value in (0, 1):
                continue
            ours = median(_without_collection(lambda f=formula, w=where: chain_value(w, f), repeats))
            given = [
                ask_storm([(where, [formula])], exact=True, timeout=600)[0][0] for _ in range(min(3, repeats))
            ]
            theirs = median(answer.seconds for answer in given)
            same = all(answer.error is None and answer.exact() == value for answer in given)
            digits = value.denominator.bit_length()
            rows.append((name, digits, f"{ours * 1e3:.1f}", f"{theirs * 1e3:.0f}", ratio(theirs, ours), same))
    print_table(("exact, 200 states", "bits", "ours ms", "Storm ms", "faster", "identical"), rows)


def _without_collection(work: Callable[[], object], repeats: int) -> list[float]:
    """Return the seconds of some runs, the collector of garbage being off as in `timeit`."""
    gc.collect()
    gc.disable()
    try:
        return [timed(work)[1] for _ in range(repeats)]
    finally:
        gc.enable()


def float_times(seeds: Sequence[int], size: int) -> None:
    """Time values in floats."""
    rows = []
    for seed in seeds:
        where = tangled_chain(Random(seed), size=size, exits=size // 20, classes=60)
        policy = chain_policy(where).table
        (answers,) = ask_storm([(where, list(FORMULAS.values()))], exact=False, timeout=1_200)
        for (name, formula), answer in zip(FORMULAS.items(), answers, strict=True):
            wanted = formula_property(formula)
            found, ours = timed(lambda w=wanted, p=policy, e=where: approximate_probability(e, w, p))
            apart = abs(found - float(Fraction(answer.value or "nan")))
            rows.append(
                (name, f"{ours:.2f}", f"{answer.seconds:.2f}", ratio(answer.seconds, ours), f"{apart:.1e}")
            )
    print_table((f"floats, {size:,} states", "ours s", "Storm s", "faster", "apart"), rows)


def main() -> None:
    """Run all three parts."""
    given = arguments(__doc__ or "")
    agreement(60 if given.quick else 1_200)
    exact_times(range(1 if given.quick else 4), 200, 3 if given.quick else 9)
    float_times(range(1), 10_000 if given.quick else 100_000)


if __name__ == "__main__":
    main()
