"""The pages of the desk; what each form sends changes one line, and the page comes back at the next one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, FastAPI, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel
from starlette.datastructures import UploadFile

from bot.checks.vocabulary import reasons
from bot.letter import Composer, Hidden, LetterError, Reply, State, read_letter
from bot.letter.reading import ENDINGS, LARGEST, LONGEST, checked
from bot.turn import Status, Turn
from corpus.document import Passage
from ui.admission import BusyError, TooManyError
from ui.desk.export import as_docx, as_text
from ui.desk.inbox import router as inbox
from ui.desk.letters import (
    KEPT_DAYS,
    LetterChangedError,
    LetterGoneError,
    Letters,
    NotReadyError,
    Opened,
    Settled,
    unready,
)
from ui.identity import Person, Role, open_room, requires, staff_page, words_in
from ui.resident.layout import RefusedError, service_of
from ui.service import Service, ThemeOffError
from ui.view import Piece, marked

FOLDER = Path(__file__).parent
ROOM_FOR_A_FILE = {"/bureau/lettre": LARGEST + 64 * 1024}
"""Bytes of a request that may be longer than others (ui/security.py)."""

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
router = APIRouter(prefix="/bureau")
Agent = Annotated[Person, Depends(requires(Role.AGENT))]


def install(app: FastAPI, service: Service) -> None:
    """Give an application its desk; the people must be there already (`ui.identity.install`)."""
    records = service.records
    assert records is not None
    composer = Composer(service.assembly, lambda turn: _allowed(service, turn))
    app.state.letters = Letters(composer, records.store.letters, lambda: records.today)
    app.include_router(inbox, include_in_schema=False)
    app.include_router(router, include_in_schema=False)
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
    if not service.standing().open:
        raise RefusedError("closed", 503)
    try:
        text = await _given(request)
    except LetterError as error:
        return await _desk(request, person, str(error))
    try:
        # By person: a whole service may share one address.
        await service.admission.count(f"agent {person.name}")
        async with service.admission.place():
            opened, hidden = await run_sync(lambda: _letters(request).take(text, person.name))
    except TooManyError as error:
        raise RefusedError("too_many", 429, error.seconds) from error
    except BusyError as error:
        raise RefusedError("busy", 503, error.seconds) from error
    return _masked(request, person, opened, hidden)


@router.get("/lettre/{identifier}", response_class=HTMLResponse)
async def letter(request: Request, person: Agent, identifier: str) -> Response:
    """The draft of one letter."""
    return _draft(request, person, await _open(request, person, identifier))


class Change(BaseModel):
    """What one form says of one line.

    Attributes:
        act: `validate`, `undo`, `edit` or `drop`.
        text: its words, to edit it.
        checked: where the agent verified it, to validate what nothing here proves.
    """

    act: str = ""
    text: str = ""
    checked: str = ""


@router.post("/lettre/{identifier}/phrase/{number}", response_class=HTMLResponse)
async def change_line(
    request: Request, person: Agent, identifier: str, number: int, change: Annotated[Change, Form()]
) -> Response:
    """Validate, edit, drop one line, or take its validation back."""
    opened = await _open(request, person, identifier)
    line = opened.reply.line(number)
    if line is None:
        return _draft(request, person, opened, "refused.line", 409)
    if change.act == "edit" and not change.text.strip():
        return _draft(request, person, opened, "refused.empty", 422, number)
    letters, hidden = _letters(request), None
    try:
        if change.act == "validate":
            reply = await run_sync(lambda: letters.validate(opened, line, person.name, change.checked))
        elif change.act == "undo":
            reply = await run_sync(lambda: letters.undo(opened, line))
        elif change.act == "drop":
            reply = await run_sync(lambda: letters.drop(opened, line))
        elif change.act == "edit":
            reply, hidden = await run_sync(lambda: letters.edit(opened, line, change.text))
        else:
            raise RefusedError("wrong", 400)
    except NotReadyError as error:
        return _draft(request, person, opened, f"ready.{error.reasons[0]}", 422, number)
    except LetterChangedError:
        return _draft(request, person, await _open(request, person, identifier), "refused.changed", 409)
    if hidden is not None and hidden.words:
        return _masked(request, person, await _open(request, person, identifier), hidden)
    return _at(request, identifier, _next(reply, number) if change.act == "validate" else number)


class Again(BaseModel):
    """What one form says of one question: an option, a procedure, other words for it, or a sentence to add."""

    pick: str = ""
    document: str = ""
    ask: str = ""
    add: str = ""


@router.post("/lettre/{identifier}/question/{rank}", response_class=HTMLResponse)
async def change_question(
    request: Request, person: Agent, identifier: str, rank: int, again: Annotated[Again, Form()]
) -> Response:
    """Answer one question anew with what the agent knows, or add a sentence of the agent's to its answer."""
    opened = await _open(request, person, identifier)
    if not 0 <= rank < len(opened.reply.parts):
        return _draft(request, person, opened, "refused.line", 409)
    if not any(one.strip() for one in (again.pick, again.document, again.ask, again.add)):
        return _draft(request, person, opened, "refused.empty", 422)
    try:
        reply, hidden = await _answered(request, opened, rank, again)
    except LetterChangedError:
        return _draft(request, person, await _open(request, person, identifier), "refused.changed", 409)
    except BusyError as error:
        raise RefusedError("busy", 503, error.seconds) from error
    if hidden is not None and hidden.words:
        return _masked(request, person, await _open(request, person, identifier), hidden)
    lines = reply.parts[rank].lines
    return _at(request, identifier, lines[-1 if again.add else 0].id if lines else 0)


async def _answered(request: Request, opened: Opened, rank: int, again: Again) -> tuple[Reply, Hidden | None]:
    letters = _letters(request)
    if again.add.strip():
        return await run_sync(lambda: letters.add(opened, rank, again.add))
    ask = again.ask[:LONGEST]
    async with service_of(request).admission.place():
        return (
            await run_sync(lambda: letters.answer_again(opened, rank, again.pick, again.document, ask)),
            None,
        )


@router.post("/lettre/{identifier}/reponse", response_class=HTMLResponse)
async def settle(request: Request, person: Agent, identifier: str, settled: Annotated[Settled, Form()]) -> Response:
    """Keep who signs, and whether a decision is communicated, with how it can be appealed."""
    opened = await _open(request, person, identifier)
    try:
        _, hidden = await run_sync(lambda: _letters(request).settle(opened, settled))
    except LetterChangedError:
        return _draft(request, person, await _open(request, person, identifier), "refused.changed", 409)
    if hidden.words:
        return _masked(request, person, await _open(request, person, identifier), hidden)
    return RedirectResponse(f"{_address(request, identifier)}#export", 303)


@router.post("/lettre/{identifier}/masquer", response_class=HTMLResponse)
async def hide_more(request: Request, person: Agent, identifier: str, words: Annotated[str, Form()] = "") -> Response:
    """Mask what the rules missed, and show once, for the browser, what was masked."""
    opened = await _open(request, person, identifier)
    try:
        _, hidden = await run_sync(lambda: _letters(request).hide_more(opened, words))
    except LetterChangedError:
        return _draft(request, person, await _open(request, person, identifier), "refused.changed", 409)
    if not hidden.words:
        return _draft(request, person, opened, "masked.not_found", 422)
    return _masked(request, person, await _open(request, person, identifier), hidden)


@router.post("/lettre/{identifier}/effacer")
async def remove(request: Request, person: Agent, identifier: str) -> Response:
    """Delete a letter."""
    opened = await _open(request, person, identifier)
    await run_sync(lambda: _letters(request).remove(opened))
    return RedirectResponse(f"{request.scope.get('root_path', '')}/bureau", 303)


@router.get("/lettre/{identifier}/sortie", response_class=HTMLResponse)
async def export(request: Request, person: Agent, identifier: str) -> Response:
    """The whole letter, once everything in it was validated."""
    opened = await _open(request, person, identifier)
    try:
        text = as_text(opened.reply)
    except NotReadyError as error:
        return _draft(request, person, opened, f"ready.{error.reasons[0]}", 409)
    return staff_page(request, person, "export.html", w=words_in(FOLDER), opened=opened, text=text)


@router.get("/lettre/{identifier}/reponse.docx")
async def export_docx(request: Request, person: Agent, identifier: str) -> Response:
    """The same as a DOCX, tokens in the place of the personal data."""
    opened = await _open(request, person, identifier)
    try:
        data = await run_sync(lambda: as_docx(opened.reply))
    except NotReadyError as error:
        return _draft(request, person, opened, f"ready.{error.reasons[0]}", 409)
    headers = {"content-disposition": 'attachment; filename="reponse.docx"', "cache-control": "no-store"}
    return Response(data, media_type=_DOCX, headers=headers)


async def _given(request: Request) -> str:
    """The text of the form, or of its file.

    Raises:
        LetterError: neither can be read.
    """
    async with request.form(max_files=1, max_fields=5, max_part_size=4 * LONGEST) as form:
        sent, text = form.get("file"), form.get("text")
        if isinstance(sent, UploadFile) and sent.filename:
            name, data = sent.filename, await sent.read(LARGEST + 1)
            return await run_sync(lambda: read_letter(name, data))
        if isinstance(text, str) and text.strip():
            return checked(text)
    raise LetterError(words_in(FOLDER)("desk.nothing"))


async def _desk(request: Request, person: Person, mistake: str = "") -> Response:
    mine = await run_sync(lambda: _letters(request).of(person.name))
    return staff_page(
        request,
        person,
        "desk.html",
        422 if mistake else 200,
        w=words_in(FOLDER),
        mistake=mistake,
        letters=mine,
        longest=LONGEST,
        endings=",".join(ENDINGS),
        days=KEPT_DAYS,
        done=_done,
    )


def _masked(request: Request, person: Person, opened: Opened, hidden: Hidden) -> Response:
    return staff_page(request, person, "masked.html", w=words_in(FOLDER), opened=opened, hidden=hidden.words)


def _draft(
    request: Request, person: Person, opened: Opened, mistake: str = "", code: int = 200, at: int = 0
) -> Response:
    words = words_in(FOLDER)
    passage_of = service_of(request).assembly.opened.store.passage
    return staff_page(
        request,
        person,
        "draft.html",
        code,
        w=words,
        opened=opened,
        reply=opened.reply,
        mistake=mistake,
        at=at,
        done=_done(opened.reply),
        unready=unready(opened.reply),
        pieces=_pieces(passage_of),
        why=lambda key: reasons().get(key) or words(f"why.{key}"),
        appeal=opened.reply.appeal or words("letter.appeal_default"),
        states=State,
    )


def _pieces(passage_of: Callable[[str], Passage | None]) -> Callable[[Any], tuple[Piece, ...]]:
    """Return what cuts the passage of a source where its quote begins and ends; empty when it is no longer in force."""

    def pieces(source: Any) -> tuple[Piece, ...]:
        passage = passage_of(source.passage) if source.passage else None
        return () if passage is None else marked(passage.text, (source.quote,))

    return pieces


def _done(reply: Reply) -> tuple[int, int]:
    """How many lines are validated, and how many have to be."""
    wanted = [line for line in reply.lines() if line.state is not State.FORMULA]
    return sum(bool(line.validated) for line in wanted), len(wanted)


def _next(reply: Reply, number: int) -> int:
    """The line to look at after one was validated: the next that is not, else the first, else itself."""
    left = [line.id for line in reply.unsettled()]
    order = [line.id for line in reply.lines()]
    after = order[order.index(number) + 1 :] if number in order else []
    return next((one for one in after if one in left), next(iter(left), number))


async def _open(request: Request, person: Person, identifier: str) -> Opened:
    letters = _letters(request)
    try:
        return await run_sync(lambda: letters.open(identifier, person.name, every=person.may(Role.SUPERVISOR)))
    except LetterGoneError as error:
        raise RefusedError("not_found", 404) from error


def _at(request: Request, identifier: str, number: int) -> Response:
    anchor = f"#phrase-{number}" if number else ""
    return RedirectResponse(f"{_address(request, identifier)}{anchor}", 303)


def _address(request: Request, identifier: str) -> str:
    return f"{request.scope.get('root_path', '')}/bureau/lettre/{identifier}"


def _letters(request: Request) -> Letters:
    letters: Letters = request.app.state.letters
    return letters
