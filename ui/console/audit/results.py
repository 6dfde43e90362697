"""What an audit shows, to those who may see it: figures, charts, one's own planted answers, the list, the files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import Field

from ethics.policy import load_policy
from ethics.readings import ARBITER
from ui.console.audit.charts import drawing_of
from ui.console.audit.figures import figures_of, own_planted, own_reading, sheet_of
from ui.console.audit.house import Audit, Audits, Phase, RefusedActError, check_close, check_stop
from ui.console.audit.layout import FOLDER, as_words, audits_of, decimal, marks_of, opened, percent, pieces_of, ranks_of
from ui.console.audit.listing import Filter, Line, lines_of, listed
from ui.console.layout import Member, Reader, console_page
from ui.identity import Person, journal_of
from ui.resident.layout import RefusedError

router = APIRouter()
Act = Callable[[Audit, str], None]


def audit_file_of(house: Audits) -> Callable[[str, str], bytes | None]:
    """Return what gives the file of the answers that a member read of a release, as `ethics sign --audit` takes it.

    The account of the member bears their id of the roster. None until what they said is fixed.
    """

    def audit_file(member: str, release: str) -> bytes | None:
        for audit in house.all():
            if isinstance(audit, Audit) and audit.queue.release == release:
                names = {*audit.queue.members, *(seat.name for seat in audit.seats.values())}
                found = next((name for name in names if name.casefold() == member.casefold()), "")
                if found and (data := own_reading(house, audit, found)) is not None:
                    return data
        return None

    return audit_file


@router.get("/{name}", response_class=HTMLResponse)
async def overview(request: Request, person: Reader, name: str) -> Response:
    """Where an audit stands, and its figures for those who may see them."""
    return await _overview(request, person, await opened(request, name))


@router.post("/{name}/arreter", response_class=HTMLResponse)
async def stop(request: Request, person: Reader, name: str, why: Annotated[str, Form()] = "") -> Response:
    """End the reading of everybody, with a reason."""
    audit, house = await opened(request, name), audits_of(request)
    return await _ended(request, person, audit, why, (check_stop, house.stop), "audit_stopped")


@router.post("/{name}/clore", response_class=HTMLResponse)
async def close(request: Request, person: Member, name: str, why: Annotated[str, Form()] = "") -> Response:
    """End an audit for good, with a reason."""
    audit, house = await opened(request, name), audits_of(request)
    return await _ended(request, person, audit, why, (check_close, house.close), "audit_closed")


class Asked(Filter):
    """The list that is asked for, and the page of it."""

    page: Annotated[int, Field(ge=1, le=10_000)] = 1


@router.get("/{name}/reponses", response_class=HTMLResponse)
async def answers(request: Request, person: Reader, name: str, asked: Annotated[Asked, Query()]) -> Response:
    """The answers of a closed audit, filtered."""
    audit = await _closed(request, name)
    lines = await _lines(request, audit)
    found = await run_sync(lambda: listed(lines, asked, asked.page))
    return console_page(request, person, "audit_answers.html", FOLDER, audit=audit, listing=found, asked=asked)


@router.get("/{name}/reponses/{answer}", response_class=HTMLResponse)
async def answer_page(request: Request, person: Reader, name: str, answer: str) -> Response:
    """One answer of a closed audit, with what each reader said of it."""
    audit, house = await _closed(request, name), audits_of(request)
    try:
        content = await run_sync(lambda: audit.queue.answer(answer))
        case = audit.queue.key.cases[answer]
    except KeyError as error:
        raise RefusedError("not_found", 404) from error
    said = {seat: (await run_sync(house.said, audit, seat)).get(answer) for seat in audit.queue.members}
    third = (await run_sync(lambda: house.third(audit))).get(case)
    line = next(line for line in await _lines(request, audit) if line.answer == answer)
    return console_page(
        request,
        person,
        "audit_answer.html",
        FOLDER,
        audit=audit,
        answer=content,
        case=case,
        said=said,
        third=third,
        line=line,
        pieces=pieces_of,
        marks=marks_of([*said.values(), third]),
        ranks_of=ranks_of,
    )


@router.get("/{name}/relecture.json")
async def reading(request: Request, person: Member, name: str) -> Response:
    """What somebody read, to be signed with their opinion."""
    audit, house = await opened(request, name), audits_of(request)
    data = await run_sync(lambda: own_reading(house, audit, person.name))
    if data is None:
        raise RefusedError("not_found", 404)
    return _file(data, "application/json", "relecture.json")


@router.get("/{name}/resultat.json")
async def result(request: Request, _: Reader, name: str) -> Response:
    """The counts of a closed audit, as `eval audit in --json` gives them from sheets."""
    audit, house = await _closed(request, name), audits_of(request)
    figures = await run_sync(lambda: figures_of(house, audit, load_policy().thresholds))
    return _file(figures.read.to_bytes(), "application/json", "resultat.json")


@router.get("/{name}/feuille/{seat}.csv")
async def sheet(request: Request, _: Reader, name: str, seat: str) -> Response:
    """What one seat of a closed audit said, as a sheet that `eval audit in` and `eval report --sheet` read."""
    audit, house = await _closed(request, name), audits_of(request)
    text = await run_sync(lambda: sheet_of(house, audit, seat))
    if text is None:
        raise RefusedError("not_found", 404)
    return _file(text.encode(), "text/csv; charset=utf-8", "feuille.csv")


async def _overview(
    request: Request, person: Person, audit: Audit, mistake: RefusedActError | None = None, why: str = ""
) -> Response:
    house = audits_of(request)
    shown = audit.shows_figures_to(person.name)
    figures = await run_sync(lambda: figures_of(house, audit, load_policy().thresholds)) if shown else None
    own = await run_sync(lambda: own_planted(house, audit, person.name))
    open_ = len(await run_sync(lambda: house.disputed(audit))) if audit.is_read else 0
    return console_page(
        request,
        person,
        "audit_overview.html",
        FOLDER,
        409 if mistake else 200,
        audit=audit,
        phases=Phase,
        figures=figures,
        drawings=[drawing_of(chart) for chart in figures.charts] if figures else [],
        own=own,
        rule=load_policy().opinion,
        open=open_,
        seat=audit.seat_of(person.name),
        arbiter=audit.seats.get(ARBITER),
        seats=(*audit.queue.members, ARBITER),
        told=as_words(mistake),
        why=why,
        percent=percent,
        decimal=decimal,
    )


async def _ended(
    request: Request, person: Person, audit: Audit, why: str, acts: tuple[Act, Act], what: str
) -> Response:
    """Check an act, write its line, then do it: nothing is done that the journal does not tell."""
    check, act = acts
    why = why.strip()[:2000]
    if not why:
        return await _overview(request, person, audit, RefusedActError("no_reason"))
    try:
        check(audit, person.name)
        await journal_of(request).write(person, what, audit.queue.id, why)
        await run_sync(lambda: act(audit, person.name))
    except RefusedActError as error:
        return await _overview(request, person, audit, error, why)
    return RedirectResponse(f"{request.scope.get('root_path', '')}/console/audit/{audit.queue.id}", 303)


async def _closed(request: Request, name: str) -> Audit:
    audit = await opened(request, name)
    if audit.phase is not Phase.CLOSED:
        raise RefusedError("not_found", 404)
    return audit


async def _lines(request: Request, audit: Audit) -> tuple[Line, ...]:
    """The lines of a closed audit, which no longer change: read once."""
    kept: dict[str, tuple[Line, ...]] = request.app.state.audit_lines
    if audit.queue.id not in kept:
        kept[audit.queue.id] = await run_sync(lambda: lines_of(audits_of(request), audit))
    return kept[audit.queue.id]


def _file(data: bytes, kind: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(data, media_type=kind, headers=headers)
