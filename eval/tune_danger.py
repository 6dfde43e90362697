"""Train what hears danger in words that no expression foresaw: `python -m eval.tune_danger`.

Positives are `cases/danger_phrases.tsv`, the tune half of the first file of distress and the later ones that are opened
(eval/later_sets.py); negatives are the phrases by which residents ask for the fiches (`corpus/lexicon`), look-alikes of
ours, the tune halves of the other cases and the opened ones. No `report` line of a set that still measures is read, and
no text of `shared/`, which stays free to measure false alarms.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from bot.danger import KINDS_FILE, LEANING_FILE, as_read, hear
from bot.leaning import Floats, Sense, binned, centred, write_leaning
from corpus.sentence_model import sentence_model
from eval.later_sets import FIRST, OPENED, case_rows, file_of
from eval.refusal_sets import rows as rows_of
from eval.vector_cache import VectorCache

CASES = Path(__file__).with_name("cases")
LEXICON = Path(__file__).parents[1] / "corpus" / "lexicon"
_BINS, _KIND_BINS = 1 << 16, 1 << 13
_STRENGTH, _STRENGTH_BESIDE_SENSE = 30.0, 3.0
"""How far the weights may go, words alone and beside the sense: less is left to learn by heart (5 folds)."""

_WEIGHT_OF_DANGER, _WEIGHT_OF_LOOK_ALIKE, _WEIGHT_OF_ORDINARY = 8.0, 8.0, 2.0
_MOST_FOREIGN = 2500
_SAID = 2
"""Phrases of each fiche whose sense is read: the others mean the same, and their reading is what takes the time."""
_RAREST = 15.0
_AT_ONCE = 1000
"""Texts read by the sentence model between two savings of what it said: it reads about a hundred a second."""

# Topics of distress.jsonl, in the words of danger.toml.
_KIND_OF = {
    "suicide": "suicide", "automutilation": "suicide", "violence_conjugale": "couple", "viol": "sexuel",
    "enfant": "enfant", "disparition": "enfant",
    "incendie": "feu", "gaz": "feu", "medical": "vital", "overdose": "vital", "canicule": "vital",
    "cambriolage": "agression", "harcelement": "agression", "agression": "agression", "mariage_force": "enfant",
    "maltraitance_age": "age", "maltraitance_handicap": "age", "sans_abri": "rue", "personne_agee": "age",
    "violence_sexuelle": "sexuel", "nourrisson": "enfant", "enfant_disparu": "enfant", "exploitation": "agression",
    "intrusion": "agression", "monoxyde": "vital", "urgence_medicale": "vital", "intoxication": "vital",
    "noyade": "vital", "malaise": "vital", "surdose": "vital", "accouchement": "vital", "age": "age", "batiment": "feu",
}  # fmt: skip

_ORDINARY_CASES = ("answerable", "unanswerable", "everyday", "branches", "attacks")

Labelled = tuple[str, str]


def main(arguments: list[str] | None = None) -> int:
    """Train both models and write them beside bot/danger.py, or in a folder that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=LEANING_FILE.parent, help="folder of the two models")
    parser.add_argument("--vectors", type=Path, help="file that keeps the vectors of the phrases between two runs")
    options = parser.parse_args(arguments)
    kept = VectorCache(options.vectors)
    dangers, look_alikes = phrases()
    others = ordinary(_SAID)
    said = [*(text for _, text in dangers), *look_alikes, *others]
    texts = [as_read(text) for text in said]
    vectors = senses(said, kept)
    labels = ["danger"] * len(dangers) + ["none"] * (len(look_alikes) + len(others))
    weights = [_WEIGHT_OF_DANGER] * len(dangers) + [_WEIGHT_OF_LOOK_ALIKE] * len(look_alikes)
    weights += [_WEIGHT_OF_ORDINARY] * len(others)
    train(Learnt.of(texts, vectors, _BINS), labels, options.out / LEANING_FILE.name, weights)
    kinds, count = [kind for kind, _ in dangers], len(dangers)
    told = Learnt.of(texts[:count], vectors[:count], _KIND_BINS)
    train(told, kinds, options.out / KINDS_FILE.name, [1.0] * count)
    print(f"{len(dangers)} phrases of danger, {len(look_alikes)} look-alikes, {len(others)} ordinary phrases")
    return 0


def phrases() -> tuple[list[Labelled], list[str]]:
    """Return (kind, text) of each phrase of danger, and the look-alikes."""
    lines = (CASES / "danger_phrases.tsv").read_text(encoding="utf-8").splitlines()
    rows = [(kind, text) for kind, _, text in (line.partition("\t") for line in lines if not line.startswith("#"))]
    cases = [*case_rows("distress", FIRST, "tune"), *_opened("distress")]
    rows += [("none" if case["look_alike"] else _KIND_OF[str(case["kind"])], str(case["q"])) for case in cases]
    others = [case for name in _ORDINARY_CASES for case in case_rows(name, FIRST, "tune")]
    others += [*_opened("unanswerable"), *_opened("residents")]
    rows += [("none", str(case["q"])) for case in others]
    journeys = [*case_rows("journeys", FIRST, "tune"), *_opened("journeys")]
    rows += [("none", str(turn["q"])) for case in journeys for turn in case["turns"]]
    dangers = [row for row in rows if row[0] != "none"]
    # A few everyday questions do tell of a danger; what is heard in them is not unlearnt.
    return dangers, [text for kind, text in rows if kind == "none" and not hear(text, expressions_only=True).settles]


def ordinary(most: int | None = None) -> list[str]:
    """Return phrases of the lexicon, at most so many a fiche, and of the other models; no expression hears a danger."""
    said = [
        phrase
        for line in (LEXICON / "said_of.tsv").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
        for phrase in line.partition("\t")[2].split(" ; ")[:most]
    ]
    # What is told of a street, or asked of nobody: no fiche speaks of it.
    said += [
        line.partition("\t")[2]
        for line in (CASES / "intent_phrases.tsv").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    everyday, foreign = (
        [line.partition("\t")[0] for line in (LEXICON / name).read_text(encoding="utf-8").splitlines()[1:]]
        for name in ("everyday_fr.tsv", "other_languages.tsv")
    )
    drawn = np.random.default_rng(0).permutation(len(foreign))[:_MOST_FOREIGN]
    candidates = [*said, *everyday, *(foreign[at] for at in drawn)]
    return [text for text in candidates if text.strip() and not hear(text, expressions_only=True).lines]


@dataclass(frozen=True, slots=True)
class Learnt:
    """What a model is trained on, a row a text.

    Attributes:
        rarity: of each bin of pieces of words.
        centre: mean of the vectors; None for a model of words alone.
        features: the words, of length 1, then the sense, of length 1 too: neither drowns the other.
    """

    rarity: Floats
    centre: Floats | None
    features: sparse.csr_matrix

    @classmethod
    def of(cls, texts: Sequence[str], vectors: Floats | None, bins: int) -> Learnt:
        """Read texts, as the model reads them, with the vectors of what was said."""
        rarity = _rarity(texts, bins)
        words = _matrix(texts, rarity)
        if vectors is None:
            return cls(rarity, None, words)
        centre = vectors.mean(axis=0)
        sense = sparse.csr_matrix(centred(vectors, centre))
        return cls(rarity, centre, sparse.hstack([words, sense], format="csr"))

    def write(self, path: Path, labels: Sequence[str], rows: Floats, offsets: Floats) -> None:
        """Write a linear model of these features."""
        bins = len(self.rarity)
        sense = None if self.centre is None else Sense(rows[:, bins:], self.centre)
        write_leaning(path, tuple(labels), rows[:, :bins], offsets, self.rarity, sense)


def senses(texts: Iterable[str], kept: VectorCache) -> Floats:
    """Return the vectors of the texts, each read as a message is, and keep those that were not known."""
    said = [" ".join(text.split()) for text in texts]
    fresh = [text for text in dict.fromkeys(said) if text not in kept]
    for start in range(0, len(fresh), _AT_ONCE):
        kept.keep(fresh[start : start + _AT_ONCE], sentence_model().encode(fresh[start : start + _AT_ONCE]))
    return np.stack([kept[text] for text in said])


def train(learnt: Learnt, labels: Sequence[str], path: Path, weights: Sequence[float]) -> None:
    """Fit one linear model and write it; the label "none", where there is one, is first."""
    strength = _STRENGTH if learnt.centre is None else _STRENGTH_BESIDE_SENSE
    model = LogisticRegression(C=strength, max_iter=2000)
    model.fit(learnt.features, labels, sample_weight=list(weights))
    names = [str(label) for label in model.classes_]
    rows, offsets = np.asarray(model.coef_), np.asarray(model.intercept_)
    if len(names) == 2:
        rows, offsets = np.stack([-rows[0] / 2, rows[0] / 2]), np.array([-offsets[0] / 2, offsets[0] / 2])
    order = sorted(range(len(names)), key=lambda at: (names[at] != "none", names[at]))
    learnt.write(path, [names[at] for at in order], rows[order], offsets[order])


def _rarity(texts: Iterable[str], bins: int) -> Floats:
    """Return log-scaled inverse document frequencies of the bins."""
    seen = np.zeros(bins)
    count = 0
    for text in texts:
        seen[binned(text, bins)[0]] += 1
        count += 1
    rarity: Floats = np.minimum(np.log((1 + count) / (1 + seen)) + 1, _RAREST).astype(np.float32)
    return rarity


def _matrix(texts: Iterable[str], rarity: Floats) -> sparse.csr_matrix:
    """Return one row a text, of length 1."""
    columns: list[npt.NDArray[np.int64]] = []
    values: list[Floats] = []
    ends = [0]
    for text in texts:
        at, counts = binned(text, len(rarity))
        weighted = counts * rarity[at]
        columns.append(at)
        values.append(weighted / (np.sqrt((weighted * weighted).sum()) or 1.0))
        ends.append(ends[-1] + len(at))
    shape = (len(ends) - 1, len(rarity))
    return sparse.csr_matrix((np.concatenate(values), np.concatenate(columns), ends), shape=shape)


def _opened(name: str) -> list[dict[str, Any]]:
    """Read the files of one kind that are opened, whole."""
    return [case for cases in OPENED for case in rows_of(file_of(name, cases))]


if __name__ == "__main__":
    raise SystemExit(main())
