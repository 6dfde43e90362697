"""Honest quotes from the wrong place: another branch, version, procedure or town. Every word is official."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from corpus.analyse import folded_words as words_of
from eval.plant.words import Cited, Given, Place, PlainDraft, data, folded, sentences_of

_ALIKE = 0.7
"""How often the wrong place is one of the three that say the nearest thing."""

_CASE = re.compile(
    r"(?:vous|votre|si|cas|en cas|à|au|en|dans|hors|pour|avec|sans|de|moins|plus|avant|après|depuis|personne|enfant|"
    r"majeur|mineur|français|européen|étranger|résident|locataire|propriétaire|salarié|fonctionnaire|couple|parent)\b",
    re.IGNORECASE,
)
"""How a heading that names a situation begins: with only the words of the path, it is told from a plain heading."""

_TOWN = re.compile(
    r"\b(?:Paris|Lyon|Marseille|Toulouse|Bordeaux|Lille|Nice|Strasbourg|Nantes|Mayotte|Guyane|Réunion|Guadeloupe|Martinique)\b"
)


def wrong_branch(place: Place) -> PlainDraft | None:
    """Quote another branch of the same document: what holds for a minor, said to an adult."""
    return _misled(place, "wrong_branch")


def wrong_version(place: Place) -> PlainDraft | None:
    """Quote another version of the same document, in force at another date."""
    return _misled(place, "wrong_version")


def wrong_procedure(place: Place) -> PlainDraft | None:
    """Quote a neighbouring document: the passport's, said of the identity card."""
    return _misled(place, "wrong_procedure")


def wrong_town(place: Place) -> PlainDraft | None:
    """Quote what holds in another town."""
    return _misled(place, "wrong_town")


def _misled(place: Place, kind: str) -> PlainDraft | None:
    fetch = place.elsewhere or Among(place.passages)
    options = [
        (given, quote)
        for own in place.cited
        for here in [_holding(own, place)]
        for given in fetch(kind, own)
        for quote in sentences_of(given, 20)
        if folded(quote) not in here
    ]
    if not options:
        return None
    # A model mixes up what looks alike: mostly, one of the nearest by its words.
    likeness = set(words_of(f"{place.sentence.text} {place.quotes}"))
    options.sort(key=lambda option: -len(likeness & set(words_of(option[1]))) / (5 + len(option[1].split())))
    given, quote = place.rng.choice(options[:3] if place.rng.random() < _ALIKE else options)
    numbered, beside = _numbered(place, given)
    opening = place.rng.choice(data("inventions")["misleading"]["openings"])
    text = opening + (quote[:1].lower() + quote[1:] if opening and not quote[:2].isupper() else quote)
    return replace(place.sentence, text=text, citations=(Cited(numbered, quote),), beside=beside)


def _holding(own: Given, place: Place) -> str:
    """All that stands where the true sentence was taken from: the same words are no lie."""
    here = [given for given in place.passages if given.document == own.document and not _forks(own.path, given.path)]
    return "\n".join(folded(text) for text in (own.text, place.quotes, *(given.text for given in here)))


def _numbered(place: Place, given: Given) -> tuple[int, tuple[Given, ...]]:
    """The number of a passage among those given, else the next one, with the passage to give beside."""
    for own in place.passages:
        if (own.document, own.path, own.text) == (given.document, given.path, given.text):
            return own.number, ()
    number = max(own.number for own in place.passages) + 1
    return number, (replace(given, number=number),)


class Among:
    """Finds the wrong places among the passages that the model was given, without any index."""

    def __init__(self, passages: Sequence[Given]) -> None:
        self._passages = tuple(passages)

    def __call__(self, kind: str, own: Given) -> Sequence[Given]:
        """Return the passages given that are of another branch, version, procedure or town than `own`."""
        return [given for given in self._passages if given is not own and _is_wrong(kind, own, given)]


def _is_wrong(kind: str, own: Given, given: Given) -> bool:
    if kind == "wrong_branch":
        return given.document == own.document and _forks(own.path, given.path, of_cases=True)
    if kind == "wrong_version":
        return given.document != own.document and given.title == own.title
    if kind == "wrong_procedure":
        return given.document != own.document and given.title != own.title
    towns = [set(_TOWN.findall(text)) for text in (own.path, given.path)]
    return given.document == own.document and bool(towns[1]) and towns[0] != towns[1]


def _forks(one: str, other: str, *, of_cases: bool = False) -> bool:
    """Tell whether neither path is above the other; `of_cases`: where they part, both headings name a situation."""
    steps = [path.split(" > ") if path else [] for path in (one, other)]
    parting = next(((a, b) for a, b in zip(*steps, strict=False) if a != b), None)
    return parting is not None and (not of_cases or all(_CASE.match(step) for step in parting))
