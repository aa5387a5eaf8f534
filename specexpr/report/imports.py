"""An imported environment as a document: its reward as an objective, an example task to uncomment."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping

from specexpr.diagnostics import Diagnostic, Source, SpecError
from specexpr.document.document import Document
from specexpr.document.printing import print_document
from specexpr.expressivity.task import Objective, Options
from specexpr.formalisms.reward import FORMALISM as REWARD
from specexpr.formalisms.reward import Reward
from specexpr.models.environment import Environment
from specexpr.models.imported import Imported
from specexpr.report.layout import printable
from specexpr.syntax.names import clipped, write_name

_FEW = 3


def imported_text(imported: Imported, *, origin: str) -> str:
    """Return the text of a document with the environment; `origin`, its first line, says where it is from."""
    environment = imported.environment
    head = [f"# {printable(origin)}"]
    head += (f"# {note.severity}: {printable(note.message)}" for note in imported.notes)
    objectives: tuple[Objective, ...] = ()
    if imported.discount is not None:
        spec = Reward(imported.discount, imported.reward)
        objectives = (Objective("reward", environment, REWARD.id, spec),)
    document = Document(
        source=Source("", ""),
        environments=(environment,),
        policies={environment.name: ()},
        objectives=objectives,
        options=Options(discount=imported.discount),
    )
    example = [f"# {text}" for text in _example(environment, by_reward=bool(objectives))]
    return "\n".join([*head, "", print_document(document), *example]).rstrip("\n") + "\n"


def refuse_options(id: str, options: Mapping[str, object]) -> None:
    """Raise SpecError for options of a Gymnasium environment that are not of the kind of their defaults.

    Gymnasium takes any text for true. Options without a default, and environments that it does not know, are
    left to it.
    """
    problems: list[Diagnostic] = []
    defaults = _defaults(id) if options else {}
    for name, value in options.items():
        default = defaults.get(name)
        if isinstance(default, bool):
            is_fit, wanted = isinstance(value, bool), "true or false"
        elif isinstance(default, int | float):
            is_fit, wanted = isinstance(value, int | float) and not isinstance(value, bool), "a number"
        else:
            continue
        if not is_fit:
            kind = "the text " if isinstance(value, str) else ""
            message = f"option {name} must be {wanted}, not {kind}{clipped(json.dumps(value))}"
            hint = f"by default it is {json.dumps(default)}"
            problems.append(Diagnostic(id="usage", message=message, help=hint))
    if problems:
        raise SpecError(problems)


def _defaults(id: str) -> Mapping[str, object]:
    """Return the defaults of the options of a Gymnasium environment, none if they cannot be found."""
    try:
        import gymnasium
        from gymnasium.envs.registration import load_env_creator

        spec = gymnasium.spec(id)
        entry = spec.entry_point
        maker = load_env_creator(entry) if isinstance(entry, str) else entry
        found = {} if maker is None else inspect.signature(maker).parameters
    except Exception:  # whatever a third party raises here, it says better when it makes the environment
        return {}
    return {name: one.default for name, one in found.items()} | dict(spec.kwargs)


def _example(environment: Environment, *, by_reward: bool) -> Iterator[str]:
    """Yield the lines of a task about policies that always do the same."""
    rows = environment.model.rows
    common = [a for a in range(len(environment.actions)) if all(a in row for row in rows)][:_FEW]
    if len(common) < 2:
        return
    scope = write_name(environment.name)
    names = [write_name(f"always_{environment.actions[a]}") for a in common]
    yield "A task to start from; remove the leading '#' of the lines below:"
    for a, name in zip(common, names, strict=True):
        yield f"policy {name} in {scope} {{ * -> {write_name(environment.actions[a])} }}"
    asked = f'order {" ".join(names)} by "reward"' if by_reward else " > ".join(names)
    yield f"task example in {scope} {{ {asked} }}"
