"""The bench counts a branch served in silence as wrong, and a question about the right group as right."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from bot.settle import settle
from bot.turn import Asked, Status, Turn
from corpus.branches import build_graph
from corpus.chunk import passages_of
from corpus.document import Block, BlockKind, Document, DocumentKind, Step
from corpus.source import Source
from corpus.store import DocumentCard
from eval.branch_bench import RIGHT, Case, Verdict, judge, judge_served, read_cases, report

SOURCE = Source("essai", "dila", "Éditeur", "Licence")
TODAY = date(2026, 11, 23)


def a_turn(question: str, *, asked: str = "") -> Turn:
    """An answer on a fiche with a choice, and a second one under its first option."""
    paths = [
        (Step("Vous êtes locataire", "c1"), Step("Logement vide", "c2")),
        (Step("Vous êtes locataire", "c1"), Step("Logement meublé", "c2")),
        (Step("Vous êtes propriétaire", "c1"),),
    ]
    blocks = tuple(Block(BlockKind.TEXT, f"Règle {rank} du cas.", path) for rank, path in enumerate(paths))
    document = Document("F1", "essai", DocumentKind.SHEET, "Fiche", "Éditeur", "Licence", TODAY, blocks)
    passages = passages_of(document, SOURCE, TODAY)
    card = DocumentCard.of(document, 1)
    graph = build_graph(passages)
    asking = next((choice for choice in graph.every_choice() if choice.id == asked), None)
    options = Asked(asking.prompt, asking.id, asking.signature) if asking else None
    settled = settle(graph, question)
    return Turn(question, TODAY, card=card, passages=passages, graph=graph, settled=settled, question=options)


def which(*documents: str) -> Turn:
    """A question about which of some documents is meant."""
    asked = Asked("Laquelle ?", "", documents, documents)
    return Turn("?", TODAY, status=Status.CLARIFY_DOCUMENT, question=asked)


def a_case(*, branch: tuple[str, ...] = (), options: tuple[str, ...] = ()) -> Case:
    return Case("x1", "?", "F1", "particuliers", "implied" if branch else "open", branch, options, "tune")


TENANT = ("Vous êtes locataire", "Logement meublé")


def test_the_expected_branch_taken_down_to_its_last_label_is_right() -> None:
    assert judge(a_case(branch=TENANT), a_turn("je loue un studio meublé")) is Verdict.TAKEN


def test_another_branch_taken_is_wrong_however_deep() -> None:
    assert judge(a_case(branch=TENANT), a_turn("je suis propriétaire")) is Verdict.OTHER_BRANCH
    assert judge(a_case(branch=TENANT), a_turn("je loue un studio vide")) is Verdict.OTHER_BRANCH


def test_a_group_left_open_is_right_only_when_it_is_the_one_asked_about() -> None:
    assert judge(a_case(branch=TENANT), a_turn("je loue", asked="c2")) is Verdict.ASKED
    assert judge(a_case(branch=TENANT), a_turn("je loue")) is Verdict.OTHER_QUESTION


def test_an_open_case_is_wrong_when_one_option_is_taken() -> None:
    options = ("Vous êtes locataire", "Vous êtes propriétaire")

    assert judge(a_case(options=options), a_turn("que faire ?", asked="c1")) is Verdict.ASKED
    assert judge(a_case(options=options), a_turn("je loue", asked="c2")) is Verdict.OTHER_BRANCH


def test_a_path_that_the_index_does_not_hold_is_not_right() -> None:
    verdict = judge(a_case(branch=("Vous êtes hébergé",)), a_turn("que faire ?"))

    assert verdict is Verdict.NO_SUCH_PATH
    assert verdict not in RIGHT


def test_asking_which_document_is_right_when_the_answer_that_follows_is() -> None:
    case = a_case(branch=TENANT)
    right, wrong = a_turn("je loue un studio meublé"), a_turn("je suis propriétaire")

    assert judge_served(case, "F1", which("F1", "F2"), lambda _: right) is Verdict.ASKED_DOCUMENT
    assert judge_served(case, "F1", which("F1", "F2"), lambda _: wrong) is Verdict.OTHER_BRANCH
    assert judge_served(case, "F1", which("F1", "F2"), lambda _: which("F1", "F2")) is Verdict.NO_ANSWER


def test_asking_between_wrong_documents_is_wrong() -> None:
    verdict = judge_served(a_case(branch=TENANT), "F1", which("F2", "F3"), lambda _: a_turn("je loue un meublé"))

    assert verdict is Verdict.OTHER_DOCUMENT
    assert verdict not in RIGHT


def test_the_right_branch_of_another_document_is_wrong() -> None:
    served = a_turn("je loue un studio meublé")

    assert judge_served(a_case(branch=TENANT), "F1", served, which) is Verdict.TAKEN
    assert judge_served(a_case(branch=TENANT), "F2", served, which) is Verdict.OTHER_DOCUMENT
    assert judge_served(a_case(branch=TENANT), "F1", Turn("?", TODAY), which) is Verdict.NO_ANSWER


def test_names_of_failures_are_given_only_when_asked_for() -> None:
    case = a_case(branch=TENANT)
    verdicts = {"given": {"x1": Verdict.OTHER_BRANCH}}

    assert report(verdicts, [case], names=True)["given implied"]["failures"] == {"x1": "another branch, in silence"}
    assert "failures" not in report(verdicts, [case], names=False)["given implied"]


def test_cases_are_read_by_half(tmp_path: Path) -> None:
    values = {"id": "b1", "q": "?", "document": "F1", "audience": "particuliers", "kind": "open"}
    lines = [
        {**values, "expected_branch": None, "expected_options": ["A", "B"], "half": half} for half in ("tune", "report")
    ]
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")

    assert [case.half for case in read_cases("tune", path)] == ["tune"]
    assert read_cases("tune", path)[0].expected_options == ("A", "B")
