"""Opinion, decision, withdrawal: prepared here, signed in the browser, checked and put in the records as by command.

No private key comes here: a form brings back the payload that was shown and a signature, or an envelope that was
signed elsewhere.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData

from ethics.canonical import digest as digest_of
from ethics.decision import revocation
from ethics.envelope import Envelope, Statement, read_envelope
from ethics.errors import EthicsError, RecordsError
from ethics.filing import check_decidable, check_roster, decision_on, file_act, last_proposal, opinion_on
from ethics.opinion import View, unmet
from ethics.proposal import Proposal, read_proposal
from ethics.roster import ROSTER
from ethics.roster import Person as Signer
from ethics.words import say
from ui.console.layout import Executive, Member, Reader, console_page
from ui.console.releases.acts import KINDS, Prepared, address, file, prepared, told, with_signature
from ui.console.releases.dossier import releases
from ui.console.releases.office import SECTION, Book, Office, office_of, seat_in, seat_of
from ui.console.releases.route import Told, lines, mistake, sent, typed
from ui.identity import Person, Role, journal_of, words_in

LARGEST_ACT = 10_000_000
LARGEST_AUDIT = LARGEST_ENVELOPE = 48_000
"""Bytes; what comes with a form must fit in one request (ui/security.py)."""

ROOM_FOR_AN_ACT = {"/console/acte": LARGEST_ACT + 64 * 1024}

router = APIRouter(route_class=Told)


@router.get("/version/{digest}/avis", response_class=HTMLResponse)
async def opinion_form(request: Request, person: Member, digest: str) -> Response:
    """The form of an opinion."""
    office = office_of(request)
    values = await run_sync(lambda: about(office, person, digest))
    return console_page(request, person, "releases_opinion.html", SECTION, views=list(View), **values)


@router.post("/version/{digest}/avis", response_class=HTMLResponse)
async def opinion(request: Request, person: Member, digest: str) -> Response:
    """What the opinion will say, word for word, before it is signed."""
    office, form = office_of(request), await request.form()
    try:
        view = View(typed(form, "view"))
    except ValueError as error:
        raise mistake("view") from error
    given, _ = await sent(form, "audit", LARGEST_AUDIT)
    listed = (lines(form, "reservations"), lines(form, "conflicts"))
    reasons = typed(form, "reasons")

    def prepare() -> Prepared:
        book = office.open()
        seat, proposal = seat_of(person, book.roster), _current(book, digest)
        audit = _audit(office, seat.id, proposal, given)
        said = opinion_on(proposal, seat, view, reasons, listed, audit)
        audits = book.records.files | {digest_of(audit): audit}
        if why := unmet(said, proposal, book.roster, office.policy, audits, office.now()):
            raise RecordsError(why)
        return prepared(book, said.statement(), seat, audit, f"/console/version/{digest}/avis")

    return sign_page(request, person, await run_sync(prepare))


@router.get("/version/{digest}/decision", response_class=HTMLResponse)
async def decision_form(request: Request, person: Executive, digest: str, acte: str = "") -> Response:
    """The form of the decision; then, once the City's act is kept, what will be signed."""
    office = office_of(request)
    if not acte:
        values = await run_sync(lambda: about(office, person, digest))
        return console_page(request, person, "releases_decision.html", SECTION, largest=LARGEST_ACT, **values)

    def prepare() -> Prepared:
        book = office.open()
        seat, proposal = _executive(person, book), _current(book, digest)
        check_decidable(book.records, book.roster, office.policy, proposal, office.now())
        if acte not in book.records.files:
            raise RecordsError(say("gate.no_act"))
        statement = decision_on(proposal, acte).statement()
        return prepared(book, statement, seat, back=f"/console/version/{digest}/decision")

    return sign_page(request, person, await run_sync(prepare))


@router.post("/acte", response_class=HTMLResponse)
async def act(request: Request, person: Executive) -> Response:
    """Keep the act that the City signed, or find again one already kept, by its digest."""
    office, form = office_of(request), await request.form()
    digest, known = typed(form, "version", 64), typed(form, "digest", 64).lower()
    data, name = await sent(form, "act", LARGEST_ACT)
    if bool(data) == bool(known):
        raise mistake("act")

    def check() -> Proposal:
        book = office.open()
        _executive(person, book)
        proposal = _current(book, digest)
        check_decidable(book.records, book.roster, office.policy, proposal, office.now())
        if known and known not in book.records.files:
            raise RecordsError(say("gate.no_act"))
        return proposal

    proposal = await run_sync(check)
    if data:
        subject = words_in(SECTION)("told.number", sequence=proposal.sequence, scope=proposal.scope)
        await journal_of(request).write(person, "act_kept", subject, digest_of(data))
        known = await run_sync(lambda: file_act(office.folder, data, name, office.now()))
    return _to(request, f"/console/version/{digest}/decision?acte={known}")


@router.get("/version/{digest}/retrait", response_class=HTMLResponse)
async def revocation_form(request: Request, person: Reader, digest: str) -> Response:
    """The form of the withdrawal of an approval."""
    office = office_of(request)
    values = await run_sync(lambda: about(office, person, digest))
    return console_page(request, person, "releases_revocation.html", SECTION, **values)


@router.post("/version/{digest}/retrait", response_class=HTMLResponse)
async def revoke(request: Request, person: Reader, digest: str) -> Response:
    """What the withdrawal will say, before it is signed."""
    office, why = office_of(request), typed(await request.form(), "why")
    if not why:
        raise RecordsError(say("levels.no_reason"))

    def prepare() -> Prepared:
        book = office.open()
        seat, proposal = seat_of(person, book.roster), _proposal(book, digest)
        return prepared(book, revocation(proposal.digest, why), seat, back=f"/console/version/{digest}")

    return sign_page(request, person, await run_sync(prepare))


@router.post("/signature", response_class=HTMLResponse)
async def signature(request: Request, person: Reader) -> Response:
    """Take a signature made in the browser."""
    office, form = office_of(request), await request.form()
    payload, signed = _bytes(form, "payload"), _bytes(form, "signature")
    if not signed:
        raise mistake("signature")

    def envelope() -> Envelope:
        statement = Envelope(payload).statement()
        if statement.kind == ROSTER:
            return with_signature(payload, seat_on(office, person, Envelope(payload)), signed)
        return with_signature(payload, seat_of(person, office.open().roster), signed)

    return await _filed(request, person, office, await run_sync(envelope), _bytes(form, "audit"))


@router.get("/enveloppe", response_class=HTMLResponse)
async def envelope_form(request: Request, person: Reader) -> Response:
    """The form for what was signed elsewhere."""
    return console_page(request, person, "releases_envelope.html", SECTION)


@router.post("/enveloppe", response_class=HTMLResponse)
async def envelope(request: Request, person: Reader) -> Response:
    """Take an envelope that was signed elsewhere: it proves by itself who signed it."""
    office, form = office_of(request), await request.form()
    data, _ = await sent(form, "file", LARGEST_ENVELOPE)
    audit, _ = await sent(form, "audit", LARGEST_AUDIT)
    data = data or typed(form, "envelope", LARGEST_ENVELOPE).encode()
    if not data:
        raise mistake("envelope")
    return await _filed(request, person, office, read_envelope(data), audit or _bytes(form, "kept"))


@router.post("/a-signer")
async def to_sign(request: Request, _: Reader) -> Response:
    """The file that `python -m ethics sign` signs, for who signs elsewhere."""
    office, envelope = office_of(request), Envelope(_bytes(await request.form(), "payload"))

    def check() -> None:
        if envelope.statement().kind == ROSTER:
            check_roster(office.folder, envelope, office.policy)
        else:
            list(told(office.open(), envelope.statement()))

    # Only what a page of ours showed goes out under our name.
    await run_sync(check)
    name = f"{KINDS[envelope.statement().kind]}-{envelope.digest[:8]}.json"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(envelope.to_bytes(), media_type="application/json", headers=headers)


@router.get("/cle", response_class=HTMLResponse)
async def key(request: Request, person: Reader) -> Response:
    """Make one's key, in the browser; the line that the roster needs."""
    office = office_of(request)

    def seat() -> Signer | None:
        try:
            return seat_in(person, office.open().roster)
        except EthicsError:
            # Before the first roster, nobody sits yet: this is the page to begin with.
            return None

    return console_page(request, person, "releases_key.html", SECTION, seat=await run_sync(seat))


def seat_on(office: Office, person: Person, envelope: Envelope) -> Signer:
    """Return the line that somebody signs a new roster as: the one that they have on it, else on the one in force.

    Raises:
        EthicsError: they sit on neither, or it cannot be used.
    """
    roster, before = check_roster(office.folder, envelope, office.policy)
    seat = seat_in(person, roster) or seat_in(person, before)
    if seat is None:
        raise RecordsError(say("command.not_a_member"))
    return seat


def sign_page(request: Request, person: Person, one: Prepared) -> Response:
    """Return the page that shows what will be signed, and has it signed."""
    values: dict[str, Any] = {
        "one": one,
        "payload": base64.b64encode(one.envelope.payload).decode(),
        "audit": base64.b64encode(one.audit).decode(),
        "raw": one.envelope.payload.decode(),
        "size": len(one.encoded),
    }
    return console_page(request, person, "releases_sign.html", SECTION, **values)


async def _filed(request: Request, person: Person, office: Office, envelope: Envelope, audit: bytes) -> Response:
    """Put what was signed in the records: the journal says that it was sent before it is."""
    statement = envelope.statement()
    kind = KINDS.get(statement.kind)
    if kind is None:
        raise RecordsError(say("filing.unknown"))
    if kind == "decision" and not person.may(Role.EXECUTIVE):
        raise RecordsError(words_in(SECTION)("mistake.decision"))
    if kind == "opinion":
        audit = await run_sync(lambda: _kept_audit(office, statement, audit))
    subject = f"{words_in(SECTION)(f'kind.{kind}')} {envelope.digest[:16]}"
    why = statement.predicate.get("reasons") or statement.predicate.get("why") or dict(statement.subjects).get("act")
    await journal_of(request).write(person, "act_signed", subject, str(why or kind)[:500])
    await run_sync(lambda: file(office, envelope, audit))
    return _to(request, f"{address(envelope)}?fait={kind}")


def _kept_audit(office: Office, statement: Statement, sent_one: bytes) -> bytes:
    """The answers read, as the console kept them where it did: what comes with the form is not believed then."""
    said = statement.predicate
    proposal = last_proposal(office.open().records, str(said.get("scope")))
    kept = office.audit_file(str(said.get("member")), proposal.manifest.fingerprint) if office.audit_file else None
    return sent_one if kept is None else kept


def _audit(office: Office, member: str, proposal: Proposal, given: bytes) -> bytes:
    kept = office.audit_file(member, proposal.manifest.fingerprint) if office.audit_file else None
    if kept is not None:
        return kept
    if not given:
        raise mistake("audit")
    return given


def about(office: Office, person: Person, digest: str) -> dict[str, Any]:
    """Return what a form about one release shows.

    Raises:
        EthicsError: the release is not in the records, or they cannot be read.
    """
    book = office.open()
    proposal, found = _proposal(book, digest), releases(book, office.policy, office.now(), "")
    seat, why = None, ""
    try:
        seat = seat_of(person, book.roster)
    except RecordsError as error:
        why = str(error)
    kept = office.audit_file(seat.id, proposal.manifest.fingerprint) if office.audit_file and seat else None
    return {
        "release": next(one for one in found if one.proposal.digest == digest),
        "seat": seat,
        "why": why,
        "kept": kept is not None,
        "rule": office.policy.opinion,
        "roster": book.roster,
    }


def _executive(person: Person, book: Book) -> Signer:
    if seat_of(person, book.roster) != book.roster.executive:
        raise RecordsError(say("command.not_the_executive", name=book.roster.executive.name))
    return book.roster.executive


def _proposal(book: Book, digest: str) -> Proposal:
    found = book.records.find(digest)
    if found is None or found.entry.kind != "proposal":
        raise RecordsError(say("gate.proposal_missing"))
    return read_proposal(found.envelope)


def _current(book: Book, digest: str) -> Proposal:
    """The proposal, when it is the last one of its scope."""
    proposal = _proposal(book, digest)
    last = last_proposal(book.records, proposal.scope)
    if last.digest != proposal.digest:
        raise RecordsError(words_in(SECTION)("mistake.replaced", sequence=last.sequence))
    return proposal


def _bytes(form: FormData, name: str) -> bytes:
    value = form.get(name)
    try:
        return base64.b64decode(value if isinstance(value, str) else "", validate=True)
    except (binascii.Error, ValueError) as error:
        raise mistake("signature") from error


def _to(request: Request, path: str) -> Response:
    return RedirectResponse(f"{request.scope.get('root_path', '')}{path}", 303)
