"""The kit finds mistakes in how a formalism reads, prints, evaluates and documents specifications."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from specexpr.certify.model import Model
from specexpr.diagnostics import Report, Source, Span
from specexpr.expressivity.task import Options
from specexpr.formalism import Formalism, find_formalism
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.testing import ConformanceError, Law, check_formalism
from specexpr.testing.brute_force import policy_value
from specexpr.testing.confirmation import spread_reward

_OPEN = Options()
Plant = Callable[[Formalism], Formalism]


@pytest.fixture(scope="module")
def reward() -> Formalism:
    """Return the formalism of Markov rewards."""
    found = find_formalism("mr")
    assert found is not None
    return found


def value(environment: Environment, spec: Any, policy: Policy) -> Fraction:
    """Return the value of a Markov reward by definition."""
    pays = spread_reward(environment.model, spec.entries)
    return policy_value(environment.model, policy.table, pays, discount=spec.discount)


def find_out(formalism: Formalism) -> ConformanceError:
    """Return how the kit finds out a formalism by its specifications."""
    with pytest.raises(ConformanceError) as found:
        check_formalism(formalism, truth=None, value=value, kinds=())
    return found.value


def prints(change: Callable[[str], str]) -> Plant:
    """Change what is printed."""

    def plant(formalism: Formalism) -> Formalism:
        honest = formalism.print
        assert honest is not None
        return replace(formalism, print=lambda environment, spec: change(honest(environment, spec)))

    return plant


def reads(span: Callable[[Source, Span], Span]) -> Plant:
    """Read another part of the source."""

    def plant(formalism: Formalism) -> Formalism:
        honest = formalism.parse
        assert honest is not None

        def parse(
            source: Source,
            where: Span,
            environment: Environment,
            report: Report,
            *,
            options: Options = _OPEN,
        ) -> Any:
            return honest(source, span(source, where), environment, report, options=options)

        return replace(formalism, parse=parse)

    return plant


def reads_spec(change: Callable[[Any], Any]) -> Plant:
    """Change what is read."""

    def plant(formalism: Formalism) -> Formalism:
        honest = formalism.parse
        assert honest is not None
        return replace(formalism, parse=lambda *given, **options: change(honest(*given, **options)))

    return plant


def evaluates(
    change: Callable[[Environment, Any, Sequence[Policy]], tuple[Environment, Any, Sequence[Policy]]],
) -> Plant:
    """Evaluate something else."""

    def plant(formalism: Formalism) -> Formalism:
        honest = formalism.evaluate
        assert honest is not None
        return replace(formalism, evaluate=lambda *given: honest(*change(*given)))

    return plant


def from_first(model: Model) -> Model:
    return replace(model, start=((0, Fraction(1)),))


def likeliest(policy: Policy) -> Policy:
    return Policy(tuple(((max(row, key=lambda x: x[1])[0], Fraction(1)),) for row in policy.table))


READING: Mapping[str, Plant] = {
    "printing drops the last entry": prints(lambda body: body.rpartition(";")[0] or body),
    "printing drops signs": prints(lambda body: body.replace(": -", ": ")),
    "printing in floats": prints(lambda body: body.replace("/3", "/3.0")),
    "printing without quotes": prints(lambda body: body.replace('"', "")),
    "printing the wrong discount": prints(lambda body: body.replace("discount 1/2", "discount 1/3")),
    "reading from the start of the source": reads(lambda source, where: Span(0, where.end)),
    "reading to the end of the source": reads(lambda source, where: Span(where.start, len(source.text))),
    "reading forgets the last entry": reads_spec(lambda spec: replace(spec, entries=spec.entries[:-1])),
    "reading forgets next states": reads_spec(
        lambda spec: replace(spec, entries=tuple(replace(e, next=None) for e in spec.entries))
    ),
}

EVALUATING: Mapping[str, Plant] = {
    "values from the first state": evaluates(
        lambda environment, spec, policies: (
            replace(environment, model=from_first(environment.model)),
            spec,
            policies,
        )
    ),
    "values of the likeliest actions": evaluates(
        lambda environment, spec, policies: (environment, spec, list(map(likeliest, policies)))
    ),
    "values in another order": evaluates(
        lambda environment, spec, policies: (environment, spec, policies[::-1])
    ),
    "a value too few": evaluates(lambda environment, spec, policies: (environment, spec, policies[:-1])),
    "values at a fixed discount": evaluates(
        lambda environment, spec, policies: (environment, replace(spec, discount=Fraction(1, 2)), policies)
    ),
    "values without next states": evaluates(
        lambda environment, spec, policies: (
            environment,
            replace(spec, entries=tuple(replace(e, next=None) for e in spec.entries)),
            policies,
        )
    ),
    "values without the last entry": evaluates(
        lambda environment, spec, policies: (environment, replace(spec, entries=spec.entries[:-1]), policies)
    ),
}


@pytest.mark.parametrize("name", READING)
def test_mistakes_of_printing_and_reading_are_found(name: str, reward: Formalism) -> None:
    """What is printed must read back as itself, in the midst of a file and with awkward names."""
    error = find_out(READING[name](reward))
    assert error.law is Law.ROUND_TRIP
    assert "environment e {" in error.document


@pytest.mark.parametrize("name", EVALUATING)
def test_mistakes_of_evaluation_are_found(name: str, reward: Formalism) -> None:
    """Values must be those of the definition, for every policy in its place."""
    assert find_out(EVALUATING[name](reward)).law is Law.EVALUATION


def test_a_keyword_without_its_functions_is_found(reward: Formalism) -> None:
    """What opens an objective must be read, printed and sampled."""
    assert find_out(replace(reward, sample=None)).law is Law.COMPLETE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("What it cannot do", "Limits"),
        ("References", "Further reading"),
        ("(Fraction(8, 1), Fraction(0, 1))", "(Fraction(9, 1), Fraction(0, 1))"),
        (">>>", "..."),
    ],
)
def test_mistakes_of_documentation_are_found(old: str, new: str, reward: Formalism) -> None:
    """A page needs its sections, in order, and an example that does what it says."""
    assert old in reward.documentation
    assert (
        find_out(replace(reward, documentation=reward.documentation.replace(old, new))).law is Law.DOCUMENTED
    )


def test_an_unknown_formalism_is_answered_with_the_nearest(reward: Formalism) -> None:
    """A wrong name is a usage error and not a failure of a law."""
    with pytest.raises(ValueError, match='"mrr" is not a formalism: did you mean "mr"'):
        check_formalism("mrr", truth=None)
