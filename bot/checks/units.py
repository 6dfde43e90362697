"""What a text names: its markers and entities, then what else it says, word by word or phrase by phrase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bot.checks.vocabulary import Node, Word, ends_from, marker_tree, neutral, synonym_tree

_ENTITIES = frozenset({"authority", "person", "document", "place", "kind", "period"})

_ARTICLES = frozenset({"de", "d", "le", "la", "l", "un", "une", "des", "les", "etre", "avoir"})
_JUDGED = frozenset({"que", "qu", "utile", "necessaire", "bon"})
"""After the verb: who judges that it is useful is no judge."""

_REACH = 9
"""Tokens that `sans` and an infinitive reach ("sans avoir le droit de participer aux compétitions")."""

_DENYING = frozenset({"ne", "n", "pas", "plus", "sans", "non", "aucun", "aucune", "rien", "jamais"})


class Unit(NamedTuple):
    """One thing said: a word, or a phrase known as one.

    Attributes:
        concepts: what it may mean; two units agree when they share one.
        inner: concepts of each word of a phrase, which may also be said one by one.
        entity: it is named in entities.toml, and never replaced by another.
        negated: `sans` or `non` stands before it.
    """

    concepts: frozenset[str]
    position: int
    clause: int
    inner: tuple[frozenset[str], ...] = ()
    entity: bool = False
    negated: bool = False
    word: str = ""


class Mark(NamedTuple):
    """One marker or entity: its table, its name, and where it stands."""

    table: str
    name: str
    position: int
    end: int
    clause: int


def find_marks(forms: Sequence[str]) -> tuple[list[Mark], frozenset[str]]:
    """Find the longest marker or entity at each place, and every one however nested, as `table:name`."""
    found: list[Mark] = []
    nested: set[str] = set()
    free = 0
    begins = marker_tree().next
    for at, word in enumerate(forms):
        if word not in begins:
            continue
        match = None
        for match in ends_from(marker_tree(), forms, at):
            nested.update(match[1])
        if match is None or at < free or (word == "juge" and _judges(forms, at)):
            continue
        free, names = match
        found += [Mark(table, key, at, free, 0) for table, _, key in (name.partition(":") for name in names)]
    return found, frozenset(nested)


def _judges(forms: Sequence[str], at: int) -> bool:
    """Tell the verb from the person: "juge utile", "ne la juge pas"."""
    return (forms[at + 1 : at + 2] != [] and forms[at + 1] in _JUDGED) or not {"ne", "n"}.isdisjoint(
        forms[max(0, at - 2) : at]
    )


def stays(mark: Mark) -> bool:
    """Tell whether a marker counts even inside a set phrase, which has its own meaning."""
    return mark.table in _ENTITIES or mark.table in {"relation", "quantity"} or mark.name == "entitled"


def find_units(words: Sequence[Word], marks: Sequence[Mark], places: Sequence[int]) -> tuple[list[Unit], set[int]]:
    """Return the units of a text, and the places inside its set phrases.

    Args:
        words: its tokens.
        marks: by `find_marks`.
        places: the clause of each token.
    """
    return _Finder(words, marks, places).find()


class _Finder:
    def __init__(self, words: Sequence[Word], marks: Sequence[Mark], places: Sequence[int]) -> None:
        self._words = words
        self._forms = [word.form for word in words]
        self._stems = [word.stem for word in words]
        self._places = places
        self._over: dict[int, list[Mark]] = {}
        for mark in marks:
            for at in range(mark.position, mark.end):
                self._over.setdefault(at, []).append(mark)

    def find(self) -> tuple[list[Unit], set[int]]:
        units: list[Unit] = []
        inside: set[int] = set()
        tree = synonym_tree()
        at = 0
        while at < len(self._stems):
            over = self._over.get(at)
            entities = [mark for mark in over if mark.table in _ENTITIES] if over else []
            begins = not entities and self._stems[at] in tree.next
            phrase = _longest(tree, self._stems, at) if begins else None
            if entities:
                units.append(self._entity(at, entities))
                at = entities[0].end
            elif phrase is not None:
                units.append(self._phrase(at, *phrase))
                inside.update(range(at, phrase[0]))
                at = phrase[0]
            else:
                units += self._word(at)
                at += 1
        return units, inside

    def _entity(self, at: int, entities: Sequence[Mark]) -> Unit:
        names = (f"@{mark.table}:{mark.name}" for mark in entities)
        inner = (word.concepts for word in self._words[at : entities[0].end])
        return Unit(frozenset(names).union(*inner), at, self._places[at], entity=True, word=self._forms[at])

    def _phrase(self, at: int, end: int, groups: tuple[str, ...]) -> Unit:
        said = self._forms[at:end]
        words = self._words[at:end]
        inner = tuple(word.concepts for word in words if word.concepts and word.stem not in neutral())
        # "ne s'applique pas" does not say "s'applique".
        whole = not _DENYING.isdisjoint(said)
        return Unit(
            frozenset(groups),
            at,
            self._places[at],
            () if whole else inner,
            negated=_without(self._forms, at),
            word=" ".join(said),
        )

    def _word(self, at: int) -> list[Unit]:
        if at in self._over:
            numbers = [mark.name for mark in self._over[at] if mark.table == "number"]
            return [Unit(frozenset({f"#{number}"}), at, self._places[at], word=number) for number in numbers]
        said, root, concepts = self._words[at]
        if concepts:
            return [Unit(concepts, at, self._places[at], negated=_without(self._forms, at), word=said)]
        return [Unit(frozenset({f"#{root}"}), at, self._places[at], word=root)] if root[0].isdigit() else []


def _longest(tree: Node, stems: Sequence[str], at: int) -> tuple[int, tuple[str, ...]] | None:
    found = None
    for found in ends_from(tree, stems, at):  # noqa: B007  the last one is the longest
        pass
    return found


def _without(forms: Sequence[str], at: int) -> bool:
    """Tell whether `sans` or `non` stands just before, articles aside, or `sans` and an infinitive a little before."""
    for back in range(at - 1, max(-1, at - _REACH), -1):
        if not forms[back][0].isalnum():
            break
        if forms[back] == "sans" and forms[back + 1].endswith(("er", "ir", "re", "oir")):
            return True
    before = at - 1
    while before >= 0 and forms[before] in _ARTICLES:
        before -= 1
    return before >= 0 and forms[before] in {"sans", "non"}
