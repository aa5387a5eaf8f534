"""Ours beside the published fringe algorithm and enumeration, on 200 random environments.

4 states, 3 actions, two good policies, `range` and `equal`. Ours includes exact certificates and the kernel's
check of them; the others answer in floats. Run: python -m tests.benchmarks.bench_small [--quick]
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from fractions import Fraction

from specexpr.certify.model import Acceptance
from specexpr.expressivity.markov import decide_markov_reward
from specexpr.expressivity.verdict import Expressible, Undecided
from tests.benchmarks import baseline_abel_cvxpy, baseline_enumeration_cvxpy, baseline_enumeration_scipy
from tests.benchmarks.cases import SmallCase, accept_question, small_cases, start_array, transition_array
from tests.benchmarks.measure import arguments, print_table, ratio, timed

DISCOUNT = Fraction(9, 10)
Solver = Callable[[SmallCase, Acceptance], Callable[[], bool | None]]
"""Prepares a case; what it returns is timed, and says True, False, or None for undecided."""


def ours(case: SmallCase, acceptance: Acceptance) -> Callable[[], bool | None]:
    question = accept_question(case.environment, case.good, acceptance, DISCOUNT)

    def run() -> bool | None:
        verdict = decide_markov_reward(question)
        return None if isinstance(verdict, Undecided) else isinstance(verdict, Expressible)

    return run


def peer(design: Callable[..., object], **options: object) -> Solver:
    def prepare(case: SmallCase, acceptance: Acceptance) -> Callable[[], bool | None]:
        transitions, start = transition_array(case.environment), start_array(case.environment)
        equal = acceptance is Acceptance.EQUAL
        return lambda: (
            design(transitions, start, float(DISCOUNT), case.good, equal=equal, **options) is not None
        )

    return prepare


SOLVERS: dict[str, Solver] = {
    "ours, proved": ours,
    "fringe, cvxpy, as published": peer(baseline_abel_cvxpy.design_reward),
    "fringe, cvxpy, as matrices": peer(baseline_abel_cvxpy.design_reward_with_matrices),
    "enumeration, scipy": peer(baseline_enumeration_scipy.separate),
    "enumeration, scipy, batched visits": peer(baseline_enumeration_scipy.separate, batched=True),
    "enumeration, cvxpy": peer(baseline_enumeration_cvxpy.separate),
}


def run(title: str, cases: list[SmallCase], acceptance: Acceptance) -> None:
    seconds = dict.fromkeys(SOLVERS, 0.0)
    wrong = dict.fromkeys(SOLVERS, 0)
    for prepare in SOLVERS.values():
        prepare(cases[0], acceptance)()  # imports and first-use costs are not what is measured
    for case in cases:
        for name, prepare in SOLVERS.items():
            answer, took = timed(prepare(case, acceptance))
            seconds[name] += took
            wrong[name] += answer is not case.is_expressible
    own = seconds["ours, proved"]
    expressible = sum(case.is_expressible for case in cases)
    print(f"\n{title}, {acceptance}: {len(cases)} sets, {expressible} of them expressible")
    rows = [
        (name, took, 1000 * took / len(cases), ratio(took, own), wrong[name])
        for name, took in seconds.items()
    ]
    print_table(("", "seconds", "ms each", "ratio", "wrong"), rows)


def main() -> None:
    warnings.filterwarnings("ignore", message="Solution may be inaccurate")
    count = 20 if arguments(__doc__ or "").quick else 200
    for acceptance in (Acceptance.EQUAL, Acceptance.RANGE):
        run("Random pairs", small_cases(count, seed=1, half_expressible=False), acceptance)
        run("About half expressible", small_cases(count, seed=2, half_expressible=True), acceptance)


if __name__ == "__main__":
    main()
