"""The draft itself: each question through the steps of the chat, its sentences kept with what proves them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from bot.answerable import belief, evidence
from bot.assembly import Assembly
from bot.letter.masking import tokens_in, without_tokens
from bot.letter.reply import Gap, Line, Missing, Part, Reply, Source, State
from bot.letter.split import Ask, split_letter
from bot.replies import asked_text, status_text
from bot.roles import asked_role
from bot.turn import Citation, Conversation, Origin, Role, Sentence, Status, Turn
from bot.verify import Verify
from corpus.analyse import fold
from corpus.contacts import Contact
from corpus.figures import has_figures

_FILE = Path(__file__).with_name("words.toml")
_MOST = {
    Role.LEAD: 4,
    Role.CASE: 8,
    Role.STEPS: 3,
    Role.DOCUMENTS: 10,
    Role.COST: 3,
    Role.DELAY: 2,
    Role.WHERE: 2,
    Role.ONLINE: 1,
    Role.CAUTION: 2,
}
"""Sentences of one question: an agent reads and validates each of them."""

_WITH_ALL = frozenset({Role.LEAD, Role.CASE, Role.STEPS, Role.DOCUMENTS, Role.ONLINE, Role.CAUTION})
_WITH_ONE = frozenset({Role.LEAD, Role.CASE, Role.ONLINE, Role.CAUTION})
"""What is kept when everything is asked for, and beside the one thing (a price, a delay) that is."""

_ANSWERS = frozenset({Status.ANSWERED, Status.CLARIFY_BRANCH, Status.CLARIFY_DOCUMENT})
_ALSO = 6


@dataclass(slots=True)
class _Ids:
    next: int = 1

    def take(self) -> int:
        self.next += 1
        return self.next - 1


class Composer:
    """Drafts replies, and checks what an agent changes in them.

    Args:
        assembly: the bot.
        allowed: what may be shown of a turn, for whoever serves; everything when nobody says.
    """

    def __init__(self, assembly: Assembly, allowed: Callable[[Turn], Turn] = lambda turn: turn) -> None:
        self._assembly = assembly
        self._allowed = allowed
        # Old figures are not withheld from an agent: they are marked, and must be checked.
        self._verify = Verify(assembly.opened.store.passage, withhold_old_figures=False)

    def draft(self, letter: str, day: date) -> Reply:
        """Draft the reply to a masked letter.

        Args:
            letter: masked (`bot.letter.masking.hide`).
            day: the civil day it is written for.
        """
        asks = split_letter(letter, cache(lambda text: self._sounded(text, day)))
        ids = _Ids()
        words = _words()["formula"]
        announce = words["announce_one" if len(asks) == 1 else "announce_many"]
        opening = tuple(_formula(ids, text) for text in (words["opening"], words["received"], announce))
        parts: list[Part] = []
        for ask in asks:
            parts.append(_without_repeats(self._first(ask, parts, day, ids), parts))
        closing = tuple(_formula(ids, text) for text in (words["closing"], words["farewell"]))
        return Reply(letter, day, opening, tuple(parts), closing, addressee=_addressee(letter), next_id=ids.next)

    def _first(self, ask: Ask, before: Sequence[Part], day: date, ids: _Ids) -> Part:
        """Answer a question of the letter: with its story, else alone; of the procedure before it where it may be."""
        part = self._answered(Part(ask.text, ask.searched), day, ids)
        if part.gap is not None and ask.alone not in {"", ask.searched}:
            alone = self._answered(Part(ask.text, ask.alone), day, ids)
            part = alone if alone.gap is None else part
        if part.missing is not None and part.missing.by_document:
            offered = {value for value, _ in part.missing.options}
            same = next((other.key for other in reversed(before) if other.key in offered), "")
            if same:
                # One letter is most often about one matter.
                return self._answered(replace(part, document=same), day, ids)
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
            part, picked, document = replace(part, searched=without_tokens(ask.strip()), document=""), (), ""
        ids = _Ids(reply.next_id)
        anew = self._answered(replace(part, picked=picked, document=document or part.document), reply.day, ids)
        parts = (*reply.parts[:rank], anew, *reply.parts[rank + 1 :])
        return replace(reply, parts=parts, next_id=ids.next)

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
        if own and _same(text, " ".join(source.quote for source in own)):
            return _quoted(changed, own)
        if part is None or line.contact:
            return replace(changed, state=State.TO_CHECK, why="unsourced", sources=own)
        others = tuple(source for other in part.lines for source in other.sources if source.passage)
        reason = "unsourced"
        turn = self._turn(part, day)
        for sources in filter(None, dict.fromkeys((own, *((source,) for source in others)))):
            found = self._refusal(text, sources, turn)
            if not found:
                return _aged(replace(changed, state=State.VERIFIED, sources=sources))
            if sources == own:
                reason = found
        return replace(changed, state=State.TO_CHECK, why=reason, sources=own)

    def _refusal(self, text: str, sources: Sequence[Source], turn: Turn) -> str:
        cited = tuple(_citation(source) for source in sources if source.passage)
        sentence = Sentence(text, Role.LEAD, cited, origin=Origin.MODEL)
        return self._verify.refusal(sentence, turn)

    def _answered(self, part: Part, day: date, ids: _Ids) -> Part:
        turn = self._turn(part, day)
        contact = self._assembly.reply.contact(turn)
        status = turn.status or Status.ERROR_INTERNAL
        # A text that only points elsewhere answers nothing.
        answered = status in _ANSWERS and bool(turn.sentences or turn.question)
        lines = tuple(_lines(turn, part.searched, ids)) if answered else ()
        missing = _missing(turn) if answered else None
        if missing is not None and not part.picked:
            lines = (*lines, Line(ids.take(), _asked_of(missing), State.FORMULA))
        gap = None
        if not answered:
            reason = status_text(status, turn.topic) or _words()["gap"]["reason"]
            gap = Gap(status, reason, contact.name if contact else "")
            lines = (_referral(contact, ids),) if contact is not None else ()
        urgent = (f"{one.name} : {one.phone}" for one in self._assembly.reply.urgent(turn))
        return replace(
            part,
            lines=lines,
            status=status,
            title=turn.card.title if turn.card is not None and answered else "",
            key=turn.card.key if turn.card is not None and answered else "",
            branch=turn.branch if answered else (),
            missing=missing,
            gap=gap,
            also=tuple(dict.fromkeys(one.label for one in turn.also))[:_ALSO] if answered else (),
            urgent=tuple(urgent),
            receipt=turn.receipt,
        )

    def _turn(self, part: Part, day: date) -> Turn:
        conversation = Conversation(document=part.document, picked=part.picked)
        return self._allowed(self._assembly.responder.respond(part.searched, day, conversation=conversation))

    def _sounded(self, text: str, day: date) -> tuple[float, tuple[str, ...]]:
        searcher = self._assembly.opened.searcher
        found = searcher.search(text, limit=5, as_of=day)
        if not found.documents:
            return 0.0, ()
        return belief(evidence(found, searcher)), tuple(hit.key for hit in found.documents)


def is_courtesy(text: str) -> bool:
    """Tell a sentence that states nothing, and has not to be proved."""
    return not has_figures(text) and bool(_courtesy().search(fold(text).replace("’", "'").strip()))


def _lines(turn: Turn, ask: str, ids: _Ids) -> Iterator[Line]:
    role = asked_role(ask)
    kept = _WITH_ONE | {role} if role is not None else _WITH_ALL
    counts = dict.fromkeys(Role, 0)
    said: set[str] = set()
    for sentence in sorted(turn.sentences, key=lambda one: list(Role).index(one.role)):
        counts[sentence.role] += 1
        if sentence.role not in kept or counts[sentence.role] > _MOST[sentence.role] or sentence.text in said:
            continue
        said.add(sentence.text)
        yield _line(sentence, ids)


def _line(sentence: Sentence, ids: _Ids) -> Line:
    sources = tuple(_source(citation) for citation in sentence.citations)
    heading = sentence.heading if sentence.role in {Role.CASE, Role.DOCUMENTS} else ""
    # The first letter of a sentence is a capital, whatever stood before it in its document.
    text = sentence.text[:1].upper() + sentence.text[1:]
    if sentence.role is Role.ONLINE and sentence.link and sentence.link not in text:
        text = f"{text} : {sentence.link}"
    line = Line(ids.take(), text, State.VERIFIED, heading, sources)
    return _aged(line) if sentence.origin is Origin.MODEL else _quoted(line, sources)


def _quoted(line: Line, sources: tuple[Source, ...]) -> Line:
    return _aged(replace(line, state=State.QUOTE, sources=sources))


def _aged(line: Line) -> Line:
    """Old figures are no facts: somebody must look at the official page."""
    if any(source.old for source in line.sources) and has_figures(line.text):
        return replace(line, state=State.TO_CHECK, why="old")
    return line


def _missing(turn: Turn) -> Missing | None:
    asked = turn.question
    if asked is None:
        return None
    if asked.documents:
        options = tuple(zip(asked.documents, asked.options, strict=False))
        return Missing(asked_text(asked.text), options, by_document=True)
    return Missing(asked_text(asked.text), tuple((f"{asked.choice}|{label}", label) for label in asked.options))


def _asked_of(missing: Missing) -> str:
    words = _words()["missing"]
    labels = [f"« {label} »" for _, label in missing.options]
    options = words["last"].join(filter(None, (", ".join(labels[:-1]), labels[-1]))) if labels else missing.question
    return words["document" if missing.by_document else "branch"].format(options=options)


def _referral(contact: Contact, ids: _Ids) -> Line:
    words = _words()["missing"]
    named = (("phone", contact.phone), ("address", contact.address), ("url", contact.url))
    facts = "".join(words[key].format(value=value) for key, value in named if value)
    text = words["contact"].format(name=contact.name, facts=facts)
    first = contact.sources[0]
    source = Source("", contact.id, text, first.publisher, url=first.url, updated=first.dated)
    return Line(ids.take(), text, State.QUOTE, sources=(source,), contact=True)


def _without_repeats(part: Part, before: Sequence[Part]) -> Part:
    """Leave out what the reply already says, unless nothing would be left."""
    said = {line.text for other in before for line in other.lines}
    kept = tuple(line for line in part.lines if line.text not in said)
    return replace(part, lines=kept) if any(line.sources for line in kept) else part


def _source(citation: Citation) -> Source:
    return Source(
        citation.passage,
        citation.document,
        citation.quote,
        citation.title,
        citation.path,
        citation.url,
        citation.updated or citation.valid_from,
        citation.publisher,
        citation.licence,
        citation.figures_are_old,
    )


def _citation(source: Source) -> Citation:
    return Citation(
        source.passage, source.document, source.quote, source.url, source.title, source.path, source.updated
    )


def _same(text: str, quote: str) -> bool:
    """Tell whether a text is a quote, but for the capital that opens it."""
    said, quoted = (re.sub(r"\s+", " ", one).strip() for one in (text, quote))
    return said[1:] == quoted[1:] and said[:1].casefold() == quoted[:1].casefold()


def _addressee(letter: str) -> str:
    """Who signed, and where they live, as far as their tokens tell; the agent corrects it."""
    lines = letter.rstrip().splitlines()
    signed = [token for line in lines[-4:] for token in tokens_in(line)]
    everything = tokens_in(letter)
    found = (
        next((one for one in reversed(tokens) if one.startswith(f"[{kind}")), "")
        for kind, tokens in (("nom", signed or everything), ("adresse", everything))
    )
    return "\n".join(filter(None, found))


def _formula(ids: _Ids, text: str) -> Line:
    return Line(ids.take(), text, State.FORMULA)


@cache
def _courtesy() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in _words()["courtesy"]["patterns"]))


@cache
def _words() -> dict[str, dict[str, str]]:
    words: dict[str, dict[str, str]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return words
