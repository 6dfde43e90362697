"""Quirks 1 to 3 of the fiches (choices, conditions, titles) and their remarks, read as XML and as JSON."""

from __future__ import annotations

import pytest

from corpus.chunk import passages_of
from corpus.document import BlockKind
from tests.corpus.dila.build import (
    FILLER,
    SOURCE,
    TODAY,
    blocks,
    case,
    cases,
    chapter,
    document,
    fiche,
    para,
    publication,
    remark,
    row,
    texts,
    titles,
)


def situation(title: str, body: str) -> str:
    return f"<Situation><Titre>{title}</Titre><Texte>{body}</Texte></Situation>"


# 1. cases inside cases inside situations


def test_nested_choices_keep_every_label_on_the_way_to_a_text() -> None:
    inner = cases(case("Mariés", para("Trois mois.")), case("Pacsés", para("Deux mois.")))
    outer = chapter("Délai", cases(case("À Paris", inner), case("Ailleurs", para("Un mois."))))
    read = document(
        publication(
            f"<Introduction><Texte>{FILLER}</Texte></Introduction><ListeSituations>"
            f"{situation('Majeur', outer)}{situation('Mineur', para('Voyez vos parents.'))}</ListeSituations>"
        )
    )

    found = {block.text: titles(block) for block in read.blocks}

    assert found["Trois mois."] == ["Majeur", "Délai", "À Paris", "Mariés"]
    assert found["Deux mois."] == ["Majeur", "Délai", "À Paris", "Pacsés"]
    assert found["Un mois."] == ["Majeur", "Délai", "Ailleurs"]
    assert found["Voyez vos parents."] == ["Mineur"]


def test_each_choice_has_its_own_id_and_its_options_share_it() -> None:
    twice = "".join(cases(case("Adulte", para(f"{n} €")), case("Enfant", para(f"{n + 1} €"))) for n in (10, 20))
    choices = [block.path[-1].choice for block in blocks(twice)]
    assert choices[0] == choices[1] != choices[2] == choices[3]


def test_the_same_text_in_two_branches_stays_in_both() -> None:
    read = document(fiche(cases(case("Adulte", para("Gratuit.")), case("Enfant", para("Gratuit.")))))
    kept = [passage for passage in passages_of(read, SOURCE, TODAY) if passage.text == "Gratuit."]
    assert [passage.path[-1].title for passage in kept] == ["Adulte", "Enfant"]


def test_an_option_alone_is_a_heading_and_not_a_choice() -> None:
    (block,) = blocks(cases(case("Dans tous les cas", para("Signez."))))
    assert [(step.title, step.choice) for step in block.path] == [("Dans tous les cas", "")]


def test_ways_of_doing_the_same_thing_are_not_a_question_about_the_resident() -> None:
    marked = cases(case("À distance", para("A.")), case("Ici", para("B.")), attributes='type="modalite"')
    worded = cases(case("En ligne", para("C.")), case("Par courrier", para("D.")))
    assert {block.path[-1].choice[0] for block in blocks(marked + worded)} == {"m"}


def test_a_question_just_before_a_choice_is_its_prompt() -> None:
    asked = para("Avez-vous des enfants ?") + cases(case("Oui", para("A.")), case("Non", para("B.")))
    assert {block.path[-1].prompt for block in blocks(asked) if block.path} == {"Avez-vous des enfants ?"}


# 2. questionnaire conditions


def test_text_that_depends_on_an_answer_is_kept_and_marked() -> None:
    conditional = f'<FragmentConditionne><Condition><estVrai var="T1"/></Condition>{para("Joignez un acte.")}'
    options = cases(
        '<Cas><Titre>Marié</Titre><Condition><estVrai var="T1"/></Condition><Paragraphe>A.</Paragraphe></Cas>',
        case("Célibataire", para("B.")),
    )
    found = {block.text: block.condition for block in blocks(f"{options}{conditional}</FragmentConditionne>")}
    assert found["Joignez un acte."] == "Marié"
    assert found["B."] == ""


def test_a_variable_nobody_names_keeps_its_opaque_name() -> None:
    (block,) = blocks(
        f'<FragmentConditionne><Condition><estVrai var="T10576"/></Condition>{para("A.")}</FragmentConditionne>'
    )
    assert block.condition == "T10576"


@pytest.mark.parametrize(
    ("condition", "worded"),
    [
        ('<ou><estVrai var="A"/><estVrai var="B"/></ou>', "A ou B"),
        ('<et><estVrai var="A"/><ou><estVrai var="B"/><estVrai var="C"/></ou></et>', "A et (B ou C)"),
        ('<estVrai var="A"/><ou><estVrai var="B"/><estVrai var="C"/></ou>', "A et (B ou C)"),
        ('<ou><ou><estVrai var="A"/><estVrai var="B"/></ou><estVrai var="A"/></ou>', "A ou B"),
        ('<et><estVrai var="A"/><estFaux var="B"/></et>', "A et sauf « B »"),
        ('<ou><estIndefini var="A"/></ou>', "?"),
    ],
)
def test_a_condition_says_who_it_holds_for(condition: str, worded: str) -> None:
    (block,) = blocks(f"<FragmentConditionne><Condition>{condition}</Condition>{para('A.')}</FragmentConditionne>")
    assert block.condition == worded


def test_a_condition_inside_another_holds_with_it() -> None:
    inner = f'<FragmentConditionne><Condition><estVrai var="B"/></Condition>{para("Les deux.")}</FragmentConditionne>'
    outer = f'<Chapitre><Titre>T</Titre><Condition><estVrai var="A"/></Condition>{para("Un.")}{inner}</Chapitre>'
    assert [block.condition for block in blocks(outer + para("Aucun."))] == ["A", "A et B", ""]


def test_a_conditional_item_leaves_its_list_and_says_so() -> None:
    items = '<Item><Paragraphe>Photo</Paragraphe></Item><Item><Condition><estVrai var="T2"/></Condition>'
    listed = blocks(f"<Liste>{items}<Paragraphe>Acte</Paragraphe></Item></Liste>")
    assert [(block.text, block.condition) for block in listed] == [("- Photo", ""), ("- Acte", "T2")]


def test_the_guided_search_is_not_taken_for_a_rule() -> None:
    tree = "<Problematiques><Problematique><Titre>Où ?</Titre><Branche><Titre>Ici</Titre></Branche></Problematique>"
    read = document(publication(f"<Texte>{FILLER}</Texte>{tree}</Problematiques>"))
    assert len(read.blocks) == 1


# 3. alternative titles


def test_an_alternative_title_is_never_glued_to_the_title() -> None:
    alternative = "<TitreAlternatif><Paragraphe>Papiers</Paragraphe></TitreAlternatif>"
    (block,) = blocks(f"<Chapitre><Titre>Documents à fournir</Titre>{alternative}{para('Une photo.')}</Chapitre>")
    assert titles(block) == ["Documents à fournir"]


# Remarks, which the graph relies on


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Attention", BlockKind.ATTENTION),
        ("ANoter", BlockKind.NOTE),
        ("ASavoir", BlockKind.KNOW),
        ("Rappel", BlockKind.REMINDER),
    ],
)
def test_a_remark_keeps_its_kind_and_loses_its_label(name: str, kind: BlockKind) -> None:
    (block,) = blocks(remark(name, "Sauf le lundi."))
    assert (block.kind, block.text) == (kind, "Sauf le lundi.")


def test_a_remark_keeps_its_lists_and_its_tables() -> None:
    inside = f"<Liste><Item>{para('un')}</Item></Liste><Tableau>{row('A', header=True)}{row('2')}</Tableau>"
    (text,) = texts(f"<Attention><Titre>Attention</Titre>{para('Voici :')}{inside}</Attention>", BlockKind.ATTENTION)
    assert text.splitlines() == ["Voici :", "- un", "A : 2"]
