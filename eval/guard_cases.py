"""True sentences to plant errors in, each in the turn that would be answered with it: paraphrases, and plain passages.

A paraphrase (`cases/paraphrases.jsonl`) was written by hand in a chatbot's own words, for a resident's question. A
plain one is a sentence of the publisher under an opening of ours ("Selon la fiche, ..."): its question is made of the
headings. What a guard lets through of the plain ones says how it catches errors in near echoes; what it lets through
of the paraphrases says how it reads free wording.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from bot.assembly import Assembly
from bot.settle import settle
from bot.turn import Turn
from corpus.branches import build_graph, siblings
from corpus.document import BlockKind, DocumentKind, Passage
from corpus.figures import has_figures
from corpus.sentences import split_sentences
from corpus.store import PassageStore
from eval.mistral_server.honest import PARAPHRASES
from eval.plant import Cited, Given, PlainDraft
from eval.plant.words import folded

_BEFORE, _AFTER = 2, 3
"""Passages given to the model around the one cited."""

_OPENINGS = ("Selon la fiche, ", "D’après la fiche officielle, ", "La fiche précise ceci : ", "En résumé, ")
_QUOTED = frozenset(BlockKind) - {BlockKind.CONTACT, BlockKind.SERVICE, BlockKind.BANNER, BlockKind.RECORD}
_READ = frozenset({DocumentKind.SHEET, DocumentKind.FILE})
_NEIGHBOURS = 4
_ROWS, _TOWNS = 8, 40
"""One plain passage of so many is a table, one stands under the name of a town: more than in the fiches, where so few
are that nothing could be said of them."""

_TOWN = re.compile(r"\b(?:Paris|Lyon|Marseille|commune|communes|ville|Mayotte|Guyane|Réunion|Guadeloupe|Martinique)\b")


@dataclass(frozen=True, slots=True)
class Trial:
    """One true sentence, in its turn.

    Attributes:
        id: of the paraphrase and rank of the sentence in it, or ref of the plain passage.
        kind: of the paraphrase; `plain sentence` or `plain row`.
        turn: found, settled, and with the passages that a model would be given; its draft and sentences are empty.
    """

    id: str
    kind: str
    turn: Turn
    sentence: PlainDraft

    @property
    def given(self) -> tuple[Given, ...]:
        """The numbered passages as the model sees them."""
        return tuple(given_as(number, passage) for number, passage in enumerate(self.turn.numbered, 1))


def given_as(number: int, passage: Passage) -> Given:
    """A passage as a model is given it."""
    return Given(number, passage.document, passage.title, passage.heading, passage.text)


def half_of(document: str) -> str:
    """The half that a document's plain passages belong to, drawn from its id once and for all."""
    return "tune" if hashlib.sha256(document.encode()).digest()[0] % 2 == 0 else "report"


def paraphrased(half: str, assembly: Assembly, day: date, path: Path = PARAPHRASES) -> Iterator[Trial]:
    """Yield each sentence of the paraphrases of one half; those whose passage left the index are not there."""
    store = assembly.opened.store
    for line in path.read_bytes().splitlines():
        entry: dict[str, Any] = orjson.loads(line)
        if entry["half"] != half:
            continue
        refs = {citation["ref"] for sentence in entry["sentences"] for citation in sentence["citations"]}
        cited = store.passages(sorted(refs))
        if len(cited) < len(refs):
            continue
        turn = turn_on(entry["q"], cited, assembly, day)
        numbers = {passage.ref: number for number, passage in enumerate(turn.numbered, 1)}
        texts = {passage.ref: passage.text for passage in cited}
        for rank, sentence in enumerate(entry["sentences"], 1):
            proofs = tuple(
                Cited(numbers[c["ref"]], texts[c["ref"]][c["start"] : c["end"]]) for c in sentence["citations"]
            )
            draft = PlainDraft(sentence["text"], proofs, sentence["role"])
            yield Trial(f"{entry['id']}.{rank}", entry["kind"], turn, draft)


def plain(half: str, wanted: int, assembly: Assembly, day: date, seed: int) -> Iterator[Trial]:
    """Yield one sentence or row of `wanted` passages drawn from one half of the fiches and files for individuals."""
    rng = random.Random(seed)  # noqa: S311  a reproducible draw, not a secret
    refs = {
        passage.ref: _group(passage)
        for passage in assembly.opened.store.all_passages()
        if passage.document_kind in _READ
        and passage.kind in _QUOTED
        and (not passage.audiences or "particuliers" in passage.audiences)
        and half_of(passage.document) == half
        and _sayable(passage)
    }
    rows = [ref for ref, group in refs.items() if group == "row"]
    towns = [ref for ref, group in refs.items() if group == "town"]
    others = [ref for ref, group in refs.items() if group == "other"]
    drawn = [*rng.sample(rows, min(wanted // _ROWS, len(rows))), *rng.sample(towns, min(wanted // _TOWNS, len(towns)))]
    for ref in (*drawn, *rng.sample(others, min(wanted - len(drawn), len(others)))):
        passage = assembly.opened.store.passages([ref])[0]
        labels = " ".join(step.title for step in passage.path)
        turn = turn_on(f"{passage.title} : {labels}", [passage], assembly, day)
        quote = _drawn(_sayable(passage), rng)
        number = turn.numbered.index(passage) + 1
        row = passage.kind is BlockKind.TABLE
        draft = PlainDraft(_reworded(quote, rng, row=row), (Cited(number, quote),))
        yield Trial(ref, "plain row" if row else "plain sentence", turn, draft)


def _group(passage: Passage) -> str:
    if passage.kind is BlockKind.TABLE:
        return "row"
    return "town" if any(step.choice and _TOWN.search(step.title) for step in passage.path) else "other"


def _drawn(pieces: list[str], rng: random.Random) -> str:
    """One piece, half of the time one with a figure where there is one: figures are what may hurt most."""
    with_figures = [piece for piece in pieces if has_figures(piece)]
    return rng.choice(with_figures if with_figures and rng.random() < 0.5 else pieces)


def _sayable(passage: Passage) -> list[str]:
    """The sentences of a passage that stand alone, or its rows."""
    pieces = split_sentences(passage.text)
    if passage.kind is BlockKind.TABLE:
        return [row for row in pieces if " : " in row and " | " in row and len(row) <= 400]
    return [s for s in pieces if s[0].isupper() and s.endswith(".") and 40 <= len(s) <= 300]


def _reworded(quote: str, rng: random.Random, *, row: bool) -> str:
    """Say a sentence under an opening, or a row as a list, without touching a word of it."""
    if row:
        cells = re.sub(r"^\[[^\]]*\] ", "", quote).split(" | ")
        return f"Selon le tableau, {', '.join(cells)}."
    acronym = quote[1:2].isupper() or not quote[1:2].isalpha()
    return rng.choice(_OPENINGS) + (quote if acronym else quote[0].lower() + quote[1:])


def turn_on(question: str, cited: Sequence[Passage], assembly: Assembly, day: date) -> Turn:
    """The turn of a question answered from the document of `cited`, ready for a model's draft."""
    store, searcher = assembly.opened.store, assembly.opened.searcher
    key = cited[0].key
    # A version that is no longer in force is answered from on a day when it was.
    day = day if cited[0].in_force(day) else cited[0].valid_from or day
    passages = store.passages_of(key)
    found = searcher.search(question, limit=1, as_of=day)
    graph = build_graph(passages)
    settled = settle(graph, question)
    return Turn(
        question,
        day,
        found=found,
        card=store.document(key),
        passages=passages,
        graph=graph,
        settled=settled,
        branch=tuple(dict.fromkeys(taken.label for taken in settled.taken.values())),
        wanted=True,
        numbered=_around(cited, passages),
    )


def _around(cited: Sequence[Passage], passages: Sequence[Passage]) -> tuple[Passage, ...]:
    places = [passage.position for passage in cited]
    wanted = {at + step for at in places for step in range(-_BEFORE, _AFTER + 1)}
    return tuple(passage for passage in passages if passage.position in wanted)


class WrongPlaces:
    """Fetches the passages that do not hold for the asker of one turn, for the liars of honest quotes.

    Where the question does not settle the branch that the sentence comes from, no branch is wrong: nothing is fetched.
    """

    def __init__(self, trial: Trial, store: PassageStore, same_title: Mapping[str, Sequence[str]]) -> None:
        self._turn, self._store, self._same_title = trial.turn, store, same_title
        self._numbered = dict(enumerate(trial.turn.numbered, 1))
        self.fetched: dict[tuple[str, str, str], Passage] = {}

    def __call__(self, kind: str, own: Given) -> Sequence[Given]:
        """Fetch the wrong places of one kind for a sentence of `own`."""
        passages = [p for p in self._passages(kind, self._numbered[own.number]) if p.kind in _QUOTED]
        self.fetched |= {(p.document, p.heading, p.text): p for p in passages}
        return [given_as(0, passage) for passage in passages]

    def is_a_lie(self, kind: str, lied: PlainDraft) -> bool:
        """Tell whether the quotes stand nowhere in what does hold for the asker."""
        settled = self._turn.settled
        inside = kind in {"wrong_branch", "wrong_town"}
        own = [p for p in self._turn.passages if not inside or (settled and settled.holds(p.path))]
        return not any(folded(cited.quote) in folded(p.text) for cited in lied.citations for p in own)

    def _passages(self, kind: str, own: Passage) -> Sequence[Passage]:
        if kind in {"wrong_branch", "wrong_town"}:
            return self._left_out(own, towns=kind == "wrong_town")
        keys = self._same_title.get(own.title, ()) if kind == "wrong_version" else self._neighbours()
        return [
            p for key in keys if key != own.key for p in self._store.passages_of(key) if not _same_day(kind, p, own)
        ]

    def _left_out(self, own: Passage, *, towns: bool) -> list[Passage]:
        settled = self._turn.settled
        if settled is None or not settled.holds(own.path):
            return []
        graph = self._turn.graph or build_graph(self._turn.passages)
        refs = {
            ref
            for found in siblings(graph, own.path)
            if not found.choice.ways and found.choice.id not in settled.listed
            for branch in found.others
            if bool(_TOWN.search(branch.label)) == towns
            for ref in branch.passages
        }
        return [p for p in self._turn.passages if p.ref in refs and not settled.holds(p.path)]

    def _neighbours(self) -> list[str]:
        card = self._turn.card
        ids = dict.fromkeys((*(card.related if card else ()), *(name for name, _ in (card.family if card else ()))))
        keys = [key for name in ids for key in self._store.keys_of(name)[:1]]
        return keys[:_NEIGHBOURS]


def _same_day(kind: str, passage: Passage, own: Passage) -> bool:
    """Another version holds on other days; two documents of one title and one day are no versions."""
    days = ((p.valid_from, p.valid_until) for p in (passage, own))
    return kind == "wrong_version" and len(set(days)) == 1


def titles_of(store: PassageStore) -> dict[str, list[str]]:
    """Keys of the documents under each title."""
    found: dict[str, list[str]] = {}
    for card in store.documents():
        found.setdefault(card.title, []).append(card.key)
    return found
