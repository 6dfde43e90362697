"""What the pages of the desk share: the letters, the one that is open, and the page of its draft."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from bot.checks.vocabulary import reasons
from bot.letter import Composer, Hidden, Reply, State
from corpus.document import Passage
from ui.desk.letters import Letters
from ui.desk.opened import LetterGoneError, Opened, missing, unready
from ui.desk.reading import SecondReaders
from ui.identity import Person, Role, requires, staff_page, words_in
from ui.resident.layout import RefusedError, service_of
from ui.view import Piece, marked

FOLDER = Path(__file__).parent
Agent = Annotated[Person, Depends(requires(Role.AGENT))]


def letters_of(request: Request) -> Letters:
    """Return the letters."""
    letters: Letters = request.app.state.letters
    return letters


def composer_of(request: Request) -> Composer:
    """Return what drafts and checks."""
    composer: Composer = request.app.state.composer
    return composer


def readers_of(request: Request) -> SecondReaders:
    """Return what a second reader may do."""
    return SecondReaders(letters_of(request))


async def open_letter(request: Request, person: Person, identifier: str) -> Opened:
    """Return a letter of somebody, or of anybody to a supervisor.

    Raises:
        RefusedError: there is none.
    """
    letters = letters_of(request)
    try:
        return await run_sync(lambda: letters.open(identifier, person.name, every=person.may(Role.SUPERVISOR)))
    except LetterGoneError as error:
        raise RefusedError("not_found", 404) from error


def address_of(request: Request, identifier: str) -> str:
    """Return the address of a letter."""
    return f"{request.scope.get('root_path', '')}/bureau/lettre/{identifier}"


def at_line(request: Request, identifier: str, number: int) -> Response:
    """Send to a line of a letter; to its top for 0."""
    anchor = f"#phrase-{number}" if number else ""
    return RedirectResponse(f"{address_of(request, identifier)}{anchor}", 303)


def masked_page(request: Request, person: Person, opened: Opened, hidden: Hidden) -> Response:
    """Return the page that shows, this once, what was masked."""
    return staff_page(request, person, "masked.html", w=words_in(FOLDER), opened=opened, hidden=hidden.words)


def draft_page(
    request: Request, person: Person, opened: Opened, mistake: str = "", code: int = 200, at: int = 0
) -> Response:
    """Return the page of a draft.

    Args:
        request: what asked for it.
        person: who reads it.
        opened: the letter.
        mistake: key of the words that say what could not be done; empty when nothing.
        code: HTTP.
        at: the line that the mistake is about; 0 for the whole.
    """
    words, service, reply = words_in(FOLDER), service_of(request), opened.reply
    second = service.desk.second_reader
    return staff_page(
        request,
        person,
        "draft.html",
        code,
        w=words,
        opened=opened,
        reply=reply,
        mistake=mistake,
        at=at,
        done=done_of(reply),
        unfinished=unready(reply),
        unready=missing(reply, second=second),
        second=second or reply.second,
        mine=opened.author == person.name,
        pieces=pieces_of(composer_of(request).passage),
        why=lambda key: reasons().get(key) or words(f"why.{key}"),
        appeal=reply.appeal or words("letter.appeal_default"),
        states=State,
    )


def done_of(reply: Reply) -> tuple[int, int]:
    """Return how many lines are validated, and how many have to be."""
    wanted = [line for line in reply.lines() if line.waits and not line.stays]
    return sum(bool(line.validated) for line in wanted), len(wanted)


def pieces_of(passage_of: Callable[[str], Passage | None]) -> Callable[[Any], tuple[Piece, ...]]:
    """Return what cuts the passage of a source where its quote begins and ends; empty when it is no longer in force."""

    def pieces(source: Any) -> tuple[Piece, ...]:
        passage = passage_of(source.passage) if source.passage else None
        return () if passage is None else marked(passage.text, (source.quote,))

    return pieces
