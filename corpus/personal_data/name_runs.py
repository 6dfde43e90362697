"""Which words, side by side, can be the name of somebody."""

from __future__ import annotations

import re
from dataclasses import dataclass

from corpus.personal_data.words import Text, Word, first_names, vocabulary, word_set

_JOIN = re.compile(r"\.?[ \t]{0,3}|'|-|\. ?-|[ \t]?-[ \t]?(?=$)")
_COMMA_JOIN = re.compile(r"[ \t]?,[ \t]?")
_CELL = re.compile(r"[ \t]?[;|\t][ \t]?")
_SENTENCE_JOIN = re.compile(r"\.[ \t]+")
_LONGEST_RUN = 6
_LOOK_BACK = 4


def is_capital(word: Word) -> bool:
    """Say whether a word begins with a capital letter."""
    return word.raw[0].isupper()


def is_upper(word: Word) -> bool:
    """Say whether a word is all capitals, two letters at least."""
    return len(word.raw) > 1 and word.raw.isupper()


def is_initial(word: Word) -> bool:
    """Say whether a word is one capital, or two with a hyphen: "O", "J-L"."""
    return word.raw.isupper() and len(word.raw.replace("-", "")) <= 2 and len(word.raw) in {1, 3}


def is_ordinary(word: Word) -> bool:
    """Say whether a word is never a name: a role, a service, a month, a function word."""
    return word.folded in word_set("names", "not_names") or word.folded in word_set("names", "civilities")


def is_first_name(word: Word) -> bool:
    """Say whether a word, or each part of a compound one, is a known first name."""
    if word.raw.lower() in vocabulary()["names"]["false_first_names"]:
        return False
    return word.folded in first_names() or (
        "-" in word.folded and all(part in first_names() for part in word.folded.split("-"))
    )


def can_be_name(word: Word) -> bool:
    """Say whether a capitalised word can be part of a name."""
    return is_capital(word) and len(word.raw) > 1 and not is_ordinary(word)


@dataclass(frozen=True, slots=True)
class NameRuns:
    """Reads runs of name words in one text; a run is given by the number of its first word and the one after it."""

    text: Text

    def gap(self, index: int) -> str:
        """Return what stands between word `index` and the next one."""
        words = self.text.words
        return self.text.raw[words[index].end : words[index + 1].start]

    def joined(self, index: int) -> bool:
        """Say whether word `index` and the next one can belong to one name."""
        if index < 0 or index + 1 >= len(self.text.words):
            return False
        gap, word = self.gap(index), self.text.words[index]
        if _SENTENCE_JOIN.fullmatch(gap) and len(word.raw) > 3:
            return False
        return _JOIN.fullmatch(gap) is not None

    def run(self, first: int) -> int:
        """Return the end of the run of capitalised words, particles between them allowed, that begins at `first`."""
        words, last, index = self.text.words, first, first
        while index < len(words) and index - first < _LONGEST_RUN:
            word = words[index]
            if index > first and not self._continues(index - 1, opened=last > first):
                break
            if word.folded in word_set("names", "particles") and len(word.raw) > 0 and not is_upper(word):
                index += 1
                if is_initial(word) or (word.folded in {"n", "o"} and is_capital(word)):
                    last = index
                continue
            if not can_be_name(word) and not self._is_leading_initial(index):
                break
            index += 1
            last = index if can_be_name(word) else last
        return last

    def _is_leading_initial(self, index: int) -> bool:
        """Say whether a single capital stands before a name: "A. Martin", "J DUPONT"."""
        words = self.text.words
        return is_initial(words[index]) and self.joined(index) and can_be_name(words[index + 1])

    def loose_run(self, first: int, limit: int) -> int:
        """Return the end of a run where case does not count: a name that the text has announced."""
        words, last, index = self.text.words, first, first
        while index < len(words) and index - first < limit:
            if index > first and not self.joined(index - 1):
                break
            if words[index].folded in {"de", "ben", "el", "da", "dos", "van", "le", "la", "du", "al", "di"}:
                index += 1
                continue
            if is_ordinary(words[index]):
                break
            index += 1
            last = index
        return last

    def run_back(self, end: int) -> int:
        """Return the start of the run of capitalised words that ends before word `end`."""
        words, first, index = self.text.words, end, end - 1
        while index >= 0 and end - index <= _LONGEST_RUN:
            if index < end - 1 and not self._continues(index, opened=True):
                break
            if can_be_name(words[index]):
                first = index
            elif words[index].folded not in word_set("names", "particles"):
                break
            index -= 1
        return first

    def is_place(self, first: int) -> bool:
        """Say whether the words before make it the name of a place or institution: "lycée", "rue du Docteur"."""
        words, index = self.text.words, first - 1
        for _ in range(_LOOK_BACK):
            if index < 0 or not self.joined(index):
                return False
            word = words[index]
            if word.folded in word_set("names", "place_words"):
                return True
            passing = word.folded in word_set("names", "particles") or word.folded in word_set("names", "civilities")
            if not passing and not is_capital(word):
                return False
            index -= 1
        return False

    def _continues(self, index: int, *, opened: bool) -> bool:
        if self.joined(index):
            return True
        words = self.text.words
        if not opened or index + 1 >= len(words):
            return False
        # "MENARD, Julien": a comma joins a surname in capitals to a known first name.
        if _COMMA_JOIN.fullmatch(self.gap(index)):
            return is_upper(words[index]) and is_first_name(words[index + 1]) and is_capital(words[index + 1])
        return self.in_cells(index)

    def in_cells(self, index: int) -> bool:
        """Say whether word `index` and the next make a name in two cells of a row: "Marie;Dupont"."""
        if index < 0 or index + 1 >= len(self.text.words) or not _CELL.fullmatch(self.gap(index)):
            return False
        pair = self.text.words[index : index + 2]
        return all(map(can_be_name, pair)) and any(map(is_first_name, pair))
