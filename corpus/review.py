"""What an update of the corpus changes, for a person and for the corpus key: `python -m corpus.review`.

    python -m corpus.review OLD NEW                                   count what changed
    python -m corpus.review OLD NEW --proposal DIGEST --out FOLDER    list the changes, prepare what is to be signed
    python -m corpus.review OLD NEW --check FILE                      compare what was signed with the two states

OLD and NEW are the folders of two generations of the index (to count, two passage stores will do). What is to be signed
names the whole new index: before it is written, or compared, all that is drawn from the passages is drawn again here
with the approved program and weights (corpus.redrawn). The corpus key is not on the server: what is written in FOLDER
is signed elsewhere (`python -m ethics sign FILE --key KEY`), then filed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Passage
from corpus.embed import Embedder, load_embedder
from corpus.errors import CorpusError
from corpus.generation import index_digest, index_digests
from corpus.redrawn import undue
from corpus.settings import Settings, load_settings
from corpus.source import load_sources
from corpus.store import STORE_FILE, DocumentCard, PassageStore
from ethics.canonical import digest
from ethics.envelope import read_envelope
from ethics.errors import EthicsError, RecordsError
from ethics.policy import POLICY_FILE, load_policy
from ethics.records import write_durably
from ethics.snapshot import read_snapshot
from ethics.update import Piece, Update, as_page, compare
from ethics.words import say, trouble

LIST, PAGE, STATEMENT = "changes.json", "changes.md", "snapshot.json"
_ADDRESS, _CARD = "Adresse de la page", "Présentation du document"
_SHOWN = 3
_HELP = "Comparer deux états du corpus : ce qui peut passer, et ce qu’une personne doit lire, avant et après."


@dataclass(frozen=True, slots=True)
class State:
    """What an update goes from and to: Merkle roots of the passages before and after, digest of the index after."""

    roots: tuple[str, str]
    index: str


def piece_of(passage: Passage) -> Piece:
    """Return a passage as the rules of an update see it."""
    steps = (text for step in passage.path for text in (step.prompt, step.title) if text)
    place = " > ".join(dict.fromkeys((passage.title, *steps)))
    days = (passage.valid_from, passage.valid_until)
    beside = (
        *(link.url for link in passage.links),
        *(day.isoformat() for day in days if day),
        *passage.audiences,
    )
    condition = f"{place} [{passage.condition}]" if passage.condition else place
    return Piece(passage.key, condition, passage.text, beside, passage.digest)


def pieces_of(passages: Iterable[Passage]) -> Iterator[Piece]:
    """Yield passages as pieces, and the own address of each document once: a new section does not make it new."""
    seen: set[tuple[str, str]] = set()
    for passage in passages:
        address = (passage.url or "").partition("#")[0]
        if address and (passage.key, address) not in seen:
            seen.add((passage.key, address))
            yield Piece(passage.key, _ADDRESS, address, (), passage.digest)
        yield piece_of(passage)


def pieces_of_cards(cards: Iterable[DocumentCard]) -> Iterator[Piece]:
    """Yield what is read of each document apart from its passages: its title, its summary, the names beside it."""
    for card in cards:
        beside = (*(title for _, title in card.family), *(f"{short} : {long}" for short, long in card.acronyms))
        yield Piece(card.key, _CARD, "\n".join([card.title, card.summary, *beside]), (), digest(card.to_json()))


def compare_stores(old: Path, new: Path, policy: Path = POLICY_FILE) -> tuple[Update, str, str]:
    """Compare two stores.

    Returns:
        the update, and the Merkle roots before and after.

    Raises:
        IndexDamagedError: one of them cannot be read.
        PolicyError: the policy cannot be applied.
    """
    with PassageStore(_file(old)) as before, PassageStore(_file(new)) as after:
        update = compare(_pieces(before), _pieces(after), load_policy(policy))
        return update, before.root(), after.root()


def _pieces(store: PassageStore) -> Iterator[Piece]:
    yield from pieces_of(store.all_passages())
    yield from pieces_of_cards(store.documents())


def index_in(old: Path, new: Path, settings: Settings, embedder: Embedder) -> str:
    """Return the digest of the index of a new generation, once all that it holds was drawn again from its passages.

    Raises:
        RecordsError: it is no generation, or something of it does not follow from its passages.
        IndexDamagedError: it cannot be read.
    """
    if not new.is_dir():
        raise RecordsError(f"{new.name} n’est pas un dossier d’index : ce qui se signe nomme l’index entier.")
    with PassageStore(_file(old)) as before:
        if found := undue(new, before, load_sources(settings.allow_list).values(), embedder):
            named = ", ".join(found[:_SHOWN]) + (", …" if len(found) > _SHOWN else "")
            raise RecordsError(
                f"L’index {new.name} n’est pas celui que donnent ses passages, avec les poids et le lexique d’ici "
                f"({named}) : ne le signez pas. Refaites la synchronisation, puis la comparaison."
            )
    return index_digest(index_digests(new))


def prepare(update: Update, state: State, proposal: str, folder: Path) -> Path:
    """Write what is to be read and what is to be signed; return the latter."""
    folder.mkdir(parents=True, exist_ok=True)
    write_durably(folder / LIST, update.listed())
    write_durably(folder / PAGE, as_page(update).encode())
    envelope = update.snapshot(proposal, state.roots, state.index).statement().envelope()
    write_durably(folder / STATEMENT, envelope.to_bytes())
    return folder / STATEMENT


def differences(update: Update, state: State, file: Path) -> tuple[str, ...]:
    """Tell in what a signed update is not the one that the two states give, one French word each.

    Raises:
        EthicsError: it cannot be read.
    """
    try:
        signed = read_snapshot(read_envelope(file.read_bytes()))
    except OSError as error:
        raise RecordsError(say("records.unreadable", file=file.name, why=trouble(error))) from error
    found = update.snapshot(signed.proposal, state.roots, state.index)
    names = ("previous", "root", "index", "documents", "changed", "added", "values", "changes")
    # More documents may have changed since the opinion than since yesterday, never fewer.
    return tuple(
        name
        for name in names
        if (
            getattr(signed, name) < found.changed
            if name == "changed"
            else getattr(signed, name) != getattr(found, name)
        )
    )


def main(arguments: list[str] | None = None, open_embedder: Callable[[Settings], Embedder] = load_embedder) -> int:
    """Run the command; return 0 when it did what it says, 1 with one French sentence otherwise."""
    parser = argparse.ArgumentParser(prog="python -m corpus.review", description=_HELP)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--policy", type=Path, default=POLICY_FILE)
    parser.add_argument("--proposal", default="0" * 64, help="empreinte de la proposition approuvée")
    parser.add_argument("--out", type=Path, help="dossier où écrire la liste à lire et ce qui est à signer")
    parser.add_argument("--check", type=Path, help="déclaration signée, à comparer avec les deux états")
    args = parser.parse_args(arguments)
    try:
        update, *roots = compare_stores(args.old, args.new, args.policy)
        sys.stdout.write(f"{_summary(update)}\n")
        if not (args.out or args.check):
            return 0
        settings = load_settings()
        state = State((roots[0], roots[1]), index_in(args.old, args.new, settings, open_embedder(settings)))
        if args.check and (wrong := differences(update, state, args.check)):
            raise RecordsError(
                f"{args.check.name} ne dit pas ce qui a changé entre ces deux états ({', '.join(wrong)}) : "
                "ne le signez pas, et refaites la comparaison."
            )
        if args.out:
            written = prepare(update, state, args.proposal, args.out)
            listed = digest(update.listed())
            sys.stdout.write(
                f"À lire : {PAGE}. À signer, avec la clé du corpus : {written.name}. Empreinte de la liste : {listed}\n"
            )
    except (EthicsError, CorpusError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(say("command.disk", name=error.filename or "", why=trouble(error)) + "\n")
        return 1
    return 0


def _summary(update: Update) -> str:
    passing = sum(update.passes(change) for change in update.changes)
    return (
        f"{len(update.changes)} sections changées : {passing} peuvent passer, {len(update.waiting)} sont à lire par "
        f"une personne ({len(update.held)} documents sur {update.documents} attendent)."
    )


def _file(path: Path) -> Path:
    return path / STORE_FILE if path.is_dir() else path


if __name__ == "__main__":
    sys.exit(main())
