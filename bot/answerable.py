"""Evidence that the best document answers the question, and the belief drawn from it (refusal.toml).

A search always finds something; what tells an answer from a near miss is what the best document does not say: a rare
word of the question that stands nowhere in it, or an official-sounding name (`prime ventilateur`) whose words it
never joins. Everything is computed from what the search already holds.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from functools import cache
from math import exp, log1p
from pathlib import Path
from typing import Any

import numpy as np

from bot.cues import Concept, Window
from corpus.analyse import fold, term, terms, words
from corpus.found import Found
from corpus.holding import Holding
from corpus.search import Searcher
from corpus.signals import FINDERS

_FILE = Path(__file__).with_name("refusal.toml")

FOR = ("score", "near", "sense", "named", "title", "agree", "words", "few_named", "matched")
AGAINST = ("missing", "scheme_unnamed", "quoted_unnamed", "local_scheme")
EVIDENCE = (*FOR, *AGAINST)
"""What is weighed; the first never weigh against an answer, the others never for it.

score: of the best document; near: similarity of the nearest title or everyday phrase; sense: of the document itself;
named: share of the question's words in titles and everyday phrases of the document; title: share of the title said;
agree: share of the lexical and vector signals that put it first among the documents found;
words: how much is asked (log); few_named: two words or fewer, all in titles; matched: lexicon entries heard;
missing: share of the words that the index knows and the document does not hold;
scheme_unnamed: an official name is asked for, and titles do not say it; quoted_unnamed: the same of a name between
quotation marks; local_scheme: the official name is said to be of a town, a department or a region.
"""

_FIRST = 0.95
"""Share of the highest value of a signal from which a document counts as put first."""

_MATCHED, _FEW, _MANY = 3, 2, 15
_SCHEME_WORDS = 3
_LEADING = 4
"""Words before a quotation mark in which the noun of a scheme leads to its name."""
_BREAK = re.compile(r"[,;:.!?()\n]+(?:\s|$)")
_QUOTED = re.compile(r"[«“\"]\s*([^«»“”\"]{3,80}?)\s*[»”\"]")


def evidence(found: Found, searcher: Searcher) -> dict[str, float]:
    """Measure everything for the best document, each about 0 to 1; all 0 when there is none."""
    if not found.documents:
        return dict.fromkeys(EVIDENCE, 0.0)
    best = found.documents[0]
    held = searcher.holding(found.question, best.key)

    def first(signal: str) -> bool:
        highest = max(hit.signals[signal] for hit in found.documents)
        return 0 < _FIRST * highest <= best.signals[signal]

    missing, few = held.known & ~held.told, len(held.words) <= _FEW
    return {
        "score": best.score,
        "near": max(found.evidence["said"], found.evidence["card"]),
        "sense": found.evidence["sense"],
        "named": held.share(held.named),
        "title": best.signals["title_covered"],
        "agree": sum(map(first, FINDERS)) / len(FINDERS),
        "words": log1p(min(len(held.words), _MANY)),
        "few_named": float(few and bool(held.words) and bool(held.named.all())),
        "matched": min(len(found.question.matched), _MATCHED) / _MATCHED,
        "missing": held.share(missing) if held.words else 0.0,
        **_scheme(found.question.text, held),
    }


def belief(measured: Mapping[str, float]) -> float:
    """Estimate the probability, 0 to 1, that the best document answers (logistic model of refusal.toml)."""
    weights = refusal()["weights"]
    total = weights["constant"] + sum(weights[name] * measured[name] for name in EVIDENCE)
    return 1.0 / (1.0 + exp(-total))


def _scheme(text: str, held: Holding) -> dict[str, float]:
    """Compare the official name that is asked for, if any, with what the document joins."""
    name, quoted = scheme_words(text), quoted_name(text)
    return {
        "scheme_unnamed": 1.0 - _named(held, name),
        "quoted_unnamed": 1.0 - _named(held, terms(quoted)) if quoted else 0.0,
        "local_scheme": float(bool(name) and _cue("local_scheme")(Window.of(text).words)),
    }


def _named(held: Holding, name: Collection[str]) -> float:
    """Share of a name that titles and everyday phrases of the document say; 1 for no name."""
    columns = np.asarray([word in name for word in held.words], dtype=bool)
    asked = float(held.weights[columns].sum())
    return float(held.weights[columns & held.named].sum()) / asked if asked else 1.0


def quoted_name(text: str) -> str:
    """Return the name of a scheme said between quotation marks: a noun of refusal.toml leads to it, or is in it.

    Words that somebody spoke (`le proprio a dit « je vérifie »`) name nothing.
    """
    for quoted in _QUOTED.finditer(text):
        near = [*words(text[: quoted.start()])[-_LEADING:], *words(quoted.group(1))]
        if any(fold(word) in _words("nouns") for word in near):
            return quoted.group(1)
    return ""


def scheme_words(text: str) -> frozenset[str]:
    """Return the index terms of the first official name: a noun of refusal.toml and at most three words that say which.

    `la prime ventilateur de la mairie si j'habite` gives those of `prime ventilateur mairie`; nothing when no such noun
    is followed by a word of its own. A name does not go past a comma or a colon.
    """
    return next(filter(None, map(_scheme_in, _BREAK.split(text))), frozenset())


def _scheme_in(text: str) -> frozenset[str]:
    said = words(text)
    nouns, stops = _words("nouns"), _words("stops")
    for position, word in enumerate(said):
        if fold(word) not in nouns:
            continue
        name: list[str] = []
        for following in said[position + 1 :]:
            if fold(following) in stops or len(name) == _SCHEME_WORDS:
                break
            if (found := term(following)) and found not in name:
                name.append(found)
        if name:
            return frozenset([term(word), *name])
    return frozenset()


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(fold(word) for word in refusal()["scheme"][name])


@cache
def _cue(name: str) -> Concept:
    return Concept(refusal()["cue"][name])


@cache
def refusal() -> dict[str, Any]:
    """Read the weights of the evidence, the belief under which nothing is answered, and the words of official names."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
