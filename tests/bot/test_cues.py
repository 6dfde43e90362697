"""Phrases of data files are heard in folded words, with their choices, gaps, endings and numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cues import Concept, Window, windows
from corpus.errors import ConfigurationError


@pytest.mark.parametrize(
    ("phrase", "text", "heard"),
    [
        ("piscine", "La PISCINE ferme", True),
        ("piscine", "les piscines", False),
        ("piscine*", "les piscines", True),
        ("état civil", "à l'état-civil du 18e", True),
        ("(mon|ma) dossier", "où est ma dossier", True),
        ("(mon|ma) dossier", "où est le dossier", False),
        ("carte (d')? identité", "carte d’identité", True),
        ("carte (nationale)? identité", "carte identité", True),
        ("où ~ dossier", "où en est mon dossier", True),
        ("où ~ dossier", "où que ce soit et quand bien même le dossier", False),
        ("depuis # jours", "depuis 3 jours", True),
        ("dans le #e", "dans le 18e", True),
        ("(vélo|trottinette)*", "des trottinettes", True),
        ("capitale de *", "capitale de", False),
        ("capitale de *", "capitale de l'Australie", True),
    ],
)
def test_a_phrase_is_heard_as_it_is_written(phrase: str, text: str, heard: bool) -> None:
    assert Concept([phrase])(Window.of(text).words) is heard


def test_what_is_left_once_phrases_are_taken_out_is_known() -> None:
    concept = Concept(["bonjour", "merci (beaucoup)?"])

    assert concept.rest(Window.of("Bonjour, merci beaucoup !").words) == ""
    assert concept.rest(Window.of("Bonjour docteur").words) == " docteur"


@pytest.mark.parametrize("phrase", ["(mon (vieux) chat)", "heures?", "(sans fin"])
def test_a_phrase_that_cannot_be_read_is_refused_when_the_file_is_opened(phrase: str) -> None:
    with pytest.raises(ConfigurationError, match=r"cannot be read"):
        Concept([phrase])


def test_a_short_message_is_read_whole_and_a_letter_sentence_by_sentence() -> None:
    letter = "Bonjour. " + "Je vous écris au sujet de mon logement et de mes voisins, car rien ne va. " * 3

    assert len(windows("Bonjour. Où est la mairie ? Merci.")) == 1
    assert len(windows(letter)) == 4


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading(text: str) -> None:
    concept = Concept(["(mon|ma) ~ dossier", "capitale de *", "depuis #"])

    for window in windows(text):
        assert isinstance(concept(window.words), bool)
        assert len(concept.rest(window.words)) <= len(window.words)
