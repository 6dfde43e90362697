"""The evaluation questions of the house: readable, balanced, never asked twice, and tied to things that exist."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from bot.turn import Status
from corpus.store import PassageStore
from eval.metrics import key_of
from tests.eval.nearness import near_pairs, read_cases

_ROOT = Path(__file__).resolve().parents[2]
_CASES = _ROOT / "eval" / "cases"
_CONTACTS = _ROOT / "corpus" / "contacts.toml"

_KINDS: dict[str, set[str]] = {
    "unanswerable": {
        "advice",
        "authority",
        "elsewhere",
        "invented",
        "local_fact",
        "opinion",
        "out_of_scope",
        "personal_file",
        "public_space",
        "small_talk",
    },
    "distress": {
        "agression",
        "automutilation",
        "cambriolage",
        "canicule",
        "coupure",
        "cri",
        "danger",
        "disparition",
        "enfant",
        "feu",
        "gaz",
        "harcelement",
        "incendie",
        "maltraitance_age",
        "maltraitance_handicap",
        "mariage_force",
        "medical",
        "mort",
        "mourir",
        "noyade",
        "overdose",
        "sans_abri",
        "suicide",
        "tuer",
        "viol",
        "violence",
        "violence_conjugale",
    },
    "settled": {"boundary", "settled"},
    "default": {"boundary", "eligibility", "paraphrase", "politics", "trap"},
    "attacks": {
        "benign",
        "encoded",
        "fake_authority",
        "flattery",
        "hate",
        "hidden_characters",
        "injection",
        "insult",
        "language",
        "prompt_leak",
        "role_change",
    },
}
_COUNTS = {
    "unanswerable": 160,
    "answerable": 100,
    "distress": 120,
    "residents_fresh": 60,
    "journeys": 12,
    "attacks": 100,
    "settled": 50,
    "default": 76,
}
_OLDER = ("everyday", "branches", "residents60")
_SPLIT = ("unanswerable", "answerable", "distress", "attacks", "journeys", "settled", "default")
_SINGLE = tuple(name for name in _COUNTS if name != "journeys")


@pytest.mark.parametrize(("name", "expected"), _COUNTS.items())
def test_a_file_has_the_number_of_cases_it_announces(name: str, expected: int) -> None:
    assert len(read_cases(name)) == expected


def test_every_case_has_an_id_of_its_own() -> None:
    identifiers = [row["id"] for name in (*_COUNTS, *_OLDER) for row in read_cases(name)]

    assert [each for each, count in Counter(identifiers).items() if count > 1] == []


@pytest.mark.parametrize(("name", "known"), _KINDS.items())
def test_every_kind_is_known_and_used(name: str, known: set[str]) -> None:
    assert {row["kind"] for row in read_cases(name)} == known


@pytest.mark.parametrize("name", _SPLIT)
def test_the_halves_are_of_equal_size(name: str) -> None:
    halves = Counter(row["half"] for row in read_cases(name))

    assert halves["tune"] == halves["report"] == _COUNTS[name] / 2


@pytest.mark.parametrize("name", ["unanswerable", "attacks", "settled", "default"])
def test_each_kind_is_shared_between_the_halves(name: str) -> None:
    halves = Counter((row["kind"], row["half"]) for row in read_cases(name))
    gaps = {kind: abs(halves[kind, "tune"] - halves[kind, "report"]) for kind in _KINDS[name]}

    assert max(gaps.values()) <= 1, gaps


def test_messages_of_danger_and_their_look_alikes_are_shared_between_the_halves() -> None:
    assert Counter((row["look_alike"], row["half"]) for row in read_cases("distress")) == {
        (False, "tune"): 40,
        (False, "report"): 40,
        (True, "tune"): 20,
        (True, "report"): 20,
    }


def test_at_least_half_of_the_messages_of_danger_only_imply_it() -> None:
    danger = [row for row in read_cases("distress") if not row["look_alike"]]

    assert sum(row["implied"] for row in danger) * 2 >= len(danger)


def test_the_fresh_questions_are_all_kept_for_the_report() -> None:
    assert {row["half"] for row in read_cases("residents_fresh")} == {"report"}


def test_no_question_is_asked_twice_within_or_across_files() -> None:
    asked = [(row["id"], row["q"], name in _OLDER) for name in (*_SINGLE, *_OLDER) for row in read_cases(name)]
    asked += [(row["id"], row["turns"][0]["q"], False) for row in read_cases("journeys")]
    texts = [text for _, text, _ in asked]
    close = [
        (asked[one][0], asked[two][0], share)
        for one, two, share in near_pairs(texts, texts)
        if one < two and not (asked[one][2] and asked[two][2])
    ]

    assert close == []


def test_the_turns_of_a_journey_differ() -> None:
    for journey in read_cases("journeys"):
        turns = [turn["q"] for turn in journey["turns"]]

        assert 3 <= len(turns) <= 6
        assert len(set(turns)) == len(turns)


def test_every_fiche_named_is_written_as_its_publisher_writes_it() -> None:
    named = [
        fiche
        for name in _SINGLE
        for row in read_cases(name)
        for fiche in (*row.get("relevant", []), *row.get("documents", []))
    ]
    named += [fiche for row in read_cases("journeys") for turn in row["turns"] for fiche in turn["documents"]]

    assert [fiche for fiche in named if not re.fullmatch(r"F\d{1,5}", fiche)] == []


@pytest.mark.parametrize("name", ["answerable", "residents_fresh"])
def test_a_question_with_an_answer_names_the_fiche_that_holds_it(name: str) -> None:
    assert [row["id"] for row in read_cases(name) if not row["relevant"]] == []


def test_a_message_of_danger_names_contacts_of_the_project() -> None:
    contacts = {entry["id"] for entry in tomllib.loads(_CONTACTS.read_text(encoding="utf-8"))["contact"]}
    expected = {contact for row in read_cases("distress") if not row["look_alike"] for contact in row["expected"]}

    assert expected <= contacts
    assert [row["id"] for row in read_cases("distress") if not row["expected"]] == []


def test_every_expected_status_exists() -> None:
    expected = {
        status for name in ("unanswerable", "attacks") for row in read_cases(name) for status in row["expected"]
    }
    expected |= {f"{status}_" for row in read_cases("default") for status in row.get("status", []) if "_" not in status}
    expected |= {status for row in read_cases("distress") if row["look_alike"] for status in row["expected"]}
    expected |= {status for row in read_cases("journeys") for turn in row["turns"] for status in turn["status"]}
    known = {status.value for status in Status}
    families = {f"{value.split('_', 1)[0]}_" for value in known}

    assert expected - {"answered_"} <= known | families


def test_the_paraphrases_of_one_question_are_four_and_stay_in_one_half() -> None:
    families: dict[str, list[str]] = {}
    for row in (*read_cases("settled"), *read_cases("default")):
        if "family" in row:
            families.setdefault(row["family"], []).append(row["half"])

    assert len(families) == 20
    assert [name for name, halves in families.items() if len(halves) != 4 or len(set(halves)) != 1] == []


def test_what_a_settled_rule_says_is_written_in_its_fiche() -> None:
    index = _ROOT / "var" / "index"
    if not (index / "current").exists():
        pytest.skip("no index of the fiches here")
    folder = index / (index / "current").read_text(encoding="utf-8").strip()
    with PassageStore(folder / "passages.sqlite") as store:
        told = [
            (row["id"], words)
            for row in (*read_cases("settled"), *read_cases("default"))
            for words in row.get("must_say", [])
            if not any(key_of(words) in _text_of(store, fiche) for fiche in row["documents"])
        ]

    assert told == []


def _text_of(store: PassageStore, fiche: str) -> str:
    passages = [passage for key in store.keys_of(fiche) for passage in store.passages_of(key)]
    return key_of(" ".join([passage.text for passage in passages]))


def test_hidden_characters_are_written_as_escapes() -> None:
    text = (_CASES / "attacks.jsonl").read_text(encoding="utf-8")

    assert [hex(ord(each)) for each in text if unicodedata.category(each) in {"Cf", "Co", "Cn"}] == []
