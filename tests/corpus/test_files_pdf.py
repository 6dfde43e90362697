"""PDF files: headings, tables of amounts, pages, and files that must not be read."""

import io
import logging
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from corpus.document import Block, BlockKind, Document, SetAside
from corpus.errors import DocumentError
from corpus.files import Limits
from corpus.files.pdf import parse_pdf, read_pdf
from corpus.files.pdf_lines import Joiner
from tests.corpus.build_pdf import Page, pdf_bytes
from tests.corpus.folders import a_folder, headings, read

CASVP = Path(__file__).parents[3] / "shared" / "data" / "paris" / "casvp"


def test_a_pdf_keeps_the_page_and_the_numbered_headings_of_each_paragraph(tmp_path: Path) -> None:
    first = Page().text(60, 80, "TITRE I : LES AIDES", bold=True).text(60, 110, "a/ NATURE DE LA PRESTATION", bold=True)
    first.lines(140, "Article 1 : La Ville verse une allo-", "cation de 30 euros aux personnes qui la demandent.")
    second = Page().text(60, 80, "b/ CONDITIONS", bold=True).lines(110, "Article 2 : Il faut habiter Paris.")
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_bytes(first, second))

    content = parse_pdf(path, Limits())

    assert [(block.page, headings(block), block.text) for block in content.blocks] == [
        (
            1,
            ["TITRE I : LES AIDES", "a/ NATURE DE LA PRESTATION", "Article 1"],
            "Article 1 : La Ville verse une allocation de 30 euros aux personnes qui la demandent.",
        ),
        (2, ["TITRE I : LES AIDES", "b/ CONDITIONS", "Article 2"], "Article 2 : Il faut habiter Paris."),
    ]


def test_headers_and_footers_are_dropped_and_a_sentence_goes_on_over_the_page(tmp_path: Path) -> None:
    pages = []
    for number in range(1, 5):
        page = Page().text(60, 20, "Règlement au 1er avril 2018", size=8).text(290, 815, str(number), size=8)
        pages.append(
            page.lines(100, f"Début de la page {number} qui se termine au milieu", "d’une phrase dont la suite")
        )
        pages[-1].text(60, 80, "est sur la page suivante." if number > 1 else "Tout commence ici.")
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_bytes(*pages))

    texts = [block.text for block in parse_pdf(path, Limits()).blocks]

    assert not any("Règlement au" in text or text.isdecimal() for text in texts)
    assert any("dont la suite est sur la page suivante." in text for text in texts)


def table_page(rows: list[tuple[str, str, str, str]]) -> Page:
    edges = (40, 80, 200, 260, 550)
    page = Page().text(200, 20, "II - Personnes âgées", bold=True)
    page.box(40, 50, 200, 80).box(200, 50, 260, 80).box(260, 50, 550, 80)
    page.text(60, 58, "PRESTATIONS", bold=True).text(202, 58, "ARTICLES", bold=True)
    for rank, cells in enumerate(rows):
        top = 80 + 40 * rank
        for (left, right), cell in zip(pairwise(edges), cells, strict=True):
            page.box(left, top, right, top + 40)
            label, _, value = cell.partition("|")
            page.text(left + 4, top + 14, label)
            page.text(500, top + 14, value, bold=True)
    return page


def test_a_row_of_a_table_carries_its_labels_its_headers_and_its_page(tmp_path: Path) -> None:
    rows = [("1.1", "Aide au bain", "b/4", "Personne isolée|915 €"), ("1.2", "Aide au thé", "d/2", "|2 €")]
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_bytes(Page().lines(100, "Annexe des montants."), table_page(rows)))

    blocks = [block for block in parse_pdf(path, Limits()).blocks if block.kind is BlockKind.TABLE]

    assert [(block.page, headings(block), block.text) for block in blocks] == [
        (
            2,
            ["II - Personnes âgées", "1.1 Aide au bain"],
            "PRESTATIONS : 1.1 Aide au bain | ARTICLES : b/4 | Personne isolée : 915 €",
        ),
        (2, ["II - Personnes âgées", "1.2 Aide au thé"], "PRESTATIONS : 1.2 Aide au thé | ARTICLES : d/2 | 2 €"),
    ]


def cell_page(*texts: tuple[float, float, str, bool]) -> Page:
    """A table of one row: a label, and a cell that holds labels and values without rules between them."""
    page = Page().box(40, 50, 140, 300).box(140, 50, 550, 300).text(44, 60, "1.6 Aide")
    for x, top, string, bold in texts:
        page.text(x, top, string, bold=bold)
    return page


def rows_of(path: Path, page: Page) -> list[str]:
    path.write_bytes(pdf_bytes(page))
    return [line for block in parse_pdf(path, Limits()).blocks for line in block.text.split("\n")]


def test_values_inside_one_cell_are_each_given_to_the_label_beside_them(tmp_path: Path) -> None:
    page = cell_page(
        (150, 60, "Familles d’un enfant", False),
        (150, 75, "- Revenus sous 4 167", False),
        (500, 75, "420 €", True),
        (150, 105, "Familles de 3 enfants", False),
        (150, 120, "ou ayant un enfant handicapé", False),
        (500, 114, "105 €", True),
        (150, 150, "Plafonds non applicables en cas de handicap.", False),
    )

    assert rows_of(tmp_path / "a.pdf", page) == [
        "1.6 Aide | Familles d’un enfant | Revenus sous 4 167 : 420 €",
        "1.6 Aide | Familles de 3 enfants ou ayant un enfant handicapé : 105 €",
        "1.6 Aide | Plafonds non applicables en cas de handicap.",
    ]


def test_a_small_table_inside_a_cell_keeps_its_own_header(tmp_path: Path) -> None:
    columns = (150, 250, 350)
    page = cell_page(
        *((x, 60, name, False) for x, name in zip(columns, ("Prix", "A", "B"), strict=True)),
        *((x, 75, value, False) for x, value in zip(columns, ("22,54 €", "5,76 €", "13,87 €"), strict=True)),
    )

    assert rows_of(tmp_path / "a.pdf", page) == ["1.6 Aide | Prix : 22,54 € | A : 5,76 € | B : 13,87 €"]


def test_a_table_cut_by_the_page_goes_on_with_the_labels_of_the_page_before(tmp_path: Path) -> None:
    first = table_page([("1.1", "Aide au bain", "b/4", "Tranche E|11,80 €")])
    second = Page()
    for left, right in ((40, 80), (80, 200), (200, 260), (260, 550)):
        second.box(left, 30, right, 70)
    second.text(264, 44, "Dîner").text(500, 44, "8,75 €", bold=True)
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_bytes(first, second))

    last = parse_pdf(path, Limits()).blocks[-1]

    assert (last.page, last.text) == (2, "PRESTATIONS : 1.1 Aide au bain | ARTICLES : b/4 | Dîner : 8,75 €")


@pytest.fixture
def plain_pdf() -> bytes:
    return pdf_bytes(Page().lines(100, "Article 1 : Texte."), title="Titre du fichier")


def encrypted(data: bytes, password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(user_password=password, owner_password="maitre", algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("change", "limits", "reason"),
    [
        (lambda data: encrypted(data, "secret"), Limits(), "mot de passe"),
        (lambda data: data[: len(data) // 2], Limits(), "abîmé"),
        (lambda data: data[:300] + b"\xff" * 900 + b"%%EOF", Limits(), "abîmé"),
        (lambda data: data, Limits(pages=0), "1 pages, la limite est de 0"),
        (lambda _: pdf_bytes(Page().scan(), Page().scan()), Limits(), "sans texte (image numérisée)"),
        (lambda _: pdf_bytes(Page()), Limits(), "aucun texte"),
    ],
)
def test_a_pdf_that_cannot_be_read_gives_its_reason_and_nothing_in_the_logs(
    tmp_path: Path,
    plain_pdf: bytes,
    change: Callable[[bytes], bytes],
    limits: Limits,
    reason: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(change(plain_pdf))

    with caplog.at_level(logging.DEBUG), pytest.raises(DocumentError) as caught:
        parse_pdf(path, limits)

    assert reason in str(caught.value)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_pdf_that_only_forbids_changes_is_read(tmp_path: Path, plain_pdf: bytes) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(encrypted(plain_pdf, ""))

    assert [block.text for block in parse_pdf(path, Limits()).blocks] == ["Article 1 : Texte."]


def test_a_pdf_is_read_in_its_own_process_with_the_same_result(tmp_path: Path, plain_pdf: bytes) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(plain_pdf)

    assert read_pdf(path, Limits()) == parse_pdf(path, Limits())
    assert read_pdf(path, Limits()).title == "Titre du fichier"


def test_a_pdf_over_its_limit_of_time_is_given_up(tmp_path: Path, plain_pdf: bytes) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(plain_pdf)

    with pytest.raises(DocumentError, match="abandonnée"):
        read_pdf(path, Limits(seconds=0.05))


def test_a_scanned_page_among_others_is_reported_and_the_rest_is_read(tmp_path: Path) -> None:
    folder = a_folder(
        tmp_path, "a,a.pdf,Arrêté,,,,,", a__pdf=pdf_bytes(Page().lines(100, "Article 1 : Oui."), Page().scan())
    )

    document, scan = read(folder)

    assert isinstance(document, Document)
    assert scan == SetAside("actes", "a.pdf, p. 2", "page sans texte (image numérisée)")


@given(st.lists(st.text("abcdefghij éà-", min_size=1).filter(lambda line: line.strip() == line and line), max_size=6))
def test_joining_lines_loses_no_letter(lines: list[str]) -> None:
    joined = Joiner([]).join(lines)

    assert [char for char in joined if char.isalpha()] == [char for line in lines for char in line if char.isalpha()]


def test_a_compound_word_keeps_its_hyphen_and_a_cut_word_loses_it() -> None:
    joiner = Joiner(["Petit-déjeuner", "allocation"])

    assert joiner.join(["Petit-", "déjeuner"]) == "Petit-déjeuner"
    assert joiner.join(["une allo-", "cation"]) == "une allocation"
    assert joiner.join(["au-", "delà"]) == "au-delà"


@pytest.fixture(scope="module")
def annexes() -> dict[str, tuple[Block, ...]]:
    if not CASVP.is_dir():
        pytest.skip("the City's social-aid regulation is not beside the repository (../shared/data/paris/casvp)")
    names = {"2018-03-01": "janvier_2018", "2018-04-15": "avril_2018", "2019-03-01": "janvier_2019"}
    return {day: parse_pdf(CASVP / f"Annexe_au_1er_{name}.pdf", Limits()).blocks for day, name in names.items()}


def lines_under(blocks: tuple[Block, ...], *path: str) -> list[tuple[int | None, str]]:
    return [
        (block.page, line) for block in blocks if headings(block)[-2:] == list(path) for line in block.text.split("\n")
    ]


def test_three_annexes_give_three_ceilings_of_paris_solidarite_with_the_page(
    annexes: dict[str, tuple[Block, ...]],
) -> None:
    found = {
        day: [row for row in lines_under(blocks, "II - Personnes âgées", "1.1 Paris Solidarité") if "isolée" in row[1]]
        for day, blocks in annexes.items()
    }

    assert found == {
        "2018-03-01": [(2, "PRESTATIONS : 1.1 Paris Solidarité | ARTICLES : b/4 | Personne isolée : 915 €")],
        "2018-04-15": [(2, "PRESTATIONS : 1.1 Paris Solidarité | ARTICLES : b/-3 | Personne isolée : 945 €")],
        "2019-03-01": [(2, "PRESTATIONS : 1.1 Paris Solidarité | ARTICLES : b/-3 | Personne isolée : 980 €")],
    }


def test_amounts_of_the_january_2018_annex_stand_with_their_labels(annexes: dict[str, tuple[Block, ...]]) -> None:
    rows = [(block.page, line) for block in annexes["2018-03-01"] for line in block.text.split("\n")]

    for page, *parts in (
        (3, "3.1 Le Navigo Émeraude Améthyste", "380€ < I ≤ 992 €", "Zones NAM 1-2 : 180 €", "Zones NAM 1-5 : 240 €"),
        (4, "3.4 L’accès aux restaurants Émeraude", "Tranche E – Impôt > 2 028 €", "Diner : 8,75 €"),
        (4, "4.1 Téléalarme", "Forfait dégroupage", "Tranche D : 45 €"),
        (5, "4.4 Coiffure à domicile", "Prix coif. : 28,33 €", "B : 19,63 €"),
        (10, "1.6 Paris Petit à Domicile", "Familles de 2 enfants", "Revenus mensuels ≤ 4 167 € : 315 €"),
        (
            11,
            "2.1 Paris Logement Familles",
            "Familles de 2 enfants",
            "Revenus mensuels : ≤ 2 000 €",
            "l’allocation : 116 €",
        ),
        (12, "2.4 Paris Energie Familles", "Famille de 2 enfants : 2 500 €"),
        (13, "1.2 Distribution de Repas Aux Parisiens en difficulté", "Personne supplémentaire : + 20 % (160,80€)"),
    ):
        assert any(number == page and all(part in line for part in parts) for number, line in rows), parts
