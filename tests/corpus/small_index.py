"""A dozen documents of ours, ranked: what the tests of ranking and search are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from corpus import phrases
from corpus.analyse import terms
from corpus.chunk import passages_of
from corpus.document import Block, BlockKind, Document, DocumentKind, Step
from corpus.embed import Embedder
from corpus.ranking import Ranking, VectorRows
from corpus.ranking_writing import build_ranking
from corpus.search import Nearest, Searcher
from corpus.source import Source
from corpus.store import STORE_FILE, PassageStore, SourceRecord
from corpus.store_writing import Entry, StoreWriter
from tests.corpus.builders import FakeEmbedder

TODAY = date(2026, 3, 2)
CITIZENS, FIRMS, CLUBS = "particuliers", "professionnels", "associations"
SAID = {
    "F5": "mes voisins font la fête toute la nuit ; la zik d'à côté m'empêche de dormir",
    "F6": "on m'a tiré ma bécane",
    "F999": "une fiche qui n'est pas là",
}


class TermEmbedder(FakeEmbedder):
    """Texts with the same index terms get the same vector."""

    def __init__(self, digest: str = "ab" * 32) -> None:
        super().__init__(digest, dimension=256)

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return super().encode([" ".join(terms(text)) for text in texts])


def a_document(
    identifier: str,
    title: str,
    *texts: str | tuple[str, str],
    audiences: tuple[str, ...] = (CITIZENS,),
    **values: object,
) -> Document:
    """A document whose texts are paragraphs, or (heading, paragraph)."""
    pairs = [("", one) if isinstance(one, str) else one for one in texts]
    blocks = [Block(BlockKind.TEXT, body, (Step(heading),) if heading else ()) for heading, body in pairs]
    document = Document(
        id=identifier,
        source="fiches",
        kind=DocumentKind.SHEET,
        title=title,
        publisher="DILA",
        licence="Licence Ouverte 2.0",
        fetched=TODAY,
        blocks=tuple(blocks),
        audiences=audiences,
    )
    return replace(document, **values)  # type: ignore[arg-type]


DOCUMENTS = (
    a_document(
        "F1",
        "Carte d'identité d'un majeur",
        ("Coût", "La première carte est gratuite. En cas de perte, elle coûte 25 €."),
        ("Pièces à fournir", "Apportez une photo et un justificatif de domicile."),
        acronyms=(("CNI", "carte d'identité"),),
        related=("F3", "R1"),
    ),
    a_document(
        "F2",
        "Carte d'identité d'un mineur",
        ("Démarche", "Le parent accompagne le mineur au guichet."),
        related=("F3",),
    ),
    a_document("F3", "Passeport", ("Délai", "Le passeport est délivré en trois semaines."), related=("R1",)),
    a_document("F4", "Taxe de séjour", "L'hôtelier reverse la taxe de séjour.", audiences=(FIRMS,)),
    a_document("F4", "Taxe de séjour", "Le touriste paie la taxe de séjour.", key="F4~particuliers"),
    a_document("F5", "Tapage nocturne", "Le tapage nocturne est puni d'une amende."),
    a_document("F6", "Vol de vélo", "Déposez plainte au commissariat après un vol de vélo."),
    a_document("F7", "Création d'une association", "Les statuts sont déposés en préfecture.", audiences=(CLUBS,)),
    a_document("F8", "Terrasse de café", "Une autorisation est exigée pour la terrasse.", audiences=(FIRMS, CLUBS)),
    a_document(
        "piscines-2025", "Tarif des piscines", "L'entrée coûte 4 €.", audiences=(), valid_until=date(2025, 12, 31)
    ),
    a_document("piscines-2026", "Tarif des piscines", "L'entrée coûte 5 €.", audiences=(), valid_from=date(2026, 1, 1)),
    a_document("R1", "Prendre rendez-vous", "Réservez un créneau au guichet.", kind=DocumentKind.SERVICE),
)


@dataclass(frozen=True)
class SmallIndex:
    """A generation's folder, its rows, its open store."""

    folder: Path
    rows: VectorRows
    store: PassageStore

    def searcher(self, embedder: Embedder | None = None, nearest: Nearest | None = None) -> Searcher:
        return Searcher(Ranking(self.folder), self.store, embedder or TermEmbedder(), nearest)


def index(
    folder: Path,
    documents: Sequence[Document] = DOCUMENTS,
    embedder: Embedder | None = None,
    previous: Path | None = None,
    ranks: Mapping[str, int] | None = None,
) -> SmallIndex:
    """Write the passages and the ranking of `documents`; `ranks` gives the authority of a document by its key."""
    folder.mkdir(parents=True)
    entries = []
    for document in documents:
        source = Source("fiches", "dila", "DILA", "Licence Ouverte 2.0", rank=(ranks or {}).get(document.key, 1))
        entries.append(Entry.of(document, passages_of(document, source, TODAY), source.rank))
    with StoreWriter(folder / STORE_FILE) as writer:
        writer.add(_RECORD, entries, ())
    store = PassageStore(folder / STORE_FILE)
    return SmallIndex(folder, build_ranking(folder, store, embedder or TermEmbedder(), previous), store)


@contextmanager
def everyday_phrases(folder: Path, said: Mapping[str, str] = SAID) -> Iterator[None]:
    """Have the index read its everyday phrases from a lexicon of the test."""
    lines = ["# identifiant, phrases", *(f"{identifier}\t{phrases}" for identifier, phrases in said.items())]
    (folder / "said_of.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    phrases._said.cache_clear()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(phrases, "LEXICON", folder)
        yield
    phrases._said.cache_clear()


_RECORD = SourceRecord(
    name="fiches",
    kind="dila",
    origin="essai",
    origin_kind="path",
    archive_digest="",
    pipeline="",
    read_on=TODAY,
    good_until=None,
    synced_at="2026-03-02T08:00:00+00:00",
    newest=None,
    ad_hoc=False,
    files=0,
    documents=0,
    merged=0,
    set_aside=0,
    passages=0,
    state="",
)
