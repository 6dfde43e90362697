"""A receipt: the proof, kept by the reader, of which answer was given, from which passages, by which release.

Its id is drawn from what it says, so that nothing on it can be changed and the id kept. It names nobody.

Source: ISO/IEC 7064:2003, system MOD 97-10 (check digits), over letters alone: each letter counts for two digits
(A = 10 ... Z = 35), so that any wrong letter and any two neighbours swapped are noticed, with certainty.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ethics.errors import RecordsError
from ethics.words import say

# No vowel (no word can appear), no Q or Y (misread); digits only as check digits, never taken for a card or a phone.
_LETTERS = "BCDFGHJKLMNPRSTVWXZ"
_LENGTH = 12
_SHAPE = re.compile(rf"[{_LETTERS}]{{{_LENGTH}}}[0-9]{{2}}")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was answered, without the question and without the reader.

    Attributes:
        id: twelve letters and two check digits, as `BCDF-GHJK-LMNP-12`.
        answer: SHA-256 of the answer as served, 64 hex digits.
        release: fingerprint of what answered, 64 hex digits, or a word that says that it is not a release.
        passages: refs of the passages quoted, in the order of the answer.
        time: when, to the second, UTC, as `2026-11-27T10:00:00Z`.
    """

    id: str
    answer: str
    release: str
    passages: tuple[str, ...]
    time: str

    def as_dict(self) -> dict[str, Any]:
        """Return the receipt as plain JSON values."""
        return {"id": self.id, **_said(self.answer, self.release, self.passages, self.time)}

    def proves(self, answer_digest: str) -> bool:
        """Tell whether this is the receipt of the answer of that digest, and was not changed since."""
        return self.answer == answer_digest and self.id == _id(self.answer, self.release, self.passages, self.time)


def new_receipt(answer_digest: str, release: str, passages: Sequence[str], when: datetime) -> Receipt:
    """Write the receipt of one answer.

    Args:
        answer_digest: SHA-256 of the answer as served, 64 lower-case hex digits (`text_digest` for a plain text).
        release: fingerprint of what answered.
        passages: refs quoted, in order.
        when: time of the answer, with its zone.

    Raises:
        ValueError: the digest is not one, or the time has no zone.
    """
    if not _DIGEST.fullmatch(answer_digest):
        raise ValueError("the digest of an answer has 64 lower-case hex digits")
    if when.tzinfo is None:
        raise ValueError("the time of an answer has a zone")
    time = when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    refs = tuple(passages)
    return Receipt(_id(answer_digest, release, refs, time), answer_digest, release, refs, time)


def read_receipt(said: Mapping[str, Any]) -> Receipt:
    """Read a receipt from plain JSON values and check that its id is its own.

    Raises:
        RecordsError: a key is missing or wrong, or anything on the receipt was changed.
    """
    try:
        receipt = Receipt(
            str(said["id"]),
            str(said["answer"]),
            str(said["release"]),
            tuple(map(str, said["passages"])),
            str(said["time"]),
        )
    except (KeyError, TypeError) as error:
        raise RecordsError(say("receipt.unreadable")) from error
    if not receipt.proves(receipt.answer):
        raise RecordsError(say("receipt.altered", id=receipt.id))
    return receipt


def check_id(text: str) -> bool:
    """Tell whether a receipt id, as typed (any case, spaces or hyphens), has its right check digits."""
    plain = _plain(text)
    return bool(_SHAPE.fullmatch(plain)) and check_digits(plain[:_LENGTH]) == plain[_LENGTH:]


def normal_id(text: str) -> str | None:
    """Return a typed id as it is printed, or None when it is not one."""
    return _grouped(_plain(text)) if check_id(text) else None


def check_digits(letters: str) -> str:
    """Return the two check digits of letters and digits, ISO 7064 MOD 97-10."""
    return f"{98 - int(_digits(letters) + '00') % 97:02}"


def text_digest(text: str) -> str:
    """Return the SHA-256 of a text after white space is folded, so that a text copied from a screen gives the same."""
    return hashlib.sha256(" ".join(unicodedata.normalize("NFC", text).split()).encode()).hexdigest()


def _said(answer: str, release: str, passages: Sequence[str], time: str) -> dict[str, Any]:
    return {"answer": answer, "release": release, "passages": list(passages), "time": time}


def _id(answer: str, release: str, passages: Sequence[str], time: str) -> str:
    said = json.dumps(_said(answer, release, passages, time), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    number = int.from_bytes(hashlib.sha256(b"cite receipt v1\n" + said.encode()).digest())
    letters = ""
    for _ in range(_LENGTH):
        number, place = divmod(number, len(_LETTERS))
        letters += _LETTERS[place]
    return _grouped(letters + check_digits(letters))


def _grouped(plain: str) -> str:
    return "-".join(plain[start : start + 4] for start in range(0, len(plain), 4))


def _plain(text: str) -> str:
    return re.sub(r"[\s\-‐‑–]", "", text).upper()


def _digits(text: str) -> str:
    return "".join(str(int(character, 36)) for character in text)
