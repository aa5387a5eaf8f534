"""Given objectives on the command line: asked, explained, written down, verified, compared with the file."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema

from tests.functional.commands import ROOT, Run

TEXT = """\
discount 1/2
environment rooms {
  states s0 s1; actions left right; start s0
  s0 / left -> s0; s0 / right -> s1; s1 / * -> s1
  label away { s1 }
}
policy go in rooms { * -> right }
policy stay in rooms { * -> left }
policy coin in rooms { s0 -> { left: 1/2, right: 1/2 }; s1 -> right }
objective fast in rooms = reward { s0 / right: 2 }
objective calm in rooms = horizon { steps 3; s0 / left: 1 }
objective there in rooms = ltl { F away & (!away U do right) }
objective once in rooms = machine { start u; u -> v on do right : 1; else stay }
objective long in rooms = average { s1 / *: 1 }
objective soon in rooms = quasihyperbolic { beta 1/2; s0 / right: 1 }
objective end in rooms = statediscount { discount s0 / *: 1/2; s0 / right: 3 }
task best in rooms { coin > go; coin > stay; given fast, calm }
task many in rooms { go > coin; given fast, calm, there, once, long, soon, end }
"""
IN = "lexmax,maxmin,maxmax,feasible,maxsat"


def test_output(specexpr: Run) -> None:
    """Which choice does, or which line each choice fails; what it was asked by stands beside it."""
    done = specexpr("check", "-", "--task", "best", "--in", "lexmax,consat", stdin=TEXT)
    assert done.stderr == ""
    assert (
        done.stdout
        == (
            "best: inexpressible in lexmax, given fast, calm\n"
            "  conflict of 2 constraints (line 17)\n"
            "  17 | task best in rooms { coin > go; coin > stay; given fast, calm }\n"
            "  Some objective comes first of fast and calm, and whichever it is, a constraint fails:\n"
            "    fast: coin > go (line 17), but it is 4/3 at coin and 2 at go\n"
            "    calm: coin > stay (line 17), but it is 7/8 at coin and 3 at stay\n"
            "  Values:\n"
            "    coin: fast = 4/3, calm = 7/8\n"
            "    go: fast = 2, calm = 0\n"
            "    stay: fast = 0, calm = 3\n"
            "\n"
        ).replace("7/4", "7/8")
        + done.stdout[done.stdout.index("best: expressible") :]
    )
    assert "best: expressible in consat, given fast, calm\n  calm subject to fast >= 4/3:\n" in done.stdout


def test_flag(specexpr: Run) -> None:
    """--given stands over what the task gives."""
    done = specexpr("check", "-", "--task", "best", "--in", "lexmax", "--given", "there,calm", stdin=TEXT)
    assert done.stdout.startswith("best: expressible in lexmax, given there, calm\n  there, then calm\n")
    done = specexpr("check", "-", "--task", "best", "--in", "lexmax", "--given", "slow", stdin=TEXT)
    assert done.returncode == 3
    assert 'no objective "slow"' in done.stderr


def results(specexpr: Run, text: str = TEXT) -> str:
    return specexpr("check", "-", "--in", IN, "--json", stdin=text).stdout


def test_results_are_as_the_schema_says(specexpr: Run) -> None:
    """Accounts under every clock, with and without a memory, and formulas with labels are written down."""
    document = json.loads(results(specexpr))
    schema = json.loads((ROOT / "specexpr" / "certify" / "schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, schema)
    (result, *_) = [one for one in document["results"] if one["task"] == "many"]
    given = {one["objective"]: one["measures"]["rooms"] for one in result["options"]["given"]}
    assert list(given) == ["fast", "calm", "there", "once", "long", "soon", "end"]
    assert "discount" not in result["options"]
    assert given["calm"]["clock"] == {"horizon": 3}
    assert given["long"]["clock"] == "average"
    assert given["soon"]["clock"] == {"discount": "1/2", "head": ["1", "1/4"]}
    assert given["end"]["clock"] == "by state"
    assert given["once"]["moves"][0]["to"] == 1
    assert given["there"]["labels"] == {"away": ["s1"]}


def test_results_verify(specexpr: Run, tmp_path: Path) -> None:
    """Alone and with their file."""
    done = specexpr("verify", "r.json", "e.spex", files={"r.json": results(specexpr), "e.spex": TEXT})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("10 results: 10 proved\n")


def test_other_objectives_than_the_file_has(specexpr: Run) -> None:
    """An objective that pays otherwise or is gone is an error; that the task names others, a warning."""
    changes = {
        "fast": ("s0 / right: 2", "s0 / right: 1"),
        "calm": ("steps 3", "steps 4"),
        "there": ("F away &", "G away |"),
        "once": ("on do right : 1", "on do right : 2"),
    }
    changed = TEXT
    for old, new in changes.values():
        changed = changed.replace(old, new)
    files = {"r.json": results(specexpr), "e.spex": changed}
    done = specexpr("verify", "r.json", "e.spex", files=files)
    assert done.returncode == 1
    assert done.stderr.count("error[results-differ]") >= len(changes)
    said = " ".join(done.stderr.split())
    for name in changes:
        assert f'by objective "{name}", which is another one in e.spex' in said
    for name in ("long", "soon", "end"):
        assert f'"{name}"' not in said
    files["e.spex"] = TEXT.replace("given fast, calm }", "given fast, once }").replace("soon", "late")
    done = specexpr("verify", "r.json", "e.spex", files=files)
    assert "was asked in lexmax by other objectives than e.spex gives" in done.stderr
    assert 'by objective "soon", which e.spex does not have' in done.stderr


def test_a_measure_that_is_altered_is_refused(specexpr: Run) -> None:
    """The kernel goes by what the results say of the objectives: other payments, another order."""
    document = json.loads(results(specexpr))
    (result,) = [r for r in document["results"] if (r["task"], r["formalism"]) == ("best", "maxmin")]
    result["options"]["given"][0]["measures"]["rooms"]["pays"][0]["value"] = "-2"
    done = specexpr("verify", "-", stdin=json.dumps(document))
    assert done.returncode == 1
    assert "10 results: 9 proved, 1 refused" in done.stdout


def test_evaluate(specexpr: Run) -> None:
    """Vectors are lists, numbers are numbers."""
    text = (
        TEXT
        + "objective both in rooms = lexmax { fast, there }\nobjective shy in rooms = maxmin { fast, calm }\n"
    )
    done = specexpr("evaluate", "-", "--json", stdin=text)
    values = {(one["objective"], one["policy"]): one["value"] for one in json.loads(done.stdout)["values"]}
    assert values["both", "coin"] == ["4/3", "1"]
    assert values["shy", "coin"] == "7/8"
    done = specexpr("evaluate", "-", stdin=text)
    assert "both       (2, 1)  (0, 0)  (4/3, 1)" in done.stdout
