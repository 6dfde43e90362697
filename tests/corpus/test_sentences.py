"""Sentences are verbatim pieces, and those with an exception word are found."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.sentences import EXCEPTION_WORDS_FILE, exception_sentences, split_sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Venez lundi. Apportez une photo.", ("Venez lundi.", "Apportez une photo.")),
        ("Est-ce payant ? Oui ! C'est 86 €.", ("Est-ce payant ?", "Oui !", "C'est 86 €.")),
        ("Voir l'art. R. 600-2 du code.", ("Voir l'art. R. 600-2 du code.",)),
        ("Voir l'art. L. 313-10. Il le dit.", ("Voir l'art. L. 313-10.", "Il le dit.")),
        ("Écrivez à M. Dupont ou à Mme. Durand.", ("Écrivez à M. Dupont ou à Mme. Durand.",)),
        ("Le cerfa n° 12100*02 suffit.", ("Le cerfa n° 12100*02 suffit.",)),
        ("Il coûte 1.500 € au plus. Payez.", ("Il coûte 1.500 € au plus.", "Payez.")),
        ("Le permis C ou D. Si vous tardez, payez.", ("Le permis C ou D.", "Si vous tardez, payez.")),
        ("Photo, acte, etc. Le tout en couleur.", ("Photo, acte, etc.", "Le tout en couleur.")),
        ("Le maire a dit : « Non. » Il a signé.", ("Le maire a dit : « Non. »", "Il a signé.")),
        ("1. Remplissez la demande. Signez.", ("1. Remplissez la demande.", "Signez.")),
        ("Allez sur service-public.fr puis data.gouv.fr ici.", ("Allez sur service-public.fr puis data.gouv.fr ici.",)),
        ("- une photo\n-- en couleur\n- un acte", ("une photo", "en couleur", "un acte")),
        ("Gratuit (sauf le lundi). Venez.", ("Gratuit (sauf le lundi).", "Venez.")),
        ("Ouvert… Fermé.", ("Ouvert…", "Fermé.")),
        ("", ()),
        ("\n\n- \n", ()),
    ],
)
def test_a_text_is_split_where_a_reader_would(text: str, sentences: tuple[str, ...]) -> None:
    assert split_sentences(text) == sentences


@given(st.text(alphabet="aAéÉ1 .!?…»«()\n-'’\u00a0€", max_size=80))
def test_sentences_are_verbatim_ordered_and_lose_no_word(text: str) -> None:
    at = 0
    for sentence in split_sentences(text):
        at = text.index(sentence, at) + len(sentence)
    kept = "".join("".join(split_sentences(text)).split()).replace("-", "")
    assert kept == "".join(text.split()).replace("-", "")


@pytest.mark.parametrize(
    "sentence",
    [
        "C'est gratuit, sauf le lundi.",
        "Toutefois, le maire peut refuser.",
        "Tous paient, à l'exception des mineurs.",
        "Tous paient, à l’exception des mineurs.",
        "À condition d'habiter Paris.",
        "En\u00a0cas de perte, payez.",
        "En cas d'urgence, appelez.",
        "Vous n'êtes pas remboursé si vous annulez.",
        "Vous ne payez pas si vous êtes mineur.",
        "Vous êtes dispensé de timbre.",
        "Venez UNIQUEMENT SI vous êtes convoqué.",
    ],
)
def test_a_sentence_that_carries_an_exception_is_found(sentence: str) -> None:
    assert exception_sentences(f"Venez lundi. {sentence} Apportez une photo.") == (sentence,)


@pytest.mark.parametrize(
    "sentence",
    ["Venez lundi.", "Le sauvetage en mer est gratuit.", "Vous ne payez pas.", "La sauce est prête."],
)
def test_a_plain_sentence_is_not_an_exception(sentence: str) -> None:
    assert exception_sentences(sentence) == ()


def test_every_word_of_the_list_is_found_alone() -> None:
    words = tomllib.loads(EXCEPTION_WORDS_FILE.read_text(encoding="utf-8"))["words"]
    for word in words:
        assert exception_sentences(f"Vous payez {word} un acte."), word
    assert len(words) == len(set(words))
