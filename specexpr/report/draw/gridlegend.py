"""What can be drawn on a grid, and the legend that explains it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from specexpr.product.dot import Emphasis
from specexpr.report.draw.cells import STRONGEST, Square, brief, diamond
from specexpr.report.draw.gridfacts import Facts
from specexpr.report.draw.legend import Entry
from specexpr.report.draw.palette import Ink
from specexpr.report.draw.picture import Ellipse, Fill, Shape, Stroke, line, rectangle
from specexpr.syntax.names import clipped

UNREACHED = Fill(Ink.WALL, 0.18)
"""What lies over cells that are never entered."""

_MOST_SETS = 10
_MOST_JUMPS = 3
_THIN = Stroke(Ink.LINE, 0.75)


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is drawn of a grid beside its cells and labels.

    taken: the actions that stand out. reward: the mean of what an action pays in a state, None for nothing;
    is_mean where the next state matters. faint: states whose actions stand back. unreached: states that are
    never entered. highlight: states, and pairs of a state and an action, that are pointed at. is_panel where
    it is one of several pictures.
    """

    taken: Mapping[tuple[int, int], Emphasis] | None = None
    reward: Mapping[tuple[int, int], Fraction] | None = None
    is_mean: bool = False
    faint: Collection[int] = ()
    unreached: Collection[int] = ()
    highlight: Collection[int | tuple[int, int]] = ()
    is_panel: bool = False


def grid_entries(
    facts: Facts, content: Content, *, told: Collection[tuple[str, ...]], room: Square
) -> Iterator[Entry]:
    """Yield what is explained; `told` are the sets of labels that cells tell themselves, `room` is a cell."""
    yield Entry((Ellipse((4, 0), (3.5, 3.5), Fill(Ink.LINE)),), 8, "start")
    if any(facts.closed):
        outer, inner = (
            rectangle(0, -6, 12, 12, stroke=Stroke(Ink.PALE)),
            rectangle(2.5, -3.5, 7, 7, stroke=_THIN),
        )
        yield Entry((outer, inner), 12, "every action stays")
    yield from _labels(facts, content, told)
    has_room = room.is_readable if content.taken is None else room.is_roomy
    shown = (s for s in range(len(facts.rows)) if s not in content.unreached)
    if any(facts.jumps[s] for s in shown if s not in facts.far or not has_room):
        yield Entry((diamond((5, 0), 4.0),), 10, _jump_words(facts))
    if content.unreached:
        yield Entry((rectangle(0, -6, 12, 12, fill=UNREACHED, stroke=Stroke(Ink.PALE)),), 12, "never entered")
    if any(not facts.closed[s] for s in set(content.faint) - set(content.unreached)):
        sign = line((0, 0), (14, 0), stroke=Stroke(Ink.PALE, 3))
        yield Entry((sign,), 14, "where the policy never comes")
    if any(one.remark for one in (content.taken or {}).values()) and not room.is_roomy:
        yield Entry((line((0, 0), (14, 0), stroke=Stroke(Ink.TAKEN, 3)),), 14, "the wider, the likelier")
    if any((content.reward or {}).values()):
        yield _scale(content)
        yield from _corners(facts, content)


def _labels(facts: Facts, content: Content, told: Collection[tuple[str, ...]]) -> Iterator[Entry]:
    shown = [key for key in facts.tints if key not in told]
    for key in shown[:_MOST_SETS]:
        box = rectangle(0, -6, 12, 12, fill=Fill(facts.tints[key]), stroke=_THIN)
        yield Entry((box,), 12, ", ".join(key))
    if len(shown) > _MOST_SETS:
        yield Entry((), 0, f"and {len(shown) - _MOST_SETS} more sets of labels")
    hidden = []
    for label, ink in facts.pair_tints.items():
        name = clipped(label.name)
        if facts.is_sparse(label) and content.reward is None:
            yield Entry((rectangle(0, -2, 16, 4, fill=Fill(ink), stroke=_THIN),), 16, f"{name} (actions)")
        else:
            hidden.append(name)
    if hidden:
        noun = "label of actions" if len(hidden) == 1 else "labels of actions"
        yield Entry((), 0, f"not drawn: the {noun} {', '.join(hidden)}")


def _jump_words(facts: Facts) -> str:
    """Return where jumps lead, if that is said in a few words."""
    states = facts.environment.states
    pairs = {(s, t): None for s, jumps in enumerate(facts.jumps) for law in jumps.values() for t, _ in law}
    targets = {t for _, t in pairs}
    if len(targets) == 1:
        return f"may lead to {clipped(states[targets.pop()])}"
    if len(pairs) <= _MOST_JUMPS:
        return "may lead far: " + ", ".join(f"{clipped(states[s])} to {clipped(states[t])}" for s, t in pairs)
    return "may lead to a cell that is no neighbour"


def _scale(content: Content) -> Entry:
    """Return the scale of colours of rewards."""
    values = (content.reward or {}).values()
    low, high = min(*values, Fraction(0)), max(*values, Fraction(0))
    most = max(-low, high)
    shares = [k / 3 for k in range(-3 if low else 0, (3 if high else 0) + 1)]
    boxes: list[Shape] = []
    for k, share in enumerate(shares):
        fill = Fill(Ink.GAIN if share > 0 else Ink.LOSS, round(STRONGEST * abs(share), 3))
        boxes.append(rectangle(14 * k, -6, 14, 12, fill=fill, stroke=Stroke(Ink.PALE, 0.5)))
    ends = f"{brief(-most if low else Fraction(0))} to {brief(most if high else Fraction(0))}"
    kind = "mean reward" if content.is_mean else "reward"
    return Entry(tuple(boxes), 14 * len(shares), f"{kind}, {ends}")


def _corners(facts: Facts, content: Content) -> Iterator[Entry]:
    """Yield what stands in corners: actions without a direction, as long as they pay alike."""
    reward, ways = content.reward or {}, facts.lattice.directions
    others = [
        {a: reward.get((s, a), Fraction(0)) for a in row if a not in ways} for s, row in enumerate(facts.rows)
    ]
    if any(len(set(paid.values())) > 1 for paid in others):
        yield Entry((), 0, "not drawn: rewards of actions without a direction that differ")
    names = dict.fromkeys(facts.environment.actions[a] for paid in others for a in paid)
    if names:
        box = rectangle(0, -4, 14, 8, fill=Fill(Ink.CELL), stroke=_THIN)
        yield Entry((box,), 14, ", ".join(map(clipped, names)))
