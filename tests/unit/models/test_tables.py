"""Episodes become endless processes without changing what happens before their end."""

from fractions import Fraction

from specexpr.certify.proofs import RewardEntry
from specexpr.models.tables import Outcome, complete, labels, law, reward_label, rewards

START = ((0, Fraction(1)),)


def go(t, reward=0, p=Fraction(1)):
    return Outcome(p, t, Fraction(reward), is_last=False)


def end(t, reward=0, p=Fraction(1)):
    return Outcome(p, t, Fraction(reward), is_last=True)


def test_a_state_that_is_only_entered_last_absorbs():
    """What the table says of a terminal state itself is replaced by loops that pay nothing."""
    completed = complete([{0: [end(1, 5)], 1: [go(0)]}, {0: [go(0, 7)], 1: [go(0, 7)]}], START, ("u", "v"))
    assert completed.states == ("u", "v")
    assert completed.terminal == {1}
    assert completed.split == ()
    assert [law(completed.table[1][a]) for a in (0, 1)] == [((1, Fraction(1)),)] * 2
    assert rewards(completed) == ((RewardEntry(0, 0, None, Fraction(5)),), ())


def test_a_state_where_episodes_also_go_on_is_split():
    """A "stop" action that ends in its own state must not make that state absorbing."""
    completed = complete([{0: [go(0, 1)], 1: [end(0, 2)]}], START, ("u",))
    assert completed.states == ("u", "u_end")
    assert (completed.terminal, completed.split) == ({1}, (0,))
    assert law(completed.table[0][0]) == ((0, Fraction(1)),)
    assert law(completed.table[0][1]) == ((1, Fraction(1)),)
    assert sorted(completed.table[1]) == [0, 1]


def test_the_name_of_a_copy_is_new():
    """A copy never takes the name of another state."""
    table = [{0: [go(1)], 1: [end(0)]}, {0: [go(0)], 1: [go(0)]}]
    assert complete(table, START, ("u", "u_end")).states == ("u", "u_end", "u_end_end")


def test_states_that_no_episode_reaches_do_not_split_others():
    """A terminal state that only unreachable states enter without ending absorbs all the same."""
    completed = complete([{0: [end(1)]}, {0: [go(1)]}, {0: [go(1)]}], START, ("u", "v", "w"))
    assert (completed.terminal, completed.split) == ({1}, ())


def test_equal_successors_with_different_rewards_pay_the_mean():
    """1/3 at -100 and 2/3 at -1 into one state pay -34, and are reported."""
    completed = complete([{0: [go(0, -100, Fraction(1, 3)), go(0, -1, Fraction(2, 3))]}], START, ("u",))
    assert rewards(completed) == ((RewardEntry(0, 0, None, Fraction(-34)),), ((0, 0),))


def test_rewards_that_differ_by_successor_carry_it():
    """An entry names the next state only where it matters; zeros are left out."""
    completed = complete(
        [{0: [go(0, 0, Fraction(1, 2)), go(1, 3, Fraction(1, 2))]}, {0: [go(1, 0)]}], START, ("u", "v")
    )
    assert rewards(completed) == ((RewardEntry(0, 0, 1, Fraction(3)),), ())


def test_each_reward_labels_the_pairs_that_may_pay_it():
    """A pair may carry several reward labels; terminal states carry none."""
    completed = complete(
        [{0: [go(0, 0, Fraction(1, 2)), end(1, 3, Fraction(1, 2))]}, {0: [go(1, 9)]}], START, ("u", "v")
    )
    assert [(label.name, label.states, label.pairs) for label in labels(completed)] == [
        ("terminal", {1}, frozenset()),
        ("reward_0", frozenset(), {(0, 0)}),
        ("reward_3", frozenset(), {(0, 0)}),
    ]


def test_names_of_reward_labels_are_names_of_the_language():
    """Signs and fractions are spelled out."""
    assert [reward_label(Fraction(value)) for value in ("1", "-10", "-1/2")] == [
        "reward_1",
        "reward_minus_10",
        "reward_minus_1_over_2",
    ]
