"""The residents' pages: ask, read, follow up, see a source, choose how the page looks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from html import escape
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse
from pydantic import BaseModel

from bot.rewrite import continued
from bot.turn import Conversation, Turn
from ui.admission import BusyError, Ticket
from ui.conversation import packed, unpacked
from ui.resident.layout import RefusedError, back, check_form, count, event, fragment, page, service_of, words_of
from ui.security import SIZES, THEMES, visit_of
from ui.service import Service, ThemeOffError
from ui.view import line_of, marked, view_of
from ui.words import Words, languages

router = APIRouter()


@router.get("/", response_class=HTMLResponse)
async def home(request: Request) -> Response:
    """The question, what this service is, and where to begin."""
    return page(request, "home.html", conversation="")


class Question(BaseModel):
    """The form of a question; every field is text, and absent ones are empty.

    Attributes:
        q: the question.
        c: the conversation before it (`ui.conversation`).
        token: of the visit.
        pick: "choice|label" of the option pressed.
        document: key of the document chosen.
        every: asks for every case.
        reword: asks that a model words the answer.
        ticket: gives back a place in the line.
    """

    q: str = ""
    c: str = ""
    token: str = ""
    pick: str = ""
    document: str = ""
    every: str = ""
    reword: str = ""
    ticket: str = ""

    def conversation(self) -> Conversation:
        """Return what came before, with the button that was pressed."""
        found = unpacked(self.c)
        choice, bar, label = self.pick.partition("|")
        return replace(
            found,
            picked=((choice, label),) if bar else found.picked,
            document=self.document or found.document,
            every_case=bool(self.every) or found.every_case,
        )


@router.post("/question", response_class=HTMLResponse)
async def ask(request: Request, form: Annotated[Question, Form()]) -> Response:
    """Answer: a page, or its stream for the script, which says so in its Accept header."""
    service = service_of(request)
    await _admit(request, service, form.token)
    conversation, wanted = form.conversation(), bool(form.reword)
    if "text/event-stream" in request.headers.get("accept", ""):
        events = _events(request, service, form, conversation)
        return StreamingResponse(events, media_type="text/event-stream", headers={"cache-control": "no-store"})
    try:
        place = service.admission.join(form.ticket)
        turn = await service.answer(form.q, conversation, wanted=wanted, ticket=place)
    except BusyError as error:
        if error.position:
            return page(request, "waiting.html", 503, form=form, error=error)
        raise RefusedError("busy", 503, error.seconds) from error
    except ThemeOffError as error:
        raise RefusedError(error.name, 503) from error
    return page(
        request,
        "answer_page.html",
        view=view_of(turn, service.assembly),
        earlier=conversation.exchanges,
        conversation=packed(continued(turn)),
    )


@router.get("/passage/{ref:path}", response_class=HTMLResponse)
async def passage(request: Request, ref: str) -> Response:
    """One passage, alone, as its document prints it."""
    found = service_of(request).assembly.opened.store.passage(ref)
    if found is None:
        return page(request, "passage.html", status=404, passage=None, pieces=(), withheld=False)
    records = service_of(request).records
    withheld = records is not None and ref in records.quarantine.passages
    return page(request, "passage.html", passage=found, pieces=marked(found.text, ()), withheld=withheld)


@router.post("/affichage")
async def display(
    request: Request,
    token: Annotated[str, Form()] = "",
    size: Annotated[str, Form()] = "",
    theme: Annotated[str, Form()] = "",
) -> Response:
    """Remember, for this visit, how the reader likes the page."""
    check_form(request, token)
    visit = visit_of(request)
    changed = replace(
        visit, size=size if size in SIZES else visit.size, theme=theme if theme in THEMES else visit.theme
    )
    return back(request, changed)


@router.get("/langue/{code}")
async def language(request: Request, code: str) -> Response:
    """Remember, for this visit, the language of the page."""
    return back(request, replace(visit_of(request), language=code if code in languages() else ""))


async def _admit(request: Request, service: Service, token: str) -> None:
    check_form(request, token)
    if not service.standing().open:
        raise RefusedError("closed", 503)
    await count(request)


async def _events(request: Request, service: Service, form: Question, conversation: Conversation) -> AsyncIterator[str]:
    numbers: dict[str, int] = {}
    say = words_of(request)
    # A place is taken here, since what never begins to be sent never gives it back.
    place: Ticket | None = None
    try:
        place = service.admission.join(form.ticket)
        async for rank in place.positions():
            yield event("queue", {"text": said_of_rank(say, rank)})
        async for found in service.stream(form.q, conversation, wanted=bool(form.reword), ticket=place):
            if isinstance(found, Turn):
                after = packed(continued(found))
                view = view_of(found, service.assembly)
                html = fragment(request, "answer.html", view=view, conversation=after)
                yield event("answer", {"html": html, "c": after})
            else:
                yield event("sentence", {"text": line_of(found, numbers).text})
    except BusyError as error:
        if error.position:
            yield event("busy", {"html": fragment(request, "waiting_form.html", form=form, error=error)})
        else:
            yield event("busy", {"html": _alert(say("refused.busy", seconds=error.seconds))})
    except ThemeOffError as error:
        yield event("busy", {"html": _alert(say(f"refused.{error.name}"))})
    finally:
        if place is not None:
            service.admission.leave(place)


def _alert(told: str) -> str:
    return f'<p role="alert" class="warning">{escape(told)}</p>'


def said_of_rank(say: Words, rank: int) -> str:
    """Tell somebody their rank in the line."""
    return say("chat.queued_first") if rank == 1 else say("chat.queued", position=rank)
