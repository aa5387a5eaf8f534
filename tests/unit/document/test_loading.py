"""Reading files and texts: everything wrong is said, in one run, and nothing but diagnostics comes out."""

import gc
import random
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from specexpr.diagnostics import IllPosed, SpecError
from specexpr.document import load, loads, print_document

GOOD = """discount 9/10
environment e {
  states s0 s1
  actions a b
  start { s0: 1/2, s1: 1/2 }
  s0 / a -> s0
  s0 / b -> { s1: 9/10, s0: 1/10 }
  s1 / * -> s1
  label goal { s1 }
}
family f { e }
policy stay in e { * -> a }
policy go in f { s0 -> b; s1 -> { a: 1/2, b: 1/2 } }
objective o in e = reward { s0 / a: 1; * / * / s1: -2 }
task t1 in e { go > stay; accept go over stay; discount 1/2; modulo unreachable }
task t2 in f { in e { go >= go } order go stay by o }
task t3 in e { trajectories (s0 a s0 a) >= (s0 b s1 a) }
"""

WORDS = """environment family policy objective task discount in states actions start label accept equally
over order by trajectories modulo unreachable reward e f s0 s1 a b go stay o t1 { } ( ) / ->
> >= ~ = : ; , * # " 1/2 1 -1 1/0 1e999999999 0.5 "x" "" é < - -- ."""
TOKENS = st.sampled_from([*WORDS.split(), "\n", "\r\n", "\t", "\0", "\ufeff", '"x y"'])
SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def said(text):
    """Return the ids of the errors of a text; anything but SpecError escapes."""
    started = time.monotonic()
    diagnostics = problems(text)
    assert time.monotonic() - started < 20
    for diagnostic in diagnostics:
        assert diagnostic.message.isprintable(), diagnostic.message
        assert "__" not in diagnostic.message
        assert diagnostic.span is None or 0 <= diagnostic.span.start <= diagnostic.span.end
    spans = [diagnostic.span.start for diagnostic in diagnostics if diagnostic.span]
    assert spans == sorted(spans)
    return [diagnostic.id for diagnostic in diagnostics]


def problems(text):
    """Return the errors of a text."""
    try:
        loads(text)
    except SpecError as error:
        return error.diagnostics or pytest.fail("an error that says nothing")
    return ()


def test_twelve_mistakes_of_one_file_are_reported_in_one_run():
    """Mistakes of every level are found together, in the order of the text, and none twice."""
    text = """environment e {
  states s0 s1 s2
  actions a b
  start s0
  s0 / a -> { s0: 1/2, s1: 1/3 }
  s0 / b => s1
  s1 / * -> s9
}
policy go in e { * -> c }
policy stay in e { s0 -> a }
policy run in nowhere { * -> a }
objective o in e = rewards { }
objective p in e = reward { s0 / a: 1/0 }
task t1 in e { go > stay > rum }
task t2 in e { trajectories (s0 a) > (s0 a s0 a) }
"""
    assert said(text) == [
        "missing-row",
        "row-sum",
        "syntax",
        "unknown-name",
        "unknown-name",
        "missing-choice",
        "unknown-name",
        "unknown-formalism",
        "missing-discount",
        "bad-number",
        "unknown-name",
        "unequal-lengths",
    ]


def test_a_question_without_sense_is_ill_posed_and_not_a_mistake_in_the_text():
    """If all that is wrong is a cycle the error is IllPosed, else it is not."""
    cycle = GOOD + "task t4 in e { go > stay; stay > go }\n"
    with pytest.raises(IllPosed):
        loads(cycle)
    with pytest.raises(SpecError) as caught:
        loads(cycle + "task t5 in e { go > }\n")
    assert not isinstance(caught.value, IllPosed)


def test_files_that_cannot_be_read_are_answered(tmp_path):
    """A missing file, a directory, a binary file and other encodings are no tracebacks."""
    (tmp_path / "binary.spex").write_bytes(bytes(range(256)))
    (tmp_path / "nul.spex").write_bytes(b"environment\0")
    (tmp_path / "utf16.spex").write_bytes(GOOD.encode("utf-16"))
    for path in ("missing.spex", "", "binary.spex", "nul.spex", "utf16.spex"):
        with pytest.raises(SpecError) as caught:
            load(tmp_path / path)
        assert [d.id for d in caught.value.diagnostics] == ["unreadable-file"]
    with pytest.raises(SpecError, match="unreadable-file"):
        load("a\0b")


def test_line_ends_tabs_and_a_byte_order_mark_change_nothing(tmp_path):
    """What an editor puts into a file does not matter."""
    expected = print_document(loads(GOOD))
    path = tmp_path / "crlf.spex"
    for text in (
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        "\ufeff" + GOOD,
        GOOD.replace(" ", "\t"),
    ):
        path.write_bytes(text.encode())
        assert print_document(load(path)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\ufeff",
        " \n\t\n",
        "# nothing",
        "{" * 5000,
        "}" * 5000,
        "(" * 5000,
        '"' * 5001,
        ";" * 5000,
        "{}" * 5000,
        "task t in e " + "{" * 5000 + "}" * 5000,
        "environment e {" * 5000,
        "environment e {\n" * 5000,
        "policy p in e { * -> a }\n" * 3000,
        "a " * 100_000,
        "a\n" * 100_000,
        "\0" * 1000,
        "x" * 100_000,
        '"' + "x" * 100_000 + '"',
        "discount " + "9" * 100_000,
        "discount 1e999999999",
        "discount 1/0",
        "discount 0/1",
        "discount -1/2",
        "discount " + "-" * 10_000,
        "discount \ud800",
        "environment \u202e { states s\x1b[31m }",
        GOOD.replace("s0", "s" * 100_000) + "task t9 in e { " + "g" * 100_000 + " > go }",
        GOOD.replace("-> s1", "-> " + "t" * 100_000),
        "environment e {\nstates s\nactions a\nstart s\ns / a -> { " + "s: 1/2, " * 20_000 + "}\n}",
        "environment e {\nstates s\nactions a\nstart s\n" + "s / a - > s\n" * 20_000 + "}",
        "environment e {\nstates s\nactions a\nstart s\n" + "s / a -> t\n" * 20_000 + "}",
        "environment e {\nstates " + "s " * 50_000 + "\nactions a\nstart s\n}",
        GOOD + "task c in e { " + " >= ".join(["go", "stay"] * 5000) + "; go > stay }",
        GOOD + "task c in e { accept " + "go " * 5000 + "}",
    ],
    ids=lambda text: repr(text[:24] + text[-12:]),
)
def test_hostile_texts_are_answered_quickly(text):
    """Deep, long and absurd texts give diagnostics, in a moment."""
    assert said(text)
    assert gc.isenabled()


@pytest.mark.parametrize("number", ["1e-9999", "1/" + "9" * 100_000, "0." + "9" * 100_000])
def test_long_numbers_are_numbers(number):
    """What is long but right is read, exactly and quickly."""
    assert said(f"discount {number}") == []


@SETTINGS
@given(st.binary(max_size=300))
def test_random_bytes_give_diagnostics(data):
    """No bytes crash the reader."""
    said(data.decode("latin-1"))
    said(data.decode("utf-8", "replace"))


@SETTINGS
@given(st.lists(TOKENS, max_size=60), st.sampled_from([" ", "", "\n"]))
def test_random_tokens_give_diagnostics(tokens, between):
    """No sequence of tokens of the language crashes the reader."""
    said(between.join(tokens))
    said(GOOD + between.join(tokens))


@SETTINGS
@given(st.integers(0, len(GOOD)), st.integers(0, 40), st.lists(TOKENS, max_size=3))
def test_documents_that_are_cut_or_spliced_give_diagnostics(at, gap, tokens):
    """Neither a truncated document nor one with something in the middle crashes the reader."""
    said(GOOD[:at])
    said(GOOD[:at] + " ".join(tokens) + GOOD[at + gap :])


def test_a_mistake_in_a_large_body_costs_little_more_than_none():
    """One wrong entry among many is found without reading every entry by itself."""
    n = 20_000
    rows = [f"  s{i} / {a} -> s{(7 * i + k) % n}" for i in range(n) for k, a in enumerate("ab")]
    head = [
        "environment e {",
        "  states " + " ".join(f"s{i}" for i in range(n)),
        "  actions a b",
        "  start s0",
    ]
    started = time.monotonic()
    document = loads("\n".join([*head, *rows, "}"]))
    fine = time.monotonic() - started
    assert len(document.environment("e").model.rows) == n
    random.Random(1).shuffle(rows)
    rows[777] = "  s1 / - > s0"
    started = time.monotonic()
    assert said("\n".join([*head, *rows, "}"])) == ["syntax"]
    assert time.monotonic() - started < 5 * fine + 1


def test_a_small_document_is_read_without_numerical_libraries():
    """Neither numpy nor a solver is imported to read a small document."""
    import subprocess

    code = (
        "import sys; from specexpr.document import loads; "
        f"loads({GOOD!r}); "
        "print([m for m in ('numpy', 'scipy', 'highspy', 'flint') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"\xff", "the byte 0xFF in line 1, column 1"),
        (b"ab\r\n\xc3\xa9\xe9x", "the byte 0xE9 in line 2, column 2"),
        (b"\xef\xbb\xbfa\rb\n\nc\x80", "the byte 0x80 in line 4, column 2"),
    ],
)
def test_a_byte_that_is_no_text_has_a_line_and_a_column(tmp_path, data, place):
    """Both are counted from 1, as for every other diagnostic."""
    path = tmp_path / "latin.spex"
    path.write_bytes(data)
    with pytest.raises(SpecError) as caught:
        load(path)
    assert f"{place} is wrong" in caught.value.diagnostics[0].message
