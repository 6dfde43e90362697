"""An agent handles a letter in a real browser, by the keyboard alone; what a machine can check of accessibility."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, expect

from bot.assembly import Assembly
from bot.store import Account, Store
from ethics.case import open_case
from ethics.policy import load_policy
from tests.ui.conftest import IN_A_BROWSER, RULES, serving
from tests.ui.desk.conftest import LETTER, plain_spaces
from tests.ui.identity.conftest import PASSWORD, Clock
from ui.desk.training import quiz
from ui.identity import Identity
from ui.records import Records

pytestmark = IN_A_BROWSER


@pytest.fixture
def house(bot: Assembly, store: Store, tmp_path: Path, identity: Identity, clock: Clock) -> Iterator[str]:
    records = Records(store, tmp_path, load_policy(), clock)
    both = Account("both", identity.passwords.hash(PASSWORD), ("agent", "admin"), active=True, made=clock())
    store.accounts.add(both)
    store.trainings.keep("both", quiz().version, clock())
    with serving(bot, records=records, identity=identity) as address:
        yield address


def enter(page: Page, house: str, name: str = "both") -> None:
    page.goto(f"{house}/bureau")
    page.locator("#name").fill(name)
    page.locator("#password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_be_visible()


def validated(page: Page) -> None:
    """Validate every sentence, one by one, by the keyboard."""
    for _ in range(40):
        button = page.locator("li.line:not(.done) button[value=validate]").first
        if not button.count():
            return
        where = button.locator("xpath=..").locator("input[name=checked]")
        if where.count():
            where.fill("page officielle, 2 mars 2026")
        button.focus()
        sent(page)


def sent(page: Page) -> None:
    """Send the form that has the focus, and wait for the page that answers."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_the_personal_data_come_back_in_the_browser_alone(browser: Browser, house: str, tmp_path: Path) -> None:
    with browser.new_context(viewport={"width": 1280, "height": 900}, locale="fr-FR") as context:
        page = context.new_page()
        requests: list[str] = []
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: requests.append(_body(request)))
        enter(page, house)
        page.locator("#text").fill(LETTER)
        page.locator("main button.primary").click()
        expect(page.locator("[data-hidden]")).to_contain_text("Jeanne Martin")
        requests.clear()

        page.locator("a.button").click()
        expect(page.locator("body")).not_to_contain_text("Jeanne")
        page.locator("#service").fill("Mairie du 20e")
        page.locator("#addressee").fill("Mme Jeanne Martin")
        page.locator("#decision-no").check()
        page.locator("#service").focus()
        sent(page)
        validated(page)
        page.locator("a[href$=sortie]").click()
        expect(page.locator("[data-text]")).to_contain_text("Jeanne Martin")
        with page.expect_download() as download:
            page.locator("[data-docx]").click()
        download.value.save_as(tmp_path / "reponse.docx")

        text = plain_spaces("\n".join(one.text for one in docx.Document(str(tmp_path / "reponse.docx")).paragraphs))
        assert "Jeanne Martin" in text
        assert "[nom" not in text
        assert [body for body in requests if "Jeanne" in body or "Martin" in body] == []
        assert errors == []


def tab_to(page: Page, selector: str, most: int = 250) -> None:
    """Press Tab until what has the focus is one of these; nothing else moves the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"no Tab reaches {selector}")


def test_a_letter_goes_from_paste_to_export_by_the_tab_key_alone(
    browser: Browser, house: str, store: Store, tmp_path: Path
) -> None:
    with browser.new_context(viewport={"width": 1280, "height": 900}, locale="fr-FR") as context:
        page = context.new_page()
        page.goto(f"{house}/bureau")
        tab_to(page, "#name")
        page.keyboard.type("both")
        tab_to(page, "#password")
        page.keyboard.type(PASSWORD)
        sent(page)
        tab_to(page, "#text")
        page.keyboard.insert_text(LETTER)
        tab_to(page, "main button.primary")
        sent(page)
        tab_to(page, "main a.button")
        sent(page)

        while page.locator("li.line:not(.done) button[value=validate]").count():
            tab_to(page, "li.line:not(.done) :is(input[name=checked], button[value=validate])")
            if page.evaluate("document.activeElement.name") == "checked":
                page.keyboard.type("page officielle, 2 mars 2026")
                tab_to(page, "button[value=validate]", 2)
            sent(page)
        tab_to(page, "#service")
        page.keyboard.type("Mairie du 20e")
        tab_to(page, "#decision-no")
        page.keyboard.press("Space")
        tab_to(page, "form[action$=reponse] button")
        sent(page)
        tab_to(page, "a[href$=sortie]")
        sent(page)
        tab_to(page, "[data-docx]")
        with page.expect_download() as download:
            page.keyboard.press("Enter")
        download.value.save_as(tmp_path / "reponse.docx")

    text = plain_spaces("\n".join(one.text for one in docx.Document(str(tmp_path / "reponse.docx")).paragraphs))
    assert "Jeanne Martin" in text
    assert "[nom" not in text
    assert "Annexe : sources" in text


def _body(request: Request) -> str:
    return f"{request.url} {request.post_data or ''}"


class Looked:
    """Screens looked at by axe, and what it finds in each."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.found: dict[str, Any] = {}

    def at(self, name: str) -> None:
        report = Axe().run(self.page, options={"runOnly": RULES}).response["violations"]
        if report:
            self.found[name] = [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in report]
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            self.found[f"{name} scrolls sideways"] = wide


def settled(page: Page, decision: str) -> None:
    """Say who signs and whether it is a decision, then validate every sentence."""
    page.locator("#service").fill("Mairie du 20e")
    page.locator(f"#decision-{decision}").check()
    page.locator("#service").focus()
    sent(page)
    validated(page)


def drafted(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.locator("main button.primary").click()
    page.locator("main a.button").click()


def test_every_screen_of_the_desk_has_no_violation_that_a_machine_can_find(
    browser: Browser, house: str, store: Store, clock: Clock
) -> None:
    case = open_case(store.cases, clock(), "", severe=True)
    with browser.new_context(viewport={"width": 820, "height": 1000}, locale="fr-FR") as context:
        page = context.new_page()
        looked = Looked(page)
        page.goto(f"{house}/connexion")
        looked.at("sign in")
        enter(page, house)
        looked.at("desk")
        page.locator("main button.primary").click()
        looked.at("desk, refused")
        page.locator("#text").fill(LETTER)
        page.locator("main button.primary").click()
        looked.at("masked")
        page.locator("main a.button").click()
        looked.at("draft")
        for summary in page.locator("main summary").all()[:6]:
            summary.click()
        looked.at("draft, opened")
        settled(page, "yes")
        looked.at("draft, validated")
        page.locator("a[href$=sortie]").click()
        looked.at("export")
        for path in ("/bureau/demandes", f"/bureau/demandes/{case.number}", "/compte", "/journal"):
            page.goto(f"{house}{path}")
            looked.at(path)
        assert looked.found == {}


def test_initiation_readings_simpler_words_and_figures_have_no_violation_either(browser: Browser, house: str) -> None:
    with browser.new_context(viewport={"width": 820, "height": 1000}, locale="fr-FR") as context:
        page = context.new_page()
        looked = Looked(page)
        signed_as(page, house, "supervisor")
        looked.at("desk, before the initiation")
        page.goto(f"{house}/bureau/initiation")
        looked.at("initiation")
        page.locator("main button.primary").click()
        looked.at("initiation, missed")
        for rank, one in enumerate(quiz().questions):
            page.locator(f"#question-{rank}-{one.right}").check()
        page.locator("main button.primary").click()
        looked.at("initiation, passed")
        context.clear_cookies()

        enter(page, house)
        drafted(page, "Mon fils de 10 ans a perdu sa carte. Combien coûte la nouvelle carte d'identité ?")
        page.locator("a[href$=simplifier]").first.click()
        looked.at("simpler words")
        page.locator("main button.primary").click()
        looked.at("draft, simplified")
        settled(page, "no")
        page.locator("form[action$=relecture] button").click()
        looked.at("draft, second reader asked")
        address = page.url.partition("#")[0].replace("/lettre/", "/relecture/")
        page.goto(address)
        looked.at("reading, refused to its author")
        context.clear_cookies()

        signed_as(page, house, "supervisor")
        page.goto(f"{house}/bureau/relecture")
        looked.at("letters to read")
        page.goto(address)
        looked.at("reading")
        page.locator("button[value=refuse]").click()
        looked.at("reading, no reason")
        page.goto(f"{house}/bureau/bilan")
        looked.at("figures")
        assert looked.found == {}


def signed_as(page: Page, house: str, name: str) -> None:
    page.goto(f"{house}/connexion")
    page.locator("#name").fill(name)
    page.locator("#password").fill(PASSWORD)
    sent(page)
    page.goto(f"{house}/bureau")


def test_the_whole_letter_is_handled_without_a_script(browser: Browser, house: str) -> None:
    with browser.new_context(java_script_enabled=False, locale="fr-FR") as context:
        page = context.new_page()
        enter(page, house)
        page.locator("#text").fill(LETTER)
        page.locator("main button.primary").click()
        expect(page.locator("main")).to_contain_text("notez-les")
        page.locator("a.button").click()
        page.locator("#service").fill("Mairie du 20e")
        page.locator("#decision-no").check()
        page.locator("#service").focus()
        sent(page)
        validated(page)
        page.locator("a[href$=sortie]").click()
        expect(page.locator("[data-text]")).to_contain_text("[nom 1]")
