"""Is this document about a subject, or about persons?"""

from __future__ import annotations

import re
from collections.abc import Container

from corpus.personal_data.kinds import Finding, PersonalDataKind
from corpus.personal_data.masking import find

_NOT_DIRECT = frozenset({PersonalDataKind.HEALTH, PersonalDataKind.SIREN})
_CONTACTS = frozenset(
    {PersonalDataKind.PHONE, PersonalDataKind.EMAIL, PersonalDataKind.ADDRESS, PersonalDataKind.SIRET}
)
_PROVEN = frozenset({PersonalDataKind.NIR, PersonalDataKind.CARD, PersonalDataKind.BIRTH_DATE})
_DENSE = 0.15
_FEWEST = 3
_MANY_PROVEN = 5


def density(text: str, allowed: Container[str] = ()) -> float:
    """Return the share of a text's visible characters that identify somebody directly, from 0 to 1.

    Health data and company numbers do not identify by themselves; the arguments are those of `find`.
    """
    return _share(text, [one for one in find(text, allowed) if one.kind not in _NOT_DIRECT])


def mostly_personal(text: str, allowed: Container[str] = ()) -> bool:
    """Say whether a document must be set aside because it is mostly personal data.

    Two ways to be so. Dense: at least three identifiers, 15 % of the visible characters, and a third of that share is
    of persons (names, birth dates, file numbers), so that a directory of town halls, which is all telephones and
    addresses, passes. Or an extract of a file: five NIR, cards or different birth dates, whatever stands around them.

    The threshold lies between what was measured: at most 0.042 on 600 fiches of service-public.fr and 0 on eleven
    documents of the City's social-aid regulation; 0.13 for a list of elected officials with their duties; 0.18 for the
    minutes of a commission with names and file numbers, 0.27 for a resident's letter, 0.5 for a table of residents.
    A person may still decide otherwise: the document is set aside, not destroyed.
    """
    findings = [one for one in find(text, allowed) if one.kind not in _NOT_DIRECT]
    if _proven(text, findings) >= _MANY_PROVEN:
        return True
    persons = [one for one in findings if one.kind not in _CONTACTS]
    dense = len(findings) >= _FEWEST and _share(text, findings) >= _DENSE
    return dense and _share(text, persons) >= _DENSE / 3


def _proven(text: str, findings: list[Finding]) -> int:
    """Count NIR and cards, and different birth dates: a model letter repeats those of the same invented children."""
    proven = [one for one in findings if one.kind in _PROVEN]
    born = [one for one in proven if one.kind is PersonalDataKind.BIRTH_DATE]
    return len(proven) - len(born) + len({re.sub(r"\W", "", text[one.start : one.end]) for one in born})


def _share(text: str, findings: list[Finding]) -> float:
    visible = len(re.sub(r"\s", "", text))
    inside = sum(len(re.sub(r"\s", "", text[one.start : one.end])) for one in findings)
    return inside / visible if visible else 0.0
