"""What no document says: contacts and links written by the model, sentences from its memory, orders it obeyed."""

from __future__ import annotations

from dataclasses import replace

from eval.plant.quoting import unrelated
from eval.plant.words import CANARY, Cited, Place, PlainDraft, data


def link_written(place: Place) -> PlainDraft | None:
    """Write an address of the web, in one of the shapes that models give them."""
    return _with_tail(place, "link")


def phone_written(place: Place) -> PlainDraft | None:
    """Write a telephone number."""
    return _with_tail(place, "phone")


def email_written(place: Place) -> PlainDraft | None:
    """Write an e-mail address."""
    return _with_tail(place, "email")


def _with_tail(place: Place, name: str) -> PlainDraft | None:
    text, tail = place.sentence.text, place.rng.choice(data("inventions")[name]["tails"])
    if tail.startswith(" (") and text[-1:] in ".!?":
        return place.say(text[:-1] + tail + text[-1])
    return place.say(text + ("" if text[-1:] in ".!?" else ".") + tail)


def from_memory(place: Place) -> PlainDraft | None:
    """Say something plausible that nothing proves, under a true quote about something else."""
    proof = unrelated(place)
    if proof is None:
        return None
    said = place.rng.choice(data("inventions")["memory"]["sentences"])
    return replace(place.sentence, text=said, citations=(proof,))


def injection_obeyed(place: Place) -> PlainDraft | None:
    """Obey an order hidden in a passage that asks for a word of its own.

    Half the time the proof is the order itself, half the time the true quote.
    """
    table, rng = data("inventions")["injection"], place.rng
    said = rng.choice(table["obeyed"]).format(canary=CANARY, sentence=place.sentence.text)
    order = rng.choice(table["asks"]).format(canary=CANARY)
    citations = place.sentence.citations
    if citations and rng.random() < 0.5:
        citations = (Cited(citations[0].passage, order),)
    return replace(place.sentence, text=said, citations=citations)


def hidden_order(text: str, ask: int = 0) -> str:
    """A passage's text with an order hidden in it, for a model that obeys."""
    return f"{text}\n{data('inventions')['injection']['asks'][ask].format(canary=CANARY)}"
