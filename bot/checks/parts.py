"""A refused sentence cut where it says two things: what one part says may be proved when the other is not.

A part is judged as any sentence is, alone and against the same whole quotes: an exception cut from its rule leaves a
rule that has lost it, and is refused. What explains or concludes ("car", "donc") never stands without what it is about.
"""

from __future__ import annotations

import re

from corpus.figures import has_figures

_CUTS = re.compile(r"\s*[;:]\s+|,\s+(?=(?:mais|puis|et|car|donc)\s)|(?<=[.!?])\s+")
_LINK = re.compile(r"^(?:mais|puis|et)\s+", re.IGNORECASE)
_HANGS = re.compile(
    r"^(?:d['’]après|selon|en résumé|car|donc|sauf|sinon|hormis|dont|qui|que|ou|comme|parce|puisqu(?:e|['’])|afin|"
    r"y compris|même|si|s['’]il|lorsqu(?:e|['’])|quand)\b",
    re.IGNORECASE,
)
"""How a part begins that hangs from what stands before it."""

_COMMA = re.compile(r",\s+")
_LIMITS = re.compile(
    r"(?:pour|aux?|si|s['’]il|quand|lorsqu(?:e|['’])|dès|à partir|à compter|jusqu['’](?:à|aux?)|au-delà|"
    r"en dessous|à condition|sauf|(?:les?|de) (?:moins|plus)|d['’]au|âgée?s?|tant que|et|ou|soit)\b",
    re.IGNORECASE,
)
"""How what limits a rule begins."""

_WORD = re.compile(r"[^\W\d_]{2,}")
_LEAST = 4
"""Words from which a part says something by itself."""


def parts_of(text: str) -> tuple[str, ...]:
    """Return the parts of a sentence that may be read alone, as sentences; empty when it says one thing."""
    whole = [piece.strip(" ,") for piece in _CUTS.split(text)]
    pieces = [_before_figures(piece) for piece in whole]
    if pieces == [text.strip(" ,")]:
        return ()
    return tuple(_sentence(piece) for piece in pieces if _stands(piece))


def _before_figures(piece: str) -> str:
    """Return what a part says before the comma that leads to its first figure; all of it without such a comma.

    "Écrivez à la mairie, 2 mois avant le départ": the advice stands without its delay, which the quote gives. What says
    whom the rule is for, or from when on, is never cut off so.
    """
    for comma in _COMMA.finditer(piece):
        rest = piece[comma.end() :]
        if has_figures(piece[: comma.start()]):
            return piece
        if has_figures(rest.split(", ")[0]):
            return piece if _LIMITS.match(rest) else piece[: comma.start()]
    return piece


def _stands(piece: str) -> bool:
    return len(_WORD.findall(piece)) >= _LEAST and not _HANGS.match(_LINK.sub("", piece))


def _sentence(piece: str) -> str:
    said = _LINK.sub("", piece)
    return f"{said[:1].upper()}{said[1:]}".rstrip(" .,;:") + ("" if said.endswith(("!", "?")) else ".")
