"""A section that says the same values in the same order passes; anything else waits, with its before and after."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethics.canonical import digest
from ethics.levels import Level
from ethics.records import file_data
from ethics.update import Became, Piece, Update, as_page, compare, fresh_values
from ethics.values import Value
from tests.ethics.city import POLICY, City, a_city, a_manifest, codes, signed

ROOTS, INDEX = ("ab" * 32, "c1" * 32), "d1" * 32
CARD = "La carte coûte 25 €. Appelez le 3975."


def piece(text: str, document: str = "F1", place: str = "Carte perdue", *beside: str) -> Piece:
    return Piece(document, place, text, beside, digest(f"{document}{place}{text}{beside}".encode()))


def between(before: list[Piece], after: list[Piece], *kinds: str) -> Update:
    policy = replace(POLICY, corpus=replace(POLICY.corpus, waits=kinds)) if kinds else POLICY
    return compare(before, after, policy)


def test_nothing_changed_is_an_empty_update() -> None:
    update = between([piece(CARD)], [piece(CARD)])

    assert (update.changes, update.added, update.documents) == ((), 0, 1)


@pytest.mark.parametrize(
    "after",
    [
        "La carte d’identité coûte 25 €. Appelez le 3975.",
        "Appelez le 39 75. La carte coûte 25,00 euros.",
        "La carte coûte 25 €.",
        "La carte est gratuite.",
        "",
    ],
)
def test_other_words_around_the_same_values_pass(after: str) -> None:
    update = between([piece(CARD)], [piece(after)])

    assert [change.became for change in update.changes] == [Became.CHANGED]
    assert (update.waiting, update.held, update.counted()) == ((), frozenset(), {})
    assert update.passes(update.changes[0])


@pytest.mark.parametrize(
    ("after", "kind"),
    [
        ("La carte coûte 26 €. Appelez le 3975.", "amount"),
        ("La carte coûte 25 €. Appelez le 3976.", "phone"),
        ("La carte coûte 25 €. Appelez le 3975 ou le 08 99 70 12 34.", "phone"),
        ("La carte coûte 25 € puis 25 €. Appelez le 3975.", "amount"),
        (f"{CARD} Voir carte-paris.com", "url"),
        (f"{CARD} Écrivez à aide@paris.fr", "email"),
        (f"{CARD} Payez sur FR76 3000 6000 0112 3456 7890 189", "iban"),
    ],
)
def test_one_value_new_or_changed_waits_whatever_the_share(after: str, kind: str) -> None:
    others = [piece("Texte.", f"F{number}") for number in range(2, 500)]
    update = between([piece(CARD), *others], [piece(after), *others])

    assert [change.reasons for change in update.waiting] == [(kind,)]
    assert update.counted() == {kind: 1}
    assert not update.passes(update.waiting[0])


def test_two_values_exchanged_wait() -> None:
    before = piece("Adultes : 15 €. Enfants : 8 €.")

    assert between([before], [piece("Adultes : 8 €. Enfants : 15 €.")]).waiting


def test_an_address_behind_a_link_counts_as_one_in_the_text() -> None:
    before = [piece("Voir la page.", "F1", "Carte", "https://paris.fr/carte")]
    after = [piece("Voir la page.", "F1", "Carte", "https://paris-fr.top/carte")]

    assert between(before, after).waiting[0].values == (Value("url", "paris-fr.top/carte"),)


def test_an_amount_in_a_heading_counts_as_one_in_the_text() -> None:
    before, after = piece("C’est gratuit.", place="Moins de 900 €"), piece("C’est gratuit.", place="Moins de 700 €")
    update = between([before], [after])

    assert [change.became for change in update.changes] == [Became.NEW, Became.REMOVED]
    assert [change.reasons for change in update.waiting] == [("amount",)]


def test_passages_cut_otherwise_hold_the_same_values() -> None:
    before = [piece("Il faut 25 €."), piece("Appelez le 3975. Puis 10 €.")]

    assert between(before, [piece("Il faut 25 €. Appelez le 3975."), piece("Puis 10 €.")]).waiting == ()


def test_a_value_that_only_another_section_or_document_held_waits() -> None:
    before = [piece(CARD), piece("C’est gratuit.", place="Autre cas"), piece("Gratuit.", "F2")]
    elsewhere = [before[0], piece("Coûte 25 €.", place="Autre cas"), piece("Coûte 25 €.", "F2")]

    assert [(change.document, change.place) for change in between(before, elsewhere).waiting] == [
        ("F1", "Autre cas"),
        ("F2", "Carte perdue"),
    ]


@pytest.mark.parametrize(("text", "waits"), [("Un nouveau service.", False), ("Appelez le 3975.", True)])
def test_a_new_section_passes_when_it_holds_no_value(text: str, *, waits: bool) -> None:
    update = between([piece(CARD)], [piece(CARD), piece(text, place="Ensuite")])

    assert update.changes[0].became is Became.NEW
    assert bool(update.waiting) is waits


def test_a_removal_always_passes_even_beside_what_waits() -> None:
    before = [piece(CARD), piece("Sauf en août.", place="Exception"), piece("Rien.", "F2")]
    update = between(before, [piece("Coûte 99 €.")])
    removed = [change for change in update.changes if change.became is Became.REMOVED]

    assert [change.document for change in removed] == ["F1", "F2"]
    assert all(update.passes(change) for change in removed)
    assert update.held == {"F1"}
    assert between(before, []).added == 0
    assert between(before, []).touched == frozenset()


def test_one_section_that_waits_holds_its_whole_document() -> None:
    before = [piece(CARD), piece("Un texte.", place="Ensuite")]
    update = between(before, [piece("Coûte 99 €."), piece("Un autre texte.", place="Ensuite")])

    assert [update.passes(change) for change in update.changes] == [False, False]
    assert len(update.waiting) == 1


@pytest.mark.parametrize(("kinds", "waits"), [(("duration",), True), (("amount", "phone"), False)])
def test_the_policy_says_which_values_wait(kinds: tuple[str, ...], *, waits: bool) -> None:
    update = between([piece("Sous 2 mois.")], [piece("Sous 3 mois.")], *kinds)

    assert bool(update.waiting) is waits
    assert update.counted() == {"duration": 1}


VALUES = st.lists(st.sampled_from([Value("amount", "1€"), Value("amount", "2€"), Value("phone", "15")]), max_size=8)


@given(VALUES, VALUES)
def test_values_pass_exactly_when_they_stood_in_that_order(before: list[Value], after: list[Value]) -> None:
    def stood(kind: str) -> bool:
        left: Iterator[Value] = iter([value for value in before if value.kind == kind])
        return all(value in left for value in after if value.kind == kind)

    assert (fresh_values(tuple(before), tuple(after)) == ()) is (stood("amount") and stood("phone"))


# What is signed, and what a person reads.


def test_the_list_says_before_and_after_in_a_stable_form() -> None:
    update = between([piece(CARD)], [piece("La carte coûte 26 €.")])
    said = json.loads(update.listed())["waiting"]

    assert [(one["before"], one["after"], one["values"]) for one in said] == [
        (CARD, "La carte coûte 26 €.", [["amount", "26€"]])
    ]
    assert update.listed() == between([piece(CARD)], [piece("La carte coûte 26 €.")]).listed()


def test_the_page_is_read_without_knowing_our_words() -> None:
    page = as_page(between([piece(CARD)], [piece("La carte coûte 26 €."), piece("15 €", "F2")]))

    assert page.startswith("# Mise à jour du corpus : 2 changements à lire, dans 2 documents")
    assert "Nouveau, changé ou déplacé (montants) : 26€." in page
    assert f"Avant :\n\n> {CARD}\n\nAprès :\n\n> La carte coûte 26 €." in page
    assert "Avant :\n\n> (rien)\n\nAprès :\n\n> 15 €" in page


def test_what_is_signed_counts_what_changed() -> None:
    before = [piece(CARD), piece("Un texte.", "F2"), piece("Un autre.", "F3")]
    update = between(before, [piece("Coûte 26 €."), piece("Un texte changé.", "F2"), before[2]])
    snapshot = update.snapshot("ee" * 32, ROOTS, INDEX, since=frozenset({"F3", "F2"}))

    assert (snapshot.documents, snapshot.changed, snapshot.added) == (3, 3, 2)
    assert snapshot.values == {"amount": 1}
    assert snapshot.changes == digest(update.listed())
    assert between(before, before[:2]).snapshot("ee" * 32, ROOTS, INDEX).changes == ""


@pytest.fixture(scope="module")
def approved_once(tmp_path_factory: pytest.TempPathFactory) -> City:
    return a_city(tmp_path_factory.mktemp("update"))


@pytest.fixture
def city(approved_once: City, tmp_path: Path) -> City:
    return approved_once.copied(tmp_path / "copy")


def filed(city: City, update: Update, *signers: str) -> None:
    snapshot = update.snapshot(city.proposal.digest, (city.manifest.parts["passages"], ROOTS[1]), INDEX)
    city.file("snapshot", signed(snapshot.statement(), *signers))


MANY = [piece("Texte.", f"F{number}") for number in range(2, 40)]


def test_an_update_of_words_is_served_on_the_signature_of_the_corpus_key_alone(city: City) -> None:
    filed(city, between([piece(CARD), *MANY], [piece(f"{CARD} C’est tout."), *MANY]), "corpus")

    assert city.ask(a_manifest(passages=ROOTS[1], index=INDEX)).level is Level.L0


def test_a_value_is_served_once_a_person_signed_the_list_that_is_on_file(city: City) -> None:
    update = between([piece(CARD), *MANY], [piece("La carte coûte 26 €."), *MANY])
    filed(city, update, "corpus")
    alone = city.ask(a_manifest(passages=ROOTS[1], index=INDEX))
    filed(city, update, "corpus", "alice")
    unread = city.ask(a_manifest(passages=ROOTS[1], index=INDEX))
    file_data(city.folder, "changes", update.listed(), city.tick(), "changes", ".json")

    assert (alone.level, unread.level) == (Level.L3, Level.L3)
    assert "snapshot_waits" in codes(alone.findings)
    assert any("la liste de ce qu’elle a lu n’est pas au dossier" in finding.text for finding in unread.findings)
    assert city.ask(a_manifest(passages=ROOTS[1], index=INDEX)).level is Level.L0


def test_the_list_of_another_update_is_not_the_one_that_was_signed(city: City) -> None:
    update = between([piece(CARD), *MANY], [piece("La carte coûte 26 €."), *MANY])
    other = between([piece(CARD), *MANY], [piece("La carte coûte 25,50 €."), *MANY])
    file_data(city.folder, "changes", other.listed(), city.tick(), "changes", ".json")
    filed(city, update, "corpus", "alice")

    assert city.ask(a_manifest(passages=ROOTS[1], index=INDEX)).level is Level.L3
