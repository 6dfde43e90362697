"""What a member does with one case: conclude, publish the erratum, recall, close. Each is one form, one line, one act.

A form is checked whole before anything is done; the line of the journal is written before the act.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from pydantic import BaseModel

from bot.letter import hide
from corpus.document import Passage
from ethics.case import Case, Finding, State, answered, assigned, corrected
from ethics.errors import CaseError, RecordsError
from ethics.recall import Change, Recall
from ui.records import Records
from ui.words import Words

CONFIRMED = frozenset({Finding.FOUNDED, Finding.PARTLY})
LONGEST = 2000
_LONGEST_PASSAGE = 8000
_LONGEST_WHY = 400


class Form(BaseModel):
    """What one form says of one case; every field is text, and absent ones are empty.

    Attributes:
        act: `answer`, `correct`, `recall`, `promote`, `theme` (closes one) or `close`.
        why: the reason, for the journal.
        text: the reply, or the reason of a recall; public.
        finding: conclusion of a reply.
        theme: closed by a severe error whose receipt does not tell its theme.
        wrong, right, source: of an erratum: what was said, what it should have been, and where that is read.
        passage, before, after, url: of a recall.
        question, expect, documents, must_say, must_not_say, consent: of a regression case (`regression`).
    """

    act: str = ""
    why: str = ""
    text: str = ""
    finding: str = ""
    theme: str = ""
    wrong: str = ""
    right: str = ""
    source: str = ""
    passage: str = ""
    before: str = ""
    after: str = ""
    url: str = ""
    question: str = ""
    expect: str = ""
    documents: str = ""
    must_say: str = ""
    must_not_say: str = ""
    consent: str = ""


class MistakeError(Exception):
    """Why a form cannot be taken as it is: `told`, in French, and the `field` to mend."""

    def __init__(self, told: str, field: str = "") -> None:
        super().__init__(told)
        self.told, self.field = told, field


def checked_reason(w: Words, why: str) -> str:
    """Return a reason, trimmed.

    Raises:
        MistakeError: there is none, or it is too long.
    """
    if not why.strip():
        raise MistakeError(w("mistake.why"), "why")
    if len(why) > _LONGEST_WHY:
        raise MistakeError(w("mistake.long", most=_LONGEST_WHY), "why")
    return why.strip()


def checked_public(w: Words, form: Form, *names: str) -> None:
    """Check texts that anybody will read.

    Raises:
        MistakeError: one is empty, too long, or holds personal data.
    """
    for name in names:
        text = getattr(form, name).strip()
        if not text:
            raise MistakeError(w("mistake.empty", field=w(f"field.{name}")), name)
        if len(text) > LONGEST:
            raise MistakeError(w("mistake.long", most=LONGEST), name)
        if found := hide(text).words:
            raise MistakeError(w("mistake.personal", found=", ".join(one.words for one in found)), name)


def checked_address(w: Words, form: Form, name: str) -> str:
    """Return the address of an official page, or nothing when none is given.

    Raises:
        MistakeError: it is not one that a reader could follow.
    """
    text = str(getattr(form, name)).strip()
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        whole = parts.scheme == "https" and bool(parts.hostname) and len(text) <= LONGEST and not text.split()[1:]
    except ValueError:
        whole = False
    if not whole:
        raise MistakeError(w("mistake.address"), name)
    return text


def concluded(w: Words, case: Case, form: Form, now: datetime) -> Case:
    """Return a case with its conclusion; one that nobody had taken is first taken by the committee.

    Raises:
        MistakeError: the form lacks something.
        CaseError: the case was answered already.
    """
    if form.finding not in set(Finding):
        raise MistakeError(w("mistake.finding"), "finding")
    checked_public(w, form, "text")
    taken = assigned(case, w("case.committee"), now) if case.state is State.RECEIVED else case
    return answered(taken, Finding(form.finding), form.text.strip(), now)


def erratum(w: Words, case: Case, form: Form, now: datetime) -> Case:
    """Return a case with its erratum, which the public page of errors shows from then on.

    Raises:
        MistakeError: the form lacks something.
        CaseError: no error was recognised, or it was corrected already.
    """
    checked_public(w, form, "wrong", "right")
    source = checked_address(w, form, "source")
    told = w("case.erratum", wrong=form.wrong.strip(), right=form.right.strip())
    return corrected(case, f"{told} {w('case.erratum_source', source=source)}" if source else told, now)


def change_of(
    w: Words, form: Form, passage_of: Callable[[str], Passage | None], known: Mapping[str, str] | None = None
) -> Change:
    """Return what a recall says.

    Args:
        w: words of the section.
        form: `passage`, `after`, `text`, `url`; and `before` when the passage is not in the index any more.
        passage_of: the passages in force.
        known: refs that may be recalled; None for any.

    Raises:
        MistakeError: the form lacks something.
    """
    ref = form.passage.strip()
    found = passage_of(ref) if ref else None
    if not ref or (known is not None and ref not in known):
        raise MistakeError(w("mistake.passage"), "passage")
    if found is None and not form.before.strip():
        raise MistakeError(w("mistake.gone"), "before")
    if max(len(form.before), len(form.after)) > _LONGEST_PASSAGE:
        raise MistakeError(w("mistake.long", most=_LONGEST_PASSAGE), "after")
    checked_public(w, form, "text")
    url = checked_address(w, form, "url")
    before = found.text if found is not None else form.before.strip()
    return Change(ref, before, form.after.strip(), form.text.strip(), url)


def check_new(w: Words, records: Records, change: Change) -> None:
    """Check that a recall is not published already.

    Raises:
        MistakeError: the same one is.
        RecordsError: the recalls cannot be read.
    """
    if any((one.change.passage, one.change.after) == (change.passage, change.after) for one in records.recalls.all()):
        raise MistakeError(w("mistake.recalled"), "passage")


def recalled(records: Records, change: Change) -> Recall:
    """Publish a recall.

    Raises:
        StoreError: the turns cannot be read; nothing was published.
    """
    return records.recalls.publish(records.store.turns.quoting(change.passage), change, records.now())


REFUSED = (CaseError, RecordsError)
"""What a step may answer in one French sentence, beside a mistake of the form."""
