"""An independent checker of proofs about given objectives and returns, from the definitions, on bare JSON."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from typing import Any

from certify_checker import Asked, Json, Policy, Vector, World, combine, identity, solve
from clock_checker import chain_row, long_run
from flint import arb, ctx, fmpz_poly

from specexpr.certify.model import Shape
from specexpr.testing.risk_truth import Lottery, cvar, is_had, levels_of, met

ZERO, ONE = Fraction(0), Fraction(1)
DEEPEST = 12


class Account:
    """What a given objective pays in a world, by its JSON."""

    def __init__(self, world: World, data: Json) -> None:
        self.world, self.clock = world, data["clock"]
        self.pays: dict[Any, Fraction] = {}
        for entry in data["pays"]:
            self.pays[self.step(entry)] = Fraction(entry["value"])
        self.moves = {self.step(entry): entry["to"] for entry in data.get("moves", ())}
        assert len(self.pays) == len(data["pays"])
        assert "discounts" not in data, "not needed so far"

    def step(self, entry: Json) -> tuple[int, str, str, str]:
        found = entry.get("memory", 0), entry["state"], entry["action"], entry["next"]
        assert found[3] in self.world.step[found[1], found[2]]
        return found

    def after(self, policy: Policy, u: int, s: str) -> list[tuple[Fraction, Fraction, int, str]]:
        """Return (probability, pay, memory, state) of what may come next."""
        found = []
        for a, p in policy[s].items():
            for t, q in self.world.step[s, a].items():
                step = u, s, a, t
                found.append((p * q, self.pays.get(step, ZERO), self.moves.get(step, u), t))
        return found

    def weights(self, time: int) -> Fraction:
        if self.clock == "total":
            return ONE
        if "horizon" in self.clock:
            return ONE if time < self.clock["horizon"] else ZERO
        head = [Fraction(x) for x in self.clock.get("head", ["1"])]
        g = Fraction(self.clock["discount"])
        assert 0 < g < 1
        return head[time] if time < len(head) else head[-1] * g ** (time - len(head) + 1)

    def is_still(self, policy: Policy, u: int, s: str) -> bool:
        """Say whether nothing is paid any more."""
        seen, waiting = {(u, s)}, [(u, s)]
        while waiting:
            for _, pay, v, t in self.after(policy, *waiting.pop()):
                if pay:
                    return False
                if (v, t) not in seen:
                    seen.add((v, t))
                    waiting.append((v, t))
        return True

    def certain(self, policy: Policy, u: int, s: str, time: int) -> Fraction | None:
        """Return what is still to come, for a weight of 1, if chance has no part in it from there on."""
        if (
            isinstance(self.clock, str)
            or "discount" not in self.clock
            or time < len(self.clock.get("head", "1"))
        ):
            return None
        g, path, total, weight = Fraction(self.clock["discount"]), [], ZERO, ONE
        while (u, s) not in [node for node, *_ in path]:
            after = self.after(policy, u, s)
            if len(after) > 1:
                return None
            path.append(((u, s), total, weight))
            _, pay, u, s = after[0]
            total, weight = total + weight * pay, weight * g
        ((_, before, first),) = [entry for entry in path if entry[0] == (u, s)]
        return before + (total - before) / (1 - weight / first)

    def law(self, policy: Policy) -> Lottery | None:
        """Return the law of the return by enumeration; None where that does not end soon."""
        assert self.clock != "average"
        now: dict[tuple[int, str, Fraction], Fraction] = {}
        for s, p in self.world.start.items():
            now[0, s, ZERO] = p
        ended: dict[Fraction, Fraction] = {}
        for time in range(DEEPEST):
            weight = self.weights(time)
            following: dict[tuple[int, str, Fraction], Fraction] = {}
            for (u, s, paid), p in now.items():
                rest = ZERO if not weight or self.is_still(policy, u, s) else self.certain(policy, u, s, time)
                if rest is not None:
                    total = paid + weight * rest
                    ended[total] = ended.get(total, ZERO) + p
                    continue
                for q, pay, v, t in self.after(policy, u, s):
                    key = v, t, paid + weight * pay
                    following[key] = following.get(key, ZERO) + p * q
            now = following
            if not now:
                return tuple(sorted(ended.items()))
        return None

    def mean(self, policy: Policy) -> Fraction:
        """Return the expected value, by solving where enumeration does not end."""
        if self.clock == "average":
            assert not self.moves
            step = {s: chain_row(self.world, policy, s) for s in self.world.states}
            shares = long_run(self.world, step)
            return sum((shares[s] * q * pay for s in shares for q, pay, *_ in self.after(policy, 0, s)), ZERO)
        law = self.law(policy)
        if law is not None:
            return sum((x * p for x, p in law), ZERO)
        assert isinstance(self.clock, str) or "head" not in self.clock
        nodes = [(0, s) for s in self.world.start]
        for node in nodes:
            onward = [(v, t) for _, _, v, t in self.after(policy, *node)]
            nodes += dict.fromkeys(y for y in onward if y not in nodes)
        factor = ONE if self.clock == "total" else Fraction(self.clock["discount"])
        alive = [node for node in dict.fromkeys(nodes) if not self.is_still(policy, *node)]
        rows = [[Fraction(int(x == y)) for y in alive] for x in alive]
        gains = []
        for i, node in enumerate(alive):
            gains.append(sum((q * pay for q, pay, *_ in self.after(policy, *node)), ZERO))
            for q, _, v, t in self.after(policy, *node):
                if (v, t) in alive:
                    rows[i][alive.index((v, t))] -= factor * q
        found = dict(zip(alive, solve(rows, gains), strict=True))
        return sum((p * found.get((0, s), ZERO) for s, p in self.world.start.items()), ZERO)


class AskedOfGiven(Asked):
    """What a result asks; rows are differences of values, or of laws where there is one return."""

    def __init__(self, document: Json, result: Json) -> None:
        self.formalism: str = result["formalism"]
        self.options: Json = result["options"]
        self.given: list[Json] = self.options["given"]
        self.laws: dict[tuple[str, str], Lottery | None] = {}
        self.policies: dict[tuple[str, str], Policy] = {}
        assert len({one["objective"] for one in self.given}) == len(self.given) > 0
        super().__init__(document, {**result, "options": {**self.options, "discount": "1/2"}})
        assert not any(isinstance(c["better"], list) for c in self.task["constraints"])

    def of_policy(self, environment: str, policy: Policy) -> Vector:
        world, mark = self.worlds[environment], (environment, identity(policy))
        self.policies[mark] = policy
        accounts = [Account(world, one["measures"][environment]) for one in self.given]
        for one in self.given:
            assert set(one["measures"]) == set(self.worlds)
        if self.formalism == "linear":
            return {
                (one["objective"], "", ""): x.mean(policy)
                for one, x in zip(self.given, accounts, strict=True)
            }
        (account,) = accounts
        if mark not in self.laws:
            self.laws[mark] = account.law(policy)
        return {(str(x), "", ""): p for x, p in self.laws[mark] or ()}

    def pairs(self) -> list[tuple[Lottery | None, str, Lottery | None, bool]]:
        """Return (better, relation, worse, whether they behave alike) of all that is asked."""
        found = []
        for relation, environment, better, worse in self.rows:
            sides = [self.policies[environment, x] for x in (better, worse)]
            one, other = (self.worlds[environment].behaviour(p) for p in sides)
            found.append(
                (self.laws[environment, better], relation, self.laws[environment, worse], one == other)
            )
        return found

    def shape(self) -> Shape | None:
        return Shape(self.options["utility"]) if "utility" in self.options else None


def assert_right_on_risk(document: Json, result: Json) -> None:
    """Check an accepted result from the definitions."""
    assert result["size"] is None
    if result["verdict"] == "undecided":
        assert result["witness"] is None
        assert result["certificate"] is None
        assert result["proof"] is None
        assert result["reason"]
        return
    assert result["reason"] is None
    assert result["proof"] == "exact"
    asked = AskedOfGiven(document, result)
    if result["verdict"] == "expressible":
        assert result["certificate"] is None
        assert_witness(asked, result["witness"])
    else:
        assert result["witness"] is None
        assert_conflict(asked, result["certificate"])


def assert_witness(asked: AskedOfGiven, proof: Json) -> None:
    """Check every comparison by what the specification values the two sides at."""
    if asked.formalism == "linear":
        assert set(proof) == {"kind", "weights"}
        weights = {k: Fraction(x) for k, x in proof["weights"].items()}
        assert weights.keys() <= {one["objective"] for one in asked.given}
        assert asked.options.get("sign") != "nonnegative" or all(x >= 0 for x in weights.values())
        for (relation, *_), (row, _) in asked.rows.items():
            assert met(relation, sum((weights.get(k, ZERO) * x for (k, *_), x in row.items()), ZERO))
        return
    value = value_of(asked, proof)
    for (relation, environment, better, worse), pair in zip(asked.rows, asked.pairs(), strict=True):
        one, _, other, is_alike = pair
        if one is None or other is None:
            assert is_about_mean(proof), "a law that cannot be enumerated"
            account = Account(asked.worlds[environment], asked.given[0]["measures"][environment])
            slope = slope_of(proof)
            means = [account.mean(asked.policies[environment, x]) for x in (better, worse)]
            assert met(relation, slope * (means[0] - means[1]))
        elif is_alike:
            assert relation != ">"
        else:
            assert met(relation, value(one, other))


def is_about_mean(proof: Json) -> bool:
    """Say whether a specification values means only."""
    if "utility" in proof:
        slopes = slopes_of(proof)
        return len(set(slopes)) <= 1
    return (
        proof.get("level") == "1"
        or proof.get("b") == "0"
        or [x["level"] for x in proof.get("spectrum", ())] == ["1"]
    )


def slope_of(proof: Json) -> Fraction:
    return (slopes_of(proof) or [ZERO])[0] if "utility" in proof else ONE


def slopes_of(proof: Json) -> list[Fraction]:
    points = [(Fraction(x["return"]), Fraction(x["utility"])) for x in proof["utility"]]
    return [(v - u) / (y - x) for (x, u), (y, v) in pairwise(points)]


def value_of(asked: AskedOfGiven, proof: Json) -> Any:
    """Return (lottery, other) -> a number with the sign of the difference of their values."""
    if proof["kind"] == "coefficients" and asked.formalism == "eu":
        points = [(Fraction(x["return"]), Fraction(x["utility"])) for x in proof["utility"]]
        shape, slopes = asked.shape(), slopes_of(proof)
        assert points
        assert shape is not None
        assert all(x < y for (x, _), (y, _) in pairwise(points))
        assert all(slope >= 0 for slope in slopes)
        assert not shape.is_strict or (slopes and all(slopes))
        assert not shape.is_concave or all(a >= b for a, b in pairwise(slopes))
        return lambda one, other: mean_utility(points, one) - mean_utility(points, other)
    if proof["kind"] == "coefficients":
        assert asked.formalism == "spectral"
        parts = [(Fraction(x["level"]), Fraction(x["weight"])) for x in proof["spectrum"]]
        assert sum(w for _, w in parts) == 1
        assert all(0 < t <= 1 and w > 0 for t, w in parts)
        assert all(x < y for (x, _), (y, _) in pairwise(parts))
        return lambda one, other: sum((w * (cvar(one, t) - cvar(other, t)) for t, w in parts), ZERO)
    assert proof["kind"] == "parameter"
    if "level" in proof:
        level = Fraction(proof["level"])
        assert asked.formalism == "cvar"
        assert 0 < level <= 1
        return lambda one, other: cvar(one, level) - cvar(other, level)
    assert asked.formalism == "entropic"
    if "b" in proof:
        rate = Fraction(proof["b"])
        return lambda one, other: sign_at_rate(one, other, rate)
    unit = Fraction(proof["unit"])
    assert unit > 0
    z = proof["z"]
    if isinstance(z, str):
        base = Fraction(z)
        assert base > 0
        return lambda one, other: sign_at_base(one, other, unit, base)
    return lambda one, other: sign_at_root(one, other, unit, z)


def mean_utility(points: list[tuple[Fraction, Fraction]], one: Lottery) -> Fraction:
    return sum((p * line(points, x) for x, p in one), ZERO)


def line(points: list[tuple[Fraction, Fraction]], x: Fraction) -> Fraction:
    if len(points) == 1:
        return points[0][1]
    i = max([i for i, (a, _) in enumerate(points[:-1]) if a <= x], default=0)
    (a, u), (b, v) = points[i], points[i + 1]
    return u + (v - u) * (x - a) / (b - a)


def sign_at_rate(one: Lottery, other: Lottery, rate: Fraction) -> int:
    """Return the sign of the difference of entropic values, in decimals with many digits."""
    masses = combine((1, as_vector(one)), (-1, as_vector(other)))
    if not masses:
        return 0
    if not rate:
        total = sum((Fraction(x) * p for (x, *_), p in masses.items()), ZERO)
        return (total > 0) - (total < 0)
    with localcontext() as context:
        context.prec = 120
        exponents = {k: rate * Fraction(k[0]) for k in masses}
        top = max(exponents.values())
        total_ = sum(
            Decimal(p.numerator)
            / Decimal(p.denominator)
            * (Decimal((exponents[k] - top).numerator) / Decimal((exponents[k] - top).denominator)).exp()
            for k, p in masses.items()
        )
        assert abs(total_) > Decimal(10) ** -80
        return (1 if total_ > 0 else -1) * (1 if rate > 0 else -1)


def as_vector(one: Lottery) -> Vector:
    return {(str(x), "", ""): p for x, p in one}


def gap_polynomial(one: Lottery, other: Lottery, unit: Fraction) -> fmpz_poly:
    least = min(x for x, _ in (*one, *other))
    below = 1
    for _, p in (*one, *other):
        below *= p.denominator
    found: dict[int, int] = {}
    for lottery, sign in ((one, 1), (other, -1)):
        for x, p in lottery:
            k = (x - least) / unit
            assert k.denominator == 1
            found[int(k)] = found.get(int(k), 0) + sign * int(p * below)
    whole = fmpz_poly([found.get(k, 0) for k in range(max(found) + 1)])
    quotient, rest = divmod(whole, fmpz_poly([-1, 1]))
    assert not rest
    return quotient


def same_but_common(one: Lottery, other: Lottery) -> tuple[Lottery, Lottery]:
    """Return both without the mass that they share: only where they differ need returns lie on a lattice."""
    first, second = dict(one), dict(other)
    masses = [(x, first.get(x, ZERO) - second.get(x, ZERO)) for x in sorted({*first, *second})]
    return tuple((x, m) for x, m in masses if m > 0), tuple((x, -m) for x, m in masses if m < 0)


def sign_at_base(one: Lottery, other: Lottery, unit: Fraction, base: Fraction) -> int:
    one, other = same_but_common(one, other)
    if not one:
        return 0
    total = sum((int(c) * base**k for k, c in enumerate(gap_polynomial(one, other, unit).coeffs())), ZERO)
    return (total > 0) - (total < 0)


def sign_at_root(one: Lottery, other: Lottery, unit: Fraction, z: Json) -> int:
    """Return the sign at the one root between two rationals, by enclosures of flint."""
    minpoly = fmpz_poly([int(c) for c in z["minpoly"]])
    lo, hi = Fraction(z["lo"]), Fraction(z["hi"])
    assert 0 <= lo < hi
    before, ctx.prec = ctx.prec, 300
    inside = []
    for factor, _ in minpoly.factor()[1]:
        for root, _ in factor.complex_roots():
            if root.imag == 0 and as_arb(lo) < root.real < as_arb(hi):
                inside.append((root.real, factor))
    ((root, factor),) = inside
    one, other = same_but_common(one, other)
    gap = gap_polynomial(one, other, unit) if one else fmpz_poly([])
    value = arb(0)
    for c in reversed(gap.coeffs()):
        value = value * root + int(c)
    ctx.prec = before
    if not gap or any(factor == f for f, _ in gap.factor()[1]):
        return 0
    assert value > 0 or value < 0
    return 1 if value > 0 else -1


def as_arb(x: Fraction) -> arb:
    return arb(x.numerator) / arb(x.denominator)


def assert_conflict(asked: AskedOfGiven, proof: Json) -> None:
    """Check the terms, that together they cannot be met, and for dominance what their weights say."""
    marks, weights = [], []
    for term in proof["terms"]:
        world = asked.worlds[term["environment"]]
        sides = []
        for side in (term["better"], term["worse"]):
            sides.append(identity(world.policy(side)))
            if "name" in side and "name" not in world.states:
                assert identity(asked.named(term["environment"], side["name"])) == sides[-1]
        mark = term["relation"], term["environment"], *sides
        assert mark not in marks
        marks.append(mark)
        _, lines = asked.rows[mark]
        assert term["line"] is None or term["line"] in lines
        weight = Fraction(term["weight"])
        assert weight > 0 or (weight and term["relation"] == "~")
        weights.append(weight)
    rows = [asked.rows[mark][0] for mark in marks]
    relations = [mark[0] for mark in marks]
    if asked.formalism == "linear":
        assert proof["kind"] == "dominance"
        total = combine(*zip(weights, rows, strict=True))
        assert ">" in relations
        assert all(x <= 0 for x in total.values())
        assert asked.options.get("sign") == "nonnegative" or not total
        return
    pairs = dict(zip(asked.rows, asked.pairs(), strict=True))
    some = [pairs[mark] for mark in marks]
    if any(is_alike and relation == ">" for _, relation, _, is_alike in some):
        return
    if proof["kind"] == "lotteries":
        raise AssertionError("not needed so far")
    net = net_laws(asked, marks, weights) if proof["kind"] == "dominance" else None
    if any(one is None or other is None for one, _, other, _ in some):
        assert net is not None, "a law that cannot be enumerated"
        assert all(law is not None for law, _ in net), "a law that cannot be enumerated"
    else:
        lotteries = [(one, relation, other) for one, relation, other, _ in some]
        assert not is_had(asked.formalism, lotteries, asked.shape())  # type: ignore[arg-type] # none is None
    if net is not None:
        assert_dominated(asked, net, is_strict=">" in relations)
    else:
        assert proof["kind"] == "parameter-cells"
        assert asked.formalism in ("cvar", "entropic")
        assert all(weight == 1 for weight in weights)


def net_laws(
    asked: AskedOfGiven, marks: list[tuple[str, str, str, str]], weights: list[Fraction]
) -> list[tuple[Lottery | None, Fraction]]:
    """Return the laws of the policies that do not cancel, with their weights, those that are alike once."""
    found: dict[tuple[str, str], tuple[Lottery | None, Fraction]] = {}
    for (_, environment, better, worse), weight in zip(marks, weights, strict=True):
        for side, w in ((better, weight), (worse, -weight)):
            policy = asked.policies[environment, side]
            key = environment, asked.worlds[environment].behaviour(policy)
            law, before = found.get(key, (asked.laws[environment, side], ZERO))
            found[key] = law, before + w
    return [(law, w) for law, w in found.values() if w]


def assert_dominated(asked: AskedOfGiven, net: list[tuple[Any, Fraction]], *, is_strict: bool) -> None:
    """Check that a mixture is worth at most 0, or less where no constraint is strict."""
    outcomes = sorted({x for law, _ in net for x, _ in law})
    if asked.formalism == "spectral":
        levels = sorted({t for law, _ in net for t in levels_of(law)})
        values = [sum((w * t * cvar(law, t) for law, w in net), ZERO) for t in levels]
        assert all(v <= 0 for v in values)
        assert is_strict or (values and all(v < 0 for v in values))
        return
    shape = asked.shape()
    assert shape is not None
    if shape.is_concave:
        values = [sum((w * p * min(y, x) for law, w in net for y, p in law), ZERO) for x in outcomes[1:]]
        assert is_strict or (shape.is_strict and values and values[-1] < 0)
    else:
        values = [sum((w * p for law, w in net for y, p in law if y >= x), ZERO) for x in outcomes[1:]]
        assert is_strict or (shape.is_strict and any(v < 0 for v in values))
    assert all(v <= 0 for v in values)
