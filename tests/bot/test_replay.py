"""An answer given again is the one of its receipt, byte for byte, here or by the release in another process."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from bot.answer import answer_digest, said_digest, to_json
from bot.assembly import Assembly
from bot.errors import ManifestError, ProofError
from bot.manifest import RELEASE_FILE, Fingerprinter
from bot.proof_commands import app
from bot.release import Release, export_release, open_release
from bot.replay import again_here, again_in, compared, read_asked, read_batch
from bot.rewrite import continued
from corpus.settings import Settings
from ethics.bundle import check_folder, import_bundle
from ethics.errors import RecordsError
from ethics.receipt import Receipt, new_receipt
from tests.bot.program import a_copy, append
from tests.bot.town import DAY, EVERY_QUESTION, LOST_CARD, LOST_CARD_CHILD, PASSPORT

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
RELEASE = "ab" * 32


def receipt_for(bot: Assembly, text: str) -> Receipt:
    turn = bot.responder.respond(text, DAY)
    refs = dict.fromkeys(c.passage for sentence in turn.sentences for c in sentence.citations)
    return new_receipt(answer_digest(turn), RELEASE, tuple(refs), NOW)


def row(receipt: Receipt, text: str, **more: object) -> dict[str, Any]:
    return {"receipt": receipt.as_dict(), "q": text, **more}


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_copy(tmp_path_factory.mktemp("program"))


@pytest.fixture(scope="module")
def archive(town: Settings, code: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("archive") / "release.tar"
    export_release(town, out, code)
    return out


@pytest.fixture
def release(archive: Path, tmp_path: Path) -> Release:
    import_bundle(archive, tmp_path / "release")
    return open_release(tmp_path / "release")


@pytest.mark.parametrize("text", EVERY_QUESTION)
def test_the_same_bot_gives_the_same_bytes_again(bot: Assembly, text: str) -> None:
    found = compared(read_asked(row(receipt_for(bot, text), text)), again_here(bot))

    assert (found.same, found.lost, found.added) == (True, (), ())


def test_another_question_is_not_the_one_of_the_receipt_and_its_passages_say_so(bot: Assembly) -> None:
    found = compared(read_asked(row(receipt_for(bot, PASSPORT), LOST_CARD_CHILD)), again_here(bot))

    assert found.same is False
    assert found.lost
    assert found.added


def test_the_day_of_a_receipt_is_the_civil_day_in_paris(bot: Assembly) -> None:
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    asked = read_asked(row(new_receipt("ab" * 32, RELEASE, (), late), PASSPORT))

    assert asked.day == DAY
    assert read_asked(row(new_receipt("ab" * 32, RELEASE, (), late), PASSPORT, day="2025-01-31")).day.year == 2025


def test_a_follow_up_is_given_again_with_the_conversation_before_it(bot: Assembly) -> None:
    first = bot.responder.respond(LOST_CARD, DAY)
    turn = bot.responder.respond("et pour un enfant ?", DAY, conversation=continued(first))
    receipt = new_receipt(
        answer_digest(turn), RELEASE, tuple(dict.fromkeys(c.passage for s in turn.sentences for c in s.citations)), NOW
    )
    before = json.loads(json.dumps({"exchanges": [_plain(one) for one in continued(first).exchanges]}))

    assert compared(read_asked(row(receipt, "et pour un enfant ?", conversation=before)), again_here(bot)).same
    assert not compared(read_asked(row(receipt, "et pour un enfant ?")), again_here(bot)).same


def _plain(exchange: Any) -> dict[str, Any]:
    found: dict[str, Any] = TypeAdapter(type(exchange)).dump_python(exchange, mode="json")
    return found


def test_what_depends_on_who_serves_is_not_part_of_what_is_proved(bot: Assembly) -> None:
    turn = bot.responder.respond(PASSPORT, DAY)
    served = to_json(turn, bot.reply.contact(turn)) | {"level": "L0", "receipt": "X", "id": "7", "conversation": {}}

    assert said_digest(json.loads(json.dumps(served))) == answer_digest(turn)
    assert said_digest(served | {"status": "answered!"}) != answer_digest(turn)


@pytest.mark.slow
def test_an_imported_release_gives_the_same_bytes_in_another_folder_and_process(
    bot: Assembly, town: Settings, release: Release
) -> None:
    release.check(town)
    asked = [read_asked(row(receipt_for(bot, text), text)) for text in EVERY_QUESTION]
    with again_in(release) as again:
        assert [compared(one, again).same for one in asked] == [True] * len(asked)
    # Nothing was written in it: it is still what was approved.
    check_folder(release.folder)
    release.check(town)


def test_a_release_has_the_fingerprint_of_what_it_was_made_of(town: Settings, code: Path, release: Release) -> None:
    live = Fingerprinter(town, code).manifest()

    assert release.bundle.manifest == live
    assert Fingerprinter(release.settings(town), release.code).manifest() == live
    assert (release.code / RELEASE_FILE).exists()
    assert release.serves_as(live) is True
    assert release.is_running() is False


@pytest.mark.parametrize("file", ["code/corpus/contacts.toml", "data/weights/current", "code/bot/added.py"])
def test_a_release_altered_on_the_disk_is_refused(town: Settings, release: Release, file: str) -> None:
    append(release.folder / file)

    with pytest.raises((RecordsError, ManifestError)):
        release.check(town)


def test_a_release_whose_description_is_of_other_files_is_refused(
    town: Settings, release: Release, tmp_path: Path
) -> None:
    """Whoever rewrites the digests of the files too cannot rewrite the fingerprint that was signed."""
    index = json.loads((release.folder / "bundle.json").read_bytes())
    contacts = release.code / "corpus/contacts.toml"
    append(contacts)
    index["files"]["code/corpus/contacts.toml"] = hashlib.sha256(contacts.read_bytes()).hexdigest()
    (release.folder / "bundle.json").write_text(json.dumps(index), encoding="utf-8")

    with pytest.raises(ManifestError, match="contacts"):
        release.check(town)


def test_what_a_release_cannot_hold_is_not_exported(town: Settings, code: Path, tmp_path: Path) -> None:
    for change in ({"model": "some-model"}, {"vectors": "chroma"}):
        with pytest.raises(ManifestError, match="CITE_"):
            export_release(town.model_copy(update=change), tmp_path / "out.tar", code)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "said",
    [{}, {"receipt": {}}, {"q": "x"}, {"receipt": [], "q": "x"}, {"receipt": {"id": "x"}, "q": "x"}],
)
def test_what_is_no_receipt_with_its_question_is_told_in_one_sentence(said: dict[str, Any]) -> None:
    with pytest.raises((ProofError, RecordsError)):
        read_asked(said)


def test_a_receipt_is_read_as_the_interface_of_the_pages_tells_it(bot: Assembly) -> None:
    receipt = receipt_for(bot, PASSPORT)
    told = receipt.as_dict() | {"passages": [{"ref": ref, "held": True} for ref in receipt.passages], "whole": True}

    assert read_asked({"receipt": told, "q": PASSPORT}).receipt == receipt


def test_a_receipt_that_was_changed_is_refused(bot: Assembly) -> None:
    said = row(receipt_for(bot, PASSPORT), PASSPORT)
    said["receipt"]["passages"] = ["F1#0"]

    with pytest.raises(RecordsError, match="modifié"):
        read_asked(said)


@pytest.mark.parametrize("content", ["[1]\n", "{\n", "\xff"])
def test_a_batch_that_cannot_be_read_is_told_in_one_sentence(tmp_path: Path, content: str) -> None:
    path = tmp_path / "receipts.jsonl"
    path.write_bytes(content.encode("latin-1"))

    with pytest.raises(ProofError, match=r"receipts\.jsonl"):
        list(read_batch(path))


def run(served: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "bot", *map(str, words)], capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_command_proves_one_receipt_or_many(bot: Assembly, served: Path, tmp_path: Path) -> None:
    receipt = tmp_path / "recu.json"
    receipt.write_text(json.dumps(receipt_for(bot, PASSPORT).as_dict()), encoding="utf-8")
    batch = tmp_path / "recus.jsonl"
    rows = [row(receipt_for(bot, text), text) for text in (PASSPORT, LOST_CARD_CHILD)]
    rows.append(row(receipt_for(bot, PASSPORT), LOST_CARD_CHILD))
    batch.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")

    same, other = (
        run(served, "replay", receipt, "--question", PASSPORT),
        run(served, "replay", receipt, "--question", LOST_CARD),
    )
    many, missing = run(served, "replay", "--batch", batch), run(served, "replay", receipt)

    assert (same.returncode, other.returncode, many.returncode) == (0, 1, 1)
    assert "octet pour octet" in same.stdout
    assert "Différente" in other.stdout
    assert "2 réponses identiques sur 3" in many.stdout
    assert missing.returncode == 1
    assert "question" in missing.stderr
    assert "Traceback" not in missing.stderr + other.stderr


def test_every_command_that_proves_is_named() -> None:
    names = {one.name or one.callback.__name__ for one in app.registered_commands if one.callback}

    assert names == {"manifest", "release", "replay", "regenerate", "watch", "recall"}
