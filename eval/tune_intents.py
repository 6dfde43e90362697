"""Train what tells, from its words, a question that no document answers: `python -m eval.tune_intents`.

Phrases of each kind are `cases/intent_phrases.tsv` and the opened later sets (eval/later_sets.py); answerable ones are
their residents' questions, the look-alikes of the file, the phrases of the lexicon, the tune halves of our answerable
cases and the shared public sets of questions (read to train, never written). No line of unanswerable.jsonl is read, so
that it still measures. Shares are chosen on predictions of models that saw neither the question nor its near-duplicates
(5 folds); `--shares` keeps these predictions for eval/tune_refusal.py.
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

from bot.intent_leaning import ANSWERABLE, LEANING_FILE, SHARES_FILE, as_read
from bot.leaning import Floats
from bot.route import OVERRULED, Route
from bot.turn import Turn
from corpus.contacts import load_authorities, load_contacts
from eval.later_sets import opened
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
_LEFT_TO_RETRIEVAL = frozenset({"invented", "complaint"})
_HEARD_AS = {"eligibility": "advice"}
"""Kinds of the later sets that have no phrases of their own: a verdict asked for on one's own rights is advice."""
_MOST_SETTLED = 0.01
"""Highest share of answerable questions that may be settled wrongly."""

_LEAST_SURE = 0.8
"""Share under which no kind settles a turn, however few the questions that cross-validation would lose by it."""

_SURELY_HAS = 0.95
"""Share of the answerable under which no rule is overruled."""

_MOST_FREED = 0.01
"""Highest share of the phrases that a rule rightly settles and that the model sends to the search."""

Names = npt.NDArray[np.str_]
Flags = npt.NDArray[np.bool_]


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
    parser.add_argument("--shares", type=Path, help="file to write, outside the repository, for eval.tune_refusal")
    parser.add_argument("--vectors", type=Path, help="file that keeps the vectors of the phrases between two runs")
    options = parser.parse_args(arguments)
    route = Route(load_authorities(), load_contacts(), rules_only=True)
    asking = [*ours(), *of_opened(), *asked()]
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
    ruled = np.array([route(Turn(phrase.text, date.today())).status in OVERRULED for phrase in asking])  # noqa: DTZ011
    vetoes = overruled(*told, ruled)
    report = [*summary(*told, settles, labels), freed(*told, ruled, vetoes)]
    if options.shares:
        _write_told(options.shares, asking, told[0], settled(told[0], labels, settles), vetoes)
    print("\n".join(report))
    model = fitted(features, kinds, weights)
    order = [list(model.classes_).index(label) for label in labels]
    learnt.write(options.out / LEANING_FILE.name, labels, model.coef_[order], model.intercept_[order])
    _write_limits(options.out / SHARES_FILE.name, settles, vetoes, report)
    return 0


def ours() -> Iterator[Phrase]:
    """Yield the phrases of the file."""
    for line in (CASES / "intent_phrases.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            kind, _, text = line.partition("\t")
            near = kind == "admin"
            yield Phrase(text, ANSWERABLE if near else kind, "", _LOOK_ALIKE_WEIGHT if near else 1.0, question=near)


def of_opened() -> Iterator[Phrase]:
    """Yield the questions without an answer of the opened later sets."""
    for kind, queries in opened()[1].items():
        for query in queries:
            yield Phrase(query.text, _HEARD_AS.get(kind, kind), "")


def asked() -> Iterator[Phrase]:
    """Yield the answerable questions of the tune halves, of the opened later sets and of the shared public sets."""
    texts = {query.text for queries in (answerable("tune") | opened()[0]).values() for query in queries}
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


def summary(shares: Floats, kinds: Names, settles: Mapping[str, float], labels: Sequence[str]) -> Iterator[str]:
    """Yield the lines of the report: confusion, then what is settled of each kind."""
    said = np.array(labels)[shares.argmax(axis=1)]
    yield "told as        " + " ".join(f"{label[:9]:>9}" for label in labels)
    for kind in labels:
        yield f"{kind:15}" + " ".join(f"{(said[kinds == kind] == label).sum():9}" for label in labels)
    done = settled(shares, labels, settles)
    for kind in labels:
        of = kinds == kind
        limit = f"from {settles[kind]:.2f}" if kind in settles else "left     "
        yield (
            f"{kind:15} n={of.sum():4} {limit} settled {(done[of] != '').mean():.3f} as itself "
            f"{(done[of] == kind).mean():.3f}"
        )


def _balanced(kinds: Names, weights: npt.NDArray[np.float64]) -> Floats:
    """Return the weights scaled so that kinds weigh alike, and the answerable as much as all of them together."""
    total = {kind: weights[kinds == kind].sum() for kind in set(kinds)}
    others = len(total) - 1
    mean = len(kinds) / (2 * others)
    scale = {kind: mean * (others if kind == ANSWERABLE else 1) / total[kind] for kind in total}
    return np.array([weight * scale[kind] for kind, weight in zip(kinds, weights, strict=True)], dtype=np.float32)


def _write_told(path: Path, asking: Sequence[Phrase], shares: Floats, kinds: Names, vetoes: float) -> None:
    """Write, a line a question: text, kind it is settled as, share of the answerable, whether it overrules rules."""
    told = (
        (phrase.text, str(kind), round(float(row[0]), 6), bool(row[0] >= vetoes))
        for phrase, row, kind in zip(asking, shares, kinds, strict=True)
    )
    path.write_text("".join(json.dumps(one) + "\n" for one in told), encoding="utf-8")


def _write_limits(path: Path, settles: Mapping[str, float], vetoes: float, report: Sequence[str]) -> None:
    head = "# Écrit par eval/tune_intents.py ; validation croisée (5 plis, quasi-doublons ensemble) :\n"
    lines = [
        head + "".join(f"#   {line}\n" for line in report),
        "[settles]  # part à partir de laquelle le genre est retenu",
        *(f"{kind} = {limit:.2f}" for kind, limit in sorted(settles.items())),
        "",
        "[vetoes]  # part de ce qui a une réponse à partir de laquelle une règle de route.toml ne décide plus",
        f"from = {vetoes:.2f}",
        "",
    ]
    path.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
