"""The evidence tells an answer from a near miss; what speaks for an answer never lowers the belief, nor the reverse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answerable import AGAINST, EVIDENCE, FOR, belief, evidence, refusal, scheme_words
from bot.assembly import Assembly
from corpus.analyse import terms
from corpus.found import Found
from corpus.question import Lexicon, analyse_question
from tests.bot.town import LOST_CARD

SHARES = st.fixed_dictionaries({name: st.floats(0, 1) for name in EVIDENCE})


def measured(bot: Assembly, text: str) -> dict[str, float]:
    searcher = bot.opened.searcher
    return evidence(searcher.search(text), searcher)


@given(SHARES, st.sampled_from(EVIDENCE), st.floats(0, 1))
def test_belief_is_a_probability_that_moves_the_way_of_its_evidence(
    shares: dict[str, float], name: str, added: float
) -> None:
    before, after = belief(shares), belief({**shares, name: shares[name] + added})

    assert 0 <= before <= 1
    assert after >= before if name in FOR else after <= before


def test_every_piece_of_evidence_has_a_weight_on_its_side() -> None:
    weights = refusal()["weights"]

    assert {*EVIDENCE, "constant"} == weights.keys()
    assert all(weights[name] >= 0 for name in FOR)
    assert all(weights[name] <= 0 for name in AGAINST)


def test_a_search_that_finds_nothing_gives_no_evidence(bot: Assembly) -> None:
    nothing = Found(analyse_question("zzz", Lexicon({})), ())

    assert evidence(nothing, bot.opened.searcher) == dict.fromkeys(EVIDENCE, 0.0)


def test_all_evidence_is_measured_for_the_best_document(bot: Assembly) -> None:
    assert measured(bot, LOST_CARD).keys() == set(EVIDENCE)


def test_a_word_that_the_document_lacks_counts_as_missing(bot: Assembly) -> None:
    known, strange = (
        measured(bot, "perte de la carte d'identité"),
        measured(bot, "carte d'identité du passeport terrasse"),
    )

    assert known["missing"] < strange["missing"]


def test_an_official_name_that_no_title_says_is_unnamed(bot: Assembly) -> None:
    assert measured(bot, "la prime ventilateur")["scheme_unnamed"] > 0
    assert measured(bot, "combien de temps pour la carte")["scheme_unnamed"] == 0
    assert measured(bot, "comment avoir « Pass Ventilateur » ?")["quoted_unnamed"] > 0


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("j'ai droit à la prime ventilateur de la mairie si j'habite ici", "prime ventilateur mairie"),
        ("un certificat de bon voisinage pour signer mon bail", "certificat bon voisinage signer"),
        ("j'ai perdu ma carte", ""),
        ("bonjour", ""),
        ("ma carte est périmée", ""),
    ],
)
def test_an_official_name_is_a_noun_and_what_says_which(text: str, name: str) -> None:
    assert scheme_words(text) == frozenset(terms(name))


def test_a_scheme_of_a_town_or_a_region_is_told(bot: Assembly) -> None:
    assert measured(bot, "la bourse communale au permis")["local_scheme"] == 1
    assert measured(bot, "la bourse au permis")["local_scheme"] == 0
