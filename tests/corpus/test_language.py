"""A question is French unless it is plainly in another language."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.analyse import term, terms
from corpus.language import LANGUAGES, language_of

ROOT = Path(__file__).resolve().parents[2]
INDEXED = frozenset(
    terms(
        "Carte d'identité, passeport : demande de renouvellement à la mairie en cas de perte ou de vol. "
        "Naissance d'un enfant, logement, aide, voiture, garde, école."
    )
)


def known(word: str) -> bool:
    return term(word) in INDEXED


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("J'ai perdu mon passeport, que dois-je faire pour en avoir un autre ?", "fr"),
        ("I lost my passport yesterday and I need a new one, where should I go?", "en"),
        ("He perdido mi pasaporte y necesito otro, ¿dónde puedo pedirlo?", "es"),
        ("فقدت جواز سفري وأريد أن أطلب واحدا جديدا", "ar"),
        ("我的护照丢了，应该去哪里办理新的护照？", "zh"),
        ("Я загубила паспорт, куди мені звернутися за новим?", "uk"),
    ],
)
def test_a_sentence_is_told_by_its_language(text: str, language: str) -> None:
    assert language_of(text, known) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Do I need a permit to build a terrace?", "en"),
        ("Can tenants vote in local elections?", "en"),
        ("parking card do i need one", "en"),
        ("Preciso de licença para construir uma casa?", "pt"),
        ("Necesito una licencia para construir?", "es"),
        ("Devo avere il permesso per costruire?", "it"),
        ("Brauche ich eine Lizenz?", "de"),
    ],
)
def test_words_that_look_french_do_not_hide_another_language(text: str, language: str) -> None:
    assert language_of(text, lambda _: True) == language


@pytest.mark.parametrize(
    "text",
    [
        "Comment faire pour le permis ?",
        "le parking do it yourself est fermé",
        "je veux un the au lait a la mairie",
        "carte navigo etudiant con prix",
        "job in the city : contrat pour mon fils",
    ],
)
def test_a_few_foreign_words_do_not_hide_french(text: str) -> None:
    assert language_of(text, lambda _: True) == "fr"


@pytest.mark.parametrize("text", ["", "?", "12", "passport", "hola", "birth certificate", "HELLO", "😀"])
def test_what_is_too_short_to_tell_is_french_in_latin_letters(text: str) -> None:
    assert language_of(text, lambda _: False) == "fr"


def test_one_word_of_another_script_is_told() -> None:
    assert language_of("паспорт", known) != "fr"
    assert language_of("护照", known) == "zh"


@pytest.mark.parametrize(
    "text",
    [
        "bonjour jé perdu ma carte didentité et je ves la renouvelé a la méri coment faire svp",
        "jvoudré savoir koi faire pour mon pasport ki a été volé dan le metro",
        "slt g perdu mes papié cé ou ke je doi allé",
    ],
)
def test_a_french_letter_with_typing_errors_is_french(text: str) -> None:
    assert language_of(text, known) == "fr"


def test_names_of_the_index_do_not_make_a_foreign_sentence_french() -> None:
    assert language_of("where can I ask for the carte navigo please", lambda word: word in {"carte", "navigo"}) == "en"


def test_a_french_question_does_not_load_the_identifier() -> None:
    script = (
        "import sys; from corpus.language import language_of; "
        "language_of('comment demander une carte', lambda word: True); sys.exit('py3langid' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_text_has_one_of_the_languages(text: str) -> None:
    assert language_of(text, known) in LANGUAGES
