"""Pictures of the releases for docs/: `python -m tests.ui.console.release_screens docs/screens`.

Plays the whole path of the browser test in the small town, once a size, and keeps each screen on the way.
"""

from __future__ import annotations

import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, ViewportSize, sync_playwright

from bot.assembly import assemble
from bot.store import Account, open_store
from tests.bot.town import town_in
from tests.ui.conftest import CHROMIUM
from tests.ui.console.committee import ROLES
from tests.ui.console.test_releases_browser import AT_THE_CONSOLE, a_house, play
from tests.ui.identity.conftest import CHEAP, PASSWORD
from ui.identity import Identity

SIZES = {"1280": ViewportSize(width=1280, height=900), "820": ViewportSize(width=820, height=1100)}
LARGEST = 250_000
WHOLE = ("signature", "arret")
"""Screens whose end matters as much as their beginning."""
LOWER = {"version": "#evaluation", "rapport": "#cas", "historique": "#journal"}
"""Long screens, and where their second picture begins."""


def main(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as aside, sync_playwright() as playwright:
        (Path(aside) / "town").mkdir()
        bot = assemble(town_in(Path(aside) / "town"))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for label, size in SIZES.items():
            folder = Path(aside) / label
            store = open_store(folder / "data" / "records")
            for name, role in ROLES.items():
                store.accounts.add(Account(name, CHEAP.hash(PASSWORD), (role,), active=True, made=datetime.now(UTC)))
            people = Identity(store, passwords=CHEAP)

            def shot(page: Page, name: str, label: str = label) -> None:
                data = page.screenshot(full_page=name in WHOLE)
                if len(data) > LARGEST:
                    sys.stderr.write(f"{name}: {len(data)} bytes\n")
                (out / f"console-{name}-{label}.png").write_bytes(data)
                below = LOWER.get(name)
                if below:
                    page.evaluate("where => document.querySelector(where).scrollIntoView()", below)
                    (out / f"console-{name}-suite-{label}.png").write_bytes(page.screenshot())

            with ExitStack() as stack, a_house(bot, store, people, folder, shot) as house:
                for name in AT_THE_CONSOLE:
                    house.enter(browser, name, stack, size)
                play(house)
            store.turns.close()
        browser.close()
        bot.opened.store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
