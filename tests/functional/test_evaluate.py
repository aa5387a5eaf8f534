"""`evaluate`: exact values of every objective at every policy."""

from __future__ import annotations

import json

from tests.functional.commands import ENTAILMENT, ROOMS, Run

LONG = "policy coin in rooms { s0 -> { stay: 1/3, go: 2/3 }; * -> go }\n"


def test_table(specexpr: Run) -> None:
    """People see a table of objectives and policies; a long rational has its decimals beside it."""
    done = specexpr("evaluate", "-", stdin=ROOMS + LONG)
    assert done.stdout == ("objective  here  there  coin\nfast       0     8      160/21 = 7.61904...\n")


def test_json(specexpr: Run) -> None:
    """Programs get the contract's document, values exact."""
    done = specexpr("evaluate", "-", "--json", stdin=ROOMS + LONG)
    expected = [
        {"objective": "fast", "environment": "rooms", "policy": policy, "value": value}
        for policy, value in (("here", "0"), ("there", "8"), ("coin", "160/21"))
    ]
    assert json.loads(done.stdout) == {"schema": "specexpr/1", "values": expected}


def test_nothing(specexpr: Run) -> None:
    """A file without objectives has nothing to evaluate, and that is no error."""
    done = specexpr("evaluate", "e.spex", files={"e.spex": ENTAILMENT})
    assert (done.returncode, done.stdout) == (0, "e.spex has no objective: nothing to evaluate\n")
    assert json.loads(specexpr("evaluate", "e.spex", "--json").stdout)["values"] == []
