"""What was put right, and what stopped: errata, recalls, incidents, and the quarantine of passages and themes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import unquote

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel

from bot.letter import hide
from bot.store import Figures
from ethics.case import State
from ethics.errors import EthicsError, RecordsError
from ethics.log import Entry
from ethics.records import LOG, read_records
from ui.console.cases import moves
from ui.console.cases.failing import FOLDER, ToldRoute, frame_for
from ui.console.cases.moves import CONFIRMED, MistakeError
from ui.console.cases.pages import HOME
from ui.console.layout import Executive, Member, Reader, console_page
from ui.identity import Person, Role, journal_of, requires, words_in
from ui.quarantine import Kept
from ui.records import Records
from ui.resident.layout import RefusedError, records_of, service_of

router = APIRouter(prefix=HOME, route_class=ToldRoute)
Careful = Annotated[Person, Depends(requires(Role.COMMITTEE, Role.SUPERVISOR))]
"""Who may withhold a passage."""
Looking = Annotated[Person, Depends(requires(Role.COMMITTEE, Role.SUPERVISOR, Role.EXECUTIVE))]
"""Who may see what is withheld."""

_LOGGED = ("suspension", "resume", "revocation")


@dataclass(frozen=True, slots=True)
class Incident:
    """One thing that stopped, or was put back; `kind` is a key of the table `incident` of the words."""

    time: datetime
    kind: str
    what: str
    why: str
    case: str = ""


class Withhold(BaseModel):
    """The form of the quarantine.

    Attributes:
        act: `put`, `lift` or `open` (a theme).
        what: ref of the passage, or the theme.
        why: the reason, kept with it.
    """

    act: str = ""
    what: str = ""
    why: str = ""


@router.get("/errata", response_class=HTMLResponse)
async def errata(request: Request, person: Reader) -> Response:
    """The errors recognised, as the public reads them, and those still to publish."""
    records = records_of(request)

    def read() -> tuple[Any, Any]:
        waiting = [
            one
            for one in Figures(records.store.turns.engine).cases()
            if one.finding in CONFIRMED and one.state is State.ANSWERED
        ]
        return tuple(records.errata()), waiting

    published, waiting = await run_sync(read)
    return console_page(request, person, "cases_errata.html", FOLDER, errata=published, waiting=waiting)


@router.get("/rappels", response_class=HTMLResponse)
async def recalls(request: Request, person: Reader, passage: str = "") -> Response:
    """The recalls, the last one first, and the form of a new one."""
    return await _recalls(request, person, moves.Form(passage=ref_in(passage[:400])))


@router.post("/rappels", response_class=HTMLResponse)
async def recall(request: Request, person: Member, form: Annotated[moves.Form, Form()]) -> Response:
    """Recall the answers that quoted a passage."""
    w, records = words_in(FOLDER), records_of(request)
    form.passage = ref_in(form.passage)
    try:
        why = moves.checked_reason(w, form.why)
        change = moves.change_of(w, form, service_of(request).assembly.opened.store.passage)
        await run_sync(moves.check_new, w, records, change)
        await journal_of(request).write(person, "passage_recall", change.passage, why)
        await run_sync(moves.recalled, records, change)
    except MistakeError as error:
        return await _recalls(request, person, form, error)
    except RecordsError as error:
        return await _recalls(request, person, form, MistakeError(str(error)))
    return RedirectResponse(f"{request.scope.get('root_path', '')}{HOME}/rappels", 303)


@router.get("/incidents", response_class=HTMLResponse)
async def incidents(request: Request, person: Reader) -> Response:
    """What stopped and what was put back, the last first."""
    records = records_of(request)
    found, unread = await run_sync(lambda: _incidents(records))
    return console_page(request, person, "cases_incidents.html", FOLDER, incidents=found, unread=unread)


@router.get("/quarantaine", response_class=HTMLResponse)
async def quarantine(request: Request, person: Looking, passage: str = "") -> Response:
    """What is withheld now, by whom it may be given back, and the form of a new one."""
    return await _quarantine(request, person, Withhold(act="put", what=ref_in(passage[:400])))


@router.post("/quarantaine", response_class=HTMLResponse)
async def withhold(request: Request, person: Careful, form: Annotated[Withhold, Form()]) -> Response:
    """Put a passage in quarantine, or lift it."""
    if form.act not in {"put", "lift"}:
        raise RefusedError("wrong", 400)
    try:
        await (_put if form.act == "put" else _lift)(request, person, form)
    except MistakeError as error:
        return await _quarantine(request, person, form, error)
    except RecordsError as error:
        return await _quarantine(request, person, form, MistakeError(str(error)))
    return RedirectResponse(f"{request.scope.get('root_path', '')}{HOME}/quarantaine", 303)


@router.post("/themes", response_class=HTMLResponse)
async def reopen(request: Request, person: Executive, form: Annotated[Withhold, Form()]) -> Response:
    """Answer again from a theme that no committee holds, once the error that closed it is corrected."""
    try:
        await _open(request, person, form)
    except MistakeError as error:
        return await _quarantine(request, person, form, error)
    return RedirectResponse(f"{request.scope.get('root_path', '')}{HOME}/quarantaine", 303)


async def _put(request: Request, person: Person, form: Withhold) -> None:
    ref, why, held = ref_in(form.what), _reason(form), records_of(request).quarantine
    await run_sync(lambda: _check_passage(request, ref))
    await journal_of(request).write(person, "quarantine_put", ref, why)
    _check_done(await run_sync(held.put, ref, why, records_of(request).now()))


async def _lift(request: Request, person: Person, form: Withhold) -> None:
    ref, why, held = form.what.strip(), _reason(form), records_of(request).quarantine
    _check_held(held.passages, ref)
    await journal_of(request).write(person, "quarantine_lift", ref, why)
    _check_done(await run_sync(held.lift, ref, why, records_of(request).now()))


async def _open(request: Request, person: Person, form: Withhold) -> None:
    theme, why, records = form.what.strip(), _reason(form), records_of(request)
    themes = records.quarantine.themes
    _check_held(themes, theme)
    number = themes[theme].case
    case = await run_sync(records.store.cases.find, number)
    if case is not None and case.state not in {State.CORRECTED, State.CLOSED}:
        raise MistakeError(words_in(FOLDER)("mistake.not_corrected", number=number), "what")
    await journal_of(request).write(person, "theme_open", theme, why)
    _check_done(await run_sync(records.quarantine.reopen, theme, why, records_of(request).now()))


def _check_held(held: Mapping[str, Kept], what: str) -> None:
    if what not in held:
        raise MistakeError(words_in(FOLDER)("mistake.not_held"), "what")


def _check_done(done: bool) -> None:  # noqa: FBT001  what the quarantine answered
    if not done:
        raise MistakeError(words_in(FOLDER)("mistake.meanwhile"), "what")


def ref_in(typed: str) -> str:
    """Return the ref of a passage from what somebody typed or pasted: the ref, or the address of its page."""
    return unquote(typed.partition("/passage/")[2] or typed).strip()


def _reason(form: Withhold) -> str:
    """Return a reason that is kept beside the records, and so names nobody."""
    w = words_in(FOLDER)
    why = moves.checked_reason(w, form.why)
    if found := hide(why).words:
        raise MistakeError(w("mistake.personal", found=", ".join(one.words for one in found)), "why")
    return why


def _check_passage(request: Request, ref: str) -> None:
    if not ref or service_of(request).assembly.opened.store.passage(ref) is None:
        raise MistakeError(words_in(FOLDER)("mistake.no_passage"), "what")
    if ref in records_of(request).quarantine.passages:
        raise MistakeError(words_in(FOLDER)("mistake.held"), "what")


async def _quarantine(
    request: Request, person: Person, form: Withhold, mistake: MistakeError | None = None
) -> Response:
    held, store = records_of(request).quarantine, service_of(request).assembly.opened.store

    def read() -> tuple[Any, Any]:
        now: tuple[Kept, ...] = tuple(held.passages.values())
        return [(one, store.passage(one.what)) for one in now], store.passage(form.what.strip())

    rows, asked = await run_sync(read)
    values = {
        "rows": rows,
        "asked": asked,
        "themes": held.themes,
        "history": tuple(reversed(held.history)),
        "gate_off": service_of(request).gate().themes_off,
        "form": form,
        "mistake": mistake,
        "frame": frame_for(person),
        "careful": person.may(Role.COMMITTEE, Role.SUPERVISOR),
        "executive": person.may(Role.EXECUTIVE),
    }
    return console_page(request, person, "cases_quarantine.html", FOLDER, 422 if mistake else 200, **values)


async def _recalls(request: Request, person: Person, form: moves.Form, mistake: MistakeError | None = None) -> Response:
    records, store = records_of(request), service_of(request).assembly.opened.store
    found = await run_sync(lambda: tuple(reversed(records.recalls.all())))
    asked = await run_sync(store.passage, form.passage.strip())
    values = {"recalls": found, "asked": asked, "form": form, "mistake": mistake}
    member = person.may(Role.COMMITTEE)
    status = 422 if mistake else 200
    return console_page(request, person, "cases_recalls.html", FOLDER, status, member=member, **values)


def _incidents(records: Records) -> tuple[tuple[Incident, ...], str]:
    """Return the incidents, and why the signed log could not be read."""
    found = [
        Incident(one.time, f"quarantine_{one.act}", one.what, one.why, one.case)
        for one in records.quarantine.history
        # A theme closed in the signed log is told by the log.
        if not one.filed
    ]
    for case in Figures(records.store.turns.engine).cases(severe=True):
        kind = "severe" if case.finding is None else "severe_confirmed" if case.finding in CONFIRMED else ""
        if kind:
            found.append(Incident(case.received, kind, case.number, "", case.number))
    unread = ""
    if (records.folder / LOG).exists():
        try:
            found += _logged(records)
        except EthicsError as error:
            unread = str(error)
    return tuple(sorted(found, key=lambda one: one.time, reverse=True)), unread


def _logged(records: Records) -> Iterator[Incident]:
    for filed in read_records(records.folder).of(*_LOGGED):
        said, entry = filed.statement.predicate, filed.entry
        drill = "drill" if said.get("drill") is True else entry.kind
        yield Incident(entry.time, drill, _level(said, entry), str(said.get("why", "")))


def _level(said: Any, entry: Entry) -> str:
    themes = [str(one) for one in said.get("themes", ())]
    level = said.get("level")
    return ", ".join([f"L{level}", *themes]) if isinstance(level, int) else entry.kind
