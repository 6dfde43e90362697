"""Saying a paragraph more simply at the desk: the text beside it, to be checked, and its quote in the letter."""

from __future__ import annotations

import io

import docx

from tests.ui.desk.conftest import Desk, plain_spaces


def quote_in(desk: Desk, address: str) -> int:
    return next(number for number, state, _ in desk.lines(address) if state == "quote")


def test_without_a_model_the_page_says_that_nothing_is_reworded(at_desk: Desk) -> None:
    address = at_desk.take()
    page = at_desk.client.get(f"{address}/phrase/{quote_in(at_desk, address)}/simplifier").text

    assert "Cité ne reformule rien" in page
    assert "19 €" in page
    assert "(IA)" not in page


def test_asking_a_model_that_is_not_there_is_refused(at_desk: Desk) -> None:
    address = at_desk.take()

    assert at_desk.post(f"{address}/phrase/{quote_in(at_desk, address)}/simplifier").status_code == 400


def test_simpler_words_leave_with_their_quote_once_checked_and_not_before(at_desk: Desk) -> None:
    address = at_desk.take()
    number = quote_in(at_desk, address)
    at_desk.post(f"{address}/phrase/{number}", act="simplify", text="Une carte perdue par un enfant coûte 19 €.")
    assert (number, "to_check", False) in at_desk.lines(address)
    assert at_desk.post(f"{address}/phrase/{number}", act="validate").status_code == 422
    at_desk.ready(address)

    document = docx.Document(io.BytesIO(at_desk.client.get(f"{address}/reponse.docx").content))
    told = [plain_spaces(paragraph.text) for paragraph in document.paragraphs]
    rank = next(rank for rank, text in enumerate(told) if text.startswith("Une carte perdue par un enfant coûte 19 €."))
    assert "Le texte officiel dit : « La carte perdue par un enfant coûte 19 € en timbres fiscaux. »" in told[rank + 1]


def test_a_line_without_a_passage_has_nothing_to_simplify(at_desk: Desk) -> None:
    address = at_desk.take()
    formula = next(number for number, state, _ in at_desk.lines(address) if state == "formula")

    assert at_desk.client.get(f"{address}/phrase/{formula}/simplifier").status_code == 409
    assert at_desk.client.get(f"{address}/phrase/9999/simplifier").status_code == 409
    assert at_desk.post(f"{address}/phrase/{formula}", act="simplify", text="Autre chose.").status_code == 422
