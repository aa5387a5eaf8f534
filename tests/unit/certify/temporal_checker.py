"""An independent checker of proofs about formulas, from the definitions and the kernel's pages, on bare JSON.

Formulas are valued by eliminating operators (`testing.temporal_truth`), coins written out. Cases are added up
word by word: nothing is merged, ratios are taken over simple ways and cycles, and what is outweighed is a
linear program. Where words are finite the verdict is confirmed by running through all choices.
"""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from functools import partial, reduce
from itertools import product
from typing import Any

from certify_checker import Json, Policy, World, identity
from equality_checker import Comparisons
from temporal_cases import Pieces, Way, assert_cases
from temporal_sight import Walker, ways_on_labels
from word_checker import AskedOfTrajectories, assert_cancels

from specexpr.certify.formula import Atom, AtomKind, Compound, Formula, Operator
from specexpr.certify.model import Claim, Label, Model, PolicyConstraint, Relation, Table
from specexpr.testing.choice_truth import TooMany, formula_exists
from specexpr.testing.temporal_truth import formula_probability

CONFIRMED: Counter[str] = Counter()
"""How many verdicts have been confirmed by running through all choices, by kind of proof."""

_VALUES: dict[object, Fraction] = {}
_EXISTS: dict[object, bool | None] = {}
_COINS = (Fraction(1, 2), Fraction(1, 3))


class AskedOfFormulas(Comparisons):
    """What a result asks, with models in the nouns of the oracles, numbered as in the first environment."""

    def __init__(self, document: Json, result: Json) -> None:
        super().__init__(document, result)
        first = next(iter(self.worlds.values()))
        self.states, self.actions = first.states, first.actions
        self.models = {name: self.model(world) for name, world in self.worlds.items()}
        labels = {e["name"]: e["labels"] for e in document["environments"]}
        self.labels = {name: [self.label(*x) for x in labels[name].items()] for name in self.worlds}
        self.observes = "observe" in result["options"]

    def model(self, world: World) -> Model:
        def law(masses: dict[str, Fraction]) -> tuple[tuple[int, Fraction], ...]:
            return tuple(sorted((self.states.index(s), p) for s, p in masses.items()))

        rows = tuple(
            {k: law(world.step[s, a]) for k, a in enumerate(self.actions) if (s, a) in world.step}
            for s in self.states
        )
        return Model(tuple(self.states), tuple(self.actions), law(world.start), rows)

    def label(self, name: str, on: list[Any]) -> Label:
        states = frozenset(self.states.index(x) for x in on if isinstance(x, str))
        steps = [x for x in on if isinstance(x, list)]
        return Label(name, states, frozenset((self.states.index(s), self.actions.index(a)) for s, a in steps))

    def table(self, policy: Policy) -> Table:
        return tuple(
            tuple(sorted((self.actions.index(a), p) for a, p in policy[s].items())) for s in self.states
        )

    def shows(self, where: str, state: str, action: str) -> tuple[str, ...]:
        """Return the names of the labels of a step."""
        s, a = self.states.index(state), self.actions.index(action)
        return tuple(sorted(x.name for x in self.labels[where] if s in x.states or (s, a) in x.pairs))

    def mentioned(self) -> set[tuple[str, str]]:
        """Return the policies that the task names, by environment and identity."""
        found = set()
        for c in self.task["constraints"]:
            where = c["environment"] if self.is_family else next(iter(self.worlds))
            found |= {(where, identity(self.named(where, c[side]))) for side in ("better", "worse")}
        for accept in self.task["accept"] or ():
            names = [*accept["good"], *(accept["over"] or ())]
            found |= {(accept["environment"], identity(self.named(accept["environment"], x))) for x in names}
        return found

    def read(self, where: str, side: Json) -> Policy:
        """Return a policy of a proof; its name must be right."""
        world = self.worlds[where]
        policy = world.policy(side)
        if "name" in side and "name" not in world.states:
            assert identity(self.named(where, side["name"])) == identity(policy)
        assert set(side) <= {*world.states, "name"}
        return policy


def assert_right_of_formulas(document: Json, result: Json) -> None:
    """Check an accepted result from the definitions."""
    assert result["formalism"] == "ltl"
    if result["verdict"] == "undecided":
        assert not any(result[key] for key in ("witness", "certificate", "proof", "size"))
        assert result["reason"]
        return
    assert result["reason"] is None
    assert result["proof"] == "exact"
    assert set(result["options"]) <= {"modulo", "observe", "discount"}
    asked = AskedOfFormulas(document, result)
    if result["verdict"] == "expressible":
        assert result["certificate"] is None
        assert_formula(asked, result)
        return
    assert result["witness"] is None
    assert result["size"] is None
    proof = result["certificate"]
    if proof["kind"] == "lotteries":
        assert_cancels(AskedOfTrajectories(document, result), proof)
    else:
        assert_terms(asked, proof)
        if proof["kind"] == "two-level":
            assert_levels(asked, proof)
        else:
            assert_pieces(asked, proof)
    assert_no_choice(asked, proof["kind"])


# -- formulas ----------------------------------------------------------------------------------------------


def assert_formula(asked: AskedOfFormulas, result: Json) -> None:
    proof = result["witness"]
    assert set(proof) <= {"kind", "formula", "shared", "labels", "values"}
    assert proof["kind"] == "formula"
    used: set[int] = set()
    for k, text in enumerate(proof.get("shared", [])):
        used |= numbers(text)
        assert all(number < k for number in numbers(text))
    used |= numbers(proof["formula"])
    assert used == set(range(len(proof.get("shared", []))))
    chances = sorted(set(coin_chances([proof["formula"], proof.get("shared", [])])))
    defined = {name: asked.label(name, on) for name, on in proof.get("labels", {}).items()}
    names = label_names(spell(asked, proof, proof["formula"], dict.fromkeys(chances, _COINS[0])))
    if asked.observes:
        assert not defined
        assert not reads_steps(proof["formula"])
        assert not reads_steps(["&", *proof.get("shared", [])])
        assert all(names <= {x.name for x in known} for known in asked.labels.values())
    else:
        assert set(defined) == names
        for label in defined.values():
            assert any(label in known for known in asked.labels.values())
    if result["size"] is not None:
        assert result["size"] == {"lower": 1, "upper": size_of(proof)}

    def value(where: str, policy: str) -> Fraction:
        world = asked.worlds[where]
        labels = asked.labels[where] if asked.observes else list(defined.values())
        table = asked.table(world.policy(json.loads(policy)))
        return probability(asked, proof, (asked.models[where], tuple(labels), table), chances)

    listed = []
    for entry in proof["values"]:
        assert set(entry) == {"environment", "policy", "value"}
        policy = identity(asked.read(entry["environment"], entry["policy"]))
        listed.append((entry["environment"], policy))
        assert str(value(*listed[-1])) == entry["value"]
    assert len(set(listed)) == len(listed)
    assert set(listed) == asked.mentioned()
    for relation, where, better, worse in asked.rows:
        gap = value(where, better) - value(where, worse)
        assert {">": gap > 0, ">=": gap >= 0, "~": gap == 0}[relation]


def probability(
    asked: AskedOfFormulas,
    proof: Json,
    where: tuple[Model, tuple[Label, ...], Table],
    chances: list[Fraction],
) -> Fraction:
    """Return the probability of a formula. A coin with many words is replaced by short ones.

    One class tosses one coin, so that the probability is affine in the chance of each coin: the chances that
    two short ones have tell it.
    """
    long = [x for x in chances if x not in _COINS]
    found = Fraction(0)
    for picked in product((0, 1), repeat=len(long)):
        stand_in = {**{x: x for x in _COINS}, **{x: _COINS[i] for x, i in zip(long, picked, strict=True)}}
        formula = spell(asked, proof, proof["formula"], stand_in)
        key = where[0].start, tuple(tuple(row.items()) for row in where[0].rows), where[1:], formula
        if key not in _VALUES:
            _VALUES[key] = formula_probability(*where, formula)
        share = Fraction(1)
        for x, i in zip(long, picked, strict=True):
            share *= (x - _COINS[1 - i]) / (_COINS[i] - _COINS[1 - i])
        found += share * _VALUES[key]
    return found


def numbers(text: Any) -> set[int]:
    if isinstance(text, list):
        return set() if text and text[0] == "coin" else {k for part in text for k in numbers(part)}
    return {text} if isinstance(text, int) else set()


def coin_chances(text: Any) -> list[Fraction]:
    if not isinstance(text, list):
        return []
    if text and text[0] == "coin":
        chance = Fraction(text[1])
        assert 0 < chance < 1
        assert str(chance) == text[1]
        return [chance]
    return [x for part in text for x in coin_chances(part)]


def reads_steps(text: Any) -> bool:
    """Say whether a formula speaks of more than labels."""
    if not isinstance(text, list) or text[:1] == ["label"]:
        return False
    if text[:1] == ["coin"]:
        return len(text) == 3
    return text[:1] in (["at"], ["do"], ["next"]) or any(map(reads_steps, text))


def spell(asked: AskedOfFormulas, proof: Json, text: Any, chances: dict[Fraction, Fraction]) -> Formula:
    """Return what a text says, coins with these chances written out."""
    if isinstance(text, int):
        return spell(asked, proof, proof["shared"][text], chances)
    head, *rest = text
    if head == "coin":
        return coin(asked, chances[Fraction(rest[0])], *rest[1:])
    if head in ("label", "at", "do", "next"):
        (what,) = rest
        places = {"label": None, "do": asked.actions}.get(head, asked.states)
        return Atom(AtomKind(head), what if places is None else places.index(what))
    operator = Operator(head)
    assert len(rest) == {"true": 0, "false": 0, "!": 1, "X": 1, "F": 1, "G": 1}.get(head, 2)
    return Compound(operator, tuple(spell(asked, proof, part, chances) for part in rest))


def label_names(formula: Formula) -> set[str]:
    if isinstance(formula, Compound):
        return {name for part in formula.parts for name in label_names(part)}
    return {str(formula.what)} if formula.kind is AtomKind.LABEL else set()


def patterns(faces: int) -> list[str]:
    """Return the words of a coin, by running through bit strings."""
    length = 1
    while True:
        texts = [f"{x:0{length}b}" for x in range(2**length)]
        for ones in range(1, length + 1):
            apart = [x for x in texts if x.count("1") == ones and "11" not in x]
            if len(apart) >= faces:
                return [f"110{y}0" for y in apart[:faces]]
        length += 1


def both(one: Formula, other: Formula) -> Formula:
    return Compound(Operator.AND, (one, other))


def in_turn(left: list[Formula], then: Formula | None) -> Formula:
    """Return that formulas hold one after the other, and then another one."""
    here, *more = left
    following = in_turn(more, then) if more else then
    return here if following is None else both(here, Compound(Operator.NEXT, (following,)))


def letters(loop: list[list[list[str]]]) -> list[Formula]:
    """Return what is asked of each label set of a loop."""
    found = []
    for held, others in loop:
        assert held == sorted(set(held))
        assert others == sorted(set(others) - set(held))
        atoms: list[Formula] = [Atom(AtomKind.LABEL, name) for name in held]
        atoms += [Compound(Operator.NOT, (Atom(AtomKind.LABEL, name),)) for name in others]
        found.append(reduce(both, atoms) if atoms else Compound(Operator.TRUE))
    return found


def coin(asked: AskedOfFormulas, chance: Fraction, loop: list[Any], marker: int | None = None) -> Formula:
    """Return the formula that a coin stands for: of its words the first one to occur is among some."""
    home: Formula
    if marker is None:
        places = [(asked.states.index(s), asked.actions.index(a), asked.states.index(t)) for s, a, t in loop]
        steps = [both(Atom(AtomKind.DO, a), Atom(AtomKind.NEXT, t)) for _, a, t in places]
        home = Atom(AtomKind.AT, places[0][0])
        assert [s for s, _, _ in places[1:]] == [t for *_, t in places[:-1]]
        assert places[-1][2] == places[0][0]
        assert places[0][0] not in [s for s, _, _ in places[1:]]
    else:
        assert asked.observes
        assert marker > 0
        steps = letters(loop)
        home = in_turn([steps[i % len(steps)] for i in range(marker)], None)

    def walk(left: list[Formula], then: Formula | None) -> Formula:
        if marker is not None:
            then = home if then is None else both(home, then)
        return in_turn(left, then)

    def excursions(texts: list[str]) -> Formula | None:
        if not texts[0]:
            return None
        found = []
        for bit in "01":
            rest = [x[1:] for x in texts if x[0] == bit]
            if not rest:
                continue
            then = excursions(rest)
            if bit == "1":
                found.append(walk(steps, then))
                continue
            part: Formula = Compound(Operator.NOT, (walk(steps, None),))
            if then is not None:
                away = Compound(Operator.NOT, (home,))
                back = Compound(Operator.UNTIL, (away, both(home, then)))
                part = both(part, Compound(Operator.NEXT, (back,)))
            found.append(part)
        return found[0] if len(found) == 1 else Compound(Operator.OR, tuple(found))

    words = patterns(chance.denominator)
    every, some = excursions(words), excursions(words[: chance.numerator])
    assert every is not None
    assert some is not None
    none_yet = Compound(Operator.NOT, (both(home, every),))
    return Compound(Operator.UNTIL, (none_yet, both(home, some)))


def size_of(proof: Json) -> int:
    """Count operators and atoms; those of coins with a formula of their own for few words."""

    def count(text: Any) -> int:
        if isinstance(text, int):
            return count(proof["shared"][text])
        head, *rest = text
        if head == "coin":
            return coin_size(Fraction(rest[0]), *rest[1:])
        return 1 if head in ("label", "at", "do", "next") else 1 + sum(map(count, rest))

    return count(proof["formula"])


def coin_size(chance: Fraction, loop: list[Any], marker: int | None = None) -> int:
    """Count level by level: how many different beginnings of words there are, and which of them branch."""
    home, walked, walked_on = 1, 5 * len(loop) - 2, 5 * len(loop)
    if marker is not None:
        sizes = [counted(x) for x in letters(loop)]
        home = sum(sizes[i % len(sizes)] for i in range(marker)) + 2 * (marker - 1)
        walked = sum(sizes) + 2 * len(sizes) + home
        walked_on = walked + 1
    total = 4 + 2 * home
    for faces in (chance.denominator, chance.numerator):
        assert chance.denominator < 5_000, "too long to be counted here"
        words = patterns(chance.denominator)[:faces]
        length = len(words[0])
        for n in range(length):
            heads = {word[: n + 1] for word in words}
            total += len(heads) - len({word[:n] for word in words})  # disjunctions
            for head in heads:
                is_last = n + 1 == length
                total += walked_on if head[-1] == "1" else walked + (1 if is_last else 6 + 2 * home)
    return total


def counted(formula: Formula) -> int:
    return 1 + sum(map(counted, formula.parts)) if isinstance(formula, Compound) else 1


# -- terms -------------------------------------------------------------------------------------------------


def assert_terms(asked: AskedOfFormulas, proof: Json) -> None:
    seen = set()
    for term in proof["terms"]:
        assert set(term) == {"better", "worse", "relation", "weight", "environment", "line"}
        where = term["environment"]
        sides = [identity(asked.read(where, term[side])) for side in ("better", "worse")]
        mark = term["relation"], where, sides[0], sides[1]
        assert mark not in seen
        seen.add(mark)
        assert mark in asked.rows
        assert term["line"] is None or term["line"] in asked.rows[mark]
        assert term["weight"] == "1"
    assert any(term["relation"] == ">" for term in proof["terms"])


def assert_levels(asked: AskedOfFormulas, proof: Json) -> None:
    """Run through all ways to put certain trajectories on two levels."""
    assert set(proof) == {"kind", "terms"}
    pairs = []
    for term in proof["terms"]:
        where = term["environment"]
        sides = [trace(asked, where, asked.read(where, term[side])) for side in ("better", "worse")]
        pairs.append((term["relation"], *sides))
    traces = sorted({x for _, *sides in pairs for x in sides}, key=repr)
    for levels in product((0, 1), repeat=len(traces)):
        up = dict(zip(traces, levels, strict=True))
        gaps = [(relation, up[better] - up[worse]) for relation, better, worse in pairs]
        assert not all({">": gap > 0, ">=": gap >= 0, "~": gap == 0}[relation] for relation, gap in gaps)


def trace(asked: AskedOfFormulas, where: str, policy: Policy) -> tuple[object, ...]:
    """Return what is observed of a certain trajectory, for so long that two that differ have done so."""
    world = asked.worlds[where]
    (state,) = world.start
    found: list[object] = []
    for _ in range(4 * len(world.states)):
        (action,) = policy[state]
        (following,) = world.step[state, action]
        carried = asked.shows(where, state, action)
        found.append(carried if asked.observes else (state, action, following))
        state = following
    return tuple(found)


# -- cases -------------------------------------------------------------------------------------------------


def assert_pieces(asked: AskedOfFormulas, proof: Json) -> None:
    """Check the policies of a certificate, its pieces, and each of its cases."""
    assert set(proof) == {"kind", "terms", "depth", "policies", "atoms", "spreads", "rest", "tree"}
    marks = []
    walkers: list[Walker] = []
    for entry in proof["policies"]:
        where = entry["environment"]
        policy = asked.read(where, entry["policy"])
        marks.append((where, asked.worlds[where].behaviour(policy)))
        walkers.append(Walker(asked.worlds[where], policy, partial(asked.shows, where)))
    assert len(set(marks)) == len(marks)
    ways = ways_on_labels(walkers) if asked.observes else None
    if ways is None:
        ways = [Way.of(walker.world, walker.policy) for walker in walkers]
        assert not asked.observes or len({repr(asked.labels[where]) for where, _ in marks}) == 1
    sides = []
    for term in proof["terms"]:
        where, world = term["environment"], asked.worlds[term["environment"]]
        pair = [marks.index((where, world.behaviour(world.policy(term[x])))) for x in ("better", "worse")]
        sides.append((term["relation"], pair[0], pair[1]))
    assert {i for _, *pair in sides for i in pair} == set(range(len(marks)))
    pieces = Pieces.of(ways, proof["depth"])
    pieces.assert_listed(proof)
    assert_cases(pieces, sides, proof, uses_likelihoods=proof["kind"] == "ray")


def assert_no_choice(asked: AskedOfFormulas, kind: str) -> None:
    """Confirm by running through all choices that there is no formula, where words are finite."""
    if asked.observes:
        return
    names = list(asked.worlds)
    constraints = []
    for relation, where, better, worse in asked.rows:
        tables = [asked.table(asked.worlds[where].policy(json.loads(x))) for x in (better, worse)]
        constraints.append(PolicyConstraint(names.index(where), tables[0], tables[1], Relation(relation)))
    models = tuple(asked.models[name] for name in names)
    key = repr((models, sorted(map(repr, constraints))))
    if key not in _EXISTS:
        try:
            _EXISTS[key] = formula_exists(Claim(models, tuple(constraints), (), None), constraints)
        except TooMany:
            _EXISTS[key] = None
    assert not _EXISTS[key]
    CONFIRMED[kind] += _EXISTS[key] is False
