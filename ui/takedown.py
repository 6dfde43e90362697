"""A severe error that was confirmed closes its theme, whoever confirmed it and wherever: desk, console, command.

Where a committee sits, the closing is a suspension in the signed log: the gate applies it, and only a quorum lifts it.
It is filed by the service itself, unsigned, which the levels allow: going down never waits for anybody. Where there is
no committee, or when the log refuses, the theme is held by the quarantine file.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.store import CaseLine, Figures
from corpus.store import PassageStore
from ethics.case import Finding, State
from ethics.errors import EthicsError
from ethics.gate import rosters
from ethics.levels import Level, suspension
from ethics.records import LOG, file_envelope, read_records
from ui.quarantine import CLOSE, Kept, Quarantine
from ui.records import Records

_LOG = logging.getLogger("cite.ui")
_WHO = "cite"
_WHY = "Erreur grave confirmée, demande {number} : les réponses de ce thème attendent sa correction."


@dataclass(frozen=True, slots=True)
class Closed:
    """Themes that were just closed, by the case that did it; `filed` in the signed log."""

    themes: tuple[str, ...]
    case: str
    filed: bool


class Takedown:
    """Closes the themes of severe errors.

    Args:
        figures: of the database of cases.
        folder: of the records.
        quarantine: where themes are held without a committee.
        themes_of: themes of a document by its id; none when they are not known.
        now: the clock.
    """

    def __init__(
        self,
        figures: Figures,
        folder: Path,
        quarantine: Quarantine,
        themes_of: Callable[[str], tuple[str, ...]],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._figures, self._folder, self._quarantine = figures, folder, quarantine
        self._themes_of, self._now = themes_of, now

    def look(self) -> tuple[Closed, ...]:
        """Close the theme of each severe error confirmed since the last look, once a case.

        Raises:
            StoreError: the cases cannot be read.
            RecordsError: the quarantine file cannot be read or written.
        """
        found = []
        for case in self._confirmed():
            themes = self._themes_of(case.document)
            if themes and (closed := self.close(themes, case.number)) is not None:
                found.append(closed)
        return tuple(found)

    def orphans(self) -> tuple[str, ...]:
        """Return the numbers of the severe errors whose theme nobody can tell from their receipt: a person must.

        Raises:
            StoreError: the cases cannot be read.
            RecordsError: the quarantine file cannot be read.
        """
        return tuple(case.number for case in self._confirmed() if not self._themes_of(case.document))

    def close(self, themes: tuple[str, ...], number: str) -> Closed | None:
        """Close themes for one case; None when that case closed its own already.

        Raises:
            RecordsError: nothing could hold it.
        """
        why = _WHY.format(number=number)
        with self._quarantine.holding() as add:
            if number in _closed_by(self._quarantine):
                return None
            filed = self._filed(themes, why)
            for theme in themes:
                add(Kept(CLOSE, theme, why, self._now(), number, filed))
        _LOG.warning("Theme closed after a severe error: %s.", number)
        return Closed(themes, number, filed)

    def _confirmed(self) -> tuple[CaseLine, ...]:
        done = _closed_by(self._quarantine)
        wrong = {Finding.FOUNDED, Finding.PARTLY}
        # One that is closed was handled, perhaps before this was watched: its theme is not closed anew.
        found = (one for one in self._figures.cases(severe=True) if one.state is not State.CLOSED)
        return tuple(one for one in found if one.finding in wrong and one.number not in done)

    def _filed(self, themes: tuple[str, ...], why: str) -> bool:
        if not (self._folder / LOG).exists():
            return False
        try:
            rosters(read_records(self._folder))
            envelope = suspension(Level.L1, _WHO, why, themes).envelope()
            file_envelope(self._folder, "suspension", envelope, self._now(), "L1")
        except EthicsError as error:
            _LOG.error("The suspension could not be filed (%s); the quarantine file holds it.", type(error).__name__)
            return False
        return True


def takedown_of(records: Records, index: PassageStore) -> Takedown:
    """Return what closes the themes of one service, from the themes of its index."""
    figures = Figures(records.store.turns.engine)
    return Takedown(
        figures, records.folder, records.quarantine, lambda document: themes_of(index, document), records.now
    )


def themes_of(index: PassageStore, document: str) -> tuple[str, ...]:
    """Return the themes of a document by the publisher's id: several where it has texts for several readers.

    None where it has none, or is not in the index any more.
    """
    cards = (index.document(key) for key in index.keys_of(document)) if document else ()
    return tuple(dict.fromkeys(card.theme for card in cards if card is not None and card.theme))


def _closed_by(quarantine: Quarantine) -> frozenset[str]:
    return frozenset(one.case for one in quarantine.history if one.act == CLOSE)
