"""The decision graph: no passage is lost, and what an answer may not leave out is named."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given

from corpus.branches import (
    Branch,
    Choice,
    build_graph,
    differing,
    exceptions_on,
    figures_differ,
    fold,
    siblings,
    undecided,
)
from corpus.document import REMARKS, Block, BlockKind, Step
from corpus.figures import find_figures
from tests.corpus.trees import cut, note, random_blocks, text, trail

AGES = (text("86 €.", "Coût", "c1/Majeur"), text("17 €.", "Coût", "c1/Mineur"))
NESTED = (
    text("Pour tous."),
    note("Fermé le lundi."),
    text("86 €.", "c1/Majeur", "Coût", "c2/Perte"),
    note("Payez en timbres.", "c1/Majeur", "Coût", "c2/Perte"),
    text("0 €. Sauf le lundi, payez.", "c1/Majeur", "Coût", "c2/Vol"),
    text("En 3 jours.", "c1/Majeur", "Délai"),
    text("17 €.", "c1/Mineur"),
    note("Avec un parent.", "c1/Mineur"),
)


def only(blocks: Sequence[Block]) -> Choice:
    (choice,) = build_graph(cut(blocks)).choices
    return choice


def labels(branches: Sequence[Branch]) -> list[str]:
    return [branch.label for branch in branches]


def test_a_document_without_choices_is_all_common() -> None:
    passages = cut([text("A."), note("B.", "Coût")])
    graph = build_graph(passages)
    assert graph.choices == ()
    assert graph.common == tuple(passage.ref for passage in passages)
    assert graph.exceptions == (passages[1].ref,)


def test_no_passage_gives_an_empty_graph() -> None:
    graph = build_graph(())
    assert (graph.document, graph.choices, graph.common) == ("", (), ())


def test_a_branch_holds_all_that_is_under_it_and_its_choices() -> None:
    choice = only(NESTED)
    adult = choice.branches[0]
    assert labels(choice.branches) == ["Majeur", "Mineur"]
    assert (adult.id, adult.path) == ("c1/Majeur", trail("c1/Majeur"))
    assert len(adult.passages) == 4
    assert len(adult.exceptions) == 1
    assert adult.figures == find_figures("86 €.\n0 €.\n3 jours")
    assert labels(adult.children[0].branches) == ["Perte", "Vol"]
    assert adult.children[0].parent == trail("c1/Majeur", "Coût")


def test_choices_of_the_same_labels_share_a_signature_whatever_their_case_and_accents() -> None:
    blocks = [*AGES, text("A.", "Délai", "c2/ MAJEUR "), text("B.", "Délai", "c2/mineur")]
    one, other = build_graph(cut(blocks)).choices
    assert one.signature == other.signature == ("majeur", "mineur")


def test_the_prompt_is_the_publishers_question_then_the_heading_then_ours() -> None:
    asked = [Block(BlockKind.TEXT, t, (Step("Coût"), Step(t, "c1", "Quel âge ?"))) for t in ("A", "B")]
    assert only(asked).prompt == "Quel âge ?"
    assert only(AGES).prompt == "Coût"
    assert only([text("A.", "c1/Oui"), text("B.", "c1/Non")]).prompt == "Quelle est votre situation ?"
    assert only([text("A.", "m1/En ligne"), text("B.", "m1/Sur place")]).prompt == "Comment souhaitez-vous faire ?"


def test_ways_of_doing_are_told_from_situations() -> None:
    assert only([text("A.", "m1/En ligne"), text("B.", "m1/Sur place")]).ways
    assert not only(AGES).ways


def test_branches_that_say_the_same_thing_do_not_differ() -> None:
    assert not differing(only([text("86 €.", "c1/Majeur"), text("86 €.", "c1/Mineur")]))


def test_branches_that_differ_in_words_alone_agree_on_figures() -> None:
    choice = only([text("86 € en ligne.", "c1/Majeur"), text("86 € ici.", "c1/Mineur")])
    assert differing(choice)
    assert not figures_differ(choice)
    assert figures_differ(only(AGES))


def test_numbering_of_inner_choices_is_not_a_difference() -> None:
    inner = [
        text(f"{n} €.", f"c1/{a}", f"{c}/{b}") for a, c in (("A", "c2"), ("B", "c3")) for n, b in ((1, "X"), (2, "Y"))
    ]
    assert not differing(only(inner))


def test_siblings_are_the_branches_left_at_each_choice_of_the_path() -> None:
    graph = build_graph(cut(NESTED))
    outer, inner = siblings(graph, trail("c1/Majeur", "Coût", "c2/Vol"))
    assert (outer.taken, labels(outer.others)) == ("Majeur", ["Mineur"])
    assert (inner.taken, labels(inner.others)) == ("Vol", ["Perte"])


def test_a_choice_below_the_path_is_undecided_and_one_beside_it_is_not() -> None:
    graph = build_graph(cut(NESTED))
    assert [choice.id for choice in undecided(graph, ())] == ["c1", "c2"]
    assert [choice.id for choice in undecided(graph, trail("c1/Majeur"))] == ["c2"]
    assert undecided(graph, trail("c1/Majeur", "Délai")) == ()


def test_exceptions_are_taken_above_at_and_below_the_path_and_not_beside_it() -> None:
    graph = build_graph(cut(NESTED))
    said = {passage.ref: passage.text for passage in graph.passages}

    def found(*steps: str) -> list[str]:
        return [exception.sentence or said[exception.ref] for exception in exceptions_on(graph, trail(*steps))]

    assert found("c1/Mineur") == ["Fermé le lundi.", "Avec un parent."]
    assert found("c1/Majeur", "Coût", "c2/Vol") == ["Fermé le lundi.", "Sauf le lundi, payez."]
    assert found("c1/Majeur") == ["Fermé le lundi.", "Payez en timbres.", "Sauf le lundi, payez."]
    assert len(found()) == 4


def test_the_key_of_a_sentence_survives_a_change_elsewhere_in_its_passage() -> None:
    before, after = (
        exceptions_on(build_graph(cut([text(f"{start} Sauf le lundi, payez.")])), ()) for start in ("0 €.", "5 €.")
    )
    assert before[0].key == after[0].key
    assert before[0].ref != after[0].ref


def test_rewording_a_question_moves_nothing() -> None:
    passages = cut([note("A.", "c1/Oui"), text("B.", "c1/Non")])
    graph = build_graph(passages)
    reworded = (Step("Oui", "c1", "Autre question ?"),)
    assert [exception.ref for exception in exceptions_on(graph, reworded)] == [passages[0].ref]


def test_a_label_is_folded() -> None:
    assert fold("  Vous êtes  MARIÉ(E) : ") == "vous etes marie(e)"


@given(random_blocks())
def test_a_graph_loses_no_passage(blocks: tuple[Block, ...]) -> None:
    passages = cut(blocks)
    graph = build_graph(passages)
    held = [*graph.common, *(ref for choice in graph.choices for branch in choice.branches for ref in branch.passages)]
    assert sorted(held) == sorted(passage.ref for passage in passages)


@given(random_blocks())
def test_a_passage_is_under_one_branch_of_each_choice_on_its_path_and_under_no_other(blocks: tuple[Block, ...]) -> None:
    passages = cut(blocks)
    branches = [branch for choice in build_graph(passages).every_choice() for branch in choice.branches]
    for passage in passages:
        on_path = [f"{step.choice}/{step.title}" for step in passage.path if step.choice]
        assert [branch.id for branch in branches if passage.ref in branch.passages] == on_path


@given(random_blocks())
def test_branch_ids_are_unique_and_every_remark_is_an_exception_somewhere(blocks: tuple[Block, ...]) -> None:
    passages = cut(blocks)
    graph = build_graph(passages)
    branches = [branch for choice in graph.every_choice() for branch in choice.branches]
    assert len({branch.id for branch in branches}) == len(branches)
    remarks = {passage.ref for passage in passages if passage.kind in REMARKS}
    assert remarks == {*graph.exceptions, *(ref for branch in branches for ref in branch.exceptions)}
    assert remarks <= {exception.key for exception in exceptions_on(graph, ())}
