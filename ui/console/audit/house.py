"""What may be done to an audit: read one's queue, take the last answer back, end, settle, close. Nobody sees more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from bot.store import AuditTable, Label, Seat, Settlement
from bot.store.audits import Ended
from ethics.opinion import CORRECT
from ethics.readings import ARBITER, ContradictionError, Labels, disputes, label_of
from ui.console.audit.queues import Queue, QueueError, Queues

LONGEST_COMMENT = 2000


class Phase(StrEnum):
    """How far an audit is."""

    READING = "reading"
    SETTLING = "settling"
    CLOSED = "closed"


class AuditGoneError(Exception):
    """No such audit."""


class RefusedActError(Exception):
    """Something that may not be done now; `name` is a key of the table `refused` of words.fr.toml."""

    def __init__(self, name: str, **values: object) -> None:
        super().__init__(name)
        self.name, self.values = name, values


class AlreadySaidError(RefusedActError):
    """The answer was labelled before, otherwise; `said` stands, `sent` was not kept."""

    def __init__(self, said: Label, sent: Label) -> None:
        super().__init__("already")
        self.said, self.sent = said, sent


@dataclass(frozen=True)
class Audit:
    """One audit as it stands.

    Attributes:
        queue: what is read.
        seats: of those who began.
        ended: when it was stopped and closed.
    """

    queue: Queue
    seats: Mapping[str, Seat]
    ended: Ended

    @property
    def phase(self) -> Phase:
        """How far it is: read until every reader ended or somebody stopped it, then settled, until it is closed."""
        if self.ended.closed:
            return Phase.CLOSED
        done = all(self.is_sealed(name) for name in self.queue.members)
        return Phase.SETTLING if done or self.ended.stopped else Phase.READING

    def is_sealed(self, seat: str) -> bool:
        """Tell whether what a seat said can no longer change."""
        return seat in self.seats and self.seats[seat].sealed is not None

    def seat_of(self, name: str) -> str:
        """Return the seat that somebody reads from now; empty when they do not."""
        if name in self.queue.members:
            return name if self.phase is Phase.READING and not self.is_sealed(name) else ""
        third = self.seats.get(ARBITER)
        return ARBITER if self.phase is Phase.SETTLING and third and third.name == name and not third.sealed else ""

    def shows_figures_to(self, name: str) -> bool:
        """Tell whether somebody may see counts: not while they read, since counts tell what the other one said."""
        return not self.seat_of(name) and (name not in self.queue.members or self.is_sealed(name) or self.is_read)

    @property
    def is_read(self) -> bool:
        """Whether nobody reads their queue any more."""
        return self.phase is not Phase.READING


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is in their queue.

    Attributes:
        answer: number of the one to read; empty at the end.
        rank: of it, from 1; one more than there are at the end.
        total: how many there are.
        last: number of the last one labelled; empty at the beginning.
        draft: what was said of the answer to read before it was taken back, None otherwise.
    """

    answer: str
    rank: int
    total: int
    last: str
    draft: Label | None


class Audits:
    """The audits.

    Args:
        queues: what is read.
        table: what is said of it.
        now: the clock.
    """

    def __init__(
        self, queues: Queues, table: AuditTable, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._queues = queues
        self._table = table
        self._now = now

    def all(self) -> Iterator[Audit | str]:
        """Yield every audit, the last one made first; the name alone of one whose files are damaged.

        Raises:
            StoreError: the database does not answer.
        """
        for name in self._queues.names():
            try:
                yield self.open(name)
            except (QueueError, AuditGoneError):
                yield name

    def open(self, name: str) -> Audit:
        """Return an audit.

        Raises:
            AuditGoneError: there is none of that name.
            QueueError: its files are damaged.
            StoreError: the database does not answer.
        """
        queue = self._queues.find(name)
        if queue is None:
            raise AuditGoneError(name)
        return Audit(queue, self._table.seats(name), self._table.ended(name))

    def place(self, audit: Audit, seat: str) -> Place:
        """Return where a seat is in its queue.

        Raises:
            StoreError: the database does not answer.
        """
        order, said = self.order(audit, seat), self._table.labels(audit.queue.id, seat)
        labelled = [answer for answer in order if answer in said]
        left = next((answer for answer in order if answer not in said), "")
        draft = self._table.withdrawn(audit.queue.id, seat, left)
        return Place(left, len(labelled) + 1, len(order), labelled[-1] if labelled else "", draft)

    def say(self, audit: Audit, name: str, said: Label) -> None:
        """Keep what somebody says of one answer of their queue; the same said twice is kept once.

        Raises:
            RefusedActError: they do not read now, or the answer is not one of theirs.
            AlreadySaidError: they said something else of it before.
            StoreError: nothing was kept.
        """
        seat = audit.seat_of(name)
        if not seat or said.answer not in self.order(audit, seat):
            raise RefusedActError("not_reading")
        if seat == name:
            self._table.take_seat(audit.queue.id, seat, name, self._now())
        if self._table.keep(audit.queue.id, seat, said, self._now()):
            return
        before = self._table.labels(audit.queue.id, seat).get(said.answer)
        if before is None:
            raise RefusedActError("not_reading")
        if before != said:
            raise AlreadySaidError(before, said)

    def take_back(self, audit: Audit, name: str, answer: str) -> None:
        """Take the last label back: its answer is read again, with what was said of it.

        Raises:
            RefusedActError: it is no longer the last one, or they do not read now.
            StoreError: nothing was changed.
        """
        seat = audit.seat_of(name)
        if not seat:
            raise RefusedActError("not_reading")
        last = self.place(audit, seat).last
        if answer != last or not last or not self._table.withdraw(audit.queue.id, seat, answer):
            raise RefusedActError("not_last")

    def finish(self, audit: Audit, name: str) -> None:
        """Fix what somebody said for good, once their queue is read.

        Raises:
            RefusedActError: answers are left, or they do not read now.
            StoreError: nothing was changed.
        """
        seat = audit.seat_of(name)
        if not seat:
            raise RefusedActError("not_reading")
        if self.place(audit, seat).answer:
            raise RefusedActError("not_finished")
        self._table.seal(audit.queue.id, seat, self._now())

    def stop(self, audit: Audit, name: str) -> None:
        """End the reading of everybody: what was said until now stands.

        Raises:
            RefusedActError: nobody reads any more, or one who reads asks it: their part cannot be ended by themselves.
            StoreError: nothing was changed.
        """
        check_stop(audit, name)
        self._table.end(audit.queue.id, name, self._now(), closed=False)

    def close(self, audit: Audit, name: str) -> None:
        """End the audit: its answers can be listed, and what was said goes where an opinion needs it.

        Raises:
            RefusedActError: somebody still reads, or it is closed already.
            StoreError: nothing was changed.
        """
        check_close(audit, name)
        if not self._table.end(audit.queue.id, name, self._now(), closed=True):
            raise RefusedActError("not_settling")

    def arbitrate(self, audit: Audit, name: str) -> None:
        """Seat the third person, who reads the disputed answers blind, mixed with planted ones.

        Raises:
            RefusedActError: they read before, somebody else settles, or there is nothing to settle.
            StoreError: nothing was changed.
        """
        if audit.phase is not Phase.SETTLING or not self.disputed(audit):
            raise RefusedActError("nothing_to_settle")
        if name in audit.queue.members:
            raise RefusedActError("read_before")
        holder = self._table.take_seat(audit.queue.id, ARBITER, name, self._now())
        if holder.name != name:
            raise RefusedActError("settled_by_other", who=holder.name)

    def propose(self, audit: Audit, name: str, said: Label) -> None:
        """Propose, as one of the two who differ, a label for both.

        Raises:
            RefusedActError: the answer is not disputed, or they did not read it.
            StoreError: nothing was kept.
        """
        self._check_pair(audit, name, said.answer)
        if not self._table.propose(audit.queue.id, Settlement(said, name), self._now()):
            raise RefusedActError("not_disputed")

    def confirm(self, audit: Audit, name: str, said: Label, proposed_by: str) -> None:
        """Confirm the proposal of the other, as it was read.

        Raises:
            RefusedActError: it changed meanwhile, it is one's own, or the answer is not disputed.
            StoreError: nothing was kept.
        """
        self._check_pair(audit, name, said.answer)
        if not self._table.confirm(audit.queue.id, Settlement(said, proposed_by), name, self._now()):
            raise RefusedActError("proposal_changed")

    def said(self, audit: Audit, seat: str) -> Mapping[str, Label]:
        """Return what a seat said, by the number of the answer.

        Raises:
            StoreError: the database does not answer.
        """
        return self._table.labels(audit.queue.id, seat)

    def settlements(self, audit: Audit) -> Mapping[str, Settlement]:
        """Return what readers proposed or settled together, by the number of the answer.

        Raises:
            StoreError: the database does not answer.
        """
        return self._table.settlements(audit.queue.id)

    def labels(self, audit: Audit) -> Labels:
        """Return the label of each answer by reader and name, as the counts need them.

        Raises:
            QueueError: the key is not that of the queue.
            StoreError: the database does not answer.
        """
        cases = audit.queue.key.cases
        return {
            member: {cases[answer]: one.label for answer, one in said.items()}
            for member in audit.queue.members
            if (said := self.said(audit, member))
        }

    def third(self, audit: Audit) -> dict[str, Label]:
        """Return what was settled, by the name of the answer: by the third person, or by the two readers together."""
        cases = audit.queue.key.cases
        together = {answer: one.said for answer, one in self.settlements(audit).items() if one.confirmed_by}
        return {cases[answer]: one for answer, one in {**together, **self.said(audit, ARBITER)}.items()}

    def disputed(self, audit: Audit) -> Sequence[str]:
        """Return the numbers of the answers on which readers differ, settled by nobody, in the order of the third one.

        Raises:
            QueueError: the key is not that of the queue.
            StoreError: the database does not answer.
        """
        open_ = set(disputes(self.labels(audit), {case: one.label for case, one in self.third(audit).items()}))
        cases = audit.queue.key.cases
        return [answer for answer in audit.queue.orders[ARBITER] if cases[answer] in open_]

    def order(self, audit: Audit, seat: str) -> Sequence[str]:
        """Return the numbers of the answers of a seat, in its order.

        The third person reads what readers differ on, mixed with every planted answer: without these, they would know
        that each answer is disputed.
        """
        if seat != ARBITER:
            return audit.queue.orders[seat]
        key = audit.queue.key
        together = {answer for answer, one in self.settlements(audit).items() if one.confirmed_by}
        wanted = {*disputes(self.labels(audit), {}), *key.plants} - {key.cases[answer] for answer in together}
        return [answer for answer in audit.queue.orders[ARBITER] if key.cases[answer] in wanted]

    def _check_pair(self, audit: Audit, name: str, answer: str) -> None:
        if audit.phase is not Phase.SETTLING or answer not in self.disputed(audit):
            raise RefusedActError("not_disputed")
        if ARBITER in audit.seats:
            raise RefusedActError("settled_by_other", who=audit.seats[ARBITER].name)
        if name not in audit.queue.members or answer not in self.said(audit, name):
            raise RefusedActError("not_read_by_you")


def check_stop(audit: Audit, name: str) -> None:
    """Refuse a stop that may not be done.

    Raises:
        RefusedActError: nobody reads any more, or who asks it reads.
    """
    if audit.phase is not Phase.READING:
        raise RefusedActError("not_reading")
    if audit.seat_of(name):
        raise RefusedActError("readers_do_not_stop")


def check_close(audit: Audit, _: str) -> None:
    """Refuse a closing that may not be done.

    Raises:
        RefusedActError: somebody still reads, or it is closed already.
    """
    if audit.phase is not Phase.SETTLING:
        raise RefusedActError("not_settling")


def label_from(answer: str, labels: Sequence[str], comment: str, marks: Sequence[int], *, severe: bool) -> Label:
    """Return what a form says of an answer, checked against the closed list.

    Raises:
        UnknownLabelError: a label is not on the list.
        RefusedActError: nothing was chosen, or an answer is said to be correct and wrong.
    """
    try:
        label = label_of(labels)
    except ContradictionError as error:
        raise RefusedActError("contradiction") from error
    if not label:
        raise RefusedActError("no_label")
    if label == CORRECT and (severe or marks):
        raise RefusedActError("correct_and_wrong")
    text = "".join(sign for sign in comment if sign.isprintable() or sign in "\n\t").strip()
    return Label(answer, label, severe, text[:LONGEST_COMMENT], tuple(sorted(set(marks))))
