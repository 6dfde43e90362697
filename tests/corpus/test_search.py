"""A search finds the document in force for its audience, by the words of the asker, and survives any text."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.document import DocumentKind
from corpus.found import DocumentHit
from corpus.index import AUDIENCES, chroma_nearest, close_collections, write_collections
from corpus.lexical import Floats
from corpus.ranking import Ranking
from corpus.search import Searcher
from corpus.signals import DECIMALS, SIGNALS, load_weights, scaled
from tests.corpus.small_index import (
    CITIZENS,
    CLUBS,
    DOCUMENTS,
    FIRMS,
    TODAY,
    SmallIndex,
    a_document,
    everyday_phrases,
    index,
)

QUESTIONS = {
    "carte d'identité d'un majeur perdue": "F1",
    "combien de semaines pour un passeport": "F3",
    "tapage nocturne amende": "F5",
    "déposer les statuts d'une association": "F7",
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallIndex]:
    folder = tmp_path_factory.mktemp("index")
    with everyday_phrases(folder):
        made = index(folder / "one")
        with made.store:
            yield made


@pytest.fixture(scope="module")
def searcher(small: SmallIndex) -> Searcher:
    return small.searcher()


def ids(hits: tuple[DocumentHit, ...]) -> list[str]:
    return [hit.id for hit in hits]


@pytest.mark.parametrize(("question", "best"), QUESTIONS.items())
def test_the_document_that_answers_is_first(searcher: Searcher, question: str, best: str) -> None:
    assert searcher.search(question, as_of=TODAY).documents[0].id == best


@pytest.mark.parametrize(
    ("question", "best"), [("mes voisins font la fête toute la nuit", "F5"), ("on m'a tiré ma bécane", "F6")]
)
def test_everyday_phrases_find_their_document_and_are_never_shown(
    small: SmallIndex, searcher: Searcher, question: str, best: str
) -> None:
    hit = searcher.search(question, as_of=TODAY).documents[0]

    assert hit.id == best
    assert hit.signals["said_lexical"] == 1
    shown = " ".join(passage.text for passage in small.store.passages(ref for ref, _ in hit.passages))
    assert "voisins" not in shown
    assert "bécane" not in shown


def test_an_acronym_printed_by_a_document_is_heard(searcher: Searcher) -> None:
    found = searcher.search("perdu ma CNI", as_of=TODAY)

    assert "cni" in found.question.matched
    assert found.documents[0].id == "F1"


@pytest.mark.parametrize(
    ("day", "in_force", "other"),
    [
        (date(2025, 12, 31), "piscines-2025", "piscines-2026"),
        (date(2026, 1, 1), "piscines-2026", "piscines-2025"),
    ],
)
def test_the_version_in_force_on_the_day_is_found_and_the_other_never(
    searcher: Searcher, day: date, in_force: str, other: str
) -> None:
    found = ids(searcher.search("tarif des piscines", limit=50, as_of=day).documents)

    assert found[0] == in_force
    assert other not in found


def test_without_a_day_the_versions_of_today_are_kept(tmp_path: Path) -> None:
    documents = [
        a_document("past", "Piscine", "Ouverte.", valid_until=date(2020, 1, 1)),
        a_document("now", "Piscine", "Ouverte.", valid_from=date(2020, 1, 2)),
        a_document("later", "Piscine", "Ouverte.", valid_from=date(9999, 1, 1)),
    ]
    made = index(tmp_path / "one", documents)
    with made.store:
        assert ids(made.searcher().search("piscine").documents) == ["now"]


@pytest.mark.parametrize("audience", [CITIZENS, FIRMS, CLUBS])
def test_an_audience_is_given_its_own_documents_and_those_for_everybody(searcher: Searcher, audience: str) -> None:
    found = {hit.key for hit in searcher.search("taxe, carte, terrasse, piscine", 50, audience, TODAY).documents}

    expected = {one.key for one in DOCUMENTS if not one.audiences or audience in one.audiences} - {"piscines-2025"}
    assert found == expected


def test_without_an_audience_twins_of_one_id_are_given_once(searcher: Searcher) -> None:
    found = ids(searcher.search("taxe de séjour", limit=50, as_of=TODAY).documents)

    assert found[0] == "F4"
    assert sorted(found) == sorted({one.id for one in DOCUMENTS} - {"piscines-2025"})


@pytest.mark.parametrize(("question", "key"), [("l'hôtelier reverse", "F4"), ("le touriste paie", "F4~particuliers")])
def test_of_two_twins_the_one_that_answers_best_is_given(searcher: Searcher, question: str, key: str) -> None:
    assert searcher.search(f"{question} la taxe de séjour", as_of=TODAY).documents[0].key == key


def test_the_twin_of_the_audience_is_the_one_given(searcher: Searcher) -> None:
    keys = [searcher.search("taxe de séjour", 1, audience, TODAY).documents[0].key for audience in (FIRMS, CITIZENS)]

    assert keys == ["F4", "F4~particuliers"]


@pytest.mark.parametrize("limit", [1, 3])
def test_no_more_than_the_limit_are_given_and_they_are_the_best(searcher: Searcher, limit: int) -> None:
    every = searcher.search("carte d'identité", limit=50, as_of=TODAY).documents

    assert searcher.search("carte d'identité", limit=limit, as_of=TODAY).documents == every[:limit]
    assert [hit.score for hit in every] == sorted((hit.score for hit in every), reverse=True)


def test_a_title_for_somebody_else_than_the_asker_is_contradicted(searcher: Searcher) -> None:
    found = searcher.search("carte d'identité de ma fille", limit=50, as_of=TODAY).documents
    contradicted = {hit.id: hit.signals["contradicts"] for hit in found}

    assert (contradicted["F1"], contradicted["F2"], contradicted["F3"]) == (1, 0, 0)


def test_titles_are_kin_by_the_words_they_share_whatever_their_order(searcher: Searcher) -> None:
    first, other = "Carte d'identité d'un majeur : perte", "Perte de la carte d'identité d'un mineur"

    assert 0.5 < searcher.kinship(first, other) == searcher.kinship(other, first) < 1
    assert searcher.kinship(first, first) == 1
    assert searcher.kinship(first, "Taxe de séjour") == searcher.kinship(first, "") == 0


def test_a_neighbour_close_behind_is_no_reason_to_doubt_the_best_document(searcher: Searcher) -> None:
    found = searcher.search("carte d'identité", limit=50, as_of=TODAY)
    best, second, *_ = found.documents

    assert searcher.kinship(best.title, second.title) > 0.5
    assert found.evidence["margin"] > best.score - second.score


def test_inside_a_document_the_words_of_the_asker_count_more_than_those_of_the_lexicon(searcher: Searcher) -> None:
    question = searcher.analyse("on m'a piqué mes papiers")

    said, added = searcher.relevance(question, ["mes papiers sont là", "le vol est déclaré"])
    assert question.expansion
    assert said > added


def test_a_title_for_a_situation_that_nobody_stated_is_unlikely(searcher: Searcher) -> None:
    plain = {hit.id: hit for hit in searcher.search("carte d'identité", 50, as_of=TODAY).documents}
    stated = {hit.id: hit for hit in searcher.search("carte d'identité de ma fille", 50, as_of=TODAY).documents}

    assert (plain["F1"].signals["unlikely"], plain["F2"].signals["unlikely"]) == (0, 1)
    assert stated["F2"].signals["unlikely"] == 0


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_score_is_the_weighted_sum_of_the_signals_shown(searcher: Searcher, question: str) -> None:
    weights = load_weights()
    for hit in searcher.search(question, as_of=TODAY).documents:
        assert set(hit.signals) == set(SIGNALS)
        summed = sum(weights[name] * value for name, value in hit.signals.items())
        assert hit.score == pytest.approx(summed, abs=1e-5)


def test_coverage_is_the_share_of_the_rare_words_that_a_document_holds(searcher: Searcher) -> None:
    found = searcher.search("passeport semaines", limit=50, as_of=TODAY).documents
    covered = {hit.id: hit.signals["covered"] for hit in found}

    assert covered["F3"] == pytest.approx(1)
    assert covered["F5"] == 0
    partly = searcher.search("passeport introuvable", limit=50, as_of=TODAY).documents
    assert 0 < next(hit for hit in partly if hit.id == "F3").signals["covered"] < 1


def test_what_a_part_holds_in_a_group_of_indexes_counts_in_those_after_it(
    small: SmallIndex, searcher: Searcher
) -> None:
    ranking = Ranking(small.folder)
    question = searcher.analyse("justificatif pour une carte d'identité")
    named, told = searcher.covered(question, (ranking.said, ranking.parts), (ranking.wholes,))
    (together,) = searcher.covered(question, (ranking.said, ranking.parts, ranking.wholes))

    assert told.tolist() == together.tolist()
    assert (told >= named).all()
    assert told.max() > named.max() > 0


def test_at_equal_score_authority_comes_first_and_then_the_id(tmp_path: Path) -> None:
    same = [a_document(identifier, "Piscine", "Ouverte le dimanche.") for identifier in ("A", "B", "C")]
    made = index(tmp_path / "one", same, ranks={"A": 3, "B": 3, "C": 1})
    with made.store:
        assert ids(made.searcher().search("piscine dimanche", as_of=TODAY).documents) == ["C", "A", "B"]


def test_the_same_question_has_the_same_answer_in_threads_and_in_an_index_built_again(
    tmp_path: Path, small: SmallIndex, searcher: Searcher
) -> None:
    alone = [searcher.search(question, as_of=TODAY) for question in QUESTIONS]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda question: searcher.search(question, as_of=TODAY), [*QUESTIONS] * 5))
    with everyday_phrases(tmp_path):
        again = index(tmp_path / "again", previous=small.folder)
    with again.store:
        rebuilt = again.searcher()

        assert together == alone * 5
        assert [rebuilt.search(question, as_of=TODAY) for question in QUESTIONS] == alone


@pytest.mark.parametrize("text", ["", "  \n", "?!…", "le de la", "😀"])
def test_a_question_without_a_word_finds_nothing(searcher: Searcher, text: str) -> None:
    assert searcher.search(text, as_of=TODAY).documents == ()


def test_a_question_of_ten_thousand_characters_finds_its_document(searcher: Searcher) -> None:
    text = ("Bonjour, je voudrais savoir combien de semaines il faut pour un passeport. " * 140)[:10_000]

    assert searcher.search(text, as_of=TODAY).documents[0].id == "F3"


@pytest.mark.parametrize("text", ["паспорт 护照 جواز السفر", "護照", "ΔΙΑΒΑΤΗΡΙΟ", "a\x00b carte", "carte\u202e\u200d"])
def test_other_scripts_and_control_characters_are_searched(searcher: Searcher, text: str) -> None:
    found = searcher.search(text, as_of=TODAY)

    assert all(np.isfinite(hit.score) for hit in found.documents)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=100), st.sampled_from([None, *AUDIENCES, "autre"]))
def test_any_text_is_searched_and_its_passages_are_of_the_documents_found(
    small: SmallIndex, searcher: Searcher, text: str, audience: str | None
) -> None:
    for hit in searcher.search(text, 3, audience, TODAY).documents:
        passages = small.store.passages(ref for ref, _ in hit.passages)

        assert [passage.ref for passage in passages] == [ref for ref, _ in hit.passages]
        assert {passage.key for passage in passages} == {hit.key}
        scores = [score for _, score in hit.passages]
        assert scores == sorted(scores, reverse=True)


def test_the_passage_that_holds_the_words_of_the_question_is_first(small: SmallIndex, searcher: Searcher) -> None:
    for question, heading in (
        ("coût de la carte d'identité perdue", "Coût"),
        ("photo d'identité carte", "Pièces à fournir"),
    ):
        hit = next(one for one in searcher.search(question, as_of=TODAY).documents if one.id == "F1")
        best = small.store.passage(hit.passages[0][0])

        assert best is not None
        assert best.heading == heading


def test_the_vector_store_gives_the_same_best_document_as_the_exact_search(
    small: SmallIndex, searcher: Searcher
) -> None:
    write_collections(small.folder, small.rows)

    def nearest(vector: Floats, k: int) -> list[tuple[str, float]]:
        return [pair for audience in AUDIENCES for pair in chroma_nearest(small.folder, audience, vector, k)]

    through_store = small.searcher(nearest=nearest)
    try:
        for question in QUESTIONS:
            exact = searcher.search(question, as_of=TODAY).documents
            assert through_store.search(question, as_of=TODAY).documents[0].id == exact[0].id
            assert through_store.search(question, as_of=TODAY).documents[0].score == pytest.approx(
                exact[0].score, abs=0.02
            )
    finally:
        close_collections()


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    made = index(tmp_path / "one", [])
    with made.store:
        assert made.searcher().search("carte d'identité").documents == ()


def test_the_index_says_which_words_it_knows_and_how_rare_they_are(searcher: Searcher) -> None:
    assert searcher.knows("passeport")
    assert not searcher.knows("licorne")
    assert searcher.rarity("licorn") > searcher.rarity("passeport") > 0


@given(st.lists(st.floats(-1, 1, width=32), max_size=300))
def test_scores_are_scaled_between_the_two_hundredth_and_the_best(values: list[float]) -> None:
    scores = np.asarray(values, dtype=np.float32)
    found = scaled(scores)

    assert found.shape == scores.shape
    assert ((found >= 0) & (found <= 1)).all()
    if len(scores) <= 200:
        # What only the rounding of a processor tells apart is the same.
        spread = bool(len(scores)) and round(float(scores.max()) - float(scores.min()), DECIMALS) > 0
        assert found.max(initial=0) == spread
        assert not found[scores == scores.min(initial=1)].any()
    low = np.sort(scores)[-200:][:1]
    assert not found[scores < low].any() if len(low) else len(found) == 0


def test_every_signal_has_its_weight() -> None:
    assert set(load_weights()) == set(SIGNALS)


AIDS = a_document(
    "aides",
    "Annexe au règlement de l'aide sociale",
    ("1.1 Paris Solidarité", "Le plafond d'une personne isolée est de 915 €."),
    ("1.2 Port de repas", "Le repas porté coûte 5 €."),
    kind=DocumentKind.FILE,
)
NEAR = a_document("F9", "Allocation de solidarité aux personnes âgées", "Le plafond d'une personne âgée est de 900 €.")


def test_the_document_of_the_city_whose_scheme_is_named_is_first(tmp_path: Path) -> None:
    made = index(tmp_path / "one", (*DOCUMENTS, AIDS, NEAR))
    with made.store:
        searcher = made.searcher()
        named = searcher.search("plafond de Paris Solidarité pour une personne âgée", as_of=TODAY).documents
        other = searcher.search("plafond de l'allocation de solidarité pour une personne âgée", as_of=TODAY).documents

    assert ids(named)[0] == "aides"
    assert (named[0].signals["named"], other[0].signals["named"]) == (1.0, 0.0)
    assert ids(other)[0] == "F9"


def test_a_document_that_nobody_writes_phrases_for_is_heard_by_its_titles(tmp_path: Path) -> None:
    made = index(tmp_path / "one", (*DOCUMENTS, AIDS, NEAR))
    with made.store:
        hits = made.searcher().search("port de repas", as_of=TODAY).documents

    by_id = {hit.id: hit.signals for hit in hits}
    assert by_id["aides"]["said_vector"] == by_id["aides"]["card_vector"] > 0
    assert all(signals["said_vector"] == 0 for key, signals in by_id.items() if key != "aides")
