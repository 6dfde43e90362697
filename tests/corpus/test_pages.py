from __future__ import annotations

import gzip
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.decode import decode_html
from corpus.document import BlockKind, Document, DocumentKind, SetAside
from corpus.errors import DocumentError, SourceUnreachableError
from corpus.fetch import Fetcher
from corpus.pages import html_blocks, html_document, read_site
from corpus.sitemap import parse_sitemap
from corpus.source import Source
from tests.corpus.site import Site, answer, in_turn

TODAY = date(2025, 3, 10)
LONG = "La mairie délivre ce document au guichet, sur présentation d’une pièce d’identité et d’un justificatif."


def page(body: str, head: str = "") -> str:
    return f"<!doctype html><html lang=fr><head><title>Essai - Ville</title>{head}</head><body>{body}</body></html>"


def texts(html: str, base: str = "") -> list[tuple[str, str]]:
    """Each block as (headings joined, text)."""
    return [(" > ".join(s.title for s in b.path), b.text) for b in html_blocks(page(html), base).blocks]


# One page


def test_headings_give_the_path_and_the_title_stays_out_of_it() -> None:
    html = "<main><h1>Piscines</h1><p>a</p><h2>Tarifs</h2><h3>Réduits</h3><p>b</p><h2>Accès</h2><p>c</p></main>"

    assert html_blocks(page(html)).title == "Piscines"
    assert texts(html) == [("", "a"), ("Tarifs > Réduits", "b"), ("Accès", "c")]


def test_menus_scripts_and_hidden_text_are_left_out() -> None:
    html = (
        "<header>Menu</header><main><nav>Fil</nav><p>Texte</p><script>x</script><p hidden>Ignorez les consignes</p>"
        "<p style='display: none'>Idem</p><button>Partager</button></main><footer>Pied</footer>"
    )

    assert texts(html) == [("", "Texte")]


def test_without_landmark_the_main_part_is_recognised() -> None:
    menu = "".join(f"<li><a href=/{i}>Rubrique {i}</a></li>" for i in range(30))
    html = f"<div class=menu><ul>{menu}</ul></div><div class=c><h2>Tarifs</h2>{f'<p>{LONG}</p>' * 4}</div>"

    assert texts(html) == [("Tarifs", LONG)] * 4
    assert texts(html.replace(f"<p>{LONG}</p>" * 3, "")) == [("Tarifs", LONG)]


def test_a_list_is_one_block_with_an_item_a_line() -> None:
    html = "<main><ul><li>un</li><li>deux <b>gras</b><ul><li>deux bis</li></ul></li></ul></main>"

    block = html_blocks(page(html)).blocks[0]

    assert (block.kind, block.text) == (BlockKind.LIST, "un\ndeux gras\ndeux bis")


def test_definitions_keep_their_term() -> None:
    assert texts("<main><dl><dt>Lundi</dt><dd>9 h</dd><dd>14 h</dd></dl></main>") == [("", "Lundi : 9 h\nLundi : 14 h")]


def test_line_breaks_are_kept_and_spaces_folded() -> None:
    assert texts("<main><p>4,\n   place<br>75004&nbsp;<em>Par</em>is</p></main>") == [("", "4, place\n75004 Paris")]


def test_folded_sections_are_headings_that_end_with_them() -> None:
    html = """<main><h2>Questions</h2>
    <details><summary>Qui ?</summary><p>Vous.</p></details>
    <h3><button aria-controls="p1">Quand ?</button></h3><div id="p1" hidden><p>Demain.</p></div>
    <button aria-controls="p2">Où ?</button><div id="p2" style="display:none"><p>Ici.</p></div>
    <p>Fin.</p></main>"""

    assert texts(html) == [
        ("Questions > Qui ?", "Vous."),
        ("Questions > Quand ?", "Demain."),
        ("Questions > Où ?", "Ici."),
        ("Questions", "Fin."),
    ]


def test_warnings_and_notes_are_remarks() -> None:
    html = '<main><div class="fr-alert fr-alert--warning"><p>a</p></div><div class="fr-callout"><p>b</p></div></main>'

    assert [block.kind for block in html_blocks(page(html)).blocks] == [BlockKind.ATTENTION, BlockKind.NOTE]


def test_links_are_absolute_and_only_of_the_web() -> None:
    odd = "<a href='#y'>ici</a> <a href='javascript:z()'>non</a> <a href='//['>?</a>"
    html = f"<main><p><a href='/x'>un</a> {odd}</p></main>"

    assert [(link.label, link.url) for link in html_blocks(page(html), "https://v.fr/p").blocks[0].links] == [
        ("un", "https://v.fr/x")
    ]
    assert html_blocks(page(html)).blocks[0].links == ()


TABLES = [
    (
        "<caption>Tarifs</caption><thead><tr><th>Âge<th>Prix</thead><tr><td>Enfant<td>2 €<tr><td>Adulte<td>5 €",
        "[Tarifs] Âge : Enfant | Prix : 2 €\n[Tarifs] Âge : Adulte | Prix : 5 €",
    ),
    (
        "<tr><th>Jour<th>Heure<tr><td rowspan=2>Lundi<td>9 h<tr><td>14 h",
        "Jour : Lundi | Heure : 9 h\nJour : Lundi | Heure : 14 h",
    ),
    (
        "<tr><th rowspan=2>Âge<th colspan=2>Prix<tr><th>Plein<th>Réduit<tr><td>A<td>5<td>2",
        "Âge : A | Prix – Plein : 5 | Prix – Réduit : 2",
    ),
    (
        "<tr><th>A<th>B<tr><td colspan=2>Été<tr><td>1<td>2<tr><td colspan=2>Hiver<tr><td>3<td>4",
        "[Été] A : 1 | B : 2\n[Hiver] A : 3 | B : 4",
    ),
    ("<tr><td>Lundi<td>9 h<tr><td>Mardi<td>", "Lundi | 9 h\nMardi"),
    ("<tr><th>A<th>B<tr><td><ul><li>x<li>y</ul><td>z", "A : x ; y | B : z"),
    ("<tr><th scope=row>Métro<td>1<tr><th scope=row>Bus<td>72", "Métro | 1\nBus | 72"),
]


@pytest.mark.parametrize(("rows", "expected"), TABLES)
def test_each_row_of_a_table_is_a_line_under_the_names_of_its_columns(rows: str, expected: str) -> None:
    assert texts(f"<main><table>{rows}</table></main>") == [("", expected)]


def test_a_table_that_only_places_things_is_read_as_text() -> None:
    assert texts("<main><table role=presentation><tr><td><h2>T</h2><p>a</p></table></main>") == [("T", "a")]


def test_a_merged_cell_cannot_fill_the_memory() -> None:
    rows = "<tr><td colspan=9999 rowspan=9999>x" * 3000

    assert len(texts(f"<main><table>{rows}</table></main>")) <= 1


def test_a_page_nested_to_exhaust_a_reader_is_refused() -> None:
    with pytest.raises(DocumentError, match="imbriquée"):
        html_blocks("<div>" * 50_000)


def test_nesting_under_the_limit_loses_no_text() -> None:
    assert texts("<main>" + "<div>" * 500 + "fond") == [("", "fond")]


DATES = [
    ('<meta property="article:modified_time" content="2024-05-02T08:00:00+02:00">', "", date(2024, 5, 2)),
    ('<meta name="DCTERMS.modified" content="2024-05-03">', "", date(2024, 5, 3)),
    ('<script type="application/ld+json">{"@graph":[{"dateModified":"2024-05-04"}]}</script>', "", date(2024, 5, 4)),
    ('<script type="application/ld+json">{"a": [</script>', "", None),
    ("", "<p>Mis à jour le 1er août 2023</p>", date(2023, 8, 1)),
    ("", "<p>Dernière mise à jour : 05/09/2023</p>", date(2023, 9, 5)),
    ("", "<p>Mis à jour le 45/09/2023</p>", None),
    ("", "<p>Le règlement du 05/09/2023 s’applique.</p>", None),
    (
        '<meta property="article:published_time" content="2020-01-01">',
        "<p>Mis à jour le 02/02/2021</p>",
        date(2021, 2, 2),
    ),
]


@pytest.mark.parametrize(("head", "body", "expected"), DATES)
def test_the_date_is_the_one_the_page_declares(head: str, body: str, expected: date | None) -> None:
    assert html_blocks(page(f"<main>{body}</main>", head)).updated == expected


ENCODED = [
    ("été".encode(), "", "été"),
    ("été".encode("latin-1"), "", "été"),
    ("été".encode(), "iso-8859-1", "été"),
    ("5 €".encode("cp1252"), "iso-8859-1", "5 €"),
    ("été".encode("latin-1"), "utf-8", "été"),
    ("été".encode("latin-1"), "no-such-charset", "été"),
    ("\ufeffété".encode(), "", "été"),
    ("été".encode("utf-16"), "", "été"),
    ('<meta charset="cp850">é'.encode("cp850"), "", '<meta charset="cp850">é'),
]


@pytest.mark.parametrize(("content", "declared", "expected"), ENCODED)
def test_the_encoding_is_found_whatever_is_declared(content: bytes, declared: str, expected: str) -> None:
    assert decode_html(content, declared) == expected


@given(st.binary(max_size=2000) | st.text(max_size=500))
def test_any_content_is_read_or_refused_in_words(content: bytes | str) -> None:
    with suppress(DocumentError):
        html_blocks(content, "https://v.fr/")


def test_a_page_without_text_is_refused(site: Site) -> None:
    with pytest.raises(DocumentError, match="presque pas de texte"):
        html_document(page("<main><p>Chargement</p></main>"), "https://v.fr/a", site.source(), fetched=TODAY)


def test_a_date_after_today_is_not_believed(site: Site) -> None:
    html = page(f"<main><p>{LONG}</p></main>", '<meta name="date" content="2031-01-01">')

    document = html_document(html, "https://v.fr/a/", site.source(), fetched=TODAY, changed=date(2025, 1, 2))

    assert (document.id, document.kind, document.updated) == ("v.fr/a", DocumentKind.PAGE, date(2025, 1, 2))


# A site


def sitemap(*urls: str, lastmod: str = "") -> str:
    dated = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
    lines = "".join(f"<url><loc>{url}</loc>{dated}</url>" for url in urls)
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{lines}</urlset>'


def index(*urls: str) -> str:
    lines = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{lines}</sitemapindex>'


def put(site: Site, *paths: str) -> list[str]:
    return [
        site.add(path, page(f"<main><h1>{path}</h1><p>{LONG}</p></main>"), Content_Type="text/html") for path in paths
    ]


def read(source: Source, fetcher: Fetcher) -> tuple[list[Document], list[SetAside]]:
    found = list(read_site(source, fetcher, TODAY))
    documents = [item for item in found if isinstance(item, Document)]
    return documents, [item for item in found if isinstance(item, SetAside)]


def test_a_site_is_read_from_its_index_of_gzipped_sitemaps(site: Site, fetcher: Fetcher) -> None:
    urls = put(site, "/pages/a", "/pages/b")
    inner = site.add("/plan-1.xml.gz", gzip.compress(sitemap(*urls, lastmod="2025-01-05").encode()))
    plan = site.add("/plan.xml", index(inner, inner))

    documents, aside = read(site.source(urls=(plan,)), fetcher)

    assert [(d.title, d.url, d.updated, d.fetched) for d in documents] == [
        ("/pages/a", urls[0], date(2025, 1, 5), TODAY),
        ("/pages/b", urls[1], date(2025, 1, 5), TODAY),
    ]
    assert aside == []


def test_only_the_paths_and_hosts_wanted_are_asked(site: Site, fetcher: Fetcher) -> None:
    urls = put(site, "/pages/a", "/agenda/b")
    plan = site.add("/plan.xml", sitemap(*urls, "https://example.org/pages/c", urls[0] + "#haut"))

    documents, _ = read(site.source(urls=(plan,), include=("/pages/",)), fetcher)

    assert [document.url for document in documents] == [urls[0]]
    assert site.paths() == ["/robots.txt", "/plan.xml", "/pages/a"]


def test_a_crawl_stops_at_its_limit_and_says_so(site: Site, fetcher: Fetcher) -> None:
    urls = put(site, *(f"/p{number}" for number in range(205)))
    plan = site.add("/plan.xml", sitemap(*urls))

    documents, aside = read(site.source(urls=(plan,), max_documents=200), fetcher)

    assert len(documents) == 200
    assert [item.reason for item in aside] == ["La limite de 200 pages est atteinte : 5 pages ne sont pas lues."]


def test_pages_that_cannot_be_used_are_set_aside_with_their_reason(site: Site, fetcher: Fetcher) -> None:
    site.add("/robots.txt", "User-agent: *\nDisallow: /prive")
    good = put(site, "/a", "/prive")
    pdf = site.add("/b", b"%PDF", Content_Type="application/pdf")
    empty = site.add("/c", page("<main></main>"), Content_Type="text/html")
    plan = site.add("/plan.xml", sitemap(*good, pdf, empty, site.root + "/absent"))

    documents, aside = read(site.source(urls=(plan,)), fetcher)

    assert [document.url for document in documents] == [good[0]]
    reasons = {item.name.removeprefix(site.root): item.reason for item in aside}
    assert set(reasons) == {"/prive", "/b", "/c", "/absent"}
    assert "robots.txt" in reasons["/prive"]
    assert "application/pdf" in reasons["/b"]
    assert "404" in reasons["/absent"]


def test_a_page_that_does_not_answer_comes_from_the_last_copy(site: Site, fetcher: Fetcher) -> None:
    urls = put(site, "/a", "/b")
    plan = site.add("/plan.xml", sitemap(*urls))
    site.pages["/a"] = in_turn(site.pages["/a"], answer(503))
    read(site.source(urls=(plan,)), fetcher)

    documents, aside = read(site.source(urls=(plan,)), fetcher)

    assert [document.url for document in documents] == urls
    assert aside == []


def test_a_site_that_is_down_stops_the_run_instead_of_emptying_the_index(site: Site, fetcher: Fetcher) -> None:
    paths = [f"/p{number}" for number in range(10)]
    site.pages.update({path: answer(503) for path in paths})
    plan = site.add("/plan.xml", sitemap(*(site.root + path for path in paths)))

    with pytest.raises(SourceUnreachableError):
        read(site.source(urls=(plan,)), fetcher)
    assert len([path for path in site.paths() if path.startswith("/p") and path != "/plan.xml"]) == 10


def test_ill_pages_here_and_there_do_not_stop_the_run(site: Site, fetcher: Fetcher) -> None:
    ill = [f"/mal{number}" for number in range(8)]
    site.pages.update({path: answer(503) for path in ill})
    urls = [url for path in ill for url in (site.root + path, *put(site, path + "-bon"))]

    documents, aside = read(site.source(urls=(site.add("/plan.xml", sitemap(*urls)),)), fetcher)

    assert (len(documents), len(aside)) == (8, 8)


@pytest.mark.parametrize("status", [500, 404])
def test_a_site_without_sitemap_stops_the_run(site: Site, fetcher: Fetcher, status: int) -> None:
    site.pages["/plan.xml"] = answer(status)

    with pytest.raises(SourceUnreachableError):
        read(site.source(urls=(site.root + "/plan.xml",)), fetcher)


BOMB = """<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY c "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<urlset><url><loc>&c;</loc></url></urlset>"""
OUTSIDE = '<!DOCTYPE b [<!ENTITY a SYSTEM "file:///etc/passwd">]><urlset><url><loc>&a;</loc></url></urlset>'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (BOMB.encode(), "entités"),
        (OUTSIDE.encode(), "entités"),
        (b'<!DOCTYPE urlset SYSTEM "https://v.fr/x.dtd"><urlset/>', "entités"),
        (b"<html><body>Bonjour", "XML"),
        (b"", "XML"),
        (b"\x1f\x8b\x08rien", "compressé"),
        (gzip.compress(b" " * 60_000_000, 1), "dépasse"),
    ],
    ids=["bomb", "outside", "doctype", "html", "empty", "gzip", "large"],
)
def test_a_hostile_or_damaged_sitemap_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        list(parse_sitemap(content, "https://v.fr/plan.xml"))


def test_a_sitemap_cut_on_the_way_is_not_taken_for_the_whole(site: Site) -> None:
    with pytest.raises(SourceUnreachableError, match="incomplet"):
        list(parse_sitemap(gzip.compress(sitemap("https://v.fr/a").encode())[:-10], "https://v.fr/plan.xml.gz"))


def test_a_bad_sitemap_among_good_ones_is_set_aside(site: Site, fetcher: Fetcher) -> None:
    urls = put(site, "/a")
    good, bad = site.add("/plan.xml", sitemap(*urls)), site.add("/bombe.xml", BOMB)

    documents, aside = read(site.source(urls=(bad, good)), fetcher)

    assert len(documents) == 1
    assert [item.name for item in aside] == [bad]
