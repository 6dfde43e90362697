"""Conditions and exceptions: a sentence may not lose what its quote makes the rule depend on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from bot.checks.claim import Claim, agrees
from bot.checks.reading import Clause, Reading, read
from bot.checks.units import Mark, Unit
from bot.checks.vocabulary import decisive, neutral, stem
from corpus.sentences import exception_sentences

_KEPT, _KEPT_SENTENCE, _KEPT_SENTENCE_FREE = 0.5, 0.4, 0.25
"""Share of what a condition names that the sentence must still name; and of a whole sentence of exception, in a near
echo and worded otherwise."""

_KEPT_FREE = 0.5
"""The same share in a sentence worded otherwise, what the question says of the situation counted."""

_WHOLE = 0.75
"""From this share on, a condition is told by its words, whatever links them to the rest."""

_REACH = 5
"""Units after a word such as `pour` or `qui` that it may make a condition of."""

_SI = frozenset({"si", "s"})
_WHEN = frozenset({"before", "after", "from", "until", "during", "outside"})
_BINDING_WORDS = frozenset({"pour", "qui", "dont", "selon", "suivant", "avec", "sans", "sous", "etant", "ayant"})
_LED = 3
_AGE = re.compile(r"\b(?:moins|plus|agee?s?|partir|dès|entre|jusqu) (?:de |d |à )*\d+(?: et \d+)? ans\b")
"""An age that bounds whom a rule is for, in the forms of a reading."""

_CAPTION = re.compile(r"^\[[^\]]*\]\s*", re.MULTILINE)
_CASES = frozenset({"condition", "conditions", "cas", "situation", "situations", "critere", "criteres"})
_OPENS_CASE = re.compile(r"[-\s]*(?:et\s|ou\s|soit\s)*(?:si|s['’]|lorsqu|quand|en cas|sauf|avoir|être)", re.IGNORECASE)
_TRUE_MARKS = frozenset({"if", "only", "except", "proviso"})
_ONLY = frozenset({"uniquement", "seulement", "exclusivement", "que", "qu"})
_TOO = frozenset({"en", "lorsque", "lorsqu", "quand", "s", "si"})
"""After `uniquement` or `ne ... que`, these make a condition, which `si` alone also says."""


def conditions(claim: Claim) -> str:
    """Return `conditions` when a condition, an exception or a restriction of the quotes is lost, or one is added."""
    said = {name for clause in claim.said.clauses for name in clause.conditions}
    quoted = {name for clause in claim.quoted.clauses for name in clause.conditions}
    one_of = any(mark.name == "one_of" for mark in claim.quoted.named("choice"))
    if "only" in said and "only" not in quoted and not (one_of and "suffit" in claim.said.form_set):
        return "conditions"
    if "except" in said and not quoted & {"except", "contrast", "only", "proviso"} and not _needs(claim):
        return "conditions"
    if not _without_kept(claim) or not _meant_still(claim):
        return "conditions"
    lost = any(_lost(claim, clause, said) for clause in _ruling(claim) if clause.conditions)
    lost = lost or not all(_named_still(claim, clause) for clause in claim.quoted.clauses if _aims(clause))
    lost = lost or (not claim.echo and _added(claim))
    return "conditions" if lost or not all(_sentence_kept(claim, s) for s in _exceptions(claim)) else ""


def _without_kept(claim: Claim) -> bool:
    """Tell whether the sentence still names what the quote does not allow without ("pas sans l'accord du maire")."""
    told = claim.said.concepts | claim.asked.concepts
    return not any(
        _mostly(clause.units, claim.said.concepts) and not any(agrees(unit, told) for unit in needed)
        for clause, needed in _needs(claim)
    )


def _needs(claim: Claim) -> list[tuple[Clause, list[Unit]]]:
    """The clauses of the quotes that deny, each with what it does not allow without."""
    denying = [clause for clause in claim.quoted.clauses if clause.negative]
    found = [(clause, [unit for unit in clause.units if unit.negated]) for clause in denying]
    return [(clause, needed) for clause, needed in found if needed]


def _meant_still(claim: Claim) -> bool:
    """Tell whether the sentence, the question or what stands above the quote still says whom the rule is for.

    "Gratuit pour les moins de 26 ans" is not free; "gratuit pour les personnes handicapées" neither.
    """
    told = claim.said.nested | claim.asked.nested | claim.around.nested
    aged = any(_AGE.search(" ".join(heard.forms)) for heard in (claim.said, claim.asked, claim.around))
    near = {id(clause): clause for nearest in claim.matched for clause in nearest}
    for clause in near.values():
        if not aged and _AGE.search(" ".join(clause.forms)):
            return False
        whom = [mark for mark in clause.marks if mark.table == "person" and _is_for(claim.quoted, mark)]
        if whom and not any(f"person:{mark.name}" in told for mark in whom):
            return False
    return True


def _is_for(quoted: Reading, mark: Mark) -> bool:
    """Tell whom a rule is for ("pour les étudiants", "réservé aux étudiants") from one who acts in it."""
    before = quoted.forms[max(0, mark.position - _LED) : mark.position]
    return before[:1] in (("pour",), ("reserve",), ("reservee",)) or before[-2:-1] == ("pour",)


def _ruling(claim: Claim) -> list[Clause]:
    """The clauses of the quotes that may bind the sentence.

    What a table is called binds none of its cells; a condition inside an item of a list binds that item alone; one that
    "ou" adds makes one more case, but after an exception.
    """
    lines = [line for quote in claim.quotes for line in quote.split("\n")]
    kept = [_CAPTION.sub("", line) if " | " in line else line for line in lines if not _other_item(claim, line, lines)]
    quoted = claim.quoted if kept == lines else read("\n".join(kept))
    excepted = any(clause.conditions & {"except", "only"} for clause in quoted.clauses)
    added = {
        mark.clause
        for mark in quoted.named("condition")
        if not excepted and quoted.forms[mark.position - 1 : mark.position] == ("ou",)
    }
    return [clause for rank, clause in enumerate(quoted.clauses) if rank not in added]


def _other_item(claim: Claim, line: str, lines: Sequence[str]) -> bool:
    """Tell an item of a list of things that the sentence does not speak of: nothing that it alone names is said."""
    if not line.startswith("-") and not any(other.startswith("-") for other in lines):
        return False
    if _names_cases(lines[0]) or line is lines[0] or _OPENS_CASE.match(line):
        return False
    others = {concept for other in lines if other is not line for concept in read(other).concepts}
    own = [unit for unit in _named(read(line).units) if not agrees(unit, others)]
    return bool(own) and not any(agrees(unit, claim.said.concepts) for unit in own)


def _names_cases(opening: str) -> bool:
    """Tell the opening of a list of conditions, each of which counts, from that of a list of things."""
    heard = read(opening)
    return bool(heard.named("condition")) or not _CASES.isdisjoint(heard.form_set)


def _aims(clause: Clause) -> bool:
    """Tell an aim put first ("Pour voter, ..."): the rule is for who has it."""
    return clause.forms[:1] == ["pour"] and clause.forms[-1] == ","


def _named_still(claim: Claim, clause: Clause) -> bool:
    """Tell whether the sentence, or what stands above its quote, names an aim."""
    named = _named(clause.units)
    above = claim.said.concepts | claim.around.concepts | claim.asked.concepts
    return sum(agrees(unit, above) for unit in named) >= _KEPT * len(named)


def _lost(claim: Claim, clause: Clause, said: set[str]) -> bool:
    """Tell whether the sentence leaves out what a clause of the quote makes the rule depend on."""
    named = _named(clause.units)
    if not claim.echo:
        return _undecided(claim, named) or _left_out(claim, clause, named, said)
    kept = sum(agrees(unit, claim.said.concepts) for unit in named)
    if _undecided(claim, named) or kept < _KEPT * len(named):
        return True
    negative = any(other.negative for other in claim.said.clauses)
    if "only" in clause.conditions and "only" not in said and not _only_if(clause, said):
        return True
    if "proviso" in clause.conditions and not said & {"proviso", "if", "only"}:
        return True
    if "except" in clause.conditions and not said & {"except", "contrast"} and not ("if" in said and negative):
        return True
    return bool(clause.conditions & {"if", "proviso"}) and not _carried(claim, clause, named)


def _left_out(claim: Claim, clause: Clause, named: Sequence[Unit], said: set[str]) -> bool:
    """Tell the same of a sentence worded otherwise: the words of the condition matter less than that there is one.

    What the asker said of the situation ("I am a student...") need not be said again.
    """
    marked = bool(said & _TRUE_MARKS)
    if "except" in clause.conditions and (_general(claim, named) or not (marked or "contrast" in said)):
        return not _general(claim, named)
    if named and (_mostly(named, claim.asked.concepts) or _told_above(claim, named)):
        return False
    # "Certaines conditions sont à remplir" says that there are some, as "sous certaines conditions" does.
    marked = marked or ("conditions" in claim.said.form_set and "conditions" in clause.forms)
    bounded = marked or bool(claim.said.named("relation"))
    if ("proviso" in clause.conditions and not marked) or ("only" in clause.conditions and not bounded):
        return True
    above = claim.said.concepts | claim.asked.concepts | claim.around.concepts
    kept = sum(agrees(unit, above) for unit in named) >= _KEPT_FREE * len(named)
    # Another condition of the sentence does not stand for this one.
    if not kept or (named and not any(agrees(unit, claim.said.concepts) for unit in named)):
        return True
    # A condition may be told by any word that links it: "quand", "pour", "passé", "une fois"...
    return bool(clause.conditions & {"if", "proviso"}) and not marked and not _stated(claim, clause, named)


def _undecided(claim: Claim, named: Sequence[Unit]) -> bool:
    """Tell a condition without its word that decides ("définitivement"): half of it is not the condition."""
    told = claim.said.concepts | claim.asked.concepts
    return any(not u.entity and stem(u.word) in decisive() and not agrees(u, told) for u in named)


def _added(claim: Claim) -> bool:
    """Tell a condition ("si...") that neither the quotes nor the question know, however they may say one."""
    if any(clause.conditions for clause in claim.quoted.clauses) or any(
        mark.table == "quantity" or mark.name in _WHEN for mark in claim.quoted.marks
    ):
        return False
    if not _BINDING_WORDS.isdisjoint(claim.quoted.form_set):
        return False
    for clause in claim.said.clauses:
        if "if" in clause.conditions and not _SI.isdisjoint(clause.forms):
            named = _named(clause.units)
            if named and not _mostly(named, claim.asked.concepts):
                return True
    return False


def _general(claim: Claim, named: Sequence[Unit]) -> bool:
    """Tell "sauf exceptions", which names none, said as "en général"."""
    general = any(mark.name == "some" for mark in claim.said.named("quantity"))
    return (
        general
        and bool(named)
        and all("=exception" in unit.concepts or stem(unit.word) == stem("exception") for unit in named)
    )


def _stated(claim: Claim, clause: Clause, named: Sequence[Unit]) -> bool:
    """Tell whether what the condition alone names is in the sentence, as its subject or a complement."""
    others = {concept for other in claim.quoted.clauses if other is not clause for concept in other.concepts}
    own = [unit for unit in named if not agrees(unit, others)] or list(named)
    return bool(own) and sum(agrees(unit, claim.said.concepts) for unit in own) >= _KEPT * len(own)


def _only_if(clause: Clause, said: set[str]) -> bool:
    """Tell a restriction that is a condition ("uniquement en cas de", "ne ... que si"), kept as a condition."""
    return "if" in said and any(
        word in _ONLY and clause.forms[at + 1 : at + 2] in ([], *([too] for too in _TOO))
        for at, word in enumerate(clause.forms)
    )


def _carried(claim: Claim, clause: Clause, named: Sequence[Unit]) -> bool:
    """Tell whether a clause or a complement of the sentence states the condition, and not the rest of it by chance.

    What the condition alone names is what counts: "if you are a refugee" is not said by the name of an office.
    """
    others = {concept for other in claim.quoted.clauses if other is not clause for concept in other.concepts}
    own = [unit for unit in named if not agrees(unit, others)]
    if not named:
        # "si besoin", "si vous êtes dans l'un des cas suivants": told by its mark alone.
        return len(_marked(claim.said)) >= len(_marked(claim.quoted))
    if any(_mostly(named, other.concepts) for other in _marked(claim.said)):
        return True
    if own:
        # What the condition alone names is in the sentence: its subject ("les étudiants..."), or a complement.
        kept = sum(agrees(unit, claim.said.concepts) for unit in own)
        if kept < _KEPT * len(own) or kept >= _WHOLE * len(own):
            return kept >= _WHOLE * len(own)
    if any(not own or any(agrees(unit, other.concepts) for unit in own) for other in _marked(claim.said)):
        return True
    says = (mark for mark in claim.said.named("condition") if mark.name == "says")
    return any(_stated_after(claim, mark, own or named) for mark in says)


def _mostly(units: Sequence[Unit], concepts: set[str] | frozenset[str]) -> bool:
    return sum(agrees(unit, concepts) for unit in units) >= _KEPT * len(units)


def _told_above(claim: Claim, units: Sequence[Unit]) -> bool:
    """Tell whether the question and what stands above the quote say together nearly all that a condition names."""
    above = claim.asked.concepts | claim.around.concepts
    return sum(agrees(unit, above) for unit in units) >= _WHOLE * len(units)


def _marked(reading: Reading) -> list[Clause]:
    return [clause for clause in reading.clauses if clause.conditions & _TRUE_MARKS]


def _stated_after(claim: Claim, mark: Mark, named: Sequence[Unit]) -> bool:
    after = [unit for unit in claim.said.units if unit.position >= mark.position][:_REACH]
    concepts = {concept for unit in after for concept in (*unit.concepts, *(c for inner in unit.inner for c in inner))}
    return sum(agrees(unit, concepts) for unit in named) >= _KEPT * len(named)


def _exceptions(claim: Claim) -> list[str]:
    return [sentence for quote in claim.quotes for sentence in _exceptions_in(quote)]


@lru_cache(maxsize=4_096)
def _exceptions_in(quote: str) -> tuple[str, ...]:
    return exception_sentences(quote)


def _sentence_kept(claim: Claim, sentence: str) -> bool:
    named = _named(read(sentence).units)
    kept = _KEPT_SENTENCE if claim.echo else _KEPT_SENTENCE_FREE
    said = claim.said.concepts
    if not claim.echo and _marked(claim.said):
        # The condition itself stands in the sentence: of the rule, what was asked need not be said again.
        said = said | claim.asked.concepts | claim.around.concepts
    return sum(agrees(unit, said) for unit in named) >= kept * len(named)


def _named(units: Sequence[Unit]) -> list[Unit]:
    return [unit for unit in units if stem(unit.word) not in neutral()]
