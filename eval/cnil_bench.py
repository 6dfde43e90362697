"""Measure our analyser and ranking on a corpus they were not made for: the CNIL's help pages, in paraphrased questions.

    python -m eval.cnil_bench

The pages are indexed aside, with the weights in force, and searched beside plain bm25s over the same texts.
Bar (issue 2): at least plain bm25s + 5 points at R@5.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from corpus.chunk import passages_of
from corpus.document import Block, BlockKind, Document, DocumentKind, fold_spaces
from corpus.embed import Embedder, load_embedder
from corpus.errors import CorpusError
from corpus.settings import load_settings
from corpus.source import Source
from corpus.store_writing import Entry
from eval.collection import Ours, UnitText, build_collection
from eval.peers import PlainBm25
from eval.recall import Engine, Outcome, ask, print_recalls, print_times, recalls, times
from eval.retrieval_sets import SHARED, Query

FOLDER = SHARED / "cnil_besoin_daide"
BAR_POINTS = 5
_SOURCE = Source("cnil", "site", "CNIL", "CNIL")


def measure(embedder: Embedder, day: date, folder: Path = FOLDER) -> dict[str, Outcome]:
    """Index the pages, ask both engines every question.

    Returns:
        outcomes of `cite` and `bm25s`.

    Raises:
        FileNotFoundError: the shared set is not there.
    """
    rows = _rows(folder / "corpus.jsonl")
    queries = [
        Query(row["id"], row["query"], frozenset(item["doc_id"] for item in row["relevant"]))
        for row in _rows(folder / "public.jsonl")
    ]
    documents = [document_of(row, day) for row in rows]
    entries = [Entry.of(document, passages_of(document, _SOURCE, day), _SOURCE.rank) for document in documents]
    with tempfile.TemporaryDirectory() as aside:
        store, searcher = build_collection(Path(aside), entries, embedder)
        engines: list[Engine] = [Ours(searcher, day), PlainBm25([_plain(document) for document in documents])]
        outcomes = ask(engines, queries)
        store.close()
    return outcomes


def document_of(row: dict[str, Any], day: date) -> Document:
    """Turn one record of the set into a page, a paragraph a line."""
    lines = [fold_spaces(line) for line in row["text"].splitlines()]
    return Document(
        id=row["doc_id"],
        source=_SOURCE.name,
        kind=DocumentKind.PAGE,
        title=fold_spaces(row["title"]),
        publisher=_SOURCE.publisher,
        licence=_SOURCE.licence,
        fetched=day,
        blocks=tuple(Block(BlockKind.TEXT, line) for line in lines if line),
        breadcrumb=(row["theme"], row["sous_theme"]),
        theme=row["theme"],
    )


def _plain(document: Document) -> UnitText:
    """The whole page as one text, themes included: what our ranking reads too. Pages are short, one is one unit."""
    return UnitText(
        document.id,
        document.title,
        "\n".join(document.breadcrumb),
        "\n".join(block.text for block in document.blocks),
    )


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; exit code 1 under the bar."""
    argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0]).parse_args(argv)
    try:
        outcomes = measure(load_embedder(load_settings()), date.today())  # noqa: DTZ011  a civil day
    except CorpusError as error:
        print(error, file=sys.stderr)
        return 1
    except FileNotFoundError:
        print(f"The shared set {FOLDER.name} is not beside the repository: nothing to measure.", file=sys.stderr)
        return 1
    summary = recalls(outcomes, "cite")
    print_recalls("cnil_besoin_daide, public half, 503 pages", summary)
    print_times("ten documents, one at a time", times(outcomes, "cite"))
    points = summary["bm25s"]["ours_minus_theirs_at_5"].value * 100
    print(f"\nbar: plain bm25s + {BAR_POINTS} points at R@5; measured {points:+.1f}")
    return 0 if points >= BAR_POINTS else 1


if __name__ == "__main__":
    sys.exit(main())
