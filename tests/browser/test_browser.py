"""Pages in a browser: light and dark, wide and narrow, by keyboard, with scripts and without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

Show = Callable[..., Page]


@pytest.fixture
def show(browser: Browser) -> Iterator[Show]:
    """Return a function that opens a page, of which nothing else is asked for and no message comes."""
    contexts, heard, asked = [], [], []

    def show(path: Path, *, place: str = "", width: int = 1200, **options: object) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, **options)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("request", lambda request: asked.append(request.url.partition("#")[0]))
        page.goto(path.as_uri() + place)
        assert {url for url in asked if not url.startswith("data:")} == {path.as_uri()}
        return page

    yield show
    for context in contexts:
        context.close()
    assert heard == []
    assert all(url.startswith(("file:", "data:")) for url in asked)


UNFOLD = "document.querySelectorAll('details').forEach(one => { one.open = true; })"

OVERFLOW = """() => {
  const room = document.documentElement.clientWidth, found = [];
  if (document.documentElement.scrollWidth > room) found.push(document.documentElement.scrollWidth);
  return found;
}"""


@pytest.mark.parametrize("width", [360, 1200])
def test_the_page_is_as_wide_as_the_screen(show: Show, page_path: Path, width: int) -> None:
    """Folded and unfolded, it never scrolls sideways; wide tables and pictures scroll in their own place."""
    page = show(page_path, width=width)
    assert page.evaluate(OVERFLOW) == []
    page.evaluate(UNFOLD)
    assert page.evaluate(OVERFLOW) == []
    if width == 360:
        wide = "[...document.querySelectorAll('.wide, .drawing')].filter(e => e.scrollWidth > e.clientWidth)"
        assert page.evaluate(f"{wide}.length") > 0
        assert page.evaluate(f"{wide}.filter(e => e.tabIndex !== 0).length") == 0


def test_the_first_column_stays(show: Show, folder: Path) -> None:
    """On a telephone the matrix scrolls under its first column: names stay in sight, answers pass below."""
    page = show(folder / "comparison.html", width=360)
    place = "document.querySelector('.matrix th[scope=row]').getBoundingClientRect().left"
    answer = "document.querySelector('.matrix td').getBoundingClientRect().left"
    before, first = page.evaluate(place), page.evaluate(answer)
    page.evaluate("document.querySelector('.wide').scrollLeft = 100")
    assert page.evaluate(place) == before
    assert page.evaluate(answer) == first - 100


CONTRAST = """() => {
  const numbers = colour => {
    const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
    return [r, g, b, a];
  };
  const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3]));
  const light = ([r, g, b]) => {
    const linear = x => (x /= 255) <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  };
  const ground = node => {
    const layers = [];
    for (; node; node = node.parentElement) layers.push(numbers(getComputedStyle(node).backgroundColor));
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const inside = (text, shape) => {
    const [a, b] = [text.getBoundingClientRect(), shape.getBoundingClientRect()];
    const [x, y] = [(a.left + a.right) / 2, (a.top + a.bottom) / 2];
    return b.left <= x && x <= b.right && b.top <= y && y <= b.bottom;
  };
  const drawnOn = text => {
    let found = ground(text.closest("svg").parentElement);
    for (const shape of text.closest("svg").querySelectorAll("rect, polygon, ellipse, path")) {
      if (!(shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING)) break;
      const style = getComputedStyle(shape);
      if (style.fill === "none" || !inside(text, shape)) continue;
      const fill = numbers(style.fill);
      found = over([...fill.slice(0, 3), fill[3] * style.fillOpacity], found);
    }
    return found;
  };
  const poor = new Map();
  let count = 0;
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some(one => one.nodeType === 3 && one.data.trim());
    if (!own || node.closest("script, title, desc") || !node.getClientRects().length) continue;
    if (node.closest("[aria-hidden=true]") || node.matches(".skip")) continue;
    const style = getComputedStyle(node), drawn = node.closest("svg");
    const below = drawn ? drawnOn(node.closest("text")) : ground(node);
    const ink = over(numbers(drawn ? style.fill : style.color), below);
    const [a, b] = [light(ink), light(below)].sort((x, y) => y - x);
    const contrast = (a + 0.05) / (b + 0.05);
    count += 1;
    const name = `${node.tagName}.${node.getAttribute("class")} ${contrast.toFixed(2)}`;
    const where = drawn ? drawn.textContent.slice(0, 60) : "";
    if (contrast < 4.5) poor.set(name, `${node.textContent} in ${where}`);
  }
  return [count, [...poor].slice(0, 10)];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(show: Show, page_path: Path, scheme: str) -> None:
    """Every text, in pictures too, has a contrast of 4.5 at least to what is below it (WCAG 2, level AA)."""
    page = show(page_path, color_scheme=scheme)
    page.evaluate(UNFOLD)
    count, poor = page.evaluate(CONTRAST)
    assert count > 500
    assert poor == []
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") is (scheme == "light")


def test_names_of_controls(show: Show, page_path: Path) -> None:
    """Whatever the keyboard reaches has a name in the tree that a screen reader is given."""
    page = show(page_path)
    page.evaluate(UNFOLD)
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    reached, unnamed = 0, []
    for node in nodes:
        properties = {one["name"]: one["value"].get("value") for one in node.get("properties", ())}
        role = node.get("role", {}).get("value")
        if node.get("ignored") or not properties.get("focusable") or role in ("RootWebArea", "main"):
            continue
        reached += 1
        if not node.get("name", {}).get("value", "").strip():
            unnamed.append(role)
    assert reached > 100
    assert unnamed == []


def test_focus_is_visible(show: Show, page_path: Path) -> None:
    """The first things that Tab reaches are outlined; the very first leads past the navigation."""
    page = show(page_path)
    style = "getComputedStyle(document.activeElement)"
    for number in range(30):
        page.keyboard.press("Tab")
        outline, width = page.evaluate(f"[{style}.outlineStyle, {style}.outlineWidth]")
        assert (outline, width) == ("solid", "3px") or page.evaluate(
            "!!document.activeElement.closest('svg')"
        )
        assert outline != "none"
        if number == 0:
            assert page.evaluate("document.activeElement.hash") == "#main"
            assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0


def test_the_keyboard_opens_a_proof(show: Show, folder: Path) -> None:
    """Tab reaches the answers of the matrix; Enter on one unfolds its proof and brings it into sight."""
    page = show(folder / "comparison.html")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("!!document.activeElement.closest('.matrix td')"):
            break
    place = page.evaluate("document.activeElement.hash")
    assert place.startswith("#t0-")
    assert page.evaluate("document.querySelectorAll('details[open]').length") == 0
    page.keyboard.press("Enter")
    page.wait_for_function(f"document.querySelector('{place}').closest('details').open")
    body = page.locator(place)
    assert body.is_visible()
    top = page.evaluate(f"document.querySelector('{place}').getBoundingClientRect().top")
    summary = f"document.querySelector('{place}').parentElement.firstElementChild.getBoundingClientRect().top"
    assert 0 <= page.evaluate(summary) < top < 800


def test_a_link_unfolds_what_it_leads_to(show: Show, page_path: Path) -> None:
    """As the page is opened at a place, and as a link is followed; every folded place can be reached so."""
    page = show(page_path, place="#language-mr")
    assert page.locator("#language-mr").is_visible()
    page.evaluate("location.hash = '#language-po'")
    page.wait_for_function("document.querySelector('#language-po').closest('details').open")
    assert page.locator("#language-po").is_visible()
    page.evaluate("location.hash = '#%E0%A4%A'")  # no text, and no place: nothing happens


def test_a_class_of_the_diagram_leads_to_its_evidence(show: Show, folder: Path) -> None:
    """A click on a class or a line of the diagram leads to the place that tells of it."""
    page = show(folder / "atlas.html")
    for link in ("#class-mr", "#edge-mr-rm"):
        page.locator(f"svg a[href='{link}']").focus()
        page.keyboard.press("Enter")
        assert page.evaluate("location.hash") == link
        assert page.evaluate(f"document.querySelector('{link}').getBoundingClientRect().top") < 800


def test_without_scripts(show: Show, page_path: Path) -> None:
    """All texts are there, summaries unfold by themselves and links lead on."""
    page = show(page_path, java_script_enabled=False)
    folded = page.locator("details").last
    assert not folded.locator(".body").is_visible()
    folded.locator("summary").press("Enter")
    assert folded.locator(".body").is_visible()
    assert "What it cannot do" in folded.inner_text()
    assert page.locator("h2").all_inner_texts()[0] in ("Side by side", "The diagram")
