"""The pages under test, and what a test reads of their text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import specexpr as sx

HOSTILE = "<script>alert('x')</script>"
ROOMS = f"""
discount 9/10
environment "{HOSTILE}" {{
  states "<b>s0" "s1&amp;"
  actions stay "<img src=x onerror=alert(1)>"
  start "<b>s0"
  "<b>s0" / stay -> "<b>s0"
  "<b>s0" / "<img src=x onerror=alert(1)>" -> "s1&amp;"
  "s1&amp;" / * -> "s1&amp;"
}}
policy here in "{HOSTILE}" {{ * -> stay }}
policy "</pre></script>there" in "{HOSTILE}" {{ * -> "<img src=x onerror=alert(1)>" }}
policy late in "{HOSTILE}" {{ "<b>s0" -> stay; "s1&amp;" -> "<img src=x onerror=alert(1)>" }}
objective "\\" onclick=\\"alert(1)" in "{HOSTILE}" = reward {{ "s1&amp;" / *: 1 }}
task "javascript:alert(1)" in "{HOSTILE}" {{ "</pre></script>there" > here }}
task "a<b & \\"c\\"" in "{HOSTILE}" {{ here > late }}
"""
"""Names that would be tags, attributes or scripts in a page that does not escape them."""

WAY = """
discount 9/10
environment way {
  states  cupboard shelf table
  actions take leave
  start   cupboard
  cupboard / * -> shelf
  shelf    / * -> table
  table    / * -> table
  label cup { cupboard / take, shelf / take }
}
policy none   in way { * -> leave }
policy first  in way { cupboard -> take; * -> leave }
policy second in way { shelf -> take; * -> leave }
policy both   in way { cupboard -> take; shelf -> take; table -> leave }
objective counter in way = machine {
  start none
  none -> one  on cup : 1
  one  -> many on cup : -10/9
  else stay
}
task one   in way { order none first second both by counter }
task more  in way { both > first; both > second; first > none; second > none }
task a_task_with_a_name_that_is_longer_than_a_telephone_is_wide in way { both > none }
"""
"""A machine with its product, a conflict, witness rewards."""


def grid(side: int) -> str:
    """Return a document about a square grid, on which a policy that goes one way is best."""
    moves = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}
    cells = [(r, c) for r in range(side) for c in range(side)]
    lines = ["discount 9/10", "environment grid {", f"states {' '.join(f'r{r}c{c}' for r, c in cells)}"]
    lines += ["actions up down left right", "start r0c0"]
    for r, c in cells:
        for name, (down, right) in moves.items():
            to = r + down, c + right
            r1, c1 = to if to in cells else (r, c)
            lines.append(f"r{r}c{c} / {name} -> r{r1}c{c1}")
    lines += ["}", *(f"policy all_{name} in grid {{ * -> {name} }}" for name in moves)]
    lines += ["policy below in grid { r0c0 -> down; * -> right }"]
    lines += ["policy either in grid { r0c0 -> { right: 1/2, down: 1/2 }; * -> right }"]
    lines += ["task right in grid { all_right > all_down; all_right > all_up }"]
    lines += ["task coin in grid { either > all_right; either > below }"]
    return "\n".join(lines)


def comparison() -> sx.Comparison:
    """Return a comparison with every part that a page may have."""
    documents = [sx.loads(text, name=name) for name, text in (("<rooms>.spex", ROOMS), ("way.spex", WAY))]
    documents.append(sx.loads(grid(8), name="grid.spex"))
    table = sx.compare(documents, ["mr", "lar", "rm", "rrl", "ltl", "ftr", "po", "cvar"], timeout=20)
    for row in table.rows:
        table.repairs(row.task.name, "mr", document=row.document.source.name)
    return table


@dataclass(slots=True)
class Tag:
    """A tag with its attributes and the text inside it."""

    name: str
    attributes: dict[str, str | None]
    inside: tuple[Tag, ...]
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return the text inside, without what surrounds it."""
        return " ".join("".join(self.texts).split())


VOID = {"meta", "link", "br", "img", "input", "hr"}


class Reader(HTMLParser):
    """Collects tags and texts, and refuses what is not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[Tag] = []
        self.texts: list[str] = []
        self._open: list[Tag] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"<{tag}> has an attribute twice"
        self.tags.append(Tag(tag, dict(attrs), tuple(self._open)))
        if tag not in VOID:
            self._open.append(self.tags[-1])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(Tag(tag, dict(attrs), tuple(self._open)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().name == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        if not any(tag.name in ("style", "script") for tag in self._open):
            self.texts.append(data)
        for tag in self._open:
            tag.texts.append(data)

    def all(self, *names: str) -> Iterator[Tag]:
        """Yield the tags with one of these names."""
        return (tag for tag in self.tags if tag.name in names)

    @property
    def text(self) -> str:
        """Return what there is to be read."""
        return "".join(self.texts)


def read(page: str) -> Reader:
    """Return the tags and texts of a page whose tags are closed in order."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert not reader._open
    return reader
