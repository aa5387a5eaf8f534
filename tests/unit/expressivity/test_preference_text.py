"""What a task asks, constraint by constraint, in the words of the file."""

from __future__ import annotations

import specexpr as sx
from specexpr.expressivity.preference_text import preference_texts

ROOMS = """
environment here { states s t; actions a b; start s; s / * -> t; t / * -> t }
environment there { states s t; actions a b; start s; s / * -> t; t / * -> t }
family both { here, there }
policy a in both { * -> a }
policy "the other" in both { * -> b }
objective one in here = reward { discount 1/2; s / a: 1 }
"""


def texts(task: str) -> tuple[str, ...]:
    """Return what the only task of a document asks."""
    (found,) = sx.loads(ROOMS + task).tasks
    return preference_texts(found)


def test_chains_and_sets() -> None:
    """Links of a chain stand alone; sets are listed after the constraints, with their universe."""
    task = 'task t in here { accept a over "the other"; a > "the other" ~ "the other"; accept equally a }'
    assert texts(task) == (
        'a > "the other"',
        '"the other" ~ "the other"',
        'accept a over "the other"',
        "accept equally a",
    )


def test_families_and_sequences() -> None:
    """In a family each says where; sequences are written out."""
    assert texts('task t in both { in here { a > "the other" }  in there { "the other" ~ a } }') == (
        'in here a > "the other"',
        'in there "the other" ~ a',
    )
    assert texts("task t in here { trajectories (s a t b) > (s b t b) }") == ("(s a t b) > (s b t b)",)


def test_orders_of_objectives() -> None:
    """What an objective asks is said policy by policy."""
    assert texts('task t in here { order "the other" a by one }') == ('a > "the other"',)


def test_long_lists() -> None:
    """Of many policies the first few are named."""
    policies = "".join(f"policy p{k} in wide {{ * -> a{k} }}\n" for k in range(9))
    actions = " ".join(f"a{k}" for k in range(9))
    names = " ".join(f"p{k}" for k in range(9))
    text = f"environment wide {{ states s; actions {actions}; start s; s / * -> s }}\n{policies}"
    (task,) = sx.loads(text + f"task t in wide {{ accept {names} over p0 }}").tasks
    assert preference_texts(task) == ("accept p0 p1 p2 p3 p4 and 4 others over p0",)
