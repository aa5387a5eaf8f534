"""Comparisons of several documents: rows, columns, what is cheapest, what would mend."""

from __future__ import annotations

import pytest

import specexpr as sx
from specexpr.certify.checking import Answer
from specexpr.comparison import workers
from specexpr.comparison.comparing import mendable, repaired
from specexpr.comparison.comparison import Comparison
from specexpr.comparison.economy import size_of_witness
from specexpr.comparison.matrix import matrix, matrix_text

TOGGLE = """
discount 1/2
environment toggle { states s0 s1; actions 0 1; start { s0: 1/2, s1: 1/2 }; * / 0 -> s0; * / 1 -> s1 }
policy p00 in toggle { * -> 0 }
policy p01 in toggle { s0 -> 0; s1 -> 1 }
policy p10 in toggle { s0 -> 1; s1 -> 0 }
policy p11 in toggle { * -> 1 }
task easy in toggle { p11 > p10 > p01 > p00 }
task hard in toggle { p01 > p11 > p10 > p00 }
"""

OTHER = TOGGLE.replace("task hard in toggle { p01", "task hard in toggle { horizon 2; p01").replace(
    "task easy", 'task "an easy one"'
)

SOME = ["mr", "rm", "ltl", "omo", "horizon"]


@pytest.fixture(scope="module")
def table() -> Comparison:
    return sx.compare([sx.loads(TOGGLE, name="a.spex"), sx.loads(OTHER, name="b.spex")], SOME)


def test_rows(table: Comparison) -> None:
    """Each task of each document is a row, with a cell for each formalism or what that needs."""
    assert table.tasks == ("easy", "hard", "an easy one", "hard")
    assert [row.document.source.name for row in table.rows] == ["a.spex", "a.spex", "b.spex", "b.spex"]
    assert [document.source.name for document in table.documents] == ["a.spex", "b.spex"]
    assert all(len(row.cells) == len(table.formalisms) for row in table.rows)
    assert [(one.task, one.formalism) for one in table.skipped] == [
        ("easy", "horizon"),
        ("hard", "horizon"),
        ("an easy one", "horizon"),
    ]
    assert len(table.answered) == 17


def test_finding_a_row(table: Comparison) -> None:
    """A task is found by its name, with its document where several have one; wrong names are answered."""
    assert table.row("an easy one").document.source.name == "b.spex"
    assert table.row("hard", document="b.spex") is table.rows[3]
    assert table.verdict("hard", "horizon", document="a.spex") is None
    assert table.verdict("easy", "po") is None
    with pytest.raises(sx.SpecError, match=r'several documents have a task "hard".*a\.spex, b\.spex'):
        table.row("hard")
    with pytest.raises(sx.SpecError, match=r'there is no task "esy".*easy'):
        table.row("esy")
    with pytest.raises(sx.SpecError, match='the comparison has no formalism "rn"'):
        table.cell("easy", "rn")


def test_columns(table: Comparison) -> None:
    """Formalisms that answer all alike share a column; those that express less come first, the rest last."""
    columns = table.columns()
    together = {formalism: column for column in columns for formalism in column.formalisms}
    assert set(together) == set(SOME)
    assert together["rm"] is together["omo"]
    assert together["mr"] is not together["rm"]
    counts = [column.answers.count(Answer.EXPRESSIBLE) for column in columns[:-1]]
    assert counts == sorted(counts)
    assert columns[-1].formalisms == ("horizon",)
    assert columns[-1].answers[:3] == (None, None, None)
    for k, row in enumerate(table.rows):
        for column in columns:
            for formalism in column.formalisms:
                verdict = table.verdict(row.task.name, formalism, document=row.document.source.name)
                assert (verdict is None) == (column.answers[k] is None)


def test_cheapest(table: Comparison) -> None:
    """The cheapest languages of a row are those that no weaker one that expresses it makes unnecessary."""
    assert [one.formalism for one in table.row("easy").cheapest()] == ["mr"]
    assert "mr" not in [one.formalism for one in table.row("hard", document="a.spex").cheapest()]


def test_words(table: Comparison) -> None:
    """Cells are words: the verdict, the size of the witness, or what proves it."""
    verdicts, sizes, proofs = (table.words(what) for what in ("verdicts", "sizes", "proofs"))
    k = table.formalisms.index("mr")
    assert verdicts[0][k] == "expressible"
    assert sizes[0][k] == "2 entries"
    assert proofs[0][k] == "reward with 2 entries"
    h = table.formalisms.index("horizon")
    assert (verdicts[0][h], sizes[0][h]) == ("skipped", "")
    assert proofs[0][h].startswith("needs a horizon")
    assert verdicts[1][k] == "inexpressible"
    assert sizes[1][k] == ""


def test_pandas(table: Comparison) -> None:
    """Data frames of several documents have them in their index; sizes and proofs are frames too."""
    pytest.importorskip("pandas")
    frame = table.to_pandas()
    assert frame.index.names == ["document", "task"]
    assert frame.loc[("a.spex", "hard"), "mr"] == "inexpressible"
    assert table.to_pandas("sizes").loc[("a.spex", "easy"), "mr"] == "2 entries"


def test_repairs_are_looked_for_once(table: Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    """Repairs of a cell are found when they are asked for, and remembered."""
    from specexpr.comparison import comparison

    found = table.repairs("hard", "mr", document="a.spex")
    assert found is not None
    assert found.is_least

    def never(*_: object, **__: object) -> None:
        raise AssertionError("looked for again")

    monkeypatch.setattr(comparison, "find_repairs", never)
    assert table.repairs("hard", "mr", document="a.spex") is found
    assert table.repairs("easy", "mr") is None
    assert table.repairs("easy", "horizon") is None


def test_repairs_are_looked_for_again() -> None:
    """Repairs for which the time did not suffice are looked for again."""
    table = sx.compare(sx.loads(TOGGLE), ["mr"])
    short = table.repairs("hard", "mr", timeout=1e-9)
    assert short is not None
    assert short.is_out_of_time
    found = table.repairs("hard", "mr")
    assert found is not None
    assert found.is_least


def test_all_repairs(table: Comparison) -> None:
    """All inexpressible cells can be mended at once; the comparison is the same otherwise."""
    mended = repaired(table, timeout=60)
    assert mended == table
    assert set(mendable(table)) == {
        (k, cell.formalism)
        for k, row in enumerate(table.rows)
        for cell in row.answered
        if isinstance(cell.verdict, sx.Inexpressible)
    }
    for number, formalism in mendable(table):
        known = mended.known_repairs(number, formalism)
        assert known is not None
        assert known.smallest


def test_processes(table: Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes make the same comparison."""
    monkeypatch.setattr(workers, "MOMENT", 0.0)
    documents = [sx.loads(TOGGLE, name="a.spex"), sx.loads(OTHER, name="b.spex")]
    other = sx.compare(documents, SOME, processes=2)
    assert other.words("proofs") == table.words("proofs")
    assert matrix_text(other) == matrix_text(table)


def test_nothing_to_ask() -> None:
    """Where nothing can be asked of any document that is a mistake; of one of them it is not."""
    first, second = sx.loads(TOGGLE), sx.loads(OTHER)
    with pytest.raises(sx.IllPosed, match="cannot be asked in horizon"):
        sx.compare([first], ["horizon"])
    assert len(sx.compare([first, second], ["horizon"]).answered) == 1
    empty = sx.loads("environment e { states s; actions a; start s; s / a -> s }")
    assert sx.compare(empty).rows == ()
    assert repr(sx.compare(empty)) == ""


def test_matrix(table: Comparison) -> None:
    """The matrix is words under lists of names, each over its column; document names head their rows."""
    lines = matrix_text(table).splitlines()
    assert "a.spex" in lines
    assert lines[-1] == "yes expressible, no inexpressible, . not asked"
    assert any(line.startswith('  "an easy one"') for line in lines)
    head = next(line for line in lines if line.endswith(" rm, omo") or "rm, omo" in line)
    column = head.index("rm, omo")
    assert lines[lines.index("a.spex") + 2][column:].startswith("yes")
    assert all(len(line) <= 100 for line in lines)


@pytest.mark.parametrize("width", [60, 100])
def test_narrow_matrix(width: int) -> None:
    """With many columns the words are signs; long lists of names go on below, beside the bars."""
    table = sx.compare(sx.loads(TOGGLE))
    found = matrix(table, width=width)
    assert all(len(head) <= max(width, len(head.rstrip().rpartition("|")[0]) + 20) for head in found.heads)
    for row in found.rows:
        assert len({len(word) for _, word in row.cells}) == 1
    names = " ".join(head.replace("|", " ") for head in found.heads).replace(",", " ").split()
    assert sorted(names) == sorted({one.formalism for one in table.answered})


def test_sizes_agree_with_proofs(table: Comparison) -> None:
    """What is counted of a machine is within what is proved of its least size."""
    for one in table.answered:
        if one.formalism == "rm" and isinstance(one.verdict, sx.Expressible):
            assert one.verdict.size is not None
            assert size_of_witness(one.verdict)[0].amount == one.verdict.size[1]
