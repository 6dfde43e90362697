"""Marks of order and quantity: before or after, at least or at most, and or or, all or some."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.checks.claim import Claim, agrees
from bot.checks.reading import Reading
from bot.checks.units import Mark, Unit
from bot.checks.vocabulary import marker_words, opposites, stem

_STRICT = frozenset({"before", "after", "atleast", "atmost", "over", "under", "from", "until"})
"""Marks that a sentence may not add, nor leave out beside a number."""

_BESIDE = 4
"""Tokens between a number and the mark that bounds it, or the period that it is for."""

_LED = 4
"""Tokens before a thing named among which the word that joins it to the one before stands."""

_OPEN = (("un", "autre"), ("une", "autre"), ("d", "autres"))
"""After `ou`, what leaves a list open: it adds nothing that the quote should name."""

_TWO = 2
_LED_ITEM = re.compile(r"[-\s]*(?:ou|soit)\b")
_EXAMPLES = frozenset({"comme", "notamment", "exemple", "exemples", "tel", "telle", "tels", "telles"})
_STOPS = frozenset(".;:!?\n()")

_NEAR = 4
"""Units that may stand between a mark and what it bears on."""


def relations(claim: Claim) -> str:
    """Return `relations` when an order, a bound or an enumeration is not that of the quote."""
    said = claim.said.named("relation")
    if not claim.echo:
        # Beside a number, the check of figures compared what bounds it, however it is said.
        said = [mark for mark in said if not _beside_number(claim.said, mark)]
    good = all(_as_quoted(claim, mark) for mark in said) and _joined_alike(claim)
    good = good and (not claim.echo or _bounds_kept(claim))
    return "" if good else "relations"


def quantity(claim: Claim) -> str:
    """Return `quantity` when the sentence generalises or narrows what the quote says."""
    said, quoted = _quantities(claim.said), _quantities(claim.quoted)
    if (
        "all" in said
        and "all" not in quoted
        and not any(clause.negative and not clause.conditions for clause in claim.quoted.clauses)
    ):
        return "quantity"
    if "some" in said and "all" in quoted and "some" not in quoted:
        return "quantity"
    if _softened(claim):
        return "quantity"
    # "You may" says "sometimes" of a rule that is firm; of one that itself says "you may, in some cases", it does not.
    loosened = _allows(claim.said) and not _allows(claim.quoted)
    # "Parfois disponible" may be said "s'il est disponible".
    loosened = loosened or (_depends(claim.said) and not _depends(claim.quoted))
    if "prefer" in quoted and not said & {"prefer", "some"} and not loosened:
        return "quantity"
    return "quantity" if "some" in quoted and "some" not in said and not loosened else ""


def _quantities(reading: Reading) -> set[str]:
    """The quantities of a text, exceptions aside: "hormis quelques cas" narrows no more than "sauf exceptions"."""
    return {mark.name for mark in reading.named("quantity") if "except" not in reading.clauses[mark.clause].conditions}


def _allows(reading: Reading) -> bool:
    return any("permission" in clause.modality for clause in reading.clauses)


def _softened(claim: Claim) -> bool:
    """Tell a statement made of some cases ("parfois") where the clause of the quote nearest to it makes it of all."""
    hedged = {mark.clause for mark in claim.said.named("quantity") if mark.name == "some"}
    some = {mark.clause for mark in claim.quoted.named("quantity") if mark.name in {"some", "prefer"}}
    # "En général, il est possible...": set apart, it bears on the clause that it opens.
    some |= {at + 1 for at in some if len(claim.quoted.clauses[at].units) <= 1}
    ranks = {id(clause): rank for rank, clause in enumerate(claim.quoted.clauses)}
    for at in hedged:
        nearest = claim.matched[at]
        bare = nearest and not any(ranks[id(clause)] in some or clause.conditions for clause in nearest)
        if bare and not any(mark.name == "some" for mark in claim.around.named("quantity")):
            return True
    return False


def _depends(reading: Reading) -> bool:
    return any("if" in clause.conditions for clause in reading.clauses)


def _as_quoted(claim: Claim, mark: Mark) -> bool:
    twins = [other for other in claim.quoted.named("relation") if other.name == mark.name]
    against = [other for other in claim.quoted.named("relation") if other.name == opposites().get(mark.name)]
    if not twins and mark.name == "after" and _once(claim):
        return not against
    if not twins:
        return not against and mark.name not in _STRICT
    if not against:
        return True
    after = _after(claim.said, mark)
    return not after or any(
        agrees(unit, other.concepts) for t in twins for other in _after(claim.quoted, t) for unit in after[:1]
    )


def _beside_number(reading: Reading, mark: Mark) -> bool:
    near = reading.words[max(0, mark.position - _BESIDE - 1) : mark.end + _BESIDE]
    return any(word[0].isdigit() for word in near)


def _once(claim: Claim) -> bool:
    """Tell whether the quote makes something follow an event ("une fois", "lorsque"), which `après` also says."""
    return any("if" in clause.conditions for clause in claim.quoted.clauses)


def _bounds_kept(claim: Claim) -> bool:
    """Tell whether each number of the sentence keeps the bound and the period that the quote gives it."""
    said = {f"{mark.table}:{mark.name}" for mark in claim.said.marks}
    numbers = {word for word in claim.said.words if word[0].isdigit()}
    return all(
        any(bounds <= said for bounds in found)
        for number in numbers
        if (found := [_bounds(claim.quoted, at) for at, word in enumerate(claim.quoted.words) if word == number])
    )


def _bounds(reading: Reading, at: int) -> set[str]:
    return {
        f"{mark.table}:{mark.name}"
        for mark in reading.marks
        if _clear(reading, at, mark)
        and (
            (mark.table == "relation" and mark.name in _STRICT and -_BESIDE <= mark.position - at <= _BESIDE)
            or (mark.table == "period" and 0 < mark.position - at <= _BESIDE)
        )
    }


def _clear(reading: Reading, at: int, mark: Mark) -> bool:
    """Tell whether no punctuation and no other number stands between a number and a mark."""
    between = reading.words[min(at + 1, mark.end) : max(at, mark.position)]
    return all(word[0].isalpha() or word in {"€", "%"} for word in between)


def _after(reading: Reading, mark: Mark) -> list[Unit]:
    return [unit for unit in reading.units if unit.position >= mark.position][:_NEAR]


def _joined_alike(claim: Claim) -> bool:
    """Tell whether what `ou` and `et` join in the sentence is joined so in the quote."""
    joints = (at for at, word in enumerate(claim.said.forms) if word in {"ou", "et"})
    return all(_joint_as_quoted(claim, at) for at in joints if not _joins_nothing(claim.said, at))


def _joint_as_quoted(claim: Claim, at: int) -> bool:
    word = claim.said.forms[at]
    between = _between(claim, at)
    if between and word not in between:
        return False
    left, right = _sides(claim.said, at)
    if left is None or right is None:
        return True
    if word == "et" and claim.said.forms[at + 1 : at + 3] in _OPEN:
        return not claim.quoted.form_set.isdisjoint({"et", "ainsi", "autre", "autres"}) and "ou" not in between
    if _same_thing(claim.said, at, left, right) or (word == "et" and _of_two_cells(claim, left, right)):
        return not _same_thing(claim.said, at, left, right)
    return _joined_so(claim, word, left, right)


def _joined_so(claim: Claim, word: str, left: Unit, right: Unit) -> bool:
    """Tell whether the quote joins two things with the same word, or leaves it open."""
    joins, both = _joins(claim.quoted, left, right), _both_quoted(claim, left, right)
    if any(mark.name == "one_of" for mark in claim.quoted.named("choice")):
        return word == "ou" or not (joins == {"ou"} or (both and not joins))
    led = agrees(left, claim.quoted.concepts) and _led(claim.quoted, right) not in {"", word}
    if led or _joins_otherwise(claim, word, left, right):
        return False
    if word not in joins:
        return not joins and (_offered(claim.quoted, word) or not both)
    return True


def _of_two_cells(claim: Claim, left: Unit, right: Unit) -> bool:
    """Tell an `et` that joins what two cells of a row give, or two items of a list that no "ou" leads: both hold."""
    if any(mark.name == "one_of" for mark in claim.quoted.named("choice")):
        return False
    lines = [line for quote in claim.quotes for line in quote.split("\n")]
    if not any(" | " in line for line in lines) and (len(lines) < _TWO or any(map(_LED_ITEM.match, lines))):
        return False
    places = [{unit.clause for unit in claim.quoted.units if agrees(side, unit.concepts)} for side in (left, right)]
    return all(places) and places[0].isdisjoint(places[1])


def _same_thing(said: Reading, at: int, left: Unit, right: Unit) -> bool:
    """Tell a joint of a thing with itself ("européens et européens"): one of the two was exchanged."""
    beside = said.forms[at - 1 : at + 2 : 2]
    return left.position == at - 1 and right.position == at + 1 and len({stem(word) for word in beside}) == 1


def _joins_nothing(said: Reading, at: int) -> bool:
    """Tell an `ou` that leaves a list open ("ou un autre"), and an `et` that adds a statement to another."""
    if said.forms[at] == "ou" and said.forms[at + 1 : at + 3] in _OPEN:
        return True
    return _among_examples(said, at) or (said.forms[at] == "et" and _new_clause(said, at))


def _among_examples(said: Reading, at: int) -> bool:
    """Tell a joint among examples ("comme une ordonnance ou un certificat"): whichever it is, they are only some."""
    if said.forms[at + 1 : at + 3] in _OPEN:
        return False  # "et un autre" is one more, and no example
    start = max((end + 1 for end in range(at) if said.forms[end] in _STOPS), default=0)
    stretch = said.forms[start : next((end for end in range(at, len(said.forms)) if said.forms[end] in _STOPS), None)]
    return not _EXAMPLES.isdisjoint(stretch)


def _new_clause(said: Reading, at: int) -> bool:
    """Tell an `et` that adds a statement, and joins no two things ("..., et c'est le maire qui signe")."""
    left, right = _sides(said, at)
    subject = said.forms[at + 1 : at + 2] != () and said.forms[at + 1] in marker_words("clause", "pronoun")
    return subject and left is not None and right is not None and left.clause != right.clause


def _joins_otherwise(claim: Claim, word: str, left: Unit, right: Unit) -> bool:
    """Tell whether the quote joins only with the other word, and names one of the two that the sentence joins."""
    forms = claim.quoted.form_set
    if word == "ou":
        return forms.isdisjoint({"ou", "soit", "selon", "choix"}) and _beside_joint(claim.quoted, "et", left, right)
    known = agrees(left, claim.quoted.concepts) or agrees(right, claim.quoted.concepts)
    return "ou" in forms and forms.isdisjoint({"et", "ainsi", "\n", "puis"}) and known


def _beside_joint(quoted: Reading, word: str, left: Unit, right: Unit) -> bool:
    """Tell whether one of two things stands next to a joining word of the quote."""
    sides = [side for at, form in enumerate(quoted.forms) if form == word for side in _sides(quoted, at) if side]
    return any(agrees(one, side.concepts.union(*side.inner)) for side in sides for one in (left, right))


def _led(quoted: Reading, right: Unit) -> str:
    """The word that leads what `right` names in the quote, as at the head of an item ("- ou par chèque")."""
    led = {_leading(quoted.forms, unit.position) for unit in quoted.units if agrees(right, unit.concepts)}
    return next(iter(led)) if len(led) == 1 else ""


def _leading(forms: Sequence[str], at: int) -> str:
    return next((word for word in reversed(forms[max(0, at - _LED) : at]) if word in {"ou", "et"}), "")


def _between(claim: Claim, at: int) -> set[str]:
    """The words that stand in the quote between the very neighbours of a joining word."""
    said, quoted = claim.said.forms, claim.quoted.forms
    if not 0 < at < len(said) - 1:
        return set()
    triples = zip(quoted, quoted[1:], quoted[2:], strict=False)
    return {
        word for left, word, right in triples if left == said[at - 1] and right == said[at + 1] and word in {"ou", "et"}
    }


def _offered(quoted: Reading, word: str) -> bool:
    """Tell whether the quote joins anything that way; `et` may also stand for a mere list."""
    if word == "ou":
        return not quoted.form_set.isdisjoint({"ou", "soit"})
    return "ou" not in quoted.form_set or not quoted.form_set.isdisjoint({"et", "ainsi"})


def _both_quoted(claim: Claim, left: Unit, right: Unit) -> bool:
    return agrees(left, claim.quoted.concepts) and agrees(right, claim.quoted.concepts)


def _sides(reading: Reading, at: int) -> tuple[Unit | None, Unit | None]:
    left = [unit for unit in reading.units if unit.position < at]
    right = [unit for unit in reading.units if unit.position > at]
    return (left[-1] if left else None), (right[0] if right else None)


def _joins(reading: Reading, left: Unit, right: Unit) -> set[str]:
    """The words that join the two in the quote, in either order; the nearest on each side."""
    found: set[str] = set()
    for at, word in enumerate(reading.forms):
        if word not in {"ou", "et"}:
            continue
        before = [unit for unit in reading.units if unit.position < at][-_NEAR:]
        after = [unit for unit in reading.units if unit.position > at][:_NEAR]
        for one, other in ((left, right), (right, left)):
            if any(agrees(one, u.concepts) for u in before) and any(agrees(other, u.concepts) for u in after):
                found.add(word)
    return found
