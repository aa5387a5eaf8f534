"""Orders of many policies by given values: is there an increasing concave function, and which?

Values are random whole numbers; orders are by the least of three weighted sums, or random. Ours proposes by a
convex program in cvxpy and makes the answer exact; the peer is our own exact cuts without it, up to a limit.
Run: python -m tests.benchmarks.bench_concave [--quick]
"""

from __future__ import annotations

import time
from itertools import pairwise
from random import Random
from typing import Any

from specexpr.certify.model import Relation
from specexpr.solve import afriat
from specexpr.solve.afriat import Concave, Point, Row, Sign, Values
from specexpr.solve.cone import OutOfTime
from tests.benchmarks.measure import arguments, print_table, ratio, timed

LIMIT = 60.0  # seconds


def case(size: int, given: int, *, is_random: bool) -> tuple[Concave, list[Row]]:
    """Return points, and rows that put them in an order."""
    random = Random(size * 10 + given)
    points = [tuple(random.randint(-999, 999) for _ in range(given)) for _ in range(size)]
    sums = [[*(random.randint(1, 9) for _ in range(given)), random.randint(-999, 999)] for _ in range(3)]
    worth = [
        min(sum(w * x for w, x in zip(one, (*point, 1), strict=True)) for one in sums) for point in points
    ]
    order = random.sample(range(size), size) if is_random else sorted(range(size), key=lambda k: -worth[k])
    asked = [(i, j) for i, j in pairwise(order) if is_random or worth[i] > worth[j]]
    signs = (Sign.POSITIVE,) * given + (Sign.FREE,)
    shape = Concave(tuple(Point((*point, 1), 1) for point in points), signs)
    return shape, [Row(((i, 1), (j, -1)), Relation.STRICT) for i, j in asked]


def solve(shape: Concave, rows: list[Row], fewest: int) -> Any:
    """Decide with the convex program from so many points on."""
    afriat.FEWEST_PROPOSED = fewest
    return Values[Any](rows=list(rows)).solve(shape, deadline=time.monotonic() + LIMIT)


def main() -> None:
    """Print seconds of both."""
    import cvxpy  # noqa: F401 -- its import takes a second, once

    fewest = afriat.FEWEST_PROPOSED
    lines = []
    for size in (60,) if arguments(__doc__ or "").quick else (60, 100, 150):
        for given in (2, 3, 5):
            for is_random in (False, True):
                shape, rows = case(size, given, is_random=is_random)
                found, ours = timed(lambda shape=shape, rows=rows: solve(shape, rows, fewest))
                exact, cuts = timed(lambda shape=shape, rows=rows: solve(shape, rows, 1000))
                answer = "yes" if isinstance(found, tuple) else type(found).__name__.lower()
                alike = isinstance(exact, OutOfTime) or isinstance(exact, tuple) == isinstance(found, tuple)
                lines.append((size, given, answer, ours, cuts, ratio(cuts, ours), alike))
    print_table(("policies", "given", "answer", "ours s", "cuts s", "ratio", "alike"), lines)


if __name__ == "__main__":
    main()
