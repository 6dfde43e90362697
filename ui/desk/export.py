"""A reply as it leaves the desk: plain text for the clipboard, or a DOCX; tokens still in it, which a browser fills."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from bot.letter import Line, Reply, Source, State
from bot.replies import day_text
from ui.desk.opened import check_ready
from ui.identity import words_in

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of the letter.

    Attributes:
        kind: `place`, `plain`, `heading`, `case` (the situation that what follows is for), `item`, `annex`, `source`.
    """

    kind: str
    text: str


def paragraphs(reply: Reply, *, second: bool) -> tuple[Paragraph, ...]:
    """Lay a reply out.

    Args:
        reply: validated whole.
        second: every letter needs a second reader here.

    Raises:
        NotReadyError: it may not leave yet.
    """
    check_ready(reply, second=second)
    return _laid(reply)


def as_text(reply: Reply, *, second: bool) -> str:
    """Return the letter as plain text; arguments are those of `paragraphs`.

    Raises:
        NotReadyError: it may not leave yet.
    """
    return _text(paragraphs(reply, second=second))


def to_read(reply: Reply) -> str:
    """Return the letter as its second reader reads it.

    Raises:
        NotReadyError: it is not finished.
    """
    check_ready(replace(reply, second=False), second=False)
    return _text(_laid(reply))


def _text(laid: Sequence[Paragraph]) -> str:
    found: list[str] = []
    before = ""
    for one in laid:
        close = one.kind == before == "item" or (one.kind == before == "source")
        found.append(("" if close or not found else "\n") + (f"- {one.text}" if one.kind == "item" else one.text))
        before = one.kind
    return "\n".join(found) + "\n"


def as_docx(reply: Reply, *, second: bool) -> bytes:
    """Return the letter as a DOCX: headings and lists are real ones, its language is French.

    Arguments are those of `paragraphs`.

    Its parts are stored without compression, so that the script of the desk can put the personal data back in them
    without any library.

    Raises:
        NotReadyError: it may not leave yet.
    """
    laid = paragraphs(reply, second=second)
    document: Any = docx.Document()
    document.core_properties.title = words_in(FOLDER)("letter.subject")
    document.core_properties.author = reply.service
    document.core_properties.language = "fr-FR"
    document.core_properties.comments = ""
    _in_french(document)
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.5)
    for one in laid:
        _write(document, one)
    packed = io.BytesIO()
    document.save(packed)
    return _stored(packed.getvalue())


def _laid(reply: Reply) -> tuple[Paragraph, ...]:
    return tuple(Paragraph(one.kind, _typeset(one.text)) for one in _paragraphs(reply))


def _typeset(text: str) -> str:
    """Keep French punctuation with its word: a line that begins with a colon or a closing quote is a mistake."""
    return re.sub(r"(?<=«) | (?=[»;:?!](?:\s|$|[).,]))", "\N{NO-BREAK SPACE}", text)


def _paragraphs(reply: Reply) -> Iterator[Paragraph]:
    words = words_in(FOLDER)
    numbers: dict[str, int] = {}
    yield Paragraph("plain", reply.service)
    yield Paragraph("place", words("letter.place", day=day_text(reply.written or reply.day)))
    if reply.addressee:
        yield Paragraph("plain", reply.addressee)
    yield Paragraph("plain", words("letter.subject"))
    for line in reply.opening:
        yield Paragraph("plain", line.text)
    for part in reply.parts:
        yield Paragraph("heading", words("letter.question", ask=part.ask))
        yield from _lines(part.lines, numbers)
    for line in reply.closing:
        yield Paragraph("plain", line.text)
    yield Paragraph("plain", reply.service)
    if reply.decision:
        yield Paragraph("plain", words("letter.signature"))
        yield Paragraph("heading", words("letter.decision_heading"))
        yield Paragraph("plain", reply.appeal)
        yield Paragraph("heading", words("letter.mention_heading"))
        yield Paragraph("plain", words("letter.mention", service=reply.service))
    yield from _annex(reply, numbers)


def _lines(lines: tuple[Line, ...], numbers: dict[str, int]) -> Iterator[Paragraph]:
    words = words_in(FOLDER)
    heading = ""
    for line in lines:
        if line.stays:
            continue
        if line.heading != heading:
            # Without a heading of its own, what follows a case would be read as a part of it.
            if line.heading or line.sources:
                above = f"{line.heading.replace(' > ', ' – ')} :" if line.heading else words("letter.also")
                yield Paragraph("case", above)
            heading = line.heading
        marks = "".join(f" [{numbers.setdefault(_key(one), len(numbers) + 1)}]" for one in _proofs(line))
        yield Paragraph("item" if heading else "plain", line.text + marks)
        if line.simplified:
            quote = " ".join(source.quote for source in line.sources)
            yield Paragraph("source", words("letter.original", quote=quote))


def _annex(reply: Reply, numbers: dict[str, int]) -> Iterator[Paragraph]:
    words = words_in(FOLDER)
    sources = {_key(one): one for line in reply.lines() for one in _proofs(line)}
    of_agents = {_key(one) for line in reply.lines() if line.internal for one in _proofs(line)}
    yield Paragraph("annex", words("letter.annex"))
    yield Paragraph("plain", words("letter.annex_lead"))
    for key, number in sorted(numbers.items(), key=lambda pair: pair[1]):
        mark = f"{words('letter.internal')} – " if key in of_agents else ""
        yield Paragraph("source", f"[{number}] {mark}{_told(sources[key])}")
    checked = dict.fromkeys(line.checked for line in reply.lines() if line.checked)
    for where in checked:
        yield Paragraph("source", words("letter.checked", where=where))
    yield Paragraph("plain", words("letter.prepared"))


def _proofs(line: Line) -> tuple[Source, ...]:
    """The sources that a line may name: what the agent wrote alone has none of ours."""
    if line.stays:
        return ()
    return line.sources if line.state in {State.QUOTE, State.VERIFIED} or line.checked else ()


def _key(source: Source) -> str:
    return source.passage or source.document


def _told(source: Source) -> str:
    words = words_in(FOLDER)
    day = day_text(source.updated) if source.updated else ""
    dated = "letter.updated" if source.passage else "letter.contact_checked"
    told = [
        " > ".join(filter(None, (source.title, source.path))),
        source.publisher,
        source.licence,
        words(dated, day=day) if day else words("letter.no_date"),
        source.url or "",
    ]
    return " – ".join(part for part in told if part)


def _write(document: Any, one: Paragraph) -> None:
    if one.kind in {"heading", "annex"}:
        document.add_heading(one.text, level=1 if one.kind == "annex" else 2)
    elif one.kind == "item":
        document.add_paragraph(one.text, style="List Bullet")
    elif one.kind == "case":
        document.add_heading(one.text, level=3)
    else:
        paragraph = document.add_paragraph(one.text)
        if one.kind == "source":
            paragraph.runs[0].font.size = Pt(9)


def _in_french(document: Any) -> None:
    """Say that the text is French, for whoever has it read aloud."""
    defaults = document.styles.element.find(f".//{qn('w:rPrDefault')}/{qn('w:rPr')}")
    language = defaults.find(qn("w:lang"))
    if language is None:
        language = OxmlElement("w:lang")
        defaults.append(language)
    language.set(qn("w:val"), "fr-FR")


def _stored(packed: bytes) -> bytes:
    """Pack a file again without compression: the script of the page writes the names back in it (ui/static/desk.js)."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as before, zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as after:
        for name in before.namelist():
            # One date for all: nothing in the file says when it was made, and the same reply gives the same bytes.
            after.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), before.read(name))
    return made.getvalue()
