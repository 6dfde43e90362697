"""A confirmed error becomes a case of the evaluation: one line that `python -m eval run` takes by its path.

    python -m eval run --suite sealed --sealed CITE_DATA/records/regressions.jsonl

A line has the fields of `eval.case.Case`. Its question is written by a member: the words that a resident left in the
case are refused, unless they agreed that they be used.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

from bot.letter import hide
from bot.screen import LONGEST as LONGEST_QUESTION
from ethics.case import Case
from ui.book import Book, Line
from ui.console.cases.moves import CONFIRMED, Form, MistakeError
from ui.words import Words

FILE = "regressions.jsonl"
ANSWER = "answer"
EXPECTED = (ANSWER, "refused", "unanswerable", "handover_human", "handover_urgent")
"""What the question should get: an answer, or statuses (or families of them) that the evaluation knows."""

_SAME_WORDS = 5
"""So many words in a row are taken from somebody; fewer are the language."""
_MOST = 12


class Regressions:
    """The lines written.

    Args:
        folder: of the records.
    """

    def __init__(self, folder: Path) -> None:
        self._book = Book(folder / FILE)

    def of(self, number: str) -> tuple[Line, ...]:
        """Return the lines of a case.

        Raises:
            RecordsError: the file cannot be read.
        """
        return tuple(line for line in self._book.lines() if _from(line, number))

    def add(self, number: str, line: Line) -> Line:
        """Add a line under an id of its own, and return it.

        Raises:
            RecordsError: it could not be written.
        """
        with self._book.adding() as add:
            rank = len(self.of(number)) + 1
            named = {"id": f"regression-{number}-{rank}", **line}
            add(named)
        return named


def line_of(
    w: Words, case: Case, form: Form, message: str, keys_of: Callable[[str], tuple[str, ...]], today: date
) -> Line:
    """Return the line of a case, but for its id.

    Args:
        w: words of the section.
        case: whose error was confirmed.
        form: what the member wrote.
        message: what the resident left, which may not be copied without their consent.
        keys_of: documents of the index by the publisher's id.
        today: the civil day.

    Raises:
        MistakeError: the form lacks something, or repeats what somebody else wrote.
    """
    if case.finding not in CONFIRMED:
        raise MistakeError(w("mistake.not_confirmed"))
    question = " ".join(form.question.split())
    _check_question(w, question, message, consent=bool(form.consent))
    if form.expect not in EXPECTED:
        raise MistakeError(w("mistake.expect"), "expect")
    documents = form.documents.replace(",", " ").split() if form.expect == ANSWER else []
    if unknown := [one for one in documents if not keys_of(one)]:
        raise MistakeError(w("mistake.document", document=unknown[0][:40]), "documents")
    must, must_not = _lines(w, form, "must_say"), _lines(w, form, "must_not_say")
    if form.expect == ANSWER and not (documents or must or must_not):
        raise MistakeError(w("mistake.nothing_expected"), "must_say")
    return {
        "q": question,
        "status": [] if form.expect == ANSWER else [form.expect],
        "documents": documents,
        "must_say": must if form.expect == ANSWER else [],
        "must_not_say": must_not,
        "kind": "regression",
        "settled": True,
        "severe": case.severe,
        "half": "tune",
        "author": w("case.committee"),
        "note": w("promote.note", number=case.number, day=today.isoformat()),
    }


def _check_question(w: Words, question: str, message: str, *, consent: bool) -> None:
    if not question:
        raise MistakeError(w("mistake.question"), "question")
    if len(question) > LONGEST_QUESTION:
        raise MistakeError(w("mistake.long", most=LONGEST_QUESTION), "question")
    if found := hide(question).words:
        raise MistakeError(w("mistake.personal", found=", ".join(one.words for one in found)), "question")
    if not consent and copied(question, message):
        raise MistakeError(w("mistake.copied"), "question")


def copied(question: str, message: str) -> bool:
    """Tell whether a question repeats words in a row of a message, whatever their case and punctuation."""
    asked, said = _words(question), _words(message)
    size = min(_SAME_WORDS, len(asked), len(said))
    if not size:
        return False
    runs = {said[start : start + size] for start in range(len(said) - size + 1)}
    return any(asked[start : start + size] in runs for start in range(len(asked) - size + 1)) and (
        size == _SAME_WORDS or asked == said
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text.casefold()))


def _lines(w: Words, form: Form, name: str) -> list[str]:
    """Return the words expected, one a line of the form."""
    found = [line.strip() for line in getattr(form, name).splitlines() if line.strip()]
    if len(found) > _MOST or any(len(line) > 200 for line in found):
        raise MistakeError(w("mistake.too_many", most=_MOST), name)
    return found


def _from(line: Line, number: str) -> bool:
    return str(line.get("id", "")).startswith(f"regression-{number}-")
