"""Pictures of the pages for docs/: `python -m tests.ui.screens http://127.0.0.1:8080 docs/screens`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.ui.conftest import CHROMIUM

PHONE, DESKTOP = ViewportSize(width=390, height=844), ViewportSize(width=1120, height=760)
LARGEST = 150_000
ARGUMENTS = ["--no-sandbox", "--disable-gpu"]
Act = Callable[[Page], None]


def asking(text: str) -> Act:
    def act(page: Page) -> None:
        page.locator("form.ask textarea").fill(text)
        page.locator("form.ask .primary").click()
        expect(page.locator("article.answer").last).to_be_visible()

    return act


def home(_: Page) -> None:
    """Nothing to do."""


def source_opened(page: Page) -> None:
    asking("Quel préavis pour quitter mon appartement ?")(page)
    page.locator("article.answer .sources summary").first.click()
    page.locator("article.answer .sources").evaluate("(node) => node.scrollIntoView()")


def every_case(page: Page) -> None:
    asking("J’ai perdu ma carte d’identité, que faire ?")(page)
    if page.locator(".decide button[name=every]").count():
        page.locator(".decide button[name=every]").last.click()
        expect(page.locator("article.answer").last.locator(".decide")).to_have_count(0)


def contested(page: Page) -> None:
    page.goto(page.url.rstrip("/") + "/contester")
    page.locator("form.stack button").click()
    expect(page.locator("h2")).to_contain_text("PAR-")


def receipt(page: Page) -> None:
    asking("Quel préavis pour quitter mon appartement ?")(page)
    page.goto(
        page.url.split("/question", maxsplit=1)[0].rstrip("/")
        + (page.locator(".receipt a").get_attribute("href") or "")
    )


STATES: dict[str, Act] = {
    "accueil": home,
    "reponse": asking("Quel préavis pour quitter mon appartement ?"),
    "voisines": asking("Combien coûte un passeport pour un adulte ?"),
    "cas": every_case,
    "question": asking("J’ai perdu ma carte d’identité, que faire ?"),
    "refus": asking("Quelle est la meilleure recette de crêpes ?"),
    "source": source_opened,
    "recu": receipt,
    "dossier": contested,
}
BOTH_THEMES = {"accueil", "reponse", "source"}


def take(browser: Browser, address: str, folder: Path, state: str, name: str, *, script: bool, dark: bool) -> None:
    size = PHONE if "telephone" in name else DESKTOP
    scheme: Literal["dark", "light"] = "dark" if dark else "light"
    with browser.new_context(
        viewport=size, color_scheme=scheme, java_script_enabled=script, locale="fr-FR", reduced_motion="reduce"
    ) as context:
        # Twenty questions a minute are admitted from one address.
        time.sleep(4)
        page = context.new_page()
        page.goto(address)
        STATES[state](page)
        data = page.screenshot()
    if len(data) > LARGEST:
        sys.stderr.write(f"{name}: {len(data)} bytes\n")
    (folder / f"{name}.png").write_bytes(data)


def main(address: str, folder: Path, wanted: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for state in STATES:
            for size in ("telephone", "ordinateur"):
                if wanted in state and (size == "telephone" or state in BOTH_THEMES):
                    take(browser, address, folder, state, f"{state}-{size}", script=True, dark=False)
                    if state in BOTH_THEMES:
                        take(browser, address, folder, state, f"{state}-{size}-sombre", script=True, dark=True)
        if wanted in "sans-script":
            take(browser, address, folder, "reponse", "sans-script-telephone", script=False, dark=False)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
