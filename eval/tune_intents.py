"""Train what tells, from its words, a question that no document answers: `python -m eval.tune_intents`.

Phrases of each kind are `cases/intent_phrases.tsv`; answerable ones are its look-alikes, the phrases of the lexicon,
the tune halves of our answerable cases and the shared public sets of questions (read to train, never written). No
line of unanswerable.jsonl is read, so that it still measures. Shares are chosen on predictions of models that saw
neither the question nor its near-duplicates (5 folds).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from bot.answerable import belief, evidence, refusal
from bot.intent_leaning import ANSWERABLE, LEANING_FILE, SHARES_FILE, as_read, least
from bot.leaning import Floats
from bot.route import OVERRULED, Route
from bot.turn import Turn
from corpus.contacts import load_authorities, load_contacts
from corpus.opening import open_search
from corpus.search import Searcher
from corpus.settings import load_settings
from eval.refusal_sets import answerable
from eval.refusal_sets import rows as read_rows
from eval.retrieval_sets import SHARED
from eval.tune_danger import CASES, LEXICON, Learnt, senses
from eval.vector_cache import VectorCache

_BINS = 1 << 14
_STRENGTH = 10.0
_ROUNDS = 150
_FOLDS = 5
_ALIKE = 0.5
"""Trigram Jaccard from which two phrases stay in one fold."""
_LOOK_ALIKE_WEIGHT = 3.0
_LEFT_TO_RETRIEVAL = frozenset({"invented"})
_MOST_SETTLED = 0.01
"""Highest share of answerable questions that may be settled wrongly."""

_MOST_ANSWERED = 0.08
"""Highest share answered, mean over kinds, of what has no answer; the bar of eval/refusal_bench.py is 0.12, and phrases
of others are less like ours than ours are."""

_AS_MUCH = 0.004
"""Difference of two shares answered that is the chance of the phrases."""

_LEAST_SURE = 0.8
"""Share under which no kind settles a turn, however few the questions that cross-validation would lose by it."""

_SURELY_HAS = 0.95
"""Share of the answerable under which no rule is overruled."""

_MOST_FREED = 0.01
"""Highest share of the phrases that a rule rightly settles and that the model sends to the search."""

Names = npt.NDArray[np.str_]
Flags = npt.NDArray[np.bool_]
_NOTHING_ASKED = (0.0, -20.0)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A training phrase.

    Attributes:
        family: phrases of one family stay in one fold.
        question: asked as a resident would, hence counted in what refusals cost; not a keyword of the lexicon.
    """

    text: str
    kind: str
    family: str
    weight: float = 1.0
    question: bool = False


def main(arguments: list[str] | None = None) -> int:
    """Cross-validate, print, train on everything and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=LEANING_FILE.parent, help="folder of the weights")
    parser.add_argument("--beliefs", type=Path, help="file that keeps what the search believed, outside the repository")
    parser.add_argument("--least", type=float, default=refusal()["answer"]["from"], help="belief always asked")
    parser.add_argument("--vectors", type=Path, help="file that keeps the vectors of the phrases between two runs")
    options = parser.parse_args(arguments)
    opened = open_search(load_settings())
    route = Route(load_authorities(), load_contacts(), opened.searcher, rules_only=True)
    asking = [*ours(), *asked()]
    phrases = [*asking, *lexicon()]
    texts = [as_read(phrase.text, route.words) for phrase in phrases]
    kinds = np.array([phrase.kind for phrase in phrases])
    weights = _balanced(kinds, np.array([phrase.weight for phrase in phrases]))
    learnt = Learnt.of(texts, senses([phrase.text for phrase in phrases], VectorCache(options.vectors)), _BINS)
    features = learnt.features
    labels = sorted(set(kinds), key=lambda kind: (kind != ANSWERABLE, kind))
    shares = predicted(features, kinds, weights, folds(phrases, [phrase.text for phrase in phrases]), labels)
    told = shares[: len(asking)], kinds[: len(asking)]
    settles = limits(*told, labels)
    found = beliefs([phrase.text for phrase in asking], route, opened.searcher, options.beliefs)
    asks = weighed(*told, found, settles, labels, options.least)
    ruled = np.array([route(Turn(phrase.text, date.today())).status in OVERRULED for phrase in asking])  # noqa: DTZ011
    vetoes = overruled(*told, ruled)
    report = [*summary(*told, found, settles, asks, labels), freed(*told, ruled, vetoes)]
    print("\n".join(report))
    model = fitted(features, kinds, weights)
    order = [list(model.classes_).index(label) for label in labels]
    learnt.write(options.out / LEANING_FILE.name, labels, model.coef_[order], model.intercept_[order])
    _write_limits(options.out / SHARES_FILE.name, settles, asks, vetoes, report)
    return 0


def beliefs(texts: Sequence[str], route: Route, searcher: Searcher, kept: Path | None) -> Floats:
    """Return what retrieval believes of each text, 0 to 1; 0 where a rule settles it. Slow: one search a text."""
    known: dict[str, float] = {}
    if kept and kept.exists():
        known = dict(map(json.loads, kept.read_text(encoding="utf-8").splitlines()))
    day = date.today()  # noqa: DTZ011  a civil day
    for text in texts:
        if text not in known:
            found = None if route(Turn(text, day)).status else searcher.search(text, limit=10, as_of=day)
            known[text] = belief(evidence(found, searcher)) if found and found.documents else 0.0
    if kept:
        kept.write_text("".join(json.dumps(pair) + "\n" for pair in known.items()), encoding="utf-8")
    return np.array([known[text] for text in texts], dtype=np.float32)


def ours() -> Iterator[Phrase]:
    """Yield the phrases of the file."""
    for line in (CASES / "intent_phrases.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            kind, _, text = line.partition("\t")
            near = kind == "admin"
            yield Phrase(text, ANSWERABLE if near else kind, "", _LOOK_ALIKE_WEIGHT if near else 1.0, question=near)


def asked() -> Iterator[Phrase]:
    """Yield the answerable questions of the tune halves and of the shared public sets."""
    texts = {query.text for queries in answerable("tune").values() for query in queries}
    for name in ("spf_natural_questions", "spf_question_reponse", "dila_citizen_questions"):
        texts |= {row["query"] for row in read_rows(SHARED / name / "public.jsonl")}
    for text in sorted(texts):
        if text.strip():
            yield Phrase(text, ANSWERABLE, "", _LOOK_ALIKE_WEIGHT, question=True)


def lexicon() -> Iterator[Phrase]:
    """Yield the phrases by which residents ask for the fiches, those of one fiche in one family."""
    for line in (LEXICON / "said_of.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            fiche, _, said = line.partition("\t")
            for text in said.split(" ; ")[:2]:
                yield Phrase(text, ANSWERABLE, fiche)


def folds(phrases: Sequence[Phrase], texts: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return the fold of each phrase; near-duplicates and phrases of one fiche share theirs."""
    grams = [{text[at : at + 3] for at in range(len(text) - 2)} or {text} for text in texts]
    columns = {gram: at for at, gram in enumerate(sorted(set().union(*grams)))}
    ends = np.cumsum([0, *map(len, grams)])
    indices = np.array([columns[gram] for row in grams for gram in row])
    held = sparse.csr_matrix((np.ones(len(indices), np.float32), indices, ends), shape=(len(texts), len(columns)))
    sizes = np.diff(ends)
    pairs: list[tuple[int, int]] = []
    for start in range(0, len(texts), 500):
        both = (held[start : start + 500] @ held.T).tocoo()
        alike = both.data >= _ALIKE * (sizes[start + both.row] + sizes[both.col] - both.data)
        pairs.extend(zip(start + both.row[alike], both.col[alike], strict=True))
    first: dict[str, int] = {}
    pairs.extend((first.setdefault(p.family, at), at) for at, p in enumerate(phrases) if p.family)
    links = np.array(pairs).T
    graph = sparse.coo_matrix((np.ones(len(pairs)), (links[0], links[1])), shape=(len(texts), len(texts)))
    _, groups = connected_components(graph, directed=False)
    found = np.zeros(len(texts), dtype=np.int64)
    for fold, (_, held_out) in enumerate(GroupKFold(_FOLDS).split(texts, groups=groups)):
        found[held_out] = fold
    return found


def fitted(features: sparse.csr_matrix, kinds: Names, weights: Floats) -> LogisticRegression:
    """Fit one linear model."""
    return LogisticRegression(C=_STRENGTH, max_iter=_ROUNDS, tol=1e-3).fit(features, kinds, sample_weight=weights)


def predicted(
    features: sparse.csr_matrix,
    kinds: Names,
    weights: Floats,
    fold: npt.NDArray[np.int64],
    labels: Sequence[str],
) -> Floats:
    """Return the shares of each phrase, a row each, told by a model that never saw its fold."""
    shares = np.zeros((len(kinds), len(labels)), dtype=np.float32)
    for out in range(_FOLDS):
        model = fitted(features[fold != out], kinds[fold != out], weights[fold != out])
        order = [list(model.classes_).index(label) for label in labels]
        shares[fold == out] = model.predict_proba(features[fold == out])[:, order]
    return shares


def limits(shares: Floats, kinds: Names, labels: Sequence[str]) -> dict[str, float]:
    """Return the share from which each kind settles: the most found for at most `_MOST_SETTLED` wrongly settled."""
    for price in np.geomspace(0.02, 50, 40):
        chosen = {kind: _limit(shares, kinds, labels, kind, price) for kind in labels[1:]}
        chosen = {kind: limit for kind, limit in chosen.items() if kind not in _LEFT_TO_RETRIEVAL}
        wrong = (settled(shares, labels, chosen) != "")[kinds == ANSWERABLE].mean()
        if wrong <= _MOST_SETTLED:
            return chosen
    return {}


def _limit(shares: Floats, kinds: Names, labels: Sequence[str], kind: str, price: float) -> float:
    """Return the share with the best recall less the price of one per cent of answerable questions lost."""
    at = labels.index(kind)
    surest = shares[:, 1:].argmax(axis=1) + 1 == at
    candidates = np.arange(_LEAST_SURE, 0.99, 0.02)
    right, lost = (kinds == kind), (kinds == ANSWERABLE)

    def worth(limit: float) -> float:
        said = surest & (shares[:, at] >= limit)
        return float(said[right].mean() - price * 100 * said[lost].mean() / 10)

    return float(max(candidates, key=worth))


def settled(shares: Floats, labels: Sequence[str], limit: Mapping[str, float]) -> Names:
    """Return the kind that each row is settled as, empty when none."""
    surest = shares[:, 1:].argmax(axis=1) + 1
    return np.array(
        [labels[at] if row[at] >= limit.get(labels[at], 2.0) else "" for row, at in zip(shares, surest, strict=True)]
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """The belief asked of a document: `least` of the words of the question, and never under a bound."""

    bound: float
    slope: float = _NOTHING_ASKED[0]
    shift: float = _NOTHING_ASKED[1]

    def of(self, shares: Floats) -> Floats:
        """Return the belief asked for each row."""
        return np.array([max(self.bound, least(1.0 - float(row[0]), self.slope, self.shift)) for row in shares])


def answered(shares: Floats, found: Floats, settles: Mapping[str, float], labels: Sequence[str], asks: Asked) -> Flags:
    """Tell what is answered once the model has had its say."""
    return np.asarray((settled(shares, labels, settles) == "") & (found >= asks.of(shares)))


def weighed(
    shares: Floats, kinds: Names, found: Floats, settles: Mapping[str, float], labels: Sequence[str], bound: float
) -> Asked:
    """Return what answers the most of the answerable, and of the others at most `_MOST_ANSWERED`, mean over kinds.

    Of those that answer about as much, the one that answers the fewest of the others.
    """
    tried: list[tuple[float, float, Asked]] = []
    open_ = settled(shares, labels, settles) == ""
    for slope in (0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.4):
        for shift in np.arange(-5.0, 4.0, 0.1):
            asks = Asked(bound, slope, round(float(shift), 2))
            after = open_ & (found >= asks.of(shares))
            wrong = float(np.mean([after[kinds == kind].mean() for kind in labels[1:]]))
            if wrong <= _MOST_ANSWERED:
                tried.append((float(after[kinds == ANSWERABLE].mean()), wrong, asks))
    best = max(right for right, _, _ in tried)
    return min((one for one in tried if one[0] >= best - _AS_MUCH), key=lambda one: one[1])[2]


def overruled(shares: Floats, kinds: Names, ruled: Flags) -> float:
    """Return the share of the answerable from which a rule says nothing any more; it frees at most `_MOST_FREED`."""
    others = shares[ruled & (kinds != ANSWERABLE), 0]
    return next(
        (float(limit) for limit in np.arange(_SURELY_HAS, 1.0, 0.01) if (others >= limit).mean() <= _MOST_FREED), 1.0
    )


def freed(shares: Floats, kinds: Names, ruled: Flags, vetoes: float) -> str:
    """Return the line of the report on the questions that a rule settles and the model frees."""
    free = ruled & (shares[:, 0] >= vetoes)
    having = kinds == ANSWERABLE
    return (
        f"rules overruled from {vetoes:.2f}: answerable freed {(free & having).sum()} of {(ruled & having).sum()}, "
        f"others freed {(free & ~having).sum()} of {(ruled & ~having).sum()}"
    )


def summary(
    shares: Floats, kinds: Names, found: Floats, settles: Mapping[str, float], asks: Asked, labels: Sequence[str]
) -> Iterator[str]:
    """Yield the lines of the report: confusion, then what is settled and answered, with and without the model."""
    said = np.array(labels)[shares.argmax(axis=1)]
    yield "told as        " + " ".join(f"{label[:9]:>9}" for label in labels)
    for kind in labels:
        yield f"{kind:15}" + " ".join(f"{(said[kinds == kind] == label).sum():9}" for label in labels)
    done = settled(shares, labels, settles)
    before = answered(shares, found, {}, labels, Asked(asks.bound))
    after = answered(shares, found, settles, labels, asks)
    for kind in labels:
        of = kinds == kind
        limit = f"from {settles[kind]:.2f}" if kind in settles else "left     "
        yield (
            f"{kind:15} n={of.sum():4} {limit} settled {(done[of] != '').mean():.3f} as itself "
            f"{(done[of] == kind).mean():.3f} answered {before[of].mean():.3f} then {after[of].mean():.3f}"
        )
    means = [np.mean([flags[kinds == kind].mean() for kind in labels[1:]]) for flags in (before, after)]
    yield f"mean over kinds answered {means[0]:.3f} then {means[1]:.3f}, belief always asked {asks.bound:.2f}"


def _balanced(kinds: Names, weights: npt.NDArray[np.float64]) -> Floats:
    """Return the weights scaled so that kinds weigh alike, and the answerable as much as all of them together."""
    total = {kind: weights[kinds == kind].sum() for kind in set(kinds)}
    others = len(total) - 1
    mean = len(kinds) / (2 * others)
    scale = {kind: mean * (others if kind == ANSWERABLE else 1) / total[kind] for kind in total}
    return np.array([weight * scale[kind] for kind, weight in zip(kinds, weights, strict=True)], dtype=np.float32)


def _write_limits(path: Path, settles: Mapping[str, float], asks: Asked, vetoes: float, report: Sequence[str]) -> None:
    head = "# Écrit par eval/tune_intents.py ; validation croisée (5 plis, quasi-doublons ensemble) :\n"
    lines = [
        head + "".join(f"#   {line}\n" for line in report),
        "[settles]  # part à partir de laquelle le genre est retenu",
        *(f"{kind} = {limit:.2f}" for kind, limit in sorted(settles.items())),
        "",
        "[asks]  # preuve demandée au document : logistique de shift + slope × logit(part de ce qui est sans réponse)",
        f"slope = {asks.slope}",
        f"shift = {asks.shift}",
        "",
        "[vetoes]  # part de ce qui a une réponse à partir de laquelle une règle de route.toml ne décide plus",
        f"from = {vetoes:.2f}",
        "",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
