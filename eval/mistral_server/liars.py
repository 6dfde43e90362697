"""The liars of the test server: the honest reply with one planted error."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from corpus.sentences import split_sentences
from eval.mistral_server.asked import Asked, Reply, reply_of
from eval.mistral_server.honest import Honest
from eval.plant import Cited, Given, PlainDraft, plant


class Liar:
    """Replies as the honest model, but for one sentence in which an error is planted.

    Where the honest model has no reply, or none that can hold the error, the sentences of the passages given stand in
    for it: a liar always has something to say. The same request gives the same lie.

    Args:
        kinds: of `eval.plant.KINDS`; the first, in an order drawn from the question, that can be planted is.
    """

    def __init__(self, kinds: Sequence[str], honest: Honest) -> None:
        self._kinds = tuple(kinds)
        self._honest = honest

    def __call__(self, asked: Asked) -> Reply:
        """Reply to one request."""
        # Reproducible lies, not secrets.
        rng = random.Random("|".join((*self._kinds, asked.question)))  # noqa: S311
        truth = list(self._honest.sentences(asked))
        for sentences in (truth, *([spare] for spare in _spare(asked.passages))):
            lied = self._with_a_lie(sentences, asked.passages, rng)
            if lied:
                return reply_of(lied)
        return reply_of(truth)

    def _with_a_lie(self, truth: list[PlainDraft], given: Sequence[Given], rng: random.Random) -> list[PlainDraft]:
        places = [(kind, at) for kind in self._kinds for at in range(len(truth))]
        rng.shuffle(places)
        for kind, at in places:
            lie = plant(kind, truth[at], given, rng)
            if lie is not None:
                return [*truth[:at], lie, *truth[at + 1 :]]
        return []


def _spare(passages: Sequence[Given]) -> Iterator[PlainDraft]:
    for given in passages:
        for sentence in split_sentences(given.text):
            yield PlainDraft(sentence, (Cited(given.number, sentence),))
