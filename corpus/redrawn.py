"""Whether an index holds nothing but what its passages give: what was drawn from them is drawn again, and compared.

Whoever signs an update of the corpus signs one digest of the whole index. What the passages and the cards say is
compared by value, and read by a person when it must be (corpus.review). All the rest follows from them, from the
settings of their sources, and from the approved program, weights and lexicon: here it is made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from corpus.document import Passage
from corpus.embed import Embedder
from corpus.figures import has_figures
from corpus.generation import index_digests
from corpus.ranking_writing import build_ranking
from corpus.source import Source
from corpus.store import STORE_FILE, DocumentCard, PassageStore
from ethics.merkle import AlteredPassagesError, passages_root

_SHARED = (
    "source",
    "title",
    "theme",
    "audiences",
    "url",
    "updated",
    "valid_from",
    "valid_until",
    "superseded_by",
    "rank",
)
"""What a card and each of its passages say of the same document."""
_RELATIVE, _HALF = 1e-5, 1e-3
"""Another processor may round a score, or the last digit of a half-precision vector, otherwise."""

Limit = tuple[str, str, int]
"""What the settings of a source give to its passages: the source, what is limited, the days (or the rank)."""


def undue(new: Path, old: PassageStore, sources: Iterable[Source], embedder: Embedder) -> tuple[str, ...]:
    """Tell what of an index does not follow from its passages, one name each; nothing when all does.

    Args:
        new: folder of the generation.
        old: the passages in force, whose limits are believed.
        sources: the approved allow-list.
        embedder: the approved weights.

    Raises:
        IndexDamagedError: its store cannot be read.
    """
    with PassageStore(new / STORE_FILE) as store:
        found = list(_of_the_store(new / STORE_FILE, store, old, sources))
        found += _of_the_ranking(new, store, embedder)
    return tuple(found)


def _of_the_store(path: Path, store: PassageStore, old: PassageStore, sources: Iterable[Source]) -> Iterator[str]:
    try:
        altered = passages_root(path) != store.root()
    except AlteredPassagesError:
        altered = True
    if altered:
        yield "passages"
    if any(not _is_card_of(card, store.passages_of(card.key)) for card in store.documents()):
        yield "documents"
    allowed = set(_limits(old.all_passages()))
    for one in sources:
        allowed |= {(one.name, "rank", one.rank), (one.name, "text", one.text_days)}
        allowed.add((one.name, "figures", one.figure_days))
    if set(_limits(store.all_passages())) - allowed:
        yield "limites de fraîcheur"


def _is_card_of(card: DocumentCard, passages: Iterable[Passage]) -> bool:
    return all(
        passage.document == card.id
        and passage.document_kind == card.kind
        and all(getattr(passage, name) == getattr(card, name) for name in _SHARED)
        for passage in passages
    )


def _limits(passages: Iterable[Passage]) -> Iterator[Limit]:
    for passage in passages:
        dated = passage.updated or passage.valid_from
        yield passage.source, "rank", passage.rank
        if dated or passage.text_until:
            yield passage.source, "text", _days(dated, passage.text_until)
        if (dated and has_figures(passage.text)) or passage.figures_until:
            yield passage.source, "figures", _days(dated, passage.figures_until)


def _days(dated: date | None, until: date | None) -> int:
    """Days from the date of a text to its limit; -1, which no source asks for, where one of them is missing."""
    return -1 if dated is None or until is None else (until - dated).days


def _of_the_ranking(new: Path, store: PassageStore, embedder: Embedder) -> Iterator[str]:
    with TemporaryDirectory() as name:
        again = Path(name)
        build_ranking(again, store, embedder, None)
        held, drawn = ({file for file in index_digests(folder) if file != STORE_FILE} for folder in (new, again))
        yield from sorted(held ^ drawn)
        for file in sorted(held & drawn):
            if not _is_same(new / file, again / file):
                yield file


def _is_same(one: Path, other: Path) -> bool:
    if one.suffix not in {".npy", ".npz"}:
        return one.read_bytes() == other.read_bytes()
    try:
        held, drawn = _arrays(one), _arrays(other)
    except (OSError, EOFError, ValueError, BadZipFile):
        return False
    return held.keys() == drawn.keys() and all(_is_close(held[name], drawn[name]) for name in held)


def _arrays(path: Path) -> dict[str, npt.NDArray[np.generic]]:
    with path.open("rb") as stream:
        found = np.load(stream)
        return dict(found) if path.suffix == ".npz" else {"": found}


def _is_close(held: npt.NDArray[np.generic], drawn: npt.NDArray[np.generic]) -> bool:
    if (held.dtype, held.shape) != (drawn.dtype, drawn.shape):
        return False
    if not np.issubdtype(held.dtype, np.floating):
        return np.array_equal(held, drawn)
    half = _HALF if held.dtype == np.float16 else 0.0
    return np.allclose(held.astype(np.float32), drawn.astype(np.float32), rtol=_RELATIVE, atol=half)
