"""Aids beside an answer: only pages that its document points to, that name an aid, and that have an address."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from corpus.document import DocumentKind
from corpus.store import DocumentCard, PassageStore
from ui.rights import Right, rights_beside

BIRTH = DocumentCard("k0", "F0", "fiches", DocumentKind.SHEET, "Déclaration de naissance", related=("F1", "F2", "F3"))
URL = "https://fiches.example.fr/F1"


class Cards:
    """A store of cards only, by the publisher's id."""

    def __init__(self, *titles: str) -> None:
        self.cards = {
            f"F{rank}": replace(BIRTH, key=f"F{rank}", id=f"F{rank}", title=title, url=URL if title else None)
            for rank, title in enumerate(titles, 1)
        }

    def keys_of(self, identifier: str) -> tuple[str, ...]:
        return (identifier,) if identifier in self.cards else ()

    def document(self, key: str) -> DocumentCard | None:
        return self.cards.get(key)


def beside(*titles: str, card: DocumentCard = BIRTH) -> tuple[Right, ...]:
    return rights_beside(card, cast("PassageStore", Cards(*titles)))


def test_an_aid_that_the_document_points_to_is_offered_with_its_address() -> None:
    assert beside("Prime à la naissance", "Acte de naissance") == (Right("Prime à la naissance", URL),)


def test_neither_another_word_nor_a_page_without_address_nor_one_not_pointed_to_is_offered() -> None:
    assert beside("Primeur de quartier", "", "Aider un voisin") == ()
    assert beside("Prime à la naissance", card=replace(BIRTH, related=())) == ()


def test_only_a_few_are_offered_each_once() -> None:
    many = replace(BIRTH, related=tuple(f"F{rank}" for rank in range(1, 10)))

    assert len(beside(*(f"Allocation {rank}" for rank in range(9)), card=many)) == 4
    assert len(beside(*(["Allocation"] * 9), card=many)) == 1
