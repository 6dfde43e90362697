"""Proof made false: quotes invented, sewn together, cut short or taken from another place."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from eval.plant.figures import figure_shifted
from eval.plant.meaning import condition_dropped, entity_changed, modality_flipped, negation_flipped, without_condition
from eval.plant.words import Cited, Place, PlainDraft, data, folded, same, sentences_of

_ALTERATIONS = (figure_shifted, negation_flipped, modality_flipped, entity_changed, condition_dropped)


def quote_fabricated(place: Place) -> PlainDraft | None:
    """Say something false, and make up the quote that proves it: the true one with the same alteration."""
    sentence = place.sentence
    if not sentence.citations:
        return None
    first, *others = sentence.citations
    changes = list(_ALTERATIONS)
    place.rng.shuffle(changes)
    for change in changes:
        quote = _altered(place, change, first)
        if quote is not None:
            return replace(sentence, text=quote, citations=(Cited(first.passage, quote), *others))
    made_up = place.rng.choice(data("inventions")["memory"]["sentences"])
    return replace(sentence, text=made_up, citations=(Cited(first.passage, made_up),))


def _altered(place: Place, change: Callable[[Place], PlainDraft | None], cited: Cited) -> str | None:
    said = replace(place.sentence, text=cited.quote, citations=(cited,))
    found = change(Place(said, place.passages, place.rng))
    given = place.by_number.get(cited.passage)
    if found is None or given is None or same(found.text) in same(given.text):
        return None
    return found.text


def quote_stitched(place: Place) -> PlainDraft | None:
    """Sew the beginning of one sentence to the end of another, of the same passage or of another one."""
    pieces = [(given, s) for given in place.passages for s in sentences_of(given) if len(s.split()) >= 5]
    cited = {given.number for given in place.cited}
    firsts = [(given, s) for given, s in pieces if given.number in cited]
    place.rng.shuffle(firsts)
    for given, first in firsts:
        seconds = [s for _, s in pieces if same(s) != same(first)]
        place.rng.shuffle(seconds)
        for second in seconds:
            quote = (
                _head(first, place) + place.rng.choice(data("inventions")["stitch"]["joints"]) + _tail(second, place)
            )
            if folded(quote) not in folded(given.text):
                said = re.sub(r" (?:…|\[…\]|\(\.\.\.\)) ", " ", quote)
                return replace(place.sentence, text=_sentence(said), citations=(Cited(given.number, quote),))
    return None


def _head(sentence: str, place: Place) -> str:
    words = sentence.split()
    return " ".join(words[: place.rng.randint(len(words) // 2, len(words) - 2)]).rstrip(" ,;:")


def _tail(sentence: str, place: Place) -> str:
    words = sentence.split()
    return " ".join(words[place.rng.randint(2, len(words) // 2) :])


def quote_truncated(place: Place) -> PlainDraft | None:
    """Quote word for word, but stop before `sauf` (or start after `si ...,`), and say what is left."""
    options = [
        (cited, kept)
        for cited in place.sentence.citations
        for text in _whole_sentences(place, cited)
        for left, cut in without_condition(text)
        if len(cut.split()) > 1 and (kept := _verbatim(left, text))
    ]
    if not options:
        return None
    cited, left = place.rng.choice(options)
    citation = Cited(cited.passage, left)
    return replace(place.sentence, text=_sentence(left), citations=(citation,))


def _whole_sentences(place: Place, cited: Cited) -> list[str]:
    """The sentences of the passage that the quote touches, whole."""
    given = place.by_number.get(cited.passage)
    if given is None:
        return []
    quote = folded(cited.quote)
    return [s for s in sentences_of(given) if folded(s) in quote or quote in folded(s)]


def _verbatim(left: str, text: str) -> str:
    """What is left as it stands in the text, empty where the cut was in the middle of it."""
    bare = left.rstrip(" .")
    at = text.find(bare[1:])
    return text[at - 1 : at - 1 + len(bare)] if at > 0 and text[at - 1].casefold() == bare[0].casefold() else ""


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text[-1:] in ".!?" else ".")


def quote_elsewhere(place: Place) -> PlainDraft | None:
    """Keep the sentence, and prove it by a true quote of another passage, under the number of either."""
    cited = {given.number for given in place.cited}
    proved = same(place.quotes)
    options = [
        (given, s)
        for given in place.passages
        if given.number not in cited
        for s in sentences_of(given)
        if same(s) not in proved and all(folded(s) not in folded(own.text) for own in place.cited)
    ]
    if not options or not cited:
        return None
    given, quote = place.rng.choice(options)
    number = place.rng.choice([given.number, min(cited)])
    return replace(place.sentence, citations=(Cited(number, quote),))


def citation_out_of_range(place: Place) -> PlainDraft | None:
    """Name a passage that was not given: the ninth of five, or none at all."""
    last = max((given.number for given in place.passages), default=0)
    number = place.rng.choice([last + 1, last + place.rng.randint(2, 9), 0, -1])
    citations = tuple(Cited(number, citation.quote) for citation in place.sentence.citations)
    return replace(place.sentence, citations=citations) if citations else None


def unrelated(place: Place) -> Cited | None:
    """A true quote that proves nothing of what is said: of any passage given, away from the sentence's own proof."""
    options = [
        Cited(given.number, s)
        for given in place.passages
        for s in sentences_of(given)
        if same(s) not in same(place.quotes)
    ]
    own = [citation for citation in place.sentence.citations if citation.passage in place.by_number]
    return place.rng.choice(options or own) if options or own else None
