"""Near the edge of float precision: gaps down to 1e-15, discounts up to 1 - 1e-9, known answers.

Counts wrong verdicts of ours and of each float solver. Run: python -m tests.benchmarks.bench_edge [--quick]
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from specexpr.certify.model import Relation
from specexpr.expressivity.markov import decide_markov_reward
from specexpr.expressivity.verdict import Expressible, Undecided
from tests.benchmarks import baseline_margin as peers
from tests.benchmarks.cases import start_array, transition_array
from tests.benchmarks.edge import EdgeCase, edge_cases
from tests.benchmarks.measure import arguments, print_table, timed

THRESHOLDS = (1e-6, 1e-9)
Floats = NDArray[np.float64]
Answers = dict[str, bool | None]


def float_rows(case: EdgeCase) -> tuple[Floats, Floats]:
    """Return the strict and the tie rows in floats."""
    transitions, start = transition_array(case.environment), start_array(case.environment)
    visits = []
    for table in case.policies:
        policy = np.zeros(transitions.shape[:2])
        for s, law in enumerate(table):
            for a, p in law:
                policy[s, a] = float(p)
        visits.append(peers.occupancy(transitions, start, float(case.discount), policy))
    strict = [visits[i] - visits[j] for i, relation, j in case.constraints if relation is Relation.STRICT]
    ties = [visits[i] - visits[j] for i, relation, j in case.constraints if relation is Relation.TIE]
    return peers.scaled(strict), peers.scaled(ties) if ties else np.zeros((0, len(visits[0])))


def peer_answers(case: EdgeCase) -> Answers:
    strict, ties = float_rows(case)
    answers: Answers = {}

    def add(name: str, margin: float | None, fixed: bool | None) -> None:
        for threshold in THRESHOLDS:
            answers[f"{name}, margin above {threshold:.0e}"] = None if margin is None else margin > threshold
        answers[f"{name}, margin 1, reward unbounded"] = fixed

    add("HiGHS", peers.margin_by_highs(strict, ties), peers.fixed_by_highs(strict, ties))
    for solver in peers.CVXPY_SOLVERS:
        add(solver, peers.margin_by_cvxpy(strict, ties, solver), peers.fixed_by_cvxpy(strict, ties, solver))
    return answers


def our_answer(case: EdgeCase) -> bool | None:
    verdict = decide_markov_reward(case.question())
    return None if isinstance(verdict, Undecided) else isinstance(verdict, Expressible)


def main() -> None:
    repeats = 1 if arguments(__doc__ or "").quick else 3
    cases = list(edge_cases(repeats=repeats, seed=11))
    counts: Counter[tuple[str, str]] = Counter()
    own = 0.0

    def count(name: str, answer: bool | None, case: EdgeCase) -> None:
        counts[name, "asked"] += 1
        if answer is None:
            counts[name, "no answer"] += 1
        elif answer is not case.is_expressible:
            counts[name, "false yes" if answer else "false no"] += 1

    by_family: Counter[tuple[str, bool]] = Counter()
    wrong: list[EdgeCase] = []
    for case in cases:
        by_family[case.family, case.is_expressible] += 1
        answer, took = timed(lambda case=case: our_answer(case))
        own += took
        count("ours", answer, case)
        if answer is not case.is_expressible:
            wrong.append(case)
        for name, answer in peer_answers(case).items():
            count(name, answer, case)

    print(f"{len(cases)} cases; ours, proved and checked: {1000 * own / len(cases):.1f} ms each")
    families = dict.fromkeys(case.family for case in cases)
    print_table(("family", "yes", "no"), [(f, by_family[f, True], by_family[f, False]) for f in families])
    print()
    names = dict.fromkeys(name for name, _ in counts)
    kinds = ("false yes", "false no", "no answer")
    rows = [(name, sum(counts[name, k] for k in kinds), *(counts[name, k] for k in kinds)) for name in names]
    print_table(("", "wrong", *kinds), rows)
    for case in wrong[:10]:
        print(f"ours WRONG: {case.family}, discount {case.discount}, should be {case.is_expressible}")


if __name__ == "__main__":
    main()
