"""Two official documents that disagree on a figure are shown as such."""

from __future__ import annotations

from dataclasses import replace

from bot.turn import Citation, Role, Sentence
from tests.bot.turns import quoted, verified
from tests.corpus.trees import text

TURN = quoted([text("La carte coûte 86 €. La carte coûte 17 €. Comptez 3 jours.", "Coût")], "Combien ?")


def said(words: str, document: str, role: Role = Role.COST, heading: str = "Coût") -> Sentence:
    citation = Citation(TURN.passages[0].ref, document, words, None, "", "", None)
    return Sentence(words, role, (citation,), heading)


def noticed(*sentences: Sentence) -> bool:
    return ("contradiction", "") in verified(replace(TURN, sentences=sentences)).notices


def test_two_documents_with_two_prices_under_one_heading_are_told() -> None:
    assert noticed(said("La carte coûte 86 €.", "F1"), said("La carte coûte 17 €.", "F2"))


def test_what_does_not_contradict_is_not_told() -> None:
    price = said("La carte coûte 86 €.", "F1")

    assert not noticed(price, said("La carte coûte 17 €.", "F1"))
    assert not noticed(price, said("La carte coûte 86 €.", "F2"))
    assert not noticed(price, said("La carte coûte 17 €.", "F2", heading="Ailleurs"))
    assert not noticed(price, said("La carte coûte 17 €.", "F2", Role.LEAD))
    assert not noticed(price, said("Comptez 3 jours.", "F2"))


def test_it_is_told_once() -> None:
    once = verified(replace(TURN, sentences=(said("La carte coûte 86 €.", "F1"), said("La carte coûte 17 €.", "F2"))))

    assert verified(once).notices == once.notices == (("contradiction", ""),)
