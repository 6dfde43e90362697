"""Every status has a question that ends with it, and French that a resident reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.assembly import Assembly
from bot.turn import Status
from corpus.settings import ROOT
from eval.status_table import Row, entries, markdown, question_of
from tests.bot.town import DAY

PAGE = Path(ROOT) / "docs" / "statuts.md"
OF_THE_CORPUS = frozenset(
    {Status.ANSWERED, Status.CLARIFY_BRANCH, Status.CLARIFY_DOCUMENT, Status.UNANSWERABLE_NO_CITATION}
)
"""Ends that only the documents decide: the town of the tests has others."""


def test_every_status_that_a_question_reaches_has_one() -> None:
    assert set(entries()) == {str(status) for status in Status} - {"error_internal"}


@pytest.mark.parametrize("status", [status for status in Status if question_of(status) and status not in OF_THE_CORPUS])
def test_the_question_ends_as_it_says_whatever_the_documents(bot: Assembly, status: Status) -> None:
    assert bot.responder.respond(question_of(status), DAY).status is status


def test_the_page_says_of_each_status_what_is_read() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")] == [str(one) for one in Status]


def test_a_cell_never_breaks_the_table() -> None:
    row = Row(Status.ANSWERED, Status.ANSWERED, "a | b", "c | d")

    assert markdown(iter([row])).splitlines()[-1].count("|") == 4
