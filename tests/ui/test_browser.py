"""A resident's path in a real browser, with its script and without, and what a machine can check of accessibility."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bot.assembly import Assembly
from tests.bot.town import ELSEWHERE, LOST_CARD_CHILD, PASSPORT
from tests.ui.conftest import IN_A_BROWSER, RULES, serving
from ui.admission import Limits
from ui.records import Records

pytestmark = IN_A_BROWSER

# The machine of the tests may be busy with other things: only what never comes is a failure.
expect.set_options(timeout=30_000)

ASKED = {"answer": LOST_CARD_CHILD, "question": PASSPORT, "refusal": ELSEWHERE}
PAGES = (
    *("/", "/nulle-part", "/passage/inconnu", "/recu", "/recu/BCDF-GHJK-LMNP-12", "/contester", "/dossier"),
    *("/charte", "/en-service", "/evaluation", "/registre", "/erreurs", "/verifier", "/vie-privee", "/accessibilite"),
    "/ecoconception",
)
SPACED = """(root) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important }" +
    "* { word-spacing: .16em !important }" +
    "p { margin-bottom: 2em !important }");
  document.adoptedStyleSheets = [sheet];
  root.style.fontSize = "";
  return root.scrollWidth;
}"""
"""The spacing that a reader may ask for (RGAA 10.12)."""


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def page(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    with browser.new_context(
        java_script_enabled=request.param, viewport={"width": 360, "height": 740}, locale="fr-FR"
    ) as context:
        found = context.new_page()
        errors: list[str] = []
        found.on("pageerror", lambda error: errors.append(str(error)))
        found.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        found.goto(address)
        yield found
        assert errors == []


def ask(page: Page, text: str) -> None:
    page.locator("form.ask textarea").fill(text)
    page.locator("form.ask .primary").click()


def test_a_resident_asks_chooses_reads_the_source_and_follows_up(page: Page) -> None:
    ask(page, PASSPORT)
    page.locator(".decide button").first.click()
    answer = page.locator("article.answer").last
    expect(answer.locator(".branch")).to_be_visible()
    expect(answer.locator(".decide")).to_have_count(0)

    source = answer.locator(".sources details").first
    source.locator("summary").click()
    expect(source.locator("mark").first).to_be_visible()
    expect(source).to_contain_text("Licence Ouverte")

    ask(page, "et où ?")
    expect(page.locator("article.answer").last).to_contain_text("J’ai compris")


def test_a_resident_finds_the_receipt_says_it_was_useful_contests_follows_the_case_and_erases(page: Page) -> None:
    ask(page, LOST_CARD_CHILD)
    answer = page.locator("article.answer").last
    with page.context.expect_page() as opened:
        answer.locator(".receipt a").click()
    expect(opened.value.locator("main")).to_contain_text("n’a pas été rappelée")
    opened.value.get_by_role("link", name="Lire le passage").first.click()
    expect(opened.value.locator("blockquote")).to_contain_text("19 €")

    with page.context.expect_page() as form:
        answer.locator(".tools a").click()
    case = form.value
    case.locator("#message").fill("Le montant a changé.")
    case.get_by_role("button", name="Envoyer la demande").click()
    expect(case.get_by_role("alert")).to_contain_text("cochez la case")
    case.locator("#keep").check()
    case.get_by_role("button", name="Envoyer la demande").click()
    number = case.locator("h2").inner_text().removeprefix("Demande").strip()
    case.goto(case.url.rpartition("/")[0])
    case.locator("#numero").fill(number.lower())
    case.get_by_role("button", name="Suivre").click()
    expect(case.locator("main")).to_contain_text("État")

    answer.get_by_role("button", name="Oui").click()
    expect(page.locator("main")).to_contain_text("Seul un nombre est gardé")
    ask(page, "et où ?")
    expect(page.locator("article.answer").last).to_contain_text("J’ai compris")
    page.get_by_role("button", name="Effacer la conversation").click()
    expect(page.locator("article.answer")).to_have_count(0)


def test_a_refusal_names_somebody_to_call(page: Page) -> None:
    ask(page, ELSEWHERE)

    expect(page.locator("article.answer .contact a[href^='tel:']").last).to_be_visible()


def test_the_whole_path_is_walked_with_the_keyboard_alone(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_text("Aller au contenu")).to_be_focused()
    page.get_by_label("question").focus()
    page.keyboard.type(LOST_CARD_CHILD)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    answer = page.locator("article.answer")
    expect(answer).to_contain_text("19 €")
    answer.locator("a.ref").first.focus()
    page.keyboard.press("Enter")
    expect(answer.locator(".sources details").first).to_be_visible()


def test_nothing_is_cut_on_a_narrow_screen_nor_with_text_twice_as_large(page: Page) -> None:
    ask(page, LOST_CARD_CHILD)
    expect(page.locator("article.answer")).to_be_visible()
    widths = page.locator("html").evaluate("(root) => [root.scrollWidth, root.clientWidth]")
    larger = page.locator("html").evaluate("(root) => { root.style.fontSize = '200%'; return root.scrollWidth }")
    spaced = page.locator("html").evaluate(SPACED)

    assert widths[0] <= widths[1] >= larger
    assert widths[1] >= spaced


def test_the_pages_of_a_receipt_and_of_a_case_break_no_rule_of_accessibility(
    browser: Browser, address: str, records: Records
) -> None:
    receipt = httpx.post(f"{address}/api/v1/ask", json={"q": LOST_CARD_CHILD}, timeout=60).json()["receipt"]
    case = records.contest(receipt, "", severe=True).number
    with browser.new_context(bypass_csp=True, locale="fr-FR", viewport={"width": 360, "height": 800}) as context:
        page = context.new_page()
        for path in (f"/recu/{receipt}", f"/dossier/{case}"):
            page.goto(address + path)
            found = Axe().run(page, options={"runOnly": RULES}).response["violations"]

            assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_one_announcement_is_made_when_the_answer_is_whole(browser: Browser, address: str) -> None:
    with browser.new_context(locale="fr-FR") as context:
        page = context.new_page()
        page.goto(address)
        page.evaluate(
            "const line = document.querySelector('[data-status]'); window.told = [];"
            "new MutationObserver(() => told.push(line.textContent)).observe(line, {childList: true})"
        )
        ask(page, LOST_CARD_CHILD)
        expect(page.locator("article.answer h2")).to_be_focused()

        assert page.evaluate("told") == ["Recherche en cours…", "Réponse affichée."]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", [*ASKED, *PAGES])
def test_no_rule_of_accessibility_that_a_machine_can_check_is_broken(
    browser: Browser, address: str, width: int, scheme: str, state: str
) -> None:
    # The checker is injected: only for it is the policy of the page lifted.
    with browser.new_context(
        bypass_csp=True,
        locale="fr-FR",
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
    ) as context:
        page = context.new_page()
        page.goto(address + (state if state in PAGES else "/"))
        if state in ASKED:
            ask(page, ASKED[state])
            expect(page.locator("article.answer")).to_be_visible()
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        found = Axe().run(page, options={"runOnly": RULES}).response["violations"]

        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


@contextmanager
def town_hall() -> Iterator[tuple[str, list[str]]]:
    """A page of another site; gives its address, and what to add to the page."""
    shown: list[str] = []

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = "<!doctype html><html lang='fr'><title>Mairie</title><main><h1>Mairie</h1></main>" + "".join(shown)
            self.send_response(200)
            self.send_header("content-type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", shown
    server.shutdown()
    server.server_close()


def test_the_widget_tells_the_rank_in_a_crowd_then_whom_to_call(browser: Browser, bot: Assembly) -> None:
    crowd = Limits(workers=0, patience=0.3, per_address="1000/minute")
    with (
        town_hall() as (hall, shown),
        serving(bot, crowd, origins=[hall]) as cite,
        browser.new_context(locale="fr-FR") as context,
    ):
        shown.append(f"<script src='{cite}/static/widget.js' defer></script>")
        page = context.new_page()
        page.goto(hall)
        page.locator("button.open").click()
        page.get_by_label("Votre question").fill(PASSPORT)
        page.get_by_label("Votre question").press("Enter")
        expect(page.get_by_role("status")).to_contain_text("bientôt votre tour")
        expect(page.get_by_role("status")).to_contain_text("appelez le 3975")


def test_the_widget_answers_on_the_page_of_another_site_by_the_keyboard_alone(
    browser: Browser, bot: Assembly, records: Records
) -> None:
    with (
        town_hall() as (hall, shown),
        serving(bot, records=records, origins=[hall]) as cite,
        browser.new_context(locale="fr-FR") as context,
    ):
        shown.append(f"<script src='{cite}/static/widget.js' defer></script>")
        page = context.new_page()
        page.goto(hall)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_label("Votre question")).to_be_focused()
        expect(page.locator(".demo")).to_be_visible()
        page.keyboard.type(PASSPORT)
        page.keyboard.press("Enter")
        expect(page.locator("article")).to_be_focused()
        page.locator(".options button").first.click()
        expect(page.locator("article").last).to_contain_text("€")
        page.evaluate(
            "document.querySelector('div').shadowRoot.querySelectorAll('details').forEach((d) => {d.open = true})"
        )
        found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
        page.keyboard.press("Escape")
        expect(page.locator("button.open")).to_be_focused()

    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
