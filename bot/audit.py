"""The last step of a served turn: one line kept, without a word of the question, and the receipt that proves it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.errors import StoreError
from bot.turn import Turn
from ethics.receipt import new_receipt

if TYPE_CHECKING:
    from bot.store import Line

NO_RELEASE = "non approuvée"
"""What a receipt says in place of a fingerprint when no release was approved."""

_LOG = logging.getLogger("cite.bot")

Keep = Callable[["Line"], None]
DigestOf = Callable[[Turn], str]
ReleaseOf = Callable[[], str]


def utc_now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


class Audit:
    """The step that keeps one line a turn and numbers its receipt.

    Args:
        keep: writes the line; a line that cannot be written leaves the turn without a receipt, and says so.
        digest_of: SHA-256 of an answer as served, 64 hex digits.
        release: gives the fingerprint of what answers at this moment; empty when nobody approved it.
        now: the clock.
    """

    def __init__(
        self, keep: Keep, digest_of: DigestOf, release: ReleaseOf = str, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._keep = keep
        self._digest_of = digest_of
        self._release = release
        self._now = now

    def __call__(self, turn: Turn) -> Turn:
        """Keep the line; a resident is answered even when it cannot be kept, and reads that no receipt was given."""
        line = self._line(turn)
        try:
            self._keep(line)
        except StoreError as error:
            _LOG.error("%s", error)
            return replace(turn, warnings=(*turn.warnings, ("no_receipt", "")))
        return replace(turn, receipt=line.receipt)

    def _line(self, turn: Turn) -> Line:
        from bot.store import Line  # noqa: PLC0415  SQLAlchemy, for a service that keeps lines only

        digest, at, release = self._digest_of(turn), self._now(), self._release() or NO_RELEASE
        refs = dict.fromkeys(c.passage for sentence in turn.sentences for c in sentence.citations)
        return Line(
            receipt=new_receipt(digest, release, tuple(refs), at).id,
            at=at.replace(microsecond=0),
            status=str(turn.status),
            digest=digest,
            release=release,
            document=turn.card.id if turn.card is not None and turn.sentences else "",
            passages=tuple(refs),
            language=turn.language,
            generated=turn.generated,
            milliseconds=round(sum(spent for _, spent in turn.timings), 1),
            energy=(turn.energy.low, turn.energy.high) if turn.energy else None if turn.generated else (0.0, 0.0),
        )
