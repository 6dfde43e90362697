"""What `cite` keeps, rejects and rebuilds, case by case."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.cite import cite, cite_draft, weave
from bot.turn import Citation, Draft, Origin, Role, Sentence, Status, Turn
from corpus.document import Link
from tests.bot.turns import quoted
from tests.corpus.trees import TODAY, cut, text

BLOCKS = (text("Elle coûte 86 €. Présentez une photo.", "Coût", "Tarif"), text("Signez en mairie.", "Où"))
PASSAGES = cut(BLOCKS)
STRANGER = cut([text("Le passeport coûte 96 €.", "Coût")], "F2")[0]
PRICE = Draft("Elle coûte 86 €.", (1,), ("Elle coûte 86 €.",), Role.COST)
EMPTY = Draft(" ", (1,), ("Elle coûte 86 €.",))


def turn_of(*drafts: Draft, **change: object) -> Turn:
    turn = Turn("?", TODAY, status=Status.ANSWERED, numbered=PASSAGES, draft=drafts, passages=PASSAGES)
    return replace(turn, **change)  # type: ignore[arg-type]


def test_good_and_bad_drafts_go_each_their_way_and_earlier_rejections_are_kept() -> None:
    turn = cite(turn_of(EMPTY, PRICE, EMPTY, rejected=(("plus tôt", "empty"),)))

    assert [sentence.text for sentence in turn.sentences] == [PRICE.text]
    assert turn.rejected == (("plus tôt", "empty"), (" ", "empty"), (" ", "empty"))
    assert turn.status is Status.ANSWERED


def test_a_quoted_answer_survives_a_draft_of_which_nothing_holds() -> None:
    said = quoted(BLOCKS, "Combien ?")

    turn = cite(replace(said, numbered=PASSAGES, draft=(EMPTY,)))

    assert (turn.sentences, turn.status) == (said.sentences, said.status)


def test_the_whole_citation_is_rebuilt_from_the_passage() -> None:
    known = replace(PASSAGES[0], url="https://example.fr", updated=TODAY, page=3)

    sentence, reason = cite_draft(PRICE, turn_of(numbered=(known,)))

    assert sentence is not None
    (citation,) = sentence.citations
    assert reason == ""
    assert (citation.url, citation.updated, citation.page, citation.title) == ("https://example.fr", TODAY, 3, "Carte")
    assert (citation.document, citation.path) == ("F1", known.heading)
    assert (sentence.role, sentence.origin, sentence.heading) == (Role.COST, Origin.MODEL, "Tarif")


def test_a_sentence_stands_under_the_heading_of_what_it_cites_first() -> None:
    first, _ = cite_draft(Draft("x", (2, 1), ("Signez en mairie.", "Elle coûte 86 €.")), turn_of())
    bare, _ = cite_draft(PRICE, turn_of(numbered=(replace(PASSAGES[0], path=()),)))

    assert first is not None
    assert bare is not None
    assert [c.passage for c in first.citations] == [PASSAGES[1].ref, PASSAGES[0].ref]
    assert (first.heading, bare.heading) == ("Où", "")


def test_one_proof_given_twice_is_one() -> None:
    sentence, _ = cite_draft(Draft("x", (1, 1), ("Elle coûte", "coûte 86 €.")), turn_of())

    assert sentence is not None
    assert [c.quote for c in sentence.citations] == ["Elle coûte 86 €."]


def test_a_number_without_a_quote_and_a_quote_without_a_number_prove_nothing() -> None:
    assert cite_draft(Draft("x", (1, 2), ("Elle coûte 86 €.",)), turn_of())[1] == ""
    assert cite_draft(Draft("x", (1,), ()), turn_of()) == (None, "no_citation")
    assert cite_draft(Draft("x", (), ("Elle coûte 86 €.",)), turn_of()) == (None, "no_citation")


def test_the_last_passage_given_may_be_cited_and_the_next_one_may_not() -> None:
    assert cite_draft(Draft("x", (2,), ("Signez en mairie.",)), turn_of())[1] == ""
    assert cite_draft(Draft("x", (3,), ("Signez en mairie.",)), turn_of()) == (None, "unknown_passage")


def test_a_passage_out_of_place_is_left_out_and_its_reason_given_when_nothing_else_proves() -> None:
    mixed = turn_of(numbered=(*PASSAGES, STRANGER))
    stray = "Le passeport coûte 96 €."

    assert cite_draft(Draft("x", (3,), (stray,)), mixed) == (None, "other_document")
    sentence, reason = cite_draft(Draft("x", (3, 1), (stray, "Elle coûte 86 €.")), mixed)
    assert sentence is not None
    assert ([c.document for c in sentence.citations], reason) == (["F1"], "")
    # The reason told is that of the last one looked at.
    assert cite_draft(Draft("x", (3, 9), (stray, "x")), mixed) == (None, "unknown_passage")
    assert cite_draft(Draft("x", (9, 3), ("x", stray)), mixed) == (None, "other_document")


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ((Link("une photo", "https://a.fr"), Link("photo", "https://b.fr")), "https://a.fr"),
        ((Link("", "https://a.fr"), Link("photo", "https://b.fr")), "https://b.fr"),
        ((Link("photo", ""), Link("une photo", "https://b.fr")), "https://b.fr"),
        ((Link("86 €", "https://a.fr"),), ""),
        ((), ""),
    ],
)
def test_the_address_is_the_first_whose_words_are_quoted(links: tuple[Link, ...], expected: str) -> None:
    linked = replace(PASSAGES[0], links=links)

    sentence, _ = cite_draft(Draft("x", (1,), ("Présentez une photo.",)), turn_of(numbered=(linked,)))

    assert sentence is not None
    assert sentence.link == expected


def test_of_several_places_that_hold_a_quote_the_one_nearest_the_words_is_cited() -> None:
    major, minor = "Pour un majeur, présentez une photo ici.", "Pour un mineur, présentez une photo là."
    twice = cut([text(f"{major} {minor}", "Où")])

    for whole in (major, minor):
        sentence, _ = cite_draft(Draft(whole, (1,), ("présentez une photo",)), turn_of(numbered=twice, passages=twice))

        assert sentence is not None
        assert [citation.quote for citation in sentence.citations] == [whole]


@pytest.mark.parametrize(("days", "old"), [(0, False), (1, True)])
def test_a_citation_tells_whether_its_figures_are_old_on_the_day_of_the_answer(days: int, *, old: bool) -> None:
    limited = replace(PASSAGES[0], figures_until=TODAY)

    sentence, _ = cite_draft(PRICE, turn_of(numbered=(limited,), day=TODAY + timedelta(days=days)))

    assert sentence is not None
    assert [citation.figures_are_old for citation in sentence.citations] == [old]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Elle \n coûte\t86 €.", "Elle coûte 86 €."),
        ("Elle\u00a0coûte\x0086 €.", "Elle coûte86 €."),
        ("E\u0301tat", "État"),
        ("X\ud800Y\ue000Z", "XYZ"),
    ],
)
def test_what_is_read_is_composed_seen_and_folded(written: str, read: str) -> None:
    sentence, _ = cite_draft(replace(PRICE, text=written), turn_of())

    assert sentence is not None
    assert sentence.text == read


def a_quote(words: str, role: Role, *quotes: str) -> Sentence:
    return Sentence(words, role, tuple(Citation("p", "F1", quote, None, "", "", None) for quote in quotes or (words,)))


@pytest.mark.parametrize("role", list(Role))
def test_only_precautions_cases_and_addresses_are_said_again(role: Role) -> None:
    made = a_quote("Autrement.", Role.LEAD, "Avant. Signez  ici. Après.")
    again, other = a_quote("Signez ici.", role), a_quote("Payez.", role)
    kept = role in {Role.CAUTION, Role.CASE, Role.ONLINE}

    assert weave([made], [again, other]) == ((made, again, other) if kept else (made, other))
