"""What schemas 3.4 and 3.5 add, as far as public code that reads them shows it; nothing inside is lost."""

from __future__ import annotations

from corpus.document import BlockKind
from tests.corpus.dila.build import FILLER, blocks, case, cases, document, fiche, para, publication, row, texts, titles


def test_a_floating_title_heads_what_follows_it_and_nothing_before() -> None:
    floating = f"<TitreFlottant>{para('Au guichet')}</TitreFlottant>"
    found = {
        block.text: titles(block) for block in blocks(f"{para('Avant.')}{floating}{para('Après.')}{cases_of_two()}")
    }
    assert found["Avant."] == []
    assert found["Après."] == ["Au guichet"]
    assert found["A."] == ["Au guichet", "Oui"]


def test_a_floating_title_ends_with_its_section() -> None:
    inside = f"<Chapitre><Titre>Un</Titre><TitreFlottant>{para('Sous')}</TitreFlottant>{para('Dedans.')}</Chapitre>"
    assert [titles(block) for block in blocks(inside + para("Dehors."))] == [["Un", "Sous"], []]


def test_an_example_is_told_apart_from_the_rule() -> None:
    (block,) = blocks(f"<Exemple><Titre>Exemple</Titre>{para('Pour 3 jours, 30 €.')}</Exemple>")
    assert (titles(block), block.text) == (["Exemple"], "Pour 3 jours, 30 €.")


def test_a_folded_complement_of_the_text_is_read_under_its_title() -> None:
    (block,) = blocks(f"<Complement><Titre>Valeurs limites</Titre>{para('20 mSv')}</Complement>")
    assert (titles(block), block.text) == (["Valeurs limites"], "20 mSv")


def test_a_conclusion_is_read() -> None:
    conclusion = f'<Conclusion><Titre>À faire</Titre><Liste type="caseACocher"><Item>{para("Signer")}</Item></Liste>'
    read = document(publication(f"<Texte>{FILLER}</Texte>{conclusion}</Conclusion>"))
    assert (titles(read.blocks[-1]), read.blocks[-1].text) == (["À faire"], "- Signer")


def test_the_caption_of_a_table_may_be_a_rich_title() -> None:
    table = f"<Tableau><TitreRiche>{para('Tarifs')}</TitreRiche>{row('Adulte', '3 €')}</Tableau>"
    assert texts(table) == ["[Tarifs] Adulte | 3 €"]


def test_several_texts_and_situations_beside_them_are_all_read() -> None:
    situations = f"<ListeSituations><Situation><Titre>S</Titre><Texte>{para('Trois.')}</Texte></Situation>"
    two = f"<Texte>{FILLER}</Texte><Texte>{para('Deux.')}</Texte>{situations}</ListeSituations>"
    assert [block.text for block in document(publication(two)).blocks[1:]] == ["Deux.", "Trois."]


def test_navigation_and_help_boxes_are_not_content() -> None:
    around = (
        '<QuiPeutMAider ID="R1"><Titre>Allô</Titre></QuiPeutMAider><FicheConnexe ID="F2">Autre</FicheConnexe>'
        "<ImageIllustration><Legende>Photo</Legende></ImageIllustration><Video URL='https://v.example'/>"
        "<InformationComplementaire><Titre>Plus</Titre></InformationComplementaire>"
    )
    assert len(document(publication(f"{around}<Texte>{FILLER}</Texte>")).blocks) == 1


def test_words_inside_an_element_we_have_never_seen_are_kept() -> None:
    assert texts("<EncadreNouveau><Corps>Nouveau délai : 8 jours.</Corps></EncadreNouveau>") == [
        "Nouveau délai : 8 jours."
    ]


def test_an_unknown_container_inside_a_remark_is_kept_with_the_remark() -> None:
    (block,) = blocks(f"<Attention><Titre>Attention</Titre><Texte>{para('Sauf le lundi.')}</Texte></Attention>")
    assert (block.kind, block.text) == (BlockKind.ATTENTION, "Sauf le lundi.")


def test_the_schema_named_by_the_file_changes_nothing() -> None:
    body = cases_of_two()
    named = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="../Schemas/3.4/P.xsd"'
    assert document(fiche(body, attributes=named)).blocks == document(fiche(body)).blocks


def cases_of_two() -> str:
    return cases(case("Oui", para("A.")), case("Non", para("B.")))
