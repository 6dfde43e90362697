"""From what a reader yields to entries of the store: twins merged, personal data set aside, every file counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from corpus.chunk import passages_of
from corpus.document import BlockKind, Document, SetAside
from corpus.personal_data.density import mostly_personal
from corpus.progress import Progress
from corpus.source import Source
from corpus.store_writing import Entry

_FIRST = ("particuliers", "professionnels", "associations")
_PERSONAL = "données personnelles : le texte porte surtout sur des personnes identifiables"
_EMPTY = "aucun texte à citer"
_DOUBLE = "identifiant déjà pris par un autre texte"


@dataclass(frozen=True, slots=True)
class Harvest:
    """What a source gave; `files` = entries + `merged` + set aside.

    Attributes:
        good_until: last day on which the same files give the same passages: the next day a dated banner retires.
        newest: latest date printed on a document.
    """

    entries: tuple[Entry, ...]
    set_aside: tuple[SetAside, ...]
    files: int
    merged: int
    good_until: date | None
    newest: date | None

    @property
    def passages(self) -> int:
        """How many passages the entries hold."""
        return sum(len(entry.passages) for entry in self.entries)


def gather(
    items: Iterable[Document | SetAside], source: Source, today: date, vetted: Mapping[str, str], progress: Progress
) -> Harvest:
    """Cut documents into passages.

    Args:
        items: what a reader yields, one item a file.
        source: where they come from.
        today: dated banners past their limit on this day are left out.
        vetted: digest by key of documents whose text was already screened for personal data by the same code.
        progress: advanced by one for each file.
    """
    documents: list[Document] = []
    set_aside: list[SetAside] = []
    for item in items:
        progress.advance()
        if isinstance(item, SetAside):
            set_aside.append(item)
        else:
            documents.append(item)
    files = len(documents) + len(set_aside)
    kept, doubles = _without_twins(documents)
    merged = len(documents) - len(kept) - len(doubles)
    set_aside += [SetAside(source.name, _name(document), _DOUBLE) for document in doubles]
    entries: list[Entry] = []
    progress.start("passages", len(kept))
    for document in kept:
        progress.advance()
        entry = Entry.of(document, passages_of(document, source, today), source.rank)
        if reason := _unwanted(document, entry, vetted):
            set_aside.append(SetAside(source.name, _name(document), reason))
        else:
            entries.append(entry)
    days = [document.updated for document in kept if document.updated]
    return Harvest(
        tuple(entries), tuple(set_aside), files, merged, _good_until(kept, source, today), max(days, default=None)
    )


def _without_twins(documents: Iterable[Document]) -> tuple[list[Document], list[Document]]:
    """Merge the documents of one id that say the same to several audiences; tell the others apart by their key.

    Returns:
        the documents to keep, and those left without a key: another text of the same audience has it.
    """
    by_key: dict[str, Document] = {}
    keys: dict[str, list[str]] = {}
    doubles: list[Document] = []
    for document in sorted(documents, key=_audience_order):
        known = keys.setdefault(document.id, [])
        twin = next((key for key in known if _says_the_same(by_key[key], document)), None)
        if twin is not None:
            audiences = dict.fromkeys((*by_key[twin].audiences, *document.audiences))
            by_key[twin] = replace(by_key[twin], audiences=tuple(audiences))
            continue
        key = f"{document.id}~{'+'.join(document.audiences)}" if known else document.key
        if key in by_key:
            doubles.append(document)
            continue
        by_key[key] = replace(document, key=key)
        known.append(key)
    return list(by_key.values()), doubles


def _says_the_same(one: Document, other: Document) -> bool:
    return (one.title, one.blocks) == (other.title, other.blocks)


def _audience_order(document: Document) -> int:
    return min((_FIRST.index(name) for name in document.audiences if name in _FIRST), default=len(_FIRST))


def _unwanted(document: Document, entry: Entry, vetted: Mapping[str, str]) -> str | None:
    if not entry.passages:
        return _EMPTY
    # The screening takes about 10 ms a document: what has not changed is not screened again.
    if vetted.get(document.key) == entry.digest:
        return None
    text = "\n".join((document.title, document.summary, *(block.text for block in document.blocks)))
    return _PERSONAL if mostly_personal(text) else None


def _good_until(documents: Iterable[Document], source: Source, today: date) -> date | None:
    limits = [
        block.dated + timedelta(days=source.banner_days)
        for document in documents
        for block in document.blocks
        if block.kind is BlockKind.BANNER and block.dated is not None
    ]
    return min((limit for limit in limits if limit >= today), default=None)


def _name(document: Document) -> str:
    return "/".join((*document.audiences[:1], document.id))
