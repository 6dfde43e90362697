"""Find personal data in a text and put tokens in its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from functools import cache

from corpus.personal_data.addresses import find_addresses
from corpus.personal_data.birth_dates import find_birth_dates
from corpus.personal_data.contacts import find_emails, find_ip_addresses, find_phones, phone_spellings
from corpus.personal_data.health import find_health
from corpus.personal_data.kinds import Finding, Masked, PersonalDataKind
from corpus.personal_data.names import find_names
from corpus.personal_data.numbers import (
    find_bare_numbers,
    find_business_numbers,
    find_cards,
    find_ibans,
    find_nirs,
)
from corpus.personal_data.references import find_file_numbers, find_plates
from corpus.personal_data.words import FILLER, Text, fold, plain, read, vocabulary

# At equal length the first wins: what proves itself before what only its context tells.
DETECTORS: tuple[Callable[[Text], Iterator[Finding]], ...] = (
    find_emails,
    find_nirs,
    find_ibans,
    find_cards,
    find_phones,
    find_business_numbers,
    find_ip_addresses,
    find_birth_dates,
    find_plates,
    find_file_numbers,
    find_bare_numbers,
    find_addresses,
    find_names,
    find_health,
)
_MOST_ROUNDS = 6


def find(text: str, allowed: Container[str] = (), kept: Container[PersonalDataKind] = ()) -> tuple[Finding, ...]:
    """Find the personal data of a text.

    Detectors run again on what is left until nothing is found, so that masking twice changes nothing. Ordinary text
    settles in two or three rounds; one that has not after six is hostile and all of it is a finding (UNRESOLVED).

    Args:
        text: any text; French is expected.
        allowed: public contacts that stay: telephone numbers as digits ("3975", "0140276060") or in E.164, anything
            else as written or in lower case. Short numbers and 08 numbers by threes stay in any case.
        kept: kinds that stay readable: a question about a right may need what it says of a person's health.

    Returns:
        Findings in order, none overlapping; where two compete the longest is kept, an e-mail address before all.
    """
    view, offsets = _TOKEN().sub(lambda token: FILLER * len(token.group()), plain(text)), list(range(len(text)))
    findings: list[Finding] = []
    for _ in range(_MOST_ROUNDS):
        found = _find_once(view, allowed, kept)
        if not found:
            return tuple(sorted(findings))
        findings += (Finding(offsets[one.start], offsets[one.end - 1] + 1, one.kind) for one in found)
        view, offsets = _cover(view, offsets, found)
    findings += _unresolved(view, offsets)
    return tuple(sorted(findings))


def mask(text: str, allowed: Container[str] = (), kept: Container[PersonalDataKind] = ()) -> Masked:
    """Replace the personal data of a text by tokens that say its kind, such as `[téléphone]`.

    Masking a masked text changes nothing. The arguments are those of `find`.
    """
    findings = find(text, allowed, kept)
    pieces, position = [], 0
    for one in findings:
        pieces += [text[position : one.start], token(one.kind)]
        position = one.end
    return Masked("".join([*pieces, text[position:]]), findings)


def token(kind: PersonalDataKind) -> str:
    """Return what stands in a masked text for personal data of this kind."""
    return f"[{label(kind)}]"


def label(kind: PersonalDataKind) -> str:
    """Return the name of a kind, in French."""
    return str(vocabulary()["labels"][kind.value])


def without_tokens(text: str) -> str:
    """Return a masked text as it may be searched: a token's own words ("adresse", "santé") would be looked for."""
    return re.sub(r" {2,}", " ", _TOKEN().sub(" ", text)).strip()


@cache
def _TOKEN() -> re.Pattern[str]:  # noqa: N802 - a constant, compiled when first needed
    return re.compile("|".join(re.escape(token(kind)) for kind in PersonalDataKind))


def _find_once(view: str, allowed: Container[str], kept: Container[PersonalDataKind]) -> list[Finding]:
    """Run every detector once and settle their disputes; what is allowed also keeps others off its place."""
    text = read(view)
    ranked = [
        # An address with its sign is certain; figures before it may read on into its first part.
        (one.kind is not PersonalDataKind.EMAIL, one.start - one.end, rank, one)
        for rank, detect in enumerate(DETECTORS)
        for one in detect(text)
        if FILLER not in view[one.start : one.end]
    ]
    taken, won = bytearray(len(view)), []
    for *_, one in sorted(ranked):
        if not any(taken[one.start : one.end]):
            taken[one.start : one.end] = b"\x01" * (one.end - one.start)
            won.append(one)
    return sorted(
        one for one in won if one.kind not in kept and not _is_allowed(view[one.start : one.end], one.kind, allowed)
    )


def _is_allowed(written: str, kind: PersonalDataKind, allowed: Container[str]) -> bool:
    spellings = [written, written.lower(), fold(written)]
    if kind is PersonalDataKind.PHONE:
        spellings += phone_spellings(written)
    return any(spelling in allowed for spelling in spellings)


def _cover(view: str, offsets: list[int], found: list[Finding]) -> tuple[str, list[int]]:
    """Put filler as long as the token where something was found, keeping where each character came from."""
    pieces: list[str] = []
    origins: list[int] = []
    position = 0
    for one in found:
        length = len(token(one.kind))
        pieces += [view[position : one.start], FILLER * length]
        origins += offsets[position : one.start] + [-1] * length
        position = one.end
    return "".join([*pieces, view[position:]]), origins + offsets[position:]


def _unresolved(view: str, offsets: list[int]) -> Iterator[Finding]:
    """Yield everything that is not masked yet."""
    for piece in re.finditer(rf"[^\s{FILLER}](?:[^{FILLER}]*[^\s{FILLER}])?", view):
        start, end = offsets[piece.start()], offsets[piece.end() - 1] + 1
        yield Finding(start, end, PersonalDataKind.UNRESOLVED)
