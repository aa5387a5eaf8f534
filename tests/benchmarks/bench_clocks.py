"""Exact values of ten policies on 1,000 sparse states, under every clock.

Policies that mix two or three of ten actions (so rows of up to 15 successors), and deterministic ones;
rewards on a tenth of the pairs. Values of Markov rewards stand beside them. Then a strict order of four of
the policies, decided, with the proof and the kernel's check of it.
Run: python -m tests.benchmarks.bench_clocks [--quick]
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from random import Random

from specexpr.certify.checking import check
from specexpr.certify.model import Claim, PolicyConstraint, Relation, Setting
from specexpr.certify.proofs import RewardEntry
from specexpr.exact import Value
from specexpr.expressivity.clocked import decide_linear
from specexpr.expressivity.verdict import Undecided
from specexpr.formalisms import average, horizon, quasihyperbolic, regularised, reward, statediscount
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy, deterministic
from tests.benchmarks.cases import order_case
from tests.benchmarks.measure import arguments, print_table, timed

G = Fraction(9, 10)
Evaluate = Callable[[Environment, Sequence[Policy]], tuple[Value, ...]]


def evaluations(environment: Environment, entries: tuple[RewardEntry, ...]) -> dict[str, Evaluate]:
    """Return the values of each kind of objective that pays these rewards."""
    random = Random(0)
    pairs = [(s, a) for s, row in enumerate(environment.model.rows) for a in row]
    gamma = tuple((pair, random.choice((G, Fraction(1, 2), Fraction(0)))) for pair in pairs)
    head = Fraction(1), G * Fraction(7, 10)
    entropy = regularised.RegularisedReward(G, Fraction(1, 2), regularised.Named.ENTROPY, (), entries)
    specs = {
        "reward": (reward.evaluate, reward.Reward(G, entries)),
        "average": (average.evaluate, average.AverageReward(entries)),
        "horizon 100": (horizon.evaluate, horizon.HorizonReward(100, entries)),
        "quasihyperbolic": (quasihyperbolic.evaluate, quasihyperbolic.WeighedReward(head, G, entries)),
        "statediscount": (statediscount.evaluate, statediscount.StateDiscountedReward(gamma, entries)),
        "regularised, entropy": (regularised.evaluate, entropy),
    }
    return {
        name: lambda e, p, run=run, spec=spec: run(e, spec, p)  # type: ignore[misc] # each with its own
        for name, (run, spec) in specs.items()
    }


def claims(environment: Environment, policies: Sequence[Policy]) -> dict[str, Claim]:
    """Return a strict order of the policies as each formalism is asked for it."""
    order = tuple(
        PolicyConstraint(0, better.table, worse.table, Relation.STRICT)
        for better, worse in pairwise(policies)
    )
    pairs = [(s, a) for s, row in enumerate(environment.model.rows) for a in row]
    settings = {
        "lar": (None, Setting()),
        "horizon": (None, Setting(horizon=10)),
        "quasihyperbolic": (G, Setting(weights=(Fraction(1), G * Fraction(7, 10)))),
        "sdd": (None, Setting(discounts=tuple((pair, G) for pair in pairs))),
        "rrl": (G, Setting()),
    }
    return {
        name: Claim((environment.model,), order, (), discount, setting=setting)
        for name, (discount, setting) in settings.items()
    }


def proved(name: str, claim: Claim) -> bool:
    """Say whether the kernel accepts a proof of an answer."""
    proof = decide_linear(claim, name)
    if isinstance(proof, Undecided):
        return False
    check(claim, name, proof)
    return True


def main() -> None:
    size = 100 if arguments(__doc__ or "").quick else 1_000
    case = order_case(states=size, actions=10, policies=10, seed=1)
    environment, random = case.environment, Random(2)
    mixing = [Policy(table) for table in case.policies]
    sure = [Policy(deterministic(tuple(random.randrange(10) for _ in range(size)))) for _ in range(10)]
    pairs = random.sample([(s, a) for s in range(size) for a in range(10)], size)
    entries = tuple(RewardEntry(s, a, None, Fraction(random.randint(-9, 9))) for s, a in sorted(pairs))
    rows = []
    for name, evaluate in evaluations(environment, entries).items():
        seconds = [timed(lambda e=evaluate, p=p: e(environment, p))[1] for p in (sure, mixing)]
        rows.append((name, *seconds))
    print(f"values of ten policies, {size} states")
    print_table(("", "deterministic", "mixing"), rows)
    decisions = []
    for name, claim in claims(environment, sure[:4]).items():
        answer, seconds_taken = timed(lambda n=name, c=claim: proved(n, c))
        decisions.append((name, seconds_taken, "proved" if answer else "undecided"))
    print("\na strict order of four deterministic policies")
    print_table(("", "seconds", ""), decisions)


if __name__ == "__main__":
    main()
