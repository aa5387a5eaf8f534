"""What `check` prints: the whole output for people, one JSON document for programs."""

from __future__ import annotations

import json
import re

import pytest

from tests.functional.commands import ENTAILMENT, ROOMS, Run

ALL = """\
different: inexpressible in mr, discount 9/10
  conflict of 2 constraints (line 13)
  13 | task different in entailment { accept p_ab p_ba }
  Mixing p_ab and p_ba half and half visits every state-action pair exactly as often as mixing p_bb
  and p_aa half and half (discounted at 9/10). So every Markov reward values the two mixtures alike.
  Yet the task wants the first mixture to be worth more: p_ab and p_ba are accepted, p_bb and p_aa
  are not (line 13).

first: expressible in mr, discount 9/10
  reward with 1 entry
  reward  a   b
  s0      0  -1
  s1      0   0
  Values: p_aa = p_ab = 0; p_ba = p_bb = -100/19

task       formalism  verdict        proof
different  mr         inexpressible  conflict of 2 constraints (line 13)
first      mr         expressible    reward with 1 entry

2 tasks in mr: 1 expressible, 1 inexpressible
"""


def test_output_for_people(specexpr: Run) -> None:
    """On a pipe, every verdict comes with its proof, the lines of the file and the reason."""
    first = specexpr("check", "e.spex", "--in", "mr", files={"e.spex": ENTAILMENT})
    assert first.stdout == ALL
    assert first.stderr == ""
    assert specexpr("check", "e.spex", "--in", "mr").stdout == first.stdout


def test_standard_input(specexpr: Run) -> None:
    """`-` reads standard input."""
    assert specexpr("check", "-", "--in", "mr", stdin=ENTAILMENT).stdout == ALL


def test_one_task(specexpr: Run) -> None:
    """A single answer needs no table; `--task` chooses it."""
    done = specexpr("check", "-", "--in", "mr", "--task", "first", "--discount", "1/2", stdin=ENTAILMENT)
    assert done.stdout == (
        "first: expressible in mr, discount 1/2\n"
        "  reward with 1 entry\n"
        "  reward  a   b\n"
        "  s0      0  -1\n"
        "  s1      0   0\n"
        "  Values: p_aa = p_ab = 0; p_ba = p_bb = -4/3\n"
        "\n"
        "1 task in mr: 1 expressible\n"
    )


def test_no_task(specexpr: Run) -> None:
    """A file without tasks is no mistake: there is nothing to check."""
    done = specexpr("check", "-", "--in", "mr", stdin=ROOMS)
    assert (done.stdout, done.stderr) == ("<stdin> has no task: nothing to check\n", "")


def test_a_missing_option(specexpr: Run) -> None:
    """Every task that cannot be asked is named with its line, and what to write."""
    text = ROOMS + "task a in rooms { there > here }\ntask b in rooms { here > there }\n"
    done = specexpr("check", "r.spex", "--in", "horizon", files={"r.spex": text})
    assert done.stdout == ""
    assert done.stderr == (
        'error[cannot-ask]: task "a" cannot be asked in horizon without a horizon\n'
        "   --> r.spex:13:1\n"
        " 13 | task a in rooms { there > here }\n"
        "    | ^^^^^^^^^^^^^^^\n"
        "  help: write `horizon 10` in the task, or give --horizon 10\n"
        "\n"
        'error[cannot-ask]: task "b" cannot be asked in horizon without a horizon\n'
        "   --> r.spex:14:1\n"
        " 14 | task b in rooms { here > there }\n"
        "    | ^^^^^^^^^^^^^^^\n"
        "  help: write `horizon 10` in the task, or give --horizon 10\n"
        "\n"
        "found 2 errors\n"
    )


def test_one_task_that_cannot_be_asked(specexpr: Run) -> None:
    """The others are answered; that cell is said to be skipped, with what is missing, and the status is 3."""
    text = ROOMS + "task a in rooms { there > here; horizon 3 }\ntask b in rooms { there > here }\n"
    files = {"r.spex": text}
    done = specexpr("check", "r.spex", "--in", "horizon", "--json", files=files)
    results = json.loads(done.stdout)
    assert [(one["task"], one["verdict"]) for one in results["results"]] == [("a", "expressible")]
    (skipped,) = results["skipped"]
    assert (skipped["task"], skipped["formalism"]) == ("b", "horizon")
    assert skipped["needs"].startswith("a horizon: write")
    assert done.returncode == 3
    assert done.stderr.startswith(
        'error[cannot-ask]: task "b" cannot be asked in horizon without a horizon\n'
    )
    assert "--> r.spex:14:1" in done.stderr
    assert specexpr("verify", "-", "r.spex", files=files, stdin=done.stdout).returncode == 0
    shown = specexpr("check", "r.spex", "--in", "horizon", files=files)
    assert "a: expressible in horizon, horizon 3" in shown.stdout
    assert "skipped horizon for b: it needs a horizon" in shown.stdout
    assert (shown.returncode, shown.stderr) == (3, done.stderr)


def test_only_a_named_cell_is_missed(specexpr: Run) -> None:
    """The status is 3 iff a cell that was named is not answered, whatever the others are."""
    text = ROOMS + "task a in rooms { there > here; horizon 3; discount 1/2 }\n"
    files = {"r.spex": text + "task b in rooms { there ~ here; discount 1/2 }\n"}
    assert specexpr("check", "r.spex", "--in", "mr,horizon", files=files).returncode == 3
    assert specexpr("check", "r.spex", "--in", "mr,horizon", "--task", "a", files=files).returncode == 0
    done = specexpr("check", "r.spex", files=files)
    assert (done.returncode, done.stderr) == (0, "")
    assert "skipped horizon" in done.stdout


def test_options_that_nobody_uses(specexpr: Run) -> None:
    """One warning on standard error, and the answers are those without the options."""
    text = ROOMS + "task a in rooms { there > here; discount 1/2 }\n"
    files = {"r.spex": text}
    plain = specexpr("check", "r.spex", "--in", "mr", files=files)
    given = "--horizon", "3", "--beta", "1/2", "--machine-states", "2"
    done = specexpr("check", "r.spex", "--in", "mr", *given, files=files)
    assert (done.stdout, done.returncode) == (plain.stdout, 0)
    assert done.stderr == (
        "warning[unused-option]: no formalism that is asked uses --horizon (for horizon), --beta (for "
        "quasihyperbolic), --machine-states (for rm)\n"
    )
    assert plain.stderr == ""
    used = specexpr("check", "r.spex", "--in", "mr,horizon", "--horizon", "3", files=files)
    assert used.stderr == ""


def test_all_errors_at_once(specexpr: Run) -> None:
    """All that is wrong with a file is said in one run, in its order, and counted."""
    text = "environment e {\n  states s\n  actions a\n  start t\n  s / b -> s\n}\npolicy p in e { * -> a }\n"
    done = specexpr("check", "e.spex", "--in", "mr", files={"e.spex": text})
    assert re.findall(r"--> e.spex:(\d+):", done.stderr) == ["4", "5"]
    assert done.stderr.endswith("found 2 errors\n")


def test_unknown_names(specexpr: Run) -> None:
    """Unknown tasks and formalisms are answered with the nearest name that exists."""
    done = specexpr("check", "-", "--in", "mr", "--task", "frist", "--task", "diferent", stdin=ENTAILMENT)
    assert 'did you mean "first"?' in done.stderr
    assert 'did you mean "different"?' in done.stderr
    assert 'did you mean "reward"?' in specexpr("check", "-", "--in", "rewrad", stdin=ENTAILMENT).stderr
    assert 'did you mean "check"?' in specexpr("chekc", "-").stderr
    assert 'did you mean "--json"?' in specexpr("check", "-", "--jsno", stdin=ENTAILMENT).stderr


def test_json(specexpr: Run) -> None:
    """`--json` prints the contract's document of tasks, verdicts and proofs, and nothing else."""
    done = specexpr("check", "-", "--in", "mr", "--json", stdin=ENTAILMENT)
    document = json.loads(done.stdout)
    assert done.stderr == ""
    assert document["schema"] == "specexpr/1"
    assert list(document) == ["schema", "environments", "families", "tasks", "results", "skipped"]
    no, yes = document["results"]
    assert (no["task"], no["formalism"], no["options"]) == ("different", "mr", {"discount": "9/10"})
    assert (no["verdict"], no["proof"], no["witness"]) == ("inexpressible", "exact", None)
    assert no["certificate"]["kind"] == "farkas"
    assert {term["line"] for term in no["certificate"]["terms"]} == {13}
    assert (yes["verdict"], yes["certificate"]) == ("expressible", None)
    assert yes["witness"]["reward"] == [{"state": "s0", "action": "b", "value": "-1"}]
    assert document["tasks"][1]["constraints"][0] == {
        "better": "p_ab",
        "worse": "p_ba",
        "relation": ">",
        "line": 14,
    }


def test_json_fits_its_schema(specexpr: Run) -> None:
    """What is printed fits the JSON Schema that ships, whatever the verdicts."""
    jsonschema = pytest.importorskip("jsonschema")
    from importlib.resources import files

    schema = json.loads(files("specexpr.certify").joinpath("schema.json").read_text(encoding="utf-8"))
    for options in (), ("--timeout", "1e-9"), ("--modulo", "unreachable"):
        done = specexpr("check", "-", "--json", *options, stdin=ENTAILMENT)
        jsonschema.validate(json.loads(done.stdout), schema)


def test_json_undecided(specexpr: Run) -> None:
    """Out of time, a result says so and carries no proof."""
    options = ("--in", "mr", "--json", "--task", "different", "--timeout", "1e-9")
    done = specexpr("check", "-", *options, stdin=ENTAILMENT)
    (result,) = json.loads(done.stdout)["results"]
    assert result["verdict"] == "undecided"
    assert result["reason"].startswith("time")
    assert result["proof"] is result["witness"] is result["certificate"] is None


def test_names_cannot_reach_the_terminal(specexpr: Run) -> None:
    """A name with control characters is shown escaped."""
    text = ENTAILMENT.replace("task first", 'task "fi\\u001b[31mrst"')
    done = specexpr("check", "-", "--in", "mr", stdin=text)
    assert done.returncode == 1
    assert "\x1b" not in done.stdout
    assert "\\u001b[31m" in done.stdout


def test_one_row_a_formalism(specexpr: Run) -> None:
    """Without `--in` every formalism has a row with its verdict, proof and time; then come the cheapest."""
    done = specexpr("check", "-", "--task", "different", stdin=ENTAILMENT)
    assert done.returncode == 1
    rows = [line.split() for line in done.stdout.splitlines() if re.search(r"\d\.\d{3}$", line)]
    verdicts = {row[0]: row[1] for row in rows}
    assert verdicts["mr"] == "inexpressible"
    assert verdicts["rm"] == verdicts["onmr"] == verdicts["po"] == "expressible"
    assert "reward machine with 2 states; 1 impossible" in done.stdout
    cheapest = " ".join(done.stdout.partition("cheapest language: ")[2].split())
    assert cheapest.startswith("feasible (")
    assert "or ltl (" in cheapest
    assert "or onmr (" in cheapest
    assert "or rm (" in cheapest
    assert "skipped horizon for different: it needs a horizon" in done.stdout
