"""The off-switch: down by one person with a reason, up by a quorum; the exercises, and what waits for signatures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData

from corpus.store import PassageStore
from ethics.envelope import Envelope
from ethics.errors import RecordsError
from ethics.filing import resume_now
from ethics.gate import rosters
from ethics.gathering import waiting_resumes
from ethics.levels import SUSPENSION, InForce, Level, in_force, suspension
from ethics.policy import Policy
from ethics.proposal import text, whole
from ethics.words import say
from ui.console.layout import Reader, console_page
from ui.console.releases.acts import Prepared, prepared
from ui.console.releases.office import SECTION, Book, office_of, seat_of
from ui.console.releases.route import Told, mistake, typed
from ui.console.releases.signing import sign_page
from ui.identity import words_in
from ui.resident.layout import service_of

router = APIRouter(route_class=Told)


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop filed, an exercise or not."""

    when: datetime
    level: str
    why: str
    drill: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A return to service that gathers signatures, and what it still lacks."""

    envelope: Envelope
    level: str
    why: str
    names: tuple[str, ...]
    missing: tuple[str, ...]


@router.get("/arret", response_class=HTMLResponse)
async def switch(request: Request, person: Reader, fait: str = "") -> Response:
    """What is suspended, and the forms to go down and to come back."""
    office, store = office_of(request), service_of(request).assembly.opened.store
    values = await run_sync(lambda: _state(office.open(), office.policy, office.now(), store))
    done = fait if fait in words_in(SECTION).tables["done"] else ""
    return console_page(request, person, "releases_switch.html", SECTION, done=done, levels=list(Level), **values)


@router.post("/arret", response_class=HTMLResponse)
async def stop(request: Request, person: Reader) -> Response:
    """What the stop will say, before it is signed."""
    office, form = office_of(request), await request.form()
    level, why, drill = _level(form), typed(form, "why"), form.get("drill") == "yes"
    themes = _themes(form)

    def prepare() -> Prepared:
        book = office.open()
        seat = seat_of(person, book.roster)
        return prepared(book, suspension(level, seat.id, why, themes, drill=drill), seat, back="/console/arret")

    return sign_page(request, person, await run_sync(prepare))


@router.post("/reprise", response_class=HTMLResponse)
async def resume(request: Request, person: Reader) -> Response:
    """What the return to service will say, before its first signature."""
    office, form = office_of(request), await request.form()
    level, why, themes = _level(form), typed(form, "why"), _themes(form)

    def prepare() -> Prepared:
        book = office.open()
        seat = seat_of(person, book.roster)
        return prepared(book, resume_now(book.records, level, why, themes), seat, back="/console/arret")

    return sign_page(request, person, await run_sync(prepare))


@router.get("/reprise/{digest}", response_class=HTMLResponse)
async def sign_resume(request: Request, person: Reader, digest: str) -> Response:
    """A return to service that waits, for one signature more."""
    office = office_of(request)

    def prepare() -> Prepared:
        found = next((one for one in waiting_resumes(office.folder) if one.digest == digest), None)
        if found is None:
            raise RecordsError(say("command.other_suspension"))
        book = office.open()
        one = prepared(book, found.statement(), seat_of(person, book.roster), back="/console/arret")
        return replace(one, envelope=found)

    return sign_page(request, person, await run_sync(prepare))


def _state(book: Book, policy: Policy, now: datetime, store: PassageStore) -> dict[str, Any]:
    records, roster = book
    state: InForce = in_force(records, rosters(records))
    stops = [
        Stop(
            filed.entry.time,
            Level(whole(filed.statement.predicate, "level")).name,
            text(filed.statement.predicate, "why"),
            filed.statement.predicate.get("drill") is True,
        )
        for filed in records.of("suspension")
        if filed.statement.kind == SUSPENSION
    ]
    late = state.drilled is None or (now - state.drilled).days >= policy.gate.drill_days
    return {
        "state": state,
        "stops": stops[::-1],
        "late": late,
        "drill_days": policy.gate.drill_days,
        "interval": policy.gate.interval_s,
        "waiting": _gathering(book),
        "themes": sorted({card.theme for card in store.documents() if card.theme}),
        "quorum": roster.quorum,
    }


def _gathering(book: Book) -> Sequence[Waiting]:
    records, roster = book
    found = []
    for envelope in waiting_resumes(records.folder):
        said = envelope.statement().predicate
        signed = envelope.signers(person.key for person in roster.members)
        names = tuple(person.name for person in roster.members if person.key in signed)
        found.append(
            Waiting(envelope, Level(whole(said, "level")).name, text(said, "why"), names, roster.shortfalls(signed))
        )
    return found


def _level(form: FormData) -> Level:
    try:
        return Level[typed(form, "level", 2)]
    except KeyError as error:
        raise mistake("level") from error


def _themes(form: FormData) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in form.getlist("theme") if isinstance(value, str) and value))
