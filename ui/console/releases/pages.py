"""The releases: candidates, running, past; each with what changed, its evaluation, who said what, what is missing."""

from __future__ import annotations

from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel

from ethics.errors import RecordsError
from ethics.words import say
from ui.console.layout import Reader, console_page
from ui.console.releases import minutes, seating, signing, switch
from ui.console.releases.changes import changes
from ui.console.releases.dossier import Release, before, ladder, releases
from ui.console.releases.office import SECTION, Book, Office, office_of
from ui.console.releases.report import (
    HEADLINES,
    PAGE,
    WAYS,
    Wanted,
    choices,
    files_named,
    find_report,
    thresholds_of,
)
from ui.console.releases.route import Told
from ui.identity import words_in
from ui.resident.layout import service_of

router = APIRouter(prefix="/console", route_class=Told)
for part in (signing, seating, switch, minutes):
    router.include_router(part.router)


class Filter(BaseModel):
    """What the address of a report asks for.

    Attributes:
        way: how the questions are cut in slices.
        page: from 1.
    """

    theme: str = ""
    language: str = ""
    kind: str = ""
    status: str = ""
    failed: str = "any"
    way: str = "theme"
    page: int = 1

    def wanted(self) -> Wanted:
        """Return what is kept of the cases."""
        return Wanted(self.theme, self.language, self.kind, self.status, self.failed)


@router.get("", response_class=HTMLResponse)
async def listed(request: Request, person: Reader) -> Response:
    """Every release, the candidates first."""
    office = office_of(request)
    found = await run_sync(lambda: _all(request, office))
    return console_page(request, person, "releases_list.html", SECTION, releases=found)


@router.get("/version/{digest}", response_class=HTMLResponse)
async def release(request: Request, person: Reader, digest: str, fait: str = "") -> Response:
    """One release."""
    office = office_of(request)
    values = await run_sync(lambda: _release(request, office, digest))
    done = fait if fait in words_in(SECTION).tables["done"] else ""
    return console_page(request, person, "releases_release.html", SECTION, done=done, **values)


@router.get("/version/{digest}/rapport", response_class=HTMLResponse)
async def report(request: Request, person: Reader, digest: str, asked: Annotated[Filter, Depends()]) -> Response:
    """The report of a release, to be filtered; the worst slice first."""
    office = office_of(request)
    values = await run_sync(lambda: _report(request, office, digest, asked))
    return console_page(request, person, "releases_report.html", SECTION, asked=asked, **values)


def found_in(request: Request, office: Office, book: Book, digest: str) -> Release:
    """Return one release.

    Raises:
        EthicsError: it is not in the records.
    """
    served = service_of(request).standing().release
    for one in releases(book, office.policy, office.now(), served):
        if one.proposal.digest == digest:
            return one
    raise RecordsError(say("gate.proposal_missing"))


def _all(request: Request, office: Office) -> list[Release]:
    return releases(office.open(), office.policy, office.now(), service_of(request).standing().release)


def _release(request: Request, office: Office, digest: str) -> dict[str, Any]:
    book = office.open()
    one = found_in(request, office, book, digest)
    earlier = before(book, one)
    filed = book.records.find(one.proposal.evidence)
    named = files_named(book.records, one.proposal)
    return {
        "release": one,
        "earlier": earlier,
        "changes": changes(one.proposal.manifest, earlier.manifest, office.bundles) if earlier else [],
        "ladder": list(ladder(office, book, one)),
        "thresholds": thresholds_of(book.records, one.proposal, office.policy),
        "synthetic": bool(filed and filed.statement.predicate.get("synthetic")) or book.roster.synthetic,
        "read": find_report(office.evaluations, named),
        "roster": book.roster,
        "meetings": minutes.meetings(book, digest),
    }


def _report(request: Request, office: Office, digest: str, asked: Filter) -> dict[str, Any]:
    book = office.open()
    one = found_in(request, office, book, digest)
    read = find_report(office.evaluations, files_named(book.records, one.proposal))
    if read is None:
        return {"release": one, "read": None}
    wanted = asked.wanted()
    kept = [case for case in read.report.cases if wanted.keeps(case)]
    last = max(1, -(-len(kept) // PAGE))
    page = min(max(1, asked.page), last)
    return {
        "release": one,
        "read": read,
        "kept": len(kept),
        "cases": kept[(page - 1) * PAGE : page * PAGE],
        "page": page,
        "last": last,
        "choices": choices(read.report),
        "ways": WAYS,
        "way": asked.way if asked.way in WAYS else WAYS[0],
        "headlines": HEADLINES,
    }
