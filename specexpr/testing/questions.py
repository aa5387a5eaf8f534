"""Random questions of every kind, well posed by construction and answered "yes" about half of the time.

Each question starts from a hidden objective, a function of policies. Where that is a Markov reward, what it
asks can be met; where it is the lesser of two rewards, a random rank, or a reward with one policy put out of
its place, it often cannot. No question contradicts itself: all that it asks follows the hidden objective.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from itertools import combinations, pairwise
from random import Random
from typing import TypeVar

from specexpr.certify.model import (
    AcceptableSet,
    Acceptance,
    Constraint,
    Model,
    PolicyConstraint,
    Relation,
    Table,
    Trajectory,
    TrajectoryConstraint,
)
from specexpr.expressivity.task import Objective, Question
from specexpr.formalism import Formalism
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing.brute_force import (
    deterministic_tables,
    is_alike,
    policy_value,
    trajectory_value,
)
from specexpr.testing.generators import (
    between,
    perturb_model,
    random_discount,
    random_environment,
    random_reward,
    random_table,
    random_tables,
    random_trajectory,
)
from specexpr.testing.tasks import make_question

T = TypeVar("T")


class Kind(StrEnum):
    """The kinds of questions; each is drawn and counted on its own."""

    STRICT = "strict preferences"
    MIXED = "preferences with ties and weak constraints"
    RANGE = "acceptable set"
    EQUAL = "equally acceptable set"
    LISTED = "acceptable set over a list"
    MODULO = "acceptable set modulo unreachable"
    STOCHASTIC = "acceptable set with stochastic policies"
    TRAJECTORIES = "trajectories"
    FAMILY = "preferences in a family"
    FAMILY_SETS = "acceptable sets in a family"
    INDUCED = "induced order"
    COMBINED = "acceptable set and preferences"


@dataclass(frozen=True, slots=True)
class Setting:
    """What every question needs: the environments, the discount, and chance."""

    random: Random
    environments: tuple[Environment, ...]
    discount: Fraction

    @property
    def model(self) -> Model:
        return self.environments[0].model


def random_question(
    random: Random, kind: Kind, *, size: int, objectives: Sequence[Formalism] = ()
) -> Question:
    """Return a question of a kind; `objectives` are the formalisms whose samples may induce an order."""
    first = random_environment(random, size // 3 if kind is Kind.TRAJECTORIES else size)
    family = kind in (Kind.FAMILY, Kind.FAMILY_SETS)
    second = (Environment("f", perturb_model(random, first.model), first.labels),) if family else ()
    setting = Setting(random, (first, *second), random_discount(random))
    match kind:
        case Kind.STRICT | Kind.MIXED | Kind.FAMILY:
            return _question(setting, constraints=_preferences(setting, strict_only=kind is Kind.STRICT))
        case Kind.TRAJECTORIES:
            return _question(setting, constraints=_trajectories(setting))
        case Kind.INDUCED:
            return _induced(setting, objectives)
        case Kind.COMBINED:
            return _combined(setting)
        case Kind.FAMILY_SETS:
            hidden = Hidden(setting)
            shapes = ("best", "best", "best", "best", "product", "crossed")
            sets = [_acceptable(setting, index, hidden, shapes=shapes) for index in range(2)]
            return _question(setting, acceptable=sets)
        case Kind.MODULO:
            accept = _acceptable(setting, 0, Hidden(setting), shapes=("best", "any", "crossed", "crossed"))
            return _question(setting, acceptable=[_without_twins(setting, accept)], modulo=True)
        case Kind.LISTED:
            return _question(setting, acceptable=[_listed(setting, Hidden(setting, shapes=ROUGH_SHAPES))])
        case Kind.RANGE | Kind.EQUAL | Kind.STOCHASTIC:
            kinds = {Kind.RANGE: Acceptance.RANGE, Kind.EQUAL: Acceptance.EQUAL}
            acceptance = kinds.get(kind) or random.choice(list(Acceptance))
            hidden = Hidden(setting)
            accept = _acceptable(setting, 0, hidden, acceptance=acceptance)
            if kind is Kind.STOCHASTIC:
                accept = _with_stochastic(setting, accept, hidden)
            return _question(setting, acceptable=[accept])


def _question(
    setting: Setting,
    *,
    constraints: Iterable[Constraint] = (),
    acceptable: Iterable[AcceptableSet] = (),
    modulo: bool | None = None,
    induced_by: Objective | None = None,
) -> Question:
    """Return the question; if nothing was found to ask, it asks whether a policy ties with itself."""
    constraints, acceptable = tuple(constraints), tuple(acceptable)
    if not constraints and not acceptable:
        table = random_table(setting.random, setting.model)
        constraints = (PolicyConstraint(0, table, table, Relation.TIE),)
    return make_question(
        setting.environments,
        setting.discount,
        constraints=constraints,
        acceptable=acceptable,
        modulo=modulo,
        induced_by=induced_by,
    )


SHAPES = ("reward", "apart", "impatient", "lesser", "product", "ranks", "levels")
"""Forms of hidden objectives: one reward, one for each environment, one at another discount, and so on."""
TIMED_SHAPES = ("reward", "reward", "impatient", "impatient", "lesser", "product", "ranks", "ranks")
ROUGH_SHAPES = ("reward", "impatient", "lesser", "product", "ranks", "ranks", "ranks", "ranks")


class Hidden:
    """A hidden objective: a number for each policy or trajectory of each environment."""

    def __init__(self, setting: Setting, *, shapes: Sequence[str] = SHAPES) -> None:
        random = setting.random
        spread = random.choice((1, 1, 5))
        self._setting = setting
        self._shape = random.choice(shapes)
        self._rewards = [random_reward(random, setting.model, spread=spread) for _ in range(2)]
        self._discount = random_discount(random) if self._shape == "impatient" else setting.discount
        self._known: dict[tuple[int, Table | Trajectory], Fraction] = {}

    def of_policy(self, index: int, table: Table) -> Fraction:
        """Return what the objective thinks of a policy."""
        if (index, table) not in self._known:
            model, discount = self._setting.environments[index].model, self._discount
            values = [policy_value(model, table, reward, discount=discount) for reward in self._rewards]
            self._known[index, table] = self._combine(index, values)
        return self._known[index, table]

    def of_trajectory(self, index: int, trajectory: Trajectory) -> Fraction:
        """Return what the objective thinks of a trajectory."""
        if (index, trajectory) not in self._known:
            model, discount = self._setting.environments[index].model, self._discount
            values = [trajectory_value(model, trajectory, r, discount=discount) for r in self._rewards]
            self._known[index, trajectory] = self._combine(index, values)
        return self._known[index, trajectory]

    def _combine(self, index: int, values: Sequence[Fraction]) -> Fraction:
        match self._shape:
            case "reward" | "impatient":
                return values[0]
            case "apart":
                return values[index] if len(self._setting.environments) > 1 else -abs(values[0])
            case "lesser":
                return min(values)
            case "product":
                return values[0] * values[1]
            case "levels":
                return Fraction(self._setting.random.randint(0, 1))
            case _:
                return Fraction(self._setting.random.randint(0, 4))


def _preferences(setting: Setting, *, strict_only: bool) -> Iterator[Constraint]:
    """Yield comparisons of a few policies in each environment that follow a hidden objective."""
    random = setting.random
    hidden = Hidden(setting, shapes=ROUGH_SHAPES if strict_only else SHAPES)
    least, most = (5, 9) if len(setting.environments) == 1 else (3, 6)
    tables: tuple[Table, ...] = ()
    for index, environment in enumerate(setting.environments):
        if not tables or random.random() < 0.3:  # most policies of a family are those of every member
            tables = random_tables(random, environment.model, random.randint(least, most))
        ranked = [(hidden.of_policy(index, table), table) for table in tables]
        for (x, better), (y, worse) in _compared(random, ranked):
            relation = _relation(random, x == y, strict_only=strict_only)
            if relation is not None:
                yield PolicyConstraint(index, better, worse, relation)
                if relation is Relation.WEAK and x == y:
                    yield PolicyConstraint(index, worse, better, relation)


def _trajectories(setting: Setting) -> Iterator[Constraint]:
    """Yield comparisons of a few sequences of one length that follow a hidden objective."""
    random, hidden = setting.random, Hidden(setting, shapes=TIMED_SHAPES)
    length, many = random.randint(1, 5), random.randint(4, 16)
    drawn = dict.fromkeys(random_trajectory(random, setting.model, length) for _ in range(60))
    ranked = [(hidden.of_trajectory(0, trajectory), trajectory) for trajectory in list(drawn)[:many]]
    for (x, better), (y, worse) in _compared(random, ranked):
        relation = _relation(random, x == y, strict_only=random.random() < 0.5)
        if relation is not None:
            yield TrajectoryConstraint(0, better, worse, relation)


def _compared(
    random: Random, ranked: list[tuple[Fraction, T]]
) -> list[tuple[tuple[Fraction, T], tuple[Fraction, T]]]:
    """Return pairs to compare, the higher rank first: a chain, or some of all pairs."""
    ranked = sorted(ranked, key=lambda x: x[0], reverse=True)
    pairs = list(pairwise(ranked)) if random.random() < 0.5 else list(combinations(ranked, 2))
    random.shuffle(pairs)
    return pairs if random.random() < 0.7 else pairs[: max(2, 2 * len(pairs) // 3)]


def _relation(random: Random, is_tied: bool, *, strict_only: bool) -> Relation | None:
    """Return a relation that holds between a value and one that is lower, or equal if `is_tied`."""
    if strict_only:
        return None if is_tied else Relation.STRICT
    if is_tied:
        return random.choice((Relation.TIE, Relation.TIE, Relation.WEAK))
    return random.choice((Relation.STRICT, Relation.STRICT, Relation.WEAK))


def _acceptable(
    setting: Setting,
    index: int,
    hidden: Hidden,
    *,
    acceptance: Acceptance | None = None,
    shapes: Sequence[str] = ("best", "best", "product", "any", "crossed"),
) -> AcceptableSet:
    """Return an acceptable set among all deterministic policies: the best ones, or nearly, or any."""
    random, model = setting.random, setting.environments[index].model
    acceptance = acceptance or random.choice(list(Acceptance))
    everything = deterministic_tables(model)
    shape = random.choice(shapes)
    if shape == "best":
        levels = sorted({hidden.of_policy(index, table) for table in everything}, reverse=True)
        depth = 0 if acceptance is Acceptance.EQUAL else random.randrange(min(3, len(levels)))
        good = [table for table in everything if hidden.of_policy(index, table) >= levels[depth]]
    elif shape == "product":
        chosen = [random.sample(sorted(row), random.randint(1, len(row))) for row in model.rows]
        good = [t for t in everything if all(law[0][0] in some for law, some in zip(t, chosen, strict=True))]
    elif shape == "crossed":
        one = random.choice(everything)
        most = max(sum(x != y for x, y in zip(one, t, strict=True)) for t in everything)
        other = next(t for t in everything if sum(x != y for x, y in zip(one, t, strict=True)) == most)
        turned = [(*one[:s], other[s], *one[s + 1 :]) for s in range(len(one))]
        good = list(dict.fromkeys([one, other, *(turned[1:] if random.random() < 0.3 else ())]))
    else:
        good = random.sample(everything, min(len(everything), random.randint(1, 3)))
    if random.random() < 0.2:
        odd = random.choice(everything)
        good = [table for table in good if table != odd] if odd in good else [*good, odd]
    if len(good) == len(everything):
        good.remove(random.choice(good))
    return AcceptableSet(index, tuple(good or [random.choice(everything)]), None, acceptance)


def _without_twins(setting: Setting, accept: AcceptableSet) -> AcceptableSet:
    """Return the set with some good policies left out that behave like ones that stay."""
    good: list[Table] = []
    for table in accept.good:
        twin = any(is_alike(setting.model, table, other) for other in good)
        if not twin or setting.random.random() < 0.3:
            good.append(table)
    return replace(accept, good=tuple(good))


def _with_stochastic(setting: Setting, accept: AcceptableSet, hidden: Hidden) -> AcceptableSet:
    """Return the set with one or two stochastic policies more: mixtures of good ones, or any."""
    random, good = setting.random, list(accept.good)
    for _ in range(random.randint(1, 2)):
        if random.random() < 0.7:
            table = between(random, *(random.choice(accept.good) for _ in range(2)))
        else:
            table = random_table(random, setting.model, stochastic=0.8)
        worst = min(hidden.of_policy(0, t) for t in accept.good)
        if table not in good and hidden.of_policy(0, table) >= worst:
            good.append(table)
    return replace(accept, good=tuple(good))


def _listed(setting: Setting, hidden: Hidden) -> AcceptableSet:
    """Return an acceptable set among a few listed policies, not all of the good ones listed there."""
    random = setting.random
    tables = random_tables(random, setting.model, random.randint(5, 9))
    levels = sorted({hidden.of_policy(0, table) for table in tables}, reverse=True)
    acceptance = random.choice(list(Acceptance))
    depth = 0 if acceptance is Acceptance.EQUAL else random.randrange(max(1, len(levels) - 1))
    good = tuple(table for table in tables if hidden.of_policy(0, table) >= levels[depth])
    over = tuple(table for table in tables if table not in good or random.random() < 0.7)
    return AcceptableSet(0, good, over or tables, acceptance)


def _combined(setting: Setting) -> Question:
    """Return an acceptable set and preferences that follow one hidden objective."""
    random, hidden = setting.random, Hidden(setting)
    accept = _listed(setting, hidden)
    tables = (*accept.good, *(accept.over or ()), *random_tables(random, setting.model, 2))
    ranked = [(hidden.of_policy(0, table), table) for table in dict.fromkeys(tables)]
    constraints = [
        PolicyConstraint(0, better, worse, _relation(random, x == y, strict_only=False) or Relation.WEAK)
        for (x, better), (y, worse) in _compared(random, ranked)[:4]
    ]
    return _question(setting, constraints=constraints, acceptable=[accept])


def _induced(setting: Setting, objectives: Sequence[Formalism]) -> Question:
    """Return the order that an objective, written in some formalism or hidden, puts on a few policies."""
    random, environment = setting.random, setting.environments[0]
    tables = random_tables(random, setting.model, random.randint(4, 8))
    speaking = [f for f in objectives if f.sample is not None and f.evaluate is not None]
    objective = None
    if speaking and len(tables) > 1 and random.random() < 0.3:
        formalism = random.choice(speaking)
        assert formalism.sample is not None
        assert formalism.evaluate is not None
        objective = Objective("o", environment, formalism.id, formalism.sample(random, environment))
        found = formalism.evaluate(environment, objective.spec, [Policy(table) for table in tables])
        values = [value for value in found if isinstance(value, Fraction)]
        if len(values) < len(found):  # enclosures need not say which is greater
            return _induced(setting, [f for f in objectives if f is not formalism])
    else:
        hidden = Hidden(setting)
        values = [hidden.of_policy(0, table) for table in tables]
    ranked = sorted(zip(values, tables, strict=True), key=lambda x: x[0], reverse=True)
    constraints = [
        PolicyConstraint(0, better, worse, Relation.TIE if x == y else Relation.STRICT)
        for (x, better), (y, worse) in pairwise(ranked)
    ]
    return _question(setting, constraints=constraints, induced_by=objective)
