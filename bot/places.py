"""Places heard in a question: a named street or facility, a district of Paris, another town, a foreign country.

Names of other places are data (places.toml); a street of Paris that bears one (rue de Rome, gare de Lyon) does not
count for it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.cues import Concept, Window

_FILE = Path(__file__).with_suffix(".toml")

_WAYS = r"rue|avenue|av\.|boulevard|bd\.?|quai|impasse|faubourg|fbg|passage|allées?|villa|esplanade|square"
_FACILITIES = (
    r"place|parc|jardin|square|piscine|gymnase|stade|biblioth[èe]que|m[ée]diath[èe]que|[ée]cole|coll[èe]ge|lyc[ée]e|"
    r"cr[èe]che|conservatoire|mus[ée]e|th[ée][âa]tre|cimeti[èe]re|march[ée]|m[ée]tro|station|gare|porte|pont|quartier|"
    r"h[ôo]pital|[ée]glise|canal|bois|mairie|centre|patinoire|d[ée]chett?[èe]rie|espace|halle|tennis|maternelle"
)
_LINKS = r"(?:(?:des|du|de|d['’]|la|les|le|l['’])\s*)*"  # each piece one way only: "de la de la..." must not explode
_CAPITAL = r"[A-ZÀ-ÖØ-Þ][\w'’-]+"
_NO_NAME = (
    "et est en ou où qui que quand quoi sans avec pour depuis sont pas dans par il elle on je mais à au aux ne se si "
    "sur trop très plus piétonne publique nuit mon ma mes ton ta notre votre leur chez cette ce cet ces commerçante "
    "tous tout toute comment combien devant derrière car était fait peut doit jour toujours"
)
_NAME = rf"(?!(?:{'|'.join(_NO_NAME.split())})\b)\w{{3,}}"
_WAY = re.compile(
    rf"\b\d+\s*(?:bis|ter)?,?\s+(?:{_WAYS})\b|\b(?i:{_WAYS})\s+{_LINKS}{_CAPITAL}"
    rf"|\b(?:rue|avenue|boulevard|bd|quai|faubourg)\s+{_LINKS}{_NAME}"
)
_FACILITY = re.compile(rf"\b(?i:{_FACILITIES})\s+(?:place\s+)?{_LINKS}(?!I{{1,3}}\b|CAF\b|CPAM\b){_CAPITAL}")
_TYPED_LOW = re.compile(rf"\b(?:place|porte|square|métro|metro|station)\s+(?:de la|de l['’]|des|du|de|d['’])\s*{_NAME}")
_NOT_A_SPOT = re.compile(
    r"\b(?:places? (?:de|en|d['’]) ?(?:parking|stationnement|cr[èe]ches?|livraison|séance|maternelle|amphi|cinéma)"
    r"|stations? (?:de |d['’])?(?:taxis?|essence|service|ski|épuration)"
    r"|portes? (?:de |d['’]) ?(?:secours|entrée|garage|service))"
)
_DISTRICT = re.compile(
    r"\b(?:1er|[2-9]\s?(?:e|ème|eme)|1\d\s?(?:e|ème|eme)|20\s?(?:e|ème|eme))\b"
    r"(?!\s+(?:enfant|fois|mois|année|trimestre|semestre|étage|classe|degré|cycle|passeport|jour|demande|de chaque|"
    r"janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|tour|rang|prix))"
    r"|\b750(?:0[1-9]|1\d|20)\b|\barrondissement\b"
)
_STREET_NAME = re.compile(
    r" (?:rue|avenue|boulevard|bd|quai|place|porte|gare|pont|station|metro|faubourg|square|passage|impasse|hotel)"
    r"(?: de| du| des| la| le| les)*(?: saint| sainte)? \S+"
)
_SPOTS = "place|porte|square|métro|metro|station|quartier|pont|canal"
_AT = (
    r"(?:(?i:j['’]\s?habite|je vis|je r[ée]side|je suis|on habite|on vit|nous habitons|domicili[ée]e?s?)\s+)?"
    r"(?:(?i:à l['’]angle|au coin|au niveau|à (?:la )?hauteur|en bas|près|au|à|dans|sur|vers|de|du|la|le)\s+"
    r"|(?i:d['’]|l['’])){0,5}"
)
_SPOT_NAMED = re.compile(
    rf"(?<!\w){_AT}(?:\b\d+\s*(?:bis|ter)?,?\s+)?"
    rf"(?:\b(?i:{_WAYS}|{_SPOTS})\s+{_LINKS}{_CAPITAL}(?:[\s-]+{_LINKS}{_CAPITAL})*"
    rf"|\b(?:rue|avenue|boulevard|bd|quai|faubourg)\s+{_LINKS}{_NAME}"
    rf"|{_TYPED_LOW.pattern})"
)
_NAMED_BY_IT = re.compile(rf"\b(?i:{_FACILITIES}|maire|députée?|élue?s?|habitants|conseil|directeur|directrice)\s+$")
"""What a place names: the school of a street, the mayor of a district."""

_LONGEST_NAMED = 40
"""Characters before a place in which what it names may stand."""

_DISTRICT_NAMED = re.compile(
    rf"(?<!\w){_AT}(?:(?i:paris)\s+)?"
    rf"(?:(?:{_DISTRICT.pattern})(?:\s+arrondissement)?"
    rf"|(?<=(?i:paris) )(?:[1-9]|1\d|20)\b(?!\s*(?:ans?|mois|jours?|euros?|€|heures?|h)\b))"
)
_KIN = (
    "mère|maman|père|papa|parents|beaux-parents|belle-mère|beau-père|frère|frères|sœur|soeur|sœurs|soeurs|cousins?|"
    "cousines?|oncles?|tantes?|tata|tonton|neveux?|nièces?|grand-mère|grand-père|grands-parents|mamie|papi|fils|fille|"
    "enfants|filleule?|amie?s?|copains?|copines?|famille|belle-famille|fiancée?|correspondante?"
)
_LIVES = "vit|vivent|habite|habitent|réside|résident|vote|votent|travaille|travaillent|étudie|étudient|loge|logent"
_IS = "est|sont|vient|viennent|arrive|arrivent"
_NO_TOWN = r"(?i:temps|maison|domicile|distance|plein|mi-temps|partiel|foyer|ehpad|centre|hôtel|hopital|hôpital)\b"
_KIN_ELSEWHERE = re.compile(
    rf"\b(?P<kin>(?i:{_KIN}))\s+(?:(?i:qui\s+)?(?:(?i:{_LIVES})\s+(?:(?i:à|a|au|aux|en)\s+(?:{_CAPITAL}|(?!{_NO_TOWN})\w{{4,}})|{_CAPITAL})"
    rf"|(?i:{_IS})\s+(?i:à|au|aux|en|de|du|des|d['’])\s*(?!{_NO_TOWN}){_CAPITAL})|(?i:à|au|aux|en|de|du|des|d['’])\s*{_CAPITAL})"
    rf"(?:[\s-]+{_CAPITAL})*"
)
_BEFORE_TOWN = "(à|de|du|sur|vers|en|pour|mairie|ville|chez|habite|au|in) (la|le|les)?"


def names_a_way(window: Window) -> bool:
    """Tell whether a street, a square or another spot is named, in capitals or not."""
    if _WAY.search(window.text) or _FACILITY.search(window.text):
        return True
    return bool(_TYPED_LOW.search(window.text)) and not _NOT_A_SPOT.search(window.text)


def names_a_facility(window: Window) -> bool:
    """Tell whether a facility is named: the pool, the school or the library of that name."""
    return _FACILITY.search(window.text) is not None


def names_a_district(window: Window) -> bool:
    """Tell whether an arrondissement of Paris is named."""
    return _DISTRICT.search(window.text.lower()) is not None


def without_places(text: str) -> str:
    """Return a message without the places that only say where: a street, a district, the home of a relative.

    Where somebody lives or something happened is not what is asked; a facility (`la piscine Pailleron`) may be.
    """
    bare = _KIN_ELSEWHERE.sub(lambda found: found["kin"], text)
    bare = _DISTRICT_NAMED.sub(_left_out, _SPOT_NAMED.sub(_left_out, bare))
    return text if bare == text else " ".join(bare.split()).strip(" ,;")


def _left_out(found: re.Match[str]) -> str:
    """What stands for a place: nothing, but the place itself after what it names."""
    before = found.string[max(0, found.start() - _LONGEST_NAMED) : found.start()]
    kept = _NOT_A_SPOT.search(found.group()) or _NAMED_BY_IT.search(before)
    return found.group() if kept else " "


def town_heard(window: Window) -> str:
    """Return the first town of the file that is not the name of a street; empty when there is none."""
    words = _STREET_NAME.sub(" ", window.words)
    return _first(_places().towns, words)


def country_heard(window: Window) -> str:
    """Return the first foreign country that is not the name of a street; empty when there is none."""
    return _first(_places().countries, _STREET_NAME.sub(" ", window.words))


def people_heard(window: Window) -> str:
    """Return the country whose adjective is heard; empty when there is none."""
    return _first(_places().peoples, window.words)


def words_before_country(window: Window) -> str | None:
    """Return the words before the first foreign country, None when there is none."""
    return _places().countries.any.before(_STREET_NAME.sub(" ", window.words))


@dataclass(frozen=True, slots=True)
class _Family:
    """Names with what is said for each; `any` hears at once whether one may be named, for most questions name none."""

    named: tuple[tuple[str, Concept], ...]
    any: Concept


@dataclass(frozen=True, slots=True)
class _Places:
    towns: _Family
    countries: _Family
    peoples: _Family


def _first(family: _Family, words: str) -> str:
    return next((name for name, said in family.named if said(words)), "") if family.any(words) else ""


def _family(said: Iterable[tuple[str, Sequence[str]]], before: str = "") -> _Family:
    """Compile names; `before` is what must stand in front of one, too slow to look for where no name is."""
    pairs = tuple(said)
    named = tuple((name, Concept(f"{before} {phrase}" for phrase in phrases)) for name, phrases in pairs)
    return _Family(named, Concept(phrase for _, phrases in pairs for phrase in phrases))


@cache
def _places() -> _Places:
    tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return _Places(
        _family(((row["name"], row["said"]) for row in tables["town"]), _BEFORE_TOWN),
        _family((row["name"], row["said"]) for row in tables["country"]),
        _family((row["name"], row["people"]) for row in tables["country"] if "people" in row),
    )
