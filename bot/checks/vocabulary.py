"""The words that the checks compare, from the data files of this folder: markers, entities, synonyms, neutral words."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from corpus.analyse import fold, stop_words, term

_FOLDER = Path(__file__).parent
_TOKEN = re.compile(r"\d+(?:[.,\u00a0\u202f ]\d+)*|[^\W\d_]+|[.;:,!?()\n|«»%€]")
_ACCENT_TELLS = frozenset({"où", "à", "dû", "né", "née", "dès", "ouvré", "ouvrés", "ouvrée", "ouvrées"})
"""Words that only their accent tells from another one: où and ou, dès and des, ouvré and (il) ouvre."""

_PLURAL = re.compile(r"\w{3,}(?<![mi])ent$")
_FAMILY = 6
"""Words that share this many first letters of their stems are of one family: inscription, inscrire."""

_NO_FAMILY = frozenset(
    {
        "contra",
        "person",
        "profes",
        "commun",
        "consul",
        "autori",
        "compte",
        "employ",
        "partic",
        "contre",
        "presta",
        "concer",
        "journa",
        "minist",
        "instit",
    }
)
"""Beginnings that words of different meanings share."""


def tokens(text: str) -> list[str]:
    """Split a text into words, numbers and punctuation; an elided word loses its apostrophe (`n'a` gives `n`, `a`)."""
    return _TOKEN.findall(text)


@lru_cache(maxsize=100_000)
def form(token: str) -> str:
    """Return a token in lower case without accents, but where the accent tells two words apart."""
    lower = token.lower()
    return lower if lower in _ACCENT_TELLS else fold(lower)


@lru_cache(maxsize=100_000)
def stem(token: str) -> str:
    """Return what the inflected forms of a word share; of a word that carries no subject, its form.

    Snowball leaves two endings that matter here: the plural of verbs ("trouvent") and of participles ("vendus").
    """
    lower = token.lower()
    if not term(lower):
        return form(token)
    if _PLURAL.search(lower) and lower not in _not_verbs():
        lower = lower[:-2]
    elif len(lower) > 4 and lower.endswith("s") and not lower.endswith("ss"):
        lower = lower[:-1]
    return term(lower) or form(token)


@lru_cache(maxsize=100_000)
def stem_concepts(word: str) -> frozenset[str]:
    """Return what a stem may mean: itself, its family, and the groups of synonyms that hold it."""
    family = f"~{word[:_FAMILY]}"
    own = {word} if len(word) < _FAMILY or family[1:] in _NO_FAMILY else {word, family}
    return frozenset(own | _single_synonyms().get(word, frozenset()))


class Word(NamedTuple):
    """One token as the checks compare it.

    Attributes:
        form: in lower case, without accents.
        stem: what its inflected forms share.
        concepts: what it may mean; empty for a tool word, a number or punctuation.
    """

    form: str
    stem: str
    concepts: frozenset[str]


@lru_cache(maxsize=100_000)
def word_of(token: str) -> Word:
    """Return a token as the checks compare it."""
    said, root = form(token), stem(token)
    means = len(said) > 1 and said[0].isalpha() and fold(said) not in stop_words()
    return Word(said, root, stem_concepts(root) if means else frozenset())


@dataclass(slots=True)
class Node:
    """One step in a tree of phrases; `names` is what ends here."""

    names: tuple[str, ...] = ()
    next: dict[str, Node] = field(default_factory=dict)


def ends_from(tree: Node, words: Sequence[str], start: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield (end, names) of each phrase that starts at `start`, the shortest first."""
    node: Node | None = tree.next.get(words[start])
    end = start + 1
    while node is not None:
        if node.names:
            yield end, node.names
        node = node.next.get(words[end]) if end < len(words) else None
        end += 1


@cache
def marker_tree() -> Node:
    """Phrases of markers.toml and entities.toml by their forms; names are `modality:permission`, `place:paris`..."""
    tree = Node()
    for file in ("markers.toml", "entities.toml"):
        for table, entries in _toml(file).items():
            if table in {"opposite", "negation", "clause", "verb", "bound_before", "bound_after"}:
                continue
            for name, phrases in entries.items():
                for phrase in phrases:
                    _add(tree, [form(token) for token in tokens(phrase)], f"{table}:{name}")
    return tree


@cache
def synonym_tree() -> Node:
    """Phrases of several words of synonyms.toml, by their stems; names are the groups."""
    tree = Node()
    for name, phrases in _toml("synonyms.toml")["group"].items():
        for phrase in phrases:
            words = [stem(token) for token in tokens(phrase)]
            if len(words) > 1:
                _add(tree, words, f"={name}")
    return tree


@cache
def neutral() -> frozenset[str]:
    """Stems that may be added without saying more."""
    return _stems_of("neutral.txt")


@cache
def decisive() -> frozenset[str]:
    """Stems of the words that decide: none may come from nowhere."""
    return _stems_of("decisive.txt")


@cache
def common_verbs() -> frozenset[str]:
    """Stems of verbs that decide nothing by themselves."""
    return _stems_of("verbs.txt") - decisive()


def _stems_of(file: str) -> frozenset[str]:
    lines = (_FOLDER / file).read_text(encoding="utf-8").splitlines()
    words = [word for line in lines if not line.startswith("#") for word in line.split()]
    return frozenset(stem(token) for word in words for token in tokens(word))


@cache
def marker_words(table: str, name: str) -> frozenset[str]:
    """Return the forms of one list of markers.toml made of single words."""
    return frozenset(form(token) for phrase in _toml("markers.toml")[table][name] for token in tokens(phrase))


@cache
def _not_verbs() -> frozenset[str]:
    return frozenset(_toml("markers.toml")["verb"]["not_verbs"])


@cache
def phrases(table: str, name: str) -> tuple[str, ...]:
    """Return one list of markers.toml as written, the longest phrases first."""
    return tuple(sorted(_toml("markers.toml")[table][name], key=len, reverse=True))


@cache
def bound_pattern(side: str) -> re.Pattern[str]:
    """Return what may bound a number from one side (`before` or `after` it); the group that matched is the bound."""
    table = _toml("markers.toml")[f"bound_{side}"]
    named = sorted(((phrase, name) for name, phrases in table.items() for phrase in phrases), key=lambda p: -len(p[0]))
    # One group a name, in order of length: a longer phrase is never read as a shorter one.
    by_name = {name: [re.escape(phrase) for phrase, other in named if other == name] for name in table}
    groups = (rf"(?P<{name}>{'|'.join(words)})" for name, words in by_name.items())
    return re.compile(rf"(?<!\w)(?:{'|'.join(groups)})(?!\w)".replace("'", "['’]"), re.IGNORECASE)


@cache
def opposites() -> dict[str, str]:
    """Return the relation that contradicts each relation."""
    return {name: str(other) for name, other in _toml("markers.toml")["opposite"].items()}


@cache
def reasons() -> dict[str, str]:
    """Return why a sentence may be replaced, in French, by key."""
    return {key: str(text) for key, text in _toml("reasons.toml")["reason"].items()}


@cache
def _single_synonyms() -> dict[str, frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for name, phrases in _toml("synonyms.toml")["group"].items():
        for phrase in phrases:
            words = [stem(token) for token in tokens(phrase)]
            if len(words) == 1:
                groups.setdefault(words[0], set()).add(f"={name}")
    return {word: frozenset(names) for word, names in groups.items()}


@cache
def _toml(file: str) -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((_FOLDER / file).read_text(encoding="utf-8"))


def _add(tree: Node, words: Sequence[str], name: str) -> None:
    node = tree
    for word in words:
        node = node.next.setdefault(word, Node())
    node.names = (*node.names, name)
