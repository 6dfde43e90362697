"""The first words of an answer are neighbouring pieces of one passage that holds, of the kind that was asked for."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from bot.lead import case_of, lead_of, rows_for, said_rows
from bot.page import Page, page_of, pieces_of
from bot.settle import Settled, settle
from bot.turn import Role
from corpus.branches import build_graph
from corpus.document import Block, BlockKind, Step
from corpus.question import Lexicon, analyse_question
from tests.bot.turns import QUESTIONS, shared_words
from tests.corpus.trees import cut, note, random_blocks, text

PROPERTY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def page(question: str, *blocks: Block) -> Page:
    passages = cut(blocks)
    settled = settle(build_graph(passages), question)
    return page_of(passages, settled, analyse_question(question, Lexicon({})), shared_words)


def leading(question: str, role: Role | None, *blocks: Block) -> list[str]:
    found = lead_of(page(question, *blocks), role)
    return found[1] if found else []


@PROPERTY
@given(random_blocks(), QUESTIONS)
def test_the_lead_is_a_run_of_pieces_of_a_passage_that_holds(blocks: tuple[Block, ...], question: str) -> None:
    made = page(question, *blocks)
    found = lead_of(made, None)

    if found is not None:
        passage, pieces = found
        every = list(pieces_of(passage))
        assert passage in made.holding()
        assert pieces
        assert any(every[at : at + len(pieces)] == pieces for at in range(len(every)))


@pytest.mark.parametrize(
    ("role", "said"),
    [(Role.COST, "La carte vaut 86 €."), (Role.DELAY, "La carte vient en 3 jours."), (Role.DOCUMENTS, "Une photo.")],
)
def test_the_passage_of_the_kind_asked_for_leads(role: Role, said: str) -> None:
    blocks = (
        text("La carte se demande en mairie."),
        text("La carte vaut 86 €.", "Coût"),
        text("La carte vient en 3 jours.", "Délai"),
        text("Une photo.", "Documents à fournir"),
    )

    assert leading("la carte", role, *blocks) == [said]


def test_the_passage_nearest_the_question_leads_when_nothing_in_particular_is_asked() -> None:
    blocks = (text("La photo est en couleur.", "Photo"), text("Les empreintes sont relevées au guichet.", "Empreintes"))

    assert leading("les empreintes au guichet", None, *blocks) == ["Les empreintes sont relevées au guichet."]


def test_a_line_that_announces_a_list_comes_with_its_items() -> None:
    blocks = (text("Pour la carte, apportez :\n- une photo\n- un acte\n- un timbre", "Dossier"),)

    assert leading("apporter pour la carte", None, *blocks) == [
        "Pour la carte, apportez :",
        "une photo",
        "un acte",
        "un timbre",
    ]


def test_a_list_announced_at_the_end_of_the_lead_is_not_left_without_its_items() -> None:
    blocks = (text(f"La carte est remise au guichet. Pour elle, apportez :\n- {'un acte ' * 100}", "Dossier"),)

    assert leading("la carte remise au guichet", None, *blocks) == ["La carte est remise au guichet."]


def test_a_long_passage_is_not_quoted_whole() -> None:
    sentences = [f"La carte numéro {rank} est remise au guichet de la mairie." for rank in range(15)]

    assert 1 <= len(leading("la carte", None, text(" ".join(sentences)))) <= 5


def test_the_sentence_that_answers_opens_the_lead_when_it_stands_alone() -> None:
    blocks = (
        text("Le guichet est au rez-de-chaussée. Le parking est payant. Aucune démarche pour le chèque énergie."),
    )

    assert leading("une démarche pour le chèque énergie", None, *blocks)[0] == "Aucune démarche pour le chèque énergie."


@pytest.mark.parametrize(
    "leaning", ["Il est envoyé par la poste.", "Toutefois, la poste le garde.", "Pour l'obtenir, la poste."]
)
def test_a_sentence_that_leans_on_the_one_before_comes_after_it(leaning: str) -> None:
    blocks = (text(f"Le guichet ferme. Le chèque est gratuit. {leaning}"),)

    assert leading("la poste envoyé garde obtenir", None, *blocks)[:2] == ["Le chèque est gratuit.", leaning]


def test_a_sentence_with_an_impersonal_subject_stands_alone() -> None:
    blocks = (text("Le guichet ferme. Le chèque est gratuit. Il n'y a aucune démarche."),)

    assert leading("aucune démarche", None, *blocks)[0] == "Il n'y a aucune démarche."


def test_the_row_nearest_the_question_is_the_first_one_shown() -> None:
    table = Block(BlockKind.TABLE, "Sujet : Cheveux\nSujet : Barbe\nSujet : Lunettes et monture", (Step("Photo"),))

    assert leading("les lunettes et la monture", None, table)[0] == "Sujet : Lunettes et monture"


def test_when_and_where_without_a_heading_for_it_are_told_by_how() -> None:
    blocks = (text("La crèche accueille les bébés.", "Catégories"), text("Dès le 6e mois.", "Comment s'inscrire"))

    assert leading("quand inscrire un bébé à la crèche", Role.DELAY, *blocks) == ["Dès le 6e mois."]


def test_a_case_keeps_to_what_the_question_says_below_it() -> None:
    blocks = (
        text("Payez 86 € pour le neuf.", "c1/Grand format", "c2/Neuf"),
        text("Payez 17 € pour l'occasion.", "c1/Grand format", "c2/Occasion"),
        text("Payez 3 €.", "c1/Petit format"),
    )
    made = page("Je l'ai acheté d'occasion, payez pour le neuf", *blocks)
    (choice,) = build_graph(made.passages).choices
    found = case_of(made, choice.branches[0])

    assert found is not None
    assert found[1] == (
        ["Payez 17 € pour l'occasion."] if "c2" in made.settled.within else ["Payez 86 € pour le neuf."]
    )


def test_nothing_leads_when_every_passage_is_under_an_open_choice() -> None:
    blocks = (text("86 €.", "Coût", "c1/Grand format"), text("17 €.", "Coût", "c1/Petit format"))

    assert lead_of(page("Combien ?", *blocks), Role.COST) is None


def test_a_remark_alone_does_not_lead() -> None:
    assert lead_of(page("la carte", note("La carte est personnelle.")), None) is None


def test_a_case_is_told_by_its_own_passage() -> None:
    blocks = (text("Payez 86 €.", "Coût", "c1/Grand format"), text("Payez 17 €.", "Coût", "c1/Petit format"))
    made = page("Combien ?", *blocks)
    (choice,) = build_graph(made.passages).choices

    said = {branch.label: found[1] for branch in choice.branches if (found := case_of(made, branch))}

    assert said == {"Grand format": ["Payez 86 €."], "Petit format": ["Payez 17 €."]}
    assert isinstance(made.settled, Settled)


DEGREES = Block(
    BlockKind.TABLE,
    "Groupe : Groupe 1 | Aide : 900 €\nGroupe : Groupe 2 | Aide : 700 €\nGroupe : Autre groupe | Aide : Aucune",
    (Step("Montant"),),
)


def test_the_row_that_the_question_names_is_the_one_shown() -> None:
    assert leading("aide pour ma tante en groupe 2", None, DEGREES) == ["Groupe : Groupe 2 | Aide : 700 €"]
    assert rows_for(page("en groupe 2", DEGREES), cut([DEGREES])[0]) == ["Groupe : Groupe 2 | Aide : 700 €"]
    found = said_rows(page("en groupe 2", DEGREES))
    assert found is not None
    assert found[1] == ["Groupe : Groupe 2 | Aide : 700 €"]


def test_a_row_glued_to_its_header_and_a_row_without_one_are_read_by_their_label() -> None:
    glued = Block(
        BlockKind.TABLE,
        "Groupe | Aide | Groupe 2 | 700 €\nGroupe : Groupe 3 | Aide : 500 €",
        (Step("Montant"),),
    )
    bare = Block(BlockKind.TABLE, "Grand format : 9 €\nPetit format : 3 €", (Step("Montant"),))

    assert rows_for(page("en groupe 2", glued), cut([glued])[0]) == ["Groupe | Aide | Groupe 2 | 700 €"]
    assert rows_for(page("un petit format", bare), cut([bare])[0]) == ["Petit format : 3 €"]


def test_a_table_of_which_no_row_is_named_adds_none() -> None:
    assert said_rows(page("une aide", DEGREES)) is None
    assert len(rows_for(page("une aide", DEGREES), cut([DEGREES])[0])) == 3


def test_the_row_of_what_is_left_never_leads_alone() -> None:
    assert leading("une aide, ou aucune ?", None, DEGREES) == DEGREES.text.split("\n")


def test_a_subtitle_does_not_end_the_lead_nor_begin_it() -> None:
    blocks = (text("Procédure\nLa carte se demande au guichet.\nDélai de la carte", "Dossier"),)

    assert leading("la carte au guichet", None, *blocks) == ["La carte se demande au guichet."]


def test_a_figure_without_a_full_stop_is_no_subtitle() -> None:
    blocks = (text("La carte coûte 25 €\nVous pouvez payer la carte en espèces.", "Coût"),)

    assert leading("la carte", Role.COST, *blocks)[0] == "La carte coûte 25 €"


def test_an_item_of_a_list_that_nothing_announces_leads_after_a_sentence_as_near() -> None:
    blocks = (text("- preuve du mariage\n- photo", "Pièces"), text("Le mariage, preuve à garder.", "Condition"))

    assert leading("preuve du mariage", None, *blocks) == ["Le mariage, preuve à garder."]


def first_case(question: str, role: Role | None, *blocks: Block) -> list[str]:
    """Pieces that tell the first option of the one choice of a document."""
    made = page(question, *blocks)
    (choice,) = build_graph(made.passages).choices
    found = case_of(made, choice.branches[0], role)
    assert found is not None
    return found[1]


def test_a_case_is_not_told_by_what_is_left_under_it() -> None:
    blocks = (
        text("Payez 86 € avec un jugement.", "c1/Grand format", "c2/Avec un jugement"),
        text("Payez le format du parent 17 €.", "c1/Grand format", "c2/Autre cas"),
        text("Payez 3 €.", "c1/Petit format"),
    )

    assert first_case("payez le parent", None, *blocks) == ["Payez 86 € avec un jugement."]


def test_a_case_is_told_by_what_is_of_the_kind_asked_for() -> None:
    blocks = (
        text("La carte du chef est grande.", "c1/Grand format", "Aspect"),
        text("Elle vient en 3 jours.", "c1/Grand format", "Délai"),
        text("Payez 3 €.", "c1/Petit format"),
    )

    assert first_case("quel délai pour la carte du chef", Role.DELAY, *blocks) == ["Elle vient en 3 jours."]
