"""What RGAA asks that no rule engine checks: the keyboard alone, reflow at 320 pixels, larger text, wider spacing."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.bot.town import LOST_CARD_CHILD, PASSPORT
from tests.ui.conftest import IN_A_BROWSER
from tests.ui.test_browser import ASKED, PAGES, SPACED, ask

pytestmark = IN_A_BROWSER

FOCUSABLE = """() => [...document.querySelectorAll("a[href], button, input, textarea, summary, [tabindex='0']")].filter(
  (one) => one.type !== "hidden" && !one.closest("[hidden]") && one.checkVisibility()
).map((one) => { window.seen ||= new Map(); window.seen.set(one, window.seen.size); return window.seen.get(one); })"""
FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one);
  const drawn = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return { rank: window.seen.get(one) ?? -1, drawn, name: one.outerHTML.slice(0, 80) };
}"""
CUT = """() => [...document.querySelectorAll("body *")].filter((one) =>
  ["hidden", "clip"].includes(getComputedStyle(one).overflowX) && !one.closest(".sr") &&
  (one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1)
).map((one) => one.outerHTML.slice(0, 80))"""
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def opened(page: Page, address: str, state: str) -> None:
    page.goto(address + (state if state in PAGES else "/"))
    if state in ASKED:
        ask(page, ASKED[state])
        expect(page.locator("article.answer")).to_be_visible()
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")


@pytest.mark.parametrize("state", [*ASKED, *PAGES])
def test_nothing_is_cut_nor_scrolls_sideways_at_320_pixels_twice_as_large_or_spaced(
    browser: Browser, address: str, state: str
) -> None:
    with browser.new_context(locale="fr-FR", viewport={"width": 320, "height": 256}) as context:
        page = context.new_page()
        opened(page, address, state)
        seen = {"reflow": (page.evaluate(SIDEWAYS), page.evaluate(CUT))}
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        # The zoom of the text alone is asked of a screen of ordinary width (RGAA 10.4); the reflow, of 320 pixels.
        page.set_viewport_size({"width": 640, "height": 512})
        seen["larger"] = (page.evaluate(SIDEWAYS), page.evaluate(CUT))
        page.set_viewport_size({"width": 320, "height": 256})
        page.locator("html").evaluate(SPACED)
        seen["spaced"] = (page.evaluate(SIDEWAYS), page.evaluate(CUT))

    assert seen == dict.fromkeys(("reflow", "larger", "spaced"), (0, []))


@pytest.mark.parametrize("state", ["/", "answer", "question", "/contester"])
def test_tab_reaches_every_control_in_the_order_it_is_read_shows_where_it_is_and_leaves(
    browser: Browser, address: str, state: str
) -> None:
    with browser.new_context(locale="fr-FR", viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        opened(page, address, state)
        page.evaluate("document.activeElement.blur(); getSelection().removeAllRanges(); document.body.tabIndex = -1")
        page.evaluate("document.body.focus(); document.body.removeAttribute('tabindex')")
        wanted = page.evaluate(FOCUSABLE)
        met: list[dict[str, Any]] = []
        for _ in range(len(wanted) + 5):
            page.keyboard.press("Tab")
            found = page.evaluate(FOCUSED)
            if found is None or found["rank"] in [one["rank"] for one in met]:
                break
            met.append(found)

    assert [one["rank"] for one in met] == wanted
    assert [one["name"] for one in met if not one["drawn"]] == []


def tab_to(page: Page, selector: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(selector)


def test_a_question_its_branch_its_source_and_its_contest_without_ever_touching_the_mouse(
    browser: Browser, address: str
) -> None:
    with browser.new_context(locale="fr-FR", viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        page.goto(address)
        tab_to(page, "textarea")
        page.keyboard.type("Ligne une")
        page.keyboard.press("Shift+Enter")
        assert page.locator("form.ask textarea").input_value() == "Ligne une\n"
        page.keyboard.press("Control+A")
        page.keyboard.type(PASSPORT)
        page.keyboard.press("Enter")
        expect(page.locator("article.answer h2")).to_be_focused()
        tab_to(page, ".decide button")
        page.keyboard.press("Enter")
        answer = page.locator("article.answer").last
        expect(answer.locator("h2")).to_be_focused()
        tab_to(page, "article:last-of-type a.ref")
        page.keyboard.press("Enter")
        expect(answer.locator(".sources details").first).to_have_attribute("open", "")
        tab_to(page, "article:last-of-type .tools a")
        with context.expect_page() as opening:
            page.keyboard.press("Enter")
        form = opening.value
        tab_to(form, "#severe")
        form.keyboard.press("Space")
        tab_to(form, "form.stack button")
        form.keyboard.press("Enter")
        expect(form.locator("h2")).to_contain_text("PAR-")


def test_every_link_of_an_answer_is_understood_out_of_its_sentence(browser: Browser, address: str) -> None:
    with browser.new_context(locale="fr-FR", viewport={"width": 360, "height": 740}) as context:
        page = context.new_page()
        page.goto(address)
        ask(page, LOST_CARD_CHILD)
        tree = page.locator("article.answer").aria_snapshot()

    links = [line.strip().removeprefix("- link ").rstrip(":") for line in tree.splitlines() if "- link" in line]
    assert '"Voir la source 1"' in links
    assert [link for link in links if len(link.strip('"')) < 5 or link.strip('"').startswith("http")] == []
    assert 'heading "D’après' in tree
