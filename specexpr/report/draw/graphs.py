"""Environments and products as graphs: states, actions, probabilities, with what stands out among them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction

from specexpr.certify.proofs import RewardEntry
from specexpr.diagnostics import Diagnostic, SpecError
from specexpr.models.environment import Environment
from specexpr.product.dot import COLOURS, PLAIN, Emphasis, ProcessGraph, html, product_graph, with_labels
from specexpr.product.product import Product
from specexpr.report.draw.layout import laid_out
from specexpr.report.draw.picture import Picture
from specexpr.report.rationals import compact
from specexpr.syntax.guards import Step
from specexpr.syntax.names import shown

MOST_DRAWN = 400
"""A graph of more nodes and arrows than this is neither quick to draw nor of use."""

_ZERO = Fraction(0)
_NO_MARKS: frozenset[int] = frozenset()


def environment_graph(
    environment: Environment,
    *,
    taken: Mapping[tuple[int, int], Emphasis] | None = None,
    reward: Sequence[RewardEntry] = (),
    faint: Collection[int] = (),
    highlight: Collection[int | tuple[int, int]] = (),
    title: str,
    description: str = "",
) -> Picture:
    """Return an environment as a graph; raise SpecError (`too-large-to-draw`) where nobody could read it."""
    hint = "grids are drawn up to a larger size: name the states by row and column, r0_c0 r0_c1"
    refuse_large(environment, f"the environment {shown(environment.name)}", "states", hint)
    pays: dict[tuple[int, int, int | None], Fraction] = {}
    for entry in reward:
        place = entry.state, entry.action, entry.next
        pays[place] = pays.get(place, _ZERO) + entry.value

    def on_step(step: Step) -> tuple[Fraction, frozenset[int]]:
        s, a, _ = step
        return pays.get((s, a, None), _ZERO) + pays.get(step, _ZERO), _NO_MARKS

    graph = ProcessGraph(
        environment=environment,
        labels=[_state_label(environment, s) for s in range(len(environment.states))],
        fills=_fills(environment),
        shown=on_step,
        write=compact,
        taken=taken,
        faint=faint,
        marked=frozenset(highlight),
    )
    return laid_out(graph.dot(title=title), title=title, description=description, titles=_titles(environment))


def product_picture(
    product: Product, *, title: str, hint: str = "specexpr product writes it in other formats"
) -> Picture:
    """Return a product as a graph; raise SpecError (`too-large-to-draw`) for one that nobody could read."""
    refuse_large(product.environment, "the product", "nodes", hint)
    count = len(product.nodes)
    nodes = "1 node" if count == 1 else f"{count} nodes"
    description = f"The product with {nodes}: each is a state of the memory and a state."
    graph = product_graph(product)
    return laid_out(
        graph.dot(title=title), title=title, description=description, titles=_titles(product.environment)
    )


def refuse_large(environment: Environment, what: str, nodes: str, hint: str) -> None:
    """Raise SpecError (`too-large-to-draw`) where a graph has more nodes and arrows than can be read."""
    count = len(environment.states)
    arrows = sum(len(law) for row in environment.model.rows for law in row.values())
    if count + arrows > MOST_DRAWN:
        message = (
            f"{what} has {count} {nodes} and {arrows} transitions, too many for a picture: "
            f"a graph may have {MOST_DRAWN} of both together"
        )
        raise SpecError([Diagnostic(id="too-large-to-draw", message=message, help=hint)])


def _state_label(environment: Environment, s: int) -> str:
    return with_labels(f"<b>{html(environment.states[s])}</b>", environment, s)


def _fills(environment: Environment) -> list[str]:
    """Return a colour for each set of labels that states carry; those without any are plain."""
    known: dict[frozenset[str], str] = {frozenset(): PLAIN}
    found = []
    for s in range(len(environment.states)):
        carried = frozenset(label.name for label in environment.labels if s in label.states)
        found.append(known.setdefault(carried, COLOURS[(len(known) - 1) % len(COLOURS)]))
    return found


def _titles(environment: Environment) -> dict[str, str]:
    """Return what is said of each node when one points at it."""
    return {str(s): state_words(environment, s) for s in range(len(environment.states))}


def state_words(environment: Environment, s: int) -> str:
    """Return a state with the labels that it carries."""
    carried = [label.name for label in environment.labels if s in label.states]
    return f"{environment.states[s]}: {', '.join(carried)}" if carried else environment.states[s]
