"""Values of automata: the way for many nodes, the way in floats, the best policy; against the definition."""

from __future__ import annotations

import time
from fractions import Fraction
from random import Random

import pytest

from specexpr.certify.formula import Operator
from specexpr.certify.model import Label, Model
from specexpr.formalisms import automaton as objective
from specexpr.formalisms import ltlf
from specexpr.models.environment import Environment
from specexpr.models.policy import Policy
from specexpr.product import optimal
from specexpr.product.acceptance import Clause, accepts, clauses
from specexpr.product.approximate import approximate_probability
from specexpr.product.automaton import Automaton, Edge, automaton_property, run_of
from specexpr.product.components import accepting_components, end_components
from specexpr.product.formulas import formula_property
from specexpr.product.optimal import optimum, plan_of, property_product
from specexpr.product.recurrence import acceptance_probability, recurrent_classes, walk_of
from specexpr.product.traces import terminal_states
from specexpr.product.valuing import property_values
from specexpr.solve import absorption
from specexpr.syntax.formulas import compound, label, random_formula
from specexpr.syntax.guards import And, At, Do, Next
from specexpr.testing.automaton_truth import accepted_probability
from specexpr.testing.brute_force import deterministic_tables
from specexpr.testing.examples import model, table
from specexpr.testing.generators import random_environment, random_tables
from specexpr.testing.temporal_truth import formula_probability

GAME = Environment(
    "game",
    model(
        {
            "s": {"safe": {"s": "1/2", "w": "1/4", "l": "1/4"}, "bold": {"w": "2/3", "l": "1/3"}},
            "w": {"safe": "w", "bold": {"w": "1/2", "s": "1/2"}},
            "l": {"safe": "l", "bold": "l"},
        },
        start="s",
    ),
    (Label("win", frozenset({1})), Label("lost", frozenset({2}))),
)
WIN, LOST = label("win"), label("lost")


def test_recurrent_classes_by_hand() -> None:
    """w and l are the classes of the safe policy; the marks of "again and again win" are seen in w."""
    run = run_of(GAME, formula_property(compound(Operator.ALWAYS, compound(Operator.EVENTUALLY, WIN))))
    walk = walk_of(GAME.model, run, table(GAME.model, "safe", "safe", "safe"))
    found = {walk.nodes[one.nodes[0]][1]: one.is_accepted for one in recurrent_classes(walk, run)}
    assert found == {1: True, 2: False}


@pytest.mark.parametrize("seed", range(40))
def test_large_walks_are_valued_like_small_ones(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told that no system is small, values are still those of the definition; floats are near them."""
    monkeypatch.setattr(absorption, "SMALL", 0)
    random = Random(seed)
    environment = random_environment(random, seed % 9)
    formula = random_formula(random, environment, size=random.randint(1, 5))
    wanted = formula_property(formula)
    policies = [Policy(one) for one in random_tables(random, environment.model, 3)]
    values = property_values(environment, wanted, policies)
    for policy, value in zip(policies, values, strict=True):
        where = environment.model, environment.labels, policy.table
        assert value == formula_probability(*where, formula)
        assert abs(approximate_probability(environment, wanted, policy.table) - value) < 1e-9


@pytest.mark.parametrize("seed", range(20))
def test_automata_in_floats(seed: int) -> None:
    """Automata, with any condition, and formulas on traces have their values in floats, too."""
    random = Random(seed)
    environment = random_environment(random, 3 + seed % 6)
    spec = objective.sample(random, environment)
    policies = [Policy(one) for one in random_tables(random, environment.model, 3)]
    found = objective.approximate(environment, spec, policies)
    assert found == pytest.approx([float(x) for x in objective.evaluate(environment, spec, policies)])
    if terminal_states(environment):
        formula = random_formula(random, environment, size=4)
        found = ltlf.approximate(environment, formula, policies)
        assert found == pytest.approx([float(x) for x in ltlf.evaluate(environment, formula, policies)])


def test_many_atoms_in_floats() -> None:
    """More atoms than a machine word has bits are no harm: letters are numbered as they come."""
    size = 70
    rows = {f"s{s}": {"x": f"s{(s + 1) % size}"} for s in range(size)}
    labels = tuple(Label(f"l{s}", frozenset({s})) for s in range(size))
    where = Environment("ring", model(rows, start="s0"), labels)
    visits = compound(Operator.AND, *(compound(Operator.EVENTUALLY, label(f"l{s}")) for s in (3, 60, 69)))
    others = compound(Operator.OR, *(label(f"l{s}") for s in range(size - 1)))
    policy = tuple(((0, Fraction(1)),) for _ in range(size))
    both = compound(Operator.AND, visits, compound(Operator.EVENTUALLY, compound(Operator.NOT, others)))
    assert approximate_probability(where, formula_property(both), policy) == 1.0


def test_few_of_many_states_in_floats() -> None:
    """A policy that goes hardly anywhere is followed; the value is that of the small environment."""
    far = {f"far{i}": {"safe": f"far{(i + 1) % 60}", "bold": "s"} for i in range(60)}
    names = {"s": 0, "w": 1, "l": 2}
    near = {
        name: {
            GAME.actions[a]: {GAME.states[t]: str(p) for t, p in law} for a, law in GAME.model.rows[s].items()
        }
        for name, s in names.items()
    }
    where = Environment("large", model({**near, **far}, start="s", actions="safe bold"), GAME.labels)
    wanted = formula_property(compound(Operator.UNTIL, compound(Operator.NOT, LOST), WIN))
    for first, value in (("safe", Fraction(1, 2)), ("bold", Fraction(2, 3))):
        policy = table(where.model, first, *["safe"] * 62)
        assert approximate_probability(where, wanted, policy) == pytest.approx(float(value))
        assert acceptance_probability(where.model, run_of(where, wanted), policy) == value


def test_a_walk_of_many_steps_in_floats() -> None:
    """Gambler's ruin on 3,001 fortunes: the iteration gives up, elimination finds k / n."""
    n, k = 3_000, 1_200
    half = Fraction(1, 2)
    rows = [{0: ((max(s - 1, 0), half), (s + 1, half))} for s in range(1, n)]
    rows = [{0: ((0, Fraction(1)),)}, *rows, {0: ((n, Fraction(1)),)}]
    start = ((k, Fraction(1)),)
    ruin = Model(tuple(f"s{s}" for s in range(n + 1)), ("x",), start, tuple(rows))
    where = Environment("ruin", ruin, (Label("rich", frozenset({n})),))
    policy = tuple(((0, Fraction(1)),) for _ in rows)
    wanted = formula_property(compound(Operator.EVENTUALLY, label("rich")))
    assert approximate_probability(where, wanted, policy) == pytest.approx(k / n, abs=1e-9)
    assert acceptance_probability(ruin, run_of(where, wanted), policy) == Fraction(k, n)


# optimal policies


def best_of_deterministic(environment: Environment, wanted) -> Fraction:
    """Return the largest value of a policy that picks one action for each node of the product."""
    product, run = property_product(environment, wanted)
    return max(
        value_on_product(optimal.Optimum(Fraction(0), product, run, one))
        for one in deterministic_tables(product.environment.model)
    )


def value_on_product(found: optimal.Optimum) -> Fraction:
    """Return the value of a policy of the product by the definition, its marks being those of its steps."""
    where, marks = found.product.environment.model, found.product.marks
    steps = [(x, a, y) for x, row in enumerate(where.rows) for a, law in row.items() for y, _ in law]
    edges = tuple(
        Edge(0, 0, And((At(x), Do(a), Next(y))), marks.get((x, a, y), frozenset())) for x, a, y in steps
    )
    spec = Automaton(("q",), edges, found.run.table.acceptance)
    return accepted_probability(where, (), found.policy, spec)


@pytest.mark.parametrize("seed", range(60))
def test_the_best_policy_attains_the_optimum_and_none_is_better(seed: int, monkeypatch) -> None:
    """By the definition on the product; with floats asked first, and without."""
    monkeypatch.setattr(optimal, "SMALL", 0 if seed % 2 else 60)
    random = Random(seed)
    environment = random_environment(random, seed % 6)
    if seed % 3:
        wanted = formula_property(random_formula(random, environment, size=random.randint(1, 4)))
    else:
        wanted = automaton_property(objective.sample(random, environment))
    found = optimum(environment, wanted)
    assert value_on_product(found) == found.value
    model_of = found.product.environment.model
    count = 1
    for row in model_of.rows:
        count *= len(row)
    if count <= 300:
        assert best_of_deterministic(environment, wanted) <= found.value
    for one in random_tables(random, environment.model, 3):
        run = run_of(environment, wanted)
        assert acceptance_probability(environment.model, run, one) <= found.value


def test_an_optimum_by_hand() -> None:
    """Winning for good: safe first, x = x/2 + 1/4 gives 1/2; bold, 2/3. In w only safe stays."""
    stay = formula_property(compound(Operator.EVENTUALLY, compound(Operator.ALWAYS, WIN)))
    found = optimum(GAME, stay)
    assert found.value == Fraction(2, 3)
    plan = plan_of(found)
    assert plan.memory == ("",)
    assert {s: law[0][0] for (_, s), law in plan.choices.items()} == {0: 1, 1: 0, 2: 0}


def test_an_optimum_that_needs_memory() -> None:
    """Win, come back to s, and never lose before: bold in w until s is seen again, then anything."""
    back = compound(
        Operator.UNTIL,
        compound(Operator.NOT, LOST),
        compound(Operator.AND, WIN, compound(Operator.NEXT, WIN)),
    )
    then = compound(Operator.AND, back, compound(Operator.EVENTUALLY, LOST))
    found = optimum(GAME, formula_property(then))
    assert found.value == Fraction(2, 3)
    plan = plan_of(found)
    assert len(plan.memory) > 1
    assert {(0, 1), (1, 1)} <= set(plan.moves) or len(plan.moves) > 2


def test_staying_may_need_chance() -> None:
    """Both rooms again and again, from one with two doors: a policy without memory must throw a coin."""
    doors = Environment(
        "doors",
        model({"m": {"l": "x", "r": "y"}, "x": {"l": "m", "r": "m"}, "y": {"l": "m", "r": "m"}}, start="m"),
        (Label("x", frozenset({1})), Label("y", frozenset({2}))),
    )
    again = [compound(Operator.ALWAYS, compound(Operator.EVENTUALLY, label(name))) for name in "xy"]
    found = optimum(doors, formula_property(compound(Operator.AND, *again)))
    assert found.value == 1
    assert plan_of(found).choices[0, 0] == ((0, Fraction(1, 2)), (1, Fraction(1, 2)))


def test_end_components_by_definition() -> None:
    """Each is closed, connected, and no larger one contains it, on random graphs of actions."""
    for seed in range(200):
        random = Random(seed)
        size = random.randint(1, 5)
        actions = {x: tuple(range(random.randint(1, 2))) for x in range(size)}
        successors = {
            (x, a): random.sample(range(size), random.randint(1, min(2, size)))
            for x, chosen in actions.items()
            for a in chosen
        }
        found = end_components(successors, actions)
        pairs = [(x, a) for x, chosen in actions.items() for a in chosen]
        inside = {(x, a) for part in found for x, chosen in part.items() for a in chosen}
        for part in found:
            assert is_end_component(successors, [(x, a) for x, chosen in part.items() for a in chosen])
        for mask in range(1, 1 << len(pairs)):
            some = [pair for i, pair in enumerate(pairs) if mask >> i & 1]
            if is_end_component(successors, some):
                assert set(some) <= inside
                assert sum(some[0][0] in part for part in found) == 1


def is_end_component(successors, pairs) -> bool:
    """Say whether some pairs never lead outside and each node reaches each."""
    nodes = {x for x, _ in pairs}
    if any(y not in nodes for pair in pairs for y in successors[pair]):
        return False
    for x in nodes:
        seen, todo = {x}, [x]
        while todo:
            z = todo.pop()
            for y in (y for pair in pairs if pair[0] == z for y in successors[pair]):
                if y not in seen:
                    seen.add(y)
                    todo.append(y)
        if seen != nodes:
            return False
    return True


def test_clauses_say_what_the_condition_says() -> None:
    """A set of marks is accepted iff it meets a clause."""
    for seed in range(200):
        condition = objective.sample(Random(seed), GAME).acceptance
        for mask in range(8):
            marks = {m for m in range(3) if mask >> m & 1}
            meets = any(one.inf <= marks and not one.fin & marks for one in clauses(condition))
            assert meets is accepts(condition, marks)
        assert all(isinstance(one, Clause) for one in clauses(condition))


def test_a_product_without_an_automaton_has_no_accepting_components() -> None:
    """A machine pays, it does not accept."""
    from specexpr.formalisms import machine

    product = machine.product(GAME, machine.sample(Random(0), GAME))
    with pytest.raises(ValueError, match="no automaton"):
        accepting_components(product)


def test_two_hundred_states_take_no_time() -> None:
    """A dense linear system behind a formula, exactly, in a fraction of a second."""
    random = Random(0)
    size = 200
    rows = []
    for s in range(size - 2):
        out = random.sample(range(size - 2), 3) + ([size - 1 - s // 20 % 2] if s % 20 == 0 else [])
        weights = [random.randint(1, 5) for _ in out]
        law = sorted((t, Fraction(w, sum(weights))) for t, w in zip(out, weights, strict=True))
        rows.append({0: tuple(law)})
    rows += [{0: ((t, Fraction(1)),)} for t in (size - 2, size - 1)]
    large = Model(tuple(f"s{s}" for s in range(size)), ("x",), ((0, Fraction(1)),), tuple(rows))
    where = Environment("large", large, (Label("good", frozenset({size - 1, 3, 5, 7})),))
    wanted = formula_property(compound(Operator.ALWAYS, compound(Operator.EVENTUALLY, label("good"))))
    policy = Policy(tuple(((0, Fraction(1)),) for _ in rows))
    property_values(where, wanted, [policy])
    began = time.process_time()
    (value,) = property_values(where, wanted, [policy])
    assert time.process_time() - began < 0.5
    assert value.denominator.bit_length() > 300
    assert abs(approximate_probability(where, wanted, policy.table) - value) < 1e-9
