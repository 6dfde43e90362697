"""The bench of journeys plays one conversation a journey, and counts what was expected, offered or sent to somebody."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.assembly import Assembly
from bot.turn import Asked, Citation, Role, Sentence, Status, Turn
from corpus.errors import CorpusError
from eval import journeys_bench
from eval.journeys_bench import Expected, Journey, Verdict, judge, main, play, read_journeys, report
from tests.bot.town import CANTEEN, DAY, ELSEWHERE, LOST_CARD_ADULT, PASSPORT

QUOTED = Expected("?", ("answered", "clarify_"), frozenset({"F9002"}))


def answer(document: str = "F9002") -> Turn:
    cited = Citation("ref", document, "Oui.", None, "Titre", "", None)
    return Turn("?", DAY, status=Status.ANSWERED, sentences=(Sentence("Oui.", Role.LEAD, (cited,)),))


def test_an_answer_is_right_by_its_ending_and_by_what_it_quotes(bot: Assembly) -> None:
    assert judge(QUOTED, answer(), bot) is Verdict.RIGHT
    assert judge(QUOTED, answer("F9007"), bot) is Verdict.OTHER_DOCUMENT
    assert judge(QUOTED, replace(answer(), status=Status.REFUSED_OPINION), bot) is Verdict.OTHER_ENDING


def test_a_status_is_exact_and_a_family_takes_all_its_members(bot: Assembly) -> None:
    refused = Turn("?", DAY, status=Status.REFUSED_OPINION)

    assert judge(Expected("?", ("refused_",)), refused, bot) is Verdict.RIGHT
    assert judge(Expected("?", ("refused",)), refused, bot) is Verdict.OTHER_ENDING
    assert judge(Expected("?", ("refused_",)), replace(refused, status=None), bot) is Verdict.OTHER_ENDING


def test_a_document_offered_by_the_question_asked_back_is_right(bot: Assembly) -> None:
    asked = Asked("Laquelle ?", "", ("F9002", "F9007"), ("F9002", "F9007"))
    offered = Turn("?", DAY, status=Status.CLARIFY_DOCUMENT, question=asked)

    assert judge(QUOTED, offered, bot) is Verdict.RIGHT
    assert judge(Expected("?", ("clarify_",), frozenset({"F9001"})), offered, bot) is Verdict.OTHER_DOCUMENT


def test_a_question_about_a_branch_offers_the_document_it_is_about(bot: Assembly) -> None:
    card = bot.opened.store.document("F9002")
    asking = Turn("?", DAY, status=Status.CLARIFY_BRANCH, card=card, question=Asked("Lequel ?", "c1", ("a", "b")))

    assert judge(QUOTED, asking, bot) is Verdict.RIGHT


def test_a_contact_given_is_right_and_another_one_is_not(bot: Assembly) -> None:
    expected = Expected("?", ("handover_human",), contacts=frozenset({"mdph-paris"}))
    sent = Turn("?", DAY, status=Status.HANDOVER_HUMAN, contact="mdph-paris")

    assert judge(expected, sent, bot) is Verdict.RIGHT
    assert judge(expected, replace(sent, contact="caf"), bot) is Verdict.NO_CONTACT


def test_the_turns_of_a_journey_are_one_conversation(bot: Assembly) -> None:
    follow_up = Expected("et combien ça coûte ?", ("answered", "clarify_"), frozenset({"F9001"}))
    first = Expected(LOST_CARD_ADULT, ("answered", "clarify_"), frozenset({"F9001"}))

    assert play(Journey("j1", (first, follow_up), 2), bot, DAY) == [Verdict.RIGHT, Verdict.RIGHT]
    assert play(Journey("j2", (follow_up,), 1), bot, DAY) != [Verdict.RIGHT]


def test_turns_ends_and_whole_journeys_are_counted_apart() -> None:
    turn = Expected("?", ("answered",))
    ended, missed = Journey("j1", (turn, turn), 2), Journey("j2", (turn, turn), 2)
    played = [(ended, [Verdict.OTHER_ENDING, Verdict.RIGHT]), (missed, [Verdict.RIGHT, Verdict.OTHER_DOCUMENT])]

    counts = report(played, names=True)

    assert (counts["turns"]["right"], counts["turns"]["of"]) == (2, 4)
    assert (counts["follow-ups"]["right"], counts["follow-ups"]["of"]) == (1, 2)
    assert counts["journeys that reach their end"]["right"] == 1
    assert counts["journeys right at every turn"]["right"] == 0
    assert counts["missed"] == {"j1-1": "ended otherwise than expected", "j2-2": "another document"}
    assert counts["ends missed"] == ["j2"]
    assert "missed" not in report(played, names=False)


def test_one_half_is_read_and_the_end_is_the_last_turn_unless_told(tmp_path: Path) -> None:
    turns = [{"q": "a", "documents": ["F1"], "status": ["answered"]}, {"q": "b", "documents": [], "status": ["x_"]}]
    lines = [
        {"id": "j1", "turns": turns, "half": "tune"},
        {"id": "j2", "turns": turns, "end": {"turn": 1}, "half": "tune"},
        {"id": "j3", "turns": turns, "half": "report"},
    ]
    path = tmp_path / "journeys.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")

    assert [(one.id, one.end) for one in read_journeys("tune", path)] == [("j1", 2), ("j2", 1)]
    assert [one.id for one in read_journeys("report", path)] == ["j3"]


@pytest.fixture
def short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two journeys of one half each, the second one missed."""
    asked = ((PASSPORT, "F9002", "tune"), (CANTEEN, "F9002", "report"), (ELSEWHERE, "F9002", "tune"))
    rows = [
        {"id": f"j{rank}", "turns": [{"q": q, "documents": [fiche], "status": ["answered", "clarify_"]}], "half": half}
        for rank, (q, fiche, half) in enumerate(asked)
    ]
    path = tmp_path / "journeys.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    absent = tmp_path / "absent.jsonl"
    monkeypatch.setattr(journeys_bench, "file_of", lambda _, cases: path if cases == "first" else absent)


@pytest.mark.usefixtures("short")
def test_the_command_names_misses_of_the_half_that_may_be_read(
    bot: Assembly, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(journeys_bench, "assemble", lambda _: bot)

    assert main([]) == 0
    assert "ends missed: j2" in capsys.readouterr().out
    assert main(["--half", "report"]) == 0
    assert "j1" not in capsys.readouterr().out
    assert main(["--half", "report", "--names", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["ends missed"] == ["j1"]


@pytest.mark.usefixtures("short")
def test_what_is_missing_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nothing(_: object) -> Assembly:
        raise CorpusError("pas d’index")

    monkeypatch.setattr(journeys_bench, "assemble", nothing)

    assert main(["--cases", "second"]) == 1
    assert "absent.jsonl" in capsys.readouterr().err
    assert main([]) == 1
    assert "pas d’index" in capsys.readouterr().err
