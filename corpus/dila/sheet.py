"""One fiche, service sheet or folder of service-public.fr as a Document, or the reason it is set aside."""

from __future__ import annotations

from datetime import date

from corpus.dila.blocks import Walk, iso_day, variable_labels
from corpus.dila.text import inline, title_of
from corpus.dila.tree import Node, plain
from corpus.document import Block, BlockKind, Document, DocumentKind, Link, SetAside, content_length, fold_spaces
from corpus.source import Source

_KINDS = {"F": DocumentKind.SHEET, "N": DocumentKind.FOLDER, "R": DocumentKind.SERVICE}
_SHORTEST = 80
"""Characters of text below which a fiche answers nothing (17 such fiches in 1.199.0)."""


def read_sheet(root: Node, source: Source, audience: str, today: date) -> Document | SetAside:
    """Turn the tree of one file into a document.

    Args:
        root: a `Publication` or `ServiceComplementaire` element.
        source: the source it belongs to.
        audience: `particuliers`, `professionnels` or `associations`, the feed it came from.
        today: day of the fetch.
    """
    identifier = root.attributes.get("ID", "")
    title = _meta(root, "dc:title")
    if reason := not_indexable_reason(root, identifier, title):
        return SetAside(source.name, f"{audience}/{identifier or '?'}", reason)
    kind = _KINDS[identifier[0]]
    walk = Walk(variable_labels(root))
    walk.children(root, ())
    blocks = tuple(walk.blocks)
    if kind is DocumentKind.SERVICE:
        blocks = (*_service_blocks(root, title), *blocks)
    if kind is not DocumentKind.SERVICE and content_length(blocks) < _SHORTEST:
        return SetAside(source.name, f"{audience}/{identifier}", "presque vide (moins de 80 caractères de texte)")
    return Document(
        id=identifier,
        source=source.name,
        kind=kind,
        title=title,
        publisher=source.publisher,
        licence=source.licence,
        fetched=today,
        blocks=blocks,
        summary=inline(_node(root, "dc:description")),
        theme=_meta(root, "dc:subject").split(",")[0].strip(),
        breadcrumb=_breadcrumb(root),
        audiences=(audience,),
        url=root.attributes.get("spUrl") or None,
        updated=iso_day(_meta(root, "dc:date")),
        family=_family(root, identifier),
        acronyms=tuple(sorted({(title_of(a), _first_text(a)) for a in root.elements("Abreviation")})),
        references=tuple(_link(reference) for reference in root.elements("Reference")),
        related=_related(root, identifier),
    )


def not_indexable_reason(root: Node, identifier: str, title: str) -> str | None:
    """Say why a file holds no rule to quote; None when it can be read."""
    if root.name not in {"Publication", "ServiceComplementaire"}:
        return f"élément racine inattendu : {root.name}"
    if identifier[:1] not in _KINDS:
        return "identifiant absent ou inconnu"
    if not title or title.startswith("*"):
        return "brouillon ou page d'essai du producteur"
    if (kind := root.attributes.get("type", "")) in {"Recherche guidée", "Theme", "Thème", "Sous-thème"}:
        return f"page de navigation ({kind.lower()}), sans règle à citer"
    return None


def _service_blocks(root: Node, title: str) -> tuple[Block, ...]:
    """A service sheet is often a title and a link: that line is what can be quoted of it."""
    kind = root.attributes.get("type", "")
    cerfa = next((plain(number) for number in root.elements("NumeroCerfa")), "")
    links = tuple(
        Link(title, link.attributes["URL"], kind) for link in root.elements("LienWeb") if link.attributes.get("URL")
    )
    label = title if not kind or title.startswith(kind) else f"{kind} : {title}"
    return (Block(BlockKind.SERVICE, f"{label} (cerfa n° {cerfa})" if cerfa else label, (), links),)


def _family(root: Node, identifier: str) -> tuple[tuple[str, str], ...]:
    """Fiches filed beside this one: those of its own sub-folder first, then the rest of the folder."""
    near: dict[str, str] = {}
    far: dict[str, str] = {}
    for folder in root.elements("DossierPere"):
        for group in (folder, *folder.elements("SousDossier")):
            fiches = {fiche.attributes.get("ID", ""): plain(fiche) for fiche in group.elements("Fiche")}
            label = title_of(group) if group.name == "SousDossier" else ""
            named = {key: f"{label} : {title}" if label else title for key, title in fiches.items()}
            (near if identifier in fiches else far).update(named)
    everything = {**near, **{key: title for key, title in far.items() if key not in near}}
    everything.pop(identifier, None)
    return tuple(everything.items())


def _related(root: Node, identifier: str) -> tuple[str, ...]:
    """Documents it links to in its text, in its questions and answers, or as further reading."""
    linked = [link.attributes.get("LienPublication", "") for link in root.descendants("LienInterne")]
    linked += [question.attributes.get("ID", "") for question in root.elements("QuestionReponse")]
    for further in root.elements("VoirAussi"):
        linked += [child.attributes.get("ID", "") for child in further.elements("Fiche", "Dossier")]
    return tuple(name for name in dict.fromkeys(linked) if name and name != identifier)


def _breadcrumb(root: Node) -> tuple[str, ...]:
    trail = root.first("FilDAriane")
    return tuple(plain(level) for level in trail.elements("Niveau"))[1:-1] if trail else ()


def _link(reference: Node) -> Link:
    return Link(title_of(reference), reference.attributes.get("URL", ""), "Texte de référence")


def _first_text(node: Node) -> str:
    return next((inline(paragraph) for paragraph in node.descendants("Paragraphe")), "")


def _node(root: Node, name: str) -> Node:
    return root.first(name) or Node(name)


def _meta(root: Node, name: str) -> str:
    return fold_spaces(plain(root.first(name)))
