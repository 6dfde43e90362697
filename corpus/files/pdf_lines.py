"""Words of a PDF page to lines and segments, with the repairs that fonts ask for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pdfplumber.utils.text import extract_words

Box = tuple[float, float, float, float]
"""x0, top, x1, bottom in points, from the top left corner of the page."""

# Adobe Symbol Encoding (PDF 32000-1, annex D.5): codes that readers take for Latin-1 letters.
_SYMBOL = {0xA3: "≤", 0xB3: "≥", 0xB9: "≠", 0xB7: "•", 0xB1: "±", 0xB4: "×", 0xB8: "÷", 0xAE: "→", 0xDE: "⇒", 0x2D: "-"}
_PRIVATE = range(0xF000, 0xF100)
# Smallest gap between two words over their size: a space is 0.25 em in most fonts, 0.2 em when squeezed.
_WORD_GAP = 0.15
_CID = re.compile(r"\(cid:\d+\)")
_BOLD = re.compile(r"bold|black|heavy", re.IGNORECASE)
_SPACED_LETTERS = re.compile(r"(?<!\S)(?:[A-ZÀ-Ý] ){3,}[A-ZÀ-Ý](?!\S)")
_SPACED_AMOUNT = re.compile(r"(?<!\S)((?:\d )*\d) , (\d) (\d)(?!\S)")
_GLUED_EURO = re.compile(r"€(?=[^\W\d_]|\+)")
# The same missing width puts the sign of "(160,80€)" after the bracket.
_PUSHED_EURO = re.compile(r"\((\d[\d ,]*)\)\s?€")
_LOOSE_MARK = re.compile(r"(?<=€) (?=[),.])")
_MARK = re.compile(r"[-−–—•▪■◦*]")
_HYPHENATED = re.compile(r"([^\W\d_]+)[-\u2010\u00ad]$")
# Heads of French compounds, which keep their hyphen at the end of a line.
_COMPOUND_HEAD = re.compile(
    r"au|ci|là|peut|est|vice|sous|après|avant|contre|demi|mi|non|petit|grand|rez|vis|porte|celui|celle|ceux|lui|elle|"
    r"eux|entre|arrière|haut|bas|saint|sainte|ex|extra|auto|micro|mini|pluri|socio|médico|quel"
)
_SHORT_WORD = re.compile(
    r"et|ou|où|de|du|des|à|a|y|la|le|les|en|au|aux|un|une|par|sur|ne|se|sa|son|ses|ce|ces|si|qui|que|est|ont|pas|ni|"
    r"non|ans|an|il|on"
)


@dataclass(frozen=True, slots=True)
class Word:
    """One word with its place, in points, and whether all of it is bold."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    bold: bool


@dataclass(frozen=True, slots=True)
class Line:
    """Words on one line, or the part of them between two wide gaps."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words with single spaces."""
        parts = [self.words[0].text]
        for left, right in zip(self.words, self.words[1:], strict=False):
            # A raised "er" is a word of its own that touches its number.
            parts += ["" if right.x0 - left.x1 < 0.08 * left.size and right.size < left.size else " ", right.text]
        return mend("".join(parts))

    @property
    def box(self) -> Box:
        """The smallest box around the words."""
        return (
            min(word.x0 for word in self.words),
            min(word.top for word in self.words),
            max(word.x1 for word in self.words),
            max(word.bottom for word in self.words),
        )

    @property
    def bold(self) -> bool:
        """Tell whether every word is bold."""
        return all(word.bold for word in self.words)

    @property
    def size(self) -> float:
        """The size of most of the letters, in points."""
        sizes = Counter[float]()
        for word in self.words:
            sizes[word.size] += len(word.text)
        return sizes.most_common(1)[0][0]

    def segments(self) -> list[Line]:
        """Split at gaps of more than one and a half times the size: the columns of an unruled table."""
        parts: list[list[Word]] = [[self.words[0]]]
        for word in self.words[1:]:
            after_mark = len(parts[-1]) == 1 and _MARK.fullmatch(parts[-1][0].text)
            if word.x0 - parts[-1][-1].x1 > 1.5 * self.size and not after_mark:
                parts.append([])
            parts[-1].append(word)
        return [Line(tuple(part)) for part in parts]


def mend(text: str) -> str:
    """Repair letter-spaced words and amounts, and the spaces around a euro sign that its font gives no width."""
    text = _SPACED_LETTERS.sub(lambda found: found[0].replace(" ", ""), text)
    text = _SPACED_AMOUNT.sub(lambda found: f"{found[1].replace(' ', '')},{found[2]}{found[3]}", text)
    text = _PUSHED_EURO.sub(r"(\1€)", text)
    return _LOOSE_MARK.sub("", _GLUED_EURO.sub("€ ", text))


def char_text(text: str, font: str) -> str:
    """Return what a character of a symbol font shows; bullets of any font become `•`."""
    if _CID.fullmatch(text):
        return "•"
    if len(text) != 1:
        return text
    code = ord(text)
    if code in _PRIVATE:
        return _SYMBOL.get(code - 0xF000, "•") if "symbol" in font.lower() else "•"
    return _SYMBOL.get(code, text) if "symbol" in font.lower() else text


def words_of(page: Any) -> list[Word]:
    """Return the words of a pdfplumber page, repaired, in no given order."""
    for char in page.chars:
        char["text"] = char_text(char["text"], char["fontname"])
    # Runs of padding spaces may lie across the next column: words are told apart by their gaps alone.
    inked = _printed_once(char for char in page.chars if not char["text"].isspace())
    words = []
    for word in extract_words(inked, return_chars=True, x_tolerance_ratio=_WORD_GAP, expand_ligatures=True):
        chars = word["chars"]
        bold = all(_BOLD.search(char["fontname"]) for char in chars)
        size = max(char["size"] for char in chars)
        words.append(Word(word["text"], word["x0"], word["x1"], word["top"], word["bottom"], round(size, 1), bold))
    return words


def _printed_once(chars: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Drop the copies, less than a point away, that shadows and false bold print."""
    seen: set[tuple[str, int, int]] = set()
    kept = []
    for char in chars:
        text, x, y = char["text"], round(char["x0"]), round(char["top"])
        if not any((text, x + dx, y + dy) in seen for dx in (-1, 0, 1) for dy in (-1, 0, 1)):
            seen.add((text, x, y))
            kept.append(char)
    return kept


def lines_of(words: Iterable[Word]) -> list[Line]:
    """Group words into lines, top to bottom; a raised exponent stays on its line."""
    groups: list[list[Word]] = []
    for word in sorted(words, key=lambda word: ((word.top + word.bottom) / 2, word.x0)):
        # An exponent may be sorted before its line: the last two groups are open.
        for group in groups[-1:-3:-1]:
            first = max(group, key=lambda member: member.bottom - member.top)
            overlap = min(first.bottom, word.bottom) - max(first.top, word.top)
            if overlap > 0.5 * min(first.bottom - first.top, word.bottom - word.top):
                group.append(word)
                break
        else:
            groups.append([word])
    return [Line(tuple(sorted(group, key=lambda word: word.x0))) for group in groups]


class Joiner:
    """Joins the lines of a paragraph, mending the words cut at the end of a line."""

    def __init__(self, words: Iterable[str]) -> None:
        self._known = Counter(word.strip(".,;:()«»").lower() for word in words)

    def join(self, lines: Sequence[str]) -> str:
        """Return one text; a cut word is closed as it is written elsewhere in the document."""
        text = ""
        for line in lines:
            text = self._add(text, line) if text else line
        return text.replace("\u00ad", "")

    def _add(self, text: str, line: str) -> str:
        tail = text.rpartition(" ")[2]
        first = line.split(" ", 1)[0]
        cut = _HYPHENATED.search(tail)
        if cut and first[:1].islower():
            start, end = cut[1].lower(), first.strip(".,;:()«»").lower()
            keeps = self._known[f"{start}-{end}"] >= max(1, self._known[start + end]) or (
                bool(_COMPOUND_HEAD.fullmatch(start)) and not self._known[start + end]
            )
            return f"{text}{line}" if keeps and not tail.endswith("\u00ad") else f"{text[:-1]}{line}"
        # A narrow cell cuts a long word without a hyphen ("d’Accompagneme" / "nt").
        alone = first == line and len(first) <= 3 and first.isalpha() and first.islower()
        if alone and not _SHORT_WORD.fullmatch(first):
            return f"{text}{line}"
        return f"{text} {line}"
