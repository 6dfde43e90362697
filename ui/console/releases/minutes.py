"""The paper route: the minutes of a meeting, entered by one person of the roster and confirmed by another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData

from ethics.envelope import Envelope
from ethics.errors import RecordsError
from ethics.gathering import waiting_minutes
from ethics.minutes import Minutes, check_minutes, clerks, read_minutes
from ethics.opinion import View
from ethics.roster import Roster
from ethics.words import say
from ui.console.layout import Reader, console_page
from ui.console.releases.acts import Prepared, prepared
from ui.console.releases.office import SECTION, Book, office_of, seat_of
from ui.console.releases.route import Told, typed
from ui.console.releases.signing import about, sign_page
from ui.identity import words_in

router = APIRouter(route_class=Told)


@dataclass(frozen=True, slots=True)
class Meeting:
    """Minutes, in the records or waiting to be confirmed; `votes` are (name, view)."""

    digest: str
    minutes: Minutes
    votes: tuple[tuple[str, View], ...]
    names: tuple[str, ...]
    filed: bool


def meetings(book: Book, proposal: str) -> Sequence[Meeting]:
    """Return what was held on paper about one proposal, confirmed or not."""
    filed = [(one.envelope, True) for one in book.records.of("minutes")]
    waits = [(envelope, False) for envelope in waiting_minutes(book.records.folder)]
    found = [_meeting(envelope, book.roster, filed=there) for envelope, there in (*filed, *waits)]
    return [one for one in found if one.minutes.proposal == proposal]


@router.get("/version/{digest}/proces-verbal", response_class=HTMLResponse)
async def minutes_form(request: Request, person: Reader, digest: str) -> Response:
    """The form of the minutes."""
    office = office_of(request)
    values = await run_sync(lambda: about(office, person, digest))
    return console_page(request, person, "releases_minutes.html", SECTION, views=list(View), **values)


@router.post("/version/{digest}/proces-verbal", response_class=HTMLResponse)
async def minutes(request: Request, person: Reader, digest: str) -> Response:
    """What the minutes will say, before they are signed by who enters them."""
    office, form = office_of(request), await request.form()
    held, paper = _day(form), typed(form, "digest", 64).lower()

    def prepare() -> Prepared:
        book = office.open()
        seat = seat_of(person, book.roster)
        votes = tuple(_votes(form, book.roster))
        said = Minutes(digest, paper, held, votes)
        check_minutes(said, book.roster, office.now().date())
        return prepared(book, said.statement(), seat, back=f"/console/version/{digest}/proces-verbal")

    return sign_page(request, person, await run_sync(prepare))


@router.get("/proces-verbal/{digest}", response_class=HTMLResponse)
async def confirm(request: Request, person: Reader, digest: str) -> Response:
    """Minutes entered by somebody else, to be read and confirmed."""
    office = office_of(request)

    def prepare() -> Prepared:
        found = next((one for one in waiting_minutes(office.folder) if one.digest == digest), None)
        if found is None:
            raise RecordsError(say("filing.twice"))
        book = office.open()
        back = f"/console/version/{read_minutes(found).proposal}"
        return prepared(book, found.statement(), seat_of(person, book.roster), back=back)

    return sign_page(request, person, await run_sync(prepare))


def _meeting(envelope: Envelope, roster: Roster, *, filed: bool) -> Meeting:
    read = read_minutes(envelope)
    names = {person.id: person.name for person in roster.members}
    votes = tuple((names.get(member, member), view) for member, view in read.votes)
    return Meeting(envelope.digest, read, votes, tuple(one.name for one in clerks(envelope, roster)), filed)


def _day(form: FormData) -> date:
    try:
        return date.fromisoformat(typed(form, "held", 10))
    except ValueError as error:
        raise RecordsError(words_in(SECTION)("minutes.date")) from error


def _votes(form: FormData, roster: Roster) -> list[tuple[str, View]]:
    said = {person.id: typed(form, f"vote-{person.id}", 40) for person in roster.members}
    try:
        return [(member, View(view)) for member, view in said.items() if view]
    except ValueError as error:
        raise RecordsError(say("minutes.votes")) from error
