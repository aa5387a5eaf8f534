"""`evaluate` and `product` on objectives over a return, as a user meets them."""

from __future__ import annotations

import json

import pytest

from tests.functional.commands import Run

LAKE = """\
environment lake {
  states shore ice hole goal
  actions walk wait
  start shore
  shore / walk -> ice
  shore / wait -> shore
  ice   / walk -> { goal: 4/5, hole: 1/5 }
  ice   / wait -> ice
  hole  / *    -> hole
  goal  / *    -> goal
}
policy bold in lake { * -> walk }
policy slow in lake { * -> { walk: 1/2, wait: 1/2 } }
policy idle in lake { * -> wait }
objective gain in lake = total { ice / walk / goal: 10; shore / *: -1; ice / *: -1 }
"""
RISKS = """\
objective shy   in lake = cvar { 1/4 of gain }
objective floor in lake = quantile { 1/4 of gain }
objective even  in lake = variance { 1/8 of gain }
objective wary  in lake = entropic { -1/10 of gain }
objective root  in lake = utility { power 1/2 of gain }
"""


def test_values(specexpr: Run) -> None:
    """Exact ones, enclosures, and a dash where there is none; why is on standard error."""
    done = specexpr("evaluate", "-", stdin=LAKE + RISKS)
    assert done.returncode == 0
    lines = {line.split()[0]: line.split() for line in done.stdout.splitlines() if line}
    assert lines["objective"] == ["objective", "bold", "slow", "idle"]
    assert lines["gain"] == ["gain", "6", "4", "-"]
    assert lines["shy"][1] == "0"
    assert lines["floor"][1:] == ["8", "2", "-"]
    assert lines["even"][1] == "4"
    assert lines["wary"][1] == "about"
    assert lines["root"][1:] == ["root", "-", "-", "-"][1:]
    warnings = done.stderr.splitlines()
    assert (
        'policy "idle" has no value by "gain": steps from shore pay again and again, for ever' in done.stderr
    )
    assert sum("no-value" in line for line in warnings) == 8
    assert "Traceback" not in done.stderr


def test_values_as_json(specexpr: Run) -> None:
    """What has no value is left out; an enclosure has two ends."""
    text = LAKE + RISKS
    done = specexpr("evaluate", "-", "--json", stdin=text)
    values = {(v["objective"], v["policy"]): v["value"] for v in json.loads(done.stdout)["values"]}
    assert values["gain", "bold"] == "6"
    assert ("gain", "idle") not in values
    assert values["wary", "bold"].keys() == {"lo", "hi"}


@pytest.mark.parametrize("form", ["dot", "json", "drn", "svg"])
def test_the_product_with_what_was_paid(specexpr: Run, form: str) -> None:
    """In all formats; a total whose loops pay has none, and says what to do."""
    text = LAKE.replace("shore / *: -1; ice / *: -1", "ice / walk: -1") + RISKS
    done = specexpr("product", "-", "--objective", "shy", "--format", form, stdin=text)
    assert (done.returncode, done.stderr) == (0, "")
    assert "paid" in done.stdout
    assert "9" in done.stdout
    endless = LAKE + RISKS
    refused = specexpr("product", "-", "--objective", "shy", "--format", form, stdin=endless)
    assert refused.returncode == 3
    assert "error[no-product]: what is paid on the way takes infinitely many values" in refused.stderr
    assert "give a horizon" in refused.stderr


def test_an_order_by_what_has_no_value(specexpr: Run) -> None:
    """An error that names the policy, the objective and the reason."""
    text = LAKE + RISKS + "task t in lake { order bold idle by shy }\n"
    done = specexpr("check", "-", stdin=text)
    assert done.returncode == 3
    assert 'error[no-value]: policy "idle" has no value by shy: steps from' in done.stderr
