"""A question becomes weighted terms: its subject first, what the lexicon adds next, and its talk last."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.analyse import folded_words, term, terms
from corpus.question import (
    EXPANSION,
    TALK,
    Lexicon,
    acronym_entries,
    analyse_question,
    own_entries,
    read_entries,
)

LEXICON = Lexicon(
    {
        ("papiers",): ("carte d'identité",),
        ("piquer", "mes", "papiers"): ("vol",),
        ("appart",): ("logement",),
        ("garde",): ("droit de visite", "crèche"),
    }
)


def test_the_subject_weighs_more_than_what_is_added_and_that_more_than_talk() -> None:
    question = analyse_question("je voudrais un appart", LEXICON)

    assert question.terms[term("appart")] == 1.0
    assert question.terms[term("logement")] == EXPANSION
    assert question.terms[term("voudrais")] == TALK
    assert 1.0 > EXPANSION > TALK > 0


def test_a_word_said_and_added_keeps_the_higher_weight() -> None:
    question = analyse_question("appart logement", LEXICON)

    assert question.terms[term("logement")] == 1.0


def test_stop_words_have_no_weight() -> None:
    assert set(analyse_question("le logement de la ville", Lexicon({})).terms) == {term("logement"), term("ville")}


def test_the_words_of_the_asker_are_told_from_talk_and_from_what_was_added() -> None:
    question = analyse_question("je voudrais un appart, un grand appart", LEXICON)

    assert question.own == (term("appart"), term("grand"))


def test_the_longest_entry_wins_and_its_words_are_used_once() -> None:
    assert LEXICON.matches("On vient de me piquer mes papiers !") == [("piquer mes papiers", ("vol",))]
    assert analyse_question("piquer mes papiers", LEXICON).expansion == "vol"


@pytest.mark.parametrize("said", ["appart", "Apparts", "APPART", "l'appart"])
def test_an_entry_is_heard_in_the_plural_and_in_any_case(said: str) -> None:
    assert [entry for entry, _ in LEXICON.matches(f"cherche {said} svp")] == [folded_words(said)[-1]]


def test_every_meaning_of_an_entry_is_added_once() -> None:
    question = analyse_question("garde, garde", LEXICON)

    assert question.expansion == "droit de visite crèche"
    assert question.matched == ("garde", "garde")


def test_the_terms_of_a_translation_are_kept_by_word() -> None:
    question = analyse_question("piquer mes papiers, appart", LEXICON)

    assert question.translated[term("appart")] == {term("logement")}
    assert question.translated[term("papiers")] == {term("vol")}


@pytest.mark.parametrize("text", ["", "   ", "?!", "le de la"])
def test_a_question_without_a_word_has_no_terms(text: str) -> None:
    question = analyse_question(text, LEXICON)

    assert (question.terms, question.own, question.expansion) == ({}, (), "")


def test_entries_are_read_folded_without_header_nor_comments_and_twice_told_ones_merge(tmp_path: Path) -> None:
    path = tmp_path / "lexicon.tsv"
    path.write_text("said\tmeant\n# x\ty\nÉté\tvacances\nété\tcentre de loisirs \n\nseul\n", encoding="utf-8")

    assert read_entries(path) == {("ete",): ("vacances", "centre de loisirs")}


def test_acronyms_printed_by_the_documents_are_entries_and_words_of_talk_or_single_letters_are_not() -> None:
    printed = [("CNI", "carte nationale d'identité"), ("CNI", "autre"), ("A", "autoroute"), ("BCP", "x"), ("", "y")]

    assert acronym_entries([*printed, ("PAI", "")]) == {("cni",): ("carte nationale d'identité",)}


def test_the_lexicons_of_the_house_expand_everyday_words_of_several_languages() -> None:
    lexicon = Lexicon(own_entries())

    for said, meant in (("appart", "logement"), ("alquiler", "loyer"), ("divorce papers", "divorce")):
        assert set(terms(meant)) <= analyse_question(said, lexicon).terms.keys(), said


def test_every_entry_of_the_house_can_be_heard_and_means_something() -> None:
    lexicon = Lexicon(own_entries())
    for key, meanings in own_entries().items():
        assert any(terms(meaning) for meaning in meanings), key
        heard = lexicon.matches(" ".join(key))
        assert (" ".join(key), tuple(meanings)) in heard, key


def test_of_another_language_only_what_the_lexicon_translates_is_searched() -> None:
    lexicon = Lexicon({("rent",): ("loyer",)})

    foreign, french = (analyse_question("my son and the rent", lexicon, language) for language in ("en", "fr"))

    assert foreign.terms == {term("loyer"): 1.0}
    assert foreign.own == (term("rent"),)
    assert foreign.language == "en"
    assert french.terms[term("rent")] == 1.0


@pytest.mark.parametrize("where", ["dans le 19e", "du 12e arrondissement", "au 3ème", "à Paris 11e"])
def test_the_district_where_the_asker_lives_is_not_what_is_asked_about(where: str) -> None:
    lexicon = Lexicon({})

    assert (
        analyse_question(f"un acte de naissance, j'habite {where}", lexicon).own
        == analyse_question("un acte de naissance, j'habite à", lexicon).own
    )
    assert term("3e") in analyse_question("la prime au 3e enfant", lexicon).own


@pytest.mark.parametrize(
    ("said", "meant"),
    [("我的护照丢了", ("passeport",)), ("\u0648\u062c\u0648\u0627\u0632\u064a", ("passeport",)), ("护CNI照", None)],
)
def test_words_are_heard_inside_ideographs_and_under_arabic_clitics(said: str, meant: tuple[str, ...] | None) -> None:
    lexicon = Lexicon({("护照",): ("passeport",), ("\u062c\u0648\u0627\u0632",): ("passeport",)})

    assert [meanings for _, meanings in lexicon.matches(said)] == ([meant] if meant else [])


@given(st.text(st.characters(exclude_categories=()), max_size=120))
def test_any_text_is_analysed_the_same_twice_with_known_weights_only(text: str) -> None:
    lexicon = Lexicon(own_entries())
    question = analyse_question(text, lexicon)

    assert question == analyse_question(text, lexicon)
    assert set(question.terms.values()) <= {1.0, EXPANSION, TALK}
    assert set(question.own) <= question.terms.keys()
