"""Pages as texts: their structure, their names and what is hostile in them, without a browser."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from specexpr.report.draw.picture import Group, Picture, text
from specexpr.report.html.page import ROOM, Gallery
from tests.browser.pages import HOSTILE, Reader, read


@pytest.fixture
def page(page_path: Path) -> Reader:
    """Return each page, read."""
    return read(page_path.read_text(encoding="utf-8"))


def test_a_page_is_small(page_path: Path) -> None:
    """Under 3 MB."""
    assert page_path.stat().st_size < 3_000_000


def test_nothing_is_fetched(page: Reader) -> None:
    """No tag names anything outside the page, but links that a person may follow; a policy forbids it."""
    for tag in page.tags:
        for name in ("src", "srcset", "data", "poster", "action", "formaction", "background"):
            assert name not in tag.attributes, tag
        if tag.name not in ("a",):
            assert (tag.attributes.get("href") or "data:,").startswith(("data:", "#")), tag
    (style,) = page.all("style")
    assert "@import" not in "".join(style.texts)
    assert "url(" not in "".join(style.texts)
    (policy,) = (tag for tag in page.all("meta") if "http-equiv" in tag.attributes)
    assert (policy.attributes["content"] or "").startswith("default-src 'none'; ")


def test_ids_are_unique_and_links_lead_somewhere(page: Reader) -> None:
    """No id twice; every link and every reference to a name leads to an id of the page."""
    ids = Counter(tag.attributes["id"] for tag in page.tags if "id" in tag.attributes)
    assert not [name for name, count in ids.items() if count > 1]
    links = [tag.attributes.get("href") or "" for tag in page.all("a")]
    assert links
    assert [link for link in links if not link.startswith("#") or link[1:] not in ids] == []
    for tag in page.tags:
        for name in ("aria-labelledby", "aria-describedby"):
            for one in (tag.attributes.get(name) or "").split():
                assert one in ids, tag


def test_headings_are_in_order(page: Reader) -> None:
    """One of the first level; below it none skips a level."""
    levels = [int(tag.name[1]) for tag in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_landmarks(page: Reader) -> None:
    """A language, a title, a way past the links; a navigation with a name, a main part, a footer."""
    (root,) = page.all("html")
    assert root.attributes["lang"] == "en"
    assert next(page.all("title")).text
    for name in ("main", "nav", "footer"):
        assert len(list(page.all(name))) == 1
    assert next(page.all("nav")).attributes["aria-label"]
    first = next(page.all("a"))
    assert (first.attributes["href"], next(page.all("main")).attributes["id"]) == ("#main", "main")
    for tag in page.all("section", "article"):
        assert tag.attributes["aria-labelledby"]


def test_headers_of_tables(page: Reader) -> None:
    """Every header says what it heads; every row and every table has one."""
    for tag in page.all("th"):
        assert tag.attributes["scope"] in ("col", "row", "rowgroup")
        assert tag.text
    for row in page.all("tr"):
        assert any(row in tag.inside for tag in page.all("th"))
    assert list(page.all("th"))


def test_controls_have_names(page: Reader) -> None:
    """Links and summaries have texts; what the keyboard reaches besides has a name and says what it is."""
    for tag in page.tags:
        if tag.name in ("a", "button", "summary"):
            assert (tag.attributes.get("aria-label") or tag.text).strip(), tag
        elif tag.attributes.get("tabindex") == "0":
            assert tag.attributes.get("aria-label") or tag.attributes.get("aria-labelledby"), tag
            assert tag.attributes.get("role") in ("group", "region"), tag


def test_pictures_have_names(page: Reader) -> None:
    """Each is an image, or a group of links, with a title."""
    pictures = list(page.all("svg"))
    assert pictures
    titles = {tag.attributes.get("id"): tag.text for tag in page.all("title")}
    for tag in pictures:
        assert tag.attributes["role"] in ("img", "group")
        names = (tag.attributes["aria-labelledby"] or "").split()
        assert titles[names[0]]


def test_no_answer_by_colour_alone(page: Reader) -> None:
    """Whatever is coloured as an answer says it: in a word, or in the name of its link."""
    found = 0
    for tag in page.tags:
        classes = (tag.attributes.get("class") or "").split()
        answers = {"yes", "no", "open"} & set(classes)
        if answers and tag.name in ("span", "td"):
            found += 1
            links = [one for one in page.all("a") if tag in one.inside]
            said = " ".join([tag.text, *(one.attributes.get("aria-label") or "" for one in links)])
            assert tag.text
            words = {"yes": r"yes|\bexpressible", "no": r"no\b|inexpressible", "open": "open|undecided"}
            assert re.search(words[answers.pop()], said), said
    assert found


def test_names_stay_texts(folder: Path) -> None:
    """Names that look like tags, attributes or scripts are read as they are, and make none."""
    text = (folder / "comparison.html").read_text(encoding="utf-8")
    page = read(text)
    assert len(list(page.all("script"))) == 1
    assert not list(page.all("img"))
    assert not [tag for tag in page.tags for name in tag.attributes if name.startswith("on")]
    for name in (HOSTILE, "<b>s0", "s1&amp;", "<img src=x onerror=alert(1)>", "<rooms>.spex", 'a<b & "c"'):
        assert name in page.text
    assert "</pre></script>there" in page.text
    headings = [tag.text for tag in page.all("h3")]
    assert "javascript:alert(1) <rooms>.spex" in headings


def test_what_the_page_of_a_comparison_has(folder: Path) -> None:
    """Environments, the witness reward, the conflict with its lines, repairs, machines and products."""
    page = read((folder / "comparison.html").read_text(encoding="utf-8"))
    captions = [tag.text for tag in page.all("figcaption")]
    assert "What the reward pays in grid." in captions
    assert "The constraints that contradict each other, with their weights." in captions
    assert "The environment grid" in captions
    assert "The objective counter" in captions
    assert "The product of counter with way" in captions
    assert "task more in way { both > first; both > second; first > none; second > none }" in [
        tag.text for tag in page.all("mark")
    ]
    assert any(tag.text.startswith("drawn under") for tag in page.all("a"))
    assert "What would mend it where it is not expressible:" in page.text
    pages = {tag.attributes.get("id") for tag in page.tags}
    assert {f"language-{name}" for name in ("mr", "lar", "rm", "rrl", "ltl", "ftr", "po")} <= pages


def test_what_the_page_of_the_atlas_has(folder: Path) -> None:
    """In the diagram a link for each class and each line; 121 pairs; a part for each case and language."""
    page = read((folder / "atlas.html").read_text(encoding="utf-8"))
    diagram = next(page.all("svg"))
    links = [tag.attributes["href"] or "" for tag in page.all("a") if diagram in tag.inside]
    assert len([link for link in links if link.startswith("#class-")]) == 11
    assert len([link for link in links if link.startswith("#edge-")]) == 13
    matrix = next(tag for tag in page.all("table") if "matrix" in (tag.attributes["class"] or ""))
    assert len([tag for tag in page.all("td") if matrix in tag.inside]) == 121
    assert len([tag for tag in page.tags if (tag.attributes.get("id") or "").startswith("language-")]) == 17


def test_pictures_leave_room() -> None:
    """A picture that would take too much is left out and named; smaller ones still find room."""

    def words(count: int) -> Picture:
        return Picture(10, 10, (Group(tuple(text((0, 0), "word") for _ in range(count))),), "words")

    gallery = Gallery(120_000)
    large, small = gallery.figure(lambda: words(1000)), gallery.figure(lambda: words(10))
    assert large.svg is None
    assert "for the page to stay small" in (large.note or "")
    assert small.svg is not None
    for _ in range(1000):
        gallery.figure(lambda: words(10))
    assert gallery.left > 0
    assert 0 < Gallery.beside(100_000).left < Gallery.beside(10).left < ROOM
