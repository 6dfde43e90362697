"""What decides is looked for where a resident reads it, by digests that no official text can be read from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.assembly import Assembly, assemble
from bot.turn import Role, Sentence, Turn
from eval.decisive_bench import FILES, FIRST, Case, digest_of, judge, play, read_cases, report, unknown
from eval.later_sets import OPENED, residents
from tests.bot.town import DAY, PASSPORT, town_in

ADULT, CHILD = "Le passeport d'un adulte coûte 87 €.", "Le passeport d'un petit coûte 18 €."


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assembly]:
    made = assemble(town_in(tmp_path_factory.mktemp("town")))
    yield made
    made.opened.store.close()


def case(*need: set[str], options: tuple[str, ...] = (), document: str = "F21") -> Case:
    groups = tuple(frozenset(map(digest_of, group)) for group in need)
    return Case("d1", PASSPORT, document, frozenset(options), groups)


def shown(*texts: str) -> Turn:
    return Turn(PASSPORT, DAY, sentences=tuple(Sentence(text, Role.LEAD, (), "", "") for text in texts))


def passport_of(bot: Assembly) -> str:
    return next(card.id for card in bot.opened.store.documents() if "asseport" in card.title)


def test_a_sentence_is_known_by_its_digest_whatever_its_spacing() -> None:
    assert digest_of("Le tarif\u00a0: 86 €.") == digest_of("le tarif : 86 €")
    assert digest_of("86 €") != digest_of("87 €")


def test_each_group_needs_one_of_its_sentences_and_the_first_group_answers() -> None:
    asked = case({ADULT, "Autre façon de le dire."}, {CHILD})

    assert judge(asked, [shown(ADULT)]) == judge(asked, [shown("Autre façon de le dire.")])
    partly, whole = judge(asked, [shown(ADULT)]), judge(asked, [shown(ADULT, CHILD)])
    assert (partly.first, partly.answer, partly.all, partly.sentences) == (True, True, False, 1)
    assert (whole.first, whole.answer, whole.all, whole.sentences) == (True, True, True, 2)


def test_what_comes_late_is_shown_but_not_first() -> None:
    late = judge(case({ADULT}), [shown(*(f"Ligne {rank}." for rank in range(FIRST)), ADULT)])

    assert (late.first, late.answer) == (False, True)


def test_the_buttons_of_the_label_are_pressed_and_no_other(bot: Assembly) -> None:
    document = passport_of(bot)
    pressed = play(case({ADULT}, options=("majeur",), document=document), bot, DAY)
    alone = play(case({ADULT}, document=document), bot, DAY)

    assert [turn.question is None for turn in pressed] == [False, True]
    assert ADULT in [sentence.text for sentence in pressed[-1].sentences]
    assert CHILD not in [sentence.text for sentence in pressed[-1].sentences]
    assert len(alone) == 1


def test_a_label_that_this_index_does_not_hold_is_told(bot: Assembly) -> None:
    document = passport_of(bot)

    assert unknown([case({ADULT}, document=document)], bot.opened.store) == []
    assert unknown([case({ADULT}, {"Rien de tel."}, document=document)], bot.opened.store) == ["d1"]
    assert unknown([case({ADULT}, document="F404")], bot.opened.store) == ["d1"]


def test_misses_are_named_only_when_asked() -> None:
    one = {"d1": judge(case({ADULT}), [shown(CHILD)])}

    assert report(one, names=True)["answer"]["missed"] == ["d1"]
    assert "missed" not in report(one, names=False)["answer"]


@pytest.mark.parametrize("path", FILES.values(), ids=FILES)
def test_labels_are_digests_of_questions_that_another_file_holds(path: Path) -> None:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    asked = {
        query.id: query.text
        for cases in (*OPENED, "fifth")
        for half in ("tune", "report")
        for queries in residents(cases, half).values()
        for query in queries
    }
    fresh = path.with_name("residents_fresh.jsonl").read_text(encoding="utf-8").splitlines()
    asked |= {row["id"]: row["q"] for row in map(json.loads, fresh)}

    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        assert asked[row["id"]] == row["q"]
        assert row["need"]
        assert all(len(digest) == len(digest_of("x")) for group in row["need"] for digest in group)


def test_the_half_that_measures_is_read_apart() -> None:
    tune, kept = (read_cases(half, FILES["fifth"]) for half in ("tune", "report"))

    assert {case.id for case in tune} & {case.id for case in kept} == set()
    assert tune
    assert kept
