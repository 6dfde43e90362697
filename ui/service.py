"""The bot behind the pages: what is served at this moment, at which level, and why when nothing is.

Pages and API ask this one object; it asks the gate (ethics) whether what is in memory may be served.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from anyio.to_thread import run_sync

from bot.assembly import Assembly
from bot.errors import StoreError
from bot.turn import Conversation, Sentence, Turn
from ethics.errors import RecordsError
from ethics.gate import Verdict
from ui.admission import Admission, Ticket
from ui.inclusion import Inclusion
from ui.records import Records

_LOG = logging.getLogger("cite.ui")


@dataclass(frozen=True, slots=True)
class Standing:
    """What may be served now.

    Attributes:
        level: `L0` as approved, `L1` some themes off, `L2` quotes only, `L3` a page with a telephone number.
        demo: nobody approved it; served on this machine only, with its banner.
        findings: in French, what is missing for more.
        themes_off: themes of documents that are not answered from.
        verdict: what the gate said, for the page that tells who approved what; None without a gate.
        release: fingerprint of what answers; empty when nobody approved it.
        agents: it was approved for the agents' desk, whose scope is its own (`agents`).
    """

    level: str
    demo: bool
    findings: tuple[str, ...] = ()
    themes_off: tuple[str, ...] = ()
    verdict: Verdict | None = None
    release: str = ""
    agents: bool = False

    @property
    def open(self) -> bool:
        """Questions are answered."""
        return self.level != "L3"

    @property
    def only(self) -> tuple[str, ...]:
        """The only themes that the approval is for; empty for all."""
        return self.verdict.themes if self.verdict is not None else ()

    @property
    def partial(self) -> bool:
        """Some themes are not answered."""
        return bool(self.themes_off or self.only)

    @property
    def drafts(self) -> bool:
        """Letters are drafted: approved in scope `agents`, or shown to nobody beyond this machine."""
        return self.open and (self.demo or self.agents)

    @property
    def root(self) -> str:
        """Merkle root of the passages that were approved, 64 hex digits; empty when none were."""
        manifest = self.verdict.manifest if self.verdict and self.release else None
        return "" if manifest is None else str(manifest.parts["passages"])


class ThemeOffError(Exception):
    """The answer comes from a document whose theme is suspended: it is not shown.

    Attributes:
        name: what the reader is told, a key of the table `refused` of the words.
    """

    name = "theme_off"


class WithheldError(ThemeOffError):
    """The answer quotes a passage in quarantine: it is not shown."""

    name = "withheld"


class ThemeClosedError(ThemeOffError):
    """The answer comes from a document whose theme is not one of those approved: it is not shown."""

    name = "theme_closed"


class ClosedError(ThemeOffError):
    """The service closed while this answer was made: it is not shown, and nobody is told that it was approved."""

    name = "closed"


class UnprovedError(ThemeOffError):
    """The answer quotes a passage that is not one of those approved: it is not shown, and the service closes."""

    name = "closed"


@dataclass(frozen=True, slots=True)
class DeskRules:
    """What the operator set for the agents' desk.

    Attributes:
        second_reader: no letter leaves before a second person agreed; otherwise, those for which it was asked.
        internal: answers from the agents' own corpus; nothing but the desk holds it.
    """

    second_reader: bool = False
    internal: Assembly | None = None


class Service:
    """Answers questions for whoever was admitted.

    Args:
        assembly: the bot.
        admission: who is served now.
        standing: the gate, asked before each answer.
        today: the civil day.
        records: what is kept; None keeps nothing, and no page about it is served.
        inclusion: proves each passage quoted; made from the store of the bot when None.
        distrust: called when an answer quotes a passage that is not proved.

    Attributes:
        desk: rules of the agents' desk, set before its pages are installed.
    """

    def __init__(
        self,
        assembly: Assembly,
        admission: Admission,
        standing: Callable[[], Standing],
        today: Callable[[], date] = date.today,
        records: Records | None = None,
        inclusion: Inclusion | None = None,
        distrust: Callable[[], None] = lambda: None,
    ) -> None:
        self.assembly = assembly
        self.admission = admission
        self.gate = standing
        self.records = records
        self.inclusion = inclusion or Inclusion(assembly.opened)
        self.desk = DeskRules()
        self._today = today
        self._distrust = distrust

    def standing(self) -> Standing:
        """Return what may be served now: as the gate says, without the themes closed after an error."""
        found = self.gate()
        return found if self.records is None else _with_quarantine(found, self.records)

    async def answer(
        self, text: str, conversation: Conversation, *, wanted: bool, ticket: Ticket | None = None
    ) -> Turn:
        """Answer one question.

        Raises:
            BusyError: too many wait already.
            ThemeOffError: its theme is suspended.
            WithheldError: it quotes what is in quarantine.
            UnprovedError: it quotes what is not approved.
        """
        async with self.admission.place(ticket) as place:
            wanted = wanted and not place.quotes_only and self.standing().level in {"L0", "L1"}
            respond = self.assembly.responder.respond
            turn = await run_sync(lambda: respond(text, self._today(), conversation=conversation, wanted=wanted))
        return self.allowed(turn)

    async def stream(
        self, text: str, conversation: Conversation, *, wanted: bool, ticket: Ticket | None = None
    ) -> AsyncIterator[Sentence | Turn]:
        """Answer one question, each sentence of a model as soon as it is proved, then the whole turn.

        Raises:
            BusyError: too many wait already.
            ThemeOffError: its theme is suspended.
            UnprovedError: it quotes what is not approved.
        """
        async with self.admission.place(ticket) as place:
            standing = self.standing()
            wanted = wanted and not place.quotes_only and standing.level in {"L0", "L1"}
            events = self.assembly.responder.stream(text, self._today(), conversation=conversation, wanted=wanted)
            while (event := await run_sync(next, events, None)) is not None:
                if isinstance(event, Turn):
                    yield self.allowed(event)
                elif not standing.partial and self._may_show(event, standing.root):
                    # With a theme left out, nothing is shown before the theme of the whole answer is known.
                    yield event

    def allowed(self, turn: Turn) -> Turn:
        """Return an answer that may be shown; one that is not shown leaves no receipt.

        Raises:
            ClosedError: nothing is served any more.
            ThemeOffError: its theme is suspended.
            ThemeClosedError: its theme is not one of those approved.
            WithheldError: it quotes what is in quarantine.
            UnprovedError: it quotes what is not approved.
        """
        try:
            self._check(turn)
        except ThemeOffError:
            self._forget(turn)
            raise
        return turn

    def _forget(self, turn: Turn) -> None:
        """Take back the line of an answer that nobody read: a receipt says what was shown."""
        if self.records is None or not turn.receipt:
            return
        try:
            self.records.store.turns.erase(turn.receipt)
        except StoreError as error:
            _LOG.error("The line of an answer that was not shown could not be erased: %s", error)

    def _check(self, turn: Turn) -> None:
        standing = self.standing()
        if not standing.open:
            raise ClosedError
        if turn.card is not None and turn.sentences:
            if turn.card.theme in standing.themes_off:
                raise ThemeOffError
            if standing.only and turn.card.theme not in standing.only:
                raise ThemeClosedError
        if self._stops(turn):
            raise WithheldError
        if not self.inclusion.proves(turn, standing.root):
            # Between two readings of the disk by the gate, this is what stands between an altered store and a reader.
            _LOG.error("An answer quoted a passage that is not an approved one: it was not shown.")
            self._distrust()
            raise UnprovedError

    def still_shows(self, answer: Mapping[str, Any]) -> bool:
        """Tell whether an answer given before, as a machine reads it, may be given again without being asked anew."""
        standing = self.standing()
        if self.records is None or not standing.open or standing.partial:
            return standing.open and not standing.partial
        held = self.records.quarantine.passages
        cited = (one["passage"] for sentence in answer["sentences"] for one in sentence["citations"])
        return held.keys().isdisjoint(cited)

    def _may_show(self, sentence: Sentence, root: str) -> bool:
        return not self._stops(sentence) and self.inclusion.holds(sentence, root)

    def _stops(self, said: Turn | Sentence) -> bool:
        if self.records is None:
            return False
        quarantine = self.records.quarantine
        try:
            return quarantine.stops(said) if isinstance(said, Turn) else quarantine.stops_any([said])
        except RecordsError as error:
            # Spoilt since the standing was asked: what cannot be read withholds everything.
            _LOG.error("%s", error)
            return True


def _with_quarantine(found: Standing, records: Records) -> Standing:
    """Return what may be served once the themes closed after an error are taken from it."""
    try:
        closed = records.quarantine.themes
    except RecordsError as error:
        return Standing("L3", demo=False, findings=(*found.findings, str(error)), verdict=found.verdict)
    if not closed or not found.open:
        return found
    themes = tuple(dict.fromkeys([*found.themes_off, *closed]))
    findings = (*found.findings, *(one.why for one in closed.values()))
    return replace(found, level="L1" if found.level == "L0" else found.level, themes_off=themes, findings=findings)
