"""Give an answer again from its question, and compare it with its receipt, byte for byte.

A quoted answer depends on nothing but the release, the question, the conversation before it and the civil day: the
same release gives the same bytes on any machine. The question is never kept: whoever wants a proof gives it. A
sentence worded by a model cannot be given again; its receipt still proves which passages it quoted.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

import orjson
from pydantic import TypeAdapter, ValidationError

from bot.answer import said_digest, to_json
from bot.assembly import Assembly
from bot.errors import ManifestError, ProofError
from bot.release import Release, command_of
from bot.turn import NO_CONVERSATION, Conversation
from ethics.errors import RecordsError
from ethics.receipt import Receipt, read_receipt
from ethics.words import say, trouble

PARIS = ZoneInfo("Europe/Paris")

_STOPS_IN_S = 30

_CONVERSATION = TypeAdapter(Conversation)

Again = Callable[[Mapping[str, Any]], dict[str, Any]]
"""Answers {"q", "day", "conversation"} again, and returns the answer as JSON values."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is needed to give an answer again.

    Attributes:
        receipt: of the answer, its number checked.
        text: the question.
        day: civil day that the answer was for.
        conversation: as it was sent with the question; None for a first question.
        generated: a model worded something of it.
    """

    receipt: Receipt
    text: str
    day: date
    conversation: Mapping[str, Any] | None = None
    generated: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """What giving it again showed.

    Attributes:
        same: the answer is the one of the receipt, byte for byte.
        answer: as given now.
        lost, added: passages of the receipt that are quoted no more, and those quoted only now.
    """

    same: bool
    answer: Mapping[str, Any]
    lost: tuple[str, ...]
    added: tuple[str, ...]


def compared(asked: Asked, again: Again) -> Compared:
    """Give one answer again and compare it with its receipt."""
    answer = again({"q": asked.text, "day": asked.day.isoformat(), "conversation": asked.conversation})
    quoted = dict.fromkeys(c["passage"] for sentence in answer["sentences"] for c in sentence["citations"])
    return Compared(
        asked.receipt.proves(said_digest(answer)),
        answer,
        tuple(ref for ref in asked.receipt.passages if ref not in quoted),
        tuple(ref for ref in quoted if ref not in asked.receipt.passages),
    )


def again_here(assembly: Assembly) -> Again:
    """Answer again with a bot of this process.

    The function returned raises ProofError for a conversation that is not one of ours.
    """

    def again(row: Mapping[str, Any]) -> dict[str, Any]:
        turn = assembly.responder.respond(
            str(row["q"]), date.fromisoformat(row["day"]), conversation=_conversation(row.get("conversation"))
        )
        return to_json(turn, None)

    return again


@contextmanager
def again_in(release: Release) -> Iterator[Again]:
    """Answer again with the program of a release, on its own data, in a process of its own.

    Raises:
        ManifestError: its program does not answer.
    """
    environment = os.environ | {"CITE_DATA": str((release.folder / "data").resolve())}
    process = subprocess.Popen(  # noqa: S603
        command_of("bot", ["regenerate"]),
        cwd=release.code,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    sent: IO[bytes] = process.stdin
    received: IO[bytes] = process.stdout

    def again(row: Mapping[str, Any]) -> dict[str, Any]:
        try:
            sent.write(orjson.dumps(row) + b"\n")
            sent.flush()
            found: dict[str, Any] = orjson.loads(received.readline())
        except (OSError, ValueError) as error:
            raise ManifestError("Le programme de la version ne répond plus : vérifiez le dossier du paquet.") from error
        return found

    try:
        yield again
    finally:
        sent.close()
        try:
            process.wait(_STOPS_IN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        received.close()


def regenerate(lines: Iterable[bytes], assembly: Assembly, write: Callable[[bytes], object]) -> None:
    """Answer each line again, as `again_in` asks for it: one JSON object in, one answer out."""
    again = again_here(assembly)
    for line in lines:
        write(orjson.dumps(again(orjson.loads(line))) + b"\n")


def read_asked(said: Mapping[str, Any]) -> Asked:
    """Read what to give again: `{"receipt": {...}, "q": "...", "day"?, "conversation"?}`.

    The receipt is what `/api/v1/receipts/NUMBER` gives. Without a day, the one of the receipt, in Paris.

    Raises:
        ProofError: a key is missing.
        RecordsError: the receipt was altered.
    """
    try:
        receipt, text = receipt_from(said["receipt"]), said["q"]
        when = datetime.fromisoformat(receipt.time)
        day = date.fromisoformat(said["day"]) if said.get("day") else when.astimezone(PARIS).date()
        generated = said["receipt"].get("generated") is True
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        if isinstance(error, RecordsError):
            raise
        raise ProofError("Il faut un reçu (« receipt ») et sa question (« q »), dans un objet JSON.") from error
    if not isinstance(text, str):
        raise ProofError("La question (« q ») est un texte.")
    return Asked(receipt, text, day, said.get("conversation"), generated)


def receipt_from(said: Mapping[str, Any]) -> Receipt:
    """Read a receipt as it was given or as `/api/v1/receipts/NUMBER` tells it, where each passage is an object.

    Raises:
        RecordsError: a key is missing or wrong, or anything on it was changed.
    """
    if not isinstance(said, Mapping) or not isinstance(said.get("passages"), list):
        raise RecordsError(say("receipt.unreadable"))
    refs = [one.get("ref") if isinstance(one, Mapping) else one for one in said["passages"]]
    return read_receipt({**said, "passages": refs})


def read_batch(path: Path) -> Iterator[Asked]:
    """Yield what a JSONL file asks to give again, one object a line.

    Raises:
        ProofError: the file cannot be read, or a line is not an object.
        RecordsError: a receipt was altered.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                said = json.loads(line)
                if not isinstance(said, dict):
                    raise ProofError(f"{path.name}, ligne {number} : ce n’est pas un objet JSON.")
                yield read_asked(said)
    except OSError as error:
        raise ProofError(f"{path.name} ne se lit pas : {trouble(error)}.") from error
    except ValueError as error:
        raise ProofError(f"{path.name} n’est pas un fichier JSONL.") from error


def _conversation(said: Mapping[str, Any] | None) -> Conversation:
    if said is None:
        return NO_CONVERSATION
    try:
        return _CONVERSATION.validate_python(said)
    except ValidationError as error:
        raise ProofError("La conversation donnée n’est pas celle qu’une réponse renvoie.") from error
