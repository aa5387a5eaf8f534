"""What objectives over several others share: how they are read, printed, drawn and valued.

What such an objective makes of the values of its components is for its own module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from specexpr.certify.model import Setting
from specexpr.diagnostics import Report, Source, Span
from specexpr.exact import Interval, Number, bounds, rational_text
from specexpr.expressivity.step_rewards import asks_policies
from specexpr.expressivity.task import Objective, Question
from specexpr.formalism import Find, find_formalism
from specexpr.given import component_values, lacks_given, measured, not_a_number
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.syntax.names import write_name
from specexpr.syntax.objective_lists import read_list

SAMPLED = ("mr", "lar", "rm", "rrl")
"""The formalisms of the components of samples."""

_NAMES = ("r1", "two words", "r3")
_WIDTH = 80
_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Several:
    """Objectives in their order, each with a number (a weight, a threshold) if it has one."""

    objectives: tuple[Objective, ...]
    numbers: tuple[Fraction, ...] = ()


def compose_list(
    stem: str, source: Source, span: Span, report: Report, *, find: Find, form: str
) -> Several | None:
    """Read a list of objectives whose values are numbers; None once what is wrong with it is reported.

    stem: the keyword, and the name of the grammar. form: such a list as it should be written.
    """
    found = read_list(stem, source, span, report, find=find, doubt=not_a_number, form=form)
    if found is None:
        return None
    numbers = tuple(number for _, number in found if number is not None)
    return Several(tuple(one for one, _ in found), numbers)


def components(spec: Several) -> tuple[Objective, ...]:
    """Return the objectives that a list names."""
    return spec.objectives


def print_list(spec: Several) -> str:
    """Return a body that names objectives."""
    return joined((write_name(one.name) for one in spec.objectives), ", ")


def print_numbered(spec: Several, between: str, separator: str) -> str:
    """Return a body that names objectives with their numbers."""
    pairs = zip(spec.objectives, spec.numbers, strict=True)
    return joined((f"{write_name(one.name)}{between}{rational_text(x)}" for one, x in pairs), separator)


def joined(entries: Iterable[str], separator: str) -> str:
    """Return entries on one line if it is short, else each on a line of its own."""
    entries = list(entries)
    line = separator.join(entries)
    return line if len(line) <= _WIDTH else "\n".join(entries)


def sample_objectives(random: Random, environment: Environment, *, least: int = 1) -> tuple[Objective, ...]:
    """Return up to three objectives whose values are numbers."""
    found = []
    for name in _NAMES[: random.randint(least, len(_NAMES))]:
        formalism = find_formalism(random.choice(SAMPLED))
        assert formalism is not None
        assert formalism.sample is not None
        found.append(Objective(name, environment, formalism.id, formalism.sample(random, environment)))
    return tuple(found)


def sample_number(random: Random) -> Fraction:
    """Return a small rational."""
    return Fraction(random.randint(-6, 6), random.choice((1, 2, 3)))


def sample_list(random: Random, environment: Environment) -> Several:
    """Return some objectives."""
    return Several(sample_objectives(random, environment))


def sample_numbered(random: Random, environment: Environment) -> Several:
    """Return some objectives with numbers."""
    objectives = sample_objectives(random, environment)
    return Several(objectives, tuple(sample_number(random) for _ in objectives))


def rows(objectives: Sequence[Objective], policies: Sequence[Policy]) -> list[tuple[Number, ...]]:
    """Return for each policy what it is worth to each objective. Raises ValueError where it has no value."""
    columns = [component_values(one, policies) for one in objectives]
    return list(zip(*columns, strict=True)) if columns else [()] * len(policies)


def number(low: Fraction, high: Fraction) -> Number:
    """Return the number between two bounds: exact where they are one."""
    return low if low == high else Interval(low, high)


def extreme(values: Iterable[Number], choose: Callable[[Iterable[Fraction]], Fraction]) -> Number:
    """Return the least or greatest of some numbers, as `choose` is min or max.

    Both are monotone, so that bounds of the numbers give bounds of it.

    >>> extreme([Interval(Fraction(1), Fraction(3)), Fraction(2)], min)
    Interval(lo=Fraction(1, 1), hi=Fraction(2, 1))
    """
    lows, highs = zip(*map(bounds, values), strict=True)
    return number(choose(lows), choose(highs))


def weighted_sum(weights: Sequence[Fraction], values: Sequence[Number]) -> Number:
    """Return the sum of weights times numbers.

    >>> weighted_sum([Fraction(-2)], [Interval(Fraction(1), Fraction(3))])
    Interval(lo=Fraction(-6, 1), hi=Fraction(-2, 1))
    """
    low = high = _ZERO
    for weight, value in zip(weights, values, strict=True):
        ends = [weight * end for end in bounds(value)]
        low, high = low + min(ends), high + max(ends)
    return number(low, high)


def met(values: Sequence[Number], thresholds: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
    """Return how many values are at least their thresholds: surely, and at most.

    >>> met([Interval(Fraction(1), Fraction(3)), Fraction(2)], [Fraction(2), Fraction(2)])
    (Fraction(1, 1), Fraction(2, 1))
    """
    pairs = [(*bounds(value), least) for value, least in zip(values, thresholds, strict=True)]
    surely, perhaps = ([low >= c for low, _, c in pairs], [high >= c for _, high, c in pairs])
    return Fraction(sum(surely)), Fraction(sum(perhaps))


# -- questions that give objectives ------------------------------------------------------------------------


def lacks_comparable(question: Question) -> str | None:
    """Return what a question by given objectives lacks: them, policies to compare."""
    return lacks_given(question) or asks_policies(question)


def settle_given(question: Question) -> Setting:
    """Return what a question fixes: the objectives that it gives, if any."""
    return Setting(given=measured(question))


def own_places(question: Question, components: Sequence[Objective]) -> tuple[int, ...] | None:
    """Return the places of an objective's components among the given ones; None if these are others."""
    places = {one.name: i for i, one in enumerate(question.setting.given)}
    names = [one.name for one in components]
    return tuple(places[name] for name in names) if sorted(names) == sorted(places) else None
