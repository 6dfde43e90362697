"""The one way in which what the records refuse is told: its own sentence on a page, and a line in the journal."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.datastructures import FormData, UploadFile

from ethics.errors import EthicsError, RecordsError
from ethics.words import say, trouble
from ui.console.layout import console_page
from ui.console.releases.office import SECTION
from ui.identity import journal_of, person_in, words_in

_SAFE = frozenset({"GET", "HEAD"})
LONGEST = 4000
LONGEST_LINE = 500
MOST_LINES = 20
_MOST = 1_000_000
_WORDS = ("reasons", "reservations", "conflicts", "why")
"""Fields that somebody wrote in: a refusal gives their words back."""


class Told(APIRoute):
    """A route whose refusals by the records are pages: the sentence of the command line, and the way back."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler that catches them."""
        handler = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                found: Response = await handler(request)
            except EthicsError as error:
                return await refusal(request, str(error))
            except OSError as error:
                return await refusal(request, say("records.not_written", why=trouble(error)))
            finally:
                # Files that came with a form are given back, whatever became of it.
                await request.close()
            return found

        return told


async def refusal(request: Request, sentence: str) -> Response:
    """Return the page of a refusal; one that answers a form is in the journal too."""
    person = person_in(request)
    if request.method not in _SAFE:
        await journal_of(request).write(person, "act_refused", request.url.path, sentence)
    if request.method in _SAFE:
        return _refused(request, sentence, 200, request.url.path, ())
    form = await request.form()
    typed_in = tuple(text for name in _WORDS if (text := typed(form, name, _MOST)))
    return _refused(request, sentence, 422, _back(form), typed_in)


def _refused(request: Request, sentence: str, status: int, back: str, typed_in: tuple[str, ...]) -> Response:
    values = {"sentence": sentence, "back": back, "typed": typed_in}
    return console_page(request, person_in(request), "releases_refused.html", SECTION, status, **values)


def mistake(key: str) -> RecordsError:
    """Return the refusal of a form that was not filled in as asked; `key` is in the table `mistake` of the words."""
    return RecordsError(words_in(SECTION)(f"mistake.{key}"))


def typed(form: FormData, name: str, longest: int = LONGEST) -> str:
    """Return what was typed in a field: line ends as one character, no other control character.

    Raises:
        RecordsError: it is too long.
    """
    value = form.get(name)
    text = value if isinstance(value, str) else ""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > longest:
        raise mistake("too_long")
    return "".join(letter for letter in text if letter.isprintable() or letter == "\n")


def lines(form: FormData, name: str) -> tuple[str, ...]:
    """Return the lines of a field, empty ones left out.

    Raises:
        RecordsError: there are too many, or one is too long.
    """
    found = tuple(line.strip() for line in typed(form, name, LONGEST_LINE * MOST_LINES).split("\n") if line.strip())
    if len(found) > MOST_LINES or any(len(line) > LONGEST_LINE for line in found):
        raise mistake("too_long")
    return found


async def sent(form: FormData, name: str, largest: int) -> tuple[bytes, str]:
    """Return a file that was sent and its name; nothing and no name where none was.

    Raises:
        RecordsError: it is too large.
    """
    file: Any = form.get(name)
    if not isinstance(file, UploadFile) or not file.filename:
        return b"", ""
    data = await file.read(largest + 1)
    if len(data) > largest:
        raise mistake("too_large")
    return data, file.filename


def _back(form: FormData) -> str:
    """The page that the form said it came from, if it is one of ours."""
    back = typed(form, "back", _MOST)
    return back if back.startswith("/console") and ".." not in back and "//" not in back else "/console"
