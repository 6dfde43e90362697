"""A paragraph in simpler words: cut and explained without a model, worded and checked with one, never a word lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bot.assembly import Assembly, assemble
from bot.errors import ModelError
from bot.letter import Composer, Line, State
from bot.letter.simplify import as_it_is
from corpus.document import BlockKind, Passage
from tests.bot.models import Says
from tests.bot.town import DAY, town_in


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assembly]:
    made = assemble(town_in(tmp_path_factory.mktemp("town")))
    yield made
    made.opened.store.close()


@pytest.fixture(scope="module")
def passage(bot: Assembly) -> Passage:
    found = bot.opened.store.passages_of("F9001")
    return next(one for one in found if "21 jours" in one.text)


def composer_with(bot: Assembly, answer: Any, **more: Any) -> Composer:
    return Composer(replace(bot, language_model=Says(answer, **more)))


def said(passage: Passage, text: str) -> dict[str, Any]:
    return {"sentences": [{"quote": passage.text, "text": text}]}


def legal(passage: Passage, text: str, kind: BlockKind = BlockKind.TEXT) -> Passage:
    return replace(passage, text=text, kind=kind)


def test_without_a_model_no_word_is_changed_and_none_is_lost(passage: Passage) -> None:
    text = "Le bailleur notifie le préavis ; nonobstant ce délai, l'ayant droit peut surseoir. La commission instruit."
    found = as_it_is(legal(passage, text), {})

    assert "".join("".join(one.original for one in found).split()) == "".join(text.split())
    assert not any(one.worded for one in found)
    assert len(found) == 3


def test_the_terms_of_the_administration_are_explained_in_the_plural_too(passage: Passage) -> None:
    (found,) = as_it_is(
        legal(passage, "Les pièces justificatives sont demandées aux ayants droit par le CCAS."),
        {"CCAS": "Centre communal d'action sociale"},
    )

    assert dict(found.terms).keys() == {"pièce justificative", "CCAS"} | ({"ayant droit"} & dict(found.terms).keys())
    assert dict(found.terms)["CCAS"] == "Centre communal d'action sociale"


def test_a_word_inside_another_is_not_explained(passage: Passage) -> None:
    (found,) = as_it_is(legal(passage, "Les extraits et la copie sont gratuits, les extractions non."), {})

    assert [term for term, _ in found.terms] == ["extrait"]


def test_simpler_words_that_the_text_proves_are_proposed_beside_it(bot: Assembly, passage: Passage) -> None:
    words = "Le délai de fabrication est de 21 jours en moyenne."
    composer = composer_with(bot, said(passage, f"En moyenne, {words[0].lower()}{words[1:]}"))
    (found,) = composer.simple(passage, DAY, worded=True)

    assert found.original == passage.text
    assert found.worded or found.refused


@pytest.mark.parametrize(
    "lie",
    ["Le délai est de 12 jours.", "Aucun délai : la carte est remise tout de suite.", "Écrivez à faux@exemple.fr."],
)
def test_a_lie_of_the_model_leaves_the_text_as_it_is(bot: Assembly, passage: Passage, lie: str) -> None:
    (found,) = composer_with(bot, said(passage, lie)).simple(passage, DAY, worded=True)

    assert (found.text, found.worded) == (passage.text, False)
    assert found.refused


@pytest.mark.parametrize("answer", [{"sentences": []}, {"sentences": [{"quote": "autre chose", "text": "Oui."}]}])
def test_what_a_model_says_of_nothing_changes_nothing(bot: Assembly, passage: Passage, answer: Any) -> None:
    (found,) = composer_with(bot, answer).simple(passage, DAY, worded=True)

    assert found.text == found.original == passage.text


@pytest.mark.parametrize("answer", ["[]", "pas du JSON", {"sentences": ["a"]}, {"autre": 1}])
def test_a_model_that_does_not_answer_is_an_error_that_is_told(bot: Assembly, passage: Passage, answer: Any) -> None:
    with pytest.raises(ModelError):
        composer_with(bot, answer).simple(passage, DAY, worded=True)


def test_without_being_asked_no_model_is(bot: Assembly, passage: Passage) -> None:
    model = Says({"sentences": []})
    Composer(replace(bot, language_model=model)).simple(passage, DAY, worded=False)

    assert model.asked == []


def test_a_simplified_line_is_to_be_checked_keeps_its_quote_and_is_never_proved_by_it(bot: Assembly) -> None:
    composer = Composer(bot)
    reply = composer.draft("Mon fils de 10 ans a perdu sa carte d'identité. Combien coûte la nouvelle ?", DAY)
    part = reply.parts[0]
    line = next(line for line in part.lines if line.state is State.QUOTE)

    simple = composer.simplified(line, "La carte coûte 19 €.")
    again = composer.rechecked(part, simple, "La nouvelle carte coûte 19 €.", DAY)

    for one in (simple, again):
        assert isinstance(one, Line)
        assert (one.state, one.why, one.simplified) == (State.TO_CHECK, "simplified", True)
        assert one.sources == line.sources
    back = composer.rechecked(part, again, line.text, DAY)
    assert (back.state, back.simplified) == (State.QUOTE, False)
