"""The same words, another sense: conditions dropped, negations and obligations flipped, one thing taken for another."""

from __future__ import annotations

import re

from eval.plant.words import Place, PlainDraft, data, exchanged, folded, found_at, same, tidy

_VOWELS = "aâàeéèêiîoôuhœy"
_ELIDING = re.compile(
    r"(?:\b(?:le|la|de|que|ne|se|je|du|au|ce|ma|sa|ta|si|jusque|lorsque)[ \u00a0]|['’])$", re.IGNORECASE
)
_CLAUSE_END = re.compile(r"[;:.!?]|\)|\s[–—]\s")
_NEGATED = re.compile(
    r"\b(?P<ne>n['’]|ne[ \u00a0])(?P<verb>(?:(?:y|en|le|la|les|se|s['’]|lui|leur)[ \u00a0]?)?[\w'’-]+)"
    r"[ \u00a0](?P<second>pas|plus|jamais)\b(?![ \u00a0](?:seulement|uniquement|que))"
)


def without_condition(text: str) -> list[tuple[str, str]]:
    """Cut each condition or exception of a sentence in turn.

    Returns:
        (what is left, what was cut); what is left is a sentence of three words or more.
    """
    table = data("swaps")["condition"]
    found = []
    for marker in table["markers"]:
        for at in found_at(text, marker):
            before = re.findall(r"[\w'’]+", text[:at])
            if before and before[-1].casefold() in table["not_after"]:
                continue
            if any(text.startswith(phrase, at) for phrase in table["no_condition"]):
                continue
            left, cut = _cut(text, at)
            if (
                left.count("(") == left.count(")")
                and len(left.split()) >= 3
                and len(cut.split()) >= 2
                and same(left) != same(text)
            ):
                found.append((left, cut))
    for adverb in table["adverbs"]:
        places = [at for at in found_at(text, adverb) if not re.match(r" s(?:i |['’]il)", text[at + len(adverb) :])]
        found += [(tidy(text[:at] + text[at + len(adverb) :]), adverb) for at in places]
    return found


def _cut(text: str, at: int) -> tuple[str, str]:
    """Cut the clause that starts `at`: to the comma that ends it where one opens the sentence, else to its end."""
    ends = [match.start() for match in _CLAUSE_END.finditer(text, at)] or [len(text)]
    end = ends[0]
    opened = not re.sub(r"\W", "", text[:at]) or re.search(r"(?:^|[.:;!?])\W*$", text[:at]) is not None
    comma = text.find(", ", at, end)
    if comma >= 0 and (opened or text[:at].rstrip().endswith(",")):
        return tidy(text[:at].rstrip(" ,") + " " + text[comma + 1 :].strip()), text[at:comma]
    if opened:
        return text, ""
    before = text[:at].rstrip(" ,(–—")
    after = text[end:].lstrip(")") if text[end : end + 1] == ")" else text[end:]
    return tidy(before + after), text[at:end]


def condition_dropped(place: Place) -> PlainDraft | None:
    """Leave out what the sentence depends on (`sauf`, `à condition`, `si`...)."""
    options = without_condition(place.sentence.text)
    return place.say(place.rng.choice(options)[0]) if options else None


def negation_flipped(place: Place) -> PlainDraft | None:
    """Say no for yes, or yes for no."""
    text = place.sentence.text
    options = [*_denied_less(text), *_contraries(text)]
    if not options or place.rng.random() < 0.3:
        options += _denied(text)
    return place.say(place.rng.choice(options)) if options else None


def _denied_less(text: str) -> list[str]:
    found = []
    for match in _NEGATED.finditer(text):
        said = text[: match.start()] + match["verb"] + text[match.end() :]
        # "il n'y a pas de frais" says yes as "il y a des frais".
        found.append(said[: match.start()] + re.sub(r"^(\S+(?: a)?) (?:de |d['’])", r"\1 des ", said[match.start() :]))
    return found


def _contraries(text: str) -> list[str]:
    pairs = data("swaps")["negation"]["pairs"]
    return [
        exchanged(text, old, new, at)
        for pair in pairs
        for old, new in (pair, pair[::-1])
        for at in found_at(text, old)
        if not text[:at].endswith("non ")
    ]


def _denied(text: str) -> list[str]:
    table = data("swaps")["negation"]
    found = []
    for verb in table["verbs"]:
        for at in found_at(text, verb):
            before = re.findall(r"[\w-]+", text[:at])
            after = re.findall(r"[\w-]+", text[at + len(verb) :])
            if not before or before[-1].casefold() in table["pronouns"] or "-" in text[at + len(verb) :][:1]:
                continue
            if any(word in table["second"] for word in after[:2]) or text[at].isupper():
                continue
            ne = "n’" if verb[0] in "aeêéio" else "ne "
            found.append(f"{text[:at]}{ne}{text[at : at + len(verb)]} pas{text[at + len(verb) :]}")
    return found


def modality_flipped(place: Place) -> PlainDraft | None:
    """May for must, at least for at most, `et` for `ou`, compulsory for optional."""
    table, text = data("swaps")["modality"], place.sentence.text
    pairs = [*table["pairs"], *(pair[::-1] for pair in table["pairs"])]
    pairs += table["one_way"]
    options = _exchanges(text, pairs, table["protected"]) + _joined(text, table["joined_before"])
    return place.say(place.rng.choice(options)) if options else None


def _joined(text: str, before: list[str]) -> list[str]:
    words = "|".join(before)
    pattern = re.compile(rf"(?<= )(?:et|ou)(?= (?:{words})\b)")
    other = {"et": "ou", "ou": "et"}
    return [text[: m.start()] + other[m.group()] + text[m.end() :] for m in pattern.finditer(text)]


def entity_changed(place: Place) -> PlainDraft | None:
    """Take one authority, paper or person for another."""
    return _replaced(place, "entity")


def jurisdiction_changed(place: Place) -> PlainDraft | None:
    """Take one place or level of government for another."""
    return _replaced(place, "jurisdiction")


def _replaced(place: Place, name: str) -> PlainDraft | None:
    text = place.sentence.text
    table = data("swaps")[name]
    pairs = [*table["pairs"], *(pair[::-1] for pair in table["pairs"])]
    options = _exchanges(text, pairs, table["protected"])
    return place.say(place.rng.choice(options)) if options else None


def _exchanges(text: str, pairs: list[list[str]], protected: list[str]) -> list[str]:
    """Exchange each word everywhere it stands, but inside a longer expression of the table.

    "ne peut pas" and "ne doit pas" say much the same: what is denied is left alone. A word that would turn over
    ("le père ou la mère") or break an elision ("l'parent") is too.
    """
    words = sorted({*(old for old, _ in pairs), *protected}, key=len, reverse=True)
    places: dict[str, list[int]] = {}
    covered = set[int]()
    for word in words:
        places[word] = [at for at in found_at(text, word) if at not in covered]
        covered.update(at + i for at in places[word] for i in range(len(word)))
    found = []
    for old, new in pairs:
        if not places[old] or found_at(text, new) or not all(_fits(text[:at], old, new) for at in places[old]):
            continue
        said = text
        for at in reversed(places[old]):
            said = exchanged(said, old, new, at)
        found.append(said)
    return [said for said in dict.fromkeys(found) if folded(said) != folded(text)]


def _fits(before: str, old: str, new: str) -> bool:
    if re.search(r"\b(?:ne|n['’]) ?$", before) and old[:1].islower() and new[:1] in "dp":
        return False
    vowels = [word[0].casefold() in _VOWELS for word in (old, new)]
    return vowels[0] == vowels[1] or _ELIDING.search(before) is None
