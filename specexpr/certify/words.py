"""Words, finite sequences of observations, and their exact probabilities under a policy.

P(w) is the probability that the first |w| observations are w. It is the mass of the forward vector of w: the
law of the state after w, times P(w); one more observation moves that vector by what the policy does.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from specexpr.certify.model import Claim, Table, Trajectory
from specexpr.certify.observing import Observations

Word: TypeAlias = tuple[int, ...]
"""Numbers of observations; the empty word has probability 1."""

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class WordTree:
    """The prefixes of some words: node k + 1 is the node parents[k] and one observation more; 0 is empty.

    `ends` are the nodes of the words, in their order.
    """

    parents: tuple[int, ...]
    observed: tuple[int, ...]
    ends: tuple[int, ...]


def word_tree(words: Iterable[Word]) -> WordTree:
    """Return the tree of the prefixes of some words."""
    nodes: dict[tuple[int, int], int] = {}
    ends = []
    for word in words:
        node = 0
        for o in word:
            node = nodes.setdefault((node, o), len(nodes) + 1)
        ends.append(node)
    return WordTree(tuple(parent for parent, _ in nodes), tuple(o for _, o in nodes), tuple(ends))


def word_probabilities(
    claim: Claim, seen: Observations, model: int, table: Table, tree: WordTree
) -> list[Fraction]:
    """Return the probability of each word of a tree under a policy."""
    leaving: dict[int, dict[int, list[tuple[int, Fraction]]]] = {}
    forward: list[dict[int, Fraction]] = [dict(claim.models[model].start)]
    for parent, o in zip(tree.parents, tree.observed, strict=True):
        ahead: dict[int, Fraction] = {}
        for s, mass in forward[parent].items():
            if s not in leaving:
                leaving[s] = emissions(claim, seen, model, table, s)
            for t, weight in leaving[s].get(o, ()):
                ahead[t] = ahead.get(t, _ZERO) + mass * weight
        forward.append(ahead)
    return [sum(forward[end].values(), _ZERO) for end in tree.ends]


def emissions(
    claim: Claim, seen: Observations, model: int, table: Table, state: int
) -> dict[int, list[tuple[int, Fraction]]]:
    """Return by observation what may follow a state under a policy: (next state, probability of both)."""
    found: dict[int, list[tuple[int, Fraction]]] = {}
    for a, p in table[state]:
        for t, q in claim.models[model].rows[state][a]:
            found.setdefault(seen.of[model][state, a, t], []).append((t, p * q))
    return found


def sequence_word(claim: Claim, seen: Observations, model: int, steps: Trajectory) -> Word:
    """Return what is observed of a sequence of pairs."""
    rows = claim.models[model].rows
    return tuple(seen.of[model][s, a, rows[s][a][0][0]] for s, a in steps)


def sequence_key(claim: Claim, seen: Observations, model: int, steps: Trajectory) -> Hashable:
    """Return what a specification may know of a sequence of pairs.

    In a family a reward may depend on the next state, and then counts with its mean: so the laws of the next
    states belong to it, unless labels are all that is observed.
    """
    word, rows = sequence_word(claim, seen, model, steps), claim.models[model].rows
    if len(claim.models) == 1 or claim.setting.labels is not None:
        return word
    return word, tuple(rows[s][a] for s, a in steps)
