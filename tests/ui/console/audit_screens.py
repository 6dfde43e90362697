"""Pictures of the audit for docs/: `python -m tests.ui.console.audit_screens DATA docs/screens`.

`DATA` is a folder with an index (CITE_DATA) and a run in `eval/`, whose answers are really those of the service. An
audit of it is drawn, read by fictitious members, settled and closed in a copy of its own: nothing is left behind.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from bot.assembly import assemble
from bot.store import Account, open_store
from corpus.settings import Settings
from ethics.policy import load_policy
from eval.audit_queue import write_queue
from eval.audit_sheets import draw
from eval.run_folder import read_run
from tests.ui.conftest import CHROMIUM, serving
from tests.ui.console.audit_room import ALICE, BRUNO, CLAIRE, Opened
from tests.ui.console.test_audit_browser import Seated
from tests.ui.identity.conftest import CHEAP, PASSWORD, Clock
from ui.identity import Identity
from ui.records import Records

SIZES = {"1280": ViewportSize(width=1280, height=900), "820": ViewportSize(width=820, height=1100)}
LARGEST = 250_000


def shot(page: Page, folder: Path, name: str, size: str) -> None:
    """Keep what is on the screen."""
    data = page.screenshot()
    if len(data) > LARGEST:
        sys.stderr.write(f"{name}: {len(data)} bytes\n")
    (folder / f"console-audit-{name}-{size}.png").write_bytes(data)


def walk(page: Page, base: str, folder: Path, pictures: dict[str, str]) -> None:
    """Take one picture a page, at each size."""
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        for called, path in pictures.items():
            page.goto(path if path.startswith("http") else f"{base}{path}")
            shot(page, folder, called, size)


def main(data: Path, folder: Path) -> None:
    """Draw, read, settle, close, and take the pictures on the way."""
    folder.mkdir(parents=True, exist_ok=True)
    run = read_run(max((data / "eval").iterdir()))
    bot = assemble(Settings(data=data))
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        records, clock = Path(place), Clock()
        store = open_store(records)
        for name in (ALICE, BRUNO, CLAIRE):
            store.accounts.add(Account(name, CHEAP.hash(PASSWORD), ("committee",), active=True, made=clock()))
        made = draw(run, (ALICE, BRUNO), "2026-11-27", size=12, planted=2)
        audit = Opened(made, write_queue(made, records / "audits", bot.opened.store.passages).name)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        people = Identity(store, passwords=CHEAP, now=clock)
        with serving(bot, records=Records(store, records, load_policy(), clock), identity=people) as house:
            play(browser, house, audit, folder)
        browser.close()
    for path in run.path.glob(f"audit-key-{made.number}.json"):
        path.unlink()


def play(browser: Browser, house: str, audit: Opened, folder: Path) -> None:
    """Read by Alice and Bruno, settled by Claire."""
    odd = min(audit.made.cases)
    for name, wrong in ((ALICE, {odd: ("5", "g")}), (BRUNO, {}), (CLAIRE, {})):
        with browser.new_context(viewport=SIZES["1280"], locale="fr-FR", reduced_motion="reduce") as context:
            member = Seated(context, house, name, audit)
            page = member.page
            if name == ALICE:
                member.keys("1", "Enter")
                walk(page, member.base, folder, {"lire": "/lire", "liste": f"{house}/console/audit"})
                page.goto(f"{member.base}/lire")
                member.keys("Enter")
                shot(page, folder, "corriger", "820")
            if name == CLAIRE:
                page.goto(member.base)
                page.get_by_role("button", name="Trancher seul").focus()
                member.keys("Enter")
            member.read_all(wrong)
            if name == ALICE:
                shot(page, folder, "fin", "820")
            page.get_by_role("button", name="Terminer ma lecture").focus()
            member.keys("Enter")
            if name == BRUNO:
                walk(page, member.base, folder, {"comptes": "", "desaccords": "/desaccords"})
                page.locator("tbody a").first.focus()
                member.keys("Enter")
                shot(page, folder, "desaccord", "820")
                for size, viewport in SIZES.items():
                    page.set_viewport_size(viewport)
                    page.goto(member.base)
                    page.evaluate("document.querySelectorAll('h3')[1].scrollIntoView()")
                    shot(page, folder, "regle", size)
            if name == CLAIRE:
                page.locator("#why").fill("relecture finie")
                page.get_by_role("button", name="Clore la relecture").focus()
                member.keys("Enter")
                walk(page, member.base, folder, {"close": "", "reponses": "/reponses"})
                page.locator("tbody a").first.focus()
                member.keys("Enter")
                shot(page, folder, "reponse", "820")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
