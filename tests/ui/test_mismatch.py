"""The table of DESIGN.md, section 8, played for real: a server, an approval, and one thing that is not what was signed.

Each server is a process of its own, on a copy of the program and of the town's data, asked over HTTP. Its rules ask
the gate every second.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from bot.assembly import assemble
from bot.errors import ManifestError
from bot.manifest import Fingerprinter, both
from bot.release import FOLDER, Release, export_release
from corpus.generation import current_generation
from corpus.settings import Settings
from corpus.store import STORE_FILE
from ethics.bundle import import_bundle
from ethics.decision import revocation
from ethics.gate import Place
from ethics.manifest import Manifest
from ethics.policy import load_policy
from ethics.records import read_records
from tests.bot.program import a_copy, append
from tests.bot.town import DAY, LOST_CARD_CHILD
from tests.ethics.city import City, signed
from ui.admission import Admission, Limits
from ui.service import Service, Standing
from ui.successor import Kept, approved_index
from ui.watch import Successor, Watch, unknown_manifest

pytestmark = pytest.mark.slow

PRICE = "19 €"
WAIT_S = 120


@dataclass(frozen=True)
class Served:
    """A program and its data, approved in scope `demo`."""

    code: Path
    settings: Settings
    manifest: Manifest

    @property
    def data(self) -> Path:
        return self.settings.data

    def copied(self, folder: Path) -> Served:
        shutil.copytree(self.code, folder / "code")
        shutil.copytree(self.data, folder / "data")
        return Served(folder / "code", self.settings.model_copy(update={"data": folder / "data"}), self.manifest)


@pytest.fixture(scope="module")
def approved(town: Settings, tmp_path_factory: pytest.TempPathFactory) -> Served:
    return an_approved_release(town, tmp_path_factory.mktemp("approved"), "chroma")


def an_approved_release(town: Settings, folder: Path, *left_out: str) -> Served:
    """A release evaluated, opined on and decided by a committee of the tests, and kept on the disk."""
    code = a_copy(folder / "code")
    rules = code / "ethics/policy.toml"
    rules.write_text(re.sub(r"interval_s = \d+", "interval_s = 1", rules.read_text("utf-8")), encoding="utf-8")
    shutil.copytree(town.data, folder / "data", ignore=shutil.ignore_patterns("records", "downloads", *left_out))
    settings = town.model_copy(update={"data": folder / "data"})
    manifest, _ = export_release(settings, folder / "release.tar", code)
    import_bundle(folder / "release.tar", settings.data / FOLDER / "approved")
    approve(settings, load_policy(rules), manifest)
    return Served(code, settings, manifest)


def approve(settings: Settings, policy: Any, manifest: Manifest, scope: str = "demo") -> City:
    settings.records.mkdir(parents=True, exist_ok=True)
    start = datetime.now(UTC) - timedelta(hours=2)
    city = City(settings.records, policy, scope, start.replace(microsecond=0), manifest)
    city.seat()
    city.drill()
    city.approve()
    return city


@contextmanager
def started(one: Served, *words: str, **more: str) -> Iterator[httpx.Client]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CITE_")}
    process = subprocess.Popen(
        [sys.executable, "-B", "-m", "ui", "--port", "0", *words],
        cwd=one.code,
        env=environment | {"CITE_DATA": str(one.data)} | more,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    told = ""
    try:
        while not (found := re.search(r"http://\S+", told)):
            line = process.stderr.readline()
            assert line, told
            told += line
        with httpx.Client(base_url=found[0].replace("0.0.0.0", "127.0.0.1"), timeout=WAIT_S) as client:
            yield client
    finally:
        process.terminate()
        process.wait(20)
        process.stderr.close()


def release(client: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/v1/release").json()
    return found


def until(client: httpx.Client, ready: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Ask what is served until it is as wanted; a connection kept open is cut when a release takes the place."""
    end, found = time.monotonic() + WAIT_S, dict[str, Any]()
    while not found or not ready(found):
        assert time.monotonic() < end, found
        time.sleep(0.2)
        with suppress(httpx.ReadError, httpx.RemoteProtocolError):
            found = release(client)
    return found


def ask(client: httpx.Client) -> httpx.Response:
    return client.post("/api/v1/ask", json={"q": LOST_CARD_CHILD})


def quotes(response: httpx.Response) -> str:
    return " ".join(sentence["text"] for sentence in response.json()["sentences"])


def alter_store(one: Served) -> None:
    """Swap an amount in the store, the length and the dates kept, as somebody with the disk would."""
    store = current_generation(one.settings.index) / STORE_FILE
    dates = store.stat()
    data = store.read_bytes()
    changed = data.replace(PRICE.encode(), "29 €".encode())
    assert changed != data
    with store.open("r+b") as file:
        file.write(changed)
    os.utime(store, ns=(dates.st_atime_ns, dates.st_mtime_ns))


def alter_weights(one: Served) -> None:
    with (one.data / "weights/by-hand/model.safetensors").open("r+b") as file:
        file.seek(-64, os.SEEK_END)
        file.write(b"\x00" * 64)


def alter(name: str) -> Callable[[Served], None]:
    return lambda one: append(one.code / name, "\n# changé\n")


NOT_AS_APPROVED: dict[str, Callable[[Served], None]] = {
    "corpus": alter_store,
    "weights": alter_weights,
    "index": lambda one: append(current_generation(one.settings.index) / "rows.json"),
    "lexicon": alter("corpus/lexicon/quantities.toml"),
    "ranking": alter("corpus/ranking_weights.toml"),
    "guard": alter("bot/verify.py"),
    "contacts": alter("corpus/contacts.toml"),
    "policy": alter("ethics/policy.toml"),
    "code": alter("bot/render.py"),
}


def test_what_is_as_approved_answers_as_approved_and_says_so_on_its_receipts(approved: Served) -> None:
    with started(approved) as client:
        found, answer = release(client), ask(client)
        receipt = client.get(f"/api/v1/receipts/{answer.json()['receipt']}").json()
        passage = receipt["passages"][0]["ref"]
        proof = client.get(f"/api/v1/proofs/{quote(passage)}").json()

    assert (found["level"], found["release"]) == ("L0", approved.manifest.fingerprint)
    assert found["manifest"] == dict(approved.manifest.parts)
    assert receipt["release"] == approved.manifest.fingerprint
    assert PRICE in quotes(answer)
    assert proof["root"] == approved.manifest.parts["passages"]


@dataclass
class Gate:
    """The gate of a program that is not run: what it may serve, and to whom it leaves its place."""

    watch: Watch
    left: list[Release | None]

    def check(self) -> Standing:
        self.watch.check()
        return self.watch()

    @property
    def place_left_to(self) -> list[str]:
        return [one.folder.name if one else "itself" for one in self.left]


def gate(one: Served, scope: str = "demo", **change: Any) -> Gate:
    settings = one.settings.model_copy(update=change)
    place = Place(scope, loopback=True)
    index = approved_index(settings, settings.records, place, one.code) or current_generation(settings.index)
    prints = Fingerprinter(settings, one.code, index)
    try:
        start = prints.manifest()
    except ManifestError:
        start = unknown_manifest()
    left = list[Release | None]()
    kept = Kept(settings, settings, one.code)
    watch = Watch(
        settings.records,
        place,
        one.code / "ethics/policy.toml",
        lambda: both(start, prints.manifest()),
        successor=Successor(kept.fresh, kept.releases, kept.check, left.append),
    )
    return Gate(watch, left)


@pytest.mark.parametrize("what", NOT_AS_APPROVED)
@pytest.mark.parametrize("when", ["before", "while"])
def test_whatever_differs_the_place_is_left_to_the_approved_release(
    approved: Served, tmp_path: Path, what: str, when: str
) -> None:
    one = approved.copied(tmp_path)
    if when == "before":
        NOT_AS_APPROVED[what](one)
        asked = gate(one)
    else:
        asked = gate(one)
        assert (asked.check().level, asked.left) == ("L0", [])
        NOT_AS_APPROVED[what](one)
    said = asked.check()

    assert said.level == "L3"
    assert asked.place_left_to == ["approved"]


@pytest.mark.parametrize("what", NOT_AS_APPROVED)
def test_without_a_release_on_the_disk_what_was_altered_is_never_served(
    approved: Served, tmp_path: Path, what: str
) -> None:
    one = approved.copied(tmp_path)
    shutil.rmtree(one.data / FOLDER)
    NOT_AS_APPROVED[what](one)
    asked = gate(one)
    said = asked.check()

    assert (said.level, said.release, asked.left) == ("L3", "", [])


def test_rules_that_cannot_be_read_leave_the_place_to_the_approved_release(approved: Served, tmp_path: Path) -> None:
    one = approved.copied(tmp_path)
    (one.code / "ethics/policy.toml").write_text("[quorum", encoding="utf-8")
    asked = gate(one)

    assert asked.check().level == "L3"
    assert asked.place_left_to == ["approved"]


def test_a_release_that_was_altered_too_is_not_served(approved: Served, tmp_path: Path) -> None:
    one = approved.copied(tmp_path)
    NOT_AS_APPROVED["lexicon"](one)
    append(one.data / FOLDER / "approved/code/corpus/contacts.toml")
    asked = gate(one)

    assert (asked.check().level, asked.left) == ("L3", [])


def test_a_program_whose_files_became_the_approved_ones_starts_again(approved: Served, tmp_path: Path) -> None:
    one = approved.copied(tmp_path)
    shutil.rmtree(one.data / FOLDER)
    contacts = one.code / "corpus/contacts.toml"
    before = contacts.read_bytes()
    append(contacts)
    asked = gate(one)
    assert asked.check().level == "L3"
    contacts.write_bytes(before)

    assert asked.check().level == "L3"
    assert asked.place_left_to == ["itself"]


@pytest.mark.parametrize("what", ["prompts", "model"])
def test_another_wording_leaves_the_quotes_of_the_approved_corpus(approved: Served, tmp_path: Path, what: str) -> None:
    one, change = approved.copied(tmp_path), {}
    if what == "prompts":
        append(one.code / "bot/prompts/reformuler.md")
    else:
        change = {"model_url": "http://127.0.0.1:9", "model_name": "test-honest"}
    asked = gate(one, **change)
    said = asked.check()

    assert (said.level, asked.left) == ("L2", [])
    assert any("Seules les citations" in finding for finding in said.findings)
    # What answers is not, word for word, what was approved: its receipts say what it is.
    assert said.release not in {"", approved.manifest.fingerprint}


def missing(one: Served) -> None:
    shutil.rmtree(one.settings.records)


def revoked(one: Served) -> None:
    city = City(one.settings.records, load_policy(one.code / "ethics/policy.toml"), now=datetime.now(UTC))
    proposal = next(filed.envelope.digest for filed in read_records(city.folder).of("proposal"))
    city.file("revocation", signed(revocation(proposal, "Essai."), "oncall"))


def unreadable(one: Served) -> None:
    log = one.settings.records / "log.jsonl"
    log.write_bytes(log.read_bytes()[:-20] + b"?" * 20)


@pytest.mark.parametrize("change", [missing, revoked, unreadable])
def test_without_an_approval_that_can_be_read_a_demonstration_quotes_here_under_its_banner(
    approved: Served, tmp_path: Path, change: Callable[[Served], None]
) -> None:
    one = approved.copied(tmp_path)
    asked = gate(one)
    assert asked.check().level == "L0"
    change(one)
    said = asked.check()

    assert (said.level, said.demo, said.release, asked.left) == ("L2", True, "", [])
    assert said.findings


@pytest.mark.parametrize("scope", ["labo", "agents", "pilote", "public"])
def test_an_approval_of_a_demonstration_is_worth_nothing_in_another_scope(
    approved: Served, tmp_path: Path, scope: str
) -> None:
    asked = gate(approved.copied(tmp_path), scope)

    assert (asked.check().level, asked.left) == ("L3", [])


def test_an_expired_approval_serves_nothing_beyond_a_demonstration(approved: Served, tmp_path: Path) -> None:
    one = approved.copied(tmp_path)
    asked = gate(one)
    asked.watch._now = lambda: datetime.now(UTC) + timedelta(days=31)
    said = asked.check()

    assert (said.level, said.demo, asked.left) == ("L2", True, [])
    assert any("échéance" in finding for finding in said.findings)


def test_a_server_that_starts_altered_becomes_the_approved_release(approved: Served, tmp_path: Path) -> None:
    one = approved.copied(tmp_path)
    NOT_AS_APPROVED["policy"](one)
    with started(one) as client:
        found, answer = release(client), ask(client)

    assert (found["level"], found["release"]) == ("L0", approved.manifest.fingerprint)
    assert PRICE in quotes(answer)
    assert answer.json()["receipt"]


def test_a_server_altered_while_it_runs_becomes_the_approved_release_without_refusing_a_connection(
    approved: Served, tmp_path: Path
) -> None:
    one = approved.copied(tmp_path)
    seen: list[httpx.Response] = []
    with started(one) as client:
        before, process = quotes(ask(client)), client.get("/api/v1/release").json()
        NOT_AS_APPROVED["lexicon"](one)
        NOT_AS_APPROVED["corpus"](one)
        end = time.monotonic() + 10
        # The release that takes the place may still be opening at the end.
        while time.monotonic() < end or seen[-1].status_code == 503:
            assert time.monotonic() < end + WAIT_S
            seen.append(ask(client))
            time.sleep(0.5)
        found = until(client, lambda one: one["level"] == "L0")
        after = quotes(seen[-1])

    assert process["release"] == found["release"] == approved.manifest.fingerprint
    assert before == after
    # Between the alteration and the release that takes the place: the approved words, or none.
    assert {response.status_code for response in seen} <= {200, 503}
    assert all("29 €" not in response.text for response in seen)
    assert all(quotes(response) == before for response in seen if response.status_code == 200)


def test_a_passage_swapped_under_a_running_bot_is_not_quoted_and_closes_the_service(
    approved: Served, tmp_path: Path
) -> None:
    one = approved.copied(tmp_path)
    bot = assemble(one.settings)
    closed = list[bool]()
    service = Service(bot, Admission(Limits()), lambda: Standing("L2", demo=True), distrust=lambda: closed.append(True))
    day = DAY
    honest = bot.responder.respond(LOST_CARD_CHILD, day)
    alter_store(one)
    altered = bot.responder.respond(LOST_CARD_CHILD, day)
    bot.opened.store.close()

    assert service.inclusion.proves(honest) is True
    # Either the bot still holds the old page of the file, or the altered passage is caught: never shown.
    assert service.inclusion.proves(altered) is ("29 €" not in str(altered.sentences))
