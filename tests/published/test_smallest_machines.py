"""How many machine states some tasks need, proved from above and from below. Derived, except where said."""

from __future__ import annotations

from fractions import Fraction

import pytest

from specexpr.certify.checking import Answer, check, size_of
from specexpr.certify.kinds.lotteries import LotteriesCertificate
from specexpr.expressivity.machines.decision import Proof, decide_machine
from specexpr.expressivity.verdict import Undecided
from tests.asking import question

DISCOUNTS = ("1/10", "1/2", "9/10", "999/1000")


def proved(text: str) -> Proof:
    """Return what is proved of the only task of a document, checked by the kernel."""
    claim = question(text).claim()
    proof = decide_machine(claim)
    assert not isinstance(proof, Undecided), proof
    check(claim, "rm", proof)
    return proof


def states(text: str) -> int:
    """Return the least number of machine states that express the only task of a document."""
    size = size_of(proved(text))
    assert size is not None
    assert size[0] == size[1]
    return size[0]


def one_shot(task: str, discount: str) -> str:
    return f"""
        discount {discount}
        environment once {{ states s w; actions a b; start s; * / * -> w }}
        policy p0 in once {{ * -> b }}
        policy half in once {{ s -> {{ a: 1/2, b: 1/2 }}; w -> b }}
        policy p1 in once {{ s -> a; w -> b }}
        task t in once {{ {task} }}
        """


def memory(discount: str) -> str:
    return f"""
        discount {discount}
        environment memory {{ states s z w; actions a b; start s; s / * -> z; z / * -> w; w / * -> w }}
        policy aa in memory {{ * -> a }}
        policy ab in memory {{ z -> b; * -> a }}
        policy ba in memory {{ s -> b; * -> a }}
        policy bb in memory {{ w -> a; * -> b }}
        task t in memory {{ aa > ab; aa > ba; bb > ab; bb > ba }}
        """


def recall(m: int, discount: str) -> str:
    """Ask to repeat one of m actions."""
    actions = [f"a{i}" for i in range(m)]
    policies = "\n".join(
        f"policy {x}_{y} in recall {{ s0 -> {x}; z -> {y}; w -> a0 }}" for x in actions for y in actions
    )
    asked = "; ".join(f"{x}_{x} > {x}_{y}" for x in actions for y in actions if x != y)
    return f"""
        discount {discount}
        environment recall {{ states s0 z w; actions {" ".join(actions)}; start s0
          s0 / * -> z; z / * -> w; w / * -> w }}
        {policies}
        task t in recall {{ {asked} }}
        """


def zigzag(n: int, discount: str) -> str:
    """Ask that of n coins in a row every second one is better than the others."""
    policies = "\n".join(
        f"policy p{i} in one {{ s -> {{ a: {i}/{n + 1}, b: {n + 1 - i}/{n + 1} }} }}" for i in range(1, n + 1)
    )
    asked = "; ".join(f"p{i} > p{j}" for i in range(2, n + 1, 2) for j in range(1, n + 1, 2))
    return f"""
        discount {discount}
        environment one {{ states s; actions a b; start s; s / * -> s }}
        {policies}
        task t in one {{ {asked} }}
        """


def turning(discount: str) -> str:
    """A task that needs memory at some discounts only."""
    return f"""
        discount {discount}
        environment two {{ states s0 s1; actions a0 a1; start s0; * / a0 -> s0; * / a1 -> s1 }}
        policy p0 in two {{ * -> {{ a0: 1/3, a1: 2/3 }} }}
        policy p1 in two {{ s0 -> {{ a0: 1/2, a1: 1/2 }}; s1 -> a0 }}
        policy p2 in two {{ * -> a1 }}
        task t in two {{ p0 > p2 > p1 }}
        """


@pytest.mark.parametrize("discount", DISCOUNTS)
def test_the_more_the_better_needs_no_memory(discount: str) -> None:
    """One choice between two actions: an order along the probability of one is that of a reward."""
    assert states(one_shot("p1 > half > p0", discount)) == 1


@pytest.mark.parametrize("discount", DISCOUNTS)
def test_the_middle_is_best_in_no_machine(discount: str) -> None:
    """One choice between two actions: that mixing is best no machine says, however many states it has."""
    proof = proved(one_shot("half > p0; half > p1", discount))
    assert isinstance(proof, LotteriesCertificate)


@pytest.mark.parametrize("discount", DISCOUNTS)
def test_the_same_action_twice(discount: str) -> None:
    """To take the same action twice needs two states: one to remember which it was."""
    assert states(memory(discount)) == 2


@pytest.mark.parametrize("m", [2, 3, 4, 5])
def test_one_state_for_each_action_to_recall(m: int) -> None:
    """To repeat one of m actions takes m machine states: two actions that share one are confused."""
    assert states(recall(m, "1/2")) == m


@pytest.mark.parametrize("discount", DISCOUNTS)
def test_recall_at_every_discount(discount: str) -> None:
    """The number does not depend on the discount."""
    assert states(recall(3, discount)) == 3


@pytest.mark.parametrize("n", [3, 4, 5])
def test_one_state_less_than_coins(n: int) -> None:
    """To order n coins in a zigzag takes n - 1 machine states: k states separate by degree k only.

    Six coins take longer: see the benchmark of machines.
    """
    assert states(zigzag(n, "1/2")) == n - 1


@pytest.mark.parametrize("discount", DISCOUNTS)
def test_coins_at_every_discount(discount: str) -> None:
    """The number does not depend on the discount."""
    assert states(zigzag(4, discount)) == 3


@pytest.mark.parametrize(("discount", "count"), [("1/2", 2), ("9/10", 1)])
def test_the_number_may_depend_on_the_discount(discount: str, count: int) -> None:
    """A task that a reward expresses at one discount needs a machine at another."""
    assert states(turning(discount)) == count


@pytest.mark.parametrize("steps", [3, 4])
@pytest.mark.parametrize("discount", DISCOUNTS)
def test_the_procrastinator_needs_two_states(discount: str, steps: int) -> None:
    """pw.. > ppw.. > w.. > p..: no reward (`test_procrastinator`), and a machine with two states.

    Published example: Silviu Pitis, Consistent Aggregation of Objectives with Diverse Time Preferences
    Requires Non-Markovian Rewards (NeurIPS 2023).
    """
    words = "p" + "w" * (steps - 1), "pp" + "w" * (steps - 2), "w" * steps, "p" * steps
    order = " > ".join("(" + " ".join(f"s {action}" for action in word) + ")" for word in words)
    text = f"""
        discount {discount}
        environment desk {{ states s; actions w p; start s; s / * -> s }}
        task t in desk {{ trajectories {order} }}
        """
    assert states(text) == 2


@pytest.mark.parametrize("text", [memory, lambda g: zigzag(4, g), lambda g: recall(3, g)])
def test_what_is_too_few_is_refuted(text: object) -> None:
    """One machine state less than needed is refuted where the question allows no more."""
    from dataclasses import replace

    claim = question(text("1/2")).claim()  # type: ignore[operator] # one of those above
    least = states(text("1/2"))  # type: ignore[operator]
    for allowed, answer in ((least - 1, Answer.INEXPRESSIBLE), (least, Answer.EXPRESSIBLE)):
        asked = replace(claim, setting=replace(claim.setting, machine_states=allowed))
        assert check(asked, "rm", decide_machine(asked)) is answer


def test_a_discount_that_is_open_is_chosen() -> None:
    """Without a discount any will do, and nothing is said of the least number of states."""
    from dataclasses import replace

    claim = replace(question(memory("1/2")).claim(), discount=None)
    proof = decide_machine(claim)
    assert check(claim, "rm", proof) is Answer.EXPRESSIBLE
    assert size_of(proof) == (1, 2)
    assert proof.discount == Fraction(1, 2)  # type: ignore[union-attr] # a witness
