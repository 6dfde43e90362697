"""French words meet whatever their elision, accents, inflection and case; words without subject are left out."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus import analyse
from corpus.analyse import (
    LEXICON,
    conversational_words,
    fold,
    folded_words,
    stop_words,
    term,
    terms,
    words,
)

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=80)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Été à Noël, ça DÛ", "ete a noel, ca du"),
        ("Œuvre et ægilops", "oeuvre et aegilops"),
        ("l’été", "l'ete"),
        ("Łódź, Ångström", "łodz, angstrom"),
        ("", ""),
    ],
)
def test_folding_drops_case_accents_ligatures_and_curly_apostrophes(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(ANY_TEXT)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize("apostrophe", ["'", "’"])
def test_elided_articles_are_not_words(apostrophe: str) -> None:
    text = f"l{apostrophe}acte qu{apostrophe}on demande jusqu{apostrophe}à demain, aujourd{apostrophe}hui"

    assert words(text) == ["acte", "on", "demande", "à", "demain", "aujourd", "hui"]


def test_words_keep_their_accents_and_folded_words_do_not() -> None:
    assert words("État_civil : 3 Élèves") == ["état", "civil", "3", "élèves"]
    assert folded_words("État_civil : 3 Élèves") == ["etat", "civil", "3", "eleves"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("la demande", "des demandes"),
        ("renouveler", "renouvelée"),
        ("L'IDENTITÉ", "identité"),
        ("l’école", "les écoles"),
        ("mariage", "mariages"),
    ],
)
def test_inflections_of_a_word_give_one_term(one: str, other: str) -> None:
    assert terms(one) == terms(other) != []


def test_terms_are_in_reading_order_with_repetitions_and_without_stop_words() -> None:
    found = terms("Le passeport de l'enfant, et le passeport de la mère")

    assert found == [term("passeport"), term("enfant"), term("passeport"), term("mère")]


def test_a_stop_word_has_no_term_whatever_its_accents() -> None:
    assert term("été") == term("ete")
    assert [term(word) for word in ("le", "à", "a", "où")] == ["", "", "", ""]


def test_the_words_of_both_lists_are_folded_single_words() -> None:
    for listed in (stop_words(), conversational_words()):
        assert listed
        for word in listed:
            assert folded_words(word) == [word]


def test_the_lists_hold_no_word_that_names_a_subject() -> None:
    subjects = {"carte", "passeport", "mairie", "enfant", "mariage", "logement", "vol", "perte", "mort", "bruit"}

    assert not subjects & (stop_words() | conversational_words())


def test_comments_of_a_list_are_not_words() -> None:
    assert (LEXICON / "stop_words.txt").read_text(encoding="utf-8").startswith("#")
    assert not any("#" in word for word in stop_words())


def test_other_scripts_give_terms_of_their_own() -> None:
    assert terms("护照 паспорт جواز") == ["护照", "паспорт", "جواز"]


@given(ANY_TEXT)
def test_any_text_gives_terms_without_spaces_nor_accents(text: str) -> None:
    for found in terms(text):
        assert found
        assert found == fold(found)
        assert found.split() == [found]


@given(
    st.lists(st.sampled_from([*"aÉœ’'-_Σ\u0301 \t\n\x1c\x85\xa0\u2028", "l'", "qu’", "Carte"])).map("".join) | ANY_TEXT
)
def test_the_terms_of_a_text_are_those_of_its_words(text: str) -> None:
    assert terms(text) == [found for word in words(text) if (found := term(word))]


def test_threads_use_the_stemmer_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    busy, met = threading.Lock(), []

    class Stemmer:
        def stemWord(self, word: str) -> str:  # noqa: N802  the library's name
            met.append(busy.locked())
            with busy:
                time.sleep(0.001)
            return word

    monkeypatch.setattr(analyse, "_STEMMER", Stemmer())
    term.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(term, [f"mot{number}" for number in range(40)]))
    term.cache_clear()

    assert found == [f"mot{number}" for number in range(40)]
    assert not any(met)
