"""A question as the index sees it: weighted terms, expanded by the lexicon, and the texts to embed.

Three vocabularies meet here: the resident's ("piquer mes papiers"), the talk around it ("je veux savoir"), and the
administration's ("vol de carte d'identité"). The lexicon maps the first to the last; talk is weighted down.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from pathlib import Path

from corpus.analyse import LEXICON, conversational_words, fold, folded_words, term, words

TALK = 0.3
"""Weight of conversational words: deleting them costs 5 points on headings, where they are content."""

EXPANSION = 0.6
_LONGEST_ENTRY = 8

_IDEOGRAPHS = "\u3400-\u4dbf\u4e00-\u9fff"
_IDEOGRAPH = re.compile(f"[{_IDEOGRAPHS}]")
_ARABIC = re.compile("[\u0600-\u06ff]")

# Written as escapes: mixed directions in one line of code cannot be read safely. And, so, in, to, like, the.
_WAW, _FEH, _BEH, _LAM, _KAF, _ALIF = "\u0648", "\u0641", "\u0628", "\u0644", "\u0643", "\u0627"
_ARTICLE = _ALIF + _LAM
_PREFIXES = tuple(
    conjunction + rest
    for conjunction in ("", _WAW, _FEH)
    for rest in ("", _ARTICLE, _BEH, _LAM, _LAM + _LAM, _BEH + _ARTICLE, _KAF + _ARTICLE)
)
# My, her, our, his, their, your, your (plural).
_SUFFIXES = ("", "\u064a", "\u0647\u0627", "\u0646\u0627", "\u0647", "\u0647\u0645", "\u0643", "\u0643\u0645")
_TEH, _TEH_MARBUTA, _HEH = "\u062a", "\u0629", "\u0647"
_SHORTEST_STEM = 3

# "Je déménage du 12e au 19e", "à la mairie du 15ème": where the asker lives, never what the question is about.
_DISTRICT = re.compile(
    r"\b(?:paris|dans le|du|au|le)\s+(?:[2-9]|1\d|20)\s?(?:e|è|eme|ème)(?:\s+(?:arrondissement|arr)\b)?"
    r"(?=\s*(?:$|[.,;:!?)])|\s+(?:et|ou|au|à|le|la|les|on|je|il|elle|pour|que|qui|depuis|est)\b|\s+j['’])",
    re.IGNORECASE,
)

Entries = Mapping[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Question:
    """What is searched.

    Attributes:
        text: as asked.
        terms: weight of each index term.
        own: index terms of the asker's own words that are not talk.
        expansion: administrative words the lexicon added.
        matched: lexicon entries that fired, for `--explain`.
        language: ISO 639-1, as detected.
        translated: for each index term that a lexicon entry holds, the terms of its translation.
    """

    text: str
    terms: Mapping[str, float]
    own: tuple[str, ...] = ()
    expansion: str = ""
    matched: tuple[str, ...] = field(default=())
    translated: Mapping[str, frozenset[str]] = field(default_factory=dict)
    language: str = "fr"


class Lexicon:
    """Everyday words to administrative words, matched on folded words, longest entry first.

    Whole words only, with two exceptions. Chinese puts no space between words, so its entries are looked for inside
    a run of characters. Arabic glues the article, prepositions and possessives to the noun, so its words are also
    looked for without them ("light" stemming: Larkey, Ballesteros and Connell, SIGIR 2002).
    """

    def __init__(self, entries: Entries) -> None:
        self._entries = entries
        ideographic = (key[0] for key in entries if len(key) == 1 and _IDEOGRAPH.search(key[0]))
        self._parts = re.compile("|".join([*sorted(ideographic, key=len, reverse=True), f"[^{_IDEOGRAPHS}]+"]))
        self._arabic: dict[tuple[str, ...], tuple[str, ...]] = {}
        for key, meanings in entries.items():
            if any(map(_ARABIC.match, key)):
                self._arabic.setdefault(tuple(map(_without_article, key)), meanings)
        self._arabic_words = frozenset(word for key in self._arabic for word in key)

    def matches(self, text: str) -> list[tuple[str, tuple[str, ...]]]:
        """Return (words said, expansions) for the entries found in `text`, each word used once.

        The words said are those of the text: a run of Chinese comes whole, with the expansions of all it holds.
        """
        said = folded_words(text)
        found: list[tuple[str, tuple[str, ...]]] = []
        start = 0
        while start < len(said):
            for length in range(min(_LONGEST_ENTRY, len(said) - start), 0, -1):
                if (expansions := self._lookup(said[start : start + length])) is not None:
                    found.append((" ".join(said[start : start + length]), expansions))
                    start += length - 1
                    break
            start += 1
        return found

    def _lookup(self, said: list[str]) -> tuple[str, ...] | None:
        key = tuple(said)
        if key in self._entries:
            return self._entries[key]
        if len(key) == 1 and _IDEOGRAPH.search(key[0]):
            return self._inside(key[0])
        if any(map(_ARABIC.match, key)):
            return self._without_clitics(key)
        # Plurals of the last word, the one inflection an entry leaves out.
        singular = (*key[:-1], key[-1].rstrip("sx"))
        return self._entries.get(singular)

    def _inside(self, run: str) -> tuple[str, ...] | None:
        """Expansions of the entries inside a run without spaces; an acronym stuck to ideographs is a word."""
        found = [meaning for part in self._parts.findall(run) for meaning in self._lookup([part]) or ()]
        return tuple(dict.fromkeys(found)) or None

    def _without_clitics(self, said: tuple[str, ...]) -> tuple[str, ...] | None:
        known = [[stem for stem in _arabic_stems(word) if stem in self._arabic_words] for word in said]
        return next((self._arabic[key] for key in product(*known) if key in self._arabic), None)


def _without_article(word: str) -> str:
    bare = word.removeprefix(_ARTICLE)
    return bare if len(bare) >= _SHORTEST_STEM else word


def _arabic_stems(word: str) -> list[str]:
    """Return a folded word, then what remains of it without clitics, the least stripped first."""
    stems = {word: 0}
    for prefix, suffix in product(_PREFIXES, _SUFFIXES):
        if not (word.startswith(prefix) and word.endswith(suffix)):
            continue
        stem = word[len(prefix) : len(word) - len(suffix)]
        stripped = len(prefix) + len(suffix)
        # The feminine ending turns into a plain t before a possessive, and is often typed as a final h.
        if len(stem) >= _SHORTEST_STEM and suffix and stem.endswith(_TEH):
            stems.setdefault(stem[:-1] + _TEH_MARBUTA, stripped)
        if suffix == _HEH:
            stems.setdefault(stem + _TEH_MARBUTA, stripped)
        if len(stem) >= _SHORTEST_STEM:
            stems.setdefault(stem, stripped)
    return sorted(stems, key=lambda stem: stems[stem])


def read_entries(path: Path) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Read a two-column TSV (`said`, `administrative words`); comments start with `#`."""
    entries: dict[tuple[str, ...], tuple[str, ...]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        said, tab, meant = line.partition("\t")
        if tab and not line.startswith("#") and said != "said":
            key = tuple(folded_words(said))
            entries[key] = (*entries.get(key, ()), meant.strip())
    return entries


def acronym_entries(acronyms: Iterable[tuple[str, str]]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Turn the acronyms printed by the documents into entries; a lower-case twin of a common word is left out."""
    entries: dict[tuple[str, ...], tuple[str, ...]] = {}
    for short, meaning in acronyms:
        key = tuple(folded_words(short))
        if key and meaning and len("".join(key)) > 1 and key[0] not in conversational_words():
            entries.setdefault(key, (meaning,))
    return entries


@lru_cache(maxsize=1)
def own_entries() -> Entries:
    """The lexicons of the house, French and other languages together."""
    entries = read_entries(LEXICON / "other_languages.tsv")
    entries.update(read_entries(LEXICON / "everyday_fr.tsv"))
    return entries


def analyse_question(text: str, lexicon: Lexicon, language: str = "fr") -> Question:
    """Weigh the words of a question and add what the lexicon knows.

    Args:
        text: the question as asked, any length.
        lexicon: entries to expand with.
        language: of the text; of another language than French only what the lexicon translates is kept, since its
            other words mean nothing to a French index, or something else ("pain", "car", "son").

    Returns:
        terms weighted 1, TALK for conversational words, EXPANSION for added ones; a term said and added keeps the
        higher weight.
    """
    weights: dict[str, float] = {}
    own: list[str] = []
    french = language == "fr"
    for word in words(_DISTRICT.sub(" ", text)) if french else ():
        if not (index_term := term(word)):
            continue
        talk = fold(word) in conversational_words()
        weights[index_term] = max(weights.get(index_term, 0.0), TALK if talk else 1.0)
        if not talk:
            own.append(index_term)
    matches = lexicon.matches(text)
    expansion = " ".join(dict.fromkeys(meaning for _, meanings in matches for meaning in meanings))
    for word in words(expansion):
        if index_term := term(word):
            weights[index_term] = max(weights.get(index_term, 0.0), EXPANSION if french else 1.0)
    translated = {
        index_term: frozenset(found for meaning in meanings for found in map(term, words(meaning)) if found)
        for entry, meanings in matches
        for index_term in map(term, words(entry))
        if index_term
    }
    matched = tuple(entry for entry, _ in matches)
    own = own if french else list(translated)
    return Question(text, weights, tuple(dict.fromkeys(own)), expansion, matched, translated, language)
