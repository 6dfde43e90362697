"""Sitemaps (sitemaps.org protocol): which pages a site offers, and when each last changed."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from urllib.parse import urljoin
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from corpus.document import SetAside
from corpus.errors import DocumentError, RefusedAddressError, SourceUnreachableError
from corpus.fetch import Fetcher, RejectedError
from corpus.page_date import iso_day
from corpus.source import Source

MAX_BYTES = 50_000_000
"""Size of one sitemap, uncompressed: the limit of the protocol."""

_MAX_FILES = 200
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a sitemap: the address of a page, or of another sitemap, and its last change."""

    url: str
    changed: date | None
    index: bool


def read_sitemaps(source: Source, fetcher: Fetcher) -> Iterator[Entry | SetAside]:
    """Yield the pages of the sitemaps of `source.urls`, indexes followed; each address once.

    A sitemap that is malformed, missing or refused is set aside.

    Raises:
        SourceUnreachableError: a sitemap did not answer. The run must stop there: its pages have not gone.
    """
    waiting, seen = list(source.urls), set(source.urls)
    files = 0
    while waiting:
        address = waiting.pop(0)
        files += 1
        if files > _MAX_FILES:
            yield SetAside(source.name, address, f"Plus de {_MAX_FILES} plans de site : les suivants ne sont pas lus.")
            return
        try:
            entries = list(parse_sitemap(fetcher.get(address, source, max_bytes=MAX_BYTES).content, address))
        except (DocumentError, RejectedError, RefusedAddressError) as error:
            yield SetAside(source.name, address, str(error))
            continue
        for entry in entries:
            if entry.url in seen:
                continue
            seen.add(entry.url)
            if entry.index:
                waiting.append(entry.url)
            else:
                yield entry


def parse_sitemap(content: bytes, address: str) -> Iterator[Entry]:
    """Yield the entries of one sitemap, XML or gzipped XML.

    Raises:
        DocumentError: not a sitemap, too large once unpacked, or carrying XML entities.
    """
    xml = _unpacked(content, address)
    url, changed = "", ""
    try:
        for _, node in iterparse(BytesIO(xml), forbid_dtd=True):
            name = node.tag.rpartition("}")[2]
            if name == "loc" and not url:
                url = (node.text or "").strip()
            elif name == "lastmod":
                changed = node.text or ""
            elif name in ("url", "sitemap"):
                if url:
                    yield Entry(urljoin(address, url).split("#", 1)[0], iso_day(changed), name == "sitemap")
                url, changed = "", ""
                node.clear()
    except (ParseError, ValueError, LookupError) as error:
        reason = "contient des entités XML" if isinstance(error, DefusedXmlException) else "n’est pas du XML correct"
        raise DocumentError(f"Le plan de site {address} {reason} : signalez-le à son éditeur.") from error


def _unpacked(content: bytes, address: str) -> bytes:
    if not content.startswith(_GZIP):
        return content
    unpack = zlib.decompressobj(wbits=31)
    try:
        xml = unpack.decompress(content, MAX_BYTES)
    except zlib.error as error:
        raise DocumentError(f"Le plan de site {address} est mal compressé : signalez-le à son éditeur.") from error
    if unpack.unconsumed_tail:
        raise DocumentError(f"Le plan de site {address} dépasse {MAX_BYTES // 10**6} Mo : signalez-le à son éditeur.")
    if not unpack.eof:
        raise SourceUnreachableError(f"Le plan de site {address} est arrivé incomplet : réessayez.")
    return xml
