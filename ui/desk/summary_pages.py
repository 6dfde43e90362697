"""What becomes of the drafts, in figures that name nobody, and the lines that may become evaluation cases."""

from __future__ import annotations

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from bot.store import DESK_ACTS
from ui.desk.room import FOLDER
from ui.identity import Person, Role, requires, staff_page, words_in
from ui.resident.layout import records_of

router = APIRouter(prefix="/bureau/bilan")
Reader = Annotated[Person, Depends(requires(Role.SUPERVISOR, Role.COMMITTEE))]


@router.get("", response_class=HTMLResponse)
async def summary(request: Request, person: Reader) -> Response:
    """The counts, by month and by what was done."""
    figures = records_of(request).store.figures
    total = await run_sync(figures.total)
    lines = await run_sync(figures.candidates)
    months = sorted({month for month, _ in total}, reverse=True)
    rows = [(act, [total.get((month, act), 0) for month in months]) for act in DESK_ACTS]
    return staff_page(
        request, person, "summary.html", w=words_in(FOLDER), months=months, rows=rows, candidates=len(lines)
    )


@router.get("/candidats.jsonl")
async def candidates(request: Request, person: Reader) -> Response:  # noqa: ARG001  who may is all that is asked
    """The lines, one JSON object each."""
    lines = await run_sync(records_of(request).store.figures.candidates)
    headers = {"content-disposition": 'attachment; filename="candidats.jsonl"', "cache-control": "no-store"}
    return Response("".join(f"{line}\n" for line in lines), media_type="application/x-ndjson", headers=headers)
