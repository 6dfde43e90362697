"""Entities, periods and names: who decides, who is concerned, which paper, which place, per which period."""

from __future__ import annotations

from bot.checks.claim import Claim
from bot.checks.units import Mark

_PLACES_AND_PEOPLE = ("authority", "person", "document", "place", "kind")
_TWO = 2
_MEASURED = 2
"""Tokens before a period among which what makes it a measure stands."""

_EACH = frozenset(
    {"par", "chaque", "tous", "toutes", "est", "sont", "en", "delai", "duree", "un", "une", "deux", "trois"}
)
_STOPS = frozenset(".!?:;\n|«(")


def entities(claim: Claim) -> str:
    """Return `entities` when the sentence names another authority, person, paper, place or kind than its quote."""
    return "" if all(_same(claim, table) for table in _PLACES_AND_PEOPLE) else "entities"


def periods(claim: Claim) -> str:
    """Return `periods` when a unit or a period of the sentence is not one of its quote."""
    said = [mark for mark in claim.said.named("period") if claim.echo or _measures(claim, mark)]
    known = claim.quoted.nested if claim.echo else claim.quoted.nested | claim.around.nested | claim.asked.nested
    return "" if all(f"period:{mark.name}" in known for mark in said) else "periods"


def _measures(claim: Claim, mark: Mark) -> bool:
    """Tell a period that measures or repeats something from a mere word of time ("le jour de sa mort")."""
    forms = claim.said.forms[max(0, mark.position - _MEASURED) : mark.end]
    return any(form[0].isdigit() or form in _EACH for form in forms) or mark.end - mark.position > 1


def _same(claim: Claim, table: str) -> bool:
    said = claim.said.named(table)
    if not said:
        return True
    quoted = claim.quoted.named(table)
    strangers = [mark for mark in said if f"{table}:{mark.name}" not in claim.quoted.nested]
    # Whom the question is about may be named as the asker did.
    above = claim.around.nested | (claim.asked.nested if table == "person" and not claim.echo else frozenset())
    if any(f"{table}:{mark.name}" not in above or _stressed(claim, mark) for mark in strangers):
        return False
    # Named by the title alone: it may frame the sentence, it may not stand in for what the quote names.
    names = {mark.name for mark in said}
    if strangers and any(mark.name not in names and not _inside(mark, claim) for mark in quoted):
        return False
    return all(_in_its_clause(claim, mark) for mark in said if mark not in strangers) and _same_order(claim, said)


def _stressed(claim: Claim, mark: Mark) -> bool:
    """Tell who is said to be the one ("c'est l'employeur qui s'en charge"): no title proves it."""
    forms = claim.said.forms
    before = forms[max(0, mark.position - _TWO - 1) : mark.position]
    return "est" in before and forms[mark.end : mark.end + 1] == ("qui",)


def _inside(mark: Mark, claim: Claim) -> bool:
    return f"{mark.table}:{mark.name}" in claim.said.nested


def _in_its_clause(claim: Claim, mark: Mark) -> bool:
    """Where the quote gives the same act to another entity of the table, the sentence may not exchange them."""
    nearest = claim.matched[mark.clause]
    others = [[other for other in clause.marks if other.table == mark.table] for clause in nearest]
    return not others or any(
        not found or any(other.name == mark.name for other in found) or _covers(claim, mark, found) for found in others
    )


def _covers(claim: Claim, mark: Mark, found: list[Mark]) -> bool:
    """The clause of the sentence gathers several clauses of the quote: it names the entities of the nearest too."""
    beside = {other.name for other in claim.said.clauses[mark.clause].marks if other.table == mark.table}
    return all(other.name in beside for other in found)


def _same_order(claim: Claim, said: list[Mark]) -> bool:
    """Two entities of one table in one clause keep the order of the quote's clause: it tells who pays whom."""
    for at, nearest in enumerate(claim.matched):
        marks = [mark for mark in said if mark.clause == at]
        order = list(dict.fromkeys(mark.name for mark in marks))
        if len(order) < _TWO or not _acts_between(claim, marks):
            continue
        for clause in nearest:
            other = list(dict.fromkeys(mark.name for mark in clause.marks if mark.name in order))
            if len(other) == len(order) and other != order and (claim.echo or _opens(marks[0], claim)):
                return False
    return True


def _opens(mark: Mark, claim: Claim) -> bool:
    """Tell whether an entity is what its clause is about: the one named later acts by no turn of phrase."""
    first = min(unit.position for unit in claim.said.units if unit.clause == mark.clause)
    return mark.position <= first + 1


def _acts_between(claim: Claim, marks: list[Mark]) -> bool:
    """Tell an act between two entities from a mere enumeration of them."""
    first, last = marks[0].end, marks[-1].position
    return any(first <= unit.position < last and not unit.entity for unit in claim.said.units)


def names(claim: Claim) -> str:
    """Return `names` when a proper name or an acronym stands neither in the quotes nor above them."""
    entity = {at for unit in claim.said.units if unit.entity for at in (unit.position,)}
    covered = {at for mark in claim.said.marks for at in range(mark.position, mark.end)} | entity
    for at, word in enumerate(claim.said.words):
        if not word[:1].isupper() or at in covered:
            continue
        opens = at == 0 or claim.said.words[at - 1] in _STOPS
        if (opens and not (len(word) > 1 and word.isupper())) or len(word) == 1:
            continue
        known = claim.said.forms[at]
        if known not in claim.quoted.form_set and known not in claim.around.form_set:
            return "names"
    return ""
