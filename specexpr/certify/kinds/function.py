"""A function of trajectories, as values of words: proves `expressible` for the formalism `ftr`.

f(trajectory) is the sum of the values of those listed words with which it begins, so its expectation under a
policy is the sum of value times probability of the word: finitely many rationals. A sequence of a trajectory
order has the value that it is listed with. See `pages/function.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from specexpr.certify.chain import Chain
from specexpr.certify.checking import Answer, ProofKind
from specexpr.certify.machine_text import observation_names, read_observation, write_observation
from specexpr.certify.model import Acceptance, Claim, Setting, Table, Trajectory
from specexpr.certify.node import Node
from specexpr.certify.observing import Observations, observations
from specexpr.certify.ordering import check_order
from specexpr.certify.proofs import Refused
from specexpr.certify.rivals import rivals
from specexpr.certify.scope import JsonObject, Scope
from specexpr.certify.words import Word, WordTree, sequence_word, word_probabilities, word_tree
from specexpr.exact import rational_text

ValuedWord = tuple[Word, Fraction]


@dataclass(frozen=True, slots=True)
class FunctionWitness:
    """A function of trajectories: values of words, and of whole sequences; others count 0."""

    words: tuple[ValuedWord, ...]
    sequences: tuple[ValuedWord, ...] = ()


@dataclass(frozen=True, slots=True)
class Expectation:
    """What policies and sequences are worth under values of words."""

    claim: Claim
    words: Sequence[ValuedWord]
    sequences: Mapping[Word, Fraction]
    seen: Observations = field(init=False)
    tree: WordTree = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "seen", observations(self.claim))
        object.__setattr__(self, "tree", word_tree(word for word, _ in self.words))

    def policy(self, model: int, table: Table) -> Fraction:
        """Return the sum of value times probability of each word."""
        chances = word_probabilities(self.claim, self.seen, model, table, self.tree)
        return sum((x * p for (_, x), p in zip(self.words, chances, strict=True)), Fraction(0))

    def sequence(self, model: int, steps: Trajectory) -> Fraction:
        """Return the value of a sequence."""
        return self.sequences.get(sequence_word(self.claim, self.seen, model, steps), Fraction(0))


def check_function(claim: Claim, formalism: str, proof: FunctionWitness) -> None:
    """Check that the expectations of the function order everything as asked. Raises Refused."""
    if len({word for word, _ in proof.sequences}) < len(proof.sequences):
        raise Refused("the witness gives a sequence two values")
    value = Expectation(claim, proof.words, dict(proof.sequences))
    check_expectations(value, value.sequence)


def check_expectations(value: Expectation, sequence: Callable[[int, Trajectory], Fraction] | None) -> None:
    """Check that expectations order everything as their claim asks. Raises Refused."""
    claim, merged = value.claim, value.claim.modulo_unreachable
    refuse_settings(claim)
    if len({word for word, _ in value.words}) < len(value.words):
        raise Refused("the witness gives a word two values")
    listed = tuple(accept for accept in claim.acceptable if accept.over is not None)
    check_order(replace(claim, acceptable=listed), value.policy, sequence)
    for accept in claim.acceptable:
        if accept.over is None:
            good = [value.policy(accept.model, table) for table in accept.good]
            if accept.acceptance is Acceptance.EQUAL and len(set(good)) > 1:
                raise Refused("the witness does not give all good policies one value")
            chain, seen = Chain(claim.models[accept.model]), value.seen.of[accept.model]
            for table in rivals(chain, accept, seen, value.tree, merged=merged):
                if good and value.policy(accept.model, table) >= min(good):
                    raise Refused("the witness does not put every good policy above every other one")


def refuse_settings(claim: Claim) -> None:
    """Raise Refused where the question fixes more than what is observed."""
    if claim.setting != Setting(labels=claim.setting.labels):
        raise Refused("a function of trajectories has no memory, horizon or discounts that could be fixed")


def read_words(node: Node, known: Mapping[tuple[str, ...], int]) -> tuple[ValuedWord, ...]:
    """Return the words of a list of {"word", "value"}. Raises Malformed."""
    found = []
    for item in node.items():
        entry = item.fields("word", "value")
        word = tuple(read_observation(o, known) for o in entry["word"].items())
        found.append((word, entry["value"].rational()))
    return tuple(found)


def write_words(words: Sequence[ValuedWord], scope: Scope) -> list[JsonObject]:
    """Return the JSON of words with their values."""
    known = [write_observation(o, scope) for o in observations(scope.claim).known]
    return [{"word": [known[o] for o in word], "value": rational_text(x)} for word, x in words]


def read_function(node: Node, scope: Scope) -> FunctionWitness:
    """Read a witness from its JSON. Raises Malformed."""
    entry = node.fields("kind", "words", optional=("sequences",))
    known = observation_names(scope.claim, scope)
    sequences = read_words(entry["sequences"], known) if "sequences" in entry else ()
    return FunctionWitness(read_words(entry["words"], known), sequences)


def write_function(proof: FunctionWitness, scope: Scope) -> JsonObject:
    """Return the JSON of a witness, but for its kind."""
    found: JsonObject = {"words": write_words(proof.words, scope)}
    return found | ({"sequences": write_words(proof.sequences, scope)} if proof.sequences else {})


PROOF = ProofKind(
    kind="function",
    verdict=Answer.EXPRESSIBLE,
    formalisms=frozenset({"ftr"}),
    data=(FunctionWitness,),
    check=check_function,
    read=read_function,
    write=write_function,
)
