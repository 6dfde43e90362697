"""What two readers who differ settle together: one proposes a label for both, the other confirms it."""

from __future__ import annotations

from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from bot.store import Label
from ethics.readings import LABELS, UnknownLabelError
from ui.console.audit.house import LONGEST_COMMENT, Audit, RefusedActError, label_from
from ui.console.audit.layout import FOLDER, as_words, audits_of, marks_of, opened, pieces_of, ranks_of
from ui.console.layout import Member, console_page
from ui.identity import Person, journal_of
from ui.resident.layout import RefusedError

router = APIRouter()


@router.get("/{name}/desaccords", response_class=HTMLResponse)
async def disputes(request: Request, person: Member, name: str) -> Response:
    """The answers on which the two readers differ, for these two alone: who settles reads them blind."""
    audit = await _mine(request, person, name)
    house = audits_of(request)
    open_ = await run_sync(lambda: house.disputed(audit))
    said = {member: await run_sync(house.said, audit, member) for member in audit.queue.members}
    proposed = await run_sync(lambda: house.settlements(audit))
    return console_page(
        request,
        person,
        "audit_disputes.html",
        FOLDER,
        audit=audit,
        open=open_,
        said=said,
        proposed=proposed,
        facts=audit.queue.facts,
    )


@router.get("/{name}/desaccords/{answer}", response_class=HTMLResponse)
async def dispute(request: Request, person: Member, name: str, answer: str) -> Response:
    """One of them: the answer, what each said, and the form of a label for both."""
    audit = await _mine(request, person, name)
    return await _dispute(request, person, audit, answer)


class Common(BaseModel):
    """What one form says of a disputed answer.

    Attributes:
        act: `propose` or `confirm`.
        by: whose proposal is confirmed.
    """

    act: str = ""
    by: str = ""
    label: Annotated[list[str], Field(max_length=len(LABELS))] = []
    severe: str = ""
    comment: str = ""


@router.post("/{name}/desaccords/{answer}", response_class=HTMLResponse)
async def settle(
    request: Request, person: Member, name: str, answer: str, common: Annotated[Common, Form()]
) -> Response:
    """Propose a label for both, or confirm the other's proposal."""
    audit, house = await _mine(request, person, name), audits_of(request)
    parts = [part for one in common.label for part in one.split("+")]
    try:
        said = label_from(answer, parts, common.comment, (), severe=common.severe == "yes")
        if common.act == "confirm":
            await run_sync(lambda: house.confirm(audit, person.name, said, common.by))
            await journal_of(request).write(person, "audit_settled", f"{name} {answer}", said.comment or said.label)
        else:
            await run_sync(lambda: house.propose(audit, person.name, said))
    except UnknownLabelError as error:
        raise RefusedError("wrong", 400) from error
    except RefusedActError as error:
        typed = Label(answer, "+".join(parts), bool(common.severe), common.comment)
        return await _dispute(request, person, audit, answer, error, typed)
    return RedirectResponse(f"{request.scope.get('root_path', '')}/console/audit/{name}/desaccords", 303)


async def _dispute(
    request: Request,
    person: Person,
    audit: Audit,
    answer: str,
    mistake: RefusedActError | None = None,
    typed: Label | None = None,
) -> Response:
    house = audits_of(request)
    try:
        content = await run_sync(lambda: audit.queue.answer(answer))
    except KeyError as error:
        raise RefusedError("not_found", 404) from error
    said = {member: (await run_sync(house.said, audit, member)).get(answer) for member in audit.queue.members}
    if said.get(person.name) is None or answer not in await run_sync(lambda: house.disputed(audit)):
        raise RefusedError("not_found", 404)
    proposed = (await run_sync(lambda: house.settlements(audit))).get(answer)
    return console_page(
        request,
        person,
        "audit_dispute.html",
        FOLDER,
        409 if mistake else 200,
        audit=audit,
        answer=content,
        said=said,
        proposed=proposed,
        labels=tuple(LABELS),
        typed=typed or Label(answer, ""),
        chosen=typed.label.split("+") if typed else [],
        longest=LONGEST_COMMENT,
        pieces=pieces_of,
        marks=marks_of(said.values()),
        ranks_of=ranks_of,
        told=as_words(mistake),
    )


async def _mine(request: Request, person: Person, name: str) -> Audit:
    """An audit whose reading is over, for one who read it.

    Raises:
        RefusedError: they did not read it, or it is still being read.
    """
    audit = await opened(request, name)
    if person.name not in audit.queue.members or not audit.is_read:
        raise RefusedError("not_found", 404)
    return audit
