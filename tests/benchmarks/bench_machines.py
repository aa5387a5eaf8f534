"""The least number of machine states: how many structures are refuted in a second, and some known numbers.

Coins with several actions for each side make all structures with two states fail on a task that needs three,
and no policy leaves an action out, so that none of them can be left out either. Every structure is refuted in
exact integers while it is searched, and once more by the kernel's check of the proof.
Run: python -m tests.benchmarks.bench_machines [--quick]
"""

from __future__ import annotations

from fractions import Fraction

from specexpr.certify.checking import check, size_of
from specexpr.certify.model import Claim, PolicyConstraint, Relation
from specexpr.certify.structures import Smaller, check_smaller
from specexpr.expressivity.machines.core import Core
from specexpr.expressivity.machines.decision import decide_machine
from specexpr.expressivity.machines.search import Search
from specexpr.testing.examples import model, table
from tests.benchmarks.measure import arguments, print_table, timed

HALF = Fraction(1, 2)


def coins(count: int, *, actions: int = 2) -> Claim:
    """Return a zigzag of coins, each side of which is spread over half of the actions: count - 1 states."""
    names = "abcdefghijkl"[:actions]
    heads = actions // 2
    world = model({"s": dict.fromkeys(names, "s")}, start="s")

    def coin(i: int) -> dict[str, str]:
        sides = [Fraction(i, (count + 1) * heads), Fraction(count + 1 - i, (count + 1) * (actions - heads))]
        return {a: str(sides[j >= heads]) for j, a in enumerate(names)}

    policies = [table(world, coin(i)) for i in range(1, count + 1)]
    asked = tuple(
        PolicyConstraint(0, policies[i], policies[j], Relation.STRICT)
        for i in range(1, count, 2)
        for j in range(0, count, 2)
    )
    return Claim((world,), asked, (), HALF)


def recall(count: int) -> Claim:
    """Return the task to repeat one of so many actions: as many states."""
    names = [f"a{i}" for i in range(count)]
    rows = {"s": dict.fromkeys(names, "z"), "z": dict.fromkeys(names, "w"), "w": {"a0": "w"}}
    world = model(rows, start="s", actions=" ".join(names))
    asked = tuple(
        PolicyConstraint(0, table(world, x, x, "a0"), table(world, x, y, "a0"), Relation.STRICT)
        for x in names
        for y in names
        if x != y
    )
    return Claim((world,), asked, (), HALF)


def refute(actions: int) -> tuple[object, ...]:
    """Refute all structures with two states on so many observations."""
    claim = coins(4, actions=actions)
    search = Search(Core(claim, HALF))
    outcome, seconds = timed(lambda: search.run(2))
    assert isinstance(outcome, Smaller)
    _, checking = timed(lambda: check_smaller(claim, outcome))
    structures = 1 + (2**actions - 1) * 2**actions
    name = f"{actions} observations"
    return name, structures, seconds, round(structures / seconds), checking, len(outcome.combinations)


def least(name: str, claim: Claim) -> tuple[object, ...]:
    """Prove the least number of states of a task."""
    proof, seconds = timed(lambda: decide_machine(claim))
    _, checking = timed(lambda: check(claim, "rm", proof))
    return name, size_of(proof), seconds, checking


def main() -> None:
    quick = arguments(__doc__ or "").quick
    print("\nStructures with two states, all refuted")
    rows = [refute(actions) for actions in ((4, 6) if quick else (4, 6, 8, 9))]
    print_table(("", "structures", "seconds", "in a second", "kernel", "combinations"), rows)
    print("\nThe least number of states, proved from above and below")
    tasks = [(f"recall {n}", recall(n)) for n in range(2, 4 if quick else 6)]
    tasks += [(f"zigzag {n}", coins(n)) for n in range(3, 5 if quick else 7)]
    print_table(("", "states", "seconds", "kernel"), [least(*task) for task in tasks])


if __name__ == "__main__":
    main()
