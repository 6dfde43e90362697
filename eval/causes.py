"""Why a case fails: the first step that went wrong, told from what was seen of the answer and what was expected of it.

A program can tell the step, not the reason behind it; the case itself, one click away in the report, tells the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from eval.case import Case
from eval.metrics import scores_of
from eval.observation import Observation
from eval.rates import Judged


class Cause(StrEnum):
    """Where a turn went wrong, the gravest first (words of the report: words.toml, [cause])."""

    DANGER_MISSED = "danger_missed"
    NOT_REFUSED = "not_refused"
    MISROUTED = "misrouted"
    NOT_FOUND = "not_found"
    RANKED_LOWER = "ranked_lower"
    ANOTHER_CHOSEN = "another_chosen"
    NEIGHBOUR = "neighbour"
    REFUSED_FIRST = "refused_first"
    REFUSED_LOWER = "refused_lower"
    WRONG_BRANCH = "wrong_branch"
    OMISSION = "omission"
    SAID = "said"
    OTHER_ENDING = "other_ending"


_REFUSED_BY_BELIEF = frozenset({"unanswerable_no_source", "unanswerable_no_citation"})
"""Endings decided after the search, from what was found (bot/retrieve.py, bot/verify.py)."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The failing cases of one cause, by id: those that nobody read while the product was made, and the others."""

    cause: Cause
    fresh: tuple[str, ...]
    tuned: tuple[str, ...]


def cause_of(one: Judged) -> Cause:
    """Return why a failing case fails, from the first of its trials that does."""
    failing = (seen for seen in one.seen if _fails(one, seen))
    return _cause(one.case, next(failing, one.seen[0]))


def by_cause(failed: Sequence[Judged]) -> list[Counted]:
    """Sort failing cases by cause, in the order of `Cause`; a cause that has none is left out."""
    told = [(one, cause_of(one)) for one in failed]
    counted = [
        Counted(cause, _ids(told, cause, fresh=True), _ids(told, cause, fresh=False))
        for cause in Cause
        if any(found is cause for _, found in told)
    ]
    return sorted(counted, key=lambda one: -len(one.fresh))


def _ids(told: Iterable[tuple[Judged, Cause]], cause: Cause, *, fresh: bool) -> tuple[str, ...]:
    return tuple(one.case.id for one, found in told if found is cause and (one.case.half == "report") is fresh)


def _fails(one: Judged, seen: Observation) -> bool:
    """Tell whether this trial is the one, or one of those, that made the case fail."""
    scores = scores_of(one.case, seen)
    return any(scores[name] == one.scores[name] for name in one.failures)


def _cause(case: Case, seen: Observation) -> Cause:
    scores = {name: score.value for name, score in scores_of(case, seen).items()}
    return _answerable(case, seen, scores) if case.wants_answer() else _unanswerable(scores)


def _unanswerable(scores: Mapping[str, bool | None]) -> Cause:
    # Somebody in danger is answered by a number, never by a document.
    if scores["urgent_number"] is False:
        return Cause.DANGER_MISSED
    if scores["missed_refusal"]:
        return Cause.NOT_REFUSED
    return Cause.SAID if scores["must_not_say"] is False else Cause.OTHER_ENDING


def _answerable(case: Case, seen: Observation, scores: Mapping[str, bool | None]) -> Cause:
    if scores["false_refusal"]:
        return _refused(case, seen)
    if scores["right_document"] is False:
        return _another_document(case, seen)
    steps = (
        (scores["right_branch"] is False, Cause.WRONG_BRANCH),
        (scores["must_say"] is False or scores["complete"] is False, Cause.OMISSION),
        (scores["must_not_say"] is False or scores["worded"] is False, Cause.SAID),
        # The right document, that no search found (a follow-up) or that stood lower.
        (scores["document_found"] is False, Cause.RANKED_LOWER),
    )
    return next((cause for failed, cause in steps if failed), Cause.OTHER_ENDING)


def _refused(case: Case, seen: Observation) -> Cause:
    if not seen.ranked or seen.status not in _REFUSED_BY_BELIEF:
        return Cause.MISROUTED
    if not set(seen.ranked) & set(case.documents):
        # With no document expected, the first one found is what was not believed.
        return Cause.NOT_FOUND if case.documents else Cause.REFUSED_FIRST
    return Cause.REFUSED_FIRST if seen.ranked[0] in case.documents else Cause.REFUSED_LOWER


def _another_document(case: Case, seen: Observation) -> Cause:
    if _listed(seen) & set(case.documents):
        return Cause.NEIGHBOUR
    if not set(seen.ranked) & set(case.documents):
        return Cause.NOT_FOUND
    return Cause.ANOTHER_CHOSEN if seen.ranked[0] in case.documents else Cause.RANKED_LOWER


def _listed(seen: Observation) -> set[str]:
    """Ids of the neighbouring documents that the answer names; a key may carry its audience after its id."""
    keys = (str(item["ref"]) for item in seen.answer["also"] if item["kind"] == "document")
    return {re.split(r"[^A-Za-z0-9-]", key)[0] for key in keys}
