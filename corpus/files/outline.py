"""Headings of a numbered French text: which lines are headings, and the path they make."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from corpus.document import Step, Trail

# Without L, C and D, which number as letters far more often ("C/ Protection des droits").
_ROMAN = r"[IVX]{1,6}"
_NUMBER = rf"(?:{_ROMAN}|\d+|premier|première|préliminaire|unique)"
_DASH = r"\s*[-–—−./)°]"

# (rank, needs to be set in bold or capitals, pattern): a lower rank is an outer heading.
_NUMBERED: tuple[tuple[int, bool, re.Pattern[str]], ...] = (
    (10, False, re.compile(rf"(?:titre|livre|partie)\s+{_NUMBER}\b(?!\s+d[ue]s?\s)", re.IGNORECASE)),
    (10, True, re.compile(r"annexe\b", re.IGNORECASE)),
    (20, False, re.compile(rf"chapitre\s+{_NUMBER}\b(?!\s+d[ue]s?\s)", re.IGNORECASE)),
    (30, False, re.compile(rf"(?:sous-)?section\s+{_NUMBER}\b(?!\s+d[ue]s?\s)", re.IGNORECASE)),
    (40, False, re.compile(rf"{_ROMAN}{_DASH}\s*\S")),
    (50, True, re.compile(r"[A-H]\s*[-–—/.)]\s*\S")),
    (62, False, re.compile(r"\d{1,2}\.\s?\d{1,2}(?:\.\d{1,2})?\s*[.)-]?\s+\S")),
    (60, True, re.compile(rf"\d{{1,2}}{_DASH}\s*\S")),
    (80, True, re.compile(r"[a-h]\s*[/)]\s*\S")),
)
_ARTICLE = re.compile(
    r"(?P<title>(?:Article|ARTICLE|Art\.)\s+(?:(?:[a-zA-Z]{1,3}/|[LRDA]\.)\s?)?\d[\w./-]*(?:\s?(?:bis|ter))?)\s*(?:[:.–—-]|$)"
)
_ACRONYM_END = re.compile(r"\b[A-Z]\.$")
_ARTICLE_RANK = 90
_STYLED_RANKS = ((1.6, 10), (1.3, 35), (1.1, 55), (0.0, 85))
_LONGEST_HEADING = 160


@dataclass(frozen=True, slots=True)
class Looks:
    """How a paragraph is set: all bold, all capitals, and its size over the size of the running text."""

    bold: bool = False
    ratio: float = 1.0

    def strong(self, text: str) -> bool:
        """Tell whether the paragraph stands out."""
        return self.bold or self.ratio >= 1.1 or in_capitals(text)


def in_capitals(text: str) -> bool:
    """Tell whether `text` has at least four letters and no small one outside a leading mark such as `a/`."""
    letters = [char for char in re.sub(r"^[a-h]\s*[/)]", "", text) if char.isalpha()]
    return len(letters) >= 4 and not any(char.islower() for char in letters)


def article(text: str) -> str:
    """Return the title of the article that `text` opens ("Article 3 : ..." gives "Article 3"), or an empty string."""
    found = _ARTICLE.match(text)
    return found["title"].rstrip(":.") if found else ""


def opens(text: str) -> bool:
    """Tell whether a line opens an article or a titled part, whatever its looks."""
    return bool(article(text)) or any(not styled and pattern.match(text) for _, styled, pattern in _NUMBERED)


def is_numbered(text: str) -> bool:
    """Tell whether a heading starts with a number or with the name of a part (titre, chapitre, article)."""
    return bool(article(text)) or any(pattern.match(text) for _, _, pattern in _NUMBERED)


def heading_rank(text: str, looks: Looks) -> int | None:
    """Return the rank of a heading, lower is outer, or None where `text` is not a heading."""
    if len(text) > _LONGEST_HEADING or not any(char.isalpha() for char in text):
        return None
    if text[-1] in ".;," and not _ACRONYM_END.search(text):
        return None
    if title := article(text):
        return _ARTICLE_RANK if len(text) - len(title) < 80 and ":" not in text else None
    for rank, styled, pattern in _NUMBERED:
        if pattern.match(text) and text[-1] != ":" and (not styled or looks.strong(text)):
            return rank
    if text[-1] != ":" and (looks.bold or looks.ratio >= 1.1) and text[0].isalnum() and not text[0].islower():
        return next(rank for ratio, rank in _STYLED_RANKS if looks.ratio >= ratio)
    return None


@dataclass(slots=True)
class Outline:
    """The headings open at the point reached."""

    steps: list[tuple[int, str]] = field(default_factory=list)

    def push(self, rank: int, title: str) -> None:
        """Open a heading, closing those of the same rank and the inner ones."""
        while self.steps and self.steps[-1][0] >= rank:
            self.steps.pop()
        self.steps.append((rank, title))

    def push_article(self, title: str) -> None:
        """Open an article: the innermost numbered part."""
        self.push(_ARTICLE_RANK, title)

    def above(self, rank: int) -> Trail:
        """Return the headings that a heading of this rank would stand under."""
        return tuple(Step(title) for known, title in self.steps if known < rank)

    @property
    def path(self) -> Trail:
        """The headings, outermost first."""
        return tuple(Step(title) for _, title in self.steps)
