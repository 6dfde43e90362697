"""The pages of the second reader: asking for one, the letters that wait, and what is said of them."""

from __future__ import annotations

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel

from ui.desk import training
from ui.desk.export import to_read
from ui.desk.opened import LetterChangedError, LetterGoneError, NotReadyError, Opened, OwnLetterError
from ui.desk.room import (
    FOLDER,
    Agent,
    address_of,
    composer_of,
    draft_page,
    open_letter,
    pieces_of,
    readers_of,
)
from ui.identity import Person, staff_page, words_in
from ui.resident.layout import RefusedError

router = APIRouter(prefix="/bureau")


class Said(BaseModel):
    """What a second reader says: `act` is `agree` or `refuse`; `version` is the one that they read."""

    act: str = ""
    why: str = ""
    version: int = 0


@router.post("/lettre/{identifier}/relecture", response_class=HTMLResponse)
async def ask(request: Request, person: Agent, identifier: str) -> Response:
    """Ask for a second reader."""
    opened = await open_letter(request, person, identifier)
    try:
        await run_sync(lambda: readers_of(request).ask(opened))
    except NotReadyError as error:
        return draft_page(request, person, opened, f"ready.{error.reasons[0]}", 409)
    except LetterChangedError:
        return draft_page(request, person, await open_letter(request, person, identifier), "refused.changed", 409)
    return RedirectResponse(f"{address_of(request, identifier)}#relecture", 303)


@router.get("/relecture", response_class=HTMLResponse)
async def waiting(request: Request, person: Agent) -> Response:
    """The letters of others that wait for a second reader."""
    return await _list(request, person)


@router.get("/relecture/{identifier}", response_class=HTMLResponse)
async def letter(request: Request, person: Agent, identifier: str) -> Response:
    """One letter, to its second reader."""
    if await training.passed(request, person) is None:
        return training.first(request, person)
    opened = await _open(request, person, identifier)
    return opened if isinstance(opened, Response) else _page(request, person, opened)


@router.post("/relecture/{identifier}", response_class=HTMLResponse)
async def answer(request: Request, person: Agent, identifier: str, said: Annotated[Said, Form()]) -> Response:
    """Agree, or refuse with a reason: the letter goes back to its author."""
    if await training.passed(request, person) is None:
        return training.first(request, person)
    opened = await _open(request, person, identifier)
    if isinstance(opened, Response):
        return opened
    if said.act not in {"agree", "refuse"}:
        raise RefusedError("wrong", 400)
    refusal = said.why if said.act == "refuse" else None
    try:
        await run_sync(lambda: readers_of(request).answer(opened, person.name, said.version, refusal))
    except NotReadyError as error:
        return _page(request, person, opened, f"ready.{error.reasons[0]}", 422, said.why)
    except LetterChangedError:
        again = await _open(request, person, identifier)
        return again if isinstance(again, Response) else _page(request, person, again, "refused.changed", 409, said.why)
    return RedirectResponse(f"{request.scope.get('root_path', '')}/bureau/relecture", 303)


async def _open(request: Request, person: Person, identifier: str) -> Opened | Response:
    """The letter, or the page that says why somebody does not read it."""
    try:
        return await run_sync(lambda: readers_of(request).open(identifier, person.name))
    except LetterGoneError:
        return await _list(request, person, "refused.gone", 404)
    except OwnLetterError:
        return await _list(request, person, "refused.own", 403)


async def _list(request: Request, person: Person, mistake: str = "", code: int = 200) -> Response:
    found = await run_sync(lambda: readers_of(request).waiting(person.name))
    return staff_page(request, person, "readings.html", code, w=words_in(FOLDER), letters=found, mistake=mistake)


def _page(
    request: Request, person: Person, opened: Opened, mistake: str = "", code: int = 200, why: str = ""
) -> Response:
    return staff_page(
        request,
        person,
        "reading.html",
        code,
        w=words_in(FOLDER),
        opened=opened,
        reply=opened.reply,
        text=to_read(opened.reply),
        pieces=pieces_of(composer_of(request).passage),
        mistake=mistake,
        why=why,
    )
