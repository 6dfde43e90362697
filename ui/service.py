"""The bot behind the pages: what is served at this moment, at which level, and why when nothing is.

Pages and API ask this one object; it asks the gate (ethics) whether what is in memory may be served.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date

from anyio.to_thread import run_sync

from bot.assembly import Assembly
from bot.turn import Conversation, Sentence, Turn
from ethics.gate import Verdict
from ui.admission import Admission
from ui.records import Records


@dataclass(frozen=True, slots=True)
class Standing:
    """What may be served now.

    Attributes:
        level: `L0` as approved, `L1` some themes off, `L2` quotes only, `L3` a page with a telephone number.
        demo: nobody approved it; served on this machine only, with its banner.
        findings: in French, what is missing for more.
        themes_off: themes of documents that are not answered from.
        verdict: what the gate said, for the page that tells who approved what; None without a gate.
    """

    level: str
    demo: bool
    findings: tuple[str, ...] = ()
    themes_off: tuple[str, ...] = ()
    verdict: Verdict | None = None

    @property
    def open(self) -> bool:
        """Questions are answered."""
        return self.level != "L3"


class ThemeOffError(Exception):
    """The answer comes from a document whose theme is suspended: it is not shown."""


class Service:
    """Answers questions for whoever was admitted.

    Args:
        assembly: the bot.
        admission: who is served now.
        standing: asked before each answer.
        today: the civil day.
        records: what is kept; None keeps nothing, and no page about it is served.
    """

    def __init__(
        self,
        assembly: Assembly,
        admission: Admission,
        standing: Callable[[], Standing],
        today: Callable[[], date] = date.today,
        records: Records | None = None,
    ) -> None:
        self.assembly = assembly
        self.admission = admission
        self.standing = standing
        self.records = records
        self._today = today

    async def answer(self, text: str, conversation: Conversation, *, wanted: bool) -> Turn:
        """Answer one question.

        Raises:
            BusyError: too many wait already.
            ThemeOffError: its theme is suspended.
        """
        async with self.admission.place() as place:
            wanted = wanted and not place.quotes_only and self.standing().level in {"L0", "L1"}
            respond = self.assembly.responder.respond
            turn = await run_sync(lambda: respond(text, self._today(), conversation=conversation, wanted=wanted))
        return self._allowed(turn)

    async def stream(self, text: str, conversation: Conversation, *, wanted: bool) -> AsyncIterator[Sentence | Turn]:
        """Answer one question, each sentence of a model as soon as it is proved, then the whole turn.

        Raises:
            BusyError: too many wait already.
            ThemeOffError: its theme is suspended.
        """
        async with self.admission.place() as place:
            standing = self.standing()
            wanted = wanted and not place.quotes_only and standing.level in {"L0", "L1"}
            events = self.assembly.responder.stream(text, self._today(), conversation=conversation, wanted=wanted)
            while (event := await run_sync(next, events, None)) is not None:
                if isinstance(event, Turn):
                    yield self._allowed(event)
                elif not standing.themes_off:
                    # With a theme suspended, nothing is shown before the theme of the whole answer is known.
                    yield event

    def _allowed(self, turn: Turn) -> Turn:
        off = self.standing().themes_off
        if off and turn.card is not None and turn.sentences and turn.card.theme in off:
            raise ThemeOffError
        return turn
