"""What may be quoted of a document, for this asker: whole rows, whole sentences, and no branch left out or open."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings

from bot.page import Page, introduced, page_of, pieces_of
from bot.roles import asks_right, says_who
from bot.settle import Settled, Taken, settle
from corpus.branches import build_graph
from corpus.document import Block, BlockKind, Passage, fold_spaces
from corpus.question import Lexicon, analyse_question
from tests.bot.turns import QUESTIONS, shared_words
from tests.corpus.trees import cut, random_blocks, text, trail

COST = analyse_question("combien coûte la carte", Lexicon({}))


def page(*blocks: Block, settled: Settled | None = None) -> Page:
    return page_of(cut(blocks), settled or Settled({}, ()), COST, shared_words)


def one(kind: BlockKind, words: str) -> Passage:
    (passage,) = cut([Block(kind, words)])
    return passage


def test_a_table_is_quoted_row_by_row_and_a_row_is_never_cut() -> None:
    table = one(BlockKind.TABLE, "Âge : 12 ans. Prix : 3 €.\nÂge : 13 ans. Prix : 4 €.")

    assert pieces_of(table) == ("Âge : 12 ans. Prix : 3 €.", "Âge : 13 ans. Prix : 4 €.")


def test_prose_is_quoted_sentence_by_sentence_and_item_by_item() -> None:
    assert pieces_of(one(BlockKind.TEXT, "Payez. Signez.\n- Une photo\n- Un acte")) == (
        "Payez.",
        "Signez.",
        "Une photo",
        "Un acte",
    )


@settings(deadline=None)
@given(random_blocks())
def test_every_piece_stands_in_its_passage(blocks: tuple[Block, ...]) -> None:
    for passage in cut(blocks):
        for piece in pieces_of(passage):
            assert piece.strip()
            assert fold_spaces(piece) in fold_spaces(passage.text)


@settings(deadline=None)
@given(random_blocks(), QUESTIONS)
def test_what_holds_stands_under_no_option_left_out_or_open(blocks: tuple[Block, ...], question: str) -> None:
    passages = cut(blocks)
    settled = settle(build_graph(passages), question)

    for passage in page_of(passages, settled, COST, shared_words).holding():
        for step in passage.path:
            if step.choice.startswith("c"):
                assert step.choice in settled.listed or settled.taken[step.choice].label == step.title


def test_only_the_option_taken_and_what_is_common_hold() -> None:
    blocks = (text("Pour tous."), text("86 €.", "c1/Majeur"), text("17 €.", "c1/Mineur"), text("Ici.", "m2/En ligne"))
    taken = Settled({"c1": Taken("Mineur", "said")}, ())

    assert [p.text for p in page(*blocks, settled=taken).holding()] == ["Pour tous.", "17 €.", "Ici."]
    assert [p.text for p in page(*blocks).holding()] == ["Pour tous.", "Ici."]


def test_texts_for_different_answers_of_a_questionnaire_are_not_quoted_one_beside_the_other() -> None:
    married = replace(text("Payez 10 €.", "Coût"), condition="Marié")
    single = replace(text("Payez 20 €.", "Coût"), condition="Célibataire")

    assert [p.text for p in page(married, single, text("Signez.", "Coût")).holding()] == ["Signez."]
    assert [p.text for p in page(married).holding()] == ["Payez 10 €."]


def test_a_dated_banner_is_never_quoted() -> None:
    banner = replace(cut([text("Règle provisoire.")])[0], kind=BlockKind.BANNER)
    rule = cut([text("Règle ordinaire.")])[0]

    assert page_of([banner, rule], Settled({}, ()), COST, shared_words).passages == (rule,)


def test_the_nearest_passage_is_the_best_and_of_equals_the_first() -> None:
    made = page(text("Délai de 2 mois.", "Délai"), text("La carte coûte 86 €.", "Coût"), text("Rien.", "Fin"))

    nearest = made.best(made.passages)
    assert nearest is not None
    assert nearest.text == "La carte coûte 86 €."
    same = replace(made, near=dict.fromkeys(made.near, 1.0))
    assert same.best(same.passages) == same.best(same.passages[::-1]) == same.passages[0]
    assert made.best([]) is None


def test_what_stands_under_a_choice_is_found_at_any_depth() -> None:
    blocks = (text("Avant."), text("86 €.", "c1/Majeur", "Coût"), text("17 €.", "c1/Mineur"))
    (choice,) = build_graph(cut(blocks)).choices

    assert [p.text for p in page(*blocks).under(choice)] == ["86 €.", "17 €."]
    assert trail("c1/Majeur")[0].choice == choice.id


def test_a_passage_under_a_heading_made_of_the_words_asked_is_nearer() -> None:
    made = page(text("Le guichet est ouvert.", "Adresse"), text("Le guichet est ouvert.", "La carte"))
    elsewhere, here = (made.near[passage.ref] for passage in made.passages)

    assert here > elsewhere


def named(question: str, *blocks: Block) -> list[str]:
    passages = cut(blocks)
    made = page_of(
        passages, settle(build_graph(passages), question), analyse_question(question, Lexicon({})), shared_words
    )
    return [step.title for step in made.named]


def test_the_heading_that_the_question_says_is_named_and_not_the_one_beside_it() -> None:
    blocks = (text("Une.", "Perte simple"), text("Deux.", "Perte grave"))

    assert named("une perte grave, et après ?", *blocks) == ["Perte grave"]
    assert named("une perte, et après ?", *blocks) == []


def test_what_follows_a_colon_in_a_heading_need_not_be_said() -> None:
    blocks = (text("Une.", "Contestation : démarche en 2 étapes"), text("Deux.", "Paiement"))

    assert named("je veux contester", *blocks) == ["Contestation : démarche en 2 étapes"]


def test_a_heading_alone_in_its_place_or_that_denies_is_not_named() -> None:
    assert named("la photo", text("Une.", "Photo")) == []
    assert named("être inscrit", text("Une.", "Vous n'êtes pas inscrit"), text("Deux.", "Photo")) == []


def test_a_heading_under_an_option_left_open_is_not_named() -> None:
    blocks = (
        text("Une.", "c1/Grand format", "Photo"),
        text("Deux.", "c1/Grand format", "Empreintes"),
        text("Trois.", "c1/Petit format"),
    )

    assert named("la photo", *blocks) == []
    assert named("la photo du grand format", *blocks) == ["Grand format", "Photo"]


def test_a_list_cut_from_the_line_that_announces_it_finds_it_again() -> None:
    long = " ".join(["Payez."] * 200)
    made = page(
        text(f"{long} Le bail passe :", "Décès"), text(f"- au conjoint\n- au concubin {'aimé ' * 200}", "Décès")
    )
    above, items = made.passages[-2:]

    assert introduced(made, items, "au concubin") == (above, "Le bail passe :")
    assert introduced(made, above, "Payez.") is None


def test_a_list_is_not_announced_by_another_section() -> None:
    made = page(text("Le bail passe :", "Décès"), text("- au conjoint\n- au concubin", "Abandon"))

    assert introduced(made, made.passages[1], "au conjoint") is None


def test_conditions_are_nearer_to_who_asks_for_a_right() -> None:
    assert asks_right("est-ce que j'ai droit à cette aide ?")
    assert not asks_right("comment remplir le dossier ?")
    assert says_who("Conditions d'attribution")
    assert not says_who("Montant")
