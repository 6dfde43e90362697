"""Open data to documents: Opendatasoft datasets (Explore API v2.1), one record a document."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote, urlsplit

from selectolax.lexbor import LexborHTMLParser

from corpus.document import Block, BlockKind, Document, DocumentKind, Link, SetAside, fold_spaces
from corpus.errors import DocumentError
from corpus.fetch import Fetcher, RejectedError
from corpus.gbfs import live_status, read_gbfs
from corpus.labels import VALUES, place
from corpus.page_date import iso_day
from corpus.source import Source

__all__ = ["live_status", "read_gbfs", "read_opendatasoft"]

_MAX_EXPORT_BYTES = 100_000_000
_MAX_VALUE_CHARACTERS = 5_000
# Drawings, pictures and search helpers say nothing in words.
_WORDLESS = frozenset({"geo_shape", "file"})
_IDENTIFIER = re.compile(
    r"(?:^|_)(?:id|identifiant|code|num|numero|gid|objectid|uai|ref|reference)(?:_|$)|^id", re.IGNORECASE
)
_NAME = re.compile(r"^(?:nom|name|title|titre|libelle|nom_.*|libelle_.*|intitule)$", re.IGNORECASE)
_LAST_DAY = ("date_end", "date_fin", "datefin")
_CHANGED = ("updated_at",)


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Dataset:
    id: str
    title: str
    publisher: str
    licence: str
    theme: str
    updated: date | None
    url: str
    fields: tuple[_Field, ...]


def read_opendatasoft(source: Source, fetcher: Fetcher, today: date) -> Iterator[Document | SetAside]:
    """Read each dataset of `source.datasets`, in one export a dataset, at most `source.max_documents` records in all.

    `source.urls` holds the root of the API (`https://HOST/api/explore/v2.1`). A dataset that the portal no longer
    serves is set aside.

    Raises:
        SourceUnreachableError: the portal did not answer.
    """
    left = source.max_documents
    for name in source.datasets:
        try:
            dataset = _dataset(name, source, fetcher)
            records, spoilt = _records(dataset, source, fetcher, left + 1)
        except (RejectedError, DocumentError) as error:
            yield SetAside(source.name, name, str(error))
            continue
        yield from _documents(dataset, records[:left], source, today)
        if spoilt:
            yield SetAside(source.name, name, f"{spoilt} enregistrements illisibles : signalez-les au portail.")
        if len(records) > left:
            reason = f"La limite de {source.max_documents} enregistrements est atteinte : les suivants ne sont pas lus."
            yield SetAside(source.name, name, reason)
        left = max(0, left - len(records))


def _dataset(name: str, source: Source, fetcher: Fetcher) -> _Dataset:
    root = source.urls[0].rstrip("/")
    content = fetcher.get(f"{root}/catalog/datasets/{quote(name)}", source).content
    try:
        table = json.loads(content)
        metas = (table.get("metas") or {}).get("default") or {}
        fields = [_Field(item["name"], item.get("label") or item["name"], item["type"]) for item in table["fields"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DocumentError(f"La description du jeu {name} est illisible : vérifiez son identifiant.") from error
    parts = urlsplit(root)
    return _Dataset(
        id=name,
        title=fold_spaces(str(metas.get("title") or name)),
        publisher=_text(metas.get("publisher")) or source.publisher,
        licence=_text(metas.get("license")) or source.licence,
        theme=_text(metas.get("theme")),
        updated=iso_day(metas.get("modified")) or iso_day(metas.get("data_processed")),
        url=f"{parts.scheme}://{parts.netloc}/explore/dataset/{quote(name)}/",
        fields=tuple(fields),
    )


def _records(dataset: _Dataset, source: Source, fetcher: Fetcher, limit: int) -> tuple[list[dict[str, Any]], int]:
    # An export has no ceiling; `/records` stops at offset + limit = 10,000 and takes a request per 100.
    root = source.urls[0].rstrip("/")
    url = f"{root}/catalog/datasets/{quote(dataset.id)}/exports/jsonl?limit={limit}&timezone=Europe%2FParis"
    records, spoilt = [], 0
    for line in fetcher.get(url, source, max_bytes=_MAX_EXPORT_BYTES).content.splitlines():
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if isinstance(record, dict):
            records.append(record)
        else:
            spoilt += 1
    return records, spoilt


def _documents(dataset: _Dataset, records: list[dict[str, Any]], source: Source, today: date) -> Iterator[Document]:
    identifier = _identifier(dataset, records)
    seen: set[str] = set()
    for record in records:
        text = "\n".join(_lines(record, dataset.fields))
        own = _text(record.get(identifier)) if identifier else ""
        own = own or _digest(record)
        if not text or own in seen:
            continue
        seen.add(own)
        name = next((_text(record.get(field.name)) for field in dataset.fields if _NAME.match(field.name)), "")
        yield Document(
            id=f"{dataset.id}/{own}",
            source=source.name,
            kind=DocumentKind.RECORD,
            title=f"{dataset.title} : {name}" if name else dataset.title,
            publisher=dataset.publisher,
            licence=dataset.licence,
            fetched=today,
            blocks=(Block(BlockKind.RECORD, text, links=tuple(_links(record, dataset.fields))),),
            theme=dataset.theme,
            url=dataset.url,
            updated=next((day for day in (_day(record, _CHANGED), dataset.updated) if day and day <= today), None),
            valid_until=_day(record, _LAST_DAY),
        )


def _day(record: dict[str, Any], names: tuple[str, ...]) -> date | None:
    return next((day for name in names if (day := iso_day(_text(record.get(name))))), None)


def _digest(record: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:12]


def _identifier(dataset: _Dataset, records: list[dict[str, Any]]) -> str:
    # v2.1 gives no record id: the first field that looks like one and is different in every record.
    for field in dataset.fields:
        if field.kind in ("text", "int") and _IDENTIFIER.search(field.name):
            values = [_text(record.get(field.name)) for record in records]
            if all(values) and len(set(values)) == len(values):
                return field.name
    return ""


def _lines(record: dict[str, Any], fields: tuple[_Field, ...]) -> Iterator[str]:
    for field in fields:
        value = "" if field.kind in _WORDLESS else _text(record.get(field.name), day=field.kind == "date")
        if value:
            yield f"{fold_spaces(field.label)} : {value}"


def _links(record: dict[str, Any], fields: tuple[_Field, ...]) -> Iterator[Link]:
    for field in fields:
        value = record.get(field.name)
        if isinstance(value, str) and re.fullmatch(r"https?://[^\s<>\"]{4,500}", value.strip()):
            yield Link(fold_spaces(field.label), value.strip())


def _text(value: Any, *, day: bool = False) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return VALUES["yes" if value else "no"]
    if isinstance(value, dict):
        return place(value)
    if isinstance(value, list):
        return ", ".join(text for text in map(_text, value) if text)
    text = str(value)
    if day and text.find("T00:00:00") == 10:
        return text[:10]
    if re.search(r"</?[a-zA-Z][^>]*>", text):
        body = LexborHTMLParser(text[: 4 * _MAX_VALUE_CHARACTERS]).body
        text = body.text(separator=" ") if body else ""
    text = fold_spaces(text)
    return text if len(text) <= _MAX_VALUE_CHARACTERS else text[: _MAX_VALUE_CHARACTERS - 1] + "…"
