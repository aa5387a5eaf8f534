"""Temporal objectives from the shell: values, exact and approximate, optima, products, automata in files."""

from __future__ import annotations

import json

from tests.functional.commands import Run

ROOMS = """\
environment rooms {
  states s0 s1 s2
  actions safe bold
  start s0
  s0 / safe -> { s0: 1/2, s1: 1/2 }
  s0 / bold -> { s1: 2/3, s2: 1/3 }
  s1 / * -> s0
  s2 / * -> s2
  label goal { s1 }
  label pit { s2 }
}
policy careful in rooms { * -> safe }
policy hasty in rooms { * -> bold }
"""
GOOD = "objective good in rooms = ltl { !pit U goal }\n"
PAY = "objective pay in rooms = reward { discount 1/2; s1 / *: 1 }\n"
TWICE = "objective twice in rooms = ltl { F (goal & F pit) }\n"
HOA = """\
HOA: v1
States: 2
Start: 0
AP: 2 "goal" "pit"
Acceptance: 1 Inf(0)
--BODY--
State: 0
[!0 & !1] 0
[0] 1
[!0 & 1] 0
State: 1
[t] 1 {0}
--END--
"""
FROM_FILE = 'objective reach in rooms = automaton { file "reach.hoa" }\n'


def test_values_and_words(specexpr: Run) -> None:
    """The table, and each formula as it was read, and in words."""
    done = specexpr("evaluate", "-", stdin=ROOMS + GOOD)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "objective  careful  hasty\n"
        "good       1        2/3\n"
        "\n"
        "good: (!pit) U goal\n"
        "  that is, (not pit) until goal, which must come\n"
    )


def test_approximate_values_say_that_they_are(specexpr: Run) -> None:
    """A tilde for people, a name of its own for programs; what has none is left out with a warning."""
    done = specexpr("evaluate", "-", "--approximate", stdin=ROOMS + GOOD + PAY)
    assert done.stdout.splitlines()[1] == "good       ~1       ~0.666666667"
    assert 'warning[cannot-evaluate]: objective "pay" is left out' in done.stderr
    values = json.loads(specexpr("evaluate", "-", "--approximate", "--json", stdin=ROOMS + GOOD).stdout)[
        "values"
    ]
    assert [one["value"] for one in values] == [{"approximate": "1"}, {"approximate": "0.666666666667"}]


def test_optimal_without_memory(specexpr: Run) -> None:
    """The value, and what to do in each state."""
    done = specexpr("evaluate", "-", "--optimal", stdin=ROOMS + GOOD)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "good in rooms: 1 is the most that any policy attains, without memory\n  s0 -> safe\n  s1 -> safe\n"
    )


def test_optimal_with_memory(specexpr: Run) -> None:
    """The memory is shown: its states, what to do in each, and on which steps it moves."""
    done = specexpr("evaluate", "-", "--optimal", stdin=ROOMS + TWICE)
    assert done.stdout == (
        "twice in rooms: 1 is the most that any policy attains, with a memory of 3 states\n"
        "  in memory q0, the first\n"
        "    s0 -> safe\n"
        "    s1 -> safe\n"
        "    to memory q1 on goal\n"
        "  in memory q1\n"
        "    s0 -> bold\n"
        "    s1 -> safe\n"
        "    s2 -> safe\n"
        "    to memory q2 on pit\n"
        "  in memory q2\n"
        "    s2 -> safe\n"
    )


def test_optimal_as_json(specexpr: Run) -> None:
    """Programs get the same, probabilities as rationals."""
    done = specexpr("evaluate", "-", "--optimal", "--json", stdin=ROOMS + TWICE + PAY)
    document = json.loads(done.stdout)
    (best,) = document["optima"]
    assert document["schema"] == "specexpr/1"
    assert (best["objective"], best["environment"], best["value"]) == ("twice", "rooms", "1")
    assert [one["name"] for one in best["memory"]] == ["q0", "q1", "q2"]
    assert {"to": "q1", "on": "goal"} in best["memory"][0]["moves"]
    assert {"memory": "q1", "state": "s0", "actions": {"bold": "1"}} in best["policy"]
    assert 'objective "pay" is left out: mr is not optimised' in done.stderr


def test_optimal_and_approximate_exclude_each_other(specexpr: Run) -> None:
    """One answer at a time."""
    done = specexpr("evaluate", "-", "--optimal", "--approximate", stdin=ROOMS + GOOD)
    assert done.returncode == 3
    assert "error[usage]" in done.stderr


def test_an_automaton_from_a_file(specexpr: Run) -> None:
    """The path is relative to the document; its values are those of the formula."""
    files = {"rooms.spex": ROOMS + FROM_FILE + "objective f in rooms = ltl { F goal }\n", "reach.hoa": HOA}
    done = specexpr("evaluate", "rooms.spex", "--json", files=files)
    values = [one["value"] for one in json.loads(done.stdout)["values"]]
    assert values[:2] == values[2:] == ["1", "2/3"]


def test_a_file_that_is_refused_names_its_header(specexpr: Run) -> None:
    """And the line, and where the document asks for it."""
    files = {"rooms.spex": ROOMS + FROM_FILE, "reach.hoa": HOA.replace("Start: 0", "Start: 0&1")}
    done = specexpr("evaluate", "rooms.spex", files=files)
    assert done.returncode == 3
    assert "error[automaton-file]" in done.stderr
    assert "reach.hoa, line 3: header Start: it is a conjunction of states" in done.stderr
    files["reach.hoa"] = HOA.replace("[!0 & 1] 0\n", "[1] 0\n")
    assert "reach.hoa is not complete" not in specexpr("evaluate", "rooms.spex", files=files).stderr
    files["reach.hoa"] = HOA.replace("[!0 & 1] 0\n", "")
    assert (
        'reach.hoa is not complete: no edge leaves "0" on'
        in specexpr("evaluate", "rooms.spex", files=files).stderr
    )


def test_products_of_formulas(specexpr: Run) -> None:
    """Every format; HOA reads back as an objective of the same values, a reward has no automaton."""
    hoa = specexpr("product", "-", "--objective", "twice", "--format", "hoa", stdin=ROOMS + TWICE).stdout
    assert hoa.startswith('HOA: v1\nname: "rooms, twice"\n')
    files = {"rooms.spex": ROOMS + TWICE + FROM_FILE, "reach.hoa": hoa}
    values = json.loads(specexpr("evaluate", "rooms.spex", "--json", files=files).stdout)["values"]
    assert [one["value"] for one in values] == ["0", "2/3", "0", "2/3"]
    drn = specexpr("product", "-", "--objective", "twice", "--format", "drn", stdin=ROOMS + TWICE).stdout
    assert " accepting " in drn
    document = json.loads(
        specexpr("product", "-", "--objective", "twice", "--format", "json", stdin=ROOMS + TWICE).stdout
    )
    assert document["acceptance"] == "Inf(0)"
    assert {node["memory"] for node in document["nodes"] if node["accepting"]} == {"q2"}
    dot = specexpr("product", "-", "--objective", "twice", stdin=ROOMS + TWICE).stdout
    assert "peripheries=2" in dot
    refused = specexpr("product", "-", "--objective", "pay", "--format", "hoa", stdin=ROOMS + PAY)
    assert refused.returncode == 3
    assert "error[no-product]" in refused.stderr


DOUBTS = {
    "!pit & F goal": "first-step-only",
    "G (!pit U goal)": "until-under-always",
    "(!pit W goal) & F goal": "until-spelled-out",
    "G (do safe -> X goal)": "next-while-waiting",
    "G goal -> F pit": "missing-brackets",
    "F (goal & do safe & do bold)": "always-false",
    "pit -> F pit": "always-true",
    "F never": "never-holds",
    "G (here -> F goal)": "always-holds",
}


def test_doubts_are_told_and_explained(specexpr: Run) -> None:
    """One warning each on standard error, the values all the same, and a page about it."""
    rooms = ROOMS.replace("label pit", "label here { * }; label never { }\n  label pit")
    lines = [f"objective o{i} in rooms = ltl {{ {formula} }}\n" for i, formula in enumerate(DOUBTS)]
    done = specexpr("evaluate", "-", stdin=rooms + "".join(lines))
    assert done.returncode == 0
    assert done.stdout.startswith("objective  careful  hasty\no0 ")
    told = [line.split("]")[0] for line in done.stderr.splitlines() if line.startswith("warning")]
    assert told == [f"warning[{id}" for id in DOUBTS.values()]
    pages = specexpr("explain", "missing-brackets").stdout
    assert pages.startswith("# missing-brackets\n")
    listed = specexpr("explain").stdout
    assert all(id in listed for id in DOUBTS.values())


def test_both_readings_are_shown(specexpr: Run) -> None:
    """The warning as it looks: the part, how it is read, and both ways to write brackets."""
    done = specexpr("evaluate", "-", stdin=ROOMS + "objective o in rooms = ltl { X goal U pit }\n")
    assert done.stderr.split("\n\n")[0].rstrip() == (
        "warning[missing-brackets]: X binds tighter than U: this is (X goal) U pit\n"
        "   --> <stdin>:14:30\n"
        " 14 | objective o in rooms = ltl { X goal U pit }\n"
        "    |                              ^^^^^^^^^^^^\n"
        "  help: write X (goal U pit) if that is meant, (X goal) U pit if not"
    )


def test_blanks_that_are_missing(specexpr: Run) -> None:
    """Operators that run into a name, and one that there is not, are answered with what to write."""
    hints = {
        "XXgoal": "write X X goal",
        "GF goal": "write G F",
        "goal xor pit": "write !(goal <-> pit) for goal or pit but not both",
    }
    lines = [f"objective o{i} in rooms = ltl {{ {formula} }}\n" for i, formula in enumerate(hints)]
    done = specexpr("evaluate", "-", stdin=ROOMS + "".join(lines))
    assert done.returncode == 3
    helps = [line.removeprefix("  help: ") for line in done.stderr.splitlines() if "  help: " in line]
    assert helps == list(hints.values())
