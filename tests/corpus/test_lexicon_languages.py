"""Lexicon of other languages: scripts without spaces, glued words, and words that French must keep for itself."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.analyse import LEXICON, folded_words, stop_words, words
from corpus.question import Lexicon, own_entries, read_entries

OTHER = read_entries(LEXICON / "other_languages.tsv")
FRENCH = read_entries(LEXICON / "everyday_fr.tsv")
HOUSE = Lexicon(own_entries())

SMALL = Lexicon(
    {
        ("护照",): ("passeport",),
        ("丢",): ("perte",),
        ("车",): ("véhicule",),
        ("停车",): ("stationnement",),
        ("停车证",): ("stationnement résidentiel",),
        ("rsa",): ("revenu de solidarité active",),
        ("بطاقة", "الاقامة"): ("carte de séjour",),
        ("سيارة",): ("voiture",),
        ("البلدية",): ("mairie",),
        ("جواز",): ("passeport",),
    }
)

HOMONYMS = (
    "adulte aile amende bail but caisse car carta casa chat coin copie cop court dehors dent four fine grave habitant "
    "hot main mandat medico note pain para pass patente pays pension permit perso plan pour pourboire rente retire "
    "salaries sale son tasse tenant termine vote zona"
)


def meanings(text: str, lexicon: Lexicon = HOUSE) -> set[str]:
    """Every expansion found in a text."""
    return {meaning for _, found in lexicon.matches(text) for meaning in found}


def script(text: str) -> str:
    """First word of the Unicode name of the first letter."""
    return unicodedata.name(next(letter for letter in text if letter.isalpha())).split()[0]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("我的护照丢了怎么办?", [("我的护照丢了怎么办", ("passeport", "perte"))]),
        ("我想办停车证", [("我想办停车证", ("stationnement résidentiel",))]),
        ("在哪里停车", [("在哪里停车", ("stationnement",))]),
        ("怎么申请RSA", [("怎么申请rsa", ("revenu de solidarité active",))]),
        ("护照和护照", [("护照和护照", ("passeport",))]),
        ("你好", []),
    ],
)
def test_a_run_of_chinese_is_read_inside_longest_entry_first(
    asked: str, found: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert SMALL.matches(asked) == found


@pytest.mark.parametrize(
    ("asked", "meaning"),
    [
        ("وسيارتي", "voiture"),
        ("بسيارته", "voiture"),
        ("سياره", "voiture"),
        ("بلدية", "mairie"),
        ("للبلدية", "mairie"),
        ("جوازنا", "passeport"),
        ("بطاقة إقامتي", "carte de séjour"),
        ("لبطاقة الإقامة", "carte de séjour"),
    ],
)
def test_an_arabic_word_is_found_without_what_is_glued_to_it(asked: str, meaning: str) -> None:
    assert meanings(asked, SMALL) == {meaning}


def test_a_letter_of_the_stem_is_not_taken_for_a_clitic() -> None:
    energy = "طاقة"

    assert meanings("بطاقة", Lexicon({("بطاقة",): ("carte",)})) == {"carte"}
    assert meanings(energy, Lexicon({("بطاقة",): ("carte",)})) == set()


def test_latin_words_are_still_matched_whole() -> None:
    assert meanings("carton passeports", Lexicon({("art",): ("art",), ("passeport",): ("titre",)})) == {"titre"}


@given(st.text(alphabet="护照丢车停证rsaب وسيارةتيال", max_size=30))
def test_any_mixture_of_scripts_is_answered_with_words_of_the_text(text: str) -> None:
    said = " ".join(folded_words(text))

    assert all(found in said and expansions for found, expansions in SMALL.matches(text))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("I lost my driving licence", {"perte", "permis"}),
        ("my landlord wants to evict me", {"bailleur", "expulsion"}),
        ("I lost my job, what now?", {"licenciement"}),
        ("mi casero no me devuelve la fianza", {"bailleur", "garantie"}),
        ("quiero poner una terraza en mi restaurante", {"terrasse"}),
        ("a minha mãe faleceu", {"décès"}),
        ("tirar o passaporte", {"passeport"}),
        ("كيف أجدد بطاقة الإقامة", {"séjour"}),
        ("والدي توفي أمس", {"décès"}),
        ("老板拖欠工资", {"salaire"}),
        ("邻居太吵了", {"voisinage", "bruit"}),
        ("自行车被偷了", {"vélo", "vol"}),
        ("ho perso la patente di guida", {"perte", "permis"}),
        ("ich habe meinen Ausweis verloren", {"perte", "identité"}),
        ("загубила паспорт", {"perte", "passeport"}),
        ("как получить вид на жительство", {"séjour"}),
        ("kira yardımı nasıl alınır", {"logement"}),
        ("am pierdut permisul de conducere", {"perte", "permis"}),
        ("zgubiłem dowód osobisty", {"perte", "identité"}),
    ],
)
def test_a_resident_is_understood_in_twelve_languages(asked: str, expected: set[str]) -> None:
    assert expected <= set(words(" ".join(meanings(asked))))


def test_ordinary_french_words_are_no_entry_of_another_language() -> None:
    assert {(word,) for word in HOMONYMS.split()}.isdisjoint(OTHER)


def test_no_entry_is_hidden_by_an_everyday_french_one() -> None:
    assert OTHER.keys().isdisjoint(FRENCH)


def test_an_entry_is_no_longer_than_what_is_looked_for() -> None:
    assert max(map(len, OTHER)) <= 6


def test_an_expansion_is_a_few_words_of_french() -> None:
    informative = {
        key: [word for word in folded_words(meaning) if word not in stop_words()]
        for key, found in OTHER.items()
        for meaning in found
    }

    assert {key: said for key, said in informative.items() if not 1 <= len(said) <= 5} == {}
    assert {script(meaning) for found in OTHER.values() for meaning in found} == {"LATIN"}


def test_four_scripts_are_covered() -> None:
    assert {"LATIN", "ARABIC", "CJK", "CYRILLIC"} == {script("".join(key)) for key in OTHER}
