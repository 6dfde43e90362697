"""The words of this folder: what kinds of personal data there are, and where one stands in a text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class PersonalDataKind(StrEnum):
    """What a piece of text says about a person (GDPR articles 4 and 9); labels are in `words.toml`."""

    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    NIR = "nir"
    IBAN = "iban"
    SIRET = "siret"
    SIREN = "siren"
    CARD = "card"
    PLATE = "plate"
    FILE_NUMBER = "file_number"
    IP = "ip"
    BIRTH_DATE = "birth_date"
    HEALTH = "health"
    UNRESOLVED = "unresolved"
    """A hostile text that never settles: all of it is masked (see `masking.find`)."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One piece of personal data.

    Attributes:
        start: offset of the first character, in code points of the text as it was given.
        end: offset after the last character, greater than `start`.
        kind: what it is.
    """

    start: int
    end: int
    kind: PersonalDataKind


@dataclass(frozen=True, slots=True)
class Masked:
    """A text whose personal data is replaced by tokens such as `[nom]`.

    Attributes:
        text: what may be stored or sent.
        findings: what was replaced; offsets are those of the text before masking.
    """

    text: str
    findings: tuple[Finding, ...]
