"""A small corpus of ours in the two real forms of the fiches (zip of XML, tarball of JSON), and engines to index it."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import numpy.typing as npt

from corpus.embed import Embedder, unit
from corpus.fetch import Clock, Fetcher, Limits
from corpus.ranking import VectorRows
from corpus.settings import Settings
from corpus.store import PassageStore
from corpus.sync import Engines, sync
from corpus.sync_report import SyncReport

TODAY = date(2026, 3, 2)
TEXT = "La demande se fait à la mairie de votre domicile, avec une pièce d'identité et un justificatif récent."


@dataclass(frozen=True)
class Fiche:
    """What a test says of a fiche; `chapters` maps a heading to its paragraphs."""

    id: str
    title: str = "Demander un acte"
    chapters: tuple[tuple[str, str], ...] = (("Démarche", TEXT),)
    updated: str = "2026-01-15"
    banner: str = ""

    def tree(self) -> dict[str, Any]:
        """The xml-js tree of the npm package."""
        name = "ServiceComplementaire" if self.id.startswith("R") else "Publication"
        children = [
            _element("dc:title", self.title),
            _element("dc:description", f"{self.title} : ce qu'il faut savoir."),
            _element("dc:subject", "Papiers - Citoyenneté"),
            _element("dc:date", f"modified {self.updated}"),
        ]
        if self.banner:
            text = _element("Texte", _element("Paragraphe", "Règle provisoire, en attente du décret."))
            children.append(_element("Avertissement", _element("Titre", "Réforme"), text, date=self.banner))
        chapters = [
            _element("Chapitre", _element("Titre", _element("Paragraphe", title)), _element("Paragraphe", text))
            for title, text in self.chapters
        ]
        return _element(name, *children, _element("Texte", *chapters), ID=self.id, type="Fiche d'information")


def _element(name: str, *children: Any, **attributes: str) -> dict[str, Any]:
    inside = [{"type": "text", "text": one} if isinstance(one, str) else one for one in children]
    return {"type": "element", "name": name, "attributes": attributes, "children": inside}


def fiche_json(fiche: Fiche) -> bytes:
    return json.dumps({"id": fiche.id, "children": [fiche.tree()]}, ensure_ascii=False).encode()


def fiche_xml(fiche: Fiche) -> bytes:
    tree = fiche.tree()
    tree["attributes"]["xmlns:dc"] = "http://purl.org/dc/elements/1.1/"
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + _xml(tree)).encode()


def _xml(node: Mapping[str, Any]) -> str:
    if node["type"] == "text":
        return escape(node["text"])
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in node["attributes"].items())
    return f"<{node['name']}{attributes}>{''.join(map(_xml, node['children']))}</{node['name']}>"


def zip_of(path: Path, files: Mapping[str, bytes] | Sequence[Fiche]) -> Path:
    """Write a zip like those of the official feed, or one with the very files given."""
    named = files if isinstance(files, Mapping) else {f"{fiche.id}.xml": fiche_xml(fiche) for fiche in files}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in named.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return path


def tarball_of(path: Path, fiches: Mapping[str, Sequence[Fiche]]) -> Path:
    """Write a tarball like the npm package, from the fiches of each audience."""
    with tarfile.open(path, "w:gz") as archive:
        for audience, group in fiches.items():
            for fiche in group:
                data = fiche_json(fiche)
                info = tarfile.TarInfo(f"package/data/{audience}/{fiche.id}.json")
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    return path


class FakeEmbedder:
    """Each word adds one to a dimension that its hash picks; `encoded` counts the texts seen."""

    def __init__(self, digest: str = "ab" * 32, dimension: int = 16) -> None:
        self.digest = digest
        self.dimension = dimension
        self.encoded = 0

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.encoded += len(texts)
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.split():
                vectors[row, hashlib.sha256(word.encode()).digest()[0] % self.dimension] += 1
        return unit(vectors)


def fake_ranking(folder: Path, store: PassageStore, embedder: Embedder, previous: Path | None) -> VectorRows:
    """One row a passage, named in a file, as the real ranking names its rows."""
    passages = list(store.all_passages())
    refs = tuple(passage.ref for passage in passages)
    (folder / "rows.json").write_text(json.dumps(refs), encoding="utf-8")
    vectors = embedder.encode([passage.text for passage in passages])
    return VectorRows(refs, vectors, tuple(passage.audiences for passage in passages), len(refs))


def engines(**replaced: Any) -> Engines:
    """Engines without weights nor network."""
    embedder = FakeEmbedder()
    parts: dict[str, Any] = {"load_embedder": lambda _: embedder, "build_ranking": fake_ranking}
    return Engines(**{**parts, "open_fetcher": _local_fetcher, **replaced})


def _local_fetcher(cache: Path) -> Fetcher:
    clock = Clock(now=lambda: 0.0, sleep=lambda _: None)
    return Fetcher(cache, allow_loopback=True, limits=Limits(attempts=1), clock=clock)


ALLOW_LIST = """
[[source]]
name = "fiches"
kind = "dila"
publisher = "DILA"
licence = "Licence Ouverte 2.0"
banner_days = 30
"""


def settings_in(folder: Path, allow_list: str = ALLOW_LIST) -> Settings:
    """Settings whose data folder and allow-list are in `folder`."""
    sources = folder / "sources.toml"
    sources.write_text(allow_list, encoding="utf-8")
    return Settings(data=folder / "var", sources_file=sources)


def sync_fiches(
    settings: Settings, fiches: Mapping[str, Sequence[Fiche]], today: date = TODAY, **replaced: Any
) -> SyncReport:
    """Sync the source `fiches` from a tarball of these."""
    settings.data.mkdir(parents=True, exist_ok=True)
    archive = tarball_of(settings.data / "fiches.tgz", fiches)
    return sync(settings, ["fiches"], archive, today, engines=engines(**replaced))
