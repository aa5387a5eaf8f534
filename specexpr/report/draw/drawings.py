"""Pictures as SVG texts, one function for each kind of thing.

What they have in common. title: what the picture is called, for those who do not see it. prefix: what its ids
start with, another one for each picture of a page. background: a colour behind it, "white" for a file; None
lets the page through, whose style sheet is `drawing_css()`. Too large a thing raises SpecError
(`too-large-to-draw`), with the limit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from specexpr.certify.model import Table
from specexpr.certify.proofs import RewardEntry, Term
from specexpr.expressivity.task import Task
from specexpr.models.environment import Environment
from specexpr.product.automaton import Automaton
from specexpr.product.machine import RewardMachine
from specexpr.product.product import Product
from specexpr.report.draw.conflicts import conflict_picture
from specexpr.report.draw.environments import Place, environment_picture
from specexpr.report.draw.graphs import product_picture
from specexpr.report.draw.memories import automaton_picture, machine_picture
from specexpr.report.draw.orders import hasse_picture
from specexpr.report.draw.svg import svg_text


def environment_svg(
    environment: Environment,
    *,
    policy: Table | None = None,
    reward: Sequence[RewardEntry] | None = None,
    highlight: Collection[Place] = (),
    title: str | None = None,
    prefix: str = "drawing",
    background: str | None = None,
) -> str:
    """Return an environment, a grid where it is one; see `environments.environment_picture`."""
    picture = environment_picture(environment, policy=policy, reward=reward, highlight=highlight, title=title)
    return svg_text(picture, prefix=prefix, background=background)


def machine_svg(
    environment: Environment,
    machine: RewardMachine,
    *,
    title: str = "reward machine",
    prefix: str = "drawing",
    background: str | None = None,
) -> str:
    """Return a reward machine in an environment where it is deterministic and total."""
    picture = machine_picture(environment, machine, title=title)
    return svg_text(picture, prefix=prefix, background=background)


def automaton_svg(
    environment: Environment,
    automaton: Automaton,
    *,
    caption: str = "",
    title: str = "automaton",
    prefix: str = "drawing",
    background: str | None = None,
) -> str:
    """Return an automaton with its acceptance condition, and a caption such as the formula that it is of."""
    picture = automaton_picture(environment, automaton, title=title, caption=caption)
    return svg_text(picture, prefix=prefix, background=background)


def product_svg(
    product: Product, *, title: str = "product", prefix: str = "drawing", background: str | None = None
) -> str:
    """Return a product."""
    return svg_text(product_picture(product, title=title), prefix=prefix, background=background)


def conflict_svg(
    task: Task,
    terms: Sequence[Term],
    *,
    title: str = "conflict",
    prefix: str = "drawing",
    background: str | None = None,
) -> str:
    """Return the two sides of each constraint of a conflict side by side; see `conflicts`."""
    return svg_text(conflict_picture(task, terms, title=title), prefix=prefix, background=background)


def hasse_svg(
    classes: Sequence[Sequence[str]],
    edges: Iterable[tuple[int, int]],
    *,
    weak: Collection[tuple[int, int]] = (),
    title: str = "order",
    prefix: str = "drawing",
    background: str | None = None,
) -> str:
    """Return classes of tied names with lines from greater to lesser ones; see `orders.hasse_picture`."""
    picture = hasse_picture(classes, edges, weak=weak, title=title)
    return svg_text(picture, prefix=prefix, background=background)
