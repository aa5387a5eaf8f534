"""What is seen of a policy: names of laws and tables, policies of other models, sets that are counted."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from random import Random

from specexpr.certify.chain import Chain
from specexpr.certify.members import behaviour_of, count, everything
from specexpr.certify.model import Claim, Model, Table
from specexpr.certify.sight import Sight
from specexpr.testing.brute_force import deterministic_tables, is_alike, occupancy
from specexpr.testing.examples import MEMORY, STEADY, corners, model, table
from specexpr.testing.generators import perturb_model, random_model, random_tables

HALF = Fraction(1, 2)


def sight(formalism: str, *models: Model) -> Sight:
    return Sight(Claim(models, (), (), HALF), formalism)


def pairs_of_models(random: Random) -> tuple[Model, Model]:
    """Return two models that agree in much: the same, with another start, or with other rows."""
    one = random_model(random, random.choice((1, 2, 3)), 2)
    other = random.choice((one, perturb_model(random, one), perturb_model(random, one)))
    start = one.start if random.random() < 0.6 else random_model(random, len(one.states), 2).start
    return one, Model(one.states, one.actions, start, other.rows)


def test_names_of_laws_are_equal_iff_occupancies_are() -> None:
    """In one model and across two, at any discount: whatever differs shows in d(s, a, s')."""
    seen = {True: 0, False: 0}
    for seed in range(60):
        random = Random(seed)
        models = pairs_of_models(random)
        eye = sight("onmr", *models)
        policies = [(m, t) for m in (0, 1) for t in random_tables(random, models[m], 5)]
        policies += [(m, t) for m in (0, 1) for t in deterministic_tables(models[m])[:4]]
        discount = Fraction(random.choice(("1/3", "9/10")))
        d = [occupancy(models[m], t, discount) for m, t in policies]
        names = [eye.name(m, t) for m, t in policies]
        for i, j in product(range(len(d)), repeat=2):
            assert (d[i] == d[j]) == (names[i] == names[j])
            if policies[i][0] != policies[j][0]:
                seen[d[i] == d[j]] += 1
    assert min(seen.values()) > 50


def test_names_of_tables_are_equal_iff_the_tables_are() -> None:
    """A function of policies sees neither the environment nor what is reached."""
    other = Model(STEADY.states, STEADY.actions, ((1, Fraction(1)),), STEADY.rows)
    eye = sight("fpr", STEADY, other)
    tables = list(corners(STEADY).values())
    for one, two in product(tables, repeat=2):
        assert (eye.name(0, one) == eye.name(1, two)) == (one == two)
    assert sight("po", STEADY).name(0, tables[2]) != sight("po", STEADY).name(0, tables[3])
    assert sight("tlo", STEADY).name(0, tables[2]) == sight("tlo", STEADY).name(0, tables[3])


def test_a_policy_is_moved_to_whatever_policy_has_its_law() -> None:
    """`moved` finds a deterministic policy of the other model with the same name, iff there is one."""
    found = {True: 0, False: 0}
    for seed in range(80):
        random = Random(seed)
        models = pairs_of_models(random)
        for formalism in ("ftlr", "fpr"):
            eye = sight(formalism, *models)
            for policy in (*random_tables(random, models[0], 3), *deterministic_tables(models[0])[:3]):
                there = [t for t in deterministic_tables(models[1]) if eye.name(1, t) == eye.name(0, policy)]
                moved = eye.moved(0, policy, 1)
                assert (moved is not None) == bool(there)
                assert moved is None or moved in there
                found[moved is not None] += 1
    assert min(found.values()) > 50


def test_where_nobody_goes_an_action_that_is_missing_does_not_matter() -> None:
    """The law of `stay` is that of a policy of the other model, which has no second action in s1."""
    one = model({"s0": {"x": "s1", "y": "s0"}, "s1": {"x": "s0", "y": "s1"}}, start="s0")
    less = model({"s0": {"x": "s1", "y": "s0"}, "s1": {"x": "s0"}}, start="s0", actions="x y")
    stay = table(one, "y", "y")
    assert sight("omo", one, less).moved(0, stay, 1) == table(less, "y", "x")
    assert sight("po", one, less).moved(0, stay, 1) is None


def test_members_of_classes_are_counted() -> None:
    """Policies that behave like some policy in one model, and like another one in a second model."""
    for seed in range(60):
        random = Random(seed)
        models = pairs_of_models(random)
        chains = [Chain(m) for m in models]
        tables: list[list[Table]] = [list(deterministic_tables(m)) for m in models]
        parts = []
        for m in (0, 1):
            like = random.choice(tables[m])
            part = behaviour_of(chains[m], like)
            assert part is not None
            members = {t for t in tables[m] if is_alike(models[m], t, like)}
            assert {t for t in tables[m] if part.has(t)} == members
            parts.append((part, members))
        (one, these), (other, those) = parts
        assert count([one]) == len(these)
        assert count([one, other]) == len(these & those)
        assert count([everything(chains[1]), one]) == len(these & set(tables[1]))


def test_what_chooses_at_random_where_it_goes_is_no_class() -> None:
    """Chance matters only where it is met."""
    chain = Chain(MEMORY)
    assert behaviour_of(chain, table(MEMORY, {"a": "1/2", "b": "1/2"}, "a", "a")) is None
    still = table(STEADY, "y", {"x": "1/3", "y": "2/3"})
    part = behaviour_of(Chain(STEADY), still)
    assert part is not None
    assert count([part]) == 2
    assert not part.has(still)
