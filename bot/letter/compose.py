"""The draft itself: each question through the steps of the chat, its sentences kept with what proves them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache

from bot.answerable import belief, evidence
from bot.assembly import Assembly
from bot.checks.place import misplaced
from bot.errors import StoreError
from bot.letter.internal import Internal
from bot.letter.lines import (
    Ids,
    addressee_of,
    aged,
    asked_of,
    citation_of,
    formula,
    is_courtesy,
    lines_of,
    missing_of,
    quoted,
    referral,
    same_words,
    source_of,
    without_repeats,
    words_of_letters,
)
from bot.letter.masking import without_tokens
from bot.letter.precedents import Precedents
from bot.letter.reply import Gap, Line, Offer, Part, Reply, Source, State
from bot.letter.simplify import Simple, as_it_is, simplify
from bot.letter.split import Ask, split_letter
from bot.page import cite
from bot.replies import day_text, status_text
from bot.retrieve import DOCUMENTS
from bot.turn import Conversation, Origin, Role, Sentence, Status, Turn
from bot.verify import Verify
from corpus.document import Passage
from corpus.found import Found

_ANSWERS = frozenset({Status.ANSWERED, Status.CLARIFY_BRANCH, Status.CLARIFY_DOCUMENT})
_ALSO = 6
_SOUNDED = 5
"""Documents that tell how well some words are answered (the thresholds of split.py were chosen with as many)."""


class Composer:
    """Drafts replies, and checks what an agent changes in them.

    Args:
        assembly: the bot.
        allowed: what may be shown of a turn, for whoever serves; everything when nobody says.
        internal: answers from the agents' own corpus, which residents' answers never reach; None without one.
        precedents: sentences validated before; None offers none.
    """

    def __init__(
        self,
        assembly: Assembly,
        allowed: Callable[[Turn], Turn] = lambda turn: turn,
        internal: Assembly | None = None,
        precedents: Precedents | None = None,
    ) -> None:
        self._assembly = assembly
        self._allowed = allowed
        self._internal = None if internal is None else Internal(internal, assembly.opened.searcher)
        self._precedents = precedents
        # Old figures are not withheld from an agent: they are marked, and must be checked.
        self._verify = Verify(self.passage, withhold_old_figures=False)

    def passage(self, ref: str) -> Passage | None:
        """Return a passage of the documents in force, the agents' own included, or None."""
        found = self._assembly.opened.store.passage(ref)
        return found or (None if self._internal is None else self._internal.passage(ref))

    def draft(self, letter: str, day: date, written: date | None = None) -> Reply:
        """Draft the reply to a masked letter.

        Args:
            letter: masked (`bot.letter.masking.hide`).
            day: the civil day whose versions are quoted.
            written: the present day, when it is not that one; the letter then says which texts it quotes.
        """
        # The words that say where a question ends are searched again to answer it: once is enough.
        known: dict[str, Found] = {}
        asks = split_letter(letter, cache(lambda text: self._sound(text, day, known)))
        ids = Ids()
        words = words_of_letters()["formula"]
        announce = words["announce_one" if len(asks) == 1 else "announce_many"]
        dated = (words["as_of"].format(day=day_text(day)),) if written not in {None, day} else ()
        opening = tuple(formula(ids, text) for text in (words["opening"], words["received"], announce, *dated))
        parts: list[Part] = []
        for ask in asks:
            parts.append(without_repeats(self._first(ask, parts, day, ids, known), parts))
        closing = tuple(formula(ids, text) for text in (words["closing"], words["farewell"]))
        return Reply(
            letter,
            day,
            opening,
            tuple(parts),
            closing,
            addressee=addressee_of(letter),
            next_id=ids.next,
            written=written or day,
        )

    def _first(self, ask: Ask, before: Sequence[Part], day: date, ids: Ids, known: Mapping[str, Found]) -> Part:
        """Answer a question of the letter: with its story, else alone; of the procedure before it where it may be."""
        part = self._answered(Part(ask.text, ask.searched), day, ids, known.get(ask.searched))
        if part.gap is not None and ask.alone not in {"", ask.searched}:
            alone = self._answered(Part(ask.text, ask.alone), day, ids, known.get(ask.alone))
            part = alone if alone.gap is None else part
        if part.missing is not None and part.missing.by_document:
            offered = {value for value, _ in part.missing.options}
            same = next((other.key for other in reversed(before) if other.key in offered), "")
            if same:
                # One letter is most often about one matter.
                return self._answered(replace(part, document=same), day, ids, known.get(part.searched))
        return part

    def answer_again(self, reply: Reply, rank: int, *, pick: str = "", document: str = "", ask: str = "") -> Reply:
        """Answer one question anew: with what the agent knows of the resident, or in other words.

        Args:
            reply: as it stands.
            rank: of the part.
            pick: "choice|label" of an option.
            document: key of a procedure.
            ask: the question, in the agent's words, masked.
        """
        part = reply.parts[rank]
        choice, bar, label = pick.partition("|")
        picked = (*part.picked, (choice, label)) if bar else part.picked
        if document:
            picked = ()
        if ask.strip():
            part = replace(part, searched=without_tokens(ask.strip()), document="", worded=True)
            picked, document = (), ""
        ids = Ids(reply.next_id)
        anew = self._answered(replace(part, picked=picked, document=document or part.document), reply.day, ids)
        parts = (*reply.parts[:rank], anew, *reply.parts[rank + 1 :])
        return replace(reply, parts=parts, next_id=ids.next)

    def reuse(self, reply: Reply, rank: int, identifier: str) -> Reply | None:
        """Answer one question with sentences that were validated before, verified again; None when they do not stand.

        Args:
            reply: as it stands.
            rank: of the part.
            identifier: of an offer.
        """
        part, ids = reply.parts[rank], Ids(reply.next_id)
        turn_of = self._turn_from(reply.day)
        found = self._precedents and self._precedents.again(identifier, part, turn_of, self._verified)
        if not found:
            return None
        turn, offer = found
        lines = tuple(replace(line, id=ids.take()) for line in offer.lines)
        kept = tuple(line for line in part.lines if not line.waits or line.internal)
        taken = replace(
            part,
            lines=(*lines, *kept),
            title=offer.title,
            key=turn.card.key if turn.card is not None else part.key,
            branch=turn.branch,
            gap=None,
            offers=(),
        )
        parts = (*reply.parts[:rank], taken, *reply.parts[rank + 1 :])
        return replace(reply, parts=parts, next_id=ids.next)

    def simplified(self, line: Line, text: str) -> Line:
        """Return a line in simpler words than those of its source: to be checked, whatever says them.

        Args:
            line: whose sources stay beside it.
            text: the simpler words, masked.
        """
        words = re.sub(r"\s+", " ", text).strip()
        changed = replace(line, text=words, validated="", checked="", edited=True, simplified=True)
        return replace(changed, state=State.TO_CHECK, why="simplified", disclosed=False)

    def simple(self, passage: Passage, day: date, *, worded: bool) -> tuple[Simple, ...]:
        """Return a paragraph in short sentences, its terms explained; in simpler words when a model may word it.

        Args:
            passage: the paragraph.
            day: of the reply.
            worded: a model is asked, when there is one.

        Raises:
            ModelError: it did not answer.
        """
        store = self._assembly.opened.store
        card = store.document(passage.key)
        acronyms = dict(card.acronyms) if card is not None else {}
        model = self._assembly.language_model if worded else None
        return as_it_is(passage, acronyms) if model is None else simplify(passage, model, self._verify, day, acronyms)

    def rechecked(self, part: Part | None, line: Line, text: str, day: date) -> Line:
        """Return a line in the agent's words, with what now stands behind it; validated by nobody.

        Args:
            part: the question it answers; None for the opening and the closing.
            line: as it was.
            text: as the agent writes it, masked.
            day: of the reply.
        """
        text = re.sub(r"\s+", " ", text).strip()
        changed = replace(line, text=text, validated="", checked="", why="", edited=True)
        if is_courtesy(text):
            return replace(changed, state=State.AGENT, sources=())
        own = line.sources
        if own and same_words(text, " ".join(source.quote for source in own)):
            return quoted(replace(changed, simplified=False), own)
        if line.simplified:
            return replace(changed, state=State.TO_CHECK, why="simplified", disclosed=False)
        if part is None or line.contact:
            return replace(changed, state=State.TO_CHECK, why="unsourced", sources=own)
        # What residents may not read proves nothing that they are told.
        beside = (other for other in part.lines if other.internal == line.internal)
        others = tuple(source for other in beside for source in other.sources if source.passage)
        reason = "unsourced"
        turn = self._turn(part, day) if not line.internal else self._turn_of_agents(part, day)
        for sources in filter(None, dict.fromkeys((own, *((source,) for source in others)))):
            found = self._refusal(text, sources, turn)
            if not found:
                return aged(replace(changed, state=State.VERIFIED, sources=sources))
            if sources == own:
                reason = found
        return replace(changed, state=State.TO_CHECK, why=reason, sources=own)

    def _refusal(self, text: str, sources: Sequence[Source], turn: Turn) -> str:
        cited = tuple(citation_of(source) for source in sources if source.passage)
        sentence = Sentence(text, Role.LEAD, cited, origin=Origin.MODEL)
        return self._verify.refusal(sentence, turn)

    def _answered(self, part: Part, day: date, ids: Ids, found: Found | None = None) -> Part:
        turn = self._turn(part, day, found)
        contact = self._assembly.reply.contact(turn)
        status = turn.status or Status.ERROR_INTERNAL
        # A text that only points elsewhere answers nothing.
        answered = status in _ANSWERS and bool(turn.sentences or turn.question)
        lines: tuple[Line, ...] = tuple(lines_of(turn, part.searched, ids)) if answered else ()
        missing = missing_of(turn) if answered else None
        if missing is not None and not part.picked:
            lines = (*lines, Line(ids.take(), asked_of(missing), State.FORMULA))
        gap = None
        if not answered:
            reason = status_text(status, turn.topic) or words_of_letters()["gap"]["reason"]
            gap = Gap(status, reason, contact.name if contact else "")
            lines = (referral(contact, ids),) if contact is not None else ()
        urgent = (f"{one.name} : {one.phone}" for one in self._assembly.reply.urgent(turn))
        done = replace(
            part,
            lines=(*lines, *self._of_agents(part, day, ids)),
            status=status,
            title=turn.card.title if turn.card is not None and answered else "",
            key=turn.card.key if turn.card is not None and answered else "",
            branch=turn.branch if answered else (),
            missing=missing,
            gap=gap,
            also=tuple(dict.fromkeys(one.label for one in turn.also))[:_ALSO] if answered else (),
            urgent=tuple(urgent),
            receipt=turn.receipt,
            offers=(),
        )
        return replace(done, offers=self._offers(done, turn, day))

    def _offers(self, part: Part, turn: Turn, day: date) -> tuple[Offer, ...]:
        try:
            return self._precedents.near(part, turn, self._turn_from(day), self._verified) if self._precedents else ()
        except StoreError:
            # A draft without them is whole.
            return ()

    def _of_agents(self, part: Part, day: date, ids: Ids) -> Iterator[Line]:
        """What the agents' own corpus says of a question; for them alone until one of them says otherwise."""
        if self._internal is None:
            return
        turn = self._turn_of_agents(part, day)
        if turn.status is Status.ANSWERED:
            yield from (replace(line, internal=True) for line in lines_of(turn, part.searched, ids))

    def _turn_of_agents(self, part: Part, day: date) -> Turn:
        if self._internal is None:
            # The corpus was taken away since: nothing of it stands any more.
            return Turn(part.searched, day, status=Status.UNANSWERABLE_NO_SOURCE)
        return self._internal.turn(part.searched, day)

    def _turn_from(self, day: date) -> Callable[[Part, str], Turn]:
        return lambda part, document: self._turn(replace(part, document=document), day)

    def _verified(self, line: Line, turn: Turn) -> Line | None:
        """Return a line as it stands behind a turn, validated by nobody; None when it is not proved there."""
        sources = tuple(map(self._as_it_is(turn.day), line.sources))
        said, link, address = line.text.partition(" : http")
        passages = [passage for source in sources if (passage := self.passage(source.passage)) is not None]
        if link and not any(one.url == f"http{address}" for passage in passages for one in passage.links):
            return None
        cited = tuple(citation_of(source) for source in sources)
        if same_words(said, " ".join(source.quote for source in sources)):
            placed = not any(misplaced(passage, turn) for passage in passages)
            stands = placed and self._verify.supported(Sentence(said, Role.LEAD, cited), turn)
            return quoted(line, sources) if stands else None
        return (
            None if self._refusal(said, sources, turn) else aged(replace(line, state=State.VERIFIED, sources=sources))
        )

    def _as_it_is(self, day: date) -> Callable[[Source], Source]:
        """Return what dates a source anew: its passage may have been confirmed, or grown old, since."""

        def source(one: Source) -> Source:
            passage = self.passage(one.passage)
            return one if passage is None else source_of(cite(one.quote, passage, day))

        return source

    def _turn(self, part: Part, day: date, found: Found | None = None) -> Turn:
        conversation = Conversation(document=part.document, picked=part.picked)
        respond = self._assembly.responder.respond
        return self._allowed(respond(part.searched, day, conversation=conversation, found=found))

    def _search(self, text: str, day: date, known: dict[str, Found]) -> Found:
        if text not in known:
            known[text] = self._assembly.opened.searcher.search(text, limit=DOCUMENTS, as_of=day, passages=False)
        return known[text]

    def _sound(self, text: str, day: date, known: dict[str, Found]) -> tuple[float, tuple[str, ...]]:
        """How surely some words are answered, and by which documents: by none where that is told before any search."""
        if self._assembly.route(Turn(text, day)).status is not None:
            return 0.0, ()
        return self._sounded(self._search(text, day, known))

    def _sounded(self, found: Found) -> tuple[float, tuple[str, ...]]:
        """How likely the best document answers, as it stands among the first ones; and their keys."""
        first = replace(found, documents=found.documents[:_SOUNDED])
        if not first.documents:
            return 0.0, ()
        return belief(evidence(first, self._assembly.opened.searcher)), tuple(hit.key for hit in first.documents)
