"""The report in a real browser: nothing is asked of elsewhere, and axe finds nothing against it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from eval.report import HTML, write_report
from tests.eval.open_report import WIDTHS, opened
from tests.eval.seen import a_case, right, run_in, wrong
from tests.ui.conftest import CHROMIUM

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt-get install chromium)"),
]


def test_it_asks_nothing_of_elsewhere_fits_every_width_and_axe_finds_nothing(tmp_path: Path) -> None:
    hidden = [(a_case("h1", shown=False), wrong(1, "h")[0][1])]
    before = run_in(tmp_path / "before", [*right(30), *wrong(9)])
    now = run_in(tmp_path / "now", [*right(20), *wrong(9), *wrong(10, "b"), *hidden], parts={"prompts": "p2"})
    write_report(now, before)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        found = [opened(browser, now / HTML, width, 1) for width in WIDTHS]
        browser.close()

    assert [(one.width, one.outside, one.violations) for one in found] == [(width, (), ()) for width in WIDTHS]
    assert [one.wider for one in found] == [0] * len(WIDTHS)
