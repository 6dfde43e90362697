"""The contests and the reported errors: which are due first, and what the City answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel

from bot.letter import hide
from ethics.case import Case, Finding, State, answered, assigned, closed, corrected
from ethics.errors import CaseError
from ui.identity import Person, Role, journal_of, requires, staff_page, words_in
from ui.records import Records
from ui.resident.layout import RefusedError, records_of

FOLDER = Path(__file__).parent
router = APIRouter(prefix="/bureau/demandes")
Agent = Annotated[Person, Depends(requires(Role.AGENT))]


class Act(BaseModel):
    """What one form says of one case.

    Attributes:
        act: `assign`, `answer`, `correct` or `close`.
        text: the service, the reply, or what was corrected; public.
        finding: conclusion of a reply.
        why: the reason, for the journal.
    """

    act: str = ""
    text: str = ""
    finding: str = ""
    why: str = ""


@router.get("", response_class=HTMLResponse)
async def inbox(request: Request, person: Agent) -> Response:
    """The cases that are not closed, the first one due on top."""
    records = records_of(request)
    found = await run_sync(lambda: [case for case in records.store.cases.all() if case.state is not State.CLOSED])
    rules, today = records.deadlines, records.today
    found.sort(key=lambda case: (not case.severe, case.reply_by(rules), case.number))
    rows = [(case, case.reply_by(rules), case.is_late(rules, today)) for case in found]
    return staff_page(request, person, "inbox.html", w=words_in(FOLDER), rows=rows)


@router.get("/{number}", response_class=HTMLResponse)
async def case(request: Request, person: Agent, number: str) -> Response:
    """One case, with the message that its author asked to be kept."""
    records = records_of(request)
    return await _page(request, person, records, await _found(records, number))


@router.post("/{number}", response_class=HTMLResponse)
async def act(request: Request, person: Agent, number: str, act: Annotated[Act, Form()]) -> Response:
    """Take a case one step further; who did it and why goes to the journal, what is answered is public."""
    records = records_of(request)
    found = await _found(records, number)
    mistake = _mistake(act)
    if mistake:
        return await _page(request, person, records, found, mistake, act)
    try:
        moved = _moves(act)[act.act](found)
    except CaseError as error:
        return await _page(request, person, records, found, str(error), act)
    # The line first: nothing is done that the journal does not tell.
    await journal_of(request).write(person, f"case_{act.act}", found.number, act.why)
    try:
        await run_sync(lambda: records.store.cases.keep(moved))
    except CaseError as error:
        # Somebody else took it one step further meanwhile: shown as it is now, with what was typed.
        return await _page(request, person, records, await _found(records, number), str(error), act)
    return RedirectResponse(f"{request.scope.get('root_path', '')}/bureau/demandes/{found.number}", 303)


def _moves(act: Act) -> dict[str, Callable[[Case], Case]]:
    now, text = datetime.now(UTC), act.text.strip()
    return {
        "assign": lambda case: assigned(case, text, now),
        "answer": lambda case: answered(case, Finding(act.finding), text, now),
        "correct": lambda case: corrected(case, text, now),
        "close": lambda case: closed(case, now),
    }


def _mistake(act: Act) -> str:
    """Why a form cannot be taken as it is, in French; empty when it can."""
    words = words_in(FOLDER)
    if act.act not in {"assign", "answer", "correct", "close"}:
        raise RefusedError("wrong", 400)
    if not act.why.strip():
        return words("inbox.no_why")
    if act.act != "close" and not act.text.strip():
        return words("inbox.no_text")
    if act.act == "answer" and act.finding not in set(Finding):
        return words("inbox.no_finding")
    hidden = hide(act.text).words
    # What is answered is read by anybody who has the number of the case.
    return words("inbox.personal", found=", ".join(one.words for one in hidden)) if hidden else ""


async def _found(records: Records, number: str) -> Case:
    found = await run_sync(lambda: records.case(number))
    if found is None:
        raise RefusedError("not_found", 404)
    return found


async def _page(
    request: Request, person: Person, records: Records, case: Case, mistake: str = "", act: Act | None = None
) -> Response:
    message = await run_sync(lambda: records.store.cases.message(case.number))
    rules, today = records.deadlines, records.today
    return staff_page(
        request,
        person,
        "contest.staff.html",
        422 if mistake else 200,
        w=words_in(FOLDER),
        case=case,
        message=message,
        due=case.reply_by(rules),
        late=case.is_late(rules, today),
        mistake=mistake,
        act=act or Act(),
        findings=tuple(Finding),
        models=words_in(FOLDER).tables["model"],
        states=State,
    )
