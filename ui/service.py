"""The bot behind the pages: what is served at this moment, at which level, and why when nothing is.

Pages and API ask this one object; it asks the gate (ethics) whether what is in memory may be served.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date

from anyio.to_thread import run_sync

from bot.assembly import Assembly
from bot.turn import Conversation, Sentence, Turn
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
    """

    level: str
    demo: bool
    findings: tuple[str, ...] = ()
    themes_off: tuple[str, ...] = ()
    verdict: Verdict | None = None
    release: str = ""

    @property
    def open(self) -> bool:
        """Questions are answered."""
        return self.level != "L3"

    @property
    def root(self) -> str:
        """Merkle root of the passages that were approved, 64 hex digits; empty when none were."""
        manifest = self.verdict.manifest if self.verdict and self.release else None
        return "" if manifest is None else str(manifest.parts["passages"])


class ThemeOffError(Exception):
    """The answer comes from a document whose theme is suspended: it is not shown."""


class UnprovedError(ThemeOffError):
    """The answer quotes a passage that is not one of those approved: it is not shown, and the service closes."""


class Service:
    """Answers questions for whoever was admitted.

    Args:
        assembly: the bot.
        admission: who is served now.
        standing: asked before each answer.
        today: the civil day.
        records: what is kept; None keeps nothing, and no page about it is served.
        inclusion: proves each passage quoted; made from the store of the bot when None.
        distrust: called when an answer quotes a passage that is not proved.
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
        self.standing = standing
        self.records = records
        self.inclusion = inclusion or Inclusion(assembly.opened)
        self._today = today
        self._distrust = distrust

    async def answer(
        self, text: str, conversation: Conversation, *, wanted: bool, ticket: Ticket | None = None
    ) -> Turn:
        """Answer one question.

        Raises:
            BusyError: too many wait already.
            ThemeOffError: its theme is suspended.
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
                elif not standing.themes_off and self.inclusion.holds(event, standing.root):
                    # With a theme suspended, nothing is shown before the theme of the whole answer is known.
                    yield event

    def allowed(self, turn: Turn) -> Turn:
        """Return an answer that may be shown.

        Raises:
            ThemeOffError: its theme is suspended.
            UnprovedError: it quotes what is not approved.
        """
        standing = self.standing()
        off = standing.themes_off
        if off and turn.card is not None and turn.sentences and turn.card.theme in off:
            raise ThemeOffError
        if not self.inclusion.proves(turn, standing.root):
            # Between two readings of the disk by the gate, this is what stands between an altered store and a reader.
            _LOG.error("An answer quoted a passage that is not an approved one: it was not shown.")
            self._distrust()
            raise UnprovedError
        return turn
