"""Three members and one executive take a release to L0 with keys made and kept in their browsers, then stop it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, ViewportSize, expect

from bot.assembly import Assembly
from bot.store import Store
from ethics.canonical import digest
from ethics.gate import Place
from tests.bot.town import DAY
from tests.ethics.city import MEMBERS, City, a_manifest, a_roster, an_audit, person
from tests.ui.conftest import IN_A_BROWSER, ROOMY, RULES
from tests.ui.console.committee import evaluated, journal, kinds, people, served, store, written_report
from tests.ui.console.test_releases import a_roster_file
from tests.ui.identity.conftest import PASSWORD
from ui.admission import Admission
from ui.identity import Identity
from ui.records import Records
from ui.server import create_app
from ui.service import Service
from ui.watch import Watch

__all__ = ["people", "store"]

pytestmark = IN_A_BROWSER
ACT = b"%PDF-1.7 un acte de demonstration"
AT_THE_CONSOLE = ("alice", "bruno", "chloe", "executive")
IN_A_FILE = "chloe"
"""Whose key is in a file; the others' never leave their browser."""

Seen = Callable[[Page, str], None]


def nothing(_page: Page, _name: str) -> None:
    """Look at no screen."""


@dataclass
class House:
    """A service in a thread, its records, and who is at the console.

    Attributes:
        keys: files of private keys, by name of who holds one.
        bodies: everything that the browsers sent.
    """

    address: str
    city: City
    folder: Path
    seen: Seen = nothing
    keys: dict[str, Path] = field(default_factory=dict)
    bodies: list[str] = field(default_factory=list)
    pages: dict[str, Page] = field(default_factory=dict)

    def enter(self, browser: Browser, name: str, stack: ExitStack, size: ViewportSize) -> Page:
        context = stack.enter_context(browser.new_context(viewport=size, locale="fr-FR", reduced_motion="reduce"))
        page = context.new_page()
        page.on("request", self._sent)
        page.goto(f"{self.address}/console/cle")
        page.locator("#name").fill(name)
        page.locator("#password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator("[data-create]")).to_be_visible()
        self.pages[name] = page
        return page

    def go(self, name: str, path: str) -> Page:
        page = self.pages[name]
        page.goto(f"{self.address}{path}")
        return page

    def sign(self, name: str) -> Page:
        """Sign what the page shows, with the key of this browser or that of a file."""
        page = self.pages[name]
        expect(page.locator("form[data-sign]")).to_be_visible()
        if name in self.keys:
            page.locator("[data-file]").set_input_files(self.keys[name])
        with page.expect_navigation():
            page.locator("[data-with-file]" if name in self.keys else "[data-kept]").click()
        return page

    @property
    def release(self) -> str:
        return f"/console/version/{self.city.proposal.digest}"

    def _sent(self, request: Request) -> None:
        data = request.post_data_buffer
        self.bodies.append(f"{request.url} {data.decode('latin-1') if data else ''}")


def sent(page: Page, selector: str = "main button.primary") -> None:
    with page.expect_navigation():
        page.locator(selector).last.click()


def make_keys(house: House) -> dict[str, str]:
    """Each makes a key; return the public ones."""
    found = {}
    for name in AT_THE_CONSOLE:
        page = house.pages[name]
        if name == IN_A_FILE:
            page.locator("#as-file").check()
            with page.expect_download() as download:
                page.locator("[data-create]").click()
            house.keys[name] = house.folder / f"{name}.pem"
            download.value.save_as(house.keys[name])
        else:
            page.locator("[data-create]").click()
        expect(page.locator("[data-public]")).to_have_text(re.compile("^[0-9a-f]{64}$"))
        found[name] = page.locator("[data-public]").inner_text()
        assert f'key = "{found[name]}"' in page.locator("#line").input_value()
    house.seen(house.pages["alice"], "cle")
    return found


def seat(house: House, public: dict[str, str]) -> None:
    """Alice proposes the roster; she, Bruno and Chloé sign it."""
    held = {name: person(name, college) for name, college in MEMBERS.items()} | {"executive": person("executive")}
    seats = {name: type(one)(one.id, one.name, public.get(name, one.key), one.college) for name, one in held.items()}
    members = tuple(seats[name] for name in MEMBERS)
    file = a_roster_file(members=members, executive=seats["executive"])
    page = house.go("alice", "/console/tableau")
    house.seen(page, "tableau")
    page.locator("#file").set_input_files({"name": "membres.toml", "mimeType": "text/plain", "buffer": file})
    sent(page)
    house.sign("alice")
    for name in ("bruno", "chloe"):
        page = house.go(name, "/console/tableau")
        page.locator("a.button").click()
        house.sign(name)
    expect(page.locator("main")).to_contain_text("En vigueur : tableau n° 1")


def fill_opinion(house: House, name: str, read: int = 20, **fields: str) -> Page:
    page = house.go(name, f"{house.release}/avis")
    audit = an_audit(name, house.city.manifest.fingerprint, read=read)
    page.locator("#view-2" if fields else "#view-1").check()
    page.locator("#reasons").fill("Les réponses que j’ai lues sont justes et bien sourcées.")
    for key, value in fields.items():
        page.locator(f"#{key}").fill(value)
    page.locator("#audit").set_input_files({"name": "relecture.json", "mimeType": "text/plain", "buffer": audit})
    if fields:
        house.seen(page, "avis")
    sent(page)
    return page


def opine(house: House) -> None:
    """Each gives an opinion; what may not be is refused on the way."""
    page = fill_opinion(house, "alice", read=19)
    expect(page.get_by_role("alert")).to_contain_text("19 réponses relues, il en faut 20")
    house.seen(page, "refus")
    page = house.go("executive", f"{house.release}/decision")
    page.locator("#act").set_input_files({"name": "acte.pdf", "mimeType": "application/pdf", "buffer": ACT})
    sent(page)
    expect(page.get_by_role("alert")).to_contain_text("La décision vient après l’avis du comité")
    fill_opinion(house, "alice", reservations="Pas de réponse sur les aides sociales.\nUn mois seulement.")
    house.seen(house.pages["alice"], "signature")
    house.sign("alice")
    fill_opinion(house, "bruno")
    house.sign("bruno")
    page = fill_opinion(house, "chloe")
    page.locator("[data-kept]").click()
    expect(page.get_by_role("alert")).to_contain_text("Cette clé n’est pas dans ce navigateur")
    page.locator("[data-file]").set_input_files({"name": "x.pem", "mimeType": "text/plain", "buffer": b"autre chose"})
    page.locator("[data-with-file]").click()
    expect(page.get_by_role("alert")).to_contain_text("n’est pas une clé privée Ed25519")
    house.sign("chloe")
    expect(page.get_by_role("status")).to_contain_text("Votre avis est signé")


def decide(house: House) -> None:
    page = house.go("executive", f"{house.release}/decision")
    page.locator("#act").set_input_files({"name": "acte.pdf", "mimeType": "application/pdf", "buffer": ACT})
    expect(page.locator("#act-digest")).to_contain_text(digest(ACT))
    house.seen(page, "decision")
    sent(page)
    expect(page.locator("main dl")).to_contain_text(digest(ACT))
    expect(page.locator("[data-exact]")).to_contain_text(house.city.proposal.digest)
    house.sign("executive")
    house.seen(page, "version")


def stop_and_resume(house: House) -> None:
    page = house.go("chloe", "/console/arret")
    page.locator("#down-why").fill("Exercice du mois.")
    page.locator("#drill").check()
    sent(page)
    house.sign("chloe")
    reached(house, "chloe", "L3")
    page = house.go("alice", "/console/arret")
    page.locator("#up-why").fill("Fin de l’exercice.")
    sent(page, "section[aria-labelledby=reprendre] form button")
    house.sign("alice")
    house.seen(page, "arret")
    for name in ("bruno", "chloe"):
        page = house.go(name, "/console/arret")
        page.locator("section[aria-labelledby=reprendre] a.button").click()
        house.sign(name)
    reached(house, "chloe", "L0")


def reached(house: House, name: str, level: str) -> None:
    """Wait until the service stands at a level, as somebody does who reloads the page."""
    for _ in range(100):
        page = house.go(name, "/console/arret")
        if f"niveau {level}" in page.locator("main").inner_text():
            return
        page.wait_for_timeout(200)
    raise AssertionError(level)


@contextmanager
def a_house(bot: Assembly, store: Store, people: Identity, folder: Path, seen: Seen = nothing) -> Iterator[House]:
    """The town's pages with an empty log, and the gate asked as `python -m ui` asks it."""
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    city = City(folder / "data" / "records", scope="demo", now=start)
    watch = Watch(city.folder, Place("demo", loopback=True), live=a_manifest)
    watch.check()
    records = Records(store, city.folder, city.policy)
    service = Service(bot, Admission(ROOMY), watch, today=lambda: DAY, records=records)
    followed = watch.follow()
    try:
        with served(create_app(service, identity=people)) as address:
            yield House(address, city, folder, seen)
    finally:
        followed.set()


def play(house: House) -> None:
    """From no key at all to a release approved, stopped, and back."""
    seat(house, make_keys(house))
    # Each line of the city is a minute later, and none may be in the future.
    house.city.now = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=2)
    house.city.propose(evaluated(house.city, written_report(house.city.folder.parent)))
    house.seen(house.go("alice", "/console"), "versions")
    opine(house)
    decide(house)
    reached(house, "alice", "L0")
    stop_and_resume(house)
    house.seen(house.go("alice", f"{house.release}/rapport"), "rapport")
    house.seen(house.go("executive", "/console/historique"), "historique")


def test_from_keys_in_the_browsers_to_l0_then_the_off_switch(
    browser: Browser, bot: Assembly, store: Store, people: Identity, tmp_path: Path
) -> None:
    found: dict[str, Any] = {}
    errors: list[str] = []

    def check(page: Page, name: str) -> None:
        report = Axe().run(page, options={"runOnly": RULES}).response["violations"]
        if report:
            found[name] = [(one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in report]
        # 320 px: a page enlarged four times on a screen of 1280 (WCAG 1.4.10).
        for width in (820, 320, 820):
            page.set_viewport_size(ViewportSize(width=width, height=1000))
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if wide > 0:
                found[f"{name} scrolls sideways at {width}"] = wide

    with ExitStack() as stack, a_house(bot, store, people, tmp_path, check) as house:
        for name in AT_THE_CONSOLE:
            page = house.enter(browser, name, stack, ViewportSize(width=820, height=1000))
            page.on("pageerror", lambda error: errors.append(str(error)))
        play(house)
        log = kinds(house.city)
        kept = house.pages["alice"].evaluate(
            """() => new Promise((resolve) => {
                 const asked = indexedDB.open("cite-cles", 1);
                 asked.onsuccess = () => {
                   const all = asked.result.transaction("cles").objectStore("cles").getAll();
                   all.onsuccess = () => resolve(all.result.map((one) => one.private.extractable));
                 };
               })"""
        )
        secret = house.keys[IN_A_FILE].read_text("ascii").split("\n")[1]

        assert found == {}
        assert errors == []
        assert kept == [False]
        assert [body for body in house.bodies if secret in body or "PRIVATE KEY" in body] == []
        assert log == [
            *("roster", "evidence", "proposal", *["audit", "opinion"] * 3, "act", "decision", "suspension", "resume")
        ]
        assert house.city.ask(now=datetime.now(UTC)).level.name == "L0"
        assert sorted(who for who, _ in journal(store)) == ["alice", "executive"]


def test_without_a_script_the_page_tells_the_command_line(
    browser: Browser, bot: Assembly, store: Store, people: Identity, tmp_path: Path
) -> None:
    with ExitStack() as stack, a_house(bot, store, people, tmp_path) as house:
        house.city.now = datetime.now(UTC) - timedelta(hours=1)
        house.city.seat(a_roster())
        house.city.propose(house.city.evaluate())
        context = stack.enter_context(browser.new_context(java_script_enabled=False, locale="fr-FR"))
        page = context.new_page()
        page.goto(f"{house.address}/console/cle")
        page.locator("#name").fill("alice")
        page.locator("#password").fill(PASSWORD)
        page.locator("main button.primary").click()
        expect(page.locator("main")).to_contain_text("python -m ethics key ma.cle")
        house.pages["alice"] = page
        fill_opinion(house, "alice")

        expect(page.locator("form[data-sign]")).to_be_hidden()
        expect(page.locator("main")).to_contain_text("python -m ethics sign FICHIER --key VOTRE_CLE")
        with page.expect_download() as download:
            page.locator("form[action='/console/a-signer'] button").click()
        assert b"application/vnd.in-toto+json" in Path(download.value.path()).read_bytes()
