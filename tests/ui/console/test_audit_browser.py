"""Two members read an audit by the keyboard alone, a third settles; what a machine can check of accessibility."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bot.assembly import Assembly
from bot.store import Store
from ethics.policy import load_policy
from tests.ui.conftest import IN_A_BROWSER, RULES, serving
from tests.ui.console.audit_room import ALICE, BRUNO, CLAIRE, Opened, opened_in, people_in, town_run
from tests.ui.identity.conftest import PASSWORD, Clock
from ui.identity import Identity
from ui.records import Records

pytestmark = IN_A_BROWSER


@pytest.fixture
def audit(bot: Assembly, store: Store, clock: Clock, tmp_path: Path) -> Opened:
    people_in(store, clock)
    return opened_in(tmp_path, town_run(tmp_path / "eval" / "mesure", bot), bot, size=3, planted=1)


@pytest.fixture
def house(
    bot: Assembly, store: Store, tmp_path: Path, identity: Identity, clock: Clock, audit: Opened
) -> Iterator[str]:
    assert audit
    with serving(bot, records=Records(store, tmp_path, load_policy(), clock), identity=identity) as address:
        yield address


class Seated:
    """A member before their browser, who has no mouse."""

    def __init__(self, context: BrowserContext, house: str, name: str, audit: Opened) -> None:
        self.page = context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.base, self.audit = f"{house}/console/audit/{audit.name}", audit
        self.page.goto(f"{house}/console/audit")
        self.page.locator("#name").fill(name)
        self.page.locator("#password").fill(PASSWORD)
        self.keys("Enter")
        self.page.goto(f"{self.base}/lire")

    def keys(self, *keys: str) -> None:
        """Press keys, the last of which leads to another page."""
        for key in keys[:-1]:
            self.page.keyboard.press(key)
        with self.page.expect_navigation():
            self.page.keyboard.press(keys[-1])

    def case(self) -> str:
        number = self.page.locator("form[data-read] input[name=answer]").input_value()
        found: str = self.audit.made.key["console"][number]
        return found

    def read_all(self, odd: Mapping[str, tuple[str, ...]]) -> None:
        """Read one's queue: 1 is "correct", 2 "mauvaise démarche", 5 "omission"."""
        while self.page.locator("form[data-read]").count():
            case = self.case()
            wrong = ("2",) if case.startswith("planted") else ("1",)
            self.keys(*odd.get(case, wrong), "Enter")


def violations(page: Page) -> list[Any]:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found.response["violations"]]


def test_an_audit_is_read_by_two_settled_by_a_third_and_closed_with_the_keyboard_alone(
    browser: Browser, house: str, audit: Opened, store: Store
) -> None:
    odd = min(audit.made.cases)
    found: dict[str, list[Any]] = {}
    with browser.new_context(viewport={"width": 1280, "height": 900}, locale="fr-FR") as context:
        alice = Seated(context, house, ALICE, audit)
        found["read"] = violations(alice.page)
        alice.keys("Enter")
        expect(alice.page.get_by_role("alert")).to_contain_text("Choisissez une étiquette")
        found["read, refused"] = violations(alice.page)
        alice.read_all({odd: ("5", "g")})
        found["end"] = violations(alice.page)
        alice.page.get_by_role("button", name="Terminer ma lecture").focus()
        alice.keys("Enter")
        found["overview"] = violations(alice.page)
        assert alice.errors == []
    with browser.new_context(viewport={"width": 820, "height": 1000}, locale="fr-FR") as context:
        bruno = Seated(context, house, BRUNO, audit)
        bruno.read_all({})
        bruno.page.get_by_role("button", name="Terminer ma lecture").focus()
        bruno.keys("Enter")
        bruno.page.goto(f"{bruno.base}/desaccords")
        found["disputes"] = violations(bruno.page)
        bruno.page.locator("tbody a").first.focus()
        bruno.keys("Enter")
        found["dispute"] = violations(bruno.page)
    with browser.new_context(viewport={"width": 320, "height": 800}, locale="fr-FR") as context:
        claire = Seated(context, house, CLAIRE, audit)
        claire.page.goto(claire.base)
        claire.page.get_by_role("button", name="Trancher seul").focus()
        claire.keys("Enter")
        assert claire.page.evaluate("document.documentElement.scrollWidth") <= 320
        claire.read_all({})
        claire.page.get_by_role("button", name="Terminer ma lecture").focus()
        claire.keys("Enter")
        claire.page.locator("#why").fill("relecture finie")
        claire.page.get_by_role("button", name="Clore la relecture").focus()
        claire.keys("Enter")
        found["closed"] = violations(claire.page)
        assert claire.page.evaluate("document.documentElement.scrollWidth") <= 320
        for path in ("", "/reponses"):
            claire.page.goto(f"{claire.base}{path}")
            found[f"closed {path}"] = violations(claire.page)
        claire.page.locator("tbody a").first.focus()
        claire.keys("Enter")
        found["answer"] = violations(claire.page)
        claire.page.goto(f"{house}/console/audit")
        found["list"] = violations(claire.page)

    assert {name: every for name, every in found.items() if every} == {}
    labels = store.audits.labels(audit.name, ALICE)
    assert sorted(one.label for one in labels.values()) == ["correct", "correct", "mauvaise démarche", "omission"]
    assert [one.severe for one in labels.values() if one.label == "omission"] == [True]
    assert store.audits.ended(audit.name).closed is not None


def test_a_right_answer_takes_two_keys_and_keys_can_be_turned_off_and_never_act_while_one_types(
    browser: Browser, house: str, audit: Opened, store: Store
) -> None:
    with browser.new_context(viewport={"width": 1280, "height": 900}, locale="fr-FR") as context:
        alice = Seated(context, house, ALICE, audit)
        page = alice.page
        expect(page.locator("[data-keys]")).to_be_visible()

        alice.keys("1", "Enter")
        expect(page.locator("h1")).to_contain_text("Réponse 2 sur 4")
        page.keyboard.press("r")
        page.keyboard.type("2 fois 19 €, aga")
        assert page.locator("#comment").input_value() == "2 fois 19 €, aga"
        assert page.locator("[data-label]:checked").count() == 0

        alice.page.evaluate("document.activeElement.blur()")
        page.keyboard.press("5")
        page.keyboard.press("g")
        assert page.locator("[data-label]:checked").input_value() == "omission"
        page.keyboard.press("1")
        assert page.locator("[data-label]:checked").input_value() == "correct"
        assert not page.locator("#severe").is_checked()
        page.keyboard.press("s")
        page.keyboard.press("Space")
        assert page.locator("input[name=mark]:checked").count() == 1
        assert page.locator("[data-label]:checked").count() == 0, "a sentence at fault is not a right answer"

        page.locator("[data-shortcuts]").focus()
        page.keyboard.press("Space")
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("1")
        assert page.locator("[data-label]:checked").count() == 0
        page.reload()
        assert not page.locator("[data-shortcuts]").is_checked(), "the choice lasts"
        assert page.locator("[data-key]:visible").count() == 0
        page.locator("[data-shortcuts]").check()
        alice.keys("a")
        expect(page.locator("h1")).to_contain_text("Réponse 1 sur 4")
        assert alice.errors == []
    assert store.audits.labels(audit.name, ALICE) == {}


def test_an_audit_is_read_without_a_script(browser: Browser, house: str, audit: Opened, store: Store) -> None:
    with browser.new_context(java_script_enabled=False, locale="fr-FR") as context:
        alice = Seated(context, house, ALICE, audit)
        page = alice.page
        expect(page.locator("[data-keys]")).to_be_hidden()
        for _ in range(4):
            page.get_by_label("mauvaise démarche").check()
            page.locator("[data-save]").click()
        page.get_by_role("button", name="Terminer ma lecture").click()
        expect(page.locator("main")).to_contain_text("Vous en avez rencontré 1 et laissé passer 0")
    assert len(store.audits.labels(audit.name, ALICE)) == 4
