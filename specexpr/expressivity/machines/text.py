"""Say in words what proves a verdict on reward machines: a machine, or why none does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from specexpr.certify.algebraic_machine import AlgebraicMachine
from specexpr.certify.algebraic_reward import AlgebraicReward
from specexpr.certify.kinds.farkas_any import FarkasAnyCertificate
from specexpr.certify.kinds.lotteries import LotteriesCertificate
from specexpr.certify.kinds.machine import MachineWitness
from specexpr.certify.kinds.machines import MachinesCertificate
from specexpr.certify.model import Claim
from specexpr.certify.observing import Observation, observations
from specexpr.certify.proofs import FarkasCertificate, RewardWitness, Term
from specexpr.exact import rational_text
from specexpr.expressivity.conflict_text import ConflictText, Wording, discounted_at
from specexpr.expressivity.everywhere_text import discount_text, everywhere_words, value_text
from specexpr.expressivity.explanation import conflict_words, words_of
from specexpr.expressivity.naming import called
from specexpr.expressivity.phrases import counted, joined, line_numbers, number_text
from specexpr.expressivity.task import Question
from specexpr.expressivity.trajectory_text import lotteries_words
from specexpr.expressivity.verdict import Proof, Words

_LISTED = 12
_FEW_TERMS = 8
_MEETS = "meets every step in every machine state exactly as often"
_SETS = 4


def machine_words(question: Question, proof: Proof) -> Words:
    """Return what is said of a proof on reward machines."""
    match proof:
        case MachineWitness():
            return _witness_words(question, proof)
        case RewardWitness() | AlgebraicReward():
            words = words_of(question, proof)
            said = f"reward machine with 1 state: {words.summary}"
            return Words(said, words.text, words.lines)
        case AlgebraicMachine():
            return _algebraic_words(question, proof)
        case MachinesCertificate():
            return _too_small_words(question, proof)
        case LotteriesCertificate():
            return lotteries_words(question, proof, "reward machine")
        case FarkasCertificate():
            clock = "" if proof.discount is None else discounted_at(proof.discount)
            return conflict_words(question, proof, _wording(question, clock))
        case FarkasAnyCertificate():
            return everywhere_words(question, proof, _wording(question, ""))
        case _:
            raise TypeError(f"no words for {type(proof).__name__}")


def _wording(question: Question, clock: str) -> Wording:
    if question.setting.machine is None:
        return Wording("reward machine with 1 state", _MEETS, clock)
    seen = "set of labels" if question.setting.labels is not None else "state-action pair"
    if question.setting.labels is None and len(question.task.environments) > 1:
        seen = "transition"
    counts = f"meets every {seen} in every machine state exactly as often"
    return Wording("reward machine with this structure", counts, clock)


def size_text(proof: MachineWitness, *, is_open: bool = False) -> str:
    """Return what is proved of the least number of machine states.

    Fewer states than `smaller` refutes are impossible; what lies between is not decided. Where the discount
    is open, nothing is said of what lies below, which may differ between discounts.
    """
    count = len(proof.machine.states)
    refuted = 0 if proof.smaller is None else proof.smaller.states
    least = refuted + 1
    is_least = least == count
    head = f"reward machine with {'' if is_least else 'at most '}{counted(count, 'state')}"
    if is_open:
        return head
    said = []
    if refuted:
        numbers = [str(k) for k in range(1, least)]
        said.append(f"{joined(numbers)} impossible")
    if not is_least:
        open_ones = [str(k) for k in range(least, count)]
        said.append(f"{joined(open_ones)} not decided")
    return "; ".join([head, *said])


def _witness_words(question: Question, proof: MachineWitness) -> Words:
    claim = question.claim()
    names = [called(name) for name in proof.machine.states]
    if question.setting.machine is None:
        head = size_text(proof, is_open=question.options.discount is None)
    else:
        head = f"rewards for the given machine of {counted(len(names), 'state')}"
    lines = [f"Discount {number_text(proof.discount)}; the machine starts in {names[0]}."]
    if question.setting.machine is None:
        lines += _few(list(_moves(question, claim, proof)))
        if len(names) > 1:
            lines.append("  Elsewhere it stays.")
    entries = [entry for entry in proof.reward if entry[1]]
    lines.append("What it pays, 0 where nothing is listed:" if entries else "It pays nothing.")
    lines += _few([f"  {_place(question, claim, names, step)}: {rational_text(x)}" for step, x in entries])
    if question.options.discount is None and "discount" not in head:
        head += f" at discount {number_text(proof.discount)}"
    return Words(head, "\n".join(lines))


def _algebraic_words(question: Question, proof: AlgebraicMachine) -> Words:
    """Return the rewards of a machine at an algebraic discount, polynomials in it."""
    names = [called(name) for name in proof.machine.states]
    entries = [(step, value) for step, value in proof.reward if any(value)]
    claim = question.claim()
    lines = [f"Discount g = {discount_text(proof.discount)}; the machine starts in {names[0]}."]
    lines.append("What it pays, 0 where nothing is listed:" if entries else "It pays nothing.")
    lines += _few(
        [f"  {_place(question, claim, names, step)}: {value_text(value)}" for step, value in entries]
    )
    summary = f"reward machine with {counted(len(names), 'state')} at {discount_text(proof.discount)}"
    return Words(summary, "\n".join(lines))


def _moves(question: Question, claim: Claim, proof: MachineWitness) -> Sequence[str]:
    names = [called(name) for name in proof.machine.states]
    found = []
    for u, v, seen in machine_moves(question, claim, proof):
        some = ", ".join(seen[:_SETS]) + (f" and {len(seen) - _SETS} more" if len(seen) > _SETS else "")
        found.append(f"  {names[u]} -> {names[v]} on {some}")
    return found


def machine_moves(
    question: Question, claim: Claim, proof: MachineWitness
) -> Iterator[tuple[int, int, list[str]]]:
    """Yield from where to where the machine of a witness moves, and on which observations."""
    known = observations(claim).known
    for u, row in enumerate(proof.machine.moves):
        for v in sorted(set(row) - {u}):
            yield u, v, [_shown(question, o) for o, to in zip(known, row, strict=True) if to == v]


def machine_pays(
    question: Question, claim: Claim, proof: MachineWitness
) -> Iterator[tuple[int, str, Fraction]]:
    """Yield in which state, and for which step or label set, the machine of a witness pays how much."""
    for (u, *rest), x in proof.reward:
        if x:
            yield u, _cell(question, claim, rest), x


def _shown(question: Question, observation: Observation) -> str:
    model = question.task.environments[0].model
    if all(isinstance(x, str) for x in observation):
        return "{" + ", ".join(called(str(x)) for x in observation) + "}"
    names = (model.states, model.actions, model.states)
    return " ".join(called(known[int(x)]) for x, known in zip(observation, names, strict=False))


def _place(question: Question, claim: Claim, names: Sequence[str], step: tuple[int, ...]) -> str:
    u, *rest = step
    return f"in {names[u]}, {_cell(question, claim, rest)}"


def _cell(question: Question, claim: Claim, rest: Sequence[int]) -> str:
    if question.setting.labels is not None:
        return _shown(question, observations(claim).known[rest[0]])
    model = question.task.environments[0].model
    known = (model.states, model.actions, model.states)
    return " / ".join(called(some[x]) for x, some in zip(rest, known, strict=False))


def _story(question: Question, terms: Sequence[Term], wording: Wording) -> str:
    text = ConflictText(question, terms, wording)
    return text.whole() if len(terms) <= _FEW_TERMS else text.abridged()


def _few(lines: list[str]) -> list[str]:
    if len(lines) <= _LISTED:
        return lines
    return [*lines[:_LISTED], f"  ... and {counted(len(lines) - _LISTED, 'more line')}"]


def _too_small_words(question: Question, proof: MachinesCertificate) -> Words:
    smaller = proof.refuted
    lines = sorted({t.line for terms in smaller.combinations for t in terms if t.line is not None})
    sets = counted(len(smaller.combinations), "conflict")
    summary = f"every machine with at most {counted(smaller.states, 'state')} is refuted, by {sets}"
    if len(smaller.combinations) == 1:
        wording = Wording(f"reward machine with at most {counted(smaller.states, 'state')}", _MEETS)
        story = _story(question, smaller.combinations[0], wording)
        return Words(summary + line_numbers(lines), story, tuple(lines))
    text = (
        f"However a machine with at most {counted(smaller.states, 'state')} moves, one of {sets} between "
        "constraints of the task stands against its rewards: two mixtures that meet every step in every "
        "machine state equally often, one of which is to be worth more. More states may do."
    )
    return Words(summary + line_numbers(lines), text, tuple(lines))
