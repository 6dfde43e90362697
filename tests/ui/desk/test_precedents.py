"""Sentences validated and exported once are offered again to a like question, verified anew, unless they changed."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from bot.letter.reply import Reply
from bot.store import PRECEDENT_DAYS, Store
from tests.ui.desk.conftest import LETTER, Desk
from ui.desk.letters import Letters

LEFT = "La présence du mineur est exigée, sauf s'il a moins de 12 ans."
"""What a letter says once its first sentence was left out."""

CHILD = "Mon fils de 10 ans a perdu sa carte d'identité. Combien coûte la nouvelle carte d'identité ?"
ADULT = "Je suis majeur et j'ai perdu ma carte d'identité. Combien coûte la nouvelle carte d'identité ?"


def reply_of(app: FastAPI, address: str) -> Reply:
    letters: Letters = app.state.letters
    return letters.open(address.rpartition("/")[2], "agent", every=False).reply


def sent(desk: Desk, text: str, *, dropping: int = 0) -> str:
    """A letter answered and exported, some of its sentences left out."""
    address = desk.take(text)
    for number in [number for number, state, _ in desk.lines(address) if state == "quote"][:dropping]:
        desk.post(f"{address}/phrase/{number}", act="drop")
    desk.ready(address)
    assert desk.client.get(f"{address}/reponse.docx").status_code == 200
    return address


@pytest.fixture
def kept(at_desk: Desk) -> str:
    return sent(at_desk, CHILD, dropping=1)


def test_what_was_validated_is_offered_to_a_like_question_with_its_date(at_desk: Desk, app: FastAPI, kept: str) -> None:
    address = at_desk.take("Ma fille de 12 ans a perdu sa carte d'identité. Combien coûte la nouvelle carte ?")
    page = at_desk.client.get(address).text
    (offer,) = reply_of(app, address).parts[0].offers

    assert "Réponses déjà validées" in page
    assert "2 mars 2026" in page
    assert [line.text for line in offer.lines] == [LEFT]


def test_taking_it_up_puts_its_sentences_in_the_letter_validated_by_nobody(
    at_desk: Desk, app: FastAPI, kept: str
) -> None:
    address = at_desk.take(CHILD)
    (offer,) = reply_of(app, address).parts[0].offers
    assert at_desk.post(f"{address}/question/0", offer=offer.id).status_code == 303

    lines = [line for line in reply_of(app, address).parts[0].lines if line.sources]
    assert [line.text for line in lines] == [line.text for line in offer.lines]
    assert not any(line.validated or line.edited for line in lines)
    assert len({line.id for line in reply_of(app, address).lines()}) == len(reply_of(app, address).lines())


def test_it_is_not_offered_for_another_branch(at_desk: Desk, app: FastAPI, kept: str) -> None:
    assert all(not part.offers for part in reply_of(app, at_desk.take(ADULT)).parts)


def test_it_is_not_offered_to_a_question_about_something_else(at_desk: Desk, app: FastAPI, kept: str) -> None:
    other = "Comment faire enlever mes encombrants sur le trottoir ?"

    assert all(not part.offers for part in reply_of(app, at_desk.take(other)).parts)


def test_it_is_not_offered_once_its_passage_changed(at_desk: Desk, app: FastAPI, store: Store, kept: str) -> None:
    (precedent,) = store.precedents.of(("F9001",))
    changed = re.sub(r'":"[0-9a-f]{64}"', f'":"{"0" * 64}"', precedent.content)
    assert changed != precedent.content
    store.precedents.keep(type(precedent)(precedent.id, precedent.day, precedent.document, changed))

    address = at_desk.take(CHILD)
    assert all(not part.offers for part in reply_of(app, address).parts)
    refused = at_desk.post(f"{address}/question/0", offer=precedent.id)
    assert refused.status_code == 409
    assert "un de leurs passages a changé" in refused.text


def test_an_altered_sentence_is_verified_again_and_offered_to_nobody(
    at_desk: Desk, app: FastAPI, store: Store, kept: str
) -> None:
    (precedent,) = store.precedents.of(("F9001",))
    altered = precedent.content.replace(f'"text":"{LEFT}"', '"text":"La présence du mineur est exigée dès 16 ans."')
    assert altered != precedent.content
    store.precedents.keep(type(precedent)(precedent.id, precedent.day, precedent.document, altered))

    assert all(not part.offers for part in reply_of(app, at_desk.take(CHILD)).parts)


def test_no_word_of_the_letter_is_kept_with_it(at_desk: Desk, store: Store, tmp_path: Path) -> None:
    sent(at_desk, LETTER.replace("Quelle est la recette du boeuf bourguignon ?", ""), dropping=1)

    told = "".join(one.content for one in store.precedents.of(("F9001",)))
    assert told
    assert not any(word in told for word in ("Jeanne", "Martin", "Lilas", "Mon fils", "[nom", "agent"))


def test_a_letter_that_did_not_leave_teaches_nothing(at_desk: Desk, store: Store) -> None:
    at_desk.ready(at_desk.take(CHILD))

    assert store.precedents.of(("F9001",)) == ()


def test_a_sentence_with_a_token_in_it_is_not_kept(at_desk: Desk, store: Store) -> None:
    address = at_desk.take(CHILD)
    at_desk.post(f"{address}/question/0", add="Madame Sylvie Durand, la présence du mineur est exigée.")
    at_desk.ready(address)
    at_desk.client.get(f"{address}/reponse.docx")

    kept = "".join(one.content for one in store.precedents.of(("F9001",)))
    assert LEFT in kept
    assert "la présence du mineur est exigée" not in kept


def test_what_says_the_same_is_not_offered(at_desk: Desk, app: FastAPI) -> None:
    sent(at_desk, CHILD)

    assert all(not part.offers for part in reply_of(app, at_desk.take(CHILD)).parts)


def test_it_is_forgotten_after_a_year(store: Store, at_desk: Desk, kept: str) -> None:
    (precedent,) = store.precedents.of(("F9001",))

    assert store.precedents.purge(precedent.day) == 0
    assert store.precedents.purge(precedent.day + timedelta(days=PRECEDENT_DAYS)) == 1
    assert precedent.day == date(2026, 3, 2)
