"""The committee's monitoring: one page of figures, and the changes of the sources before and after."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel

from bot.store import Figures
from corpus.errors import CorpusError
from corpus.store import PassageStore
from ethics.errors import EthicsError, RecordsError
from ethics.policy import load_policy
from ui.console.cases.failing import ToldRoute
from ui.console.cases.moves import MistakeError, checked_reason
from ui.console.cases.rows import themes_by_document, themes_by_key
from ui.console.layout import Member, Reader, console_page
from ui.console.monitoring.chart import Chart, capital_chart, share_chart
from ui.console.monitoring.sources import MOST, Changed, changes_of, compared, governed, on_disk
from ui.console.monitoring.traffic import Traffic, past_by_theme, traffic
from ui.console.monitoring.weekly import MOST as MOST_READ
from ui.console.monitoring.weekly import Followed, Week, Weekly, followed, mondays
from ui.identity import Person, Role, journal_of, words_in
from ui.records import Records
from ui.resident.layout import records_of, service_of

FOLDER = Path(__file__).parent
HOME = "/console/suivi"
router = APIRouter(prefix=HOME, route_class=ToldRoute)


class Reading(BaseModel):
    """What a member read in a week, as the form says it.

    Attributes:
        week: its Monday, ISO 8601.
        read, wrong, severe: counts, as typed.
        why: how the answers were drawn, for the journal.
    """

    week: str = ""
    read: str = ""
    wrong: str = ""
    severe: str = ""
    why: str = ""


@router.get("", response_class=HTMLResponse)
async def monitoring(request: Request, person: Reader) -> Response:
    """Every figure that tells how the service holds."""
    return await _page(request, person, Reading())


@router.post("/relecture", response_class=HTMLResponse)
async def reading(request: Request, person: Member, form: Annotated[Reading, Form()]) -> Response:
    """Note how many answers of a week were read by people, and how many were wrong."""
    records = records_of(request)
    try:
        week = _week(form, records.today)
        why = checked_reason(words_in(FOLDER), form.why)
        # The line first: nothing is done that the journal does not tell.
        await journal_of(request).write(person, "weekly_audit", week.monday.isoformat(), why)
        await run_sync(Weekly(records.folder).add, week, records.now())
    except MistakeError as error:
        return await _page(request, person, form, error.told)
    except RecordsError as error:
        return await _page(request, person, form, str(error))
    return RedirectResponse(f"{request.scope.get('root_path', '')}{HOME}#relecture", 303)


@router.get("/sources", response_class=HTMLResponse)
async def sources(request: Request, person: Reader, compare: str = "") -> Response:
    """What changed in the sources and waits for a person, before and after."""
    w, records = words_in(FOLDER), records_of(request)
    told = await run_sync(lambda: governed(records.folder, load_policy()))
    pair = await run_sync(on_disk, service_of(request).assembly.opened.folder)
    changes: tuple[Changed, ...] = ()
    counts: tuple[int, int, int] | None = None
    mistake = ""
    if compare and pair is not None:
        try:
            update = await run_sync(compared, pair.old, pair.new)
            changes, counts = changes_of(update), (len(update.changes), len(update.held), update.documents)
        except (CorpusError, EthicsError) as error:
            mistake = w("sources.unreadable", why=error)
    values: dict[str, Any] = {
        "governed": told,
        "pair": pair,
        "changes": changes[:MOST],
        "many": len(changes),
        "counts": counts,
    }
    return console_page(request, person, "monitoring_sources.html", FOLDER, mistake=mistake, most=MOST, **values)


async def _page(request: Request, person: Person, form: Reading, mistake: str = "") -> Response:
    records, index = records_of(request), service_of(request).assembly.opened.store
    policy = load_policy()

    def read() -> tuple[Traffic, Followed, str]:
        unread = ""
        try:
            weeks = Weekly(records.folder).weeks()
        except RecordsError as error:
            weeks, unread = (), str(error)
        return _traffic(records, index), followed(weeks, policy), unread

    figures, audits, unread = await run_sync(read)
    told = await run_sync(lambda: governed(records.folder, policy))
    values = {
        "figures": figures,
        "audits": audits,
        "unread": unread,
        "held": len(records.quarantine.passages),
        "closed": service_of(request).standing().themes_off,
        "governed": told,
        "refusals": share_chart(
            [one.refused.value for one in figures.weeks], [_label(one.last) for one in figures.weeks]
        ),
        "capital": _capital(audits),
        "mondays": mondays(records.today),
        "today": records.today,
        "drill_late": told.due is not None and told.due < records.today,
        "drill_days": policy.gate.drill_days,
        "energy_limit": next((one.limit for one in policy.thresholds if one.measure == "energy_wh"), None),
        "kept_days": records.retention.turn_days,
        "form": form,
        "mistake": mistake,
        "member": person.may(Role.COMMITTEE),
    }
    return console_page(request, person, "monitoring_home.html", FOLDER, 422 if mistake else 200, **values)


def _traffic(records: Records, index: PassageStore) -> Traffic:
    past = past_by_theme(index.past_figures(records.today), themes_by_key(index))
    figures, themes = Figures(records.store.turns.engine), themes_by_document(index)
    return traffic(figures, themes, past, records.today, records.retention.turn_days)


def _capital(audits: Followed) -> Chart | None:
    if not audits.weeks or audits.limit is None:
        return None
    return capital_chart(audits.capital, [_label(week.monday) for week in audits.weeks], audits.alarm)


def _label(day: date) -> str:
    return f"{day:%d/%m}"


def _week(form: Reading, today: date) -> Week:
    w = words_in(FOLDER)
    known = {monday.isoformat(): monday for monday in mondays(today)}
    if form.week not in known:
        raise MistakeError(w("mistake.week"), "week")
    counts = [_count(form, name) for name in ("read", "wrong", "severe")]
    read, wrong, severe = counts
    if read == 0 or not severe <= wrong <= read:
        raise MistakeError(w("mistake.order"), "wrong")
    return Week(known[form.week], read, wrong, severe)


def _count(form: Reading, name: str) -> int:
    text = getattr(form, name).strip()
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > MOST_READ:
        raise MistakeError(words_in(FOLDER)("mistake.count", most=MOST_READ), name)
    return int(text)
