"""Each French sentence beside a translation by the model, for who asked in another language; the French one prevails.

A translation cannot be quoted, so it is only ever shown beside its sentence and marked as made by a machine. What can
be compared is: every number as written, its unit, its month, and no address that the French does not hold. A sentence
whose translation does not pass stays in French alone.
"""

from __future__ import annotations

import re
import time
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from bot.checks.links import reaches
from bot.draft import spent_by
from bot.energy import total
from bot.errors import ModelError
from bot.model import LanguageModel, Message, read_json
from bot.prompts import prompt
from bot.turn import Energy, Sentence, Turn
from corpus.document import fold_spaces
from corpus.figures import find_figures
from corpus.quantities import plain

_FILE = Path(__file__).with_suffix(".toml")
_SENTENCES = 30
_SECONDS = 20.0
_SHORTEST, _LONGEST = 0.12, 4.0
"""Length of a translation beside its sentence; Chinese is the shortest."""

_NUMBER = re.compile(r"\d+(?:[.,  ]\d+)*")
_UNITS = {"jour": r"jours?", "semaine": r"semaines?", "mois": r"mois", "an": r"ans?|années?", "heure": r"h|heures?"}

_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["translations"],
    "properties": {
        "translations": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["n", "text"],
                "properties": {"n": {"type": "integer"}, "text": {"type": "string"}},
            },
        }
    },
}


class Translate:
    """The step that adds translations; it runs once what is shown is settled, and changes no French word."""

    def __init__(self, model: LanguageModel, seconds: float = _SECONDS) -> None:
        self._model = model
        self._seconds = seconds

    def __call__(self, turn: Turn) -> Turn:
        """Return the turn with the translations that pass; as it was when nobody wants a model, or when it fails."""
        name = _texts()["language"].get(turn.language)
        if not turn.wanted or name is None or not turn.sentences:
            return turn
        texts = [sentence.text for sentence in turn.sentences[:_SENTENCES]]
        said, energy = self._ask(name, texts, min(turn.until, time.monotonic() + self._seconds))
        turn = replace(turn, energy=total(turn.energy, energy))
        if said is None:
            return replace(turn, notices=(*turn.notices, ("model_unavailable", "")))
        sentences = tuple(_translated(s, said.get(rank, ""), turn.language) for rank, s in enumerate(turn.sentences, 1))
        if sentences == turn.sentences:
            return turn
        warnings = tuple(warning for warning in turn.warnings if warning[0] != "language")
        return replace(turn, sentences=sentences, warnings=(*warnings, ("translated", "")))

    def _ask(self, language: str, texts: Sequence[str], until: float) -> tuple[Mapping[int, str] | None, Energy | None]:
        """Return the translations by rank, None when the model failed, and what asking took."""
        numbered = [f'<phrase n="{rank}">{escape(text, quote=True)}</phrase>' for rank, text in enumerate(texts, 1)]
        asked = "\n".join([f"<langue>{language}</langue>", *numbered])
        messages = [Message("system", prompt("traduire").text), Message("user", asked)]
        stream = self._model.draft(messages, _SCHEMA, until)
        try:
            answer = read_json(stream)
        except ModelError:
            return None, spent_by(stream)
        found = answer.get("translations")
        entries = [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []
        said = {
            entry["n"]: fold_spaces(entry["text"])
            for entry in entries
            if type(entry.get("n")) is int and isinstance(entry.get("text"), str)
        }
        return said, spent_by(stream)


def faithful(french: str, translation: str, language: str) -> bool:
    """Tell whether all that can be compared without reading the language is kept."""
    length = len(translation) / max(len(french), 1)
    if not _SHORTEST <= length <= _LONGEST or any(reach not in french for reach in reaches(translation)):
        return False
    if _numbers(_spelt(french)) != _numbers(translation):
        return False
    said = translation.casefold()
    return _units_kept(french, said, language) and _months_kept(french, said, language)


def _translated(sentence: Sentence, translation: str, language: str) -> Sentence:
    kept = translation if faithful(sentence.text, translation, language) else ""
    return replace(sentence, translation=kept) if kept else sentence


def _spelt(french: str) -> str:
    """Write in digits the figures that are in words ("deux mois"), as the model is asked to."""
    for figure in find_figures(french):
        if not any(c.isdigit() for c in figure):
            french = french.replace(figure, plain(re.sub(r"^une?\b", "1", figure, flags=re.IGNORECASE)), 1)
    return french


def _numbers(text: str) -> Counter[str]:
    """Numbers as written, digits of any script alike, white space folded."""
    western = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in fold_spaces(text))
    return Counter(_NUMBER.findall(western))


def _units_kept(french: str, said: str, language: str) -> bool:
    figures = " ".join(find_figures(french)).casefold()
    for unit, pattern in _UNITS.items():
        if re.search(rf"\b(?:{pattern})\b", re.sub(r"(?<=\d)(?=[a-z])", " ", figures)):
            starts = _texts()["unit"][unit].get(language, ())
            if not any(_starts(said, start) for start in starts):
                return False
    return True


def _months_kept(french: str, said: str, language: str) -> bool:
    names = _texts()["month"].get(language)
    for rank, month in enumerate(_texts()["month"]["fr"]):
        if re.search(rf"\b{month}\b", french.casefold()) and (names is None or not _starts(said, names[rank])):
            return False
    return True


def _starts(said: str, start: str) -> bool:
    """Tell whether a word starts so; scripts without spaces are searched anywhere."""
    boundary = r"(?<!\w)(?:ال)?" if start[0].isalpha() and ord(start[0]) < 0x3000 else ""
    return re.search(boundary + re.escape(start), said) is not None


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
