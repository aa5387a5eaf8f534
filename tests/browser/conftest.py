"""Pages are made once for all tests of this folder, and one browser shows them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from specexpr.comparison.atlas import make_atlas
from specexpr.report.html import atlas_page
from tests.browser.pages import comparison

FLAGS = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the pages `comparison.html` and `atlas.html`."""
    folder = tmp_path_factory.mktemp("pages")
    comparison().to_html(folder / "comparison.html")
    (folder / "atlas.html").write_text(atlas_page(make_atlas(timeout=20.0)), encoding="utf-8")
    return folder


@pytest.fixture(params=["comparison", "atlas"])
def page_path(request: pytest.FixtureRequest, folder: Path) -> Path:
    """Return the path of each page."""
    return folder / f"{request.param}.html"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start a browser; skip where there is none."""
    program = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    if program is None:
        pytest.skip("there is no chromium here")
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    flags = [*FLAGS, *(["--no-sandbox"] if is_root else [])]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()
