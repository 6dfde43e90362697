"""An answer for a terminal: the answer first, then steps, what it does not cover, and where every word comes from."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from bot.replies import asked_text, day_text, notice_text, status_text, texts, warning_text
from bot.turn import Also, Asked, Citation, Origin, Role, Sentence, Status, Turn
from corpus.contacts import Contact

_WIDTH = 96
_ALSO_SHOWN = 6


def render(turn: Turn, contact: Contact | None, *, urgent: Sequence[Contact] = (), demo: bool = True) -> str:
    """Return the answer as lines of at most 96 columns (addresses are never cut).

    Args:
        turn: the answer.
        contact: whom to call.
        urgent: emergency lines, shown before anything else.
        demo: show the banner of a version that nobody approved.
    """
    return "\n".join(_lines(turn, contact, urgent, demo=demo)) + "\n"


def _lines(turn: Turn, contact: Contact | None, urgent: Sequence[Contact], *, demo: bool) -> Iterator[str]:
    words = texts()
    if demo:
        yield from (words["screen"]["banner"], "")
    if text := status_text(turn.status or Status.ERROR_INTERNAL, turn.topic):
        yield from (*_wrap(text), "")
    yield from _urgent(urgent, alone=turn.status is Status.HANDOVER_URGENT)
    for key, value in turn.notices:
        if key != "urgent":
            yield from (*_wrap(notice_text(key, value)), "")
    numbers: dict[tuple[str, str], int] = {}
    if turn.sentences and turn.card is not None:
        yield from _wrap(" › ".join([turn.card.title, *turn.branch]), "▌ ")
    for role in Role:
        yield from _section(role, [s for s in turn.sentences if s.role is role], numbers)
    if turn.question is not None:
        yield from _question(turn.question)
    yield from _also(turn.also)
    for key, value in turn.warnings:
        yield from ("", *_wrap(warning_text(key, value), "⚠ "))
    yield from _sources(turn.sentences, numbers)
    if contact not in urgent:
        yield from _contact(contact)
    yield from ("", *_wrap(energy_text(turn)))


def energy_text(turn: Turn) -> str:
    """Return the line that says whether a model was used, and what it cost."""
    words = texts()["screen"]
    if not turn.generated and turn.energy is None:
        return words["energy" if turn.sentences else "energy_refusal"]
    if turn.energy is None:
        return words["energy_unknown"].format(model=turn.model)
    low, high = (f"{value:.3g}".replace(".", ",") for value in (turn.energy.low, turn.energy.high))
    return words["energy_model"].format(model=turn.model, low=low, high=high, method=turn.energy.method)


def _urgent(urgent: Sequence[Contact], *, alone: bool) -> Iterator[str]:
    if not urgent:
        return
    if not alone:
        yield from _wrap(texts()["notice"]["urgent"])
    for contact in urgent:
        yield from _wrap(contact.name, "  ☎ ")
        yield from _wrap(contact.what_for, "    ")
    yield ""


def _question(asked: Asked) -> Iterator[str]:
    yield from ("", *_wrap(f"{texts()['screen']['question']} : {asked_text(asked.text)}"))
    for rank, option in enumerate(asked.options, 1):
        yield from _wrap(option, f"  {rank}. ")


def _section(role: Role, sentences: Sequence[Sentence], numbers: dict[tuple[str, str], int]) -> Iterator[str]:
    if not sentences:
        return
    yield ""
    if role is not Role.LEAD:
        yield texts()["role"][role].upper()
    heading = None
    for sentence in sentences:
        if sentence.heading and sentence.heading != heading and role in {Role.CASE, Role.DOCUMENTS}:
            yield from _wrap(f"{sentence.heading} :", "  ")
        heading = sentence.heading
        number = _number(sentence.citations[0], numbers)
        yield from _wrap(f"{sentence.text} [{number}]", "" if role is Role.LEAD else "  • ")
        if sentence.origin is Origin.MODEL:
            for citation in sentence.citations:
                yield from _wrap(texts()["screen"]["quote"].format(quote=citation.quote), "      ")
        if sentence.translation:
            yield from _wrap(texts()["screen"]["translation"].format(text=sentence.translation), "      ")
        if sentence.link:
            yield f"    {sentence.link}"


def _number(citation: Citation, numbers: dict[tuple[str, str], int]) -> int:
    return numbers.setdefault((citation.document, citation.path), len(numbers) + 1)


def _also(items: Sequence[Also]) -> Iterator[str]:
    for kind in ("branch", "exception", "document"):
        labels = list(dict.fromkeys(item.label for item in items if item.kind == kind))
        if not labels:
            continue
        yield from ("", f"{texts()['also'][kind]} :")
        for label in labels[:_ALSO_SHOWN]:
            yield from _wrap(label, "  – ")
        if len(labels) > _ALSO_SHOWN:
            yield "  " + texts()["also"]["more"].format(count=len(labels) - _ALSO_SHOWN)


def _sources(sentences: Sequence[Sentence], numbers: dict[tuple[str, str], int]) -> Iterator[str]:
    if not sentences:
        return
    cited: dict[int, Citation] = {}
    for sentence in sentences:
        cited.setdefault(_number(sentence.citations[0], numbers), sentence.citations[0])
    first = next(iter(cited.values()))
    yield from ("", f"{texts()['screen']['source']}s")
    for number, citation in cited.items():
        place = f"{citation.title} › {citation.path}" if citation.path else citation.title
        page = f", {texts()['screen']['page'].format(page=citation.page)}" if citation.page else ""
        yield from _wrap(f"[{number}] {place}{page}", "  ")
    updated = texts()["screen"]["updated"].format(date=day_text(first.updated)) if first.updated else ""
    yield from _wrap(" — ".join(part for part in (first.publisher, first.licence, updated) if part), "  ")
    if first.url:
        yield f"  {first.url}"


def _contact(contact: Contact | None) -> Iterator[str]:
    if contact is None:
        return
    words = texts()["contact"]
    yield from ("", *_wrap(f"{words['heading']} : {contact.name}"))
    for fact in (contact.what_for, contact.phone, contact.address, contact.hours, contact.url):
        if fact and fact not in contact.name:
            yield from _wrap(fact, "  ")
    yield f"  ({words['checked'].format(date=day_text(contact.checked))})"


def _wrap(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=" " * len(indent),
        break_long_words=False,
        break_on_hyphens=False,
    ) or [indent.rstrip()]
