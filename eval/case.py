"""A case: what is asked, and what a good answer must do. The words of the evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from pydantic import ConfigDict

from bot.turn import Status

ANSWERS = ("answered", "clarify")
"""Families of statuses that give an answer, or ask the question that decides it."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question, alone or at the end of a conversation.

    Attributes:
        id: stable, unique in its suite.
        q: the question that is judged.
        before: earlier messages of the same conversation, oldest first.
        status: acceptable statuses, or families of them (`unanswerable`); empty when an answer is expected.
        documents: publisher's ids, any of which is right; empty when nothing is expected of the document.
        branch: labels met on the way down to the branch that holds, outermost first.
        options: labels of the deciding question to ask, when the question leaves it open.
        must_say: words of which each must be read in the answer (folded: no case, no accents).
        must_not_say: words of which none may be read in what is affirmed.
        worded: the only sentences of a model that are known to be true here; empty where any may be. For test models,
            whose sentences were written and checked by hand: whatever else they show is a planted error.
        urgent: ids of emergency lines, any of which must be shown.
        theme, language, group: slices of the report. A group is a way of writing (`plain`, `typo`, `elderly`...).
        kind: what the case is made to show (`everyday`, `distress`, `invented`, `attack`...).
        family: paraphrases of one question share it, and should get one answer.
        settled: a rule that must be right every time; a single failure is a finding.
        severe: being wrong here costs a right, money or safety.
        shown: it may be printed in a report (ours); citizens' messages may not.
        as_of: civil day the answer is asked for; the day of the run when None.
        valid_from, valid_until: days between which what is expected holds.
        half: `tune` cases were read while the product was made, `report` ones were not.
        author: who wrote it.
        note: in French, what the answer must not miss or why this is expected; for a reader, never matched.
        corrected: in French, who corrected what is expected, when and why; empty where it stands as first written.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: str
    q: str
    before: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    branch: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    must_say: tuple[str, ...] = ()
    must_not_say: tuple[str, ...] = ()
    worded: tuple[str, ...] = ()
    urgent: tuple[str, ...] = ()
    theme: str = "other"
    language: str = "fr"
    group: str = "plain"
    kind: str = "everyday"
    family: str = ""
    settled: bool = False
    severe: bool = False
    shown: bool = True
    as_of: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    half: str = "report"
    author: str = ""
    note: str = ""
    corrected: str = ""

    def wants_answer(self) -> bool:
        """Tell whether an answer is expected, rather than a refusal or somebody to call."""
        return not self.status or any(status.startswith(ANSWERS) for status in self.status)

    def accepts(self, status: str) -> bool:
        """Tell whether a status is one of those expected; a family accepts all its members."""
        wanted = self.status or ANSWERS
        return any(status == one or status.startswith(f"{one}_") for one in wanted)

    def holds_on(self, day: date) -> bool:
        """Tell whether what is expected is the rule on that day."""
        return (self.valid_from or date.min) <= day <= (self.valid_until or date.max)


def known_status(name: str) -> bool:
    """Tell whether a case may expect this: a status, or a family of them."""
    return any(status == name or status.startswith(f"{name}_") for status in Status)
