"""A fiche is matched whole; a file that covers many subjects is matched chapter by chapter."""

from __future__ import annotations

from datetime import date

from corpus.document import DocumentKind
from corpus.parts import parts_of
from corpus.store import DocumentCard
from corpus.units import Unit


def a_card(kind: DocumentKind) -> DocumentCard:
    return DocumentCard("d1", "d1", "s", kind, "Règlement des aides", summary="Résumé", updated=date(2020, 1, 1))


def a_unit(heading: str, body: str) -> Unit:
    return Unit("d1", (f"d1#{body}",), "Règlement des aides", heading, body)


def test_a_fiche_is_one_part_with_all_its_units() -> None:
    units = [a_unit("Coût", "a"), a_unit("Délai", "b")]

    (part,) = parts_of(4, a_card(DocumentKind.SHEET), units, first=10)

    assert (part.row, part.title, part.units) == (4, "Règlement des aides", (10, 11))


def test_each_chapter_of_a_file_is_a_part_named_by_its_last_heading() -> None:
    units = [a_unit("Titre I ; Aide au loyer", "a"), a_unit("Titre I ; Aide au loyer", "b"), a_unit("Titre II", "c")]

    parts = list(parts_of(0, a_card(DocumentKind.FILE), units, first=5))

    assert [(part.title, part.summary, part.trail) for part in parts] == [
        ("Aide au loyer", "Titre I", "Règlement des aides"),
        ("Titre II", "", "Règlement des aides"),
    ]
    assert [part.units for part in parts] == [(5, 6), (7,)]


def test_a_file_without_headings_or_without_text_is_one_part_named_by_its_title() -> None:
    (bare,) = parts_of(0, a_card(DocumentKind.FILE), [a_unit("", "a")], first=0)
    (empty,) = parts_of(0, a_card(DocumentKind.FILE), [], first=0)

    assert bare.title == empty.title == "Règlement des aides"
    assert empty.units == ()
