from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.document import BlockKind, Document, DocumentKind, SetAside
from corpus.errors import DocumentError, SourceUnreachableError
from corpus.fetch import Fetcher
from corpus.opendata import _text, live_status, read_gbfs, read_opendatasoft
from tests.corpus.site import Site, answer

TODAY = date(2025, 10, 20)
SHARED = Path(__file__).parents[3] / "shared" / "data" / "paris"

FIELDS = [
    {"name": "num_marche", "label": "Numéro du marché", "type": "int"},
    {"name": "nom_long", "label": "Nom complet", "type": "text"},
    {"name": "produit", "label": "Produits", "type": "text"},
    {"name": "couvert", "label": "Couvert", "type": "boolean"},
    {"name": "ouverture", "label": "Ouvert depuis le", "type": "date"},
    {"name": "geo_shape", "label": "geo_shape", "type": "geo_shape"},
    {"name": "geo_point_2d", "label": "Position", "type": "geo_point_2d"},
    {"name": "url", "label": "Site", "type": "text"},
]
METAS = {
    "title": "Marchés d’essai",
    "publisher": "Direction d’essai",
    "license": "ODbL d’essai",
    "modified": "2025-09-01T10:00:00+00:00",
    "theme": ["Commerces"],
}
RECORDS: list[dict[str, Any]] = [
    {
        "num_marche": 12,
        "nom_long": "Marché du Canal",
        "produit": "<p>Fruits &amp; légumes</p>",
        "couvert": False,
        "ouverture": "2020-01-02T00:00:00+00:00",
        "geo_shape": {"type": "Feature", "geometry": {"coordinates": [2.3, 48.8]}},
        "geo_point_2d": {"lon": 2.3, "lat": 48.85},
        "url": "https://ville.example/canal",
    },
    {"num_marche": 13, "nom_long": "Marché du Pont", "produit": None},
]


def portal(site: Site, records: list[dict[str, Any]], limit: int = 100_001, name: str = "marches") -> dict[str, Any]:
    """Serve a dataset and return the keys of its source."""
    root = "/api/explore/v2.1"
    table = {"dataset_id": name, "metas": {"default": METAS}, "fields": FIELDS}
    site.add(f"{root}/catalog/datasets/{name}", json.dumps(table), Content_Type="application/json")
    lines = "\n".join(json.dumps(record) for record in records[:limit])
    site.add(f"{root}/catalog/datasets/{name}/exports/jsonl?limit={limit}&timezone=Europe%2FParis", lines)
    return {"urls": (site.root + root,), "datasets": (name,), "max_documents": limit - 1}


def read(site: Site, fetcher: Fetcher, **keys: Any) -> tuple[list[Document], list[SetAside]]:
    found = list(read_opendatasoft(site.source("opendatasoft", **keys), fetcher, TODAY))
    documents = [item for item in found if isinstance(item, Document)]
    return documents, [item for item in found if isinstance(item, SetAside)]


def test_a_record_is_a_document_whose_lines_carry_the_labels_of_its_fields(site: Site, fetcher: Fetcher) -> None:
    documents, aside = read(site, fetcher, **portal(site, RECORDS))

    first = documents[0]
    assert first.blocks[0].text.splitlines() == [
        "Numéro du marché : 12",
        "Nom complet : Marché du Canal",
        "Produits : Fruits & légumes",
        "Couvert : non",
        "Ouvert depuis le : 2020-01-02",
        "Position : latitude 48.850000, longitude 2.300000",
        "Site : https://ville.example/canal",
    ]
    assert (first.kind, first.blocks[0].kind) == (DocumentKind.RECORD, BlockKind.RECORD)
    assert [(link.label, link.url) for link in first.blocks[0].links] == [("Site", "https://ville.example/canal")]
    assert [document.id for document in documents] == ["marches/12", "marches/13"]
    assert aside == []


def test_a_record_says_who_published_it_under_which_licence_and_when(site: Site, fetcher: Fetcher) -> None:
    documents, _ = read(site, fetcher, **portal(site, RECORDS))

    first = documents[0]
    assert (first.title, first.publisher, first.licence) == (
        "Marchés d’essai : Marché du Canal",
        "Direction d’essai",
        "ODbL d’essai",
    )
    assert (first.updated, first.fetched, first.theme) == (date(2025, 9, 1), TODAY, "Commerces")
    assert first.url == f"{site.root}/explore/dataset/marches/"


def test_records_without_an_identifier_are_named_after_their_content(site: Site, fetcher: Fetcher) -> None:
    records = [{**record, "num_marche": 1} for record in RECORDS]

    documents, _ = read(site, fetcher, **portal(site, [*records, records[0]]))

    assert len(documents) == 2
    assert len({document.id for document in documents}) == 2


def test_an_event_is_in_force_until_its_last_day(site: Site, fetcher: Fetcher) -> None:
    event = {"nom_long": "Fête", "date_end": "2025-12-31T23:00:00+01:00", "updated_at": "2025-10-01T08:00:00+00:00"}

    documents, _ = read(site, fetcher, **portal(site, [event]))

    assert (documents[0].valid_until, documents[0].updated) == (date(2025, 12, 31), date(2025, 10, 1))


def test_reading_stops_at_the_limit_and_says_so(site: Site, fetcher: Fetcher) -> None:
    records = [{"num_marche": number, "nom_long": "x"} for number in range(50)]

    documents, aside = read(site, fetcher, **portal(site, records, limit=11))

    assert len(documents) == 10
    assert "limite de 10 enregistrements" in aside[0].reason


def test_spoilt_lines_are_counted_and_the_others_read(site: Site, fetcher: Fetcher) -> None:
    keys = portal(site, RECORDS)
    path = next(path for path in site.pages if "jsonl" in path)
    site.add(path, "\n".join([json.dumps(RECORDS[0]), "{", "[1]", "", "[" * 100_000]))

    documents, aside = read(site, fetcher, **keys)

    assert len(documents) == 1
    assert "3 enregistrements illisibles" in aside[0].reason


@pytest.mark.parametrize("description", [answer(404), answer(200, "pas du JSON"), answer(200, "[]"), answer(200, "{}")])
def test_a_dataset_that_left_the_portal_is_set_aside_and_the_next_is_read(
    site: Site, fetcher: Fetcher, description: Any
) -> None:
    keys = portal(site, RECORDS)
    site.pages["/api/explore/v2.1/catalog/datasets/parti"] = description

    documents, aside = read(site, fetcher, **{**keys, "datasets": ("parti", "marches")})

    assert len(documents) == 2
    assert [item.name for item in aside] == ["parti"]


def test_a_portal_that_is_down_stops_the_run(site: Site, fetcher: Fetcher) -> None:
    keys = portal(site, RECORDS)
    site.pages = {path: answer(503) for path in site.pages}

    with pytest.raises(SourceUnreachableError):
        read(site, fetcher, **keys)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["lat", "lon", "x"]), inner),
    max_leaves=8,
)


@given(JSON)
def test_any_value_becomes_one_line_of_text(value: Any) -> None:
    assert "\n" not in _text(value)


# GBFS


def bikes(site: Site, information: Any, status: Any, *, version: int = 2) -> dict[str, Any]:
    feeds = [
        {"name": "station_information", "url": site.add("/station_information.json", json.dumps(information))},
        {"name": "station_status", "url": site.add("/station_status.json", json.dumps(status))},
    ]
    data = {"feeds": feeds} if version == 3 else {"en": {"feeds": feeds}}
    return {"urls": (site.add("/gbfs.json", json.dumps({"data": data})),), "title": "Vélos d’essai"}


INFORMATION = {
    "last_updated": 1760778679,
    "data": {
        "stations": [{"station_id": 7, "name": "Quai", "lat": 48.8, "lon": 2.3, "capacity": 20, "address": "1 quai"}]
    },
}
STATUS = {
    "last_updated": 1760778700,
    "data": {
        "stations": [
            {
                "station_id": 7,
                "num_bikes_available": 5,
                "num_docks_available": 15,
                "num_bikes_available_types": [{"mechanical": 1}, {"ebike": 4}],
                "is_renting": 1,
            }
        ]
    },
}


@pytest.mark.parametrize("version", [2, 3])
def test_a_station_is_a_document_without_its_live_counts(site: Site, fetcher: Fetcher, version: int) -> None:
    source = site.source("gbfs", **bikes(site, INFORMATION, STATUS, version=version))

    (station,) = read_gbfs(source, fetcher, TODAY)

    assert isinstance(station, Document)
    assert (station.id, station.title, station.updated) == ("essai/7", "Vélos d’essai : Quai", date(2025, 10, 18))
    assert station.blocks[0].text.splitlines() == [
        "Station : Quai",
        "Adresse : 1 quai",
        "Nombre de bornes : 20",
        "Coordonnées : latitude 48.800000, longitude 2.300000",
    ]
    assert "/station_status.json" not in site.paths()


def test_live_counts_come_with_their_time(site: Site, fetcher: Fetcher) -> None:
    source = site.source("gbfs", **bikes(site, INFORMATION, STATUS))

    assert live_status("essai/7", source, fetcher) == {
        "num_bikes_available": 5,
        "num_docks_available": 15,
        "is_renting": 1,
        "types": {"mechanical": 1, "ebike": 4},
        "at": "2025-10-18T09:11:40+00:00",
    }
    assert live_status("essai/8", source, fetcher) is None


@pytest.mark.parametrize("feed", [[], {}, {"data": []}, {"data": {"stations": {}}}])
def test_a_feed_that_is_not_gbfs_is_refused_in_words(site: Site, fetcher: Fetcher, feed: Any) -> None:
    with pytest.raises(DocumentError):
        list(read_gbfs(site.source("gbfs", **bikes(site, feed, feed)), fetcher, TODAY))
    site.add("/gbfs.json", json.dumps(feed))
    with pytest.raises(DocumentError):
        live_status("7", site.source("gbfs", urls=(site.root + "/gbfs.json",)), fetcher)


def test_a_feed_that_leads_elsewhere_is_refused(site: Site, fetcher: Fetcher) -> None:
    feeds = [{"name": "station_information", "url": "https://example.org/station_information.json"}]
    root = site.add("/gbfs.json", json.dumps({"data": {"en": {"feeds": feeds}}}))

    with pytest.raises(Exception, match=r"example\.org"):
        list(read_gbfs(site.source("gbfs", urls=(root,)), fetcher, TODAY))


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the shared sample of Vélib’ feeds")
def test_the_real_velib_feeds_are_read(site: Site, fetcher: Fetcher) -> None:
    information, status = (
        json.loads((SHARED / f"velib_station_{name}.json").read_text()) for name in ("information", "status")
    )
    source = site.source("gbfs", **bikes(site, information, status))

    stations = list(read_gbfs(source, fetcher, TODAY))

    documents = [station for station in stations if isinstance(station, Document)]
    assert len(documents) == len(information["data"]["stations"]) > 1000
    assert {document.updated for document in documents} == {date(2025, 10, 18)}
    now = live_status(documents[0].id, source, fetcher)
    assert now is not None
    assert now["at"] == "2025-10-18T09:09:16+00:00"
