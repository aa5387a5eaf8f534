"""Acceptable sets on deterministic grids: ours, proved and checked, beside the compact linear program alone.

70x70 (4,900 states, 4 actions) beside the program as it stands and with what cannot matter left out; 224x224
(50,176 states) for ours alone. Run: python -m tests.benchmarks.bench_grid [--quick]
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from specexpr.certify.model import Acceptance
from specexpr.expressivity.markov import decide_markov_reward
from specexpr.expressivity.verdict import Expressible, Inexpressible, Undecided, Verdict
from tests.benchmarks.baseline_compact_lp import accept
from tests.benchmarks.cases import GridCase, accept_question, grid, grid_cases, start_array
from tests.benchmarks.measure import arguments, print_table, ratio, timed

DISCOUNT = Fraction(9, 10)


def said(verdict: Verdict) -> str:
    match verdict:
        case Expressible(proof=proof):
            return f"yes ({proof})"
        case Inexpressible(proof=proof):
            return f"no ({proof})"
        case Undecided(reason=reason):
            return f"undecided ({reason})"


def is_wrong(verdict: Verdict, case: GridCase) -> bool:
    return not isinstance(verdict, Expressible if case.is_expressible else Inexpressible)


def run(size: int, *, with_peers: bool) -> None:
    environment, built = timed(lambda: grid(size))
    print(f"\n{size}x{size}: {size * size} states, built in {built:.2f} s")
    rows = environment.model.rows
    successor = np.array([[row[a][0][0] for a in range(len(row))] for row in rows])
    start = start_array(environment)
    head = ["accept", "ours", "s"]
    if with_peers:
        head += ["compact LP, reduced", "s", "ratio", "compact LP", "s", "ratio"]
    table = []
    for case in grid_cases(size, seed=3):
        question = accept_question(environment, case.good, Acceptance.RANGE, DISCOUNT)
        verdict, own = timed(lambda question=question: decide_markov_reward(question))
        row: list[object] = [case.name, said(verdict) + (" WRONG" if is_wrong(verdict, case) else ""), own]
        for reduced in (True, False) if with_peers else ():
            answer, took = timed(
                lambda good=case.good, reduced=reduced: accept(
                    successor, start, float(DISCOUNT), good, reduced=reduced
                )
            )
            words = {True: "yes", False: "no", None: "?"}[answer]
            row += [words + (" WRONG" if answer is not case.is_expressible else ""), took, ratio(own, took)]
        table.append(row)
        print(".", end="", flush=True)
    print("\r", end="")
    print_table(head, table)
    if with_peers:
        print("ratio: ours / the program; the aim is at most 3")


def main() -> None:
    if arguments(__doc__ or "").quick:
        run(16, with_peers=True)
        return
    run(70, with_peers=True)
    run(224, with_peers=False)


if __name__ == "__main__":
    main()
