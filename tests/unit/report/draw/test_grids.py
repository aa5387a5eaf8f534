"""Grids show each state in its cell, with what is said of it, and nothing on top of anything else."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from random import Random

import pytest

from specexpr.certify.proofs import RewardEntry
from specexpr.models.environment import Label
from specexpr.models.gymnasium import import_gymnasium
from specexpr.models.policy import deterministic
from specexpr.report.draw import environment_svg
from specexpr.report.draw.cells import brief, tint
from specexpr.report.draw.environments import environment_picture
from specexpr.report.draw.palette import Ink
from specexpr.report.draw.picture import Curve, Group, Polygon
from tests.unit.report.draw.grids import ONE, grid, with_rows
from tests.unit.report.draw.reading import box, is_inside, overlap, points, said, texts, titles, words

ANY = ((0, Fraction(1, 4)), (1, Fraction(1, 4)), (2, Fraction(1, 4)), (3, Fraction(1, 4)))


def test_each_state_has_a_cell_that_tells_its_name_and_labels() -> None:
    """Short labels stand in the cell; long ones, and colours, in the legend."""
    labels = (Label("goal", frozenset({11})), Label("a label too long for cells", frozenset({3})))
    svg = environment_svg(grid(3, 4, labels=labels))
    names = [f"r{r}_c{c}" for r in range(3) for c in range(4)]
    assert [title.split("\n")[0].split(":")[0] for title in titles(svg)] == names
    found = words(svg)
    assert [word for word in found if word in names] == names
    assert found.count("goal") == 1
    assert found.count("a label too long for cells") == 1
    assert "r2_c3: goal" in titles(svg)
    assert 'viewBox="0 0 260 ' in svg


def arrows(svg: str, ink: Ink) -> int:
    """Return how many arrowheads have a colour."""
    return sum('class="f-' + ink + '"' in line and "<polygon" in line for line in svg.splitlines())


def test_a_policy_is_arrows_with_its_probabilities() -> None:
    """One arrow for each action that is taken, a fraction beside those that are taken sometimes."""
    where = grid(2, 2)
    law = ((0, Fraction(1, 3)), (3, Fraction(2, 3)))
    table = (law, *deterministic((1, 2)), ANY)
    svg = environment_svg(where, policy=table)
    found = words(svg)
    assert (found.count("1/3"), found.count("2/3"), found.count("1/4")) == (1, 1, 4)
    assert arrows(svg, Ink.TAKEN) == 2 + 1 + 1 + 4
    assert arrows(svg, Ink.PALE) == 0


def test_arrows_are_grey_where_the_policy_never_comes() -> None:
    """And the legend says so."""
    where = grid(2, 2)
    svg = environment_svg(where, policy=deterministic((3, 3, 3, 3)))
    assert (arrows(svg, Ink.TAKEN), arrows(svg, Ink.PALE)) == (2, 2)
    assert "where the policy never comes" in words(svg)


def test_rewards_are_triangles_with_numbers() -> None:
    """A number for each action, one where all actions of a cell pay alike, none where they pay nothing."""
    entries = [RewardEntry(0, 0, None, Fraction(-7, 2)), RewardEntry(0, 1, None, Fraction(2, 3))]
    entries += [RewardEntry(3, a, None, Fraction(5)) for a in range(4)]
    found = words(environment_svg(grid(2, 2), reward=entries))
    assert sorted(word for word in found if word[0] in "-0123456789") == ["-7/2", "0", "0", "2/3", "5"]
    assert "reward, -5 to 5" in found


def test_rewards_of_steps_are_shown_by_their_mean() -> None:
    """The picture says that they are means."""
    where = grid(2, 2, slip=Fraction(1, 10))
    found = words(environment_svg(where, reward=[RewardEntry(0, 3, 1, Fraction(10))]))
    assert "8" in found
    assert "mean reward, 0 to 8" in found


def test_colours_grow_with_rewards() -> None:
    """Gains and losses have a colour each; the larger, the stronger."""
    opacities = [tint(Fraction(k), Fraction(9)) for k in (1, 4, 9)]
    assert all(fill is not None and fill.ink is Ink.GAIN for fill in opacities)
    assert [fill.opacity for fill in opacities if fill] == sorted({f.opacity for f in opacities if f})
    loss = tint(Fraction(-4), Fraction(9))
    assert loss is not None
    assert (loss.ink, loss.opacity) == (Ink.LOSS, opacities[1].opacity if opacities[1] else None)
    assert tint(Fraction(0), Fraction(9)) is None


@pytest.mark.parametrize("seed", range(40))
def test_brief_numbers_are_exact_or_say_that_they_are_not(seed: int) -> None:
    """A number without an ellipsis is the value; one with it is off by less than its last digit."""
    random = Random(seed)
    value = Fraction(random.randint(-(10**6), 10**6), random.choice((1, 2, 3, 7, 10, 1000, 10**6, 12347)))
    text = brief(value)
    assert len(text) <= 9
    if "…" not in text:
        assert Fraction(text) == value
        return
    digits, _, power = text.partition("…")
    scale = Fraction(10) ** int(power.removeprefix("e") or 0)
    shown = Fraction(digits) * scale
    last = scale / 10 ** len(digits.partition(".")[2])
    assert abs(shown) <= abs(value) < abs(shown) + last
    assert (value < 0) == text.startswith("-")


def test_a_wall_between_two_cells_is_a_thick_line() -> None:
    """It stands where no step leads either way; from one side only it stands there, a jump is no wall."""
    plain = grid(2, 3)

    def walls(where: object) -> list[Curve]:
        groups = environment_picture(where).groups  # type: ignore[arg-type]
        lines = (shape for group in groups for shape in group.shapes if isinstance(shape, Curve))
        return [line for line in lines if line.stroke is not None and line.stroke.width > 2]

    assert walls(plain) == []
    closed = with_rows(plain, {(0, 3): ((0, ONE),), (1, 2): ((1, ONE),)})
    (wall,) = walls(closed)
    assert {x for x, _ in wall.points} == {70.0}
    assert sorted(y for _, y in wall.points) == [10.0, 70.0]
    (ledge,) = walls(with_rows(plain, {(0, 3): ((0, ONE),)}))
    assert all(60 < x < 70 for x, _ in ledge.points)
    assert walls(with_rows(plain, {(5, 0): ((0, ONE),)})) == []


def test_missing_cells_are_walls() -> None:
    """Nothing lies on the ground there."""
    picture = environment_picture(grid(3, 3, walls=[(1, 1)]))
    (ground,) = picture.groups[0].shapes
    assert isinstance(ground, Polygon)
    assert ground.fill is not None
    assert ground.fill.ink is Ink.WALL
    middle = (10 + 1.5 * 60, 10 + 1.5 * 60)
    cells = [g.shapes[0] for g in picture.groups if g.title]
    assert len(cells) == 8
    for cell in cells:
        assert isinstance(cell, Polygon)
        (left, top), (right, bottom) = cell.points[0], cell.points[2]
        assert not (left < middle[0] < right and top < middle[1] < bottom)


def test_jumps_and_cells_that_are_never_entered() -> None:
    """In the cliff walk the cliff leads back to the start; nobody stands in it."""
    read = import_gymnasium("CliffWalking-v1")
    found = words(environment_svg(read.environment))
    assert "may lead to r3c0" in found
    assert "never entered" in found
    assert "right: reward_minus_100, to r3c0 with 1" in "\n".join(titles(environment_svg(read.environment)))


def test_a_cell_from_where_all_actions_lead_far_says_where_to() -> None:
    """As in the grid with two doors of Sutton and Barto."""
    doors = with_rows(grid(3, 4), {(1, a): ((9, ONE),) for a in range(4)})
    found = words(environment_svg(doors))
    assert found.count("to r2_c1") == 1
    assert not any(word.startswith("may lead") for word in found)


def test_highlights() -> None:
    """States and actions that are pointed at are marked."""
    plain, marked = (environment_svg(grid(2, 2), highlight=some) for some in ((), (1, (2, 0))))
    assert (plain.count('"s-mark"'), marked.count('"s-mark"')) == (0, 2)


def arrow_boxes(group: Group) -> Iterator[tuple[float, float, float, float]]:
    """Yield where the arrows of a cell are."""
    for shape in group.shapes:
        is_head = isinstance(shape, Polygon) and shape.fill is not None and shape.fill.ink in ARROWS
        if is_head or isinstance(shape, Curve):
            xs, ys = zip(*points(shape), strict=True)
            yield min(xs), min(ys), max(xs), max(ys)


ARROWS = (Ink.TAKEN, Ink.PALE)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("with_reward", [False, True])
@pytest.mark.parametrize("with_policy", [False, True])
def test_nothing_is_written_over_anything(seed: int, *, with_reward: bool, with_policy: bool) -> None:
    """In no cell texts share room with each other or with arrows, and each stays in its cell."""
    random = Random(seed)
    rows, columns = ((2, 2), (3, 4), (5, 5), (9, 12), (22, 28))[seed % 5]
    labels = (
        Label("goal", frozenset(random.sample(range(rows * columns), 2))),
        Label("push", pairs=frozenset({(0, 1), (1, 0), (2, 3)})),
    )
    where = grid(rows, columns, labels=labels, slip=random.choice((Fraction(0), Fraction(1, 5))))
    states = range(len(where.states))
    laws = [*(((a, ONE),) for a in range(4)), ANY, ((0, Fraction(1, 12)), (2, Fraction(11, 12)))]
    policy = tuple(random.choice(laws) for _ in states) if with_policy else None
    values = [Fraction(random.randint(-99, 99), random.randint(1, 99)) for _ in range(5)]
    entries = [
        RewardEntry(s, a, None, value) for s in states for a in range(4) if (value := random.choice(values))
    ]
    picture = environment_picture(where, policy=policy, reward=entries if with_reward else None)
    assert is_inside(picture)
    for group in picture.groups:
        if group.title is None:
            continue
        cell = group.shapes[0]
        assert isinstance(cell, Polygon)
        (left, top), (right, bottom) = cell.points[0], cell.points[2]
        found = [(said(text), box(text)) for text in texts(group)]
        for word, (x, y, x_end, y_end) in found:
            assert (left <= x, top <= y, x_end <= right, y_end <= bottom) == (True,) * 4, word
        for (one, here), (other, there) in combinations(found, 2):
            assert not overlap(here, there), (one, other)
        for word, here in found:
            assert not any(overlap(here, there) for there in arrow_boxes(group)), word


def test_large_grids_are_drawn_without_texts() -> None:
    """A hundred by a hundred is the largest; the cells are small then."""
    picture = environment_picture(grid(40, 40))
    assert not any(True for group in picture.groups if group.title for _ in texts(group))
    assert picture.width < 1_400
