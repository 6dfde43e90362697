"""Open a report in a real browser: how long, what it asks of elsewhere, what a machine sees of its accessibility.

    python -m tests.eval.open_report [REPORT.html] [--runs 7] [--screens FOLDER]

Without a report, one of 1,000 cases is written, of which 300 fail. Prints one JSON object; returns 1 when a bar of the
issue is missed: opened in under 2 s, no outside request, no violation told by axe.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from eval.report import HTML, write_report
from tests.eval.seen import right, run_in, wrong
from tests.ui.conftest import CHROMIUM

OPENED_MS = 2000
WIDTHS = (1280, 820, 320)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
_PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
# Zero until the page is whole.
_LOADED = "() => performance.getEntriesByType('navigation')[0].loadEventEnd"
_OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true })"
_WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(frozen=True, slots=True)
class Opened:
    """What one width showed.

    Attributes:
        width: of the window, in CSS pixels.
        milliseconds: from the address to the end of its loading, by run.
        painted: from the address to the first words, by run.
        outside: addresses asked for beside the file itself.
        violations: rules of axe that are broken, every case closed, then every case open.
        wider: pixels by which the page is wider than its window.
    """

    width: int
    milliseconds: tuple[float, ...]
    painted: tuple[float, ...]
    outside: tuple[str, ...]
    violations: tuple[str, ...]
    wider: int

    def values(self) -> dict[str, object]:
        """Return it as JSON holds it."""
        return {
            "width": self.width,
            "opened_ms": {
                "median": round(statistics.median(self.milliseconds)),
                "worst": round(max(self.milliseconds)),
            },
            "painted_ms": {"median": round(statistics.median(self.painted)), "worst": round(max(self.painted))},
            "outside": list(self.outside),
            "violations": list(self.violations),
            "wider_than_window": self.wider,
        }


def a_report(folder: Path, passing: int = 700, failing: int = 300) -> Path:
    """Write the report of a run made by hand; returns its page."""
    write_report(run_in(folder, [*right(passing), *wrong(failing)]))
    return folder / HTML


def opened(browser: Browser, report: Path, width: int, runs: int, screens: Path | None = None) -> Opened:
    """Open a report `runs` times at one width, each time in a browser that knows nothing of it."""
    times: list[float] = []
    painted: list[float] = []
    outside: list[str] = []
    violations: set[str] = set()
    wider = 0
    address = report.resolve().as_uri()
    for run in range(runs):
        with browser.new_context(viewport={"width": width, "height": 900}, locale="fr-FR") as context:
            page = context.new_page()
            page.on("request", lambda request: outside.append(request.url))
            page.goto(address)
            page.wait_for_function(_PAINTED)
            page.wait_for_function(_LOADED)
            times.append(float(page.evaluate(_LOADED)))
            painted.append(float(page.evaluate(_PAINTED)))
            if run:
                continue
            if screens is not None:
                page.screenshot(path=screens / f"report-{width}.png", full_page=False)
            wider = int(page.evaluate(_WIDER))
            violations |= _broken(page)
            page.evaluate(_OPEN_ALL)
            violations |= _broken(page)
    own = ("data:", address)
    elsewhere = tuple(sorted({url for url in outside if not url.startswith(own)}))
    return Opened(width, tuple(times), tuple(painted), elsewhere, tuple(sorted(violations)), wider)


def _broken(page: Page) -> set[str]:
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    return {f"{one['id']} ({len(one['nodes'])})" for one in found}


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.eval.open_report", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("report", type=Path, nargs="?", help="report.html; without it, one of 1,000 cases made by hand")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--screens", type=Path, help="folder for one picture a width")
    options = parser.parse_args(arguments)
    if options.screens:
        options.screens.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        report = options.report or a_report(Path(made))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        found = [opened(browser, report, width, options.runs, options.screens) for width in WIDTHS]
        said = {"bytes": report.stat().st_size, "runs": options.runs, "widths": [one.values() for one in found]}
        browser.close()
    sys.stdout.write(json.dumps(said, indent=2, ensure_ascii=False) + "\n")
    slow = any(statistics.median(one.milliseconds) > OPENED_MS for one in found)
    return int(slow or any(one.outside or one.violations or one.wider > 0 for one in found))


if __name__ == "__main__":
    sys.exit(main())
