"""What the pages of the audits share: where the audits are, what a refusal says, and a quote marked in its passage."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

from anyio.to_thread import run_sync
from fastapi import Request
from fastapi.responses import Response

from bot.store import Label
from ui.console.audit.house import Audit, AuditGoneError, Audits, RefusedActError
from ui.console.audit.queues import Citation
from ui.console.layout import console_page
from ui.identity import person_in, words_in
from ui.resident.layout import RefusedError
from ui.view import Piece, marked

FOLDER = Path(__file__).parent
"""Where the words of the section are."""


def audits_of(request: Request) -> Audits:
    """Return the audits of the service."""
    found: Audits = request.app.state.audits
    return found


async def opened(request: Request, name: str) -> Audit:
    """Return an audit, or end in the page that tells that there is none.

    Raises:
        RefusedError: there is no such audit.
        QueueError: its files are damaged.
        StoreError: the database does not answer.
    """
    try:
        return await run_sync(lambda: audits_of(request).open(name))
    except AuditGoneError as error:
        raise RefusedError("not_found", 404) from error


async def damaged(request: Request, error: Exception) -> Response:
    """Tell that the files of an audit cannot be read; nothing of what was said is lost."""
    return console_page(request, person_in(request), "audit_damaged.html", FOLDER, 503, called=str(error))


def as_words(mistake: RefusedActError | None) -> str:
    """Return the sentence of a refusal; empty without one."""
    return words_in(FOLDER)(f"refused.{mistake.name}", **mistake.values) if mistake else ""


def pieces_of(citation: Citation) -> tuple[Piece, ...]:
    """Cut the passage of a quote where it begins and ends; the quote alone where its passage was not kept."""
    pieces = marked(citation.passage, (citation.quote,)) if citation.passage else ()
    return pieces if any(piece.quoted for piece in pieces) else (Piece(citation.quote, quoted=True),)


def ranks_of(said: Label) -> str:
    """Write the sentences at fault as a reader counts them, from 1."""
    return ", ".join(str(mark + 1) for mark in said.marks)


def marks_of(said: Iterable[Label | None]) -> frozenset[int]:
    """Return the sentences that anybody holds to be at fault, from 0."""
    return frozenset(mark for one in said if one is not None for mark in one.marks)


def percent(value: float) -> str:
    """Write a share as a reader does; the word for nothing measured in place of a figure that is not there."""
    return words_in(FOLDER)("figure.none") if math.isnan(value) else f"{100 * value:.2f}\u00a0%".replace(".", ",")


def decimal(value: float) -> str:
    """Write a figure between -1 and 1 as a reader does."""
    return words_in(FOLDER)("figure.none") if math.isnan(value) else f"{value:.2f}".replace(".", ",")
