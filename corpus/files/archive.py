"""Zip-based office files, checked before any library opens them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

import defusedxml.sax
from defusedxml.common import DefusedXmlException

from corpus.files.content import Limits, refusal

_CHUNK = 1 << 20
_MAX_MEMBERS = 5000
_SMALL = 5_000_000


def check_archive(path: Path, limits: Limits) -> None:
    """Refuse an archive that would fill the memory or that declares XML entities.

    The sizes a zip declares are checked first, then the real ones while decompressing: a bomb may lie about its size.

    Raises:
        DocumentError: not a zip, encrypted, damaged, a bomb, or with a document type declaration.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if any(member.flag_bits & 1 for member in members):
                raise refusal("encrypted")
            declared = sum(member.file_size for member in members)
            packed = max(1, sum(member.compress_size for member in members))
            if len(members) > _MAX_MEMBERS or _too_big(declared, packed, limits):
                raise refusal("bomb")
            unpacked = 0
            for member in members:
                unpacked += _check_member(archive, member, limits.unpacked - unpacked)
                if _too_big(unpacked, packed, limits):
                    raise refusal("bomb")
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError) as error:
        raise refusal("damaged") from error


def _too_big(unpacked: int, packed: int, limits: Limits) -> bool:
    return unpacked > limits.unpacked or (unpacked > _SMALL and unpacked / packed > limits.ratio)


def _check_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, room: int) -> int:
    is_xml = member.filename.endswith((".xml", ".rels"))
    kept = io.BytesIO()
    size = 0
    with archive.open(member) as file:
        while chunk := file.read(_CHUNK):
            size += len(chunk)
            if size > room:
                raise refusal("bomb")
            if is_xml:
                kept.write(chunk)
    if is_xml and size:
        kept.seek(0)
        try:
            defusedxml.sax.parse(kept, ContentHandler(), forbid_dtd=True)
        except DefusedXmlException as error:
            raise refusal("dtd") from error
        except SAXException as error:
            raise refusal("damaged") from error
    return size
