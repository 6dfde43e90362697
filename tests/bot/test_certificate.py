"""A certificate of completeness notices whatever is taken out of a document, or added to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.certificate import Certificate, GapKind, How, certify, describe, gaps
from corpus.branches import build_graph
from corpus.document import Block, Passage, Trail
from eval.completeness_bench import certify_all, measure, removals
from tests.corpus.trees import a_document, cut, note, random_blocks, text, trail

BLOCKS = (
    note("Fermé le lundi."),
    text("86 €. Sauf le lundi, payez.", "c1/Majeur"),
    text("17 €.", "c1/Mineur"),
    note("Avec un parent.", "c1/Mineur"),
    text("En 3 jours.", "Délai", "c2/Majeur"),
    text("En 5 jours.", "Délai", "c2/Mineur"),
)
ADULT = trail("c1/Majeur")


def kinds(current: Sequence[Passage], certificate: Certificate) -> list[GapKind]:
    return [gap.kind for gap in gaps(current, certificate)]


def test_an_answer_that_lists_everything_has_no_gap() -> None:
    certificate = certify_all(cut(BLOCKS), ADULT)
    assert gaps(cut(BLOCKS), certificate) == ()
    assert [(entry.label, entry.how) for entry in certificate.siblings] == [("Mineur", How.LISTED)]
    assert len(certificate.exceptions) == 2


def test_an_answer_that_lists_nothing_has_a_gap_for_each_decisive_item() -> None:
    certificate = certify(build_graph(cut(BLOCKS)), ADULT)
    found = gaps(cut(BLOCKS), certificate)
    assert [gap.kind for gap in found] == [GapKind.MISSING_BRANCH, *[GapKind.MISSING_EXCEPTION] * 2]
    assert {gap.label for gap in found} == {"Mineur", "Fermé le lundi.", "Sauf le lundi, payez."}


def test_what_is_shown_counts_as_shown() -> None:
    passages = cut(BLOCKS)
    certificate = certify(build_graph(passages), ADULT, shown={passage.ref for passage in passages})
    assert {entry.how for entry in certificate.siblings} == {How.SHOWN}
    assert {entry.how for entry in certificate.exceptions} == {How.SHOWN}


def test_a_branch_half_shown_is_not_shown() -> None:
    passages = cut(BLOCKS)
    half = next(passage.ref for passage in passages if passage.text == "17 €.")
    assert GapKind.MISSING_BRANCH in kinds(passages, certify(build_graph(passages), ADULT, shown={half}))


def test_asking_covers_the_branches_of_the_choice_and_what_is_inside_them() -> None:
    passages = cut(BLOCKS)
    certificate = certify(build_graph(passages), (), asked={"c1"}, listed={passages[0].ref})
    assert gaps(passages, certificate) == ()


def test_one_question_covers_the_choices_of_the_same_labels() -> None:
    certificate = certify(build_graph(cut(BLOCKS)), (), asked={"c1"})
    assert [(entry.choice, entry.how) for entry in certificate.siblings] == [
        (choice, How.ASKED) for choice in ("c1", "c1", "c2", "c2")
    ]


def test_asking_does_not_excuse_an_exception_of_the_branch_already_followed() -> None:
    passages = cut(BLOCKS)
    certificate = certify(build_graph(passages), ADULT, asked={"c1"})
    assert kinds(passages, certificate) == [GapKind.MISSING_EXCEPTION] * 2


def test_why_a_branch_was_chosen_is_written_down() -> None:
    certificate = certify(build_graph(cut(BLOCKS)), ADULT, why={"c1": "said"})
    assert [(chosen.choice, chosen.label, chosen.why) for chosen in certificate.chosen] == [("c1", "Majeur", "said")]


def test_a_document_without_choices_still_answers_for_its_remarks() -> None:
    passages = cut([text("Gratuit."), note("Fermé le lundi.")])
    assert kinds(passages, certify(build_graph(passages), ())) == [GapKind.MISSING_EXCEPTION]
    assert gaps(passages, certify_all(passages, ())) == ()


def test_a_certificate_written_on_a_document_short_of_a_remark_or_a_branch_is_found_out() -> None:
    full = cut(BLOCKS)
    assert kinds(full, certify_all(cut(BLOCKS[1:]), ADULT)) == [GapKind.MISSING_EXCEPTION]
    assert kinds(full, certify_all(cut((*BLOCKS[:2], *BLOCKS[4:])), ADULT)) == [GapKind.MISSING_BRANCH]


def test_what_left_the_document_since_the_answer_is_named() -> None:
    certificate = certify_all(cut(BLOCKS), ADULT)
    assert kinds(cut(BLOCKS[1:]), certificate) == [GapKind.VANISHED_EXCEPTION]
    assert kinds(cut((*BLOCKS[:2], *BLOCKS[4:])), certificate) == [GapKind.VANISHED_BRANCH]
    assert GapKind.VANISHED_PATH in kinds(cut((BLOCKS[0], *BLOCKS[2:])), certificate)


def test_a_change_that_decides_nothing_leaves_the_certificate_whole() -> None:
    certificate = certify_all(cut(BLOCKS), ADULT)
    added = (*BLOCKS, text("Un autre texte.", "Ailleurs"), text("Un mot de plus.", "c1/Majeur"))
    assert gaps(cut(added), certificate) == ()


def test_a_certificate_edited_by_hand_is_worth_nothing() -> None:
    certificate = certify_all(cut(BLOCKS), ADULT)
    assert kinds(cut(BLOCKS), replace(certificate, siblings=())) == [GapKind.ALTERED]


def test_a_certificate_of_another_document_is_refused() -> None:
    assert kinds(cut(BLOCKS, "F2"), certify_all(cut(BLOCKS), ADULT)) == [GapKind.OTHER_DOCUMENT]


@pytest.mark.parametrize("kind", list(GapKind))
def test_every_gap_can_be_told_to_a_person(kind: GapKind) -> None:
    gap = gaps(cut(BLOCKS), certify(build_graph(cut(BLOCKS)), ADULT))[0]
    assert describe(gap._replace(kind=kind)).endswith(".")


def _a_path(data: st.DataObject, passages: Sequence[Passage]) -> Trail:
    path = data.draw(st.sampled_from([passage.path for passage in passages]))
    return path[: data.draw(st.integers(0, len(path)))]


@given(random_blocks(), st.data())
def test_whatever_the_document_and_the_path_listing_everything_leaves_no_gap(
    blocks: tuple[Block, ...], data: st.DataObject
) -> None:
    passages = cut(blocks)
    assert gaps(passages, certify_all(passages, _a_path(data, passages))) == ()


@given(random_blocks(), st.data())
def test_whatever_decisive_thing_is_taken_out_the_certificate_notices_both_ways(
    blocks: tuple[Block, ...], data: st.DataObject
) -> None:
    passages = cut(blocks)
    path = _a_path(data, passages)
    choices = list(removals(blocks, path))
    assume(choices)
    removal = data.draw(st.sampled_from(choices))
    smaller = cut(removal.blocks)
    # The same sentence printed twice under one heading is one exception: it is gone when both are.
    assume(removal.kind != "sentence" or not any(_says(block, removal.what, blocks) for block in removal.blocks))

    assert gaps(smaller, certify_all(passages, path))
    assert gaps(passages, certify_all(smaller, path))


def _says(block: Block, sentence: str, before: Sequence[Block]) -> bool:
    return sentence in block.text and sum(sentence in b.text and b.path == block.path for b in before) > 1


def test_the_bench_counts_what_it_takes_out() -> None:
    documents = [a_document(BLOCKS, f"F{number}") for number in range(12)]
    bench = measure(documents, lambda document: cut(document.blocks, document.id), count=10, seed=3)
    assert sum(bench.tried.values()) == 10
    assert bench.vanished == bench.missing == bench.tried
    assert (bench.misses, bench.false_alarms) == ([], [])
