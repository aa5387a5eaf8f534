"""What other clocks and regularisers change of published separations, and what they do not.

That LAR, RRL, RM, LTL and ONMR cannot be compared is published (Subramani et al. 2024); these environments
and tasks are derived.
"""

from __future__ import annotations

import pytest

import specexpr
from specexpr.document import loads
from specexpr.expressivity.verdict import Expressible, Inexpressible
from tests.published.test_memory import ENVIRONMENT as MEMORY

ONE_SHOT = """
environment once { states s0 w; actions a b; start s0; s0 / * -> w; w / * -> w }
policy never in once { s0 -> b; w -> a }
policy half in once { s0 -> { a: 1/2, b: 1/2 }; w -> a }
policy always in once { * -> a }
policy elsewhere in once { * -> b }
"""

LEVELS = """
environment levels { states s; actions a1 a2 a3; start s; s / * -> s }
policy one in levels { s -> a1 }
policy two in levels { s -> a2 }
policy three in levels { s -> a3 }
"""

CLOCKS = ("lar", "horizon", "quasihyperbolic", "sdd", "rrl")
DISCOUNTS = ("1/10", "1/2", "9/10", "999/1000")


def is_expressible(formalism: str, environment: str, lines: str, *, discount: str = "9/10") -> bool:
    """Say whether a task can be expressed with a discount, two steps, beta 7/10, or discounts that differ."""
    name = environment.split()[1]
    gamma = f"objective gamma in {name} = statediscount {{ discount {discount}; discount * / a: 1/3 }}\n"
    if "a1" in environment:
        gamma = f"objective gamma in {name} = statediscount {{ discount {discount} }}\n"
    options = f"discount {discount}; horizon 2; beta 7/10; structure gamma"
    (task,) = loads(f"{environment}{gamma}task t in {name} {{ {lines}; {options} }}\n").tasks
    verdict = specexpr.check(task, formalism)
    match verdict:
        case Expressible(witness=proof) | Inexpressible(certificate=proof):
            proof.check()
            return isinstance(verdict, Expressible)
        case undecided:
            raise AssertionError(undecided)


@pytest.mark.parametrize("discount", DISCOUNTS)
@pytest.mark.parametrize("formalism", ["mr", "lar", "horizon", "quasihyperbolic", "rrl"])
@pytest.mark.parametrize("lines", ["aa > ab; aa > ba; bb > ab; bb > ba", "aa > ab; bb > ba"])
def test_no_clock_and_no_regulariser_remembers(formalism: str, lines: str, discount: str) -> None:
    """The same action twice: MR, LAR and RRL fail at every discount, and so do horizons and beta. Derived."""
    assert not is_expressible(formalism, MEMORY, lines, discount=discount)


def test_discounts_of_actions_do_not_remember_either() -> None:
    """One that depends on the first action weighs the second choice, and never turns it round. Derived."""
    assert not is_expressible("sdd", MEMORY, "aa > ab; bb > ba")
    assert is_expressible("sdd", MEMORY, "aa > ab; ba > bb")


@pytest.mark.parametrize("discount", DISCOUNTS)
def test_only_a_regulariser_likes_a_coin(discount: str) -> None:
    """One shot, 0 < 1/2 > 1: RRL with entropy says so, MR, horizons and state discounts do not. Derived."""
    mixed = "half > never; half > always"
    assert is_expressible("rrl", ONE_SHOT, mixed, discount=discount)
    for formalism in ("mr", "horizon", "quasihyperbolic", "sdd"):
        assert not is_expressible(formalism, ONE_SHOT, mixed, discount=discount)


def test_an_entropy_does_it() -> None:
    """The order that an entropy induces: the fair coin above both sure choices, which tie. Derived."""
    objective = "objective o in once = regularised { discount 9/10; alpha 1; entropy }\n"
    head = f"{ONE_SHOT}{objective}"
    (task,) = loads(f"{head}task t in once {{ order never half always by o; discount 9/10 }}\n").tasks
    assert [str(c.relation) for c in task.constraints] == [">", "~"]
    assert isinstance(specexpr.check(task, "rrl"), Expressible)
    assert isinstance(specexpr.check(task, "mr"), Inexpressible)


@pytest.mark.parametrize("lines", ["half > never", "always > never", "half > never; half > always"])
def test_averages_ignore_what_happens_once(lines: str) -> None:
    """One shot: LAR does not see p, and sees what is done for ever in w. Derived."""
    assert not is_expressible("lar", ONE_SHOT, lines)
    assert is_expressible("lar", ONE_SHOT, "half ~ never ~ always > elsewhere")


@pytest.mark.parametrize("formalism", ["mr", *CLOCKS])
def test_three_levels(formalism: str) -> None:
    """Three loops, one above the other: any reward on steps does that. Derived."""
    assert is_expressible(formalism, LEVELS, "three > two > one")
