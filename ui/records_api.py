"""The machines' door to what is kept: a receipt, whether an answer was useful, a case and what becomes of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from ethics.errors import CaseError
from ethics.receipt import normal_id
from ui.api import KEYED, PREFIX, ProblemError, count, problems, service_of
from ui.records import LONGEST_MESSAGE, Proof, Records, in_french

router = APIRouter(prefix=PREFIX)


class QuotedRead(BaseModel):
    """One passage of a receipt."""

    ref: str = Field(description="Référence, à lire par /api/v1/passages/{ref}.")
    held: bool = Field(description="Les documents en vigueur contiennent encore ce passage.")


class RecallRead(BaseModel):
    """Why an answer was recalled."""

    time: datetime
    why: str
    before: str
    after: str = Field(description="Vide quand le passage a été retiré.")


class ReceiptRead(BaseModel):
    """A receipt: neither the question nor whoever asked it."""

    id: str
    time: datetime
    status: str
    answer: str = Field(description="SHA-256 de la réponse servie.")
    release: str = Field(description="Empreinte de la version qui a répondu, ou « non approuvée ».")
    generated: bool
    whole: bool = Field(description="Le numéro correspond à ce qui est gardé : rien n’a été changé depuis.")
    passages: list[QuotedRead]
    recalled: list[RecallRead]

    @classmethod
    def of(cls, proof: Proof) -> ReceiptRead:
        """Read it from what is kept."""
        line = proof.line
        recalls = [
            RecallRead(time=one.time, why=one.change.why, before=one.change.before, after=one.change.after)
            for one in proof.recalls
        ]
        return cls(
            id=line.receipt,
            time=line.at,
            status=line.status,
            answer=line.digest,
            release=line.release,
            generated=line.generated,
            whole=proof.whole,
            passages=[QuotedRead(ref=one.ref, held=one.passage is not None) for one in proof.quoted],
            recalled=recalls,
        )


class Opinion(BaseModel):
    """Whether an answer was useful; only a number is kept."""

    model_config = ConfigDict(extra="forbid", strict=True)

    receipt: str = Field(default="", max_length=40, description="Numéro du reçu, tel qu’affiché.")
    useful: bool
    reason: Literal["", "wrong", "incomplete", "unclear", "off_topic"] = ""


class Contest(BaseModel):
    """A contest; nobody is asked who they are."""

    model_config = ConfigDict(extra="forbid", strict=True)

    receipt: str = Field(default="", max_length=40, description="Numéro du reçu de la réponse, ou vide.")
    message: str = Field(
        default="",
        max_length=LONGEST_MESSAGE,
        description="Gardé dans le dossier, données personnelles masquées : à n’envoyer que si la personne l’accepte.",
    )
    severe: bool = Field(
        default=False, description="Suivre la réponse fait perdre un droit, de l’argent ou la sécurité."
    )


class StepRead(BaseModel):
    """One thing done in a case."""

    state: str
    time: datetime
    text: str


class CaseRead(BaseModel):
    """Where a case stands; never the message."""

    number: str
    state: str
    receipt: str
    severe: bool
    received: date
    reply_by: date
    late: bool
    finding: str | None
    reply: str
    acknowledgement: str
    steps: list[StepRead]
    next_instances: list[str] = Field(description="À qui s’adresser maintenant.")


@router.get("/receipts/{number}", responses=problems(401, 404, 422, 429, 503), dependencies=KEYED)
async def receipt(request: Request, number: str) -> ReceiptRead:
    """Retrouver un reçu : quand, d’après quels passages, par quelle version, et s’il a été rappelé."""
    records = _records(request)
    await count(request)
    passage_of = service_of(request).assembly.opened.store.passage
    found = await run_sync(lambda: records.proof(number, passage_of))
    if found is None:
        known = "Les traces sont effacées après quelques jours." if normal_id(number) else "Ce numéro est mal recopié."
        raise ProblemError("receipt", "Reçu inconnu", 404, known)
    return ReceiptRead.of(found)


@router.post("/feedback", status_code=204, responses=problems(400, 401, 413, 422, 429, 503), dependencies=KEYED)
async def feedback(request: Request, opinion: Opinion) -> Response:
    """Dire si une réponse a été utile. Seul un nombre est gardé."""
    records = _records(request)
    await count(request)
    await run_sync(lambda: records.rate(opinion.receipt, opinion.reason, useful=opinion.useful))
    return Response(status_code=204)


@router.post("/cases", status_code=201, responses=problems(400, 401, 404, 413, 422, 429, 503), dependencies=KEYED)
async def contest(request: Request, asked: Contest) -> CaseRead:
    """Contester une réponse : ouvre un dossier, sans identité."""
    records = _records(request)
    await count(request)
    try:
        made = await run_sync(lambda: records.contest(asked.receipt, asked.message, severe=asked.severe))
    except CaseError as error:
        raise ProblemError("receipt", "Numéro de reçu erroné", 404, str(error)) from error
    return _read(made.number, records)


@router.get("/cases/{number}", responses=problems(401, 404, 422, 429, 503), dependencies=KEYED)
async def case(request: Request, number: str) -> CaseRead:
    """Suivre un dossier par son numéro."""
    records = _records(request)
    await count(request)
    return await run_sync(lambda: _read(number, records))


def _read(number: str, records: Records) -> CaseRead:
    case = records.case(number)
    if case is None:
        raise ProblemError("case", "Dossier inconnu", 404, "Vérifiez le numéro, chiffre par chiffre.")
    rules = records.deadlines
    values: dict[str, Any] = {
        name: getattr(case, name) for name in ("number", "receipt", "severe", "reply", "received")
    }
    return CaseRead(
        **values,
        state=case.state.value,
        reply_by=case.reply_by(rules),
        late=case.is_late(rules, records.today),
        finding=None if case.finding is None else case.finding.value,
        acknowledgement=in_french(case.acknowledgement(rules)),
        steps=[StepRead(state=step.state.value, time=step.time, text=step.text) for step in case.steps],
        next_instances=[in_french(one) for one in case.next_instances(rules, records.today)],
    )


def _records(request: Request) -> Records:
    records = service_of(request).records
    if records is None:
        raise ProblemError("records", "Rien n’est gardé", 503, "Ce service ne garde ni reçu ni dossier.")
    return records
