"""The additions of a tree of cases, word by word, from the pages of `branch` and `ray`; for the tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from certify_checker import Json, Policy, World, solve

from specexpr.certify.model import Relation
from specexpr.testing.linear_truth import Inequality, Solution
from specexpr.testing.linear_truth import solve as solve_inequalities

Step = tuple[str, str, str]
Vector = tuple[Fraction, ...]
Law = frozenset[tuple[Step, Fraction]]
Side = tuple[str, int, int]
"""A relation with the policy that is better and the one that is worse."""

ZERO, ONE = Fraction(0), Fraction(1)
MOST_WORDS = 5_000


@dataclass(frozen=True, slots=True)
class Way:
    """What a policy does: its start and its steps from each state."""

    start: Mapping[str, Fraction]
    steps: Mapping[str, Mapping[Step, Fraction]]

    @classmethod
    def of(cls, world: World, policy: Policy) -> Way:
        steps = {
            s: {(s, a, t): p * q for a, p in row.items() for t, q in world.step[s, a].items()}
            for s, row in policy.items()
        }
        return cls(world.start, steps)

    def reached(self, state: str) -> frozenset[str]:
        seen, waiting = {state}, [state]
        while waiting:
            for *_, t in self.steps[waiting.pop()]:
                if t not in seen:
                    seen.add(t)
                    waiting.append(t)
        return frozenset(seen)

    def everywhere(self) -> frozenset[str]:
        return frozenset(t for s in self.start for t in self.reached(s))

    def is_recurrent(self, state: str) -> bool:
        return all(state in self.reached(t) for t in self.reached(state))

    def law(self, state: str) -> Law:
        """Return what the policy does in the class of a recurrent state."""
        return frozenset(x for s in self.reached(state) for x in self.steps[s].items())

    def laws(self, state: str) -> dict[Law, frozenset[str]]:
        """Return the classes in which the policy may end from a state, by their laws."""
        return {self.law(t): self.reached(t) for t in self.reached(state) if self.is_recurrent(t)}

    def ending(self, state: str, inside: frozenset[str]) -> Fraction:
        """Return the probability of ending in a class."""
        if state in inside:
            return ONE
        free = sorted(s for s in self.reached(state) if not self.is_recurrent(s))
        if state not in free:
            return ZERO
        rows = [[Fraction(int(s == t)) for t in free] for s in free]
        right = [ZERO] * len(free)
        for i, s in enumerate(free):
            for (*_, t), p in self.steps[s].items():
                if t in free:
                    rows[i][free.index(t)] -= p
                elif t in inside:
                    right[i] += p
        return solve(rows, right)[free.index(state)]


@dataclass(frozen=True, slots=True)
class Spread:
    """A word into a class that is no cycle: its probabilities for each law."""

    steps: frozenset[Step]
    parts: tuple[Vector, ...]


@dataclass(slots=True)
class Pieces:
    """Each word by itself: those that have entered a class by some length, and those on their way."""

    ways: list[Way]
    atoms: list[Vector] = field(default_factory=list)
    spreads: list[Spread] = field(default_factory=list)
    rest: list[tuple[str, Vector]] = field(default_factory=list)

    @classmethod
    def of(cls, ways: list[Way], depth: int) -> Pieces:
        found = cls(ways)
        starts = {s for way in ways for s in way.start}
        level = [(s, [way.start.get(s, ZERO) for way in ways]) for s in sorted(starts)]
        for length in range(depth + 1):
            for state, vector in level:
                found.enter(state, vector)
            level = [(s, v) for s, v in level if any(v)]
            if length < depth:
                level = [x for s, v in level for x in found.further(s, v)]
            assert len(level) < MOST_WORDS
        found.rest = [(s, tuple(v)) for s, v in level]
        return found

    def enter(self, state: str, vector: list[Fraction]) -> None:
        """Record what has entered a class, and take it off."""
        groups: dict[frozenset[Step], dict[Law, list[int]]] = {}
        for i, way in enumerate(self.ways):
            if vector[i] and way.is_recurrent(state):
                law = way.law(state)
                groups.setdefault(frozenset(step for step, _ in law), {}).setdefault(law, []).append(i)
        for steps, laws in groups.items():
            parts = [tuple(x if i in same else ZERO for i, x in enumerate(vector)) for same in laws.values()]
            if len(steps) == len({s for s, _, _ in steps}):
                assert len(parts) == 1
                self.atoms.append(parts[0])
            else:
                self.spreads.append(Spread(steps, tuple(parts)))
        for laws in groups.values():
            for same in laws.values():
                for i in same:
                    vector[i] = ZERO

    def further(self, state: str, vector: Sequence[Fraction]) -> Iterator[tuple[str, list[Fraction]]]:
        ahead: dict[Step, list[Fraction]] = {}
        for i, x in enumerate(vector):
            for step, p in self.ways[i].steps[state].items() if x else ():
                ahead.setdefault(step, [ZERO] * len(vector))[i] = x * p
        return ((step[2], masses) for step, masses in ahead.items())

    def assert_listed(self, proof: Json) -> None:
        """Check that a certificate lists the pieces that there are, alike ones together."""
        listed = [as_vector(atom["probabilities"]) for atom in proof["atoms"]]
        assert len(set(listed)) == len(listed)
        assert Counter(self.atoms) == dict(zip(listed, [x["count"] for x in proof["atoms"]], strict=True))
        merged: dict[object, list[Vector]] = {}
        for spread in self.spreads:
            total = sum((x for part in spread.parts for x in part), ZERO)
            shape = frozenset(tuple(x / total for x in part) for part in spread.parts)
            old = merged.get((spread.steps, shape))
            new = sorted(spread.parts)
            merged[spread.steps, shape] = (
                new if old is None else [add(*x) for x in zip(old, new, strict=True)]
            )
        found = Counter(frozenset(parts) for parts in merged.values())
        assert found == Counter(frozenset(map(as_vector, parts)) for parts in proof["spreads"])
        assert as_vector(proof["rest"]) == tuple(
            sum((vector[i] for _, vector in self.rest), ZERO) for i in range(len(self.ways))
        )

    def ratio(self, one: int, other: int, state: str, inside: frozenset[str]) -> Fraction | None:
        """Return the largest ratio of probabilities of words into a class, None if it has no bound."""
        mine, theirs = self.ways[one].steps, self.ways[other].steps
        ending = {s for s in self.ways[one].reached(state) if inside & self.ways[one].reached(s)}

        def factors(s: str) -> Iterator[tuple[str, Fraction | None]]:
            for step, p in mine[s].items():
                if step[2] in ending:
                    yield step[2], p / theirs[s][step] if step in theirs.get(s, ()) else None

        best = ZERO
        ways: list[tuple[list[str], list[Fraction]]] = [([s], [ONE]) for s in sorted(ending - inside)]
        while ways:
            path, products = ways.pop()
            for t, factor in factors(path[-1]):
                if factor is None:
                    return None
                x = products[-1] * factor
                if t in path:
                    if x / products[path.index(t)] > 1:
                        return None
                elif t in inside:
                    best = max(best, x) if path[0] == state else best
                else:
                    ways.append(([*path, t], [*products, x]))
        return best


def add(one: Vector, other: Vector) -> Vector:
    return tuple(x + y for x, y in zip(one, other, strict=True))


def as_vector(texts: list[str]) -> Vector:
    assert all(str(Fraction(x)) == x for x in texts)
    return tuple(map(Fraction, texts))


def dot(one: Sequence[Fraction], other: Sequence[Fraction]) -> Fraction:
    return sum((x * y for x, y in zip(one, other, strict=True)), ZERO)


@dataclass(slots=True)
class Answers:
    """What is known in a case: bounds on atoms, what is held of spreads, and whose probability is forced."""

    counts: dict[int, tuple[int, int]]
    shares: dict[int, str]
    forced: dict[int, bool]


def assert_cases(pieces: Pieces, sides: list[Side], proof: Json, *, uses_likelihoods: bool) -> None:
    """Check every case of a tree by its addition."""
    counts = {k: (0, atom["count"]) for k, atom in enumerate(proof["atoms"])}
    _Adding(pieces, sides, proof, uses_likelihoods).check(proof["tree"], Answers(counts, {}, {}))


@dataclass(slots=True)
class _Adding:
    pieces: Pieces
    sides: list[Side]
    proof: Json
    uses_likelihoods: bool

    def check(self, tree: Any, known: Answers) -> None:
        if set(tree) == {"weights"}:
            y, is_strict = self.weigh(tree["weights"])
            most, is_attained = self.most(y, known)
            assert most < 0 or (most == 0 and (is_strict or not is_attained))
        elif "atom" in tree:
            assert set(tree) == {"atom", "most", "fewer", "more"}
            low, high = known.counts[tree["atom"]]
            assert low <= tree["most"] < high
            for bounds, key in (((low, tree["most"]), "fewer"), ((tree["most"] + 1, high), "more")):
                counts = {**known.counts, tree["atom"]: bounds}
                self.check(tree[key], Answers(counts, known.shares, known.forced))
        elif "spread" in tree:
            assert set(tree) == {"spread", "nothing", "everything", "between"}
            assert tree["spread"] not in known.shares
            assert 0 <= tree["spread"] < len(self.proof["spreads"])
            for key in ("nothing", "everything", "between"):
                shares = {**known.shares, tree["spread"]: key}
                self.check(tree[key], Answers(known.counts, shares, known.forced))
        else:
            assert set(tree) == {"policy", "has", "weights", "then"}
            self.check_forced(tree, known)

    def check_forced(self, tree: Any, known: Answers) -> None:
        k, is_most = tree["policy"], {"the least": False, "the most": True}[tree["has"]]
        sign = -ONE if is_most else ONE
        own = [sign * int(i == k) for i in range(len(self.pieces.ways))]
        extreme = -self.most([-x for x in own], known)[0]  # the least that is left of own . P
        y, _ = self.weigh(tree["weights"])
        assert self.most([x + e for x, e in zip(y, own, strict=True)], known)[0] <= extreme
        counts, shares = dict(known.counts), dict(known.shares)
        for n, atom in enumerate(self.proof["atoms"]):
            if Fraction(atom["probabilities"][k]):
                counts[n] = (counts[n][is_most],) * 2
        for n, parts in enumerate(self.proof["spreads"]):
            if any(Fraction(part[k]) for part in parts):
                if shares.get(n) == "between":
                    assert tree["then"] == {"weights": ["0"] * len(self.sides)}
                    return
                shares.setdefault(n, "everything" if is_most else "nothing")
        forced = {**known.forced, k: is_most}
        self.check(tree["then"], Answers(counts, shares, forced))

    def weigh(self, texts: list[str]) -> tuple[list[Fraction], bool]:
        weights = as_vector(texts)
        assert len(weights) == len(self.sides)
        y = [ZERO] * len(self.pieces.ways)
        for z, (relation, better, worse) in zip(weights, self.sides, strict=True):
            assert z >= 0 or relation == "~"
            y[better] += z
            y[worse] -= z
        return y, any(z and relation == ">" for z, (relation, *_) in zip(weights, self.sides, strict=True))

    def most(self, y: Sequence[Fraction], known: Answers) -> tuple[Fraction, bool]:
        """Return a bound on y . P, and whether it may be attained."""
        total, is_attained = ZERO, True
        for k, atom in enumerate(self.proof["atoms"]):
            gain = dot(y, as_vector(atom["probabilities"]))
            total += max(gain * n for n in known.counts[k])
        for k, parts in enumerate(self.proof["spreads"]):
            gains = [dot(y, as_vector(part)) for part in parts]
            share = known.shares.get(k)
            if share == "everything":
                total += sum(gains, ZERO)
            elif share != "nothing":
                total += sum((x for x in gains if x > 0), ZERO)
                is_attained &= share is None or not any(gains)
        return total + sum((self.left(y, *word, known) for word in self.pieces.rest), ZERO), is_attained

    def left(self, y: Sequence[Fraction], state: str, vector: Vector, known: Answers) -> Fraction:
        """Return the most that what goes on from a word adds, tail by tail."""
        ways, total = self.pieces.ways, ZERO
        tails: dict[Law, dict[int, frozenset[str]]] = {}
        for i, way in enumerate(ways):
            for law, inside in way.laws(state).items() if vector[i] else ():
                tails.setdefault(law, {})[i] = inside
        for members in tails.values():
            shares = {i: y[i] * vector[i] * ways[i].ending(state, inside) for i, inside in members.items()}
            for i in list(members):
                for j, is_most in known.forced.items():
                    if i in shares and vector[j] and self.is_followed(i, members[i], j, state):
                        share = shares.pop(i)
                        total += share if is_most else ZERO
            best = sum((x for x in shares.values() if x > 0), ZERO)
            if self.uses_likelihoods and best:
                a = {i: y[i] * vector[i] for i in shares}
                if self.is_outweighed(a, members, state):
                    best = ZERO
                elif self.is_outweighed({i: -x for i, x in a.items()}, members, state):
                    best = min(best, sum(shares.values(), ZERO))
            total += best
        return total

    def is_followed(self, i: int, inside: frozenset[str], j: int, state: str) -> bool:
        """Say whether all that i does into a class is possible for j, and j takes the same steps there."""
        mine, theirs = self.pieces.ways[i], self.pieces.ways[j]
        ending = {s for s in mine.reached(state) if inside & mine.reached(s)}
        possible = {step for s in theirs.everywhere() for step in theirs.steps[s]}
        on_the_way, waiting = {state}, [state]
        while waiting:
            s = waiting.pop()
            new = {t for *_, t in mine.steps[s] if t in ending} - on_the_way if s not in inside else set()
            on_the_way |= new
            waiting += new
        for s in on_the_way - inside:
            if not all(step in possible for step in mine.steps[s] if step[2] in ending):
                return False
        for s in on_the_way & inside:
            if s not in theirs.everywhere() or not theirs.is_recurrent(s):
                return False
            if {step for step, _ in theirs.law(s)} != {step for step, _ in mine.law(s)}:
                return False
        return True

    def is_outweighed(
        self, a: Mapping[int, Fraction], members: Mapping[int, frozenset[str]], state: str
    ) -> bool:
        """Say whether positive parts can be split among negative ones: a transport, by a linear program."""
        plus, minus = [i for i, x in a.items() if x > 0], [j for j, x in a.items() if x < 0]
        rows = [Inequality({("one",): ONE}, Relation.STRICT)]
        ratios = {(i, j): self.pieces.ratio(i, j, state, members[i]) for i in plus for j in minus}
        for pair, r in ratios.items():
            rows.append(Inequality({("x", *pair): ONE}, Relation.TIE if r is None else Relation.WEAK))
        for i in plus:
            split: dict[Any, Fraction] = {("x", i, j): ONE for j in minus}
            rows.append(Inequality(split | {("one",): -a[i]}, Relation.TIE))
        for j in minus:
            room: dict[Any, Fraction] = {("x", i, j): -(ratios[i, j] or ZERO) for i in plus}
            rows.append(Inequality(room | {("one",): -a[j]}, Relation.WEAK))
        return isinstance(solve_inequalities(rows), Solution)
