"""Near echoes: where a sentence repeats its quote, a tool word that differs was changed, a missing mark dropped."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from bot.checks.claim import Claim, agrees
from bot.checks.reading import Reading, read
from bot.checks.units import Unit
from bot.checks.vocabulary import neutral, stem
from corpus.document import fold_spaces

_TELLING = frozenset(
    {"avec", "sans", "avant", "apres", "seul", "hors", "sauf", "contre", "plus", "moins", "oui", "non", "et", "ou"}
)
"""Tool words that turn a rule into another one."""

_JOINING = frozenset({"et", "ou"})
_WHO = frozenset({"authority", "person", "document", "place", "kind", "period"})
_BINDING = frozenset({"if", "only", "except", "proviso"})
_SAID = 0.5
"""Share of its quotes that a sentence must say for a missing mark to have been dropped from it."""

_CAPTION = re.compile(r"^\[[^\]]*\]\s*", re.MULTILINE)


def echo(claim: Claim) -> str:
    """Return why a sentence that repeats its quotes is not what they say; empty for one worded otherwise."""
    if not claim.echo or claim.text in claim.quotes:
        return ""
    row = any(" | " in quote for quote in claim.quotes)
    # What a table is about does not stand in for one of its cells.
    quoted = read("\n".join(_CAPTION.sub("", quote) for quote in claim.quotes)) if row else claim.quoted
    reason = _changed(claim.said, quoted) or (_recited(claim, quoted) if row else "")
    if reason:
        return reason
    said = sum(agrees(unit, claim.said.concepts) for unit in quoted.units)
    lost = _bound(quoted) - _bound(claim.said)
    if set(lost) == {"if"} and _conditions_named(claim, quoted):
        return ""  # "un salarié en CDD" for "lorsque le salarié est en CDD"
    dropped = said >= _SAID * len(quoted.units) and lost
    return "conditions" if dropped else ""


def _conditions_named(claim: Claim, quoted: Reading) -> bool:
    """Tell whether the sentence names all that the conditions of its quotes name."""
    units = [unit for clause in quoted.clauses if "if" in clause.conditions for unit in clause.units]
    return bool(units) and all(agrees(unit, claim.said.concepts) for unit in units)


def _changed(said: Reading, quoted: Reading) -> str:
    """Return why a tool word or an entity of an echo is not that of its quotes."""
    free = _JOINING if any(mark.name == "one_of" for mark in quoted.named("choice")) else frozenset()
    if any(word not in free for word in _telling(said) - _telling(quoted)):
        return "relations"
    return "entities" if any(_exchanged(said, quoted)) else ""


def _recited(claim: Claim, quoted: Reading) -> str:
    """Return why a sentence that recites a row is not one of the rows quoted."""
    if any(not agrees(unit, quoted.concepts) for unit in claim.said.units if _tells(unit)):
        return "content"
    rows = (line for quote in claim.quotes for line in quote.split("\n"))
    return "" if any(_copied(claim.text, line) for line in rows) else "pairing"


def _copied(text: str, line: str) -> bool:
    """Tell whether a sentence that recites a row gives its first cell, and each cell whose header it gives, whole."""
    said = fold_spaces(text)
    first, *cells = (fold_spaces(cell) for cell in _CAPTION.sub("", line).split(" | "))
    named = [cell for cell in cells if cell.rpartition(" : ")[0] and cell.rpartition(" : ")[0] in said]
    return (first.rpartition(" : ")[2] or first) in said and all(cell.rstrip(" .") in said for cell in named)


def _tells(unit: Unit) -> bool:
    return not any(stem(word) in neutral() for word in unit.word.split(" "))


def _telling(reading: Reading) -> Counter[str]:
    forms = reading.forms
    found = Counter(form for at, form in enumerate(forms) if form in _TELLING and forms[at - 1 : at] != ("d",))
    # One `et` may stand for a new line, and an `ou` for several: only what is not there at all was added.
    return Counter({word: min(count, 1) if word in _JOINING else count for word, count in found.items()})


def _exchanged(said: Reading, quoted: Reading) -> Iterator[bool]:
    """Tell of each entity of the sentence whether it stands where the quote names another one.

    One that the quote does not name at all comes from the title; the other checks look at it.
    """
    there, here = _named(quoted), _named(said)
    for name, count in here.items():
        lost = any(other.partition(":")[0] == name.partition(":")[0] for other in there - here)
        yield lost and count > there[name]


def _named(reading: Reading) -> Counter[str]:
    return Counter(f"{mark.table}:{mark.name}" for mark in reading.marks if mark.table in _WHO)


def _bound(reading: Reading) -> Counter[str]:
    return Counter(mark.name for mark in reading.named("condition") if mark.name in _BINDING)
