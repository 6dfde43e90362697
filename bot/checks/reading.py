"""A text read for comparison: what it names, clause by clause, and the markers that carry its rule.

No grammar is parsed: a clause runs from one mark of punctuation, subordinator or coordinated subject to the next, the
same way in a sentence of the model and in its quote, so that what differs between the two stands out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from bot.checks.clauses import auxiliaries, cut_clauses
from bot.checks.units import Mark, Unit, find_marks, find_units, stays
from bot.checks.vocabulary import Word, marker_words, tokens, word_of

_NEGATION_SPAN = 12
"""Tokens between the two halves of a negation, at most ("ne sont en aucun cas")."""

_BOUND_SPAN = 7
"""Tokens after a negation among which the number that it bounds stands."""

_VERB_SPAN = 2
"""Tokens before the second half of a negation among which its verb stands."""

_AGAIN = frozenset({"aucun", "aucune", "jamais", "nul", "nulle"})
"""After a negation of the same clause, these make it stronger, and no second one."""

_CLITICS = frozenset({"s", "se", "le", "la", "l", "les", "y", "en", "lui", "leur", "vous", "peut", "peuvent", "pouvez"})
"""What may stand between `ne` and the verb that it denies."""

_NO_CONDITION = frozenset({"says"})
_DENIED = {"permission": "cannot", "obligation": "must_not"}
"""What a negation makes of a modality."""


@dataclass(slots=True)
class Clause:
    """What one clause says.

    Attributes:
        concepts: of every unit in it.
        negative: it denies, forbids, or says that something cannot be.
        turned: a word of it denies by itself ("contraire à", "l'absence de").
        undone: what it denies is a verb that itself denies ("n'empêche pas"): it affirms.
        modality: among `obligation`, `permission`, `prohibition`, `cannot`, `must_not`, `optional`, `entitled`.
        conditions: among `if`, `except`, `only`, `contrast`.
    """

    units: list[Unit] = field(default_factory=list)
    concepts: set[str] = field(default_factory=set)
    negative: bool = False
    turned: bool = False
    undone: bool = False
    modality: frozenset[str] = frozenset()
    conditions: set[str] = field(default_factory=set)
    marks: list[Mark] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text, read.

    Attributes:
        words: its tokens as written.
        forms: the same, in lower case and without accents.
        marks: the longest marker or entity at each place.
        nested: every entity named, also inside a longer name, as `table:name`.
        concepts: of every unit.
        denials: how many times it denies.
        without: a unit stands under `sans` or `non`.
    """

    words: tuple[str, ...]
    forms: tuple[str, ...]
    clauses: tuple[Clause, ...]
    units: tuple[Unit, ...]
    marks: tuple[Mark, ...]
    nested: frozenset[str]
    concepts: frozenset[str]
    form_set: frozenset[str]
    denials: int = 0
    without: bool = False

    def named(self, table: str) -> list[Mark]:
        """Return the marks of one table, in reading order."""
        return [mark for mark in self.marks if mark.table == table]


@lru_cache(maxsize=4_096)
def read(text: str) -> Reading:
    """Read a text; the same text is read once."""
    words = tokens(text)
    known = [word_of(word) for word in words]
    forms = [word.form for word in known]
    raw, nested = find_marks(forms)
    places = cut_clauses(words, forms, raw)
    units, inside = find_units(known, raw, places)
    # A set phrase has its own meaning: the markers inside it are words of it.
    marks = [Mark(*mark[:4], places[mark[2]]) for mark in raw if mark.position not in inside or stays(mark)]
    clauses = [Clause() for _ in range(max(places, default=-1) + 1)]
    for unit in units:
        clauses[unit.clause].units.append(unit)
        clauses[unit.clause].concepts.update(unit.concepts, *unit.inner)
    for mark in marks:
        clauses[mark.clause].marks.append(mark)
    for place, word in zip(places, forms, strict=True):
        clauses[place].forms.append(word)
    # An acronym is no tool word: PAS is a tax, not a negation.
    hidden = inside | {at for at, word in enumerate(words) if len(word) > 1 and word.isupper()}
    free: list[list[int]] = [[] for _ in clauses]
    for at, place in enumerate(places):
        if at not in hidden:
            free[place].append(at)
    denials = sum(_settle(clause, at, forms) for clause, at in zip(clauses, free, strict=True))
    for before, clause in pairwise(clauses):
        # "Si l'enfant y figure et que sa photo est ressemblante": one condition, of two clauses.
        if (
            "if" in before.conditions
            and clause.forms[:1] in (["et"], ["ou"])
            and clause.forms[1:2] in (["que"], ["qu"])
        ):
            clause.conditions.add("if")
    concepts = frozenset(concept for clause in clauses for concept in clause.concepts) | _of_markers(known, marks)
    return Reading(
        tuple(words),
        tuple(forms),
        tuple(clauses),
        tuple(units),
        tuple(marks),
        nested,
        concepts,
        frozenset(forms),
        denials,
        any(unit.negated for unit in units),
    )


def _of_markers(known: Sequence[Word], marks: Sequence[Mark]) -> frozenset[str]:
    """What the markers name, beside the rule they carry: an authorisation, for "autorisé"."""
    words = (word for mark in marks for word in known[mark.position : mark.end])
    return frozenset(concept for word in words for concept in word.concepts)


def _settle(clause: Clause, places: Sequence[int], forms: Sequence[str]) -> int:
    """Decide what a clause denies, obliges, allows and depends on; return how many times it denies."""
    denials, only = _negation(places, forms)
    modality = {mark.name for mark in clause.marks if mark.table == "modality"}
    eased = any(_eases(clause, mark, places, forms) for mark in clause.marks if mark.table == "negated")
    negative = denials > 0
    if negative and "prohibition" in modality:
        modality, negative = {"permission"}, False
    elif negative and eased and "permission" not in modality:
        modality, negative = {"optional"}, False
    elif negative and "optional" in modality:
        modality, negative = {"obligation"}, False
    elif negative:
        modality = {_DENIED.get(name, name) for name in modality}
    clause.negative = negative or "prohibition" in modality
    turned = marker_words("negation", "turned") | {"sans"}
    clause.turned = sum(forms[at] in turned for at in places) % 2 == 1
    clause.undone = negative and any(
        forms[at] in turned and forms[before] in marker_words("negation", "first")
        for before, at in pairwise(at for at in places if forms[at] not in _CLITICS)
    )
    clause.modality = frozenset(modality)
    clause.conditions = {
        mark.name for mark in clause.marks if mark.table == "condition" and mark.name not in _NO_CONDITION
    }
    if only:
        clause.conditions.add("only")
    return denials


def _eases(clause: Clause, mark: Mark, places: Sequence[int], forms: Sequence[str]) -> bool:
    """Tell an obligation that is itself denied ("n'est pas obligatoire") from a thing that is one, and is denied.

    "Vous ne faites pas cette déclaration obligatoire" eases nothing: what is denied stands between.
    """
    first, second = marker_words("negation", "first"), marker_words("negation", "second")
    begins = min((at for at in places if forms[at] in first), default=mark.position)
    half = max((at for at in places if begins < at < mark.position and forms[at] in second), default=-1)
    if half < 0 or mark.position == half + 1:
        return True
    # "Vous n'avez pas l'obligation de", and not "vous ne respectez pas l'obligation de".
    verbs = [at for at in places if half - _VERB_SPAN <= at < half and forms[at] in auxiliaries()]
    return bool(verbs) and not any(half < unit.position < mark.position for unit in clause.units)


def _bounds(forms: Sequence[str], half: int) -> bool:
    """Tell a negation that only bounds a number ("ne doit pas dépasser 3 mois"): it denies nothing."""
    ahead = forms[max(0, half - 1) : half + _BOUND_SPAN]
    return any(word.startswith(("depass", "exced", "dela")) for word in ahead) and any(
        word[0].isdigit() for word in ahead
    )


def _negation(places: Sequence[int], forms: Sequence[str]) -> tuple[int, bool]:
    """Return how many times a clause denies, and whether it restricts (`ne ... que`)."""
    first, second = marker_words("negation", "first"), marker_words("negation", "second")
    alone, before = marker_words("negation", "alone"), marker_words("negation", "before")
    restricts = marker_words("negation", "only")
    denials, only, skip = 0, False, -1
    for rank, at in enumerate(places):
        if at <= skip:
            continue
        if forms[at] in first:
            ahead = places[rank + 1 : rank + _NEGATION_SPAN]
            half = next((other for other in ahead if forms[other] in second or forms[other] in restricts), None)
            if half is None:
                denials += any(forms[other] in before for other in places[:rank])
            elif forms[half] in second and _bounds(forms, half):
                skip = half
            elif forms[half] in second:
                denials, skip = denials + 1, half
            else:
                only, skip = True, half
        elif forms[at] in alone and forms[at] not in {"sans", "non"} and (at == 0 or forms[at - 1] != "ou"):
            # "Il n'y a plus aucun bénéficiaire" denies once.
            denials += not (denials and forms[at] in _AGAIN)
    return denials, only
