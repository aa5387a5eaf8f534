"""Options that bear on nothing that is asked: one warning, in the words of the command line."""

from __future__ import annotations

from specexpr.diagnostics import Severity
from specexpr.report.unused import unused_options


def test_flags_are_called_as_they_are_given() -> None:
    """All in one warning, each with the formalisms that it is for; many of those are only counted."""
    many = list("abcdef")
    found = {"machine_states": ["rm"], "modulo_unreachable": ["mr", "lar"], "discount": many}
    (said,) = unused_options(found)
    assert said.severity is Severity.WARNING
    assert said.message == (
        "no formalism that is asked uses --machine-states (for rm), --modulo (for mr, lar), "
        "--discount (for a, b, c, d and 2 more)"
    )


def test_nothing_is_said_of_nothing() -> None:
    """No warning where all options are of use."""
    assert unused_options({}) == []
