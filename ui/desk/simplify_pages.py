"""One paragraph in simpler words, the original beside it; what is taken from it stays to be checked."""

from __future__ import annotations

import logging

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from bot.checks.vocabulary import reasons
from bot.errors import ModelError
from bot.letter import Line
from bot.letter.simplify import Simple
from corpus.document import Passage, fold_spaces
from ui.admission import BusyError
from ui.desk.room import FOLDER, Agent, composer_of, draft_page, open_letter
from ui.identity import Person, staff_page, words_in
from ui.resident.layout import RefusedError, service_of

_LOG = logging.getLogger("cite.ui")
router = APIRouter(prefix="/bureau/lettre/{identifier}/phrase/{number}/simplifier")


@router.get("", response_class=HTMLResponse)
async def paragraph(request: Request, person: Agent, identifier: str, number: int) -> Response:
    """The paragraph that a line quotes, cut into its sentences, its terms explained."""
    return await _page(request, person, identifier, number)


@router.post("", response_class=HTMLResponse)
async def reworded(request: Request, person: Agent, identifier: str, number: int) -> Response:
    """The same, in the words of a model where the checks let them through."""
    if not _may_word(request):
        raise RefusedError("wrong", 400)
    return await _page(request, person, identifier, number, worded=True)


def _may_word(request: Request) -> bool:
    """Tell whether a model may word something now: there is one, and what is served was approved with it."""
    service = service_of(request)
    return service.assembly.may_reword and service.standing().level in {"L0", "L1"}


async def _page(request: Request, person: Person, identifier: str, number: int, *, worded: bool = False) -> Response:
    opened = await open_letter(request, person, identifier)
    line = opened.reply.line(number)
    passage = None if line is None else _passage(request, line)
    if line is None or passage is None:
        return draft_page(request, person, opened, "refused.no_source", 409)
    composer, failed = composer_of(request), False
    try:
        async with service_of(request).admission.place():
            found = await run_sync(lambda: composer.simple(passage, opened.reply.day, worded=worded))
    except BusyError as error:
        raise RefusedError("busy", 503, error.seconds) from error
    except ModelError as error:
        _LOG.error("A paragraph was not reworded: %s", error)
        failed = True
        found = await run_sync(lambda: composer.simple(passage, opened.reply.day, worded=False))
    return staff_page(
        request,
        person,
        "simplify.html",
        w=words_in(FOLDER),
        opened=opened,
        line=line,
        passage=passage,
        source=line.sources[0],
        sentences=found,
        worded=worded and not failed,
        failed=failed,
        may_word=_may_word(request),
        why=lambda key: reasons().get(key, key),
        proposal=_proposal(line, found),
    )


def _proposal(line: Line, sentences: tuple[Simple, ...]) -> str:
    """What may be taken up: the simpler words of the sentences that the line quotes; its own words without any."""
    quoted = " ".join(fold_spaces(source.quote) for source in line.sources)
    found = [one.text for one in sentences if one.worded and fold_spaces(one.original) in quoted]
    return " ".join(found) or line.text


def _passage(request: Request, line: Line) -> Passage | None:
    ref = next((source.passage for source in line.sources if source.passage), "")
    return composer_of(request).passage(ref) if ref else None
