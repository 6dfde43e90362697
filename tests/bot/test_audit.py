"""Every served turn leaves one line and a receipt; a line that cannot be kept is told, and the answer still given."""

from __future__ import annotations

import logging

import pytest

from bot.answer import answer_digest
from bot.audit import Audit
from bot.errors import StoreError
from bot.store import Line
from bot.turn import Citation, Role, Sentence, Status, Turn
from ethics.receipt import check_id
from tests.bot.test_store import AT
from tests.bot.town import DAY

CITED = tuple(Citation(ref, "F1", "Payez.", None, "T", "", None) for ref in ("p1", "p2"))
TURN = Turn(
    "Mon secret, Zoé",
    DAY,
    status=Status.ANSWERED,
    sentences=(Sentence("Payez.", Role.LEAD, CITED), Sentence("Payez encore.", Role.COST, CITED[:1])),
    timings=(("screen", 1.0), ("quote", 2.5)),
)


def audited(turn: Turn, kept: list[Line]) -> Turn:
    return Audit(kept.append, answer_digest, now=lambda: AT)(turn)


def test_a_line_says_how_the_turn_ended_and_what_it_quoted_and_nothing_of_the_question() -> None:
    kept: list[Line] = []
    turn = audited(TURN, kept)

    (line,) = kept
    assert (line.status, line.passages, line.milliseconds, line.energy) == ("answered", ("p1", "p2"), 3.5, (0.0, 0.0))
    assert check_id(turn.receipt)
    assert line.receipt == turn.receipt
    assert "Zoé" not in repr(line)


def test_a_refusal_leaves_a_line_too() -> None:
    kept: list[Line] = []
    audited(Turn("", DAY, status=Status.REFUSED_EMPTY), kept)

    assert [(line.status, line.passages) for line in kept] == [("refused_empty", ())]


def test_the_digest_is_of_the_answer_not_of_who_asked_or_when() -> None:
    kept: list[Line] = []
    audited(TURN, kept)
    audited(Turn("Autrement dit", DAY, id="9", status=TURN.status, sentences=TURN.sentences), kept)
    audited(Turn("Mon secret, Zoé", DAY, status=TURN.status, sentences=TURN.sentences[:1]), kept)

    assert kept[0].digest == kept[1].digest != kept[2].digest


def test_a_line_that_cannot_be_kept_is_told_and_gives_no_receipt(caplog: pytest.LogCaptureFixture) -> None:
    def full(line: Line) -> None:
        raise StoreError("Plus de place.")

    with caplog.at_level(logging.ERROR):
        turn = Audit(full, answer_digest)(TURN)

    assert (turn.receipt, turn.sentences) == ("", TURN.sentences)
    assert ("no_receipt", "") in turn.warnings
    assert "Plus de place" in caplog.text
