"""The pages of a reading: the list of audits, one answer at a time, the end of a queue. The key is not read here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, FastAPI, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from bot.store import Label
from ethics.readings import ARBITER, LABELS, UnknownLabelError
from ui.console.audit.house import (
    LONGEST_COMMENT,
    AlreadySaidError,
    Audit,
    Audits,
    Place,
    RefusedActError,
    label_from,
)
from ui.console.audit.layout import FOLDER, as_words, audits_of, damaged, opened, pieces_of
from ui.console.audit.queues import Answer, QueueError, Queues
from ui.console.audit.results import audit_file_of
from ui.console.audit.results import router as results
from ui.console.audit.settling import router as settling
from ui.console.layout import Member, Reader, console_page
from ui.identity import Person, journal_of, words_in
from ui.resident.layout import RefusedError

router = APIRouter(prefix="/console/audit")


def install(app: FastAPI) -> None:
    """Give an application its audits, and to the opinions what each member read."""
    records = app.state.service.records
    app.state.audits = Audits(Queues(records.folder / "audits"), records.store.audits, records.now)
    app.state.audit_file = audit_file_of(app.state.audits)
    app.state.audit_lines = {}
    app.add_exception_handler(QueueError, damaged)


@router.get("", response_class=HTMLResponse)
async def audits(request: Request, person: Reader) -> Response:
    """The audits, the last one first."""
    found = await run_sync(lambda: list(audits_of(request).all()))
    whole = [one for one in found if isinstance(one, Audit)]
    broken = [one for one in found if isinstance(one, str)]
    return console_page(request, person, "audit_list.html", FOLDER, audits=whole, damaged=broken)


@router.get("/{name}/lire", response_class=HTMLResponse)
async def read(request: Request, person: Member, name: str) -> Response:
    """The next answer of somebody's queue, or its end."""
    audit = await opened(request, name)
    return await _reading(request, person, audit)


class Sheet(BaseModel):
    """What one form says of one answer.

    Attributes:
        answer: its number.
        label: those chosen.
        severe: `yes`, or empty.
        mark: ranks of the sentences at fault.
    """

    answer: str = ""
    label: Annotated[list[str], Field(max_length=len(LABELS))] = []
    severe: str = ""
    comment: str = ""
    mark: Annotated[list[int], Field(max_length=500)] = []


@router.post("/{name}/lire", response_class=HTMLResponse)
async def say(request: Request, person: Member, name: str, sheet: Annotated[Sheet, Form()]) -> Response:
    """Keep what is said of one answer, then show the next one."""
    audit, house = await opened(request, name), audits_of(request)
    try:
        severe = sheet.severe == "yes"
        said = label_from(sheet.answer, sheet.label, sheet.comment, sheet.mark, severe=severe)
        await run_sync(lambda: house.say(audit, person.name, said))
    except UnknownLabelError as error:
        raise RefusedError("wrong", 400) from error
    except AlreadySaidError as error:
        return await _reading(request, person, audit, error, code=409)
    except RefusedActError as error:
        unchecked = Label(sheet.answer, "+".join(sheet.label), bool(sheet.severe), sheet.comment, tuple(sheet.mark))
        code = 422 if error.name in {"no_label", "contradiction", "correct_and_wrong"} else 409
        return await _reading(request, person, audit, error, unchecked, code)
    return _at(request, name, "/lire")


@router.post("/{name}/reprendre", response_class=HTMLResponse)
async def take_back(request: Request, person: Member, name: str, answer: Annotated[str, Form()] = "") -> Response:
    """Take the last label back, and show its answer again with what was said of it."""
    audit, house = await opened(request, name), audits_of(request)
    try:
        await run_sync(lambda: house.take_back(audit, person.name, answer))
    except RefusedActError as error:
        return await _reading(request, person, audit, error, code=409)
    return _at(request, name, "/lire")


@router.post("/{name}/terminer", response_class=HTMLResponse)
async def finish(request: Request, person: Member, name: str) -> Response:
    """Fix what somebody said, for good."""
    audit, house = await opened(request, name), audits_of(request)
    words = words_in(FOLDER)
    try:
        await run_sync(lambda: house.finish(audit, person.name))
    except RefusedActError as error:
        return await _reading(request, person, audit, error, code=409)
    await journal_of(request).write(person, "audit_finished", name, words("journal.finished"))
    return _at(request, name)


@router.post("/{name}/trancher", response_class=HTMLResponse)
async def arbitrate(request: Request, person: Member, name: str) -> Response:
    """Seat somebody as the third person, who settles."""
    audit, house = await opened(request, name), audits_of(request)
    try:
        await run_sync(lambda: house.arbitrate(audit, person.name))
    except RefusedActError as error:
        return await _reading(request, person, audit, error, code=409)
    await journal_of(request).write(person, "audit_arbiter", name, words_in(FOLDER)("journal.arbiter"))
    return _at(request, name, "/lire")


async def _reading(
    request: Request,
    person: Person,
    audit: Audit,
    mistake: RefusedActError | None = None,
    sent: Label | None = None,
    code: int = 200,
) -> Response:
    """The page of the next answer, with what was typed of it; the page of the end, or why there is nothing to read."""
    house = audits_of(request)
    seat = audit.seat_of(person.name)
    told = as_words(mistake)
    if not seat:
        return console_page(request, person, "audit_away.html", FOLDER, code, audit=audit, told=told, sent=sent)
    place = await run_sync(lambda: house.place(audit, seat))
    shown = {"audit": audit, "place": place, "third": seat == ARBITER, "told": told}
    if not place.answer:
        return console_page(request, person, "audit_end.html", FOLDER, code, sent=sent, **shown)
    answer = await run_sync(lambda: audit.queue.answer(place.answer))
    return console_page(
        request, person, "audit_read.html", FOLDER, code, **shown, **_form(answer, place, mistake, sent)
    )


def _form(answer: Answer, place: Place, mistake: RefusedActError | None, sent: Label | None) -> Mapping[str, Any]:
    """What the form of an answer shows: what was just sent of it, else what was taken back."""
    mine = sent is not None and sent.answer == answer.id
    typed = sent if mine else place.draft
    lost = sent if sent is not None and not mine else None
    already = mistake if isinstance(mistake, AlreadySaidError) else None
    return {
        "answer": answer,
        "typed": typed or Label(answer.id, ""),
        "chosen": typed.label.split("+") if typed else [],
        "labels": tuple(LABELS),
        "longest": LONGEST_COMMENT,
        "pieces": pieces_of,
        "again": typed is not None and not mine,
        "lost": lost or (already.sent if already else None),
        "stands": already.said if already else None,
    }


def _at(request: Request, name: str, page: str = "") -> Response:
    return RedirectResponse(f"{request.scope.get('root_path', '')}/console/audit/{name}{page}", 303)


router.include_router(settling)
router.include_router(results)
