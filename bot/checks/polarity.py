"""Negation and modality: what the quote denies, obliges, allows or forbids, the sentence must too, clause by clause."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from bot.checks.claim import Claim, agrees
from bot.checks.reading import Clause, Reading
from bot.checks.units import Mark, Unit

_DIRECT = re.compile(r"^(?!chez$|assez$|nez$|rez$)\w{2,}ez$")
_OPEN = frozenset({"=autoriser", "=beneficier", "=accessible", "=accessible_", "=eligible", "=choisir"})
"""What is given or open to the reader: it may be said with `pouvoir`, never with `devoir`."""

_CONTRARY = frozenset(
    (word, link)
    for word in ("contraire", "contraires", "incapacite", "incapable")
    for link in ("à", "au", "aux", "de", "d")
)
"""How the quote says what something is not ("contraire à votre intérêt")."""
_DENYING = frozenset({"prohibition", "optional"})

_THOSE = frozenset({"celui", "celle", "ceux", "celles", "personne", "personnes"})
"""Before `qui`, these make it say who is meant."""

_SUBJECT = 1
"""Tokens after the first word that means something in a clause, at which its subject still stands."""

_COVERED = 0.6
"""From this share of its words on, a denied clause of the quote counts as said, and must be denied there too."""


_TOLD = 0.34
"""The same share of a sentence worded otherwise that denies nothing at all."""

_NO = frozenset({"sans", "non", "jamais", "aucun", "aucune", "rien", "personne", "nul", "nulle"})

_REPEATED = 0.85
"""From this share of the words of its quote on, a sentence that denies fewer things than it has lost a negation."""


def negation(claim: Claim) -> str:
    """Return `negation` when a clause affirms what its quote denies, or the other way round."""
    for clause, nearest in zip(claim.said.clauses, claim.matched, strict=True):
        if clause.negative and clause.units and not nearest:
            return "negation"
        against = _ruling(clause, nearest, claim) or (claim.quoted.clauses if clause.negative else ())
        if not against or _aside(clause) or (clause.conditions and not clause.negative and not _conditional(against)):
            continue
        if _restricts(claim, clause):
            continue
        if all(_turns(clause, other) for other in against):
            return "negation"
    if _without_reason(claim) or _turned_back(claim) or _denial_lost(claim):
        return "negation"
    if claim.said.denials > claim.quoted.denials + _denied_in_a_word(claim.quoted):
        return "negation"
    if claim.said.denials + _denied_in_a_word(claim.said) < claim.quoted.denials and _says_all(claim):
        return "negation"
    kept = all(_still_denied(claim, clause) for clause in claim.quoted.clauses if clause.negative)
    return "" if kept and all(_same_side(unit, claim) for unit in claim.said.units) else "negation"


def _restricts(claim: Claim, clause: Clause) -> bool:
    """Tell the relative clause that says who is meant ("celui qui conduit"): affirmative, it states no fact."""
    if clause.negative or clause.forms[:1] != ["qui"] or not clause.units:
        return False
    first = clause.units[0].position
    opens = next((at for at in range(first, -1, -1) if claim.said.forms[at] == "qui"), 0)
    return opens > 0 and claim.said.forms[opens - 1] in _THOSE


def _ruling(clause: Clause, nearest: Sequence[Clause], claim: Claim) -> Sequence[Clause]:
    """Return what a statement is held against: where it gathers a condition and its rule, the rule."""
    if clause.conditions or not nearest or not _all_conditional(nearest):
        return nearest
    rules = [
        other
        for other in claim.quoted.clauses
        if not other.conditions and any(agrees(unit, other.concepts) for unit in clause.units)
    ]
    return rules or nearest


def _all_conditional(clauses: Sequence[Clause]) -> bool:
    return all(clause.conditions for clause in clauses)


def _turns(said: Clause, quoted: Clause) -> bool:
    """Tell whether one of two clauses affirms what the other denies: a word of it may deny as a negation does.

    "Contraire à votre intérêt" is "pas dans votre intérêt"; "ne pas refuser" is no refusal.
    """
    if said.negative == quoted.negative:
        return False
    if (said.undone and not quoted.turned) or (quoted.undone and not said.turned):
        return False  # "n'empêche pas l'exécution" affirms, as "continue de s'appliquer" does
    return said.turned == quoted.turned or (said.turned if said.negative else quoted.turned)


def _without_reason(claim: Claim) -> bool:
    """Tell a `sans` or a `non` of the sentence where its quote denies nothing at all."""
    denies = claim.quoted.without or any(clause.negative or clause.turned for clause in claim.quoted.clauses)
    denies = denies or claim.quoted.denials + _denied_in_a_word(claim.quoted) > 0
    spoken = sum("sans" in unit.word.split(" ") for unit in claim.said.units)
    without = claim.said.forms.count("sans") > spoken or any(unit.negated for unit in claim.said.units)
    return without and not denies


def _turned_back(claim: Claim) -> bool:
    """Tell a sentence that denies nothing at all of a quote that says what is the contrary of something."""
    denies = any(clause.negative or clause.turned or clause.modality & _DENYING for clause in claim.said.clauses)
    contrary = any(pair in _CONTRARY for pair in pairwise(claim.quoted.forms))
    return contrary and not denies and not claim.said.without


def _conditional(clauses: Sequence[Clause]) -> bool:
    """Tell whether a clause states a condition: one that the sentence adds its words to may deny what follows it."""
    return any(clause.conditions - {"contrast"} for clause in clauses)


def _denied_in_a_word(quoted: Reading) -> int:
    """How many times the quote denies without `ne ... pas`: forbidden, optional, without."""
    words = sum(mark.name in {"prohibition", "optional"} for mark in quoted.named("modality"))
    return words + sum(word in {"sans", "non"} for word in quoted.forms) + sum(c.turned for c in quoted.clauses)


def _says_all(claim: Claim) -> bool:
    """Tell a sentence that repeats its quote, or nearly."""
    said = sum(agrees(unit, claim.said.concepts) for unit in claim.quoted.units)
    return said >= _REPEATED * len(claim.quoted.units)


def _still_denied(claim: Claim, clause: Clause) -> bool:
    """Tell whether what a clause of the quote denies is left out of the sentence, or denied in it."""
    shared = [unit for unit in clause.units if agrees(unit, claim.said.concepts)]
    if not clause.units or len(shared) < _COVERED * len(clause.units):
        return True
    denying = [
        other
        for other in claim.said.clauses
        if other.negative or other.turned or other.modality & {"optional", "prohibition"}
    ]
    return any(agrees(unit, other.concepts) for other in denying for unit in shared)


def _denial_lost(claim: Claim) -> bool:
    """Tell a sentence worded otherwise that denies nothing of a rule that denies."""
    return not claim.echo and _affirms(claim) and any(_told(claim, clause) for clause in claim.quoted.clauses)


def _affirms(claim: Claim) -> bool:
    """Tell a sentence that denies nothing, in any way."""
    said = claim.said
    denying = {"optional", "prohibition", "cannot", "must_not"}
    return (
        not any(clause.negative or clause.turned or clause.modality & denying for clause in said.clauses)
        and _NO.isdisjoint(said.form_set)
        and not said.without
        and not any(mark.name == "only" for mark in said.named("condition"))
    )


def _told(claim: Claim, clause: Clause) -> bool:
    """Tell a rule of the quote that denies, and that the sentence tells at least in part."""
    if not clause.negative or clause.undone or clause.conditions or not clause.units:
        return False
    told = sum(agrees(unit, claim.said.concepts) for unit in clause.units)
    # "Non : ..." before a statement that affirms all: what it says no to is what the quote denies.
    return told > 0 if claim.no else told >= _TOLD * len(clause.units)


def _aside(clause: Clause) -> bool:
    """Tell an affirmative clause that states no fact: an aim ("Pour vous marier"), or a word or two."""
    return not clause.negative and (clause.forms[:1] == ["pour"] or (len(clause.units) < 2 and not clause.conditions))


def _same_side(unit: Unit, claim: Claim) -> bool:
    """Tell whether a word under `sans` or `non` is so in the quote, and the other way round."""
    if unit.entity or not (unit.negated or claim.quoted.without):
        return True
    twins = [other for other in claim.quoted.units if agrees(unit, other.concepts.union(*other.inner))]
    if not twins:
        return True
    denied = unit.negated or claim.said.clauses[unit.clause].negative
    if unit.negated:
        return any(other.negated or claim.quoted.clauses[other.clause].negative for other in twins)
    if _unless(claim, twins):
        return True
    return denied or not all(other.negated for other in twins)


def _unless(claim: Claim, twins: Sequence[Unit]) -> bool:
    """Tell an exception said for a double denial: "not without his consent" is "not unless he consents"."""
    excepted = any(clause.conditions & {"except", "only"} for clause in claim.said.clauses)
    return excepted and all(claim.quoted.clauses[other.clause].negative for other in twins if other.negated)


def modality(claim: Claim) -> str:
    """Return `modality` when an obligation, a possibility or a prohibition is not that of the quote."""
    said, quoted = (Counter(mark.name for mark in r.named("modality")) for r in (claim.said, claim.quoted))
    for gained, lost in (("obligation", "permission"), ("permission", "obligation")):
        if said[gained] > quoted[gained] and said[lost] < quoted[lost]:
            return "modality"
    if _prefers(claim.quoted) and not _prefers(claim.said) and said["obligation"] > 0:
        return "modality"  # "de préférence" is no obligation
    if _alone(claim.said) == _alone(claim.quoted) != "":
        return ""
    for clause, nearest in zip(claim.said.clauses, claim.matched, strict=True):
        if not clause.modality and _aside(clause):
            continue
        against = nearest or (claim.quoted.clauses if clause.modality else ())
        if clause.conditions and not clause.modality and not _conditional(against):
            continue
        if against and not any(_same_force(clause, other, free=not claim.echo) for other in against):
            return "modality"
    return ""


def _prefers(reading: Reading) -> bool:
    return any(mark.name == "prefer" for mark in reading.named("quantity"))


def _alone(reading: Reading) -> str:
    """Return the only modality of a text; empty when there are several, or none."""
    found = [name for clause in reading.clauses for name in clause.modality]
    return found[0] if len(found) == 1 else ""


def _same_force(said: Clause, quoted: Clause, *, free: bool) -> bool:
    given = not _OPEN.isdisjoint(quoted.concepts)
    bound = quoted.modality & {"permission", "optional", "prohibition", "cannot", "must_not"}
    allowed = {
        "entitled": True,
        "obligation": "obligation" in quoted.modality or not (bound or given),
        "permission": bool(quoted.modality & {"permission", "optional", "entitled"}) or given,
        "prohibition": bool(quoted.modality & {"prohibition", "cannot", "must_not"}),
        "cannot": bool(quoted.modality & {"prohibition", "cannot"}) or (quoted.negative and not bound),
        "must_not": bool(quoted.modality & {"prohibition", "must_not"}) or (quoted.negative and not bound),
        # "Il en est dispensé" says that the rule does not apply to him.
        "optional": "optional" in quoted.modality or (quoted.negative and not quoted.modality),
    }
    if not all(allowed[name] for name in said.modality):
        return False
    if {"permission", "obligation"} <= quoted.modality and said.modality == {"obligation"}:
        return False  # "peut exiger" is not "doit"
    spared = "optional" in quoted.modality and "obligation" not in quoted.modality
    if spared and not said.modality & {"optional", "permission"}:
        return False
    if quoted.modality & {"prohibition", "cannot", "must_not"} and not said.negative:
        return False
    lost = "permission" in quoted.modality and not said.modality and "obligation" not in quoted.modality
    return not lost or _directs(said) or (free and not _decides(said))


def _decides(clause: Clause) -> bool:
    """Tell a clause in which an authority acts: what it may do, it need not. A resident may always not do it."""
    opens = clause.forms[:_SUBJECT]
    return any(mark.table == "authority" and _starts(mark, clause) for mark in clause.marks) and bool(opens)


def _starts(mark: Mark, clause: Clause) -> bool:
    first = min((unit.position for unit in clause.units), default=mark.position)
    return mark.position <= first + _SUBJECT


def _directs(clause: Clause) -> bool:
    """Tell an advice in the imperative ("Demandez...") from a statement: it leaves the reader free."""
    return "vous" not in clause.forms[:2] and any(_DIRECT.match(word) for word in clause.forms)
