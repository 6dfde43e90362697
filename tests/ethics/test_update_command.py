"""Filing an update: what is missing is said before anything is written."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import pytest

from ethics.errors import EthicsError
from ethics.levels import Level
from ethics.policy import POLICY_FILE
from ethics.records import read_records
from ethics.update import Piece, Update, compare
from ethics.update_command import update
from tests.ethics.city import POLICY, City, a_city, a_manifest, signed

ROOT, INDEX = "c1" * 32, "d1" * 32


def piece(text: str) -> Piece:
    return Piece("F1", "Carte", text, (), text.encode().hex().ljust(64, "0")[:64])


OTHERS = [Piece(f"F{number}", "Autre", "Texte.", (), f"{number:064}") for number in range(2, 30)]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return a_city(tmp_path_factory.mktemp("update"))


def between(before: str, after: str) -> Update:
    return compare([piece(before), *OTHERS], [piece(after), *OTHERS], POLICY)


def filing(city: City, folder: Path, made: Update, *signers: str, listed: bytes | None = None) -> str:
    snapshot = made.snapshot(city.proposal.digest, (city.manifest.parts["passages"], ROOT), INDEX)
    file, changes = folder / "snapshot.json", folder / "changes.json"
    file.write_bytes(signed(snapshot.statement(), *signers).to_bytes())
    changes.write_bytes(listed or b"")
    return update(
        Namespace(file=file, changes=None if listed is None else changes, records=city.folder, policy=POLICY_FILE)
    )


WORDS = between("La carte coûte 25 €.", "Cette carte coûte 25 €.")
AMOUNT = between("La carte coûte 25 €.", "La carte coûte 30 €.")


@pytest.mark.parametrize(
    ("made", "signers", "listed", "said"),
    [
        (WORDS, ("log",), None, "pas signé par la clé du corpus"),
        (WORDS, ("alice",), None, "pas signé par la clé du corpus"),
        (AMOUNT, ("corpus",), AMOUNT.listed(), "Faites signer snapshot.json par une personne"),
        (AMOUNT, ("corpus", "stranger"), AMOUNT.listed(), "Faites signer snapshot.json par une personne"),
        (AMOUNT, ("corpus", "alice"), None, "--changes"),
        (AMOUNT, ("corpus", "alice"), AMOUNT.listed() + b" ", "pas la liste"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_filed(
    city: City, tmp_path: Path, made: Update, signers: tuple[str, ...], listed: bytes | None, said: str
) -> None:
    before = (city.folder / "log.jsonl").read_bytes()
    with pytest.raises(EthicsError, match=said):
        filing(city, tmp_path, made, *signers, listed=listed)

    assert (city.folder / "log.jsonl").read_bytes() == before


def test_a_file_that_is_no_update_is_refused(city: City, tmp_path: Path) -> None:
    for data in (None, b"{}"):
        path = tmp_path / "x.json"
        if data:
            path.write_bytes(data)
        with pytest.raises(EthicsError):
            update(Namespace(file=path, changes=None, records=city.folder, policy=POLICY_FILE))


def test_once_signed_and_read_it_is_served(tmp_path: Path) -> None:
    own = a_city(tmp_path / "own")
    told = filing(own, tmp_path, AMOUNT, "corpus", "alice", listed=AMOUNT.listed())
    kinds = [entry.kind for entry in read_records(own.folder).log.entries][-2:]
    own.now = read_records(own.folder).log.entries[-1].time
    own.cosign(when=own.now)

    assert told == "Mise à jour enregistrée : 1 documents changés depuis l’avis du comité, 1 signature(s) de personnes."
    assert kinds == ["changes", "snapshot"]
    assert own.ask(a_manifest(passages=ROOT, index=INDEX)).level is Level.L0


def test_an_update_of_words_needs_nobody(tmp_path: Path) -> None:
    own = a_city(tmp_path / "own")

    assert "0 signature(s) de personnes" in filing(own, tmp_path, WORDS, "corpus")
