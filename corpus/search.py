"""From a question to ranked documents and passages, with the reasons of each rank."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import fsum

import numpy as np
import numpy.typing as npt

from corpus.analyse import term, terms
from corpus.embed import Embedder, unit
from corpus.found import DocumentHit, Found
from corpus.holding import Holding, holding
from corpus.language import language_of
from corpus.lexical import Floats, LexicalIndex
from corpus.of_documents import OfDocuments
from corpus.proper_names import named_in, names_of
from corpus.question import EXPANSION, Lexicon, Question, acronym_entries, analyse_question, own_entries
from corpus.ranking import Ranking
from corpus.sense import sense
from corpus.signals import DECIMALS, SCALED_OVER, SIGNALS, load_weights, scaled
from corpus.situations import contradicts, facts_heard, unlikely
from corpus.store import PassageStore

EVIDENCE = ("covered", "score", "margin", "card", "unit", "said", "sense")
"""Share of the question's words held, score, lead over the next document on another matter, best similarities of the
index, and how close the best document is in sense. A neighbour of the best document (lost or stolen, adult or minor)
close behind it is no reason to doubt it."""

_UNITS_KEPT = 3
_KIN = 0.5
"""Share of the lighter title that two neighbouring documents have in common."""

_ADDED_INSIDE = 0.5
"""What a word added by the lexicon keeps of its weight between the passages of one document."""

_DOCUMENTS_READ = 128
"""Documents whose pieces are kept in memory once read, about 40 MB."""

_TITLES_READ = 20_000
"""Titles whose words are kept in memory once read."""

_ANALYSED = 4
"""Questions whose analysis is kept: the steps of one turn ask for the same one, and none is kept much longer."""

_SETTLED = 100
"""Best documents whose titles are compared with the asker's situation."""

_UNWRITTEN = frozenset({"file", "page", "record"})
"""Kinds of documents that nobody writes everyday phrases for: what the City publishes itself."""

_READ_FOR = {"said_lexical": "card_lexical", "said_vector": "card_vector", "said_sense": "card_sense"}
"""What their titles say stands for the phrases: nothing written is not nothing said."""

Nearest = Callable[[Floats, int], list[tuple[str, float]]]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Similar:
    """Cosine similarity of a question with each part, unit and everyday phrase of the index, by words and by sense."""

    parts: Floats
    units: Floats
    phrases: Floats
    card_senses: Floats
    phrase_senses: Floats


class Searcher:
    """Ranks the documents of one index generation; safe for concurrent use."""

    def __init__(
        self, ranking: Ranking, store: PassageStore, embedder: Embedder, nearest: Nearest | None = None
    ) -> None:
        self._ranking = ranking
        self._store = store
        self._embedder = embedder
        self._sense = sense()
        self._nearest = nearest
        self._documents = documents = ranking.documents
        acronyms = ((short, meaning) for row in documents for short, meaning in row["acronyms"])
        self.lexicon = Lexicon({**acronym_entries(acronyms), **own_entries()})
        self._weights = load_weights()
        self._rows = {row["key"]: position for position, row in enumerate(documents)}
        self._parts_of: list[list[int]] = [[] for _ in documents]
        for part, row in enumerate(ranking.part_documents.tolist()):
            self._parts_of[row].append(part)
        self._fixed = {
            "links": np.log1p(np.asarray([row["links"] for row in documents], dtype=np.float32)),
            "service_sheet": np.asarray([row["kind"] == "service" for row in documents], dtype=np.float32),
            "folder_sheet": np.asarray([row["kind"] == "folder" for row in documents], dtype=np.float32),
        }
        self._unwritten = np.asarray([row["kind"] in _UNWRITTEN for row in documents], dtype=bool)
        self._unwritten[ranking.phrase_documents] = False
        self._valid_from = np.asarray([_ordinal(row["valid_from"], date.min) for row in documents])
        self._valid_until = np.asarray([_ordinal(row["valid_until"], date.max) for row in documents])
        self._analysed = lru_cache(maxsize=_ANALYSED)(self._analyse)
        # The same documents come back: in the steps of one turn, in its follow-ups, from one resident to the next.
        self._pieces = lru_cache(maxsize=_DOCUMENTS_READ)(self._read)
        # Titles are asked about at each search; only those of the index are.
        self._words_of = lru_cache(maxsize=_TITLES_READ)(self._rarities)
        self._total_of = lru_cache(maxsize=_TITLES_READ)(lambda title: sum(self._words_of(title).values()))
        titled = zip(ranking.part_titles, ranking.part_documents.tolist(), strict=True)
        self._names = names_of((title, row) for title, row in titled if documents[row]["kind"] in _UNWRITTEN)
        size = len(documents)
        self._units = OfDocuments(ranking.unit_documents, size)
        self._cards = OfDocuments(ranking.part_documents, size)
        self._phrases = OfDocuments(ranking.phrase_documents, size)

    def analyse(self, text: str) -> Question:
        """Return the question as the index sees it, its language told by the words that the index knows."""
        return self._analysed(text)

    def _analyse(self, text: str) -> Question:
        return analyse_question(text, self.lexicon, language_of(text, self.knows))

    def rarity(self, index_term: str) -> float:
        """Return the inverse document frequency of an index term, in natural-log units."""
        return self._ranking.units.rarity(index_term)

    def knows(self, word: str) -> bool:
        """Tell whether a folded word is a word of the indexed documents."""
        return term(word) in self._ranking.units

    def holding(self, question: Question, key: str) -> Holding:
        """Tell which of the question's own words the document of that key holds, and where."""
        return holding(question, self._ranking, self._parts_of[self._rows[key]], self.rarity)

    def kinship(self, title: str, other: str) -> float:
        """Share, 0 to 1, of the lighter of two titles that the other holds too, a word weighed by its rarity."""
        words_, others = self._words_of(title).keys(), self._words_of(other).keys()
        lighter = min(self._weight(words_), self._weight(others))
        return self._weight(words_ & others) / lighter if lighter else 0.0

    def _weight(self, index_terms: Collection[str]) -> float:
        # Exact: the order of a set changes from one run to the next, and an ordinary sum with it.
        return fsum(map(self.rarity, index_terms))

    def search(
        self,
        text: str,
        limit: int = 10,
        audience: str | None = None,
        as_of: date | None = None,
        without: Collection[str] = (),
        *,
        passages: bool = True,
    ) -> Found:
        """Rank documents for a question.

        Args:
            text: the question, any language and length; an empty one finds nothing.
            limit: documents to return, at least 1.
            audience: keep documents for this audience only; None keeps all.
            as_of: keep the versions in force on this day; today's when None.
            without: publisher's ids to leave out, as if they were not indexed (near-miss measures).
            passages: rank the passages of each document too; who answers from whole documents has no use for it.

        Returns:
            documents best first, one a publisher's id; ties by authority, then by id.
        """
        question = self.analyse(text)
        if not question.terms:
            return Found(question, ())
        near = self._similar(question)
        signals, unit_scores = self._signals(question, near)
        total = self.weigh(signals)
        total[~self._allowed(audience, as_of or date.today())] = -np.inf  # noqa: DTZ011  a civil day
        rows = self._settle_siblings(question, total, signals)
        hits: dict[str, DocumentHit] = {}
        for row in rows:
            identifier = self._documents[row]["id"]
            if len(hits) < limit and identifier not in hits and identifier not in without and np.isfinite(total[row]):
                best = self._passages(row, unit_scores, question) if passages else ()
                hits[identifier] = self._hit(row, float(total[row]), signals, best)
        return Found(question, tuple(hits.values()), self._evidence(near, tuple(hits.values())))

    def _evidence(self, near: _Similar, hits: Sequence[DocumentHit]) -> dict[str, float]:
        if not hits:
            return dict.fromkeys(EVIDENCE, 0.0)
        others = (hit.score for hit in hits[1:] if self.kinship(hits[0].title, hit.title) < _KIN)
        second = next(others, hits[-1].score if len(hits) > 1 else 0.0)
        nearest = {"card": near.parts, "unit": near.units, "said": near.phrases}
        similar = {name: float(rows.max(initial=0.0)) for name, rows in nearest.items()}
        covered, score = hits[0].signals["covered"], hits[0].score
        sense_ = self._sense_of(self._rows[hits[0].key], near)
        return {"covered": covered, "score": score, "margin": score - second, **similar, "sense": sense_}

    def _sense_of(self, row: int, near: _Similar) -> float:
        """Mean similarity, 0 to 1, of a question with the card and with the nearest everyday phrase of a document."""
        cards = near.card_senses[self._ranking.part_documents == row]
        phrases = near.phrase_senses[self._ranking.phrase_documents == row]
        # A document that nobody wrote phrases for is judged by its card.
        best = [float(found.max()) for found in (cards, phrases) if found.size]
        return max(fsum(best) / len(best), 0.0) if best else 0.0

    def candidates(self, question: Question, limit: int) -> tuple[list[int], npt.NDArray[np.float64], list[str]]:
        """Return what the weights are chosen on.

        Returns:
            the rows of the best documents under the present weights, their signals in the order of `SIGNALS`, shape
            (limit, signals), and the publisher's id of every row of the index.
        """
        signals, _ = self._signals(question, self._similar(question))
        total = self.weigh(signals)
        rows = self._settle_siblings(question, total, signals)[:limit]
        values = np.stack([signals[name][rows] for name in SIGNALS], axis=1).astype(np.float64)
        return rows, values, [document["id"] for document in self._documents]

    def weigh(self, signals: Mapping[str, Floats]) -> Floats:
        """Return the weighted sum of the signals, shape (documents,)."""
        total = np.zeros(len(self._documents), dtype=np.float32)
        for name, values in signals.items():
            total += np.float32(self._weights[name]) * values
        return total

    def _settle_siblings(self, question: Question, total: Floats, signals: dict[str, Floats]) -> list[int]:
        """Among the best documents, weigh what their titles say of the asker's situation; return rows, best first."""
        best = [int(row) for row in np.argsort(-total, kind="stable")[:_SETTLED]]
        facts = facts_heard(question.text)
        titles = [self._documents[row]["title"] for row in best]
        measures = {
            "contradicts": [contradicts(facts, title) for title in titles],
            "unlikely": [unlikely(facts, title, question.text) for title in titles],
            "title_covered": [self._title_covered(question, row) for row in best],
        }
        for name, measured in measures.items():
            values = np.zeros(len(total), dtype=np.float32)
            values[best] = np.asarray(measured, dtype=np.float32)
            total += np.float32(self._weights[name]) * values
            signals[name] = values
        return sorted(best, key=lambda row: (-round(float(total[row]), DECIMALS), self._documents[row]["rank"], row))

    def _hit(
        self, row: int, score: float, signals: Mapping[str, Floats], passages: tuple[tuple[str, float], ...]
    ) -> DocumentHit:
        document = self._documents[row]
        explained = {name: float(values[row]) for name, values in signals.items()}
        return DocumentHit(document["key"], document["id"], document["title"], score, passages, explained)

    def _similar(self, question: Question) -> _Similar:
        vector, ranking = self._vector(question), self._ranking
        asked = self._sense.of_question(question.text)
        return _Similar(
            ranking.part_vectors @ vector,
            self._unit_similarity(vector),
            ranking.phrase_vectors @ vector,
            ranking.card_senses @ asked,
            ranking.phrase_senses @ asked,
        )

    def _signals(self, question: Question, near: _Similar) -> tuple[dict[str, Floats], Floats]:
        """Compute every signal.

        Returns:
            each signal as shape (documents,), and the score of each unit, shape (units,).
        """
        ranking = self._ranking
        lexical = scaled(ranking.units.scores(question.terms))
        dense = scaled(near.units)
        named, told = self.covered(question, (ranking.said, ranking.parts), (ranking.wholes,))
        found = {
            "unit_lexical": self._units.best(lexical),
            "unit_vector": self._units.best(dense),
            "card_lexical": self._cards.best(scaled(ranking.parts.scores(question.terms))),
            "card_vector": self._cards.best(scaled(near.parts)),
            "said_lexical": self._cards.best(scaled(ranking.said.scores(question.terms))),
            "said_vector": self._phrases.best(scaled(near.phrases)),
            "card_sense": self._cards.best(scaled(near.card_senses)),
            "said_sense": scaled(self._phrases.best_few(near.phrase_senses)),
            "whole_lexical": self._cards.best(scaled(ranking.wholes.scores(question.terms))),
            "covered": self._cards.best(told),
            "card_covered": self._cards.best(named),
        }
        for written, read in _READ_FOR.items():
            found[written] = np.where(self._unwritten, found[read], found[written])
        found["named"] = np.zeros(len(self._documents), dtype=np.float32)
        found["named"][sorted(named_in(question.text, self._names))] = 1.0
        units = self._weights["unit_lexical"] * lexical + self._weights["unit_vector"] * dense
        return found | self._fixed, np.asarray(units, dtype=np.float32)

    def _vector(self, question: Question, added: float = 1.0) -> Floats:
        """Vector of a question, unit norm; `added` is the part that the words added by the lexicon keep."""
        french = question.language == "fr"
        own, expansion = self._embedder.encode([question.text if french else "", question.expansion])
        return np.asarray(unit((own + EXPANSION * (added if french else 1.0) * expansion)[None, :])[0])

    def _unit_similarity(self, vector: Floats) -> Floats:
        if self._nearest is None:
            return np.asarray(self._ranking.unit_vectors @ vector)
        similarity = np.full(len(self._ranking.unit_refs), -1.0, dtype=np.float32)
        near = dict(self._nearest(vector, SCALED_OVER * 2))
        for row, refs in enumerate(self._ranking.unit_refs):
            similarity[row] = near.get(refs[0], -1.0)
        return similarity

    def covered(self, question: Question, *groups: Sequence[LexicalIndex]) -> list[Floats]:
        """Share, 0 to 1, of the question's own words, weighed by rarity, that each part holds.

        A word that the lexicon translated counts as held when one of its translations is.

        Returns:
            shape (parts,), for each group of indexes: what a part holds in one of them or of the groups before.
        """
        shares = [np.zeros(len(self._ranking.part_titles), dtype=np.float32) for _ in groups]
        total = 0.0
        for word in question.own:
            rarity = self.rarity(word)
            total += rarity
            present = np.zeros(len(self._ranking.part_titles), dtype=bool)
            names = (word, *question.translated.get(word, ()))
            for rank, indexes in enumerate(groups):
                for name in names:
                    for index in indexes:
                        present[index.rows_with(name)] = True
                shares[rank] += rarity * present
        return [held / np.float32(total) for held in shares] if total else shares

    def relevance(self, question: Question, texts: Sequence[str]) -> Floats:
        """Compare pieces of one document with a question.

        Returns:
            shape (len(texts),), mean of the cosine similarity and of the share of the question's words that the
            piece holds, a word weighed by its rarity among the pieces: what all of them say tells none apart.
        """
        if not texts:
            return np.zeros(0, dtype=np.float32)
        words_of, vectors = self._pieces(tuple(texts))
        spread = Counter(word for found in words_of for word in found if word in question.terms)
        weights = {
            word: weight * float(np.log1p(len(texts) / (1 + spread[word])))
            for word, weight in _inside(question).items()
        }
        total = sum(weights.values()) or 1.0
        held = [fsum(weights.get(word, 0.0) for word in found) / total for found in words_of]
        similar = vectors @ self._vector(question, _ADDED_INSIDE)
        return np.asarray(0.5 * similar + 0.5 * np.asarray(held), dtype=np.float32)

    def _read(self, texts: tuple[str, ...]) -> tuple[tuple[frozenset[str], ...], Floats]:
        """Return the index terms of each piece, and their vectors, shape (len(texts), dimension)."""
        return tuple(frozenset(terms(text)) for text in texts), self._embedder.encode(texts)

    def _title_covered(self, question: Question, row: int) -> float:
        """Share of a title's words, weighed by rarity, that the question says or means; of a file, its best chapter."""
        titles = (self._ranking.part_titles[part] for part in self._parts_of[row])
        return max((self._share(question, title) for title in titles), default=0.0)

    def _share(self, question: Question, title: str) -> float:
        weights, total = self._words_of(title), self._total_of(title)
        return sum(weight for word, weight in weights.items() if word in question.terms) / total if total else 0.0

    def _allowed(self, audience: str | None, day: date) -> Mask:
        today = day.toordinal()
        allowed: Mask = (self._valid_from <= today) & (today <= self._valid_until)
        if audience is not None:
            allowed &= np.asarray([not row["audiences"] or audience in row["audiences"] for row in self._documents])
        return allowed

    def _rarities(self, title: str) -> dict[str, float]:
        """Rarity of each word of a title, in reading order."""
        return {word: self.rarity(word) for word in terms(title)}

    def _passages(self, row: int, unit_scores: Floats, question: Question) -> tuple[tuple[str, float], ...]:
        """Rank the passages of the best units of a document by what they share with the question."""
        rows = np.flatnonzero(self._ranking.unit_documents == row)
        best = rows[np.argsort(-unit_scores[rows], kind="stable")][:_UNITS_KEPT]
        wanted = question.terms
        scored: list[tuple[str, float]] = []
        for unit_row in best:
            for passage in self._store.passages(self._ranking.unit_refs[unit_row]):
                shared = set(terms(f"{passage.heading} {passage.text}"))
                overlap = sum(
                    weight * self._ranking.units.rarity(word) for word, weight in wanted.items() if word in shared
                )
                scored.append((passage.ref, float(unit_scores[unit_row]) + 0.05 * overlap))
        return tuple(sorted(scored, key=lambda item: (-item[1], item[0])))


def _inside(question: Question) -> dict[str, float]:
    """Weight of each term inside the document found: the asker's own words count more, the others found it."""
    if question.language != "fr":
        return dict(question.terms)
    own = set(question.own)
    return {
        word: weight * _ADDED_INSIDE if word not in own and weight == EXPANSION else weight
        for word, weight in question.terms.items()
    }


def _ordinal(day: str | None, default: date) -> int:
    return (date.fromisoformat(day) if day else default).toordinal()
