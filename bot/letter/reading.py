"""A letter as it comes: text, e-mail, DOCX or PDF, to plain text; what is not safe is refused in a sentence."""

from __future__ import annotations

import re
import tempfile
import tomllib
from collections.abc import Callable
from email import policy
from email.errors import MessageError
from email.parser import BytesParser
from functools import cache
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from corpus.errors import DocumentError

LARGEST = 5_000_000
"""Bytes of a file: a scanned letter of some pages."""

LONGEST = 12_000
"""Characters of a letter: three times what one message of the chat may hold."""

_WORDS = Path(__file__).with_name("words.toml")


class LetterError(Exception):
    """A letter cannot be read; the message is French, for the agent, and says what to do."""


def read_letter(name: str, data: bytes) -> str:
    """Return the text of a letter.

    Args:
        name: of the file, whose ending says what it is.
        data: its bytes.

    Raises:
        LetterError: too large, hostile, damaged, empty, or of a kind that is not read.
    """
    if len(data) > LARGEST:
        raise _refusal("too_large")
    reader = _READERS.get(Path(name.lower()).suffix)
    if reader is None:
        raise _refusal("kind")
    return checked(reader(data))


def checked(text: str) -> str:
    """Return a letter without what no reader sees.

    Raises:
        LetterError: empty or too long.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(c for c in text if c in "\n\t" or c.isprintable() or c.isspace())
    text = re.sub(r"[^\S\n]+", " ", text)
    text = re.sub(r"\n\s*\n\s*\n+", "\n\n", text).strip()
    if not any(c.isalnum() for c in text):
        raise _refusal("empty")
    if len(text) > LONGEST:
        raise LetterError(_words()["too_long"].format(limit=LONGEST))
    return text


def _plain(data: bytes) -> str:
    if b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refusal("not_text")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What is not UTF-8 in a French office is Windows' own; guessing on a few lines gives Arabic or Greek.
        return data.decode("cp1252", errors="replace")


def _mail(data: bytes) -> str:
    """The subject and the body of an e-mail; its attachments are not opened, and an earlier message is left out."""
    try:
        message = BytesParser(policy=policy.default).parsebytes(data)
        body = message.get_body(("plain", "html"))
        text = "" if body is None else str(body.get_content())
        if body is not None and body.get_content_type() == "text/html":
            text = _of_html(text)
        subject = str(message.get("subject", "")).strip()
    except (MessageError, LookupError, ValueError, AttributeError, TypeError, KeyError) as error:
        raise _refusal("damaged") from error
    own = _QUOTED.split(text)[0]
    lines = [line for line in own.splitlines() if not line.lstrip().startswith(">")]
    return "\n\n".join(part for part in (subject, "\n".join(lines)) if part.strip())


_QUOTED = re.compile(
    r"^\s*(?:-{2,}\s*message (?:d'origine|transféré)|le .{5,80} a écrit\s*:)", re.IGNORECASE | re.MULTILINE
)


def _of_html(text: str) -> str:
    tree = LexborHTMLParser(text)
    tree.strip_tags(["script", "style", "head", "template"])
    return tree.body.text(separator="\n") if tree.body is not None else ""


def _office(data: bytes) -> str:
    return _through_file(data, ".docx")


def _pdf(data: bytes) -> str:
    if not data.startswith(b"%PDF"):
        raise _refusal("damaged")
    return _through_file(data, ".pdf")


def _through_file(data: bytes, suffix: str) -> str:
    """Read by a reader of files; the file is gone when it is read, whatever happens."""
    # The readers take half a second to load, at the start of a service whose residents send no file.
    from bot.letter.paper import read_paper  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="cite-") as folder:
        path = Path(folder, f"letter{suffix}")
        path.write_bytes(data)
        try:
            return read_paper(path, LARGEST, LONGEST)
        except DocumentError as error:
            raise LetterError(_words()["refused"].format(reason=str(error).rstrip("."))) from error


_READERS: dict[str, Callable[[bytes], str]] = {".txt": _plain, ".eml": _mail, ".docx": _office, ".pdf": _pdf}
ENDINGS = tuple(_READERS)


def _refusal(key: str) -> LetterError:
    return LetterError(_words()[key])


@cache
def _words() -> dict[str, str]:
    words: dict[str, str] = tomllib.loads(_WORDS.read_text(encoding="utf-8"))["file"]
    return words
