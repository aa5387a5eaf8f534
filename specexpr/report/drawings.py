"""What `draw` draws: the thing that a name of a document stands for, as a picture, into a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from specexpr.certify.proofs import RewardEntry
from specexpr.diagnostics import Diagnostic, SpecError
from specexpr.document.document import Document
from specexpr.expressivity.task import Objective
from specexpr.formalism import find_formalism
from specexpr.models.environment import Environment
from specexpr.product.automaton import Automaton
from specexpr.product.machine import RewardMachine
from specexpr.report.draw.environments import environment_picture
from specexpr.report.draw.graphs import product_picture
from specexpr.report.draw.memories import automaton_picture, machine_picture
from specexpr.report.draw.picture import Picture
from specexpr.report.draw.raster import png_bytes
from specexpr.report.draw.svg import svg_text
from specexpr.report.draw.tasks import task_picture
from specexpr.report.files import write_bytes
from specexpr.report.products import find_objective, find_product
from specexpr.syntax.names import clipped, name_hint, shown

KINDS = ("environment", "policy", "objective", "task")
FORMS = (".svg", ".png")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be drawn: a name, of what kind and in which environment where that is not clear.

    policy, reward: names of what is drawn on an environment. is_product: the product of an objective.
    """

    name: str
    kind: str | None = None
    environment: str | None = None
    policy: str | None = None
    reward: str | None = None
    is_product: bool = False


def form_of(path: str | None) -> str:
    """Return the ending of a file's name, ".svg" where there is no file; raise SpecError for any other."""
    if path in (None, "-"):
        return ".svg"
    form = Path(path or "").suffix.lower()
    if form not in FORMS:
        message = f'"{clipped(path or "")}" must end in .svg or .png'
        raise SpecError([Diagnostic(id="usage", message=message, help="the ending says what is written")])
    return form


def find_picture(document: Document, wanted: Wanted) -> Picture:
    """Return the picture of what a name stands for; raise SpecError where that is nothing, or too large."""
    kind = _kind(document, wanted)
    _refuse_flags(wanted, kind)
    match kind:
        case "environment":
            return _environment(document, document.environment(wanted.name), wanted)
        case "policy":
            return _environment(document, _home(document, wanted), replace(wanted, policy=wanted.name))
        case "task":
            return task_picture(document.task(wanted.name))
        case _:
            objective = find_objective(document, wanted.name, environment=wanted.environment)
            return _product(objective) if wanted.is_product else objective_picture(objective)


def _refuse_flags(wanted: Wanted, kind: str) -> None:
    """Raise SpecError for a flag that says nothing of what is drawn."""
    flags = {
        "--policy": (wanted.policy, ("environment",)),
        "--reward": (wanted.reward, ("environment", "policy")),
        "--product": (wanted.is_product, ("objective",)),
    }
    for flag, (given, able) in flags.items():
        if given and kind not in able:
            message = f"{flag} is for {' or '.join(map(_a, able))}, {shown(wanted.name)} is {_a(kind)}"
            raise SpecError([Diagnostic(id="usage", message=message, help=f"name {_a(able[0])}")])


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "eo" else f"a {kind}"


def _kind(document: Document, wanted: Wanted) -> str:
    """Return what kind of thing a name stands for; raise SpecError where it is none, or several."""
    names = _names(document)
    kinds = [kind for kind in KINDS if wanted.name in names[kind] and wanted.kind in (None, kind)]
    if len(kinds) == 1:
        return kinds[0]
    if kinds:
        message = f"{shown(wanted.name)} is the name of several things: {', '.join(kinds)}"
        hint = f"say which with --kind {kinds[0]}"
        raise SpecError([Diagnostic(id="usage", message=message, help=hint)])
    among = KINDS if wanted.kind is None else (wanted.kind,)
    known = tuple(dict.fromkeys(name for kind in among for name in names[kind]))
    what = wanted.kind or "environment, policy, objective or task"
    message = f"{document.source.name} has no {what} {shown(wanted.name)}"
    hint = name_hint(wanted.name, known, kind=wanted.kind or "declared")
    raise SpecError([Diagnostic(id="unknown-name", message=message, help=hint)])


def _names(document: Document) -> Mapping[str, tuple[str, ...]]:
    """Return the names of what can be drawn, by kind."""
    policies = (one.name for some in document.policies.values() for one in some if one.name is not None)
    return {
        "environment": tuple(one.name for one in document.environments),
        "policy": tuple(dict.fromkeys(policies)),
        "objective": tuple(dict.fromkeys(one.name for one in document.objectives)),
        "task": tuple(one.name for one in document.tasks),
    }


def _home(document: Document, wanted: Wanted) -> Environment:
    """Return the environment of a policy; raise SpecError where the name does not say which."""
    name = wanted.name
    homes = [place for place, some in document.policies.items() if any(one.name == name for one in some)]
    if wanted.environment is not None:
        document.policy(name, environment=wanted.environment)
        return document.environment(wanted.environment)
    if len(homes) > 1:
        message = f"several environments have the policy {shown(name)}"
        hint = f"say which with --environment: {', '.join(map(shown, homes))}"
        raise SpecError([Diagnostic(id="usage", message=message, help=hint)])
    return document.environment(homes[0])


def _environment(document: Document, environment: Environment, wanted: Wanted) -> Picture:
    """Return an environment with what is drawn on it."""
    named = wanted.policy
    table = None if named is None else document.policy(named, environment=environment.name).table
    reward: tuple[RewardEntry, ...] | None = None
    if wanted.reward is not None:
        objective = document.objective(wanted.reward, environment=environment.name)
        reward = _entries(objective)
        if reward is None:
            message = (
                f"the objective {shown(objective.name)} is no reward: {objective.formalism} has none to draw"
            )
            raise SpecError([Diagnostic(id="nothing-to-draw", message=message, help=_INSTEAD)])
    title = ", ".join(name for name in (environment.name, named, wanted.reward) if name is not None)
    return environment_picture(environment, policy=table, reward=reward, title=title)


def objective_picture(objective: Objective) -> Picture:
    """Return a machine, the automaton of a formula, or a reward on its environment.

    Raises SpecError (`nothing-to-draw`) where an objective is none of these.
    """
    environment, spec = objective.environment, objective.spec
    title = f"{environment.name}, {objective.name}"
    if isinstance(spec, RewardMachine):
        return machine_picture(environment, spec, title=title)
    if isinstance(spec, Automaton):
        return automaton_picture(environment, spec, title=title)
    entries = _entries(objective)
    if entries is not None:
        return environment_picture(environment, reward=entries, title=title)
    formalism = find_formalism(objective.formalism)
    if formalism is not None and formalism.product is not None:
        product = find_product(objective)
        if product.automaton is not None:
            caption = "" if formalism.print is None else formalism.print(environment, spec)
            return automaton_picture(product.origin, product.automaton, title=title, caption=caption)
    message = f"the objective {shown(objective.name)} has no picture: {objective.formalism} has none"
    raise SpecError([Diagnostic(id="nothing-to-draw", message=message, help=_INSTEAD)])


_INSTEAD = "there are pictures of rewards, machines, formulas and automata"


def _product(objective: Objective) -> Picture:
    title = f"{objective.environment.name}, {objective.name}"
    hint = "specexpr product writes it in other formats"
    return product_picture(find_product(objective), title=title, hint=hint)


def _entries(objective: Objective) -> tuple[RewardEntry, ...] | None:
    """Return what steps pay, if the objective is a reward under some clock."""
    entries = getattr(objective.spec, "entries", None)
    if isinstance(entries, tuple) and all(isinstance(entry, RewardEntry) for entry in entries):
        return entries
    return None


def write_picture(picture: Picture, path: str | None, *, show: Callable[[str], None]) -> None:
    """Write a picture to a file, or show its SVG; raise SpecError (`unwritable-output`) where that fails."""
    form = form_of(path)
    if path in (None, "-"):
        show(svg_text(picture, background="white"))
        return
    data = png_bytes(picture) if form == ".png" else svg_text(picture, background="white").encode("utf-8")
    write_bytes(path or "", data)
