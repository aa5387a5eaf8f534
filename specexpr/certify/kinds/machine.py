"""A reward machine that meets every constraint of a claim: proves `expressible`.

The value of a policy is the sum of reward times discounted visits on the product of environment and machine,
exactly; a claim that fixes the machine leaves only its rewards free. A witness may moreover prove that
machines with fewer states do not do (`structures`). See `pages/machine.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from specexpr.certify.algebraic import (
    Algebraic,
    read_coefficients,
    read_number,
    write_coefficients,
    write_number,
)
from specexpr.certify.algebraic_machine import AlgebraicMachine, check_algebraic_machine
from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.features import Features, Vector, features, read_numbers, write_numbers
from specexpr.certify.machine_text import (
    observation_names,
    read_machine,
    read_observation,
    write_machine,
    write_observation,
)
from specexpr.certify.model import Claim, Machine, Table, Trajectory
from specexpr.certify.node import Node
from specexpr.certify.observing import observations
from specexpr.certify.ordering import check_order
from specexpr.certify.proofs import NodeNumbers, Refused
from specexpr.certify.scope import JsonObject, Scope
from specexpr.certify.structures import Smaller, check_smaller, read_smaller, write_smaller
from specexpr.certify.walk import Coordinate
from specexpr.exact import rational_text

Step = tuple[int, ...]
"""A machine state and what is rewarded there: (s, a), in a family (s, a, t), of labels their set's number."""


@dataclass(frozen=True, slots=True)
class MachineWitness:
    """A machine with its rewards, 0 where nothing is listed.

    `numbers` are the visits of policies on large products. `smaller` shows how many states are too few.
    """

    discount: Fraction
    machine: Machine
    reward: tuple[tuple[Step, Fraction], ...]
    numbers: tuple[NodeNumbers, ...] = ()
    smaller: Smaller | None = None


def check_machine(claim: Claim, formalism: str, proof: MachineWitness | AlgebraicMachine) -> None:
    """Check that the machine orders everything in the claim as asked. Raises Refused."""
    if isinstance(proof, AlgebraicMachine):
        _check_structure(claim, proof.machine)
        check_algebraic_machine(claim, proof)
        return
    if not 0 < proof.discount < 1 or claim.discount not in (None, proof.discount):
        raise Refused("the witness has another discount than the question")
    _check_structure(claim, proof.machine)
    reward: dict[Coordinate, Fraction] = dict(proof.reward)
    if len(reward) < len(proof.reward):
        raise Refused("the witness gives two rewards to one step")
    known = features(formalism, replace(claim, discount=proof.discount), proof.numbers, proof.machine)
    value = _Values(known, reward)
    check_order(claim, value.policy, value.sequence)
    known.check_rest()
    if proof.smaller is not None:
        check_smaller(claim, proof.smaller)


def _check_structure(claim: Claim, machine: Machine) -> None:
    setting, states = claim.setting, range(len(machine.states))
    count = len(observations(claim).known)
    if not states or len(machine.moves) != len(states) or any(len(row) != count for row in machine.moves):
        raise Refused("the machine does not say where it moves on what can be observed")
    if any(v not in states for row in machine.moves for v in row):
        raise Refused("the machine moves to a state that it does not have")
    if setting.machine is not None and machine != setting.machine:
        raise Refused("the witness has another machine than the question")
    if setting.machine_states is not None and len(states) > setting.machine_states:
        raise Refused(f"the machine has more than {setting.machine_states} states")


@dataclass(frozen=True, slots=True)
class _Values:
    features: Features
    reward: Mapping[Coordinate, Fraction]

    def policy(self, model: int, table: Table) -> Fraction:
        return self._value(self.features.policy(model, table))

    def sequence(self, model: int, steps: Trajectory) -> Fraction:
        return self._value(self.features.sequence(model, steps))

    def _value(self, vector: Vector) -> Fraction:
        return sum((x * self.reward[c] for c, x in vector.items() if c in self.reward), Fraction(0))


def size_of_machine(proof: MachineWitness | AlgebraicMachine) -> tuple[int, int]:
    """Return the bounds on the least number of states that the witness proves."""
    smaller = proof.smaller if isinstance(proof, MachineWitness) else None
    return (1 if smaller is None else smaller.states + 1), len(proof.machine.states)


def read_machine_witness(node: Node, scope: Scope) -> MachineWitness | AlgebraicMachine:
    """Read a witness from its JSON. Raises Malformed."""
    entry = node.fields("kind", "discount", "machine", "reward", optional=("numbers", "smaller"))
    machine = read_machine(entry["machine"], scope, scope.claim)
    known = observation_names(scope.claim, scope)
    found = [_read_entry(item, scope, machine, known) for item in entry["reward"].items()]
    discount = read_number(entry["discount"])
    if isinstance(discount, Algebraic):
        if "numbers" in entry or "smaller" in entry:
            entry["discount"].fail("numbers and smaller machines belong to a rational discount")
        return AlgebraicMachine(discount, machine, tuple((s, read_coefficients(x)) for s, x in found))
    return MachineWitness(
        discount,
        machine,
        tuple((step, value.rational()) for step, value in found),
        read_numbers(entry["numbers"], scope, machine) if "numbers" in entry else (),
        read_smaller(entry["smaller"], scope) if "smaller" in entry else None,
    )


def _read_entry(
    node: Node, scope: Scope, machine: Machine, known: Mapping[tuple[str, ...], int]
) -> tuple[Step, Node]:
    index = {name: u for u, name in enumerate(machine.states)}
    if scope.claim.setting.labels is not None:
        entry = node.fields("machine", "labels", "value")
        seen: Step = (read_observation(entry["labels"], known),)
    else:
        following = ("next",) if len(scope.models) > 1 else ()
        entry = node.fields("machine", "state", "action", *following, "value")
        state, action = entry["state"], entry["action"]
        seen = state.index(scope.state_index, "state"), action.index(scope.action_index, "action")
        if not any(seen[1] in model.rows[seen[0]] for model in scope.models):
            node.fail("rewards an action that is not available")
        if following:
            seen = (*seen, entry["next"].index(scope.state_index, "state"))
    return (entry["machine"].index(index, "machine state"), *seen), entry["value"]


def write_machine_witness(proof: MachineWitness | AlgebraicMachine, scope: Scope) -> JsonObject:
    """Return the JSON of a witness, but for its kind."""
    first = scope.models[0]
    known = observations(scope.claim).known
    reward = []
    for (u, *seen), value in proof.reward:
        step: JsonObject = {"machine": proof.machine.states[u]}
        if scope.claim.setting.labels is not None:
            step["labels"] = write_observation(known[seen[0]], scope)
        else:
            step |= {"state": first.states[seen[0]], "action": first.actions[seen[1]]}
            if len(seen) > 2:
                step["next"] = first.states[seen[2]]
        written = rational_text(value) if isinstance(value, Fraction) else write_coefficients(value)
        reward.append(step | {"value": written})
    found: JsonObject = {
        "discount": write_number(proof.discount),
        "machine": write_machine(proof.machine, scope, scope.claim),
        "reward": reward,
    }
    if isinstance(proof, AlgebraicMachine):
        return found
    if proof.numbers:
        found["numbers"] = write_numbers(proof.numbers, scope, proof.machine)
    if proof.smaller is not None:
        found["smaller"] = write_smaller(proof.smaller, scope)
    return found


PROOF = ProofKind(
    kind="machine",
    verdict=Answer.EXPRESSIBLE,
    formalisms=frozenset({"rm"}),
    data=(MachineWitness, AlgebraicMachine),
    check=check_machine,
    read=read_machine_witness,
    write=write_machine_witness,
    size=size_of_machine,
)
