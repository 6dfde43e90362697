"""`python -m corpus search`: ranked documents for a question, or for a file of questions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from corpus.batch import Asked, run_batch
from corpus.found import DocumentHit, Found
from corpus.messages import message
from corpus.opening import open_search
from corpus.settings import load_settings
from corpus.store import PassageStore

_EXCERPT = 160


def search_command(  # noqa: PLR0913  one parameter an option
    question: Annotated[str, typer.Argument(help=message("help", "question"))] = "",
    limit: Annotated[int, typer.Option("-k", min=1, max=200, help=message("help", "limit"))] = 10,
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help=message("help", "as_of"))] = None,
    audience: Annotated[str | None, typer.Option(help=message("help", "audience"))] = None,
    batch: Annotated[Path | None, typer.Option(help=message("help", "batch"))] = None,
    out: Annotated[Path | None, typer.Option(help=message("help", "out"))] = None,
    *,
    explain: Annotated[bool, typer.Option("--explain", help=message("help", "explain"))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=message("help", "json"))] = False,
) -> None:
    """Search the index in force."""
    day = as_of.date() if as_of else date.today()  # noqa: DTZ011  a civil day, where the city is
    opened = open_search(load_settings())

    def find(asked: Asked) -> dict[str, Any]:
        return found_json(opened.searcher.search(asked.text, limit, audience, day), asked.id)

    if batch is not None:
        count = run_batch(batch, out, find)
        typer.echo(message("search", "written", count=count, out=out), err=True)
        return
    found = opened.searcher.search(question, limit, audience, day)
    if as_json:
        typer.echo(orjson.dumps(found_json(found, "", explain=explain), option=orjson.OPT_INDENT_2).decode())
        return
    for line in _lines(found, opened.store, explain=explain):
        typer.echo(line)


def found_json(found: Found, identifier: str, *, explain: bool = False) -> dict[str, Any]:
    """Return what was found with the keys of DESIGN.md, section 9; `explain` adds the reasons of each rank."""
    ranked = sorted(
        ((ref, hit.id, score) for hit in found.documents for ref, score in hit.passages),
        key=lambda item: (-item[2], item[0]),
    )
    values: dict[str, Any] = {
        "id": identifier,
        "documents": [hit.id for hit in found.documents],
        "passages": [{"ref": ref, "document": document, "score": round(score, 4)} for ref, document, score in ranked],
    }
    if explain:
        values["terms"] = dict(found.question.terms)
        values["lexicon"] = list(found.question.matched)
        values["signals"] = {hit.id: {"score": hit.score, **hit.signals} for hit in found.documents}
    return values


def _lines(found: Found, store: PassageStore, *, explain: bool) -> Iterator[str]:
    if not found.documents:
        yield message("search", "nothing")
    for rank, hit in enumerate(found.documents, 1):
        yield f"{rank:2}. {hit.id:10} {hit.score:.3f}  {hit.title}"
        if hit.passages and (passage := store.passage(hit.passages[0][0])) is not None:
            yield f"      {passage.heading}" if passage.heading else "      —"
            yield f"      {passage.text[:_EXCERPT]!r}  [{passage.ref}]"
        if explain:
            yield "      " + _signals(hit)
    if explain:
        words = ", ".join(f"{word} {weight:g}" for word, weight in found.question.terms.items())
        yield message("search", "terms", terms=words)
        yield message("search", "lexicon", entries=", ".join(found.question.matched) or "—")


def _signals(hit: DocumentHit) -> str:
    return "  ".join(f"{name} {value:.2f}" for name, value in hit.signals.items() if value)
