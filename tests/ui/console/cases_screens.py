"""Pictures of the cases and of the monitoring for docs/: `python -m tests.ui.console.cases_screens docs/screens`.

Over the index in force (CITE_DATA), with a database, records, people and cases made for the occasion, in a folder that
is thrown away: nothing of the service is touched.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

from bot.assembly import Assembly, assemble
from bot.store import Account, Line, Store, open_store
from corpus.settings import load_settings
from ethics.case import Finding, answered, assigned, corrected, open_case
from ethics.policy import load_policy
from ethics.receipt import new_receipt
from tests.ethics.city import City
from tests.ui.conftest import CHROMIUM, serving
from tests.ui.console.test_monitoring import an_update
from tests.ui.identity.conftest import CHEAP, PASSWORD
from ui.console.monitoring.weekly import Week, Weekly, mondays
from ui.identity import Identity
from ui.quarantine import Quarantine
from ui.records import Records

SIZES = {"1280": ViewportSize(width=1280, height=900), "820": ViewportSize(width=820, height=1100)}
QUESTION = "Combien coûte la fourrière à Paris pour ma voiture ?"
MESSAGE = "Le tarif affiché à la préfourrière n’est pas celui de la réponse."
READ = ((50, 0), (50, 1), (50, 0), (50, 2), (50, 0), (50, 1))


def furnish(bot: Assembly, records: Records, folder: Path) -> Line:
    """Keep an answer and its contest, older cases, traffic, readings and a signed log; return the answer."""
    store, now = records.store, datetime.now(UTC)
    city = City(folder, now=now - timedelta(days=40))
    city.seat()
    city.drill()
    city.now = now - timedelta(days=3)
    before, after = "Enlèvement : 150 € par véhicule.", "Enlèvement : 164 € par véhicule."
    an_update(city, before, after, "corpus")
    turn = bot.responder.respond(QUESTION, records.today)
    line = store.turns.find(turn.receipt)
    assert line is not None
    contest = open_case(store.cases, now - timedelta(hours=20), line.receipt, severe=True)
    store.cases.keep_message(contest.number, MESSAGE)
    traffic(bot, store, now)
    older(store, now)
    for monday, (read, wrong) in zip(reversed(mondays(records.today, len(READ))), READ, strict=True):
        Weekly(folder).add(Week(monday, read, wrong, 0), now)
    return line


def traffic(bot: Assembly, store: Store, now: datetime) -> None:
    cards = [card for card in bot.opened.store.documents() if card.theme][::40]
    for rank in range(900):
        at = (now - timedelta(days=rank % 27, minutes=rank)).replace(microsecond=0)
        refused = rank % (5 if rank % 27 > 7 else 7) == 0
        status, document = ("unanswerable_no_source", "") if refused else ("answered", cards[rank % len(cards)].id)
        receipt = new_receipt(f"{rank:064x}", "essai", (), at)
        line = (receipt.id, at, status, receipt.answer, receipt.release, document, (), "fr")
        store.turns.keep(Line(*line, generated=False, milliseconds=80.0, energy=(0.0, 0.0)))
        if document and rank % 9 == 0:
            store.usefulness.count(at.date(), document, useful=rank % 4 > 0)


def older(store: Store, now: datetime) -> None:
    """Cases at each step, some of them late."""
    for rank in range(14):
        at = now - timedelta(days=3 * rank + 1)
        case = open_case(store.cases, at, "", severe=rank == 9)
        if rank % 3:
            case = assigned(case, "État civil", now)
            store.cases.keep(case)
        if rank % 3 == 2:
            finding = Finding.UNFOUNDED if rank % 2 else Finding.PARTLY
            case = answered(case, finding, "La page officielle a été relue avec le service.", now)
            if finding is Finding.PARTLY and rank > 3:
                case = corrected(case, "Nous avions écrit : « 21 jours. » Il fallait lire : « 30 jours. »", now)
            store.cases.keep(case)


def shot(page: Page, folder: Path, name: str, size: str, *, whole: bool = False) -> None:
    (folder / f"console-{name}-{size}.png").write_bytes(page.screenshot(full_page=whole))


def walk(page: Page, address: str, folder: Path, size: str, line: Line, number: str) -> None:
    page.goto(f"{address}/console/dossiers")
    page.locator("#name").fill("marie")
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("table")
    shot(page, folder, "cases-liste", size)
    page.goto(f"{address}/console/dossiers/{number}")
    opened = page.locator("main details > summary").first
    if opened.count():
        opened.click()
    shot(page, folder, "cases-dossier", size, whole=True)
    ref = line.passages[0].replace("#", "%23")
    page.goto(f"{address}/console/dossiers/quarantaine?passage={ref}")
    shot(page, folder, "cases-quarantaine", size, whole=True)
    for name in ("errata", "rappels", "incidents", "archive"):
        page.goto(f"{address}/console/dossiers/{name}")
        shot(page, folder, f"cases-{name}", size)
    page.goto(f"{address}/console/suivi")
    shot(page, folder, "suivi-accueil", size)
    for name in ("refus", "themes", "energie"):
        page.evaluate(f"document.querySelector('#{name}').scrollIntoView()")
        shot(page, folder, f"suivi-{name}", size)
    page.goto(f"{address}/console/suivi/sources")
    shot(page, folder, "suivi-sources", size)


def steps(page: Page, address: str, folder: Path, size: str, line: Line, number: str) -> None:
    """The contested answer, from the confirmed error to its regression case, in pictures."""
    page.goto(f"{address}/console/dossiers/{number}")

    def send(act: str, **fields: str) -> None:
        page.locator(f"details:has(input[name=act][value={act}]) > summary").click()
        form = page.locator(f"form:has(input[name=act][value={act}])")
        for name, value in fields.items():
            form.locator(f"[name={name}]").first.fill(value)
        with page.expect_navigation():
            form.locator("button").click()

    page.locator("details > summary").first.click()
    page.locator("input[name=finding]").first.check()
    page.locator("details > summary").first.click()
    send("answer", text="Vous aviez raison : le tarif a changé.", why="tarif relu avec la préfecture")
    send("correct", wrong="Enlèvement : 150 €", right="Enlèvement : 164 €", why="tarif relu avec la préfecture")
    page.locator("details:has(input[value=recall]) > summary").click()
    page.locator("input[name=passage]").first.check()
    page.locator("details:has(input[value=recall]) > summary").click()
    send("recall", after="Enlèvement : 164 €", text="Le tarif d’enlèvement a changé.", why="tarif relu")
    send("promote", question="Quel est le tarif d’enlèvement d’une voiture ?", must_say="164 €", why="erreur confirmée")
    shot(page, folder, "cases-dossier-corrige", size, whole=True)
    page.goto(f"{address}/recu/{line.receipt}")
    shot(page, folder, "cases-recu-rappele", size)
    page.goto(f"{address}/console/dossiers/errata")
    shot(page, folder, "cases-errata", size)
    page.goto(f"{address}/console/dossiers/rappels")
    shot(page, folder, "cases-rappels", size)
    page.goto(f"{address}/console/dossiers/incidents")
    shot(page, folder, "cases-incidents", size)


def main(pictures: Path) -> None:
    pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for size, viewport in SIZES.items():
            folder = Path(name) / size
            store = open_store(folder)
            bot = assemble(load_settings(), keep=store.turns.keep)
            records = Records(store, folder, load_policy())
            line = furnish(bot, records, folder)
            Quarantine(folder).put(line.passages[-1], "tarif signalé faux par un agent", datetime.now(UTC))
            number = store.cases.contesting(line.receipt)[0].number
            roles = ("committee", "executive")
            store.accounts.add(Account("marie", CHEAP.hash(PASSWORD), roles, active=True, made=datetime.now(UTC)))
            with serving(bot, records=records, identity=Identity(store, passwords=CHEAP)) as address:
                context = browser.new_context(viewport=viewport, locale="fr-FR", reduced_motion="reduce")
                page = context.new_page()
                walk(page, address, pictures, size, line, number)
                steps(page, address, pictures, size, line, number)
                context.close()
            bot.opened.store.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
