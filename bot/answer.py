"""An answer for machines: the keys of DESIGN.md, section 9. Keys may be added, never renamed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from bot.replies import asked_text, notice_text, status_text, warning_text
from bot.turn import Asked, Citation, Role, Sentence, Status, Turn
from corpus.contacts import Contact

_NOT_SAID = frozenset({"id", "receipt", "release", "level", "contact", "conversation"})
"""What depends on who is served, when and by which process; `conversation` is added by the pages."""

_NEXT = (Role.STEPS, Role.DOCUMENTS, Role.COST, Role.DELAY, Role.WHERE, Role.ONLINE)


def to_json(turn: Turn, contact: Contact | None, release: str = "") -> dict[str, Any]:
    """Return the answer as JSON-ready values; a part that is not built yet is None."""
    status = turn.status or Status.ERROR_INTERNAL
    return {
        "id": turn.id,
        "status": status,
        "text": status_text(status, turn.topic),
        "notices": [{"key": key, "text": notice_text(key, value)} for key, value in turn.notices],
        "urgent": list(turn.urgent),
        "language": turn.language,
        "document": None if turn.card is None or not turn.sentences else turn.card.id,
        "sentences": [_sentence(sentence) for sentence in turn.sentences],
        "branch": list(turn.branch) if turn.sentences or turn.question else [],
        "also": [{"kind": item.kind, "label": item.label, "ref": item.ref} for item in turn.also],
        "question": None if turn.question is None else _question(turn.question),
        "next": {role.value: [s.text for s in turn.sentences if s.role is role] for role in _NEXT},
        "warnings": [{"key": key, "text": warning_text(key, value)} for key, value in turn.warnings],
        "contact": None if contact is None else contact_json(contact),
        "certificate": None if turn.certificate is None else turn.certificate.digest,
        "as_of": turn.day.isoformat(),
        "generated": turn.generated,
        "level": None,
        "energy_wh": _energy(turn),
        "release": release or None,
        "receipt": turn.receipt or None,
    }


def answer_digest(turn: Turn) -> str:
    """Return the SHA-256, in hex, of what an answer says and quotes: not of its id, receipt or timings."""
    return said_digest(to_json(turn, None))


def said_digest(answer: Mapping[str, Any]) -> str:
    """Return the same digest from an answer as a machine received it (`to_json`, whatever was added beside it)."""
    said = {key: value for key, value in answer.items() if key not in _NOT_SAID}
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def contact_json(contact: Contact) -> dict[str, Any]:
    """Return a contact with the date its facts were last printed by an official source."""
    return {
        "id": contact.id,
        "name": contact.name,
        "phone": contact.phone,
        "address": contact.address,
        "url": contact.url,
        "hours": contact.hours,
        "what_for": contact.what_for,
        "checked": contact.checked.isoformat(),
        "sources": [source.url for source in contact.sources],
    }


def _question(asked: Asked) -> dict[str, Any]:
    return {
        "text": asked_text(asked.text),
        "options": list(asked.options),
        "choice": asked.choice or None,
        "documents": list(asked.documents),
    }


def _energy(turn: Turn) -> list[float] | None:
    """Estimated Wh, low and high; [0, 0] without a model, None when one was used and nothing is known of it."""
    if turn.energy is not None:
        return [turn.energy.low, turn.energy.high]
    return None if turn.generated else [0, 0]


def _sentence(sentence: Sentence) -> dict[str, Any]:
    return {
        "text": sentence.text,
        "role": sentence.role,
        "heading": sentence.heading,
        "link": sentence.link or None,
        "origin": sentence.origin,
        "translation": sentence.translation or None,
        "citations": [_citation(citation) for citation in sentence.citations],
    }


def _citation(citation: Citation) -> dict[str, Any]:
    return {
        "passage": citation.passage,
        "document": citation.document,
        "quote": citation.quote,
        "url": citation.url,
        "title": citation.title,
        "path": citation.path,
        "updated": citation.updated.isoformat() if citation.updated else None,
        "publisher": citation.publisher,
        "licence": citation.licence,
        "page": citation.page,
        "valid_from": citation.valid_from.isoformat() if citation.valid_from else None,
        "valid_until": citation.valid_until.isoformat() if citation.valid_until else None,
        "figures_are_old": citation.figures_are_old,
    }
