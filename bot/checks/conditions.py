"""Conditions and exceptions: a sentence may not lose what its quote makes the rule depend on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from bot.checks.claim import Claim, agrees
from bot.checks.reading import Clause, Reading, read
from bot.checks.units import Mark, Unit
from bot.checks.vocabulary import neutral, stem
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
    if "except" in said and not quoted & {"except", "contrast", "only", "proviso"}:
        return "conditions"
    lost = any(_lost(claim, clause, said) for clause in claim.quoted.clauses if clause.conditions)
    lost = lost or not all(_named_still(claim, clause) for clause in claim.quoted.clauses if _aims(clause))
    return "conditions" if lost or not all(_sentence_kept(claim, s) for s in _exceptions(claim)) else ""


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
        return _left_out(claim, clause, named, said)
    if sum(agrees(unit, claim.said.concepts) for unit in named) < _KEPT * len(named):
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
    if "except" in clause.conditions and not marked and "contrast" not in said:
        return True
    if named and (_mostly(named, claim.asked.concepts) or _told_above(claim, named)):
        return False
    # "Certaines conditions sont à remplir" says that there are some, as "sous certaines conditions" does.
    marked = marked or ("conditions" in claim.said.form_set and "conditions" in clause.forms)
    bounded = marked or bool(claim.said.named("relation"))
    if ("proviso" in clause.conditions and not marked) or ("only" in clause.conditions and not bounded):
        return True
    above = claim.said.concepts | claim.asked.concepts | claim.around.concepts
    if sum(agrees(unit, above) for unit in named) < _KEPT_FREE * len(named):
        return True
    if named and not any(agrees(unit, claim.said.concepts) for unit in named):
        return True  # another condition of the sentence does not stand for it
    # A condition may be told by any word that links it: "quand", "pour", "passé", "une fois"...
    return bool(clause.conditions & {"if", "proviso"}) and not marked and not _stated(claim, clause, named)


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
