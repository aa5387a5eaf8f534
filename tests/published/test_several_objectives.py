"""Several objectives: lexicographic orders and counts of free rewards, and aggregates of given ones."""

from __future__ import annotations

from itertools import product

import pytest

import specexpr
from specexpr.document import loads
from specexpr.expressivity.verdict import Expressible, Inexpressible
from tests.asking import is_markov, strict_orders

ENTAILMENT = """
environment e { states s0 s1; actions a b; start s0; s0 / * -> s1; s1 / * -> s0 }
policy aa in e { * -> a }
policy ab in e { s0 -> a; s1 -> b }
policy ba in e { s0 -> b; s1 -> a }
policy bb in e { * -> b }
"""
TWO_STATE = """
environment e { states s0 s1; actions a0 a1; start { s0: 1/2, s1: 1/2 }; * / a0 -> s0; * / a1 -> s1 }
policy aa in e { * -> a0 }
policy ab in e { s0 -> a0; s1 -> a1 }
policy ba in e { s0 -> a1; s1 -> a0 }
policy bb in e { * -> a1 }
"""
SEGMENT = """
environment e { states s; actions a b; start s; s / * -> s }
policy none in e { s -> a }
policy half in e { s -> { a: 1/2, b: 1/2 } }
policy all in e { s -> b }
objective up in e = reward { s / b: 1 }
objective down in e = reward { s / a: 1 }
"""


def is_expressible(text: str, formalism: str, **options: object) -> bool:
    """Say whether a formalism expresses the only task of a document; the proof is checked once more."""
    (task,) = loads(f"discount 1/2\n{text}").tasks
    match specexpr.check(task, formalism, **options):  # type: ignore[arg-type]
        case Expressible(witness=witness):
            witness.check()
            return True
        case Inexpressible(certificate=certificate):
            certificate.check()
            return False
        case undecided:
            raise AssertionError(undecided)


@pytest.mark.parametrize(("environment", "count"), [(ENTAILMENT, 8), (TWO_STATE, 12)])
def test_lexicographic_orders_of_free_rewards_are_those_of_one(environment: str, count: int) -> None:
    """Of the 24 strict orders of four policies as many are lexicographic as are Markov; counts do all 24.

    Which are Markov is published for the second environment: Joar Skalse et al., Defining and Characterizing
    Reward Gaming (NeurIPS 2022).
    """
    found = 0
    for _, lines in strict_orders(("aa", "ab", "ba", "bb")):
        text = f"{environment}task t in e {{ {lines} }}\n"
        found += is_expressible(text, "lexmax")
        assert is_expressible(text, "lexmax") == is_markov(f"discount 1/2\n{text}")
        assert is_expressible(text, "maxsat")
    assert found == count


@pytest.mark.parametrize(("good", "is_markov"), [("ab ba", False), ("aa bb", False), ("aa ab", True)])
def test_sets_in_entailment(good: str, is_markov: bool) -> None:
    """What one reward accepts a list of rewards accepts, and no more; two thresholds accept the others."""
    text = f"{ENTAILMENT}task t in e {{ accept {good} }}\n"
    assert is_expressible(text, "lexmax") == is_markov
    (task,) = loads(f"discount 1/2\n{text}").tasks
    verdict = specexpr.check(task, "maxsat")
    assert isinstance(verdict, Expressible)
    assert verdict.size == ((1, 1) if is_markov else (1, 2))


TASKS = {
    "the middle is best": "half > none; half > all",
    "the middle is worst": "none > half; all > half",
    "only the upper end stands out": "none ~ half; all > half",
    "only the lower end stands out": "half > none; half ~ all",
}
ROWS = {
    "the middle is best": {"maxmin", "maxsat", "feasible", "consat"},
    "the middle is worst": {"maxmax", "maxsat"},
    "only the upper end stands out": {"feasible", "maxsat"},
    "only the lower end stands out": {"feasible", "maxsat"},
}


@pytest.mark.parametrize(
    ("task", "formalism"),
    list(product(TASKS, ["maxmin", "maxmax", "lexmax", "maxsat", "feasible", "consat"])),
)
def test_rising_and_falling(task: str, formalism: str) -> None:
    """What two given objectives say, of which one falls as the other rises: J = 2p and 2 - 2p. Derived.

    The least of the two is best in the middle, the greatest worst; neither ties the middle with an end. What
    is inside with both ends has the middle inside, so that this can be inside alone or with one end. A count
    has a threshold on either side, at which the middle may be met or missed.
    """
    text = f"{SEGMENT}task t in e {{ {TASKS[task]}; given up, down }}\n"
    assert is_expressible(text, formalism) == (formalism in ROWS[task])


def test_monotone_aggregates_of_given_vectors_may_be_contradicted_by_no_single_pair() -> None:
    """Of A > B and C > D, where D dominates A and B dominates C, no aggregate of given values does both.

    Derived. Each constraint alone is met by a priority.
    """
    environment = """
    environment e { states s x y z w; actions a b c d; start s
      s / a -> x; s / b -> y; s / c -> z; s / d -> w; x / * -> x; y / * -> y; z / * -> z; w / * -> w }
    policy A in e { * -> a }
    policy B in e { * -> b }
    policy C in e { * -> c }
    policy D in e { * -> d }
    objective one in e = reward { s / a: 2; s / d: 3; s / b: 1 }
    objective two in e = reward { s / b: 3; s / c: 2; s / d: 1 }
    """
    both = "A > B; C > D"
    for formalism in ("lexmax", "maxmin", "maxmax", "maxsat", "feasible", "consat"):
        assert not is_expressible(f"{environment}task t in e {{ {both}; given one, two }}\n", formalism)
    for line in both.split("; "):
        assert is_expressible(f"{environment}task t in e {{ {line}; given one, two }}\n", "lexmax")
