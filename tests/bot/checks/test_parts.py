"""A refused sentence is cut where it says two things; a part is read after the quote, when it is proved alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks.parts import parts_of
from bot.cite import cite
from bot.turn import Draft, Origin, Status, Turn
from bot.verify import Verify
from tests.bot.turns import quoted
from tests.corpus.trees import text

RENT = "Le prêt du local coûte 40 € la journée. Le gardien du parc remet la clé au guichet du parc."
PASS = "La carte du parc est remise au guichet du parc si vous habitez le quartier. La carte coûte 12 €."


def answered(passage: str, said: str, *quotes: str) -> Turn:
    """The turn once a model has said one sentence of a passage, and it was checked."""
    turn = quoted((text(passage, "Le prêt"),), "le prêt du local")
    own = turn.passages[0]
    draft = Draft(said, (1,) * len(quotes), quotes)
    drafted = replace(turn, sentences=(), status=Status.ANSWERED, numbered=(own,), draft=(draft,))
    stored = {passage.ref: passage for passage in turn.passages}
    return Verify(stored.get, withhold_old_figures=False)(cite(drafted))


def read(turn: Turn) -> list[tuple[Origin, str]]:
    return [(sentence.origin, sentence.text) for sentence in turn.sentences]


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ("La clé est au guichet du parc.", ()),
        (
            "La clé est au guichet du parc ; le prêt vous coûte 40 €.",
            ("La clé est au guichet du parc.", "Le prêt vous coûte 40 €."),
        ),
        (
            "Le prêt est payant, mais la clé vous attend au guichet.",
            ("Le prêt est payant.", "La clé vous attend au guichet."),
        ),
        # The delay goes with its figure, which the quote gives.
        ("Écrivez à la mairie du quartier, 2 mois au plus après le refus.", ("Écrivez à la mairie du quartier.",)),
        # Whom a rule is for is never cut from it.
        ("L'entrée du parc est gratuite, pour les moins de 26 ans.", ()),
        ("L'entrée du parc est gratuite, jusqu'à 26 ans.", ()),
        # What hangs from the rest never stands alone.
        ("Le prêt du local est payant ; sauf si vous habitez le quartier.", ("Le prêt du local est payant.",)),
        ("Le prêt vous est refusé, car les deux conditions sont remplies.", ("Le prêt vous est refusé.",)),
    ],
)
def test_only_what_says_something_by_itself_is_a_part(said: str, parts: tuple[str, ...]) -> None:
    assert parts_of(said) == parts


@given(st.text(max_size=80))
def test_a_part_has_no_word_of_its_own(said: str) -> None:
    for part in parts_of(said):
        assert part.casefold().rstrip(" .") in said.casefold()


def test_the_part_that_is_proved_is_read_after_the_quote_of_the_whole() -> None:
    turn = answered(RENT, "Le local revient à 40 € ; la clé, le gardien vous la remet au guichet.", RENT)

    assert read(turn) == [
        (Origin.QUOTE, "Le prêt du local coûte 40 € la journée."),
        (Origin.QUOTE, "Le gardien du parc remet la clé au guichet du parc."),
        (Origin.MODEL, "La clé, le gardien vous la remet au guichet."),
    ]
    assert [reason for _, reason in turn.rejected] == ["pairing"]


def test_a_part_that_lost_its_condition_is_not_read() -> None:
    turn = answered(PASS, "Le prix est de 12 € ; la carte vous est remise au guichet.", PASS)

    assert {origin for origin, _ in read(turn)} == {Origin.QUOTE}


def test_a_quote_is_read_once() -> None:
    turn = answered(RENT, "Le local revient à 41 €.", RENT, RENT)
    texts = [words for _, words in read(turn)]

    assert len(texts) == len(set(texts)) == 2


def test_a_part_is_never_proved_apart_from_an_exception() -> None:
    passage = (
        "Vous recevez une lettre du gardien. Toutefois, les abonnés ne reçoivent pas de lettre. La carte coûte 12 €."
    )
    turn = answered(passage, "Le prix est de 13 € ; une lettre du gardien vous est envoyée.", passage)

    assert {origin for origin, _ in read(turn)} == {Origin.QUOTE}
