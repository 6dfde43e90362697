"""The initiation before drafting: a short text and a quiz; that somebody passed is kept, and nothing else of it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from bot.store import TrainingTable
from corpus.errors import ConfigurationError
from ui.identity import Person, Role, requires, staff_page, words_in
from ui.resident.layout import records_of

FOLDER = Path(__file__).parent
_FILE = FOLDER / "quiz.fr.toml"
router = APIRouter(prefix="/bureau/initiation")
Agent = Annotated[Person, Depends(requires(Role.AGENT))]


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `right` is the rank of the right choice, from 1, and `why` what is told to who missed it."""

    ask: str
    choices: tuple[str, ...]
    right: int
    why: str


@dataclass(frozen=True, slots=True)
class Quiz:
    """The initiation: a version, what is taught as (title, text), and what is asked."""

    version: str
    lessons: tuple[tuple[str, str], ...]
    questions: tuple[Question, ...]

    def missed(self, answers: Mapping[str, str]) -> tuple[int, ...]:
        """Return the ranks, from 0, of the questions that are not answered right.

        Args:
            answers: the rank of a choice as a form sends it, under `question-0`, `question-1`...
        """
        asked = enumerate(self.questions)
        return tuple(rank for rank, one in asked if answers.get(f"question-{rank}") != str(one.right))


@cache
def quiz(path: Path = _FILE) -> Quiz:
    """Read the quiz.

    Raises:
        ConfigurationError: a question has no right choice.
    """
    said = tomllib.loads(path.read_text(encoding="utf-8"))
    questions = tuple(
        Question(one["ask"], tuple(one["choices"]), one["right"], one["why"]) for one in said.get("question", ())
    )
    if not questions or any(not 1 <= one.right <= len(one.choices) for one in questions):
        raise ConfigurationError(f"{path.name} : chaque question doit désigner une de ses réponses par son rang.")
    return Quiz(said["version"], tuple((one["title"], one["text"]) for one in said["lesson"]), questions)


async def passed(request: Request, person: Person) -> datetime | None:
    """Return when somebody passed the quiz in force; None when they did not.

    Raises:
        StoreError: the database does not answer.
    """
    return await run_sync(lambda: _table(request).passed(person.name, quiz().version))


@router.get("", response_class=HTMLResponse)
async def training(request: Request, person: Agent) -> Response:
    """The initiation, which can be taken again at any time."""
    return _page(request, person, await passed(request, person))


@router.post("", response_class=HTMLResponse)
async def answer(request: Request, person: Agent) -> Response:
    """Compare the answers; when all are right, keep who passed, when, and which version."""
    async with request.form(max_files=0, max_fields=100) as form:
        answers = {name: value for name, value in form.items() if isinstance(value, str)}
    missed = quiz().missed(answers)
    if not missed:
        at = datetime.now(UTC)
        await run_sync(lambda: _table(request).keep(person.name, quiz().version, at))
    return _page(request, person, await passed(request, person), answers, missed, taken=True)


def first(request: Request, person: Person) -> Response:
    """Return the initiation to somebody who must take it before anything else."""
    return _page(request, person, None, code=403)


def _page(
    request: Request,
    person: Person,
    at: datetime | None,
    answers: Mapping[str, str] | None = None,
    missed: tuple[int, ...] = (),
    *,
    taken: bool = False,
    code: int = 200,
) -> Response:
    return staff_page(
        request,
        person,
        "training.html",
        422 if missed else code,
        w=words_in(FOLDER),
        quiz=quiz(),
        at=at,
        answers=answers or {},
        missed=missed,
        taken=taken,
        first=code == 403,
    )


def _table(request: Request) -> TrainingTable:
    return records_of(request).store.trainings
