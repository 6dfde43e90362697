"""Quirks 4 to 12 of the fiches: tables, banners, drafts, audiences, contacts, typography, dates, services."""

from __future__ import annotations

import pytest

from corpus.chunk import passages_of
from corpus.dila.sheet import read_sheet
from corpus.dila.tree import from_xml
from corpus.document import BlockKind, DocumentKind, SetAside
from tests.corpus.dila.build import (
    FILLER,
    SOURCE,
    TODAY,
    blocks,
    document,
    fiche,
    para,
    publication,
    read_both,
    row,
    texts,
)

# 4. tables


def test_each_amount_of_a_table_keeps_its_column() -> None:
    table = row("Âge", "Prix", header=True) + row("Adulte", "86 €") + row("Mineur", "17 €")
    assert texts(f"<Tableau><Titre>Timbre</Titre>{table}</Tableau>") == [
        "[Timbre] Âge : Adulte | Prix : 86 €\n[Timbre] Âge : Mineur | Prix : 17 €"
    ]


def test_a_cell_merged_over_two_rows_is_repeated_in_both() -> None:
    merged = f'<Cellule fusionVerticale="2">{para("Mineur")}</Cellule>'
    table = row("Âge", "Cas", "Prix", header=True) + row(merged, "0 à 14 ans", "17 €") + row("15 à 17 ans", "42 €")
    (text,) = texts(f"<Tableau>{table}</Tableau>")
    assert text.splitlines()[1] == "Âge : Mineur | Cas : 15 à 17 ans | Prix : 42 €"


def test_a_cell_merged_over_two_columns_stands_under_both_headers() -> None:
    merged = f'<Cellule fusionHorizontale="2">{para("Gratuit")}</Cellule>'
    (text,) = texts(f"<Tableau>{row('Qui', 'Semaine', 'Dimanche', header=True)}{row('Enfant', merged)}</Tableau>")
    assert text == "Qui : Enfant | Semaine : Gratuit | Dimanche : Gratuit"


def test_a_ragged_row_does_not_shift_the_others() -> None:
    table = row("A", "B", header=True) + row("seul") + row("1", "2")
    assert texts(f"<Tableau>{table}</Tableau>") == ["A : seul\nA : 1 | B : 2"]


def test_a_table_without_a_header_gives_its_values_alone() -> None:
    assert texts(f"<Tableau>{row('Lundi', '9 h')}{row('Mardi', '10 h')}</Tableau>") == ["Lundi | 9 h\nMardi | 10 h"]


def test_a_list_inside_a_cell_stays_on_the_line_of_its_row() -> None:
    cell = "<Cellule><Liste><Item><Paragraphe>Photo</Paragraphe></Item><Item><Paragraphe>Acte</Paragraphe></Item>"
    table = row("Qui", "Pièces", header=True) + row("Adulte", f"{cell}</Liste></Cellule>")
    assert texts(f"<Tableau>{table}</Tableau>") == ["Qui : Adulte | Pièces : Photo ; Acte"]


def test_a_hostile_span_does_not_fill_the_memory() -> None:
    wide = f'<Cellule fusionHorizontale="999999999" fusionVerticale="999999999">{para("x")}</Cellule>'
    (text,) = texts(f"<Tableau>{row(wide)}{row('y')}</Tableau>")
    assert len(text) < 1000


# 5. dated banners


def test_a_banner_carries_its_date_and_retires_when_it_is_old() -> None:
    banner = f'<Avertissement date="2020-11-03"><Titre>Covid-19</Titre><Texte>{para("Fermé.")}</Texte></Avertissement>'
    read = document(publication(f"{banner}<Texte>{FILLER}</Texte>"))
    assert read.blocks[0].kind is BlockKind.BANNER
    assert read.blocks[0].dated is not None
    assert all(passage.kind is not BlockKind.BANNER for passage in passages_of(read, SOURCE, TODAY))


def test_an_empty_banner_does_not_redate_the_one_before_it() -> None:
    first = f'<Avertissement date="2026-01-10"><Titre>Grève</Titre><Texte>{para("Fermé.")}</Texte></Avertissement>'
    empty = '<Avertissement date="2019-01-01"><Titre/><Texte/></Avertissement>'
    read = document(publication(f"{first}{empty}<Texte>{FILLER}</Texte>"))
    assert [str(block.dated) for block in read.blocks if block.kind is BlockKind.BANNER] == ["2026-01-10"]


# 6. drafts and stubs


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"title": "**CNI - Renouvellement"}, "brouillon"),
        ({"title": ""}, "brouillon"),
        ({"kind": "Recherche guidée"}, "navigation"),
        ({"kind": "Theme", "identifier": "N1"}, "navigation"),
        ({"identifier": "X1"}, "identifiant"),
    ],
)
def test_a_page_without_a_rule_is_set_aside_with_its_reason(options: dict[str, str], word: str) -> None:
    read = read_both(fiche(para("Texte."), **options))
    assert isinstance(read, SetAside)
    assert word in read.reason


def test_a_nearly_empty_fiche_is_set_aside() -> None:
    read = read_both(publication(f"<Texte>{para('Voir le site.')}</Texte>"))
    assert isinstance(read, SetAside)
    assert "80" in read.reason


# 7. one id under two audiences


def test_one_id_under_two_audiences_gives_equal_blocks_and_names_each_audience() -> None:
    xml = fiche(para("Même texte."))
    one, other = read_both(xml, "particuliers"), read_both(xml, "associations")
    assert not isinstance(one, SetAside)
    assert not isinstance(other, SetAside)
    assert one.blocks == other.blocks
    assert (one.audiences, other.audiences) == (("particuliers",), ("associations",))


# 8. contacts


def test_a_contact_gives_its_name_and_its_pivot_and_no_number_to_quote() -> None:
    inside = '<Titre>Mairie</Titre><PivotLocal>mairie</PivotLocal><RessourceWeb URL="https://lannuaire.example/"/>'
    (block,) = blocks(f'<OuSAdresser type="Local">{inside}<Texte>{para("Tél. : 39 75")}</Texte></OuSAdresser>')
    assert (block.kind, block.text) == (BlockKind.CONTACT, "Mairie")
    assert [(link.url, link.kind) for link in block.links] == [("https://lannuaire.example/", "mairie")]


# 9. typography


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        ("le 1<Exposant>er</Exposant>jour ouvrable", "le 1er jour ouvrable"),
        ("80 m<Exposant>2</Exposant>", "80 m²"),
        ("le 1^er janvier", "le 1er janvier"),
        ("sur le <LienExterne URL='https://a.example'>site</LienExterne>\n.", "sur le site."),
        ("<Valeur>1\u00a0500 €</Valeur>", "1 500 €"),
        ("<Valeur>75 000 €</Valeur><MiseEnEvidence>d'amende</MiseEnEvidence>", "75 000 € d'amende"),
        ("la classe de 6<Exposant>e</Exposant><Citation>aménagée</Citation>", "la classe de 6e « aménagée »"),
        ("la mention <Citation>lu et approuvé</Citation>", "la mention « lu et approuvé »"),
        ("un<MiseEnEvidence>acte</MiseEnEvidence>récent", "un acte récent"),
    ],
)
def test_what_the_export_broke_is_mended(broken: str, mended: str) -> None:
    assert texts(para(broken)) == [mended]


def test_a_lone_space_between_two_marked_words_is_kept() -> None:
    xml = fiche(para("<Valeur>(10)</Valeur> <MiseEnEvidence>par an</MiseEnEvidence>"))
    read = read_sheet(from_xml(xml.encode()), SOURCE, "particuliers", TODAY)
    assert not isinstance(read, SetAside)
    assert read.blocks[-1].text == "(10) par an"


# 10. dates


@pytest.mark.parametrize(
    ("printed", "read_as"),
    [("modified 2019-08-28", "2019-08-28"), ("modified", "None"), ("modified 2019-13-45", "None"), ("", "None")],
)
def test_the_date_is_the_one_the_publisher_prints_or_none(printed: str, read_as: str) -> None:
    assert str(document(fiche(para("A."), modified=printed)).updated) == read_as


# 11. themes and families


def test_a_fiche_without_a_theme_or_a_folder_is_read_all_the_same() -> None:
    xml = fiche(para("A.")).replace("<dc:subject>Papiers</dc:subject>", "")
    read = document(xml)
    assert (read.theme, read.family, read.breadcrumb) == ("", (), ())


def test_neighbours_are_the_fiches_of_the_same_sub_folder_first() -> None:
    far = '<SousDossier ID="N2-1"><Titre>Étranger</Titre><Fiche ID="F8">Visa</Fiche></SousDossier>'
    near = '<SousDossier ID="N2-2"><Titre>Perte</Titre><Fiche ID="F1">Ici</Fiche><Fiche ID="F9">Vol</Fiche>'
    folder = f'<DossierPere ID="N2"><Titre>Carte</Titre>{far}{near}</SousDossier></DossierPere>'
    read = document(publication(f"{folder}<Texte>{FILLER}</Texte>"))
    assert read.family == (("F9", "Perte : Vol"), ("F8", "Étranger : Visa"))


def test_a_folder_lists_the_fiches_that_stand_directly_in_it() -> None:
    entries = "".join(f'<Fiche ID="F{n}">Une fiche numéro {n} assez longue pour compter</Fiche>' for n in (1, 2))
    read = document(publication(entries, identifier="N435", kind="Dossier"))
    assert read.kind is DocumentKind.FOLDER
    assert read.blocks[0].text.splitlines()[1] == "- Une fiche numéro 2 assez longue pour compter"


# 12. service sheets


def test_a_service_that_is_a_title_and_a_link_can_be_quoted() -> None:
    body = '<NumeroCerfa>12100*02</NumeroCerfa><LienWeb URL="https://formulaire.example/12100"/>'
    read = document(
        publication(body, root="ServiceComplementaire", identifier="R12", kind="Formulaire", title="Demande de carte")
    )
    assert read.kind is DocumentKind.SERVICE
    assert read.blocks[0].text == "Formulaire : Demande de carte (cerfa n° 12100*02)"
    assert read.blocks[0].links[0].url == "https://formulaire.example/12100"
