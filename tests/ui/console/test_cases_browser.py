"""The cases and the monitoring in a real browser: nothing that a machine can fault, and all of it without a script."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bot.assembly import Assembly
from bot.store import Account, Store
from ethics.case import open_case
from ethics.policy import load_policy
from tests.ethics.city import City
from tests.ui.conftest import IN_A_BROWSER, RULES, serving
from tests.ui.console.at_work import a_contest
from tests.ui.console.test_monitoring import an_update, keep
from tests.ui.identity.conftest import PASSWORD, Clock
from ui.console.monitoring.weekly import Week, Weekly, mondays
from ui.identity import Identity
from ui.records import Records

pytestmark = IN_A_BROWSER


@pytest.fixture
def house(bot: Assembly, store: Store, tmp_path: Path, identity: Identity, clock: Clock) -> Iterator[str]:
    held = Records(store, tmp_path, load_policy(), clock)
    both = Account("both", identity.passwords.hash(PASSWORD), ("committee", "executive"), active=True, made=clock())
    store.accounts.add(both)
    city = City(tmp_path)
    city.seat()
    city.drill()
    an_update(city, "La carte coûte 19 €.", "La carte coûte 25 €.", "corpus")
    for rank, monday in enumerate(reversed(mondays(held.today, 5))):
        Weekly(tmp_path).add(Week(monday, 50, 2 * (rank == 3), 0), clock())
    keep(store, clock, 1, 30)
    keep(store, clock, 9, 12, "unanswerable_no_source", "")
    with serving(bot, records=held, identity=identity) as address:
        yield address


def enter(page: Page, house: str, path: str) -> None:
    page.goto(f"{house}{path}")
    page.locator("#name").fill("both")
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_be_visible()


def send(page: Page, form: str, **fields: str) -> None:
    """Fill the form of an act, without a pointer, and send it."""
    inside = page.locator(f"form:has(input[name=act][value={form}])")
    if not inside.is_visible():
        page.locator(f"details:has(input[name=act][value={form}]) > summary").press("Enter")
    for name, value in fields.items():
        inside.locator(f"[name={name}]").first.fill(value)
    with page.expect_navigation():
        inside.locator("button").press("Enter")


class Checker:
    """What a machine finds wrong on a page, and whether it scrolls sideways, down to a phone."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.found: dict[str, Any] = {}

    def __call__(self, name: str) -> None:
        report = Axe().run(self.page, options={"runOnly": RULES}).response["violations"]
        if report:
            self.found[name] = [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in report]
        for width in (320, 820):
            self.page.set_viewport_size({"width": width, "height": 1000})
            wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if wide > 0:
                self.found[f"{name} scrolls sideways at {width}"] = wide


def test_a_member_takes_a_case_from_the_error_to_its_end_by_the_keyboard_and_no_page_has_a_violation(
    browser: Browser, house: str, bot: Assembly, records: Records, store: Store, clock: Clock
) -> None:
    contest = a_contest(
        bot, records, store, clock, severe=True, message="Le prix affiché au guichet n’est pas celui-là."
    )
    open_case(store.cases, clock() - timedelta(days=80), "")
    with browser.new_context(viewport={"width": 820, "height": 1000}, locale="fr-FR") as context:
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        check = Checker(page)
        enter(page, house, "/console/dossiers")
        check("list")
        page.locator("tbody a", has_text=contest.case.number).press("Enter")
        expect(page.locator("h1")).to_have_text(contest.case.number)
        page.locator("details:has(input[value=answer]) > summary").press("Enter")
        check("case, opened")
        page.locator("input[name=finding]").first.check()
        send(page, "answer", text="Oui.", why="relu")
        expect(page.locator("[role=alert]")).to_contain_text("motivée")
        check("case, refused")
        page.locator("input[name=finding]").first.check()
        send(page, "answer", text="Vous aviez raison de contester.", why="relu")
        send(page, "correct", wrong="La carte coûte 19 €.", right="La carte coûte 25 €.", why="relu")
        page.locator("details:has(input[value=recall]) > summary").press("Enter")
        page.locator(f"input[name=passage][value='{contest.passage}']").check()
        send(page, "recall", after="La carte coûte 25 €.", text="Le prix était faux.", why="relu")
        send(page, "promote", question="Prix du titre égaré par un enfant ?", must_say="25 €", why="relu")
        check("case, done")
        send(page, "close", why="relu")
        expect(page.locator("dl")).to_contain_text("clos")
        check("case, closed")
        page.goto(f"{house}/console/dossiers/quarantaine?passage={contest.passage.replace('#', '%23')}")
        check("quarantine, asked")
        send(page, "put", why="prix faux")
        check("quarantine")
        for path in ("errata", "rappels", "incidents", "archive"):
            page.goto(f"{house}/console/dossiers/{path}")
            check(path)
        page.goto(f"{house}/console/suivi")
        expect(page.locator("svg.chart")).to_have_count(2)
        page.locator("details > summary").first.press("Enter")
        check("monitoring")
        page.goto(f"{house}/console/suivi/sources")
        check("sources")
        page.goto(f"{house}/recu/{contest.line.receipt}")
        expect(page.locator("main")).to_contain_text("Le prix était faux.")
        assert errors == []
        assert check.found == {}


def test_the_archive_is_downloaded_and_the_list_filtered_without_a_script(browser: Browser, house: str) -> None:
    with browser.new_context(java_script_enabled=False, locale="fr-FR") as context:
        page = context.new_page()
        enter(page, house, "/console/dossiers/archive")
        page.locator("#why").fill("contrôle annuel")
        with page.expect_download() as download:
            page.locator("main button").click()
        assert download.value.suggested_filename.startswith("cite-dossier-")
        page.goto(f"{house}/console/suivi")
        expect(page.locator("main")).to_contain_text("Exercices d’arrêt")
