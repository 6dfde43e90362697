"""The pages of the desk; what each form sends changes one line, and the page comes back at the next one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, FastAPI, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel
from starlette.datastructures import UploadFile

from bot.letter import Composer, Hidden, LetterError, Line, Precedents, Reply, read_letter
from bot.letter.reading import ENDINGS, LARGEST, LONGEST, checked
from bot.store import KEPT_DAYS
from bot.turn import Status, Turn
from ui.admission import BusyError, TooManyError
from ui.desk import read_pages, simplify_pages, summary_pages, training
from ui.desk.export import as_docx, as_text
from ui.desk.figures import Figures
from ui.desk.inbox import router as inbox
from ui.desk.letters import Letters
from ui.desk.opened import LetterChangedError, NotReadyError, Opened, Settled
from ui.desk.room import (
    FOLDER,
    Agent,
    address_of,
    at_line,
    done_of,
    draft_page,
    letters_of,
    masked_page,
    open_letter,
    readers_of,
)
from ui.identity import Person, Role, open_room, staff_page, words_in
from ui.resident.layout import RefusedError, service_of
from ui.service import Service, ThemeOffError

ROOM_FOR_A_FILE = {"/bureau/lettre": LARGEST + 64 * 1024}
"""Bytes of a request that may be longer than others (ui/security.py)."""

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_OLDEST, _DAYS_AHEAD = date(1990, 1, 1), 366
"""Days whose versions of the documents may be asked for."""

router = APIRouter(prefix="/bureau")


def install(app: FastAPI, service: Service) -> None:
    """Give an application its desk; the people must be there already (`ui.identity.install`)."""
    records = service.records
    assert records is not None
    store, opened = records.store, service.assembly.opened
    precedents = Precedents(store.precedents, opened.store.passage, opened.searcher.relevance)
    composer = Composer(service.assembly, lambda turn: _allowed(service, turn), service.desk.internal, precedents)
    figures = Figures(store.figures, lambda: records.today)
    app.state.composer = composer
    app.state.letters = Letters(composer, store.letters, lambda: records.today, figures=figures, precedents=precedents)
    for pages in (inbox, training.router, read_pages.router, simplify_pages.router, summary_pages.router, router):
        app.include_router(pages, include_in_schema=False)
    open_room(app, "/bureau")


def _allowed(service: Service, turn: Turn) -> Turn:
    """What may be shown: a question whose theme is suspended, or whose passage is not approved, is a gap."""
    try:
        return service.allowed(turn)
    except ThemeOffError:
        return replace(turn, sentences=(), question=None, card=None, status=Status.UNANSWERABLE_NO_SOURCE)


@router.get("", response_class=HTMLResponse)
async def desk(request: Request, person: Agent) -> Response:
    """The letters of an agent, and the form of a new one."""
    return await _desk(request, person)


@router.post("/lettre", response_class=HTMLResponse)
async def take(request: Request, person: Agent) -> Response:
    """Take a letter in: the page shows, this once, what was masked in it."""
    service = service_of(request)
    if not service.standing().drafts:
        return await _desk(request, person, words_in(FOLDER)("desk.closed"), await _typed(request), 503)
    if await training.passed(request, person) is None:
        return training.first(request, person)
    try:
        text, day = await _given(request)
    except LetterError as error:
        return await _desk(request, person, str(error), await _typed(request))
    try:
        # By person: a whole service may share one address.
        await service.admission.count(f"agent {person.name}")
        async with service.admission.place():
            opened, hidden = await run_sync(lambda: letters_of(request).take(text, person.name, day))
    except TooManyError as error:
        raise RefusedError("too_many", 429, error.seconds) from error
    except BusyError as error:
        raise RefusedError("busy", 503, error.seconds) from error
    return masked_page(request, person, opened, hidden)


@router.get("/lettre/{identifier}", response_class=HTMLResponse)
async def letter(request: Request, person: Agent, identifier: str) -> Response:
    """The draft of one letter."""
    return draft_page(request, person, await open_letter(request, person, identifier))


class Change(BaseModel):
    """What one form says of one line.

    Attributes:
        act: `validate`, `undo`, `edit`, `simplify` or `drop`.
        text: its words, to edit it, or to say it more simply.
        checked: where the agent verified it, to validate what nothing here proves.
    """

    act: str = ""
    text: str = ""
    checked: str = ""


@router.post("/lettre/{identifier}/phrase/{number}", response_class=HTMLResponse)
async def change_line(
    request: Request, person: Agent, identifier: str, number: int, change: Annotated[Change, Form()]
) -> Response:
    """Validate, edit, drop one line, say it more simply, or take its validation back."""
    opened = await open_letter(request, person, identifier)
    line = opened.reply.line(number)
    if line is None:
        return draft_page(request, person, opened, "refused.line", 409)
    if mistake := _mistake(line, change):
        return draft_page(request, person, opened, mistake, 422, number)
    try:
        reply, hidden = await run_sync(lambda: _changed(letters_of(request), opened, line, change, person.name))
    except NotReadyError as error:
        return draft_page(request, person, opened, f"ready.{error.reasons[0]}", 422, number)
    except LetterChangedError:
        return draft_page(request, person, await open_letter(request, person, identifier), "refused.changed", 409)
    if hidden is not None and hidden.words:
        return masked_page(request, person, await open_letter(request, person, identifier), hidden)
    return at_line(request, identifier, _next(reply, number) if change.act in {"validate", "drop"} else number)


def _mistake(line: Line, change: Change) -> str:
    """Why a form cannot be done as it is, a key of the words; empty when it can."""
    if change.act in {"edit", "simplify"} and not change.text.strip():
        return "refused.empty"
    sourced = any(source.passage for source in line.sources)
    return "refused.no_source" if change.act == "simplify" and not sourced else ""


def _changed(letters: Letters, opened: Opened, line: Line, change: Change, name: str) -> tuple[Reply, Hidden | None]:
    """Do what a form says to a line.

    Raises:
        RefusedError: it says none of what can be done.
        NotReadyError, LetterChangedError: as `Letters` does.
    """
    if change.act == "edit":
        return letters.edit(opened, line, change.text)
    if change.act == "simplify":
        return letters.simplify(opened, line, change.text)
    if change.act == "validate":
        return letters.validate(opened, line, name, change.checked), None
    if change.act == "undo":
        return letters.undo(opened, line), None
    if change.act == "drop":
        return letters.drop(opened, line), None
    raise RefusedError("wrong", 400)


class Again(BaseModel):
    """What one form says of one question: an option, a procedure, other words, an offer, or a sentence to add."""

    pick: str = ""
    offer: str = ""
    document: str = ""
    ask: str = ""
    add: str = ""


@router.post("/lettre/{identifier}/question/{rank}", response_class=HTMLResponse)
async def change_question(
    request: Request, person: Agent, identifier: str, rank: int, again: Annotated[Again, Form()]
) -> Response:
    """Answer one question anew with what the agent knows, or add a sentence of the agent's to its answer."""
    opened = await open_letter(request, person, identifier)
    if not 0 <= rank < len(opened.reply.parts):
        return draft_page(request, person, opened, "refused.line", 409)
    if not any(one.strip() for one in (again.pick, again.document, again.ask, again.add, again.offer)):
        return draft_page(request, person, opened, "refused.empty", 422)
    try:
        reply, hidden = await _answered(request, opened, rank, again)
    except NotReadyError as error:
        return draft_page(
            request, person, opened, f"ready.{error.reasons[0]}", 503 if "closed" in error.reasons else 409
        )
    except LetterChangedError:
        return draft_page(request, person, await open_letter(request, person, identifier), "refused.changed", 409)
    except BusyError as error:
        raise RefusedError("busy", 503, error.seconds) from error
    if hidden is not None and hidden.words:
        return masked_page(request, person, await open_letter(request, person, identifier), hidden)
    lines = reply.parts[rank].lines
    return at_line(request, identifier, lines[-1 if again.add else 0].id if lines else 0)


async def _answered(request: Request, opened: Opened, rank: int, again: Again) -> tuple[Reply, Hidden | None]:
    letters = letters_of(request)
    if again.add.strip():
        return await run_sync(lambda: letters.add(opened, rank, again.add))
    if not service_of(request).standing().drafts:
        raise NotReadyError(["closed"])
    if again.offer.strip():
        return await run_sync(lambda: letters.reuse(opened, rank, again.offer)), None
    ask = again.ask[:LONGEST]
    async with service_of(request).admission.place():
        return (
            await run_sync(lambda: letters.answer_again(opened, rank, again.pick, again.document, ask)),
            None,
        )


@router.post("/lettre/{identifier}/reponse", response_class=HTMLResponse)
async def settle(request: Request, person: Agent, identifier: str, settled: Annotated[Settled, Form()]) -> Response:
    """Keep who signs, and whether a decision is communicated, with how it can be appealed."""
    opened = await open_letter(request, person, identifier)
    try:
        _, hidden = await run_sync(lambda: letters_of(request).settle(opened, settled))
    except LetterChangedError:
        return draft_page(request, person, await open_letter(request, person, identifier), "refused.changed", 409)
    if hidden.words:
        return masked_page(request, person, await open_letter(request, person, identifier), hidden)
    return RedirectResponse(f"{address_of(request, identifier)}#export", 303)


@router.post("/lettre/{identifier}/masquer", response_class=HTMLResponse)
async def hide_more(request: Request, person: Agent, identifier: str, words: Annotated[str, Form()] = "") -> Response:
    """Mask what the rules missed, and show once, for the browser, what was masked."""
    opened = await open_letter(request, person, identifier)
    try:
        _, hidden = await run_sync(lambda: letters_of(request).hide_more(opened, words))
    except LetterChangedError:
        return draft_page(request, person, await open_letter(request, person, identifier), "refused.changed", 409)
    if not hidden.words:
        return draft_page(request, person, opened, "masked.not_found", 422)
    return masked_page(request, person, await open_letter(request, person, identifier), hidden)


@router.post("/lettre/{identifier}/effacer")
async def remove(request: Request, person: Agent, identifier: str) -> Response:
    """Delete a letter."""
    opened = await open_letter(request, person, identifier)
    await run_sync(lambda: letters_of(request).remove(opened))
    return RedirectResponse(f"{request.scope.get('root_path', '')}/bureau", 303)


@router.get("/lettre/{identifier}/sortie", response_class=HTMLResponse)
async def export(request: Request, person: Agent, identifier: str) -> Response:
    """The whole letter, once everything in it was validated."""
    opened = await open_letter(request, person, identifier)
    try:
        text = as_text(opened.reply, second=service_of(request).desk.second_reader)
    except NotReadyError as error:
        return draft_page(request, person, opened, f"ready.{error.reasons[0]}", 409)
    await run_sync(lambda: letters_of(request).exported(opened))
    return staff_page(request, person, "export.html", w=words_in(FOLDER), opened=opened, text=text)


@router.get("/lettre/{identifier}/reponse.docx")
async def export_docx(request: Request, person: Agent, identifier: str) -> Response:
    """The same as a DOCX, tokens in the place of the personal data."""
    opened = await open_letter(request, person, identifier)
    try:
        second = service_of(request).desk.second_reader
        data = await run_sync(lambda: as_docx(opened.reply, second=second))
    except NotReadyError as error:
        return draft_page(request, person, opened, f"ready.{error.reasons[0]}", 409)
    await run_sync(lambda: letters_of(request).exported(opened))
    headers = {"content-disposition": 'attachment; filename="reponse.docx"', "cache-control": "no-store"}
    return Response(data, media_type=_DOCX, headers=headers)


async def _given(request: Request) -> tuple[str, date | None]:
    """The text of the form, or of its file; and the day whose versions are asked for, None for today's.

    Raises:
        LetterError: neither can be read, or the day is none.
    """
    async with request.form(max_files=1, max_fields=5, max_part_size=4 * LONGEST) as form:
        sent, text = form.get("file"), form.get("text")
        day = _day(form.get("day"), letters_of(request).today)
        if isinstance(sent, UploadFile) and sent.filename:
            name, data = sent.filename, await sent.read(LARGEST + 1)
            return await run_sync(lambda: read_letter(name, data)), day
        if isinstance(text, str) and text.strip():
            return checked(text), day
    raise LetterError(words_in(FOLDER)("desk.nothing"))


def _day(typed: object, today: date) -> date | None:
    """Read a day.

    Raises:
        LetterError: it is none, or too far from today.
    """
    if not isinstance(typed, str) or not typed.strip():
        return None
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError:
        day = date.min
    if not day >= _OLDEST or (day - today).days > _DAYS_AHEAD:
        raise LetterError(words_in(FOLDER)("desk.wrong_day"))
    return day


async def _typed(request: Request) -> str:
    """What was pasted, so that a form that is refused loses nothing."""
    typed = (await request.form()).get("text")
    return typed if isinstance(typed, str) else ""


async def _desk(request: Request, person: Person, mistake: str = "", text: str = "", code: int = 422) -> Response:
    letters = letters_of(request)
    mine = await run_sync(lambda: letters.of(person.name))
    others = await run_sync(lambda: readers_of(request).waiting(person.name))
    return staff_page(
        request,
        person,
        "desk.html",
        code if mistake else 200,
        w=words_in(FOLDER),
        mistake=mistake,
        text=text,
        letters=mine,
        others=len(others),
        passed=await training.passed(request, person),
        supervisor=person.may(Role.SUPERVISOR),
        drafts=service_of(request).standing().drafts,
        longest=LONGEST,
        endings=",".join(ENDINGS),
        days=KEPT_DAYS,
        today=letters.today,
        done=done_of,
    )


def _next(reply: Reply, number: int) -> int:
    """The line to look at after one was validated: the next that is not, else the first, else itself."""
    left = [line.id for line in reply.unsettled()]
    order = [line.id for line in reply.lines()]
    after = order[order.index(number) + 1 :] if number in order else []
    return next((one for one in after if one in left), next(iter(left), number))
