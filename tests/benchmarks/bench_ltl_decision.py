"""Decisions in linear temporal logic on random tasks that functions of trajectories express.

1 to 3 states, 2 actions, 3 or 4 policies; every row, of transitions and of policies that mix, is drawn
uniformly from the laws with a common denominator of 1 to 6; each policy is deterministic with probability
1/2; a task is an order of its policies, best first, and in a third of them some neighbours are tied. The
formula search is off. Every verdict is checked again by the kernel, which is not part of the time.
Run: python -m tests.benchmarks.bench_ltl_decision [--quick]
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from specexpr.certify.checking import check
from specexpr.certify.kinds.function import FunctionWitness
from specexpr.certify.model import Claim, Distribution, Model, PolicyConstraint, Relation, Table
from specexpr.expressivity.ltl.deciding import decide_ltl
from specexpr.expressivity.trajectory_functions import decide_lotteries
from specexpr.expressivity.verdict import Undecided
from tests.benchmarks.measure import arguments, print_table, timed

SEED = 6
LIMIT = 60.0


def law(rng: random.Random, size: int) -> Distribution:
    """Return a law on so many outcomes, uniform among those with a denominator of 1 to 6."""
    below = rng.randrange(1, 7)
    cuts = sorted(rng.sample(range(below + size - 1), size - 1))
    counts = [b - a - 1 for a, b in pairwise([-1, *cuts, below + size - 1])]
    return tuple((i, Fraction(n, below)) for i, n in enumerate(counts) if n)


def random_task(rng: random.Random) -> Claim:
    """Return a random order of random policies."""
    size = rng.randrange(1, 4)
    rows = tuple({a: law(rng, size) for a in range(2)} for _ in range(size))
    model = Model(tuple(f"s{i}" for i in range(size)), ("a", "b"), law(rng, size), rows)
    policies = [random_policy(rng, size) for _ in range(rng.choice((3, 4)))]
    has_ties = rng.random() < 1 / 3
    relations = [
        Relation.TIE if has_ties and rng.random() < 1 / 2 else Relation.STRICT
        for _ in range(len(policies) - 1)
    ]
    if has_ties and Relation.TIE not in relations:
        relations[rng.randrange(len(relations))] = Relation.TIE
    constraints = tuple(
        PolicyConstraint(0, better, worse, relation)
        for (better, worse), relation in zip(pairwise(policies), relations, strict=True)
    )
    return Claim((model,), constraints, (), None)


def random_policy(rng: random.Random, size: int) -> Table:
    """Return a policy, deterministic with probability 1/2."""
    if rng.random() < 1 / 2:
        return tuple(((rng.randrange(2), Fraction(1)),) for _ in range(size))
    return tuple(law(rng, 2) for _ in range(size))


def expressible_tasks(count: int) -> Iterator[Claim]:
    """Yield tasks that some function of trajectories expresses, with a strict constraint."""
    rng = random.Random(SEED)
    while count:
        claim = random_task(rng)
        if all(c.relation is Relation.TIE for c in claim.constraints):
            continue
        if isinstance(decide_lotteries(claim), FunctionWitness):
            count -= 1
            yield claim


def main() -> None:
    count = 100 if arguments(__doc__ or "").quick else 1_000
    seconds: list[float] = []
    checking: list[float] = []
    kinds: Counter[str] = Counter()
    for number, claim in enumerate(expressible_tasks(count)):
        proof, took = timed(
            lambda claim=claim: decide_ltl(  # type: ignore[misc] # the claim of this round
                claim, deadline=time.monotonic() + LIMIT, search_formulas=False
            )
        )
        seconds.append(took)
        if took > 1 or isinstance(proof, Undecided):
            print(number, f"{took:.3f}", type(proof).__name__, getattr(proof, "reason", ""))
        kinds[type(proof).__name__] += 1
        if not isinstance(proof, Undecided):
            checking.append(timed(lambda claim=claim, proof=proof: check(claim, "ltl", proof))[1])  # type: ignore[misc]
    seconds.sort()
    checking.sort()
    rows = [
        (name, 1000 * times[len(times) // 2], 1000 * times[len(times) * 95 // 100], 1000 * times[-1])
        for name, times in (("decide", seconds), ("kernel", checking))
    ]
    print_table(("", "median ms", "95 % ms", "most ms"), rows)
    print_table(("proof", "tasks"), sorted(kinds.items()))


if __name__ == "__main__":
    main()
