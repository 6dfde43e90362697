"""From a turn to the lines of a letter: what is kept of it, what proves each, and the words of the house."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from bot.letter.masking import tokens_in
from bot.letter.reply import Line, Missing, Part, Source, State
from bot.replies import asked_text
from bot.roles import asked_role
from bot.turn import Citation, Origin, Role, Sentence, Turn
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


@dataclass(slots=True)
class Ids:
    """Gives each line of a reply its own number."""

    next: int = 1

    def take(self) -> int:
        """Return the next number."""
        self.next += 1
        return self.next - 1


def is_courtesy(text: str) -> bool:
    """Tell a sentence that states nothing, and has not to be proved."""
    return not has_figures(text) and bool(_courtesy().search(fold(text).replace("’", "'").strip()))


def lines_of(turn: Turn, ask: str, ids: Ids) -> Iterator[Line]:
    """Yield what a letter keeps of an answer, in the order of a letter.

    Args:
        turn: answered.
        ask: what was searched; tells what is asked for (a price, a delay...).
        ids: of the reply.
    """
    role = asked_role(ask)
    kept = _WITH_ONE | {role} if role is not None else _WITH_ALL
    said: set[str] = set()
    for one in Role:
        if one not in kept:
            continue
        for sentence in _first_ones([sentence for sentence in turn.sentences if sentence.role is one], _MOST[one]):
            if sentence.text not in said:
                said.add(sentence.text)
                yield _line(sentence, ids)


def _first_ones(sentences: Sequence[Sentence], most: int) -> Sequence[Sentence]:
    """The first sentences, without the list that would be cut in its middle: half of one says that it ends there."""
    first, left = sentences[:most], sentences[most:]
    if not left or not first or _passage(left[0]) != _passage(first[-1]):
        return first
    opens = [at for at, one in enumerate(first) if one.text.rstrip().endswith(":")]
    cut = bool(opens) and all(_passage(one) == _passage(first[-1]) for one in first[opens[-1] :])
    return first[: opens[-1]] if cut and opens[-1] > 0 else first


def _passage(sentence: Sentence) -> str:
    return sentence.citations[0].passage if sentence.citations else ""


def _line(sentence: Sentence, ids: Ids) -> Line:
    sources = tuple(source_of(citation) for citation in sentence.citations)
    heading = sentence.heading if sentence.role in {Role.CASE, Role.DOCUMENTS} else ""
    # The first letter of a sentence is a capital, whatever stood before it in its document.
    text = sentence.text[:1].upper() + sentence.text[1:]
    if sentence.role is Role.ONLINE and sentence.link and sentence.link not in text:
        text = f"{text} : {sentence.link}"
    line = Line(ids.take(), text, State.VERIFIED, heading, sources)
    return aged(line) if sentence.origin is Origin.MODEL else quoted(line, sources)


def quoted(line: Line, sources: tuple[Source, ...]) -> Line:
    """Return a line whose words are those of its sources."""
    return aged(replace(line, state=State.QUOTE, sources=sources))


def aged(line: Line) -> Line:
    """Old figures are no facts: somebody must look at the official page."""
    if any(source.old for source in line.sources) and has_figures(line.text):
        return replace(line, state=State.TO_CHECK, why="old")
    return line


def missing_of(turn: Turn) -> Missing | None:
    """Return what must be known to answer better; None when nothing must."""
    asked = turn.question
    if asked is None:
        return None
    if asked.documents:
        options = tuple(zip(asked.documents, asked.options, strict=False))
        return Missing(asked_text(asked.text), options, by_document=True)
    return Missing(asked_text(asked.text), tuple((f"{asked.choice}|{label}", label) for label in asked.options))


def asked_of(missing: Missing) -> str:
    """Return the sentence that asks the resident for it."""
    words = words_of_letters()["missing"]
    labels = [f"« {label} »" for _, label in missing.options]
    options = words["last"].join(filter(None, (", ".join(labels[:-1]), labels[-1]))) if labels else missing.question
    return words["document" if missing.by_document else "branch"].format(options=options)


def referral(contact: Contact, ids: Ids) -> Line:
    """Return the line that tells whom to turn to."""
    words = words_of_letters()["missing"]
    # "Ville de Paris : 3975" says its number.
    phone = "" if contact.phone and contact.phone in contact.name else contact.phone
    named = (("phone", phone), ("address", contact.address), ("url", contact.url))
    facts = "".join(words[key].format(value=value) for key, value in named if value)
    text = words["contact"].format(name=contact.name, facts=facts)
    first = contact.sources[0]
    source = Source("", contact.id, text, first.publisher, url=first.url, updated=first.dated)
    return Line(ids.take(), text, State.QUOTE, sources=(source,), contact=True)


def without_repeats(part: Part, before: Sequence[Part]) -> Part:
    """Leave out what the reply already says; when that is everything that residents may read, say that it was said."""
    said = {line.text for other in before for line in other.lines}
    kept = tuple(line for line in part.lines if line.text not in said)
    if part.gap is not None or not any(map(_told, part.lines)):
        # Whom to turn to is worth saying twice.
        return part
    if any(map(_told, kept)):
        return replace(part, lines=kept)
    again = Line(part.lines[0].id, words_of_letters()["formula"]["again"], State.FORMULA, why="repeated")
    return replace(part, lines=(again, *(line for line in kept if line.internal)))


def _told(line: Line) -> bool:
    return bool(line.sources) and not line.internal


def source_of(citation: Citation) -> Source:
    """Return a citation as a reply keeps it."""
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


def citation_of(source: Source) -> Citation:
    """Return a source as the checks read it."""
    return Citation(
        source.passage, source.document, source.quote, source.url, source.title, source.path, source.updated
    )


def same_words(text: str, quote: str) -> bool:
    """Tell whether a text is a quote, but for the capital that opens it."""
    said, quoted = (re.sub(r"\s+", " ", one).strip() for one in (text, quote))
    return said[1:] == quoted[1:] and said[:1].casefold() == quoted[:1].casefold()


def addressee_of(letter: str) -> str:
    """Who signed, and where they live, as far as their tokens tell; the agent corrects it."""
    lines = letter.rstrip().splitlines()
    signed = [token for line in lines[-4:] for token in tokens_in(line)]
    everything = tokens_in(letter)
    name = next((one for one in reversed(signed or everything) if one.startswith("[nom ")), "")
    street = next((one for one in reversed(everything) if re.match(r"\[adresse \d", one)), "")
    town = re.search(re.escape(street) + r"\W{0,4}(\d{5}(?: +[A-ZÀ-Ý][\w’'-]+)?)", letter) if street else None
    return "\n".join(filter(None, (name, street, town[1] if town else "")))


def formula(ids: Ids, text: str) -> Line:
    """Return a line of courtesy."""
    return Line(ids.take(), text, State.FORMULA)


@cache
def _courtesy() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in words_of_letters()["courtesy"]["patterns"]))


@cache
def words_of_letters() -> dict[str, dict[str, str]]:
    """Read words.toml."""
    words: dict[str, dict[str, str]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return words
