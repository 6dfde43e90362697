"""The roster: proposed from a readable file, signed by each member in the browser, in force at the last signature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from ethics.envelope import Envelope, read_envelope
from ethics.errors import EthicsError, RecordsError
from ethics.filing import check_roster, next_roster, sitting
from ethics.gathering import waiting_rosters
from ethics.words import say
from ui.console.layout import Reader, console_page
from ui.console.releases.acts import Prepared, prepared_roster
from ui.console.releases.office import SECTION, Office, office_of
from ui.console.releases.route import Told, mistake, sent
from ui.console.releases.signing import LARGEST_ENVELOPE, seat_on, sign_page
from ui.identity import Person, words_in

router = APIRouter(route_class=Told)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A roster that gathers signatures."""

    digest: str
    sequence: int
    count: int


@router.get("/tableau", response_class=HTMLResponse)
async def roster(request: Request, person: Reader, fait: str = "") -> Response:
    """The roster in force, and those that wait for signatures."""
    office = office_of(request)
    values = await run_sync(lambda: _state(office))
    done = fait if fait in words_in(SECTION).tables["done"] else ""
    return console_page(request, person, "releases_roster.html", SECTION, done=done, **values)


@router.post("/tableau", response_class=HTMLResponse)
async def propose(request: Request, person: Reader) -> Response:
    """What the roster will say, before its first signature."""
    office = office_of(request)
    data, name = await sent(await request.form(), "file", LARGEST_ENVELOPE)
    if not data:
        raise mistake("roster")

    def prepare() -> Prepared:
        office.folder.mkdir(parents=True, exist_ok=True)
        waits = read_envelope(data) if name.endswith(".json") else next_roster(office.folder, data).envelope()
        return _prepared(office, person, waits)

    return sign_page(request, person, await run_sync(prepare))


@router.get("/tableau/{digest}", response_class=HTMLResponse)
async def sign(request: Request, person: Reader, digest: str) -> Response:
    """A roster that waits, for one signature more."""
    office = office_of(request)

    def prepare() -> Prepared:
        found = next((one for one in waiting_rosters(office.folder) if one.digest == digest), None)
        if found is None:
            raise RecordsError(say("roster.unreadable"))
        return _prepared(office, person, found)

    return sign_page(request, person, await run_sync(prepare))


def _prepared(office: Office, person: Person, envelope: Envelope) -> Prepared:
    found, _ = check_roster(office.folder, envelope, office.policy)
    return prepared_roster(found, envelope, seat_on(office, person, envelope))


def _state(office: Office) -> dict[str, Any]:
    now, waits = sitting(office.folder), _waiting(office)
    return {"now": now, "waiting": waits}


def _waiting(office: Office) -> Sequence[Waiting]:
    found = []
    for envelope in waiting_rosters(office.folder):
        try:
            one, _ = check_roster(office.folder, envelope, office.policy)
        except EthicsError:
            continue
        found.append(Waiting(envelope.digest, one.sequence, len(envelope.signatures)))
    return found
