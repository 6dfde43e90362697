"""The committee's cases: the list, one case and what is done with it, the file for an outside auditor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.responses import StreamingResponse

from bot.store import Figures
from ethics.case import Case, State, closed
from ethics.errors import EthicsError
from ui.archive import archive, name_of
from ui.book import Line
from ui.console.cases import moves
from ui.console.cases.failing import FOLDER, ToldRoute
from ui.console.cases.moves import CONFIRMED, MistakeError
from ui.console.cases.regression import EXPECTED, Regressions, line_of
from ui.console.cases.rows import FINDINGS, OPEN, STATES, Wanted, listed, themes_by_document
from ui.console.layout import Member, Reader, console_page
from ui.identity import Person, Role, journal_of, words_in
from ui.records import Proof, Records
from ui.resident.layout import RefusedError, records_of, service_of
from ui.takedown import takedown_of, themes_of

HOME = "/console/dossiers"
router = APIRouter(prefix=HOME, route_class=ToldRoute)


@router.get("", response_class=HTMLResponse)
async def cases(request: Request, person: Reader, wanted: Annotated[Wanted, Query()]) -> Response:
    """The cases that the filters let through."""
    records, index = records_of(request), service_of(request).assembly.opened.store

    def read() -> tuple[Any, tuple[str, ...]]:
        lines = Figures(records.store.turns.engine).cases()
        found = listed(lines, themes_by_document(index), wanted, records.deadlines, records.today)
        return found, takedown_of(records, index).orphans()

    found, orphans = await run_sync(read)
    values = {"found": found, "orphans": orphans, "states": STATES, "findings": FINDINGS, "open": OPEN}
    return console_page(request, person, "cases_list.html", FOLDER, wanted=wanted, pages=_pages(request), **values)


@router.get("/archive", response_class=HTMLResponse)
async def archive_form(request: Request, person: Reader) -> Response:
    """What the file for an outside auditor holds, and the form that asks for it."""
    return console_page(request, person, "cases_archive.html", FOLDER, mistake="", why="")


@router.post("/archive")
async def archive_file(request: Request, person: Reader, why: Annotated[str, Form()] = "") -> Response:
    """The file for an outside auditor, written as it is sent."""
    records = records_of(request)
    made = records.now()
    pieces = archive(records, made)
    try:
        reason = moves.checked_reason(words_in(FOLDER), why)
        first = await run_sync(next, pieces)
    except (MistakeError, EthicsError) as error:
        return console_page(request, person, "cases_archive.html", FOLDER, 422, mistake=str(error), why=why)
    await journal_of(request).write(person, "file_exported", name_of(made), reason)

    def whole() -> Any:
        yield first
        yield from pieces

    headers = {"content-disposition": f'attachment; filename="{name_of(made)}"', "cache-control": "no-store"}
    return StreamingResponse(whole(), media_type="application/zip", headers=headers)


@router.get("/{number}", response_class=HTMLResponse)
async def case(request: Request, person: Reader, number: str) -> Response:
    """One case, and the steps that its error still asks for."""
    return await _page(request, person, await _found(request, number))


@router.post("/{number}", response_class=HTMLResponse)
async def act(request: Request, person: Member, number: str, form: Annotated[moves.Form, Form()]) -> Response:
    """Take a case one step further."""
    seen = await _found(request, number)
    if form.act not in _ACTS:
        raise RefusedError("wrong", 400)
    try:
        moves.checked_reason(words_in(FOLDER), form.why)
        await _ACTS[form.act](request, person, seen, form)
    except MistakeError as error:
        return await _page(request, person, seen, form, error)
    except moves.REFUSED as error:
        return await _page(request, person, await _found(request, number), form, MistakeError(str(error)))
    return RedirectResponse(f"{request.scope.get('root_path', '')}{HOME}/{seen.case.number}", 303)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One case with all that its page shows."""

    case: Case
    message: str
    proof: Proof | None
    themes: tuple[str, ...]
    regressions: tuple[Line, ...]

    @property
    def passages(self) -> dict[str, str]:
        """The refs that its receipt quoted, with what they say now."""
        quoted = self.proof.quoted if self.proof else ()
        return {one.ref: one.passage.text if one.passage else "" for one in quoted}


async def _answer(request: Request, person: Person, seen: _Seen, form: moves.Form) -> None:
    w, records = words_in(FOLDER), records_of(request)
    moved = moves.concluded(w, seen.case, form, records.now())
    closes = moved.severe and moved.finding in CONFIRMED
    takedown = takedown_of(records, service_of(request).assembly.opened.store)
    if closes and not seen.themes and form.theme not in _themes(request):
        raise MistakeError(w("mistake.theme"), "theme")
    await _stepped(request, person, "case_answer", moved, form.why)
    if closes:
        await run_sync(lambda: takedown.close(seen.themes or (form.theme,), moved.number))


async def _correct(request: Request, person: Person, seen: _Seen, form: moves.Form) -> None:
    moved = moves.erratum(words_in(FOLDER), seen.case, form, records_of(request).now())
    await _stepped(request, person, "case_correct", moved, form.why)


async def _close(request: Request, person: Person, seen: _Seen, form: moves.Form) -> None:
    await _stepped(request, person, "case_close", closed(seen.case, records_of(request).now()), form.why)


async def _recall(request: Request, person: Person, seen: _Seen, form: moves.Form) -> None:
    w, records = words_in(FOLDER), records_of(request)
    if seen.case.finding not in CONFIRMED:
        raise MistakeError(w("mistake.not_confirmed"))
    passage_of = service_of(request).assembly.opened.store.passage
    change = moves.change_of(w, form, passage_of, seen.passages)
    await run_sync(moves.check_new, w, records, change)
    await journal_of(request).write(person, "case_recall", f"{seen.case.number} {change.passage}", form.why)
    await run_sync(moves.recalled, records, change)


async def _promote(request: Request, person: Person, seen: _Seen, form: moves.Form) -> None:
    records, keys_of = records_of(request), service_of(request).assembly.opened.store.keys_of
    line = line_of(words_in(FOLDER), seen.case, form, seen.message, keys_of, records.today)
    await journal_of(request).write(person, "case_promote", seen.case.number, form.why)
    await run_sync(lambda: Regressions(records.folder).add(seen.case.number, line))


async def _close_theme(request: Request, person: Person, seen: _Seen, form: moves.Form) -> None:
    w, records = words_in(FOLDER), records_of(request)
    takedown = takedown_of(records, service_of(request).assembly.opened.store)
    if seen.case.number not in await run_sync(takedown.orphans):
        raise MistakeError(w("mistake.no_theme_to_close"))
    if form.theme not in _themes(request):
        raise MistakeError(w("mistake.theme"), "theme")
    await journal_of(request).write(person, "theme_close", f"{seen.case.number} {form.theme}", form.why)
    await run_sync(takedown.close, (form.theme,), seen.case.number)


async def _stepped(request: Request, person: Person, what: str, moved: Case, why: str) -> None:
    records = records_of(request)
    # The line first: nothing is done that the journal does not tell.
    await journal_of(request).write(person, what, moved.number, why)
    await run_sync(lambda: records.store.cases.keep(moved))


_ACTS: dict[str, Callable[..., Any]] = {
    "answer": _answer,
    "correct": _correct,
    "recall": _recall,
    "promote": _promote,
    "theme": _close_theme,
    "close": _close,
}


async def _found(request: Request, number: str) -> _Seen:
    records, index = records_of(request), service_of(request).assembly.opened.store

    def read() -> _Seen | None:
        case = records.case(number)
        if case is None:
            return None
        proof = records.proof(case.receipt, index.passage) if case.receipt else None
        themes = themes_of(index, proof.line.document) if proof else ()
        message = records.store.cases.message(case.number)
        return _Seen(case, message, proof, themes, Regressions(records.folder).of(case.number))

    found = await run_sync(read)
    if found is None:
        raise RefusedError("not_found", 404)
    return found


async def _page(
    request: Request,
    person: Person,
    seen: _Seen,
    form: moves.Form | None = None,
    mistake: MistakeError | None = None,
) -> Response:
    records: Records = records_of(request)
    case, rules, today = seen.case, records.deadlines, records.today
    takedown = takedown_of(records, service_of(request).assembly.opened.store)
    orphans = await run_sync(takedown.orphans) if case.severe and case.finding in CONFIRMED else ()
    recalls = [one for one in records.recalls.all() if one.concerns(case.receipt)] if case.receipt else []
    values = {
        "case": case,
        "seen": seen,
        "form": form or moves.Form(),
        "mistake": mistake,
        "due": case.reply_by(rules),
        "late": case.is_late(rules, today),
        "confirmed": case.finding in CONFIRMED,
        "orphan": case.number in orphans,
        "recalls": recalls,
        "quarantine": records.quarantine.passages,
        "themes": _themes(request),
        "expected": EXPECTED,
        "findings": FINDINGS,
        "states": State,
        "member": person.may(Role.COMMITTEE),
        "may_close": _may_close(case),
    }
    return console_page(request, person, "cases_case.html", FOLDER, 422 if mistake else 200, **values)


def _may_close(case: Case) -> bool:
    return case.state is State.CORRECTED or (case.state is State.ANSWERED and case.finding not in CONFIRMED)


def _themes(request: Request) -> tuple[str, ...]:
    index = service_of(request).assembly.opened.store
    return tuple(sorted(set(themes_by_document(index).values())))


def _pages(request: Request) -> Callable[[int], str]:
    """Return what writes the address of another page of the same filters."""
    return lambda number: f"?{request.url.include_query_params(page=number).query}"
