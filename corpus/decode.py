"""The encoding of a page."""

from __future__ import annotations

import re

_DECLARED = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def decode_html(content: bytes, declared: str = "") -> str:
    """Decode a page: byte order mark, then strict UTF-8, then the declared charset, then Windows-1252.

    UTF-8 comes before the declaration because a page wrongly declared Latin-1 is common and French text in
    another encoding is almost never valid UTF-8.

    Args:
        content: the page.
        declared: charset of the Content-Type header; the page's own declaration comes after it.
    """
    for mark, name in _MARKS:
        if content.startswith(mark):
            return content.decode(name, errors="replace")
    in_page = _DECLARED.search(content[:4096])
    for name in ("utf-8", declared, in_page[1].decode() if in_page else ""):
        try:
            return content.decode(_web_name(name) or "utf-8")
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("cp1252", errors="replace")


def _web_name(name: str) -> str:
    # WHATWG: on the web, Latin-1 and ASCII mean Windows-1252, which has the quotes and the euro sign.
    return "cp1252" if name.lower() in ("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii") else name
