"""A synchronisation changes nothing that is served until it is signed; then every worker serves the new passages."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.assembly import assemble
from corpus import review
from corpus.embed import load_embedder
from corpus.generation import current_generation
from corpus.settings import Settings
from ethics.envelope import read_envelope
from ethics.errors import EthicsError
from ethics.gate import Place
from ethics.records import read_records
from ethics.update_command import update
from tests.bot.town import FICHES, read_fiches
from tests.ethics.signers import key
from tests.ui.test_mismatch import (
    NOT_AS_APPROVED,
    Served,
    an_approved_release,
    ask,
    gate,
    quotes,
    release,
    started,
    until,
)
from ui.successor import approved_index

pytestmark = pytest.mark.slow

WORDS = "La carte perdue par un enfant coûte 19 € en timbres fiscaux."
OTHER_WORDS = "La carte perdue par un enfant coûte 19 €, à payer en timbres fiscaux."
OTHER_AMOUNT = "La carte perdue par un enfant coûte 29 € en timbres fiscaux."

Signed = Callable[..., str]


@pytest.fixture(scope="module")
def approved(town: Settings, tmp_path_factory: pytest.TempPathFactory) -> Served:
    return an_approved_release(town, tmp_path_factory.mktemp("daily"))


@pytest.fixture
def one(approved: Served, tmp_path: Path) -> Served:
    return approved.copied(tmp_path)


def synced(one: Served, words: str) -> tuple[Path, Path]:
    """Read the fiches again, one of them with other words; return the generations before and after."""
    before = current_generation(one.settings.index)
    fiches = FICHES | {"F9001": FICHES["F9001"].replace(WORDS, words)}
    assert fiches != FICHES
    report = read_fiches(one.settings, one.data / "vosdroits-part.zip", fiches)
    assert report.switched
    return before, current_generation(one.settings.index)


@pytest.fixture
def file_update(one: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Signed:
    """What the corpus role does with two generations: compare, sign with its own key, file. Gives the words said."""
    monkeypatch.setenv("CITE_DATA", str(one.data))
    monkeypatch.setenv("CITE_SOURCES_FILE", str(one.settings.sources_file))

    def filed(before: Path, after: Path, weights: Settings = one.settings) -> str:
        out = tmp_path / "to-sign"
        proposal = next(filed.envelope.digest for filed in read_records(one.settings.records).of("proposal"))
        words = [str(before), str(after), "--proposal", proposal, "--out", str(out)]
        if review.main(words, lambda _: load_embedder(weights)):
            raise EthicsError
        file = out / review.STATEMENT
        file.write_bytes(read_envelope(file.read_bytes()).signed(key("corpus")).to_bytes())
        rules = one.code / "ethics/policy.toml"
        return update(Namespace(file=file, changes=None, records=one.settings.records, policy=rules))

    return filed


def test_a_signed_update_goes_on_being_served_by_every_worker(one: Served, file_update: Signed) -> None:
    workers = [gate(one), gate(one)]
    start = [worker.check() for worker in workers]
    generations = synced(one, OTHER_WORDS)
    unsigned = [worker.check() for worker in workers]
    left = [worker.place_left_to for worker in workers]
    file_update(*generations)
    for worker in workers:
        worker.check()
    again = gate(one)
    found = again.check()

    assert {said.level for said in (*start, *unsigned, found)} == {"L0"}
    # What was read but not signed is not served, and is no reason to serve less.
    assert ({said.release for said in (*start, *unsigned)}, left) == ({one.manifest.fingerprint}, [[], []])
    assert [worker.place_left_to for worker in workers] == [["itself"], ["itself"]]
    assert again.left == []
    assert found.verdict is not None
    assert found.verdict.manifest is not None
    assert found.verdict.manifest.fingerprint == found.release
    assert found.verdict.manifest.differences(one.manifest) == ("index", "passages")


def test_a_worker_that_starts_before_the_signature_opens_the_index_that_was_signed(
    one: Served, file_update: Signed
) -> None:
    serving = assemble(one.settings)
    first = synced(one, OTHER_WORDS)
    starting = gate(one)
    said = starting.check()
    file_update(*first)
    synced(one, f"{WORDS} Merci.")
    synced(one, f"{WORDS} Merci beaucoup.")
    # Two days without a signature: what answers is neither thrown away nor replaced.
    later = gate(one)
    again = later.check()
    held = serving.opened.folder.exists()
    serving.opened.store.close()

    assert (said.level, said.release, starting.left) == ("L0", one.manifest.fingerprint, [])
    assert (again.level, later.left) == ("L0", [])
    assert again.release not in {"", one.manifest.fingerprint}
    assert held


def test_a_damaged_index_leaves_the_place_to_the_signed_one_before_it(one: Served, file_update: Signed) -> None:
    generations = synced(one, OTHER_WORDS)
    NOT_AS_APPROVED["corpus"](one)
    starting = gate(one)

    assert starting.check().release == one.manifest.fingerprint
    assert generations[0].exists()
    with pytest.raises(EthicsError):
        file_update(*generations)


def test_a_lost_pointer_does_not_lose_the_signed_index(one: Served) -> None:
    signed, place = current_generation(one.settings.index), Place("demo", loopback=True)
    (one.settings.index / "current").write_text("nowhere\n", encoding="utf-8")

    assert approved_index(one.settings, one.settings.records, place, one.code) == signed


@pytest.mark.parametrize("what", ["weights", "lexicon", "ranking", "index", "corpus", "guard", "contacts", "code"])
def test_whatever_else_changed_beside_a_signed_update_is_not_served(
    one: Served, file_update: Signed, what: str
) -> None:
    running = gate(one)
    running.check()
    file_update(*synced(one, OTHER_WORDS))
    NOT_AS_APPROVED[what](one)
    running.check()
    starting = gate(one)
    said = starting.check()

    assert said.level == "L3"
    assert running.place_left_to == starting.place_left_to == ["approved"]


def test_an_index_drawn_with_other_weights_is_not_to_be_signed(
    one: Served, approved: Served, file_update: Signed, capsys: pytest.CaptureFixture[str]
) -> None:
    NOT_AS_APPROVED["weights"](one)

    with pytest.raises(EthicsError):
        file_update(*synced(one, OTHER_WORDS), weights=approved.settings)
    assert "vectors.npz" in capsys.readouterr().err


def test_an_amount_that_changed_waits_for_a_person_and_nothing_falls_back(one: Served, file_update: Signed) -> None:
    worker = gate(one)
    with pytest.raises(EthicsError, match="une personne"):
        file_update(*synced(one, OTHER_AMOUNT))
    said = worker.check()

    assert (said.level, said.release, worker.left) == ("L0", one.manifest.fingerprint, [])


def test_two_servers_answer_with_the_new_words_once_they_are_signed(one: Served, file_update: Signed) -> None:
    with started(one) as first, started(one) as second:
        servers = [first, second]
        before = [quotes(ask(server)) for server in servers]
        generations = synced(one, OTHER_WORDS)
        between = [quotes(ask(server)) for server in servers]
        file_update(*generations)
        served = [
            until(server, lambda said: said["release"] not in {"", one.manifest.fingerprint}) for server in servers
        ]
        after = [quotes(ask(server)) for server in servers]
        levels = {release(server)["level"] for server in servers}

    assert all(WORDS in said for said in (*before, *between))
    assert all(OTHER_WORDS in said for said in after)
    assert levels == {"L0"}
    assert served[0]["release"] == served[1]["release"]
