"""Where clauses begin: the place of each token, told by punctuation, subordinators and coordinated subjects."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Protocol

from bot.checks.vocabulary import marker_words

_ENDS = frozenset(".;:!?\n|")
_COORDINATE = frozenset({"et", "ou"})
_TOOLS = frozenset({"ne", "n", "le", "la", "les", "l", "en", "y", "se", "vous", "qui", "pas"})

_AHEAD = 7
"""Tokens after `et` or `ou` among which a verb of its own is looked for."""

_PARTS = frozenset({"que", "qu", "parce", "pour", "bien", "avant", "apres", "afin", "tandis"})
"""Words of longer subordinators that open nothing by themselves."""

_NE = frozenset({"ne", "n"})
_DETERMINERS = frozenset({"le", "la", "l", "les", "un", "une", "son", "sa", "ses", "leur", "leurs", "votre", "vos"})
_SUBJECTS = frozenset({"il", "elle", "ils", "elles", "on", "vous", "nous"})
_JOIN = frozenset({"qui", "que", "qu", "dont"})


class Placed(Protocol):
    """A marker, as far as clauses care."""

    @property
    def table(self) -> str: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def position(self) -> int: ...  # noqa: D102


def cut_clauses(words: Sequence[str], forms: Sequence[str], marks: Sequence[Placed]) -> list[int]:
    """Return for each token the rank of its clause.

    A comma ends a subordinate clause and gives the floor back to the clause it interrupted; brackets do the same.
    """
    cutter = _Cutter(forms, marks)
    return [cutter.place(at, words[at]) for at in range(len(forms))]


class _Cutter:
    """Reads tokens one after the other.

    `main` is the clause that a subordinate one interrupts, `outside` the one that a bracket interrupts, `relative` the
    place of the last `qui` still open, -1 without one, `opened` that of the last `qui` or `dont`. `bound` tells that
    the clause being read is a condition, `ruled` that the main one has its verb.
    """

    def __init__(self, forms: Sequence[str], marks: Sequence[Placed]) -> None:
        self._forms = forms
        self._opens = {
            m.position for m in marks if m.table == "condition" and m.name in {"if", "except", "inclusive", "proviso"}
        }
        self._verbs = {mark.position for mark in marks if mark.table == "modality"}
        self._subordinate = _subordinate()
        self._coordinate = marker_words("clause", "coordinate")
        self._pronouns = marker_words("clause", "pronoun")
        self._count = self._main = self._current = self._outside = 0
        self._relative = self._opened = -1
        self._bound = self._ruled = False

    def place(self, at: int, word: str) -> int:
        """Return the clause of the token at `at`, and open or close what it opens or closes."""
        closed = self._current
        if word in _ENDS:
            self._main = self._open()
            self._ruled = False
            return closed
        if (word == "," and self._current != self._main) or word == ")":
            self._current = self._outside if word == ")" else self._main
            return closed
        if word == "(":
            self._outside = self._current
            self._open()
        elif at in self._opens or self._forms[at] in self._subordinate:
            self._open()
            self._bound = at in self._opens
            self._relative = at if self._forms[at] == "qui" else -1
            self._opened = at if self._forms[at] in {"qui", "dont"} else -1
        elif self._resumes(at) or self._denies_main(at):
            self._current, self._relative, self._opened = self._main, -1, -1
        elif self._completes(at):
            self._open()
        elif self._adds(at):
            self._main = self._open()
            self._ruled = False
        elif self._forms[at] in _COORDINATE and (self._after(at) in self._pronouns or self._own_verb(at)):
            in_main = self._current == self._main
            self._open()
            if in_main and self._after(at) not in _JOIN:
                self._main = self._current
                self._ruled = False
        self._ruled = self._ruled or (self._current == self._main and (at in self._verbs or self._forms[at] in _NE))
        return self._current

    def _open(self) -> int:
        self._count += 1
        self._bound = False
        self._current = self._count
        return self._current

    def _after(self, at: int) -> str:
        return self._forms[at + 1] if at + 1 < len(self._forms) else ""

    def _before(self, at: int) -> str:
        return self._forms[at - 1] if at else ""

    def _resumes(self, at: int) -> bool:
        """Tell the second verb of "the country that receives you may ask": it is that of the clause interrupted."""
        inside = self._relative >= 0 and self._current != self._main and at - self._relative > 2
        return inside and at in self._verbs and self._before(at) not in _TOOLS | auxiliaries()

    def _denies_main(self, at: int) -> bool:
        """Tell a negation after the verb of a relative clause: "a phone that falls is not covered" denies the cover.

        `qui` is the subject of what follows it, so that the first verb of its clause stands next to it: a later `ne`
        that nothing joins to it is that of the clause interrupted.
        """
        if self._opened < 0 or self._current == self._main or self._forms[at] not in _NE:
            return False
        between = self._forms[self._opened + 1 : at]
        own = self._forms[self._opened] == "qui" or not auxiliaries().isdisjoint(between)
        return own and len(between) > 1 and between[-1][0].isalnum() and (_COORDINATE | _NE).isdisjoint(between)

    def _completes(self, at: int) -> bool:
        """Tell a clause that `que` opens with its own subject ("le préavis qu'elle n'a pas fait"), not `ne ... que`."""
        if self._forms[at] not in {"que", "qu"} or self._bound:
            return False  # what completes a condition is a part of it
        if self._before(at) == "fait":
            return True
        return self._after(at) in _SUBJECTS and _NE.isdisjoint(self._forms[max(0, at - _AHEAD) : at])

    def _adds(self, at: int) -> bool:
        """Tell where a clause is added to the main one: `mais`, or a subject after a comma."""
        word, comma = self._forms[at], self._before(at) == ","
        if word in self._coordinate:
            return comma or word == "mais"
        if not comma or self._current != self._main:
            return False
        # "..., leur montant n'est pas plafonné": a subject of its own, where the clause before it has its verb.
        return word in self._pronouns or (word in _DETERMINERS and self._ruled and self._own_verb(at))

    def _own_verb(self, at: int) -> bool:
        """Tell whether what `et` or `ou` adds has its own verb ("et son silence ne vaut pas accord")."""
        for ahead in range(at + 1, min(at + _AHEAD, len(self._forms))):
            word = self._forms[ahead]
            if not word[0].isalnum() or word in _COORDINATE:
                return False
            if word in _NE or (ahead in self._verbs and word in marker_words("clause", "finite")):
                return True
        return False


@cache
def auxiliaries() -> frozenset[str]:
    """Forms of être and avoir: a modality after one of them is a participle ("qui vous avait autorisé")."""
    return marker_words("clause", "auxiliary")


@cache
def _subordinate() -> frozenset[str]:
    return marker_words("clause", "subordinate") - _PARTS
