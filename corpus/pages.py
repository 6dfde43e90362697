"""The pages of a site to documents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from urllib.parse import urlsplit

from corpus.decode import decode_html
from corpus.document import Document, DocumentKind, SetAside, content_length
from corpus.errors import DocumentError, RefusedAddressError, SourceUnreachableError
from corpus.fetch import Fetched, Fetcher, RejectedError
from corpus.markup import HtmlContent, html_blocks
from corpus.sitemap import Entry, read_sitemaps
from corpus.source import Source

__all__ = ["HtmlContent", "html_blocks", "html_document", "read_site"]

_HTML = ("text/html", "application/xhtml+xml")
# Under this many characters a page is a menu, a redirection or an application that a script would fill.
_MIN_CHARACTERS = 80
# A single page may be ill; this many in a row and it is the site, whose pages must not leave the index.
_MAX_FAILURES_IN_A_ROW = 5
_NO_USE = (DocumentError, RejectedError, RefusedAddressError)


def read_site(source: Source, fetcher: Fetcher, today: date) -> Iterator[Document | SetAside]:
    """Read the pages of a site, from its sitemaps, within `source.include` and `source.max_documents`.

    A page that did not answer is taken from the copy kept by the last run, with the day of that copy.

    Raises:
        SourceUnreachableError: a sitemap did not answer, no page was found, or several pages in a row did not answer.
    """
    read = left_out = failures = 0
    for entry in read_sitemaps(source, fetcher):
        if isinstance(entry, SetAside):
            yield entry
        elif not _wanted(entry.url, source):
            continue
        elif read >= source.max_documents:
            left_out += 1
        else:
            read += 1
            try:
                yield _read_page(entry, source, fetcher, today)
                failures = 0
            except _NO_USE as error:
                yield SetAside(source.name, entry.url, str(error))
            except SourceUnreachableError as error:
                failures += 1
                if failures >= _MAX_FAILURES_IN_A_ROW:
                    raise
                yield _from_copy(entry, source, fetcher) or SetAside(source.name, entry.url, str(error))
    if left_out:
        reason = f"La limite de {source.max_documents} pages est atteinte : {left_out} pages ne sont pas lues."
        yield SetAside(source.name, source.urls[0], reason)
    if not read:
        raise SourceUnreachableError(
            f"Les plans de site de {source.name} ne donnent aucune page : vérifiez « urls » et « include »."
        )


def html_document(
    html: str | bytes, url: str, source: Source, *, fetched: date, changed: date | None = None
) -> Document:
    """Turn one page into a document, whose id is its address without the scheme.

    Args:
        html: the page.
        url: its address.
        source: where it comes from.
        fetched: day it was received.
        changed: last change announced elsewhere (sitemap), used when the page itself gives no date.

    Raises:
        DocumentError: the page has no readable text.
    """
    content = html_blocks(html, url)
    if content_length(content.blocks) < _MIN_CHARACTERS:
        raise DocumentError("La page n’a presque pas de texte : elle est écartée.")
    dates = (day for day in (content.updated, changed) if day and day <= fetched)
    return Document(
        id=url.partition("://")[2].rstrip("/"),
        source=source.name,
        kind=DocumentKind.PAGE,
        title=content.title or url,
        publisher=source.publisher,
        licence=source.licence,
        fetched=fetched,
        blocks=content.blocks,
        url=url,
        updated=next(dates, None),
    )


def _wanted(url: str, source: Source) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    inside = not source.include or any(parts.path.startswith(prefix) for prefix in source.include)
    return inside and (parts.hostname or "") in source.hosts


def _read_page(entry: Entry, source: Source, fetcher: Fetcher, today: date) -> Document:
    return _document(fetcher.get(entry.url, source), entry, source, today)


def _from_copy(entry: Entry, source: Source, fetcher: Fetcher) -> Document | None:
    if (copy := fetcher.cached(entry.url)) is None:
        return None
    fetched, day = copy
    try:
        return _document(fetched, entry, source, day)
    except DocumentError:
        return None


def _document(fetched: Fetched, entry: Entry, source: Source, day: date) -> Document:
    kind = fetched.content_type.partition(";")[0].strip().lower()
    if kind and kind not in _HTML:
        raise DocumentError(f"Ce n’est pas une page HTML ({kind}) : ajoutez ce fichier à une source « folder ».")
    html = decode_html(fetched.content, fetched.charset)
    return html_document(html, entry.url, source, fetched=day, changed=entry.changed)
