"""What is printed reads back as the same document."""

import sys
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from specexpr.document import loads, print_document, print_environment

sys.path.insert(0, str(Path(__file__).parent))
from strategies import documents

SLOW = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def placeless(document):
    """Return a document without the lines and spans of its tasks."""

    def task(one):
        constraints = tuple(replace(c, line=None) for c in one.constraints)
        acceptable = tuple(replace(c, line=None) for c in one.acceptable)
        return replace(one, constraints=constraints, acceptable=acceptable, span=None)

    return replace(document, tasks=tuple(map(task, document.tasks)), policies=dict(document.policies))


@SLOW
@given(documents())
def test_a_document_prints_and_reads_back(document):
    """print, read, print: equal objects, and the same text."""
    text = print_document(document)
    again = loads(text)
    assert placeless(again) == placeless(document)
    assert print_document(again) == text


def test_an_order_is_printed_as_the_order_that_it_is():
    """A task that an objective induces keeps saying so."""
    document = loads("""
        environment e { states s0 s1; actions a b; start s0; s0 / a -> s0; s0 / b -> s1; s1 / * -> s1 }
        policy stay in e { * -> a }
        policy go in e { * -> b }
        objective fast in e = reward { discount 9/10; s1 / *: 1 }
        task t in e { order stay go by fast }
    """)
    again = loads(print_document(document))
    assert again.task("t").induced_by == document.objective("fast")
    assert "order stay go by fast" in print_document(document)


def test_many_states_are_printed_in_lines_of_bounded_width():
    """Names are wrapped; rows that are equal for all actions are written once."""
    states = " ".join(f"s{i}" for i in range(200))
    text = f"environment e {{\nstates {states}\nactions a b\nstart s0\n* / * -> s0\n}}"
    environment = loads(text).environment("e")
    printed = print_environment(environment)
    assert max(map(len, printed.splitlines())) <= 110
    assert "  s7 / * -> s0\n" in printed
    assert loads(printed).environment("e") == environment
