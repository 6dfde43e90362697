"""After an answer: its receipt, whether it was useful, a contest, and the case that follows."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from anyio.to_thread import run_sync
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel

from bot.replies import day_text
from bot.store import REASONS
from ethics.errors import CaseError
from ethics.receipt import normal_id
from ui.records import LONGEST_MESSAGE, in_french
from ui.resident.layout import RefusedError, check_form, count, page, records_of, service_of

router = APIRouter()


@router.get("/recu", response_class=HTMLResponse)
async def find_receipt(request: Request, numero: str = "") -> Response:
    """Find a receipt by its number, typed in any way."""
    return await receipt(request, numero)


@router.get("/recu/{numero}", response_class=HTMLResponse)
async def receipt(request: Request, numero: str) -> Response:
    """A receipt: when, how it ended, which passages were quoted, and whether the answer was recalled since."""
    records, typed = records_of(request), numero.strip()
    if not typed:
        return page(request, "receipt.html", typed="", proof=None, mistake="", days=records.retention.turn_days)
    await count(request)
    passage_of = service_of(request).assembly.opened.store.passage
    proof = await run_sync(lambda: records.proof(typed, passage_of))
    mistake = "" if proof else "receipt.unknown" if normal_id(typed) else "receipt.mistyped"
    code, days = 200 if proof else 404, records.retention.turn_days
    return page(request, "receipt.html", code, typed=typed, proof=proof, mistake=mistake, days=days)


@router.post("/utile", response_class=HTMLResponse)
async def useful(
    request: Request,
    token: Annotated[str, Form()] = "",
    receipt: Annotated[str, Form()] = "",
    useful: Annotated[str, Form()] = "",
    c: Annotated[str, Form()] = "",
) -> Response:
    """Count whether an answer was useful: `yes`, `no`, or a reason why not."""
    check_form(request, token)
    records = records_of(request)
    reason = "" if useful in {"yes", "no"} else useful
    if reason not in REASONS:
        raise RefusedError("wrong", 400)
    await count(request)
    await run_sync(lambda: records.rate(receipt, reason, useful=useful == "yes"))
    return page(request, "thanks.html", conversation=c)


class Contest(BaseModel):
    """The form of a contest; nobody is asked who they are.

    Attributes:
        receipt: number of the answer, or empty.
        message: what the reader wants read, kept only with `keep`.
        keep: the reader asks that the message be kept in the case.
        severe: acting on the answer costs a right, money or safety.
    """

    token: str = ""
    receipt: str = ""
    message: str = ""
    keep: str = ""
    severe: str = ""


@router.get("/contester", response_class=HTMLResponse)
async def contest_form(request: Request, recu: str = "") -> Response:
    """The form of a contest."""
    return _form(request, Contest(receipt=recu[:40]))


@router.post("/contester", response_class=HTMLResponse)
async def contest(request: Request, form: Annotated[Contest, Form()]) -> Response:
    """Open a case, and show it with its number."""
    check_form(request, form.token)
    records = records_of(request)
    if form.message.strip() and not form.keep:
        return _form(request, form, "contest.consent")
    if len(form.message) > LONGEST_MESSAGE:
        return _form(request, form, "contest.long")
    await count(request)
    try:
        made = await run_sync(lambda: records.contest(form.receipt, form.message, severe=bool(form.severe)))
    except CaseError:
        return _form(request, form, "contest.wrong_receipt")
    return RedirectResponse(f"{request.scope.get('root_path', '')}/dossier/{quote(made.number)}", 303)


@router.get("/dossier", response_class=HTMLResponse)
async def find_case(request: Request, numero: str = "") -> Response:
    """Find a case by its number."""
    return await case(request, numero)


@router.get("/dossier/{numero}", response_class=HTMLResponse)
async def case(request: Request, numero: str) -> Response:
    """Where a case stands, by when it is answered, and to whom to turn next; never the reader's message."""
    records, typed = records_of(request), numero.strip()
    if not typed:
        return page(request, "case.html", typed="", case=None)
    await count(request)
    found = await run_sync(lambda: records.case(typed))
    if found is None:
        return page(request, "case.html", 404, typed=typed, case=None)
    rules, today = records.deadlines, records.today
    return page(
        request,
        "case.html",
        typed=typed,
        case=found,
        acknowledgement=in_french(found.acknowledgement(rules)),
        by=day_text(found.reply_by(rules)),
        late=found.is_late(rules, today),
        instances=[in_french(one) for one in found.next_instances(rules, today)],
    )


def _form(request: Request, form: Contest, mistake: str = "") -> Response:
    records = records_of(request)
    return page(
        request,
        "contest.html",
        422 if mistake else 200,
        form=form,
        mistake=mistake,
        longest=LONGEST_MESSAGE,
        deadline_days=records.deadlines.reply_days,
        case_days=records.retention.case_days,
    )
