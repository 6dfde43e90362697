from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.mistral_server.behaviours import BEHAVIOURS, PARAPHRASES, Asked, Given, behaviours_from
from eval.mistral_server.honest import question_key, text_digest
from eval.plant import CANARY, KINDS
from tests.bot.town import CANTEEN, PASSPORT

TOWN = Path(__file__).with_name("town_paraphrases.jsonl")
TOWN_BEHAVIOURS = behaviours_from((TOWN,))

MEALS = Given(1, "F9007", "Cantine scolaire", "Délai", "La cantine scolaire se réserve 3 jours avant le premier repas.")
PRICE = Given(
    2,
    "F9007",
    "Cantine scolaire",
    "Tarif",
    "Un repas de cantine scolaire coûte entre 0,13 € et 7 € selon les ressources.",
)
ASKED = Asked(CANTEEN, (MEALS, PRICE))


def lines_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_there_is_one_liar_a_kind_and_one_of_true_quotes() -> None:
    assert set(BEHAVIOURS) == {"test-honest", "test-liar-honest_quote", *(f"test-liar-{kind}" for kind in KINDS)}


def test_the_honest_model_words_what_the_passages_prove() -> None:
    reply = TOWN_BEHAVIOURS["test-honest"](ASKED)

    assert reply["answerable"] is True
    assert [sentence["citations"] for sentence in reply["sentences"]] == [
        [{"passage": 2, "quote": PRICE.text}],
        [{"passage": 1, "quote": MEALS.text}],
    ]


def test_a_question_is_found_whatever_its_accents_and_signs() -> None:
    asked = Asked("combien coute la CANTINE scolaire", ASKED.passages)

    assert TOWN_BEHAVIOURS["test-honest"](asked) == TOWN_BEHAVIOURS["test-honest"](ASKED)


@pytest.mark.parametrize("asked", [Asked("Où est la lune ?", ASKED.passages), Asked(PASSPORT, ASKED.passages)])
def test_the_honest_model_says_when_it_cannot_answer(asked: Asked) -> None:
    assert TOWN_BEHAVIOURS["test-honest"](asked) == {"answerable": False, "sentences": []}


def test_a_sentence_without_its_proof_is_left_out() -> None:
    reply = TOWN_BEHAVIOURS["test-honest"](Asked(CANTEEN, (PRICE,)))

    assert [sentence["role"] for sentence in reply["sentences"]] == ["cost"]


@pytest.mark.parametrize(
    "kind", ["figure_invented", "figure_shifted", "from_memory", "quote_fabricated", "link_written"]
)
def test_a_liar_changes_one_sentence_of_the_honest_reply(kind: str) -> None:
    truth = TOWN_BEHAVIOURS["test-honest"](ASKED)["sentences"]
    lied = TOWN_BEHAVIOURS[f"test-liar-{kind}"](ASKED)["sentences"]

    assert [a == b for a, b in zip(truth, lied, strict=True)].count(False) == 1


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_the_same_request_gives_the_same_reply(name: str) -> None:
    assert behaviours_from((TOWN,))[name](ASKED) == TOWN_BEHAVIOURS[name](ASKED)


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_a_reply_is_in_the_schema(name: str) -> None:
    reply = TOWN_BEHAVIOURS[name](ASKED)

    assert set(reply) == {"answerable", "sentences"}
    for sentence in reply["sentences"]:
        assert set(sentence) == {"text", "role", "citations"}
        assert all(set(citation) == {"passage", "quote"} for citation in sentence["citations"])


def test_a_liar_lies_about_a_question_that_nobody_wrote_an_answer_for() -> None:
    reply = TOWN_BEHAVIOURS["test-liar-injection_obeyed"](Asked("Autre chose ?", ASKED.passages))

    assert CANARY in reply["sentences"][0]["text"]


def test_a_liar_given_nothing_says_nothing() -> None:
    assert TOWN_BEHAVIOURS["test-liar-from_memory"](Asked("Rien ?", ())) == {"answerable": False, "sentences": []}


def test_a_missing_file_holds_no_paraphrase(tmp_path: Path) -> None:
    honest = behaviours_from((tmp_path / "absent.jsonl",))["test-honest"]

    assert honest(ASKED)["answerable"] is False


def test_the_offsets_of_a_paraphrase_cut_its_proof_out_of_the_passage_that_has_its_digest(tmp_path: Path) -> None:
    citation = {"ref": "F9007#0a1b2c3d", "start": 0, "end": 29, "says": text_digest(PRICE.text)}
    sentence = {"text": "Le repas est payant.", "role": "cost", "citations": [citation]}
    (tmp_path / "one.jsonl").write_text(json.dumps({"q": CANTEEN, "sentences": [sentence]}), encoding="utf-8")
    on_its_lines = replace(PRICE, text=f"\n{PRICE.text}\n")
    reply = behaviours_from((tmp_path / "one.jsonl",))["test-honest"](Asked(CANTEEN, (MEALS, on_its_lines)))

    assert reply["sentences"][0]["citations"] == [{"passage": 2, "quote": "Un repas de cantine scolaire "}]


def test_a_text_of_another_document_is_not_the_proof(tmp_path: Path) -> None:
    citation = {"ref": "F900#0a1b2c3d", "start": 0, "end": 29, "says": text_digest(PRICE.text)}
    sentence = {"text": "Le repas est payant.", "role": "cost", "citations": [citation]}
    (tmp_path / "one.jsonl").write_text(json.dumps({"q": CANTEEN, "sentences": [sentence]}), encoding="utf-8")

    assert behaviours_from((tmp_path / "one.jsonl",))["test-honest"](ASKED)["answerable"] is False


@pytest.mark.parametrize("path", [PARAPHRASES, TOWN], ids=["paraphrases", "town"])
def test_no_two_paraphrases_answer_one_question(path: Path) -> None:
    questions = [question_key(str(entry["q"])) for entry in lines_of(path)]

    assert len(set(questions)) == len(questions)


def test_there_are_enough_paraphrases_of_every_kind_in_both_halves() -> None:
    entries = lines_of(PARAPHRASES)
    halves = [entry["half"] for entry in entries]

    assert len(entries) >= 250
    assert len({entry["kind"] for entry in entries}) == 10
    assert abs(halves.count("tune") - halves.count("report")) <= 1
