"""Near-degenerate questions whose answers are known by construction, from far inside to the last float.

In all but one family three policies differ in their distribution x_i over the actions of one state that is
visited at most once, so that occupancies are affine in x_i, injectively: constraints between policies can be
met iff those between the points x_i can, by a linear functional. All is exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from random import Random

from specexpr.certify.model import Distribution, PolicyConstraint, Relation, Table
from specexpr.expressivity.task import Options, Question, Task
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy, deterministic, point
from tests.benchmarks.cases import named, random_law

DISCOUNTS = (Fraction(9, 10), *(1 - Fraction(1, 10**k) for k in (3, 6, 9)))
TILTS = (*[Fraction(0)] * 3, *(Fraction(sign, 10**k) for k in (6, 9, 12, 15) for sign in (1, -1)))
ONE, HALF, QUARTER = Fraction(1), Fraction(1, 2), Fraction(1, 4)

STRICT, WEAK, TIE = Relation.STRICT, Relation.WEAK, Relation.TIE
Constraints = tuple[tuple[int, Relation, int], ...]


@dataclass(frozen=True, slots=True)
class EdgeCase:
    """An environment, policies, constraints between them by index, and whether a reward meets them all."""

    family: str
    environment: Environment
    policies: tuple[Table, ...]
    constraints: Constraints
    discount: Fraction
    is_expressible: bool

    def question(self) -> Question:
        constraints = tuple(
            PolicyConstraint(0, self.policies[i], self.policies[j], relation)
            for i, relation, j in self.constraints
        )
        task = Task(
            name=self.family,
            scope=self.environment.name,
            environments=(self.environment,),
            policies=tuple((0, Policy(table, f"p{i}")) for i, table in enumerate(self.policies)),
            constraints=constraints,
        )
        return Question(task=task, options=Options(discount=self.discount))


def edge_cases(*, repeats: int, seed: int) -> Iterator[EdgeCase]:
    """Yield 4 discounts x 11 tilts (3 of them none) x 5 families x `repeats` cases."""
    random = Random(seed)
    for _, discount, tilt in product(range(repeats), DISCOUNTS, TILTS):
        yield off_the_line(random, discount, tilt)
        yield tied_off_the_line(random, discount, tilt)
        yield past_the_end(random, discount, tilt)
        yield deep_difference(random, discount, tilt)
        yield entailment(random, discount, tilt)


def _once_visited(random: Random) -> tuple[Environment, int, Sequence[int]]:
    """Return an environment, its state 0 that is never entered again, and a choice of actions elsewhere.

    Some start mass lies elsewhere, and three actions of state 0 lead to random states.
    """
    size = random.randint(3, 6)
    others = range(1, size)
    rows = [{a: random_law(random, random.sample(others, random.randint(1, 2))) for a in range(3)}]
    rows += [{a: random_law(random, random.sample(others, 2)) for a in range(2)} for _ in others]
    start = random_law(random, [0, *random.sample(others, random.randint(0, 2))])
    return named("once", start, rows), 0, [random.randrange(2) for _ in others]


def _tables(laws: Sequence[Sequence[Fraction]], rest: Sequence[int]) -> tuple[Table, ...]:
    """Return policies with the given laws in state 0 and the same actions elsewhere."""
    return tuple((tuple((a, p) for a, p in enumerate(law) if p), *map(point, rest)) for law in laws)


def _mixture(random: Random) -> tuple[list[Fraction], list[Fraction], Fraction]:
    """Return two laws on three actions and a weight between 0 and 1."""
    first, second = [HALF, QUARTER, QUARTER], [QUARTER, HALF, QUARTER]
    return first, second, Fraction(random.randint(1, 8), 9)


def _between(first: Sequence[Fraction], second: Sequence[Fraction], weight: Fraction) -> list[Fraction]:
    return [weight * x + (1 - weight) * y for x, y in zip(first, second, strict=True)]


def off_the_line(random: Random, discount: Fraction, tilt: Fraction) -> EdgeCase:
    """A mixture of two policies is better (or worse) than both: possible iff it is tilted off their line."""
    environment, _, rest = _once_visited(random)
    first, second, weight = _mixture(random)
    aside = [-HALF * tilt, -HALF * tilt, tilt]
    third = [x + y for x, y in zip(_between(first, second, weight), aside, strict=True)]
    constraints: Constraints = ((2, STRICT, 0), (2, STRICT, 1))
    if random.random() < 0.5:
        constraints = ((0, STRICT, 2), (1, STRICT, 2))
    policies = _tables((first, second, third), rest)
    return EdgeCase("mixture off the line", environment, policies, constraints, discount, tilt != 0)


def tied_off_the_line(random: Random, discount: Fraction, tilt: Fraction) -> EdgeCase:
    """Two policies tie and a mixture of them is better: possible iff it is tilted off their line."""
    case = off_the_line(random, discount, tilt)
    constraints: Constraints = ((0, TIE, 1), (2, STRICT, 0))
    return EdgeCase("tied, off the line", case.environment, case.policies, constraints, discount, tilt != 0)


def past_the_end(random: Random, discount: Fraction, tilt: Fraction) -> EdgeCase:
    """A third policy on the line of two is better than both: possible iff it lies past the second.

    With no tilt the third is the middle.
    """
    environment, _, rest = _once_visited(random)
    first, second, _ = _mixture(random)
    third = _between(first, second, tilt if tilt else HALF)
    policies = _tables((first, second, third), rest)
    return EdgeCase(
        "past the end of the line",
        environment,
        policies,
        ((2, STRICT, 0), (2, STRICT, 1)),
        discount,
        tilt < 0,
    )


def deep_difference(random: Random, discount: Fraction, tilt: Fraction) -> EdgeCase:
    """A mixture of two policies that is better than both may differ from them only far down a chain.

    State i goes on to i + 1 with a tenth, else to the end; the depth is the exponent of the tilt. A positive
    tilt makes the mixture take another action in the last state, which is visited once: an independent
    coordinate, so that all can be met. Else nothing tells it from a mixture.
    """
    depth = max(1, len(str(tilt.denominator)) - 1) if tilt else random.randint(6, 15)
    first, second, weight = _mixture(random)
    end = depth + 1
    ways: Distribution = ((1, Fraction(1, 10)), (end, Fraction(9, 10)))
    rows = [dict.fromkeys(range(3), ways)]
    rows += [
        dict.fromkeys(range(2), ((i + 1, Fraction(1, 10)), (end, Fraction(9, 10)))) for i in range(1, depth)
    ]
    rows += [dict.fromkeys(range(2), point(end)), {0: point(end)}]
    environment = named("deep", point(0), rows)
    same = [0] * depth + [0]
    policies = _tables((first, second, _between(first, second, weight)), same)
    if tilt > 0:
        policies = (*policies[:2], (*policies[2][:depth], point(1), point(0)))
    constraints: Constraints = ((2, STRICT, 0), (2, STRICT, 1))
    return EdgeCase("difference deep in a chain", environment, policies, constraints, discount, tilt > 0)


def entailment(random: Random, discount: Fraction, tilt: Fraction) -> EdgeCase:
    """Two rooms that lead to each other; switching in the second is good after a, bad after b in the first.

    The switch only renames what is done, with no effect on where one goes, unless action b of the second room
    stays there with probability |tilt|. Then it changes how often the first room is visited, which shows on
    (s0, a) in one constraint and on (s0, b) in the other: no positive combination of them vanishes.
    """
    stays = abs(tilt)
    law: Distribution = ((0, 1 - stays), (1, stays)) if stays else point(0)
    rows = [{0: point(1), 1: point(1)}, {0: point(0), 1: law}]
    start = random_law(random, (0, 1), most=3)
    environment = named("entailment", start, rows)
    aa, ab, ba, bb = (deterministic(actions) for actions in ((0, 0), (0, 1), (1, 0), (1, 1)))
    constraints: Constraints = ((1, STRICT, 0), (2, STRICT, 3))
    return EdgeCase("entailment", environment, (aa, ab, ba, bb), constraints, discount, tilt != 0)
