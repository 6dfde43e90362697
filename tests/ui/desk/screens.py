"""Pictures of the desk for docs/: `python -m tests.ui.desk.screens http://127.0.0.1:8080 docs/screens NAME PASSWORD`.

The account must be a supervisor and an administrator that never passed the initiation; a second one, `NAME2`, of the
same password, is the second reader. Use accounts of the demonstration.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

from tests.house.tree import ROOT
from tests.ui.conftest import CHROMIUM
from ui.desk.training import quiz

SIZES = {"1280": ViewportSize(width=1280, height=900), "820": ViewportSize(width=820, height=1100)}
LARGEST = 250_000


def shot(page: Page, folder: Path, name: str, size: str, room: str = "bureau") -> None:
    data = page.screenshot()
    if len(data) > LARGEST:
        sys.stderr.write(f"{name}: {len(data)} bytes\n")
    (folder / f"{room}-{name}-{size}.png").write_bytes(data)


def near(page: Page, folder: Path, name: str, size: str, selector: str) -> None:
    """A picture of what stands around something."""
    page.wait_for_selector(selector)
    page.evaluate(f"document.querySelector({selector!r}).scrollIntoView()")
    shot(page, folder, name, size, "desk")


def sign_in(page: Page, address: str, name: str, password: str) -> None:
    page.goto(f"{address}/connexion")
    page.locator("#name").fill(name)
    page.locator("#password").fill(password)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def initiated(page: Page, address: str) -> None:
    page.goto(f"{address}/bureau/initiation")
    for rank, one in enumerate(quiz().questions):
        page.locator(f"#question-{rank}-{one.right}").check()
    page.locator("main button.primary").click()


def walk_readers(page: Page, address: str, folder: Path, size: str, name: str, password: str) -> None:
    """From the initiation to the second reading, and what may serve again."""
    sign_in(page, address, name, password)
    page.goto(f"{address}/bureau")
    if page.locator("main a.button").count():
        shot(page, folder, "avant-initiation", size, "desk")
    page.goto(f"{address}/bureau/initiation")
    shot(page, folder, "initiation", size, "desk")
    page.locator("main button.primary").click()
    near(page, folder, "initiation-a-revoir", size, "form.quiz")
    initiated(page, address)
    shot(page, folder, "initiation-reussie", size, "desk")
    page.goto(f"{address}/bureau")
    shot(page, folder, "accueil", size, "desk")
    text = "Bonjour, ma fille de 15 ans a perdu sa carte d'identité. Que faut-il faire ? Signé : Jeanne Martin"
    for again in (False, True):
        page.goto(f"{address}/bureau")
        page.locator("#text").fill(text)
        page.locator("main button.primary").click()
        page.locator("main a.button").click()
        page.wait_for_selector(".lines")
        if again:
            break
        page.locator("li.line.quote, li.line.to_check").first.locator("button[value=drop]").click()
        finished(page)
        page.locator("form[action$=relecture] button").click()
        near(page, folder, "relecture-demandee", size, "#relecture")
        reading = page.url.partition("#")[0].replace("/lettre/", "/relecture/")
        page.context.clear_cookies()
        sign_in(page, address, f"{name}2", password)
        initiated(page, address)
        page.goto(f"{address}/bureau/relecture")
        shot(page, folder, "relectures", size, "desk")
        page.goto(reading)
        shot(page, folder, "relecture", size, "desk")
        near(page, folder, "relecture-fin", size, "main .actions")
        page.locator("button[value=agree]").click()
        page.context.clear_cookies()
        sign_in(page, address, name, password)
        page.goto(reading.replace("/relecture/", "/lettre/"))
        near(page, folder, "relecture-accord", size, "#relecture")
        page.locator("a[href$=sortie]").click()
        page.wait_for_selector("[data-text]")
    if page.locator(".offers").count():
        page.locator(".offers summary").first.click()
        near(page, folder, "deja-valide", size, ".offers")
    page.locator("a[href$=simplifier]").first.click()
    shot(page, folder, "simplifier", size, "desk")
    page.goto(f"{address}/bureau/bilan")
    shot(page, folder, "bilan", size, "desk")


def finished(page: Page) -> None:
    """Validate every sentence, one by one, and say what the letter needs."""
    page.locator("#service").fill("Mairie du 20e arrondissement, service de l’état civil")
    page.locator("#decision-no").check()
    page.locator("#service").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    for _ in range(60):
        button = page.locator("li.line:not(.done) button[value=validate]").first
        if not button.count():
            break
        where = button.locator("xpath=..").locator("input[name=checked]")
        if where.count():
            where.fill("page officielle, ce jour")
        with page.expect_navigation():
            button.click()


def walk(page: Page, address: str, folder: Path, size: str, name: str, password: str) -> None:
    letter = json.loads((ROOT / "eval" / "cases" / "letters.jsonl").read_text(encoding="utf-8").splitlines()[0])
    page.goto(f"{address}/bureau")
    shot(page, folder, "connexion", size)
    page.locator("#name").fill(name)
    page.locator("#password").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_selector("h1")
    initiated(page, address)
    page.goto(f"{address}/bureau")
    shot(page, folder, "accueil", size)
    page.locator("#text").fill(letter["letter"])
    page.locator("main button.primary").click()
    page.wait_for_selector("[data-hidden]")
    shot(page, folder, "masque", size)
    page.locator("main a.button").click()
    page.wait_for_selector(".lines")
    shot(page, folder, "projet", size)
    page.locator("#question-1").scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#question-1').scrollIntoView()")
    page.locator("section[aria-labelledby=question-1] .line details summary").first.click()
    shot(page, folder, "question", size)
    page.evaluate("document.querySelector('#export').scrollIntoView()")
    shot(page, folder, "avant-export", size)
    finished(page)
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
                walk_readers(page, address, folder, size, name, password)
                context.clear_cookies()
                walk(page, address, folder, size, name, password)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4])
