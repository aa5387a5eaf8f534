"""An imported environment as a document: its reward as an objective, an example task to uncomment."""

from __future__ import annotations

from collections.abc import Iterator

from specexpr.diagnostics import Source
from specexpr.document.document import Document
from specexpr.document.printing import print_document
from specexpr.expressivity.task import Objective, Options
from specexpr.formalisms.reward import FORMALISM as REWARD
from specexpr.formalisms.reward import Reward
from specexpr.models.environment import Environment
from specexpr.models.imported import Imported
from specexpr.report.layout import printable
from specexpr.syntax.names import write_name

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
