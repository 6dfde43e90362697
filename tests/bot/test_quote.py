"""Quoted answers are verbatim, from branches that hold or cases told apart, and the same each time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from bot.assembly import Assembly
from bot.complete import complete
from bot.quote import Quote
from bot.turn import Conversation, Role, Status, Turn
from corpus.document import Block, BlockKind, DocumentKind, fold_spaces
from tests.bot.town import (
    CANTEEN,
    CRECHE,
    DAY,
    EVERY_QUESTION,
    LOST_CARD,
    LOST_CARD_ADULT,
    LOST_CARD_CHILD,
    PASSPORT,
)
from tests.bot.turns import QUESTIONS, aged, found_turn, quoted, shared_words
from tests.corpus.trees import TODAY, note, random_blocks, step, text

PROPERTY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def said(turn: Turn, *roles: Role) -> set[str]:
    return {sentence.text for sentence in turn.sentences if not roles or sentence.role in roles}


@PROPERTY
@given(random_blocks(), QUESTIONS)
def test_every_sentence_is_its_own_quote_and_stands_in_its_passage(blocks: tuple[Block, ...], question: str) -> None:
    turn = quoted(blocks, question)
    texts = {passage.ref: fold_spaces(passage.text) for passage in turn.passages}

    for sentence in turn.sentences:
        (citation,) = sentence.citations
        assert citation.quote == sentence.text
        assert fold_spaces(citation.quote) in texts[citation.passage]


@PROPERTY
@given(random_blocks(), QUESTIONS)
def test_nothing_of_a_branch_that_was_not_taken_is_said_outside_the_cases(
    blocks: tuple[Block, ...], question: str
) -> None:
    turn = quoted(blocks, question)
    paths = {passage.ref: passage.path for passage in turn.passages}

    assert turn.settled is not None
    for sentence in turn.sentences:
        options = [step for step in paths[sentence.citations[0].passage] if step.choice.startswith("c")]
        if sentence.role is Role.CASE:
            assert turn.question is not None
            assert turn.question.choice in {step.choice for step in options}
        else:
            decided = [step for step in options if step.choice not in turn.settled.listed]
            assert all(turn.settled.taken[step.choice].label == step.title for step in decided)


@PROPERTY
@given(random_blocks(), QUESTIONS)
def test_an_open_choice_is_never_answered_without_a_question(blocks: tuple[Block, ...], question: str) -> None:
    turn = quoted(blocks, question)

    if turn.status is Status.CLARIFY_BRANCH or any(sentence.role is Role.CASE for sentence in turn.sentences):
        assert turn.question is not None
        assert len(turn.question.options) > 1


@PROPERTY
@given(random_blocks(), QUESTIONS)
def test_no_sentence_is_said_twice(blocks: tuple[Block, ...], question: str) -> None:
    sentences = quoted(blocks, question).sentences
    texts = [one.text for one in sentences if one.role is not Role.CASE]
    cases = [(one.heading, one.text) for one in sentences if one.role is Role.CASE]

    assert len(texts) == len(set(texts))
    assert len(cases) == len(set(cases))


def test_what_two_cases_have_in_common_is_said_of_each() -> None:
    blocks = (
        text("Vous devez payer :\n- 225 €", "Prix", "c1/Titre de plusieurs années"),
        text("Vous devez payer :\n- 75 €", "Prix", "c1/Titre d'un an"),
    )
    turn = quoted(blocks, "combien coûte le titre ?")

    assert [one.text for one in turn.sentences if one.role is Role.CASE].count("Vous devez payer :") == 2


@pytest.mark.parametrize("question", EVERY_QUESTION)
def test_every_sentence_of_the_town_has_its_quote_in_the_store(bot: Assembly, question: str) -> None:
    turn = bot.responder.respond(question, DAY)

    assert turn.status in {Status.ANSWERED, Status.CLARIFY_BRANCH}
    for sentence in turn.sentences:
        assert sentence.citations
        for citation in sentence.citations:
            passage = bot.opened.store.passage(citation.passage)
            assert passage is not None
            assert fold_spaces(citation.quote) in fold_spaces(passage.text)
            assert (citation.document, citation.title, citation.url) == (
                passage.document,
                passage.title,
                passage.url,
            )


def test_each_branch_gives_its_own_figures(bot: Assembly) -> None:
    adult = " ".join(said(bot.responder.respond(LOST_CARD_ADULT, DAY)))
    child = " ".join(said(bot.responder.respond(LOST_CARD_CHILD, DAY)))

    assert "25 €" in adult
    assert "21 jours" in adult
    assert [figure for figure in ("19 €", "34 jours", "12 ans") if figure in adult] == []
    assert "19 €" in child
    assert "34 jours" in child
    assert "25 €" not in child
    assert "21 jours" not in child


def test_the_branch_followed_is_told(bot: Assembly) -> None:
    assert "Vous êtes majeur" in bot.responder.respond(LOST_CARD_ADULT, DAY).branch
    assert bot.responder.respond(LOST_CARD_CHILD, DAY).branch == ("Votre enfant est mineur",)
    assert bot.responder.respond(LOST_CARD, DAY).branch == ()


def test_when_nothing_decides_each_case_is_shown_and_the_question_asked(bot: Assembly) -> None:
    turn = bot.responder.respond(PASSPORT, DAY)

    assert turn.status is Status.CLARIFY_BRANCH
    cases = {sentence.heading: sentence.text for sentence in turn.sentences if sentence.role is Role.CASE}
    assert cases == {
        "Majeur": "Le passeport d'un adulte coûte 87 €.",
        "Mineur de 15 à 17 ans": "Le passeport d'un adolescent coûte 43 €.",
        "Mineur de moins de 15 ans": "Le passeport d'un petit coûte 18 €.",
    }
    assert turn.question is not None
    assert list(turn.question.options) == list(cases)


def test_sections_go_to_their_places_and_a_service_keeps_its_address(bot: Assembly) -> None:
    turn = bot.responder.respond(CRECHE, DAY)

    assert said(turn, Role.DOCUMENTS) == {"Un justificatif de domicile", "Le livret de famille"}
    assert "La demande doit être confirmée chaque année, sauf pour les jumeaux." in said(turn, Role.CAUTION)
    (online,) = [sentence for sentence in turn.sentences if sentence.role is Role.ONLINE]
    assert online.link == "https://creche.example.fr/demande"


def test_a_service_sheet_answers_by_its_one_line_and_its_address(bot: Assembly) -> None:
    turn = bot.responder.respond("Demande d'acte de décès en ligne", DAY)

    assert turn.status is Status.ANSWERED
    (sentence,) = turn.sentences
    assert sentence.link == "https://services.example.fr/deces"


def test_a_citation_says_whether_its_figures_are_old(bot: Assembly) -> None:
    (old,) = {c.figures_are_old for s in bot.responder.respond(CANTEEN, DAY).sentences for c in s.citations}
    (fresh,) = {c.figures_are_old for s in bot.responder.respond(PASSPORT, DAY).sentences for c in s.citations}

    assert (old, fresh) == (True, False)


def test_figures_are_old_from_the_day_after_their_limit() -> None:
    turn = aged(found_turn([text("Comptez 86 €.", "Coût")], "Combien ?"), TODAY)

    def old(found: Turn) -> set[bool]:
        return {sentence.citations[0].figures_are_old for sentence in Quote(shared_words)(found).sentences}

    assert (old(turn), old(replace(turn, day=TODAY + timedelta(days=1)))) == ({False}, {True})


def test_a_remark_beside_what_is_shown_is_shown_as_a_precaution() -> None:
    turn = quoted([text("Comptez 86 €.", "Coût"), note("Sauf le lundi.", "Coût")], "Combien ça coûte ?")

    assert said(turn, Role.LEAD) == {"Comptez 86 €."}
    assert said(turn, Role.CAUTION) == {"Sauf le lundi."}


def test_the_lines_that_a_long_section_leaves_out_are_counted() -> None:
    def counted(lines: int) -> list[tuple[str, str]]:
        items = "\n".join(f"- pièce numéro {rank}" for rank in range(lines))
        turn = quoted([text("La carte se demande en mairie."), text(items, "Pièces à fournir")], "la carte en mairie")
        assert len(said(turn, Role.DOCUMENTS)) + sum(int(value) for _, value in turn.warnings) == lines
        return list(turn.warnings)

    assert counted(3) == []
    assert [key for key, _ in counted(40)] == ["cut"]


def test_a_document_with_nothing_to_quote_is_a_refusal() -> None:
    turn = found_turn([text("Provisoire.")], "Combien ?")
    banner = replace(turn.passages[0], kind=BlockKind.BANNER)

    assert Quote(shared_words)(replace(turn, passages=(banner,))).status is Status.UNANSWERABLE_NO_CITATION


def test_a_settled_turn_is_left_alone() -> None:
    turn = replace(found_turn([text("Comptez 86 €.")], "Combien ?"), status=Status.REFUSED_TOO_LONG)

    assert Quote(shared_words)(turn) is turn


@PROPERTY
@given(random_blocks(), QUESTIONS)
def test_the_same_document_and_question_give_the_same_turn(blocks: tuple[Block, ...], question: str) -> None:
    assert quoted(blocks, question) == quoted(blocks, question)


FORMATS = (text("Le prix du grand format est de 86 €.", "c1/Grand"), text("Le prix du petit est de 17 €.", "c1/Petit"))


def test_an_option_chosen_by_a_button_is_answered_and_no_longer_asked_about() -> None:
    turn = found_turn(FORMATS, "Quel est le prix ?")
    pressed = Quote(shared_words)(replace(turn, conversation=Conversation(picked=(("c1", "Petit"),))))

    assert Quote(shared_words)(turn).status is Status.CLARIFY_BRANCH
    assert pressed.status is Status.ANSWERED
    assert pressed.question is None
    assert pressed.branch == ("Petit",)
    assert said(pressed) == {"Le prix du petit est de 17 €."}


def test_the_branch_taken_speaks_after_an_opening_that_speaks_for_all() -> None:
    opening = text("Quel que soit le format, le prix de la carte est un prix fixe.")
    chosen = Conversation(picked=(("c1", "Petit"),))
    asked = found_turn((opening, *FORMATS), "Le prix de la carte est un prix fixe, quel que soit le format ?")
    pressed = Quote(shared_words)(replace(asked, conversation=chosen))

    lead = [sentence.text for sentence in pressed.sentences if sentence.role is Role.LEAD]
    assert lead == ["Quel que soit le format, le prix de la carte est un prix fixe.", "Le prix du petit est de 17 €."]


def test_a_section_cut_short_does_not_end_on_the_line_that_announces_a_list() -> None:
    items = "\n".join(
        ["- une pièce"] + [f"- pièce {rank}" for rank in range(12)] + ["L'un de ces papiers :", "- a", "- b"]
    )
    turn = quoted([text("La carte se demande en mairie."), text(items, "Pièces à fournir")], "la carte en mairie")
    shown = [sentence.text for sentence in turn.sentences if sentence.role is Role.DOCUMENTS]

    assert len(shown) == 13
    assert not shown[-1].endswith(":")


def test_who_asks_for_every_case_reads_each_and_is_asked_nothing() -> None:
    turn = found_turn(FORMATS, "Quel est le prix ?")
    shown = complete(Quote(shared_words)(replace(turn, conversation=Conversation(every_case=True))))

    assert shown.status is Status.ANSWERED
    assert shown.question is None
    assert said(shown, Role.CASE) == {"Le prix du grand format est de 86 €.", "Le prix du petit est de 17 €."}
    assert {item.label for item in shown.also} == {"Grand", "Petit"}


def test_more_cases_than_can_be_read_are_shown_to_who_asks_for_them() -> None:
    blocks = tuple(text(f"Le prix du format {rank} est de {rank} €.", f"c1/Format {rank}") for rank in range(1, 8))
    turn = found_turn(blocks, "Quel est le prix ?")

    assert not said(Quote(shared_words)(turn), Role.CASE)
    every = Quote(shared_words)(replace(turn, conversation=Conversation(every_case=True)))
    assert len(said(every, Role.CASE)) == 7


def test_the_question_as_completed_from_the_conversation_settles_the_branch() -> None:
    turn = replace(found_turn(FORMATS, "Et le prix ?"), searched="Le petit format. Et le prix ?")

    assert Quote(shared_words)(turn).branch == ("Petit",)


def test_how_a_procedure_ends_is_never_asked_about() -> None:
    blocks = (text("La demande se dépose au guichet."), *(text(f"Le prix {end}.", "Prix", f"c1/{end}") for end in ENDS))
    turn = quoted(blocks, "Quel est le prix ?")

    assert turn.question is None
    assert turn.status is Status.ANSWERED


ENDS = ("Demande acceptée", "Demande refusée")


FINE = (
    text("La carte perdue ou volée se paie, et le prix de la carte varie."),
    text("Une perte simple se paie 5 €.", "Perte simple"),
    text("Une perte grave se paie 9 €.", "Perte grave"),
    text("Déposez la demande au guichet.", "Démarche"),
)


def test_the_rule_under_the_heading_that_is_named_comes_first() -> None:
    lead = [s.text for s in quoted(FINE, "perte grave de la carte").sentences if s.role is Role.LEAD]

    assert lead[0] == "Une perte grave se paie 9 €."
    assert "Une perte simple se paie 5 €." not in lead


def test_the_rule_of_another_heading_never_follows_the_one_that_is_named() -> None:
    blocks = (
        text("Une perte se déclare."),
        text("Une perte grave prive de la carte.", "Perte grave"),
        text("Une perte simple donne droit à la carte, aux indemnités et au remboursement.", "Perte simple"),
    )
    turn = quoted(blocks, "perte grave : droit à la carte, aux indemnités, au remboursement ?")

    assert turn.sentences[0].text == "Une perte grave prive de la carte."
    assert not any("simple" in sentence.text for sentence in turn.sentences)


def test_sections_beside_the_heading_that_is_named_do_not_drown_it_and_are_counted() -> None:
    turn = quoted(FINE, "perte grave de la carte")

    assert said(turn, Role.STEPS) == set()
    assert ("cut", "1") in turn.warnings
    assert said(quoted(FINE, "perte de la carte"), Role.STEPS) == {"Déposez la demande au guichet."}


def test_a_choice_under_another_heading_is_not_asked_about_when_one_is_named() -> None:
    blocks = (
        *FINE,
        text("Payez vite la carte.", "Paiement", "c1/Avant 3 jours"),
        text("Payez tard.", "Paiement", "c1/Plus tard"),
    )

    assert quoted(blocks, "perte grave").question is None
    assert quoted(blocks, "la carte, comment payer vite ?").question is not None


def test_the_items_of_a_list_come_after_the_line_that_announces_them() -> None:
    blocks = (
        text("La carte est remise au guichet."),
        text("En cas de départ, le bail passe :", "Décès"),
        text("- au conjoint du locataire\n- au concubin du locataire", "Décès"),
    )
    lead = [s.text for s in quoted(blocks, "conjoint ou concubin du locataire").sentences]

    assert lead[:2] == ["En cas de départ, le bail passe :", "au conjoint du locataire"]


def test_what_the_asker_said_of_themselves_comes_before_another_section() -> None:
    blocks = (
        text("Le dépôt est rendu en 2 mois.", "Fin", "c1/Location vide", "c2/État des lieux non conforme"),
        text("Le dépôt est rendu en 1 mois.", "Fin", "c1/Location vide", "c2/État des lieux conforme"),
        text("Le bailleur qui ne rend pas la caution du studio est mis en demeure.", "Litige", "c1/Location vide"),
        text("Autre règle.", "Fin", "c1/Location meublée"),
    )
    turn = quoted(blocks, "bailleur d'un studio vide, la caution : l'état des lieux n'est pas pareil")

    assert turn.sentences[0].text == "Le dépôt est rendu en 2 mois."


def test_the_row_that_the_question_names_is_read_with_the_opening() -> None:
    rows = "Groupe : Groupe 1 | Aide : 900 €\nGroupe : Groupe 2 | Aide : 700 €"
    blocks = (text("Cette aide est versée aux personnes âgées."), Block(BlockKind.TABLE, rows, (step("Montant"),)))
    turn = quoted(blocks, "cette aide versée aux personnes âgées : ma tante est en groupe 2")

    assert said(turn, Role.LEAD) == {
        "Cette aide est versée aux personnes âgées.",
        "Groupe : Groupe 2 | Aide : 700 €",
    }


def test_a_remark_of_a_section_that_is_not_shown_is_not_shown() -> None:
    blocks = (
        text("La carte se paie.", "Perte simple"),
        note("Elle peut être retirée.", "Perte simple"),
        text("La carte se paie.", "Perte grave"),
    )

    assert said(quoted(blocks, "perte grave"), Role.CAUTION) == set()


def test_who_asks_for_a_right_is_asked_what_decides_the_conditions() -> None:
    blocks = (
        text("Le jeune de 20 ans touche 500 €.", "Montant", "c1/Seul"),
        text("Le jeune touche 800 €.", "Montant", "c1/En couple"),
        text("Le jeune Français doit avoir travaillé 2 ans.", "Conditions", "c2/Français"),
        text("Le jeune doit avoir un titre.", "Conditions", "c2/Étranger"),
    )
    turn = quoted(blocks, "le jeune a-t-il droit à cela ?")

    assert turn.question is not None
    assert turn.question.options == ("Français", "Étranger")


def test_what_may_happen_later_is_not_asked_about_unless_the_whole_document_depends_on_it() -> None:
    events = ("En cas de neige", "En cas d'orage")
    under = [text(f"Le prix est suspendu, cas {at}.", "Suite", f"c1/{label}") for at, label in enumerate(events)]
    whole = [text(f"Le prix est suspendu, cas {at}.", f"c1/{label}") for at, label in enumerate(events)]

    assert quoted([text("Le prix varie."), *under], "le prix est-il suspendu ?").question is None
    assert quoted([text("Le prix varie."), *whole], "le prix est-il suspendu ?").question is not None


LOAN = (
    text("Le livre se prête pour deux semaines.", "Prêt"),
    text("Le livre rendu en retard se paie 1 €.", "Retard"),
    text("La salle ferme à midi.", "Salle"),
)


def test_a_short_document_is_read_whole_after_what_is_nearest() -> None:
    turn = quoted(LOAN, "un livre rendu après deux semaines se paie combien ?")
    lead = [sentence.text for sentence in turn.sentences if sentence.role is Role.LEAD]

    assert sorted(lead) == sorted(block.text for block in LOAN)
    assert lead[0] != "La salle ferme à midi."


def test_of_a_long_document_what_is_nearly_as_near_is_read_too_and_the_rest_is_not() -> None:
    others = [text(f"La salle {rank} ferme à midi.", f"Salle {rank}") for rank in range(20)]
    lead = said(quoted((*LOAN, *others), "le livre se prête ou se paie"), Role.LEAD)

    assert lead == {"Le livre se prête pour deux semaines.", "Le livre rendu en retard se paie 1 €."}


def test_no_more_than_four_passages_lead_a_long_document() -> None:
    rules = [text(f"Le livre du rayon {rank} se prête une semaine.", f"Rayon {rank}") for rank in range(20)]

    assert len(said(quoted(rules, "le livre se prête"), Role.LEAD)) == 4


def test_the_branch_that_the_asker_named_is_read_from_its_rule() -> None:
    rule = "\n".join(
        ["Le petit format se paie 17 €.", "Il se retire au guichet."]
        + ["Il est fait sur place."] * 3
        + ["Le prix de la carte en petit format, perdue ou volée, est réduit."]
    )
    blocks = (
        text("Le prix de la carte perdue ou volée varie."),
        text(rule, "Prix", "c1/Petit format"),
        text("Le grand format se paie 86 €.", "Prix", "c1/Grand format"),
        *(text(f"La salle {rank} ferme à midi.", f"Salle {rank}") for rank in range(20)),
    )
    turn = quoted(blocks, "quel est le sort de la carte perdue ou volée, petit format")

    assert "Le petit format se paie 17 €." in [sentence.text for sentence in turn.sentences[:3]]


def test_a_file_of_many_matters_is_answered_from_the_one_asked_about_alone() -> None:
    turn = found_turn(LOAN, "un livre rendu après deux semaines se paie combien ?")
    assert turn.card is not None
    of_a_file = Quote(shared_words)(replace(turn, card=replace(turn.card, kind=DocumentKind.FILE)))

    assert len(said(of_a_file)) == 1


def test_who_asks_for_a_price_is_not_read_the_rest_beside_it() -> None:
    blocks = (
        text("La carte de prêt coûte 5 €.", "Coût"),
        text("Une carte perdue coûte 9 €.", "Coût en cas de perte"),
        text("La carte de prêt est nominative.", "Titulaire"),
    )
    turn = quoted(blocks, "combien coûte la carte de prêt ?")

    assert "La carte de prêt est nominative." not in said(turn)
    assert {"La carte de prêt coûte 5 €.", "Une carte perdue coûte 9 €."} <= said(turn)


def test_a_short_document_whose_title_asks_is_read_in_its_order() -> None:
    blocks = (text("Non, aucun délai n'est imposé."), text("Le livre se rend au guichet de la bibliothèque."))
    turn = found_turn(blocks, "rendre le livre au guichet de la bibliothèque, dans un certain temps ?")
    assert turn.card is not None
    asking = replace(turn.card, title="Un livre se rend-il dans un délai ?")

    plain, ordered = Quote(shared_words)(turn), Quote(shared_words)(replace(turn, card=asking))
    assert plain.sentences[0].text == "Le livre se rend au guichet de la bibliothèque."
    assert [one.text for one in ordered.sentences] == [block.text for block in blocks]


def test_the_rows_of_a_table_read_in_part_are_counted() -> None:
    rows = "\n".join(f"Pièce : pièce {rank} | Règle : règle {rank} du bureau" for rank in range(20))
    turn = quoted((Block(BlockKind.TABLE, rows, (step("Photo"),)),), "une photo : quelle règle du bureau ?")
    shown = len(said(turn))

    assert 0 < shown < 20
    assert turn.warnings == (("cut", str(20 - shown)),)
