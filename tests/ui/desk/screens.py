"""Pictures of the desk for docs/: `python -m tests.ui.desk.screens http://127.0.0.1:8080 docs/screens NAME PASSWORD`.

The account must be an agent and an administrator; use one of the demonstration.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

from tests.house.tree import ROOT
from tests.ui.conftest import CHROMIUM

SIZES = {"1280": ViewportSize(width=1280, height=900), "820": ViewportSize(width=820, height=1100)}
LARGEST = 250_000


def shot(page: Page, folder: Path, name: str, size: str) -> None:
    data = page.screenshot()
    if len(data) > LARGEST:
        sys.stderr.write(f"{name}: {len(data)} bytes\n")
    (folder / f"bureau-{name}-{size}.png").write_bytes(data)


def walk(page: Page, address: str, folder: Path, size: str, name: str, password: str) -> None:
    letter = json.loads((ROOT / "eval" / "cases" / "letters.jsonl").read_text(encoding="utf-8").splitlines()[0])
    page.goto(f"{address}/bureau")
    shot(page, folder, "connexion", size)
    page.locator("#name").fill(name)
    page.locator("#password").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_selector("#text")
    shot(page, folder, "accueil", size)
    page.locator("#text").fill(letter["letter"])
    page.locator("main button.primary").click()
    page.wait_for_selector("[data-hidden]")
    shot(page, folder, "masque", size)
    page.locator("a.button").click()
    page.wait_for_selector(".lines")
    shot(page, folder, "projet", size)
    page.locator("#question-1").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#question-1').scrollIntoView()")
    page.locator("section[aria-labelledby=question-1] .line details summary").first.click()
    shot(page, folder, "question", size)
    page.locator("#service").fill("Mairie du 20e arrondissement, service de l’état civil")
    page.locator("#decision-no").check()
    page.locator("#service").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    shot(page, folder, "avant-export", size)
    for _ in range(60):
        button = page.locator("li.line:not(.done) button[value=validate]").first
        if not button.count():
            break
        where = button.locator("xpath=..").locator("input[name=checked]")
        if where.count():
            where.fill("page officielle, ce jour")
        with page.expect_navigation():
            button.click()
    page.locator("a[href$=sortie]").click()
    page.wait_for_selector("[data-text]")
    shot(page, folder, "sortie", size)
    for path, called in (("/bureau/demandes", "demandes"), ("/compte", "compte"), ("/journal", "journal")):
        page.goto(f"{address}{path}")
        shot(page, folder, called, size)
    page.goto(f"{address}/bureau/demandes")
    first = page.locator("tbody a").first
    if first.count():
        first.click()
        shot(page, folder, "demande", size)


def main(address: str, folder: Path, name: str, password: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for size, viewport in SIZES.items():
            with browser.new_context(viewport=viewport, locale="fr-FR", reduced_motion="reduce") as context:
                page = context.new_page()
                page.set_default_timeout(120_000)
                walk(page, address, folder, size, name, password)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4])
