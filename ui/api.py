"""The machines' door, version 1: ask, stream, read a passage, know how the service stands. Errors are RFC 9457."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from weakref import WeakValueDictionary

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.answer import to_json
from bot.rewrite import continued
from bot.screen import LONGEST
from bot.turn import NO_CONVERSATION, Conversation, Turn
from corpus.document import Passage
from ui.admission import BusyError, Ticket, TooManyError, network_of
from ui.partners import Partner
from ui.service import Service, ThemeOffError

PREFIX = "/api/v1"
_PROBLEM = "application/problem+json"
_REMEMBERED = 1000

router = APIRouter(prefix=PREFIX)


class Problem(BaseModel):
    """What went wrong, as RFC 9457 writes it."""

    type: str = Field(description="Adresse stable de ce genre d’erreur.")
    title: str = Field(description="Ce qui s’est passé, en français.")
    status: int = Field(description="Code HTTP.")
    detail: str = Field(description="Ce qu’il faut faire.")
    position: int | None = Field(default=None, description="Rang dans la file d’attente, à partir de 1.")
    ticket: str | None = Field(
        default=None,
        description="À renvoyer dans l’en-tête « queue-ticket », avant « retry-after », pour garder ce rang.",
    )


def problems(*codes: int) -> dict[int | str, dict[str, Any]]:
    """Describe the errors of an address, for the description of the interface."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {code: {"description": "Erreur (RFC 9457)", "content": {_PROBLEM: schema}} for code in codes}


class ProblemError(Exception):
    """An error told to a machine."""

    def __init__(self, kind: str, title: str, status: int, detail: str, seconds: int = 0) -> None:
        super().__init__(title)
        self.problem = Problem(type=f"/api/v1/problems/{kind}", title=title, status=status, detail=detail)
        self.seconds = seconds

    def response(self) -> Response:
        """Return the HTTP response."""
        headers = {"retry-after": str(self.seconds)} if self.seconds else None
        return JSONResponse(self.problem.model_dump(exclude_none=True), self.problem.status, headers, _PROBLEM)


class Question(BaseModel):
    """One question."""

    model_config = ConfigDict(extra="forbid", strict=True)

    q: str = Field(min_length=1, max_length=2 * LONGEST, description="La question, comme on la tape.")
    conversation: dict[str, Any] | None = Field(
        default=None,
        description="Le champ « conversation » de la réponse précédente, tel quel ; absent pour commencer.",
    )
    reword: bool = Field(default=False, description="Demander qu’un modèle approuvé formule la réponse.")


class Health(BaseModel):
    """The process answers."""

    status: str = Field(description="Toujours « ok » : le processus répond.")


class Status(BaseModel):
    """What is served."""

    level: str = Field(description="L0 à L3 : de « comme approuvé » à « page fixe ».")
    demo: bool = Field(description="Version non approuvée, servie sur cette seule machine.")
    findings: list[str] = Field(description="Ce qui manque pour servir davantage.")
    index: str = Field(description="Racine de Merkle des passages servis, 64 chiffres hexadécimaux.")
    documents: int = Field(description="Documents servis.")


class PassageRead(BaseModel):
    """One passage, with all that proves it."""

    ref: str
    document: str
    title: str
    path: list[str]
    text: str
    url: str | None
    publisher: str
    licence: str
    updated: date | None
    valid_from: date | None
    valid_until: date | None
    page: int | None
    digest: str

    @classmethod
    def of(cls, passage: Passage) -> PassageRead:
        """Read it from the store's own words."""
        values = {name: getattr(passage, name) for name in cls.model_fields if name != "path"}
        return cls(path=[step.title for step in passage.path if step.title], **values)


_CONVERSATION = TypeAdapter(Conversation)


class Remembered:
    """Answers already given under an idempotency key, the latest ones only, and only to the same question.

    A key belongs to its caller: two of them may choose the same one.
    """

    def __init__(self, size: int = _REMEMBERED) -> None:
        self._size = size
        self._kept: OrderedDict[str, tuple[str, dict[str, Any]]] = OrderedDict()
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def alone(self, key: str) -> asyncio.Lock:
        """Return the lock of a key: the same question sent twice at once is answered once."""
        return self._asking.setdefault(key, asyncio.Lock())

    def get(self, key: str, asked: str) -> dict[str, Any] | None:
        """Return the answer given under `key`.

        Raises:
            ProblemError: the key was used for another question.
        """
        if key not in self._kept:
            return None
        before, answer = self._kept[key]
        if before != asked:
            raise ProblemError(
                "key", "Clé déjà utilisée", 409, "Cette clé a servi pour une autre question : prenez-en une neuve."
            )
        return answer

    def put(self, key: str, asked: str, answer: dict[str, Any]) -> None:
        """Remember an answer, and forget the oldest one."""
        self._kept[key] = (asked, answer)
        while len(self._kept) > self._size:
            self._kept.popitem(last=False)


@dataclass(frozen=True, slots=True)
class _Asked:
    text: str
    conversation: Conversation
    wanted: bool


async def partner(
    request: Request,
    cite_key: Annotated[
        str | None, Header(max_length=128, description="Clé d’un partenaire : un débit plus grand.")
    ] = None,
) -> None:
    """Know a partner by its key; a wrong key is counted as its address, and refused.

    Raises:
        ProblemError: the key is not one, or was revoked.
    """
    if cite_key is None:
        return
    request.state.partner = request.app.state.partners(cite_key)
    if request.state.partner is None:
        await count(request)
        detail = "Vérifiez l’en-tête « cite-key », ou retirez-le pour demander comme un habitant."
        raise ProblemError("key-unknown", "Clé inconnue ou révoquée", 401, detail)


KEYED = [Depends(partner)]
Place = Annotated[str, Header(max_length=64, description="Le « ticket » d’une réponse 503, pour garder son rang.")]


@router.post("/ask", responses=problems(400, 401, 409, 413, 422, 429, 503), dependencies=KEYED)
async def ask(
    request: Request,
    question: Question,
    response: Response,
    idempotency_key: Annotated[str | None, Header(max_length=128)] = None,
    queue_ticket: Place = "",
) -> dict[str, Any]:
    """Répondre à une question : la réponse citée, ou le refus motivé et la personne à contacter."""
    if not idempotency_key:
        return await _answer(request, question, response, queue_ticket)
    remembered: Remembered = request.app.state.remembered
    key, digest = f"{caller(request)} {idempotency_key}", question.model_dump_json()
    async with remembered.alone(key):
        before = remembered.get(key, digest)
        if before is None or not service_of(request).still_shows(before):
            before = await _answer(request, question, response, queue_ticket)
            remembered.put(key, digest, before)
        return before


async def _answer(request: Request, question: Question, response: Response, ticket: str) -> dict[str, Any]:
    service = service_of(request)
    response.headers["ratelimit-remaining"] = str(await admit(request, service))
    asked = _asked(question)
    try:
        place = service.admission.join(ticket)
        turn = await service.answer(asked.text, asked.conversation, wanted=asked.wanted, ticket=place)
    except BusyError as error:
        raise _busy(error) from error
    except ThemeOffError as error:
        raise _not_shown(error) from error
    return answered(turn, service)


@router.post(
    "/ask/stream",
    responses=problems(400, 401, 413, 422, 429, 503),
    response_class=StreamingResponse,
    dependencies=KEYED,
)
async def stream(request: Request, question: Question, queue_ticket: Place = "") -> Response:
    """Répondre par un flux SSE : le rang s’il faut attendre, les phrases vérifiées, puis la réponse entière."""
    service = service_of(request)
    await admit(request, service)
    return StreamingResponse(_events(service, _asked(question), queue_ticket), media_type="text/event-stream")


async def _events(service: Service, asked: _Asked, ticket: str) -> AsyncIterator[str]:
    # Here, since what never begins to be sent never gives its place back.
    place: Ticket | None = None
    try:
        place = service.admission.join(ticket)
        async for position in place.positions():
            yield f"event: queue\ndata: {json.dumps({'position': position})}\n\n"
        async for event in service.stream(asked.text, asked.conversation, wanted=asked.wanted, ticket=place):
            name, data = (
                ("answer", answered(event, service)) if isinstance(event, Turn) else ("sentence", {"text": event.text})
            )
            yield f"event: {name}\ndata: {json.dumps(data, default=str)}\n\n"
    except BusyError as error:
        yield f"event: problem\ndata: {_busy(error).problem.model_dump_json(exclude_none=True)}\n\n"
    except ThemeOffError as error:
        yield f"event: problem\ndata: {_not_shown(error).problem.model_dump_json(exclude_none=True)}\n\n"
    finally:
        if place is not None:
            service.admission.leave(place)


@router.get("/passages/{ref:path}", responses=problems(404, 422))
async def passage(request: Request, ref: str) -> PassageRead:
    """Lire un passage cité, avec son document, son éditeur, sa licence, ses dates et son empreinte."""
    found = service_of(request).assembly.opened.store.passage(ref)
    if found is None:
        detail = "Il a pu être remplacé ou retiré : posez de nouveau la question."
        raise ProblemError("passage", "Passage inconnu", 404, detail)
    return PassageRead.of(found)


@router.get("/health")
async def health() -> Health:
    """Dire que le processus répond."""
    return Health(status="ok")


@router.get("/ready", responses=problems(503))
async def ready(request: Request) -> Health:
    """Dire que des questions peuvent recevoir une réponse."""
    standing = service_of(request).standing()
    if not standing.open:
        raise ProblemError(
            "closed", "Aucune version approuvée", 503, " ".join(standing.findings) or "Voir /api/v1/status."
        )
    return Health(status="ok")


@router.get("/status")
async def status(request: Request) -> Status:
    """Dire ce qui est servi."""
    service = service_of(request)
    standing, manifest = service.standing(), service.assembly.opened.manifest
    return Status(
        level=standing.level,
        demo=standing.demo,
        findings=list(standing.findings),
        index=manifest.root,
        documents=manifest.counts["documents"],
    )


def answered(turn: Turn, service: Service) -> dict[str, Any]:
    """Return an answer for a machine, and the conversation to send back with the next question."""
    values = to_json(turn, service.assembly.reply.contact(turn))
    return values | {
        "level": service.standing().level,
        "conversation": _CONVERSATION.dump_python(continued(turn), mode="json"),
    }


async def admit(request: Request, service: Service) -> int:
    """Count a question, and return how many more its address may ask.

    Raises:
        ProblemError: nothing is served, or too much was asked.
    """
    if not service.standing().open:
        raise _closed()
    return await count(request)


async def count(request: Request) -> int:
    """Count one request of an address or of a partner, and return how many more it may make.

    Raises:
        ProblemError: it, or everybody together, asks too much.
    """
    known = _partner(request)
    name, rate = (known.name, known.rate) if known else ("", "")
    try:
        return await service_of(request).admission.count(_address(request), name, rate)
    except TooManyError as error:
        detail = f"Attendez {error.seconds} secondes."
        raise ProblemError("limit", "Trop de questions", 429, detail, error.seconds) from error


def caller(request: Request) -> str:
    """Return who asks: a partner by its name, anybody else by what is counted as one address."""
    known = _partner(request)
    return f"partner {known.name}" if known else network_of(_address(request))


def _partner(request: Request) -> Partner | None:
    found: Partner | None = getattr(request.state, "partner", None)
    return found


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _closed() -> ProblemError:
    return ProblemError("closed", "Aucune version approuvée", 503, "Le service est arrêté : appelez le 3975.")


def _not_shown(error: ThemeOffError) -> ProblemError:
    if error.name == "withheld":
        detail = "Un passage de cette réponse est signalé faux et vérifié par la Ville : appelez le 3975."
        return ProblemError("withheld", "Réponse retenue", 503, detail)
    if error.name == "theme_closed":
        detail = "Le service n’est pas approuvé pour ce thème : appelez le 3975."
        return ProblemError("theme-closed", "Thème non approuvé", 503, detail)
    if error.name == "theme_off":
        detail = "Les réponses de ce thème attendent la correction d’une erreur grave : appelez le 3975."
        return ProblemError("theme-off", "Thème suspendu", 503, detail)
    return _closed()


def _busy(error: BusyError) -> ProblemError:
    if not error.position:
        told = f"Réessayez dans {error.seconds} secondes."
        return ProblemError("busy", "Service très demandé", 503, told, error.seconds)
    told = (
        f"Rang {error.position} dans la file. Il est gardé {error.seconds} secondes : renvoyez la question avec "
        "l’en-tête « queue-ticket »."
    )
    made = ProblemError("busy", "Service très demandé", 503, told, 1)
    made.problem = made.problem.model_copy(update={"position": error.position, "ticket": error.key})
    return made


def _asked(question: Question) -> _Asked:
    if question.conversation is None:
        return _Asked(question.q, NO_CONVERSATION, question.reword)
    try:
        return _Asked(question.q, _CONVERSATION.validate_python(question.conversation), question.reword)
    except ValidationError as error:
        detail = "Renvoyez le champ « conversation » de la réponse précédente sans le modifier."
        raise ProblemError("conversation", "Conversation illisible", 422, detail) from error


def service_of(request: Request) -> Service:
    """Return the bot behind the interface."""
    service: Service = request.app.state.service
    return service
